package fitting

import (
	"cmp"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/optimize"
)

// Objective is a mean negative log-likelihood over unbounded (log or logit) parameters. It writes the
// gradient when grad is not nil.
type Objective func(theta, grad []float64) float64

const (
	thetaLimit    = 30 // beyond e^±30 a parameter carries no information: a wall keeps exp finite
	notANumber    = 1e200
	gradAccept    = 1e-5 // a stopped line search is a solution when the gradient is this small
	gradWanted    = 1e-7
	hessianStep   = 1e-4
	polishRounds  = 4
	BoundaryTheta = 8.0 // |log parameter| in scaled time that counts as run to a boundary
	boundarySD    = 4.0 // standard error of a log parameter that counts as not identified
)

// Optimum is what a search found.
type Optimum struct {
	Theta     []float64
	Value     float64
	Converged bool
	Hessian   *mat.SymDense // of the objective, by central differences of its gradient
	Cov       *mat.SymDense // inverse Hessian; nil where it is not positive definite
}

// walled evaluates f inside the wall and adds a quadratic bank outside it, so that a search that runs
// to a boundary meets finite numbers and a gradient that points back.
func walled(f Objective) Objective {
	var in []float64 // shared by the evaluations of a search, which come one after the other
	return func(theta, grad []float64) float64 {
		if in == nil {
			in = make([]float64, len(theta))
		}
		bank := 0.0
		for i, v := range theta {
			in[i] = math.Max(-thetaLimit, math.Min(thetaLimit, v))
			bank += (v - in[i]) * (v - in[i])
		}
		val := f(in, grad) + bank
		if grad != nil {
			for i, v := range theta {
				if v != in[i] {
					grad[i] = 2 * (v - in[i])
				}
			}
		}
		if math.IsNaN(val) {
			return notANumber // no search may take it for a minimum
		}
		return val
	}
}

// WithPrior adds an independent normal prior to a mean negative log-likelihood over n accounts.
func WithPrior(f Objective, centre []float64, sd, n float64) Objective {
	w := 1 / (sd * sd * n)
	return func(theta, grad []float64) float64 {
		val := f(theta, grad)
		for i, v := range theta {
			d := v - centre[i]
			val += 0.5 * w * d * d
			if grad != nil {
				grad[i] += w * d
			}
		}
		return val
	}
}

// Minimise searches with BFGS, polishes with Newton steps and returns the first start's optimum that
// converged. With all set it first goes a short way from every start and takes the one that came lowest
// first. When no start converges it goes on with Nelder-Mead, which needs no line search.
func Minimise(f Objective, starts [][]float64, all bool) Optimum {
	f = walled(f)
	if all && len(starts) > 1 {
		starts = ranked(f, starts)
	}
	best := Optimum{Value: math.Inf(1)}
	for _, s := range starts {
		o := polish(f, bfgs(f, s, longWay))
		if better(o, best) {
			best = o
		}
		if best.Converged {
			return best
		}
	}
	from := starts[0]
	if best.Theta != nil {
		from = best.Theta
	}
	if o := polish(f, bfgs(f, nelderMead(f, from), longWay)); better(o, best) {
		best = o
	}
	return best
}

// Major iterations of a search: to the end, and the short way that tells which start is worth the long one.
const (
	longWay  = 400
	shortWay = 8
)

// ranked goes a short way from every start and gives the points reached, the lowest first.
func ranked(f Objective, starts [][]float64) [][]float64 {
	type point struct {
		theta []float64
		value float64
	}
	reached := make([]point, len(starts))
	for i, s := range starts {
		theta := bfgs(f, s, shortWay)
		reached[i] = point{theta, f(theta, nil)}
	}
	slices.SortStableFunc(reached, func(a, b point) int { return cmp.Compare(a.value, b.value) })
	out := make([][]float64, len(starts))
	for i, p := range reached {
		out[i] = p.theta
	}
	return out
}

func better(a, b Optimum) bool {
	if a.Theta == nil {
		return false
	}
	if a.Converged != b.Converged {
		return a.Converged
	}
	return a.Value < b.Value
}

// bfgs runs one quasi-Newton search and gives the best point it saw. gonum reports a line search that
// stops at the last digits as an error, so the caller judges by the gradient, not by that error.
func bfgs(f Objective, start []float64, steps int) []float64 {
	p := memoised(f)
	settings := &optimize.Settings{GradientThreshold: gradWanted, MajorIterations: steps}
	res, _ := optimize.Minimize(p, start, settings, &optimize.BFGS{})
	if res == nil || !AllFinite(res.X) {
		return append([]float64(nil), start...)
	}
	return res.X
}

