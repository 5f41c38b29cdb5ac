package experiment

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
	"pgregory.net/rapid"
)

func rowCell(treated bool, stratum int, y, x float64) Cell {
	return Cell{Treated: treated, Stratum: stratum, Num: y, Den: 1, Pre: x, PreDen: 1}
}

// Rows that are their own clusters are Welch and CUPED, and strata are Stratified.
func TestCellsOfOneRowAreThePlainEstimators(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var arms [2]Accumulator
		var cells []Cell
		for _, u := range drawUnits(t) {
			arms[armOf(u.Treated)].Add(u.Outcome, u.Pre)
			cells = append(cells, rowCell(u.Treated, 0, u.Outcome, u.Pre))
		}
		c, w := arms[0].Joint(), arms[1].Joint()
		if merge(c, w).Post.Var == 0 {
			t.Skip("constant outcome")
		}
		if a, b := ByRatio(cells, 1, false).Estimate, Welch(c.Post, w.Post); !close6(a.Value, b.Value) || !close6(a.SE, b.SE) || !close6(a.DoF, b.DoF) {
			t.Fatalf("%+v and %+v", a, b)
		}
		if a, b := ByRatio(cells, 1, true), CUPED(c, w); !close6(a.Value, b.Value) || !close6(a.SE, b.SE) || !close6(a.Theta, b.Theta) {
			t.Fatalf("%+v and %+v", a, b)
		}
	})
}

// Splitting every cluster into more rows of the same sum per row changes neither estimate nor error: what counts is
// the number of clusters.
func TestClusterRobustCountsClusters(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	var once, thrice []Cell
	for i := range 60 {
		n := float64(1 + rng.IntN(6))
		c := Cell{Treated: i%2 == 0, Num: n * rng.ExpFloat64(), Den: n, PreDen: n}
		once = append(once, c)
		c.Num, c.Den, c.PreDen = 3*c.Num, 3*c.Den, 3*c.PreDen
		thrice = append(thrice, c)
	}
	a, b := ByRatio(once, 1, false), ByRatio(thrice, 1, false)
	near(t, "value", a.Value, b.Value, 1e-12)
	near(t, "se", a.SE, b.SE, 1e-12)
	// by hand: the delta method's linear parts
	var parts [2][]float64
	var num, den [2]float64
	for _, c := range once {
		num[armOf(c.Treated)] += c.Num
		den[armOf(c.Treated)] += c.Den
	}
	for _, c := range once {
		arm := armOf(c.Treated)
		parts[arm] = append(parts[arm], (c.Num-num[arm]/den[arm]*c.Den)/(den[arm]/30))
	}
	near(t, "se by hand", a.SE, math.Sqrt(stat.Variance(parts[0], nil)/30+stat.Variance(parts[1], nil)/30), 1e-12)
	near(t, "value by hand", a.Value, num[1]/den[1]-num[0]/den[0], 1e-12)
}

// A frame gives the estimate that it was made from, for strata, ratios and blocks.
func TestFrameIsTheEstimate(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var cells []Cell
		for i := range rapid.IntRange(12, 60).Draw(t, "units") {
			n := float64(rapid.IntRange(1, 4).Draw(t, "rows"))
			cells = append(cells, Cell{Treated: i%2 == 0, Stratum: i / 2 % 3, Num: n * float64(rapid.IntRange(-50, 1000).Draw(t, "num")), Den: n, PreDen: n})
		}
		c := CellStrata(cells, 3)
		e := c.Difference(false)
		if !(e.SE > 0) {
			t.Skip("constant")
		}
		if v, se := c.Frame(cells, 0).Point(); !close6(v, e.Value) || !close6(se, e.SE) {
			t.Fatalf("%g %g, want %+v", v, se, e.Estimate)
		}
	})
	units := []Unit{}
	for i := range 20 {
		units = append(units, Unit{Treated: i%2 == 0, Block: string(rune('a' + i/2)), Propensity: .5, Accounts: 1, Outcome: float64(i * i % 17), Pre: float64(i % 5)})
	}
	r, err := AnalyseBlocks(units)
	if err != nil || r.Refused != "" {
		t.Fatal(r.Refused, err)
	}
	for i := range units {
		units[i].Pre = 0
	}
	plain, _ := AnalyseBlocks(units)
	v, se := FrameOf(units, 0, true).Point()
	near(t, "value of blocks", v, plain.Designed.Value, 1e-12)
	near(t, "se of blocks", se, plain.Designed.SE, 1e-12)
}

