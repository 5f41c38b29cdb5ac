package artwork_test

import (
	"bytes"
	"compress/lzw"
	"fmt"
	"image"
	_ "image/png"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"postlift/mailers/artwork"
	"postlift/mailers/pdfread/pdfreadtest"
	"postlift/mailers/sheet"
)

// The tests' page: 100 x 60 mm with 3 mm of bleed.
const (
	trimW, trimH, bleed = 100_000, 60_000, 3000
	pt                  = 72 / 25400.0
)

var want = artwork.Want{W: trimW, H: trimH, Bleed: bleed}

func boxes() string { return pdfreadtest.Boxes(trimW*pt, trimH*pt, bleed*pt) }

// clean is a page with everything that may be in one: process and spot colours, ICC-based CMYK, patterns,
// gradient, images in several encodings, a Type 3 font, transparency, a soft mask, layers on and off.
func clean(extra string) *pdfreadtest.Doc { return cleanWithout(extra) }

// cleanWithout leaves out the lines of content that hold one of the words.
func cleanWithout(extra string, words ...string) *pdfreadtest.Doc {
	d := pdfreadtest.New()
	tint := d.Add("<</FunctionType 2/Domain[0 1]/C0[0 0 0 0]/C1[1 .6 0 .1]/N 1>>")
	spot := d.Add(fmt.Sprintf("[/Separation/Brand#20Blue/DeviceCMYK %d 0 R]", tint))
	profile := d.Flate("/N 4", header("CMYK"))
	icc := d.Add(fmt.Sprintf("[/ICCBased %d 0 R]", profile))
	tile := d.Stream("/PatternType 1/PaintType 1/TilingType 1/BBox[0 0 8 8]/XStep 8/YStep 8/Matrix[1 .3 0 1 2 1]/Resources<<>>", []byte("0 1 1 0 k 0 0 4 4 re f 1 0 0 0 k 4 4 4 4 re f"))
	shade := d.Add(fmt.Sprintf("<</ShadingType 2/ColorSpace/DeviceCMYK/Coords[0 0 100 0]/Function %d 0 R/Extend[true true]>>", tint))
	shaded := d.Add(fmt.Sprintf("<</PatternType 2/Shading %d 0 R/Matrix[1 0 0 1 150 100]>>", shade))
	pixels := make([]byte, 40*40)
	for i := range pixels {
		pixels[i] = byte(i * 7)
	}
	gray := d.Stream("/Type/XObject/Subtype/Image/Width 40/Height 40/BitsPerComponent 8/ColorSpace/DeviceGray/Filter/LZWDecode/DecodeParms<</EarlyChange 0>>", pack(pixels))
	mask := d.Flate("/Type/XObject/Subtype/Image/Width 20/Height 20/BitsPerComponent 8/ColorSpace/DeviceGray", pixels[:400])
	cmyk := d.Flate(fmt.Sprintf("/Type/XObject/Subtype/Image/Width 20/Height 20/BitsPerComponent 8/ColorSpace %d 0 R/SMask %d 0 R", icc, mask), pixels)
	group := d.Flate("/Type/XObject/Subtype/Form/BBox[0 0 60 30]/Group<</S/Transparency/CS/DeviceGray>>/Resources<<>>", []byte("1 g 0 0 60 30 re f 0 g 10 5 20 20 re f"))
	soft := d.Add(fmt.Sprintf("<</Type/ExtGState/SMask<</S/Luminosity/G %d 0 R>>/TR2/Default/HT/Default>>", group))
	blend := d.Add("<</Type/ExtGState/BM/Multiply/ca .5>>")
	glyph := d.Flate("", []byte("600 0 0 0 500 700 d1 0 0 500 700 re f"))
	type3 := d.Add(fmt.Sprintf("<</Type/Font/Subtype/Type3/FontBBox[0 0 600 700]/FontMatrix[.001 0 0 .001 0 0]/CharProcs<</box %d 0 R>>/Encoding<</Differences[97/box]>>/FirstChar 97/LastChar 97/Widths[600]/Resources<<>>>>", glyph))
	form := d.Flate("/Type/XObject/Subtype/Form/BBox[0 0 50 50]/Matrix[.8 .2 -.2 .8 0 0]", []byte("/Spot cs .7 scn 0 0 50 50 re f q"))
	on, off := d.Add("<</Type/OCG/Name(on)>>"), d.Add("<</Type/OCG/Name(off)>>")
	d.Catalog = fmt.Sprintf("/OCProperties<</OCGs[%d 0 R %d 0 R]/D<</OFF[%d 0 R]>>>>", on, off, off)
	hidden := d.Flate(fmt.Sprintf("/Type/XObject/Subtype/Form/BBox[0 0 900 900]/OC %d 0 R", off), []byte("0 0 900 900 re f"))
	unused := d.Flate("/Type/XObject/Subtype/Image/Width 1/Height 1/BitsPerComponent 8/ColorSpace/DeviceRGB", []byte("abc"))
	resources := fmt.Sprintf("/Resources<</ColorSpace<</Spot %d 0 R/Icc %d 0 R/Rgb/DeviceRGB>>/Pattern<</Tile %d 0 R/Shaded %d 0 R>>/Shading<</Sh %d 0 R>>"+
		"/XObject<</Gray %d 0 R/Cmyk %d 0 R/Form %d 0 R/Hidden %d 0 R/Unused %d 0 R>>/ExtGState<</Soft %d 0 R/Blend %d 0 R>>/Font<</T3 %d 0 R>>/Properties<</On %d 0 R/Off %d 0 R>>>>",
		spot, icc, tile, shaded, shade, gray, cmyk, form, hidden, unused, soft, blend, type3, on, off)
	content := []string{
		".1 0 0 0 k 0 0 400 300 re f",
		"q 1 0 0 1 20 20 cm /Form Do Q",
		"/Pattern cs /Tile scn 80 20 40 40 re f /Shaded scn 150 100 100 50 re f",
		"/Icc cs 0 .5 1 0 scn 130 20 20 60 re f",
		"q 60 100 60 30 re W n 1 0 0 1 60 0 cm /Sh sh Q",
		"q 18 0 0 18 200 20 cm /Gray Do Q q 9 0 0 9 230 20 cm /Cmyk Do Q",
		"q 9 0 0 9 245 20 cm BI /W 2/H 2/BPC 8/CS/CMYK/F/AHx ID 00FF0000FF00000000FF0000000000FF> EI Q",
		"BT 0 0 0 1 k /T3 20 Tf 30 120 Td (aaa) Tj ET",
		"q /Blend gs 1 0 0 0 k 30 110 40 40 re f Q",
		"q 1 0 0 1 180 60 cm /Soft gs 0 1 0 0 k 0 0 60 30 re f Q",
		"/OC /On BDC 0 0 1 0 k 5 5 10 10 re f EMC",
		"/OC /Off BDC q 0 0 0 1 k 0 0 400 300 re f BT /T3 90 Tf 40 40 Td 1 Tr (aa) Tj 0 Tr ET Q EMC",
		"/Hidden Do",
		"0 1 0 0 K 2 w 10 90 m 60 95 l S q q 0 0 0 .5 k", // states stay open
		"250 150 20 10 re f",
	}
	for _, w := range words {
		content = slices.DeleteFunc(content, func(s string) bool { return strings.Contains(s, w) })
	}
	d.Page(boxes()+resources+extra, strings.Join(content, "\n"))
	return d
}

