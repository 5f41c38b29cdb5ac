package clv_test

import (
	"math"
	"slices"
	"testing"

	"postlift"
	"postlift/clv"
	"postlift/clv/purchase"
	"postlift/clv/renewal"
	"postlift/clv/spend"
)

// steady is a customer who is still one with probability 0.8, then stays for ever and orders every second month.
type steady struct{ purchase.Model }

func (steady) PAlive(int, float64, float64) float64 { return .8 }

func (steady) UsesRecency() bool { return true }

func (steady) Ahead(_ int, _, _ float64, ts, orders, alive []float64) {
	for i, weeks := range ts {
		orders[i], alive[i] = .5*weeks*purchase.DaysPerWeek/clv.DaysPerMonth, 1
	}
}

// TestWorkedExample values one account with orders and a contract by hand, to the cent.
//
// 36 months at 21 % a year. Cash of month t counts v^((t-0.5)/12), v = 1/1.21. The sums of these factors over
// the first n months, v^(1/24) (1 - v^(n/12)) / (1 - v^(1/12)), are
//
//	A16 = 14.128416   A28 = 22.601877   A36 = 27.417102
//
// Contract: 1,000.00 a month, of which 400.00 are margin. Its term has 487 days left, 16 months of 30.4375
// days. Then it renews by the year with 80 % each time, so that it runs with .8 in months 17 to 28 and with
// .64 in months 29 to 36. Each renewal raises fee and margin by 10 %.
//
//	committed  400 x A16                                               = 5,651.37
//	renewal    400 x (.8 (A28 - A16) + .64 (A36 - A28))                = 3,944.21
//	expansion  400 x (.8 x .1 (A28 - A16) + .64 x .21 (A36 - A28))     =   530.02
//
// Orders: with .8 still a customer, one order day of 2,000.00 at a margin of 25 % every second month, each of
// which costs 15.00 to handle.
//
//	orders     .8 x .5 x 500 x A36                                     = 5,483.42
//	handling   .8 x .5 x 15 x A36                                      =   164.50
//
// Service costs 50.00 a month and planned mailings 10.00 while the account orders or has the contract: never
// less than 1 - .2 x (1 - share): 1, then .96, then .928.
//
//	service    50 x (A16 + .96 (A28 - A16) + .928 (A36 - A28))         = 1,336.57
//	contact    10 x the same                                           =   267.31
//
// Residual value 5,651.37 + 3,944.21 + 530.02 + 5,483.42 - 1,336.57 - 267.31 - 164.50 = 13,840.64. It was won
// for 5,000.00 and has earned 1,000.00. While the term runs a month brings 400 + 200 - 6 - 50 - 10 = 534.00;
// 534 x A7 = 3,537.63 and 534 x A8 = 4,011.66, so that the rest of 4,000.00 is back in month 8.
func TestWorkedExample(t *testing.T) {
	price := renewal.PriceModel{}
	price.Nu, price.Changes = math.Log(1.1), 1
	m := &clv.Models{Orders: steady{purchase.BGNBD{R: 1, Alpha: 9, A: 1, B: 3}}, Renewals: oneModel{renewal.Geometric{Mu: .2}}, Fees: clv.FeeModels{Price: price}}
	a := clv.Assumptions{HorizonMonths: 36, DiscountRate: .21, OrderCostMinor: 1500, ContactMinorPerYear: 12000, WindowDays: 90,
		ServiceCostMinorPerMonth: map[string]int64{"gold": 5000, "": 1}}
	in := clv.AccountInput{FirstOrder: asOf.AddDays(-400), LastOrder: asOf.AddDays(-30), OrderDays: 5, MeanOrderMinor: 150000,
		RepeatMeanMinor: 200000, MarginRatio: .25, ServiceLevel: "gold", Mailable: true, DiscountRate: math.NaN(),
		AcquisitionKnown: true, AcquisitionMinor: 500000, MarginToDateMinor: 100000,
		Contracts: []clv.ContractInput{{MonthlyFeeMinor: 100000, MonthlyMarginMinor: 40000, MarginKnown: true, TermMonths: 12,
			TermEnd: from.AddDays(487), AutoRenew: true}}}
	v := score(t, in, m, a)
	for _, c := range []struct {
		what      string
		got, want int64
	}{
		{"committed", v.CommittedMinor, 565137}, {"renewal", v.RenewalMinor, 394421}, {"expansion", v.ExpansionMinor, 53002},
		{"orders", v.OrdersMinor, 548342}, {"handling", v.FulfilMinor, 16450}, {"service", v.ServiceMinor, 133657},
		{"contact", v.ContactMinor, 26731}, {"residual", v.ResidualMinor, 1384064}, {"prospect", v.ProspectMinor, 884064},
		{"break-even cost", v.BreakEvenMinor, 1384064}, {"payback", int64(v.PaybackMonth), 8},
		{"next year's revenue", v.NextYearRevenueMinor, 12 * (100000 + 80000)}, {"next year's margin", v.NextYearMarginMinor, 12 * (40000 + 20000)},
		{"window", v.WindowMarginMinor, 177413}, // 90 days at 600.00 a month
	} {
		if c.got != c.want {
			t.Errorf("%s = %d, want %d", c.what, c.got, c.want)
		}
	}
	if math.Abs(v.CLVToCAC-2.768128) > 1e-9 || math.Abs(v.ExpectedOrders-14.4) > 1e-9 || v.PActive != 1 {
		t.Errorf("%+v, want a ratio of 2.768128 and 14.4 order days", v)
	}
}

