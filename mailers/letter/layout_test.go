package letter

import (
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"postlift"
	"postlift/mailers/design"
	"postlift/mailers/merge"
	"postlift/mailers/sheet"
	"postlift/mailers/typeset"
	"postlift/templates"
)

// A text that needs more pages flows over, with page numbers, a running head, and the notice on the last page only;
// beyond max_pages the piece stops, and the fault tells by how much.
func TestOverflow(t *testing.T) {
	long := strings.Repeat("Ein Satz, der ein wenig Platz braucht und sich wiederholt. ", 60) + "\n\n"
	plan, err := compose(t, smallText(long+long+"Letzter Absatz."), nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(plan.Pages) != 2 {
		t.Fatalf("%d pages", len(plan.Pages))
	}
	first, second := texts(plan.Pages[0]), texts(plan.Pages[1])
	for _, want := range []string{"Seite 2 von 2\n", "Antriebstechnik Beispiel GmbH\n", "Mit freundlichen Grüßen\n", "Sie können der Verwendung"} {
		if !strings.Contains(second, want) {
			t.Errorf("page 2 lacks %q", want)
		}
	}
	if !strings.Contains(first, "Seite 1 von 2\n") || strings.Contains(first, "Sie können der Verwendung") {
		t.Errorf("page 1:\n%s", first)
	}
	_, err = compose(t, smallText(strings.Repeat(long, 4)), nil)
	wantFault(t, err, "mm", "2 pages", "max_pages")
	_, err = compose(t, smallText("{{ account.name }}"), func(p Piece) {
		group(p, "account")["name"] = strings.Repeat("Werke ", 9_000)
	})
	wantFault(t, err, "mm", "max_pages")
}

// What a recipient's data make far too long is refused before it is set, in a place and in the flow: composing it at one
// size after the other took twelve seconds.
func TestFarTooLong(t *testing.T) {
	rows := make([]any, 4000)
	for i := range rows {
		rows[i] = map[string]any{"number": strings.Repeat("Ein Satz ohne Ende ", 12)}
	}
	claim := []string{"\nblocks:\n", "\nblocks:\n  - {kind: text, text: claim, x: 120, y: 100, w: 60, h: 13, size: 40, shrink: 6}\n"}
	for want, d := range map[string]struct {
		text    string
		replace []string
	}{
		"KB":                     {smallText("{% for o in orders %}{{ o.number }} {% endfor %}"), nil},
		"@claim is far too long": {smallText("x") + "\n@claim\n{% for o in orders limit: 500 %}{{ o.number }} {% endfor %}", claim},
	} {
		c, err := written(t, d.text, d.replace...)
		if err != nil {
			t.Fatal(err)
		}
		p := loadPiece(t, "de")
		p.Merge["orders"] = rows
		_, err = c.Compose(p)
		wantFault(t, err, want)
	}
}

// A text that fits is not taken for hopeless, whatever its letters, markup and values.
func TestNotHopeless(t *testing.T) {
	v := compiled(t, "reference").voices["de"]
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.SampledFrom([]string{"i", "**i** ", "{{ account.city }} ", "Wort ", "- i\n", "il ", "\n\n"})
		text := strings.Join(rapid.SliceOfN(word, 1, 300).Draw(t, "words"), "")
		raws := merge.SplitBlocks(strings.NewReplacer("{{ account.city }}", "\uE000i\uE001").Replace(text))
		cp := &composer{voice: v, mem: lasting, piece: &Piece{}}
		b := &place{w: rapid.IntRange(20_000, 100_000).Draw(t, "w"), size: 12_000, shrink: 12_000, text: &section{name: "claim"}}
		items, err := cp.boxedAt(raws, b, b.size)
		if err != nil {
			t.Skip("a word is wider than the place")
		}
		if h := stackHeight(items); hopeless(lettersOf(raws), b.size, b.w, max(h, 1)) && h > 0 {
			t.Fatalf("%q is %s mm high and counts as hopeless there", text, sheet.MM(h))
		}
	})
}

// No paragraph leaves or sends a single line over a page break, and no signature stands alone.
func TestWidowsAndOrphans(t *testing.T) {
	seen := 0
	for n := 20; n < 40; n++ {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "p%d %s\n\n", i, strings.Repeat("Ein Satz mit etwas Länge. ", 4+i%9))
		}
		plan, err := compose(t, smallText(b.String()), nil)
		if err != nil || len(plan.Pages) < 2 {
			continue
		}
		seen++
		var pages [2][]string
		for i := range pages {
			plan.Pages[i].All(func(op sheet.Op) {
				if op.Kind == sheet.OpText && op.Size == 10_000 && op.X == 25_000 && op.Y > 27_000 {
					pages[i] = append(pages[i], fmt.Sprintf("%06d %s", op.Y, op.Text))
				}
			})
		}
		before, after := byHeight(pages[0]), byHeight(pages[1])
		starts := func(s string) bool { return strings.HasPrefix(s, "p") }
		if starts(before[len(before)-1]) && !starts(after[0]) {
			t.Errorf("n=%d: a first line is left alone: %q", n, before[len(before)-1])
		}
		if !starts(after[0]) && len(after) > 1 && starts(after[1]) {
			t.Errorf("n=%d: a last line is alone on the next page: %q", n, after[0])
		}
		if strings.HasPrefix(after[0], "Mit freundlichen") {
			t.Errorf("n=%d: the signature stands alone", n)
		}
	}
	if seen < 5 {
		t.Errorf("only %d texts ran over two pages", seen)
	}
}

