package preflight

import (
	"math"

	"postlift/mailers/sheet"
)

// Short names for the kinds that the rules speak of.
const (
	partAddress  = sheet.PartAddress
	partReturn   = sheet.PartReturn
	partCode     = sheet.PartCode
	partMatch    = sheet.PartMatch
	partFranking = sheet.PartFranking

	zoneWindow  = sheet.ZoneWindow
	zonePostage = sheet.ZonePostage
	zoneRead    = sheet.ZoneRead
	zoneQuiet   = sheet.ZoneQuiet
	zoneClear   = sheet.ZoneClear
)

func partBit(p sheet.Part) uint16 { return 1 << p }

// edgeSlack is how far, in micrometres, a box may lie over an edge: a twentieth of a millimetre is no press's concern.
const edgeSlack = 50

// area is a box on the page in micrometres, y down.
type area struct{ x0, y0, x1, y1 int }

func (a area) meets(b area) bool {
	return a.x0+edgeSlack < b.x1 && b.x0+edgeSlack < a.x1 && a.y0+edgeSlack < b.y1 && b.y0+edgeSlack < a.y1
}

// thin is meets for lines, which may be thinner than edgeSlack.
func (a area) thin(b area) bool {
	return a.x0 < b.x1 && b.x0 < a.x1 && a.y0 < b.y1 && b.y0 < a.y1
}

func (a area) cut(b area) area {
	return area{max(a.x0, b.x0), max(a.y0, b.y0), min(a.x1, b.x1), min(a.y1, b.y1)}
}

func (a area) join(b area) area {
	return area{min(a.x0, b.x0), min(a.y0, b.y0), max(a.x1, b.x1), max(a.y1, b.y1)}
}

func (a area) grow(d int) area { return area{a.x0 - d, a.y0 - d, a.x1 + d, a.y1 + d} }

// holds tells whether b lies in a, but for edgeSlack.
func (a area) holds(b area) bool {
	return b.x0 >= a.x0-edgeSlack && b.y0 >= a.y0-edgeSlack && b.x1 <= a.x1+edgeSlack && b.y1 <= a.y1+edgeSlack
}

func (a area) box() *Box {
	mm := func(um int) float64 { return float64(um) / 1000 }
	return &Box{X: mm(a.x0), Y: mm(a.y0), W: mm(a.x1 - a.x0), H: mm(a.y1 - a.y0)}
}

func zoneArea(z *sheet.Zone) area { return area{z.X, z.Y, z.X + z.W, z.Y + z.H} }

// item is an operation at its place on the page. The box of a text is the largest that its letters could need until
// a rule asks for the exact one.
type item struct {
	op     *sheet.Op
	dx, dy int
	area
	exact bool
	knock bool // prints nothing and takes away what lies under it
}

func (c *Checker) item(op *sheet.Op, dx, dy int) item {
	x, y := op.X+dx, op.Y+dy
	it := item{op: op, dx: dx, dy: dy, exact: true, area: area{x, y, x + op.W, y + op.H}}
	switch op.Kind {
	case sheet.OpText:
		em := sheet.Points(op.Size)
		it.y0, it.y1, it.exact = y-em*110/100, y+em*35/100, false
	case sheet.OpPath:
		if op.Path != nil {
			it.area = it.grow(op.Path.Stroke / 2)
		}
	case sheet.OpForm:
		if op.Form != nil && op.Form.W > 0 {
			it.area = it.grow(op.Form.Bleed * op.W / op.Form.W)
		}
	}
	it.knock = op.Ink == sheet.Paper && (op.Kind == sheet.OpRect || op.Kind == sheet.OpPath)
	return it
}

// settle makes a text's box exact: from the top of its highest letter to the foot of its lowest.
func (c *Checker) settle(it *item) {
	if it.exact {
		return
	}
	it.exact = true
	lo, hi := c.extent(it.op.Style).of(it.op.Text)
	y := it.op.Y + it.dy
	em := sheet.Points(it.op.Size)
	it.y0, it.y1 = y-hi*em/1000, y-lo*em/1000
	if it.y1 <= it.y0 { // blanks only
		it.x1 = it.x0
	}
}

