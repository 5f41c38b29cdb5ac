package retention

import (
	"postlift"
	"postlift/clv"
	"postlift/clv/renewal"
	"postlift/clv/scoring"
)

// Contract is a contract with the names by which people know it.
type Contract struct {
	scoring.ContractRecord
	UID    string
	Number string // as imported
}

// States of the end of a term.
const (
	Open      = "open"      // can still be declined, or is not signed yet
	Committed = "committed" // the notice deadline has passed without notice: the next term is certain
	Leaving   = "leaving"   // notice was given or an end is agreed
)

// Decision is the end of a contract's running term: what it will bring, when that is decided, and what depends on it.
// Amounts are in minor units of the reporting currency.
type Decision struct {
	State       string
	EndsOn      postlift.Date // last day of the term, or of the contract where it is leaving
	NoticeBy    postlift.Date // last day for notice; none where there is no period, or the contract does not renew itself
	DecidesOn   postlift.Date // day up to which the customer can decline: NoticeBy, else EndsOn
	Probability float64       // of going on: 1 committed, 0 leaving
	Level       string        // whose renewals the probability rests on: cell, class, all, prior or assumed
	Decisions   int           // seen at that level
	FeeMinor    int64         // a month
	MarginMinor int64         // a year
	NextMinor   int64         // of the next term, at most a year: what is secured where it is committed
}

// LevelAssumed says that no renewal was ever seen: the stated default rate stands in.
const LevelAssumed = "assumed"

// Book answers for contracts on a day, under the models and assumptions of a score run.
type Book struct {
	AsOf     postlift.Date
	OwnDate  bool // the documents end with that day
	Renewals clv.Renewals
	Default  float64 // renewal rate where nothing was seen
	Margin   float64 // share of a fee where the margin is unknown
}

// Decide tells what the end of a contract's running term brings; false for a contract that does not run on the day,
// is over, or has no exchange rate.
func (b *Book) Decide(c *scoring.ContractRecord) (Decision, bool) {
	if c.Rate <= 0 || !c.OpenOn(b.AsOf) {
		return Decision{}, false
	}
	a := c.Ahead(b.AsOf, b.OwnDate)
	monthly := b.monthly(&a.Input)
	d := Decision{EndsOn: a.End.AddDays(-1), FeeMinor: a.Input.MonthlyFeeMinor, MarginMinor: 12 * monthly, NextMinor: int64(min(max(c.TermMonths, 1), 12)) * monthly}
	switch a.Next {
	case renewal.NextOver:
		return d, false
	case renewal.NextEnds:
		d.State, d.DecidesOn = Leaving, d.EndsOn
		return d, true
	case renewal.NextCommitted:
		d.State, d.Probability = Committed, 1
	default:
		d.State = Open
		d.Probability, d.Level, d.Decisions = b.renews(a.Input.Cell, a.Done+1)
	}
	d.DecidesOn = d.EndsOn
	if a.Input.AutoRenew && !a.By.IsZero() {
		d.NoticeBy, d.DecidesOn = a.By, a.By
	}
	return d, true
}

// monthly is a contract's margin a month.
func (b *Book) monthly(in *clv.ContractInput) int64 {
	if in.MarginKnown {
		return in.MonthlyMarginMinor
	}
	return postlift.RoundMinor(float64(in.MonthlyFeeMinor) * b.Margin)
}

// renews is the probability of going on at an opportunity, the one that the value of the contract rests on.
func (b *Book) renews(cell renewal.Cell, opportunity int) (p float64, level string, decisions int) {
	if b.Renewals != nil {
		if m, info := b.Renewals.Model(cell); info.Level != renewal.LevelPrior {
			return 1 - min(max(m.Hazard(opportunity), 0), 1), info.Level, info.Decisions
		}
	}
	return b.Default, LevelAssumed, 0
}
