package typeset

import (
	"strings"
	"testing"
)

// BenchmarkBreak sets the text of a letter of about 250 words, justified and hyphenated, as one paragraph and
// as five.
func BenchmarkBreak(b *testing.B) {
	f := family(b)
	var five [][]Span
	words := strings.Fields(germanLetter)
	for i := 0; i < 5; i++ {
		five = append(five, []Span{{Text: strings.Join(words[i*len(words)/5:(i+1)*len(words)/5], " ")}})
	}
	b.Logf("%d words, %d characters", len(words), len(germanLetter))
	for _, c := range []struct {
		name string
		text [][]Span
		o    Options
	}{
		{"one", plain(germanLetter), Options{Size: 10_500, Measure: 165_000, Align: Justified, Hyphenate: "de"}},
		{"five", five, Options{Size: 10_500, Measure: 165_000, Align: Justified, Hyphenate: "de"}},
		{"narrow", plain(germanLetter), Options{Size: 9_000, Measure: 60_000, Align: Justified, Hyphenate: "de"}},
		{"left", plain(germanLetter), Options{Size: 10_500, Measure: 165_000}},
		{"leftparted", plain(germanLetter), Options{Size: 10_500, Measure: 165_000, Hyphenate: "de"}},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := f.Break(c.text, c.o); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
