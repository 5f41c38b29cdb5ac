package columns

import (
	"fmt"
	"math"

	"postlift/campaigns/experiment"
)

// beside fills in what stands beside the deciding estimate.
func (e *estimation) beside(r *Result) {
	units := float64(len(e.index))
	if e.Sequential {
		tuned := e.Tuned
		if tuned <= 0 {
			tuned = defaultTuned
		}
		low, high := experiment.Sequential(e.value, units, tuned, alpha)
		evidence, p := experiment.SequentialEvidence(e.value, units, tuned, alpha)
		r.Sequential = &Always{Low: low, High: high, P: p, Evidence: min(evidence, math.MaxFloat64), Tuned: tuned}
	}
	e.balance(r)
	e.regression(r)
	e.resample(r)
	e.cap(r)
	e.complier(r)
	r.Power = &Power{Detectable: experiment.Detectable(e.value.SE)}
	if mean := r.Arms[0].Mean; mean > 0 {
		lift := r.Power.Detectable / mean
		r.Power.DetectableLift = &lift
	}
	tuned := 0.0
	if r.Sequential != nil {
		tuned = r.Sequential.Tuned
	}
	if more, ok := experiment.MoreUnits(e.value.SE, e.value.Value, units, tuned); ok {
		r.Power.MoreUnits = &more
	}
}

// copied are the cells in a copy that the next call uses again.
func (e *estimation) copied() []experiment.Cell {
	e.copy = append(e.copy[:0], e.comparison.cells...)
	return e.copy
}

// balance reads every covariate as if it were the outcome.
func (e *estimation) balance(r *Result) {
	if e.weighted || len(e.covariates) == 0 {
		return
	}
	var ps []float64
	cells := e.copied()
	for k, x := range e.covariates {
		var d experiment.Estimate
		if e.pair == nil {
			for i := range cells {
				cells[i].Num, cells[i].Den = x[e.index[i]], cells[i].PreDen
			}
			d = experiment.CellStrata(cells, e.count()).Difference(false).Estimate
		} else {
			d = e.pairBalance(x)
		}
		if !(d.SE > 0) {
			continue
		}
		r.Balance = append(r.Balance, Balance{Covariate: e.Roles.Covariates[k], Value: d.Value, SE: d.SE, P: d.P})
		ps = append(ps, d.P)
	}
	for i, q := range experiment.BenjaminiHochberg(ps) {
		r.Balance[i].Q = q
		if q < .01 {
			e.note(fmt.Sprintf("%s: covariate %s differed before, by more than chance usually gives (q = %.2g); the adjusted figure corrects for it, the plain one does not.", e.arm, r.Balance[i].Covariate, q))
		}
	}
}

func (e *estimation) pairBalance(x []float64) experiment.Estimate {
	type sums struct{ rows, x [2]float64 }
	all := make([]sums, e.count())
	for i, c := range e.comparison.cells {
		s := &all[c.Stratum]
		s.rows[side(c.Treated)] += c.PreDen
		s.x[side(c.Treated)] += x[e.index[i]]
	}
	var b experiment.BlockSums
	for _, s := range all {
		b.Add(experiment.Block{Units: s.rows[0] + s.rows[1], Treated: s.x[1] / s.rows[1], Control: s.x[0] / s.rows[0]})
	}
	p, _, ok := b.Point(0)
	if !ok || !(p.SE > 0) {
		return experiment.Estimate{}
	}
	return p.Estimate()
}

// regression is Lin's, for rows or clusters' mean rows, with strata as dummies; it is left away where there is nothing
// to adjust for, or too much.
func (e *estimation) regression(r *Result) {
	const mostDummies = 30
	if len(e.covariates) == 0 || e.pair != nil || e.weighted || e.den != nil || e.count() > mostDummies || e.Cluster != nil {
		return
	}
	in := experiment.Regressors{Treated: e.treated, Outcome: make([]float64, len(e.index))}
	columns := make([][]float64, len(e.covariates)+e.count()-1)
	for k := range columns {
		columns[k] = make([]float64, len(e.index))
	}
	for i, at := range e.index {
		in.Outcome[i] = e.comparison.cells[i].Num
		for k, x := range e.covariates {
			columns[k][i] = x[at]
		}
		if s := e.comparison.cells[i].Stratum; s > 0 {
			columns[len(e.covariates)+s-1][i] = 1
		}
	}
	in.Covariates = columns
	if fit, err := experiment.Lin(in); err == nil {
		r.Regression = estimateOf(fit, nil)
	}
}

// frame is the comparison ready for resampling.
func (e *estimation) frame() *experiment.Frame {
	if e.pair == nil {
		return e.cells.Frame(e.comparison.cells, e.theta)
	}
	f := e.cells.Frame(e.comparison.cells, e.theta)
	f.Blocked = true
	return f
}

func (e *estimation) resample(r *Result) {
	n := e.Resamples
	if n < 0 {
		n = experiment.Resamples(len(e.index))
	}
	switch {
	case e.weighted:
		return
	case n == 0 && e.Resamples < 0:
		e.note(fmt.Sprintf("%s: nothing was resampled, as there are more than %d units; --resamples N does it all the same.", e.arm, experiment.ResampleMost))
		return
	case n == 0:
		return
	}
	f := e.frame()
	s := &Resampled{Seed: e.Seed}
	test := f.Randomise(n, e.Seed)
	s.RandomisationP, s.Assignments, s.Exact = &test.P, test.Resamples, test.Exact
	if b, ok := f.Bootstrap(n, e.Seed); ok {
		s.BootstrapT, s.Percentile, s.Resamples = &[2]float64{b.Low, b.High}, &[2]float64{b.PercentileLow, b.PercentileHigh}, b.Resamples
	}
	r.Resampled = s
}

// cap reads the comparison anew with the largest outcomes of all rows capped.
func (e *estimation) cap(r *Result) {
	if e.cappedSum == nil || e.weighted || e.pair != nil {
		return
	}
	cells := e.copied()
	for i, at := range e.index {
		cells[i].Num = e.cappedSum[at]
	}
	d := experiment.CellStrata(cells, e.count()).Difference(e.adjusted)
	if d.SE > 0 {
		r.Capped = &Sensitivity{Share: cappedShare, Cap: e.limit, Estimate: *estimateOf(d.Estimate, nil)}
	}
}

// complier divides by the difference in delivery where a column tells it.
func (e *estimation) complier(r *Result) {
	if e.delivered == nil || e.den != nil || e.pair != nil || e.weighted {
		if e.Delivered != nil {
			e.note(e.arm + ": the complier effect is computed for rows, clusters and strata, not for pairs, ratios or weights.")
		}
		return
	}
	cells := e.copied()
	for i, at := range e.index {
		cells[i].Num -= e.theta * cells[i].Pre
		cells[i].Pre = e.delivered[at]
	}
	joint := experiment.CellStrata(cells, e.count())
	c, ok := experiment.Compliers(joint.Strata, joint.Weights)
	r.Complier = &Complier{Delivered: c.Delivered[1], Control: c.Delivered[0]}
	if !ok {
		r.Complier.Reason = "delivery differs too little between the arms to divide by: every effect on those who got it would fit"
		return
	}
	r.Complier.Value, r.Complier.SE, r.Complier.Low, r.Complier.High = &c.Value, &c.SE, &c.Low, &c.High
}
