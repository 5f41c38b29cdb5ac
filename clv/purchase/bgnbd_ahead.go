package purchase

import (
	"math"
	"postlift/clv/fitting"
)

// ahead evaluates the future of customers with x repeat orders who are still alive. Given the order
// rate, the next t weeks of an undying customer hold N ~ NegBin(r+x, z = t/(alpha+T+t)) orders, and
// the customer survives the first n of them with probability rho_n = B(a,b+x+n)/B(a,b+x). So
//
//	E[orders] = sum_n P(N=n) (rho_0 + ... + rho_{n-1}),   P(alive after) = sum_n P(N=n) rho_n
//
// with positive terms only: no hypergeometric function, no pole at a = 1, no NaN for a+b < 1. rho and
// its running sum depend on x alone and are kept between calls.
type ahead struct {
	m    BGNBD
	x    float64
	rho  []float64 // rho[n]
	sums []float64 // sums[n] = rho[0] + ... + rho[n-1]
	quad *betaGrid // made when a window needs more terms than the series is worth
}

// seriesLimit is the number of terms above which the integral over the leaving probability is used
// instead of the sum over orders.
const seriesLimit = 4000

func (m BGNBD) newAhead(x int) *ahead {
	return &ahead{m: m, x: float64(x), rho: []float64{1}, sums: []float64{0}}
}

// at gives the expected orders within t weeks and the probability of being alive then, for a customer
// alive at the given age.
func (f *ahead) at(age, t float64) (orders, alive float64) {
	if !(t > 0) {
		return 0, 1
	}
	s := t / (f.m.Alpha + age)
	size := f.m.R + f.x
	mean := size * s
	z := s / (1 + s)
	spread := math.Sqrt(mean * (1 + s))
	if mean+12*spread+40/-math.Log(z) > seriesLimit {
		return f.integral(size, s)
	}
	return f.series(size, z)
}

// extend makes rho and sums known up to index n.
func (f *ahead) extend(n int) {
	b := f.m.B + f.x
	for i := len(f.rho) - 1; i < n; i++ {
		f.sums = append(f.sums, f.sums[i]+f.rho[i])
		f.rho = append(f.rho, f.rho[i]*(b+float64(i))/(f.m.A+b+float64(i)))
	}
}

// series sums outwards from the mode of the negative binomial, where the probabilities start in logs.
func (f *ahead) series(size, z float64) (orders, alive float64) {
	mode := 0
	if size > 1 {
		mode = int((size - 1) * z / (1 - z))
	}
	f.extend(mode + 1)
	start := math.Exp(logNegBin(size, z, mode))
	p := start
	for n := mode; p > 0; n++ {
		if n+1 >= len(f.rho) {
			f.extend(2*n + 16)
		}
		orders += p * f.sums[n]
		alive += p * f.rho[n]
		ratio := z * (size + float64(n)) / float64(n+1)
		// what is left is at most a geometric series of terms no larger than the next one times n+2
		if n > mode && ratio < 1 && p*ratio*float64(n+2) < 1e-15*(1-ratio)*max(orders, 1e-300) {
			break
		}
		p *= ratio
	}
	p = start
	for n := mode; n > 0; n-- {
		p *= float64(n) / (z * (size + float64(n) - 1))
		orders += p * f.sums[n-1]
		alive += p * f.rho[n-1]
		if p < 1e-18*start {
			break
		}
	}
	return orders, min(alive, 1)
}

// integral takes the expectation over the leaving probability p ~ Beta(a, b+x) instead:
//
//	E[orders] = int (1 - (1+ps)^-(r+x)) / p dBeta,   P(alive after) = int (1+ps)^-(r+x) dBeta
//
// by the trapezoid rule in logit p, which converges exponentially for this analytic integrand.
func (f *ahead) integral(size, s float64) (orders, alive float64) {
	if f.quad == nil || f.quad.reach < size*s {
		f.quad = newBetaGrid(f.m.A, f.m.B+f.x, size*s*16)
	}
	g := f.quad
	for i, p := range g.p {
		e := -size * math.Log1p(p*s)
		orders += g.w[i] * -math.Expm1(e) / p
		alive += g.w[i] * math.Exp(e)
	}
	orders += g.left * size * s
	alive += g.left
	if g.right > 0 {
		e := -size * math.Log1p(s)
		orders += g.right * -math.Expm1(e)
		alive += g.right * math.Exp(e)
	}
	return orders, min(alive, 1)
}

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
