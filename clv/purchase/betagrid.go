package purchase

import (
	"math"

	"postlift/clv/fitting"
)

// betaGrid holds nodes and weights for expectations under Beta(a, c), with the two ends beyond the
// nodes, where p resp. 1-p is as good as 0, as point masses.
type betaGrid struct {
	p, w        []float64
	left, right float64
	reach       float64 // the largest (r+x)s for which p is small enough at the left end
}

func newBetaGrid(a, c, reach float64) *betaGrid {
	g := &betaGrid{reach: reach}
	lowest := -math.Log(max(reach, c, 1)) - 32
	mode := min(max(math.Log(a)-math.Log(c), lowest), highest)
	density := logitBeta(a, c, mode)
	h := 0.25 * min(1, math.Sqrt(1/a+1/c))
	if next, cut := g.walk(density, mode, h, highest); cut {
		g.right = endMass(density(next), h, c)
	}
	if next, cut := g.walk(density, mode-h, -h, lowest); cut {
		g.left = endMass(density(next), h, a)
	}
	g.normalise()
	return g
}

// normalise makes the masses add up to 1. That is more exact than dividing by B(a,c), whose logarithm
// loses digits for large arguments.
func (g *betaGrid) normalise() {
	total := g.left + g.right
	for _, w := range g.w {
		total += w
	}
	for i := range g.w {
		g.w[i] /= total
	}
	g.left /= total
	g.right /= total
}

// logitBeta is the density of logit p for p ~ Beta(a, c), relative to its value at y0. Near y0 it is
// computed from the difference, since a and c may be huge.
func logitBeta(a, c, y0 float64) func(y float64) float64 {
	up, down := fitting.Sigmoid(y0), fitting.Sigmoid(-y0)
	base := a*fitting.Softplus(-y0) + c*fitting.Softplus(y0)
	return func(y float64) float64 {
		d := y - y0
		if math.Abs(d) < 1 {
			return math.Exp(-a*math.Log1p(down*math.Expm1(-d)) - c*math.Log1p(up*math.Expm1(d)))
		}
		return math.Exp(base - a*fitting.Softplus(-y) - c*fitting.Softplus(y))
	}
}

// highest is the logit beyond which 1-p is below the last digit of p.
const highest = 37

// walk adds nodes from y in steps of h until what they add vanishes; cut tells that the limit came
// first, and next is the node that was not added.
func (g *betaGrid) walk(density func(float64) float64, y, h, limit float64) (next float64, cut bool) {
	peak, heavyPeak := 0.0, 0.0
	for ; (limit-y)*h >= 0; y += h {
		d, p := density(y), fitting.Sigmoid(y)
		heavy := d * min(1/p, g.reach+1)
		peak, heavyPeak = max(peak, d), max(heavyPeak, heavy)
		if d < 1e-18*peak && heavy < 1e-18*heavyPeak {
			return y, false
		}
		g.p = append(g.p, p)
		g.w = append(g.w, d*math.Abs(h))
	}
	return y, true
}

// endMass continues the trapezoid sum to infinity from the first node left out, where the density of
// logit p falls off as exp(-rate |y|).
func endMass(density, h, rate float64) float64 {
	return h * density / -math.Expm1(-rate*h)
}
