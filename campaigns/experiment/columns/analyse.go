package columns

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"postlift"
	"postlift/campaigns/experiment"
)

// defaultTuned is how many units a sequential interval is tightest at where nothing is said: what most programs take.
const defaultTuned = 5000

// alpha is the error of every interval that decides.
const alpha = .05

// Analyse compares every arm with the control. Which estimator decides follows from the columns that were named:
// pairs are compared within themselves, strata by stratum, clusters by their sums, many propensities by their inverse;
// with a covariate it is adjusted (CUPED), several making one by least squares. Resampling, regression and capping
// stand beside it and decide nothing. Broken tables are Invalid faults; arms of other sizes than planned are a
// withheld result.
func Analyse(t *Table, o Options) (Report, error) {
	a, err := newAnalysis(t, o)
	if err != nil {
		return Report{}, err
	}
	r := a.header()
	var ps []float64
	for code, name := range t.Arm.Names {
		if int32(code) == a.control {
			continue
		}
		result, err := a.compare(int32(code), name)
		if err != nil {
			return Report{}, err
		}
		r.Results = append(r.Results, result)
	}
	slices.SortFunc(r.Results, func(a, b Result) int { return strings.Compare(a.Arm, b.Arm) })
	for _, x := range r.Results {
		if x.Estimate != nil {
			ps = append(ps, x.Estimate.P)
		}
	}
	for i, q := range experiment.BenjaminiHochberg(ps) {
		if len(ps) == len(r.Results) && len(ps) > 1 {
			r.Results[i].Q = &q
		}
	}
	r.Notes = a.notes
	return r, nil
}

type analysis struct {
	*Table
	Options
	control   int32
	units     *units
	weighted  bool // by inverse propensities
	ratio     *experiment.RatioCheck
	notes     []string
	limit     float64 // of capped outcomes; 0: none
	cappedSum []float64
}

func newAnalysis(t *Table, o Options) (*analysis, error) {
	a := &analysis{Table: t, Options: o, notes: []string{}}
	at := slices.Index(t.Arm.Names, t.Roles.Control)
	if at < 0 {
		return nil, postlift.Faultf(postlift.Invalid, readOp, "no row is in the control %q; column %q holds: %s", t.Roles.Control, t.Roles.Arm, listed(t.Arm.Names))
	}
	a.control = int32(at)
	if len(t.Arm.Names) < 2 {
		return nil, postlift.Faultf(postlift.Invalid, readOp, "every row is in the control %q: there is no other arm to compare", t.Roles.Control)
	}
	if t.Propensity != nil && len(t.Arm.Names) > 2 {
		return nil, postlift.Faultf(postlift.Invalid, readOp, "with propensities there can be two arms, the table has %d: take the rows of the others out", len(t.Arm.Names))
	}
	if len(t.Arm.Names) > mostArms {
		return nil, postlift.Faultf(postlift.Invalid, readOp, "column %q holds %d different names; a test has at most %d arms", t.Roles.Arm, len(t.Arm.Names), mostArms)
	}
	var err error
	if a.units, err = gather(t); err != nil {
		return nil, err
	}
	if t.Pair != nil {
		if err = a.units.checkPairs(t.Pair.Names, a.control); err != nil {
			return nil, err
		}
	}
	a.weighted = !a.units.byPropensity(a.control)
	if err = a.sizes(); err != nil {
		return nil, err
	}
	a.capped()
	return a, nil
}

const mostArms = 50

func listed(names []string) string {
	const most = 20
	names = slices.Sorted(slices.Values(names))
	if len(names) > most {
		return strings.Join(names[:most], ", ") + ", …"
	}
	return strings.Join(names, ", ")
}

// capped prepares the largest outcomes of all rows for the sensitivity figure.
func (a *analysis) capped() {
	values, limit := experiment.Capped(a.Outcome, cappedShare)
	if limit >= slices.Max(a.Outcome) {
		return
	}
	a.limit, a.cappedSum = limit, values
	if a.Cluster != nil {
		sums := make([]float64, len(a.Cluster.Names))
		for i, v := range values {
			sums[a.Cluster.Of[i]] += v
		}
		a.cappedSum = sums
	}
}

const cappedShare = .999