// Fisher's tea: of 4 and 4 units with outcomes that part the arms wholly, two of the 70 assignments are as extreme.
// Of three pairs all mailed ones better, two of eight. Strata multiply.
func TestRandomisationIsExactWhereSmall(t *testing.T) {
	tea := &Frame{Strata: 1, Weights: []float64{1}}
	for i := range 8 {
		tea.Add(i < 4, 0, float64(armOf(i < 4)*10+i%4), 1)
	}
	r := tea.Randomise(100, 1)
	if !r.Exact || r.Resamples != 70 {
		t.Fatalf("%+v", r)
	}
	near(t, "p", r.P, 2./70, 1e-12)
	pairs := &Frame{Strata: 3, Blocked: true}
	for i := range 6 {
		pairs.Add(i%2 == 0, i/2, float64((i+1)%2*10+i), 1)
	}
	if r = pairs.Randomise(100, 1); !r.Exact || r.Resamples != 8 || math.Abs(r.P-.25) > 1e-12 {
		t.Errorf("pairs: %+v", r)
	}
	strata := &Frame{Strata: 2, Weights: []float64{.5, .5}}
	for i := range 8 {
		strata.Add(i%2 == 0, i/4, float64((i+1)%2*100+i*i), 1)
	}
	if r = strata.Randomise(100, 1); !r.Exact || r.Resamples != 36 || math.Abs(r.P-2./36) > 1e-12 {
		t.Errorf("strata: %+v", r)
	}
}

// Where the assignment is not enumerated, p is near Student's, the same for the same seed, and never zero.
func TestRandomisationByDraws(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 3))
	f := &Frame{Strata: 1, Weights: []float64{1}}
	var cells []Cell
	for i := range 400 {
		y := rng.NormFloat64() + .18*float64(i%2)
		cells = append(cells, rowCell(i%2 == 1, 0, y, 0))
		f.Add(i%2 == 1, 0, y, 1)
	}
	e := ByRatio(cells, 1, false)
	r := f.Randomise(4000, 7)
	if math.Abs(r.P-e.P) > 4*math.Sqrt(e.P*(1-e.P)/4000)+.005 {
		t.Errorf("p = %g, Student says %g", r.P, e.P)
	}
	if again := f.Randomise(4000, 7); again != r {
		t.Errorf("%+v, then %+v", r, again)
	}
	if none := f.Randomise(0, 7); !math.IsNaN(none.P) {
		t.Errorf("%+v without resamples", none)
	}
	b, ok := f.Bootstrap(1000, 7)
	if !ok || math.Abs(b.Low-e.Low) > .25*e.SE || math.Abs(b.High-e.High) > .25*e.SE || math.Abs(b.SE/e.SE-1) > .1 {
		t.Errorf("%+v beside %+v", b, e.Estimate)
	}
	if _, ok := f.Bootstrap(99, 7); ok {
		t.Error("99 resamples are too few")
	}
}

