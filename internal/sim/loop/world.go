package loop

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mathext"
)

// Segment is a kind of company with what a letter does to it.
type Segment struct {
	Name      string  `json:"segment"`
	Share     float64 `json:"share"`     // of all accounts
	Lift      float64 `json:"true_lift"` // share of the margin of two months that one letter adds, without fatigue
	Retention float64 `json:"retention"` // share of the hazard of leaving that it takes away while it works; below 0: it drives them away
	Value     float64 `json:"value"`     // of an order, against the average
}

// Segments are those of the world. Their mean lift is about what the product expects of a letter before it has learned
// anything. The contrast says how far they lie apart: at 1 far more than the product supposes, at 0 all answer as their
// average does and there is nothing to learn.
func Segments(contrast float64) []Segment {
	segments := apart()
	var lift, keep float64
	for _, s := range segments {
		lift, keep = lift+s.Share*s.Lift, keep+s.Share*s.Retention
	}
	for i := range segments {
		s := &segments[i]
		s.Lift, s.Retention = lift+contrast*(s.Lift-lift), keep+contrast*(s.Retention-keep)
	}
	return segments
}

func apart() []Segment {
	return []Segment{
		{"craft", .15, .55, .25, .8},
		{"trade", .15, .35, 0, 1},
		{"health", .20, .18, .20, 1.1},
		{"industry", .20, .08, 0, 1.1},
		{"public", .15, 0, .10, .9},
		{"chains", .15, -.12, -.15, 1},
	}
}

// The world's other figures. Months are 365.25/12 days; money is in minor units.
const (
	past         = 48    // months of history before the first campaign
	arrivals     = .005  // new accounts a month, as a share of those on file at the start
	rateShape    = 1.2   // of the gamma law of order rates
	rateMean     = .35   // orders a month
	hazardShape  = 2.    // of the gamma law of the hazards of leaving
	hazardMean   = .025  // a month
	orderMean    = 1800. // margin of an order
	betweenSD    = .9    // of the log of accounts' mean order margins
	withinSD     = .7    // of the log of an account's orders
	responseSD   = .5    // of the log of an account's own answer to letters, of mean 1
	doNotMail    = .04   // share of accounts that may not be written to
	fatigue      = .15   // a letter loses exp(-fatigue · pressure)
	pressureKept = .85   // of the pressure of earlier letters, a month later
	discount     = .008  // a month, of the residual value
)

// kernel is how a letter's effect spreads over the months from its arrival: what it adds within its window of two
// months is its lift on average, and .3 of that comes later.
var kernel = [...]float64{1.2, .8, .4, .2}

// Window is the number of months from a campaign to the next and of its measuring window.
const Window = 2

// World is the truth of one replication. Slices are by account.
type World struct {
	chance   chance
	months   int
	OnFile   int // accounts at the start
	segment  []uint8
	entry    []int16   // month of the first order; 0 is the month of the first campaign
	rate     []float64 // orders a month
	hazard   []float64 // of leaving, a month
	logMean  []float64 // of an order's margin
	margin   []float64 // mean margin of an order
	lift     []float64 // own lift: the segment's times the own answer to letters
	keep     []float64 // own retention, the same way
	blocked  []bool    // may not be written to
	segments []Segment
}

// NewWorld draws a company with so many accounts on file at the start, whose story goes on for so many months.
func NewWorld(contrast float64, seed uint64, onFile, months int) *World {
	n := onFile + int(math.Round(arrivals*float64(onFile)))*months
	w := &World{chance: chance(seed), months: months, OnFile: onFile, segments: Segments(contrast),
		segment: make([]uint8, n), entry: make([]int16, n), rate: make([]float64, n), hazard: make([]float64, n), logMean: make([]float64, n),
		margin: make([]float64, n), lift: make([]float64, n), keep: make([]float64, n), blocked: make([]bool, n)}
	perMonth := max((n-onFile)/max(months, 1), 1)
	for i := range n {
		u := func(p purpose) float64 { return w.chance.uniform(p, i, 0) }
		s := w.pick(u(drawSegment))
		w.segment[i] = s
		w.entry[i] = int16(math.Floor(u(drawEntry)*past)) - past
		if i >= onFile {
			w.entry[i] = int16((i - onFile) / perMonth)
		}
		w.rate[i] = gamma(u(drawRate), rateShape, rateMean)
		w.hazard[i] = gamma(u(drawHazard), hazardShape, hazardMean)
		mean := orderMean * w.segments[s].Value * math.Exp(betweenSD*w.chance.normal(drawValue, i, 0)-betweenSD*betweenSD/2)
		w.margin[i], w.logMean[i] = mean, math.Log(mean)-withinSD*withinSD/2
		own := math.Exp(responseSD*w.chance.normal(drawResponse, i, 0) - responseSD*responseSD/2)
		w.lift[i], w.keep[i] = w.segments[s].Lift*own, w.segments[s].Retention*min(own, 2)
		w.blocked[i] = u(drawMark) < doNotMail
	}
	return w
}

// Accounts is the number of all accounts, those still to come among them.
func (w *World) Accounts() int { return len(w.entry) }

// SegmentOf is an account's segment.
func (w *World) SegmentOf(i int) string { return w.segments[w.segment[i]].Name }

// Key is an account's key, as a system of record would give it.
func Key(i int) string { return fmt.Sprintf("loop:%07d", i) }

func (w *World) pick(u float64) uint8 {
	for s := range w.segments {
		if u -= w.segments[s].Share; u < 0 {
			return uint8(s)
		}
	}
	return uint8(len(w.segments) - 1)
}

// gamma is the quantile u of the gamma law of a shape and a mean.
func gamma(u, shape, mean float64) float64 { return mean / shape * mathext.GammaIncRegInv(shape, u) }
