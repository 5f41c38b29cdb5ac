package mailers_test

import (
	"bytes"
	"fmt"
	"html"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"postlift/mailers/address"
	"postlift/mailers/design"
	"postlift/mailers/letter"
	"postlift/mailers/merge"
	"postlift/mailers/pdf"
	"postlift/mailers/pdf/pdftest"
	"postlift/mailers/preflight"
	"postlift/mailers/sheaf"
	"postlift/mailers/sheet"
	"postlift/templates"
)

// printAssets are an invented signature and picture.
func printAssets(t testing.TB) fstest.MapFS {
	t.Helper()
	img := image.NewGray(image.Rect(0, 0, 1200, 320))
	for y := range 320 {
		for x := range 1200 {
			v := uint8(255)
			if d := y - 160 - (x*37%200-100)/2; d > -9 && d < 9 {
				v = 0
			}
			img.SetGray(x, y, color.Gray{Y: v})
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	f := &fstest.MapFile{Data: b.Bytes()}
	return fstest.MapFS{"signatures/unterschrift.png": f, "bild.png": f}
}

// abroad are labels of letters that leave their sender's country: their last line is the destination's.
func abroad(t testing.TB, lang string) map[string][]string {
	t.Helper()
	from := map[string]string{"de": "DE", "en": "GB"}[lang]
	out := map[string][]string{}
	for name, a := range map[string]address.Addressee{
		"to Germany": {Company: "Erfundene Blechwerke GmbH & Co. KG", Person: address.Person{Salutation: "Frau", Title: "Dr.", FirstName: "Änne", LastName: "Süßkind"},
			Street: "Lange Straße 12a", Postcode: "42103", City: "Wuppertal", Country: "DE"},
		"to Germany, in six lines": {Company: "Erfundene Präzisionswerkzeuge GmbH", Department: "Zentraler Einkauf", Person: address.Person{Salutation: "Frau", Title: "Dr.", FirstName: "Änne", LastName: "Großmühl"},
			Extra: "Gebäude 12, Aufgang C", Street: "Südliche Münchner Straße 123a", Postcode: "88999", City: "Öhningen-Überlingen", Country: "DE"},
		"to Poland": {Company: "Zmyślone Zakłady Mechaniczne Sp. z o.o.", Department: "Dział zakupów", Person: address.Person{FirstName: "Łukasz", LastName: "Żółtowski"},
			Street: "ul. Przykładowa 7", Postcode: "00-950", City: "Warszawa", Country: "PL"},
		"to Britain": {Company: "Invented Sheet Metal Ltd", Person: address.Person{Title: "Dr", FirstName: "Anna", LastName: "Sample"},
			Street: "12a Long Street", Postcode: "SW1A 1AA", City: "London", Country: "GB"},
	} {
		if a.Country == from {
			continue
		}
		lines, err := address.Lines(a, from)
		if err != nil {
			t.Fatal(err)
		}
		out[name] = lines
	}
	return out
}

// samplePieces are a design's sample recipients in every language: every optional value, none, extreme ones, a
// signature's image, and addresses abroad.
func samplePieces(t testing.TB, d *design.Design) []letter.Piece {
	t.Helper()
	var out []letter.Piece
	add := func(s design.SampleCase, lines []string, change func(map[string]any)) {
		for name, kind := range d.Vars() {
			if group, field, dotted := strings.Cut(name, "."); kind == merge.Image && dotted && group != "sender" {
				g, _ := s.Merge[group].(map[string]any)
				if g == nil {
					g = map[string]any{}
					s.Merge[group] = g
				}
				g[field] = "bild.png"
			}
		}
		if change != nil {
			change(s.Merge)
		}
		n := len(out)
		out = append(out, letter.Piece{ID: fmt.Sprintf("pc_01jmsample%015d", n), BatchID: "bt_01jmsample000000000000001", Seq: n + 1, Kind: "proof", Language: s.Language,
			TrackingURL: s.TrackingURL, Code: s.Code, Address: lines, Merge: s.Merge})
	}
	for _, lang := range d.Languages() {
		for _, s := range d.Samples(lang) {
			add(s, s.Address, nil)
		}
		s := d.Samples(lang)[0]
		add(s, s.Address, func(data map[string]any) {
			sender := data["sender"].(map[string]any)
			sender["signature_file"], sender["signature_consent_until"] = "signatures/unterschrift.png", "2027-01-01"
		})
		labels := abroad(t, lang)
		for _, name := range []string{"to Germany", "to Germany, in six lines", "to Poland", "to Britain"} {
			if lines := labels[name]; lines != nil {
				add(d.Samples(lang)[0], lines, nil)
			}
		}
	}
	return out
}

// TestShippedDesignsOutside is the bar: every check by outside programs passes for every shipped design, in every
// language, with all sample recipients as the pieces of one file; -short takes two designs.
func TestShippedDesignsOutside(t *testing.T) {
	names := shipped(t)
	if len(names) == 0 {
		t.Fatal("no design is shipped")
	}
	if testing.Short() {
		names = names[:min(2, len(names))]
	}
	k := printKit(t, printAssets(t))
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := printLetters(t, k, templates.Designs(), name)
			pieces := samplePieces(t, l.Compiled.Design())
			o := printOptions(k, l, "bt_"+name)
			path, out, sum := printFile(t, name+".pdf", o, items(l, 0, len(pieces), func(n int) letter.Piece { return pieces[n] }))
			e := pdftest.Expect{Sheet: o.PDF.Sheet, Title: o.PDF.Meta.Title, Pages: sum.Pages, MinPPI: 300}
			for i, piece := range out {
				if piece.Reason != nil {
					t.Errorf("piece %d in %s with address %q is not printed: %v", i, piece.Item.Piece.Language, piece.Item.Piece.Address, piece.Reason)
					continue
				}
				e.Pieces = append(e.Pieces, pdftest.Piece{ID: piece.Range.PieceID, First: piece.Range.First, Count: piece.Range.Count})
			}
			if len(e.Pieces) == 0 {
				return
			}
			pdftest.Conforms(t, path, e)
			pixels(t, path, out)
			for _, problem := range hiddenLabels(t, path, out) {
				t.Error(problem)
			}
			t.Logf("%d pieces, %d pages, %d bytes", sum.Pieces, sum.Pages, sum.Bytes)
		})
	}
}

