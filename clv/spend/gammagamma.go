package spend

import (
	"math"

	"postlift/clv/fitting"
)

// ModelGammaGamma is the model's name in results.
const ModelGammaGamma = "gammagamma"

// GammaGamma is the spend model of Fader and Hardie, "The Gamma-Gamma Model of Monetary Value" (2013):
// an order's value is Gamma(P, nu) with nu ~ Gamma(Q, Gamma) over customers, independent of how often
// they order. Gamma is in the unit of the values.
type GammaGamma struct {
	P, Q  float64
	Gamma float64
}

// GammaGammaParams are the names of the model's parameters.
var GammaGammaParams = []string{"p", "q", "gamma"}

// NewGammaGamma makes the model from named parameters; a missing or non-positive one is an Invalid fault.
func NewGammaGamma(params map[string]float64) (GammaGamma, error) {
	if err := fitting.CheckParams(ModelGammaGamma, GammaGammaParams, params); err != nil {
		return GammaGamma{}, err
	}
	return GammaGamma{P: params["p"], Q: params["q"], Gamma: params["gamma"]}, nil
}

// Name is the model's name in results.
func (GammaGamma) Name() string { return ModelGammaGamma }

// Params lists the parameters in their usual order.
func (g GammaGamma) Params() []fitting.Param {
	return []fitting.Param{{Name: "p", Value: g.P}, {Name: "q", Value: g.Q}, {Name: "gamma", Value: g.Gamma}}
}

// meanShapeFloor keeps a mean finite. The mean of an inverse gamma with shape s is scale/(s-1): just
// above 1 it belongs to a tail that no data show, at and below 1 it is infinite or, blindly computed,
// negative. From 1.1 on the formula is exact.
const meanShapeFloor = 0.1

// spreadShapeFloor does the same for the standard deviation 1/sqrt(s-2): from 2.25 on it is exact, below
// it stays at twice the mean.
const spreadShapeFloor = 0.25

// posterior gives shape and rate of the customer's nu ~ Gamma(P x + Q, Gamma + x m).
func (g GammaGamma) posterior(o Observation) (shape, rate float64) {
	shape, rate = g.Q, g.Gamma
	if o.X > 0 {
		shape += g.P * float64(o.X)
	}
	if o.known() {
		rate += float64(o.X) * min(o.M, mostValue)
	}
	return shape, rate
}

// MeanSpend is the expected value of a future order of a customer whose X orders had the mean value M:
// P (Gamma + x m) / (P x + Q - 1). X = 0 gives the population mean. It is always positive and finite;
// a negative or non-finite M counts as 0.
func (g GammaGamma) MeanSpend(o Observation) float64 {
	shape, rate := g.posterior(o)
	return within(g.P * (rate / max(shape-1, meanShapeFloor)))
}

// Spread gives the relative standard deviations of the customer's own mean P/nu, which is inverse gamma,
// and of one order day, Gamma with shape P.
func (g GammaGamma) Spread(o Observation) (mean, order float64) {
	shape, _ := g.posterior(o)
	return 1 / math.Sqrt(max(shape-2, spreadShapeFloor)), min(1/math.Sqrt(g.P), maxSpread)
}

// LogScore is the log density of the mean value of next.X later orders, a beta prime around the posterior:
// x' m' / rate ~ BetaPrime(P x', shape).
func (g GammaGamma) LogScore(o, next Observation) float64 {
	if !next.known() {
		return 0
	}
	shape, rate := g.posterior(o)
	px, m := g.P*float64(next.X), within(next.M)
	return max(logBetaPrime(px, shape, float64(next.X)*m/rate)-math.Log(m), leastLogScore)
}

// LogLikelihood is the log-likelihood of mean order values; observations without one do not count.
func (g GammaGamma) LogLikelihood(obs []Observation) float64 {
	sum := 0.0
	for _, o := range obs {
		if o.known() {
			m := within(o.M)
			sum += logBetaPrime(g.P*float64(o.X), g.Q, float64(o.X)*m/g.Gamma) - math.Log(m)
		}
	}
	return sum
}

// logBetaPrime is log( z f(z) ) for the beta prime density f with shapes a and b:
// -log B(a,b) + a log(z/(1+z)) - b log(1+z).
func logBetaPrime(a, b, z float64) float64 {
	return -fitting.Lbeta(a, b) - a*math.Log1p(1/z) - b*math.Log1p(z)
}