// header is an ICC profile's header and no more: enough to tell its data space.
func header(space string) []byte {
	b := make([]byte, 132)
	copy(b[12:], "prtr"+space)
	copy(b[36:], "acsp")
	return b
}

func pack(data []byte) []byte {
	var b bytes.Buffer
	w := lzw.NewWriter(&b, lzw.MSB, 8)
	_, _ = w.Write(data)
	_ = w.Close()
	return b.Bytes()
}

// place writes a file of one page that shows nothing but the form, its bleed at the page's edges.
func place(f *sheet.Form) []byte {
	d := pdfreadtest.New()
	first := 0
	base := 2 // objects of the document before those of the form
	for i, o := range f.Objects {
		var b bytes.Buffer
		for k, part := range o.Parts {
			if k > 0 {
				fmt.Fprintf(&b, "%d 0 R", base+1+o.Refs[k-1])
			}
			b.Write(part)
		}
		if n := d.Add(b.String()); i == 0 {
			first = n
		}
	}
	w, h, e := float64(f.W)*pt, float64(f.H)*pt, float64(f.Bleed)*pt
	x, y := float64(f.BBox[0])/1000, float64(f.BBox[1])/1000
	d.Page(pdfreadtest.Boxes(w, h, e)+fmt.Sprintf("/Resources<</XObject<</F %d 0 R>>>>", first),
		fmt.Sprintf("1 0 0 rg 7 w 2 Tr q 1 0 0 1 %.5f %.5f cm /F Do Q", e-x, e-y))
	return d.Bytes()
}

