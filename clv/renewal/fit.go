package renewal

import (
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/mat"

	"postlift"
	"postlift/clv/fitting"
)

// Fitted is a fitted renewal model.
type Fitted struct {
	Model Model
	fitting.Stats
	at laplace
}

// AIC is Akaike's criterion: twice the number of free parameters minus twice the log-likelihood of the data;
// lower is better.
func (f Fitted) AIC() float64 { return 2*float64(freedom(f.Model.Name())) - 2*f.LogLikelihood }

// freedom is the number of free parameters of a model.
func freedom(name string) int { return slices.Index(Names(), name) + 1 }

// Draws gives k models drawn from the normal approximation of the parameters' posterior (logit mu, log omega,
// log c); k times the fitted model where the data leave the spread unknown.
func (f Fitted) Draws(k int, rng *rand.Rand) []Model {
	return f.at.draws(f.Model.Name(), k, rng)
}

// Fit fits the named model by maximum likelihood, with a weak prior where that runs to a boundary; flags say
// so. A table without decisions and an unknown name are Invalid faults.
func Fit(name string, t *Table) (Fitted, error) {
	if err := t.check(); err != nil {
		return Fitted{}, err
	}
	if freedom(name) == 0 {
		_, err := New(name, nil)
		return Fitted{}, err
	}
	ended, renewed := t.Totals()
	n := float64(ended + renewed)
	if n == 0 {
		return Fitted{}, postlift.Faultf(postlift.Invalid, "renewal.Fit", "there is no renewal decision to fit the model to")
	}
	switch name {
	case ModelGeometric:
		return fitGeometric(t, n, ended), nil
	case ModelBdW:
		return fitBdW(t, n, ended), nil
	}
	fit, err := FitSBG(t)
	return Fitted{Model: fit.Model, Stats: fit.Stats, at: fit.at}, err
}

// newFitted reports the optimum of a model, with standard errors by the delta method.
func newFitted(name string, t *Table, at laplace, n float64, flags []string) Fitted {
	m := at.model(name)
	if n < fitting.FewAccounts {
		flags = append(flags, fitting.FlagFewAccounts)
	}
	if at.clipped {
		flags = append(flags, fitting.FlagClipped)
	}
	return Fitted{Model: m, at: at, Stats: fitting.Stats{SE: at.standardErrors(name), LogLikelihood: m.LogLikelihood(t),
		Observations: int(n), Rows: t.distinct(), PriorUsed: slices.Contains(flags, fitting.FlagPriorUsed), Flags: flags}}
}

// laplace is the normal approximation of a posterior over (logit mu), (logit mu, log omega) or (logit mu, log
// omega, log c).
type laplace struct {
	theta   []float64
	cov     []float64 // row by row; nil where unknown
	clipped bool      // see fitting.FlagClipped
}

// laplaceOf takes the optimum of a mean over n decisions.
func laplaceOf(o fitting.Optimum, n float64) laplace {
	l := laplace{theta: slices.Clone(o.Theta)}
	cov, clipped := o.LogCov(n)
	l.clipped = clipped
	k := len(o.Theta)
	for i := range k {
		for j := range k {
			l.cov = append(l.cov, cov.At(i, j))
		}
	}
	return l
}

// model makes the named model at the mode.
func (l laplace) model(name string) Model { return modelAt(name, l.theta) }

// modelAt makes the named model from unbounded parameters; an sBG without log omega has a constant hazard.
func modelAt(name string, theta []float64) Model {
	mu := fitting.Sigmoid(theta[0])
	switch {
	case name == ModelGeometric:
		return Geometric{Mu: mu}
	case name == ModelBdW:
		return bdwAt(theta)
	case len(theta) == 1:
		return SBG{Mu: mu}
	}
	return SBG{Mu: mu, Omega: math.Exp(theta[1])}
}

// drawLimit keeps draws of unbounded parameters where every prediction is finite.
const drawLimit = 30

// draws gives k models from the normal approximation.
func (l laplace) draws(name string, k int, rng *rand.Rand) []Model {
	out := make([]Model, k)
	n := len(l.theta)
	if len(l.cov) != n*n {
		for i := range out {
			out[i] = modelAt(name, l.theta)
		}
		return out
	}
	law := fitting.NewLaw(l.theta, mat.NewSymDense(n, slices.Clone(l.cov)))
	theta := make([]float64, n)
	for i := range out {
		law.DrawWithin(theta, drawLimit, rng)
		out[i] = modelAt(name, theta)
	}
	return out
}

// standardErrors are those of the parameters by name: the gradient of each by the unbounded parameters, by
// central differences, through the covariance.
func (l laplace) standardErrors(name string) map[string]float64 {
	out := map[string]float64{}
	k := len(l.theta)
	if len(l.cov) != k*k {
		return out
	}
	const h = 1e-5
	slopes := map[string][]float64{}
	for i := range k {
		at := slices.Clone(l.theta)
		at[i] += h
		up := modelAt(name, at).Params()
		at[i] -= 2 * h
		for p, down := range modelAt(name, at).Params() {
			slopes[down.Name] = append(slopes[down.Name], (up[p].Value-down.Value)/(2*h))
		}
	}
	for param, g := range slopes {
		v := 0.0
		for i := range k {
			for j := range k {
				v += g[i] * g[j] * l.cov[i*k+j]
			}
		}
		if se := math.Sqrt(max(v, 0)); !math.IsNaN(se) && !math.IsInf(se, 0) {
			out[param] = se
		}
	}
	return out
}
