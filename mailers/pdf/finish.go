package pdf

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"strconv"
)

// finisher gets gofpdf's whole output in one Write and writes the file that conforms: pages, page tree, fonts,
// resources and everything around them, each object in the order it stands.
type finisher struct {
	f     *File
	faces []*resource // in the order of gofpdf's names for them
	names []string    // of the faces in the file
	out   *bufio.Writer
	hash  hash.Hash
	size  int64
	err   error
	at    []int64 // where each object starts
	buf   []byte
	head  string // what every page object starts with

	gofpdfSize int  // numbers that gofpdf gave out; ours follow
	own        bool // every page has its own dictionary of resources, since one for all would be long
	next       int  // first number that is free
	icc        int
	metadata   int
	pageNode   int // first of the nodes below the page tree's root; 0 where pages hang on the root itself
	partRoot   int
	partNode   int
	partLeaf   int // of the first piece
}

func newFinisher(f *File, w io.Writer) *finisher {
	x := &finisher{f: f, hash: sha256.New()}
	x.out = bufio.NewWriterSize(io.MultiWriter(w, x.hash), 64<<10)
	for _, r := range f.res.order {
		if r.kind == kindFont {
			x.faces = append(x.faces, r)
			x.names = append(x.names, r.face.finalName())
		}
	}
	return x
}

// summary is of the whole file, after it was written.
func (x *finisher) summary() Summary {
	return Summary{Pieces: len(x.f.pieces), Pages: len(x.f.pages), Bytes: x.size, SHA256: hex.EncodeToString(x.hash.Sum(nil))}
}

// Write implements io.Writer.
func (x *finisher) Write(p []byte) (int, error) {
	if err := x.rewrite(p); err != nil {
		return 0, err
	}
	x.flush()
	if x.err != nil {
		return 0, x.err
	}
	return len(p), nil
}

func (x *finisher) rewrite(p []byte) error {
	if err := x.number(p); err != nil {
		return err
	}
	if x.f.o.Standard == X1a {
		x.raw("%PDF-1.3\n%\xe2\xe3\xcf\xd3\n")
	} else {
		x.raw("%PDF-1.6\n%\xe2\xe3\xcf\xd3\n")
	}
	_, rest, _ := bytes.Cut(p, []byte("\n"))
	seen := 0
	for !bytes.HasPrefix(rest, []byte("xref\n")) {
		var o object
		var err error
		if o, rest, err = cutObject(rest); err != nil {
			return err
		}
		if err := x.object(o); err != nil {
			return err
		}
		seen++
	}
	if seen != x.gofpdfSize-1 {
		return fmt.Errorf("pdf: %d objects where %d were announced", seen, x.gofpdfSize-1)
	}
	x.pageNodes()
	x.shared()
	x.parts()
	x.about()
	return x.end()
}

// maxShared is how many resources the pages' common dictionary may have: a RIP reads it for every page. Files with a
// picture per recipient have thousands.
const maxShared = 60

// number gives every object of ours its number before any is written, since pages refer to them.
func (x *finisher) number(p []byte) error {
	tail := p[max(0, len(p)-200):]
	n, ok := field(tail, "/Size ")
	if want := 5 + 2*len(x.f.pages) + fontObjects*len(x.faces); !ok || n != want {
		return fmt.Errorf("pdf: gofpdf wrote %d objects, expected %d", n, want)
	}
	x.gofpdfSize, x.next = n, n
	x.own = len(x.f.res.order) > maxShared
	take := func(count int) (first int) {
		first = x.next
		x.next += count
		return first
	}
	for _, r := range x.f.res.order {
		switch r.kind {
		case kindImage, kindLayer:
			r.num = take(1)
		case kindForm:
			r.num = take(len(r.form.Objects))
		}
	}
	if n := len(x.f.pages); n > maxKids {
		x.pageNode = take((n + maxKids - 1) / maxKids)
	}
	if len(x.f.profile.stream) > 0 {
		x.icc = take(1)
	}
	if x.f.o.Standard == X4 {
		x.metadata = take(1)
	}
	if x.f.o.VT {
		x.partRoot, x.partNode, x.partLeaf = take(1), take(1), take(len(x.f.pieces))
	}
	x.at = make([]int64, x.next)
	return nil
}

