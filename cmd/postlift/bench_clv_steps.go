package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"postlift"
	"postlift/clv"
	"postlift/clv/fitting"
	"postlift/clv/purchase"
	"postlift/clv/simulate"
	"postlift/clv/spend"
)

// What our figures are compared with. The peers were measured once, apart from this program.
const (
	benchMillion = 1_000_000
	peakBar      = 300 << 20
	peerPeak     = 497 << 20 // of lifetimes, BG/NBD fit
	peersSource  = "the peers' figures (lifetimes 0.11.3) were measured earlier on a two-core machine, a million customers, minimum of several runs"
	lifetimes    = "lifetimes"
)

// clvStep is one thing that is measured.
type clvStep struct {
	name, what  string
	share       int // of the customers: one in so many; 0 means all
	peer        string
	peerSeconds float64 // 0: no figure
	times       float64 // the bar: so many times as fast as the peer
	within      float64 // or so many seconds
	run         func(customers int, seed uint64) (work func() (string, error))
}

func (s clvStep) of(customers int) int { return customers / max(s.share, 1) }

// clvSteps lists what is measured, in the order of the report.
var clvSteps = []clvStep{
	{name: "bgnbd-fit", what: "BG/NBD fit", peer: lifetimes, peerSeconds: 9.1, times: 9, run: benchFit(cdnowLaw, purchase.ModelBGNBD, 0)},
	{name: "gammagamma-fit", what: "Gamma-Gamma fit, repeat buyers only", peer: lifetimes, peerSeconds: 1.8, times: 4, run: benchSpendFit},
	{name: "orders", what: "expected orders in 52 weeks, for each", peer: lifetimes, peerSeconds: .48, run: benchForecast(1)},
	{name: "value", what: "the same and 36 months discounted, for each", peer: lifetimes + " (12 months only)", peerSeconds: 6.8, within: 2,
		run: benchForecast(1 + valuedMonths)},
	{name: "cnbd-fit", what: "MBG/CNBD-2 fit", run: benchFit(regularLaw, purchase.ModelMBGCNBD, 2)},
	{name: "score", what: "account values with bands, for each", run: benchScore},
	{name: "pareto-fit", what: "Pareto/NBD fit", share: 10, peer: lifetimes, peerSeconds: 24.5, times: 8, run: benchFit(paretoLaw, purchase.ModelParetoNBD, 0)},
}

// The parameters of the CDNOW sample, and of buyers as regular as every second event.
var (
	cdnowLaw   = simulate.BGNBD{R: .24259453, Alpha: 4.41360232, A: .79292215, B: 2.42590736}
	regularLaw = simulate.MBGCNBD{K: 2, R: .52484321, Alpha: 3.1, A: .89135955, B: 1.61400237}
	paretoLaw  = simulate.ParetoNBD{R: .5534, Alpha: 10.5802, S: .6061, Beta: 11.6562}
	cdnowSpend = spend.GammaGamma{P: 6.249349, Q: 3.744256, Gamma: 15.444307}
)

const valuedMonths = 36

// measure runs a step as often as asked for, in this process.
func (b *clvBench) measure(s clvStep) (clvMeasure, error) {
	m := clvMeasure{Customers: s.of(b.customers), Seconds: math.Inf(1)}
	work := s.run(m.Customers, b.seed)
	debug.FreeOSMemory()
	resetPeak()
	for range b.runs {
		runtime.GC()
		start := time.Now()
		checked, err := work()
		if err != nil {
			return m, err
		}
		m.Seconds, m.Checked = min(m.Seconds, time.Since(start).Seconds()), checked
	}
	m.PeakBytes = peakRSS()
	return m, nil
}

// benchCustomers came over 12 weeks and are 27 to 39 weeks old, as in the CDNOW sample.
func benchCustomers(law simulate.Law, n int, seed uint64) []simulate.History {
	out := make([]simulate.History, 0, n)
	cohorts := simulate.Cohorts{Youngest: 27 * 7, Oldest: 39 * 7, WholeDays: true}
	simulate.Histories(law, rand.New(rand.NewPCG(seed, 1)), n, cohorts, func(h simulate.History) { out = append(out, h) })
	return out
}

// benchFit counts equal histories and fits.
func benchFit(law simulate.Law, model string, k int) func(int, uint64) func() (string, error) {
	return func(n int, seed uint64) func() (string, error) {
		customers := benchCustomers(law, n, seed)
		return func() (string, error) {
			var tally purchase.Tally
			gaps := 0.0
			for _, h := range customers {
				if err := tally.Add(h.X, h.TX, h.T); err != nil {
					return "", err
				}
				gaps += h.LogGaps
			}
			fit, err := purchase.Fit(model, tally.Counted(), purchase.Options{K: k, LogGaps: gaps})
			if err != nil {
				return "", err
			}
			return fmt.Sprintf("%s, %d distinct histories", benchParams(fit.Model.Params()), fit.Rows), nil
		}
	}
}

func benchParams(ps []fitting.Param) string {
	words := make([]string, len(ps))
	for i, p := range ps {
		words[i] = fmt.Sprintf("%s %.4g", p.Name, p.Value)
	}
	return strings.Join(words, ", ")
}

