package letter

import (
	"postlift/mailers/codes"
	"postlift/mailers/design"
	"postlift/mailers/sheet"
	"postlift/mailers/typeset"
)

// place is a block of the design that stands at a place of its own, measured in micrometres.
type place struct {
	id         int // its number among the design's blocks
	x, y, w, h int
	size       int // thousandths of a point; shrink and leading, too
	shrink     int
	leading    int
	module     int
	style      sheet.Style
	ink        sheet.Ink
	align      typeset.Align
	valign     string
	rows       []string   // info: the rows,
	labels     []sheet.Op // and their labels
	shape      codes.Shape
	variable   string
	text       *section
	label      design.Rect // match: of what people read; empty puts it beside the code
	pitch      int         // address: from baseline to baseline; info: from row to row
	valueAt    int         // info: of the values, from the left edge
}

// placer draws a block on the pages that it stands on.
type placer struct {
	when pageSet
	cond string // a variable: the block stands only where it has a value
	draw func(cp *composer, p *sheet.Page, i, n int) error
}

// dynamic is how the kinds are drawn whose look depends on the piece.
func dynamic(kind string, b *place) func(cp *composer, p *sheet.Page, i, n int) error {
	simple := map[string]func(*composer, *sheet.Page, *place) error{
		"letterhead": (*composer).letterhead, "address": (*composer).address, "return": (*composer).returnLine,
		"info": (*composer).info, "text": (*composer).placedText, "qr": (*composer).placedQR,
		"datamatrix": (*composer).placedDataMatrix, "postage": (*composer).postage, "footer": (*composer).footer,
		"panel": (*composer).placedPanel, "coupon": (*composer).placedCoupon, "image": (*composer).pictured,
	}
	if kind == "match" {
		return func(cp *composer, p *sheet.Page, i, n int) error { return cp.match(p, b, i, n) }
	}
	f, ok := simple[kind]
	if !ok {
		return nil
	}
	return func(cp *composer, p *sheet.Page, _, _ int) error { return f(cp, p, b) }
}

// pictured is a picture of the recipient's own. It is a layer, so that it lies below what is drawn after it.
func (cp *composer) pictured(p *sheet.Page, b *place) error {
	name, err := cp.field(b.variable)
	if err != nil {
		return err
	}
	if name == "" {
		return pieceFault("%s has no value, and the design prints its picture: fill it in, or let the block stand only if it has one", b.variable)
	}
	img, err := cp.asset(name, b.variable)
	if err != nil {
		return err
	}
	p.Placed = append(p.Placed, sheet.Placed{X: b.x, Y: b.y, Layer: cp.imageLayer(img, b)})
	return nil
}

// imageKey is a picture in a place.
type imageKey struct {
	image string
	place int
}

func (cp *composer) imageLayer(img *sheet.Image, b *place) *sheet.Layer {
	key := imageKey{img.Key, b.id}
	if l, ok := cp.images.get(key); ok && l.Ops[0].Image == img {
		return l
	}
	op := fitImage(img, b)
	op.X, op.Y = op.X-b.x, op.Y-b.y
	l := sheet.NewLayer([]sheet.Op{op})
	cp.images.put(key, l)
	return l
}

// nearlySame is the part in a thousand by which a picture may be stretched to fill its place, so that a picture made
// for a place with bleed reaches its edges.
const nearlySame = 20

// fitImage fits a picture into its place, keeping its proportions. A place without height or width takes the
// picture's.
func fitImage(img *sheet.Image, b *place) sheet.Op {
	w, h := b.w, b.h
	switch {
	case w == 0 && h == 0:
		w, h = img.W*25_400/300, img.H*25_400/300
	case h == 0:
		h = int(int64(w) * int64(img.H) / int64(img.W))
	case w == 0:
		w = int(int64(h) * int64(img.W) / int64(img.H))
	default:
		fw, fh := fit(img.W, img.H, w, h)
		if w-fw > w*nearlySame/1000 || h-fh > h*nearlySame/1000 {
			w, h = fw, fh
		}
	}
	x := b.x
	if b.w > 0 {
		x += aligned(b.align, w, b.w)
	}
	y := b.y
	if b.h > 0 {
		y += lowered(b.valign, h, b.h)
	}
	return sheet.Op{Kind: sheet.OpImage, Part: sheet.PartDecor, X: x, Y: y, W: w, H: h, Image: img}
}

