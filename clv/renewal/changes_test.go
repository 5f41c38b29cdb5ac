package renewal_test

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
	"pgregory.net/rapid"

	"postlift"
	"postlift/clv/clvtest"
	"postlift/clv/fitting"
	"postlift/clv/renewal"
)

// TestPricesRecovered: means of cells and the three spreads come back from simulated changes, and a contract's
// own changes move it in proportion to what they tell.
func TestPricesRecovered(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	var c renewal.Changes
	truth := map[renewal.Cell]float64{}
	for i := range 40 {
		cell := renewal.Cell{Term: "annual", Group: string(rune('A' + i))}
		truth[cell] = .03 + .02*rng.NormFloat64()
		for range 100 {
			n, own, sum := 1+rng.IntN(5), truth[cell]+.03*rng.NormFloat64(), 0.0
			for range n {
				sum += own + .05*rng.NormFloat64()
			}
			if err := c.Add(cell, n, sum); err != nil {
				t.Fatal(err)
			}
		}
	}
	m := renewal.FitPrices(&c)
	t.Logf("nu %.4f kappa %.4f tau %.4f sigma %.4f", m.Nu, m.Kappa, m.Tau, m.Sigma)
	clvtest.Within(t, "nu", m.Nu, .03, .25) // 40 cells: standard error .0032
	clvtest.Within(t, "kappa", m.Kappa, .02, .3)
	clvtest.Within(t, "tau", m.Tau, .03, .1)
	clvtest.Within(t, "sigma", m.Sigma, .05, .1) // known only from how variances fall with the number of changes
	if len(m.Flags) != 0 || m.Contracts != 4000 {
		t.Errorf("%d contracts, flags %v", m.Contracts, m.Flags)
	}
	for cell, want := range truth {
		if got := m.Cells[cell].Mean; math.Abs(got-want) > .017 { // four standard errors of a cell's mean
			t.Errorf("%+v: %.4f, simulated %.4f", cell, got, want)
		}
	}
	cell := renewal.Cell{Term: "annual", Group: "A"}
	before, after := m.Of(cell, 0, 0), m.Of(cell, 4, 4*.2)
	w := 4 / (m.Sigma * m.Sigma)
	clvtest.Within(t, "posterior mean", after.Mean, (before.Mean/before.Variance+w*.2)/(1/before.Variance+w), 1e-9)
	if unknown := m.Of(renewal.Cell{Term: "long"}, 0, 0); unknown.Mean != m.Nu || unknown.Variance <= before.Variance {
		t.Errorf("a cell never seen gets %+v, want the mean of all and more spread than %+v", unknown, before)
	}
}

// TestPriceFactor compares mean and variance with simulation from the posterior: one mean for the contract, one
// change for each renewal.
func TestPriceFactor(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	c := renewal.PriceChange{Mean: .03, Variance: .0004, Each: .0025}
	const k, draws = 5, 400_000
	var sum, ss float64
	for range draws {
		own := c.Mean + math.Sqrt(c.Variance)*rng.NormFloat64()
		f := math.Exp(k*own + math.Sqrt(k*c.Each)*rng.NormFloat64())
		sum, ss = sum+f, ss+f*f
	}
	mean, variance := c.Factor(k)
	clvtest.Within(t, "mean", mean, sum/draws, .002)
	clvtest.Within(t, "variance", variance, ss/draws-sum/draws*sum/draws, .02)
	if m, v := c.Factor(0); m != 1 || v != 0 {
		t.Errorf("before any renewal the factor is %g with variance %g", m, v)
	}
	if m, v := (renewal.PriceModel{}).Of(renewal.Cell{}, 3, .3).Factor(4); m != 1 || v != 0 {
		t.Errorf("without a model the factor is %g with variance %g", m, v)
	}
}

