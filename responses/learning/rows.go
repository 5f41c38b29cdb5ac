package learning

import (
	"cmp"
	"math"
	"slices"

	"postlift"
	"postlift/campaigns"
	"postlift/campaigns/lift"
)

// Account is one account of a measured run, as its plan froze it and as its window turned out. Money is in minor
// units of the run's currency.
type Account struct {
	Group      string  // drawn as one by the holdout; the account's own key where it stands alone
	Baseline   float64 // margin expected in the window without a letter that a letter can move, frozen
	Traits     lift.Traits
	Assigned   bool
	Propensity float64 // of being mailed, as it was drawn; 0 and 1 teach nothing
	Outcome    float64 // margin of the window that a letter can move: without what contracts had agreed
	Pre        float64 // margin of the year before the plan; 0 throughout: not known
	Basket     float64 // usual margin of one of its orders; 0: not known
	Role       string  // campaigns.RoleRandomised, RoleKey, RoleThompson or RoleExplore (drawn or not)
}

// Rows makes the rows that a run teaches the model with, in an order of its own that the accounts' order does not
// change. It reads of the model its features and priors only, never what it has learned, so that campaigns can be
// added in any order.
//
//   - Accounts of the holdout's draw are summed by group, traits weighted by baseline, as tau_g = Σ b_i·theta'z_i.
//     Accounts that were tried out were drawn one by one and stay so, each with the propensity of its own draw.
//   - The residual is Y - m(x), m(x) = ((1-e)·k0 + e·k1)·b + g·(pre - p·b): k0 and k1 calibrate the baseline on those
//     without and with a letter, by role, shrunk as if CalibrationOrders orders more had come in as expected; g takes
//     out what the year before still explains. As W-e has mean zero whatever m is, a wrong m costs precision, not
//     truth. The b of the equation itself stays the frozen one: the next plan multiplies the same kind of baseline.
//   - Var eps = phi·b·basket, as sums of orders at random times have it. Nothing is clipped by its outcome, as the lift
//     of a clipped margin is another one. Against heavy tails phi is the value under which the model's doubt about the
//     average lift equals the heteroskedasticity-robust one (White 1980), so that one huge order lets the campaign
//     count for less; and no unit carries more than LeverageCap of the information, judged by baseline, basket and
//     propensity alone.
//
// Key accounts, accounts of propensity 0 or 1 and those without a baseline are left out and counted. A group of the
// holdout's draw in both arms or with two propensities is refused.
func Rows(m *lift.Model, accounts []Account) ([]lift.Row, Diagnostics, error) {
	units, d, err := unitsOf(m, accounts)
	if err != nil || len(units) == 0 {
		return nil, d, err
	}
	d.fillBaskets(units)
	d.calibrate(units, m.Features[0].PriorMean)
	d.adjust(units)
	d.disperse(units)
	d.bound(units)
	rows := make([]lift.Row, len(units))
	for i := range units {
		rows[i] = units[i].Row
	}
	d.Rows = len(rows)
	return rows, d, nil
}

// unit is what was drawn as one.
type unit struct {
	lift.Row
	role, group          string
	outcome, pre, basket float64
	known                float64 // baseline of the accounts whose basket is known
}

// w is W-e.
func (u *unit) w() float64 {
	if u.Assigned {
		return 1 - u.Propensity
	}
	return -u.Propensity
}

func unitsOf(m *lift.Model, accounts []Account) ([]unit, Diagnostics, error) {
	d := Diagnostics{Accounts: len(accounts)}
	sorted := make([]*Account, 0, len(accounts))
	for i := range accounts {
		a := &accounts[i]
		if err := a.check(); err != nil {
			return nil, d, err
		}
		switch {
		case a.Role == campaigns.RoleKey:
			d.KeyAccounts++
		case a.Propensity <= 0 || a.Propensity >= 1:
			d.Certain++
		case a.Baseline <= 0:
			d.NoBaseline++
		default:
			sorted = append(sorted, a)
		}
	}
	slices.SortFunc(sorted, compare)
	var units []unit
	var z []float64
	for i, a := range sorted {
		if i == 0 || a.Role != campaigns.RoleRandomised || sorted[i-1].Role != a.Role || sorted[i-1].Group != a.Group {
			units = append(units, unit{role: a.Role, group: a.Group, Row: lift.Row{Z: make([]float64, len(m.Features)), Assigned: a.Assigned, Propensity: a.Propensity}})
		}
		u := &units[len(units)-1]
		if u.Assigned != a.Assigned || math.Abs(u.Propensity-a.Propensity) > 1e-9 {
			return nil, d, postlift.Faultf(postlift.Invalid, "learning.Rows", "group %s stands in both arms or has two propensities; a group must be drawn as a whole", a.Group)
		}
		z = m.AppendZ(z, a.Traits)
		for j := range z {
			u.Z[j] += a.Baseline * z[j]
		}
		u.Baseline += a.Baseline
		u.outcome += a.Outcome
		u.pre += a.Pre
		if a.Basket > 0 {
			u.basket += a.Baseline * a.Basket
			u.known += a.Baseline
		}
	}
	for i := range units {
		for j := range units[i].Z {
			units[i].Z[j] /= units[i].Baseline
		}
	}
	return units, d, nil
}

// compare orders accounts by everything that a sum could depend on.
func compare(a, b *Account) int {
	return cmp.Or(cmp.Compare(a.Role, b.Role), cmp.Compare(a.Group, b.Group), cmp.Compare(a.Baseline, b.Baseline), cmp.Compare(a.Outcome, b.Outcome),
		cmp.Compare(a.Pre, b.Pre), cmp.Compare(a.Basket, b.Basket), cmp.Compare(a.Propensity, b.Propensity), cmp.Compare(a.Traits.Segment, b.Traits.Segment),
		cmp.Compare(a.Traits.FrequencyRank, b.Traits.FrequencyRank), cmp.Compare(a.Traits.MailAffinity, b.Traits.MailAffinity),
		cmp.Compare(a.Traits.PAlive, b.Traits.PAlive), cmp.Compare(a.Traits.MonthsSincePiece, b.Traits.MonthsSincePiece))
}

func (a *Account) check() error {
	for _, v := range []struct {
		name  string
		value float64
	}{{"baseline", a.Baseline}, {"outcome", a.Outcome}, {"margin before", a.Pre}, {"basket", a.Basket}, {"propensity", a.Propensity}} {
		if math.IsNaN(v.value) || math.IsInf(v.value, 0) {
			return postlift.Faultf(postlift.Invalid, "learning.Rows", "group %s: its %s of %g is no number", a.Group, v.name, v.value)
		}
	}
	if a.Propensity < 0 || a.Propensity > 1 {
		return postlift.Faultf(postlift.Invalid, "learning.Rows", "group %s: a propensity of %g does not lie between 0 and 1", a.Group, a.Propensity)
	}
	return nil
}