// TestCertaintyHasNoBand: a contract under notice pays until a known day in the middle of a month, and nothing
// about that is uncertain.
func TestCertaintyHasNoBand(t *testing.T) {
	a := assumptions()
	in := clv.AccountInput{DiscountRate: math.NaN(), AcquisitionKnown: true, Contracts: []clv.ContractInput{{MonthlyFeeMinor: 50000,
		MonthlyMarginMinor: 20000, MarginKnown: true, TermMonths: 12, TermEnd: from.AddDays(182), AutoRenew: true, NoticeGiven: true}}}
	v := score(t, in, models(), a)
	if v.SpreadMinor != 0 || v.HighMinor-v.LowMinor > 1 || v.MedianMinor-v.ResidualMinor > 1 || v.ResidualMinor-v.MedianMinor > 1 {
		t.Errorf("a certain value of %d has a band from %d to %d and a spread of %d", v.ResidualMinor, v.LowMinor, v.HighMinor, v.SpreadMinor)
	}
	for cost, want := range map[int64]float64{v.ResidualMinor - 5: 1, v.ResidualMinor + 5: 0} {
		in.AcquisitionMinor = cost
		if got := score(t, in, models(), a).PExceedsCost; got != want {
			t.Errorf("exceeds a cost of %d with %g, want %g", cost, got, want)
		}
	}
}

// TestAdoptionsRunAndEnd by hand: a group taken up in a month earns half of it, and goes on as contracts of its
// kind do.
func TestAdoptionsRunAndEnd(t *testing.T) {
	a := assumptions()
	a.HorizonMonths, a.DiscountRate, a.ServiceCostMinorPerMonth = 36, 0, nil
	m := models()
	m.Development = adoptions(t)
	in := clv.AccountInput{Segment: "craft", Held: []string{"parts", "rent"}, DiscountRate: math.NaN(), Contracts: []clv.ContractInput{
		{TermMonths: 60, TermEnd: from.AddMonths(60), AutoRenew: true, MarginKnown: true}}} // keeps the account, earns nothing
	by := m.Development.Path("craft", 2, "care", 1, 36)
	margin, _ := m.Development.Margin("craft", "care")
	for _, hazard := range []float64{0, .25} {
		m.Renewals = oneModel{renewal.Geometric{Mu: hazard}}
		want := 0.0
		for t := range by {
			for u := 0; u <= t; u++ {
				taken := by[u]
				if u > 0 {
					taken -= by[u-1]
				}
				share := .5 // of the month in which it is taken up
				if months := t - u; months > 0 {
					share = (math.Pow(1-hazard, float64((months-1)/12)) + math.Pow(1-hazard, float64(months/12))) / 2
				}
				want += margin * taken * share
			}
		}
		if v := score(t, in, m, a); math.Abs(float64(v.ExpansionMinor)-want) > .51 {
			t.Errorf("hazard %g: adoptions are worth %d, want %.2f", hazard, v.ExpansionMinor, want)
		}
	}
}

