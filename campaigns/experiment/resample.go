package experiment

import (
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/stat/combin"
)

// Randomisation is the test that draws the assignment anew.
type Randomisation struct {
	P         float64 // two-sided
	Resamples int     // assignments that were looked at
	Exact     bool    // all that there are
}

// Randomise asks how often another draw of the arms, of the same sizes within each stratum or block, would have shown
// as large a difference if nobody's outcome had depended on the arm. The difference is studentised, so that the test
// also holds approximately where the letter changes the spread and not the mean (Wu and Ding 2021). Where there are
// no more than resamples assignments all of them are looked at and P is their share; else P = (1+b)/(1+resamples)
// (Phipson and Smyth 2010). The same seed gives the same P.
func (f *Frame) Randomise(resamples int, seed uint64) Randomisation {
	f.prepare()
	value, se := f.Point()
	observed := math.Abs(studentised(value, se))
	least := observed - 1e-9*(1+observed)
	if n, few := f.assignments(max(resamples, 1)); few {
		return Randomisation{P: float64(f.enumerate(least)) / float64(n), Resamples: n, Exact: true}
	}
	if resamples < 1 {
		return Randomisation{P: math.NaN()}
	}
	rng := rand.New(rand.NewPCG(seed, 0x9a))
	work := f.scratch()
	totals := f.totals()
	beyond := 0
	for range resamples {
		t := tally{blocked: f.Blocked}
		for s := range work {
			u := work[s]
			k, fromControls := u.controls, true
			if k > len(u.units)-k {
				k, fromControls = len(u.units)-k, false
			}
			for i := range k { // the first k of a partial Fisher-Yates shuffle
				j := i + rng.IntN(len(u.units)-i)
				u.units[i], u.units[j] = u.units[j], u.units[i]
			}
			chosen := sumUnits(u.units[:k])
			control, treated := chosen, totals[s].less(chosen)
			if !fromControls {
				control, treated = treated, control
			}
			t.add(f.weight(s), control, treated)
		}
		if math.Abs(studentised(t.point())) >= least {
			beyond++
		}
	}
	return Randomisation{P: float64(1+beyond) / float64(1+resamples), Resamples: resamples}
}

func (f *Frame) scratch() []stratumUnits {
	work := make([]stratumUnits, len(f.strata))
	for s, u := range f.strata {
		work[s] = stratumUnits{units: slices.Clone(u.units), controls: u.controls}
	}
	return work
}

func (f *Frame) totals() []armSums {
	totals := make([]armSums, len(f.strata))
	for s, u := range f.strata {
		totals[s] = sumUnits(u.units)
	}
	return totals
}

// assignments counts the draws that the design allows, up to most.
func (f *Frame) assignments(most int) (n int, few bool) {
	log := 0.0
	n = 1
	for _, u := range f.strata {
		log += combin.LogGeneralizedBinomial(float64(len(u.units)), float64(u.controls))
		if log > math.Log(float64(most))+1e-9 {
			return 0, false
		}
		n *= combin.Binomial(len(u.units), u.controls)
	}
	return n, true
}

// enumerate counts, over all assignments, those whose difference is at least as large. Sums of each stratum's choices
// are computed once; the strata's choices are then combined like the wheels of a counter.
func (f *Frame) enumerate(least float64) (beyond int) {
	type arms struct{ control, treated armSums }
	choices := make([][]arms, len(f.strata))
	totals := f.totals()
	for s, u := range f.strata {
		picked := make([]unitSums, u.controls)
		for _, c := range combin.Combinations(len(u.units), u.controls) {
			for i, at := range c {
				picked[i] = u.units[at]
			}
			control := sumUnits(picked)
			choices[s] = append(choices[s], arms{control, totals[s].less(control)})
		}
	}
	wheel := make([]int, len(choices))
	for {
		t := tally{blocked: f.Blocked}
		for s, at := range wheel {
			t.add(f.weight(s), choices[s][at].control, choices[s][at].treated)
		}
		if math.Abs(studentised(t.point())) >= least {
			beyond++
		}
		s := 0
		for ; s < len(wheel); s++ {
			if wheel[s]++; wheel[s] < len(choices[s]) {
				break
			}
			wheel[s] = 0
		}
		if s == len(wheel) {
			return beyond
		}
	}
}

