package backtest

import (
	"cmp"
	"slices"

	"postlift"
	"postlift/clv/renewal"
)

// Decision is one renewal decision that has fallen.
type Decision struct {
	On          postlift.Date // day of the decision: the end of the term that it follows
	Cell        renewal.Cell
	Opportunity int // 1 for the first renewal
	Renewed     bool
	Account     int64 // whose contract: decisions of one account are not independent; 0 where unknown
}

// RenewalOptions say what to test. The zero value goes back in steps of three months over three years.
type RenewalOptions struct {
	Until      postlift.Date // last day whose decisions are known; none: that of the last decision
	StepMonths int           // between origins, and the horizon of each; 0 means 3
	MaxOrigins int           // 0 means 12
}

// Keys of renewal predictions beside the models of clv/renewal, which are fitted to all decisions at once.
const (
	RenewalCells  = "cells"     // cells pooled towards their term class and that towards all
	BaselineRenew = "last_year" // the share renewed in the last 365 days
)

// preferredRenewals is the order in which predictions as good as each other are taken: pooled cells first,
// since they become the model of all contracts where cells do not differ.
var preferredRenewals = []string{RenewalCells, renewal.ModelGeometric, renewal.ModelSBG, renewal.ModelBdW}

// Flags of a renewal backtest.
const (
	FlagFewRenewals      = "few_renewals"       // no origin has enough decisions before and one after it
	FlagRenewalNaiveWins = "renewal_naive_wins" // last year's rate has a smaller log loss than the chosen model
)

// Renewal is how well renewals would have been predicted.
type Renewal struct {
	Until       postlift.Date   `json:"until"`
	Origins     []postlift.Date `json:"origins"`
	Decisions   int             `json:"decisions"` // tested, each once
	RenewedRate float64         `json:"renewed_rate"`
	Chosen      string          `json:"chosen"`
	Sentence    string          `json:"sentence"`
	Results     []RenewalResult `json:"results"` // best first, the baseline included
	Flags       []string        `json:"flags"`
}

// RenewalResult is how one prediction did over all tested decisions.
type RenewalResult struct {
	Model     string  `json:"model"`
	Baseline  bool    `json:"baseline"`
	LogLoss   float64 `json:"log_loss"` // mean of -log of the probability of what happened
	Behind    float64 `json:"behind"`   // log loss less the best one
	SE        float64 `json:"se"`       // of that difference, clustered by account
	Noise     bool    `json:"noise"`    // the difference is within NoiseErrors standard errors
	Brier     float64 `json:"brier"`
	Bias      float64 `json:"bias"`      // renewals predicted by renewals that happened, minus one
	Slope     float64 `json:"slope"`     // of the logit of what happened in the predicted logit: 1 where right
	Intercept float64 `json:"intercept"` // 0 where right
	Bins      []Bin   `json:"bins"`
}

const (
	renewalOrigins  = 12
	leastDecisions  = 30   // decisions before an origin
	leastRenewal    = 1e-4 // predicted probabilities are kept that far from 0 and 1
	slopePriorSD    = 10.0 // keeps the slope finite where predictions separate what happened
	calibrationRuns = 50
)

// renewalRun is a renewal backtest in the making: predictions by model, of the decisions tested so far.
type renewalRun struct {
	keys      []string
	predicted [][]float64
	tested    []Decision
}

