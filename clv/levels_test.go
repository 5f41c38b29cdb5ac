package clv_test

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"postlift"
	"postlift/clv"
	"postlift/clv/purchase"
	"postlift/clv/simulate"
	"postlift/clv/spend"
)

// leveled makes accounts of two segments: the second orders a third as often and leaves sooner, but spends four
// times as much. The kind of its truth is the law of its segment.
func leveled(n int, each func(clv.AccountInput)) {
	rng := rand.New(rand.NewPCG(31, 7))
	money := spend.GammaGamma{P: 4, Q: 3.5, Gamma: 40000}
	i := 0
	for s, law := range leveledLaws {
		simulate.Histories(simulate.BGNBD(law), rng, n/2, simulate.Cohorts{Youngest: 365, Oldest: 1000}, func(h simulate.History) {
			i++
			in := clv.AccountInput{ID: int64(i), Segment: []string{"craft", "plant"}[s], Industry: []string{"wood", "metal", "wood"}[i%3],
				Size: []string{"1-9", "", "10-49"}[i/3%3], Channel: []string{"fair", "search"}[i/9%2], DiscountRate: math.NaN(), MarginRatio: .4,
				FirstOrder: asOf.AddDays(-int(math.Round(h.T * 7))), OrderDays: h.X + 1}
			in.LastOrder = in.FirstOrder.AddDays(int(math.Round(h.TX * 7)))
			nu := simulate.Gamma(rng, money.Q) / money.Gamma / []float64{1, 4}[s]
			in.MeanOrderMinor = simulate.Gamma(rng, money.P) / nu
			if h.X > 0 {
				in.RepeatMeanMinor = simulate.Gamma(rng, money.P*float64(h.X)) / nu / float64(h.X)
			}
			each(in)
		})
	}
}

var leveledLaws = []purchase.BGNBD{{R: 1, Alpha: 6, A: .5, B: 3}, {R: 1, Alpha: 18, A: 1.2, B: 3}}

func leveledPortfolio(n int) *clv.Portfolio {
	p := clv.Portfolio{ByLevel: true}
	leveled(n, func(in clv.AccountInput) { p.AddAccount(&in, asOf) })
	return &p
}

// TestLevels: models by level expect of each segment what its own law does, where one for all is far off, and go
// through JSON to the last bit.
func TestLevels(t *testing.T) {
	p := leveledPortfolio(3000)
	_, plain, err := clv.FitPortfolio(p, clv.Choice{Orders: purchase.ModelBGNBD})
	check(t, err)
	_, fit, err := clv.FitPortfolio(p, clv.Choice{Orders: purchase.ModelBGNBD, Levels: true, SpendLevels: true})
	check(t, err)
	if plain.OrdersBy != nil || plain.SpendBy != nil || fit.OrdersBy == nil || fit.SpendBy == nil || len(fit.Doubt.Orders) == 0 || !(fit.Doubt.Total > 0) {
		t.Fatalf("plain %+v\nby level %+v", plain, fit)
	}
	text, err := json.Marshal(fit)
	check(t, err)
	var back clv.PortfolioFit
	check(t, json.Unmarshal(text, &back))
	scorers := map[string]*clv.Scorer{}
	for name, f := range map[string]*clv.PortfolioFit{"plain": &plain, "levels": &fit, "read": &back} {
		m, err := f.Models()
		check(t, err)
		scorers[name], err = clv.NewScorer(&m, asOf, assumptions())
		check(t, err)
	}
	type sums struct{ truth, plain, levels float64 }
	orders, money := map[string]sums{}, map[string]sums{}
	leveled(3000, func(in clv.AccountInput) {
		law := leveledLaws[0]
		if in.Segment == "plant" {
			law = leveledLaws[1]
		}
		a, b, c := scorers["plain"].Score(&in), scorers["levels"].Score(&in), scorers["read"].Score(&in)
		if !equalValues(b, c) {
			t.Fatalf("account %d: %+v\nread again %+v", in.ID, b, c)
		}
		o := orders[in.Segment]
		tx, age := float64(in.LastOrder.DaysSince(in.FirstOrder))/7, float64(asOf.DaysSince(in.FirstOrder))/7
		expected := purchase.ExpectedOrders(law, in.OrderDays-1, tx, age, 24*clv.DaysPerMonth/7)
		orders[in.Segment] = sums{o.truth + expected, o.plain + a.ExpectedOrders, o.levels + b.ExpectedOrders}
		v := money[in.Segment]
		worth := expected * []float64{1, 4}[map[string]int{"craft": 0, "plant": 1}[in.Segment]] * 4 * 40000 / 2.5
		money[in.Segment] = sums{v.truth + worth, v.plain + a.ExpectedOrders*a.MeanOrderMinor, v.levels + b.ExpectedOrders*b.MeanOrderMinor}
	})
	for what, by := range map[string]map[string]sums{"orders": orders, "money": money} {
		var off, was float64 // worst of the segments
		for _, s := range by {
			off, was = max(off, math.Abs(s.levels/s.truth-1)), max(was, math.Abs(s.plain/s.truth-1))
		}
		if off > .12 || off > was/2 {
			t.Errorf("%s: a segment is %.1f %% off by level, %.1f %% with one model for all", what, 100*off, 100*was)
		}
	}
}