func needs(t *testing.T, tools ...string) {
	t.Helper()
	for _, tool := range tools {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is not installed", tool)
		}
	}
}

// run gives what a program makes of data: IN and OUT stand for files.
func run(t *testing.T, data []byte, ext string, name string, args ...string) []byte {
	t.Helper()
	needs(t, name)
	dir := t.TempDir()
	in, out := filepath.Join(dir, "in"+ext), filepath.Join(dir, "out")
	if strings.Contains(strings.Join(args, " "), "OUT.png") {
		out += ".png"
	} else {
		out += ".pdf"
	}
	if err := os.WriteFile(in, data, 0o600); err != nil {
		t.Fatal(err)
	}
	filled := make([]string, len(args))
	for i := range args {
		filled[i] = strings.NewReplacer("OUT.png", out, "OUT", out, "IN", in).Replace(args[i])
	}
	if b, err := exec.Command(name, filled...).CombinedOutput(); err != nil {
		t.Fatalf("%s %v: %v\n%s", name, filled, err, b)
	}
	b, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// picture rasterises page 1 at 100 dpi.
func picture(t *testing.T, pdf []byte, by string) image.Image {
	t.Helper()
	var data []byte
	switch by {
	case "mutool":
		data = run(t, pdf, ".pdf", "mutool", "draw", "-q", "-r", "100", "-F", "png", "-o", "OUT.png", "IN", "1")
	case "gs":
		data = run(t, pdf, ".pdf", "gs", "-q", "-dSAFER", "-dNOPAUSE", "-dBATCH", "-sDEVICE=png16m", "-r100", "-dFirstPage=1", "-dLastPage=1", "-sOutputFile=OUT.png", "IN")
	}
	img, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// differ is the share of pixels that differ by more than 32 of 255 in any channel.
func differ(t *testing.T, a, b image.Image) float64 {
	t.Helper()
	w, h := min(a.Bounds().Dx(), b.Bounds().Dx()), min(a.Bounds().Dy(), b.Bounds().Dy())
	if math.Abs(float64(a.Bounds().Dx()-b.Bounds().Dx())) > 1 || math.Abs(float64(a.Bounds().Dy()-b.Bounds().Dy())) > 1 {
		t.Fatalf("sizes %v and %v", a.Bounds(), b.Bounds())
	}
	off := 0
	for y := range h {
		for x := range w {
			r1, g1, b1, _ := a.At(x, y).RGBA()
			r2, g2, b2, _ := b.At(x, y).RGBA()
			if far(r1, r2) || far(g1, g2) || far(b1, b2) {
				off++
			}
		}
	}
	return float64(off) / float64(w*h)
}

func far(a, b uint32) bool { return math.Abs(float64(a>>8)-float64(b>>8)) > 32 }
