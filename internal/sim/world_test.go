package sim

import (
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"
	"pgregory.net/rapid"

	"postlift"
)

var asOf = postlift.MustDate("2026-01-31")

func testWorld(seed uint64, n int) *World {
	return NewWorld(Config{Seed: seed, Accounts: n, AsOf: asOf})
}

// digest hashes all files of a folder by name.
func digest(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		b, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		out[e.Name()] = fmt.Sprintf("%x", sha256.Sum256(b))
	}
	return out
}

func writeWorld(t *testing.T, w *World) (Files, string) {
	t.Helper()
	dir := t.TempDir()
	files, err := w.WriteFiles(dir)
	if err != nil {
		t.Fatal(err)
	}
	return files, dir
}

// TestSameSeedSameBytes: two worlds of one seed write identical files, another seed others.
func TestSameSeedSameBytes(t *testing.T) {
	_, one := writeWorld(t, testWorld(11, 300))
	_, two := writeWorld(t, testWorld(11, 300))
	_, other := writeWorld(t, testWorld(12, 300))
	a, b, c := digest(t, one), digest(t, two), digest(t, other)
	if len(a) != 8 || !reflect.DeepEqual(a, b) {
		t.Errorf("one seed gave different files: %v and %v", a, b)
	}
	for name := range a {
		if a[name] == c[name] {
			t.Errorf("%s is the same for another seed", name)
		}
	}
}

// TestAccountsStandAlone: an account is the same whatever was asked before and however many there are.
func TestAccountsStandAlone(t *testing.T) {
	small, large := testWorld(3, 50), testWorld(3, 5000)
	for n := 49; n >= 0; n-- {
		a, b := small.account(n), large.account(n)
		if !reflect.DeepEqual(a, b) {
			t.Fatalf("account %d differs between worlds of 50 and 5,000", n)
		}
		docsA, buyerA := small.history(a)
		docsB, buyerB := large.history(b)
		if !reflect.DeepEqual(docsA, docsB) || buyerA != buyerB {
			t.Fatalf("history of account %d differs", n)
		}
	}
}

// TestNamesAreUnique: no two accounts are one company by accident, also where the pairs of words are used up.
func TestNamesAreUnique(t *testing.T) {
	w := testWorld(5, 0)
	seen := map[string]int{}
	for n := range 60_000 {
		a := w.account(n)
		// the legal form does not count: an importer's match key leaves it out
		key := strings.TrimSuffix(a.domain, ".example") + a.lang
		if n < 12_800 { // the shorter language's pairs last for one round
			if before, ok := seen[key]; ok {
				t.Fatalf("accounts %d and %d are both %s", before, n, a.name)
			}
			seen[key] = n
		}
		if before, ok := seen["name "+a.name]; ok {
			t.Fatalf("accounts %d and %d are both %s", before, n, a.name)
		}
		seen["name "+a.name] = n
	}
}

// TestNothingReal: no company that exists is among the customers, telephones and mail are fictitious.
func TestNothingReal(t *testing.T) {
	_, dir := writeWorld(t, testWorld(1, 3000))
	known := []string{"Siemens", "Bosch", "Würth", "Hilti", "Festool", "Hoffmann", "Trumpf", "Festo", "Stihl", "Miele", "Bayer ", "BASF",
		"Thyssen", "Daimler", "Volkswagen", "Google", "Amazon", "Screwfix", "Grainger", "Fastenal", "Toolstation", "Rolls-Royce", "Caterpillar"}
	for name := range digest(t, dir) {
		raw, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if name == "accounts.csv" {
			if raw, err = charmap.Windows1252.NewDecoder().Bytes(raw); err != nil {
				t.Fatal(err)
			}
		}
		text := string(raw)
		for _, company := range known {
			if strings.Contains(text, company) {
				t.Errorf("%s names %s", name, company)
			}
		}
		for _, field := range strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ';' || r == '\n' }) {
			if strings.Contains(field, "@") && !strings.HasSuffix(field, ".example") {
				t.Errorf("%s: mail address %q is not under .example", name, field)
			}
		}
	}
}

// TestExcelHabit: the accounts file is what a German spreadsheet saves.
func TestExcelHabit(t *testing.T) {
	_, dir := writeWorld(t, testWorld(1, 200))
	raw, err := os.ReadFile(filepath.Join(dir, "accounts.csv"))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(raw, []byte("Stra\xdfe;Postfach")) || !bytes.Contains(raw, []byte("\r\n")) {
		t.Error("no Windows-1252, semicolon or CR LF in the header")
	}
	r := csv.NewReader(charmap.Windows1252.NewDecoder().Reader(bytes.NewReader(raw)))
	r.Comma = ';'
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	comma := false
	for _, row := range rows[1:] {
		comma = comma || strings.Contains(row[12], ",")
		if len(row[10]) != 10 || row[10][2] != '.' {
			t.Fatalf("date %q is not of the form DD.MM.YYYY", row[10])
		}
	}
	if !comma {
		t.Error("no acquisition cost with a decimal comma")
	}
}

// TestIdentifiers: the number of an account comes back from its id, and nothing else does.
func TestIdentifiers(t *testing.T) {
	w := testWorld(1, 1000)
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(-5, 2000).Draw(t, "n")
		got, ok := w.indexOf(accountID(n))
		if inside := n >= 0 && n < 1000; ok != inside || ok && got != n {
			t.Fatalf("indexOf(%s) = %d, %v", accountID(n), got, ok)
		}
		if _, ok := w.indexOf("K-0" + accountID(n)[2:]); ok {
			t.Fatal("a leading zero was taken")
		}
	})
}

// TestAmount: what is written reads as the same cents.
func TestAmount(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		minor := rapid.Int64Range(-1e15, 1e15).Draw(t, "minor")
		s := amount(minor, ',')
		var whole, cents int64
		neg := strings.HasPrefix(s, "-")
		if n, err := fmt.Sscanf(strings.TrimPrefix(s, "-"), "%d,%02d", &whole, &cents); err != nil || n != 2 {
			t.Fatalf("%q: %v", s, err)
		}
		got := whole*100 + cents
		if neg {
			got = -got
		}
		if got != minor || len(s)-strings.IndexByte(s, ',') != 3 {
			t.Fatalf("%d was written as %s", minor, s)
		}
	})
}