// benchSpendFit fits the values of customers who all ordered again: the peer's harder reading of a million.
func benchSpendFit(n int, seed uint64) func() (string, error) {
	rng := rand.New(rand.NewPCG(seed, 2))
	obs := make([]spend.Observation, 0, n)
	cohorts := simulate.Cohorts{Youngest: 27 * 7, Oldest: 39 * 7, WholeDays: true}
	for len(obs) < n {
		simulate.Histories(cdnowLaw, rng, n-len(obs), cohorts, func(h simulate.History) {
			if h.X > 0 {
				obs = append(obs, spend.Observation{X: h.X, M: benchMean(rng, h.X)})
			}
		})
	}
	return func() (string, error) {
		fit, err := spend.Fit(spend.ModelGammaGamma, obs)
		if err != nil {
			return "", err
		}
		return benchParams(fit.Model.Params()), nil
	}
}

// benchMean draws the mean value of a customer's x orders, to the cent.
func benchMean(rng *rand.Rand, x int) float64 {
	rate := simulate.Gamma(rng, cdnowSpend.Q) / cdnowSpend.Gamma
	total := simulate.Gamma(rng, cdnowSpend.P*float64(x)) / rate
	return max(math.Round(100*total/float64(x)), 1) / 100
}

// benchForecast gives every customer its expected orders in 52 weeks and, with more horizons than that one,
// the discounted value of its orders in the months beside them.
func benchForecast(horizons int) func(int, uint64) func() (string, error) {
	return func(n int, seed uint64) func() (string, error) {
		customers := benchCustomers(cdnowLaw, n, seed)
		means, rng := make([]float32, n), rand.New(rand.NewPCG(seed, 3))
		for i, h := range customers {
			means[i] = float32(benchMean(rng, max(h.X, 1)))
		}
		ts, discount := []float64{52}, []float64(nil)
		for t := range horizons - 1 {
			ts = append(ts, float64(t+1)*clv.DaysPerMonth/purchase.DaysPerWeek)
			discount = append(discount, math.Pow(1.1, -(float64(t)+.5)/12))
		}
		orders, value := make([]float64, n), make([]float64, n)
		return func() (string, error) {
			shards := runtime.GOMAXPROCS(0)
			fitting.Parallel(shards, func(s int) {
				m := purchase.BGNBD(cdnowLaw)
				f := purchase.NewForecaster(m, ts)
				for i := s * n / shards; i < (s+1)*n/shards; i++ {
					h := &customers[i]
					expected, _ := f.Ahead(h.X, h.TX, h.T)
					alive := m.PAlive(h.X, h.TX, h.T)
					orders[i] = alive * expected[0]
					if horizons > 1 {
						spent := cdnowSpend.MeanSpend(spend.Observation{X: h.X, M: float64(means[i])})
						value[i] = alive * spent * discounted(expected[1:], discount)
					}
				}
			})
			return fmt.Sprintf("%.1f orders, value %.0f", sumOf(orders), sumOf(value)), nil
		}
	}
}

// discounted adds up what is added in each month times its factor.
func discounted(upTo, factors []float64) float64 {
	sum, before := 0.0, 0.0
	for i, f := range factors {
		sum += f * (upTo[i] - before)
		before = upTo[i]
	}
	return sum
}

func sumOf(v []float64) float64 {
	sum := 0.0
	for _, x := range v {
		sum += x
	}
	return sum
}

// benchScore values accounts as scoring does: margins, service, bands, payback.
func benchScore(n int, seed uint64) func() (string, error) {
	customers := benchCustomers(cdnowLaw, n, seed)
	means, rng := make([]float32, n), rand.New(rand.NewPCG(seed, 3))
	for i, h := range customers {
		means[i] = float32(100 * benchMean(rng, max(h.X, 1)))
	}
	m := clv.Models{Orders: purchase.BGNBD(cdnowLaw), Spend: spend.GammaGamma{P: cdnowSpend.P, Q: cdnowSpend.Q, Gamma: 100 * cdnowSpend.Gamma}}
	a := clv.Assumptions{HorizonMonths: valuedMonths, DiscountRate: .1, DefaultMargin: .3, OrderCostMinor: 100, WindowDays: 90,
		ServiceCostMinorPerMonth: map[string]int64{"": 20}, AcquisitionCostMinor: map[string]int64{"": 500}}
	asOf := postlift.MustDate("1997-09-30")
	return func() (string, error) {
		shards := runtime.GOMAXPROCS(0)
		totals, errs := make([]clv.Total, shards), make([]error, shards)
		fitting.Parallel(shards, func(s int) {
			scorer, err := clv.NewScorer(&m, asOf, a)
			if err != nil {
				errs[s] = err
				return
			}
			for i := s * n / shards; i < (s+1)*n/shards; i++ {
				in := benchInput(&customers[i], float64(means[i]), asOf)
				totals[s].Add(scorer.Score(&in))
			}
		})
		for _, err := range errs {
			if err != nil {
				return "", err
			}
		}
		all := totals[0]
		for _, t := range totals[1:] {
			all.Merge(t)
		}
		band := all.Band(&m)
		return fmt.Sprintf("total residual value %d to %d", band.LowMinor/100, band.HighMinor/100), nil
	}
}

func benchInput(h *simulate.History, mean float64, asOf postlift.Date) clv.AccountInput {
	first := asOf.AddDays(-int(math.Round(h.T * purchase.DaysPerWeek)))
	return clv.AccountInput{FirstOrder: first, LastOrder: first.AddDays(int(math.Round(h.TX * purchase.DaysPerWeek))), OrderDays: h.X + 1,
		MeanOrderMinor: mean, RepeatMeanMinor: mean, MarginRatio: .3, DiscountRate: math.NaN()}
}