// printedPages are what the plans say of the pages of a file.
func printedPages(t testing.TB, out []sheaf.Outcome) (pages []preflight.PixelPage) {
	t.Helper()
	for _, o := range out {
		if o.Reason != nil {
			continue
		}
		plan, err := o.Item.Compiled.Compose(o.Item.Piece)
		if err != nil {
			t.Fatal(err)
		}
		pages = append(pages, preflight.PixelPages(&plan)...)
	}
	return pages
}

// pixels tests the file as a press would print it: total ink, the edges of the bleed, the window that is empty but
// for the address, plates, the borders of codes.
func pixels(t testing.TB, path string, out []sheaf.Outcome) {
	t.Helper()
	pages := printedPages(t, out)
	found, err := preflight.Pixels(t.Context(), path, preflight.PixelOptions{Page: func(n int) preflight.PixelPage { return pages[n-1] }})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range found {
		t.Errorf("%s %s on page %d at %+v: %s", f.Rule, f.Severity, f.Page, f.Box, f.Text)
	}
}

var wordBox = regexp.MustCompile(`<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">(.*?)</word>`)

// hiddenLabels lists the addresses that are not found whole where the window shows them however the letter lies in
// its envelope, the country line too, as pdftotext finds the words.
func hiddenLabels(t testing.TB, path string, out []sheaf.Outcome) (problems []string) {
	t.Helper()
	pdftest.Need(t, "pdftotext")
	for _, o := range out {
		c := o.Item.Compiled
		i := slices.IndexFunc(c.Zones(true), func(z sheet.Zone) bool { return z.Kind == sheet.ZoneAddress })
		if i < 0 || o.Reason != nil {
			continue
		}
		seen := wordsIn(t, path, o.Range.First, c.Design().Format().Bleed, c.Zones(true)[i])
		if label := strings.Join(strings.Fields(strings.Join(o.Item.Piece.Address, " ")), " "); !strings.HasSuffix(seen, label) {
			problems = append(problems, fmt.Sprintf("page %d: the window shows %q, the address is %q", o.Range.First, seen, label))
		}
	}
	return problems
}

