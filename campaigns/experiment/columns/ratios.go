package columns

import (
	"fmt"
	"slices"
	"strings"

	"postlift"
	"postlift/campaigns/experiment"
)

// sizes checks all arms against the planned ones, where they are known.
func (a *analysis) sizes() error {
	if a.Weights == nil {
		if a.units.propensity == nil && a.Pair == nil {
			a.notes = append(a.notes, "The planned sizes of the arms are not known, so nobody checked whether rows are missing: name them with --weights, such as '"+
				strings.Join(a.Arm.Names, "=1,")+"=1' for arms of one size.")
		}
		return nil
	}
	weights, observed := make([]float64, len(a.Arm.Names)), make([]float64, len(a.Arm.Names))
	for name, w := range a.Weights {
		at := slices.Index(a.Arm.Names, name)
		if at < 0 {
			return postlift.Faultf(postlift.Invalid, readOp, "--weights names the arm %q, of which there is no row; column %q holds: %s", name, a.Roles.Arm, listed(a.Arm.Names))
		}
		if !(w > 0) {
			return postlift.Faultf(postlift.Invalid, readOp, "--weights: arm %q has the weight %g; it must lie above 0", name, w)
		}
		weights[at] = w
	}
	for i, w := range weights {
		if w == 0 {
			return postlift.Faultf(postlift.Invalid, readOp, "--weights does not name the arm %q", a.Arm.Names[i])
		}
	}
	for _, arm := range a.units.arm {
		observed[arm]++
	}
	check := experiment.SampleRatio(observed, weights)
	a.ratio = &check
	return nil
}

// ratios checks one comparison: units, rows of clusters, and inside strata.
func (a *analysis) ratios(c *comparison, code int32) []Ratio {
	out := []Ratio{}
	chance := a.chance(code)
	if chance == nil {
		return out
	}
	type sums struct{ n, expected, variance, treated float64 }
	add := func(s *sums, e, m float64, treated bool) {
		s.n += m
		s.expected += e * m
		s.variance += e * (1 - e) * m * m
		if treated {
			s.treated += m
		}
	}
	var units, rows sums
	strata := make([]sums, c.count())
	for k := range c.cells {
		cell := &c.cells[k]
		e := chance(int(c.index[k]))
		add(&units, e, 1, cell.Treated)
		add(&rows, e, cell.PreDen, cell.Treated)
		if c.pair == nil {
			add(&strata[cell.Stratum], e, 1, cell.Treated)
		}
	}
	check := func(s sums, tested bool) experiment.RatioCheck {
		return experiment.ArmRatio(s.treated, s.expected, s.variance, tested)
	}
	tested := min(units.expected, units.n-units.expected) >= experiment.RatioMinimum
	out = append(out, ratioOf(c.what+"s", check(units, tested)))
	if c.rows != nil {
		out = append(out, ratioOf("rows", check(rows, tested)))
	}
	if c.pair == nil && c.count() > 1 {
		var checks []experiment.RatioCheck
		for _, s := range strata {
			checks = append(checks, check(s, min(s.expected, s.n-s.expected) >= experiment.RatioMinimum))
		}
		all := experiment.InStrata(checks)
		r := Ratio{What: "strata", P: all.P, Tested: all.Strata > 0, OK: !all.Broken()}
		if all.Worst >= 0 {
			r.Chi2 = checks[all.Worst].Chi2
		}
		out = append(out, r)
	}
	return out
}

// chance is the planned chance of a unit to be in the arm rather than in the control; nil where it is not known.
func (a *analysis) chance(code int32) func(unit int) float64 {
	switch {
	case a.units.propensity != nil:
		return func(i int) float64 { return a.units.propensity[i] }
	case a.Weights != nil:
		w, c := a.Weights[a.Arm.Names[code]], a.Weights[a.Roles.Control]
		return func(int) float64 { return w / (w + c) }
	}
	return nil
}

// broken says why a result is withheld; "" where it is not.
func (a *analysis) broken(checks []Ratio) string {
	if a.ratio != nil && a.ratio.Broken() {
		return fmt.Sprintf("The sizes of the arms contradict the planned ones (chi2 %.2f, p %.2g): rows were lost or moved after the draw, and any figure would be wrong.", a.ratio.Chi2, a.ratio.P)
	}
	for _, r := range checks {
		if !r.OK {
			return fmt.Sprintf("The sizes of the arms, counted by %s, contradict the planned ones (p %.2g): rows were lost or moved after the draw, and any figure would be wrong.", r.What, r.P)
		}
	}
	return ""
}
