package columns

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"postlift"
	"postlift/campaigns/experiment"
)

// estimation is one comparison on its way to figures.
type estimation struct {
	*analysis
	*comparison
	cells    experiment.Cells
	adjusted bool // a covariate varies
	theta    float64
	center   float64 // of the covariate, by row
	blocks   []experiment.Block
	value    experiment.Estimate // that decides
	copy     []experiment.Cell
}

// covariate fills in the cells' covariate: the one named, or several joined by least squares of the outcome within
// strata, whatever the arm. It tells whether there is any.
func (a *analysis) covariate(c *comparison) (bool, error) {
	k := len(c.covariates)
	if k == 0 {
		return false, nil
	}
	beta := []float64{1}
	if k > 1 {
		var err error
		if beta, err = a.slopes(c); err != nil {
			return false, err
		}
	}
	for i := range c.cells {
		for j, b := range beta {
			c.cells[i].Pre += b * c.covariates[j][c.index[i]]
		}
	}
	return true, nil
}

// slopes are those of the outcome per row on the covariates per row, over units weighted by their rows, within strata.
func (a *analysis) slopes(c *comparison) ([]float64, error) {
	k := len(c.covariates)
	strata := max(c.comparisonStrata(), 1)
	mean := make([][]float64, strata) // rows, outcome, denominator's share, covariates
	for s := range mean {
		mean[s] = make([]float64, k+2)
	}
	var num, den float64
	at := func(cell *experiment.Cell) int {
		if strata == 1 {
			return 0
		}
		return cell.Stratum
	}
	for i := range c.cells {
		cell := &c.cells[i]
		num, den = num+cell.Num, den+cell.Den
		m := mean[at(cell)]
		m[0] += cell.PreDen
		for j, x := range c.covariates {
			m[j+2] += x[c.index[i]]
		}
	}
	ratio := num / den
	for i := range c.cells {
		mean[at(&c.cells[i])][1] += c.cells[i].Num - ratio*c.cells[i].Den
	}
	gram, right := mat.NewSymDense(k, nil), mat.NewVecDense(k, nil)
	x := make([]float64, k)
	for i := range c.cells {
		cell := &c.cells[i]
		m := mean[at(cell)]
		y := (cell.Num - ratio*cell.Den) - m[1]/m[0]*cell.PreDen
		for j := range x {
			x[j] = c.covariates[j][c.index[i]] - m[j+2]/m[0]*cell.PreDen
		}
		for j := range x {
			right.SetVec(j, right.AtVec(j)+x[j]*y)
			for l := j; l < k; l++ {
				gram.SetSym(j, l, gram.At(j, l)+x[j]*x[l])
			}
		}
	}
	scale := make([]float64, k) // columns of one size, so that the condition tells of dependence only
	for j := range scale {
		scale[j] = math.Sqrt(gram.At(j, j))
		if scale[j] == 0 {
			return nil, postlift.Faultf(postlift.Invalid, readOp, "covariate %q is the same everywhere: leave it away", a.Roles.Covariates[j])
		}
	}
	for j := range scale {
		right.SetVec(j, right.AtVec(j)/scale[j])
		for l := j; l < k; l++ {
			gram.SetSym(j, l, gram.At(j, l)/scale[j]/scale[l])
		}
	}
	var factor mat.Cholesky
	var beta mat.VecDense
	if !factor.Factorize(gram) || factor.Cond() > 1e12 || factor.SolveVecTo(&beta, right) != nil {
		return nil, postlift.Faultf(postlift.Invalid, readOp, "the covariates cannot be told apart: one is a mixture of others; leave one away")
	}
	out := make([]float64, k)
	for j := range out {
		out[j] = beta.AtVec(j) / scale[j]
	}
	return out, nil
}

// comparisonStrata is the number of strata that means are taken within; pairs count as one.
func (c *comparison) comparisonStrata() int {
	if c.pair != nil {
		return 1
	}
	return c.count()
}