// A table that goes on on a next page has its head again there; its sums never stand without a row.
func TestTableAcrossPages(t *testing.T) {
	c := compiled(t, "renewal")
	for n := 20; n < 70; n += 3 {
		p := loadPiece(t, "de")
		rows := []any{}
		for i := range n {
			rows = append(rows, map[string]any{"position": fmt.Sprint(i + 1), "name": "Leistung", "quantity": 1.0, "unit_price": map[string]any{"minor": 100.0, "currency": "EUR"}, "net": map[string]any{"minor": 100.0, "currency": "EUR"}})
		}
		group(p, "contract")["lines"] = rows
		plan, err := c.Compose(p)
		if err != nil {
			t.Fatal(n, err)
		}
		heads, sums := 0, 0
		for i := range plan.Pages {
			got := texts(plan.Pages[i])
			named := strings.Contains(got, "Leistung\n")
			if strings.Contains(got, "Einzelpreis\n") != named {
				t.Errorf("%d rows, page %d: rows and head do not go together", n, i+1)
			}
			if named {
				heads++
			}
			if strings.Contains(got, "Summe im Jahr") {
				sums++
				if strings.Count(got, "Leistung\n") < 2 {
					t.Errorf("%d rows: the sum stands without a row", n)
				}
			}
		}
		if sums != 1 || n > 40 && heads < 2 {
			t.Errorf("%d rows: %d sums, %d heads", n, sums, heads)
		}
	}
}

// Columns of numbers end at one edge and are never parted; the others are, before anything leaves the measure.
func TestTableColumns(t *testing.T) {
	plan, err := compose(t, smallText("| Text | Betrag |\n| :-- | --: |\n| "+strings.Repeat("viele Wörter ", 30)+" | 1.234,50 € |\n| kurz | 7,00 € |"), nil)
	if err != nil {
		t.Fatal(err)
	}
	edges, lines := map[int]bool{}, 0
	plan.Pages[0].All(func(op sheet.Op) {
		if op.Kind != sheet.OpText || op.Y < 100_000 || op.Part != sheet.PartBody {
			return
		}
		if strings.HasSuffix(op.Text, "€") || op.Text == "Betrag" {
			edges[op.X+op.W] = true
		}
		if strings.Contains(op.Text, "Wörter") {
			lines++
		}
	})
	if len(edges) != 1 || !edges[190_000] || lines < 3 {
		t.Errorf("right edges %v, %d lines", edges, lines)
	}
	_, err = compose(t, smallText("| A | B |\n| --: | --: |\n| "+strings.Repeat("1", 60)+" | "+strings.Repeat("2", 60)+" |"), nil)
	wantFault(t, err, "table", "mm too wide")
	widths, err := columnWidths([]typeset.Align{typeset.Left, typeset.Right}, []tableRow{{cells: []cell{{line: typeset.Line{Width: 90_000}, least: 10_000}, {line: typeset.Line{Width: 20_000}, least: 5_000}}}}, 80_000)
	if err != nil || widths[0] != 56_000 || widths[1] != 20_000 {
		t.Errorf("widths %v, %v", widths, err)
	}
}

// The larger envelope lets the sheet slide further, so its window surely shows less of a line.
func TestEnvelopeDecidesAddressWidth(t *testing.T) {
	line := "Vereinigte Erfundene Präzisionswerke Süd KG" // about 67 mm at 10 pt: between the two widths
	for envelope, fits := range map[string]bool{"DL": true, "C6/5": false} {
		c := compiled(t, "reference", "envelope: DL", "envelope: "+envelope)
		p := loadPiece(t, "de")
		p.Address[0] = line
		_, err := c.Compose(p)
		if fits != (err == nil) {
			t.Errorf("%s: %v", envelope, err)
		}
		if !fits {
			wantFault(t, err, "address line 1", "64.500 mm")
		}
	}
}

// Whatever the data, a piece is a Fault or a plan whose every box lies on the sheet and keeps the design's zones.
func TestPlansKeepTheirZones(t *testing.T) {
	designs := map[string]*Compiled{"reference": compiled(t, "reference"), "renewal": compiled(t, "renewal"), "card": compiled(t, "card")}
	word := rapid.StringMatching(`[A-Za-zÄÖÜäöüßé0-9\-&.,]{1,18}( [A-Za-zÄÖÜß%€]{1,14}){0,6}`)
	rapid.Check(t, func(rt *rapid.T) {
		c := designs[rapid.SampledFrom([]string{"reference", "renewal", "card"}).Draw(rt, "design")]
		p := loadPiece(t, "de")
		for _, f := range [][2]string{{"account", "name"}, {"account", "last_product_group"}, {"campaign", "offer"}, {"contact", "last_name"}, {"sender", "signature_role"}, {"sender", "company"}} {
			group(p, f[0])[f[1]] = word.Draw(rt, f[1])
		}
		p.Address[0] = typeset.CleanLine(word.Draw(rt, "address"))
		plan, err := c.Compose(p)
		if err != nil {
			if postlift.KindOf(err) != postlift.Invalid {
				rt.Fatal(err)
			}
			return
		}
		for i := range plan.Pages {
			page := &plan.Pages[i]
			page.All(func(op sheet.Op) { checkZones(rt, page.Zones, op) })
		}
	})
}

