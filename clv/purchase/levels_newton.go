package purchase

import (
	"math"

	"postlift/clv/fitting"

	"gonum.org/v1/gonum/mat"
)

const (
	localStep   = 1e-4  // of the differences that give the curvature
	newtonGain  = 1e-8  // of the log-likelihood of all, by the next step, at which a search ends
	roughGain   = 1e-2  // where only the spread of effects is wanted
	newtonTaken = 1e-5  // gradient of the mean at which it counts as converged
	sameValue   = 1e-13 // rounding of the mean
)

// newton minimises the objective by Newton steps, damped where the curvature is not that of a minimum or a step
// goes too far, until the log-likelihood of all has less than enough to gain. The curvature costs a dozen passes over the data, however many effects there are: a pattern's
// likelihood depends on the parameters and two sums of effects only.
func (p *levelProblem) newton(theta []float64, enough float64) fitting.Optimum {
	o := fitting.Optimum{Theta: append([]float64(nil), theta...)}
	var grad []float64
	damp := 0.0
	for i := range levelSteps {
		o.Value, grad, o.Hessian = p.curve(o.Theta)
		if o.Cov = inverse(o.Hessian); i == levelSteps-1 || o.Cov != nil && p.n*gainOf(o.Cov, grad) < enough {
			break
		}
		next, ok := p.step(o, grad, &damp)
		if !ok {
			break
		}
		o.Theta = next
	}
	o.Converged = largest(grad) < newtonTaken && fitting.AllFinite(o.Theta) && o.Cov != nil
	return o
}

// gainOf is by how much the next Newton step lowers the objective.
func gainOf(cov *mat.SymDense, grad []float64) float64 {
	g := mat.NewVecDense(len(grad), grad)
	return mat.Inner(g, cov, g) / 2
}

// step goes down along the damped Newton direction; ok is false where nothing lies lower.
func (p *levelProblem) step(o fitting.Optimum, grad []float64, damp *float64) (next []float64, ok bool) {
	const tries = 25
	for range tries {
		d := direction(o.Hessian, grad, *damp)
		if d != nil && largest(d) < 3 {
			next = make([]float64, len(d))
			for i := range next {
				next[i] = o.Theta[i] - d[i]
			}
			if p.objective(next, nil) <= o.Value+sameValue {
				if *damp /= 10; *damp < 1e-7 {
					*damp = 0
				}
				return next, true
			}
		}
		*damp = max(*damp*10, 1e-6)
	}
	return nil, false
}

// direction solves (H + damp I) d = g; nil where the sum is not positive definite.
func direction(hessian *mat.SymDense, grad []float64, damp float64) []float64 {
	k := len(grad)
	h := mat.NewSymDense(k, nil)
	h.CopySym(hessian)
	for i := range k {
		h.SetSym(i, i, h.At(i, i)+damp)
	}
	var chol mat.Cholesky
	if !fitting.AllFinite(h.RawSymmetric().Data) || !chol.Factorize(h) {
		return nil
	}
	d := mat.NewVecDense(k, nil)
	if chol.SolveVecTo(d, mat.NewVecDense(k, grad)) != nil {
		return nil
	}
	return d.RawVector().Data
}

func largest(g []float64) float64 {
	m := 0.0
	for _, v := range g {
		if math.IsNaN(v) {
			return math.Inf(1)
		}
		m = math.Max(m, math.Abs(v))
	}
	return m
}

// inverse is that of a positive definite matrix, else nil.
func inverse(h *mat.SymDense) *mat.SymDense {
	var chol mat.Cholesky
	if !fitting.AllFinite(h.RawSymmetric().Data) || !chol.Factorize(h) {
		return nil
	}
	inv := mat.NewSymDense(h.SymmetricDim(), nil)
	if err := chol.InverseTo(inv); err != nil || !fitting.AllFinite(inv.RawSymmetric().Data) {
		return nil
	}
	return inv
}

// curve is the objective with its gradient and its Hessian.
func (p *levelProblem) curve(theta []float64) (val float64, grad []float64, hess *mat.SymDense) {
	k, n := len(theta), len(p.names)
	base := k - 2*n
	locals := make([]localCurve, len(p.patterns))
	fitting.Parallel(len(locals), func(i int) {
		locals[i] = p.patterns[i].curve(p.model, theta[:base], theta[base:base+n], theta[base+n:])
	})
	grad, hess = make([]float64, k), mat.NewSymDense(k, nil)
	for i, w := range p.precision() {
		d := theta[i] - p.centre[i]
		val += .5 * w * d * d
		grad[i] = w * d
		hess.SetSym(i, i, w)
	}
	for i, l := range locals {
		share := p.patterns[i].share
		val += share * l.val
		l.spread(share, p.patterns[i].values, grad, hess)
	}
	return val, grad, hess
}

// localCurve is one pattern's likelihood over the parameters and its two sums of effects, to the second order.
type localCurve struct {
	val  float64
	grad []float64
	hess [][]float64
}

func (c covariatePattern) curve(model string, base, orders, leaving []float64) localCurve {
	at := append(append([]float64(nil), base...), 0, 0)
	for j, v := range c.values {
		at[len(base)] += orders[j] * v
		at[len(base)+1] += leaving[j] * v
	}
	k := len(at)
	l := localCurve{grad: make([]float64, k), hess: make([][]float64, k)}
	l.val = c.local(model, at, l.grad)
	up, down := make([]float64, k), make([]float64, k)
	for i := range k {
		was := at[i]
		at[i] = was + localStep
		c.local(model, at, up)
		at[i] = was - localStep
		c.local(model, at, down)
		at[i] = was
		l.hess[i] = make([]float64, k)
		for j := range k {
			l.hess[i][j] = (up[j] - down[j]) / (2 * localStep)
		}
	}
	return l
}

// spread adds the pattern's share of gradient and Hessian to those of all numbers.
func (l localCurve) spread(share float64, values, grad []float64, hess *mat.SymDense) {
	type place struct {
		all, own int // index in theta, and among the parameters and sums
		value    float64
	}
	base, n := len(l.grad)-2, len(values)
	var places []place
	for i := range base {
		places = append(places, place{i, i, 1})
	}
	for kind := range 2 {
		for j, v := range values {
			if v != 0 {
				places = append(places, place{base + kind*n + j, base + kind, v})
			}
		}
	}
	for a, x := range places {
		grad[x.all] += share * x.value * l.grad[x.own]
		for _, y := range places[a:] {
			h := (l.hess[x.own][y.own] + l.hess[y.own][x.own]) / 2
			hess.SetSym(x.all, y.all, hess.At(x.all, y.all)+share*x.value*y.value*h)
		}
	}
}
