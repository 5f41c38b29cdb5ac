package experiment

import (
	"math"
	"math/rand/v2"
	"os"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
)

// AnyTime is the mixture's half width with r set for the window's end, 3.03 standard errors there (1.55 times 1.96,
// as measured for a sequence tuned at the last look), and wider before.
func TestAnyTimeIsTheMixture(t *testing.T) {
	e := newEstimate(5, 2, 1e9)
	low, high := AnyTime(e, 1)
	near(t, "half", (high-low)/2, AnyTimeHalf(2, SequentialRho(4, .05), .05), 1e-9)
	near(t, "in errors", (high-low)/4/1.96, 1.55, .005)
	last := 0.0
	for _, elapsed := range []float64{1, .75, .5, .25, .1} {
		low, high := AnyTime(e, elapsed)
		if high-low <= last {
			t.Errorf("at %g of the window the interval is %g wide", elapsed, high-low)
		}
		last = high - low
	}
	few, _ := AnyTime(newEstimate(5, 2, 10), 1)
	if few >= low {
		t.Error("ten degrees of freedom do not widen the interval")
	}
}

// looks is an A/A campaign of companies that differ for good and order at random, read every week: it tells whether a
// plain 95 % interval and whether the always-valid one ever excludes zero.
func looks(rng *rand.Rand, n int, holdout float64, weeks int) (naive, valid bool) {
	base, carry := make([]float64, n), make([]float64, n)
	sums := make([]float64, n)
	held := make([]bool, n)
	for i := range base {
		base[i] = .08 * math.Exp(.9*rng.NormFloat64()) // orders a week
		held[i] = float64(i) < holdout*float64(n)
	}
	rng.Shuffle(n, func(i, j int) { held[i], held[j] = held[j], held[i] })
	for i := range carry {
		carry[i] = float64(distuv.Poisson{Lambda: 52 * base[i], Src: rng}.Rand()) * 100
	}
	for week := 1; week <= weeks; week++ {
		var arms [2]Accumulator
		for i := range base {
			if rng.Float64() < base[i] {
				sums[i] += 100 * math.Exp(.7*rng.NormFloat64())
			}
			arms[armOf(!held[i])].Add(sums[i], carry[i])
		}
		p := CUPEDPoint(arms[0].Joint(), arms[1].Joint())
		if !(p.SE > 0) {
			continue
		}
		t := math.Abs(p.Value) / p.SE
		naive = naive || t > distuv.StudentsT{Mu: 0, Sigma: 1, Nu: p.DoF}.Quantile(.975)
		valid = valid || t > anyTimeCritical(float64(week)/float64(weeks), p.DoF)
	}
	return naive, valid
}

// Of 4,000 A/A campaigns read in 12 weeks, the always-valid interval is ever wrong in at most 5 %, the plain one in
// far more. With POSTLIFT_FULL=1 also with smaller holdouts and more companies.
func TestTwelveLooksAlarmRarely(t *testing.T) {
	const runs, weeks = 4000, 12
	type world struct {
		n       int
		holdout float64
	}
	worlds := []world{{300, .5}}
	if os.Getenv("POSTLIFT_FULL") == "1" {
		worlds = append(worlds, world{500, .2}, world{1500, .2}, world{5000, .1}, world{150, .5})
	}
	for _, w := range worlds {
		rng := rand.New(rand.NewPCG(uint64(w.n), 12))
		naive, valid := 0, 0
		for range runs {
			a, b := looks(rng, w.n, w.holdout, weeks)
			naive += armOf(a)
			valid += armOf(b)
		}
		plain, always := float64(naive)/runs, float64(valid)/runs
		t.Logf("%d companies, %.0f %% held out: plain %.4f, always valid %.4f", w.n, 100*w.holdout, plain, always)
		if always > .05 || plain < .10 {
			t.Errorf("%d companies: false alarms %.4f by the always-valid interval, %.4f by the plain one", w.n, always, plain)
		}
	}
}
