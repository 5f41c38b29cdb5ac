package letter

import (
	"maps"
	"slices"

	"postlift"
	"postlift/mailers/design"
	"postlift/mailers/sheet"
)

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// defaultSizes are the type sizes of blocks that name none, in thousandths of a point.
var defaultSizes = map[string]int{"letterhead": design.LetterheadSize, "address": design.AddressSize, "return": design.ReturnSize}

// ground is what pages share: operations by kind of page, and the kinds on which a picture of the recipient's own
// covers what comes before it.
type ground struct {
	ops     [pageKinds][]sheet.Op
	covered [pageKinds]bool
}

// placeBlocks draws what follows from the design alone and prepares the rest. A block goes into the shared ground of
// its pages unless it stands under a condition or behind a picture of the recipient's own, which it may lie upon.
func (v *voice) placeBlocks() error {
	var g ground
	for i := range v.spec.Blocks {
		b := &v.spec.Blocks[i]
		ops, fixed, err := v.static(i, b)
		if err != nil {
			return err
		}
		when := pageSet(b.Page)
		if fixed && b.If == "" && when != "last" && !within(when, g.covered) {
			g.add(when, ops)
			continue
		}
		pl := placer{when: when, cond: b.If}
		if fixed {
			pl.draw = drawLayer(sheet.NewLayer(ops))
		} else if pl.draw, err = v.dynamic(i, b); err != nil {
			return err
		}
		if pl.draw == nil {
			continue
		}
		if b.Kind == "image" && b.Variable != "" {
			g.cover(when)
		}
		v.blocks = append(v.blocks, pl)
	}
	for k := range g.ops {
		if ops := append(g.ops[k], v.marks[k]...); len(ops) > 0 {
			v.base[k] = []*sheet.Layer{sheet.NewLayer(ops)}
		}
	}
	return nil
}

func drawLayer(l *sheet.Layer) func(*composer, *sheet.Page, int, int) error {
	return func(_ *composer, p *sheet.Page, _, _ int) error {
		p.Placed = append(p.Placed, sheet.Placed{Layer: l})
		return nil
	}
}

func (g *ground) add(when pageSet, ops []sheet.Op) {
	for k := range g.ops {
		if when.kind(pageKind(k)) {
			g.ops[k] = append(g.ops[k], ops...)
		}
	}
}

func (g *ground) cover(when pageSet) {
	for k := range g.covered {
		g.covered[k] = g.covered[k] || when.kind(pageKind(k)) || when == "last"
	}
}

// kind tells whether a page of the kind is in the set whatever the number of pages.
func (s pageSet) kind(k pageKind) bool {
	switch s {
	case "first":
		return k == firstPage
	case "next":
		return k == nextPage
	case "last":
		return false
	}
	return true
}

func within(s pageSet, covered [pageKinds]bool) bool {
	for k, yes := range covered {
		if yes && s.kind(pageKind(k)) {
			return true
		}
	}
	return false
}

// static draws a block that is the same for every piece; fixed is false for the others.
func (v *voice) static(id int, b *design.Block) (ops []sheet.Op, fixed bool, err error) {
	p := newPlace(id, b, v.design, defaultSizes[b.Kind])
	switch {
	case b.Kind == "box":
		return []sheet.Op{rect(p.x, p.y, p.w, p.h, p.ink, sheet.PartDecor)}, true, nil
	case b.Kind == "shape":
		op, err := v.drawShape(b, p)
		return []sheet.Op{op}, true, err
	case b.Kind == "artwork":
		op, err := v.drawArtwork(b, p)
		return []sheet.Op{op}, true, err
	case (b.Kind == "image" || b.Kind == "letterhead") && b.Image != "":
		img := v.pictures[b.Image]
		if img == nil {
			return nil, true, designFault("blocks: the image %q is not among the design's images", b.Image)
		}
		if b.Kind == "letterhead" {
			p.valign = "bottom"
		}
		return []sheet.Op{fitImage(img, p)}, true, nil
	case b.Kind == "text":
		sec := v.named[b.Text]
		if sec == nil || sec.raws == nil {
			return nil, false, nil
		}
		cp := &composer{voice: v, mem: lasting, piece: &Piece{}}
		s, err := cp.boxed(sec.raws, v.textPlace(p))
		if err != nil {
			return nil, true, err
		}
		return movedOps(nil, s.ops, p.x, p.y), true, nil
	}
	return nil, false, nil
}

