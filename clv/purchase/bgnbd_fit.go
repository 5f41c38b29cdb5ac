package purchase

import (
	"cmp"
	"math"
	"slices"

	"postlift/clv/fitting"
)

// fitBGNBD fits by maximum likelihood in logs, with time scaled so that the median age is 10.
func fitBGNBD(rows []Counted, opt Options) (Fitted, error) {
	scale := timeScale(rows)
	d := newBGNBDData(rows, scale)
	rate := orderRate(rows) * scale
	job := fitting.Search{
		F:      d.meanNegLL,
		Starts: geometricStarts(rate),
		Centre: []float64{0, -math.Log(rate), 0, math.Log(2)},
		SD:     opt.priorSD(d.n),
		N:      d.n,
	}
	if opt.Centre != nil {
		c, ok := opt.Centre.(BGNBD)
		if !ok {
			return Fitted{}, wrongCentre(opt.Centre, ModelBGNBD)
		}
		job.AlwaysPrior = true
		job.Centre = []float64{math.Log(c.R), math.Log(c.Alpha / scale), math.Log(c.A), math.Log(c.B)}
	}
	o, flags := job.Run()
	m := BGNBD{R: math.Exp(o.Theta[0]), Alpha: math.Exp(o.Theta[1]) * scale, A: math.Exp(o.Theta[2]), B: math.Exp(o.Theta[3])}
	fit := Fitted{Model: m, Stats: fitting.NewStats(m.Params(), o, d.n, flags)}
	fit.LogLikelihood, fit.Rows = m.LogLikelihood(rows), len(rows)
	return fit, nil
}

// geometricStarts are the points from which a fit is tried; rate is the portfolio's repeat events (orders, for
// k > 1 times k) per scaled week.
func geometricStarts(rate float64) [][]float64 {
	l := -math.Log(rate)
	return [][]float64{
		{0, 0, 0, 0},
		{0, l, -0.7, 0.7},
		{-1, l - 1, 0.5, 1.5},
		{1, l + 1, -1, 1},
	}
}

// orderRate is the portfolio's repeat orders per week, kept above 0 by half an order.
func orderRate(rows []Counted) float64 {
	orders, weeks := 0.5, 1.0
	for _, c := range rows {
		orders += float64(c.N) * float64(c.X)
		weeks += float64(c.N) * c.T
	}
	return orders / weeks
}

// medianAge is the median T over customers, weeks.
func medianAge(rows []Counted) float64 {
	counts := map[float64]int{}
	total := 0
	for _, c := range rows {
		counts[c.T] += c.N
		total += c.N
	}
	type age struct {
		t float64
		n int
	}
	ages := make([]age, 0, len(counts))
	for t, n := range counts {
		ages = append(ages, age{t, n})
	}
	slices.SortFunc(ages, func(a, b age) int { return cmp.Compare(a.t, b.t) })
	seen := 0
	for _, a := range ages {
		seen += a.n
		if 2*seen >= total {
			return a.t
		}
	}
	return 0
}
