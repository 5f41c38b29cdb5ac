package codes

// layout lays the codewords into the data area (ISO/IEC 16022, annex F): each is a shape of eight modules
// like the state of Utah, set along diagonals; shapes that hang over an edge come in at the other side, and
// four corners have shapes of their own.
type layout struct {
	symbol *symbol
	w, h   int // data area
	taken  []bool
	next   int // codeword to place
}

// offset is a module of a shape: rows and columns from the shape's own corner or, negative, from the area's
// bottom and right.
type offset struct{ row, column int }

// utah is the usual shape around its bottom right module, the highest bit first.
var utah = [8]offset{{-2, -2}, {-2, -1}, {-1, -2}, {-1, -1}, {-1, 0}, {0, -2}, {0, -1}, {0, 0}}

// corners are the four shapes at the edges: modules in the area, negative from its end.
var corners = [4][8]offset{
	{{-1, 0}, {-1, 1}, {-1, 2}, {0, -2}, {0, -1}, {1, -1}, {2, -1}, {3, -1}},
	{{-3, 0}, {-2, 0}, {-1, 0}, {0, -4}, {0, -3}, {0, -2}, {0, -1}, {1, -1}},
	{{-3, 0}, {-2, 0}, {-1, 0}, {0, -2}, {0, -1}, {1, -1}, {2, -1}, {3, -1}},
	{{-1, 0}, {-1, -1}, {0, -3}, {0, -2}, {0, -1}, {1, -3}, {1, -2}, {1, -1}},
}

func (l *layout) fill() {
	for row, column := 4, 0; ; {
		l.corner(row, column)
		for up := true; up; up = row >= 0 && column < l.w {
			l.shape(row, column)
			row, column = row-2, column+2
		}
		row, column = row+1, column+3
		for down := true; down; down = row < l.h && column >= 0 {
			l.shape(row, column)
			row, column = row+2, column-2
		}
		if row, column = row+3, column+1; row >= l.h && column >= l.w {
			break
		}
	}
	l.rest()
}

// corner sets the special shape that belongs where the diagonal starts, if any.
func (l *layout) corner(row, column int) {
	var which int
	switch {
	case row == l.h && column == 0:
		which = 0
	case row == l.h-2 && column == 0 && l.w%4 != 0:
		which = 1
	case row == l.h-2 && column == 0 && l.w%8 == 4:
		which = 2
	case row == l.h+4 && column == 2 && l.w%8 == 0:
		which = 3
	default:
		return
	}
	for bit, o := range corners[which] {
		if o.row < 0 {
			o.row += l.h
		}
		if o.column < 0 {
			o.column += l.w
		}
		l.module(bit, o.row, o.column)
	}
	l.next++
}

// shape sets the usual shape, where it starts inside of the area on a free module.
func (l *layout) shape(row, column int) {
	if row < 0 || row >= l.h || column < 0 || column >= l.w || l.taken[row*l.w+column] {
		return
	}
	for bit, o := range utah {
		r, c := row+o.row, column+o.column
		if r < 0 {
			r, c = r+l.h, c+4-(l.h+4)%8
		}
		if c < 0 {
			r, c = r+4-(l.w+4)%8, c+l.w
		}
		l.module(bit, r, c)
	}
	l.next++
}

// module gives a module to a bit of the codeword that is being placed.
func (l *layout) module(bit, row, column int) {
	l.taken[row*l.w+column] = true
	l.symbol.places[l.next*8+bit] = l.symbol.at(row, column)
}

// rest draws the checkered corner that some square sizes leave over.
func (l *layout) rest() {
	if l.taken[l.w*l.h-1] {
		return
	}
	for _, d := range [...]int{1, 2} {
		p := l.symbol.at(l.h-d, l.w-d)
		l.symbol.pattern.set(int(p.x), int(p.y))
	}
}
