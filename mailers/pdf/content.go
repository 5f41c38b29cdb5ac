package pdf

import (
	"strconv"

	"postlift"
	"postlift/mailers/sheet"
)

// draw appends the operators of the operations. Colours are always CMYK operators; a colour, font and
// size are repeated only where they change.
func (d *document) draw(plan *sheet.Plan, ops []sheet.Op) error {
	state := drawState{}
	for i := range ops {
		op := &ops[i]
		if !state.coloured || state.colour != op.Ink {
			d.colour(op.Ink)
			state.colour, state.coloured = op.Ink, true
		}
		switch op.Kind {
		case sheet.OpText:
			if err := d.text(plan, op, &state); err != nil {
				return err
			}
		case sheet.OpRect:
			d.rect(op)
		case sheet.OpModules:
			d.modules(op)
		default:
			return postlift.Faultf(postlift.Internal, "pdf.draw", "piece %s: operation %d is not known", plan.PieceID, op.Kind)
		}
	}
	return nil
}

type drawState struct {
	colour   sheet.Ink
	coloured bool
	font     string
	size     int
}

func (d *document) colour(c sheet.Ink) {
	for _, v := range [...]uint8{c.C, c.M, c.Y, c.K} {
		d.hundredths(int(v))
	}
	d.buf = append(d.buf, "k\n"...)
}

// hundredths writes n/100 and a blank.
func (d *document) hundredths(n int) {
	if n%100 == 0 {
		d.buf = append(strconv.AppendInt(d.buf, int64(n/100), 10), ' ')
		return
	}
	d.buf = append(d.buf, '.', byte('0'+n/10%10))
	if n%10 != 0 {
		d.buf = append(d.buf, byte('0'+n%10))
	}
	d.buf = append(d.buf, ' ')
}

// pt writes a length in micrometres as points with three decimals, and a blank: 1 um = 360/127 thousandths.
func (d *document) pt(um int) {
	n := um * 360
	if n < 0 {
		d.buf = append(d.buf, '-')
		n = -n
	}
	d.thousandths((n + 63) / 127)
}

// thousandths writes n/1000 without trailing zeros, and a blank.
func (d *document) thousandths(n int) {
	d.buf = strconv.AppendInt(d.buf, int64(n/1000), 10)
	if f := n % 1000; f != 0 {
		d.buf = append(d.buf, '.', byte('0'+f/100))
		if f%100 != 0 {
			d.buf = append(d.buf, byte('0'+f/10%10))
		}
		if f%10 != 0 {
			d.buf = append(d.buf, byte('0'+f%10))
		}
	}
	d.buf = append(d.buf, ' ')
}

// at writes a point of the trimmed sheet in the media box's coordinates: origin bottom left, bleed added.
func (d *document) at(x, y int) {
	d.pt(x + d.sheet.Bleed)
	d.pt(d.height - d.sheet.Bleed - y)
}

func (d *document) rect(op *sheet.Op) {
	d.at(op.X, op.Y+op.H)
	d.pt(op.W)
	d.pt(op.H)
	d.buf = append(d.buf, "re f\n"...)
}

// modules draws a code in its own coordinates, one unit a module, as a single path.
func (d *document) modules(op *sheet.Op) {
	d.buf = append(d.buf, "q "...)
	d.pt(op.Unit)
	d.buf = append(d.buf, "0 0 "...)
	d.pt(-op.Unit)
	d.at(op.X, op.Y)
	d.buf = append(d.buf, "cm\n"...)
	for _, m := range op.Modules {
		for _, v := range [...]int{m.X, m.Y, m.W, m.H} {
			d.buf = append(strconv.AppendInt(d.buf, int64(v), 10), ' ')
		}
		d.buf = append(d.buf, "re\n"...)
	}
	d.buf = append(d.buf, "f Q\n"...)
}

// text draws one run. The font's codes are the characters' own numbers, so the string is UTF-16.
func (d *document) text(plan *sheet.Plan, op *sheet.Op, state *drawState) error {
	f := d.faces[plan.Fonts[op.Style]]
	d.buf = append(d.buf, "BT "...)
	if state.font != f.resource || state.size != op.Size {
		d.buf = append(append(d.buf, f.resource...), ' ')
		d.thousandths(op.Size)
		d.buf = append(d.buf, "Tf "...)
		state.font, state.size = f.resource, op.Size
	}
	d.at(op.X, op.Y)
	d.buf = append(d.buf, "Td ("...)
	for _, r := range op.Text {
		if r > 0xFFFF || r < 0x20 {
			return postlift.Faultf(postlift.Invalid, "pdf.draw", "piece %s: %q (U+%04X) cannot be printed", plan.PieceID, r, r)
		}
		d.buf = appendEscaped(appendEscaped(d.buf, byte(r>>8)), byte(r))
	}
	d.buf = append(d.buf, ") Tj ET\n"...)
	return nil
}

// appendEscaped writes a byte of a PDF string; a raw carriage return would be read as a line feed.
func appendEscaped(buf []byte, c byte) []byte {
	switch c {
	case '\\', '(', ')':
		return append(buf, '\\', c)
	case '\r':
		return append(buf, '\\', 'r')
	}
	return append(buf, c)
}
