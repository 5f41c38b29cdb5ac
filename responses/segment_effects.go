package responses

import (
	"maps"
	"math"
	"slices"

	"postlift"
	"postlift/campaigns/experiment"
	"postlift/responses/pool"
)

// SegmentEffect is the effect in one segment: exploratory, as nobody registered it. Lifts are shares of the segment's
// baseline, the margin expected of its groups without a letter; money is per group, before cost.
type SegmentEffect struct {
	Segment     string         `json:"segment"`          // "": other
	Merged      []string       `json:"merged,omitempty"` // of other: the segments in it
	Exploratory bool           `json:"exploratory"`
	Assigned    int            `json:"assigned_groups"`
	Controls    int            `json:"control_groups"` // of waves: those who still wait in the last period
	Baseline    postlift.Money `json:"baseline_per_group"`
	Raw         MoneyInterval  `json:"raw_per_group"`
	RawLift     Interval       `json:"raw_lift"`
	Shrunk      MoneyInterval  `json:"shrunk_per_group"` // towards what the segments have in common, and that towards the zero of the sceptical belief
	ShrunkLift  Interval       `json:"shrunk_lift"`
	P           float64        `json:"p"`
	Adjusted    float64        `json:"p_adjusted"` // Benjamini-Hochberg over the segments
}

const (
	// leastSegment is how many groups an arm of a segment has at least; smaller segments are read together.
	leastSegment = 20
	// segmentSpread is the deviation of the half-normal prior on how much segments' true lifts differ.
	segmentSpread = .10
	// leastScale is the share of the mean baseline that a segment's is taken to be at least, so that a lift of segments
	// that buy next to nothing by themselves is a number.
	leastScale = .1
)

// segmentTable holds the segment and baseline of the ledger's groups.
type segmentTable struct {
	ledger *Ledger
	names  []string  // by group
	base   []float64 // by group
}

func newSegmentTable(l *Ledger) *segmentTable {
	return &segmentTable{ledger: l, names: make([]string, len(l.units)), base: make([]float64, len(l.units))}
}

func (t *segmentTable) add(r SegmentRow) error {
	if i, known := t.ledger.index[r.Key]; known {
		t.names[i], t.base[i] = r.Segment, r.BaselineMinor
	}
	return nil
}

// baseline is the mean of a group.
func (t *segmentTable) baseline() float64 {
	sum := 0.0
	for _, b := range t.base {
		sum += b
	}
	return sum / float64(max(len(t.base), 1))
}

// segmentPart is a segment, or several small ones, on its way to an effect.
type segmentPart struct {
	name     string
	merged   []string
	at       []int // groups
	assigned int
	controls int
	base     float64 // mean of a group
	estimate experiment.Estimate
}

// segments compares within every segment with the report's own estimator and shrinks what is found. With fewer than two
// segments there is nothing to compare.
func (j judgement) segments(t *segmentTable, sd float64) []SegmentEffect {
	var parts []segmentPart
	var waves []experiment.WaveUnit
	if j.Run.Design.waves() {
		waves = j.Ledger.waveUnits().outcome
	}
	for _, p := range j.parts(t) {
		e, ok := j.within(p.at, waves)
		if !ok {
			continue
		}
		p.estimate = e
		parts = append(parts, p)
	}
	if len(parts) < 2 {
		return []SegmentEffect{}
	}
	mean := t.baseline()
	if !(mean > 0) {
		return []SegmentEffect{}
	}
	return j.shrink(parts, mean*j.elapsed(), scepticSD(sd))
}

// parts are the segments in order of their names; those with too few groups in an arm are one, at the end.
func (j judgement) parts(t *segmentTable) []segmentPart {
	by := map[string][]int{}
	for i, name := range t.names {
		by[name] = append(by[name], i)
	}
	var parts []segmentPart
	var other segmentPart
	for _, name := range slices.Sorted(maps.Keys(by)) {
		p := segmentPart{name: name, at: by[name]}
		var least int
		if p.assigned, p.controls, least = j.sides(p.at); name == "" || least < leastSegment {
			other.at = append(other.at, p.at...)
			if name != "" {
				other.merged = append(other.merged, name)
			}
			continue
		}
		parts = append(parts, p)
	}
	var least int
	if other.assigned, other.controls, least = j.sides(other.at); least >= leastSegment {
		slices.Sort(other.at)
		parts = append(parts, other)
	}
	for i := range parts {
		for _, at := range parts[i].at {
			parts[i].base += t.base[at] / float64(len(parts[i].at))
		}
	}
	return parts
}

