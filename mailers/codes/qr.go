package codes

import (
	"rsc.io/qr"

	"postlift"
	"postlift/mailers/sheet"
)

// Matrix is a code as merged boxes of dark modules. Quiet is the blank border that it needs on every side, in
// modules.
type Matrix struct {
	W, H  int // modules, without the quiet zone
	Quiet int
	Boxes []sheet.Module
}

// quietModules is the blank border that a QR code needs on every side (ISO/IEC 18004).
const quietModules = 4

// QR encodes a text at error correction level M and merges its dark modules into boxes. A text that no QR code
// holds is an Invalid fault.
func QR(text string) (Matrix, error) {
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		return Matrix{}, postlift.Faultf(postlift.Invalid, "codes.QR", "the text of %d characters does not fit a QR code: %v", len(text), err)
	}
	return Matrix{W: code.Size, H: code.Size, Quiet: quietModules, Boxes: mergeModules(code)}, nil
}

// mergeModules joins dark neighbours in a row, then equal stretches of following rows.
func mergeModules(code *qr.Code) []sheet.Module {
	boxes := make([]sheet.Module, 0, code.Size*code.Size/4)
	above := make([]int, code.Size) // by start column: 1 + index of a box that ended in the row before
	row := make([]int, code.Size)
	for y := range code.Size {
		for x := 0; x < code.Size; {
			if !code.Black(x, y) {
				x++
				continue
			}
			w := 1
			for code.Black(x+w, y) {
				w++
			}
			if i := above[x]; i > 0 && boxes[i-1].W == w {
				boxes[i-1].H++
				row[x] = i
			} else {
				boxes = append(boxes, sheet.Module{X: x, Y: y, W: w, H: 1})
				row[x] = len(boxes)
			}
			x += w
		}
		above, row = row, above
		clear(row)
	}
	return boxes
}