// TestPaybackBeforeALoss: one contract earns 100 for a year, another loses 50 for longer. The cost of 500 is
// back after ten months, although less than that is left in the end.
func TestPaybackBeforeALoss(t *testing.T) {
	a := assumptions()
	a.DiscountRate, a.ServiceCostMinorPerMonth = 0, nil
	fixed := func(margin int64, months int) clv.ContractInput {
		return clv.ContractInput{MonthlyFeeMinor: 300, MonthlyMarginMinor: margin, MarginKnown: true, TermMonths: 12,
			TermEnd: from.AddDays(int(math.Round(float64(months) * clv.DaysPerMonth))), NoticeGiven: true}
	}
	in := clv.AccountInput{DiscountRate: math.NaN(), AcquisitionKnown: true, AcquisitionMinor: 499,
		Contracts: []clv.ContractInput{fixed(100, 12), fixed(-50, 20)}}
	if v := score(t, in, models(), a); v.PaybackMonth != 10 || v.ResidualMinor > 250 {
		t.Errorf("month %d with a value of %d, want month 10", v.PaybackMonth, v.ResidualMinor)
	}
}

// TestSignsAndDoubtOfMargins: a loss on negative net revenue is not a positive margin, and a margin that is
// hardly known widens the band but not the value.
func TestSignsAndDoubtOfMargins(t *testing.T) {
	a := assumptions()
	in := orderAccount()
	in.MeanOrderMinor, in.MarginRatio = -1000, 40 // the first order was credited with costs
	v := score(t, in, models(), a)
	in.MarginRatio = math.NaN()
	if w := score(t, in, models(), a); v.OrdersMinor != w.OrdersMinor || v.OrdersMinor <= 0 {
		t.Errorf("orders are worth %d with a share of negative revenue, %d without one", v.OrdersMinor, w.OrdersMinor)
	}
	width := func(between float64) int64 {
		m := models()
		m.Margin = ratioOf(between)
		v := score(t, orderAccount(), m, a)
		return v.HighMinor - v.LowMinor
	}
	if known, vague := width(1e-9), width(.05); vague <= known {
		t.Errorf("bands are %d wide where all margins are alike, %d where they differ", known, vague)
	}
}

// ratioOf is a margin model whose true shares have the given variance around .35.
func ratioOf(between float64) spend.RatioModel {
	return spend.RatioModel{Mean: .35, Between: between, Within: 1e12 * between, Least: -1, Most: 1}
}

// TestOpportunitiesAreNotWeeks: a model of discrete opportunities cannot value accounts.
func TestOpportunitiesAreNotWeeks(t *testing.T) {
	m := clv.Models{Orders: purchase.BGBB{Alpha: 1, Beta: 1, Gamma: 1, Delta: 1}}
	if _, err := clv.NewScorer(&m, asOf, assumptions()); postlift.KindOf(err) != postlift.Invalid {
		t.Errorf("scoring: %v, want an Invalid fault", err)
	}
	if _, _, err := clv.FitPortfolio(busyPortfolio(t), clv.Choice{Orders: purchase.ModelBGBB}); postlift.KindOf(err) != postlift.Invalid {
		t.Errorf("fitting: %v, want an Invalid fault", err)
	}
}

// TestWhatIfKnowsWhatRuns: contracts that are over are not counted, so that a discount then falls on orders; and
// forty renewals by the month are not forty by another term.
func TestWhatIfKnowsWhatRuns(t *testing.T) {
	s, _ := whatIf(t)
	in := orderAccount()
	plain, err := s.WhatIf(&in, clv.Change{Discount: .1})
	check(t, err)
	over := annual().Contracts[0]
	over.TermEnd, over.AutoRenew = asOf.AddDays(-9), false
	in.Contracts = []clv.ContractInput{over}
	d, err := s.WhatIf(&in, clv.Change{Discount: .1})
	check(t, err)
	if d.Contracts != 0 || d.DeltaMinor != plain.DeltaMinor || !slices.Contains(d.Assumed, clv.AssumeOrderDiscount) {
		t.Errorf("%+v, want the discount on orders: %+v", d, plain)
	}
	m, a := models(), assumptions() // hazards fall with every renewal
	a.ServiceCostMinorPerMonth = nil
	scorer, err := clv.NewScorer(m, asOf, a)
	check(t, err)
	value := func(term, done int) clv.Value {
		in := annual()
		in.Contracts[0].TermMonths, in.Contracts[0].RenewalsDone = term, done
		d, err := scorer.WhatIf(&in, clv.Change{TermMonths: 12})
		check(t, err)
		return d.After
	}
	if monthly, yearly := value(1, 40), value(12, 3); monthly.RenewalMinor != yearly.RenewalMinor {
		t.Errorf("after 40 months renewals are worth %d, after three years %d", monthly.RenewalMinor, yearly.RenewalMinor)
	}
	if long, yearly := value(36, 2), value(12, 2); long.RenewalMinor != yearly.RenewalMinor {
		t.Errorf("two renewals of 36 months count %d, two of 12 months %d", long.RenewalMinor, yearly.RenewalMinor)
	}
}

