package clv_test

import (
	"math"
	"slices"
	"testing"

	"postlift/clv"
	"postlift/clv/development"
	"postlift/clv/renewal"

	"pgregory.net/rapid"
)

// richModels add changes of fees, early ends, adoptions and a margin model to the usual ones.
func richModels(t testing.TB) *clv.Models {
	t.Helper()
	m := models()
	var prices renewal.Changes
	var volumes renewal.Volumes
	var early renewal.Events
	for i := range 200 {
		check(t, prices.Add(renewal.Cell{Term: "annual"}, 1+i%3, .02*float64(1+i%3)+.01*float64(i%5-2)))
		check(t, volumes.Add(36, i%3, .1*float64(i%3), i%2, -.15*float64(i%2)))
		check(t, early.Add(36, boolCount(i%40 == 0), 1))
	}
	m.Fees = clv.FeeModels{Price: renewal.FitPrices(&prices), Volume: renewal.FitVolumes(&volumes), Early: renewal.FitEarlyEnd(&early)}
	m.Development = adoptions(t)
	m.Margin = fixedMargin(.35)
	m.Doubt = clv.Doubt{Orders: []clv.OrderDoubt{{From: 0, LogSD: .1}, {From: 3, LogSD: .05}},
		Renewals: []clv.RenewalDoubt{{LogSD: .1}}, Total: .04, Renewed: .05}
	m.Calibration = clv.Calibration{LogSDAccount: .2, LogSDTotal: .1}
	return m
}

