package typeset

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"postlift"
	"postlift/mailers/sheet"
)

var stock = strings.Fields(germanLetter + " 12 3.500,00 € CNC-Fräsen E-Mail www.beispiel.example/a-b und/oder AG&Co. 9\u00a0Uhr Dr.\u00a0Beispiel – §\u00a05 Vertrags\u00adende")

// TestBreakProperties: whatever is set, no line is wider than its measure, justified lines end at it, widths
// are what is drawn and nothing but blanks and hyphens differs from the text.
func TestBreakProperties(t *testing.T) {
	f := family(t)
	rapid.Check(t, func(t *rapid.T) {
		o := Options{
			Size:      rapid.IntRange(6_000, 14_000).Draw(t, "size"),
			Measure:   rapid.IntRange(20_000, 180_000).Draw(t, "measure"),
			Align:     Align(rapid.IntRange(0, 3).Draw(t, "align")),
			Hyphenate: rapid.SampledFrom([]string{"", "de", "en", "en-US", "fr"}).Draw(t, "language"),
			Tabular:   rapid.Bool().Draw(t, "tabular"),
		}
		var spans []Span
		for _, w := range rapid.SliceOfN(rapid.SampledFrom(stock), 1, 60).Draw(t, "words") {
			style := sheet.Style(rapid.SampledFrom([]int{0, 0, 0, 0, 1, 2, 3}).Draw(t, "style"))
			spans = append(spans, Span{style, w}, Span{style, rapid.SampledFrom([]string{" ", " ", " ", " ", "  ", ""}).Draw(t, "blank")})
		}
		lines, err := f.Break([][]Span{spans}, o)
		if err != nil {
			if postlift.KindOf(err) != postlift.Invalid {
				t.Fatal(err)
			}
			return
		}
		checkLines(t, f, lines, o)
		var all string
		for _, s := range spans {
			all += s.Text
		}
		if got, want := letters(texts(lines)), letters(all); got != want {
			t.Fatalf("set %q\nfrom %q", got, want)
		}
	})
}

// letters is a text without blanks and hyphens.
func letters(s string) string {
	return strings.NewReplacer(" ", "", "\n", "", "\t", "", "\r", "", "-", "", "\u00ad", "").Replace(s)
}

type fataler interface {
	Fatalf(format string, args ...any)
}

func checkLines(t fataler, f Family, lines []Line, o Options) {
	for i, l := range lines {
		if l.Width > o.Measure+2 {
			t.Fatalf("line %d is %d µm wide, the column %d: %q", i, l.Width, o.Measure, texts(lines[i:i+1]))
		}
		for k, r := range l.Runs {
			if err := measured(f, r, o.Size); err != nil {
				t.Fatalf("line %d: %v", i, err)
			}
			if r.X < -1 || r.X+r.W > o.Measure+2 || k > 0 && r.X < l.Runs[k-1].X {
				t.Fatalf("line %d, run %d goes from %d for %d in %d", i, k, r.X, r.W, o.Measure)
			}
			if strings.HasPrefix(r.Text, " ") || strings.HasSuffix(r.Text, " ") || r.Text == "" {
				t.Fatalf("line %d has the run %q", i, r.Text)
			}
		}
		if o.Align == Justified && i < len(lines)-1 {
			checkEdge(t, f, l, o, i)
		}
	}
}

// checkEdge: a line that is not the last ends at the measure, or its blanks would have to grow to five times
// their width.
func checkEdge(t fataler, f Family, l Line, o Options, i int) {
	last := l.Runs[len(l.Runs)-1]
	edge := last.X + last.W
	if fine := micrometres(1, o.Size) + 3; edge >= o.Measure-fine {
		return
	}
	blanks := 0
	for k, r := range l.Runs {
		if k > 0 && r.X-l.Runs[k-1].X-l.Runs[k-1].W > 100 {
			blanks++
		}
		blanks += strings.Count(r.Text, " ")
	}
	if o.Measure-edge < blanks*3*micrometres(200, o.Size) {
		t.Fatalf("line %d ends at %d of %d with %d blanks: %+v", i, edge, o.Measure, blanks, l.Runs)
	}
}

// FuzzBreak sets arbitrary text: no panic, no hang, no line too wide.
func FuzzBreak(f *testing.F) {
	fam := family(f)
	f.Add("Sehr geehrte Frau Muster-Beispiel, www.a.example/b?c=d", "fett\u00adgedruckt 12\u00a0kg", uint16(60_000), uint8(1))
	f.Add("\xff\xfe\u00ad\u00ad -- // —", "😀\u200b\u202e", uint16(9), uint8(255))
	f.Add(strings.Repeat("a-", 300), strings.Repeat("9", 99), uint16(4000), uint8(6))
	f.Fuzz(func(t *testing.T, a, b string, measure uint16, how uint8) {
		o := Options{Size: 10_000, Measure: int(measure), Align: Align(how & 3),
			Hyphenate: [...]string{"", "de", "en", "en-US"}[how>>2&3], Tabular: how&16 != 0}
		text := [][]Span{{{Text: a}, {Style: sheet.Bold, Text: b}, {Style: sheet.Italic, Text: a}}, {{Text: b}}}
		lines, err := fam.Break(text, o)
		if err != nil {
			if postlift.KindOf(err) != postlift.Invalid {
				t.Fatal(err)
			}
			return
		}
		for i, l := range lines {
			if l.Width > o.Measure+2 {
				t.Fatalf("line %d is %d µm wide of %d", i, l.Width, o.Measure)
			}
			for _, r := range l.Runs {
				if !utf8.ValidString(r.Text) || r.Shift != nil && len(r.Shift) != utf8.RuneCountInString(r.Text)-1 {
					t.Fatalf("run %q has shifts %v", r.Text, r.Shift)
				}
			}
		}
	})
}