// decide fills in the estimate that decides, and the plain one beside it.
func (e *estimation) decide(r *Result) error {
	switch {
	case e.pair != nil:
		if err := e.pairs(r); err != nil {
			return err
		}
	case e.weighted:
		if err := e.inverse(r); err != nil {
			return err
		}
	default:
		plain := e.cells.Difference(false)
		r.Unadjusted = estimateOf(plain.Estimate, nil)
		e.value, r.Estimator = plain.Estimate, experiment.PrimaryWelch
		deciding := plain
		if e.adjusted {
			deciding = e.cells.Difference(true)
			e.value, e.theta, r.Estimator = deciding.Estimate, deciding.Theta, experiment.PrimaryCUPED
		}
		if rel, ok := experiment.Fieller(deciding.Control, deciding.Treated); ok {
			r.Relative = &Interval{rel.Value, rel.Low, rel.High}
		}
	}
	if !(e.value.SE > 0) || math.IsInf(e.value.SE, 0) {
		return postlift.Faultf(postlift.Invalid, readOp, "the outcome does not vary within the arms: there is no spread to measure %s against", quote(e.arm))
	}
	var theta *float64
	if e.theta != 0 {
		theta = &e.theta
	}
	r.Estimate = estimateOf(e.value, theta)
	for _, s := range e.cells.Strata {
		if len(e.cells.Strata) == 1 && s.Control.Post.Var > 0 && s.Control.Pre.Var > 0 {
			r.Correlation = s.Control.Cov / math.Sqrt(s.Control.Post.Var*s.Control.Pre.Var)
		}
	}
	return nil
}

// pairs compares within pairs or blocks: their mean per row, weighted by their rows.
func (e *estimation) pairs(r *Result) error {
	type sums struct{ rows, y, x [2]float64 }
	all := make([]sums, e.count())
	for i := range e.comparison.cells {
		c := &e.comparison.cells[i]
		s, k := &all[c.Stratum], side(c.Treated)
		s.rows[k] += c.PreDen
		s.y[k] += c.Num
		s.x[k] += c.Pre
	}
	var b experiment.BlockSums
	for _, s := range all {
		block := experiment.Block{Units: s.rows[0] + s.rows[1], Treated: s.y[1] / s.rows[1], Control: s.y[0] / s.rows[0], PreTreated: s.x[1] / s.rows[1], PreControl: s.x[0] / s.rows[0]}
		e.blocks = append(e.blocks, block)
		b.Add(block)
	}
	p, theta, ok := b.Point(0)
	if !ok {
		return postlift.Faultf(postlift.Invalid, readOp, "%s has %d pairs; at least four are needed", quote(e.arm), len(all))
	}
	if !(p.SE > 0) {
		return postlift.Faultf(postlift.Invalid, readOp, "every pair of %s shows the same difference: there is no spread to measure against", quote(e.arm))
	}
	e.value, e.theta, r.Estimator = p.Estimate(), theta, experiment.PrimaryBlocked
	var plain experiment.BlockSums
	for _, block := range e.blocks {
		block.PreTreated, block.PreControl = 0, 0
		plain.Add(block)
	}
	if q, _, ok := plain.Point(0); ok && q.SE > 0 {
		r.Unadjusted = estimateOf(q.Estimate(), nil)
	}
	if rel, ok := b.Relative(); ok {
		r.Relative = &Interval{rel.Value, rel.Low, rel.High}
	}
	return nil
}

// inverse weights by the inverse of many different propensities.
func (e *estimation) inverse(r *Result) error {
	list := make([]experiment.Weighted, len(e.comparison.cells))
	var pre, den float64
	for i, c := range e.comparison.cells {
		list[i] = experiment.Weighted{Cell: c, Propensity: e.propensityOf(i)}
		pre, den = pre+c.Pre, den+c.PreDen
	}
	e.center = pre / den
	plain, err := experiment.InversePropensity(list, 0, 0)
	if err != nil {
		return err
	}
	r.Unadjusted = estimateOf(plain, nil)
	e.value, r.Estimator = plain, estimatorIPW
	if e.adjusted {
		e.theta = e.cells.Theta
		if e.value, err = experiment.InversePropensity(list, e.theta, e.center); err != nil {
			return err
		}
	}
	e.note(fmt.Sprintf("%s: propensities differ too much to compare class by class; rows are weighted by one over the chance of their arm. A permutation of the arms would not respect those chances, so nothing is resampled.", e.arm))
	return nil
}

func (e *estimation) propensityOf(i int) float64 {
	return e.comparison.units.propensity[e.index[i]]
}

func (a *analysis) note(text string) { a.notes = append(a.notes, text) }
