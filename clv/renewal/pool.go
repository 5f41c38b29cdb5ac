package renewal

import (
	"math"

	"gonum.org/v1/gonum/optimize"

	"postlift/clv/fitting"
)

// pool is the distribution of a term class's cells: logit mu ~ N(mean[0], sd[0]^2) and log omega ~ N(mean[1],
// sd[1]^2), independent.
type pool struct {
	mean, sd [2]float64
	meanCov  [3]float64 // covariance of the means themselves, given the cells: 00, 01, 11
}

// What is believed of a pool before its cells are seen: its means lie near those of all contracts, its
// spreads near spreadCentre. It matters where a class has few cells, and keeps a spread from collapsing to
// 0, where cells could no longer differ.
const (
	classSD  = 1.0 // of a class's means around those of all contracts, on the logit and log scale
	spreadSD = 1.0 // of a log spread
)

var spreadCentre = [2]float64{math.Log(0.4), math.Log(0.5)}

// seen is one opportunity of a cell: decisions for an end and all decisions, with lag = opportunity - 1 to the
// power of the shape and what the opportunity adds to that power.
type seen struct {
	lag, step, ended, all float64
}

// unit is one cell during pooling.
type unit struct {
	rows  []seen
	logC  float64    // shape of the class's BdW, common to its cells; 0 is the sBG
	theta [2]float64 // mode under the pool at hand
	cov   [3]float64 // covariance at the mode: 00, 01, 11
}

func newUnit(t *Table, start [2]float64, logC float64) *unit {
	u := &unit{theta: start, logC: logC}
	shape := BdW{C: math.Exp(logC)}
	for i := range t.Ended {
		if all := t.Ended[i] + t.Renewed[i]; all > 0 {
			lag, step := float64(i), 1.0
			if logC != 0 {
				lag, step = shape.age(i + 1)
			}
			u.rows = append(u.rows, seen{lag, step, float64(t.Ended[i]), float64(all)})
		}
	}
	return u
}

// slope is the log-likelihood of a unit at theta with its gradient and the expected information, which unlike
// the observed one is never negative: a cell without an end or a renewal needs no special case.
func (u *unit) slope(theta [2]float64) (ll float64, g [2]float64, info [3]float64) {
	if u.logC != 0 {
		return u.shapedSlope(theta)
	}
	mu, rest, omega := fitting.Sigmoid(theta[0]), fitting.Sigmoid(-theta[0]), math.Exp(theta[1])
	logMu := -fitting.Softplus(-theta[0])
	for _, r := range u.rows {
		lag := r.lag * omega
		q := rest + lag
		h := mu / (1 + lag)
		logAll := math.Log1p(lag)
		ll += r.ended*(logMu-logAll) + (r.all-r.ended)*(math.Log(q)-logAll)
		d0, d1 := rest*(1+mu/q), -lag/q // of the logit of h
		miss, w := r.ended-r.all*h, r.all*h*(1-h)
		g[0] += miss * d0
		g[1] += miss * d1
		info[0] += w * d0 * d0
		info[1] += w * d0 * d1
		info[2] += w * d1 * d1
	}
	return ll, g, info
}

// leastHazard keeps the information of an opportunity at which a shaped hazard is 0 in all but name finite.
const leastHazard = 1e-12

// shapedSlope is slope for the BdW with the class's shape.
func (u *unit) shapedSlope(theta [2]float64) (ll float64, g [2]float64, info [3]float64) {
	m := bdwAt([]float64{theta[0], theta[1], u.logC})
	whole := m.Alpha + m.Beta
	turn := whole * fitting.Sigmoid(theta[0]) * fitting.Sigmoid(-theta[0])
	for _, r := range u.rows {
		d := min(logBetaStep(m.Alpha, m.Beta+r.lag, r.step), -leastHazard) // log of 1-h
		h, stay := -math.Expm1(d), math.Exp(d)
		ll += r.ended*math.Log(h) + (r.all-r.ended)*d
		da := fitting.PsiDiff(whole, r.lag) - fitting.PsiDiff(whole, r.lag+r.step)
		db := psiBeta(m.Alpha, m.Beta+r.lag+r.step) - psiBeta(m.Alpha, m.Beta+r.lag)
		d0, d1 := (da-db)*turn, -(da*m.Alpha + db*m.Beta)
		miss, w := r.all-r.ended-r.ended*stay/h, r.all*stay/h
		g[0] += miss * d0
		g[1] += miss * d1
		info[0] += w * d0 * d0
		info[1] += w * d0 * d1
		info[2] += w * d1 * d1
	}
	return ll, g, info
}

