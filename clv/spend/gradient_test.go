package spend

import (
	"testing"

	"postlift/clv/clvtest"
)

// TestGradient compares the analytic gradient with differences of the likelihood.
func TestGradient(t *testing.T) {
	d := newSpendData([]Observation{{1, 3}, {2, 1}, {2, 7}, {9, 2.5}}, 1)
	clvtest.Gradient(t, "gammagamma", d.meanNegLL, 0.4, 0.9, 0.2)
	clvtest.Gradient(t, "gammagamma, far", d.meanNegLL, 7.1, 7.4, 0.2)
}
