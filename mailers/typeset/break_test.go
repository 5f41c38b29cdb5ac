package typeset

import (
	"slices"
	"strings"
	"sync"
	"testing"

	"postlift"
	"postlift/mailers/sheet"
)

func set(t *testing.T, text [][]Span, o Options) []Line {
	t.Helper()
	if o.Size == 0 {
		o.Size = 10_000
	}
	lines, err := family(t).Break(text, o)
	if err != nil {
		t.Fatal(err)
	}
	return lines
}

func TestBreakRagged(t *testing.T) {
	for _, c := range []struct {
		name, text string
		measure    int
		hyphenate  string
		want       string
	}{
		{"one line", "Guten Tag", 60_000, "", "Guten Tag"},
		{"blanks fold", "  Guten \t Tag\n", 60_000, "", "Guten Tag"},
		{"nothing", "  ", 60_000, "", ""},
		{"even", "aaaa bb cc ddddd", 12_000, "", "aaaa\nbb cc\nddddd"},
		{"house number stays", "Industriestraße Nord 12", 31_500, "", "Industriestraße\nNord 12"},
		{"amount stays", "Ihr Vorteil: 12 000 €", 25_000, "", "Ihr Vorteil:\n12 000 €"},
		{"title stays", "Ihr Ansprechpartner Dr. Beispiel", 40_000, "", "Ihr Ansprechpartner\nDr. Beispiel"},
		{"after a hyphen", "Ihre CNC-Fräsmaschinen", 26_000, "", "Ihre CNC-\nFräsmaschinen"},
		{"after a slash", "Kundinnen/Kunden", 19_000, "", "Kundinnen/\nKunden"},
		{"no-break space", "Beginn um 9\u00a0Uhr", 19_000, "", "Beginn um\n9\u00a0Uhr"},
		{"address whole", "Mehr: www.muster-werk.example", 41_000, "", "Mehr:\nwww.muster-werk.example"},
		{"address too long", "www.muster-werk.example/angebot", 30_000, "", "www.muster-werk.\nexample/angebot"},
		{"typed code whole", "Ihr Code: P65X-F1S7-779.", 34_000, "", "Ihr Code:\nP65X-F1S7-779."},
		{"typed code without figures", "Ihr Code: PXXX-FXSZ-XYZ", 34_000, "", "Ihr Code:\nPXXX-FXSZ-XYZ"},
		{"typed code too long", "P65X-F1S7-779", 18_000, "", "P65X-\nF1S7-779"},
		{"legal form whole", "Beispiel GmbH & Co. KG", 34_000, "", "Beispiel\nGmbH & Co. KG"},
		{"legal form too long", "Beispiel GmbH & Co. KG", 21_000, "", "Beispiel\nGmbH & Co.\nKG"},
		{"negative amount", "Saldo \u22125 €", 13_000, "", "Saldo\n\u22125 €"},
		{"parted", "Donaudampfschifffahrt", 25_000, "de", "Donaudampfschifffahrt"},
		{"soft hyphen", "Sonder\u00adzahlungs\u00adklausel", 25_000, "", "Sonderzahlungs-\nklausel"},
		{"soft hyphen unused", "Sonder\u00adzahlung", 60_000, "", "Sonderzahlung"},
	} {
		o := Options{Measure: c.measure, Hyphenate: c.hyphenate, Size: 10_000}
		lines, err := family(t).Break(plain(c.text), o)
		if c.name == "parted" {
			if err != nil || texts(lines) != "Donaudampf-\nschifffahrt" {
				t.Errorf("%s: %q, %v", c.name, texts(lines), err)
			}
			continue
		}
		if err != nil || texts(lines) != c.want {
			t.Errorf("%s: %q, %v; want %q", c.name, texts(lines), err, c.want)
		}
	}
}

func TestBreakJustified(t *testing.T) {
	lines := set(t, plain("Mit Ihrer letzten Bestellung haben Sie uns gezeigt, dass Verlässlichkeit in der Lieferkette für Sie an erster Stelle steht."),
		Options{Measure: 60_000, Align: Justified, Hyphenate: "de"})
	want := "Mit Ihrer letzten Bestellung haben Sie uns\ngezeigt, dass Verlässlichkeit in der Liefer-\nkette für Sie an erster Stelle steht."
	if got := texts(lines); got != want {
		t.Errorf("set as\n%s\nwant\n%s", got, want)
	}
	for i, l := range lines {
		if len(l.Runs) != 1 {
			t.Errorf("line %d in one style has %d runs", i, len(l.Runs))
		}
		if i < len(lines)-1 && (l.Width > 60_000 || l.Width < 59_995) {
			t.Errorf("line %d is %d µm wide", i, l.Width)
		}
	}
}

