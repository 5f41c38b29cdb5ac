package chart

import "strings"

// Months is what a span of months is expected to bring. Every list has one entry a month.
type Months struct {
	Labels  []string
	Columns []Column    // what is stacked, from the axis outwards
	Values  [][]float64 // by column: gains positive, drawn upwards, costs negative, drawn downwards
	Line    *Path       // beside the columns, on their scale
	Sum     *Path       // what has come together, below on a scale of its own
	Level   *Level      // what the sum has to reach
	Mark    int         // month, from 1, in which it does; 0: none
	Marked  string      // what happens then
	Axis    string
}

// Path is a line through months.
type Path struct {
	Name   string
	Values []float64
	Kind   Kind
}

// Level is a horizontal line with its name.
type Level struct {
	Name  string
	Value float64
}

// StackedMonths draws columns stacked by month with a line beside them and, in a panel below, the sum so far
// with the level it has to reach and the month in which it does.
func StackedMonths(f Frame, m Months, format Format) string {
	const columnsHeight, sumHeight, gap, bottom = 230.0, 170.0, 26.0, 46.0
	f.Width = f.width()
	top := 10 + 22*float64(m.legendRows(f.Width))
	height := top + columnsHeight + bottom
	if m.Sum != nil {
		height += gap + sumHeight
	}
	c := newCanvas(f, height)
	if len(m.Labels) == 0 {
		return c.done()
	}
	c.monthLegend(m)
	low, high := stackRange(m)
	upper, texts := axisTexts(ticks(low, high, 7), format)
	var lower []float64
	var lowerTexts []string
	if m.Sum != nil {
		low, high = sumRange(m)
		lower, lowerTexts = axisTexts(ticks(low, high, 4), format)
	}
	left := widest(append(texts, lowerTexts...)...) + 14
	x := scale{0, float64(len(m.Labels)), left, c.width - 4}
	c.stack(m, x, c.panel(x, upper, texts, top, top+columnsHeight), format)
	base := top + columnsHeight
	if m.Sum != nil {
		y := c.panel(x, lower, lowerTexts, base+gap, base+gap+sumHeight)
		base += gap + sumHeight
		c.sum(m, x, y, format)
	}
	c.monthLabels(m, x, base)
	return c.done()
}

// axisTexts writes the ticks of an axis.
func axisTexts(tick []float64, format Format) ([]float64, []string) {
	texts := make([]string, len(tick))
	for i, v := range tick {
		texts[i] = format(v)
	}
	return tick, texts
}

// stackRange is how far the stacks and the line reach.
func stackRange(m Months) (low, high float64) {
	for i := range m.Labels {
		up, down := 0.0, 0.0
		for _, values := range m.Values {
			if i < len(values) {
				up, down = up+max(finite(values[i]), 0), down+min(finite(values[i]), 0)
			}
		}
		low, high = min(low, down), max(high, up)
		if m.Line != nil && i < len(m.Line.Values) {
			low, high = min(low, finite(m.Line.Values[i])), max(high, finite(m.Line.Values[i]))
		}
	}
	return low, high
}

// sumRange is how far the sum and its level reach.
func sumRange(m Months) (low, high float64) {
	for _, v := range m.Sum.Values {
		low, high = min(low, finite(v)), max(high, finite(v))
	}
	if m.Level != nil {
		low, high = min(low, finite(m.Level.Value)), max(high, finite(m.Level.Value))
	}
	return low, high
}

// panel draws a grid with its ticks and gives the scale of its height.
func (c *canvas) panel(x scale, tick []float64, texts []string, top, bottom float64) scale {
	y := scale{tick[0], tick[len(tick)-1], bottom, top}
	for i, v := range tick {
		c.grid(x.from, y.at(v), x.to, y.at(v))
		c.small(x.from-8, y.at(v)+4, "end", texts[i])
	}
	c.line(x.from, y.at(0), x.to, y.at(0), look{"c-zero", muted}, 1.5, "")
	return y
}

