package chart

import "strings"

// Series is one line over equally spaced steps, labelled at its end.
type Series struct {
	Name   string
	Values []float64
	Kind   Kind
}

// Lines draws series over steps 0, 1, 2, … on one axis. axis names the steps; every label is written at
// its line's end, pushed apart where two would overlap.
func Lines(f Frame, series []Series, format Format, axis string) string {
	const height, top, bottom = 300.0, 14.0, 46.0
	c := newCanvas(f, height)
	low, high, steps := 0.0, 0.0, 1
	names := make([]string, len(series))
	for i, s := range series {
		steps = max(steps, len(s.Values)-1)
		for _, v := range s.Values {
			low, high = min(low, v), max(high, v)
		}
		names[i] = s.Name
		if n := len(s.Values); n > 0 {
			names[i] += " " + format(s.Values[n-1])
		}
	}
	tick := ticks(low, high, 5)
	tickTexts := make([]string, len(tick))
	for i, v := range tick {
		tickTexts[i] = format(v)
	}
	left := widest(tickTexts...) + 14
	y := scale{tick[0], tick[len(tick)-1], height - bottom, top}
	x := scale{0, float64(steps), left, c.width - min(widest(names...)+16, c.width*.35)}
	for i, v := range tick {
		c.grid(left, y.at(v), x.to, y.at(v))
		c.small(left-8, y.at(v)+4, "end", tickTexts[i])
	}
	c.steps(x, steps, height-bottom, axis)
	for _, s := range series {
		c.path(x, y, s)
	}
	c.endLabels(x, y, series, names)
	return c.done()
}

func (c *canvas) steps(x scale, steps int, y float64, axis string) {
	every := 1
	for _, e := range []int{1, 2, 5, 7, 14, 30, 60, 90, 180} {
		every = e
		if steps/e <= 9 {
			break
		}
	}
	for d := 0; d <= steps; d += every {
		c.line(x.at(float64(d)), y, x.at(float64(d)), y+5, look{"c-zero", muted}, 1, "")
		c.small(x.at(float64(d)), y+19, "middle", num(float64(d)))
	}
	c.line(x.from, y, x.to, y, look{"c-zero", muted}, 1, "")
	c.small((x.from+x.to)/2, y+38, "middle", axis)
}

func (c *canvas) path(x, y scale, s Series) {
	if len(s.Values) == 0 {
		return
	}
	var d strings.Builder
	for i, v := range s.Values {
		cmd := "L"
		if i == 0 {
			cmd = "M"
		}
		d.WriteString(cmd + num(x.at(float64(i))) + " " + num(y.at(v)))
	}
	l := looks[s.Kind]
	dash := ""
	if s.Kind == Holdout {
		dash = ` stroke-dasharray="6 4"`
	}
	c.WriteString(`<path class="` + l.class + `" d="` + d.String() + `" fill="none" stroke="` + l.colour + `" stroke-width="2.5" stroke-linejoin="round"` + dash + "/>")
	last := len(s.Values) - 1
	c.dot(x.at(float64(last)), y.at(s.Values[last]), 5, l, s.Kind == Holdout)
}

// endLabels writes each name beside its line's end, at least a line's height from the others.
func (c *canvas) endLabels(x, y scale, series []Series, names []string) {
	const apart = 17.0
	var taken []float64
	for i, s := range series {
		if len(s.Values) == 0 {
			continue
		}
		at := y.at(s.Values[len(s.Values)-1])
		for _, t := range taken {
			if d := at - t; d > -apart && d < apart {
				if d < 0 {
					at = t - apart
				} else {
					at = t + apart
				}
			}
		}
		taken = append(taken, at)
		end := x.at(float64(len(s.Values) - 1))
		c.text(end+11, at+4, "start", looks[s.Kind].class+" t", looks[s.Kind].colour, names[i])
	}
}
