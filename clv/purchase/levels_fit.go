package purchase

import (
	"math"
	"slices"

	"postlift"
	"postlift/clv/fitting"

	"gonum.org/v1/gonum/mat"
)

const (
	// LeastOfLevel is the number of customers from which a level has an effect of its own. Effects are shrunk, so
	// that a few are enough.
	LeastOfLevel = 25
	// mostEffects bounds the covariates: beyond, the rarest levels are put together.
	mostEffects = 40
)

// What is assumed of the effects of a column before its levels are looked at: as much as two levels with
// effects of e^±.1 say.
const (
	spreadGuess  = .1
	spreadWeight = 2.0
	leastSpread  = .02
	mostSpread   = 2.0
)

// FitByLevel fits the named order model with effects of the levels. They are shrunk by empirical Bayes: those of
// a column on ordering, and on leaving, are normal around 0 with a variance of its own, which maximises the
// evidence (MacKay, "Bayesian Interpolation", Neural Computation 4, 1992) with what spreadGuess assumes. So
// levels that do not differ get effects near 0, and columns that say the same share their effect. Levels of
// fewer than least customers are put together; 0 means LeastOfLevel. Where no column has two levels, one
// model serves all. The parameters of the base are held near those of the fit without levels, within e^±3 or
// so, which matters only where the data say next to nothing.
func FitByLevel(model string, tally *LevelTally, least int, opt Options) (ByLevel, error) {
	if least <= 0 {
		least = LeastOfLevel
	}
	design := tally.Design(least)
	for len(design.Names()) > mostEffects && least < tally.Customers() {
		least *= 2
		design = tally.Design(least)
	}
	patterns := tally.Patterns(design)
	names := design.Names()
	if opt.Centre != nil {
		return ByLevel{}, postlift.Faultf(postlift.Invalid, "purchase.FitByLevel",
			"a fit by level takes no other model as its centre: the levels say how accounts differ")
	}
	all := allRows(patterns)
	without, err := Fit(model, all, opt)
	if err != nil {
		return ByLevel{}, err
	}
	if len(names) == 0 {
		return ByLevel{Design: design, Fit: CovariateFit{Model: without.Model, Stats: without.Stats, Without: without, Chance: 1},
			Spread: [2][]float64{{}, {}}}, nil
	}
	p := newLevelProblem(without.Model, design, patterns, timeScale(all), opt)
	o, flags := p.search()
	fit := p.describe(o, flags, without.Model)
	fit.Without, fit.Names, fit.Rows = without, names, len(all)
	fit.Flags = append(slices.Clone(without.Flags), onlyNew(fit.Flags, without.Flags)...)
	fit.PriorUsed = without.PriorUsed
	fit.measure(patterns, all)
	fit.flagEffects(names, patterns, math.Inf(1)) // every effect is shrunk, by what its column shows
	return ByLevel{Design: design, Fit: fit, Spread: p.spread}, nil
}

func allRows(patterns []CovariateRows) []Counted {
	all := []Counted{}
	for _, p := range patterns {
		all = append(all, p.Rows...)
	}
	return merged(all)
}

// onlyNew are the flags that are not among the known ones.
func onlyNew(flags, known []string) []string {
	return slices.DeleteFunc(slices.Clone(flags), func(f string) bool { return slices.Contains(known, f) })
}

// levelProblem is the likelihood with one prior for each column's effects on ordering and on leaving.
type levelProblem struct {
	*covariateProblem
	column []int        // of each covariate
	spread [2][]float64 // by kind of effect and column
	centre []float64    // of the prior on the parameters of the base
	sd     float64
}

func newLevelProblem(m Model, d Design, patterns []CovariateRows, scale float64, opt Options) *levelProblem {
	p := &levelProblem{covariateProblem: newCovariateProblem(m, d.Names(), patterns, scale, CovariateOptions{Options: opt})}
	for i, c := range d.Columns {
		for range c.codes() - 1 {
			p.column = append(p.column, i)
		}
	}
	for kind := range p.spread {
		p.spread[kind] = make([]float64, len(d.Columns))
		for i, c := range d.Columns {
			if c.codes() > 1 {
				p.spread[kind][i] = spreadGuess
			}
		}
	}
	p.centre, p.sd = p.start(m), opt.priorSD(p.n)
	return p
}

