package letter

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"postlift"
	"postlift/mailers/address"
	"postlift/templates"
)

var update = flag.Bool("update", false, "write the golden plans anew")

// The shipped design, set with the invented recipients, is compared word by word and place by place.
func TestWinbackPlans(t *testing.T) {
	c := winback(t)
	for _, lang := range []string{"de", "en"} {
		plan, err := c.Compose(loadPiece(t, lang))
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join("testdata", "winback-"+lang+".plan.txt")
		if *update {
			if err := os.WriteFile(file, []byte(plan.String()), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if got := plan.String(); got != string(want) {
			t.Errorf("%s differs from %s (after a wanted change run the test with -update):\n%s", lang, file, got)
		}
		if len(plan.Pages) != 1 {
			t.Errorf("%s: the shipped letter needs %d pages", lang, len(plan.Pages))
		}
	}
}

// Every optional part may be absent; the sentence around it stays a sentence.
func TestOptionalPartsAbsent(t *testing.T) {
	c := winback(t)
	for _, lang := range []string{"de", "en"} {
		p := loadPiece(t, lang)
		for _, f := range []string{"customer_since", "last_order_on", "last_product_group"} {
			delete(group(p, "account"), f)
		}
		group(p, "sender")["owner_phone"] = ""
		group(p, "sender")["signature_role"] = nil
		delete(group(p, "campaign"), "offer_until")
		delete(group(p, "campaign"), "landing_host")
		delete(p.Merge, "contact")
		p.MatchCode = ""
		plan, err := c.Compose(p)
		if err != nil {
			t.Fatal(err)
		}
		got := texts(plan)
		for _, bad := range []string{"  ", " .", " ,", "{{", "%}", "<nil>", "map["} {
			if strings.Contains(got, bad) {
				t.Errorf("%s: %q in\n%s", lang, bad, got)
			}
		}
		if greeting := address.Salutation(address.Person{}, lang); !strings.Contains(got, greeting) {
			t.Errorf("%s: %q is missing", lang, greeting)
		}
	}
}

// Each field that the letter prints stops the piece when it is missing, empty or blank, by name.
func TestMissingFieldStopsThePiece(t *testing.T) {
	c := winback(t)
	for _, path := range []string{"date", "objection_notice", "account.name", "campaign.offer", "sender.company", "sender.street", "sender.postcode", "sender.city", "sender.particulars", "sender.signature_name"} {
		for _, empty := range []any{nil, "", " \t"} {
			p := loadPiece(t, "de")
			g, name, dotted := strings.Cut(path, ".")
			if dotted {
				group(p, g)[name] = empty
			} else {
				p.Merge[g] = empty
			}
			_, err := c.Compose(p)
			wantFault(t, err, path)
		}
	}
	p := loadPiece(t, "de")
	p.Merge = nil
	_, err := c.Compose(p)
	wantFault(t, err, "no value")
}

func TestPieceFaults(t *testing.T) {
	c := winback(t)
	for name, d := range map[string]struct {
		change func(*Piece)
		parts  []string
	}{
		"emoji in a merge field": {func(p *Piece) { group(*p, "account")["name"] = "Blech 🚀 GmbH" }, []string{"account.name", "U+1F680"}},
		"emoji in the address":   {func(p *Piece) { p.Address[2] = "Frau 🌻" }, []string{"address line 3", "U+1F33B"}},
		"letters without glyphs": {func(p *Piece) { group(*p, "account")["name"] = "株式会社" }, []string{"account.name", "U+682A"}},
		"private-use letter":     {func(p *Piece) { group(*p, "account")["name"] = "x\ue010y" }, []string{"account.name", "U+E010"}},
		"emoji in the sender":    {func(p *Piece) { group(*p, "sender")["particulars"] = "HRB 1 💶" }, []string{"sender.particulars", "U+1F4B6"}},
		"no address":             {func(p *Piece) { p.Address = nil }, []string{"0 lines"}},
		"blank address line":     {func(p *Piece) { p.Address[1] = "" }, []string{"address line 2"}},
		"seven address lines":    {func(p *Piece) { p.Address = strings.Split("abcdefg", "") }, []string{"7 lines"}},
		"address too wide":       {func(p *Piece) { p.Address[0] = strings.Repeat("W", 44) }, []string{"address line 1", "mm"}},
		"language":               {func(p *Piece) { p.Language = "fr" }, []string{`"fr"`, "de, en"}},
		"no URL":                 {func(p *Piece) { p.TrackingURL = "" }, []string{"tracking URL"}},
		"endless URL":            {func(p *Piece) { p.TrackingURL = "https://x.example/" + strings.Repeat("a", 900) }, []string{"QR code"}},
		"URL beyond any QR":      {func(p *Piece) { p.TrackingURL = strings.Repeat("a", 9000) }, []string{"QR code"}},
		"no code":                {func(p *Piece) { p.Code = "" }, []string{"code"}},
		"wrong date":             {func(p *Piece) { group(*p, "account")["last_order_on"] = "11.06.2025" }, []string{"11.06.2025", "YYYY-MM-DD"}},
		"a list for a text":      {func(p *Piece) { group(*p, "account")["name"] = []any{"a", "b"} }, []string{"account.name", "a list"}},
		"one endless word":       {func(p *Piece) { group(*p, "campaign")["offer"] = strings.Repeat("Rabatt", 60) }, []string{"wider than the column"}},
		"a 300-letter name":      {func(p *Piece) { group(*p, "account")["name"] = strings.Repeat("Erfundene Werke ", 19) }, []string{"subject", "lines"}},
		"long sender name":       {func(p *Piece) { group(*p, "sender")["company"] = strings.Repeat("Werke ", 60) }, []string{"sender.company"}},
		"ten pages of notice":    {func(p *Piece) { p.Merge["objection_notice"] = strings.Repeat("Widerspruch ist möglich. ", 900) }, []string{"mm"}},
		"more than 64 KiB":       {func(p *Piece) { p.Merge["objection_notice"] = strings.Repeat("Widerspruch ", 9000) }, []string{"65536"}},
	} {
		t.Run(name, func(t *testing.T) {
			p := loadPiece(t, "de")
			d.change(&p)
			_, err := c.Compose(p)
			wantFault(t, err, d.parts...)
		})
	}
}

// A text that needs more pages flows over, with page numbers, a running head, and the notice on the last
// page only; beyond max_pages the piece stops.
func TestOverflow(t *testing.T) {
	long := strings.Repeat("Ein Satz, der ein wenig Platz braucht und sich wiederholt. ", 60) + "\n\n"
	plan, err := compose(t, smallText(long+long+"Letzter Absatz."), nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(plan.Pages) != 2 {
		t.Fatalf("%d pages", len(plan.Pages))
	}
	first, second := texts(Plan{Pages: plan.Pages[:1]}), texts(Plan{Pages: plan.Pages[1:]})
	for _, want := range []string{"Seite 2 von 2\n", "Antriebstechnik Beispiel GmbH\n", "Mit freundlichen Grüßen\n", "Sie können der Verwendung"} {
		if !strings.Contains(second, want) {
			t.Errorf("page 2 lacks %q", want)
		}
	}
	if !strings.Contains(first, "Seite 1 von 2\n") || strings.Contains(first, "Sie können der Verwendung") {
		t.Errorf("page 1:\n%s", first)
	}
	_, err = compose(t, smallText(strings.Repeat(long, 4)), nil)
	wantFault(t, err, "2 pages", "max_pages")
}

// An internet address is never parted at its own hyphen, an ordinary compound is; an address that no line
// holds is better parted than not printed.
func TestInternetAddressesStayWhole(t *testing.T) {
	whole := []string{"www.antrieb-beispiel.example", "post@antrieb-beispiel.example", "https://antrieb-beispiel.example/rueck-antwort"}
	filler := "Wort "
	for n := range 40 {
		text := strings.Repeat("x", n%7) + strings.Repeat(filler, n) + strings.Join(whole, " und ") + " und CNC-Fräsen."
		plan, err := compose(t, smallText(text), nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, address := range whole {
			if !strings.Contains(texts(plan), address) {
				t.Errorf("%q is parted after %d words:\n%s", address, n, texts(plan))
			}
		}
	}
	long := "www." + strings.Repeat("sehrlang-", 30) + "ende.example"
	if plan, err := compose(t, smallText(long), nil); err != nil || !strings.Contains(strings.ReplaceAll(texts(plan), "\n", ""), long) {
		t.Errorf("an address wider than the column: %v", err)
	}
}

// Letters whose sender has no person for the account name no personal contact, the offer fits any wording,
// and words from the customer file appear only in letters of their language.
func TestWinbackWording(t *testing.T) {
	c := winback(t)
	for lang, want := range map[string][]string{
		"de": {"Unsere Kontaktdaten finden Sie oben rechts.", "Ihr Angebot liegt bis zum 30. April 2026 für Erfundene Blechwerke bereit: einen Prüfsatz gratis."},
		"en": {"Our contact details are at the top right.", "Your offer is ready for Invented Sheet Metal until 30 April 2026: einen Prüfsatz gratis."},
	} {
		p := loadPiece(t, lang)
		group(p, "sender")["owner_phone"], group(p, "sender")["owner_email"] = "", ""
		group(p, "campaign")["offer"] = "einen Prüfsatz gratis"
		group(p, "account")["last_product_group"] = "Messmittel"
		plan, err := c.Compose(p)
		if err != nil {
			t.Fatal(err)
		}
		got := strings.ReplaceAll(texts(plan), "\n", " ")
		for _, w := range want {
			if !strings.Contains(got, w) {
				t.Errorf("%s: %q is missing in\n%s", lang, w, got)
			}
		}
		if strings.Contains(got, "Messmittel") != (lang == "de") {
			t.Errorf("%s: the product group in\n%s", lang, got)
		}
	}
}

// No paragraph leaves or sends a single line over a page break, and no signature stands alone.
func TestWidowsAndOrphans(t *testing.T) {
	for n := 20; n < 40; n++ {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "p%d %s\n\n", i, strings.Repeat("Ein Satz mit etwas Länge. ", 4+i%9))
		}
		plan, err := compose(t, smallText(b.String()), nil)
		if err != nil || len(plan.Pages) < 2 {
			continue
		}
		body := func(page Page) (lines []string) {
			for _, op := range page.Ops {
				if op.Kind == OpText && op.Size == 10_000 && op.X == textLeft {
					lines = append(lines, op.Text)
				}
			}
			return lines
		}
		before, after := body(plan.Pages[0]), body(plan.Pages[1])
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
}

// Whatever the data, a letter is a Fault or a plan whose every box lies on the sheet, outside of the
// address window's play unless it is the address, and inside the safe margin unless it is decoration.
func TestPlansKeepTheirZones(t *testing.T) {
	c := winback(t)
	word := rapid.StringMatching(`[A-Za-zÄÖÜäöüßé0-9\-&.,]{1,18}( [A-Za-zÄÖÜß%€]{1,14}){0,6}`)
	rapid.Check(t, func(rt *rapid.T) {
		p := loadPiece(t, rapid.SampledFrom([]string{"de", "en"}).Draw(rt, "lang"))
		for _, f := range [][2]string{{"account", "name"}, {"account", "last_product_group"}, {"campaign", "offer"}, {"contact", "last_name"}, {"sender", "signature_role"}, {"sender", "company"}} {
			group(p, f[0])[f[1]] = word.Draw(rt, f[1])
		}
		p.Address[0] = cleanLine(word.Draw(rt, "address"))
		plan, err := c.Compose(p)
		if err != nil {
			if postlift.KindOf(err) != postlift.Invalid {
				rt.Fatal(err)
			}
			return
		}
		for i, page := range plan.Pages {
			for _, op := range page.Ops {
				checkZone(rt, c, i, op)
			}
		}
	})
}

func checkZone(t *rapid.T, c *Compiled, page int, op Op) {
	box := op
	if op.Kind == OpText {
		box = Op{X: op.X, Y: op.Y - points(op.Size*3/4), W: c.faces[op.Style].Width(op.Text, op.Size), H: points(op.Size)}
	}
	if op.Kind == OpModules {
		for _, m := range op.Modules {
			box.W, box.H = max(box.W, (m.X+m.W)*op.W), max(box.H, (m.Y+m.H)*op.W)
		}
	}
	const safe = 3_000
	if box.X < safe || box.Y < safe || box.X+box.W > sheetW-safe || box.Y+box.H > sheetH-safe {
		t.Fatalf("outside of the safe margin: %s", op)
	}
	if page > 0 || !overlaps(box, windowPlay) {
		return
	}
	if op.X != textLeft || op.Y < 58_000 || op.Y > 90_000 || box.X+box.W > windowRightDL+10 {
		t.Fatalf("in the address window: %s", op)
	}
}

// A compiled design serves many goroutines, and the same piece always gives the same plan.
func TestComposeIsRepeatable(t *testing.T) {
	c := winback(t)
	want := map[string]string{}
	for _, lang := range []string{"de", "en"} {
		plan, err := c.Compose(loadPiece(t, lang))
		if err != nil {
			t.Fatal(err)
		}
		want[lang] = plan.String()
	}
	again := winback(t)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			lang := []string{"de", "en"}[i%2]
			for range 20 {
				plan, err := again.Compose(loadPiece(t, lang))
				if err != nil || plan.String() != want[lang] {
					t.Errorf("%s: another plan (%v)", lang, err)
					return
				}
			}
		})
	}
	wg.Wait()
}

