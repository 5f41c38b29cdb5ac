package typeset

import (
	"strings"
	"unicode"
	"unicode/utf8"

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
//
// Justified lines end at the measure to less than a thousandth of the size, but for the last of a stretch and
// for a line whose blanks would grow to five times their width, which stays ragged. No more than two lines in a
// row end with a hyphen and a stretch's last word is not parted, unless the column cannot be set otherwise.
func (f Family) Break(lines [][]Span, o Options) ([]Line, error) { return f.BreakIn(nil, lines, o) }

// BreakIn is Break with the lines in m, until m is reset.
func (f Family) BreakIn(m *Memory, lines [][]Span, o Options) ([]Line, error) {
	s := setters.Get().(*setter)
	defer s.release()
	if err := s.prepare(f, o); err != nil {
		return nil, err
	}
	for _, spans := range lines {
		if err := s.stretch(spans); err != nil {
			return nil, err
		}
	}
	return s.out.lines(m, o), nil
}

// Set is one line of one style that is not broken, kerned.
func (f Family) Set(style sheet.Style, text string, size int) Run {
	return f.set(nil, style, text, size, false)
}

// SetTabular is Set with figures of equal width and without kerning between them.
func (f Family) SetTabular(style sheet.Style, text string, size int) Run {
	return f.set(nil, style, text, size, true)
}

// SetIn is Set with the run's shifts in m, until m is reset.
func (f Family) SetIn(m *Memory, style sheet.Style, text string, size int) Run {
	return f.set(m, style, text, size, false)
}

func (f Family) set(mem *Memory, style sheet.Style, text string, size int, tabular bool) Run {
	m := measurerOf(f[style], noLanguage, tabular)
	w := word{text: text, shift: mem.shift(utf8.RuneCountInString(text))}
	m.advances(&w, nil)
	run := Run{Style: style, Text: text, X: micrometres(w.lead, size), W: micrometres(w.width-w.lead, size)}
	if n := len(w.shift) - 1; n > 0 && moves(w.shift[:n]) {
		run.Shift = w.shift[:n:n]
	}
	return run
}

// Missing is the first rune of s that not every font of the family can draw; ok is false when there is none.
// Private-use characters count as missing.
func (f Family) Missing(s string) (r rune, ok bool) {
	for _, r := range s {
		if !f.Covers(r) {
			return r, true
		}
	}
	return 0, false
}

// Coverage is a Family's characters, for whoever asks often.
type Coverage struct {
	runes [1 << 10]uint64
	ascii bool // all that is printed of it
}

// Coverage finds what every font of the family can draw.
func (f Family) Coverage() *Coverage {
	c := &Coverage{ascii: true}
	for r := range rune(1 << 16) {
		if f.Covers(r) {
			c.runes[r>>6] |= 1 << (uint(r) & 63)
		} else if r >= ' ' && r <= '~' {
			c.ascii = false
		}
	}
	return c
}

// Missing is Family.Missing.
func (c *Coverage) Missing(s string) (r rune, ok bool) {
	for _, r := range s {
		if r >= ' ' && r <= '~' && c.ascii {
			continue
		}
		if uint32(r) >= 1<<16 || c.runes[r>>6]&(1<<(uint(r)&63)) == 0 {
			return r, true
		}
	}
	return 0, false
}

// Covers tells whether every font of the family can draw a rune that is not for private use.
func (f Family) Covers(r rune) bool {
	if uint32(r) >= 1<<16 || r >= 0xe000 && r <= 0xf8ff {
		return false
	}
	for _, face := range f {
		if face != nil && face.cover[r>>6]&(1<<(uint(r)&63)) == 0 {
			return false
		}
	}
	return true
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
