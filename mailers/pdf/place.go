package pdf

import (
	"bytes"
	"image/color"
	"image/jpeg"
	"math"

	"postlift"
	"postlift/mailers/sheet"
)

// do draws a form object in place.
func (p *pen) do(r *resource) {
	p.use(r)
	p.buf = append(append(append(p.buf, '/'), r.name...), " Do\n"...)
}

// layer draws a shared layer, moved by x and y micrometres. A form object keeps its changes of state to itself.
func (p *pen) layer(l *sheet.Layer, x, y int) error {
	if l == nil || len(l.Ops) == 0 {
		return nil
	}
	id := ident{kind: kindLayer, key: l.Key, fonts: p.fonts}
	r := p.f.res.all[id]
	if r == nil {
		var err error
		if r, err = p.registerLayer(id, l); err != nil {
			return err
		}
	}
	if x == 0 && y == 0 {
		p.do(r)
		return nil
	}
	p.buf = append(p.buf, "q 1 0 0 1 "...)
	p.buf = append(appendMilli(appendMilli(p.buf, milli(x)), -milli(y)), "cm "...)
	p.do(r)
	p.buf = append(p.buf[:len(p.buf)-1], " Q\n"...)
	return nil
}

func (p *pen) registerLayer(id ident, l *sheet.Layer) (*resource, error) {
	if l.Key == "" {
		return nil, p.fault(postlift.Internal, "a layer without a key")
	}
	own := pen{f: p.f, plan: p.plan, fonts: p.fonts, faces: p.faces, over: overUnknown}
	if err := own.draw(l.Ops); err != nil {
		return nil, err
	}
	return p.f.res.add(&resource{ident: id, body: deflate(6, own.buf), uses: own.uses, bbox: p.f.geo.extent(l.Ops)})
}

// extent is a box around all that operations draw, in thousandths of a point: a form object prints nothing
// outside of its box, so it is generous, but tight enough for a RIP to keep the rastered form.
func (g geometry) extent(ops []sheet.Op) [4]int {
	l, t, r, b := math.MaxInt, math.MaxInt, math.MinInt, math.MinInt
	grow := func(x0, y0, x1, y1 int) {
		l, t, r, b = min(l, x0, x1), min(t, y0, y1), max(r, x0, x1), max(b, y0, y1)
	}
	for i := range ops {
		op := &ops[i]
		grow(op.X, op.Y, op.X+op.W, op.Y+op.H)
		switch op.Kind {
		case sheet.OpText:
			em := op.Size * 127 / 360 // micrometres
			grow(op.X-2*em, op.Y-2*em, op.X+op.W+2*em, op.Y+2*em)
			grow(op.X, op.Y, op.X+textExtent(op, em), op.Y)
		case sheet.OpModules:
			for _, m := range op.Modules {
				grow(op.X+m.X*op.Unit, op.Y+m.Y*op.Unit, op.X+(m.X+m.W)*op.Unit, op.Y+(m.Y+m.H)*op.Unit)
			}
		case sheet.OpPath:
			for i := 0; i+1 < len(op.Path.Coords); i += 2 {
				x, y, miter := op.X+op.Path.Coords[i], op.Y+op.Path.Coords[i+1], 5*op.Path.Stroke
				grow(x-miter, y-miter, x+miter, y+miter)
			}
		case sheet.OpForm:
			grow(op.X-op.Form.Bleed, op.Y-op.Form.Bleed, op.X+op.W+op.Form.Bleed, op.Y+op.H+op.Form.Bleed)
		}
	}
	const air = 1000 // a thousandth of a point and all other rounding is far less
	return [4]int{g.x(l - air), g.y(b + air), g.x(r + air), g.y(t - air)}
}

// textExtent is the longest that a run can be: two ems a character, whatever its stated width says.
func textExtent(op *sheet.Op, em int) int {
	n := 2 * em * len(op.Text)
	for _, s := range op.Shift {
		n += max(0, int(s)) * em / 1000
	}
	return n
}

// image draws a picture, stretched into its box.
func (p *pen) image(op *sheet.Op) error {
	if op.Image == nil {
		return p.fault(postlift.Invalid, "an image is missing")
	}
	id := ident{kind: kindImage, key: op.Image.Key}
	r := p.f.res.all[id]
	if r == nil {
		var err error
		if r, err = p.registerImage(id, op.Image); err != nil {
			return err
		}
	}
	p.setOver(overOff)
	l, right, b, t := p.f.geo.x(op.X), p.f.geo.x(op.X+op.W), p.f.geo.y(op.Y+op.H), p.f.geo.y(op.Y)
	p.buf = append(p.buf, "q "...)
	p.buf = append(appendMilli(p.buf, right-l), "0 0 "...)
	p.buf = append(appendMilli(appendMilli(appendMilli(p.buf, t-b), l), b), "cm "...)
	p.do(r)
	p.buf = append(p.buf[:len(p.buf)-1], " Q\n"...)
	return nil
}

