package letter

import (
	"postlift"
	"postlift/mailers/merge"
	"postlift/mailers/sheet"
)

// Geometry of the response panel, in micrometres.
const (
	panelBar   = 1_200
	panelPad   = 4_500
	panelInset = 2_500
	maxQRSide  = 50_000
)

// panel is the tinted box of @response: what to do on the left, the QR code with its quiet zone on the right. Its
// ground is a layer, because the words on it may be one.
func (cp *composer) panel(raws []merge.Raw, module, width int, ink sheet.Ink) (*set, error) {
	if cp.piece.Code == "" {
		return nil, pieceFault("the piece has no typed code, and its design prints it beside the QR code")
	}
	qr, side, err := cp.qrSide(module)
	if err != nil {
		return nil, err
	}
	text, err := cp.setAll(raws, lookPanel, width-panelBar-2*panelPad-side-panelInset)
	if err != nil {
		return nil, err
	}
	high := stackHeight(text)
	inner := max(high+2*panelPad, side+2*panelInset)
	out := cp.mem.sets.One()
	out.ops, out.placed = cp.mem.ops.Room(opCount(text)+codeOps), cp.mem.placed.Room(len(text)+1)
	out.placed = append(out.placed, sheet.Placed{Layer: cp.ground(width, inner, ink)})
	out.stack(text, panelBar+panelPad, (inner-high)/2)
	out.ops = appendCode(out.ops, qr, module, width-panelInset-side, (inner-side)/2)
	out.whole(inner)
	return out, nil
}

// groundSize is what a panel's ground depends on beside the design.
type groundSize struct {
	w, h int
	ink  sheet.Ink
	bar  bool
}

// ground is the coloured ground of a panel with its bar.
func (cp *composer) ground(w, h int, ink sheet.Ink) *sheet.Layer {
	return cp.groundOf(groundSize{w, h, ink, true})
}

func (cp *composer) groundOf(key groundSize) *sheet.Layer {
	if l, ok := cp.grounds.get(key); ok {
		return l
	}
	ops := []sheet.Op{rect(0, 0, key.w, key.h, key.ink, sheet.PartDecor)}
	if key.bar {
		ops = append(ops, rect(0, 0, panelBar, key.h, cp.accent, sheet.PartDecor))
	}
	l := sheet.NewLayer(ops)
	cp.grounds.put(key, l)
	return l
}

// isCode tells whether a block is nothing but the piece's typed code, which is then set large.
func (cp *composer) isCode(b *merge.Block) bool {
	return len(b.Lines) == 1 && len(b.Lines[0]) == 1 && cp.piece.Code != "" && b.Lines[0][0].Text == postlift.FormatCode(cp.piece.Code)
}

// opCount is how many operations of their own items have.
func opCount(items []item) int {
	n := 0
	for i := range items {
		n += len(items[i].ops)
	}
	return n
}

// stackHeight is the height of items on top of each other.
func stackHeight(items []item) int {
	h := 0
	for i, it := range items {
		if i > 0 {
			h += it.before
		}
		h += it.height
	}
	return h
}

// stack puts items on top of each other from (x, y) down.
func (s *set) stack(items []item, x, y int) {
	for i := range items {
		if i > 0 {
			y += items[i].before
		}
		s.put(items[i].set, x+items[i].x, y)
		y += items[i].height
	}
}
