package codes

import (
	"math/bits"

	"postlift/mailers/arena"
	"postlift/mailers/sheet"
)

// Memory is where the boxes of codes lie that are looked at once; what is made in a nil Memory lasts.
type Memory = arena.Slab[sheet.Module]

// Matrix is a code as merged boxes of dark modules. Quiet is the blank border that it needs on every side, in
// modules.
type Matrix struct {
	W, H  int // modules, without the quiet zone
	Quiet int
	Boxes []sheet.Module
}

// Dark tells whether the module in column x and row y is printed.
func (m Matrix) Dark(x, y int) bool {
	for _, b := range m.Boxes {
		if x >= b.X && x < b.X+b.W && y >= b.Y && y < b.Y+b.H {
			return true
		}
	}
	return false
}

// grid is a raster of modules, a bit each: bit x%64 of word x/64 of a row is column x.
type grid struct {
	w, h   int
	stride int // words of a row
	words  []uint64
}

const (
	wordBits = 64
	maxSide  = 177 // of the largest QR code
)

func newGrid(w, h int) grid {
	stride := (w + wordBits - 1) / wordBits
	return grid{w: w, h: h, stride: stride, words: make([]uint64, stride*h)}
}

func (g grid) set(x, y int)       { g.words[y*g.stride+x/wordBits] |= 1 << (x % wordBits) }
func (g grid) dark(x, y int) bool { return g.words[y*g.stride+x/wordBits]>>(x%wordBits)&1 != 0 }
func (g grid) row(y int) []uint64 { return g.words[y*g.stride : (y+1)*g.stride] }

// xor turns the modules over that are dark in the other grid of the same size.
func (g grid) xor(other grid) {
	for i, w := range other.words {
		g.words[i] ^= w
	}
}

// next finds the first dark module (flip 0) or light module (flip all ones) of a row from column x on; past
// the row's last word it is the end of that word, which is at or beyond the width.
func next(row []uint64, x int, flip uint64) int {
	for i := x / wordBits; i < len(row); i++ {
		if w := (row[i] ^ flip) >> (x % wordBits); w != 0 {
			return x + bits.TrailingZeros64(w)
		}
		x = (i + 1) * wordBits
	}
	return len(row) * wordBits
}

// runs is how many stretches of dark modules the rows have, or a few more.
func (g grid) runs() int {
	n := 0
	for _, w := range g.words {
		n += bits.OnesCount64(w &^ (w << 1))
	}
	return n
}

// merge joins dark neighbours in a row, then equal stretches of following rows, so that a printed code is a
// few hundred boxes. Boxes stand in reading order of their top left corners.
func (g grid) merge(mem *Memory) []sheet.Module {
	boxes := mem.Room(g.runs())
	var open [2][maxSide]int32 // by start column: 1 + index of the box that reaches down to the row before
	above, here := &open[0], &open[1]
	for y := range g.h {
		row := g.row(y)
		for x := next(row, 0, 0); x < g.w; {
			end := min(next(row, x, ^uint64(0)), g.w)
			if i := above[x]; i > 0 && boxes[i-1].W == end-x && boxes[i-1].Y+boxes[i-1].H == y {
				boxes[i-1].H++
				here[x] = i
			} else {
				boxes = append(boxes, sheet.Module{X: x, Y: y, W: end - x, H: 1})
				here[x] = int32(len(boxes))
			}
			x = next(row, end, 0)
		}
		above, here = here, above // stale entries are recognised by their last row
	}
	return boxes
}
