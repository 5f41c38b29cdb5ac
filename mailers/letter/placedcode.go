package letter

import (
	"strings"

	"postlift/mailers/codes"
	"postlift/mailers/sheet"
)

// placedQR is the tracking address in a place of the design's, or what the design wants it to say.
func (cp *composer) placedQR(p *sheet.Page, b *place) error {
	m, what, err := cp.placedMatrix(b)
	if err != nil {
		return err
	}
	module, err := fitCode(m, b.module, b.w, b.h, "the QR code")
	if err != nil {
		return err
	}
	if module < leastModule {
		return pieceFault("%s makes a QR code with modules of %s mm in its place of %s mm, telephones need %s: shorten it or make the place larger",
			what, sheet.MM(module), sheet.MM(b.w), sheet.MM(leastModule))
	}
	cp.centredCode(p, m, module, b)
	return nil
}

// placedMatrix is the QR code of a place with a name for what it says.
func (cp *composer) placedMatrix(b *place) (m codes.Matrix, what string, err error) {
	if b.text == nil && b.variable == "" {
		m, err = cp.qrCode()
		return m, "the tracking URL of " + itoa(len(cp.piece.TrackingURL)) + " characters", err
	}
	text, err := cp.said(b)
	if err != nil {
		return m, "", err
	}
	m, err = codes.QRIn(cp.mem.codes, text, codes.LevelM)
	return m, "a text of " + itoa(len(text)) + " characters", err
}

// centredCode draws a code in the middle of its place.
func (cp *composer) centredCode(p *sheet.Page, m codes.Matrix, module int, b *place) {
	w, h := (m.W+2*m.Quiet)*module, (m.H+2*m.Quiet)*module
	p.Ops = appendCode(p.Ops, m, module, b.x+(max(b.w, w)-w)/2, b.y+(max(b.h, h)-h)/2)
}

// placedDataMatrix is a section or a value as a DataMatrix.
func (cp *composer) placedDataMatrix(p *sheet.Page, b *place) error {
	text, err := cp.said(b)
	if err != nil {
		return err
	}
	m, err := codes.DataMatrixIn(cp.mem.codes, []byte(text), b.shape)
	if err != nil {
		return err
	}
	module, err := fitCode(m, b.module, b.w, b.h, "the DataMatrix")
	if err != nil {
		return err
	}
	cp.centredCode(p, m, module, b)
	return nil
}

// said is what a code of the design's own says.
func (cp *composer) said(b *place) (string, error) {
	if b.text == nil {
		return cp.need(b.variable)
	}
	raws, err := cp.raws(b.text)
	if err != nil {
		return "", err
	}
	var lines []string
	for i := range raws {
		blk, err := raws[i].Parse()
		if err != nil {
			return "", err
		}
		for _, line := range blk.Lines {
			text := ""
			for _, sp := range line {
				text += sp.Text
			}
			lines = append(lines, text)
		}
	}
	text := strings.Join(lines, "\n") // a business card in a code is lines
	if text == "" {
		return "", pieceFault("the text @%s of a code is empty", b.text.name)
	}
	return text, nil
}
