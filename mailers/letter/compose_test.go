package letter

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"postlift/mailers/address"
)

var update = flag.Bool("update", false, "write the golden plans anew")

// The designs of testdata, set with invented recipients, are compared word by word and place by place.
func TestPlans(t *testing.T) {
	for _, c := range []struct{ design, lang string }{{"reference", "de"}, {"reference", "en"}, {"renewal", "de"}, {"card", "de"}} {
		plan, err := compiled(t, c.design).Compose(loadPiece(t, c.lang))
		if err != nil {
			t.Fatalf("%s %s: %v", c.design, c.lang, err)
		}
		file := filepath.Join("testdata", c.design+"-"+c.lang+".plan.txt")
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
			t.Errorf("%s %s differs from %s (after a wanted change run the test with -update):\n%s", c.design, c.lang, file, got)
		}
	}
}

// Every optional part may be absent; the sentence around it stays a sentence.
func TestOptionalPartsAbsent(t *testing.T) {
	c := compiled(t, "reference")
	for _, lang := range []string{"de", "en"} {
		p := loadPiece(t, lang)
		for _, f := range []string{"customer_since", "last_order_on", "last_product_group", "customer_no"} {
			delete(group(p, "account"), f)
		}
		group(p, "sender")["owner_phone"] = ""
		group(p, "sender")["signature_role"] = nil
		delete(group(p, "campaign"), "offer_until")
		delete(group(p, "campaign"), "landing_host")
		delete(p.Merge, "contact")
		p.MatchCode, p.Seq = "", 0
		plan, err := c.Compose(p)
		if err != nil {
			t.Fatal(err)
		}
		got := texts(plan.Pages...)
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

// A salutation that the composer makes fits the text below it: the German one goes on after a comma wherever the reader
// lives, the American one after a colon.
func TestSalutationFitsTheText(t *testing.T) {
	c := compiled(t, "reference")
	for tag, want := range map[string]string{"de": "Süßkind,", "de-CH": "Süßkind,", "de-AT": "Süßkind,", "en": "Süßkind,", "en-US": "Süßkind:"} {
		p := loadPiece(t, tag[:2])
		p.Language = tag
		delete(p.Merge, "salutation")
		group(p, "contact")["salutation"], group(p, "contact")["last_name"] = "Frau", "Süßkind"
		plan, err := c.Compose(p)
		if err != nil {
			t.Fatal(err)
		}
		if got := texts(plan.Pages...); !strings.Contains(got, want+"\n") {
			t.Errorf("%s: no %q in\n%s", tag, want, got)
		}
	}
}

// Each field that the letter prints stops the piece when it is missing, empty or blank, by name.
func TestMissingFieldStopsThePiece(t *testing.T) {
	c := compiled(t, "reference")
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
	c := compiled(t, "reference")
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
		"wrong date":             {func(p *Piece) { group(*p, "account")["last_order_on"] = "11.06.2025" }, []string{"account.last_order_on", "11.06.2025"}},
		"a list for a text":      {func(p *Piece) { group(*p, "account")["name"] = []any{"a", "b"} }, []string{"account.name", "a list"}},
		"one endless word":       {func(p *Piece) { group(*p, "campaign")["offer"] = strings.Repeat("Rabatt", 60) }, []string{"wider than the column"}},
		"a 300-letter name":      {func(p *Piece) { group(*p, "account")["name"] = strings.Repeat("Erfundene Werke ", 19) }, []string{"subject", "lines"}},
		"long sender name":       {func(p *Piece) { group(*p, "sender")["company"] = strings.Repeat("Werke ", 60) }, []string{"sender.company"}},
		"long particulars":       {func(p *Piece) { group(*p, "sender")["particulars"] = strings.Repeat("HRB 1 | ", 20) }, []string{"footer", "lines"}},
		"ten pages of notice":    {func(p *Piece) { p.Merge["objection_notice"] = strings.Repeat("Widerspruch ist möglich. ", 900) }, []string{"mm"}},
		"a batch that is no id":  {func(p *Piece) { p.Seq, p.BatchID = 1, "bt_äöü" }, []string{"batch"}},
	} {
		t.Run(name, func(t *testing.T) {
			p := loadPiece(t, "de")
			d.change(&p)
			_, err := c.Compose(p)
			wantFault(t, err, d.parts...)
		})
	}
}

// A compiled design serves many goroutines, and the same piece always gives the same plan, whatever was set before it.
func TestComposeIsRepeatable(t *testing.T) {
	want := map[string]string{}
	for _, lang := range []string{"de", "en"} {
		plan, err := compiled(t, "reference").Compose(loadPiece(t, lang))
		if err != nil {
			t.Fatal(err)
		}
		want[lang] = whole(plan)
	}
	again := compiled(t, "reference")
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			lang := []string{"de", "en"}[i%2]
			for k := range 20 {
				other := loadPiece(t, lang)
				group(other, "campaign")["offer"] = fmt.Sprint("Angebot ", i, k)
				if _, err := again.Compose(other); err != nil {
					t.Error(err)
				}
				plan, err := again.Compose(loadPiece(t, lang))
				if err != nil || whole(plan) != want[lang] {
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
	c := compiled(t, "reference")
	p, q := loadPiece(t, "de"), loadPiece(t, "de")
	if _, err := c.Compose(p); err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(p) != fmt.Sprint(q) {
		t.Errorf("the piece was changed: %v", p)
	}
}