// TestNewAccountIsTheMean: a population's share that may be mailed bears that share of the cost, its mean order is
// not bent by the spend model, and groups that its contracts hold are not adopted once more.
func TestNewAccountIsTheMean(t *testing.T) {
	m, a := richModels(t), assumptions()
	a.ContactMinorPerYear = 1200
	m.Populations.All = clv.Population{Accounts: 100, OrdersOnly: 100, OrderMinor: 100 * 50000, Ordering: 100, Mailable: 30}
	contact := func() clv.NewAccountValue {
		s, err := clv.NewScorer(m, asOf, a)
		check(t, err)
		return s.NewAccount("", "")
	}
	some := contact()
	m.Populations.All.Mailable = 100
	all := contact()
	if math.Abs(float64(some.ContactMinor)-.3*float64(all.ContactMinor)) > 1 || all.ContactMinor == 0 {
		t.Errorf("contact costs %d where 30 %% may be mailed, %d where all may", some.ContactMinor, all.ContactMinor)
	}
	first := all.OrdersMinor
	m.Populations.All.OrderMinor *= 2
	if twice := contact(); math.Abs(float64(twice.OrdersMinor-2*first)) > 1 || twice.ExpansionMinor != 0 {
		t.Errorf("orders twice as large are worth %d instead of %d, adoptions %d", twice.OrdersMinor, first, twice.ExpansionMinor)
	}
}

// TestNewAccountHoldsOneClass: where half of the holders have long terms and half rolling ones, a new account is
// the mean of the two, service included.
func TestNewAccountHoldsOneClass(t *testing.T) {
	m, a := models(), assumptions()
	long := clv.ClassContracts{Contracts: 50, Months: 50 * 36, FeeMinor: 50 * 9000, KnownFee: 50 * 9000, MarginMinor: 50 * 3000}
	rolling := clv.ClassContracts{Contracts: 50, Months: 50, FeeMinor: 50 * 9000, KnownFee: 50 * 9000, MarginMinor: 50 * 3000}
	value := func(classes map[string]clv.ClassContracts, accounts float64) clv.NewAccountValue {
		m.Populations.All = clv.Population{Accounts: accounts, ContractsOnly: accounts, Classes: classes}
		s, err := clv.NewScorer(m, asOf, a)
		check(t, err)
		return s.NewAccount("", "")
	}
	one, other := value(map[string]clv.ClassContracts{"long": long}, 50), value(map[string]clv.ClassContracts{"short": rolling}, 50)
	both := value(map[string]clv.ClassContracts{"long": long, "short": rolling}, 100)
	for what, c := range map[string][3]int64{"committed": {one.CommittedMinor, other.CommittedMinor, both.CommittedMinor},
		"renewal": {one.RenewalMinor, other.RenewalMinor, both.RenewalMinor}, "service": {one.ServiceMinor, other.ServiceMinor, both.ServiceMinor}} {
		if math.Abs(float64(c[0]+c[1])/2-float64(c[2])) > 1 {
			t.Errorf("%s: %d and %d make %d", what, c[0], c[1], c[2])
		}
	}
}

// TestTotalBandIsShifted: where only the shared factor is uncertain, the band is that factor on the orders less
// the certain cost, and mirrored for a loss.
func TestTotalBandIsShifted(t *testing.T) {
	m := clv.Models{Calibration: clv.Calibration{LogSDTotal: .3}}
	for _, sign := range []int64{1, -1} {
		var total clv.Total
		total.Add(clv.Value{ResidualMinor: sign * 4_000_000, OrdersMinor: sign * 10_000_000})
		b := total.Band(&m)
		at := func(z float64) float64 { return 10e6*math.Exp(-.3*.3/2+.3*z) - 6e6 }
		want := []float64{at(-1.6448536269514722), at(0), at(1.6448536269514722)}
		if sign < 0 {
			want = []float64{-want[2], -want[1], -want[0]}
		}
		for i, got := range []int64{b.LowMinor, b.MedianMinor, b.HighMinor} {
			if math.Abs(float64(got)-want[i]) > 1 {
				t.Errorf("sign %d: %+v, want %.0f", sign, b, want)
			}
		}
	}
}
