package address

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The tables are those that ORIGINS.md names.
func TestTablesAreTheNamedOnes(t *testing.T) {
	origins, err := os.ReadFile("ORIGINS.md")
	if err != nil {
		t.Fatal(err)
	}
	for name, table := range map[string]string{"formats.tsv": formatTable, "regions.tsv": regionTable} {
		sum := sha256.Sum256([]byte(table))
		if want := "| " + name + " | " + hex.EncodeToString(sum[:]) + " |"; !strings.Contains(string(origins), want) {
			t.Errorf("ORIGINS.md lacks %s", want)
		}
	}
}

// Every territory has a name in both languages, rows for company, contact and street, and patterns that
// accept the table's own examples. A label to it has each part.
func TestEveryTerritory(t *testing.T) {
	if n := len(forms()); n != 252 {
		t.Fatalf("%d territories, want 252", n)
	}
	for cc, f := range forms() {
		for _, from := range []string{"DE", "GB"} {
			if name := CountryName(cc, from); len(name) < 3 || name != strings.ToUpper(name) {
				t.Errorf("%s from %s is called %q", cc, from, name)
			}
		}
		a := Addressee{Company: "Erfunden SA", Person: Person{FirstName: "Kim", LastName: "Muster"}, Street: "12 Fancy Street", City: "Fantasia", Country: cc}
		a.Postcode = f.example
		if r := regions()[cc]; r != nil {
			a.State = r[len(r)-1].code
		}
		lines, err := Lines(a, "FR")
		if err != nil {
			t.Errorf("%s: %v", cc, err)
			continue
		}
		all := strings.Join(lines, "|")
		for _, part := range []string{a.Company, "Kim Muster", a.Street, f.example} {
			if !strings.Contains(compact(strings.ToUpper(all)), compact(strings.ToUpper(part))) {
				t.Errorf("%s: %q is not on %q", cc, part, all)
			}
		}
		if !strings.Contains(strings.ToUpper(all), "FANTASIA") {
			t.Errorf("%s: no city on %q", cc, all)
		}
	}
}

// Postcodes of the Universal Postal Union's and the posts' examples, as they stand in the table, are
// accepted, and so are the ways in which people write them.
func TestPostcodes(t *testing.T) {
	for _, line := range tableLines(formatTable) {
		c := strings.Split(line, "\t")
		for _, e := range strings.Split(c[6], ",") {
			if _, ok := forms()[c[0]].tidyPostcode(e); !ok && e != "" {
				t.Errorf("%s: %q does not fit", c[0], e)
			}
		}
	}
	for _, c := range []struct{ cc, given, want string }{
		{"DE", "D-01067", "01067"}, {"DE", "DE 20095", "20095"}, {"AT", "A-1010", "1010"}, {"CH", "CH-8001", "8001"}, {"LI", "FL-9490", "9490"},
		{"NL", "1234ab", "1234 AB"}, {"NL", "NL-1234 AB", "1234 AB"}, {"BE", "B-1000", "1000"}, {"LU", "L-2998", "2998"}, {"FR", "F-33 380", "33380"},
		{"GB", "ls14ap", "LS1 4AP"}, {"GB", "W1A4ZZ", "W1A 4ZZ"}, {"IE", "d02x285", "D02 X285"}, {"SE", "S-11455", "114 55"}, {"CZ", "10000", "100 00"},
		{"PL", "00950", "00-950"}, {"PL", "PL 00-950", "00-950"}, {"PT", "2725079", "2725-079"}, {"LV", "1073", "LV-1073"}, {"LV", "LV-1073", "LV-1073"},
		{"US", "627041234", "62704-1234"}, {"US", "62704 1234", "62704-1234"}, {"US", "62704", "62704"}, {"CA", "h3z2y7", "H3Z 2Y7"},
		{"LT", "LT-04340", "04340"}, {"FI", "FIN-00550", "00550"}, {"HU", "H-1037", "1037"}, {"SI", "SI-1001", "1001"}, {"MT", "BZN1130", "BZN 1130"},
		{"JP", "1540023", "154-0023"}, {"GR", "15124", "151 24"}, {"SK", "SK-01001", "010 01"}, {"HR", "HR-10000", "10000"},
	} {
		if got, ok := forms()[c.cc].tidyPostcode(c.given); !ok || got != c.want {
			t.Errorf("%s %q: %q %v, want %q", c.cc, c.given, got, ok, c.want)
		}
	}
	for _, c := range []struct{ cc, given string }{
		{"DE", "00123"}, {"DE", "05123"}, {"DE", "43210"}, {"DE", "62000"}, {"DE", "1067"}, {"DE", "123456"}, {"DE", "A-20095"}, {"AT", "0999"}, {"AT", "20095"},
		{"CH", "800"}, {"LI", "9499"}, {"LI", "8001"}, {"NL", "0123 AB"}, {"GB", "ZZ1 1AA"}, {"GB", "20095"}, {"US", "6270"}, {"US", "62704-12"}, {"CA", "D3Z 2Y7"},
		{"ES", "53000"}, {"TR", "82000"}, {"TR", "00100"}, {"PL", "0095"}, {"IE", "DUBLIN 2"},
	} {
		if got, ok := forms()[c.cc].tidyPostcode(c.given); ok {
			t.Errorf("%s %q is taken for the postcode %q", c.cc, c.given, got)
		}
	}
}

