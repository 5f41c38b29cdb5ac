package letter

import (
	"postlift/mailers/codes"
	"postlift/mailers/design"
	"postlift/mailers/sheet"
)

// Codes, micrometres and thousandths of a point.
const (
	leastModule = 400 // of a QR code, which telephones read
)

// qrCode is the tracking address as a QR code, made once a piece.
func (cp *composer) qrCode() (codes.Matrix, error) {
	if cp.hasQR {
		return cp.qr, nil
	}
	if cp.piece.TrackingURL == "" {
		return codes.Matrix{}, pieceFault("the piece has no tracking URL, and its design prints a QR code: give the base address of tracking links, or the piece its own")
	}
	m, err := codes.QRIn(cp.mem.codes, cp.piece.TrackingURL, codes.LevelM)
	if err != nil {
		return m, err
	}
	cp.qr, cp.hasQR = m, true
	return m, nil
}

// qrSide is the QR code with the side that it takes, quiet zone included.
func (cp *composer) qrSide(module int) (codes.Matrix, int, error) {
	m, err := cp.qrCode()
	if err != nil {
		return m, 0, err
	}
	side := (m.W + 2*m.Quiet) * module
	if side > maxQRSide {
		return m, 0, pieceFault("the tracking URL of %d characters makes a QR code of %s mm, at most %s fit: shorten the base URL or the design's module", len(cp.piece.TrackingURL), sheet.MM(side), sheet.MM(maxQRSide))
	}
	return m, side, nil
}

// codeOps is how many operations draw a code with its quiet zone.
const codeOps = 2

// appendCode draws a code with its quiet zone knocked out of whatever lies below, from the zone's corner on.
func appendCode(ops []sheet.Op, m codes.Matrix, module, x, y int) []sheet.Op {
	return append(ops,
		rect(x, y, (m.W+2*m.Quiet)*module, (m.H+2*m.Quiet)*module, sheet.Paper, sheet.PartCode),
		modules(m, module, x+m.Quiet*module, y+m.Quiet*module, sheet.PartCode))
}

// modules are a code's dark modules from the first module's corner on.
func modules(m codes.Matrix, module, x, y int, part sheet.Part) sheet.Op {
	return sheet.Op{Kind: sheet.OpModules, Part: part, X: x, Y: y, W: m.W * module, H: m.H * module, Unit: module, Ink: sheet.Black, Modules: m.Boxes}
}

// fitCode is the module that a code has in a place: the design's own, else the largest that the place has room for.
// w is the place's width and height, 0 where the design leaves it to the code.
func fitCode(m codes.Matrix, module, w, h int, what string) (int, error) {
	across, down := m.W+2*m.Quiet, m.H+2*m.Quiet
	if module == 0 {
		module = w / across
		if h > 0 {
			module = min(module, h/down)
		}
	}
	if w > 0 && across*module > w || h > 0 && down*module > h {
		return 0, pieceFault("%s needs %s x %s mm with modules of %s mm, its place has %s x %s mm: make what it says shorter, or its place larger",
			what, sheet.MM(across*module), sheet.MM(down*module), sheet.MM(module), sheet.MM(w), sheet.MM(h))
	}
	return module, nil
}

// match is the sheet's match code: DataMatrix for the camera, text for the eye; a card, which is one sheet, has it on
// its address side. A piece without a number in its batch has its text alone, a preview has none.
func (cp *composer) match(p *sheet.Page, b *place, i, n int) error {
	if cp.oneSheet {
		if i == 0 {
			return nil
		}
		i, n = 0, 1
	}
	m := codes.Match{Batch: cp.piece.BatchID, Seq: cp.piece.Seq, Piece: cp.piece.ID, Sheet: i + 1, Sheets: n}
	text := cp.piece.MatchCode
	label := b.label
	switch {
	case cp.piece.Seq > 0:
		matrix, err := m.MatrixIn(cp.mem.codes)
		if err != nil {
			return err
		}
		module, err := fitCode(matrix, b.module, b.w, b.h, "the match code")
		if err != nil {
			return err
		}
		p.Ops = append(p.Ops, modules(matrix, module, b.x+matrix.Quiet*module, b.y+matrix.Quiet*module, sheet.PartMatch))
		if label.W == 0 {
			label = design.Rect{X: b.x + matrix.Quiet*module, Y: b.y + (matrix.H+2*matrix.Quiet)*module, W: matchLabel, H: matchLine}
		}
		text = m.Text()
	case text == "":
		return nil
	default:
		text += sheetOf(i, n)
		if label.W == 0 {
			label = design.Rect{X: b.x, Y: b.y, W: matchLabel, H: b.h}
		}
	}
	if err := cp.checked(text, "the match code"); err != nil {
		return err
	}
	op, err := cp.fitted(text, "the match code", sheet.Regular, design.MatchSize, design.MatchSize, label.W)
	if err != nil {
		return err
	}
	op.Part = sheet.PartMatch
	p.Ops = append(p.Ops, at(op, label.X, label.Y+label.H/2+sheet.Points(design.MatchSize)/3))
	return nil
}

// matchLabel and matchLine are the room for a match code's text below it.
const matchLabel, matchLine = 30_000, 2_400

// sheetOf is the end of a match code's text.
func sheetOf(i, n int) string { return "   " + itoa(i+1) + "/" + itoa(n) }

// postage is the franking mark, where one is configured; else the zone stays empty for the vendor.
func (cp *composer) postage(p *sheet.Page, b *place) error {
	if cp.kit.Franking == nil {
		return nil
	}
	m, lines, ok := cp.kit.Franking(cp.piece)
	if !ok {
		return nil
	}
	pitch := sheet.Points(frankingSize * 6 / 5)
	room, module := b.h-len(lines)*pitch, b.module // the text stands below the mark, in the zone
	if module == 0 {
		module = min(frankingModule, b.w/(m.W+2*m.Quiet), room/(m.H+2*m.Quiet))
	}
	if module < minModule {
		return pieceFault("the franking mark with its %d lines does not fit its zone of %s x %s mm with modules of %s mm", len(lines), sheet.MM(b.w), sheet.MM(b.h), sheet.MM(minModule))
	}
	module, err := fitCode(m, module, b.w, room, "the franking mark")
	if err != nil {
		return err
	}
	x, y := b.x+b.w-(m.W+m.Quiet)*module, b.y+m.Quiet*module
	p.Ops = append(p.Ops, modules(m, module, x, y, sheet.PartFranking))
	y += m.H * module
	for k, s := range lines {
		if err := cp.checked(s, "the franking mark's text"); err != nil {
			return err
		}
		op, err := cp.fitted(s, "the franking mark's text", sheet.Regular, frankingSize, frankingSize-1_000, b.w)
		if err != nil {
			return err
		}
		op.Part = sheet.PartFranking
		p.Ops = append(p.Ops, at(op, b.x+b.w-op.W, y+(k+1)*pitch))
	}
	return nil
}

// Type of the franking mark's text, and its modules: half a millimetre unless the design says otherwise.
const (
	frankingSize   = 8_000
	frankingModule = 500
	minModule      = 400
)
