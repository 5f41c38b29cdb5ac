// Package pdfreadtest writes small PDF files for tests of what reads PDF. It serves tests only and imports the
// standard library.
package pdfreadtest

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"strings"
)

// Doc is a file in the making. Its objects are numbered from 1; the catalog is object 1, the page tree object 2.
type Doc struct {
	Version string // 1.6 when empty
	Trailer string // further entries of the trailer
	Catalog string // further entries of the catalog

	objects [][]byte
	pages   []int
}

// New starts a file.
func New() *Doc { return &Doc{objects: make([][]byte, 2)} }

// Add appends an object and gives its number.
func (d *Doc) Add(text string) int {
	d.objects = append(d.objects, []byte(text))
	return len(d.objects)
}

// Stream appends a stream; dict holds its entries but the length.
func (d *Doc) Stream(dict string, data []byte) int {
	return d.Add(fmt.Sprintf("<<%s/Length %d>>\nstream\n%s\nendstream", dict, len(data), data))
}

// Flate appends a compressed stream.
func (d *Doc) Flate(dict string, data []byte) int {
	return d.Stream(dict+"/Filter/FlateDecode", Deflate(data))
}

// Deflate compresses as FlateDecode undoes it.
func Deflate(data []byte) []byte {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	if _, err := w.Write(data); err != nil {
		panic(err)
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// Page appends a page with its entries (boxes, Resources) and its content, and gives its object's number.
func (d *Doc) Page(entries, content string) int {
	c := d.Flate("", []byte(content))
	p := d.Add(fmt.Sprintf("<</Type/Page/Parent 2 0 R/Contents %d 0 R%s>>", c, entries))
	d.pages = append(d.pages, p)
	return p
}

// Boxes are the entries of a page of w by h points of trim with bleed around, the media box ending at the
// bleed.
func Boxes(w, h, bleed float64) string {
	return fmt.Sprintf("/MediaBox[0 0 %.4f %.4f]/BleedBox[0 0 %.4f %.4f]/TrimBox[%.4f %.4f %.4f %.4f]",
		w+2*bleed, h+2*bleed, w+2*bleed, h+2*bleed, bleed, bleed, w+bleed, h+bleed)
}

// Bytes writes the file with a classic cross-reference table.
func (d *Doc) Bytes() []byte {
	kids := make([]string, len(d.pages))
	for i, p := range d.pages {
		kids[i] = fmt.Sprintf("%d 0 R", p)
	}
	d.objects[0] = []byte("<</Type/Catalog/Pages 2 0 R" + d.Catalog + ">>")
	d.objects[1] = fmt.Appendf(nil, "<</Type/Pages/Count %d/Kids[%s]>>", len(kids), strings.Join(kids, " "))
	version := d.Version
	if version == "" {
		version = "1.6"
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "%%PDF-%s\n%%\xe2\xe3\xcf\xd3\n", version)
	offsets := make([]int, len(d.objects))
	for i, o := range d.objects {
		offsets[i] = b.Len()
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	start := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(d.objects)+1)
	for _, o := range offsets {
		fmt.Fprintf(&b, "%010d 00000 n \n", o)
	}
	fmt.Fprintf(&b, "trailer\n<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF\n", len(d.objects)+1, d.Trailer, start)
	return b.Bytes()
}
