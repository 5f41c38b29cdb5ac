package purchase

import (
	"math"

	"gonum.org/v1/gonum/integrate/quad"
)

// rule holds the nodes and weights of Gauss and Legendre on 0..1.
type rule struct{ at, weight []float64 }

func newRule(n int) rule {
	r := rule{make([]float64, n), make([]float64, n)}
	quad.Legendre{}.FixedLocations(r.at, r.weight, 0, 1)
	return r
}

// rules are the quadrature rules in use. width is the longest stretch of the log scale and drop the largest
// fall of the logarithm that the rule integrates to better than 1e-11.
var rules = []struct {
	rule
	width, drop float64
}{
	{newRule(4), 0.4, 0.5},
	{newRule(8), 1.5, 4},
	{newRule(16), 4, 18},
	{newRule(32), maxWidth, maxDrop},
}

const (
	maxWidth = 6.0   // of one panel
	maxDrop  = 45.0  // of the logarithm over one panel
	done     = 1e-17 // what is left out, as a share of the integral
)

// ruleFor gives the cheapest rule for a panel, and false where a panel must be divided.
func ruleFor(width, drop float64) (rule, bool) {
	for _, r := range rules {
		if width <= r.width && drop <= r.drop {
			return r.rule, true
		}
	}
	return rules[len(rules)-1].rule, false
}

// logConcave is the logarithm of a positive integrand and its slope; the slope never rises.
type logConcave func(v float64) (l, slope float64)

// integrate is the integral of exp(f) over 0..width (which may be infinite, if f falls in the end). Panels
// are as long as the slope allows; concavity bounds what lies behind the last one.
func integrate(f logConcave, width float64) float64 {
	sum := 0.0
	eachPanel(f, width, func() float64 { return sum }, func(v, h float64, g rule) {
		for i, x := range g.at {
			l, _ := f(v + h*x)
			sum += h * g.weight[i] * math.Exp(l)
		}
	})
	return sum
}

// eachPanel divides 0..width for use, until what is left is below the digits of sum.
func eachPanel(f logConcave, width float64, sum func() float64, use func(v, h float64, g rule)) {
	for v := 0.0; v < width; {
		l, slope := f(v)
		if slope < 0 && math.Exp(l)/-slope <= done*sum() {
			return
		}
		h := min(width-v, maxWidth)
		g, ok := ruleFor(h, steepest(f, v, h))
		for !ok && h > 1e-13*(1+v) {
			h /= 2
			g, ok = ruleFor(h, steepest(f, v, h))
		}
		use(v, h, g)
		if h >= width-v {
			return
		}
		v += h
	}
}

// steepest bounds the fall of a concave logarithm over a panel by the slope at its end.
func steepest(f logConcave, v, h float64) float64 {
	_, end := f(v + h)
	return max(-end*h, 0)
}

// hazards is the logarithm of (1+u/alpha')^-p (1+u/beta')^-q du, with u counted from a start at which the
// scales are alpha' and beta', on the scale v = log(1 + u/min(alpha', beta')). In that variable it is
// concave, and its nearest singularity lies pi away from the real axis.
func hazards(alpha, p, beta, q float64) logConcave {
	c := min(alpha, beta)
	return func(v float64) (l, slope float64) {
		u := c * math.Expm1(v)
		l = v - p*math.Log1p(u/alpha) - q*math.Log1p(u/beta)
		return l, 1 - (c+u)*(p/(alpha+u)+q/(beta+u))
	}
}

// deadOdds is the log odds that the customer has left: with f(u) = (alpha+u)^-(r+x) (beta+u)^-(s+1),
//
//	log s - log(beta+T) - log f(T) + log of the integral of f over t_x..T
//
// so neither a hypergeometric function nor a difference of two of them is needed.
func (m ParetoNBD) deadOdds(x int, tx, age float64) float64 {
	gap := age - tx
	if !(gap > 0) {
		return math.Inf(-1)
	}
	size, alpha, beta := m.R+float64(x), m.Alpha+tx, m.Beta+tx
	c := min(alpha, beta)
	k := c * integrate(hazards(alpha, size, beta, m.S+1), math.Log1p(gap/c))
	return math.Log(m.S) - math.Log(m.Beta+age) + size*math.Log1p(gap/alpha) + (m.S+1)*math.Log1p(gap/beta) + math.Log(k)
}
