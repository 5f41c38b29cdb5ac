package pdf

import (
	"slices"

	"postlift"
	"postlift/mailers/sheet"
)

// text draws one run. Runs that follow each other share one text object; a run starts relative to the one
// before. The font's codes are the characters' own numbers, so the string is UTF-16.
func (p *pen) text(op *sheet.Op) error {
	if op.Text == "" {
		return nil
	}
	font, err := p.face(op.Style)
	if err != nil {
		return err
	}
	if op.Size <= 0 {
		return p.fault(postlift.Invalid, "text %.40q has size %d", op.Text, op.Size)
	}
	if !p.inText {
		p.buf = append(p.buf, "BT\n"...)
		p.inText, p.textX, p.textY = true, 0, 0
	}
	if err := p.setInk(op.Ink, true); err != nil {
		return err
	}
	if p.font != font || p.size != op.Size {
		p.buf = append(append(append(p.buf, '/'), font.name...), ' ')
		p.buf = append(appendMilli(p.buf, op.Size), "Tf\n"...)
		p.font, p.size = font, op.Size
	}
	x, y := p.f.geo.x(op.X), p.f.geo.y(op.Y)
	p.buf = appendMilli(appendMilli(p.buf, x-p.textX), y-p.textY)
	p.textX, p.textY = x, y
	p.buf = append(p.buf, "Td"...)
	return p.show(op, font.face)
}

func (p *pen) endText() {
	if p.inText {
		p.buf = append(p.buf, "ET\n"...)
		p.inText = false
	}
}

// show writes the string; where runes are moved apart it is an array of strings and numbers, which count
// leftwards.
func (p *pen) show(op *sheet.Op, f *face) error {
	b := slices.Grow(p.buf, 3*len(op.Text)+8*len(op.Shift)+16)
	moved := len(op.Shift) > 0
	if moved {
		b = append(b, '[')
	}
	b = append(b, '(')
	i, shift := 0, int16(0) // shift before the rune
	for _, r := range op.Text {
		if r > 0xFFFF || r < 0x20 || !p.f.res.print(f, uint16(r)) {
			return p.fault(postlift.Invalid, "%q (U+%04X) cannot be printed: font %s has no glyph for it", r, r, p.plan.Fonts[op.Style].File)
		}
		if shift != 0 {
			b = appendInt(append(b, ')'), -int(shift))
			b[len(b)-1] = '(' // instead of the blank
		}
		if r < 0x80 && r != '(' && r != ')' && r != '\\' {
			b = append(b, 0, byte(r)) // nearly all of a text
		} else {
			b = appendEscaped(appendEscaped(b, byte(r>>8)), byte(r))
		}
		if shift = 0; i < len(op.Shift) {
			shift = op.Shift[i]
		}
		i++
	}
	p.buf = append(b, ')')
	if !moved {
		p.buf = append(p.buf, "Tj\n"...)
		return nil
	}
	if len(op.Shift) >= i {
		return p.fault(postlift.Internal, "text %.40q of %d characters has %d shifts", op.Text, i, len(op.Shift))
	}
	p.buf = append(p.buf, "]TJ\n"...)
	return nil
}

// face finds or registers the plan's font of a style.
func (p *pen) face(style sheet.Style) (*resource, error) {
	if style >= sheet.Styles {
		return nil, p.fault(postlift.Internal, "style %d is not known", style)
	}
	r := p.faces[style]
	if r == nil {
		var err error
		if r, err = p.registerFace(p.plan.Fonts[style], style); err != nil {
			return nil, err
		}
		p.faces[style] = r
	}
	p.use(r)
	return r, nil
}

func (p *pen) registerFace(ref sheet.FontRef, style sheet.Style) (*resource, error) {
	if ref.File == "" {
		return nil, p.fault(postlift.Invalid, "no font for %s text", style)
	}
	id := ident{kind: kindFont, key: ref.SHA256}
	if r := p.f.res.all[id]; r != nil {
		return r, nil
	}
	file, err := loadFont(p.f.o.Fonts, ref)
	if err != nil {
		return nil, err
	}
	return p.f.res.add(&resource{ident: id, face: &face{file: file, sha: ref.SHA256}})
}
