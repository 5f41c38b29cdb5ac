package typeset

import (
	"strings"
	"unicode"

	"postlift/mailers/sheet"
)

// item is a word on its way into a line.
type item struct {
	w        *word
	style    sheet.Style
	glued    bool        // follows the word before without a blank, in another style
	bonded   bool        // letters of the same word stand before or after it in another style: patterns know no such word
	gapStyle sheet.Style // of the blank before
	gap      int         // width of the blank before with its kerning on both sides, thousandths of the size
	kern     int         // of that, what lies between the word before and the blank
	start    int         // distance from the paragraph's start
	blanks   int         // width of the blanks from the paragraph's start on, this one's own included
}

// spot is a place where a line may end.
type spot struct {
	item   int32 // the line ends before this item, or inside it
	at     int32 // -1 before the item, else the index of the word's break
	before int   // distance from the paragraph's start to the end of a line that ends here
	after  int   // distance to the start of the line after
	blanks int   // width of stretchable blanks up to the line's end
	next   int   // width of stretchable blanks up to the next line's start
	cost   int64 // penalty
	hyphen bool  // the line ends with a hyphen
	last   bool  // a hyphen in the paragraph's last word
}

// setter breaks text into lines. It is scratch memory, taken from a pool.
type setter struct {
	faces   Family
	opt     Options
	lang    language
	measure int // thousandths of the size
	by      [sheet.Styles]measurer
	tables  [sheet.Styles]*wordTable
	items   []item
	spots   []spot
	nodes   []node
	active  []int32
	head    int     // the first of active from which a line is not yet too long
	chosen  []int32 // spots where lines end
	out     output
	scratch wordScratch
}

// prepare readies the setter for a paragraph.
func (s *setter) prepare(f Family, o Options) error {
	if o.Size <= 0 || o.Measure <= 0 || fitting(o.Measure, o.Size) == 0 {
		return fault("type of %g pt cannot be set in a column of %s mm: both must be above 0, and the column as wide as a letter",
			float64(o.Size)/1000, sheet.MM(o.Measure))
	}
	s.faces, s.opt, s.lang, s.measure = f, o, languageOf(o.Hyphenate), fitting(o.Measure, o.Size)
	for i := range s.by {
		s.by[i] = measurer{}
		s.tables[i] = nil
	}
	return nil
}

// measurer is that of a style, made at its first use.
func (s *setter) measurer(style sheet.Style) (*measurer, error) {
	if style >= sheet.Styles || s.faces[style] == nil {
		return nil, fault("the design has no %s font", style)
	}
	m := &s.by[style]
	if m.face == nil {
		*m = measurerOf(s.faces[style], s.lang, s.opt.Tabular)
		m.scratch = &s.scratch
		s.tables[style] = m.face.table(s.lang, s.opt.Tabular)
	}
	return m, nil
}

func measurerOf(f *Face, lang language, tabular bool) measurer {
	m := measurer{face: f, lang: lang, tabular: tabular}
	for r := '0'; tabular && r <= '9'; r++ {
		m.cell = max(m.cell, f.advance(r))
	}
	return m
}

// isBlank tells whether lines may break at a rune. No-break spaces are parts of words.
func isBlank(r rune) bool { return r == ' ' || r == '\t' || r == '\n' || r == '\r' }

// read cuts spans into items.
func (s *setter) read(spans []Span) error {
	s.items = s.items[:0]
	blank, gapStyle := false, sheet.Regular
	for _, sp := range spans {
		if sp.Text == "" {
			continue
		}
		m, err := s.measurer(sp.Style)
		if err != nil {
			return err
		}
		t := s.tables[sp.Style]
		for start := 0; start < len(sp.Text); {
			end := start
			for end < len(sp.Text) && !isBlank(rune(sp.Text[end])) {
				end++
			}
			if end > start {
				s.add(item{w: m.word(t, sp.Text[start:end]), style: sp.Style, gapStyle: gapStyle}, blank)
				blank = false
			}
			if end < len(sp.Text) {
				blank, gapStyle = true, sp.Style
				end++
			}
			start = end
		}
	}
	return nil
}

// add measures the blank before an item and joins the item to the one before.
func (s *setter) add(it item, blank bool) {
	if it.w.text == "" { // nothing but soft hyphens
		return
	}
	if len(s.items) == 0 {
		it.start = 0
		s.items = append(s.items, it)
		return
	}
	prev := &s.items[len(s.items)-1]
	it.start, it.blanks = prev.start+prev.w.width, prev.blanks+prev.w.ties*s.blank(prev.style)
	if blank {
		s.gap(&it, prev)
	} else {
		it.glued = true
		if unicode.IsLetter(prev.w.last) && unicode.IsLetter(it.w.first) {
			prev.bonded, it.bonded = true, true
		}
	}
	it.start += it.gap
	s.items = append(s.items, it)
}