// TestVolumesRecovered: rates, their spread and the sizes come back.
func TestVolumesRecovered(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	var v renewal.Volumes
	for range 5000 {
		months := float64(6 + rng.IntN(60))
		grow := distuv.Gamma{Alpha: .8, Beta: 40, Src: rng}.Rand()
		up, down := int(distuv.Poisson{Lambda: grow * months, Src: rng}.Rand()), int(distuv.Poisson{Lambda: .005 * months, Src: rng}.Rand())
		var ups, downs float64
		for range up {
			ups += max(.25+.1*rng.NormFloat64(), 0)
		}
		for range down {
			downs += min(-.3+.1*rng.NormFloat64(), 0)
		}
		if err := v.Add(months, up, ups, down, downs); err != nil {
			t.Fatal(err)
		}
	}
	m := renewal.FitVolumes(&v)
	clvtest.Within(t, "shape", m.Expansion.A, .8, .1)
	clvtest.Within(t, "months", m.Expansion.B, 40, .12)
	clvtest.Within(t, "rate of contractions", m.Contraction.A/m.Contraction.B, .005, .1)
	if !slices.Contains(m.Contraction.Flags, renewal.FlagSharedRate) || slices.Contains(m.Expansion.Flags, renewal.FlagSharedRate) {
		t.Errorf("contractions were simulated at one rate, expansions not: %v, %v", m.Contraction.Flags, m.Expansion.Flags)
	}
	clvtest.Within(t, "size up", m.ExpansionSize.Nu, .25, .02)
	clvtest.Within(t, "size down", m.ContractionSize.Nu, -.3, .03)
	busy, _ := m.Of(24, 4, 1, 0, 0).Factor(12)
	quiet, _ := m.Of(24, 0, 0, 0, 0).Factor(12)
	if busy < quiet+.2 {
		t.Errorf("four expansions in two years promise %.3f, none %.3f", busy, quiet)
	}
}

// TestVolumeFactor compares mean and variance with simulation of the model: expansions add shares of today's
// volume, contractions multiply, each at a rate drawn from its posterior.
func TestVolumeFactor(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	m := renewal.VolumeModel{
		Expansion: renewal.Rate{A: .8, B: 40}, ExpansionSize: renewal.Shift{Nu: .25, Tau: .05, Sigma: .1},
		Contraction: renewal.Rate{A: 2, B: 300}, ContractionSize: renewal.Shift{Nu: -.3, Tau: .05, Sigma: .1},
	}
	const months, draws = 36.0, 200_000
	var sum, ss float64
	for range draws {
		up, down := distuv.Gamma{Alpha: 2.8, Beta: 60, Src: rng}.Rand(), distuv.Gamma{Alpha: 2, Beta: 320, Src: rng}.Rand()
		f, keep := 1.0, 1.0
		for range int(distuv.Poisson{Lambda: up * months, Src: rng}.Rand()) {
			f += math.Exp(.25+math.Hypot(.05, .1)*rng.NormFloat64()) - 1
		}
		for range int(distuv.Poisson{Lambda: down * months, Src: rng}.Rand()) {
			keep *= math.Exp(-.3 + math.Hypot(.05, .1)*rng.NormFloat64())
		}
		sum, ss = sum+f*keep, ss+f*f*keep*keep
	}
	m.ExpansionSize.Sigma = math.Hypot(.05, .1) // the two own expansions below tell nothing of the size then
	m.ExpansionSize.Tau = 0
	mean, variance := m.Of(20, 2, .5, 0, 0).Factor(months)
	clvtest.Within(t, "mean", mean, sum/draws, .005)
	clvtest.Within(t, "variance", variance, ss/draws-sum/draws*sum/draws, .03)
	if f, v := (renewal.VolumeModel{}).Of(10, 0, 0, 0, 0).Factor(60); f != 1 || v != 0 {
		t.Errorf("without a model the factor is %g with variance %g", f, v)
	}
}

