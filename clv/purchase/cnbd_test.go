package purchase_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"postlift"
	"postlift/clv/fitting"
	"postlift/clv/purchase"
	"postlift/clv/simulate"
)

// drawn are the compressed histories of n customers and the sum of the logs of their gaps.
func drawn(t testing.TB, law simulate.Law, rng *rand.Rand, n int, c simulate.Cohorts) ([]purchase.Counted, float64) {
	t.Helper()
	var tally purchase.Tally
	gaps := 0.0
	simulate.Histories(law, rng, n, c, func(h simulate.History) {
		if err := tally.Add(h.X, h.TX, h.T); err != nil {
			t.Fatal(err)
		}
		gaps += h.LogGaps
	})
	return tally.Counted(), gaps
}

// TestRegularityFound: the fit finds the k that the orders were made with, and the parameters within four
// standard errors.
func TestRegularityFound(t *testing.T) {
	for _, k := range []int{1, 3} {
		truth := purchase.MBGCNBD{K: k, R: .9, Alpha: 4, A: .6, B: 3}
		rows, gaps := drawn(t, simulate.MBGCNBD(truth), rand.New(rand.NewPCG(8, uint64(k))), 6000, simulate.Cohorts{Youngest: 300, Oldest: 900})
		fit, err := purchase.Fit(purchase.ModelMBGCNBD, rows, purchase.Options{LogGaps: gaps})
		if err != nil {
			t.Fatal(err)
		}
		m := fit.Model.(purchase.MBGCNBD)
		if m.K != k || len(fit.Flags) > 0 {
			t.Errorf("k = %d with flags %v, made with %d", m.K, fit.Flags, k)
		}
		want := fitting.ParamMap(truth.Params())
		for _, p := range m.Params() {
			if p.Name != "k" && !(math.Abs(p.Value-want[p.Name]) < 4*fit.SE[p.Name]) {
				t.Errorf("k=%d: %s = %g +- %g, made with %g", k, p.Name, p.Value, fit.SE[p.Name], want[p.Name])
			}
		}
		fixed, err := purchase.Fit(purchase.ModelMBGCNBD, rows, purchase.Options{LogGaps: gaps, K: 5})
		if err != nil || fixed.Model.(purchase.MBGCNBD).K != 5 || fixed.LogLikelihood >= fit.LogLikelihood {
			t.Errorf("k=%d: held at 5 gives %+v %v, chosen gives %g", k, fixed, err, fit.LogLikelihood)
		}
	}
}

// TestRegularityUnknown: without the gaps the likelihoods of different k cannot be compared.
func TestRegularityUnknown(t *testing.T) {
	rows := []purchase.Counted{{X: 0, T: 30, N: 60}, {X: 2, TX: 9, T: 30, N: 30}, {X: 5, TX: 27, T: 30, N: 25}}
	fit, err := purchase.Fit(purchase.ModelMBGCNBD, rows, purchase.Options{})
	if err != nil || fit.Model.Name() != purchase.ModelMBGNBD || !slices.Contains(fit.Flags, purchase.FlagGapsUnknown) {
		t.Errorf("%+v %v", fit, err)
	}
	none, err := purchase.Fit(purchase.ModelMBGCNBD, rows[:1], purchase.Options{})
	if err != nil || slices.Contains(none.Flags, purchase.FlagGapsUnknown) {
		t.Errorf("without repeat orders there are no gaps to know: %+v %v", none, err)
	}
	if none.Model.Name() != purchase.ModelMBGNBD {
		t.Errorf("without repeat orders nothing tells of regularity, yet %v was chosen", none.Model.Params())
	}
	for _, k := range []int{-1, 7} {
		if _, err := purchase.Fit(purchase.ModelMBGCNBD, rows, purchase.Options{K: k}); postlift.KindOf(err) != postlift.Invalid {
			t.Errorf("k = %d: %v", k, err)
		}
	}
	for _, k := range []float64{0.5, 2.5, 7} {
		if _, err := purchase.New(purchase.ModelMBGCNBD, map[string]float64{"k": k, "r": 1, "alpha": 1, "a": 1, "b": 1}); postlift.KindOf(err) != postlift.Invalid {
			t.Errorf("k = %g: %v", k, err)
		}
	}
}

// TestOneTimeBuyersMayBeGone: the complaint about the BG/NBD, for which who ordered once stays forever.
func TestOneTimeBuyersMayBeGone(t *testing.T) {
	m := purchase.MBGCNBD{K: 2, R: .9, Alpha: 4, A: .6, B: 3}
	before := 1.0
	for _, age := range []float64{0, 10, 60, 300} {
		p := m.PAlive(0, 0, age)
		if !(p < before) {
			t.Errorf("P(alive) %g at %g weeks, %g earlier", p, age, before)
		}
		before = p
	}
}

