package web

import "math"

// rect is a part of a bar, in percent of the bar's width.
type rect struct {
	Class string
	X, W  float64
}

// bar is a small picture beside a figure in a table. The figure stands next to it, so it needs no text.
type bar struct {
	Rects []rect
	Axis  float64 // where zero lies; 0: at the left edge, not drawn
}

// barScale maps values from low..high onto the bar's width.
type barScale struct{ low, high float64 }

func (s barScale) at(v float64) float64 {
	if s.high <= s.low {
		return 0
	}
	return math.Round((v-s.low)/(s.high-s.low)*1000) / 10
}

// span is a bar from one value to another, with at least a hair's width for what is not zero.
func (s barScale) span(class string, from, to float64) bar {
	x, end := s.at(min(from, to)), s.at(max(from, to))
	w := math.Round((end-x)*10) / 10
	if from != to {
		w = max(w, .4)
	}
	b := bar{Rects: []rect{{Class: class, X: min(x, 100-w), W: w}}}
	if s.low < 0 && s.high > 0 {
		b.Axis = s.at(0)
	}
	return b
}