// checkZones tests what each kind of zone asks for.
func checkZones(t interface{ Fatalf(string, ...any) }, zones []sheet.Zone, op sheet.Op) {
	box := design.Rect{X: op.X, Y: op.Y, W: op.W, H: op.H}
	if op.Kind == sheet.OpText {
		box.Y, box.H = op.Y-sheet.Points(op.Size*3/4), sheet.Points(op.Size)
	}
	for _, z := range zones {
		r := design.Rect{X: z.X, Y: z.Y, W: z.W, H: z.H}
		ours := op.Part == sheet.PartAddress
		switch {
		case z.Kind == sheet.ZoneSafe && op.Part != sheet.PartDecor && op.Part != sheet.PartMark && !box.Inside(r):
			t.Fatalf("outside of the %s: %s", z.Name, op)
		case z.Kind == sheet.ZoneAddress && ours && !box.Inside(r):
			t.Fatalf("not in %s: %s", z.Name, op)
		case z.Kind == sheet.ZoneWindow && !ours && op.Part != sheet.PartReturn && box.Overlaps(r),
			z.Kind == sheet.ZoneRead && !ours && box.Overlaps(r), z.Kind == sheet.ZonePostage && box.Overlaps(r), z.Kind == sheet.ZoneClear && box.Overlaps(r):
			t.Fatalf("in the %s: %s", z.Name, op)
		}
	}
}

// Every shipped design sets every invented recipient of design.Samples: with all optional values, with none, and with
// extreme ones, or says why not.
func TestShippedDesignsSetTheirSamples(t *testing.T) {
	entries, err := fs.ReadDir(templates.Designs(), ".")
	if err != nil || len(entries) == 0 {
		t.Fatalf("%d designs, %v", len(entries), err)
	}
	for _, e := range entries {
		d, err := design.Parse(templates.Designs(), e.Name())
		if err != nil {
			t.Errorf("%s: %v", e.Name(), err)
			continue
		}
		c, err := Compile(d, kit())
		if err != nil {
			t.Errorf("%s: %v", e.Name(), err)
			continue
		}
		for _, lang := range d.Languages() {
			for _, s := range d.Samples(lang) {
				p := Piece{ID: "pc_01jmtest000000000000000001", BatchID: "bt_01jmtestbatch0000000000001", Seq: 1, Kind: "live", Language: lang,
					TrackingURL: s.TrackingURL, Code: s.Code, Address: s.Address, Merge: s.Merge}
				group(p, "sender")["particulars"] = "Amtsgericht Beispielstadt, HRB 0" // no business letter goes without
				plan, err := c.Compose(p)
				if err != nil {
					t.Errorf("%s %s %s: %v", e.Name(), lang, s.Name, err)
					continue
				}
				for i := range plan.Pages {
					page := &plan.Pages[i]
					page.All(func(op sheet.Op) { checkZones(t, page.Zones, op) })
				}
			}
		}
	}
}

// A free layout has text and blocks where the design puts them, and a card may be long.
func TestOtherFormats(t *testing.T) {
	free := compiled(t, "renewal", "format: A4", "format: A5", "layout: din5008-a", "layout: free", "envelope: C6/5\n", "", "max_pages: 4", "max_pages: 6",
		"  - {kind: info, rows: [contact, phone, date, customer_no, contract]}\n  - {kind: coupon}",
		"  - {kind: address, x: 15, y: 15, w: 80, h: 28}\n  - {kind: flow, page: every, x: 15, y: 50, w: 118, h: 140}\n  - {kind: coupon, page: next, x: 10, y: 100, w: 128, h: 90}")
	plan, err := free.Compose(loadPiece(t, "de"))
	if err != nil {
		t.Fatal(err)
	}
	if plan.Sheet.W != 148_000 || len(plan.Pages) < 2 || !strings.Contains(texts(plan.Pages[0]), "Lange Straße 12a") || !strings.Contains(texts(plan.Pages[1]), "Unterschrift:") {
		t.Errorf("%d pages of %d:\n%s", len(plan.Pages), plan.Sheet.W, plan)
	}
	long := compiled(t, "card", "format: A6", "format: DIN-long", "w: 154, h: 111", "w: 216, h: 111")
	if plan, err = long.Compose(loadPiece(t, "de")); err != nil || plan.Sheet.W != 210_000 || len(plan.Pages) != 2 {
		t.Errorf("%v: %d pages of %d", err, len(plan.Pages), plan.Sheet.W)
	}
}