const (
	modeSteps = 60
	modeDone  = 1e-7
	modeJump  = 3.0 // longest step on the logit and log scale
)

// settle finds the mode of a unit under the pool by Fisher scoring with step halving and gives its
// contribution to the Laplace approximation of the log marginal likelihood.
func (u *unit) settle(p *pool) float64 {
	w := [2]float64{1 / (p.sd[0] * p.sd[0]), 1 / (p.sd[1] * p.sd[1])}
	ll, g, info := u.slope(u.theta)
	joint := ll - u.distance(u.theta, p, w)
	for range modeSteps {
		a, b, c := info[0]+w[0], info[1], info[2]+w[1]
		g0, g1 := g[0]-w[0]*(u.theta[0]-p.mean[0]), g[1]-w[1]*(u.theta[1]-p.mean[1])
		det := a*c - b*b
		s0, s1 := (c*g0-b*g1)/det, (a*g1-b*g0)/det
		if long := max(math.Abs(s0), math.Abs(s1)); long > modeJump {
			s0, s1 = s0*modeJump/long, s1*modeJump/long
		}
		moved := false
		for range 20 {
			next := [2]float64{u.theta[0] + s0, u.theta[1] + s1}
			nll, ng, ninfo := u.slope(next)
			if nj := nll - u.distance(next, p, w); nj >= joint {
				u.theta, g, info, joint, moved = next, ng, ninfo, nj, true
				break
			}
			s0, s1 = s0/2, s1/2
		}
		if !moved || max(math.Abs(s0), math.Abs(s1)) < modeDone {
			break
		}
	}
	a, b, c := info[0]+w[0], info[1], info[2]+w[1]
	det := a*c - b*b
	u.cov = [3]float64{c / det, -b / det, a / det}
	return joint + 0.5*math.Log(w[0]*w[1]) - 0.5*math.Log(det)
}

// distance is what the pool's normal density takes from the log-likelihood.
func (u *unit) distance(theta [2]float64, p *pool, w [2]float64) float64 {
	d0, d1 := theta[0]-p.mean[0], theta[1]-p.mean[1]
	return 0.5 * (w[0]*d0*d0 + w[1]*d1*d1)
}

// marginal is the log marginal likelihood of all units of a pool by Laplace's method plus the log prior of the
// pool around centre; it leaves every unit at its mode.
func marginal(units []*unit, p *pool, centre [2]float64) float64 {
	sum := 0.0
	for j := range 2 {
		d := (p.mean[j] - centre[j]) / classSD
		e := (math.Log(p.sd[j]) - spreadCentre[j]) / spreadSD
		sum -= 0.5 * (d*d + e*e)
	}
	for _, u := range units {
		sum += u.settle(p)
	}
	return sum
}

// Bounds of a spread: below, cells are one; above, each stands alone.
const (
	minSpread = 0.02
	maxSpread = 3
)

