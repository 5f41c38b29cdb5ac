package typeset

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// word is a measured stretch without blanks in one style. It is immutable and shared.
type word struct {
	key    string  // as it stood in the text
	text   string  // as it is set: without soft hyphens
	width  int     // thousandths of the size, kerned
	shift  []int16 // after each rune: kerning, and what fills up figures of unequal width; 0 after the last
	lead   int     // before the first rune, of a figure that is narrower than the widest
	first  rune
	last   rune
	breaks []wordBreak // in order
	ties   int         // no-break spaces that are stretched like blanks
	trait  trait
}

// wordBreak is a place inside a word where a line may end.
type wordBreak struct {
	at     int  // bytes of text before it
	rune   int  // runes before it
	before int  // width up to it, with the hyphen that is added
	after  int  // distance from the word's start to what follows it
	ties   int  // stretchable no-break spaces before it
	hyphen bool // the line gets a hyphen
	patch  bool // of an internet address or a code: used only when no line holds it whole
	cost   int  // penalty
}

// trait is what the line breaker wants to know of a word.
type trait uint8

const (
	isNumber  trait = 1 << iota // starts with a figure, a percent, euro, plus or minus sign
	isShort                     // a number of at most three characters
	isTitle                     // belongs to the word after it: "Dr.", "Nr.", "§"
	isUnit                      // belongs to the number before it: "kg", "Uhr"
	isDash                      // a dash alone
	isAddress                   // an internet address
	isLegal                     // of a company's form: "GmbH", "Co.", "KG"
	isAnd                       // the sign & alone
)

// The penalties of breaks, on the scale of The TeXbook, chapter 14, where a hyphen costs 50 and a line that is
// stretched to its comfortable limit 100.
const (
	costHyphen  = 50
	costTwo     = 140 // a hyphen after two letters only, or inside a part of a compound with a hyphen
	costSlash   = 60
	costSingle  = 200 // after a single letter: "E-Mail"
	costAddress = 100
)

// shortNumber is how long a number may be that better stays with the word before it, as a house number.
const shortNumber = 3

var titles = map[string]bool{"Dr.": true, "Prof.": true, "Dipl.-Ing.": true, "Nr.": true, "No.": true, "Abs.": true,
	"Art.": true, "§": true, "§§": true, "Mr": true, "Mrs": true, "Ms": true, "Mr.": true, "Mrs.": true, "Ms.": true,
	"St.": true, "z.": true, "d.": true, "u.": true, "ca.": true, "S.": true, "p.": true, "Tel.": true, "Ziffer": true}

var units = map[string]bool{"%": true, "€": true, "EUR": true, "Euro": true, "kg": true, "g": true, "t": true, "km": true,
	"m": true, "cm": true, "mm": true, "m²": true, "m³": true, "h": true, "Uhr": true, "am": true, "pm": true, "Prozent": true,
	"Mio.": true, "Mrd.": true, "kW": true, "kWh": true, "MW": true, "MWh": true, "V": true, "A": true, "l": true, "MB": true, "GB": true, "TB": true}

// legal are the words of a company's form, which stay on one line: "GmbH & Co. KG".
var legal = map[string]bool{"GmbH": true, "mbH": true, "AG": true, "SE": true, "UG": true, "KG": true, "KGaA": true, "OHG": true,
	"Co.": true, "Co": true, "Ltd.": true, "Ltd": true, "Limited": true, "Inc.": true, "LLC": true, "LLP": true, "Stiftung": true}

// measurer measures words of one face in one language.
type measurer struct {
	face    *Face
	lang    language
	tabular bool
	cell    int // width of the widest figure, when tabular
	scratch *wordScratch
}

// wordScratch is memory that every word is measured in.
type wordScratch struct {
	before []int // distance from the word's start to each rune
	breaks []wordBreak
}

const softHyphen = '\u00ad'

// measure makes a word out of text, which holds no blank.
func (m *measurer) measure(key string) *word {
	w := &word{key: strings.Clone(key)}
	w.text = strings.ToValidUTF8(w.key, "\uFFFD")
	soft := []int(nil)
	if strings.ContainsRune(w.text, softHyphen) {
		w.text, soft = withoutSoft(w.text)
	}
	room := m.scratch
	if room == nil {
		room = &wordScratch{before: []int{}}
	}
	w.shift = make([]int16, 0, utf8.RuneCountInString(w.text))
	room.before = m.advances(w, room.before[:0])
	w.trait = traitsOf(w.text)
	w.breaks = room.breaks[:0]
	m.findBreaks(w, soft)
	m.measureBreaks(w, room.before)
	room.breaks = w.breaks
	w.breaks = slices.Clone(w.breaks)
	return w
}