// wordsIn are the words of a page that lie wholly in a zone. The boxes of pdftotext are as high as the font; letters
// stand in the middle two thirds.
func wordsIn(t testing.TB, path string, page, bleed int, z sheet.Zone) string {
	t.Helper()
	n := strconv.Itoa(page)
	var words []string
	for _, m := range wordBox.FindAllStringSubmatch(pdftest.Run(t, "pdftotext", "-bbox", "-f", n, "-l", n, path, "-"), -1) {
		var at [4]float64 // micrometres from the trim
		for i := range at {
			v, err := strconv.ParseFloat(m[i+1], 64)
			if err != nil {
				t.Fatal(err)
			}
			at[i] = v*25400/72 - float64(bleed)
		}
		lead := (at[3] - at[1]) / 6
		if at[0] >= float64(z.X) && at[2] <= float64(z.X+z.W) && at[1]+lead >= float64(z.Y) && at[3]-lead <= float64(z.Y+z.H) {
			words = append(words, html.UnescapeString(m[5]))
		}
	}
	return strings.Join(words, " ")
}

// TestOutsideChecksSeeFaults moves and covers what must not be: checks that find nothing prove nothing.
func TestOutsideChecksSeeFaults(t *testing.T) {
	pdftest.Need(t, "gs", "pdftotext")
	k := printKit(t, nil)
	l := printLetters(t, k, templates.Designs(), "letter-b")
	lines, err := address.Lines(address.Addressee{Company: "Erfundene Blechwerke GmbH", Street: "Lange Straße 12a", Postcode: "42103", City: "Wuppertal", Country: "DE"}, "GB")
	if err != nil {
		t.Fatal(err)
	}
	if lines[len(lines)-1] != "GERMANY" {
		t.Fatalf("the label %q ends without its country", lines)
	}
	piece := samplePieces(t, l.Compiled.Design())[0]
	piece.Address = lines
	for _, c := range []struct {
		what, rule string
		hidden     bool
		change     func(*sheet.Page)
	}{
		{"nothing", "", false, func(*sheet.Page) {}},
		{"address lower", "window_clear", true, func(p *sheet.Page) {
			for i := range p.Ops {
				if p.Ops[i].Part == sheet.PartAddress {
					p.Ops[i].Y += 12_000
				}
			}
		}},
		{"tint in the window", "window_clear", false, func(p *sheet.Page) {
			p.Ops = append([]sheet.Op{{Kind: sheet.OpRect, Part: sheet.PartDecor, X: 90_000, Y: 60_000, W: 15_000, H: 10_000, Ink: sheet.Ink{Y: 10}}}, p.Ops...)
		}},
		{"four inks in full", "total_ink", false, func(p *sheet.Page) {
			p.Ops = append(p.Ops, sheet.Op{Kind: sheet.OpRect, Part: sheet.PartDecor, X: 30_000, Y: 250_000, W: 15_000, H: 10_000, Ink: sheet.Ink{C: 100, M: 100, Y: 100, K: 100}})
		}},
		{"a band that ends at the trim", "bleed_reached", false, func(p *sheet.Page) {
			p.Ops = append(p.Ops, sheet.Op{Kind: sheet.OpRect, Part: sheet.PartDecor, X: 200_000, Y: 200_000, W: 10_000, H: 10_000, Ink: sheet.Ink{C: 100}})
		}},
	} {
		t.Run(c.what, func(t *testing.T) {
			plan, err := l.Compiled.Compose(piece)
			if err != nil {
				t.Fatal(err)
			}
			pages := preflight.PixelPages(&plan) // where things were meant to be
			c.change(&plan.Pages[0])
			path := filepath.Join(t.TempDir(), "changed.pdf")
			var b bytes.Buffer
			ranges, _, err := pdf.RenderFile(&b, printOptions(k, l, "bt_changed").PDF, []sheet.Plan{plan})
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
				t.Fatal(err)
			}
			found, err := preflight.Pixels(t.Context(), path, preflight.PixelOptions{Page: func(n int) preflight.PixelPage { return pages[n-1] }})
			if err != nil {
				t.Fatal(err)
			}
			if seen := slices.ContainsFunc(found, func(f preflight.Finding) bool { return f.Rule == c.rule }); seen != (c.rule != "") || c.rule == "" && len(found) > 0 {
				t.Errorf("found %+v, want %q", found, c.rule)
			}
			problems := hiddenLabels(t, path, []sheaf.Outcome{{Item: sheaf.Item{Letters: l, Piece: piece}, Range: ranges[0]}})
			if (len(problems) > 0) != c.hidden {
				t.Errorf("hidden labels: %q", problems)
			}
		})
	}
}
