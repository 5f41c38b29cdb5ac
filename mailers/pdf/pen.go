package pdf

import (
	"slices"

	"postlift"
	"postlift/mailers/sheet"
)

// pen draws operations as the content of one page or layer. It repeats ink, font and overprint only where they
// change.
type pen struct {
	f     *File
	plan  *sheet.Plan
	fonts string // identity of the plan's fonts
	buf   []byte
	uses  []*resource // in order of first use
	order []int32     // memory of boxes

	inked  bool // whether ink is set
	ink    sheet.Ink
	over   overprint
	font   *resource
	size   int
	faces  [sheet.Styles]*resource
	inText bool
	textX  int // where the current line of text started, thousandths of a point
	textY  int
}

// overprint is whether inks print upon what lies below (on) or knock it out (off).
type overprint uint8

const (
	overOff overprint = iota
	overOn
	overUnknown // in a layer: whatever the page had
)

// reset makes the pen ready for a page or, within a page, a layer.
func (p *pen) reset(over overprint) {
	*p = pen{f: p.f, plan: p.plan, fonts: p.fonts, buf: p.buf[:0], uses: p.uses[:0], order: p.order, faces: p.faces, over: over}
}

func (p *pen) fault(k postlift.Kind, format string, args ...any) error {
	return postlift.Faultf(k, opAdd, "piece "+p.plan.PieceID+": "+format, args...)
}

// use notes that the content refers to a resource.
func (p *pen) use(r *resource) {
	if !slices.Contains(p.uses, r) {
		p.uses = append(p.uses, r)
	}
}

func (p *pen) page(page *sheet.Page) error {
	p.reset(overOff)
	if p.f.marks != nil {
		p.do(p.f.marks)
		p.clipBleed()
	}
	for _, l := range page.Base {
		if err := p.layer(l, 0, 0); err != nil {
			return err
		}
	}
	for _, l := range page.Placed {
		if err := p.layer(l.Layer, l.X, l.Y); err != nil {
			return err
		}
	}
	return p.draw(page.Ops)
}

// clipBleed keeps what is drawn off the cut marks.
func (p *pen) clipBleed() {
	s := p.f.o.Sheet
	p.box(-s.Bleed, -s.Bleed, s.W+2*s.Bleed, s.H+2*s.Bleed)
	p.buf = append(p.buf, "re W n\n"...)
}

func (p *pen) draw(ops []sheet.Op) error {
	for i := range ops {
		if err := p.op(&ops[i]); err != nil {
			return err
		}
	}
	p.endText()
	return nil
}

func (p *pen) op(op *sheet.Op) error {
	if op.Kind == sheet.OpText {
		return p.text(op)
	}
	p.endText()
	switch op.Kind {
	case sheet.OpRect:
		return p.rect(op)
	case sheet.OpModules:
		return p.modules(op)
	case sheet.OpPath:
		return p.path(op)
	case sheet.OpImage:
		return p.image(op)
	case sheet.OpForm:
		return p.form(op)
	}
	return p.fault(postlift.Internal, "operation %d is not known", op.Kind)
}

// setOver switches overprinting by one of the two graphics states that every file has.
func (p *pen) setOver(want overprint) {
	if p.over == want {
		return
	}
	p.over = want
	if want == overOn {
		p.buf = append(p.buf, "/G1 gs\n"...)
		return
	}
	p.buf = append(p.buf, "/G0 gs\n"...)
}

// setInk sets the fill ink. Text and codes in 100 percent black alone print upon what lies below: so a
// tint behind them needs no register with them, and leaves no white edges. All else knocks out, as whoever
// looks at a proof expects; with paper white it must.
func (p *pen) setInk(ink sheet.Ink, fine bool) error {
	if fine && ink == sheet.Black {
		p.setOver(overOn)
	} else {
		p.setOver(overOff)
	}
	if p.inked && p.ink == ink {
		return nil
	}
	if err := p.inkOps(ink, "k\n", "cs ", "scn\n"); err != nil {
		return err
	}
	p.inked, p.ink = true, ink
	return nil
}

// inkOps writes the operators that choose an ink.
func (p *pen) inkOps(ink sheet.Ink, process, space, tint string) error {
	if ink.C > 100 || ink.M > 100 || ink.Y > 100 || ink.K > 100 || ink.Tint > 100 {
		return p.fault(postlift.Invalid, "ink %s has more than 100 percent", ink)
	}
	if ink.Spot == "" {
		for _, v := range [...]uint8{ink.C, ink.M, ink.Y, ink.K} {
			p.buf = appendFixed(p.buf, int(v), 2)
		}
		p.buf = append(p.buf, process...)
		return nil
	}
	spot, err := p.spot(ink)
	if err != nil {
		return err
	}
	p.buf = append(append(append(append(p.buf, '/'), spot.name...), ' '), space...)
	p.buf = append(appendFixed(p.buf, int(ink.Tint), 2), tint...)
	return nil
}

// spot finds or registers a spot ink. One name is one plate: it cannot stand for two colours.
func (p *pen) spot(ink sheet.Ink) (*resource, error) {
	full := ink
	full.Tint = 100
	id := ident{kind: kindSpot, key: ink.Spot}
	r := p.f.res.all[id]
	if r == nil {
		if len(ink.Spot) > 100 || !plainText(ink.Spot) || ink.Spot == "All" || ink.Spot == "None" {
			return nil, p.fault(postlift.Invalid, "%q cannot name a spot colour", ink.Spot)
		}
		var err error
		if r, err = p.f.res.add(&resource{ident: id, ink: full}); err != nil {
			return nil, err
		}
	}
	if r.ink != full {
		return nil, p.fault(postlift.Invalid, "spot colour %q is mixed as %s here and as %s before in the same file: one name is one ink", ink.Spot, process(full), process(r.ink))
	}
	p.use(r)
	return r, nil
}

func process(i sheet.Ink) sheet.Ink { return sheet.Ink{C: i.C, M: i.M, Y: i.Y, K: i.K} }
