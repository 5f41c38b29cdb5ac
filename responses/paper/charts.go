package paper

import (
	"math"
	"strconv"
)

// bar is one estimate: a dot, a thick line for 80 % and a thin one for 95 %.
type bar struct {
	label              string
	value, low, high   float64
	low80, high80      float64 // both zero: not known
	kind               Kind
	text               string   // at the right
	mark               *float64 // a value beside the estimate, drawn as a diamond
	second             *float64 // a further estimate of the same, drawn as a hollow dot below
	secondLow, secondH float64
}

// intervals draws estimates over one axis with a line at zero; markName is what diamonds stand for.
func intervals(id, title, desc string, rows []bar, format func(float64) string, markName string) Chart {
	const rowHeight, top, bottom = 52.0, 10.0, 34.0
	ch := Chart{ID: id, Title: title, Desc: desc, Height: top + rowHeight*float64(len(rows)) + bottom}
	ch.Draw = func(c Canvas) {
		low, high := 0.0, 0.0
		labels, values := make([]string, len(rows)), make([]string, len(rows))
		for i, r := range rows {
			low, high = min(low, r.low, r.value), max(high, r.high, r.value)
			for _, m := range []*float64{r.mark, r.second} {
				if m != nil {
					low, high = min(low, *m), max(high, *m)
				}
			}
			if r.second != nil {
				low, high = min(low, r.secondLow), max(high, r.secondH)
			}
			labels[i], values[i] = r.label, r.text
		}
		left, right := min(widest(c, labels...)+20, Width*.34), widest(c, values...)+24
		tick := ticks(low, high, 6)
		x := scale{tick[0], tick[len(tick)-1], left + 8, Width - right - 8}
		floor := top + rowHeight*float64(len(rows))
		across(c, x, tick, top, floor, format)
		c.Line(x.at(0), top, x.at(0), floor, Muted, 2, false)
		for i, r := range rows {
			y := top + rowHeight*(float64(i)+.5)
			c.Text(0, y+4, Start, Ink, cut(c, r.label, left-4))
			r.draw(c, x, y)
			c.Text(Width, y+4, End, Ink, r.text)
			if r.mark != nil {
				named(c, x.at(*r.mark), y, markName+" "+format(*r.mark))
			}
		}
	}
	return ch
}

func (r bar) draw(c Canvas, x scale, y float64) {
	c.Line(x.at(r.low), y, x.at(r.high), y, r.kind, 2, r.kind == HeldOut)
	for _, end := range []float64{r.low, r.high} {
		c.Line(x.at(end), y-5, x.at(end), y+5, r.kind, 2, false)
	}
	if r.high80 > r.low80 {
		c.Line(x.at(r.low80), y, x.at(r.high80), y, r.kind, 7, false)
	}
	c.Dot(x.at(r.value), y, 6, r.kind, r.kind == HeldOut)
	if r.second != nil {
		c.Line(x.at(r.secondLow), y+14, x.at(r.secondH), y+14, Quiet, 1.5, true)
		c.Dot(x.at(*r.second), y+14, 4, Quiet, true)
	}
}

// named is a diamond above a row with what it stands for.
func named(c Canvas, x, y float64, text string) {
	c.Line(x, y-14, x, y+9, Third, 2, false)
	c.Diamond(x, y-17, 5, Third)
	at, tx := Start, x+10
	if x > Width*.55 {
		at, tx = End, x-10
	}
	c.Text(tx, y-13, at, Third, text)
}

// run is a line over days. A step line holds its value until the next point.
type run struct {
	name      string
	x, y      []float64
	low, high []float64 // a pale band; nil: none
	kind      Kind
	step      bool
}

