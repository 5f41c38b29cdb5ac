package preflight

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"image"
	"image/color"
	"image/png"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"postlift/mailers/sheet"
	"postlift/mailers/typeset"
	"postlift/templates"
)

// family loads the shipped fonts, once.
var family = sync.OnceValues(func() (f typeset.Family, err error) {
	for i, name := range []string{"SourceSans3-Regular.ttf", "SourceSans3-Bold.ttf", "SourceSans3-It.ttf", "SourceSans3-BoldIt.ttf"} {
		data, err := fs.ReadFile(templates.Fonts(), name)
		if err != nil {
			return f, err
		}
		sum := sha256.Sum256(data)
		if f[i], err = typeset.LoadFace(templates.Fonts(), sheet.FontRef{File: name, SHA256: hex.EncodeToString(sum[:])}); err != nil {
			return f, err
		}
	}
	return f, nil
})

func fonts(t testing.TB) typeset.Family {
	t.Helper()
	f, err := family()
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func text(f typeset.Family, part sheet.Part, x, y, size int, s string) sheet.Op {
	return sheet.Op{Kind: sheet.OpText, Part: part, X: x, Y: y, Size: size, W: f[sheet.Regular].Width(s, size), Ink: sheet.Black, Text: s}
}

func rect(part sheet.Part, x, y, w, h int, ink sheet.Ink) sheet.Op {
	return sheet.Op{Kind: sheet.OpRect, Part: part, X: x, Y: y, W: w, H: h, Ink: ink}
}

func code(part sheet.Part, x, y, modules, unit int) sheet.Op {
	return sheet.Op{Kind: sheet.OpModules, Part: part, X: x, Y: y, W: modules * unit, H: modules * unit, Unit: unit, Ink: sheet.Black}
}

// tint is a light ground colour.
var tint = sheet.Ink{C: 8, M: 3, Y: 2}

// letter is an A4 sheet in DIN 5008 Form B with all that a letter has, and without fault.
func letter(t testing.TB) *sheet.Plan {
	f := fonts(t)
	p := &sheet.Plan{PieceID: "pc_1", Sheet: sheet.Sheet{Name: "A4", W: 210_000, H: 297_000, Bleed: 3000}}
	for i := range p.Fonts {
		p.Fonts[i] = sheet.FontRef{File: "font.ttf"}
	}
	ops := []sheet.Op{text(f, sheet.PartReturn, 25_000, 60_400, 7000, "Musterbau GmbH · Beispielweg 1 · 12345 Musterstadt"), rect(sheet.PartReturn, 25_000, 61_500, 70_000, 88, sheet.Black)}
	for i, s := range []string{"Beispiel Handels GmbH", "Einkauf", "Frau Dr. Ångström", "Gewerbestraße 12", "54321 Beispielstadt"} {
		ops = append(ops, text(f, sheet.PartAddress, 25_000, 66_500+4550*i, 10_500, s))
	}
	line := "Sehr geehrte Frau Ångström, seit dem Frühjahr haben wir nichts mehr von Ihnen gehört, und das"
	for i := range 45 {
		ops = append(ops, text(f, sheet.PartBody, 25_000, 105_000+i*3500, 9000, line[:80]))
	}
	ops = append(ops,
		text(f, sheet.PartNotice, 25_000, 266_000, 7500, "Sie können der Werbung jederzeit widersprechen."),
		text(f, sheet.PartFooter, 25_000, 276_300, 7000, "Musterbau GmbH, Geschäftsführung: Erika Muster"),
		text(f, sheet.PartMatch, 25_000, 292_500, 6000, "B-0001 / 17 1 von 1"),
		code(sheet.PartCode, 150_000, 230_000+35_000, 29, 550), code(sheet.PartMatch, 8_000, 280_000, 16, 400))
	p.Pages = []sheet.Page{{
		Base: []*sheet.Layer{sheet.NewLayer([]sheet.Op{
			rect(sheet.PartDecor, -3000, -3000, 216_000, 7000, sheet.Ink{C: 95, M: 55, Y: 25, K: 15}),
			rect(sheet.PartMark, 3500, 105_000, 2500, 88, sheet.Black),
			rect(sheet.PartDecor, 140_000, 255_000, 60_000, 36_000, tint),
			rect(sheet.PartDecor, 147_000, 262_000, 23_000, 23_000, sheet.Paper),
		})},
		Ops: ops,
		Zones: []sheet.Zone{
			{Name: "window", Kind: sheet.ZoneWindow, X: 1_000, Y: 45_000, W: 109_000, H: 54_000},
			{Name: "label", Kind: sheet.ZoneAddress, X: 20_000, Y: 50_000, W: 80_000, H: 40_000},
			{Name: "mark", Kind: sheet.ZonePostage, X: 112_000, Y: 10_000, W: 74_000, H: 30_000},
			{Name: "empty", Kind: sheet.ZoneClear, X: 198_000, Y: 120_000, W: 8_000, H: 50_000},
		},
	}}
	return p
}

func rulesOf(list []Finding) []string {
	var out []string
	for _, f := range list {
		if name := f.Rule + " " + string(f.Severity); !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

func TestGoodLetterHasNoFindings(t *testing.T) {
	for name, o := range map[string]PlanOptions{"with fonts": {Fonts: fonts(t), Advertising: true}, "bare": {}} {
		for _, f := range Plan(letter(t), o) {
			t.Errorf("%s: %+v %+v", name, f, f.Box)
		}
	}
}

// Every rule: one change of a good letter, and exactly the findings that it must give.
func TestEachRule(t *testing.T) {
	f := fonts(t)
	put := func(ops ...sheet.Op) func(*sheet.Plan) {
		return func(p *sheet.Plan) { p.Pages[0].Ops = append(p.Pages[0].Ops, ops...) }
	}
	under := func(op sheet.Op) func(*sheet.Plan) {
		return func(p *sheet.Plan) {
			p.Pages[0].Base = append([]*sheet.Layer{sheet.NewLayer([]sheet.Op{op})}, p.Pages[0].Base...)
		}
	}
	body := func(x, y, size int, s string) sheet.Op { return text(f, sheet.PartBody, x, y, size, s) }
	inked := func(op sheet.Op, ink sheet.Ink) sheet.Op { op.Ink = ink; return op }
	page := func(w, h int, at image.Rectangle) []byte { return screenOf(t, w, h, at) }
	each := func(part sheet.Part, do func(i int, op *sheet.Op)) func(*sheet.Plan) {
		return func(p *sheet.Plan) {
			n := 0
			for i := range p.Pages[0].Ops {
				if op := &p.Pages[0].Ops[i]; op.Part == part && op.Kind == sheet.OpText {
					do(n, op)
					n++
				}
			}
		}
	}
	img := func(w, h int, cmyk bool, data []byte) *sheet.Image {
		return &sheet.Image{Key: "k", W: w, H: h, CMYK: cmyk, Data: data, Screen: page(8, 8, image.Rect(0, 0, 8, 8))}
	}
	picture := func(x, y, w, h int) sheet.Op {
		return sheet.Op{Kind: sheet.OpImage, Part: sheet.PartDecor, X: x, Y: y, W: w, H: h, Image: img(w*12/1000, h*12/1000, true, make([]byte, 4*(w*12/1000)*(h*12/1000)))}
	}
	for name, c := range map[string]struct {
		change func(*sheet.Plan)
		want   []string
	}{
		"text in the window":             {put(body(80_000, 96_000, 9000, "Betreff")), []string{"window_clear error"}},
		"text under a window":            {put(body(80_000, 101_600, 9000, "nichts darunter")), nil},
		"accents into a window":          {put(body(80_000, 100_900, 9000, "Ångström")), []string{"window_clear error"}},
		"x-height letters stay below":    {put(body(80_000, 100_900, 9000, "mnz")), nil},
		"tint under a window":            {under(rect(sheet.PartDecor, 10_000, 40_000, 110_000, 50_000, tint)), []string{"window_clear error"}},
		"tint knocked out of the window": {put(rect(sheet.PartDecor, 100_000, 43_000, 60_000, 70_000, tint), rect(sheet.PartDecor, 90_000, 44_000, 20_100, 60_000, sheet.Paper)), nil},
		"quarterPoint through a window":  {put(rect(sheet.PartDecor, 100_000, 50_000, 88, 20_000, sheet.Black)), []string{"window_clear error"}},
		"ring around a window":           {put(ring(0, 44_000, 111_000, 56_000, 600)), []string{"bleed_reached error"}},
		"diagonal past a window":         {put(diagonal(108_000, 103_000, 128_000, 80_000)), nil},
		"diagonal through a window":      {put(diagonal(90_000, 103_000, 120_000, 80_000)), []string{"window_clear error"}},
		"artwork with a free window":     {under(form(page(216, 303, image.Rect(0, 0, 216, 10)))), nil},
		"artwork in the window":          {under(form(page(216, 303, image.Rect(20, 60, 40, 80)))), []string{"window_clear error"}},
		"artwork that cannot be seen":    {under(form(nil)), []string{"quiet_zone not_checked", "window_clear not_checked", "postage_clear not_checked", "zone_clear not_checked"}},
		"address too long":               {each(sheet.PartAddress, func(i int, op *sheet.Op) { op.W += i / 4 * 60_000 }), []string{"address_visible error"}},
		"no address":                     {func(p *sheet.Plan) { p.Pages[0].Ops = p.Pages[0].Ops[7:] }, []string{"address_visible error"}},
		"text in the postage zone":       {put(body(120_000, 20_000, 9000, "Hallo")), []string{"postage_clear error"}},
		"franking in the postage zone":   {put(text(f, sheet.PartFranking, 120_000, 20_000, 9000, "DV")), nil},
		"box in an empty zone":           {put(rect(sheet.PartDecor, 190_000, 120_000, 10_000, 10_000, tint)), []string{"zone_clear error"}},
		"text in the quiet zone":         {put(body(145_000, 290_000, 9000, "x"), body(167_000, 270_000, 9000, "Jetzt")), []string{"quiet_zone error"}},
		"tint over the quiet zone":       {put(rect(sheet.PartDecor, 148_000, 263_000, 1_500, 10_000, tint)), []string{"quiet_zone error"}},
		"white box gone":                 {func(p *sheet.Plan) { p.Pages[0].Base[0].Ops[3].W = 1 }, []string{"quiet_zone error"}},
		"code at the edge":               {put(code(sheet.PartCode, 208_500-29*500, 180_000, 29, 500)), []string{"quiet_zone error", "safe_area error"}},
		"quiet zone of the design": {func(p *sheet.Plan) {
			p.Pages[0].Zones = append(p.Pages[0].Zones, sheet.Zone{Kind: sheet.ZoneQuiet, X: 30_000, Y: 262_000, W: 9_000, H: 9_000})
		}, []string{"quiet_zone error"}},
		"small QR modules":         {put(code(sheet.PartCode, 175_000, 200_000, 25, 390)), []string{"module_size error"}},
		"small DataMatrix modules": {put(code(sheet.PartMatch, 192_000, 200_000, 16, 340)), []string{"module_size error"}},
		"code in colour":           {put(inked(code(sheet.PartCode, 175_000, 200_000, 21, 500), sheet.Ink{C: 100, M: 60, K: 20})), []string{"colour warning"}},
		"white box over a code":    {put(rect(sheet.PartDecor, 150_000, 266_000, 5_000, 5_000, sheet.Paper)), []string{"overlap error"}},
		"text on a code":           {put(body(155_000, 272_000, 9000, "hier")), []string{"overlap error"}},
		"text near the trim":       {put(body(203_500, 200_000, 9000, "xx")), []string{"safe_area error"}},
		"match code near the trim": {put(text(f, sheet.PartMatch, 100_000, 293_400, 6000, "17")), nil},
		"text over the trim":       {put(body(200_000, 180_000, 9000, "ein langes Wort")), []string{"overflow error"}},
		"safe zone of the design": {func(p *sheet.Plan) {
			p.Pages[0].Zones = append(p.Pages[0].Zones, sheet.Zone{Name: "inner", Kind: sheet.ZoneSafe, X: 10_000, Y: 10_000, W: 190_000, H: 280_000})
			put(body(190_500, 240_000, 9000, "randlos"))(p)
		}, []string{"safe_area error"}},
		"decor short of the bleed":  {put(rect(sheet.PartDecor, -2000, 200_000, 10_000, 5_000, tint)), []string{"bleed_reached error"}},
		"decor up to the trim":      {put(rect(sheet.PartDecor, 190_000, 200_000, 20_000, 5_000, tint)), []string{"bleed_reached error"}},
		"decor off the sheet":       {put(rect(sheet.PartDecor, 230_000, 200_000, 20_000, 5_000, tint)), []string{"overflow warning"}},
		"footer over the notice":    {put(text(f, sheet.PartFooter, 30_000, 267_500, 7000, "Amtsgericht")), []string{"overlap error"}},
		"line over line":            {put(body(30_000, 105_600, 9000, "drüber")), []string{"overlap error"}},
		"runs side by side":         {put(body(25_000, 264_000, 9000, "eins"), body(25_000+f[0].Width("eins", 9000), 264_000, 9000, "zwei")), nil},
		"picture over text":         {put(picture(30_000, 104_000, 20_000, 12_000)), []string{"overlap error"}},
		"picture reaches into text": {under(picture(30_000, 110_000, 20_000, 12_000)), []string{"overlap warning"}},
		"text on a ground":          {under(picture(20_000, 100_000, 172_000, 160_000)), nil},
		"notice on a picture":       {under(picture(20_000, 263_400, 100_000, 4_000)), []string{"overlap warning"}},
		"picture beside text":       {under(picture(190_000, 190_000, 10_000, 10_000)), nil},
		"coarse picture":            {put(sheet.Op{Kind: sheet.OpImage, Part: sheet.PartDecor, X: 150_000, Y: 180_000, W: 25_400, H: 25_400, Image: img(140, 140, true, make([]byte, 4*140*140))}), []string{"resolution error"}},
		"middling picture":          {put(sheet.Op{Kind: sheet.OpImage, Part: sheet.PartDecor, X: 150_000, Y: 180_000, W: 25_400, H: 25_400, Image: img(299, 299, true, make([]byte, 4*299*299))}), []string{"resolution warning"}},
		"line art":                  {put(sheet.Op{Kind: sheet.OpImage, Part: sheet.PartDecor, X: 150_000, Y: 180_000, W: 25_400, H: 25_400, Image: img(400, 400, false, make([]byte, 400*400))}), []string{"resolution warning"}},
		"picture with too much ink": {put(sheet.Op{Kind: sheet.OpImage, Part: sheet.PartDecor, X: 150_000, Y: 180_000, W: 25_400, H: 25_400, Image: img(300, 300, true, bytes.Repeat([]byte{220}, 4*300*300))}), []string{"colour warning"}},
		"too much ink":              {put(rect(sheet.PartDecor, 150_000, 180_000, 9_000, 9_000, sheet.Ink{C: 80, M: 80, Y: 80, K: 80})), []string{"colour error"}},
		"rich black text":           {put(inked(body(150_000, 240_000, 9000, "satt"), sheet.Ink{C: 60, M: 40, Y: 40, K: 100})), []string{"colour warning"}},
		"three inks in small text":  {put(inked(body(192_000, 190_000, 8500, "bunt"), sheet.Ink{C: 95, M: 55, Y: 25, K: 15})), []string{"colour warning"}},
		"label in three inks":       {put(inked(body(188_000, 190_000, 9000, "bunt"), sheet.Ink{C: 95, M: 55, Y: 25})), nil},
		"style without font":        {func(p *sheet.Plan) { p.Fonts[sheet.Regular].File = "" }, []string{"fonts error"}},
		"missing glyph":             {put(body(25_000, 264_000+7000, 9000, "日本")), []string{"fonts error"}},
		"tiny text":                 {put(body(25_000, 271_000, 5500, "winzig")), []string{"minimum_size error"}},
		"small address":             {each(sheet.PartAddress, func(i int, op *sheet.Op) { op.Size = 9000 }), []string{"minimum_size warning"}},
		"thin line":                 {put(rect(sheet.PartDecor, 150_000, 180_000, 9_000, 60, sheet.Black)), []string{"line_width warning"}},
		"no notice":                 {func(p *sheet.Plan) { each(sheet.PartNotice, func(_ int, op *sheet.Op) { op.Part = sheet.PartBody })(p) }, []string{"notice_present error"}},
		"small notice":              {each(sheet.PartNotice, func(_ int, op *sheet.Op) { op.Size = 6500 }), []string{"notice_size warning"}},
		"seven address lines":       {each(sheet.PartAddress, func(i int, op *sheet.Op) { op.Y = 65_000 + i*3700 }), nil},
		"address with more lines":   {put(text(f, sheet.PartAddress, 25_000, 89_300, 10_500, "a"), text(f, sheet.PartAddress, 25_000, 56_000, 10_500, "b")), []string{"address_block error", "address_block warning"}},
		"address not aligned":       {each(sheet.PartAddress, func(i int, op *sheet.Op) { op.X += i % 2 * 3000 }), []string{"address_block warning"}},
		"address with a blank line": {each(sheet.PartAddress, func(i int, op *sheet.Op) { op.Y -= (1 - min(i, 1)) * 2_500 }), []string{"address_block warning"}},
	} {
		p := letter(t)
		c.change(p)
		got := Plan(p, PlanOptions{Fonts: f, Advertising: true})
		slices.Sort(c.want)
		if !slices.Equal(rulesOf(got), c.want) {
			t.Errorf("%s: got %v, want %v", name, rulesOf(got), c.want)
			for _, f := range got {
				t.Logf("  %s %+v", f.Text, f.Box)
			}
		}
	}
}

// screenOf is a white page with one gray box, as PNG.
func screenOf(t testing.TB, w, h int, at image.Rectangle) []byte {
	m := image.NewGray(image.Rect(0, 0, w, h))
	for i := range w * h {
		v := uint8(255)
		if (image.Point{i % w, i / w}).In(at) {
			v = 100
		}
		m.SetGray(i%w, i/w, color.Gray{v})
	}
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// form is a full page of artwork under everything, with its bleed of 3 mm.
func form(screen []byte) sheet.Op {
	return sheet.Op{Kind: sheet.OpForm, Part: sheet.PartDecor, W: 210_000, H: 297_000, Form: &sheet.Form{Key: "f", W: 210_000, H: 297_000, Bleed: 3000, Screen: screen}}
}

func ring(x, y, w, h, stroke int) sheet.Op {
	return sheet.Op{Kind: sheet.OpPath, Part: sheet.PartDecor, X: x, Y: y, W: w, H: h, Ink: sheet.Black,
		Path: &sheet.Path{Verbs: "MLLLZ", Coords: []int{0, 0, w, 0, w, h, 0, h}, Stroke: stroke}}
}

func diagonal(x0, y0, x1, y1 int) sheet.Op {
	return sheet.Op{Kind: sheet.OpPath, Part: sheet.PartDecor, X: x0, Y: y1, W: x1 - x0, H: y0 - y1, Ink: sheet.Black,
		Path: &sheet.Path{Verbs: "ML", Coords: []int{0, y0 - y1, x1 - x0, 0}, Stroke: 200}}
}

func TestFindingsSpeak(t *testing.T) {
	p := letter(t)
	p.Pages[0].Ops = append(p.Pages[0].Ops, text(fonts(t), sheet.PartBody, 203_500, 200_000, 9000, "xx"))
	got := Plan(p, PlanOptions{Fonts: fonts(t)})
	if len(got) != 1 || got[0].Page != 1 || got[0].Box == nil || got[0].Box.X != 203.5 || got[0].Box.Y < 196 || got[0].Box.Y > 199 {
		t.Fatalf("got %+v", got)
	}
	if !strings.Contains(got[0].Text, "4.0 mm are needed") || !strings.Contains(got[0].TextDE, "mindestens 4,0 mm") {
		t.Errorf("%s\n%s", got[0].Text, got[0].TextDE)
	}
}

func TestErrorsOnly(t *testing.T) {
	f := fonts(t)
	p := letter(t)
	p.Pages[0].Ops = append(p.Pages[0].Ops, rect(sheet.PartDecor, 150_000, 180_000, 9_000, 60, sheet.Black), text(f, sheet.PartBody, 200_000, 180_000, 9000, "ein langes Wort"))
	if got := rulesOf(Plan(p, PlanOptions{Fonts: f, ErrorsOnly: true})); !slices.Equal(got, []string{"overflow error"}) {
		t.Errorf("got %v", got)
	}
}

// A rule that a finding names is in the table, and every rule of the table has both languages.
func TestRuleTable(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range PlanRules() {
		if seen[r.Name] || r.EN == "" || r.DE == "" || r.EN == r.DE {
			t.Errorf("%+v", r)
		}
		seen[r.Name] = true
	}
	for _, z := range zoneRules {
		if z.rule != "" && !seen[z.rule] {
			t.Errorf("%s is in no table", z.rule)
		}
	}
}

// Wherever a filled path stands, its test agrees with a box of the same place.
func TestPathsAgreeWithBoxes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := func(name string, lo, hi int) int { return rapid.IntRange(lo, hi).Draw(t, name) }
		x, y, w, h := n("x", -50, 50), n("y", -50, 50), n("w", 1, 60), n("h", 1, 60)
		where := area{n("zx", -50, 50), n("zy", -50, 50), 0, 0}
		where.x1, where.y1 = where.x0+n("zw", 1, 60), where.y0+n("zh", 1, 60)
		p := &sheet.Path{Verbs: "MLLLZ", Coords: []int{0, 0, w, 0, w, h, 0, h}}
		box := area{x, y, x + w, y + h}
		closed := box.x0 <= where.x1 && where.x0 <= box.x1 && box.y0 <= where.y1 && where.y0 <= box.y1
		if got := pathMeets(p, x, y, where); got != closed {
			t.Fatalf("path %v, zone %v: %v", box, where, got)
		}
	})
}

// A checker gives the same findings again, from many goroutines.
func TestCheckerIsSteady(t *testing.T) {
	c := NewChecker(PlanOptions{Fonts: fonts(t), Advertising: true})
	bad := letter(t)
	bad.Pages[0].Ops = append(bad.Pages[0].Ops, text(fonts(t), sheet.PartBody, 30_000, 96_000, 9000, "Betreff"), text(fonts(t), sheet.PartBody, 40_000, 120_100, 5000, "Betreff"))
	want := Plan(bad, PlanOptions{Fonts: fonts(t), Advertising: true})
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 20 {
				if got := c.Plan(bad); len(got) != len(want) || got[0].Text != want[0].Text || *got[0].Box != *want[0].Box {
					t.Errorf("got %v, want %v", got, want)
				}
				if got := c.Plan(letter(t)); len(got) != 0 {
					t.Errorf("good letter: %v", got)
				}
			}
		})
	}
	wg.Wait()
}

