package scoring

import (
	"context"
	"iter"

	"postlift"
	"postlift/clv"
	"postlift/clv/segments"
)

// AccountRef is how an account is known.
type AccountRef struct {
	ID      int64  `json:"-"`
	UID     string `json:"id"`
	Name    string `json:"name"`
	Segment string `json:"segment"`
}

// ExplainStore is what explaining one account needs of the database beside Store.
type ExplainStore interface {
	// Find gives an account by id, external id or exact name.
	Find(ctx context.Context, ref string) (AccountRef, error)
	// InSegment lists the accounts of a segment, as imported, by id.
	InSegment(ctx context.Context, segment string) ([]int64, error)
}

// Explanation is how the value of an account comes about, worked out anew under a run's models.
type Explanation struct {
	Account   AccountRef `json:"account"`
	Run       string     `json:"run"`
	AsOf      string     `json:"as_of"`
	Stage     string     `json:"stage"`
	Why       string     `json:"stage_reason"` // key of the rule that gave the stage
	Waterfall []Step     `json:"waterfall"`
	Adoptions []Adoption `json:"adoptions"` // product groups that it may take up, most valuable first
	Months    []Month    `json:"months"`
	Flags     []string   `json:"flags"`
	// MarginToDate is the margin that the account has earned so far, which the acquisition cost is covered by
	// first.
	MarginToDate postlift.Money `json:"margin_to_date"`
}

// Step is one bar of a waterfall.
type Step struct {
	Name   string         `json:"name"`
	Amount postlift.Money `json:"amount"` // costs are negative
	After  postlift.Money `json:"after"`  // sum up to here
	Total  bool           `json:"total"`
}

// Adoption is the prospect of one product group.
type Adoption struct {
	Group         string         `json:"group"`
	Kind          string         `json:"kind"`           // contract: part of the expansion; order: what to offer, its value is in the orders
	Probability   float64        `json:"probability"`    // that it is taken up within the horizon
	MonthlyMargin postlift.Money `json:"monthly_margin"` // once it is
	Decisions     int            `json:"decisions"`      // observed of accounts like this one
	Flags         []string       `json:"flags"`
}

// Month is what one month is expected to bring; costs are positive.
type Month struct {
	From       postlift.Date  `json:"from"`
	OrderDays  float64        `json:"order_days"`
	Active     float64        `json:"active_share"`
	Revenue    postlift.Money `json:"revenue"`
	Orders     postlift.Money `json:"orders"` // margins
	Committed  postlift.Money `json:"committed"`
	Renewal    postlift.Money `json:"renewal"`
	Expansion  postlift.Money `json:"expansion"`
	Service    postlift.Money `json:"service"`
	Contact    postlift.Money `json:"contact"`
	Fulfilment postlift.Money `json:"fulfilment"`
	Net        postlift.Money `json:"net"`
	Discounted postlift.Money `json:"discounted"`
	Cumulative postlift.Money `json:"cumulative"`
}

// Explain works the value of one account out anew under the published run's models, assumptions and date, from
// the documents as they are now. A run from before incremental scoring is a Conflict.
func (s *Service) Explain(ctx context.Context, store ExplainStore, ref string) (Explanation, error) {
	run, scorer, err := s.publishedScorer(ctx)
	if err != nil {
		return Explanation{}, err
	}
	account, err := store.Find(ctx, ref)
	if err != nil {
		return Explanation{}, err
	}
	out := Explanation{Account: account, Run: run.UID, AsOf: run.AsOf.String(), Adoptions: []Adoption{}}
	for h, err := range s.histories(ctx, &run, []int64{account.ID}) {
		if err != nil {
			return out, err
		}
		in := h.Input(run.AsOf, run.Basis.DefaultMargin)
		value := scorer.Score(&in)
		stage, why := segments.StageOf(h.facts(&value, run.AsOf), run.Basis.Ranking.Limits)
		out.Stage, out.Why, out.Flags = string(stage), string(why), value.Flags
		out.fill(run.Currency, scorer, &in, value)
	}
	return out, nil
}

func (e *Explanation) fill(currency string, scorer *clv.Scorer, in *clv.AccountInput, value clv.Value) {
	money := func(minor int64) postlift.Money { return postlift.Money{Minor: minor, Currency: currency} }
	e.MarginToDate = money(in.MarginToDateMinor)
	for _, w := range clv.Waterfall(value) {
		e.Waterfall = append(e.Waterfall, Step{Name: w.Name, Amount: money(w.AmountMinor), After: money(w.AfterMinor), Total: w.Total})
	}
	for _, a := range scorer.Adoptions(in) {
		e.Adoptions = append(e.Adoptions, Adoption{Group: a.Group, Kind: string(a.Kind), Probability: a.Probability,
			MonthlyMargin: money(postlift.RoundMinor(a.MonthlyMarginMinor)), Decisions: a.Decisions, Flags: a.Flags})
	}
	for _, m := range scorer.Grid(in) {
		e.Months = append(e.Months, Month{From: m.From, OrderDays: m.OrderDays, Active: m.ActiveShare, Revenue: money(m.RevenueMinor),
			Orders: money(m.OrdersMinor), Committed: money(m.CommittedMinor), Renewal: money(m.RenewalMinor), Expansion: money(m.ExpansionMinor),
			Service: money(m.ServiceMinor), Contact: money(m.ContactMinor), Fulfilment: money(m.FulfilMinor), Net: money(m.NetMinor),
			Discounted: money(m.DiscountedMinor), Cumulative: money(m.CumulativeMinor)})
	}
}

