package main

import (
	"slices"

	"postlift"
	"postlift/clv/fitting"
	"postlift/clv/purchase"
	"postlift/clv/renewal"
	"postlift/clv/tables"
)

// covariateAnswer is what covariates do to ordering and leaving. An effect e multiplies the rate of orders by
// exp(e), and the odds (or the rate) of leaving.
type covariateAnswer struct {
	Model         string             `json:"model"`
	Base          map[string]float64 `json:"params"` // of a customer at the base level of every column
	Columns       []designColumn     `json:"columns"`
	Orders        []effect           `json:"orders"`
	Leaving       []effect           `json:"leaving"`
	LogLikelihood float64            `json:"log_likelihood"`
	Gain          float64            `json:"likelihood_ratio"`
	Freedom       int                `json:"degrees_of_freedom"`
	Chance        float64            `json:"p_value"`
	Few           []string           `json:"few,omitempty"` // covariates of few customers
	Flags         []string           `json:"flags"`
}

// designColumn is how one column became covariates.
type designColumn struct {
	Name   string   `json:"name"`
	Base   string   `json:"base"`
	Levels []string `json:"levels"`
	Other  bool     `json:"other"`          // rarer levels share one effect
	Rare   []string `json:"rare,omitempty"` // these rarer levels
}

type effect struct {
	Name  string  `json:"name"`
	Value float64 `json:"value"`
	SE    float64 `json:"se"`
}

// levelCustomers is how many customers a level needs for an effect of its own.
const levelCustomers = fitting.FewAccounts / 2

// fitCovariates estimates the effects of the columns that --covariates names.
func (j *fitJob) fitCovariates(c customers) (*covariateAnswer, error) {
	columns := c.labels[:len(list(j.covariates))]
	names := make([]string, len(columns))
	for i, col := range columns {
		names[i] = col.Name
	}
	tally := purchase.NewLevelTally(names...)
	for i, s := range c.sums {
		levels := make([]string, len(columns))
		for k, col := range columns {
			levels[k] = col.Values[i]
		}
		if err := tally.Add(levels, s.X, s.TX, s.T); err != nil {
			return nil, postlift.Wrap("clv fit", "customer "+s.ID+": "+postlift.UserText(err), err)
		}
	}
	design := tally.Design(levelCustomers)
	if len(design.Names()) == 0 {
		return nil, postlift.Faultf(postlift.Invalid, "clv fit",
			"--covariates %s: no column has two values, so there is no difference to explain", j.covariates)
	}
	opt := purchase.CovariateOptions{Options: purchase.Options{K: j.k, LogGaps: gaps(c.sums)}}
	fit, err := purchase.FitWithCovariates(j.model, design.Names(), tally.Patterns(design), opt)
	if err != nil {
		return nil, err
	}
	out := covariateAnswer{Model: fit.Model.Name(), Base: fitting.ParamMap(fit.Model.Params()), Orders: effects(fit.Orders), Leaving: effects(fit.Leaving),
		LogLikelihood: fit.LogLikelihood, Gain: fit.Gain, Freedom: fit.Freedom, Chance: fit.Chance, Few: fit.Few, Flags: fitting.Listed(fit.Flags)}
	for i, d := range design.Columns {
		out.Columns = append(out.Columns, designColumn{Name: d.Name, Base: d.Base, Levels: fitting.Listed(d.Levels), Other: d.Other, Rare: rareLevels(d, columns[i].Values)})
	}
	return &out, nil
}

// rareLevels lists the values of a column that have no effect of their own, so that predictions can tell them
// from values that the fit never saw.
func rareLevels(d purchase.Column, values []string) []string {
	var out []string
	for _, level := range slices.Compact(slices.Sorted(slices.Values(values))) {
		if level != d.Base && !slices.Contains(d.Levels, level) {
			out = append(out, level)
		}
	}
	return out
}

func effects(in []purchase.Effect) []effect {
	out := make([]effect, len(in))
	for i, e := range in {
		out[i] = effect(e)
	}
	return out
}

// renewalAnswer is the fit of renewals: all models, from the simplest to the richest, and what was observed.
type renewalAnswer struct {
	Chosen   string               `json:"chosen"` // the model with the lowest AIC
	Models   []renewalModel       `json:"models"`
	Observed []renewalStep        `json:"observed"`
	ByTerm   []termAnswer         `json:"by_term,omitempty"` // where the contracts have terms of several classes
	Rows     tables.RenewalCounts `json:"rows"`
}

// renewalModel is one fitted renewal model.
type renewalModel struct {
	Model         string             `json:"model"`
	Params        map[string]float64 `json:"params"`
	SE            map[string]float64 `json:"se"`
	LogLikelihood float64            `json:"log_likelihood"`
	AIC           float64            `json:"aic"`
	PriorUsed     bool               `json:"prior_used"`
	Flags         []string           `json:"flags"`
	Survival      []float64          `json:"survival"` // share still there after 0, 1, 2, … opportunities
}

// renewalStep is one renewal opportunity: what was decided, and the share of a cohort that is still there after
// it by these decisions (Kaplan and Meier).
type renewalStep struct {
	Opportunity int     `json:"opportunity"`
	Ended       int     `json:"ended"`
	Renewed     int     `json:"renewed"`
	Survival    float64 `json:"survival"`
}

// fitRenewals fits geometric, sBG and BdW renewals.
func (j *fitJob) fitRenewals(answer *fitAnswer) error {
	opt, err := j.log.options(j.app)
	if err != nil {
		return err
	}
	until := opt.Until
	if until.IsZero() {
		until = opt.Today
	}
	f, err := openInput(j.renewals)
	if err != nil {
		return err
	}
	defer f.Close()
	terms := map[int]*renewal.Table{}
	table, counts, err := tables.ReadRenewals(f, tables.RenewalOptions{Until: until, HistoryStart: opt.HistoryStart, DateLayout: opt.DateLayout, ByTerm: terms})
	if err != nil {
		return err
	}
	choice, err := renewal.Choose(table)
	if err != nil {
		return err
	}
	out := renewalAnswer{Chosen: choice.Chosen().Model.Name(), Rows: counts, Observed: observedRenewals(table)}
	for i, fit := range choice.Fits {
		m := renewalModel{Model: fit.Model.Name(), Params: fitting.ParamMap(fit.Model.Params()), SE: fit.SE, LogLikelihood: fit.LogLikelihood,
			AIC: choice.AIC[i], PriorUsed: fit.PriorUsed, Flags: fitting.Listed(fit.Flags)}
		for n := range len(table.Ended) + 1 {
			m.Survival = append(m.Survival, renewal.Survival(fit.Model, n))
		}
		out.Models = append(out.Models, m)
	}
	if out.ByTerm, err = fitTerms(terms); err != nil {
		return err
	}
	answer.Renewals = &out
	return nil
}

// observedRenewals follows the decisions from the first opportunity on, as far as there are any at each.
func observedRenewals(t *renewal.Table) []renewalStep {
	var out []renewalStep
	left := 1.0
	for i := range t.Ended {
		n := t.Ended[i] + t.Renewed[i]
		if n == 0 {
			break
		}
		left *= float64(t.Renewed[i]) / float64(n)
		out = append(out, renewalStep{i + 1, t.Ended[i], t.Renewed[i], left})
	}
	return out
}