// fitPool finds the pool with the highest marginal likelihood: first by a few rounds of re-estimation from
// the cells' modes and variances, which bring it close from anywhere, then by a simplex search, which needs
// no derivative of the determinants. It leaves the units at their modes and gives the maximum.
func fitPool(units []*unit, centre [2]float64) (pool, float64) {
	p := pool{mean: centre, sd: [2]float64{math.Exp(spreadCentre[0]), math.Exp(spreadCentre[1])}}
	for range 8 {
		marginal(units, &p, centre)
		p = reestimate(units, p, centre)
	}
	f := func(x []float64) float64 {
		q, bank := poolAt(x)
		return bank - marginal(units, &q, centre)
	}
	start := []float64{p.mean[0], p.mean[1], math.Log(p.sd[0]), math.Log(p.sd[1])}
	settings := &optimize.Settings{FuncEvaluations: 160,
		Converger: &optimize.FunctionConverge{Absolute: 1e-3, Iterations: 12}}
	// Running out of evaluations is no failure: the best point so far is never worse than the start.
	res, err := optimize.Minimize(optimize.Problem{Func: f}, start, settings, &optimize.NelderMead{SimplexSize: 0.2})
	if res != nil && (err == nil || fitting.AllFinite(res.X)) && res.F <= f(start) {
		p, _ = poolAt(res.X)
	}
	value := marginal(units, &p, centre)
	p.meanCov = meanCov(units, p)
	return p, value
}

// meanCov is how well the cells tell the pool's means: the inverse of the sum of what each cell tells, W - W V W
// with the pool's precision W and the cell's covariance V, and of the prior of the means.
func meanCov(units []*unit, p pool) [3]float64 {
	w0, w1 := 1/(p.sd[0]*p.sd[0]), 1/(p.sd[1]*p.sd[1])
	a, b, c := 1/(classSD*classSD), 0.0, 1/(classSD*classSD)
	for _, u := range units {
		a += w0 - w0*u.cov[0]*w0
		b -= w0 * u.cov[1] * w1
		c += w1 - w1*u.cov[2]*w1
	}
	det := a*c - b*b
	return [3]float64{c / det, -b / det, a / det}
}

// covariance is that of a cell with the doubt about the pool's means, towards which it is drawn: V + G C G' with
// G = V W (Kass and Steffey, "Approximate Bayesian Inference in Conditionally Independent Hierarchical
// Models", JASA 84, 1989). Without it, intervals of cells with few decisions are far too narrow.
func (u *unit) covariance(p pool) [3]float64 {
	w0, w1 := 1/(p.sd[0]*p.sd[0]), 1/(p.sd[1]*p.sd[1])
	g00, g01, g10, g11 := u.cov[0]*w0, u.cov[1]*w1, u.cov[1]*w0, u.cov[2]*w1
	c := p.meanCov
	x0, x1 := g00*c[0]+g01*c[1], g00*c[1]+g01*c[2] // first row of G C
	y0, y1 := g10*c[0]+g11*c[1], g10*c[1]+g11*c[2]
	return [3]float64{u.cov[0] + x0*g00 + x1*g01, u.cov[1] + x0*g10 + x1*g11, u.cov[2] + y0*g10 + y1*g11}
}

// poolAt makes a pool from means and log spreads, and tells how far outside the bounds those lay.
func poolAt(x []float64) (pool, float64) {
	p, bank := pool{mean: [2]float64{x[0], x[1]}}, 0.0
	for j := range 2 {
		l := min(max(x[2+j], math.Log(minSpread)), math.Log(maxSpread))
		bank += (x[2+j] - l) * (x[2+j] - l)
		p.sd[j] = math.Exp(l)
	}
	return p, bank
}

// reestimate is one EM step with the units' normal approximations and the pool's prior.
func reestimate(units []*unit, p pool, centre [2]float64) pool {
	n := float64(len(units))
	for j := range 2 {
		sum := 0.0
		for _, u := range units {
			sum += u.theta[j]
		}
		keep := p.sd[j] * p.sd[j] / (classSD * classSD)
		p.mean[j] = (sum + keep*centre[j]) / (n + keep)
		ss := 0.0
		for _, u := range units {
			d := u.theta[j] - p.mean[j]
			ss += d*d + u.cov[2*j]
		}
		centreVar := math.Exp(2 * spreadCentre[j])
		p.sd[j] = min(max(math.Sqrt((ss+centreVar)/(n+1)), minSpread), maxSpread)
	}
	return p
}
