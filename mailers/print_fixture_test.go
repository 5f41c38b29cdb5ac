package mailers_test

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"

	"postlift/mailers/design"
	"postlift/mailers/kit"
	"postlift/mailers/letter"
	"postlift/mailers/pdf"
	"postlift/mailers/preflight"
	"postlift/mailers/sheaf"
	"postlift/templates"
)

// printKit is the shipped fonts and output profile, with a folder of images that may be nil.
func printKit(t testing.TB, assets fs.FS) *kit.Kit {
	t.Helper()
	icc, err := fs.ReadFile(templates.Profiles(), "FOGRA39L_coated.icc")
	if err != nil {
		t.Fatal(err)
	}
	k, err := kit.New(kit.Options{Fonts: templates.Fonts(), ICC: icc, Assets: assets})
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// printLetters is a design of a folder, ready to print, with the test of its plans.
func printLetters(t testing.TB, k *kit.Kit, folder fs.FS, name string) *sheaf.Letters {
	t.Helper()
	d, err := design.Parse(folder, name)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	c, err := k.Compile(d)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	o := k.PlanOptions(c)
	o.ErrorsOnly = true
	return &sheaf.Letters{Compiled: c, Check: preflight.NewChecker(o)}
}

// referenceLetters is the reference letter: about 250 justified words, QR code, DataMatrix.
func referenceLetters(t testing.TB) (*kit.Kit, *sheaf.Letters) {
	t.Helper()
	k := printKit(t, nil)
	return k, printLetters(t, k, os.DirFS(filepath.Join("letter", "testdata", "designs")), "reference")
}

// printOptions are a file of the letters' format.
func printOptions(k *kit.Kit, l *sheaf.Letters, title string) sheaf.Options {
	return sheaf.Options{PDF: pdf.Options{Fonts: k.Letter.Fonts, Sheet: l.Compiled.Design().Format(), Profile: k.Profile, VT: true,
		Meta: pdf.Meta{Title: title, Created: time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)}}}
}

var (
	firstNames = []string{"Änne", "Jörg", "Zoë", "Łukasz", "Anna", "Émile", "Søren", "Ágnes", "Tomáš", "Ümit"}
	lastNames  = []string{"Süßkind", "Großmüller", "Dvořák", "Żółtowska", "Nagy-Őry", "Öztürk", "Featherstone", "von Überlingen", "Ångström", "Țepeș"}
)

// recipient is the invented recipient with a number, and its piece in one of the design's languages.
func recipient(d *design.Design, lang string, n int) letter.Piece {
	data := d.Sample(lang)
	first, last := firstNames[n%len(firstNames)], lastNames[n/len(firstNames)%len(lastNames)]
	company, street := fmt.Sprintf("Erfundene Werke %05d GmbH", n), fmt.Sprintf("Musterstraße %d", n%400+1)
	town := fmt.Sprintf("%05d Musterstadt", 10_000+n)
	account, contact := data["account"].(map[string]any), data["contact"].(map[string]any)
	account["name"], contact["first_name"], contact["last_name"], contact["title"] = company, first, last, ""
	delete(data, "salutation")
	delete(data, "code")
	return letter.Piece{ID: fmt.Sprintf("pc_01jmprint%016d", n), BatchID: "bt_01jmprint0000000000000001", Language: lang, Seq: n + 1, Kind: "live",
		TrackingURL: fmt.Sprintf("https://antwort.example/r/WAEX9QEPTZVKWWQ89HJY%06d", n), Code: fmt.Sprintf("BJ7KEF%05d", n%100_000),
		Address: []string{company, first + " " + last, street, town}, Merge: data}
}

// items are pieces as the press takes them.
func items(l *sheaf.Letters, from, to int, piece func(int) letter.Piece) iter.Seq2[sheaf.Item, error] {
	return func(yield func(sheaf.Item, error) bool) {
		for n := from; n < to; n++ {
			if !yield(sheaf.Item{Letters: l, Piece: piece(n)}, nil) {
				return
			}
		}
	}
}

// printed prints items; those that could not be printed have a reason.
func printed(t testing.TB, w io.Writer, o sheaf.Options, all iter.Seq2[sheaf.Item, error]) ([]sheaf.Outcome, pdf.Summary) {
	t.Helper()
	var out []sheaf.Outcome
	sum, err := sheaf.Print(context.Background(), w, o, all, func(o sheaf.Outcome) error {
		out = append(out, o)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out, sum
}

// printFile prints items into a file of a folder of the test's.
func printFile(t testing.TB, name string, o sheaf.Options, all iter.Seq2[sheaf.Item, error]) (path string, out []sheaf.Outcome, sum pdf.Summary) {
	t.Helper()
	path = filepath.Join(t.TempDir(), name)
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	out, sum = printed(t, f, o, all)
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return path, out, sum
}

// shipped are the names of the shipped designs.
func shipped(t testing.TB) []string {
	t.Helper()
	entries, err := fs.ReadDir(templates.Designs(), ".")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		if e.IsDir() {
			names = append(names, e.Name())
		}
	}
	slices.Sort(names)
	return names
}

// full tells whether the long way was asked for.
func full() bool { return os.Getenv("POSTLIFT_FULL") == "1" }

// halves runs f on parts of n things, a part for each core, and waits.
func halves(n int, f func(from, to int)) {
	parts := min(runtime.GOMAXPROCS(0), max(n, 1))
	done := make(chan struct{})
	for i := range parts {
		go func() {
			defer func() { done <- struct{}{} }()
			f(i*n/parts, (i+1)*n/parts)
		}()
	}
	for range parts {
		<-done
	}
}
