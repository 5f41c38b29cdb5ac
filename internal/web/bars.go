package web

import (
	"math"

	"postlift"
)

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

// step is one line of a waterfall: a part with its running sum, or a total from zero.
type step struct {
	Key    string
	Amount postlift.Money
	Total  bool
	Bar    bar
}

// waterfall draws each part from where the sum before it ended, and each total from zero.
func waterfall(steps []step) []step {
	ends := make([][2]float64, len(steps))
	scale, sum := barScale{}, 0.0
	for i, s := range steps {
		v := float64(s.Amount.Minor)
		if s.Total {
			ends[i] = [2]float64{0, v}
			sum = v
		} else {
			ends[i] = [2]float64{sum, sum + v}
			sum += v
		}
		scale.low = min(scale.low, ends[i][0], ends[i][1])
		scale.high = max(scale.high, ends[i][0], ends[i][1])
	}
	for i := range steps {
		class := "plus"
		switch {
		case steps[i].Total:
			class = "total"
		case steps[i].Amount.Minor < 0:
			class = "minus"
		}
		steps[i].Bar = scale.span(class, ends[i][0], ends[i][1])
	}
	return steps
}
