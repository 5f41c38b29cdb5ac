package typeset

import (
	"strings"
	"testing"

	"postlift/mailers/sheet"
	"postlift/templates"
)

// alphabet is every letter and sign that addresses and letters of the markets need.
const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789" +
	"ÄÖÜäöüßẞ" + // German, with the capital sharp s
	"ĄĆĘŁŃÓŚŹŻąćęłńóśźż" + // Polish
	"ÁČĎÉĚÍŇÓŘŠŤÚŮÝŽáčďéěíňóřšťúůýž" + // Czech
	"ÄĹĽŔÔäĺľŕô" + // Slovak
	"ŐŰőű" + // Hungarian
	"ĂÂÎȘȚăâîșțŞŢşţ" + // Romanian, with the cedillas of older data
	"ĆČĐŠŽćčđšž" + // Croatian, Slovene
	"ÅÆØÐÞåæøðþ" + // Nordic
	"ÀÂÆÇÈÉÊËÎÏÔŒÙÛÜŸàâæçèéêëîïôœùûüÿ" + // French
	"ÀÈÉÌÒÙàèéìòù" + // Italian
	"ÁÉÍÑÓÚÜáéíñóúü¿¡ªº" + // Spanish
	"ĀČĒĢĪĶĻŅŠŪŽāčēģīķļņšūžĖĮŲėįų" + // Baltic
	"€£$§&@%‰#*/\\|()[]{}<>=+_~^ \u00a0\u202f" +
	"„“‚‘”’»«›‹'\"–—-…·•×.,;:!?°²³µ½¼¾©®™†−±÷"

func TestShippedFontsCoverTheMarkets(t *testing.T) {
	f := family(t)
	for i, face := range f {
		for _, r := range alphabet {
			if !face.Has(r) {
				t.Errorf("%s lacks %q (%U)", sheet.Style(i), r, r)
			}
		}
	}
	if r, ok := f.Missing(alphabet); ok {
		t.Errorf("the family lacks %q", r)
	}
}

func TestMissing(t *testing.T) {
	f := family(t)
	covers := f.Coverage()
	for _, c := range []struct {
		text string
		want rune
		ok   bool
	}{
		{"Jürgen Groß", 0, false},
		{"Größe 😀", '😀', true},
		{"logo \ue000", '\ue000', true}, // private use, whatever the font draws there
		{"株式会社", '株', true},
		{"bad \xff byte", '\ufffd', !f.Covers('\ufffd')},
	} {
		r, ok := f.Missing(c.text)
		if ok != c.ok || ok && r != c.want {
			t.Errorf("Missing(%q) = %q, %v; want %q, %v", c.text, r, ok, c.want, c.ok)
		}
		if again, too := covers.Missing(c.text); again != r || too != ok {
			t.Errorf("Coverage.Missing(%q) = %q, %v; Family.Missing has %q, %v", c.text, again, too, r, ok)
		}
	}
}

func TestFiguresHaveOneWidth(t *testing.T) {
	for i, face := range family(t) {
		for r := '1'; r <= '9'; r++ {
			if face.Advance(r) != face.Advance('0') {
				t.Errorf("%s: %c is %d wide, 0 is %d", sheet.Style(i), r, face.Advance(r), face.Advance('0'))
			}
		}
	}
}

// Values of the font's own tables: OS/2 sCapHeight and sxHeight, hhea ascender and descender, hmtx.
func TestFaceMetrics(t *testing.T) {
	f := family(t)[sheet.Regular]
	got := []int{f.UnitsPerEm(), f.Ascent(), f.Descent(), f.CapHeight(), f.XHeight(), f.Advance('A'), f.Advance('😀')}
	for i, want := range []int{1000, 1000, 326, 660, 486, 544, 0} {
		if got[i] != want {
			t.Errorf("metric %d is %d, want %d", i, got[i], want)
		}
	}
}

func TestOutline(t *testing.T) {
	f := family(t)[sheet.Regular]
	verbs, coords, ok := f.Outline('i')
	if !ok || !strings.HasPrefix(verbs, "MLLLLZM") || verbs[len(verbs)-1] != 'Z' {
		t.Fatalf("outline of i is %q, %v", verbs, ok)
	}
	want := 0
	for _, v := range verbs {
		want += map[rune]int{'M': 2, 'L': 2, 'C': 6}[v]
	}
	if len(coords) != want {
		t.Errorf("%d coordinates for %q, want %d", len(coords), verbs, want)
	}
	if coords[1] != 0 || coords[3] != f.XHeight() {
		t.Errorf("the stem goes from y %d to %d, want 0 to the x height %d, upwards", coords[1], coords[3], f.XHeight())
	}
	if verbs, coords, ok := f.Outline(' '); verbs != "" || len(coords) != 0 || !ok {
		t.Errorf("outline of a blank is %q %v %v", verbs, coords, ok)
	}
	if _, _, ok := f.Outline('😀'); ok {
		t.Error("a rune that the font lacks has an outline")
	}
}

func TestLoadFaceRefusesAnotherFont(t *testing.T) {
	ref := shipped[sheet.Regular]
	ref.SHA256 = strings.Repeat("0", 64)
	if _, err := LoadFace(templates.Fonts(), ref); err == nil || !strings.Contains(err.Error(), shipped[sheet.Regular].SHA256) {
		t.Errorf("a font of another hash gives %v", err)
	}
	if _, err := LoadFace(templates.Fonts(), sheet.FontRef{File: "none.ttf"}); err == nil {
		t.Error("a missing font file is no error")
	}
}