// publishedScorer makes the published run's scorer again.
func (s *Service) publishedScorer(ctx context.Context) (Run, *clv.Scorer, error) {
	run, err := s.Store.PublishedRun(ctx)
	if err != nil {
		return run, nil, err
	}
	if run.Basis == nil {
		return run, nil, postlift.Faultf(postlift.Conflict, "scoring.Explain",
			"run %s does not hold all that its values rest on: run postlift clv score", run.UID)
	}
	models, err := run.Params.Models()
	if err != nil {
		return run, nil, err
	}
	scorer, err := clv.NewScorer(&models, run.AsOf, run.Basis.Assumptions)
	return run, scorer, err
}

// Difference is what a change of contract or service is worth.
type Difference struct {
	Account           *AccountRef    `json:"account,omitempty"`
	Segment           string         `json:"segment,omitempty"`
	Run               string         `json:"run"`
	AsOf              string         `json:"as_of"`
	Horizon           int            `json:"horizon_months"`
	Accounts          int            `json:"accounts"`
	Contracts         int            `json:"contracts"`           // running ones that were changed
	NoContract        bool           `json:"no_running_contract"` // a term, notice or renewal was to change, and no contract runs
	Before            postlift.Money `json:"before"`              // residual value
	After             postlift.Money `json:"after"`
	Delta             postlift.Money `json:"delta"`
	Steps             []Change       `json:"parts"`
	BreakEvenDiscount *float64       `json:"break_even_discount"` // share of the fee at which the change is worth nothing; null: none does it
	Assumed           []string       `json:"assumed"`             // keys of what is taken for granted
}

// Change is what a change of contract or service does to one part of the value; costs are negative.
type Change struct {
	Name   string         `json:"name"`
	Before postlift.Money `json:"before"`
	After  postlift.Money `json:"after"`
}

// WhatIf values a change for an account or, where ref is empty, for all accounts of a segment: the difference
// of two values of the same accounts under the published run.
func (s *Service) WhatIf(ctx context.Context, store ExplainStore, ref, segment string, change clv.Change) (Difference, error) {
	run, scorer, err := s.publishedScorer(ctx)
	if err != nil {
		return Difference{}, err
	}
	out := Difference{Segment: segment, Run: run.UID, AsOf: run.AsOf.String(), Horizon: run.Horizon}
	var ids []int64
	if ref != "" {
		account, err := store.Find(ctx, ref)
		if err != nil {
			return out, err
		}
		out.Account, ids = &account, []int64{account.ID}
	} else if ids, err = store.InSegment(ctx, segment); err != nil {
		return out, err
	}
	if len(ids) == 0 {
		return out, postlift.Faultf(postlift.NotFound, "scoring.WhatIf", "no account is in the segment %q", segment)
	}
	var failed error
	d, err := scorer.WhatIfGroup(s.inputs(ctx, &run, ids, &failed), change)
	if failed != nil {
		return out, failed
	}
	if err != nil {
		return out, err
	}
	out.fill(run.Currency, d)
	out.NoContract = d.Contracts == 0 && (change.TermMonths > 0 || change.NoticeDays != nil || change.AutoRenew != nil)
	return out, nil
}

// inputs streams accounts as the models read them; an error of the stream ends it and lies in failed.
func (s *Service) inputs(ctx context.Context, run *Run, ids []int64, failed *error) iter.Seq[*clv.AccountInput] {
	return func(yield func(*clv.AccountInput) bool) {
		for h, err := range s.histories(ctx, run, ids) {
			if err != nil {
				*failed = err
				return
			}
			in := h.Input(run.AsOf, run.Basis.DefaultMargin)
			if !yield(&in) {
				return
			}
		}
	}
}

func (d *Difference) fill(currency string, found clv.Difference) {
	money := func(minor int64) postlift.Money { return postlift.Money{Minor: minor, Currency: currency} }
	d.Accounts, d.Contracts = found.Accounts, found.Contracts
	d.Before, d.After, d.Delta = money(found.Before.ResidualMinor), money(found.After.ResidualMinor), money(found.DeltaMinor)
	d.BreakEvenDiscount, d.Assumed = found.BreakEvenDiscount, found.Assumed
	before, after := clv.Waterfall(found.Before), clv.Waterfall(found.After)
	for i, step := range before {
		if step.Total || step.Name == clv.StepAcquisition {
			continue
		}
		d.Steps = append(d.Steps, Change{Name: step.Name, Before: money(step.AmountMinor), After: money(after[i].AmountMinor)})
	}
}