// textPlace gives a text block the body's size where it names none.
func (v *voice) textPlace(p *place) *place {
	if p.size == 0 {
		p.size = v.looks[lookBody].size
	}
	if p.shrink == 0 {
		p.shrink = p.size
	}
	return p
}

func (v *voice) drawShape(b *design.Block, p *place) (sheet.Op, error) {
	s, err := parsePath(b.Path)
	if err != nil {
		return sheet.Op{}, err
	}
	s.path.Stroke = sheet.Points(milli(b.Stroke))
	for _, d := range b.Dash {
		s.path.Dash = append(s.path.Dash, sheet.Micro(d))
	}
	return sheet.Op{Kind: sheet.OpPath, Part: sheet.PartDecor, X: p.x + s.x, Y: p.y + s.y, W: s.w, H: s.h, Ink: p.ink, Path: s.path}, nil
}

func (v *voice) drawArtwork(b *design.Block, p *place) (sheet.Op, error) {
	if v.kit.Artwork == nil {
		return sheet.Op{}, designFault("blocks: the artwork %s cannot be imported: no importer is configured", b.File)
	}
	data, ok := v.design.File(b.File)
	if !ok {
		return sheet.Op{}, designFault("blocks: the design has no file %s", b.File)
	}
	w, h, bleed := p.w, p.h, 0
	if w == 0 || h == 0 {
		w, h = v.sheet.W, v.sheet.H
	}
	if w == v.sheet.W && h == v.sheet.H { // what covers the sheet reaches over its edges
		bleed = v.sheet.Bleed
	}
	form, err := v.kit.Artwork(data, max(b.PDFPage, 1), w, h, bleed)
	if err != nil {
		return sheet.Op{}, postlift.Wrap("letter.Compile", "artwork "+b.File+": "+postlift.UserText(err), err)
	}
	if form == nil {
		return sheet.Op{}, designFault("blocks: the artwork %s gave no page", b.File)
	}
	return sheet.Op{Kind: sheet.OpForm, Part: sheet.PartDecor, X: p.x, Y: p.y, W: w, H: h, Form: form}, nil
}

// dynamic prepares a block whose look depends on the piece; nil for those that the flow draws.
func (v *voice) dynamic(id int, b *design.Block) (func(*composer, *sheet.Page, int, int) error, error) {
	if b.Kind == "flow" || b.Kind == "panel" && !v.panelPlaced || b.Kind == "coupon" && !v.couponPlaced {
		return nil, nil
	}
	p := newPlace(id, b, v.design, defaultSizes[b.Kind])
	if b.Text != "" {
		if p.text = v.named[b.Text]; p.text == nil {
			return nil, designFault("%s: a block of kind %s prints the section @%s, which is not there", v.spec.Texts[v.lang], b.Kind, b.Text)
		}
	}
	if (b.Kind == "letterhead" || b.Kind == "info") && b.Ink == "" {
		p.ink = v.accent
	}
	switch b.Kind {
	case "text":
		v.textPlace(p)
	case "match":
		if b.X == nil { // one with a place of its own has its text below it
			p.label = v.design.Layout().MatchText
		}
	case "panel":
		p.module = v.panelModule
	case "info":
		if err := v.labelled(p); err != nil {
			return nil, err
		}
	}
	draw := dynamic(b.Kind, p)
	if draw == nil {
		return nil, designFault("blocks: the kind %q is not known", b.Kind)
	}
	return draw, nil
}

// labelled sets the labels of an info block.
func (v *voice) labelled(p *place) error {
	cp := &composer{voice: v, mem: lasting}
	for _, name := range p.rows {
		row, ok := infoRows[name]
		if !ok {
			return designFault("blocks: the info block has no row %q", name)
		}
		p.labels = append(p.labels, cp.text(row.label(&v.words), sheet.Bold, design.InfoSize, p.ink, sheet.PartBody))
	}
	return nil
}
