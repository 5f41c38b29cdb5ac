package chart

// Step is one bar of a funnel.
type Step struct {
	Label string
	N     float64
	Note  string // small, after the count
	Kind  Kind
}

// Funnel draws counts as horizontal bars from a common left edge, in the order given.
func Funnel(f Frame, steps []Step, format Format) string {
	const rowHeight, top = 34.0, 4.0
	c := newCanvas(f, top+rowHeight*float64(len(steps))+4)
	labels, after, most := make([]string, len(steps)), make([]string, len(steps)), 0.0
	for i, s := range steps {
		labels[i], after[i] = s.Label, format(s.N)
		if s.Note != "" {
			after[i] += "  " + s.Note
		}
		most = max(most, s.N)
	}
	left := min(widest(labels...)+16, c.width*.4)
	x := scale{0, max(most, 1), left, c.width - min(widest(after...)+16, c.width*.4)}
	for i, s := range steps {
		y := top + rowHeight*float64(i)
		c.label(0, y+20, "start", s.Label)
		w := x.at(s.N) - left
		if s.N > 0 {
			w = max(w, 2)
		}
		c.rect(left, y+5, w, rowHeight-12, looks[s.Kind], s.Label+": "+after[i])
		c.text(left+w+8, y+20, "start", "t-ink t-num", ink, after[i])
	}
	return c.done()
}

// Part is one signed part of a sum.
type Part struct {
	Label string
	Value float64
	Total bool // drawn from zero; parts start where the sum so far ends
}

// Parts draws signed parts of a sum as a horizontal waterfall: each part starts where the sum of those
// before it ends, totals start at zero. Gains lie to the right, losses to the left.
func Parts(f Frame, parts []Part, format Format) string {
	const rowHeight, top, bottom = 32.0, 4.0, 30.0
	labels, values := make([]string, len(parts)), make([]string, len(parts))
	starts, ends := make([]float64, len(parts)), make([]float64, len(parts))
	low, high, sum := 0.0, 0.0, 0.0
	for i, p := range parts {
		labels[i], values[i] = p.Label, format(p.Value)
		if p.Total {
			starts[i], sum = 0, p.Value
		} else {
			starts[i] = sum
			sum += p.Value
		}
		ends[i] = sum
		low, high = min(low, starts[i], starts[i]+p.Value), max(high, starts[i], starts[i]+p.Value)
	}
	c := newCanvas(f, top+rowHeight*float64(len(parts))+bottom)
	left, right := min(widest(labels...)+16, c.width*.4), widest(values...)+20
	tick := ticks(low, high, 5)
	x := scale{tick[0], tick[len(tick)-1], left, c.width - right}
	axisY := top + rowHeight*float64(len(parts))
	c.axis(x, tick, top, axisY, format)
	c.line(x.at(0), top, x.at(0), axisY, look{"c-zero", muted}, 1.5, "")
	for i, p := range parts {
		y := top + rowHeight*float64(i)
		a, b := x.at(starts[i]), x.at(starts[i]+p.Value)
		kind := Treated
		switch {
		case p.Total:
			kind = Neutral
		case p.Value < 0:
			kind = Third
		}
		if i > 0 { // where the part begins is where the one above has ended
			c.line(x.at(ends[i-1]), y-6, x.at(ends[i-1]), y+6, look{"c-zero", muted}, 1, "")
		}
		c.label(0, y+20, "start", p.Label)
		c.rect(min(a, b), y+6, max(max(a, b)-min(a, b), 1), rowHeight-12, looks[kind], p.Label+": "+values[i])
		c.text(c.width, y+20, "end", "t-ink t-num", ink, values[i])
	}
	return c.done()
}

// Bin is one column of a histogram: Low inclusive, High exclusive.
type Bin struct {
	Low  float64
	High float64
	N    float64
}

// Histogram draws columns over their bins, equally wide on the page whatever their values span, with the
// bins' bounds below and the counts on top.
func Histogram(f Frame, bins []Bin, bound, count Format) string {
	const height, top, bottom, left = 260.0, 22.0, 48.0, 4.0
	c := newCanvas(f, height)
	if len(bins) == 0 {
		return c.done()
	}
	most := 0.0
	bounds := make([]string, len(bins)+1)
	for i, b := range bins {
		most = max(most, b.N)
		bounds[i] = bound(b.Low)
	}
	bounds[len(bins)] = bound(bins[len(bins)-1].High)
	step := (c.width - 2*left - 20) / float64(len(bins))
	y := scale{0, max(most, 1), height - bottom, top}
	every := 1
	for step*float64(every) < widest(bounds...)+10 && every < len(bins) {
		every++
	}
	for i, b := range bins {
		x := left + 10 + step*float64(i)
		c.rect(x+1, y.at(b.N), step-2, height-bottom-y.at(b.N), looks[Treated], bounds[i]+" – "+bounds[i+1]+": "+count(b.N))
		if textWidth(count(b.N)) < step+6 && b.N > 0 {
			c.small(x+step/2, y.at(b.N)-5, "middle", count(b.N))
		}
	}
	c.line(left, height-bottom, c.width-left, height-bottom, look{"c-zero", muted}, 1, "")
	for i := 0; i <= len(bins); i += every {
		c.small(left+10+step*float64(i), height-bottom+18, "middle", bounds[i])
	}
	return c.done()
}
