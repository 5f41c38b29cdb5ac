package clv_test

import (
	"math"
	"slices"
	"testing"

	"postlift"
	"postlift/clv"
)

// near compares amounts of minor units with what was worked out by hand.
func near(t *testing.T, what string, got int64, want float64) {
	t.Helper()
	if math.Abs(float64(got)-want) > .51 {
		t.Errorf("%s: %d, want %.2f", what, got, want)
	}
}

// TestKnownEnd: a contract earns until the end that is known, and no renewal is hoped for: not within the running
// term, not where the end lies behind it, and with no day left it is over.
func TestKnownEnd(t *testing.T) {
	m, a := models(), assumptions()
	a.DiscountRate, a.ServiceCostMinorPerMonth = 0, nil
	until := func(end postlift.Date) clv.Value {
		in := annual()
		in.Contracts[0].End = end
		return score(t, in, m, a)
	}
	if v := until(0); v.RenewalMinor == 0 {
		t.Errorf("without a known end: %+v, want renewals", v)
	}
	for _, days := range []int{1, 100, 500} { // the term has 365 left
		v := until(from.AddDays(days))
		near(t, "committed until a known end", v.CommittedMinor, 4000*float64(days)/clv.DaysPerMonth)
		if v.RenewalMinor != 0 || v.SpreadMinor != 0 || v.PActive != 1 {
			t.Errorf("ends after %d days: %+v", days, v)
		}
	}
	if v := until(from); v.ResidualMinor != 0 || v.PActive != 0 || !slices.Contains(v.Flags, clv.FlagContractOver) {
		t.Errorf("the observation date was its last day: %+v, want nothing", v)
	}
	s, err := clv.NewScorer(m, asOf, a)
	check(t, err)
	in := annual()
	in.Contracts[0].End = from.AddDays(30)
	d, err := s.WhatIf(&in, clv.Change{TermMonths: 24})
	check(t, err)
	if d.After.CommittedMinor <= d.Before.CommittedMinor*10 {
		t.Errorf("a new term of two years instead of the end: %+v", d)
	}
}

// TestSignedContract: a contract that is signed earns from its first day on, costs no service before, and may be
// renewed like any other; its bands hold the same mean.
func TestSignedContract(t *testing.T) {
	m, a := models(), assumptions()
	a.DiscountRate, a.ServiceCostMinorPerMonth, a.HorizonMonths = 0, map[string]int64{"": 1000}, 36
	in := annual()
	start := from.AddDays(152) // 4.994 months
	in.Contracts[0].Start, in.Contracts[0].TermEnd = start, start.AddMonths(12)
	s, err := clv.NewScorer(m, asOf, a)
	check(t, err)
	v := s.Score(&in)
	begins, ends := days(from, start), days(from, start.AddMonths(12))
	h := func(i int) float64 { return 1 - m.Renewals.(oneModel).hazards.Hazard(i) }
	r1, r2 := h(1), h(1)*h(2)
	near(t, "committed", v.CommittedMinor, 4000*(ends-begins))
	near(t, "renewals", v.RenewalMinor, 4000*(r1*12+r2*(36-ends-12)))
	near(t, "service", v.ServiceMinor, 1000*(ends-begins+r1*12+r2*(36-ends-12)))
	near(t, "revenue of the next year", v.NextYearRevenueMinor, 10000*(12-begins))
	if mean, _ := s.BandMoments(); math.Abs(mean-float64(v.ResidualMinor)) > 2 {
		t.Errorf("bands around %.1f of a value of %d", mean, v.ResidualMinor)
	}
	months := s.Grid(&in)
	if months[3].CommittedMinor != 0 || months[4].CommittedMinor != int64(math.Round(4000*(5-begins))) || months[0].From != from {
		t.Errorf("months %+v", months[:6])
	}
	// a follow-up that begins when the contract before it ends is as one contract (service of the month of the
	// change is a little less: within a month the two are taken as independent)
	both, one := annual(), annual()
	both.Contracts[0].End = from.AddDays(200)
	next := both.Contracts[0]
	next.Start, next.End = from.AddDays(200), from.AddDays(500)
	both.Contracts = append(both.Contracts, next)
	one.Contracts[0].End = from.AddDays(500)
	if x, y := score(t, both, m, a), score(t, one, m, a); x.CommittedMinor-y.CommittedMinor > 1 || y.CommittedMinor-x.CommittedMinor > 1 || y.ServiceMinor-x.ServiceMinor > 250 {
		t.Errorf("a contract and its follow-up bring %d, one contract as long %d", x.CommittedMinor, y.CommittedMinor)
	}
	late := annual()
	late.Contracts[0].Start, late.Contracts[0].TermEnd = from.AddMonths(40), from.AddMonths(52)
	if v := score(t, late, m, a); v.ResidualMinor != 0 {
		t.Errorf("begins after the horizon: %+v", v)
	}
}