// Bootstrapped are 95 % intervals from resampled units: a cross-check of the estimate's own, not better for means.
type Bootstrapped struct {
	Low, High                     float64 // bootstrap-t
	PercentileLow, PercentileHigh float64
	SE                            float64 // spread of the resampled estimates
	Resamples                     int
}

// Bootstrap draws units with replacement within their stratum and arm, or whole blocks, as often as said, and gives
// the bootstrap-t and the percentile interval (Efron and Tibshirani 1993). Clusters are units here, so that rows of
// one cluster stay together. Fewer than 100 resamples, or units without any spread, have none: ok is false.
func (f *Frame) Bootstrap(resamples int, seed uint64) (b Bootstrapped, ok bool) {
	f.prepare()
	value, se := f.Point()
	if resamples < 100 || !(se > 0) {
		return Bootstrapped{}, false
	}
	rng := rand.New(rand.NewPCG(seed, 0xb0))
	draw := f.resampled
	if f.Blocked {
		draw = f.blocksResampled()
	}
	values, ts := make([]float64, 0, resamples), make([]float64, 0, resamples)
	for range resamples {
		v, e := draw(rng)
		if !finite(v) || !(e > 0) {
			continue // an arm of one and the same unit: no error to studentise with
		}
		values, ts = append(values, v), append(ts, (v-value)/e)
	}
	if len(values) < resamples/2 {
		return Bootstrapped{}, false
	}
	slices.Sort(values)
	slices.Sort(ts)
	var all Accumulator
	for _, v := range values {
		all.Add(v, 0)
	}
	return Bootstrapped{
		Low: value - quantile(ts, .975)*se, High: value - quantile(ts, .025)*se,
		PercentileLow: quantile(values, .025), PercentileHigh: quantile(values, .975),
		SE: math.Sqrt(all.Joint().Post.Var), Resamples: len(values),
	}, true
}

func (f *Frame) resampled(rng *rand.Rand) (value, se float64) {
	t := tally{}
	for s, u := range f.strata {
		t.add(f.weight(s), sumOf(rng, u.units[:u.controls]), sumOf(rng, u.units[u.controls:]))
	}
	return t.point()
}

// sumOf sums as many units as there are, drawn from them with replacement.
func sumOf(rng *rand.Rand, from []unitSums) (s armSums) {
	s.n = float64(len(from))
	for range from {
		s.add(from[rng.IntN(len(from))])
	}
	return s
}

func (f *Frame) blocksResampled() func(*rand.Rand) (value, se float64) {
	type block struct{ w, d float64 }
	blocks := make([]block, len(f.strata))
	for s, u := range f.strata {
		c, t := sumUnits(u.units[:u.controls]), sumUnits(u.units[u.controls:])
		blocks[s] = block{c.d + t.d, t.m/t.d - c.m/c.d}
	}
	return func(rng *rand.Rand) (value, se float64) {
		t := tally{blocked: true}
		for range blocks {
			b := blocks[rng.IntN(len(blocks))]
			t.block(b.w, b.d)
		}
		return t.point()
	}
}

// resampleBudget is how many units all resamples of one test look at together: a few tenths of a second.
const resampleBudget = 20_000_000

// ResampleMost is the number of units above which nothing is resampled unless asked for: fewer than 100 resamples
// would fit into the budget, and with so many units a normal interval needs no cross-check.
const ResampleMost = resampleBudget / 100

// Resamples is how many resamples a test of so many units gets by default: 1,000, fewer for many units, none above
// ResampleMost.
func Resamples(units int) int {
	if units > ResampleMost {
		return 0
	}
	return min(1000, resampleBudget/max(units, 1))
}
