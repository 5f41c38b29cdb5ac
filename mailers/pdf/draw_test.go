package pdf

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"postlift/mailers/sheet"
)

func TestNumbers(t *testing.T) {
	for um, want := range map[int]string{0: "0 ", 25400: "72 ", -25400: "-72 ", 1: ".003 ", 88: ".249 ", 210000: "595.276 ", 3175: "9 ", -88: "-.249 "} {
		if got := string(appendMilli(nil, milli(um))); got != want {
			t.Errorf("%d um: %q, want %q", um, got, want)
		}
	}
	for n, want := range map[int]string{0: "0 ", 100: "1 ", 5: ".05 ", 50: ".5 ", 95: ".95 ", 1234: "12.34 "} {
		if got := string(appendFixed(nil, n, 2)); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
}

// Numbers that are written read back as what they were.
func TestNumbersReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, digits := rapid.IntRange(-1_000_000_000, 1_000_000_000).Draw(t, "n"), rapid.IntRange(0, 8).Draw(t, "digits")
		text := strings.TrimSpace(string(appendFixed(nil, n, digits)))
		if got, err := strconv.ParseFloat(text, 64); err != nil || fmt.Sprintf("%.*f", digits, got) != fmt.Sprintf("%.*f", digits, float64(n)/pow10(digits)) {
			t.Fatalf("%d with %d decimals is %q", n, digits, text)
		}
		if text := string(appendInt(nil, n)); text != strconv.Itoa(n)+" " {
			t.Fatalf("%d is %q", n, text)
		}
	})
}

func pow10(n int) float64 {
	f := 1.0
	for range n {
		f *= 10
	}
	return f
}

// content is what a page of these operations is drawn with.
func content(t *testing.T, ops ...sheet.Op) string {
	t.Helper()
	f, err := New(options(t))
	if err != nil {
		t.Fatal(err)
	}
	p := sheet.Plan{PieceID: "pc_1", Sheet: a4, Fonts: loadFonts().refs, Pages: []sheet.Page{{Ops: ops}}}
	if _, _, err := f.draw(&p); err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(string(f.pen.buf), "\x00", "")
}

// A positive shift moves the next character right, which in a PDF is a negative number; state is repeated only
// where it changes; the second line starts relative to the first.
func TestTextContent(t *testing.T) {
	a := sheet.Op{Kind: sheet.OpText, Size: 10_000, X: 22_400, Y: 47_800, Text: "Ab (c)", Shift: []int16{-12, 0, 300}, Ink: sheet.Black}
	b := sheet.Op{Kind: sheet.OpText, Size: 10_000, X: 22_400, Y: 60_500, Text: "d\\e", Ink: sheet.Black}
	c := sheet.Op{Kind: sheet.OpText, Size: 10_500, X: 47_800, Y: 60_500, Text: "f", Ink: sheet.Ink{C: 100, M: 5}}
	got := content(t, a, b, c)
	font := strings.Fields(got)[strings.Count(got[:strings.Index(got, "/F")], " ")+strings.Count(got[:strings.Index(got, "/F")], "\n")]
	want := "BT\n/G1 gs\n0 0 0 1 k\nFONT 10 Tf\n72 714.898 Td[(A)12(b )-300(\\(c\\))]TJ\n0 -36 Td(d\\\\e)Tj\n/G0 gs\n1 .05 0 0 k\nFONT 10.5 Tf\n72 0 Td(f)Tj\nET\n"
	if want = strings.ReplaceAll(want, "FONT", font); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestShapeContent(t *testing.T) {
	for name, c := range map[string]struct {
		op   sheet.Op
		want string
	}{
		"box to the bleed": {sheet.Op{Kind: sheet.OpRect, X: -3000, Y: -3000, W: 216_000, H: 303_000, Ink: sheet.Ink{C: 50}}, ".5 0 0 0 k\n0 0 612.283 858.898 re f\n"},
		"code":             {sheet.Op{Kind: sheet.OpModules, X: 22_400, Y: 22_400, Unit: 254, Modules: []sheet.Module{{X: 1, Y: 2, W: 3, H: 4}}, Ink: sheet.Ink{K: 90}}, "0 0 0 .9 k\nq .72 0 0 -.72 72 786.898 cm\n1 2 3 4 re\nf Q\n"},
		"even-odd":         {sheet.Op{Kind: sheet.OpPath, X: 22_400, Y: 22_400, Path: &sheet.Path{Verbs: "MLZ", Coords: []int{0, 0, 25_400, 25_400}, EvenOdd: true}, Ink: sheet.Black}, "0 0 0 1 k\n72 786.898 m\n144 714.898 l\nh\nf*\n"},
		"dashes":           {sheet.Op{Kind: sheet.OpPath, X: 22_400, Y: 22_400, Path: &sheet.Path{Verbs: "ML", Coords: []int{0, 0, 25_400, 0}, Stroke: 127, Dash: []int{2540, 1270}}, Ink: sheet.Black}, "q .36 w [7.2 3.6 ]0 d 0 0 0 1 K\n72 786.898 m\n144 786.898 l\nS Q\n"},
	} {
		if got := content(t, c.op); got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

// A form's own trim box is put on the operation's box, whatever its origin and scale.
func TestFormMatrix(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		box := func(name string, lo, hi int) int { return rapid.IntRange(lo, hi).Draw(rt, name) }
		f := artwork()
		f.BBox = [4]int64{int64(box("l", -500_000, 500_000)), int64(box("b", -500_000, 500_000)), 0, 0}
		f.BBox[2], f.BBox[3] = f.BBox[0]+int64(box("w", 20_000, 3_000_000)), f.BBox[1]+int64(box("h", 20_000, 3_000_000))
		op := sheet.Op{Kind: sheet.OpForm, X: box("x", -3000, 100_000), Y: box("y", -3000, 100_000), W: box("ow", 10_000, 400_000), H: box("oh", 10_000, 400_000), Form: f}
		p := pen{f: &File{geo: geometryOf(a4)}}
		p.fit(&op)
		var m [6]float64
		for i, s := range strings.Fields(string(p.buf))[:6] {
			v, err := strconv.ParseFloat(s, 64)
			if err != nil {
				rt.Fatal(err)
			}
			m[i] = v
		}
		for i, want := range [4]int{p.f.geo.x(op.X), p.f.geo.y(op.Y + op.H), p.f.geo.x(op.X + op.W), p.f.geo.y(op.Y)} {
			got := m[i%2*3]*float64(f.BBox[i]) + m[4+i%2]*1000
			if d := got - float64(want); d > 20 || d < -20 { // a fiftieth of a point
				rt.Fatalf("edge %d at %f, want %d", i, got, want)
			}
		}
	})
}
