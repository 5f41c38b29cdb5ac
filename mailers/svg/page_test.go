package svg

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"postlift"
	"postlift/mailers/sheet"
	"postlift/mailers/typeset"
)

func drawn(t testing.TB, p *sheet.Plan, o Options) string {
	t.Helper()
	var b bytes.Buffer
	if err := Page(&b, p, 0, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// elements parses the document and tells how often each element stands in it; every id may stand once, and
// every reference must have its id.
func elements(t testing.TB, doc string) map[string]int {
	t.Helper()
	count, ids, refs := map[string]int{}, map[string]bool{}, []string{}
	d := xml.NewDecoder(strings.NewReader(doc))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("%v\n%.2000s", err, doc)
		}
		e, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		count[e.Name.Local]++
		for _, a := range e.Attr {
			switch {
			case a.Name.Local == "id" && ids[a.Value]:
				t.Fatalf("id %s stands twice", a.Value)
			case a.Name.Local == "id":
				ids[a.Value] = true
			case a.Name.Local == "href" && a.Value[0] == '#':
				refs = append(refs, a.Value[1:])
			}
		}
	}
	for _, r := range refs {
		if !ids[r] {
			t.Fatalf("%s is not defined", r)
		}
	}
	return count
}

func onePage(ops ...sheet.Op) *sheet.Plan {
	return &sheet.Plan{PieceID: "pc_1", Sheet: sheet.Sheet{Name: "A6", W: 148_000, H: 105_000, Bleed: 3_000}, Pages: []sheet.Page{{Ops: ops}}}
}

func TestPageIsSound(t *testing.T) {
	p, family := samplePlan(t)
	o := Options{Fonts: family, Zones: true, Bleed: true, Prefix: "a-"}
	doc := drawn(t, &p, o)
	count := elements(t, doc)
	if count["image"] != 2 || count["text"] != 1 || count["title"] != 1 || count["desc"] != 1 {
		t.Errorf("elements %v", count)
	}
	for _, want := range []string{`role="img"`, `width="216mm" height="303mm" viewBox="-3000 -3000 216000 303000"`, ">Page 1 of 1<", "window &lt;DL&gt;", `id="a-g0"`} {
		if !strings.Contains(doc, want) {
			t.Errorf("%s is missing", want)
		}
	}
	if again := drawn(t, &p, o); again != doc {
		t.Error("drawn twice, it differs")
	}
	o.Bleed, o.Zones = false, false
	if doc := drawn(t, &p, o); !strings.Contains(doc, `width="210mm" height="297mm" viewBox="0 0 210000 297000"`) || strings.Contains(doc, "window") {
		t.Error("the bleed or the zones are shown, unasked")
	}
}

// Runes, advances and shifts of a run add up as the print file adds them.
func TestGlyphPlaces(t *testing.T) {
	refs, family := fonts(t)
	p := onePage(sheet.Op{Kind: sheet.OpText, Size: 10_000, X: 10_000, Y: 20_000, Text: "AV A", Shift: []int16{-37, 0, 120}, Ink: sheet.Black})
	p.Fonts = refs
	doc := drawn(t, p, Options{Fonts: family})
	adv := family[sheet.Regular].Advance
	if family[sheet.Regular].UnitsPerEm() != 1000 {
		t.Fatal("the places below are in thousandths of the size")
	}
	v := adv('A') - 37
	last := v + adv('V') + adv(' ') + 120
	var d drawing
	d.add(`<g fill="#000000" transform="translate(10000 20000) scale(3.527778)"><use href="#g0" x="0"/><use href="#g1" x="`, v, `"/><use href="#g0" x="`, last, `"/></g>`)
	if !strings.Contains(doc, string(d.body)) {
		t.Errorf("%s is missing from\n%s", d.body, doc)
	}
}

func TestAnyTextIsSafe(t *testing.T) {
	_, family := fonts(t)
	rapid.Check(t, func(rt *rapid.T) {
		hostile := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{`"><script>alert(1)</script>`, "]]>", "\x00\ufffe\x1b", "&amp;<!--"}))
		p := onePage(sheet.Op{Kind: sheet.OpForm, W: 50_000, H: 50_000, Form: &sheet.Form{W: 50_000, H: 50_000}})
		p.Pages[0].Zones = []sheet.Zone{{Name: hostile.Draw(rt, "zone"), W: 1000, H: 1000}}
		words := strings.Map(func(r rune) rune {
			if family[sheet.Bold].Has(r) {
				return r
			}
			return -1
		}, hostile.Draw(rt, "text"))
		p.Pages[0].Ops = append(p.Pages[0].Ops, sheet.Op{Kind: sheet.OpText, Style: sheet.Bold, Size: 9_000, Text: words})
		count := elements(t, drawn(t, p, Options{Fonts: family, Zones: true, Title: hostile.Draw(rt, "title"), NotShown: hostile.Draw(rt, "not shown")}))
		if count["script"] != 0 || count["text"] != 2 || count["pattern"] != 1 {
			rt.Fatalf("elements %v", count)
		}
	})
}

