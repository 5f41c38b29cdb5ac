package spend

import (
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"gonum.org/v1/gonum/mat"

	"postlift"
	"postlift/clv/fitting"
)

// Fitted is a fitted spend model.
type Fitted struct {
	Model       Model
	Correlation float64 // Pearson correlation of frequency and mean value, which the models take to be 0
	fitting.Stats
	parts []fittedPart // one, or one for each band
}

// fittedPart is the optimum behind a model: enough to draw other plausible ones.
type fittedPart struct {
	theta []float64
	cov   *mat.SymDense // of theta
	build func(theta []float64) Model
}

// problem is a fit laid out: what to search, and how to read the answer.
type problem struct {
	f      fitting.Objective
	n      float64
	rows   int
	starts [][]float64
	centre []float64 // of the prior
	build  func(theta []float64) Model
	slopes func(theta []float64) []float64 // of each parameter in its theta, for standard errors
}

// correlationLimit is the correlation of frequency and value from which one population does not hold.
const correlationLimit = 0.2

// Fit fits the named spend model by maximum likelihood, with the same weak prior as the order models where
// the data do not identify it. Where value depends on frequency (correlation above .2 either way) the model
// is fitted by bands of x, if there are customers enough for two bands. No usable observation and an unknown
// name are Invalid faults.
func Fit(name string, obs []Observation) (Fitted, error) {
	base, forced := strings.CutSuffix(name, suffixBanded)
	if ParamNames(base) == nil {
		return Fitted{}, Unknown(name)
	}
	usable, dropped := usableFor(base, obs)
	if len(usable) == 0 {
		return Fitted{}, postlift.Faultf(postlift.Invalid, "spend.Fit",
			"no customer has a repeat order with a positive value: the spend model needs some")
	}
	scale := typicalValue(usable)
	fit := fitPlain(base, usable, scale)
	fit.Correlation = frequencyCorrelation(usable)
	if forced || math.Abs(fit.Correlation) > correlationLimit {
		fit = fitBanded(base, usable, scale, fit)
	}
	if math.Abs(fit.Correlation) > correlationLimit {
		fit.Flags = append(fit.Flags, fitting.FlagCorrelated)
	}
	if dropped > 0 {
		fit.Flags = append(fit.Flags, FlagLogsMissing)
	}
	return fit, nil
}

// FitGammaGamma fits the Gamma-Gamma model; see Fit.
func FitGammaGamma(obs []Observation) (Fitted, error) { return Fit(ModelGammaGamma, obs) }

// usableFor lists the observations that a model can learn from, and counts those with a value that it
// cannot use for want of their logs.
func usableFor(name string, obs []Observation) (usable []Observation, dropped int) {
	fits := func(o Observation) bool { return o.known() && !o.First }
	if name == ModelLogNormal {
		fits = func(o Observation) bool {
			_, _, ok := o.logs()
			if !ok && o.known() {
				dropped++
			}
			return ok && !o.First
		}
	}
	count := 0
	for _, o := range obs {
		if fits(o) {
			count++
		}
	}
	if count == len(obs) {
		return obs, 0
	}
	dropped = 0
	usable = make([]Observation, 0, count)
	for _, o := range obs {
		if fits(o) {
			usable = append(usable, o)
		}
	}
	return usable, dropped
}

// fitPlain fits one model to all customers.
func fitPlain(name string, obs []Observation, scale float64) Fitted {
	if name == ModelLogNormal {
		fit := logNormalProblem(obs, math.Log(scale)).solve(nil)
		if m := fit.Model.(LogNormal); m.Tau*m.Tau+m.Sigma*m.Sigma > heavyTail {
			fit.Flags = append(fit.Flags, fitting.FlagInfiniteMean)
		}
		return fit
	}
	fit := gammaGammaProblem(obs, scale, false).solve(nil)
	if fit.Model.(GammaGamma).Q >= 1+meanShapeFloor {
		return fit
	}
	// The likelihood alone gives a population without a mean: hold q above 1, and say so.
	flags := fit.Flags
	fit = gammaGammaProblem(obs, scale, true).solve(&pull{sd: fitting.PriorSD(float64(len(obs)))})
	fit.Flags = mergeFlags(flags, fit.Flags, []string{fitting.FlagInfiniteMean})
	return fit
}

