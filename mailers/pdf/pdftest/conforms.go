package pdftest

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"postlift/mailers/sheet"
)

// Piece is where a document part must be.
type Piece struct {
	ID    string
	First int // page, from 1
	Count int
}

// Expect is what a file must be.
type Expect struct {
	Sheet  sheet.Sheet
	Title  string
	Pages  int
	Pieces []Piece // nil: the file has no document parts
	X1a    bool    // PDF/X-1a:2001 instead of PDF/X-4
	Spots  []string
	MinPPI int // of pictures; 0 checks none
	// Artwork tells that a designer's page is in the file: its fonts are embedded, but need be no subsets.
	Artwork bool
	Fonts   int // how many fonts are in the file; 0 checks no number
}

// Conforms runs every outside check that a file can show on its own: syntax, document structure, fonts,
// pictures, paint and plates.
func Conforms(t testing.TB, path string, e Expect) {
	t.Helper()
	Need(t, "qpdf", "gs", "mutool", "pdffonts", "pdfimages")
	syntax(t, path)
	document(t, path, e)
	fonts(t, path, e)
	pictures(t, path, e)
	paint(t, path, e)
	plates(t, path, e)
}

// syntax has three readers go through the whole file.
func syntax(t testing.TB, path string) {
	t.Helper()
	if out := Run(t, "qpdf", "--check", path); !strings.Contains(out, "No syntax or stream encoding errors") {
		t.Errorf("qpdf: %s", out)
	}
	if out := Run(t, "gs", "-q", "-dNOPAUSE", "-dBATCH", "-dSAFER", "-dPDFSTOPONERROR", "-dPDFSTOPONWARNING", "-sDEVICE=nullpage", path); strings.TrimSpace(out) != "" {
		t.Errorf("Ghostscript: %s", out)
	}
	if out := Run(t, "mutool", "info", path); strings.Contains(out, "error:") || strings.Contains(out, "warning:") {
		t.Errorf("MuPDF: %s", out)
	}
}

var (
	fontRow    = regexp.MustCompile(`^[A-Z]{6}\+\S+ .*\byes yes yes\b`)
	artworkRow = regexp.MustCompile(` yes (yes|no ) (yes|no ) `)
)

// fonts are all embedded as tagged subsets with a map to Unicode.
func fonts(t testing.TB, path string, e Expect) {
	t.Helper()
	rows := strings.Split(strings.TrimSpace(Run(t, "pdffonts", path)), "\n")
	if len(rows) < 2 || e.Fonts > 0 && len(rows)-2 != e.Fonts {
		t.Errorf("%d fonts, want %d", len(rows)-2, e.Fonts)
		return
	}
	for _, row := range rows[2:] {
		if !fontRow.MatchString(row) && (!e.Artwork || !artworkRow.MatchString(row)) {
			t.Errorf("not embedded as a tagged subset with a character map: %s", row)
		}
	}
}

// pictures are in printing colours, without soft masks and fine enough.
func pictures(t testing.TB, path string, e Expect) {
	t.Helper()
	rows := strings.Split(strings.TrimSpace(Run(t, "pdfimages", "-list", path)), "\n")
	for _, row := range rows[min(2, len(rows)):] {
		c := strings.Fields(row)
		if len(c) < 14 {
			t.Errorf("picture: %q", row)
			continue
		}
		if c[2] == "smask" || c[5] != "cmyk" && c[5] != "gray" && c[5] != "sep" && c[5] != "devn" {
			t.Errorf("a picture that is not CMYK, gray or spot: %s", row)
		}
		for _, ppi := range c[12:14] {
			if n, err := strconv.Atoi(ppi); err != nil || n < e.MinPPI {
				t.Errorf("a picture of %s ppi: %s", ppi, row)
			}
		}
	}
}

var paintSpace = regexp.MustCompile(`<(?:fill|stroke)_\S+ [^>]*?colorspace="([^"]*)"`)

// paint is in printing colours only.
func paint(t testing.TB, path string, e Expect) {
	t.Helper()
	spaces := map[string]bool{}
	for _, m := range paintSpace.FindAllStringSubmatch(Run(t, "mutool", "draw", "-q", "-F", "trace", path, sample(e.Pages)), -1) {
		spaces[m[1]] = true
	}
	if len(spaces) == 0 {
		t.Error("nothing is painted")
	}
	for _, s := range slices.Sorted(maps.Keys(spaces)) {
		if s != "DeviceCMYK" && s != "DeviceGray" && !strings.HasPrefix(s, "Separation(DeviceCMYK,") && !strings.HasPrefix(s, "DeviceN(DeviceCMYK,") {
			t.Errorf("painted in %s", s)
		}
	}
}

// sample is all pages of a short file and the first and last of a long one.
func sample(pages int) string {
	if pages <= 40 {
		return "1-N"
	}
	return "1-30," + strconv.Itoa(pages-5) + "-N"
}

// plates are the process inks and those spot inks that are expected.
func plates(t testing.TB, path string, e Expect) {
	t.Helper()
	want := append([]string{"Black", "Cyan", "Magenta", "Yellow"}, e.Spots...)
	slices.Sort(want)
	got := map[string]bool{}
	for page := 1; page <= e.Pages; page += 1 + e.Pages/12 {
		for name := range Plates(t, path, page, 36) {
			got[name] = true
		}
	}
	for name := range got {
		if !slices.Contains(want, name) {
			t.Errorf("a plate that nobody ordered: %s", name)
		}
	}
	if e.Pages <= 12 && len(got) != len(want) {
		t.Errorf("plates %v, want %v", slices.Sorted(maps.Keys(got)), want)
	}
}