// Composing does not change the piece.
func TestComposeLeavesThePieceAlone(t *testing.T) {
	c := winback(t)
	p, q := loadPiece(t, "de"), loadPiece(t, "de")
	if _, err := c.Compose(p); err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(p) != fmt.Sprint(q) {
		t.Errorf("the piece was changed: %v", p)
	}
}

func BenchmarkCompose(b *testing.B) {
	d, err := ParseDesign(templates.Designs(), "winback")
	if err != nil {
		b.Fatal(err)
	}
	c, err := Compile(d, templates.Fonts())
	if err != nil {
		b.Fatal(err)
	}
	p := loadPiece(b, "de")
	for b.Loop() {
		if _, err := c.Compose(p); err != nil {
			b.Fatal(err)
		}
	}
}

// The larger envelope lets the sheet slide further, so its window surely shows less of a line.
func TestEnvelopeDecidesAddressWidth(t *testing.T) {
	line := "Vereinigte Erfundene Präzisionswerke Süd KG" // about 67 mm at 10 pt: between the two widths
	for envelope, fits := range map[string]bool{"DL": true, "C6/5": false} {
		d, err := ParseDesign(designWith(t, smallText("x"), "envelope: DL ", "envelope: "+envelope+" "), "own")
		if err != nil {
			t.Fatal(err)
		}
		c, err := Compile(d, templates.Fonts())
		if err != nil {
			t.Fatal(err)
		}
		p := loadPiece(t, "de")
		p.Address[0] = line
		_, err = c.Compose(p)
		if fits != (err == nil) {
			t.Errorf("%s: %v", envelope, err)
		}
		if !fits {
			wantFault(t, err, "address line 1", "64.500 mm")
		}
	}
}