// withoutSoft takes soft hyphens out and tells where they stood, in bytes of what is left.
func withoutSoft(s string) (text string, at []int) {
	var b strings.Builder
	for _, r := range s {
		if r == softHyphen {
			at = append(at, b.Len())
		} else {
			b.WriteRune(r)
		}
	}
	return b.String(), slices.Compact(at)
}

// advances sets widths and kerning, and appends the distance from the word's start to each rune, unless before is nil.
func (m *measurer) advances(w *word, before []int) []int {
	for _, r := range w.text {
		kern := m.kern(w.last, r)
		if len(w.shift) == 0 {
			w.first, w.lead = r, m.lead(r)
			w.width = w.lead
		} else {
			kern += m.lead(r)
			w.shift[len(w.shift)-1] = int16(kern)
			w.width += kern
		}
		if before != nil {
			before = append(before, w.width)
		}
		w.width += m.face.advance(r)
		w.shift = append(w.shift, 0)
		if tied(w.last, r) {
			w.ties++
		}
		w.last = r
	}
	if before == nil {
		return nil
	}
	return append(before, w.width)
}

// kern is the kerning between two runes; figures in columns have none.
func (m *measurer) kern(a, b rune) int {
	if m.tabular && (isFigure(a) || isFigure(b)) {
		return 0
	}
	return m.face.kern.pair(a, b)
}

// lead is what a narrow figure gets before it to fill its column.
func (m *measurer) lead(r rune) int {
	if m.tabular && isFigure(r) {
		return m.cell - m.face.advance(r)
	}
	return 0
}

func isFigure(r rune) bool { return r >= '0' && r <= '9' }

// tied tells whether a rune is a no-break space that is stretched with the line's blanks: one inside a number
// is not, nor is a narrow one.
func tied(before, r rune) bool { return r == '\u00a0' && before != 0 && !isFigure(before) }

// measureBreaks fills in the distances of all breaks; before is that of each rune.
func (m *measurer) measureBreaks(w *word, before []int) {
	at, n, ties, last := 0, 0, 0, rune(0)
	for i := range w.breaks {
		b := &w.breaks[i]
		for _, r := range w.text[at:b.at] {
			if tied(last, r) {
				ties++
			}
			last = r
			n++
		}
		at = b.at
		b.rune, b.ties, b.after = n, ties, before[n]
		b.before = before[n-1] + m.face.advance(last)
		if b.hyphen {
			b.before += m.kern(last, '-') + m.face.advance('-')
		}
	}
}

// traitsOf looks at a word as a whole.
func traitsOf(s string) (t trait) {
	first, _ := utf8.DecodeRuneInString(s)
	if strings.ContainsRune("0123456789%€+−", first) {
		t |= isNumber
		if len(s) <= shortNumber {
			t |= isShort
		}
	}
	if titles[s] {
		t |= isTitle
	}
	if units[strings.TrimRight(s, ",;:!?)")] || units[strings.TrimRight(s, ".,;:!?)")] {
		t |= isUnit
	}
	if s == "–" || s == "—" || s == "-" {
		t |= isDash
	}
	if isInternetAddress(s) {
		t |= isAddress
	}
	if legal[strings.TrimRight(s, ",;:!?)")] || legal[strings.TrimRight(s, ".,;:!?)")] {
		t |= isLegal
	}
	if s == "&" {
		t |= isAnd
	}
	return t
}

// findBreaks lists where a word may be parted: at its soft hyphens if it has any, else after its own hyphens,
// slashes and dashes and by the language's patterns; an internet address at its signs.
func (m *measurer) findBreaks(w *word, soft []int) {
	if w.trait&isAddress != 0 {
		addressBreaks(w)
		return
	}
	ownBreaks(w)
	if len(soft) > 0 {
		for _, at := range soft {
			if at > 0 && at < len(w.text) {
				w.breaks = append(w.breaks, wordBreak{at: at, hyphen: true, cost: costHyphen})
			}
		}
	} else if h := hyphenators[m.lang](); h != nil && parts(w.text) {
		patternBreaks(w, h)
	}
	slices.SortFunc(w.breaks, func(a, b wordBreak) int { return a.at - b.at })
	w.breaks = slices.CompactFunc(w.breaks, func(a, b wordBreak) bool { return a.at == b.at })
}