func TestPageRefuses(t *testing.T) {
	_, family := fonts(t)
	for name, op := range map[string]sheet.Op{
		"a rune without a glyph": {Kind: sheet.OpText, Size: 9_000, Text: "a😀"},
		"a style without a font": {Kind: sheet.OpText, Size: 9_000, Style: sheet.Italic, Text: "a"},
		"no size":                {Kind: sheet.OpText, Text: "a"},
		"too many shifts":        {Kind: sheet.OpText, Size: 9_000, Text: "ab", Shift: []int16{1, 2}},
		"no outline":             {Kind: sheet.OpPath},
		"a broken outline":       {Kind: sheet.OpPath, Path: &sheet.Path{Verbs: "ML", Coords: []int{1, 2, 3}}},
		"an outline from a line": {Kind: sheet.OpPath, Path: &sheet.Path{Verbs: "L", Coords: []int{1, 2}}},
		"spare coordinates":      {Kind: sheet.OpPath, Path: &sheet.Path{Verbs: "M", Coords: []int{1, 2, 3, 4}}},
		"dashes of nothing":      {Kind: sheet.OpPath, Path: &sheet.Path{Verbs: "ML", Coords: []int{0, 0, 3, 4}, Stroke: 5, Dash: []int{0, 0}}},
		"a negative dash":        {Kind: sheet.OpPath, Path: &sheet.Path{Verbs: "ML", Coords: []int{0, 0, 3, 4}, Stroke: 5, Dash: []int{-1, 3}}},
		"modules without size":   {Kind: sheet.OpModules},
		"no image":               {Kind: sheet.OpImage},
		"an unknown picture":     {Kind: sheet.OpImage, Image: &sheet.Image{Screen: []byte("GIF89a")}},
		"no form":                {Kind: sheet.OpForm},
		"an unknown operation":   {Kind: 200},
	} {
		var b bytes.Buffer
		if err := Page(&b, onePage(op), 0, Options{Fonts: typeset.Family{family[0], family[1]}}); err == nil {
			t.Errorf("%s: drawn", name)
		} else if b.Len() > 0 {
			t.Errorf("%s: a part was written", name)
		}
	}
	if err := Page(io.Discard, onePage(), 1, Options{}); postlift.KindOf(err) != postlift.NotFound {
		t.Errorf("page 2 of 1: %v", err)
	}
	if err := Page(io.Discard, onePage(), 0, Options{Prefix: `"`}); postlift.KindOf(err) != postlift.Invalid {
		t.Errorf("a quote as prefix: %v", err)
	}
}

func TestPlainColours(t *testing.T) {
	for ink, want := range map[sheet.Ink][3]uint8{
		sheet.Paper: {255, 255, 255}, sheet.Black: {0, 0, 0}, {C: 100}: {0, 255, 255}, {M: 50, K: 50}: {128, 64, 128}, {Y: 200, K: 255}: {0, 0, 0},
	} {
		if got := plainRGB(ink); got != want {
			t.Errorf("%v is %v, want %v", ink, got, want)
		}
	}
	doc := drawn(t, onePage(sheet.Op{Kind: sheet.OpRect, W: 10, H: 10, Ink: sheet.Ink{C: 100, Spot: "HKS 44", Tint: 50}}), Options{})
	if !strings.Contains(doc, `fill="#80ffff"`) {
		t.Errorf("half a tint of cyan is not its colour:\n%s", doc)
	}
}

func TestFormWithItsBleed(t *testing.T) {
	f := &sheet.Form{W: 210_000, H: 100_000, Bleed: 3_000, Screen: []byte("\x89PNG\r\n\x1a\n")}
	doc := drawn(t, onePage(sheet.Op{Kind: sheet.OpForm, X: 10_000, Y: 20_000, W: 105_000, H: 50_000, Form: f}), Options{})
	if want := `<image x="8500" y="18500" width="108000" height="53000" preserveAspectRatio="none" href="data:image/png;base64,`; !strings.Contains(doc, want) {
		t.Errorf("%s is missing from\n%s", want, doc)
	}
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errors.New("disk full") }

func TestWriterFails(t *testing.T) {
	if err := Page(fullDisk{}, onePage(), 0, Options{}); err == nil || !strings.Contains(err.Error(), "disk full") {
		t.Errorf("%v", err)
	}
}

func BenchmarkPage(b *testing.B) {
	p, family := samplePlan(b)
	b.ReportAllocs()
	for b.Loop() {
		if err := Page(io.Discard, &p, 0, Options{Fonts: family}); err != nil {
			b.Fatal(err)
		}
	}
}