// registerImage checks that the samples are what the image says: a RIP stops at a picture that is not.
func (p *pen) registerImage(id ident, m *sheet.Image) (*resource, error) {
	inks := 1
	if m.CMYK {
		inks = 4
	}
	if m.Key == "" || m.W <= 0 || m.H <= 0 {
		return nil, p.fault(postlift.Invalid, "image %.8q has no pixels: %d x %d", m.Key, m.W, m.H)
	}
	r := &resource{ident: id, pic: m}
	if !m.JPEG {
		if len(m.Data) != m.W*m.H*inks {
			return nil, p.fault(postlift.Invalid, "image %.8q of %d x %d pixels and %d inks has %d samples", m.Key, m.W, m.H, inks, len(m.Data))
		}
		r.body = deflateSamples(m.Key, m.Data)
		return p.f.res.add(r)
	}
	conf, err := jpeg.DecodeConfig(bytes.NewReader(m.Data))
	if err != nil {
		return nil, p.fault(postlift.Invalid, "image %.8q is not a JPEG file: %v", m.Key, err)
	}
	if conf.Width != m.W || conf.Height != m.H || m.CMYK != (conf.ColorModel == color.CMYKModel) || !m.CMYK && conf.ColorModel != color.GrayModel {
		return nil, p.fault(postlift.Invalid, "image %.8q: its JPEG file holds other pixels or inks than %d x %d in %d", m.Key, m.W, m.H, inks)
	}
	r.body = m.Data
	return p.f.res.add(r)
}

// form draws a designer's page so that its trim box fills the operation's box, cut off at its bleed.
func (p *pen) form(op *sheet.Op) error {
	if op.Form == nil {
		return p.fault(postlift.Invalid, "artwork is missing")
	}
	id := ident{kind: kindForm, key: op.Form.Key}
	r := p.f.res.all[id]
	if r == nil {
		if err := p.checkForm(op.Form); err != nil {
			return err
		}
		var err error
		if r, err = p.f.res.add(&resource{ident: id, form: op.Form}); err != nil {
			return err
		}
	}
	p.setOver(overOff)
	p.buf = append(p.buf, "q "...)
	bx, by := divide(op.Form.Bleed*op.W, op.Form.W), divide(op.Form.Bleed*op.H, op.Form.H)
	p.box(op.X-bx, op.Y-by, op.W+2*bx, op.H+2*by)
	p.buf = append(p.buf, "re W n "...)
	p.fit(op)
	p.do(r)
	p.buf = append(p.buf[:len(p.buf)-1], " Q\n"...)
	return nil
}

// fit writes the matrix that puts the form's trim box on the operation's box. Scales have eight decimals: over
// the longest page the error stays below a hundredth of a point.
func (p *pen) fit(op *sheet.Op) {
	const digits, one = 8, 100_000_000
	box := op.Form.BBox
	l, r, b, t := p.f.geo.x(op.X), p.f.geo.x(op.X+op.W), p.f.geo.y(op.Y+op.H), p.f.geo.y(op.Y)
	sx, sy := divide((r-l)*one, int(box[2]-box[0])), divide((t-b)*one, int(box[3]-box[1]))
	p.buf = append(appendFixed(p.buf, sx, digits), "0 0 "...)
	p.buf = appendFixed(p.buf, sy, digits)
	p.buf = appendMilli(p.buf, l-divide(int(box[0])*sx, one))
	p.buf = append(appendMilli(p.buf, b-divide(int(box[1])*sy, one)), "cm "...)
}

// checkForm refuses objects that would break the file.
func (p *pen) checkForm(f *sheet.Form) error {
	if f.Key == "" || len(f.Objects) == 0 || f.W <= 0 || f.H <= 0 || f.Bleed < 0 || f.BBox[2] <= f.BBox[0] || f.BBox[3] <= f.BBox[1] {
		return p.fault(postlift.Invalid, "artwork %.8q is empty or has no trim box", f.Key)
	}
	for i, o := range f.Objects {
		if len(o.Parts) != len(o.Refs)+1 {
			return p.fault(postlift.Internal, "artwork %.8q: object %d has %d parts for %d references", f.Key, i, len(o.Parts), len(o.Refs))
		}
		for _, ref := range o.Refs {
			if ref < 0 || ref >= len(f.Objects) {
				return p.fault(postlift.Internal, "artwork %.8q: object %d refers to %d of %d", f.Key, i, ref, len(f.Objects))
			}
		}
		if p.f.o.Standard == X1a {
			if what := beyondX1a(o); what != "" {
				return p.fault(postlift.Invalid, "artwork %.8q has %s, which PDF/X-1a cannot hold: flatten it or print PDF/X-4", f.Key, what)
			}
		}
	}
	return nil
}
