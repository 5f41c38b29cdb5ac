package typeset

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"postlift/mailers/sheet"
)

// word is what stands between two places where a line may break: pieces of one style each.
type word struct {
	pieces []Span
	width  int  // micrometres
	glued  bool // follows the word before without a blank: a break after a hyphen
	gap    int  // width of the blank before it
	blank  sheet.Style
	number bool // starts with a digit, %, € or a plus sign: a number is not parted
}

// run is a stretch of a set line.
type run struct {
	style sheet.Style
	text  string
	x     int // micrometres from the line's start
}

// setLine is one set line.
type setLine struct {
	runs  []run
	width int
}

// setter breaks text of one size into lines no wider than measure.
type setter struct {
	faces   Family
	size    int // thousandths of a point
	measure int // micrometres
}

// fill sets the words of one paragraph.
func (s setter) fill(words []word) ([]setLine, error) {
	for _, w := range words {
		if w.width > s.measure {
			return nil, fault("%q is wider than the column: %s mm of %s mm; shorten it or put blanks in",
				clip(w.text()), sheet.MM(w.width), sheet.MM(s.measure))
		}
	}
	if len(words) == 0 {
		return nil, nil
	}
	starts := s.breaks(words)
	out := make([]setLine, len(starts))
	for i, from := range starts {
		to := len(words)
		if i+1 < len(starts) {
			to = starts[i+1]
		}
		var line lineBuilder
		for _, w := range words[from:to] {
			line.add(s, w)
		}
		out[i] = line.done()
	}
	return out, nil
}

// breaks chooses where lines start: of all ways to set the words, one with the fewest lines and, among
// those, the most even right edge, by dynamic programming over the last break (after Knuth and Plass,
// "Breaking Paragraphs into Lines", 1981, for ragged setting: cost is the squared rest of a line).
func (s setter) breaks(words []word) []int {
	n := len(words)
	cost := make([]int64, n+1) // cheapest setting of words[:i]
	from := make([]int, n+1)   // start of its last line
	for end := 1; end <= n; end++ {
		cost[end] = -1
		width := 0
		for start := end - 1; start >= 0; start-- {
			if width += words[start].width; start < end-1 {
				width += words[start+1].space()
			}
			if width > s.measure {
				break
			}
			c := cost[start] + s.lineCost(words, start, end, width)
			if cost[end] < 0 || c < cost[end] {
				cost[end], from[end] = c, start
			}
		}
	}
	var starts []int
	for i := n; i > 0; i = from[i] {
		starts = append(starts, from[i])
	}
	slices.Reverse(starts)
	return starts
}

// shortNumber is how long a number may be that better stays with the word before it, as a house number.
const shortNumber = 3

// lineCost weighs a line of words[start:end]. A line itself costs more than any raggedness, so that no
// line is added for beauty; a last line of one short word and a break inside a number cost extra.
func (s setter) lineCost(words []word, start, end, width int) int64 {
	unit := int64(s.measure) * int64(s.measure) / 1000
	c := 1000 * 1000 * unit
	if end < len(words) {
		rest := int64(s.measure - width)
		c += rest * rest
		if words[end].number && words[end-1].number {
			c += 500 * unit
		} else if words[end].number && len(words[end].text()) <= shortNumber {
			c += 30 * unit
		}
	} else if start > 0 && width < s.measure/8 {
		c += 60 * unit
	}
	return c
}

// space is the distance to the word before on the same line.
func (w word) space() int {
	if w.glued {
		return 0
	}
	return w.gap
}

func (w word) text() string {
	var b strings.Builder
	for _, p := range w.pieces {
		b.WriteString(p.Text)
	}
	return b.String()
}

// lineBuilder joins words of one style into one run, so that a line is a handful of texts.
type lineBuilder struct {
	runs  []run
	text  strings.Builder
	style sheet.Style
	x     int // start of the open run
	width int
	any   bool
}

