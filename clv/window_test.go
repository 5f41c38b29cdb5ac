package clv_test

import (
	"math"
	"testing"

	"postlift/clv"
	"postlift/clv/purchase"
	"postlift/clv/renewal"

	"pgregory.net/rapid"
)

// TestWindowKeepsAgreedFeesApart by hand: 200.00 a month, a window of 90 days, renewals with a probability of .8.
func TestWindowKeepsAgreedFeesApart(t *testing.T) {
	a := assumptions()
	a.ServiceCostMinorPerMonth = nil
	m := models()
	m.Renewals = oneModel{renewal.Geometric{Mu: .2}}
	const window, monthly = 90 / clv.DaysPerMonth, 20000.
	months := func(days int) float64 { return float64(days) / clv.DaysPerMonth }
	line := clv.ContractInput{MonthlyFeeMinor: 50000, MonthlyMarginMinor: monthly, MarginKnown: true, TermMonths: 12, TermEnd: from.AddDays(200), AutoRenew: true}
	for _, c := range []struct {
		what         string
		change       func(*clv.ContractInput)
		agreed, open float64
	}{
		{"a term beyond the window", func(*clv.ContractInput) {}, window, 0},
		{"a term that ends within it", func(k *clv.ContractInput) { k.TermEnd = from.AddDays(40) }, months(40), .8 * months(50)},
		{"a term that ends in its last, broken month", func(k *clv.ContractInput) { k.TermEnd = from.AddDays(75) }, months(75), .8 * months(15)},
		{"the deadline for notice has passed", func(k *clv.ContractInput) { k.TermEnd, k.NoticeBy = from.AddDays(40), asOf.AddDays(-5) }, window, 0},
		{"notice can be given still", func(k *clv.ContractInput) { k.TermEnd, k.NoticeBy = from.AddDays(40), asOf }, months(40), .8 * months(50)},
		{"notice was given", func(k *clv.ContractInput) { k.TermEnd, k.NoticeGiven = from.AddDays(40), true }, months(40), 0},
		{"signed, begins in the window", func(k *clv.ContractInput) { k.Start, k.TermEnd = from.AddDays(30), from.AddDays(395) }, months(60), 0},
		{"over", func(k *clv.ContractInput) { k.TermEnd, k.AutoRenew = asOf.AddDays(-3), false }, 0, 0},
	} {
		k := line
		c.change(&k)
		in := clv.AccountInput{Contracts: []clv.ContractInput{k}, DiscountRate: math.NaN()}
		v := score(t, in, m, a)
		agreed, all := math.Round(monthly*c.agreed), math.Round(monthly*(c.agreed+c.open))
		if float64(v.WindowCommittedMinor) != agreed || float64(v.WindowMarginMinor) != all {
			t.Errorf("%s: %d of %d are agreed, want %.0f of %.0f", c.what, v.WindowCommittedMinor, v.WindowMarginMinor, agreed, all)
		}
	}
}

// TestOrdersAreNeverAgreed: what orders bring in the window stays open beside contracts, whatever their number and
// however their fees are expected to move; contracts beyond the window leave nothing open at all.
func TestOrdersAreNeverAgreed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, a := models(), assumptions()
		m.Orders = steady{purchase.BGNBD{R: 1, Alpha: 9, A: 1, B: 3}}
		m.Fees.Volume.Expansion.A, m.Fees.Volume.Expansion.B = rapid.Float64Range(0, 2).Draw(t, "expansions"), 60
		m.Fees.Early.A, m.Fees.Early.B = rapid.Float64Range(0, 1).Draw(t, "breaks"), 90
		a.WindowDays = rapid.IntRange(0, 400).Draw(t, "window")
		var only clv.AccountInput
		only.DiscountRate = math.NaN()
		for range rapid.IntRange(1, 4).Draw(t, "contracts") {
			only.Contracts = append(only.Contracts, clv.ContractInput{MonthlyFeeMinor: 90000, MonthlyMarginMinor: rapid.Int64Range(-20000, 60000).Draw(t, "margin"),
				MarginKnown: true, TermMonths: 12, TermEnd: from.AddDays(a.WindowDays + rapid.IntRange(0, 300).Draw(t, "beyond")), AutoRenew: true})
		}
		both := orderAccount()
		orders, err := m.Score(&both, asOf, a)
		if err != nil {
			t.Fatal(err)
		}
		both.Contracts = only.Contracts
		v, err := m.Score(&only, asOf, a)
		if err != nil {
			t.Fatal(err)
		}
		w, err := m.Score(&both, asOf, a)
		if err != nil {
			t.Fatal(err)
		}
		if v.WindowMarginMinor != v.WindowCommittedMinor {
			t.Fatalf("%d of %d are agreed under contracts beyond the window", v.WindowCommittedMinor, v.WindowMarginMinor)
		}
		if d := w.WindowMarginMinor - w.WindowCommittedMinor - orders.WindowMarginMinor; orders.WindowCommittedMinor != 0 || d < -1 || d > 1 {
			t.Fatalf("orders bring %d (%d agreed); beside contracts %d less %d", orders.WindowMarginMinor, orders.WindowCommittedMinor, w.WindowMarginMinor, w.WindowCommittedMinor)
		}
	})
}
