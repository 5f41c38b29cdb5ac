package address

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"

	"postlift"
	"postlift/mailers/typeset"
)

// Whatever stands in the parts, a label is an Invalid fault, or it keeps the limits and every letter of
// every part is found on it or in the notes.
func TestLinesLoseNothing(t *testing.T) {
	words := []string{"Erfundene", "Werkzeug-", "Straße", "straße 12a", "GmbH", "&", "Co.", "KG", "Gesellschaft für", "Prüftechnik", "Nord", "München",
		"(haftungsbeschränkt)", "Ltd", "Street", "12", "a", "ßß", "1 // 2", "Donaudampfschifffahrtsgesellschaftskapitänsmütze", "z. B.,", "\u0308o", "李"}
	part := rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(rapid.SampledFrom(words), 0, 5).Draw(t, "words"), " ")
	})
	code := rapid.SampledFrom([]string{"20095", "D-20095", "1010", "LS1 4AP", "62704", "150-0001", "1234 AB", "", "x"})
	rapid.Check(t, func(t *rapid.T) {
		checkLabel(t, Addressee{
			Company: part.Draw(t, "company"), Department: part.Draw(t, "department"), Extra: part.Draw(t, "extra"), District: part.Draw(t, "district"),
			CareOf: part.Draw(t, "care of"), Street: part.Draw(t, "street"), City: part.Draw(t, "city"), POBox: rapid.SampledFrom([]string{"", "", "12345", "PF 7"}).Draw(t, "box"),
			Postcode: code.Draw(t, "postcode"), POBoxPostcode: code.Draw(t, "box postcode"), State: rapid.SampledFrom([]string{"", "IL", "Bayern", "Roma"}).Draw(t, "state"),
			Person: Person{Salutation: rapid.SampledFrom([]string{"", "Frau", "Herr", "Ms"}).Draw(t, "salutation"), Title: rapid.SampledFrom([]string{"", "Dr."}).Draw(t, "title"),
				FirstName: part.Draw(t, "first"), LastName: part.Draw(t, "last"), Function: part.Draw(t, "function"), Suffix: rapid.SampledFrom([]string{"", "MBA"}).Draw(t, "suffix")},
			Country:      rapid.SampledFrom([]string{"DE", "AT", "CH", "GB", "FR", "JP", "US", "IE", "HU", "AE", "SG", "CI", "IT", "GG", "KR"}).Draw(t, "country"),
			BulkPostcode: rapid.Bool().Draw(t, "bulk"),
		}, rapid.SampledFrom([]string{"DE", "GB", "US"}).Draw(t, "from"), rapid.SampledFrom([]Limits{WindowLimits, FrankingLimits}).Draw(t, "limits"))
	})
}

func checkLabel(t failer, a Addressee, from string, limits Limits) {
	t.Helper()
	problems := Check(a, from)
	lines, notes, err := LinesWithin(a, from, limits)
	if err != nil {
		if postlift.KindOf(err) != postlift.Invalid || postlift.UserText(err) == "" {
			t.Fatalf("%v", err)
		}
		return
	}
	if p := firstStop(problems); p != nil && limits.Lines == WindowLimits.Lines && limits.Runes == WindowLimits.Runes {
		t.Fatalf("a label in spite of %+v", p)
	}
	if len(lines) < 1 || len(lines) > limits.Lines {
		t.Fatalf("%d lines", len(lines))
	}
	for _, l := range lines {
		if l == "" || l != typeset.CleanLine(l) || utf8.RuneCountInString(l) > limits.Runes {
			t.Fatalf("line %q", l)
		}
	}
	all := folded(strings.Join(lines, " ") + " " + strings.Join(notes, " "))
	for _, p := range []string{a.Company, a.Department, a.Street, a.Extra, a.District, a.CareOf, a.POBox, a.City, a.State,
		a.Person.Title, a.Person.FirstName, a.Person.LastName, a.Person.Suffix, a.Person.Function} {
		if !strings.Contains(all, folded(p)) {
			t.Fatalf("%q is neither on the label %q nor in the notes %q", p, lines, notes)
		}
	}
	if a.Postcode != "" && !strings.Contains(all, strings.TrimPrefix(folded(a.Postcode), "d")) {
		t.Fatalf("postcode %q is neither on the label %q nor in the notes %q", a.Postcode, lines, notes)
	}
}

// folded is a text's letters and digits in small letters, ß as ss.
func folded(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, strings.ReplaceAll(strings.ToLower(strings.ToUpper(typeset.CleanLine(s))), "ß", "ss"))
}

func FuzzLines(f *testing.F) {
	f.Add("Erfundene Werke GmbH & Co. KG", "Einkauf", "Frau", "Änne", "Süßkind", "Leitung", "Lange Straße 12a", "", "42103", "Wuppertal", "", "DE", "DE", false)
	f.Add("Invented Inc", "", "Mr", "Sam", "Smith", "", "1 Main Street", "", "62704", "St. Louis", "Illinois", "US", "DE", false)
	f.Add("Invented Ltd", "", "", "", "", "Buyer", "", "12345", "ls14ap", "Leeds", "", "GB", "US", true)
	f.Add("発明", "", "", "", "李", "", "1-2-3", "", "1540023", "世田谷区", "東京都", "JP", "GB", false)
	f.Fuzz(func(t *testing.T, company, department, salutation, first, last, function, street, box, postcode, city, state, country, from string, bulk bool) {
		a := Addressee{Company: company, Department: department, Person: Person{Salutation: salutation, FirstName: first, LastName: last, Function: function},
			Street: street, POBox: box, Postcode: postcode, City: city, State: state, Country: country, BulkPostcode: bulk}
		for _, limits := range []Limits{WindowLimits, FrankingLimits} {
			lines, _, err := LinesWithin(a, from, limits)
			switch {
			case err != nil && postlift.KindOf(err) != postlift.Invalid:
				t.Fatal(err)
			case err == nil && (len(lines) == 0 || len(lines) > limits.Lines):
				t.Fatalf("%d lines", len(lines))
			}
			for _, l := range lines {
				if l == "" || utf8.RuneCountInString(l) > limits.Runes {
					t.Fatalf("line %q", l)
				}
			}
		}
		_ = Check(a, from)
		p := a.Person
		p.Country = country
		if SalutationFor(from, Informal, p, p) == "" || Salutation(p, "de") == "" {
			t.Fatal("no greeting")
		}
	})
}