// Countries checked by hand have an example of their postcode.
func TestKnownCountriesHaveExamples(t *testing.T) {
	for cc, r := range rules {
		f := forms()[cc]
		if f == nil {
			t.Errorf("rules has %s, the table does not", cc)
		} else if r.known && f.pattern() != nil && f.example == "" {
			t.Errorf("%s has no example", cc)
		}
	}
}

// An outside table of the same data, of another year: the territories agree, its example postcodes are
// ours but for those that a country has given up since, and where it needs a field, so do we but for
// countries that have changed.
func TestAgainstOutsideTable(t *testing.T) {
	file := filepath.Join(testdata(), "country-formats.tsv")
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Skipf("no outside table (set POSTLIFT_TESTDATA to its folder): %v", err)
	}
	given := map[string]string{ // fewer or other digits since that table was made
		"BY": "20050", "KR": "110-110", "SO": "09010",
	}
	seen, differ := 0, 0
	for _, line := range tableLines(string(raw)) {
		c := strings.Split(line, "\t")
		f := forms()[c[0]]
		if f == nil {
			t.Errorf("no %s", c[0])
			continue
		}
		seen++
		if _, ok := f.tidyPostcode(c[5]); c[5] != "" && !ok && given[c[0]] != c[5] {
			t.Errorf("%s: %q does not fit", c[0], c[5])
		}
		if theirs := order(parseFormat(c[1])); theirs != order(f.local) {
			differ++
			t.Logf("%s: line order %s, there %s", c[0], order(f.local), theirs)
		}
	}
	if seen != 252 || differ > 40 {
		t.Errorf("%d territories, line order differs in %d", seen, differ)
	}
}

// order is a format's fields in their order without punctuation, sorting codes and districts.
func order(rows []row) string {
	var b strings.Builder
	for _, r := range rows {
		for _, t := range r {
			if t.field != 0 {
				b.WriteByte(t.field)
			}
		}
	}
	return regexp.MustCompile(`[XD]`).ReplaceAllString(b.String(), "")
}

// testdata is the folder of outside data: POSTLIFT_TESTDATA, else shared/data beside the module's folder.
func testdata() string {
	if d := os.Getenv("POSTLIFT_TESTDATA"); d != "" {
		return d
	}
	dir, _ := os.Getwd()
	for dir != filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		dir = filepath.Dir(dir)
	}
	return filepath.Join(filepath.Dir(dir), "shared", "data")
}
