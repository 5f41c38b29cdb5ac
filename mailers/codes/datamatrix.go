package codes

import (
	"math/bits"

	"postlift"
)

// Shape is the form of a DataMatrix.
type Shape uint8

// The shapes: squares have from 10 x 10 to 144 x 144 modules, rectangles from 18 x 8 to 48 x 16 (width by
// height).
const (
	Square Shape = iota
	Rectangle
)

// quietDataMatrix is the blank border that a DataMatrix needs on every side: the standard asks for one module,
// a press moves by about one more.
const quietDataMatrix = 2

// Codewords with a meaning of their own (ISO/IEC 16022, table 2).
const (
	padCodeword   = 129
	latchBase256  = 231
	upperShift    = 235
	firstPair     = 130 // the pair of figures 00
	longRun       = 249 // longest run of Base256 whose length is one codeword
	longRunFactor = 250
)

// DataMatrix encodes bytes in the ASCII scheme, two figures to a codeword, as the smallest ECC 200 symbol of
// the shape (ISO/IEC 16022). What no symbol of the shape holds is an Invalid fault.
func DataMatrix(data []byte, shape Shape) (Matrix, error) { return DataMatrixIn(nil, data, shape) }

// DataMatrixIn is DataMatrix with the boxes in mem, until it is reset.
func DataMatrixIn(mem *Memory, data []byte, shape Shape) (Matrix, error) {
	return smallest(mem, asciiCodewords(data), len(data), shape)
}

// DataMatrixBase256 encodes bytes in one run of the Base256 scheme, as posts want their binary marks.
func DataMatrixBase256(data []byte, shape Shape) (Matrix, error) {
	return smallest(nil, base256Codewords(data), len(data), shape)
}

// DataMatrixSize is DataMatrix in a symbol of exactly w by h modules, for codes that must take the same place
// on every sheet.
func DataMatrixSize(data []byte, w, h int) (Matrix, error) { return DataMatrixSizeIn(nil, data, w, h) }

// DataMatrixSizeIn is DataMatrixSize with the boxes in mem, until it is reset.
func DataMatrixSizeIn(mem *Memory, data []byte, w, h int) (Matrix, error) {
	for _, list := range [...][]*symbol{squares, rectangles} {
		for _, s := range list {
			if s.w != w || s.h != h {
				continue
			}
			words := asciiCodewords(data)
			if len(words) > s.data {
				return Matrix{}, postlift.Faultf(postlift.Invalid, "codes.DataMatrix", "%d bytes need %d codewords, a DataMatrix of %d x %d modules holds %d", len(data), len(words), w, h, s.data)
			}
			return s.draw(mem, words), nil
		}
	}
	return Matrix{}, postlift.Faultf(postlift.Invalid, "codes.DataMatrix", "there is no DataMatrix of %d x %d modules", w, h)
}

func smallest(mem *Memory, words []byte, size int, shape Shape) (Matrix, error) {
	list := squares
	if shape == Rectangle {
		list = rectangles
	}
	for _, s := range list {
		if len(words) <= s.data {
			return s.draw(mem, words), nil
		}
	}
	last := list[len(list)-1]
	return Matrix{}, postlift.Faultf(postlift.Invalid, "codes.DataMatrix", "%d bytes need %d codewords, the largest DataMatrix of this shape (%d x %d) holds %d", size, len(words), last.w, last.h, last.data)
}

func asciiCodewords(data []byte) []byte {
	words := make([]byte, 0, len(data)+8)
	for i := 0; i < len(data); i++ {
		c := data[i]
		switch {
		case figure(c) && i+1 < len(data) && figure(data[i+1]):
			words = append(words, firstPair+(c-'0')*10+data[i+1]-'0')
			i++
		case c < 128:
			words = append(words, c+1)
		default:
			words = append(words, upperShift, c-127)
		}
	}
	return words
}

func figure(c byte) bool { return c >= '0' && c <= '9' }

func base256Codewords(data []byte) []byte {
	if len(data) == 0 {
		return nil // a run of length 0 would reach to the end of the symbol
	}
	words := append(make([]byte, 0, len(data)+4), latchBase256)
	if len(data) > longRun {
		words = append(words, byte(longRun+len(data)/longRunFactor), byte(len(data)%longRunFactor))
	} else {
		words = append(words, byte(len(data)))
	}
	words = append(words, data...)
	for i := 1; i < len(words); i++ { // the 255-state algorithm of annex B.2; positions count from 1
		words[i] = byte(int(words[i]) + 149*(i+1)%255 + 1)
	}
	return words
}

// pad fills the symbol's capacity: the first is plain, the rest randomised by the 253-state algorithm of
// annex B.1.
func pad(words []byte, capacity int) []byte {
	if len(words) < capacity {
		words = append(words, padCodeword)
	}
	for len(words) < capacity {
		v := padCodeword + 149*(len(words)+1)%253 + 1
		if v > 254 {
			v -= 254
		}
		words = append(words, byte(v))
	}
	return words
}

// draw fills the symbol with data codewords that fit.
func (s *symbol) draw(mem *Memory, words []byte) Matrix {
	s.ready()
	var room [144 * 3]uint64 // the largest symbol's
	g := grid{w: s.w, h: s.h, stride: s.pattern.stride, words: room[:len(s.pattern.words)]}
	copy(g.words, s.pattern.words)
	words = pad(words, s.data)
	for i, c := range words {
		s.put(g, i, c)
	}
	// Check codewords interleave on from the data's: codeword k belongs to block k mod blocks. Only of the
	// largest symbol does the data not end with the last block.
	var of [10]remainder
	for i, c := range words {
		s.fieldCheck.feed(&of[i%s.blocks], c)
	}
	for k := range s.check * s.blocks {
		at := s.data + k
		s.put(g, at, of[at%s.blocks].at(k/s.blocks))
	}
	return Matrix{W: s.w, H: s.h, Quiet: quietDataMatrix, Boxes: g.merge(mem)}
}

// put draws a codeword.
func (s *symbol) put(g grid, index int, codeword byte) {
	places := s.places[index*8:][:8]
	for ; codeword != 0; codeword &= codeword - 1 {
		p := places[7-bits.TrailingZeros8(codeword)]
		g.set(int(p.x), int(p.y))
	}
}