// object is one of gofpdf's, cut into its parts.
type object struct {
	num    int
	dict   []byte
	stream []byte // nil when it has none
}

// cutObject takes the first object off p.
func cutObject(p []byte) (o object, rest []byte, err error) {
	head, body, ok := bytes.Cut(p, []byte(" 0 obj\n"))
	if o.num, err = strconv.Atoi(string(head)); !ok || err != nil {
		return o, nil, fmt.Errorf("pdf: %.20q is no object", p)
	}
	end, stream := bytes.Index(body, []byte("endobj\n")), false
	if s := bytes.Index(body[:max(0, end)], []byte("\nstream\n")); s >= 0 {
		end, stream = s+1, true
	}
	if end < 0 {
		return o, nil, fmt.Errorf("pdf: object %d has no end", o.num)
	}
	o.dict, rest = bytes.TrimSpace(body[:end]), body[end:]
	if !stream {
		return o, rest[len("endobj\n"):], nil
	}
	n, ok := field(o.dict, "/Length ")
	rest = rest[len("stream\n"):]
	const tail = "\nendstream\nendobj\n"
	if !ok || n < 0 || len(rest) < n+len(tail) || string(rest[n:n+len(tail)]) != tail {
		return o, nil, fmt.Errorf("pdf: stream %d has no end", o.num)
	}
	o.stream = rest[:n:n]
	return o, rest[n+len(tail):], nil
}

// field reads the number after a key.
func field(p []byte, key string) (n int, ok bool) {
	i := bytes.Index(p, []byte(key))
	if i < 0 {
		return 0, false
	}
	p = p[i+len(key):]
	for i = 0; i < len(p) && p[i] >= '0' && p[i] <= '9'; i++ {
		n = n*10 + int(p[i]-'0')
	}
	return n, i > 0
}

// object writes what becomes of one of gofpdf's objects: 1 is the page tree and 2 the resources, then come
// two for each page, those of the fonts, the document's information and its catalog.
func (x *finisher) object(o object) error {
	firstFont := 3 + 2*len(x.f.pages)
	switch {
	case o.num == 1:
		x.pageTree()
	case o.num == 2:
		x.begin(2)
		if x.own {
			x.resources(nil)
		} else {
			x.resources(x.f.res.order)
		}
		x.raw("\nendobj\n")
	case o.num < firstFont && o.num%2 == 1:
		x.page((o.num - 3) / 2)
	case o.num < firstFont:
		return x.content(o)
	case o.num < firstFont+fontObjects*len(x.faces):
		return x.font(o, o.num-firstFont)
	}
	return nil // information and catalog are written at the end
}

// content writes a page's content where gofpdf has its number.
func (x *finisher) content(o object) error {
	i := (o.num - 4) / 2
	if n, ok := field(o.stream, pageMarker); !ok || n != i+1 {
		return fmt.Errorf("pdf: object %d is not the content of page %d", o.num, i+1)
	}
	x.begin(o.num)
	x.stream("/Filter/FlateDecode", x.f.pages[i].content)
	return nil
}

// fontObjects is how many objects gofpdf writes for a font: the font, its only descendant, the map to Unicode,
// the character collection, the descriptor, the map to glyphs and the font file.
const fontObjects = 7

// font copies one with its proper name instead of gofpdf's.
func (x *finisher) font(o object, i int) error {
	face, dict := i/fontObjects, o.dict
	from := []byte("/utf8" + family(face))
	switch i % fontObjects {
	case 2:
		x.begin(o.num)
		x.stream("/Filter/FlateDecode", deflate(6, toUnicode(x.faces[face].face)))
		return nil
	case 0:
		x.faces[face].num = o.num
		fallthrough
	case 1, 4:
		if !bytes.Contains(dict, from) {
			return fmt.Errorf("pdf: object %d is not of font %s", o.num, from)
		}
		dict = bytes.ReplaceAll(dict, from, appendName(nil, x.names[face]))
	}
	x.begin(o.num)
	x.bytes(dict)
	if o.stream != nil {
		x.raw("\nstream\n")
		x.bytes(o.stream)
		x.raw("\nendstream")
	}
	x.raw("\nendobj\n")
	return nil
}
