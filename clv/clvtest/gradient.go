package clvtest

import (
	"math"
	"testing"
)

// Gradient compares the gradient that f writes at theta with central differences of its value, within 1e-6.
func Gradient(t testing.TB, name string, f func(theta, grad []float64) float64, theta ...float64) {
	t.Helper()
	const h = 1e-4
	g := make([]float64, len(theta))
	f(theta, g)
	for i := range g {
		at := append([]float64(nil), theta...)
		at[i] = theta[i] + h
		up := f(at, nil)
		at[i] = theta[i] - h
		diff := (up - f(at, nil)) / (2 * h)
		if math.Abs(diff-g[i]) > 1e-6*(1+math.Abs(diff)) {
			t.Errorf("%s, parameter %d: gradient %.10g, difference %.10g", name, i, g[i], diff)
		}
	}
}