// precision is that of the prior on each number of theta, for the mean over customers.
func (p *levelProblem) precision() []float64 {
	base, n := len(p.centre)-2*len(p.names), len(p.names)
	w := make([]float64, len(p.centre))
	for i := range w {
		sd := p.sd
		if i >= base {
			sd = p.spread[(i-base)/n][p.column[(i-base)%n]]
		}
		w[i] = 1 / (sd * sd * p.n)
	}
	return w
}

// objective is the mean negative log-likelihood with the priors.
func (p *levelProblem) objective(theta, grad []float64) float64 {
	val := p.data(theta, grad)
	for i, w := range p.precision() {
		d := theta[i] - p.centre[i]
		val += .5 * w * d * d
		if grad != nil {
			grad[i] += w * d
		}
	}
	return val
}

const (
	levelRounds = 2  // of effects, then of how far they spread
	levelSteps  = 25 // Newton steps of one round
)

// search alternates between the effects and how far they spread.
func (p *levelProblem) search() (fitting.Optimum, []string) {
	theta := slices.Clone(p.centre)
	var o fitting.Optimum
	for range levelRounds {
		if o = p.newton(theta, roughGain); o.Cov == nil {
			break
		}
		theta = p.learnSpread(o)
	}
	o = p.newton(theta, newtonGain)
	if !o.Converged || o.Cov == nil {
		o = fitting.Minimise(p.objective, [][]float64{o.Theta, p.centre}, false)
	}
	if !o.Converged {
		return o, []string{fitting.FlagNotConverged}
	}
	return o, nil
}

// learnSpread finds the spread of effects that explains the optimum best, with the likelihood taken as quadratic
// around it, and gives where the optimum lies then. It looks at no data.
func (p *levelProblem) learnSpread(o fitting.Optimum) []float64 {
	const rounds = 30
	k := len(o.Theta)
	was := p.precision()
	pull := make([]float64, k) // of the data towards the optimum without any prior, times n
	for i := range pull {
		for j := range k {
			pull[i] += o.Hessian.At(i, j) * (o.Theta[j] - p.centre[j])
		}
	}
	theta := slices.Clone(o.Theta)
	for range rounds {
		now := p.precision()
		h := mat.NewSymDense(k, nil)
		h.CopySym(o.Hessian)
		for i := range k {
			h.SetSym(i, i, h.At(i, i)+now[i]-was[i])
		}
		var chol mat.Cholesky
		var cov mat.SymDense
		if !chol.Factorize(h) || chol.InverseTo(&cov) != nil {
			return theta
		}
		for i := range theta {
			theta[i] = p.centre[i]
			for j := range k {
				theta[i] += cov.At(i, j) * pull[j]
			}
		}
		p.respread(theta, &cov)
	}
	return theta
}

// respread is MacKay's step: the variance of effects is the sum of their squares by the number of them that the
// data determine.
func (p *levelProblem) respread(theta []float64, cov *mat.SymDense) {
	n := len(p.names)
	base := len(theta) - 2*n
	for kind := range p.spread {
		squares, known := make([]float64, len(p.spread[kind])), make([]float64, len(p.spread[kind]))
		for j, c := range p.column {
			i := base + kind*n + j
			s := p.spread[kind][c]
			squares[c] += theta[i] * theta[i]
			known[c] += min(max(1-cov.At(i, i)/p.n/(s*s), 0), 1)
		}
		for c, s := range p.spread[kind] {
			if s > 0 {
				v := (squares[c] + spreadWeight*spreadGuess*spreadGuess) / (known[c] + spreadWeight)
				p.spread[kind][c] = min(max(math.Sqrt(v), leastSpread), mostSpread)
			}
		}
	}
}