// prints tells whether any ink of the item falls into where, which must overlap its box.
func (c *Checker) prints(it *item, where area) (ink bool, unknown bool) {
	switch it.op.Kind {
	case sheet.OpText:
		c.settle(it)
		return it.meets(where), false
	case sheet.OpPath:
		return it.op.Path != nil && pathMeets(it.op.Path, it.op.X+it.dx, it.op.Y+it.dy, where), false
	case sheet.OpImage:
		if it.op.Image == nil {
			return false, false
		}
		l := c.look(it.op.Image.Key, it.op.Image.Screen)
		return l == nil || l.inked(it.area, where), false
	case sheet.OpForm:
		if it.op.Form == nil {
			return false, false
		}
		l := c.look(it.op.Form.Key, it.op.Form.Screen)
		return l != nil && l.inked(it.area, where), l == nil
	}
	return true, false
}

// pathMeets tells whether a path's line or inside touches an area. Curves are followed in twelve steps.
func pathMeets(p *sheet.Path, x, y int, where area) bool {
	r := where.grow(p.Stroke / 2)
	inside := false
	cx, cy := float64(r.x0+r.x1)/2, float64(r.y0+r.y1)/2
	hit := false
	edge := func(ax, ay, bx, by float64) {
		hit = hit || segmentMeets(r, ax, ay, bx, by)
		if (ay > cy) != (by > cy) && cx < (bx-ax)*(cy-ay)/(by-ay)+ax {
			inside = !inside
		}
	}
	var px, py, sx, sy float64
	at := 0
	point := func() (float64, float64) {
		if at+2 > len(p.Coords) {
			return px, py
		}
		at += 2
		return float64(p.Coords[at-2] + x), float64(p.Coords[at-1] + y)
	}
	open := false
	closed := func() {
		if open && p.Stroke == 0 {
			edge(px, py, sx, sy)
		}
	}
	for _, v := range p.Verbs {
		switch v {
		case 'M':
			closed()
			px, py = point()
			sx, sy, open = px, py, true
		case 'L':
			nx, ny := point()
			edge(px, py, nx, ny)
			px, py = nx, ny
		case 'C':
			ax, ay := point()
			bx, by := point()
			nx, ny := point()
			curveSteps(px, py, ax, ay, bx, by, nx, ny, edge)
			px, py = nx, ny
		case 'Z':
			edge(px, py, sx, sy)
			px, py = sx, sy
		}
	}
	closed()
	return hit || inside && p.Stroke == 0
}

func curveSteps(px, py, ax, ay, bx, by, nx, ny float64, edge func(ax, ay, bx, by float64)) {
	const steps = 12
	lx, ly := px, py
	for i := 1; i <= steps; i++ {
		t := float64(i) / steps
		u := 1 - t
		x := u*u*u*px + 3*u*u*t*ax + 3*u*t*t*bx + t*t*t*nx
		y := u*u*u*py + 3*u*u*t*ay + 3*u*t*t*by + t*t*t*ny
		edge(lx, ly, x, y)
		lx, ly = x, y
	}
}

// segmentMeets clips a segment against a box (Liang and Barsky 1984).
func segmentMeets(r area, ax, ay, bx, by float64) bool {
	t0, t1 := 0., 1.
	for _, e := range [4][2]float64{
		{ax - bx, ax - float64(r.x0)}, {bx - ax, float64(r.x1) - ax},
		{ay - by, ay - float64(r.y0)}, {by - ay, float64(r.y1) - ay},
	} {
		p, q := e[0], e[1]
		switch {
		case p == 0 && q < 0:
			return false
		case p < 0:
			t0 = math.Max(t0, q/p)
		case p > 0:
			t1 = math.Min(t1, q/p)
		}
	}
	return t0 <= t1
}
