package typeset

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"postlift/mailers/sheet"
)

// Family is the fonts of a design by style.
type Family [sheet.Styles]*Face

// Span is a stretch of text in one style.
type Span struct {
	Style sheet.Style
	Text  string
}

// Align is how lines stand in their measure.
type Align uint8

// The alignments. Justified sets the last line of a paragraph ragged.
const (
	Left Align = iota
	Justified
	Right
	Centred
)

// Options are how a paragraph is set.
type Options struct {
	Size      int // thousandths of a point
	Measure   int // width of a line, micrometres
	Align     Align
	Hyphenate string // language whose patterns part words ("de", "en", "en-US"); empty parts none
	Tabular   bool   // figures of equal width, without kerning between them: for columns of numbers
}

// Run is a stretch of a set line in one style, ready to be drawn.
type Run struct {
	Style sheet.Style
	Text  string
	Shift []int16 // after each rune but the last, thousandths of the size: kerning and justification; nil when all are 0
	X     int     // micrometres from the line's left edge of the measure
	W     int     // advance width, micrometres
}

// Line is one set line.
type Line struct {
	Runs  []Run
	Width int // of what is set, micrometres, without the rest of a ragged line
}

// Break sets a paragraph: lines are the stretches between forced breaks. A word that no line holds, even
// parted, is an Invalid fault that names it: cutting or squeezing would falsify it.
func (f Family) Break(lines [][]Span, o Options) ([]Line, error) {
	var out []Line
	for _, spans := range lines {
		s := setter{f, o.Size, o.Measure}
		set, err := s.fill(s.words(spans))
		if err != nil {
			return nil, err
		}
		for _, l := range set {
			line := Line{Width: l.width}
			for _, r := range l.runs {
				line.Runs = append(line.Runs, Run{Style: r.style, Text: r.text, X: r.x, W: f[r.style].Width(r.text, o.Size)})
			}
			out = append(out, line)
		}
	}
	return out, nil
}

// Set is one line of one style that is not broken, kerned.
func (f Family) Set(style sheet.Style, text string, size int) Run {
	return Run{Style: style, Text: text, W: f[style].Width(text, size)}
}

// Missing is the first rune of s that not every font of the family can draw; ok is false when there is none.
// Private-use characters count as missing.
func (f Family) Missing(s string) (r rune, ok bool) {
	for _, r := range s {
		if unicode.Is(unicode.Co, r) {
			return r, true
		}
		for _, face := range f {
			if face != nil && !face.Has(r) {
				return r, true
			}
		}
	}
	return 0, false
}

// CleanLine composes accents (NFC), turns every run of blanks and control characters into one blank and
// takes invisible format characters out (soft hyphens, zero-width blanks, direction marks).
func CleanLine(s string) string {
	return CleanValue(strings.ReplaceAll(s, "\u00a0", " "))
}

// CleanValue is CleanLine that keeps no-break spaces, which amounts are written with.
func CleanValue(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, norm.NFC.String(s))
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool {
		return r != '\u00a0' && (unicode.IsSpace(r) || unicode.IsControl(r))
	}), " ")
}

func clip(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}