func (l *lineBuilder) add(s setter, w word) {
	if l.any && !w.glued {
		l.blank(w)
	}
	for _, p := range w.pieces {
		if l.text.Len() > 0 && p.Style != l.style {
			l.close()
		}
		if l.text.Len() == 0 {
			l.style, l.x = p.Style, l.width
		}
		l.text.WriteString(p.Text)
		l.width += s.faces[p.Style].Width(p.Text, s.size)
	}
	l.any = true
}

// blank adds the gap before a word: inside the open run as a character, else as distance.
func (l *lineBuilder) blank(w word) {
	if l.text.Len() > 0 && w.blank == l.style && w.pieces[0].Style == l.style {
		l.text.WriteByte(' ')
	} else {
		l.close()
	}
	l.width += w.gap
}

func (l *lineBuilder) close() {
	if l.text.Len() > 0 {
		l.runs = append(l.runs, run{l.style, l.text.String(), l.x})
		l.text.Reset()
	}
}

func (l *lineBuilder) done() setLine {
	l.close()
	return setLine{l.runs, l.width}
}

// words cuts spans at blanks and after hyphens between letters, but not inside internet addresses, where
// nobody could tell a hyphen of the name from one of the setting. A no-break space stays inside its word.
func (s setter) words(spans []Span) []word {
	var out []word
	cur := word{}
	gapStyle, glued := sheet.Regular, false
	end := func() {
		if len(cur.pieces) == 0 {
			return
		}
		cur.gap, cur.blank, cur.glued = s.faces[gapStyle].Width(" ", s.size), gapStyle, glued
		for _, p := range cur.pieces {
			cur.width += s.faces[p.Style].Width(p.Text, s.size)
		}
		cur.number = strings.ContainsRune("0123456789%€+", firstRune(cur.pieces[0].Text))
		out, cur, glued = append(out, cur), word{}, false
	}
	for _, sp := range spans {
		start := 0
		for i, r := range sp.Text {
			if r != ' ' && (!breaksAfter(sp.Text, i, r) || s.keepsWhole(sp, i)) {
				continue
			}
			stop := i
			if r != ' ' {
				stop = i + utf8.RuneLen(r)
			}
			cur.add(sp.Style, sp.Text[start:stop])
			end()
			if r == ' ' {
				gapStyle, glued = sp.Style, false
			} else {
				glued = true
			}
			start = i + utf8.RuneLen(r)
		}
		cur.add(sp.Style, sp.Text[start:])
	}
	end()
	return out
}

func firstRune(s string) rune {
	r, _ := utf8.DecodeRuneInString(s)
	return r
}

func (w *word) add(style sheet.Style, text string) {
	if text != "" {
		w.pieces = append(w.pieces, Span{style, text})
	}
}

// breaksAfter tells whether a hyphen at i stands between two letters, as in "CNC-Fräsen".
func breaksAfter(s string, i int, r rune) bool {
	if r != '-' || i == 0 {
		return false
	}
	before, _ := utf8.DecodeLastRuneInString(s[:i])
	after, _ := utf8.DecodeRuneInString(s[i+1:])
	return unicode.IsLetter(before) && unicode.IsLetter(after)
}

// keepsWhole tells whether i lies inside a domain name or an e-mail address that fits on a line.
func (s setter) keepsWhole(sp Span, i int) bool {
	token := sp.Text[strings.LastIndexByte(sp.Text[:i], ' ')+1:]
	token, _, _ = strings.Cut(token, " ")
	return isInternetAddress(token) && s.faces[sp.Style].Width(token, s.size) <= s.measure
}

// isInternetAddress recognises an @ or a dot between a letter or digit and a letter.
func isInternetAddress(token string) bool {
	if strings.ContainsRune(token, '@') {
		return true
	}
	for i, r := range token {
		if r != '.' || i == 0 {
			continue
		}
		before, _ := utf8.DecodeLastRuneInString(token[:i])
		if after := firstRune(token[i+1:]); (unicode.IsLetter(before) || unicode.IsDigit(before)) && unicode.IsLetter(after) {
			return true
		}
	}
	return false
}
