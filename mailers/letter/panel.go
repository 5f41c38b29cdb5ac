package letter

import "postlift/mailers/codes"

// Geometry of the response panel, in micrometres.
const (
	panelBar   = 1_200
	panelPad   = 4_500
	panelInset = 2_500
	maxQRSide  = 50_000
)

// response is the tinted panel: what to do on the left, the QR code with its quiet zone on the right.
func (cp *composer) response(blocks []block) ([]atom, error) {
	if cp.piece.TrackingURL == "" || cp.piece.Code == "" {
		return nil, pieceFault("the piece has no tracking URL or no typed code, and its design prints both")
	}
	qr, err := codes.QR(cp.piece.TrackingURL)
	if err != nil {
		return nil, err
	}
	module := micro(cp.design.spec.QR.Module)
	side := (qr.W + 2*qr.Quiet) * module
	if side > maxQRSide {
		return nil, pieceFault("the tracking URL of %d characters makes a QR code of %s mm, at most %s fit: shorten the base URL or the design's module", len(cp.piece.TrackingURL), mm(side), mm(maxQRSide))
	}
	width := textWidth - panelBar - 2*panelPad - side - panelInset
	text, err := cp.panelText(blocks, width)
	if err != nil {
		return nil, err
	}
	height := stackHeight(text)
	inner := max(height+2*panelPad, side+2*panelInset)
	a := atom{before: cp.bodyStyle().line() * 4 / 5, height: inner}
	a.ops = append(a.ops,
		Op{Kind: OpRect, W: textWidth, H: inner, Ink: cp.design.spec.Colours["tint"]},
		Op{Kind: OpRect, W: panelBar, H: inner, Ink: cp.accent()})
	a.ops = append(a.ops, stacked(text, panelBar+panelPad, (inner-height)/2)...)
	x, y := textWidth-panelInset-side, (inner-side)/2
	a.ops = append(a.ops,
		Op{Kind: OpRect, X: x, Y: y, W: side, H: side, Ink: paper},
		Op{Kind: OpModules, X: x + qr.Quiet*module, Y: y + qr.Quiet*module, W: qr.W * module, H: qr.H * module, Unit: module, Ink: Black, Modules: qr.Boxes})
	return []atom{a}, nil
}

// panelText sets the panel's words; a block that is only the typed code is set large.
func (cp *composer) panelText(blocks []block, width int) ([]atom, error) {
	base := cp.bodyStyle()
	base.before = base.line() / 3
	var out []atom
	for _, b := range blocks {
		if !cp.isCode(b) {
			atoms, err := cp.setBlocks([]block{b}, base, width)
			if err != nil {
				return nil, err
			}
			out = append(out, atoms...)
			continue
		}
		large := textStyle{size: codeSize, leading: codeSize * 4 / 3, style: Bold, colour: Black, before: base.before}
		atoms, err := cp.setBlocks([]block{b}, large, width)
		if err != nil {
			return nil, err
		}
		out = append(out, atoms...)
	}
	return out, nil
}

// stackHeight is the height of atoms on top of each other.
func stackHeight(atoms []atom) int {
	h := 0
	for i, a := range atoms {
		if i > 0 {
			h += a.before
		}
		h += a.height
	}
	return h
}

// stacked places atoms on top of each other from (x, y) down.
func stacked(atoms []atom, x, y int) []Op {
	var ops []Op
	for i, a := range atoms {
		if i > 0 {
			y += a.before
		}
		for _, op := range a.ops {
			op.X += x
			op.Y += y
			ops = append(ops, op)
		}
		y += a.height
	}
	return ops
}