func TestLastWordIsNotParted(t *testing.T) {
	lines := set(t, plain("Wir danken Ihnen für die gute Zusammenarbeit"), Options{Measure: 58_000, Align: Justified, Hyphenate: "de"})
	if got := texts(lines); strings.Contains(got, "-") {
		t.Errorf("the last word is parted: %q", got)
	}
	lines = set(t, plain("Zusammenarbeitsvereinbarung"), Options{Measure: 30_000, Align: Justified, Hyphenate: "de"})
	if len(lines) != 2 {
		t.Errorf("a word that no line holds whole is set as %q", texts(lines))
	}
}

func TestNoThreeHyphensInARow(t *testing.T) {
	f := family(t)
	for measure := 40_000; measure <= 90_000; measure += 1_000 {
		lines, err := f.Break(plain(germanLetter), Options{Size: 10_500, Measure: measure, Align: Justified, Hyphenate: "de"})
		if err != nil {
			t.Fatal(err)
		}
		row := 0
		for _, l := range lines {
			if row++; !strings.HasSuffix(l.Runs[len(l.Runs)-1].Text, "-") {
				row = 0
			}
			if row > 2 {
				t.Errorf("at %d µm three lines in a row end with a hyphen", measure)
			}
		}
	}
}

// In a letter's measure blanks are not narrower than 75 percent; nearly all are at most 160 percent wide, and a
// line that has no better break stays below 220.
func TestBlanksStayComfortable(t *testing.T) {
	f := family(t)
	lines, loose := 0, 0
	for size := 9_000; size <= 12_000; size += 250 {
		set, err := f.Break(plain(germanLetter), Options{Size: size, Measure: 165_000, Align: Justified, Hyphenate: "de"})
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range set[:len(set)-1] {
			r, widest := l.Runs[0], 0
			for at, c := range []rune(r.Text) {
				if c != ' ' {
					continue
				}
				w := 200 + int(r.Shift[at])
				if widest = max(widest, w); w < 135 || w > 455 { // 150 to 440 thousandths, kerning apart
					t.Errorf("size %d: a blank of %d thousandths in %q", size, w, r.Text)
				}
			}
			if lines++; widest > 335 {
				loose++
			}
		}
	}
	if t.Logf("%d of %d lines are loose", loose, lines); loose*20 > lines {
		t.Errorf("%d of %d lines are loose", loose, lines)
	}
}

// TestLongWordLeavesAFullLine: where a long word leaves no justified setting, the line before it is as full as it can be.
func TestLongWordLeavesAFullLine(t *testing.T) {
	text := "Sie können der Nutzung Ihrer Daten für Werbung jederzeit widersprechen – eine kurze Nachricht an widerspruch@wittstock-armaturen.example genügt."
	lines := set(t, plain(text), Options{Measure: 150_000, Align: Justified, Hyphenate: "de", Size: 7_500})
	if want := strings.Replace(text, " widerspruch@", "\nwiderspruch@", 1); texts(lines) != want {
		t.Errorf("%q", texts(lines))
	}
}

func TestAlignment(t *testing.T) {
	for _, a := range []Align{Right, Centred} {
		for _, l := range set(t, plain("Sehr geehrte Damen und Herren, heute melden wir uns"), Options{Measure: 40_000, Align: a}) {
			first, last := l.Runs[0], l.Runs[len(l.Runs)-1]
			left, right := first.X, 40_000-last.X-last.W
			if a == Right && (right < -1 || right > 1) || a == Centred && (left-right < -2 || left-right > 2) {
				t.Errorf("alignment %d: %d µm left, %d right", a, left, right)
			}
		}
	}
	even := set(t, plain("Einladung zum Tag der offenen Tür"), Options{Measure: 50_000, Align: Centred})
	if got := texts(even); got != "Einladung zum Tag\nder offenen Tür" {
		t.Errorf("a centred heading is not balanced: %q", got)
	}
}

func TestMixedStyles(t *testing.T) {
	text := [][]Span{{{Text: "Nur "}, {Style: sheet.Bold, Text: "bis Freitag"}, {Text: ", danach "}, {Style: sheet.Italic, Text: "nicht"}, {Text: " mehr."}}}
	lines := set(t, text, Options{Measure: 100_000})
	if got := texts(lines); got != "Nur bis Freitag, danach nicht mehr." {
		t.Errorf("set as %q", got)
	}
	if n := len(lines[0].Runs); n != 5 {
		t.Errorf("%d runs, want 5", n)
	}
	// A word whose letters change style is neither parted at the change nor by patterns.
	lines = set(t, [][]Span{{{Text: "Unser "}, {Style: sheet.Bold, Text: "Rahmen"}, {Text: "vertrag läuft aus"}}}, Options{Measure: 24_000, Hyphenate: "de"})
	if got := texts(lines); !strings.Contains(got, "Rahmenvertrag") {
		t.Errorf("the word was parted: %q", got)
	}
}