// TestLevelsNeedAccounts: with few full histories one model serves all, and says so; what was not gathered is not
// asked for.
func TestLevelsNeedAccounts(t *testing.T) {
	_, fit, err := clv.FitPortfolio(leveledPortfolio(150), clv.Choice{Levels: true})
	check(t, err)
	if fit.OrdersBy != nil || !slices.Contains(fit.Warnings, clv.WarnLevelsLeft) || fit.Orders == nil {
		t.Errorf("%+v", fit)
	}
	var p clv.Portfolio
	leveled(1000, func(in clv.AccountInput) { p.AddAccount(&in, asOf) })
	_, fit, err = clv.FitPortfolio(&p, clv.Choice{Levels: true, SpendLevels: true})
	check(t, err)
	if fit.OrdersBy != nil || fit.SpendBy != nil || !slices.Contains(fit.Warnings, clv.WarnLevelsLeft) {
		t.Errorf("not gathered by level: %+v", fit.Warnings)
	}
}

// TestLevelsOfTheScorer: a scorer that has seen other patterns says what a fresh one says, levels that nobody had
// are no trouble, and a new account is one of its segment or channel.
func TestLevelsOfTheScorer(t *testing.T) {
	m, fit, err := clv.FitPortfolio(leveledPortfolio(2000), clv.Choice{Orders: purchase.ModelMBGNBD, Levels: true, SpendLevels: true})
	check(t, err)
	seasoned, err := clv.NewScorer(&m, asOf, assumptions())
	check(t, err)
	i := 0
	leveled(2000, func(in clv.AccountInput) {
		if in.ID%7 == 0 {
			in.Industry, in.Segment = "unheard of", "new"
		}
		v := seasoned.Score(&in)
		if i++; i%100 != 0 {
			return
		}
		fresh, err := m.Score(&in, asOf, assumptions())
		check(t, err)
		if !equalValues(v, fresh) {
			t.Fatalf("seasoned %+v\nfresh %+v", v, fresh)
		}
	})
	craft, plant, fair := seasoned.NewAccount("craft", ""), seasoned.NewAccount("plant", ""), seasoned.NewAccount("", "fair")
	if craft.FulfilMinor <= 2*plant.FulfilMinor || craft.FulfilMinor <= fair.FulfilMinor || fair.FulfilMinor <= plant.FulfilMinor {
		t.Errorf("handling of orders: craft %d, plant %d, fair %d; want most of those who order often", craft.FulfilMinor, plant.FulfilMinor, fair.FulfilMinor)
	}
	for name, p := range fit.Populations.Segments {
		if len(p.Levels) == 0 || p.Levels[0].Levels[0] != name || p.Levels[0].Accounts < p.Levels[len(p.Levels)-1].Accounts {
			t.Errorf("population %s: %+v", name, p.Levels)
		}
	}
	if m.OrdersBy.Fit.Model.Name() != purchase.ModelMBGNBD {
		t.Errorf("model %s", m.OrdersBy.Fit.Model.Name())
	}
	m.OrdersBy.Fit.Model = purchase.BGBB{Alpha: 1, Beta: 1, Gamma: 1, Delta: 1}
	if _, err := clv.NewScorer(&m, asOf, assumptions()); postlift.KindOf(err) != postlift.Invalid {
		t.Errorf("opportunities by level: %v, want an Invalid fault", err)
	}
}
