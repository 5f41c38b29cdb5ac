package clv_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"postlift/clv"
	"postlift/clv/purchase"
	"postlift/clv/simulate"
	"postlift/clv/spend"
)

// TestDoubtFollowsTheSampleSize: the doubt about the total is the standard deviation of what the fit expects
// over samples of the portfolio, and shrinks with the root of the number of accounts.
func TestDoubtFollowsTheSampleSize(t *testing.T) {
	law := simulate.BGNBD{R: .8, Alpha: 27, A: .6, B: 3}
	money := spend.GammaGamma{P: 4, Q: 3.5, Gamma: 40000}
	fitted := func(n int, seed uint64) (doubt, perAccount float64) {
		rng := rand.New(rand.NewPCG(seed, 4))
		var p clv.Portfolio
		simulate.Histories(law, rng, n, simulate.Cohorts{Youngest: 365, Oldest: 1000}, func(h simulate.History) {
			in := clv.AccountInput{FirstOrder: asOf.AddDays(-int(math.Round(h.T * 7))), OrderDays: h.X + 1}
			in.LastOrder = in.FirstOrder.AddDays(int(math.Round(h.TX * 7)))
			if h.X > 0 {
				nu := simulate.Gamma(rng, money.Q) / money.Gamma
				in.RepeatMeanMinor = simulate.Gamma(rng, money.P*float64(h.X)) / nu / float64(h.X)
			}
			p.AddAccount(&in, asOf)
		})
		m, fit, err := clv.FitPortfolio(&p, clv.Choice{Orders: purchase.ModelBGNBD})
		check(t, err)
		expected := purchase.ExpectedOrders(m.Orders, 2, 60, 90, 156) * m.Spend.MeanSpend(spend.Observation{X: 2, M: 50000})
		return fit.Doubt.Total, expected
	}
	small, _ := fitted(400, 1)
	large, _ := fitted(6400, 2)
	if ratio := small / large; ratio < 2.5 || ratio > 6.5 {
		t.Errorf("doubt %.4f with 400 accounts, %.4f with 6400: want about four times", small, large)
	}
	// over samples, what a fit expects of one account spreads about as much as the doubt says
	var sum, square, said float64
	const samples = 30
	for i := range samples {
		d, e := fitted(1600, uint64(10+i))
		sum, square, said = sum+math.Log(e), square+math.Log(e)*math.Log(e), said+d
	}
	spread := math.Sqrt(square/samples - sum*sum/samples/samples)
	if said/samples < spread/3 || said/samples > spread*3 {
		t.Errorf("expectations spread by %.4f over samples, the doubt says %.4f", spread, said/samples)
	}
}