// gap measures the blank before an item; kerned are neighbours of its own style.
func (s *setter) gap(it, prev *item) {
	m := &s.by[it.gapStyle]
	it.gap = m.face.advance(' ')
	it.blanks += it.gap
	if it.gapStyle == prev.style && it.gapStyle == it.style {
		it.kern = m.kern(prev.w.last, ' ')
		it.gap += it.kern + m.kern(' ', it.w.first)
	}
}

// blank is the width of a blank in a style.
func (s *setter) blank(style sheet.Style) int { return s.by[style].face.advance(' ') }

// The penalties of breaks at blanks.
const (
	costNumbers = 1000   // inside a number
	costNumber  = 150    // before a short number or a unit
	costLegal   = 10_000 // inside a company's form
	costTitle   = 250    // after a title, before a name
	costDash    = 100    // before a dash, which rather ends a line than begins one
)

// mark lists the spots where lines may end; the last is the paragraph's end.
func (s *setter) mark() {
	s.spots = s.spots[:0]
	for i := range s.items {
		it := &s.items[i]
		if i > 0 && !it.glued {
			s.markBlank(i)
		}
		if len(it.w.breaks) > 0 {
			s.markInside(i)
		}
	}
	n := len(s.items)
	last := &s.items[n-1]
	s.spots = append(s.spots, spot{item: int32(n), at: -1, before: last.start + last.w.width,
		blanks: last.blanks + last.w.ties*s.blank(last.style)})
}

func (s *setter) markBlank(i int) {
	it, prev := &s.items[i], &s.items[i-1]
	s.spots = append(s.spots, spot{
		item: int32(i), at: -1,
		before: prev.start + prev.w.width, after: it.start,
		blanks: prev.blanks + prev.w.ties*s.blank(prev.style), next: it.blanks,
		cost: costOfBlank(prev.w.trait, it.w.trait),
	})
}

// costOfBlank is the penalty of parting two words.
func costOfBlank(before, after trait) int64 {
	switch {
	case after&isNumber != 0 && before&isNumber != 0:
		return costNumbers
	case before&isLegal != 0 && after&(isLegal|isAnd) != 0, before&isAnd != 0 && after&isLegal != 0:
		return costLegal
	case before&isTitle != 0:
		return costTitle
	case after&isUnit != 0 && before&isNumber != 0, after&isShort != 0:
		return costNumber
	case after&isDash != 0:
		return costDash
	}
	return 0
}

func (s *setter) markInside(i int) {
	it := &s.items[i]
	final := i == len(s.items)-1
	for k := range it.w.breaks {
		b := &it.w.breaks[k]
		if b.hyphen && it.bonded || b.patch && it.w.width <= s.measure {
			continue
		}
		blanks := it.blanks + b.ties*s.blank(it.style)
		dash := b.hyphen || it.w.text[b.at-1] == '-'
		s.spots = append(s.spots, spot{
			item: int32(i), at: int32(k), before: it.start + b.before, after: it.start + b.after,
			blanks: blanks, next: blanks, cost: int64(b.cost), hyphen: dash, last: final && b.hyphen,
		})
	}
}

// text is a whole word, with its pieces in other styles, for a message.
func (s *setter) text(i int) string {
	from, to := i, i+1
	for from > 0 && s.items[from].glued {
		from--
	}
	for to < len(s.items) && s.items[to].glued {
		to++
	}
	var out []byte
	for _, it := range s.items[from:to] {
		out = append(out, it.w.text...)
	}
	return clip(strings.ReplaceAll(string(out), "\u00a0", " "))
}

// tooWide names a word that no line holds.
func (s *setter) tooWide() error {
	start, item := 0, 0
	for _, sp := range s.spots {
		if sp.before-start > s.measure {
			word := s.text(min(int(sp.item), len(s.items)-1))
			if sp.at < 0 {
				word = s.text(int(sp.item) - 1)
			}
			return fault("%q is wider than the column: %s mm of %s mm; shorten it or put blanks in",
				word, sheet.MM(micrometres(sp.before-start, s.opt.Size)), sheet.MM(s.opt.Measure))
		}
		start, item = sp.after, int(sp.item)
	}
	return fault("%q and what follows cannot be set in a column of %s mm", s.text(min(item, len(s.items)-1)), sheet.MM(s.opt.Measure))
}
