package clv

import (
	"postlift"
	"postlift/clv/renewal"
)

// termAhead says when the next renewal decision is due and what it brings.
type termAhead struct {
	begins float64 // months from the first day that counts to the contract's start; 0: it runs
	edge   float64 // to the end of the running term, of the first one where it has not begun, or to the known end
	done   int     // renewals behind it
	next   renewal.Next
}

// next says what the end of a contract's running term will bring. A known end needs no notice and outlasts the
// running term where it lies behind it.
func (s *Scorer) next(k *ContractInput) renewal.Next {
	switch {
	case k.End.IsZero():
		return renewal.NextDecision(k.TermEnd, k.NoticeBy, k.AutoRenew, k.NoticeGiven, s.asOf)
	case k.End <= s.from || k.End <= k.Start:
		return renewal.NextOver
	}
	return renewal.NextEnds
}

// termAhead reads the dates of a contract as of the observation date.
func (s *Scorer) termAhead(k *ContractInput, c *sheet) termAhead {
	out := termAhead{done: max(k.RenewalsDone, 0), next: s.next(k)}
	begins := max(k.Start, s.from)
	end, by := k.TermEnd, k.NoticeBy
	switch {
	case out.next == renewal.NextOver:
		c.flags |= bitContractOver
		return out
	case !k.End.IsZero():
		c.flags |= bitEndKnown
		end = k.End
	case end.IsZero():
		c.flags |= bitOpenEnded
		end = begins.AddMonths(max(k.TermMonths, 1))
	case out.next == renewal.NextRolled:
		c.flags |= bitTermRolled
		var terms int
		end, by, terms = renewal.Roll(end, by, k.TermMonths, s.asOf)
		out.done += terms
		out.next = renewal.NextDecision(end, by, k.AutoRenew, false, s.asOf)
	}
	if begins > s.from {
		c.flags |= bitContractSigned
	}
	if out.next == renewal.NextCommitted {
		c.flags |= bitNoticePassed
	}
	out.begins, out.edge = s.monthsTo(begins), s.monthsTo(max(end, begins))
	return out
}

// monthsTo is the time to a day, from the first day that counts on, at least 0.
func (s *Scorer) monthsTo(day postlift.Date) float64 {
	return float64(max(day.DaysSince(s.from), 0)) / DaysPerMonth
}
