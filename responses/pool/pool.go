package pool

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"

	"postlift"
)

// GridPoints is the number of spreads that Grid lists.
const GridPoints = 41

// Grid lists spreads for Pool: GridPoints equal steps from 0 to three times the prior's deviation, beyond which a
// half-normal prior has .003 of its weight.
func Grid(priorSD float64) []float64 {
	grid := make([]float64, GridPoints)
	for i := range grid {
		grid[i] = 3 * priorSD * float64(i) / (GridPoints - 1)
	}
	return grid
}

// Pooled is what several effects say of each other, in the unit of the estimates.
type Pooled struct {
	Means []float64 // of each effect, shrunk towards what they have in common
	SDs   []float64 // posterior deviations of them, the doubt about the spread included
	Mean  float64   // what they have in common
	SD    float64   // doubt about it
	Tau   float64   // expected spread of the true effects
	New   float64   // deviation of the effect of one more of the kind
}

// Pool weighs effects y_i ~ N(theta_i, se_i^2) together that come from one kind, theta_i ~ N(mu, tau^2), with a flat
// prior on mu and a half-normal one of deviation priorSD on tau, by summing over a grid of spreads tau (Gelman et al.,
// Bayesian Data Analysis, section 5.4):
//
//	p(tau | y) ~ p(tau) V^(1/2) prod of (se_i^2+tau^2)^(-1/2) exp(-(y_i-m)^2 / (2 (se_i^2+tau^2)))
//
// with m and V the mean and variance of mu given tau. A plug-in estimate of tau gives intervals that are too narrow;
// this does not. It is an Invalid fault where numbers are missing, not finite, or standard errors not above zero.
func Pool(estimates, ses, grid []float64, priorSD float64) (Pooled, error) {
	return PoolUnder(estimates, ses, grid, priorSD, Prior{SD: math.Inf(1)})
}

// PoolUnder is Pool with a normal prior on mu, what the effects have in common. Precise effects weigh most in mu, and of
// skewed outcomes those are precise that missed the largest: a sceptical prior keeps a common mean from claiming more
// than the whole test does.
func PoolUnder(estimates, ses, grid []float64, priorSD float64, common Prior) (Pooled, error) {
	if err := check(estimates, ses, grid, priorSD); err != nil {
		return Pooled{}, err
	}
	if !(common.SD > 0) || math.IsNaN(common.Mean) || math.IsInf(common.Mean, 0) {
		return Pooled{}, postlift.Faultf(postlift.Invalid, "pool.Pool", "a prior of %g give or take %g is not possible", common.Mean, common.SD)
	}
	parts := make([]given, len(grid))
	top := math.Inf(-1)
	for i, tau := range grid {
		parts[i] = at(estimates, ses, tau, priorSD, common)
		top = max(top, parts[i].log)
	}
	total := 0.0
	for i := range parts {
		parts[i].weight = math.Exp(parts[i].log - top)
		total += parts[i].weight
	}
	for i := range parts {
		parts[i].weight /= total
	}
	return mixed(estimates, ses, parts), nil
}

func check(estimates, ses, grid []float64, priorSD float64) error {
	bad := func(format string, args ...any) error {
		return postlift.Faultf(postlift.Invalid, "pool.Pool", format, args...)
	}
	switch {
	case len(estimates) == 0 || len(estimates) != len(ses):
		return bad("%d estimates and %d standard errors cannot be pooled; as many of both are needed", len(estimates), len(ses))
	case len(grid) == 0:
		return bad("the grid of spreads is empty")
	case !(priorSD > 0) || math.IsInf(priorSD, 0):
		return bad("a prior deviation of %g is not possible; one above zero is", priorSD)
	}
	for i, y := range estimates {
		if math.IsNaN(y) || math.IsInf(y, 0) || !(ses[i] > 0) || math.IsInf(ses[i], 0) {
			return bad("estimate %d is %g with a standard error of %g; finite numbers with an error above zero can be pooled", i+1, y, ses[i])
		}
	}
	for _, tau := range grid {
		if !(tau >= 0) || math.IsInf(tau, 0) {
			return bad("a spread of %g is not possible", tau)
		}
	}
	return nil
}

// given is what is known for one spread.
type given struct {
	tau, log, weight float64
	mean, variance   float64 // of mu
}