// Renewals goes back in steps, fits renewal models to the decisions known by each origin and scores the
// decisions up to the next one. Too few decisions give a report that says so; an opportunity that cannot be
// and a decision without a date are Invalid faults.
func Renewals(decisions []Decision, opt RenewalOptions) (Renewal, error) {
	list := slices.Clone(decisions)
	slices.SortStableFunc(list, func(a, b Decision) int { return cmp.Compare(a.On, b.On) })
	if len(list) > 0 && list[0].On.IsZero() {
		return Renewal{}, postlift.Faultf(postlift.Invalid, "backtest.Renewals", "a renewal decision has no date")
	}
	if opt.StepMonths < 0 || opt.MaxOrigins < 0 {
		return Renewal{}, postlift.Faultf(postlift.Invalid, "backtest.Renewals",
			"step %d months and %d origins: neither may be negative", opt.StepMonths, opt.MaxOrigins)
	}
	out := Renewal{Until: opt.Until, Origins: []postlift.Date{}, Results: []RenewalResult{}, Flags: []string{}}
	if len(list) > 0 && out.Until.IsZero() {
		out.Until = list[len(list)-1].On
	}
	r := renewalRun{keys: append(renewal.Names(), RenewalCells, BaselineRenew)}
	r.predicted = make([][]float64, len(r.keys))
	step := cmp.Or(opt.StepMonths, defaultStep)
	for i := cmp.Or(opt.MaxOrigins, renewalOrigins); i >= 1; i-- {
		from, to := out.Until.AddMonths(-i*step), out.Until.AddMonths(-(i-1)*step)
		ok, err := r.test(list, from, to)
		if err != nil {
			return Renewal{}, err
		}
		if ok {
			out.Origins = append(out.Origins, from)
		}
	}
	r.finish(&out)
	return out, nil
}

// upTo is how many of the sorted decisions fell by a day.
func upTo(list []Decision, day postlift.Date) int {
	n, _ := slices.BinarySearchFunc(list, day+1, func(d Decision, day postlift.Date) int { return cmp.Compare(d.On, day) })
	return n
}

// test fits to the decisions up to from and predicts those up to to.
func (r *renewalRun) test(list []Decision, from, to postlift.Date) (bool, error) {
	known, later := list[:upTo(list, from)], list[upTo(list, from):upTo(list, to)]
	if len(known) < leastDecisions || len(later) == 0 {
		return false, nil
	}
	all, cells := &renewal.Table{}, map[renewal.Cell]*renewal.Table{}
	for _, d := range known {
		if cells[d.Cell] == nil {
			cells[d.Cell] = &renewal.Table{}
		}
		for _, t := range []*renewal.Table{all, cells[d.Cell]} {
			if err := t.Add(d.Opportunity, d.Renewed, 1); err != nil {
				return false, err
			}
		}
	}
	models, err := fitRenewals(all, cells, known, from)
	if err != nil {
		return false, err
	}
	for i, m := range models {
		for _, d := range later {
			p := min(max(m(d), leastRenewal), 1-leastRenewal)
			r.predicted[i] = append(r.predicted[i], p)
		}
	}
	r.tested = append(r.tested, later...)
	return true, nil
}

// fitRenewals gives the predictions in the order of the run's keys: each the probability of a renewal.
func fitRenewals(all *renewal.Table, cells map[renewal.Cell]*renewal.Table, known []Decision, origin postlift.Date) ([]func(Decision) float64, error) {
	var out []func(Decision) float64
	for _, name := range renewal.Names() {
		fit, err := renewal.Fit(name, all)
		if err != nil {
			return nil, err
		}
		out = append(out, func(d Decision) float64 { return 1 - fit.Model.Hazard(d.Opportunity) })
	}
	pooled, err := renewal.FitCells(cells)
	if err != nil {
		return nil, err
	}
	out = append(out, func(d Decision) float64 {
		m, _ := pooled.Model(d.Cell)
		return 1 - m.Hazard(d.Opportunity)
	})
	rate := lastYearRate(known, origin)
	return append(out, func(Decision) float64 { return rate }), nil
}

// lastYearRate is the share renewed in the last 365 days, of all decisions where there was none.
func lastYearRate(known []Decision, origin postlift.Date) float64 {
	recent := known[upTo(known, origin.AddDays(-daysPerYear)):]
	if len(recent) == 0 {
		recent = known
	}
	n := 0.0
	for _, d := range recent {
		if d.Renewed {
			n++
		}
	}
	return ratio(n, float64(len(recent)))
}
