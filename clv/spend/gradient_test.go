package spend

import (
	"testing"

	"postlift/clv/clvtest"
)

// TestGradient compares the analytic gradient with differences of the likelihood.
func TestGradient(t *testing.T) {
	d := newSpendData([]Observation{{X: 1, M: 3}, {X: 2, M: 1}, {X: 2, M: 7}, {X: 9, M: 2.5}}, 1)
	clvtest.Gradient(t, "gammagamma", d.meanNegLL, 0.4, 0.9, 0.2)
	clvtest.Gradient(t, "gammagamma, far", d.meanNegLL, 7.1, 7.4, 0.2)
}
