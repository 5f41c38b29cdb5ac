package clv

import (
	"cmp"
	"iter"
	"math"

	"postlift"
	"postlift/clv/renewal"
)

// Change is what a contract or a service might be changed to. Zero fields change nothing.
type Change struct {
	TermMonths   int     // a new term of so many months begins with the first month, or with a signed contract, and renewals have that length
	Discount     float64 // share taken off the monthly fee, or off orders where there is no contract; -1 to 1, negative: dearer
	NoticeDays   *int    // days before the end of a term by which notice must be given
	AutoRenew    *bool
	ServiceLevel *string
	PriceChange  float64 // share added to the fee at the next renewal, beside what the price model expects
	// HazardFactor multiplies the probability of ending at each renewal: what the reader believes the change
	// does to loyalty beyond the models; 0 means 1.
	HazardFactor float64
}

// What a valued change takes for granted, as keys: the effects that are computed, those that are taken as
// causal without proof, and those that are left out.
const (
	AssumeTermClass      = "term_class_taken_as_causal"    // renewals are those seen in the other term class, whose customers chose it themselves
	AssumeTermToday      = "new_term_begins_today"         // the new term replaces what is left of the running one
	AssumeMarginBearsAll = "discount_reduces_margin_fully" // costs stay, so that the whole discount is lost margin
	AssumePriceLoyalty   = "price_without_loyalty_effect"  // nobody leaves because of the price; state a hazard factor otherwise
	AssumeServiceLoyalty = "service_without_loyalty_effect"
	AssumeNoticeDeadline = "notice_moves_deadline_only" // it decides whether the next renewal can still be declined
	AssumeAutoRenew      = "auto_renew_moves_deadline_only"
	AssumeHazardStated   = "hazard_factor_as_stated"
	AssumeOrderDiscount  = "discount_without_more_orders"
	AssumeSameHorizon    = "nothing_counted_beyond_horizon"
)

// Difference is what a change is worth: the same account valued twice with the same models and horizon.
// Amounts are minor units, expected values.
type Difference struct {
	Accounts   int   `json:"accounts"`
	Contracts  int   `json:"contracts"` // running ones that were changed
	Before     Value `json:"before"`
	After      Value `json:"after"`
	DeltaMinor int64 `json:"delta_minor"` // of the residual value
	// BreakEvenDiscount is the discount, share of the fee, at which the change is worth nothing: up to there
	// it may be given away. Null where a discount moves nothing, or where none between -1 and 1 does it.
	BreakEvenDiscount *float64 `json:"break_even_discount"`
	Assumed           []string `json:"assumed"` // keys, see the constants beginning with Assume
}

// Check refuses a change that cannot be, naming the field.
func (ch Change) Check() error {
	bad := func(text string, args ...any) error {
		return postlift.Faultf(postlift.Invalid, "clv.Change", text, args...)
	}
	switch {
	case ch.TermMonths < 0 || ch.TermMonths > 120:
		return bad("a term of %d months: it must be 1 to 120, for example 12, 24 or 36", ch.TermMonths)
	case !(ch.Discount >= -1 && ch.Discount <= 1):
		return bad("a discount of %g: it must be a share from -1 to 1 (0.05 is five per cent off)", ch.Discount)
	case !(ch.PriceChange > -1 && ch.PriceChange <= 10):
		return bad("a price change of %g: it must be a share above -1 and up to 10 (0.03 is three per cent more)", ch.PriceChange)
	case ch.NoticeDays != nil && (*ch.NoticeDays < 0 || *ch.NoticeDays > 730):
		return bad("%d days of notice: it must be 0 to 730", *ch.NoticeDays)
	case !(ch.HazardFactor >= 0 && ch.HazardFactor <= 100):
		return bad("a hazard factor of %g: it must be 0 to 100 (1 leaves renewals as they are)", ch.HazardFactor)
	}
	return nil
}