func at(estimates, ses []float64, tau, priorSD float64, common Prior) given {
	g := given{tau: tau, log: -tau * tau / (2 * priorSD * priorSD)}
	precision := 1 / (common.SD * common.SD) // 0 where nothing is believed before
	sum := common.Mean * precision
	for i, y := range estimates {
		w := 1 / (ses[i]*ses[i] + tau*tau)
		precision, sum = precision+w, sum+w*y
	}
	g.mean, g.variance = sum/precision, 1/precision
	g.log += math.Log(g.variance)/2 - (g.mean-common.Mean)*(g.mean-common.Mean)/(2*common.SD*common.SD)
	for i, y := range estimates {
		v := ses[i]*ses[i] + tau*tau
		g.log -= math.Log(v)/2 + (y-g.mean)*(y-g.mean)/(2*v)
	}
	return g
}

// mixed is the mean and deviation over all spreads.
func mixed(estimates, ses []float64, parts []given) Pooled {
	n := len(estimates)
	p := Pooled{Means: make([]float64, n), SDs: make([]float64, n)}
	for _, g := range parts {
		p.Tau += g.weight * g.tau
		p.Mean += g.weight * g.mean
		for i := range estimates {
			mean, _ := g.effect(estimates[i], ses[i])
			p.Means[i] += g.weight * mean
		}
	}
	var mu, another float64
	of := make([]float64, n)
	for _, g := range parts {
		d := (g.mean - p.Mean) * (g.mean - p.Mean)
		mu += g.weight * (g.variance + d)
		another += g.weight * (g.variance + g.tau*g.tau + d)
		for i := range estimates {
			mean, v := g.effect(estimates[i], ses[i])
			of[i] += g.weight * (v + (mean-p.Means[i])*(mean-p.Means[i]))
		}
	}
	for i := range of {
		p.SDs[i] = math.Sqrt(of[i])
	}
	p.SD, p.New = math.Sqrt(mu), math.Sqrt(another)
	return p
}

// effect is the posterior of one effect for the spread.
func (g given) effect(y, se float64) (mean, variance float64) {
	if g.tau == 0 {
		return g.mean, g.variance
	}
	share := se * se / (se*se + g.tau*g.tau) // of the common mean
	return share*g.mean + (1-share)*y, (1-share)*se*se + share*share*g.variance
}

// Belief is what is believed of an effect after a result.
type Belief struct {
	Mean   float64
	SD     float64
	Chance float64 // that the effect is above zero
	Gain   float64 // E[max(effect, 0)]: what not acting risks to give away
	Loss   float64 // E[max(-effect, 0)]: what acting risks to lose
}

// Prior is what is believed before it; SD of infinity: nothing at all.
type Prior struct{ Mean, SD float64 }

// Believe puts a result with its standard error and a normal prior together, weighted by their precisions. The result's
// standard error is above zero.
func Believe(value, se float64, p Prior) Belief {
	mean, variance := value, se*se
	if !math.IsInf(p.SD, 1) {
		shrink := p.SD * p.SD / (p.SD*p.SD + se*se) // of the result
		mean, variance = shrink*value+(1-shrink)*p.Mean, shrink*se*se
	}
	b := Belief{Mean: mean, SD: math.Sqrt(variance)}
	b.Chance = distuv.UnitNormal.Survival(-mean / b.SD)
	b.Gain, b.Loss = halves(mean, b.SD)
	return b
}

// certain is how many deviations from zero on the normal density underflows and an effect has one sign only.
const certain = 37

// halves are E[max(X, 0)] and E[max(-X, 0)] of a normal X: each is mu Phi(mu/sigma) + sigma phi(mu/sigma) with the sign
// turned, which is P(X<0) times the mean of what lies there by the Mills ratio.
func halves(mu, sigma float64) (gain, loss float64) {
	z := mu / sigma
	if !(math.Abs(z) <= certain) {
		return max(mu, 0), max(-mu, 0)
	}
	density := sigma * math.Exp(-z*z/2) / math.Sqrt(2*math.Pi)
	gain = density + mu*distuv.UnitNormal.CDF(z)
	loss = density - mu*distuv.UnitNormal.Survival(z)
	return max(gain, 0), max(loss, 0)
}
