package chart

// Group is one place on the axis of grouped columns, with a value for each column.
type Group struct {
	Label  string
	Values []float64
}

// Column names one column of every group.
type Column struct {
	Name string
	Kind Kind
}

// Columns draws groups of columns side by side over one axis from zero, with the columns' names above, the
// groups' labels below, and axis beneath them.
func Columns(f Frame, columns []Column, groups []Group, format Format, axis string) string {
	const height, top, bottom = 320.0, 40.0, 52.0
	c := newCanvas(f, height)
	if len(groups) == 0 || len(columns) == 0 {
		return c.done()
	}
	most := 0.0
	for _, g := range groups {
		for _, v := range g.Values {
			most = max(most, v)
		}
	}
	tick := ticks(0, max(most, 1e-12), 5)
	texts := make([]string, len(tick))
	for i, v := range tick {
		texts[i] = format(v)
	}
	left := widest(texts...) + 14
	y := scale{0, tick[len(tick)-1], height - bottom, top}
	for i, v := range tick {
		c.grid(left, y.at(v), c.width, y.at(v))
		c.small(left-8, y.at(v)+4, "end", texts[i])
	}
	c.legend(left, 16, columns)
	step := (c.width - left) / float64(len(groups))
	for i, g := range groups {
		at := left + step*float64(i)
		c.group(at, step, y, columns, g, format)
		c.small(at+step/2, height-bottom+18, "middle", g.Label)
	}
	c.line(left, height-bottom, c.width, height-bottom, look{"c-zero", muted}, 1, "")
	c.small((left+c.width)/2, height-8, "middle", axis)
	return c.done()
}

// group draws the columns of one group, with their values on top where there is room.
func (c *canvas) group(at, step float64, y scale, columns []Column, g Group, format Format) {
	width := step * .8 / float64(len(columns))
	for k, v := range g.Values {
		if k >= len(columns) {
			return
		}
		x := at + step*.1 + width*float64(k)
		top := y.at(max(v, 0))
		c.rect(x+.5, top, width-1, y.from-top, looks[columns[k].Kind], columns[k].Name+", "+g.Label+": "+format(v))
		if textWidth(format(v)) < width+1 {
			c.small(x+width/2, top-5, "middle", format(v))
		}
	}
}

// legend names columns in a row.
func (c *canvas) legend(x, y float64, columns []Column) {
	for _, col := range columns {
		c.rect(x, y-9, 12, 12, looks[col.Kind], "")
		c.label(x+18, y+2, "start", col.Name)
		x += 18 + textWidth(col.Name) + 24
	}
}
