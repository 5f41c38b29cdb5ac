package letter

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"postlift"
)

// word is what stands between two places where a line may break: pieces of one style each.
type word struct {
	pieces []span
	width  int  // micrometres
	glued  bool // follows the word before without a blank: a break after a hyphen
	gap    int  // width of the blank before it
	blank  Style
	number bool // starts with a digit, %, € or a plus sign: a number is not parted
}

// run is a stretch of a set line.
type run struct {
	style Style
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
	faces   *[styles]*face
	size    int // thousandths of a point
	measure int // micrometres
}

// paragraphLines sets the lines of a block ragged right: as many words on a line as fit, no hyphenation.
// A word wider than the measure is a Fault, because cutting or squeezing would falsify it.
func (s setter) paragraphLines(b block) ([]setLine, error) {
	var out []setLine
	for _, spans := range b.lines {
		lines, err := s.fill(s.words(spans))
		if err != nil {
			return nil, err
		}
		out = append(out, lines...)
	}
	return out, nil
}

func (s setter) fill(words []word) ([]setLine, error) {
	for _, w := range words {
		if w.width > s.measure {
			return nil, postlift.Faultf(postlift.Invalid, "letter.Compose", "%q is wider than the column: %s mm of %s mm; shorten it or put blanks in",
				clip(w.text()), mm(w.width), mm(s.measure))
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
		b.WriteString(p.text)
	}
	return b.String()
}

// lineBuilder joins words of one style into one run, so that a line is a handful of texts.
type lineBuilder struct {
	runs  []run
	text  strings.Builder
	style Style
	x     int // start of the open run
	width int
	any   bool
}

func (l *lineBuilder) add(s setter, w word) {
	if l.any && !w.glued {
		l.blank(w)
	}
	for _, p := range w.pieces {
		if l.text.Len() > 0 && p.style != l.style {
			l.close()
		}
		if l.text.Len() == 0 {
			l.style, l.x = p.style, l.width
		}
		l.text.WriteString(p.text)
		l.width += s.faces[p.style].width(p.text, s.size)
	}
	l.any = true
}

// blank adds the gap before a word: inside the open run as a character, else as distance.
func (l *lineBuilder) blank(w word) {
	if l.text.Len() > 0 && w.blank == l.style && w.pieces[0].style == l.style {
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
func (s setter) words(spans []span) []word {
	var out []word
	cur := word{}
	gapStyle, glued := Regular, false
	end := func() {
		if len(cur.pieces) == 0 {
			return
		}
		cur.gap, cur.blank, cur.glued = s.faces[gapStyle].width(" ", s.size), gapStyle, glued
		for _, p := range cur.pieces {
			cur.width += s.faces[p.style].width(p.text, s.size)
		}
		cur.number = strings.ContainsRune("0123456789%€+", firstRune(cur.pieces[0].text))
		out, cur, glued = append(out, cur), word{}, false
	}
	for _, sp := range spans {
		start := 0
		for i, r := range sp.text {
			if r != ' ' && (!breaksAfter(sp.text, i, r) || s.keepsWhole(sp, i)) {
				continue
			}
			stop := i
			if r != ' ' {
				stop = i + utf8.RuneLen(r)
			}
			cur.add(sp.style, sp.text[start:stop])
			end()
			if r == ' ' {
				gapStyle, glued = sp.style, false
			} else {
				glued = true
			}
			start = i + utf8.RuneLen(r)
		}
		cur.add(sp.style, sp.text[start:])
	}
	end()
	return out
}

func firstRune(s string) rune {
	r, _ := utf8.DecodeRuneInString(s)
	return r
}

func (w *word) add(style Style, text string) {
	if text != "" {
		w.pieces = append(w.pieces, span{style, text})
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
func (s setter) keepsWhole(sp span, i int) bool {
	token := sp.text[strings.LastIndexByte(sp.text[:i], ' ')+1:]
	token, _, _ = strings.Cut(token, " ")
	return isInternetAddress(token) && s.faces[sp.style].width(token, s.size) <= s.measure
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
