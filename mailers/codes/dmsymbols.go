package codes

import "sync"

// symbol is one size of DataMatrix ECC 200 (ISO/IEC 16022, table 7).
type symbol struct {
	w, h       int // modules with the finder pattern
	columns    int // data regions side by side
	rows       int // and on top of each other
	data       int // data codewords
	check      int // check codewords of a block
	blocks     int
	once       sync.Once
	pattern    grid    // finder and timing patterns, and the corner that some sizes leave over
	places     []place // by codeword and bit, the highest bit first
	fieldCheck *checker
}

// place is a module of the symbol.
type place struct{ x, y uint8 }

var dmField = sync.OnceValue(func() *field { return newField(0x12D, 1) })

// squares and rectangles, each by rising capacity.
var (
	squares = []*symbol{
		size(10, 10, 1, 1, 3, 5, 1), size(12, 12, 1, 1, 5, 7, 1), size(14, 14, 1, 1, 8, 10, 1),
		size(16, 16, 1, 1, 12, 12, 1), size(18, 18, 1, 1, 18, 14, 1), size(20, 20, 1, 1, 22, 18, 1),
		size(22, 22, 1, 1, 30, 20, 1), size(24, 24, 1, 1, 36, 24, 1), size(26, 26, 1, 1, 44, 28, 1),
		size(32, 32, 2, 2, 62, 36, 1), size(36, 36, 2, 2, 86, 42, 1), size(40, 40, 2, 2, 114, 48, 1),
		size(44, 44, 2, 2, 144, 56, 1), size(48, 48, 2, 2, 174, 68, 1), size(52, 52, 2, 2, 204, 42, 2),
		size(64, 64, 4, 4, 280, 56, 2), size(72, 72, 4, 4, 368, 36, 4), size(80, 80, 4, 4, 456, 48, 4),
		size(88, 88, 4, 4, 576, 56, 4), size(96, 96, 4, 4, 696, 68, 4), size(104, 104, 4, 4, 816, 56, 6),
		size(120, 120, 6, 6, 1050, 68, 6), size(132, 132, 6, 6, 1304, 62, 8), size(144, 144, 6, 6, 1558, 62, 10),
	}
	rectangles = []*symbol{
		size(18, 8, 1, 1, 5, 7, 1), size(32, 8, 2, 1, 10, 11, 1), size(26, 12, 1, 1, 16, 14, 1),
		size(36, 12, 2, 1, 22, 18, 1), size(36, 16, 2, 1, 32, 24, 1), size(48, 16, 2, 1, 49, 28, 1),
	}
)

func size(w, h, columns, rows, data, check, blocks int) *symbol {
	return &symbol{w: w, h: h, columns: columns, rows: rows, data: data, check: check, blocks: blocks}
}

// ready makes the symbol's pattern and places at its first use.
func (s *symbol) ready() *symbol {
	s.once.Do(func() {
		s.fieldCheck = dmField().checker(s.check)
		s.pattern = newGrid(s.w, s.h)
		s.finders()
		s.places = make([]place, 8*(s.data+s.check*s.blocks))
		l := layout{symbol: s, w: s.w - 2*s.columns, h: s.h - 2*s.rows}
		l.taken = make([]bool, l.w*l.h)
		l.fill()
	})
	return s
}

// finders draws the solid and the dotted borders of every data region.
func (s *symbol) finders() {
	w, h := s.w/s.columns, s.h/s.rows
	for top := 0; top < s.h; top += h {
		for left := 0; left < s.w; left += w {
			for x := range w {
				s.pattern.set(left+x, top+h-1)
				if x%2 == 0 {
					s.pattern.set(left+x, top)
				}
			}
			for y := range h {
				s.pattern.set(left, top+y)
				if (h-1-y)%2 == 0 {
					s.pattern.set(left+w-1, top+y)
				}
			}
		}
	}
}

// at translates a module of the data area, all regions joined, to the symbol's.
func (s *symbol) at(row, column int) place {
	w, h := s.w/s.columns-2, s.h/s.rows-2
	return place{uint8(column + 2*(column/w) + 1), uint8(row + 2*(row/h) + 1)}
}
