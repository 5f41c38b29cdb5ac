package chart

import "math"

// IntervalRow is one estimate: a dot, a thick line for 80 % and a thin one for 95 %.
type IntervalRow struct {
	Label  string
	Value  float64
	Low    float64 // of 95 %
	High   float64
	Low80  float64
	High80 float64
	Kind   Kind
	Mark   *float64 // a known value beside the estimate, drawn as a diamond
}

// Intervals draws estimates over one axis with a line at zero. Values are written at the right; mark
// names the diamond where a row has one.
func Intervals(f Frame, rows []IntervalRow, format Format, mark string) string {
	const rowHeight, top, bottom = 52.0, 8.0, 34.0
	low, high := 0.0, 0.0
	labels, values := make([]string, len(rows)), make([]string, len(rows))
	for i, r := range rows {
		low, high = min(low, r.Low, r.Value), max(high, r.High, r.Value)
		if r.Mark != nil {
			low, high = min(low, *r.Mark), max(high, *r.Mark)
		}
		labels[i], values[i] = r.Label, format(r.Value)
	}
	c := newCanvas(f, top+rowHeight*float64(len(rows))+bottom)
	left, right := min(widest(labels...)+16, c.width*.4), widest(values...)+20
	tick := ticks(low, high, 6)
	x := scale{tick[0], tick[len(tick)-1], left + 8, c.width - right - 8}
	axisY := top + rowHeight*float64(len(rows))
	c.axis(x, tick, top, axisY, format)
	c.line(x.at(0), top, x.at(0), axisY, look{"c-zero", muted}, 1.5, "")
	for i, r := range rows {
		y := top + rowHeight*(float64(i)+.5)
		c.label(0, y+4, "start", r.Label)
		c.interval(x, y, r)
		c.text(c.width, y+4, "end", "t-ink t-num", ink, values[i])
		if r.Mark != nil {
			c.diamond(x.at(*r.Mark), y, mark+" "+format(*r.Mark))
		}
	}
	return c.done()
}

func (c *canvas) interval(x scale, y float64, r IntervalRow) {
	l := looks[r.Kind]
	dash := ""
	if r.Kind == Holdout {
		dash = "5 3"
	}
	c.line(x.at(r.Low), y, x.at(r.High), y, l, 2, dash)
	c.line(x.at(r.Low), y-5, x.at(r.Low), y+5, l, 2, "")
	c.line(x.at(r.High), y-5, x.at(r.High), y+5, l, 2, "")
	if r.High80 > r.Low80 {
		c.line(x.at(r.Low80), y, x.at(r.High80), y, l, 7, "")
	}
	c.dot(x.at(r.Value), y, 6, l, r.Kind == Holdout)
}

// diamond marks a known value above its estimate's line, with a stem down to it.
func (c *canvas) diamond(x, y float64, text string) {
	l := looks[Third]
	c.line(x, y-12, x, y+8, l, 2, "")
	c.WriteString(`<path class="` + l.class + ` f" d="M` + num(x) + " " + num(y-22) + `l5 6l-5 6l-5 -6z" fill="` + l.colour + `"/>`)
	anchor, at := "start", x+10
	if x > c.width*.6 {
		anchor, at = "end", x-10
	}
	c.text(at, y-12, anchor, l.class+" t", l.colour, text)
}

// axis draws the grid lines and writes as many tick labels as have room.
func (c *canvas) axis(x scale, tick []float64, top, bottom float64, format Format) {
	texts := make([]string, len(tick))
	for i, v := range tick {
		texts[i] = format(v)
	}
	every := 1
	if len(tick) > 1 {
		gap := math.Abs(x.at(tick[1]) - x.at(tick[0]))
		for gap*float64(every) < widest(texts...)+10 && every < len(tick) {
			every++
		}
	}
	zero := 0
	for i, v := range tick {
		if v == 0 {
			zero = i
		}
	}
	for i, v := range tick {
		c.grid(x.at(v), top, x.at(v), bottom)
		if (i-zero)%every == 0 {
			c.small(x.at(v), bottom+20, "middle", texts[i])
		}
	}
}
