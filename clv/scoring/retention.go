package scoring

import (
	"math"

	"postlift"
	"postlift/clv"
	"postlift/clv/renewal"
)

// TermAhead is the end of a contract's running term and what it will bring.
type TermAhead struct {
	End   postlift.Date // first day after the term, or after the contract where its end is known
	By    postlift.Date // last day for notice; none where the contract states no period
	Done  int           // renewals behind it
	Next  renewal.Next  // open, committed, ends or over
	Input clv.ContractInput
}

// Ahead reads the contract's dates as the models do, a term that has renewed itself rolled forward; ownDate tells
// that the data end with the day. It stands for the same decision as the value of the contract.
func (c *ContractRecord) Ahead(asOf postlift.Date, ownDate bool) TermAhead {
	in := c.Input(asOf, ownDate)
	a := TermAhead{End: in.TermEnd, By: in.NoticeBy, Done: max(in.RenewalsDone, 0), Input: in}
	switch {
	case !in.End.IsZero() && in.End <= asOf.AddDays(1):
		a.Next = renewal.NextOver
	case !in.End.IsZero():
		a.End, a.Next = in.End, renewal.NextEnds
	default:
		a.Next = renewal.NextDecision(in.TermEnd, in.NoticeBy, in.AutoRenew, in.NoticeGiven, asOf)
	}
	if a.Next == renewal.NextRolled {
		var terms int
		a.End, a.By, terms = renewal.Roll(in.TermEnd, in.NoticeBy, in.TermMonths, asOf)
		a.Done += terms
		a.Next = renewal.NextDecision(a.End, a.By, in.AutoRenew, false, asOf)
	}
	return a
}

// Repriced is the latest day after from and up to until on which the prices of the contract's lines changed, and the
// factor: what the volume of the day before costs now by what it cost then. No day where none did.
func (c *ContractRecord) Repriced(from, until postlift.Date) (on postlift.Date, factor float64) {
	for _, day := range c.changeDays(until) {
		if day <= from {
			continue
		}
		if r := c.ratio(day.AddDays(-1), day, true); r > 0 && math.Abs(r-1) > 1e-9 {
			on, factor = day, r
		}
	}
	return on, factor
}