// TestDistributionSimulated compares the distribution of orders ahead of customers with a given history with
// simulated ones: every customer whose first 30 weeks show that history, over the next 20.
func TestDistributionSimulated(t *testing.T) {
	m := purchase.MBGCNBD{K: 3, R: 2, Alpha: 5, A: .5, B: 3}
	rng := rand.New(rand.NewPCG(2, 9))
	counts := make([]float64, 60)
	total, recency := 0.0, 0.0
	var weeks []float64
	for range 400_000 {
		weeks = simulate.Weeks(simulate.MBGCNBD(m), rng, 50, weeks[:0])
		seen, _ := slices.BinarySearch(weeks, 30)
		if seen != 3 || weeks[2] < 22 || weeks[2] > 23 {
			continue
		}
		counts[len(weeks)-seen]++
		total++
		recency += weeks[2]
	}
	alive := m.PAlive(3, recency/total, 30)
	p := m.Distribution(nil, 3, recency/total, 30, 20)
	for n := range 6 {
		want := alive * p[n]
		if n == 0 {
			want += 1 - alive
		}
		got := counts[n] / total
		if se := math.Sqrt(want*(1-want)/total) + 0.002; math.Abs(got-want) > 4*se {
			t.Errorf("P(%d) = %.4f, simulated %.4f +- %.4f of %g", n, want, got, se, total)
		}
	}
}

// TestDraws: draws spread as the standard errors say and are reproducible.
func TestDraws(t *testing.T) {
	rows, gaps := drawn(t, simulate.MBGCNBD{K: 2, R: .9, Alpha: 4, A: .6, B: 3}, rand.New(rand.NewPCG(4, 4)), 3000, simulate.Cohorts{Youngest: 300, Oldest: 500})
	for _, name := range []string{purchase.ModelBGNBD, purchase.ModelMBGCNBD, purchase.ModelParetoNBD} {
		fit, err := purchase.Fit(name, rows, purchase.Options{LogGaps: gaps})
		if err != nil {
			t.Fatal(err)
		}
		const n = 4000
		all := fit.Draws(n, rand.New(rand.NewPCG(1, 1)))
		again := fit.Draws(n, rand.New(rand.NewPCG(1, 1)))
		if len(all) != n || all[7] != again[7] || all[7].Name() != fit.Model.Name() {
			t.Fatalf("%s: %d draws, %+v then %+v", name, len(all), all[7], again[7])
		}
		at := fitting.ParamMap(fit.Model.Params())
		for param, se := range fit.SE {
			var sum, square float64
			for _, m := range all {
				l := math.Log(fitting.ParamMap(m.Params())[param] / at[param])
				sum, square = sum+l, square+l*l
			}
			if sd := math.Sqrt(square/n - sum*sum/n/n); math.Abs(sd*at[param]/se-1) > 0.06 {
				t.Errorf("%s: log %s spreads %.4f, its standard error says %.4f", name, param, sd, se/at[param])
			}
		}
	}
}

// TestThousandSegments fits a thousand random segments of 20 to 200 customers, pulled towards the portfolio:
// all of them come out finite, and flagged.
func TestThousandSegments(t *testing.T) {
	portfolio := []purchase.Model{
		purchase.BGNBD{R: .24259453, Alpha: 4.41360232, A: .79292215, B: 2.42590736},
		purchase.MBGCNBD{K: 1, R: .52484321, Alpha: 6.18308576, A: .89135955, B: 1.61400237},
		purchase.MBGCNBD{K: 3, R: .9, Alpha: 2, A: .5, B: 3},
	}
	segments := 1000
	if testing.Short() {
		segments = 60
	}
	rng := rand.New(rand.NewPCG(20, 200))
	for i := range segments {
		centre := portfolio[i%len(portfolio)]
		segment := func(v float64) float64 { return v * math.Exp(rng.NormFloat64()) }
		law := simulate.MBGCNBD{K: 1 + i%3, R: segment(.5), Alpha: segment(5), A: segment(.6), B: segment(2)}
		n := 20 + rng.IntN(181)
		rows, gaps := drawn(t, law, rng, n, simulate.Cohorts{Youngest: 100, Oldest: 1000, WholeDays: true})
		fit, err := purchase.Fit(centre.Name(), rows, purchase.Options{Centre: centre, LogGaps: gaps})
		if err != nil {
			t.Fatalf("segment %d: %v", i, err)
		}
		checkSegment(t, fit, rows, n)
	}
}

func checkSegment(t *testing.T, fit purchase.Fitted, rows []purchase.Counted, n int) {
	t.Helper()
	if !fit.PriorUsed || !slices.Contains(fit.Flags, fitting.FlagPriorUsed) || slices.Contains(fit.Flags, fitting.FlagNotConverged) ||
		slices.Contains(fit.Flags, fitting.FlagFewAccounts) != (n < fitting.FewAccounts) {
		t.Fatalf("%d customers: %+v %+v", n, fit.Model, fit.Stats)
	}
	for _, p := range fit.Model.Params() {
		if se := fit.SE[p.Name]; p.Name != "k" && !(p.Value > 1e-8 && p.Value < 1e8 && se > 0 && se < 1e9) {
			t.Fatalf("%d customers: %s = %g +- %g", n, p.Name, p.Value, se)
		}
	}
	for _, c := range rows {
		if e := purchase.ExpectedOrders(fit.Model, c.X, c.TX, c.T, 52); !(e >= 0) || math.IsInf(e, 0) {
			t.Fatalf("%+v: expected orders %g of %+v", fit.Model, e, c)
		}
	}
}
