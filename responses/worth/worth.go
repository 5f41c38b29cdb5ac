// Package worth projects what the accounts of a test are still worth on a day, with a model that has seen its controls
// only, and calibrates such projections by what came of earlier ones. It is pure and may import the root package, the
// clv room, campaigns/experiment, the standard library and gonum.
package worth

import (
	"cmp"
	"slices"

	"postlift"
	"postlift/clv"
	"postlift/clv/renewal"
	"postlift/clv/scoring"
)

// Needed is how many controls with orders or running contracts a model is fitted to at the least: with fewer, its parameters
// say more of the few than of the list.
const Needed = 200

// Fitter gathers the controls of a test, account by account. It learns orders, spend, margins, renewals and fees of
// contracts; which product groups accounts will take up is left out of both arms alike.
type Fitter struct {
	asOf          postlift.Date
	defaultMargin float64
	portfolio     clv.Portfolio
	renewals      map[decision]int
	inputs        []clv.AccountInput
	seen          int
}

type decision struct {
	cell        renewal.Cell
	opportunity int
	renewed     bool
}

// NewFitter begins for a day up to which the past is known; defaultMargin is the share of net taken where no margin is.
func NewFitter(asOf postlift.Date, defaultMargin float64) *Fitter {
	return &Fitter{asOf: asOf, defaultMargin: defaultMargin, renewals: map[decision]int{}}
}

// Add takes one control. Its input is kept, so that it need not be read again to be valued.
func (f *Fitter) Add(h *scoring.History) error {
	in := h.Input(f.asOf, f.defaultMargin)
	f.inputs = append(f.inputs, in)
	if !h.Empty(f.asOf) {
		f.seen++
	}
	f.portfolio.AddAccount(&in, f.asOf)
	for i := range h.Contracts {
		c := &h.Contracts[i]
		for _, d := range c.Decisions(f.asOf) {
			if d.On >= h.HistoryStart { // earlier ones were seen of survivors only
				f.renewals[decision{d.Cell, d.Opportunity, d.Renewed}]++
			}
		}
		k := c.Input(f.asOf, h.OwnDate)
		if err := f.portfolio.AddContract(&k, c.EndedEarly(f.asOf)); err != nil {
			return err
		}
	}
	return nil
}

// Learned is how many controls with orders or running contracts were added.
func (f *Fitter) Learned() int { return f.seen }

// Fit fits the models and makes the scorer that values all accounts of the test with them. ok is false where there are
// fewer than Needed of them, or no order model could be fitted to them although they order.
func (f *Fitter) Fit(choice clv.Choice, a clv.Assumptions) (v *Valuer, ok bool, err error) {
	if f.seen < Needed {
		return nil, false, nil
	}
	if err := f.addRenewals(); err != nil {
		return nil, false, err
	}
	models, fit, err := clv.FitPortfolio(&f.portfolio, choice)
	if err != nil {
		return nil, false, err
	}
	ordering := slices.ContainsFunc(f.inputs, func(in clv.AccountInput) bool { return in.OrderDays > 1 })
	if fit.Orders == nil && ordering {
		return nil, false, nil
	}
	scorer, err := clv.NewScorer(&models, f.asOf, a)
	if err != nil {
		return nil, false, err
	}
	v = &Valuer{scorer: scorer, asOf: f.asOf, defaultMargin: f.defaultMargin}
	if fit.Orders != nil {
		v.Model = fit.Orders.Model
	}
	return v, true, nil
}

// addRenewals hands the decisions on in one order, so that equal data give equal fits to the last bit.
func (f *Fitter) addRenewals() error {
	keys := make([]decision, 0, len(f.renewals))
	for k := range f.renewals {
		keys = append(keys, k)
	}
	went := func(d decision) int {
		if d.renewed {
			return 1
		}
		return 0
	}
	slices.SortFunc(keys, func(a, b decision) int {
		return cmp.Or(cmp.Compare(a.cell.Term, b.cell.Term), cmp.Compare(a.cell.Group, b.cell.Group), cmp.Compare(a.cell.Size, b.cell.Size),
			cmp.Compare(a.opportunity, b.opportunity), cmp.Compare(went(a), went(b)))
	})
	for _, k := range keys {
		if err := f.portfolio.AddRenewal(k.cell, k.opportunity, k.renewed, f.renewals[k]); err != nil {
			return err
		}
	}
	return nil
}

// Control is the i-th control added, as the models read it.
func (f *Fitter) Control(i int) *clv.AccountInput { return &f.inputs[i] }

// Valuer values accounts by their own past with the models of the controls. It serves one goroutine.
type Valuer struct {
	Model         string // of orders; "" where controls have contracts only
	scorer        *clv.Scorer
	asOf          postlift.Date
	defaultMargin float64
}

// Account values one account's past. See Value.
func (v *Valuer) Account(h *scoring.History) (residual, ahead float64) {
	in := h.Input(v.asOf, v.defaultMargin)
	return v.Value(&in)
}

// Value gives the residual value, and the margin of the assumptions' window that comes next (undiscounted, before the
// cost of serving), in minor units of the reporting currency.
func (v *Valuer) Value(in *clv.AccountInput) (residual, ahead float64) {
	value := v.scorer.Expected(in)
	return float64(value.ResidualMinor), float64(value.WindowMarginMinor)
}