// stack draws the columns and the line over them.
func (c *canvas) stack(m Months, x, y scale, format Format) {
	step := x.at(1) - x.at(0)
	for i, label := range m.Labels {
		up, down := 0.0, 0.0
		for k, values := range m.Values {
			if i >= len(values) || k >= len(m.Columns) || finite(values[i]) == 0 {
				continue
			}
			v, from := finite(values[i]), &up
			if v < 0 {
				from = &down
			}
			a, b := y.at(*from), y.at(*from+v)
			c.rect(x.at(float64(i))+step*.12, min(a, b), step*.76, max(max(a, b)-min(a, b), .5), looks[m.Columns[k].Kind], label+", "+m.Columns[k].Name+": "+format(v))
			*from += v
		}
	}
	if m.Line != nil {
		c.through(x, y, *m.Line, .5)
	}
}

// sum draws the sum so far, its level and its mark.
func (c *canvas) sum(m Months, x, y scale, format Format) {
	c.through(x, y, *m.Sum, 1)
	if last := len(m.Sum.Values) - 1; last >= 0 {
		v := m.Sum.Values[last]
		c.text(x.to, y.at(finite(v))-8, "end", "t-ink t-num", ink, m.Sum.Name+" "+format(v))
	}
	if m.Level != nil {
		at := y.at(finite(m.Level.Value))
		c.line(x.from, at, x.to, at, looks[Third], 2, "6 4")
		c.text(x.from+6, at-7, "start", "t-ink", ink, m.Level.Name+" "+format(m.Level.Value))
	}
	if m.Mark < 1 || m.Mark > len(m.Sum.Values) {
		return
	}
	at, v := x.at(float64(m.Mark)), y.at(finite(m.Sum.Values[m.Mark-1]))
	c.line(at, y.to, at, y.from, looks[Neutral], 1.5, "2 3")
	c.dot(at, v, 6, looks[Neutral], true)
	anchor, tx := "start", at+10
	if tx+textWidth(m.Marked) > c.width {
		anchor, tx = "end", at-10
	}
	c.text(tx, y.from-10, anchor, "t-ink", ink, m.Marked)
}

// through draws a path with its points so far into each month: .5 its middle, 1 its end.
func (c *canvas) through(x, y scale, p Path, into float64) {
	var d strings.Builder
	for i, v := range p.Values {
		cmd := "L"
		if i == 0 {
			cmd = "M"
		}
		d.WriteString(cmd + num(x.at(float64(i)+into)) + " " + num(y.at(finite(v))))
	}
	l := looks[p.Kind]
	c.WriteString(`<path class="` + l.class + `" d="` + d.String() + `" fill="none" stroke="` + l.colour + `" stroke-width="2.5" stroke-linejoin="round"/>`)
}

// monthLabels writes as many labels as have room, the first one always.
func (c *canvas) monthLabels(m Months, x scale, y float64) {
	step, every := x.at(1)-x.at(0), 1
	for _, e := range []int{1, 2, 3, 6, 12, 24} {
		every = e
		if step*float64(e) > widest(m.Labels...)+10 {
			break
		}
	}
	for i := 0; i < len(m.Labels); i += every {
		at := x.at(float64(i) + .5)
		c.line(at, y, at, y+4, look{"c-zero", muted}, 1, "")
		c.small(at, y+18, "middle", m.Labels[i])
	}
	c.small((x.from+x.to)/2, y+38, "middle", m.Axis)
}

// legendEntries are the columns and the line.
func (m Months) legendEntries() []Column {
	entries := m.Columns
	if m.Line != nil {
		entries = append(entries[:len(entries):len(entries)], Column{Name: m.Line.Name, Kind: m.Line.Kind})
	}
	return entries
}

// legendRows is how many rows the legend takes.
func (m Months) legendRows(width float64) int {
	rows, x := 1, 0.0
	for _, e := range m.legendEntries() {
		w := 18 + textWidth(e.Name) + 24
		if x > 0 && x+w > width {
			rows, x = rows+1, 0
		}
		x += w
	}
	return rows
}

// monthLegend names columns and line, in as many rows as it takes.
func (c *canvas) monthLegend(m Months) {
	x, y := 0.0, 14.0
	for i, e := range m.legendEntries() {
		w := 18 + textWidth(e.Name) + 24
		if x > 0 && x+w > c.width {
			x, y = 0, y+22
		}
		if i < len(m.Columns) {
			c.rect(x, y-9, 12, 12, looks[e.Kind], "")
		} else {
			c.line(x, y-3, x+14, y-3, looks[e.Kind], 2.5, "")
		}
		c.label(x+18, y+2, "start", e.Name)
		x += w
	}
}
