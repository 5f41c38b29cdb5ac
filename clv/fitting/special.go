package fitting

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// asymptoticFrom is where differences of log-gamma values are taken from Stirling's series: beyond it,
// subtracting two math.Lgamma values loses more digits than the series does.
const asymptoticFrom = 1e3

// Lgamma is log|Gamma(v)| for v > 0.
func Lgamma(v float64) float64 {
	l, _ := math.Lgamma(v)
	return l
}

// LgammaRatio is log Gamma(v+d) - log Gamma(v) for v > 0, d >= 0, without the cancellation that the plain
// difference has for large v: a parameter on its way to infinity must not turn the likelihood to noise.
func LgammaRatio(v, d float64) float64 {
	if d == 0 {
		return 0
	}
	if v < asymptoticFrom {
		return Lgamma(v+d) - Lgamma(v)
	}
	w := v + d
	return d*math.Log(v) + (w-0.5)*math.Log1p(d/v) - d + stirlingTail(w) - stirlingTail(v)
}

// stirlingTail is the remainder of log Gamma(v) after Stirling's leading terms.
func stirlingTail(v float64) float64 {
	i := 1 / v
	return i * (1.0/12 - i*i*(1.0/360-i*i/1260))
}

// PsiDiff is digamma(v+d) - digamma(v) for v > 0, d >= 0, stable for large v.
func PsiDiff(v, d float64) float64 {
	if d == 0 {
		return 0
	}
	if v < asymptoticFrom {
		return mathext.Digamma(v+d) - mathext.Digamma(v)
	}
	w := v + d
	return math.Log1p(d/v) - psiTail(w) + psiTail(v)
}

// psiTail is log(v) - digamma(v) for large v.
func psiTail(v float64) float64 {
	i := 1 / v
	return i * (0.5 + i*(1.0/12-i*i/120))
}

// Lbeta is log B(p, q), stable when either argument is large.
func Lbeta(p, q float64) float64 {
	if p > q {
		p, q = q, p
	}
	return Lgamma(p) - LgammaRatio(q, p)
}

// Softplus is log(1+exp(d)) without overflow.
func Softplus(d float64) float64 {
	if d > 0 {
		return d + math.Log1p(math.Exp(-d))
	}
	return math.Log1p(math.Exp(d))
}

// Sigmoid is 1/(1+exp(-d)) without overflow.
func Sigmoid(d float64) float64 {
	if d >= 0 {
		return 1 / (1 + math.Exp(-d))
	}
	e := math.Exp(d)
	return e / (1 + e)
}
