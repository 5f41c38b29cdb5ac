package chart

import "fmt"

// ReachRow is one way of looking: from which value on something is seen, with the range of that.
type ReachRow struct {
	Label  string
	Value  *float64 // from here on; nil: never
	Low    float64  // range of Value; both zero: none
	High   float64
	Text   string // after the bar
	Marked bool   // the one that is recommended
}

// Reach draws from which value on each way of looking sees something: a dot with its range as a bar, over an axis
// from zero, with a line at the value that is expected. Whoever has its dot left of the line sees what is expected.
// Each label stands above its bar, so that it may be long. Values beyond limit end in an arrow.
func Reach(f Frame, rows []ReachRow, expected float64, expectedName string, limit float64, format Format) string {
	const rowHeight, top, bottom = 50.0, 34.0, 34.0
	c := newCanvas(f, top+rowHeight*float64(len(rows))+bottom)
	right := 0.0
	for _, r := range rows {
		right = max(right, textWidth(r.Text))
	}
	tick := ticks(0, max(limit, expected, 1e-9), 6)
	x := scale{0, tick[len(tick)-1], 14, c.width - min(right, c.width*.4) - 34}
	axisY := top + rowHeight*float64(len(rows))
	c.axis(x, tick, top, axisY, format)
	c.line(x.at(0), top, x.at(0), axisY, look{"c-zero", muted}, 1.5, "")
	l := looks[Third]
	c.line(x.at(expected), top-8, x.at(expected), axisY, l, 2, "6 4")
	for i, r := range rows {
		c.reachRow(x, top+rowHeight*float64(i), r)
	}
	anchor := "start"
	if x.at(expected) > c.width*.6 {
		anchor = "end"
	}
	c.text(x.at(expected), 16, anchor, l.class+" t", l.colour, expectedName)
	return c.done()
}

func (c *canvas) reachRow(x scale, y float64, r ReachRow) {
	l := looks[Quiet]
	if r.Marked {
		l = looks[Treated]
	}
	const mid = 34.0
	c.halo(x.from+6, y+18, r.Label)
	end := c.width
	c.text(end, y+mid+4, "end", "t-ink t-num", ink, r.Text)
	if r.Value == nil {
		return
	}
	if r.High > r.Low {
		from, to := min(r.Low, x.high), min(r.High, x.high)
		c.rect(x.at(from), y+mid-6, max(x.at(to)-x.at(from), 2), 12, l, r.Label+": "+r.Text)
	}
	if *r.Value <= x.high {
		c.dot(x.at(*r.Value), y+mid, 7, l, !r.Marked)
		return
	}
	fmt.Fprintf(c, `<path class="%s f" d="M%s %sl12 7l-12 7z" fill="%s"/>`, l.class, num(x.to+4), num(y+mid-7), l.colour)
}

// halo writes a label over lines with its own ground, so that it stays legible.
func (c *canvas) halo(x, y float64, s string) {
	fmt.Fprintf(c, `<rect class="c-ground" x="%s" y="%s" width="%s" height="18" fill="%s"/>`, num(x-3), num(y-14), num(min(textWidth(s), c.width-x)+6), surface)
	c.label(x, y, "start", s)
}