// sides counts the groups with and without a letter, of waves those who are mailed in some period and those who never
// are, and the smallest arm.
func (j judgement) sides(at []int) (assigned, controls, least int) {
	l := j.Ledger
	if !j.Run.Design.waves() {
		for _, i := range at {
			if l.units[i].Treated {
				assigned++
			}
		}
		return assigned, len(at) - assigned, min(assigned, len(at)-assigned)
	}
	sizes := make([]int, j.measurement.waves)
	for _, i := range at {
		sizes[min(max(l.waves[i], 1), len(sizes))-1]++
	}
	controls = sizes[len(sizes)-1]
	return len(at) - controls, controls, slices.Min(sizes)
}

// within is the estimate among some groups, by the design's estimator; ok is false where it refuses. waves are all groups
// of a test in waves.
func (j judgement) within(at []int, waves []experiment.WaveUnit) (e experiment.Estimate, ok bool) {
	l := j.Ledger
	if j.Run.Design.waves() {
		some := make([]experiment.WaveUnit, len(at))
		for k, i := range at {
			some[k] = waves[i]
		}
		e, err := experiment.InWaves(some, j.measurement.waves)
		return e, err == nil && e.SE > 0
	}
	some := make([]experiment.Unit, len(at))
	for k, i := range at {
		some[k] = l.units[i]
	}
	analyse := experiment.Analyse
	if j.Run.Design.blocks() {
		analyse = experiment.AnalyseBlocks
	}
	r, err := analyse(some)
	if err != nil || r.Refused != "" {
		return e, false
	}
	e = r.Estimate()
	return e, e.SE > 0 && !math.IsNaN(e.SE)
}

// shrink turns the parts into effects: towards each other, and what they have in common towards the sceptic's zero of
// deviation sd. mean is the mean baseline of a group as far as the reading goes.
func (j judgement) shrink(parts []segmentPart, mean, sd float64) []SegmentEffect {
	n := len(parts)
	lifts, ses, scales, p := make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n)
	for i, one := range parts {
		scales[i] = max(one.base*j.elapsed(), leastScale*mean)
		lifts[i], ses[i], p[i] = one.estimate.Value/scales[i], widened(one.estimate)/scales[i], one.estimate.P
	}
	pooled, err := pool.PoolUnder(lifts, ses, pool.Grid(segmentSpread), segmentSpread, pool.Prior{SD: sd})
	if err != nil { // a standard error of zero was left out before
		return []SegmentEffect{}
	}
	adjusted := experiment.BenjaminiHochberg(p)
	effects := make([]SegmentEffect, n)
	for i, one := range parts {
		shrunk := shrunkEstimate(pooled.Means[i], pooled.SDs[i])
		effects[i] = SegmentEffect{Segment: one.name, Merged: one.merged, Exploratory: true, Assigned: one.assigned, Controls: one.controls,
			Baseline: j.money(one.base * j.elapsed()), Raw: *j.interval(one.estimate), RawLift: scaled(one.estimate, 1/scales[i]),
			Shrunk: *j.interval(shrunk.Scale(scales[i])), ShrunkLift: scaled(shrunk, 1), P: p[i], Adjusted: adjusted[i]}
	}
	return effects
}

// shrunkEstimate is an estimate with the intervals of a normal distribution.
func shrunkEstimate(mean, sd float64) experiment.Estimate {
	const z95, z80 = 1.959963984540054, 1.2815515655446004
	return experiment.Estimate{Value: mean, SE: sd, Low: mean - z95*sd, High: mean + z95*sd, Low80: mean - z80*sd, High80: mean + z80*sd}
}

func scaled(e experiment.Estimate, k float64) Interval {
	e = e.Scale(k)
	return Interval{Value: e.Value, Low: e.Low, High: e.High, Low80: &e.Low80, High80: &e.High80}
}
