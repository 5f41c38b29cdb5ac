package chart

// Curves draws series over steps 0, 1, 2, … like Lines, but names them above the chart, so that lines may end
// close to each other; values that matter belong into the names. axis names the steps; the axis of values begins at zero.
func Curves(f Frame, series []Series, format Format, axis string) string {
	const height, top, bottom = 320.0, 40.0, 46.0
	c := newCanvas(f, height)
	low, high, steps := 0.0, 0.0, 1
	for _, s := range series {
		steps = max(steps, len(s.Values)-1)
		for _, v := range s.Values {
			low, high = min(low, v), max(high, v)
		}
	}
	tick := ticks(low, high, 5)
	texts := make([]string, len(tick))
	for i, v := range tick {
		texts[i] = format(v)
	}
	left := widest(texts...) + 14
	y := scale{tick[0], tick[len(tick)-1], height - bottom, top}
	x := scale{0, float64(steps), left, c.width - 10}
	for i, v := range tick {
		c.grid(left, y.at(v), x.to, y.at(v))
		c.small(left-8, y.at(v)+4, "end", texts[i])
	}
	c.steps(x, steps, height-bottom, axis)
	at := left
	for _, s := range series {
		if len(s.Values) == 0 {
			continue
		}
		c.path(x, y, s)
		dash := ""
		if s.Kind == Holdout {
			dash = "6 4"
		}
		c.line(at, 12, at+24, 12, looks[s.Kind], 3, dash)
		c.label(at+30, 16, "start", s.Name)
		at += 30 + textWidth(s.Name) + 20
	}
	return c.done()
}
