package codes

import (
	"sync"

	"postlift"
)

// Level is how much damage a QR code survives.
type Level uint8

// The error correction levels: of about 7, 15, 25 and 30 percent of the codewords. M is what letters use, Q
// suits postcards, which travel without an envelope.
const (
	LevelL Level = iota
	LevelM
	LevelQ
	LevelH
	levels
)

// String gives the level's letter.
func (l Level) String() string { return [...]string{"L", "M", "Q", "H", "?"}[min(l, levels)] }

// ParseLevel reads a level's letter; anything else is an Invalid fault.
func ParseLevel(s string) (Level, error) {
	for l := range levels {
		if s == l.String() {
			return l, nil
		}
	}
	return 0, postlift.Faultf(postlift.Invalid, "codes.ParseLevel", "%q is no error correction level of QR codes: use L, M, Q or H", s)
}

// quietModules is the blank border that a QR code needs on every side (ISO/IEC 18004).
const quietModules = 4

// QR encodes a text at error correction level M and merges its dark modules into boxes. A text that no QR code
// holds is an Invalid fault.
func QR(text string) (Matrix, error) { return QRLevel(text, LevelM) }

// QRLevel encodes a text as the smallest QR code of the level, merged into boxes. The text's bytes are taken
// as they are (UTF-8 needs no marking for the readers of phones); its end is packed tighter where its
// characters allow. Of the eight masks that with the lowest penalty is taken (ISO/IEC 18004, 7.8.3), the first
// of equals, so the same text gives the same modules. A text that no QR code holds is an Invalid fault.
func QRLevel(text string, level Level) (Matrix, error) { return QRIn(nil, text, level) }

// QRIn is QRLevel with the boxes in mem, until it is reset.
func QRIn(mem *Memory, text string, level Level) (Matrix, error) {
	if level >= levels {
		return Matrix{}, postlift.Faultf(postlift.Invalid, "codes.QR", "error correction level %d is unknown: use L, M, Q or H", level)
	}
	w := qrWorks.Get().(*qrWork)
	defer qrWorks.Put(w)
	g, err := w.encode(text, level)
	if err != nil {
		return Matrix{}, err
	}
	return Matrix{W: g.w, H: g.h, Quiet: quietModules, Boxes: g.merge(mem)}, nil
}

// qrWork is memory that codes are made in, one after the other.
type qrWork struct {
	bits        bitWriter
	data, tried qrGrid
}

var qrWorks = sync.Pool{New: func() any { return new(qrWork) }}

// encode makes the code in w's memory.
func (w *qrWork) encode(text string, level Level) (grid, error) {
	for v := 1; v <= maxVersion; v++ {
		head, bits := splitQR(text, v)
		if bits > capacityQR(v, level)*8 {
			continue
		}
		plan, err := planQR(v, level)
		if err != nil {
			return grid{}, postlift.Wrap("codes.QR", "the plan of a QR code cannot be made", err)
		}
		return plan.draw(w, plan.codewords(w, text, head)), nil
	}
	return grid{}, postlift.Faultf(postlift.Invalid, "codes.QR", "the text of %d characters does not fit a QR code of level %s: shorten it or lower the level", len(text), level)
}