// WhatIf values a change for one account. A change that cannot be is an Invalid fault.
func (s *Scorer) WhatIf(in *AccountInput, ch Change) (Difference, error) {
	return s.WhatIfGroup(func(yield func(*AccountInput) bool) { yield(in) }, ch)
}

// WhatIfGroup values a change for many accounts together: values and differences are sums, shares and
// probabilities of the sums are left at 0.
func (s *Scorer) WhatIfGroup(accounts iter.Seq[*AccountInput], ch Change) (Difference, error) {
	if err := ch.Check(); err != nil {
		return Difference{}, err
	}
	var d Difference
	var free, all int64 // differences at no discount and at a full one
	loose := 0          // accounts without a running contract
	for in := range accounts {
		before := s.Expected(in)
		after := s.changed(in, ch)
		after.AssumedShare = before.AssumedShare // the change rests on the same figures
		running := s.runningContracts(in)
		d.Contracts += running
		if running == 0 {
			loose++
		}
		if d.Accounts++; d.Accounts == 1 {
			d.Before, d.After = before, after
		} else {
			addValue(&d.Before, before)
			addValue(&d.After, after)
		}
		at := ch
		at.Discount = 0
		free += s.changed(in, at).ResidualMinor - before.ResidualMinor
		at.Discount = 1
		all += s.changed(in, at).ResidualMinor - before.ResidualMinor
	}
	d.DeltaMinor = d.After.ResidualMinor - d.Before.ResidualMinor
	if slope := float64(free - all); math.Abs(slope) >= 1 {
		// the value falls in a straight line with the discount
		if share := float64(free) / slope; share >= -1 && share <= 1 {
			d.BreakEvenDiscount = &share
		}
	}
	d.Assumed = ch.assumed(d.Contracts, loose)
	return d, nil
}

// addValue adds the amounts of a value; probabilities and ratios belong to one account and are left out.
func addValue(sum *Value, v Value) {
	sum.PAlive, sum.PActive, sum.MeanOrderMinor, sum.AssumedShare = 0, 0, 0, 0
	sum.CLVToCAC, sum.PaybackMonth, sum.Flags = 0, -1, nil
	sum.ExpectedOrders += v.ExpectedOrders
	sum.OrdersMinor += v.OrdersMinor
	sum.CommittedMinor += v.CommittedMinor
	sum.RenewalMinor += v.RenewalMinor
	sum.ExpansionMinor += v.ExpansionMinor
	sum.ServiceMinor += v.ServiceMinor
	sum.ContactMinor += v.ContactMinor
	sum.FulfilMinor += v.FulfilMinor
	sum.AcquisitionMinor += v.AcquisitionMinor
	sum.ResidualMinor += v.ResidualMinor
	sum.ProspectMinor += v.ProspectMinor
	sum.BreakEvenMinor += v.BreakEvenMinor
	sum.NextYearRevenueMinor += v.NextYearRevenueMinor
	sum.NextYearMarginMinor += v.NextYearMarginMinor
	sum.WindowMarginMinor += v.WindowMarginMinor
	sum.WindowCommittedMinor += v.WindowCommittedMinor
}

// changed values the account under a change.
func (s *Scorer) changed(in *AccountInput, ch Change) Value {
	out := *in
	if ch.ServiceLevel != nil {
		out.ServiceLevel = *ch.ServiceLevel
	}
	out.Contracts = nil
	for i := range in.Contracts {
		out.Contracts = append(out.Contracts, s.changedContract(in.Contracts[i], ch))
	}
	s.tweak = tweak{priceStep: ch.PriceChange, hazard: cmp.Or(ch.HazardFactor, 1)}
	if s.runningContracts(in) == 0 {
		s.tweak.discount = ch.Discount
	}
	defer func() { s.tweak = tweak{hazard: 1} }()
	return s.Expected(&out)
}

// runningContracts counts the contracts that are not over.
func (s *Scorer) runningContracts(in *AccountInput) int {
	n := 0
	for i := range in.Contracts {
		if s.next(&in.Contracts[i]) != renewal.NextOver {
			n++
		}
	}
	return n
}

