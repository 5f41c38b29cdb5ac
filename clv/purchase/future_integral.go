package purchase

import (
	"math"
	"math/cmplx"
)

// integral takes the expectation over the leaving probability p ~ Beta(a, c) instead of the sum over events,
// for windows with thousands of events. With G_j(p) = E[(1-p)^M] in phase j,
//
//	E[orders] = int (1 - G_j(p)) / p dBeta,   P(alive after) = int G_j(p) dBeta
//
// by the trapezoid rule in logit p, which converges exponentially for this analytic integrand.
func (f *future) integral(s float64, orders, alive []float64) {
	if f.quad == nil || f.quad.reach < f.size*s {
		f.quad = newBetaGrid(f.a, f.c, f.size*s*16)
	}
	grid := f.quad
	g := newThinned(f.size, s, f.k)
	for j := range f.k {
		orders[j], alive[j] = 0, 0
	}
	for i, p := range grid.p {
		g.add(p, grid.w[i], orders, alive)
	}
	if grid.left > 0 {
		g.add(math.Exp(-math.Log(grid.reach+1)-36), grid.left, orders, alive)
	}
	if grid.right > 0 {
		g.add(1, grid.right, orders, alive)
	}
	for j := range f.k {
		alive[j] = min(alive[j], 1)
	}
}

// thinned evaluates G_j(p) = E[q^floor((N_j+j)/k)], q = 1-p. From p = 1/2 on it sums over the number of
// orders. Below, it writes q^floor(n/k) as a sum over the k-th roots of unity,
//
//	q^floor(n/k) = sum_l A_l (w_l q^(1/k))^n,   A_l = (1/k) sum_{i<k} (w_l q^(1/k))^-i,
//
// each term of which has the negative binomial's generating function as its expectation. The real root is
// kept as the logarithm of what it falls short of 1, and the others are of the size of p, so that 1-G keeps
// its digits as p goes to 0.
type thinned struct {
	size, s float64
	k       int
	few     [][]float64 // few[j][m] = P(M = m) in phase j, made on first use
	short   []float64   // scratch: 1 - G_j
}

func newThinned(size, s float64, k int) *thinned {
	return &thinned{size: size, s: s, k: k, short: make([]float64, k)}
}

// add adds (1-G)/p and G of every phase with the weight w.
func (g *thinned) add(p, w float64, orders, alive []float64) {
	switch {
	case g.k == 1:
		g.short[0] = -math.Expm1(-g.size * math.Log1p(p*g.s))
	case p < 0.5:
		g.byRoots(p)
	default:
		g.bySum(1 - p)
	}
	for j, short := range g.short {
		orders[j] += w * short / p
		alive[j] += w * (1 - short)
	}
}

// byRoots fills short with 1 - G_j(p) for p < 1/2.
func (g *thinned) byRoots(p float64) {
	k := float64(g.k)
	l := math.Log1p(-p)      // log q
	y := math.Exp(l / k)     // the real root
	yc := -math.Expm1(l / k) // 1 - y
	a := 0.0                 // A_0 - 1
	for i := 1; i < g.k; i++ {
		a += math.Expm1(-float64(i)*l/k) / k
	}
	spread := math.Log1p(g.s * yc)
	for j := range g.short {
		shape := g.size + float64(j)
		g.short[j] = -math.Expm1(math.Log1p(a) + float64(j)*l/k - shape*spread)
	}
	for i := 1; i < g.k; i++ {
		root := cmplx.Rect(y, 2*math.Pi*float64(i)/k)
		// (1/k) (1 - 1/q) / (1 - 1/root), the geometric sum of A_l
		weight := complex(math.Expm1(-l)/k, 0) * root / (1 - root)
		base := cmplx.Log(1 + complex(g.s, 0)*(1-root))
		term := weight * cmplx.Exp(complex(-g.size, 0)*base)
		step := root * cmplx.Exp(-base)
		for j := range g.short {
			g.short[j] -= real(term)
			term *= step
		}
	}
}

// fewOrders is the number of orders after which halving at every order leaves less than the last digit.
const fewOrders = 56

// bySum fills short with 1 - G_j for q = 1-p up to 1/2.
func (g *thinned) bySum(q float64) {
	if g.few == nil {
		g.few = make([][]float64, g.k)
		for j := range g.few {
			g.few[j] = g.fewProbabilities(j)
		}
	}
	for j, probs := range g.few {
		v := 0.0
		for m := len(probs) - 1; m >= 0; m-- {
			v = v*q + probs[m]
		}
		g.short[j] = 1 - v
	}
}

// fewProbabilities lists P(M = m) for m below fewOrders. Where even the probability of no event is below the
// smallest number, so few orders do not happen.
func (g *thinned) fewProbabilities(j int) []float64 {
	probs := make([]float64, fewOrders)
	size, z := g.size+float64(j), g.s/(1+g.s)
	p := math.Exp(-size * math.Log1p(g.s))
	for n := 0; n+j < fewOrders*g.k; n++ {
		probs[(n+j)/g.k] += p
		p *= z * (size + float64(n)) / float64(n+1)
	}
	return probs
}