// curves draws lines over days with their names at their ends.
func curves(id, title, desc string, runs []run, format func(float64) string, axis string, floor *float64) Chart {
	const height, top, bottom = 300.0, 14.0, 46.0
	ch := Chart{ID: id, Title: title, Desc: desc, Height: height}
	ch.Draw = func(c Canvas) {
		low, high, last := math.Inf(1), math.Inf(-1), 1.0
		names := make([]string, len(runs))
		for i, r := range runs {
			names[i] = r.name
			for _, list := range [][]float64{r.y, r.low, r.high} {
				for _, v := range list {
					low, high = min(low, v), max(high, v)
				}
			}
			for _, v := range r.x {
				last = max(last, v)
			}
		}
		if floor != nil {
			low = *floor
		} else {
			low, high = min(low, 0), max(high, 0)
		}
		tick := ticks(low, high, 5)
		texts := make([]string, len(tick))
		for i, v := range tick {
			texts[i] = format(v)
		}
		left, right := widest(c, texts...)+14, min(widest(c, names...)+16, Width*.3)
		x, y := scale{0, last, left, Width - right}, scale{tick[0], tick[len(tick)-1], height - bottom, top}
		up(c, y, tick, left, Width-right, format)
		for _, v := range ticks(0, last, 7) {
			if v <= last {
				c.Text(x.at(v), height-bottom+18, Middle, Muted, plainNumber(v))
			}
		}
		c.Text((left+Width-right)/2, height-8, Middle, Muted, axis)
		if tick[0] < 0 || floor == nil {
			c.Line(left, y.at(0), Width-right, y.at(0), Muted, 2, false)
		}
		for _, r := range runs {
			r.band(c, x, y)
		}
		ends := make([]float64, len(runs))
		for i, r := range runs {
			c.Poly(r.points(x, y, r.y), r.kind, 2.5, r.kind == HeldOut)
			ends[i] = y.at(r.y[len(r.y)-1])
			c.Dot(x.at(r.x[len(r.x)-1]), ends[i], 4.5, r.kind, r.kind == HeldOut)
		}
		if len(ends) == 2 && math.Abs(ends[0]-ends[1]) < 18 { // names that would overlap are pushed apart
			shift := (18 - math.Abs(ends[0]-ends[1])) / 2
			if ends[0] > ends[1] {
				shift = -shift
			}
			ends[0], ends[1] = ends[0]-shift, ends[1]+shift
		}
		for i, r := range runs {
			c.Text(Width-right+10, ends[i]+4, Start, r.kind, cut(c, r.name, right-10))
		}
	}
	return ch
}

func (r run) points(x, y scale, values []float64) []Point {
	var out []Point
	for i, v := range values {
		if r.step && i > 0 {
			out = append(out, Point{x.at(r.x[i]), y.at(values[i-1])})
		}
		out = append(out, Point{x.at(r.x[i]), y.at(v)})
	}
	return out
}

func (r run) band(c Canvas, x, y scale) {
	if len(r.low) == 0 {
		return
	}
	upper, lower := r.points(x, y, r.high), r.points(x, y, r.low)
	for i := len(lower) - 1; i >= 0; i-- {
		upper = append(upper, lower[i])
	}
	c.Area(upper, r.kind)
}

func plainNumber(v float64) string { return strconv.Itoa(int(math.Round(v))) }

// step is one bar of a funnel.
type step struct {
	label, text string
	n           float64
	kind        Kind
}

// bars draws counts as horizontal bars from a common left edge.
func bars(id, title, desc string, steps []step) Chart {
	const rowHeight, top = 32.0, 4.0
	ch := Chart{ID: id, Title: title, Desc: desc, Height: top + rowHeight*float64(len(steps)) + 4}
	ch.Draw = func(c Canvas) {
		labels, after, most := make([]string, len(steps)), make([]string, len(steps)), 1.0
		for i, s := range steps {
			labels[i], after[i], most = s.label, s.text, max(most, s.n)
		}
		left := min(widest(c, labels...)+16, Width*.4)
		x := scale{0, most, left, Width - min(widest(c, after...)+16, Width*.4)}
		for i, s := range steps {
			y := top + rowHeight*float64(i)
			c.Text(0, y+20, Start, Ink, cut(c, s.label, left-8))
			w := x.at(s.n) - left
			if s.n > 0 {
				w = max(w, 2)
			}
			c.Box(left, y+6, w, rowHeight-12, s.kind)
			c.Text(left+w+8, y+20, Start, Ink, s.text)
		}
	}
	return ch
}
