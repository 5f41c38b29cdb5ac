package mailers_test

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"postlift"
	"postlift/mailers/letter"
	"postlift/mailers/pdf/pdftest"
	"postlift/mailers/sheaf"
	"postlift/mailers/sheet"
	"postlift/templates"
)

// panicking is a value that breaks whoever prints it.
type panicking struct{}

func (panicking) String() string               { panic("a value that cannot be printed") }
func (panicking) MarshalJSON() ([]byte, error) { panic("a value that cannot be written") }

// signedBy puts a signature's image into a piece.
func signedBy(p *letter.Piece, file string) {
	sender := p.Merge["sender"].(map[string]any)
	sender["signature_file"], sender["signature_consent_until"] = file, "2027-01-01"
}

// lengthen gives a contract so many positions.
func lengthen(p *letter.Piece, n int) {
	contract := p.Merge["contract"].(map[string]any)
	lines := contract["lines"].([]any)
	for len(lines) < n {
		lines = append(lines, lines...)
	}
	contract["lines"] = lines[:n]
}

// poisons are what a record can do to a job, with what the reason has to name.
var poisons = []struct {
	what, reason string
	renewal      bool // in the design with a table
	spoil        func(*letter.Piece)
}{
	{"a signature whose image makes the reader panic", "cannot be composed", false, func(p *letter.Piece) { signedBy(p, "signatures/panik.png") }},
	{"a merge value that panics", "account.name", false, func(p *letter.Piece) { p.Merge["account"].(map[string]any)["name"] = panicking{} }},
	{"10,000 pages", "longer than", true, func(p *letter.Piece) { lengthen(p, 400_000) }},
	{"a table of hundreds of pages", "pages", true, func(p *letter.Piece) { lengthen(p, 4_000) }},
	{"10,000 pages of one value", "longer than", false, func(p *letter.Piece) {
		p.Merge["campaign"].(map[string]any)["offer"] = strings.Repeat("Ein Angebot ohne Ende. ", 1_500_000)
	}},
	{"astral characters in the address", "U+1F600", false, func(p *letter.Piece) { p.Address[1] = "Anna 😀 𝔐üller" }},
	{"astral characters in a value", "U+1F600", false, func(p *letter.Piece) {
		p.Merge["account"].(map[string]any)["name"] = "Erfundene 😀 Werke"
	}},
	{"a company's name of 300 characters", "address line 1", false, func(p *letter.Piece) { p.Address[0] = strings.Repeat("Übergroße Werke ", 19)[:303] + "x" }},
	{"a missing image", "signatures/fehlt.png", false, func(p *letter.Piece) { signedBy(p, "signatures/fehlt.png") }},
	{"nothing at all", "language", false, func(p *letter.Piece) { *p = letter.Piece{ID: p.ID} }},
}

// poisonLetters are the reference letter and one with a table, with a folder of images one of which cannot be read
// without a panic.
func poisonLetters(t *testing.T) (sheaf.Options, *sheaf.Letters, *sheaf.Letters) {
	t.Helper()
	k := printKit(t, printAssets(t))
	find := k.Letter.Assets
	k.Letter.Assets = func(name string) (*sheet.Image, error) {
		if name == "signatures/panik.png" {
			panic("a damaged image")
		}
		return find(name)
	}
	l := printLetters(t, k, templates.Designs(), "letter-b")
	return printOptions(k, l, "bt_poison"), l, printLetters(t, k, templates.Designs(), "renewal")
}

// TestPoisonedRecords is the bar: among 5,000 records those that are poisoned cost exactly themselves, each with a
// reason; all others are made, and their file is the one that they make without the poisoned.
func TestPoisonedRecords(t *testing.T) {
	n := 5000
	if testing.Short() {
		n = 500
	}
	o, plain, renewal := poisonLetters(t)
	every := n / len(poisons)
	poisonOf := func(i int) int { // poisons lie spread among the records
		if i%every == every/2 && i/every < len(poisons) {
			return i / every
		}
		return -1
	}
	run := func(w io.Writer, with bool) ([]sheaf.Outcome, string) {
		out, sum := printed(t, w, o, func(yield func(sheaf.Item, error) bool) {
			for i := range n {
				item := sheaf.Item{Letters: plain, Piece: recipient(plain.Compiled.Design(), "de", i)}
				if p := poisonOf(i); p >= 0 {
					if !with {
						continue
					}
					if poisons[p].renewal {
						item = sheaf.Item{Letters: renewal, Piece: recipient(renewal.Compiled.Design(), "de", i)}
					}
					poisons[p].spoil(&item.Piece)
				}
				if !yield(item, nil) {
					return
				}
			}
		})
		return out, fmt.Sprint(sum)
	}
	out, sum := run(io.Discard, true)
	if len(out) != n {
		t.Fatalf("%d outcomes of %d records", len(out), n)
	}
	made := 0
	for i, got := range out {
		p := poisonOf(i)
		switch {
		case p < 0 && got.Reason != nil:
			t.Errorf("record %d is lost: %v", i, got.Reason)
		case p < 0:
			made++
		case got.Reason == nil:
			t.Errorf("record %d with %s is printed", i, poisons[p].what)
		case postlift.KindOf(got.Reason) != postlift.Invalid || !strings.Contains(postlift.UserText(got.Reason), poisons[p].reason) || len(postlift.UserText(got.Reason)) > 1000:
			t.Errorf("record %d with %s: the reason is %.300q", i, poisons[p].what, postlift.UserText(got.Reason))
		default:
			t.Logf("%s: %s", poisons[p].what, postlift.UserText(got.Reason))
		}
	}
	if made != n-len(poisons) {
		t.Errorf("%d records are made, want %d", made, n-len(poisons))
	}
	if _, clean := run(io.Discard, false); clean != sum {
		t.Errorf("the poisoned records changed the file: %s, without them %s", sum, clean)
	}
}

// TestPoisonedFileIsWhole: the file that is left passes the outside checks.
func TestPoisonedFileIsWhole(t *testing.T) {
	o, plain, renewal := poisonLetters(t)
	var all []sheaf.Item
	for i := range 3 * len(poisons) {
		item := sheaf.Item{Letters: plain, Piece: recipient(plain.Compiled.Design(), "en", i)}
		if i%3 == 1 {
			if poisons[i/3].renewal {
				item = sheaf.Item{Letters: renewal, Piece: recipient(renewal.Compiled.Design(), "en", i)}
			}
			poisons[i/3].spoil(&item.Piece)
		}
		all = append(all, item)
	}
	path, out, sum := printFile(t, "poison.pdf", o, func(yield func(sheaf.Item, error) bool) {
		for _, item := range all {
			if !yield(item, nil) {
				return
			}
		}
	})
	e := pdftest.Expect{Sheet: o.PDF.Sheet, Title: o.PDF.Meta.Title, Pages: sum.Pages, MinPPI: 300}
	for _, got := range out {
		if got.Reason == nil {
			e.Pieces = append(e.Pieces, pdftest.Piece{ID: got.Range.PieceID, First: got.Range.First, Count: got.Range.Count})
		}
	}
	if len(e.Pieces) != 2*len(poisons) {
		t.Fatalf("%d pieces are made, want %d", len(e.Pieces), 2*len(poisons))
	}
	pdftest.Conforms(t, path, e)
}