func TestForcedBreaks(t *testing.T) {
	lines := set(t, [][]Span{{{Text: "Mit freundlichen Grüßen"}}, {}, {{Text: "Beispiel GmbH"}}}, Options{Measure: 60_000, Align: Justified})
	if got := texts(lines); got != "Mit freundlichen Grüßen\nBeispiel GmbH" {
		t.Errorf("set as %q", got)
	}
}

func TestTabularFigures(t *testing.T) {
	f := family(t)
	for _, style := range []sheet.Style{sheet.Regular, sheet.Bold, sheet.Italic, sheet.BoldItalic} {
		a, b := f.SetTabular(style, "1.171,10", 10_000), f.SetTabular(style, "4.784,96", 10_000)
		if a.W != b.W {
			t.Errorf("%s: %d and %d µm", style, a.W, b.W)
		}
	}
	lines := set(t, plain("7417"), Options{Measure: 60_000, Tabular: true})
	if r := lines[0].Runs[0]; r.Shift != nil {
		t.Errorf("figures of a column are shifted: %v", r.Shift)
	}
	// A face whose figures differ in width gets the rest before each narrow figure.
	odd := *f[sheet.Regular]
	odd.mille = slices.Clone(odd.mille)
	odd.mille['1'] = 300
	odd.words = new(wordCache)
	fam := Family{&odd}
	one, four := fam.SetTabular(sheet.Regular, "111", 10_000), fam.SetTabular(sheet.Regular, "444", 10_000)
	if one.X+one.W != four.X+four.W || !slices.Equal(one.Shift, []int16{197, 197}) {
		t.Errorf("%+v does not end where %+v ends", one, four)
	}
	set, err := fam.Break(plain("11 111"), Options{Size: 10_000, Measure: 60_000, Tabular: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := measured(fam, set[0].Runs[0], 10_000); err != nil {
		t.Error(err)
	}
}

func TestTooWideWordIsNamed(t *testing.T) {
	_, err := family(t).Break(plain("Das Wort Donaudampfschifffahrt passt nicht"), Options{Size: 10_000, Measure: 20_000})
	if postlift.KindOf(err) != postlift.Invalid || !strings.Contains(err.Error(), `"Donaudampfschifffahrt" is wider than the column: 3`) {
		t.Errorf("got %v", err)
	}
	for _, o := range []Options{{Size: 0, Measure: 10}, {Size: 10, Measure: 0}, {Size: -1, Measure: -1}} {
		if _, err := family(t).Break(plain("x"), o); postlift.KindOf(err) != postlift.Invalid {
			t.Errorf("%+v gives %v", o, err)
		}
	}
	if _, err := (Family{}).Break(plain("x"), Options{Size: 10_000, Measure: 60_000}); postlift.KindOf(err) != postlift.Invalid {
		t.Errorf("a family without fonts gives %v", err)
	}
}

func TestKerningIsSet(t *testing.T) {
	f := family(t)
	r := f.Set(sheet.Regular, "AVA", 10_000)
	if !slices.Equal(r.Shift, []int16{-14, -14}) && len(r.Shift) != 2 {
		t.Errorf("shifts %v", r.Shift)
	}
	if err := measured(f, r, 10_000); err != nil {
		t.Error(err)
	}
	if w := f[sheet.Regular].Width("AVA", 10_000); w != r.W {
		t.Errorf("Width is %d, Set %d", w, r.W)
	}
}

// What words the cache holds changes no line.
func TestBreakIsDeterministic(t *testing.T) {
	warm := family(t)
	o := Options{Size: 10_500, Measure: 72_000, Align: Justified, Hyphenate: "de"}
	want := texts(set(t, plain(germanLetter), o))
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 20 {
				lines, err := warm.Break(plain(germanLetter), o)
				if err != nil || texts(lines) != want {
					t.Errorf("another setting: %v", err)
					return
				}
			}
		})
	}
	wg.Wait()
	cold := warm
	for i, face := range cold {
		fresh := *face
		fresh.words = new(wordCache)
		cold[i] = &fresh
	}
	lines, err := cold.Break(plain(germanLetter), o)
	if err != nil || texts(lines) != want {
		t.Errorf("an empty cache gives another setting: %v", err)
	}
}