// Under "no difference" the tests of strata, clusters, blocks and waves reject as often as they say: 1,000 draws, one
// in twenty, and five binomial errors of .0069.
func TestRandomisationHoldsItsLevel(t *testing.T) {
	const runs, resamples = 1000, 99
	low := [3]int{}
	for run := range runs {
		rng := rand.New(rand.NewPCG(uint64(run), 11))
		clusters, blocks := &Frame{Strata: 2, Weights: []float64{.4, .6}}, &Frame{Strata: 10, Blocked: true}
		var waves []WaveUnit
		for i := range 30 {
			n := float64(1 + rng.IntN(5))
			clusters.Add(i%3 == 0, armOf(i >= 12), n*math.Exp(rng.NormFloat64()), n)
			blocks.Add(i%3 == 0, i/3, math.Exp(rng.NormFloat64()), 1)
			waves = append(waves, WaveUnit{Wave: i%3 + 1, Periods: []float64{rng.ExpFloat64(), rng.ExpFloat64()}})
		}
		w, _ := RandomiseWaves(waves, nil, 3, resamples, uint64(run))
		for i, p := range []float64{clusters.Randomise(resamples, uint64(run)).P, blocks.Randomise(resamples, uint64(run)).P, w.P} {
			if p <= .05 {
				low[i]++
			}
		}
	}
	for i, n := range low {
		if share := float64(n) / runs; math.Abs(share-.05) > .035 {
			t.Errorf("test %d rejects %.3f of true null hypotheses", i, share)
		}
	}
}

// Lin's regression without covariates is Welch; with strata as dummies it weights them by their size; and its slopes
// remove what a covariate explains.
func TestLin(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 1))
	var r Regressors
	var arms [2]Accumulator
	x, noise := []float64{}, []float64{}
	for i := range 200 {
		x, noise = append(x, 5*rng.NormFloat64()), append(noise, .01*rng.NormFloat64())
		r.Treated = append(r.Treated, i%4 != 0)
		r.Outcome = append(r.Outcome, 3*x[i]+noise[i]+float64(armOf(i%4 != 0))*(2+x[i]))
		arms[armOf(i%4 != 0)].Add(r.Outcome[i], 0)
	}
	plain, err := Lin(r)
	if err != nil {
		t.Fatal(err)
	}
	w := Welch(arms[0].Joint().Post, arms[1].Joint().Post)
	near(t, "plain", plain.Value, w.Value, 1e-9)
	near(t, "plain se", plain.SE, w.SE, 1e-9)
	near(t, "plain dof", plain.DoF, w.DoF, 1e-6)
	r.Covariates = [][]float64{x}
	e, err := Lin(r)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "adjusted", e.Value, 2+stat.Mean(x, nil), .01)
	if e.SE > w.SE/20 {
		t.Errorf("se %g after %g", e.SE, w.SE)
	}
	r.Cluster, r.Clusters = make([]int32, 200), 200
	for i := range r.Cluster {
		r.Cluster[i] = int32(i)
	}
	if c, err := Lin(r); err != nil || math.Abs(c.SE/e.SE-1) > .05 || c.Value != e.Value {
		t.Errorf("clusters of one: %+v, %v; rows %+v", c, err, e)
	}
	r.Covariates = [][]float64{x, x}
	if _, err := Lin(r); err == nil {
		t.Error("the same covariate twice passes")
	}
}

func TestLinWithStrataIsStratified(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 2))
	var r Regressors
	var cells []Cell
	dummy := []float64{}
	for i := range 120 {
		s := armOf(i%3 == 0)
		treated := rng.Float64() < .3+.4*float64(s)
		y := 10*float64(s) + rng.NormFloat64() + float64(armOf(treated)*(1+s))
		r.Outcome, r.Treated, dummy = append(r.Outcome, y), append(r.Treated, treated), append(dummy, float64(s))
		cells = append(cells, rowCell(treated, s, y, 0))
	}
	r.Covariates = [][]float64{dummy}
	e, err := Lin(r)
	if err != nil {
		t.Fatal(err)
	}
	s := ByRatio(cells, 2, false)
	near(t, "value", e.Value, s.Value, 1e-9)
	near(t, "se", e.SE, s.SE, .01*s.SE) // HC2 with group leverages is the pooled form of the same variances
}

