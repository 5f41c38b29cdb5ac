package letter

import (
	"math"
	"strconv"

	"postlift/mailers/sheet"
)

// maxPathPoints bounds what a shape of a design may cost a page.
const maxPathPoints = 20_000

// shape is an SVG path as a sheet.Path from its own top left corner, with the extent of its points.
type shape struct {
	path       *sheet.Path
	x, y, w, h int // of the points' extent, micrometres from the block's place
}

// parsePath reads the subset of SVG path data that print needs: M L H V C S Q Z, absolute and relative, in
// millimetres (SVG 1.1, chapter 8.3). Quadratic curves become cubic ones. Control points count for the extent, which
// so is never too small.
func parsePath(data string) (shape, error) {
	r := pathReader{data: data, minX: math.Inf(1), minY: math.Inf(1), maxX: math.Inf(-1), maxY: math.Inf(-1)}
	if err := r.read(); err != nil {
		return shape{}, err
	}
	if len(r.points) == 0 {
		return shape{}, pathFault("it draws nothing")
	}
	s := shape{path: &sheet.Path{Verbs: string(r.verbs), Coords: make([]int, 0, 2*len(r.points))}, x: sheet.Micro(r.minX), y: sheet.Micro(r.minY)}
	for _, p := range r.points {
		s.path.Coords = append(s.path.Coords, sheet.Micro(p.x)-s.x, sheet.Micro(p.y)-s.y)
	}
	s.w, s.h = sheet.Micro(r.maxX)-s.x, sheet.Micro(r.maxY)-s.y
	return s, nil
}

type point struct{ x, y float64 }

// pathReader walks path data; at is the current point, ctrl the last control point for S.
type pathReader struct {
	data                   string
	i                      int
	verbs                  []byte
	points                 []point
	at, start, ctrl        point
	last                   byte // the command before, in upper case
	minX, minY, maxX, maxY float64
}

func (r *pathReader) read() error {
	var cmd byte
	for {
		r.blanks()
		if r.i == len(r.data) {
			return nil
		}
		c := r.data[r.i]
		switch {
		case c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z':
			cmd = c
			r.i++
		case cmd == 0 || cmd|0x20 == 'z':
			return pathFault("at %d: a command letter is missing", r.i+1)
		case cmd == 'M': // further pairs after a move are lines
			cmd = 'L'
		case cmd == 'm':
			cmd = 'l'
		}
		if len(r.points) == 0 && cmd|0x20 != 'm' {
			return pathFault("it must start with M")
		}
		if err := r.command(cmd); err != nil {
			return err
		}
		if len(r.points) > maxPathPoints {
			return pathFault("it has more than %d points", maxPathPoints)
		}
	}
}

func (r *pathReader) command(cmd byte) error {
	upper := cmd &^ 0x20
	want := map[byte]int{'M': 2, 'L': 2, 'H': 1, 'V': 1, 'C': 6, 'S': 4, 'Q': 4, 'Z': 0}
	n, ok := want[upper]
	if !ok {
		return pathFault("the command %q is not known: use M L H V C S Q Z", string(cmd))
	}
	var a [6]float64
	for k := range n {
		v, err := r.number()
		if err != nil {
			return err
		}
		a[k] = v
	}
	if cmd != upper {
		r.absolute(upper, a[:n])
	}
	r.draw(upper, a)
	r.last = upper
	return nil
}

// absolute adds the current point to relative numbers.
func (r *pathReader) absolute(cmd byte, a []float64) {
	for k := range a {
		if cmd == 'V' || cmd != 'H' && k%2 == 1 {
			a[k] += r.at.y
		} else {
			a[k] += r.at.x
		}
	}
}

func (r *pathReader) draw(cmd byte, a [6]float64) {
	switch cmd {
	case 'M':
		r.start = point{a[0], a[1]}
		r.add('M', r.start)
	case 'L':
		r.add('L', point{a[0], a[1]})
	case 'H':
		r.add('L', point{a[0], r.at.y})
	case 'V':
		r.add('L', point{r.at.x, a[0]})
	case 'C':
		r.curve(point{a[0], a[1]}, point{a[2], a[3]}, point{a[4], a[5]})
	case 'S':
		first := r.at
		if r.last == 'C' || r.last == 'S' {
			first = point{2*r.at.x - r.ctrl.x, 2*r.at.y - r.ctrl.y}
		}
		r.curve(first, point{a[0], a[1]}, point{a[2], a[3]})
	case 'Q':
		q, end := point{a[0], a[1]}, point{a[2], a[3]}
		third := func(p point) point { return point{p.x + 2*(q.x-p.x)/3, p.y + 2*(q.y-p.y)/3} }
		r.curve(third(r.at), third(end), end)
	case 'Z':
		r.verbs = append(r.verbs, 'Z')
		r.at = r.start
	}
}

func (r *pathReader) curve(c1, c2, end point) {
	r.verbs = append(r.verbs, 'C')
	r.keep(c1, c2, end)
	r.ctrl, r.at = c2, end
}

func (r *pathReader) add(verb byte, p point) {
	r.verbs = append(r.verbs, verb)
	r.keep(p)
	r.at = p
}

func (r *pathReader) keep(points ...point) {
	for _, p := range points {
		r.minX, r.maxX = min(r.minX, p.x), max(r.maxX, p.x)
		r.minY, r.maxY = min(r.minY, p.y), max(r.maxY, p.y)
	}
	r.points = append(r.points, points...)
}

func (r *pathReader) blanks() {
	for r.i < len(r.data) {
		switch r.data[r.i] {
		case ' ', '\t', '\n', '\r', ',':
			r.i++
		default:
			return
		}
	}
}

// number reads one number; SVG lets the next one start at a sign or a second point.
func (r *pathReader) number() (float64, error) {
	r.blanks()
	from, dot, exp := r.i, false, false
scan:
	for ; r.i < len(r.data); r.i++ {
		switch c := r.data[r.i]; {
		case c >= '0' && c <= '9':
		case (c == '-' || c == '+') && (r.i == from || r.data[r.i-1]|0x20 == 'e'):
		case c == '.' && !dot && !exp:
			dot = true
		case c|0x20 == 'e' && !exp && r.i > from:
			exp = true
		default:
			break scan
		}
	}
	v, err := strconv.ParseFloat(r.data[from:r.i], 64)
	if err != nil || math.IsNaN(v) || math.Abs(v) > 2000 {
		return 0, pathFault("at %d: a number up to 2000 is missing", from+1)
	}
	return v, nil
}

func pathFault(format string, args ...any) error { return designFault("path: "+format, args...) }
