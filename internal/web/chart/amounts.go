package chart

import (
	"fmt"
	"html"
	"strings"
)

// XY is a point of a curve over a measured axis. Tip is what a pointer over it reads.
type XY struct {
	X, Y float64
	Tip  string
}

// Amounts draws one curve over an axis of amounts, both axes with round ticks and zero on them, and marks one point
// of it with its name where mark is given. The points stand in the order of X. xName names the axis below, yName
// the one at the left.
func Amounts(f Frame, points []XY, mark *XY, x, y Format, xName, yName string) string {
	const height, top, bottom = 340.0, 34.0, 54.0
	c := newCanvas(f, height)
	all := points
	if mark != nil {
		all = append(append([]XY{}, points...), *mark)
	}
	var right, low, high float64
	for _, p := range all {
		right, low, high = max(right, p.X), min(low, p.Y), max(high, p.Y)
	}
	across, up := ticks(0, max(right, 1e-9), 6), ticks(low, max(high, low+1e-9), 5)
	upTexts := make([]string, len(up))
	for i, v := range up {
		upTexts[i] = y(v)
	}
	left := widest(upTexts...) + 14
	ys := scale{up[0], up[len(up)-1], height - bottom, top}
	xs := scale{0, across[len(across)-1], left, c.width - 0.5*textWidth(x(across[len(across)-1])) - 4}
	for i, v := range up {
		c.grid(left, ys.at(v), xs.to, ys.at(v))
		c.small(left-8, ys.at(v)+4, "end", upTexts[i])
	}
	c.axis(xs, across, ys.at(up[len(up)-1]), height-bottom, x)
	c.line(left, ys.at(0), xs.to, ys.at(0), look{"c-zero", muted}, 1.5, "")
	c.small(0, 14, "start", yName)
	c.small((left+xs.to)/2, height-8, "middle", xName)
	c.curve(xs, ys, points)
	if mark != nil {
		c.marked(xs, ys, *mark)
	}
	return c.done()
}

func (c *canvas) curve(xs, ys scale, points []XY) {
	if len(points) == 0 {
		return
	}
	l := looks[Treated]
	var d strings.Builder
	for i, p := range points {
		verb := "L"
		if i == 0 {
			verb = "M"
		}
		d.WriteString(verb + num(xs.at(p.X)) + " " + num(ys.at(p.Y)))
	}
	fmt.Fprintf(c, `<path class="%s" d="%s" fill="none" stroke="%s" stroke-width="2.5" stroke-linejoin="round"/>`, l.class, d.String(), l.colour)
	for _, p := range points {
		c.tipped(xs.at(p.X), ys.at(p.Y), 3.5, l, p.Tip)
	}
}

// tipped is a dot that tells what it stands for; a wider unseen one around it is easier to point at.
func (c *canvas) tipped(x, y, r float64, l look, tip string) {
	c.WriteString("<g>")
	if tip != "" {
		c.WriteString("<title>" + html.EscapeString(tip) + "</title>")
	}
	c.dot(x, y, r, l, false)
	fmt.Fprintf(c, `<circle cx="%s" cy="%s" r="11" fill="none" pointer-events="all"/></g>`, num(x), num(y))
}

// marked is a named point: a larger dot, a line down to the axis, its name beside that, where no curve that rises ever more slowly
// comes.
func (c *canvas) marked(xs, ys scale, p XY) {
	x, y := xs.at(p.X), ys.at(p.Y)
	l := looks[Third]
	c.line(x, y, x, ys.from, l, 1.5, "4 3")
	c.tipped(x, y, 6.5, l, p.Tip)
	anchor, at, beside := "start", x+10, (y+ys.from)/2
	if x > c.width*.5 {
		anchor, at = "end", x-10
	}
	if ys.from-y < 40 { // no room below it
		beside = y - 12
	}
	c.text(at, beside, anchor, l.class+" t", l.colour, p.Tip)
}