func boolCount(b bool) int {
	if b {
		return 1
	}
	return 0
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func adoptions(t testing.TB) *development.Model {
	t.Helper()
	tally := development.Tally{Kind: development.Contract}
	for q := 1; q <= 12; q++ {
		for _, g := range []string{"care", "parts", "rent"} {
			check(t, tally.Add("craft", q%3, g, q, false, 200))
			check(t, tally.Add("craft", q%3, g, q, true, 6))
			check(t, tally.AddMargin("craft", g, 4000+float64(q)))
		}
	}
	m, err := development.Fit(&tally)
	check(t, err)
	return &m
}

// fixedMargin shrinks every margin halfway to one share.
type fixedMargin float64

func (m fixedMargin) Shrunk(own, weight float64) (ratio, share float64) {
	if weight == 0 {
		return float64(m), 0
	}
	return (float64(m) + own) / 2, .5
}

// TestGridAddsUp: whatever the account, the months of the grid, discounted, are the parts of its value, and
// the cumulative sum ends at the residual value.
func TestGridAddsUp(t *testing.T) {
	m, a := richModels(t), assumptions()
	a.ContactMinorPerYear = 1200
	s, err := clv.NewScorer(m, asOf, a)
	check(t, err)
	rapid.Check(t, func(t *rapid.T) {
		in := drawAccount(t)
		v, grid := s.Expected(&in), s.Grid(&in)
		if in.OrderDays <= 0 && len(in.Contracts) == 0 {
			if len(grid) != 0 {
				t.Fatalf("a grid of %d months without history", len(grid))
			}
			return
		}
		var sums [7]float64
		var discounted int64
		for _, g := range grid {
			for i, part := range []int64{g.OrdersMinor, g.CommittedMinor, g.RenewalMinor, g.ExpansionMinor, g.ServiceMinor, g.ContactMinor, g.FulfilMinor} {
				sums[i] += float64(part) * g.DiscountFactor
			}
			discounted += g.DiscountedMinor
		}
		for i, want := range []int64{v.OrdersMinor, v.CommittedMinor, v.RenewalMinor, v.ExpansionMinor, v.ServiceMinor, v.ContactMinor, v.FulfilMinor} {
			if math.Abs(sums[i]-float64(want)) > float64(len(grid))/2+1+1e-9*math.Abs(float64(want)) {
				t.Fatalf("part %d: the grid adds up to %.1f, the value says %d (%+v)", i, sums[i], want, in)
			}
		}
		last := grid[len(grid)-1].CumulativeMinor
		if discounted != last || math.Abs(float64(last-v.ResidualMinor)) > 8+1e-9*math.Abs(float64(last)) {
			t.Fatalf("discounted months add up to %d, cumulative %d, residual value %d", discounted, last, v.ResidualMinor)
		}
		steps := clv.Waterfall(v)
		if steps[len(steps)-1].AfterMinor != v.ProspectMinor || steps[7].AfterMinor != v.ResidualMinor {
			t.Fatalf("waterfall %+v does not lead to %d and %d", steps, v.ResidualMinor, v.ProspectMinor)
		}
	})
}

// TestBandsNeverBreak: with every model at work, bands are ordered, finite and steady, probabilities are
// probabilities, and a scorer that has seen other accounts says the same as a fresh one.
func TestBandsNeverBreak(t *testing.T) {
	m, a := richModels(t), assumptions()
	a.ContactMinorPerYear = 1200
	seasoned, err := clv.NewScorer(m, asOf, a)
	check(t, err)
	rapid.Check(t, func(t *rapid.T) {
		in := drawAccount(t)
		v := seasoned.Score(&in)
		if v.LowMinor > v.MedianMinor || v.MedianMinor > v.HighMinor || v.SpreadMinor < 0 || !(v.PExceedsCost >= 0 && v.PExceedsCost <= 1) {
			t.Fatalf("%+v", v)
		}
		mean, _ := seasoned.BandMoments()
		if (in.OrderDays > 0 || len(in.Contracts) > 0) && math.Abs(mean-float64(v.ResidualMinor)) > 8+1e-6*(math.Abs(mean)+math.Abs(float64(v.HighMinor))) {
			t.Fatalf("the bands' mean is %.1f, the value %d: %+v", mean, v.ResidualMinor, in)
		}
		fresh, err := m.Score(&in, asOf, a)
		if err != nil {
			t.Fatal(err)
		}
		v.Flags, fresh.Flags = nil, nil
		if !equalValues(v, fresh) {
			t.Fatalf("seasoned %+v\nfresh %+v", v, fresh)
		}
	})
}

// equalValues compares two values without flags.
func equalValues(a, b clv.Value) bool {
	return slices.Equal(amounts(a), amounts(b)) && a.PAlive == b.PAlive && a.PActive == b.PActive && a.PExceedsCost == b.PExceedsCost &&
		a.CLVToCAC == b.CLVToCAC && a.AssumedShare == b.AssumedShare && a.ExpectedOrders == b.ExpectedOrders && a.MeanOrderMinor == b.MeanOrderMinor
}

func amounts(v clv.Value) []int64 {
	return []int64{v.OrdersMinor, v.CommittedMinor, v.RenewalMinor, v.ExpansionMinor, v.ServiceMinor, v.ContactMinor, v.FulfilMinor,
		v.AcquisitionMinor, v.ResidualMinor, v.ProspectMinor, v.LowMinor, v.MedianMinor, v.HighMinor, v.SpreadMinor, v.BreakEvenMinor,
		v.NextYearRevenueMinor, v.NextYearMarginMinor, v.WindowMarginMinor, v.WindowCommittedMinor, int64(v.PaybackMonth)}
}

// TestPayback by hand: a contract that earns 100 a month, undiscounted, against a cost of 350.
func TestPayback(t *testing.T) {
	a := assumptions()
	a.DiscountRate, a.ServiceCostMinorPerMonth = 0, nil
	in := clv.AccountInput{DiscountRate: math.NaN(), AcquisitionKnown: true, AcquisitionMinor: 350,
		Contracts: []clv.ContractInput{{MonthlyFeeMinor: 300, MonthlyMarginMinor: 100, MarginKnown: true, TermMonths: 24,
			TermEnd: from.AddMonths(30), AutoRenew: true}}}
	for _, c := range []struct {
		earned, cost int64
		known        bool
		want         int
	}{{0, 350, true, 4}, {150, 350, true, 2}, {350, 350, true, 0}, {0, 2400, true, 24}, {0, 2500, true, -1}, {0, 0, true, 0}} {
		in.MarginToDateMinor, in.AcquisitionMinor, in.AcquisitionKnown = c.earned, c.cost, c.known
		if v := score(t, in, models(), a); v.PaybackMonth != c.want {
			t.Errorf("earned %d, cost %d: month %d, want %d", c.earned, c.cost, v.PaybackMonth, c.want)
		}
	}
	a.AcquisitionCostMinor, in.AcquisitionKnown = nil, false
	if v := score(t, in, models(), a); v.PaybackMonth != -1 || v.CLVToCAC != 0 || !slices.Contains(v.Flags, clv.FlagAcqUnknown) {
		t.Errorf("unknown cost: %+v", v)
	}
	in.AcquisitionKnown, in.AcquisitionMinor = true, 1200
	if v := score(t, in, models(), a); v.CLVToCAC != 2 || v.BreakEvenMinor != 2400 || v.PExceedsCost != 1 {
		t.Errorf("%+v, want a ratio of 2, a break-even cost of 2400 and certainty", v)
	}
}

// TestContractTerms: a passed notice deadline commits the next term, an own discount rate and an early end
// lower the value, price rises raise it, adoptions count as expansion.
func TestContractTerms(t *testing.T) {
	m, a := models(), assumptions()
	a.DiscountRate, a.ServiceCostMinorPerMonth = 0, nil
	in := clv.AccountInput{DiscountRate: math.NaN(), Contracts: []clv.ContractInput{{MonthlyFeeMinor: 3000, MonthlyMarginMinor: 1000,
		MarginKnown: true, TermMonths: 12, TermEnd: from.AddDays(61), NoticeBy: asOf.AddDays(-1), AutoRenew: true}}}
	left := 61 / clv.DaysPerMonth
	v := score(t, in, m, a)
	if want := int64(math.Round(1000 * (left + 12))); v.CommittedMinor != want || !slices.Contains(v.Flags, clv.FlagNoticePassed) {
		t.Errorf("committed %d (%v), want %d: the next term cannot be declined any more", v.CommittedMinor, v.Flags, want)
	}
	if want := int64(math.Round(1000 * (12 - left) * (1 - .2/1.5))); v.RenewalMinor != want {
		t.Errorf("renewals %d, want %d: the first decision left is the second", v.RenewalMinor, want)
	}
	in.Contracts[0].NoticeBy = asOf
	if w := score(t, in, m, a); w.CommittedMinor != int64(math.Round(1000*left)) {
		t.Errorf("committed %d on the last day for notice, want the running term", w.CommittedMinor)
	}
	in.DiscountRate = .2
	own := score(t, in, m, a)
	a.DiscountRate = .2
	in.DiscountRate = math.NaN()
	if all := score(t, in, m, a); own.ResidualMinor != all.ResidualMinor || own.ResidualMinor >= v.ResidualMinor {
		t.Errorf("own rate gives %d, the same rate for all %d", own.ResidualMinor, all.ResidualMinor)
	}
	in.DiscountRate = 3
	if w := score(t, in, m, a); !slices.Contains(w.Flags, clv.FlagDiscountBent) {
		t.Errorf("a discount rate of 3 was not reported: %v", w.Flags)
	}
	in.DiscountRate = math.NaN()
	rich := richModels(t)
	plain := *rich
	plain.Fees, plain.Development = clv.FeeModels{}, nil
	early, prices := plain, plain
	early.Fees.Early = rich.Fees.Early
	prices.Fees.Price = rich.Fees.Price
	base := score(t, in, &plain, a)
	if w := score(t, in, &early, a); w.CommittedMinor >= base.CommittedMinor {
		t.Errorf("early ends leave %d of %d committed", w.CommittedMinor, base.CommittedMinor)
	}
	if w := score(t, in, &prices, a); w.ExpansionMinor <= 0 || w.RenewalMinor != base.RenewalMinor {
		t.Errorf("price rises give an expansion of %d and renewals of %d, were %d", w.ExpansionMinor, w.RenewalMinor, base.RenewalMinor)
	}
	adopting := plain
	adopting.Development = rich.Development
	in.Segment = "craft"
	none := score(t, in, &adopting, a)
	in.Held = []string{"care", "parts", "rent"}
	if all := score(t, in, &adopting, a); none.ExpansionMinor <= 0 || all.ExpansionMinor != 0 {
		t.Errorf("expansion %d without any group, %d with all", none.ExpansionMinor, all.ExpansionMinor)
	}
}

// TestTruncatedHistory: an account won long before the records begin is worth more than its visible history
// taken for the whole, and is told apart.
func TestTruncatedHistory(t *testing.T) {
	in := orderAccount()
	before := score(t, in, models(), assumptions())
	in.OpenedOn, in.HistoryStart = asOf.AddDays(-2000), in.FirstOrder.AddDays(-5)
	after := score(t, in, models(), assumptions())
	if !slices.Contains(after.Flags, clv.FlagHistoryTruncated) || after.ResidualMinor <= before.ResidualMinor {
		t.Errorf("%+v with the opening known, %+v without", after, before)
	}
	var p clv.Portfolio
	p.AddAccount(&in, asOf)
	if p.Truncated != 1 || p.Orders.Customers() != 0 {
		t.Errorf("truncated %d, learned from %d", p.Truncated, p.Orders.Customers())
	}
	_, fit, err := clv.FitPortfolio(&p, clv.Choice{})
	if err != nil || !slices.Contains(fit.Warnings, clv.WarnTruncatedLearned) || fit.Orders == nil {
		t.Errorf("a portfolio of one truncated account: %+v %v", fit, err)
	}
}

// TestTotal: the accounts' own luck evens out over many, what they share does not.
func TestTotal(t *testing.T) {
	m := models()
	m.Calibration.LogSDTotal = .1
	width := func(n int) float64 {
		var all, part clv.Total
		for i := range n {
			to := &all
			if i%2 == 1 {
				to = &part
			}
			to.Add(clv.Value{ResidualMinor: 1000, OrdersMinor: 1000, SpreadMinor: 2000})
		}
		all.Merge(part)
		b := all.Band(m)
		if all.Accounts != int64(n) || b.LowMinor > b.MedianMinor || b.MedianMinor > b.HighMinor || float64(b.MedianMinor) > all.Mean {
			t.Errorf("%+v %+v", all, b)
		}
		return float64(b.HighMinor-b.LowMinor) / all.Mean
	}
	if few, many := width(10), width(1_000_000); few < 1 || math.Abs(many-2*1.645*.1) > .01 {
		t.Errorf("relative widths %.3f and %.3f, want wide and 0.329", few, many)
	}
	var loss clv.Total
	loss.Add(clv.Value{ResidualMinor: -500, SpreadMinor: 100})
	if b := loss.Band(m); b.MedianMinor != -500 || b.LowMinor != -664 {
		t.Errorf("a loss: %+v", b)
	}
}
