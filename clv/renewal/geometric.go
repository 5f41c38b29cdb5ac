package renewal

import (
	"math"

	"postlift/clv/fitting"
)

// Geometric is the renewal model with a constant hazard: at every opportunity a contract ends with
// probability Mu. It is the sBG with Omega = 0.
type Geometric struct {
	Mu float64 // 0 to 1
}

// Name is "geometric".
func (g Geometric) Name() string { return ModelGeometric }

// Params lists mu.
func (g Geometric) Params() []fitting.Param { return []fitting.Param{{Name: "mu", Value: g.Mu}} }

// Hazard is Mu at every opportunity.
func (g Geometric) Hazard(int) float64 { return g.Mu }

// LogLikelihood is the log-likelihood of renewal decisions.
func (g Geometric) LogLikelihood(t *Table) float64 { return logLikelihood(g, t) }

// fitGeometric is the share of decisions for an end; where all decisions agree, the posterior mode under the
// weak prior of the first hazard.
func fitGeometric(t *Table, n float64, ended int) Fitted {
	if ended == 0 || float64(ended) == n {
		f := func(theta, grad []float64) float64 {
			mu := fitting.Sigmoid(theta[0])
			if grad != nil {
				grad[0] = mu - float64(ended)/n
			}
			share := float64(ended) / n
			return share*fitting.Softplus(-theta[0]) + (1-share)*fitting.Softplus(theta[0])
		}
		centre := renewalCentre[:1]
		o := fitting.Minimise(fitting.WithPrior(f, centre, renewalSD, n), [][]float64{centre}, false)
		return newFitted(ModelGeometric, t, laplaceOf(o, n), n, []string{fitting.FlagBoundary, fitting.FlagPriorUsed})
	}
	return newFitted(ModelGeometric, t, geometricLaplace(float64(ended)/n, n), n, nil)
}

// geometricLaplace is the normal approximation of logit mu after n decisions.
func geometricLaplace(mu, n float64) laplace {
	return laplace{theta: []float64{math.Log(mu) - math.Log1p(-mu)}, cov: []float64{1 / (n * mu * (1 - mu))}}
}
