package chart

import "math"

// Band is where a value probably lies: with 5 % probability below Low, with 95 % below High.
type Band struct {
	Label  string
	Value  float64 // expected
	Low    float64
	Median float64
	High   float64
	Mark   *float64 // a known value to compare with, drawn as a diamond
}

// BandWords name the parts of a band for the reader.
type BandWords struct {
	Low, Median, High string // "5 %", "50 %", "95 %"
	Value             string // of the dot
	Mark              string // of the diamond
}

// Bands draws one bar a row from low to high with both ends labelled, a stroke at the median and a dot at the
// expected value, over one axis with a line at zero.
func Bands(f Frame, rows []Band, format Format, words BandWords) string {
	const rowHeight, top, bottom = 84.0, 4.0, 30.0
	c := newCanvas(f, top+rowHeight*float64(len(rows))+bottom)
	low, high := 0.0, 0.0
	labels, before, after := make([]string, len(rows)), make([]string, len(rows)), make([]string, len(rows))
	for i, r := range rows {
		low, high = min(low, r.Low, r.Value), max(high, r.High, r.Value)
		if r.Mark != nil {
			low, high = min(low, *r.Mark), max(high, *r.Mark)
		}
		labels[i], before[i], after[i] = r.Label, words.Low+" "+format(r.Low), words.High+" "+format(r.High)
	}
	left := 8.0
	if w := widest(labels...); w > 0 {
		left = min(w+16, c.width*.3)
	}
	tick := ticks(low, high, 6)
	x := scale{tick[0], tick[len(tick)-1], left + widest(before...) + 10, c.width - widest(after...) - 10}
	axisY := top + rowHeight*float64(len(rows))
	c.axis(x, tick, top, axisY, format)
	c.line(x.at(0), top, x.at(0), axisY, look{"c-zero", muted}, 1.5, "")
	for i, r := range rows {
		y := top + rowHeight*(float64(i)+.5)
		c.label(0, y+5, "start", r.Label)
		c.band(x, y, r, before[i], after[i])
		c.bandTexts(x, y, r, format, words)
	}
	return c.done()
}

// band draws the bar with the texts at its ends.
func (c *canvas) band(x scale, y float64, r Band, before, after string) {
	l := looks[Treated]
	from, to := x.at(min(r.Low, r.High)), x.at(max(r.Low, r.High))
	c.rect(from, y-6, max(to-from, 1), 12, l, before+" – "+after)
	c.line(from, y-10, from, y+10, l, 2, "")
	c.line(to, y-10, to, y+10, l, 2, "")
	c.line(x.at(r.Median), y-10, x.at(r.Median), y+10, looks[Neutral], 3, "")
	c.dot(x.at(r.Value), y, 6, looks[Neutral], true)
	c.text(from-8, y+5, "end", "t-ink t-num", ink, before)
	c.text(to+8, y+5, "start", "t-ink t-num", ink, after)
}

// bandTexts writes median and expected value above the bar, side by side, and the mark's below it.
func (c *canvas) bandTexts(x scale, y float64, r Band, format Format, words BandWords) {
	median, value := words.Median+" "+format(r.Median), words.Value+" "+format(r.Value)
	at := [2]float64{x.at(r.Median), x.at(r.Value)}
	first, second := median, value
	if at[0] > at[1] {
		at[0], at[1] = at[1], at[0]
		first, second = value, median
	}
	if gap := (textWidth(first)+textWidth(second))/2 + 14; at[1]-at[0] < gap {
		middle := (at[0] + at[1]) / 2
		at = [2]float64{middle - gap/2, middle + gap/2}
	}
	w := [2]float64{textWidth(first), textWidth(second)}
	if over := at[1] + w[1]/2 - c.width; over > 0 {
		at[0], at[1] = at[0]-over, at[1]-over
	}
	if under := w[0]/2 - at[0]; under > 0 {
		at[0], at[1] = at[0]+under, at[1]+under
	}
	c.text(at[0], y-18, "middle", "t-ink", ink, first)
	c.text(at[1], y-18, "middle", "t-ink", ink, second)
	if r.Mark == nil {
		return
	}
	l, at0, text := looks[Third], x.at(*r.Mark), words.Mark+" "+format(*r.Mark)
	c.line(at0, y-14, at0, y+18, l, 2, "")
	c.WriteString(`<path class="` + l.class + ` f" d="M` + num(at0) + " " + num(y+16) + `l6 7l-6 7l-6 -7z" fill="` + l.colour + `"/>`)
	anchor, tx := "start", at0+12
	if tx+textWidth(text) > c.width {
		anchor, tx = "end", at0-12
	}
	c.text(tx, y+28, anchor, "t-ink", ink, text)
}

// finite is v, or 0 where it is no number.
func finite(v float64) float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return 0
	}
	return v
}
