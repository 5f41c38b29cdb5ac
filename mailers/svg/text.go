package svg

import (
	"strconv"

	"postlift"
	"postlift/mailers/sheet"
	"postlift/mailers/typeset"
)

// glyph is a rune in a style; each is defined once and used by all texts.
type glyph struct {
	style sheet.Style
	r     rune
}

const thousand = 1000

// text draws a run: glyphs stand where advances and shifts put them, both in thousandths of the size as the
// print file counts them.
func (d *drawing) text(op *sheet.Op) error {
	if op.Style >= sheet.Styles || d.o.Fonts[op.Style] == nil {
		return d.fault(postlift.Invalid, "there is no font for %s text", op.Style)
	}
	if op.Size <= 0 {
		return d.fault(postlift.Invalid, "text %.40q has size %d", op.Text, op.Size)
	}
	face := d.o.Fonts[op.Style]
	upem := face.UnitsPerEm()
	d.words = append(d.words, op.Text)
	d.body = append(d.body, `<g`...)
	d.colour("fill", op.Ink)
	d.add(` transform="translate(`, op.X, op.Y, `) scale(`)
	d.body = appendFixed(d.body, divide(op.Size*127*1_000_000, 360*upem), 6)
	d.body = append(d.body, `)">`...)
	x, i := 0, 0
	for _, r := range op.Text {
		id, ok := d.glyph(face, op.Style, r)
		if !ok {
			return d.fault(postlift.Invalid, "%q (U+%04X) cannot be drawn: font %s has no glyph for it", r, r, d.plan.Fonts[op.Style].File)
		}
		if id >= 0 {
			d.add(`<use href="#`+d.o.Prefix+`g`, id, `" x="`)
			d.body = append(appendFixed(d.body, x*upem, 3), `"/>`...)
		}
		x += divide(face.Advance(r)*thousand, upem)
		if i < len(op.Shift) {
			x += int(op.Shift[i])
		}
		i++
	}
	d.body = append(d.body, "</g>\n"...)
	if i > 0 && len(op.Shift) >= i {
		return d.fault(postlift.Internal, "text %.40q of %d characters has %d shifts", op.Text, i, len(op.Shift))
	}
	return nil
}

// blank is the id of glyphs without an outline.
const blank = -1

// glyph defines a glyph at its first use and gives its id; ok is false when the font lacks it.
func (d *drawing) glyph(face *typeset.Face, style sheet.Style, r rune) (id int, ok bool) {
	key := glyph{style, r}
	if id, ok := d.glyphs[key]; ok {
		return id, true
	}
	verbs, coords, ok := face.Outline(r)
	if !ok {
		return 0, false
	}
	if verbs == "" {
		d.glyphs[key] = blank
		return blank, true
	}
	id = len(d.glyphs)
	d.glyphs[key] = id
	d.defs = append(d.defs, `<path id="`+d.o.Prefix+`g`...)
	d.defs = append(strconv.AppendInt(d.defs, int64(id), 10), `" d="`...)
	d.defs, ok = appendOutline(d.defs, verbs, coords, -1)
	d.defs = append(d.defs, "\"/>\n"...)
	return id, ok
}

// appendOutline writes a path's data, y multiplied by flip; ok is false when the coordinates are not those of
// the verbs or the path does not start with a move.
func appendOutline(b []byte, verbs string, coords []int, flip int) (out []byte, ok bool) {
	for i := range len(verbs) {
		points := 0
		switch verbs[i] {
		case 'M', 'L':
			points = 1
		case 'C':
			points = 3
		case 'Z':
		default:
			return b, false
		}
		if i == 0 && verbs[i] != 'M' || len(coords) < 2*points {
			return b, false
		}
		b = append(b, verbs[i])
		for n, v := range coords[:2*points] {
			if n > 0 {
				b = append(b, ' ')
			}
			if n%2 == 1 {
				v *= flip
			}
			b = strconv.AppendInt(b, int64(v), 10)
		}
		coords = coords[2*points:]
	}
	return b, len(coords) == 0 && verbs != ""
}
