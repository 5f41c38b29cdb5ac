package trace_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"postlift/mailers/pdfread"
	"postlift/mailers/pdfread/pdfreadtest"
	"postlift/mailers/pdfread/trace"
)

// follow gives the events of a file's first page as lines.
func follow(t *testing.T, d *pdfreadtest.Doc) string {
	t.Helper()
	f, err := pdfread.Open(d.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	pages, err := f.Pages()
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	see := func(e *trace.Event) {
		s := [...]string{"path", "text", "image", "shading", "form", "state", "program", "broken"}[e.Kind]
		for _, c := range e.Colours {
			s += fmt.Sprintf(" %s%v", c.Space, c.Values)
		}
		if e.Boxed && e.Kind != trace.Text {
			r := func(v float64) float64 { return math.Round(v*100) / 100 }
			s += fmt.Sprintf(" at %v %v %v %v", r(e.Box.Left), r(e.Box.Bottom), r(e.Box.Right), r(e.Box.Top))
		}
		if e.Size > 0 {
			s += fmt.Sprintf(" size %.3g", e.Size)
		}
		if e.Image != nil {
			s += fmt.Sprintf(" %dx%d %.0f ppi %v", e.Image.W, e.Image.H, e.Image.PPI, e.Image.Space)
		}
		if e.Where != "" {
			s += " in " + e.Where
		}
		out = append(out, s+e.Why)
	}
	if err := trace.New(f, see).Page(pages[0]); err != nil {
		t.Fatal(err)
	}
	return strings.Join(out, "\n")
}

func TestEvents(t *testing.T) {
	media := "/MediaBox[0 0 600 800]"
	font := "/Resources<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/X>>>>>>"
	cases := []struct{ what, entries, content, want string }{
		{"initial black", "", "1 2 3 4 re f", "path DeviceGray[0] at 1 2 4 6"},
		{"fill and stroke", "", "1 0 0 RG 0 1 0 0 k 2 w 0 0 9 9 re B", "path DeviceCMYK[0 1 0 0] DeviceRGB[1 0 0] at 0 0 9 9 size 2"},
		{"saved states", "", "q .5 g Q 0 0 9 9 re f", "path DeviceGray[0] at 0 0 9 9"},
		{"matrices multiply", "", "2 0 0 2 10 0 cm 0 1 -1 0 0 0 cm 3 w 1 2 m 5 2 l S", "path DeviceGray[0] at 6 2 6 10 size 6"},
		{"nothing is painted", "", "0 0 9 9 re n 1 0 0 rg", ""},
		{"a path ends with its paint", "", "0 0 9 9 re f f", "path DeviceGray[0] at 0 0 9 9"},
		{"text size by all matrices", font, ".5 0 0 .5 0 0 cm BT /F 2 Tf 12 0 0 12 5 5 Tm (a) Tj ET", "text DeviceGray[0] size 12"},
		{"invisible text", font, "BT /F 9 Tf 3 Tr (a) Tj ET", ""},
		{"outlined text", font, "BT /F 9 Tf 1 Tr 0 0 0 1 K (a) Tj ET", "text DeviceCMYK[0 0 0 1] size 9"},
		{"text without font", "", "BT (a) Tj ET", "brokentext is shown without a font"},
		{"inline image", "", "q 72 0 0 36 10 10 cm BI /W 300/H 75/BPC 8/CS/CMYK ID xx\nEI Q", "image at 10 10 82 46 300x75 150 ppi DeviceCMYK"},
		{"scaled page", "/UserUnit 2", "1 w 0 0 9 9 re S", "path DeviceGray[0] at 0 0 18 18 size 2"},
		{"spot of an array", "/Resources<</ColorSpace<</S[/Separation/Gold/DeviceCMYK 9 0 R]>>>>", "/S cs 0 0 9 9 re f .3 scn 0 0 1 1 re f",
			"path Separation Gold over DeviceCMYK[1] at 0 0 9 9\npath Separation Gold over DeviceCMYK[0.3] at 0 0 1 1"},
		{"unknown space", "", "/Nope cs", "brokenthe colour space Nope is missing or broken"},
	}
	for _, c := range cases {
		d := pdfreadtest.New()
		if !strings.Contains(c.entries, "Resources") {
			c.entries += "/Resources<<>>"
		}
		d.Page(media+c.entries, c.content)
		if got := follow(t, d); got != c.want {
			t.Errorf("%s:\ngot  %s\nwant %s", c.what, got, c.want)
		}
	}
}

// TestNested: forms, patterns and soft masks tell where they are; the same place is told once.
func TestNested(t *testing.T) {
	d := pdfreadtest.New()
	tile := d.Stream("/PatternType 1/PaintType 1/BBox[0 0 9 9]/XStep 9/YStep 9/Matrix[2 0 0 2 0 0]/Resources<<>>", []byte("1 g 0 0 4 4 re f")) // 3
	in := d.Stream("/Subtype/Form/BBox[0 0 9 9]/Matrix[1 0 0 1 5 5]", []byte("0 0 2 2 re f"))                                                  // 4
	d.Page(fmt.Sprintf("/MediaBox[0 0 99 99]/Resources<</XObject<</X %d 0 R>>/Pattern<</P %d 0 R>>>>", in, tile),
		"/X Do /X Do q 2 0 0 2 0 0 cm .5 g /X Do Q /Pattern cs /P scn 0 0 9 9 re f 0 0 9 9 re f")
	want := "form\npath DeviceGray[0] at 5 5 7 7 in form X (object 4)\n" +
		"form\npath DeviceGray[0.5] at 10 10 14 14 in form X (object 4)\n" +
		"path Pattern[] at 0 0 9 9\npath DeviceGray[1] at 0 0 8 8 in pattern (object 3)\npath Pattern[] at 0 0 9 9"
	if got := follow(t, d); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestGrowth: forms that draw the next one twice, thirty deep, would be a thousand million.
func TestGrowth(t *testing.T) {
	d := pdfreadtest.New()
	last := d.Stream("/Subtype/Form/BBox[0 0 9 9]/Resources<<>>", []byte("0 0 2 2 re f"))
	for range 22 {
		last = d.Stream(fmt.Sprintf("/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X %d 0 R>>>>", last), []byte("q 1.1 0 0 1.1 1 1 cm /X Do Q q .9 0 0 .9 2 3 cm /X Do Q"))
	}
	d.Page(fmt.Sprintf("/MediaBox[0 0 99 99]/Resources<</XObject<</X %d 0 R>>>>", last), "/X Do")
	if got := follow(t, d); !strings.Contains(got, "too costly") {
		t.Error("the growth is followed to its end")
	}
}

func TestSpaces(t *testing.T) {
	f, err := pdfread.Open(func() []byte { d := pdfreadtest.New(); d.Page("/MediaBox[0 0 9 9]", ""); return d.Bytes() }())
	if err != nil {
		t.Fatal(err)
	}
	n := func(s string) pdfread.Name { return pdfread.Name(s) }
	lab := pdfread.Array{n("Lab"), pdfread.Dict{}}
	for _, c := range []struct {
		space   pdfread.Object
		process bool
		spots   string
	}{
		{n("DeviceCMYK"), true, "[]"}, {n("DeviceGray"), true, "[]"}, {n("DeviceRGB"), false, "[]"}, {lab, false, "[]"},
		{pdfread.Array{n("Indexed"), n("DeviceRGB"), int64(1), pdfread.String("abcdef")}, false, "[]"},
		{pdfread.Array{n("Separation"), n("Gold"), n("DeviceCMYK"), nil}, true, "[Gold]"},
		{pdfread.Array{n("Separation"), n("Gold"), lab, nil}, false, "[Gold]"},
		{pdfread.Array{n("Separation"), n("Gold")}, false, "[Gold]"},
		{pdfread.Array{n("DeviceN"), pdfread.Array{n("Cyan"), n("Gold")}, n("DeviceCMYK"), nil}, true, "[Gold]"},
		{n("Pattern"), true, "[]"}, {pdfread.Array{n("ICCBased"), &pdfread.Stream{Dict: pdfread.Dict{"N": int64(4)}}}, true, "[]"}, {pdfread.Array{n("Pattern"), n("DeviceRGB")}, false, "[]"},
	} {
		s := trace.SpaceOf(f, c.space, nil)
		if s == nil {
			t.Errorf("%v is no colour space", c.space)
			continue
		}
		if s.Process() != c.process || fmt.Sprint(s.Spots()) != c.spots {
			t.Errorf("%v: process %v, spots %v", c.space, s.Process(), s.Spots())
		}
	}
	for _, components := range []int64{-1, 0, 2, 1 << 60} {
		if s := trace.SpaceOf(f, pdfread.Array{n("ICCBased"), &pdfread.Stream{Dict: pdfread.Dict{"N": components}}}, nil); s != nil {
			t.Errorf("a profile of %d components gives %v", components, s)
		}
	}
}
