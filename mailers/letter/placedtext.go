package letter

import (
	"postlift/mailers/merge"
	"postlift/mailers/sheet"
	"postlift/mailers/typeset"
)

// displaySize is the size from which text is a headline, in thousandths of a point.
const displaySize = 14_000

// placedText is a section in a box: it shrinks, by half points, to the least size that the design allows before what
// is too long is a Fault.
func (cp *composer) placedText(p *sheet.Page, b *place) error {
	raws, err := cp.raws(b.text)
	if err != nil {
		return err
	}
	s, err := cp.boxed(raws, b)
	if err != nil {
		return err
	}
	s.drawWhole(p, b.x, b.y)
	return nil
}

// boxed sets a section into a box from the box's corner on.
func (cp *composer) boxed(raws []merge.Raw, b *place) (*set, error) {
	letters := lettersOf(raws)
	for size := b.size; ; size = max(size-500, b.shrink) {
		if hopeless(letters, size, b.w, orElse(b.h, cp.sheet.H)) {
			if size > b.shrink {
				continue
			}
			return nil, pieceFault("the text @%s is far too long for its place, even at %g pt: shorten it", b.text.name, float64(size)/1000)
		}
		items, err := cp.boxedAt(raws, b, size)
		if err == nil {
			high := stackHeight(items)
			if b.h == 0 || high <= b.h {
				out := &set{}
				out.stack(items, 0, lowered(b.valign, high, max(b.h, high)))
				out.whole(high)
				return out, nil
			}
			err = pieceFault("the text @%s is %s mm high at %g pt, its place has %s mm: shorten it by %s mm", b.text.name, sheet.MM(high), float64(size)/1000, sheet.MM(b.h), sheet.MM(high-b.h))
		}
		if size <= b.shrink {
			return nil, err
		}
	}
}

// lettersOf is how many letters texts have, with the signs of their markup but without blanks and the marks of values.
func lettersOf(raws []merge.Raw) int {
	n := 0
	for i := range raws {
		for _, r := range raws[i].Source {
			if r > ' ' && (r < 0xE000 || r > 0xF8FF) {
				n++
			}
		}
	}
	return n
}

// hopeless tells of a text that no setting brings into a place: a third of its letters, each a quarter as wide as high,
// take more than it has. What a recipient's data made so long is not set at size after size.
func hopeless(letters, size, w, h int) bool {
	side := sheet.Points(size)
	return letters/12*side > w*h/max(side, 1)
}

func (cp *composer) boxedAt(raws []merge.Raw, b *place, size int) ([]item, error) {
	l := cp.looks[lookBody]
	l.leading = l.leading * size / l.size
	if b.leading > 0 {
		l.leading = b.leading * size / b.size
	}
	l.size, l.style, l.ink, l.align = size, b.style, b.ink, b.align
	l.before = l.line() * 45 / 100
	ragged := b.align != typeset.Justified && b.align != typeset.Left
	if ragged || size >= displaySize && size > b.shrink { // a headline is made smaller before its words are parted
		l.hyphenate = ""
	}
	out := make([]item, 0, len(raws))
	for i := range raws {
		blk, err := raws[i].Parse()
		if err != nil {
			return nil, err
		}
		look := l
		if blk.Kind == merge.Heading {
			look = l.heading(blk.Level)
			look.align = b.align
			look.ink = b.ink
		}
		s, err := cp.setBlock(&blk, &look, b.w)
		if err != nil {
			return nil, err
		}
		out = append(out, item{set: s, before: l.before})
	}
	return out, nil
}