func (a *analysis) header() Report {
	d := Design{Unit: a.units.what, Column: a.Roles.Cluster, Propensity: a.Roles.Propensity, Covariates: slices.Clone(a.Roles.Covariates), Denominator: a.Roles.Denominator}
	if d.Covariates == nil {
		d.Covariates = []string{}
	}
	if a.units.stratum != nil {
		d.Strata = len(a.units.strata)
	}
	if a.Pair != nil {
		d.Pairs = len(a.Pair.Names)
	}
	r := Report{Rows: a.Rows, Outcome: a.Roles.Outcome, Control: a.Roles.Control, Design: d, Results: []Result{}, SeparatorWas: a.Separator, DecimalWas: a.Decimal}
	if a.ratio != nil {
		check := ratioOf(a.units.what+"s", *a.ratio)
		r.SampleRatio = &check
	}
	r.Resampling = &ResamplingLimit{Most: experiment.ResampleMost,
		Text: fmt.Sprintf("Randomisation test and bootstrap run by themselves up to %d units, 1,000 times or fewer the more units there are; --resamples asks for more.", experiment.ResampleMost)}
	return r
}

// compare reads one arm beside the control.
func (a *analysis) compare(code int32, name string) (Result, error) {
	c := a.units.compare(code, a.control, name)
	if err := c.check(a.weighted); err != nil {
		return Result{}, err
	}
	r := Result{Arm: name, SampleRatio: a.ratios(c, code), Balance: []Balance{}}
	index, err := a.covariate(c)
	if err != nil {
		return Result{}, err
	}
	cells := experiment.CellStrata(c.cells, c.count())
	r.Arms = a.arms(c, cells)
	if broken := a.broken(r.SampleRatio); broken != "" {
		r.Verdict, r.Reason = Withheld, broken
		r.Sentence = fmt.Sprintf("%s: withheld. %s", name, broken)
		return r, nil
	}
	e := estimation{analysis: a, comparison: c, cells: cells, adjusted: index && cells.Theta != 0}
	if err := e.decide(&r); err != nil {
		return Result{}, err
	}
	e.beside(&r)
	a.verdict(&r)
	return r, nil
}

// arms describes both sides as they are, strata or not.
func (a *analysis) arms(c *comparison, cells experiment.Cells) []Arm {
	s := cells.Strata[0]
	if len(cells.Strata) > 1 {
		plain := slices.Clone(c.cells)
		for i := range plain {
			plain[i].Stratum = 0
		}
		s = experiment.CellStrata(plain, 1).Strata[0]
	}
	names := [2]string{a.Roles.Control, c.arm}
	var out []Arm
	for i, j := range []experiment.Joint{s.Control, s.Treated} {
		arm := Arm{Name: names[i], Rows: c.rowsOf[i], Units: c.counts[i], Mean: j.Post.Mean, SD: math.Sqrt(j.Post.Var)}
		for k := range c.cells {
			if side(c.cells[k].Treated) == i {
				arm.Sum += c.cells[k].Num
			}
		}
		out = append(out, arm)
	}
	return out
}

func (a *analysis) verdict(r *Result) {
	low, high := r.Estimate.Low, r.Estimate.High
	by := "95%"
	if a.Sequential && r.Sequential != nil {
		low, high = r.Sequential.Low, r.Sequential.High
		by = "95% at all looks"
	}
	what := a.Roles.Outcome
	if a.Roles.Denominator != "" {
		what += " by " + a.Roles.Denominator
	}
	bounds := fmt.Sprintf("(%s: %s to %s)", by, number(low), number(high))
	relative := ""
	if r.Relative != nil {
		relative = fmt.Sprintf(", %+.1f%% of the control's", 100*r.Relative.Value)
	}
	switch {
	case low > 0:
		r.Verdict = Works
		r.Sentence = fmt.Sprintf("%s: %s is higher than in %s by %s %s%s.", r.Arm, what, a.Roles.Control, number(r.Estimate.Value), bounds, relative)
	case high < 0:
		r.Verdict = Hurts
		r.Sentence = fmt.Sprintf("%s: %s is lower than in %s by %s %s%s.", r.Arm, what, a.Roles.Control, number(-r.Estimate.Value), bounds, relative)
	default:
		r.Verdict = NoProof
		r.Sentence = fmt.Sprintf("%s: no proof of a difference in %s from %s; it lies between %s and %s (%s), and zero lies within.", r.Arm, what, a.Roles.Control, number(low), number(high), by)
	}
}