// lowered is the distance of a thing of height h from the top of a place.
func lowered(valign string, h, room int) int {
	switch valign {
	case "bottom":
		return room - h
	case "middle":
		return (room - h) / 2
	}
	return 0
}

// placedPanel is the response panel at a place of the design's.
func (cp *composer) placedPanel(p *sheet.Page, b *place) error {
	raws, err := cp.raws(cp.responseText)
	if err != nil {
		return err
	}
	s, err := cp.panel(raws, b.module, b.w, b.ink)
	if err != nil {
		return err
	}
	if b.h > 0 && s.height > b.h {
		return pieceFault("the response panel is %s mm high, its place has %s mm: shorten @response by %s mm", sheet.MM(s.height), sheet.MM(b.h), sheet.MM(s.height-b.h))
	}
	s.drawWhole(p, b.x, b.y)
	return nil
}

// placedCoupon is the reply coupon at a place of the design's.
func (cp *composer) placedCoupon(p *sheet.Page, b *place) error {
	raws, err := cp.raws(cp.couponText)
	if err != nil {
		return err
	}
	s, err := cp.coupon(raws, b.x, b.w)
	if err != nil {
		return err
	}
	if b.h > 0 && s.height > b.h {
		return pieceFault("the coupon is %s mm high, its place has %s mm: shorten @coupon by %s mm", sheet.MM(s.height), sheet.MM(b.h), sheet.MM(s.height-b.h))
	}
	s.drawWhole(p, b.x, b.y)
	return nil
}

// styles are the styles by the names that a design writes.
var styles = map[string]sheet.Style{"": sheet.Regular, "regular": sheet.Regular, "bold": sheet.Bold, "italic": sheet.Italic, "bold_italic": sheet.BoldItalic}

var alignments = map[string]typeset.Align{"left": typeset.Left, "right": typeset.Right, "centred": typeset.Centred, "justified": typeset.Justified}

// newPlace measures a block in micrometres; one without a place of its own has its layout's.
func newPlace(id int, b *design.Block, d *design.Design, fallback int) *place {
	um := func(v *float64, layout int) int {
		if v == nil {
			return layout
		}
		return sheet.Micro(*v)
	}
	r := placeOf(b.Kind, d.Layout())
	p := &place{id: id, x: um(b.X, r.X), y: um(b.Y, r.Y), w: um(b.W, r.W), h: um(b.H, r.H), size: milli(b.Size), shrink: milli(b.Shrink), leading: milli(b.Leading),
		module: sheet.Micro(b.Module), style: styles[b.Style], align: alignments[b.Align], valign: b.Valign, rows: b.Rows, variable: b.Variable}
	p.ink, _ = d.Colour(b.Ink)
	if p.size == 0 {
		p.size = fallback
	}
	if p.shrink == 0 || p.shrink > p.size {
		p.shrink = p.size
	}
	switch l := d.Layout(); b.Kind {
	case "address":
		p.pitch = orElse(l.AddressLine, addressLine)
	case "info":
		p.pitch, p.valueAt = orElse(l.InfoLine, infoLine), orElse(l.InfoValue, infoValueAt)
	}
	if b.Shape == "rectangular" {
		p.shape = codes.Rectangle
	}
	return p
}

// placeOf is where a layout has the blocks of a kind.
func placeOf(kind string, l design.Layout) design.Rect {
	switch kind {
	case "letterhead":
		return l.Letterhead
	case "address":
		return l.Address
	case "return":
		return l.Return
	case "info":
		return l.Info
	case "match":
		return l.Match
	case "postage":
		return l.Postage
	case "footer":
		return l.Footer
	}
	return design.Rect{}
}