// pull is a prior that is always used: centre nil means the problem's own.
type pull struct {
	centre []float64
	sd     float64
}

// solve searches and reads the optimum.
func (p problem) solve(prior *pull) Fitted {
	job := fitting.Search{F: p.f, Starts: p.starts, Centre: p.centre, SD: fitting.PriorSD(p.n), N: p.n}
	if prior != nil {
		job.AlwaysPrior, job.SD = true, prior.sd
		if prior.centre != nil {
			job.Centre = prior.centre
		}
	}
	o, flags := job.Run()
	if p.n < fitting.FewAccounts {
		flags = append(flags, fitting.FlagFewAccounts)
	}
	cov, clipped := o.LogCov(p.n)
	if clipped {
		flags = append(flags, fitting.FlagClipped)
	}
	fit := Fitted{Model: p.build(o.Theta)}
	fit.Stats = fitting.Stats{SE: p.standardErrors(fit.Model, o.Theta, cov), LogLikelihood: -p.n * p.f(o.Theta, nil), Observations: int(p.n),
		Rows: p.rows, PriorUsed: slices.Contains(flags, fitting.FlagPriorUsed), Flags: flags}
	fit.parts = []fittedPart{{theta: o.Theta, cov: cov, build: p.build}}
	return fit
}

func (p problem) standardErrors(m Model, theta []float64, cov *mat.SymDense) map[string]float64 {
	slopes, params := p.slopes(theta), m.Params()
	sd := make([]float64, len(params))
	for i := range params {
		params[i].Value, sd[i] = slopes[i], math.Sqrt(cov.At(i, i))
	}
	return fitting.NaturalSE(params, sd)
}

// Draws gives k plausible models: draws from the normal approximation of the likelihood around the optimum,
// in logs.
func (f Fitted) Draws(k int, rng *rand.Rand) []Model {
	out := make([]Model, 0, max(k, 0))
	laws := make([]fitting.Law, len(f.parts))
	for i, p := range f.parts {
		laws[i] = fitting.NewLaw(p.theta, p.cov)
	}
	for range k {
		models := make([]Model, len(f.parts))
		for i, p := range f.parts {
			at := make([]float64, len(p.theta))
			laws[i].DrawWithin(at, drawLimit, rng)
			models[i] = p.build(at)
		}
		switch b := f.Model.(type) {
		case Banded:
			out = append(out, Banded{From: b.From, Models: models})
		default:
			out = append(out, models[0])
		}
	}
	return out
}

// drawLimit bounds a draw: a parameter that the data hardly hold must not leave the range in which every
// prediction is finite.
const drawLimit = 20

// typicalValue is the geometric mean of the mean values: the scale in which parameters are near 1.
func typicalValue(obs []Observation) float64 {
	shards := (len(obs) + blockSize - 1) / blockSize
	sums := make([]float64, shards)
	fitting.Parallel(shards, func(i int) {
		for _, o := range obs[i*blockSize : min((i+1)*blockSize, len(obs))] {
			sums[i] += math.Log(o.level())
		}
	})
	total := 0.0
	for _, s := range sums {
		total += s
	}
	return within(math.Exp(total / float64(len(obs))))
}

// frequencyCorrelation is Pearson's correlation of x and m, 0 where one of them does not vary.
func frequencyCorrelation(obs []Observation) float64 {
	n := float64(len(obs))
	var sx, sm float64
	for _, o := range obs {
		sx += float64(o.X)
		sm += o.level()
	}
	mx, mm := sx/n, sm/n
	var xx, xm, vv float64
	for _, o := range obs {
		dx, dm := float64(o.X)-mx, o.level()-mm
		xx, xm, vv = xx+dx*dx, xm+dx*dm, vv+dm*dm
	}
	if xx <= 0 || vv <= 0 {
		return 0
	}
	return xm / (math.Sqrt(xx) * math.Sqrt(vv))
}

func sortedKeys[V any](m map[int]V) []int { return slices.Sorted(maps.Keys(m)) }

// mergeFlags joins lists of flags, each flag once, in order of appearance.
func mergeFlags(lists ...[]string) []string {
	var out []string
	for _, list := range lists {
		for _, f := range list {
			if !slices.Contains(out, f) {
				out = append(out, f)
			}
		}
	}
	return out
}