func nelderMead(f Objective, start []float64) []float64 {
	p := optimize.Problem{Func: func(x []float64) float64 { return f(x, nil) }}
	res, _ := optimize.Minimize(p, start, &optimize.Settings{MajorIterations: 4000}, &optimize.NelderMead{})
	if res == nil || !AllFinite(res.X) {
		return append([]float64(nil), start...)
	}
	return res.X
}

// memoised shares one pass over the data between value and gradient, which gonum asks for separately.
func memoised(f Objective) optimize.Problem {
	var at, grad []float64
	var val float64
	eval := func(x []float64) {
		if at != nil && equalVec(at, x) {
			return
		}
		at = append(at[:0], x...)
		if grad == nil {
			grad = make([]float64, len(x))
		}
		val = f(x, grad)
	}
	return optimize.Problem{
		Func: func(x []float64) float64 { eval(x); return val },
		Grad: func(g, x []float64) { eval(x); copy(g, grad) },
	}
}

// polish takes a few Newton steps with the numerical Hessian, which the standard errors need anyway,
// and judges convergence by the gradient.
func polish(f Objective, theta []float64) Optimum {
	k := len(theta)
	g := make([]float64, k)
	o := Optimum{Theta: append([]float64(nil), theta...)}
	o.Value = f(o.Theta, g)
	moved := math.Inf(1)
	for range polishRounds {
		if moved > hessianStep/10 { // nearer by, the curvature is the same
			o.Hessian, o.Cov = curvature(f, o.Theta)
		}
		if o.Cov == nil || normInf(g) < 1e-11 {
			break
		}
		next, ng := make([]float64, k), make([]float64, k)
		for i := range next {
			next[i] = o.Theta[i]
			for j := range g {
				next[i] -= o.Cov.At(i, j) * g[j]
			}
		}
		v := f(next, ng)
		if !(v <= o.Value+1e-12) || !(normInf(ng) < normInf(g)) {
			break
		}
		moved = 0
		for i := range next {
			moved = math.Max(moved, math.Abs(next[i]-o.Theta[i]))
		}
		o.Theta, o.Value, g = next, v, ng
	}
	o.Converged = AllFinite(o.Theta) && normInf(g) < gradAccept && !math.IsNaN(o.Value) && !math.IsInf(o.Value, 0)
	return o
}

// curvature is the symmetrised Hessian by central differences of the analytic gradient, and its
// inverse where it is positive definite.
func curvature(f Objective, theta []float64) (hessian, inverse *mat.SymDense) {
	k := len(theta)
	at := append([]float64(nil), theta...)
	up, down := make([]float64, k), make([]float64, k)
	full := mat.NewDense(k, k, nil)
	for i := range k {
		at[i] = theta[i] + hessianStep
		f(at, up)
		at[i] = theta[i] - hessianStep
		f(at, down)
		at[i] = theta[i]
		for j := range k {
			full.Set(i, j, (up[j]-down[j])/(2*hessianStep))
		}
	}
	hessian = mat.NewSymDense(k, nil)
	for i := range k {
		for j := i; j < k; j++ {
			hessian.SetSym(i, j, (full.At(i, j)+full.At(j, i))/2)
		}
	}
	if !AllFinite(hessian.RawSymmetric().Data) {
		return hessian, nil
	}
	var chol mat.Cholesky
	if !chol.Factorize(hessian) {
		return hessian, nil
	}
	inverse = mat.NewSymDense(k, nil)
	if err := chol.InverseTo(inverse); err != nil || !AllFinite(inverse.RawSymmetric().Data) {
		return hessian, nil // too badly conditioned to give standard errors
	}
	return hessian, inverse
}

// SDLog is the standard error of each unbounded parameter for n accounts, nil where not identified.
func (o Optimum) SDLog(n float64) []float64 {
	if o.Cov == nil {
		return nil
	}
	sd := make([]float64, len(o.Theta))
	for i := range sd {
		sd[i] = math.Sqrt(o.Cov.At(i, i) / n)
	}
	return sd
}

// AtBoundary tells whether a parameter ran away, and identified whether the data hold all of them.
func (o Optimum) AtBoundary(n float64) (boundary, identified bool) {
	for _, v := range o.Theta {
		boundary = boundary || math.Abs(v) > BoundaryTheta
	}
	sd := o.SDLog(n)
	identified = sd != nil && o.Converged
	for _, s := range sd {
		identified = identified && s < boundarySD
	}
	return boundary, identified
}

func normInf(v []float64) float64 {
	n := 0.0
	for _, x := range v {
		if math.IsNaN(x) {
			return math.Inf(1)
		}
		n = math.Max(n, math.Abs(x))
	}
	return n
}

// AllFinite tells that no value is NaN or infinite.
func AllFinite(v []float64) bool {
	for _, x := range v {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return false
		}
	}
	return true
}

func equalVec(a, b []float64) bool {
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}
