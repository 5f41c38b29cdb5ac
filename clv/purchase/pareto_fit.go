package purchase

import (
	"math"

	"postlift"
	"postlift/clv/fitting"
)

// fitParetoNBD fits by maximum likelihood in logs, with time scaled so that the median age is 10.
func fitParetoNBD(rows []Counted, opt Options) (Fitted, error) {
	scale := timeScale(rows)
	d := newParetoData(rows, scale)
	rate := orderRate(rows) * scale
	job := fitting.Search{
		F:      d.meanNegLL,
		Starts: paretoStarts(rate),
		Centre: []float64{0, -math.Log(rate), 0, math.Log(10)},
		SD:     opt.priorSD(d.n),
		N:      d.n,
	}
	if opt.Centre != nil {
		c, ok := opt.Centre.(ParetoNBD)
		if !ok {
			return Fitted{}, wrongCentre(opt.Centre, ModelParetoNBD)
		}
		job.AlwaysPrior = true
		job.Centre = []float64{math.Log(c.R), math.Log(c.Alpha / scale), math.Log(c.S), math.Log(c.Beta / scale)}
	}
	o, flags := job.Run()
	e := exps(o.Theta)
	m := ParetoNBD{R: e[0], Alpha: e[1] * scale, S: e[2], Beta: e[3] * scale}
	return fitted(m, o, flags, rows, d.n), nil
}

// paretoStarts are the points from which a fit is tried, the first that converges wins; rate is the
// portfolio's repeat orders per scaled week.
func paretoStarts(rate float64) [][]float64 {
	l := -math.Log(rate)
	return [][]float64{
		{0, l, 0, math.Log(10)},
		{-0.7, l - 0.7, -0.7, math.Log(10)},
		{0, 0, 0, 0},
		{1, l + 1, -1, 1},
	}
}

// timeScale is what the weeks are divided by in a fit, so that the median age is 10 and all log parameters
// are of a size.
func timeScale(rows []Counted) float64 {
	if scale := medianAge(rows) / 10; scale > 0 {
		return scale
	}
	return 1
}

func exps(theta []float64) []float64 {
	out := make([]float64, len(theta))
	for i, v := range theta {
		out[i] = math.Exp(v)
	}
	return out
}

// fitted puts a model and what the search said of it together.
func fitted(m Model, o fitting.Optimum, flags []string, rows []Counted, n float64) Fitted {
	fit := Fitted{Model: m, Stats: fitting.NewStats(m.Params(), o, n, flags)}
	fit.LogLikelihood, fit.Rows = m.LogLikelihood(rows), len(rows)
	return fit
}

func wrongCentre(centre Model, want string) error {
	return postlift.Faultf(postlift.Invalid, "purchase.Fit",
		"the prior's centre is a %s model: a %s fit needs one of its own kind", centre.Name(), want)
}