// TestKept compares E[min(F, 1)] with simulation.
func TestKept(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 10))
	const mu, s, draws = .05, .3, 400_000
	sum := 0.0
	for range draws {
		sum += min(math.Exp(mu+s*rng.NormFloat64()), 1)
	}
	mean := math.Exp(mu + s*s/2)
	clvtest.Within(t, "kept", renewal.Kept(mean, mean*mean*math.Expm1(s*s)), sum/draws, .001)
	for _, c := range [][3]float64{{.8, 0, .8}, {1.3, 0, 1}, {0, 1, 0}, {-1, 1, 0}} {
		if got := renewal.Kept(c[0], c[1]); got != c[2] {
			t.Errorf("Kept(%g, %g) = %g, want %g", c[0], c[1], got, c[2])
		}
	}
}

// TestEarlyEnd: the stated prior without events, one rate with few, and the Gamma distribution of rates from
// many observations.
func TestEarlyEnd(t *testing.T) {
	none := renewal.FitEarlyEnd(&renewal.Events{})
	if !slices.Contains(none.Flags, renewal.FlagNoEvents) || !slices.Contains(none.Flags, fitting.FlagPriorUsed) {
		t.Errorf("flags %v", none.Flags)
	}
	if s := none.Survive(0, 12); s > .9999 || s < .997 {
		t.Errorf("a year without any observation survives with %.5f, stated is one end in 400 years", s)
	}
	var quiet renewal.Events
	_ = quiet.Add(24, 0, 1000)
	if a, b := renewal.FitEarlyEnd(&quiet).Survive(0, 12), none.Survive(0, 12); a <= b {
		t.Errorf("2,000 years without an early end must lower the rate: %.6f, prior %.6f", a, b)
	}
	if s := (renewal.EarlyEnd{}).Survive(3, 12); s != 1 {
		t.Errorf("without a model contracts survive with %g", s)
	}
	rng := rand.New(rand.NewPCG(13, 14))
	var e renewal.Events
	for range 40_000 {
		end := distuv.Exponential{Rate: distuv.Gamma{Alpha: .5, Beta: 100, Src: rng}.Rand(), Src: rng}.Rand()
		if seen := float64(1 + rng.IntN(72)); end < seen {
			_ = e.Add(end, 1, 1)
		} else {
			_ = e.Add(seen, 0, 1)
		}
	}
	m := renewal.FitEarlyEnd(&e)
	clvtest.Within(t, "S(24)", m.Survive(0, 24), math.Pow(100./124, .5), .005)
	clvtest.Within(t, "S(24) after 48", m.Survive(48, 24), math.Pow(148./172, .5), .01)
	t.Logf("a %.3f b %.1f %v", m.A, m.B, m.Flags)
}

