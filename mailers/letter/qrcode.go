package letter

import (
	"rsc.io/qr"

	"postlift"
)

// quietModules is the blank border that a QR code needs on every side (ISO/IEC 18004).
const quietModules = 4

// qrModules encodes a text at error correction level M and merges its dark modules into boxes. size is
// the number of modules on a side, without the quiet zone.
func qrModules(text string) (boxes []Module, size int, err error) {
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		return nil, 0, postlift.Faultf(postlift.Invalid, "letter.Compose", "the tracking URL of %d characters does not fit a QR code: %v", len(text), err)
	}
	return mergeModules(code), code.Size, nil
}

// mergeModules joins dark neighbours in a row, then equal stretches of following rows.
func mergeModules(code *qr.Code) []Module {
	boxes := make([]Module, 0, code.Size*code.Size/4)
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
				boxes = append(boxes, Module{x, y, w, 1})
				row[x] = len(boxes)
			}
			x += w
		}
		above, row = row, above
		clear(row)
	}
	return boxes
}