// addressBreaks parts an internet address after its signs, without a hyphen that would falsify it.
func addressBreaks(w *word) {
	for i, r := range w.text {
		if end := i + utf8.RuneLen(r); i > 0 && end < len(w.text) && strings.ContainsRune("/.-?&=@_:#", r) {
			w.breaks = append(w.breaks, wordBreak{at: end, patch: true, cost: costAddress})
		}
	}
}

// ownBreaks finds hyphens, slashes and long dashes between letters, as in "CNC-Fräsen". A code that somebody types is
// parted only where no line holds it whole.
func ownBreaks(w *word) {
	var prev, prev2 rune
	code := isCode(w.text)
	for i, r := range w.text {
		if i > 0 && (r == '-' || r == '/' || r == '—' || r == '–') && unicode.IsLetter(prev) {
			end := i + utf8.RuneLen(r)
			if after, _ := utf8.DecodeRuneInString(w.text[end:]); unicode.IsLetter(after) {
				cost := costHyphen
				if r == '/' {
					cost = costSlash
				}
				if !unicode.IsLetter(prev2) {
					cost = costSingle
				}
				w.breaks = append(w.breaks, wordBreak{at: end, cost: cost, patch: code})
			}
		}
		prev, prev2 = r, prev
	}
}

// typedGroups are the lengths of the groups that a typed code is written in.
const typedGroups = "4-4-3"

// isCode recognises a typed code or a number such as "T7KQ-2M9X": capitals and hyphens with a figure among them, or,
// as a code may happen to have none, capitals in the groups of a typed code.
func isCode(s string) bool {
	s = strings.TrimFunc(s, func(r rune) bool { return strings.ContainsRune(".,;:!?()„“”‚‘’\"'»«›‹…", r) })
	figure, groups, n := false, make([]byte, 0, 16), byte(0)
	for i := range len(s) {
		switch c := s[i]; {
		case c == '-':
			groups, n = append(groups, '0'+n, '-'), 0
			continue
		case c >= '0' && c <= '9':
			figure = true
		case c < 'A' || c > 'Z':
			return false
		}
		if n++; n > 9 {
			n = 9
		}
	}
	return figure || string(append(groups, '0'+n)) == typedGroups
}

// parts tells whether a word is one that patterns may part: letters and common punctuation only, no figures
// and no capitals but the first of each of its parts, so no abbreviation, code or trade name.
func parts(s string) bool {
	last := rune(0)
	for _, r := range s {
		switch {
		case unicode.IsLetter(r):
			if unicode.IsUpper(r) && unicode.IsLetter(last) {
				return false
			}
		case !strings.ContainsRune("-/—–()„“”‚‘’'\"»«›‹.,;:!?…\u00a0", r):
			return false
		}
		last = r
	}
	return true
}

// patternBreaks adds the places of the patterns in each stretch of letters.
func patternBreaks(w *word, h *hyphenator) {
	whole := len(w.breaks) == 0
	var room [16]int
	for start := 0; start < len(w.text); {
		end := start + letterRun(w.text[start:])
		if end > start {
			part := w.text[start:end]
			n, at := 0, start
			for _, place := range h.places(part, room[:0]) {
				for ; n < place; n++ {
					_, size := utf8.DecodeRuneInString(w.text[at:])
					at += size
				}
				cost := costHyphen
				if place == leastBefore || !whole {
					cost = costTwo
				}
				w.breaks = append(w.breaks, wordBreak{at: at, hyphen: true, cost: cost})
			}
		} else {
			_, size := utf8.DecodeRuneInString(w.text[start:])
			end += size
		}
		start = end
	}
}

// letterRun is how many bytes of letters s starts with.
func letterRun(s string) int {
	for i, r := range s {
		if !unicode.IsLetter(r) {
			return i
		}
	}
	return len(s)
}

// isInternetAddress recognises an @ or a dot between a letter or digit and a letter.
func isInternetAddress(token string) bool {
	if strings.ContainsRune(token, '@') || strings.Contains(token, "://") {
		return true
	}
	before := rune(0)
	for i, r := range token {
		if r == '.' && i > 0 && (unicode.IsLetter(before) || unicode.IsDigit(before)) {
			if after, _ := utf8.DecodeRuneInString(token[i+1:]); unicode.IsLetter(after) {
				return true
			}
		}
		before = r
	}
	return false
}
