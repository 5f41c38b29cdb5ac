package world

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"postlift/campaigns/draw"
	"postlift/campaigns/experiment"
	"postlift/campaigns/planner"
)

// Outcome is one campaign as the product would read it, beside what is true. Money is in minor units per group.
type Outcome struct {
	Estimate experiment.Estimate
	Truth    float64
	Groups   int    // compared
	Refused  string // why there is no estimate, else ""
}

// Holds tells whether the 95 % interval holds the truth.
func (o Outcome) Holds() bool { return o.Estimate.Low <= o.Truth && o.Truth <= o.Estimate.High }

// future is what happens to the measured companies after the plan.
type future struct {
	w        *World
	rng      *rand.Rand
	lift     float64
	members  []int     // companies that are measured
	pre      []float64 // their margin of the year before the first window
	quarter  []float64
	past     [][]float64 // margin by window of the year before, the latest first
	boost    []float64   // by member: what earlier letters still do, in letters
	measured []planned   // of the window that happened last
}

// planned is what a window brought a company, and what one new letter was worth in it on average.
type planned struct{ margin, effect float64 }

// Campaign draws a design on the world, lets its windows happen with letters that add the lift to the orders of those
// whom they reach, and reads it with the product's estimators. Half of the companies, at random, still feel a letter of
// the window before. The truth is the lift's expected margin per group: over the first window after a letter, for a
// programme over all of its windows with a letter in each, both in the very quarters that happened.
func (w *World) Campaign(rng *rand.Rand, d planner.Design, salt string, lift float64) (Outcome, error) {
	f := w.begin(rng, d.TopPercent, lift)
	switch d.Kind {
	case planner.InWaves:
		return f.waves(d, salt)
	case planner.Programme:
		return f.programme(d, salt)
	}
	return f.once(d, salt)
}

// Pooled repeats a campaign in successive windows, each drawn anew, and reads the sum of their effects as the planner
// does that proposes it: values and variances are added up.
func (w *World) Pooled(rng *rand.Rand, d planner.Design, repeats int, salt string, lift float64) (Outcome, error) {
	f := w.begin(rng, d.TopPercent, lift)
	var sum Outcome
	var p experiment.Point
	var dof float64
	for k := range repeats {
		o, err := f.once(d, fmt.Sprint(salt, "|", k))
		if err != nil || o.Refused != "" {
			return o, err
		}
		v := o.Estimate.SE * o.Estimate.SE
		p.Value, p.SE, dof = p.Value+o.Estimate.Value, p.SE+v, dof+v*v/o.Estimate.DoF
		sum.Truth, sum.Groups = sum.Truth+o.Truth, o.Groups
	}
	p.DoF, p.SE = p.SE*p.SE/dof, math.Sqrt(p.SE)
	sum.Estimate = p.Estimate()
	return sum, nil
}

// begin leaves the largest companies out and gives half of the others what is left of a letter of the window before.
func (w *World) begin(rng *rand.Rand, topPercent, lift float64) *future {
	year := yearOf(w.days)
	f := &future{w: w, rng: rng, lift: lift}
	order := make([]int, len(w.companies))
	pre := make([]float64, len(w.companies))
	for i := range order {
		order[i], pre[i] = i, w.companies[i].year(0, year)
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(pre[b], pre[a]) })
	f.members = order[int(math.Ceil(topPercent*float64(len(order))/100-1e-9)):]
	slices.Sort(f.members)
	for _, i := range f.members {
		f.pre = append(f.pre, pre[i])
		f.quarter = append(f.quarter, w.companies[i].quarter)
		f.past = append(f.past, slices.Clone(w.companies[i].past[:year]))
		f.boost = append(f.boost, float64(rng.IntN(2))*w.market.Carry)
	}
	f.measured = make([]planned, len(f.members))
	return f
}

// happen lets a window go by; mailed companies get a letter at its beginning. It notes with each company what one new
// letter is worth in the window on average.
func (f *future) happen(mailed func(member int) bool) {
	m := f.w.market
	season := math.Exp(m.Season * f.rng.NormFloat64())
	for k, i := range f.members {
		c := &f.w.companies[i]
		f.quarter[k] = m.next(f.rng, f.quarter[k])
		rate := c.rate * math.Exp(f.quarter[k]-m.Swing*m.Swing/2) * season
		now := f.boost[k]
		if mailed(k) {
			now++
		}
		margin, _ := c.window(f.rng, m, rate*(1+f.lift*now))
		f.measured[k] = planned{margin, f.lift * rate * c.worth()}
		copy(f.past[k][1:], f.past[k])
		f.past[k][0] = margin
		f.boost[k] = now * m.Carry
	}
}

