package paper

import (
	"math"

	"postlift/mailers/sheet"
)

// unit is one unit of a chart on paper, micrometres.
const unit = float64(measure) / Width

// unitsHigh is how high a chart is on paper, micrometres.
func unitsHigh(ch Chart) int { return um(ch.Height) }

func um(units float64) int {
	if math.IsNaN(units) || math.IsInf(units, 0) {
		return 0
	}
	return int(math.Round(units * unit))
}

// plate is the canvas of the printed form: vectors and real text.
type plate struct {
	p    *printer
	x, y int
}

var plateInks = [...]sheet.Ink{Ink: {K: 88}, Mailed: {C: 82, M: 42}, HeldOut: {K: 62}, Third: {M: 62, Y: 72, K: 24}, Quiet: {K: 45}, Muted: {K: 72}, Rule: {K: 14}}

// stroke draws a path given as points in units.
func (c *plate) stroke(points []Point, ink sheet.Ink, width float64, dashed, closed, filled bool) {
	if len(points) < 2 {
		return
	}
	left, top := math.Inf(1), math.Inf(1)
	right, low := math.Inf(-1), math.Inf(-1)
	for _, q := range points {
		left, right, top, low = min(left, q.X), max(right, q.X), min(top, q.Y), max(low, q.Y)
	}
	path := &sheet.Path{}
	for i, q := range points {
		verb := "L"
		if i == 0 {
			verb = "M"
		}
		path.Verbs += verb
		path.Coords = append(path.Coords, um(q.X-left), um(q.Y-top))
	}
	if closed {
		path.Verbs += "Z"
	}
	if !filled {
		path.Stroke = max(um(width), 60)
	}
	if dashed {
		path.Dash = []int{um(6), um(4)}
	}
	c.p.put(sheet.Op{Kind: sheet.OpPath, Part: sheet.PartDecor, X: c.x + um(left), Y: c.y + um(top), W: max(um(right-left), 1), H: max(um(low-top), 1), Ink: ink, Path: path})
}

func (c *plate) Line(x1, y1, x2, y2 float64, k Kind, width float64, dashed bool) {
	c.stroke([]Point{{x1, y1}, {x2, y2}}, plateInks[k], width, dashed, false, false)
}

func (c *plate) Poly(points []Point, k Kind, width float64, dashed bool) {
	c.stroke(points, plateInks[k], width, dashed, false, false)
}

// Area is pale where letters went out; two fills would hide each other without transparency, so that the other is an
// outline.
func (c *plate) Area(points []Point, k Kind) {
	if k == Mailed {
		c.stroke(points, sheet.Ink{C: 15, M: 7}, 0, false, true, true)
		return
	}
	c.stroke(points, sheet.Ink{K: 35}, .8, true, true, false)
}

func (c *plate) Box(x, y, w, h float64, k Kind) {
	if um(w) > 0 && um(h) > 0 {
		c.p.rect(c.x+um(x), c.y+um(y), um(w), um(h), plateInks[k])
	}
}

func (c *plate) Dot(x, y, r float64, k Kind, hollow bool) {
	if hollow {
		c.circle(x, y, r, sheet.Paper, 0)
		c.circle(x, y, r-1, plateInks[k], 2)
		return
	}
	c.circle(x, y, r, plateInks[k], 0)
}

// circle draws four cubic arcs; a width strokes it.
func (c *plate) circle(x, y, r float64, ink sheet.Ink, width float64) {
	d, k := um(r), int(math.Round(float64(um(r))*.5522847498)) // the usual distance of a quarter arc's controls
	path := &sheet.Path{Verbs: "MCCCCZ", Coords: []int{2 * d, d, 2 * d, d + k, d + k, 2 * d, d, 2 * d, d - k, 2 * d, 0, d + k, 0, d,
		0, d - k, d - k, 0, d, 0, d + k, 0, 2 * d, d - k, 2 * d, d}}
	if width > 0 {
		path.Stroke = um(width)
	}
	c.p.put(sheet.Op{Kind: sheet.OpPath, Part: sheet.PartDecor, X: c.x + um(x) - d, Y: c.y + um(y) - d, W: 2 * d, H: 2 * d, Ink: ink, Path: path})
}

func (c *plate) Diamond(x, y, r float64, k Kind) {
	c.stroke([]Point{{x, y - r}, {x + r, y}, {x, y + r}, {x - r, y}}, plateInks[k], 0, false, true, true)
}

// chartSize is the type of charts, thousandths of a point: 13 units.
var chartSize = int(math.Round(13 * unit * 72 * 1000 / 25400))

func (c *plate) Text(x, y float64, at Anchor, k Kind, text string) {
	ink := plateInks[k]
	switch k {
	case Ink, Mailed:
		ink = sheet.Black
	case Quiet, Rule:
		ink = grey
	}
	c.p.one(text, look{style: sheet.Regular, size: chartSize, ink: ink}, c.x+um(x), c.y+um(y), at)
}

func (c *plate) Measure(text string) float64 {
	return float64(c.p.family[sheet.Regular].Width(c.p.clean(text), chartSize)) / unit
}
