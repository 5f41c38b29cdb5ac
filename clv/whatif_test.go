package clv_test

import (
	"math"
	"slices"
	"testing"

	"postlift"
	"postlift/clv"
	"postlift/clv/renewal"
)

// byTerm gives long terms a lower hazard.
type byTerm struct{}

func (byTerm) Model(cell renewal.Cell) (renewal.Model, renewal.Info) {
	info := renewal.Info{Level: renewal.LevelClass}
	if cell.Term == "long" {
		return renewal.Geometric{Mu: .1}, info
	}
	return renewal.Geometric{Mu: .2}, info
}

func annual() clv.AccountInput {
	return clv.AccountInput{DiscountRate: math.NaN(), Contracts: []clv.ContractInput{{MonthlyFeeMinor: 10000, MonthlyMarginMinor: 4000,
		MarginKnown: true, TermMonths: 12, TermEnd: from.AddMonths(12), AutoRenew: true}}}
}

func whatIf(t *testing.T) (*clv.Scorer, clv.Assumptions) {
	t.Helper()
	m, a := models(), assumptions()
	m.Renewals = byTerm{}
	a.HorizonMonths, a.DiscountRate, a.ServiceCostMinorPerMonth = 36, 0, map[string]int64{"": 0, "gold": 500}
	s, err := clv.NewScorer(m, asOf, a)
	check(t, err)
	return s, a
}

func days(from, to postlift.Date) float64 { return float64(to.DaysSince(from)) / clv.DaysPerMonth }

// TestWhatIfTerm by hand: 12 months against 24 at today's fee, over 36 months without discounting. The longer
// term saves the renewal after a year, and its next one is that of the other term class.
func TestWhatIfTerm(t *testing.T) {
	s, _ := whatIf(t)
	in := annual()
	d, err := s.WhatIf(&in, clv.Change{TermMonths: 24})
	check(t, err)
	year, two := days(from, from.AddMonths(12)), days(from, from.AddMonths(24))
	before := 4000 * (year + .8*12 + .64*12 + .512*(12-year))
	after := 4000 * (two + .9*(36-two))
	if math.Abs(float64(d.Before.ResidualMinor)-before) > 2 || math.Abs(float64(d.After.ResidualMinor)-after) > 2 {
		t.Errorf("%d then %d, want %.0f then %.0f", d.Before.ResidualMinor, d.After.ResidualMinor, before, after)
	}
	if d.DeltaMinor != d.After.ResidualMinor-d.Before.ResidualMinor || !slices.Contains(d.Assumed, clv.AssumeTermClass) {
		t.Errorf("%+v", d)
	}
	// the discount that eats the gain: the fee of all expected months bears it
	share := (after - before) / (10000 * after / 4000)
	if d.BreakEvenDiscount == nil || math.Abs(*d.BreakEvenDiscount-share) > 1e-3 {
		t.Fatalf("break-even discount %v, want %.4f", d.BreakEvenDiscount, share)
	}
	at, err := s.WhatIf(&in, clv.Change{TermMonths: 24, Discount: *d.BreakEvenDiscount})
	check(t, err)
	if math.Abs(float64(at.DeltaMinor)) > 40 {
		t.Errorf("at the break-even discount the change is worth %d, want nothing but rounding of the fee", at.DeltaMinor)
	}
	if in.Contracts[0].TermMonths != 12 {
		t.Error("the account was changed")
	}
}

// TestWhatIfOthers checks the other levers against each other and what is said of them.
func TestWhatIfOthers(t *testing.T) {
	s, _ := whatIf(t)
	in := annual()
	value := func(ch clv.Change) clv.Difference {
		t.Helper()
		d, err := s.WhatIf(&in, ch)
		check(t, err)
		return d
	}
	if d := value(clv.Change{}); d.DeltaMinor != 0 {
		t.Errorf("no change is worth %d", d.DeltaMinor)
	}
	gold := "gold"
	if d := value(clv.Change{ServiceLevel: &gold}); d.DeltaMinor != -d.After.ServiceMinor || d.After.ServiceMinor <= 0 || !slices.Contains(d.Assumed, clv.AssumeServiceLoyalty) {
		t.Errorf("dearer service: %+v", d)
	}
	if d := value(clv.Change{HazardFactor: .5}); d.DeltaMinor <= 0 || slices.Contains(d.Assumed, clv.AssumeServiceLoyalty) {
		t.Errorf("half the hazard: %+v", d)
	}
	year := days(from, from.AddMonths(12))
	lift := .1 * 10000 * (.8*12 + .64*12 + .512*(12-year))
	if d := value(clv.Change{PriceChange: .1}); math.Abs(float64(d.DeltaMinor)-lift) > 2 || d.After.RenewalMinor != d.Before.RenewalMinor {
		t.Errorf("ten per cent more from the next renewal on: %d, want %.0f", d.DeltaMinor, lift)
	}
	notice := 400
	if d := value(clv.Change{NoticeDays: &notice}); d.After.CommittedMinor <= d.Before.CommittedMinor || d.DeltaMinor <= 0 {
		t.Errorf("a deadline that has passed: %+v", d)
	}
	orders := orderAccount()
	d, err := s.WhatIf(&orders, clv.Change{Discount: .1})
	check(t, err)
	lost := .1 / .4 // of a margin of 40 %
	if got := -float64(d.DeltaMinor) / float64(d.Before.OrdersMinor); math.Abs(got-lost) > 1e-4 || !slices.Contains(d.Assumed, clv.AssumeOrderDiscount) {
		t.Errorf("ten per cent off orders takes %.4f of their margin, want %.4f", got, lost)
	}
	again := s.Expected(&orders)
	if !equalValues(again, d.Before) {
		t.Error("a change leaves its mark on the scorer")
	}
	group, err := s.WhatIfGroup(slices.Values([]*clv.AccountInput{&in, &orders}), clv.Change{Discount: .1})
	check(t, err)
	one := value(clv.Change{Discount: .1})
	if group.Accounts != 2 || group.Contracts != 1 || group.DeltaMinor != one.DeltaMinor+d.DeltaMinor {
		t.Errorf("group %+v, want the sum of %d and %d", group, one.DeltaMinor, d.DeltaMinor)
	}
	for _, bad := range []clv.Change{{TermMonths: -1}, {Discount: 2}, {Discount: math.NaN()}, {PriceChange: -1}, {HazardFactor: -1}} {
		if _, err := s.WhatIf(&in, bad); postlift.KindOf(err) != postlift.Invalid {
			t.Errorf("%+v: %v, want an Invalid fault", bad, err)
		}
	}
}