// units are the companies as the draw takes them, by the margin of the year before now.
func (f *future) units() []draw.Unit {
	units := make([]draw.Unit, len(f.members))
	for k, i := range f.members {
		c := &f.w.companies[i]
		f.pre[k] = 0
		for _, v := range f.past[k] {
			f.pre[k] += v
		}
		units[k] = draw.Unit{Key: c.key, Segment: c.segment, Value: f.pre[k], Pre: f.pre[k]}
	}
	return units
}

// request is the draw of a design.
func request(d planner.Design, salt string) draw.Request {
	switch d.Kind {
	case planner.Pairs, planner.Programme:
		return draw.Request{Salt: salt, Design: draw.Blocks, Block: max(d.Block, 2)}
	case planner.InWaves:
		return draw.Request{Salt: salt, Design: draw.Waves, Waves: d.Waves}
	}
	return draw.Request{Salt: salt, Design: draw.Strata, Share: d.Share}
}

// read gives the product's estimate of what the companies brought.
func (f *future) read(d planner.Design, arms []draw.Arm, margin []float64, truth float64) (Outcome, error) {
	units := make([]experiment.Unit, len(arms))
	for k, a := range arms {
		units[k] = experiment.Unit{Treated: !a.Held, Block: a.Stratum, Propensity: a.Propensity,
			Accounts: len(f.w.companies[f.members[k]].accounts), Outcome: margin[k], Pre: f.pre[k]}
	}
	analyse := experiment.AnalyseBlocks
	if d.Kind == planner.Holdout {
		analyse = experiment.Analyse
	}
	r, err := analyse(units)
	o := Outcome{Truth: truth, Groups: len(units), Refused: r.Refused}
	if err == nil && r.Refused == "" {
		o.Estimate = r.Estimate()
	}
	return o, err
}

// once is a campaign of one window.
func (f *future) once(d planner.Design, salt string) (Outcome, error) {
	arms, _, err := draw.Assign(f.units(), request(d, salt))
	if err != nil {
		return Outcome{}, err
	}
	f.happen(func(k int) bool { return !arms[k].Held })
	margin, truth := make([]float64, len(arms)), 0.0
	for k, p := range f.measured {
		margin[k] = p.margin
		truth += p.effect / float64(len(arms))
	}
	return f.read(d, arms, margin, truth)
}

// programme mails those who are not held out in every window.
func (f *future) programme(d planner.Design, salt string) (Outcome, error) {
	arms, _, err := draw.Assign(f.units(), request(d, salt))
	if err != nil {
		return Outcome{}, err
	}
	margin, truth, letters := make([]float64, len(arms)), 0.0, 0.0
	for range d.Windows(f.w.days) {
		f.happen(func(k int) bool { return !arms[k].Held })
		letters = letters*f.w.market.Carry + 1
		for k, p := range f.measured {
			margin[k] += p.margin
			truth += letters * p.effect / float64(len(arms))
		}
	}
	return f.read(d, arms, margin, truth)
}

// waves mails one wave after the other, a window apart.
func (f *future) waves(d planner.Design, salt string) (Outcome, error) {
	arms, _, err := draw.Assign(f.units(), request(d, salt))
	if err != nil {
		return Outcome{}, err
	}
	units := make([]experiment.WaveUnit, len(arms))
	sums := experiment.NewWaveSums(d.Waves)
	effects := make([]float64, d.Waves-1)
	for k, a := range arms {
		units[k] = experiment.WaveUnit{Wave: a.Wave, Pre: f.pre[k], Periods: make([]float64, d.Waves-1)}
	}
	for j := range effects {
		f.happen(func(k int) bool { return arms[k].Wave == j+1 })
		for k, p := range f.measured {
			units[k].Periods[j] = p.margin
			effects[j] += p.effect / float64(len(arms))
		}
	}
	for _, u := range units {
		sums.Add(u.Wave, append(slices.Clone(u.Periods), u.Pre))
	}
	o := Outcome{Truth: sums.BaseOf(effects), Groups: len(units)}
	if o.Estimate, err = experiment.InWaves(units, d.Waves); err != nil {
		o.Refused, err = experiment.TooFewGroups, nil
	}
	return o, err
}
