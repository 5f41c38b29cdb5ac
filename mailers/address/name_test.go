package address

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"postlift/mailers/typeset"
)

func TestParseName(t *testing.T) {
	for _, c := range []struct {
		in   string
		want Person
		sure bool // confidence of 0.9 or more
	}{
		{"Frau Dr. Änne Süßkind", Person{Salutation: "Frau", Title: "Dr.", FirstName: "Änne", LastName: "Süßkind"}, true},
		{"Herrn Prof. Dr. med. Max von Muster", Person{Salutation: "Herrn", Title: "Prof. Dr. med.", FirstName: "Max", LastName: "von Muster"}, true},
		{"Dr. Dr. h. c. Max Muster", Person{Title: "Dr. Dr. h. c.", FirstName: "Max", LastName: "Muster"}, true},
		{"Dipl.-Ing. (FH) Max Muster", Person{Title: "Dipl.-Ing. (FH)", FirstName: "Max", LastName: "Muster"}, true},
		{"Mag. Leo Huber", Person{Title: "Mag.", FirstName: "Leo", LastName: "Huber"}, true},
		{"RA Leo Huber", Person{Title: "RA", FirstName: "Leo", LastName: "Huber"}, true},
		{"Muster, Max", Person{FirstName: "Max", LastName: "Muster"}, true},
		{"von der Heide-Muster, Dr. Anna Maria", Person{Title: "Dr.", FirstName: "Anna Maria", LastName: "von der Heide-Muster"}, true},
		{"Herr Muster, Max", Person{Salutation: "Herr", FirstName: "Max", LastName: "Muster"}, true},
		{"Max Freiherr von Berg", Person{FirstName: "Max", LastName: "Freiherr von Berg"}, true},
		{"Graf von Berg", Person{LastName: "Graf von Berg"}, false},
		{"Max Graf", Person{FirstName: "Max", LastName: "Graf"}, true},
		{"Jan van den Broek", Person{FirstName: "Jan", LastName: "van den Broek"}, true},
		{"Anna Müller-Lüdenscheid", Person{FirstName: "Anna", LastName: "Müller-Lüdenscheid"}, true},
		{"Anna Maria Muster", Person{FirstName: "Anna Maria", LastName: "Muster"}, false},
		{"Frau Anna Maria Muster", Person{Salutation: "Frau", FirstName: "Anna Maria", LastName: "Muster"}, true},
		{"C. Muster", Person{FirstName: "C.", LastName: "Muster"}, true},
		{"Dr. C. Muster", Person{Title: "Dr.", FirstName: "C.", LastName: "Muster"}, true},
		{"Mr. Sam Smith Jr.", Person{Salutation: "Mr.", FirstName: "Sam", LastName: "Smith", Suffix: "Jr."}, true},
		{"Ms Zoë Imaginary, PhD, MBA", Person{Salutation: "Ms", FirstName: "Zoë", LastName: "Imaginary", Suffix: "PhD, MBA"}, true},
		{"Mrs Smith", Person{Salutation: "Mrs", LastName: "Smith"}, true},
		{"Frau Di Lorenzo", Person{Salutation: "Frau", LastName: "Di Lorenzo"}, false},
		{"Muster", Person{LastName: "Muster"}, false},
		{"Max Muster und Anna Muster", Person{FirstName: "Max Muster und Anna", LastName: "Muster"}, false},
		{"Erfundene Werke GmbH", Person{FirstName: "Erfundene Werke", LastName: "GmbH"}, false},
		{"Frau", Person{Salutation: "Frau"}, false},
		{"", Person{}, false},
	} {
		got, confidence := ParseName(c.in)
		if got != c.want || (confidence >= 0.9) != c.sure || confidence < 0 || confidence > 1 {
			t.Errorf("%q: %+v %.2f, want %+v", c.in, got, confidence, c.want)
		}
	}
}

// The form of address is never made up, and no word of a name is lost.
func TestParseNameLosesNothing(t *testing.T) {
	word := rapid.SampledFrom([]string{"Frau", "Herr", "Mr.", "Dr.", "Prof.", "h.", "c.", "von", "der", "Graf", "Anna", "Kim", "Muster", "Müller-Lüdenscheid",
		"Muster,", ",", "Jr.", "MBA", "und", "GmbH", "D.", "X", "4711", "ÄÖ"})
	rapid.Check(t, func(t *rapid.T) {
		checkParsed(t, strings.Join(rapid.SliceOfN(word, 0, 8).Draw(t, "words"), " "))
	})
}

type failer interface {
	Helper()
	Fatalf(format string, args ...any)
}

func checkParsed(t failer, s string) {
	t.Helper()
	p, confidence := ParseName(s)
	if confidence < 0 || confidence > 1 {
		t.Fatalf("%q: confidence %v", s, confidence)
	}
	got := letters(join(p.Salutation, p.Title, p.FirstName, p.LastName, p.Suffix))
	if want := letters(s); len(got) != len(want) {
		t.Fatalf("%q became %+v", s, p)
	}
	if p.Salutation != "" && !strings.Contains(typeset.CleanLine(s), p.Salutation) {
		t.Fatalf("%q got %q", s, p.Salutation)
	}
}

// letters are a text's without blanks and commas.
func letters(s string) []rune {
	return []rune(strings.NewReplacer(" ", "", ",", "").Replace(typeset.CleanLine(s)))
}

func FuzzParseName(f *testing.F) {
	for _, s := range []string{"Frau Dr. Änne Süßkind", "von der Heide, Max", "Ms Zoë Imaginary, PhD", "Dr. (FH", "h.c.", ",,", "\u00ad \u0301"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) { checkParsed(t, s) })
}
