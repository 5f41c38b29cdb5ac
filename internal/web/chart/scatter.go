package chart

import "math"

// Point is what was predicted and what was observed for N cases.
type Point struct {
	Predicted float64
	Observed  float64
	N         float64
}

// Calibration draws what was observed over what was predicted, both as shares from 0 to 1. On the dashed
// diagonal both are the same; a dot's area grows with its cases.
func Calibration(f Frame, points []Point, format Format, predicted, observed string) string {
	const side, top, bottom = 380.0, 34.0, 54.0
	c := newCanvas(f, top+side+bottom)
	tick := ticks(0, 1, 5)
	texts := make([]string, len(tick))
	most := 1.0
	for i, v := range tick {
		texts[i] = format(v)
	}
	for _, p := range points {
		most = max(most, p.N)
	}
	left := widest(texts...) + 14
	x := scale{0, 1, left, left + side}
	y := scale{0, 1, top + side, top}
	for i, v := range tick {
		c.grid(left, y.at(v), left+side, y.at(v))
		c.grid(x.at(v), top, x.at(v), top+side)
		c.small(left-8, y.at(v)+4, "end", texts[i])
		c.small(x.at(v), top+side+18, "middle", texts[i])
	}
	c.line(x.at(0), y.at(0), x.at(1), y.at(1), looks[Holdout], 1.5, "6 4")
	for _, p := range points {
		r := 3 + 9*math.Sqrt(max(p.N, 0)/most)
		c.dot(x.at(within01(p.Predicted)), y.at(within01(p.Observed)), r, looks[Treated], false)
	}
	c.small(left, top-14, "start", observed)
	c.small(left+side/2, top+side+42, "middle", predicted)
	c.beside(left+side+28, top+14, points, format, predicted, observed)
	return c.done()
}

// beside lists the points as a small table.
func (c *canvas) beside(x, y float64, points []Point, format Format, predicted, observed string) {
	if x+240 > c.width {
		return
	}
	c.small(x, y, "start", predicted+" → "+observed+" (n)")
	for i, p := range points {
		c.text(x, y+20*float64(i+1), "start", "t-ink t-num", ink, format(p.Predicted)+" → "+format(p.Observed)+" ("+num(p.N)+")")
	}
}

func within01(v float64) float64 {
	if math.IsNaN(v) {
		return 0
	}
	return min(max(v, 0), 1)
}
