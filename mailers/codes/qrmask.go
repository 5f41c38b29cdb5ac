package codes

import "math/bits"

// The weights of ISO/IEC 18004, table 11.
const (
	weightRun    = 3  // five modules in a row alike, and one more for each further
	weightBlock  = 3  // each two by two modules alike
	weightFinder = 40 // each 1:1:3:1:1 with four light modules before or behind
	weightShare  = 10 // each whole 5 percent that the dark share is away from one half
)

// penalty is how hard a masked symbol is to read, by the four rules of ISO/IEC 18004, 7.8.3.1.
func (g qrGrid) penalty() int {
	n := g.share()
	if g.rows.stride > 1 {
		return n + g.rows.slowLines() + g.columns.slowLines() + g.rows.slowBlocks()
	}
	return n + fastLines(g.rows.words, g.rows.w) + fastLines(g.columns.words, g.rows.w) + fastBlocks(g.rows.words, g.rows.w)
}

// share weighs how far the number of dark modules is from one half.
func (g qrGrid) share() int {
	dark := 0
	for _, w := range g.rows.words {
		dark += bits.OnesCount64(w)
	}
	all := g.rows.w * g.rows.h
	return max(2*dark-all, all-2*dark) * 10 / all * weightShare
}

// fastLines counts runs and finder-like patterns of lines that fit a word, all places of a line at a time.
func fastLines(lines []uint64, width int) int {
	full := uint64(1)<<width - 1
	n := 0
	for _, r := range lines {
		same := ^(r ^ r>>1) & (full >> 1) // bit i: modules i and i+1 are alike
		four := same & (same >> 1)
		four &= four >> 2 // bit i: five alike from i on
		// A run of k holds k-4 fives and weighs k-2: its fives and two more for its start.
		n += bits.OnesCount64(four) + 2*bits.OnesCount64(four&^(four<<1))

		finder := r & (r >> 2) & (r >> 3) & (r >> 4) & (r >> 6) &^ (r >> 1) &^ (r >> 5)
		if finder == 0 {
			continue
		}
		light := ^r & full
		light &= light >> 1
		light &= light >> 2 // bit i: four light from i on
		n += weightFinder * (bits.OnesCount64(finder&(light>>7)) + bits.OnesCount64(finder&(light<<4)))
	}
	return n
}

// fastBlocks counts the two by two blocks alike.
func fastBlocks(lines []uint64, width int) int {
	full := uint64(1)<<(width-1) - 1
	n := 0
	before := lines[0]
	pairs := ^(before ^ before>>1)
	for _, r := range lines[1:] {
		here := ^(r ^ r>>1)
		n += bits.OnesCount64(here & pairs & full &^ (r ^ before))
		before, pairs = r, here
	}
	return n * weightBlock
}

// slowLines is fastLines module by module, for symbols wider than a word.
func (g grid) slowLines() int {
	n := 0
	for y := range g.h {
		run := 0
		for x := range g.w {
			if x > 0 && g.dark(x, y) == g.dark(x-1, y) {
				run++
			} else {
				run = 1
			}
			if run == 5 {
				n += weightRun
			} else if run > 5 {
				n++
			}
		}
		for x := 0; x+11 <= g.w; x++ {
			if p := g.window(x, y); p == 0b10111010000 || p == 0b00001011101 {
				n += weightFinder
			}
		}
	}
	return n
}

// window is eleven modules from (x, y) on as bits, the first in front.
func (g grid) window(x, y int) int {
	p := 0
	for i := range 11 {
		p <<= 1
		if g.dark(x+i, y) {
			p |= 1
		}
	}
	return p
}

// slowBlocks is fastBlocks module by module.
func (g grid) slowBlocks() int {
	n := 0
	for y := 1; y < g.h; y++ {
		for x := 1; x < g.w; x++ {
			d := g.dark(x, y)
			if g.dark(x-1, y) == d && g.dark(x, y-1) == d && g.dark(x-1, y-1) == d {
				n += weightBlock
			}
		}
	}
	return n
}