// TestChangesNeverBreak: whatever is added, every factor is finite and positive, and stored models answer alike.
func TestChangesNeverBreak(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var c renewal.Changes
		var v renewal.Volumes
		var e renewal.Events
		logs := rapid.SampledFrom([]float64{0, 1e-9, .05, .7, 2.3, 50}).Draw(t, "size")
		for range rapid.IntRange(0, 12).Draw(t, "contracts") {
			n, months := rapid.IntRange(0, 5).Draw(t, "n"), rapid.Float64Range(0, 1200).Draw(t, "months")
			cell := renewal.Cell{Term: rapid.SampledFrom([]string{"annual", "long"}).Draw(t, "term")}
			sum := float64(n) * logs
			if c.Add(cell, n, -sum) != nil || v.Add(months, n, sum, n, -sum) != nil || e.Add(months, min(n, 1), 1) != nil {
				t.Fatal("these are counts that can be")
			}
		}
		p, vol, early := renewal.FitPrices(&c), renewal.FitVolumes(&v), renewal.FitEarlyEnd(&e)
		n := rapid.IntRange(0, 50).Draw(t, "own")
		own := float64(n) * rapid.Float64Range(-20, 20).Draw(t, "log")
		mean, variance := renewal.FeeFactor(p.Of(renewal.Cell{Term: "annual"}, n, own), vol.Of(rapid.Float64Range(0, 1e6).Draw(t, "ran"), n, math.Abs(own), n, -math.Abs(own)),
			rapid.IntRange(0, 240).Draw(t, "renewals"), rapid.Float64Range(0, 240).Draw(t, "ahead"))
		if !(mean > 0 && mean < 1e6 && variance >= 0 && variance < 1e12) {
			t.Fatalf("factor %g with variance %g", mean, variance)
		}
		if k := renewal.Kept(mean, variance); !(k >= 0 && k <= 1) {
			t.Fatalf("kept %g", k)
		}
		if s := early.Survive(12, 24); !(s > 0 && s <= 1) {
			t.Fatalf("early end %g", s)
		}
		type stored struct {
			P renewal.PriceModel
			V renewal.VolumeModel
			E renewal.EarlyEnd
		}
		text, err := json.Marshal(stored{p, vol, early})
		if err != nil {
			t.Fatal(err)
		}
		var again stored
		if err := json.Unmarshal(text, &again); err != nil {
			t.Fatal(err)
		}
		q, r := again.P.Of(renewal.Cell{Term: "annual"}, n, own), p.Of(renewal.Cell{Term: "annual"}, n, own)
		if q != r || !reflect.DeepEqual(again.E, early) || again.V.Of(7, 1, .1, 0, 0) != vol.Of(7, 1, .1, 0, 0) {
			t.Fatal("stored and read again, the models differ")
		}
	})
}

// TestVolumeBounds: ten changes within an hour are no rate to extrapolate over twenty years; volume stays within
// the bounds that price has, in both directions (e^4 is about fifty-five).
func TestVolumeBounds(t *testing.T) {
	for _, up := range []int{0, 5} {
		var v renewal.Volumes
		for _, months := range []float64{1. / 128, 1. / 512, 2e-6} {
			if err := v.Add(months, up, float64(up)*.01, 5-up, -float64(5-up)*.01); err != nil {
				t.Fatal(err)
			}
		}
		m := renewal.FitVolumes(&v)
		mean, variance := m.Of(4e-7, up, float64(up)*.01, 5-up, 0).Factor(240)
		if bound := math.Exp(4.); !(mean >= 1/bound*.999 && mean <= bound*1.001 && variance >= 0 && variance <= bound*bound*bound) {
			t.Errorf("%d increases: factor %g with variance %g", up, mean, variance)
		}
	}
}

// TestChangesRefused: what cannot be is refused and leaves no trace.
func TestChangesRefused(t *testing.T) {
	var c renewal.Changes
	var v renewal.Volumes
	var e renewal.Events
	for i, err := range []error{
		c.Add(renewal.Cell{}, -1, 0), c.Add(renewal.Cell{}, 1, math.NaN()), c.Add(renewal.Cell{}, 1, math.Inf(1)),
		v.Add(12, 1, -.1, 0, 0), v.Add(12, 0, 0, 1, .1), v.Add(math.NaN(), 1, .1, 0, 0), v.Add(12, 1, .1, 1, math.Inf(-1)),
		e.Add(-1, 0, 1), e.Add(12, -1, 1), e.Add(1e9, 0, 1),
	} {
		if postlift.KindOf(err) != postlift.Invalid {
			t.Errorf("case %d: %v, want an Invalid fault", i, err)
		}
	}
	if m := renewal.FitVolumes(&v); m.Expansion.Contracts != 0 || m.ExpansionSize.Contracts != 0 {
		t.Errorf("a refused contract was counted: %+v", m)
	}
	_ = c.Add(renewal.Cell{}, 2, 2*math.Log(100))
	if m := renewal.FitPrices(&c); m.Excluded != 1 || m.Contracts != 0 || !slices.Contains(m.Flags, renewal.FlagOddExcluded) {
		t.Errorf("a price times a hundred: %+v, want it counted as excluded", m)
	}
}
