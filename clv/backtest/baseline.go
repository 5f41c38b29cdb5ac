package backtest

import (
	"cmp"
	"slices"

	"postlift"
)

// Keys of the naive predictions that every model has to beat.
const (
	BaselineLastYear = "last_year" // the repeat order days of the last 365 days go on
	BaselineRFM      = "rfm_cell"  // what accounts of the same recency, frequency and value did before
	BaselineZero     = "zero"      // nobody orders again
)

// daysPerYear is the length of the year that the count of last year covers.
const daysPerYear = 365

// lastYear predicts that the repeat order days of the last 365 days go on at the same rate: a first order
// cannot come again. A log that is younger than a year covers only its own length.
func (b book) lastYear(p past, end postlift.Date) []float64 {
	covered := min(daysPerYear, p.origin.DaysSince(b.first)+1)
	rate := float64(end.DaysSince(p.origin)) / float64(covered)
	out := make([]float64, len(p.known))
	for i, k := range p.known {
		out[i] = float64(k.lastYear) * rate
	}
	return out
}

// rfm holds what the cells of recency, frequency and value did after an earlier origin.
type rfm struct {
	recency, frequency, value []float64 // upper edges of the lower four fifths
	cells                     map[[3]int8]mean
	pairs                     map[[2]int8]mean // recency and frequency alone, for cells that were empty
	all                       mean
	scale                     float64 // length of the horizon by the length that the cells saw
}

type mean struct{ sum, n float64 }

func (m mean) value() float64 { return ratio(m.sum, m.n) }

// leastRFM is the number of customers from which cells are learned.
const leastRFM = 50

// rfmCells predicts the mean of the customer's cell, learned at the origin minus the horizon, or halfway
// through the log where that is later. It gives nil where that day knew too few customers.
func (b book) rfmCells(p past, end postlift.Date) []float64 {
	length := end.DaysSince(p.origin)
	window := min(length, p.origin.DaysSince(b.first)/2)
	if window < 1 {
		return nil
	}
	before := b.at(p.origin.AddDays(-window))
	if len(before.known) < leastRFM {
		return nil
	}
	c := learnRFM(before, b.after(before, p.origin), float64(length)/float64(window))
	out := make([]float64, len(p.known))
	for i, k := range p.known {
		out[i] = c.predict(k)
	}
	return out
}

func learnRFM(p past, happened outcome, scale float64) rfm {
	c := rfm{cells: map[[3]int8]mean{}, pairs: map[[2]int8]mean{}, scale: scale}
	c.recency = fifths(p.known, recency)
	c.frequency = fifths(p.known, frequency)
	c.value = fifths(p.known, worth)
	for i, k := range p.known {
		n := float64(happened.counts[i])
		cell, pair := c.place(k)
		c.cells[cell] = c.cells[cell].plus(n)
		c.pairs[pair] = c.pairs[pair].plus(n)
		c.all = c.all.plus(n)
	}
	return c
}

func (m mean) plus(v float64) mean { return mean{m.sum + v, m.n + 1} }

func recency(k known) float64   { return float64(k.age - k.tx) }
func frequency(k known) float64 { return float64(k.x) }
func worth(k known) float64     { return k.basis().M }

func (c rfm) place(k known) ([3]int8, [2]int8) {
	r, f, v := fifth(c.recency, recency(k)), fifth(c.frequency, frequency(k)), fifth(c.value, worth(k))
	return [3]int8{r, f, v}, [2]int8{r, f}
}

func (c rfm) predict(k known) float64 {
	cell, pair := c.place(k)
	m := c.all
	if v, ok := c.cells[cell]; ok {
		m = v
	} else if v, ok := c.pairs[pair]; ok {
		m = v
	}
	return m.value() * c.scale
}

// fifths are the values below or at which a fifth, two, three and four fifths of the customers lie.
func fifths(ks []known, of func(known) float64) []float64 {
	vs := make([]float64, len(ks))
	for i, k := range ks {
		vs[i] = of(k)
	}
	slices.Sort(vs)
	edges := make([]float64, 4)
	for i := range edges {
		edges[i] = vs[(i+1)*len(vs)/5]
	}
	return edges
}

// fifth is the index of the first edge that is not below v; ties fall together.
func fifth(edges []float64, v float64) int8 {
	i, _ := slices.BinarySearchFunc(edges, v, func(e, v float64) int { return cmp.Compare(e, v) })
	return int8(i)
}

// ratio is a/b, 0 where b is 0.
func ratio(a, b float64) float64 {
	if b == 0 {
		return 0
	}
	return a / b
}
