package letter_test

import (
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"postlift/mailers/design"
	"postlift/mailers/letter"
	"postlift/mailers/merge"
	"postlift/mailers/preflight"
	"postlift/mailers/sheet"
	"postlift/templates"
)

// shippedPages is how many pages each shipped design has for its sample recipients: with all optional values, with
// none, and with extreme ones. Twenty-four positions of a contract and the longest names take a page more.
var shippedPages = map[string][3]int{
	"card-long":  {2, 2, 2},
	"invitation": {1, 1, 1},
	"letter-a":   {1, 1, 1},
	"letter-b":   {1, 1, 1},
	"notice":     {1, 1, 1},
	"owner":      {1, 1, 1},
	"postcard":   {2, 2, 2},
	"renewal":    {2, 2, 3},
	"winback":    {1, 1, 2},
}

// compiledShipped compiles the shipped designs once for all tests.
var compiledShipped = sync.OnceValues(func() ([]*letter.Compiled, error) {
	signed := func(string) (*sheet.Image, error) {
		return &sheet.Image{Key: "signature", W: 1800, H: 600, Data: make([]byte, 1800*600)}, nil
	}
	entries, err := fs.ReadDir(templates.Designs(), ".")
	if err != nil {
		return nil, err
	}
	var out []*letter.Compiled
	for _, e := range entries {
		d, err := design.Parse(templates.Designs(), e.Name())
		if err != nil {
			return nil, err
		}
		c, err := letter.Compile(d, letter.Kit{Fonts: templates.Fonts(), Assets: signed})
		if err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, nil
})

// shipped calls f with every design, language and sample of templates.
func shipped(t *testing.T, f func(t *testing.T, c *letter.Compiled, number int, s design.SampleCase)) {
	t.Helper()
	all, err := compiledShipped()
	if err != nil || len(all) != len(shippedPages) {
		t.Fatalf("%d shipped designs, expected %d: %v", len(all), len(shippedPages), err)
	}
	for _, c := range all {
		for _, lang := range c.Design().Languages() {
			for i, s := range c.Design().Samples(lang) {
				t.Run(c.Design().Name()+"/"+lang+"/"+s.Name, func(t *testing.T) { f(t, c, i, s) })
			}
		}
	}
}

func sampleOf(s design.SampleCase) letter.Piece {
	return letter.Piece{ID: "pc_01jmtest000000000000000001", BatchID: "bt_01jmtestbatch0000000000001", Seq: 1, Kind: "proof", Language: s.Language,
		TrackingURL: s.TrackingURL, Code: s.Code, MatchCode: s.MatchCode, Address: s.Address, Merge: s.Merge}
}

// Every shipped design sets every sample on the pages that it is made for, without a finding of preflight, in no type
// below 7 pt but the match code's and a long return line's, and with its notice.
func TestShippedDesigns(t *testing.T) {
	shipped(t, func(t *testing.T, c *letter.Compiled, number int, s design.SampleCase) {
		d := c.Design()
		plan, err := c.Compose(sampleOf(s))
		if err != nil {
			t.Fatal(err)
		}
		if got, want := len(plan.Pages), shippedPages[d.Name()][number]; got != want {
			t.Errorf("%d pages, meant for %d", got, want)
		}
		advertising := d.Spec().Class == "advertising"
		for _, f := range preflight.Plan(&plan, preflight.PlanOptions{Fonts: c.Family(), Advertising: advertising}) {
			t.Errorf("%s %s on page %d: %s", f.Severity, f.Rule, f.Page, f.Text)
		}
		var words strings.Builder
		for i := range plan.Pages {
			plan.Pages[i].All(func(op sheet.Op) {
				if op.Kind == sheet.OpText && op.Size < 7000 && op.Part != sheet.PartMatch && op.Part != sheet.PartReturn {
					t.Errorf("%q is set in %g pt", op.Text, float64(op.Size)/1000)
				}
				words.WriteString(op.Text + "\n")
			})
		}
		for _, line := range s.Address {
			if !strings.Contains(words.String(), line) {
				t.Errorf("the address line %q is not printed", line)
			}
		}
	})
}

// A shipped design leaves nothing to warn of, and says what it is in both languages.
func TestShippedDesignsAreComplete(t *testing.T) {
	all, err := compiledShipped()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range all {
		d, name := c.Design(), c.Design().Name()
		if w := d.Warnings(); len(w) > 0 {
			t.Errorf("%s: %q", name, w)
		}
		if !slices.Equal(d.Languages(), []string{"de", "en"}) {
			t.Errorf("%s has the languages %v", name, d.Languages())
		}
	}
}

// stumble is what a text has where a guard leaves its comma, blank or brackets behind, or a tag is not read.
var stumble = regexp.MustCompile(`[^\s] [,.;:!?](\s|$)|[,;:] ?[,;.]|\.\.|\(\s*\)|„\s*“|“\s*”|[{}]|%[^\s“]|\bNone\b|\s+$`)

// Each section reads right whichever values are there.
func TestShippedTextsReadRight(t *testing.T) {
	shipped(t, func(t *testing.T, c *letter.Compiled, _ int, s design.SampleCase) {
		data := merge.NewData(s.Merge)
		data.Set("code", "BJ7K-EFQN-4XN")
		if !data.Has("salutation") { // the composer makes it of the name
			data.Set("salutation", "Dear Dr Sample,")
		}
		sections, _ := c.Design().Text(s.Language)
		for _, sec := range sections {
			merged, err := sec.Text.Render(data)
			if err != nil {
				t.Errorf("@%s: %v", sec.Name, err)
				continue
			}
			blocks, err := merge.Blocks(merged)
			if err != nil {
				t.Errorf("@%s: %v", sec.Name, err)
			}
			for _, b := range blocks {
				for _, line := range b.Lines {
					text := ""
					for _, span := range line {
						text += span.Text
					}
					if found := stumble.FindString(text); found != "" {
						t.Errorf("@%s stumbles over %q in %q", sec.Name, found, text)
					}
				}
			}
		}
	})
}

// The letter of a person prints the image of a signature whose use is agreed to, and blank room without one.
func TestShippedOwnerSigns(t *testing.T) {
	images := func(file string) int {
		n := 0
		shipped(t, func(t *testing.T, c *letter.Compiled, number int, s design.SampleCase) {
			if c.Design().Name() != "owner" || number != 0 {
				return
			}
			sender := s.Merge["sender"].(map[string]any)
			sender["signature_file"], sender["signature_consent_until"] = file, "2026-12-31"
			plan, err := c.Compose(sampleOf(s))
			if err != nil {
				t.Fatal(err)
			}
			for i := range plan.Pages {
				plan.Pages[i].All(func(op sheet.Op) {
					if op.Kind == sheet.OpImage {
						n++
					}
				})
			}
		})
		return n
	}
	if with, without := images("tom.png"), images(""); with != 2 || without != 0 {
		t.Errorf("%d signatures in two languages, %d without a file", with, without)
	}
}

// The invitation's ticket bears the code twice, for a telephone and for a scanner, beside the code of the reply; a
// guest without one gets a ticket without codes.
func TestShippedTicket(t *testing.T) {
	shipped(t, func(t *testing.T, c *letter.Compiled, number int, s design.SampleCase) {
		if c.Design().Name() != "invitation" || number != 0 {
			return
		}
		for code, want := range map[string]int{"T7KQ-2M9X": 3, "": 1} {
			s.Merge["ticket"].(map[string]any)["code"] = code
			plan, err := c.Compose(sampleOf(s))
			if err != nil {
				t.Fatal(err)
			}
			got := 0
			for i := range plan.Pages {
				plan.Pages[i].All(func(op sheet.Op) {
					if op.Kind == sheet.OpModules && op.Part == sheet.PartCode {
						got++
					}
				})
			}
			if got != want {
				t.Errorf("ticket code %q: %d codes, expected %d", code, got, want)
			}
		}
	})
}
