package purchase

import (
	"math"

	"gonum.org/v1/gonum/mathext"

	"postlift/clv/fitting"
)

// The negative binomial stands behind every count here: events of a Poisson process over a window, whose
// rate is Gamma(size, scale). It is written with the odds s = window/scale of an event, not with z = s/(1+s),
// since 1-z loses its digits in long windows.

// logNegBin is the log probability of n events.
func logNegBin(size, s float64, n int) float64 {
	k := float64(n)
	l := fitting.LgammaRatio(size, k) - fitting.Lgamma(k+1) - size*math.Log1p(s)
	if n > 0 {
		l -= k * math.Log1p(1/s)
	}
	return l
}

// negBinLimit is the number of terms above which a tail is taken from the incomplete beta function.
const negBinLimit = 20000

// negBinTail is P(N >= n). Below the mean it is one minus the head, above it the positive tail, so that
// tiny tails keep their digits.
func negBinTail(size, s float64, n int) float64 {
	if n <= 0 {
		return 1
	}
	z := s / (1 + s)
	below := float64(n) <= size*s
	if below && n > negBinLimit || !below && 40/math.Log1p(1/s) > negBinLimit {
		return longNegBinTail(size, s, n)
	}
	// Sums are relative to their first term: among the smallest numbers p would stop falling.
	if below {
		head, p := 0.0, 1.0
		for k := n - 1; k >= 0 && p > head*1e-17; k-- {
			head += p
			p *= float64(k) / (z * (size + float64(k) - 1))
		}
		return max(1-math.Exp(logNegBin(size, s, n-1))*head, 0)
	}
	tail, p := 0.0, 1.0
	for k := n; p > tail*1e-17; k++ {
		tail += p
		p *= z * (size + float64(k)) / float64(k+1)
	}
	return min(math.Exp(logNegBin(size, s, n))*tail, 1)
}

// longNegBinTail is P(N >= n) by the incomplete beta function: from the head, whose argument keeps its
// digits, unless the tail is small.
func longNegBinTail(size, s float64, n int) float64 {
	if head := mathext.RegIncBeta(size, float64(n), 1/(1+s)); head < 0.999 {
		return min(max(1-head, 0), 1)
	}
	return min(max(mathext.RegIncBeta(float64(n), size, s/(1+s)), 0), 1)
}

// negBinWindow is how far a sum over a negative binomial has to go: its mode, and a bound for the number of terms
// that matter.
func negBinWindow(size, s float64) (mode, terms float64) {
	mean := size * s
	if size > 1 {
		mode = math.Floor((size - 1) * s)
	}
	return mode, mean + 12*math.Sqrt(mean*(1+s)) + 40/math.Log1p(1/s)
}