// tweak is what a change does beyond the account's own data. At rest only hazard is set, to 1.
type tweak struct {
	priceStep float64 // share added to the fee from the next renewal on
	hazard    float64 // factor on the probability of ending at a renewal
	discount  float64 // share taken off orders
}

// priceLift is the additional margin of a month by a stated step of the fee at the next renewal: costs do not
// rise with it. Terms that are committed already keep their fee.
func (s *Scorer) priceLift(p *contractPath, t int) float64 {
	if s.tweak.priceStep == 0 || p.next[t] == 0 {
		return 0
	}
	return s.tweak.priceStep * p.fee * p.next[t] * (1 + p.gain[t]/(p.now[t]+p.next[t]))
}

// changedContract is a contract as it would be.
func (s *Scorer) changedContract(k ContractInput, ch Change) ContractInput {
	if s.next(&k) == renewal.NextOver {
		return k
	}
	fee := float64(k.MonthlyFeeMinor)
	if !k.MarginKnown {
		k.MonthlyMarginMinor, k.MarginKnown = minor(fee*s.a.DefaultMargin), true
	}
	off := minor(fee * ch.Discount)
	k.MonthlyFeeMinor -= off
	k.MonthlyMarginMinor -= off
	period := -1
	if !k.TermEnd.IsZero() && !k.NoticeBy.IsZero() {
		period = k.TermEnd.DaysSince(k.NoticeBy)
	}
	if ch.TermMonths > 0 {
		k.Cell = cellOf(&k)
		k.RenewalsDone = s.renewalsAt(&k, ch.TermMonths)
		k.TermMonths = ch.TermMonths
		k.Cell.Term = renewal.TermClass(ch.TermMonths)
		k.TermEnd, k.End, k.NoticeGiven = max(k.Start, s.from).AddMonths(ch.TermMonths), 0, false
	}
	if ch.NoticeDays != nil {
		period = *ch.NoticeDays + 1 // the term ends before TermEnd
	}
	if period >= 0 && !k.TermEnd.IsZero() {
		k.NoticeBy = k.TermEnd.AddDays(-period)
	}
	if ch.AutoRenew != nil {
		k.AutoRenew = *ch.AutoRenew
	}
	return k
}

// renewalsAt is the number of renewals that a contract is taken to have behind it under another term: as many
// as fit into the time it has run, but never more than it has decided for. Forty renewals by the month do not
// make a customer of forty years.
func (s *Scorer) renewalsAt(k *ContractInput, term int) int {
	done, old := max(k.RenewalsDone, 0), max(k.TermMonths, 1)
	if s.next(k) == renewal.NextRolled {
		_, _, terms := renewal.Roll(k.TermEnd, k.NoticeBy, k.TermMonths, s.asOf)
		done += terms
	}
	return min(done, done*old/term)
}

// assumed lists what the valued change takes for granted.
func (ch Change) assumed(contracts, loose int) []string {
	out := []string{AssumeSameHorizon}
	add := func(when bool, key string) {
		if when {
			out = append(out, key)
		}
	}
	add(ch.TermMonths > 0 && contracts > 0, AssumeTermToday)
	add(ch.TermMonths > 0 && contracts > 0, AssumeTermClass)
	add(ch.Discount != 0 && contracts > 0, AssumeMarginBearsAll)
	add(ch.Discount != 0 && loose > 0, AssumeOrderDiscount)
	add((ch.Discount != 0 || ch.PriceChange != 0) && ch.HazardFactor == 0, AssumePriceLoyalty)
	add(ch.ServiceLevel != nil && ch.HazardFactor == 0, AssumeServiceLoyalty)
	add(ch.NoticeDays != nil, AssumeNoticeDeadline)
	add(ch.AutoRenew != nil, AssumeAutoRenew)
	add(ch.HazardFactor != 0, AssumeHazardStated)
	return out
}