// Weighting by the inverse of two propensities is Stratified up to the strata's chance sizes, and unbiased where the
// plain difference is not: units of high outcome are treated more often.
func TestInversePropensity(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 9))
	var units []Weighted
	var naive [2]Accumulator
	for range 20000 {
		x := rng.Float64()
		e := .2 + .6*x
		treated := rng.Float64() < e
		y := 10*x + rng.NormFloat64() + 2*float64(armOf(treated))
		units = append(units, Weighted{Cell: rowCell(treated, 0, y, x), Propensity: e})
		naive[armOf(treated)].Add(y, 0)
	}
	got, err := InversePropensity(units, 0, 0)
	if err != nil || math.Abs(got.Value-2) > 4*got.SE || got.SE > .1 {
		t.Errorf("%+v, %v", got, err)
	}
	if n := Welch(naive[0].Joint().Post, naive[1].Joint().Post); n.Value < 3 {
		t.Errorf("the naive difference %g should be far off", n.Value)
	}
	adjusted, err := InversePropensity(units, 10, .5)
	if err != nil || adjusted.SE > got.SE || math.Abs(adjusted.Value-2) > 4*adjusted.SE {
		t.Errorf("adjusted %+v, %v", adjusted, err)
	}
	units[3].Propensity = 0
	if _, err := InversePropensity(units, 0, 0); err == nil {
		t.Error("a propensity of 0 passes")
	}
}

// With everybody assigned delivered and nobody else the complier effect is the plain one; with half of them it is
// twice that, and its limits are where itt - b (d1-d0) is 1.96 errors from zero. A weak first stage has none.
func TestCompliers(t *testing.T) {
	joint := func(n, y, vy, d float64) Joint {
		return Joint{Post: Sample{n, y, vy}, Pre: Sample{n, d, d * (1 - d) * n / (n - 1)}}
	}
	full, ok := Compliers([]Stratum{{joint(500, 10, 400, 0), joint(500, 13, 500, 1)}}, nil)
	se := math.Sqrt(400./500 + 500./500)
	if !ok || full.Value != 3 || math.Abs(full.SE-se) > 1e-12 || math.Abs(full.High-3-1.959964*se) > 1e-5 {
		t.Errorf("%+v", full)
	}
	s := Stratum{joint(500, 10, 400, .1), joint(500, 13, 500, .6)}
	half, ok := Compliers([]Stratum{s}, nil)
	if !ok || math.Abs(half.Value-6) > 1e-12 || half.Delivered != [2]float64{.1, .6} {
		t.Errorf("%+v", half)
	}
	for _, b := range []float64{half.Low, half.High} {
		v := se*se + b*b*(s.Control.Pre.meanVar()+s.Treated.Pre.meanVar())
		near(t, "limit", math.Abs(3-b*.5)/math.Sqrt(v), distuv.UnitNormal.Quantile(.975), 1e-9)
	}
	if c, ok := Compliers([]Stratum{{joint(500, 10, 400, .5), joint(500, 13, 500, .52)}}, nil); ok {
		t.Errorf("a weak first stage gives %+v", c)
	}
	e, ok := CompliersKnown(newEstimate(8, 2, 100), .9, .1)
	if !ok || e.Value != 10 || e.SE != 2.5 {
		t.Errorf("%+v", e)
	}
	if _, ok := CompliersKnown(e, .1, .1); ok {
		t.Error("no difference in delivery passes")
	}
}

func TestInStrata(t *testing.T) {
	checks := []RatioCheck{SampleRatio([]float64{100, 101}, []float64{1, 1}), SampleRatio([]float64{100, 160}, []float64{1, 1}), {P: 1e-9}}
	s := InStrata(checks)
	if s.Strata != 2 || s.Worst != 1 || s.P != 2*checks[1].P || !s.Broken() {
		t.Errorf("%+v", s)
	}
	if s := InStrata(nil); s.Broken() || s.P != 1 {
		t.Errorf("%+v", s)
	}
}