func BenchmarkPlan(b *testing.B) {
	p := letter(b)
	c := NewChecker(PlanOptions{Fonts: fonts(b), Advertising: true})
	b.ReportAllocs()
	for b.Loop() {
		if len(c.Plan(p)) > 0 {
			b.Fatal("findings")
		}
	}
}

// Findings speak the reader's language: the layouts' zones have German names, and one module is no plural.
func TestFindingsInGerman(t *testing.T) {
	p := letter(t)
	f := fonts(t)
	p.Pages[0].Zones[0].Name = "address window"
	p.Pages[0].Ops = append(p.Pages[0].Ops, text(f, sheet.PartBody, 80_000, 96_000, 9000, "Betreff"), text(f, sheet.PartBody, 14_450, 286_000, 9000, "x"))
	var en, de string
	for _, h := range Plan(p, PlanOptions{Fonts: f}) {
		en, de = en+h.Text+"\n", de+h.TextDE+"\n"
	}
	for _, want := range []string{"in der Zone Adressfenster,", "1 Modul ("} {
		if !strings.Contains(de, want) {
			t.Errorf("no %q in\n%s", want, de)
		}
	}
	if strings.Contains(de, "address window") || !strings.Contains(en, "the zone address window,") || !strings.Contains(en, "1 module (") {
		t.Errorf("%s\n%s", en, de)
	}
}
