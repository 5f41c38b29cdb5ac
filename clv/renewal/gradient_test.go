package renewal

import (
	"testing"

	"postlift/clv/clvtest"
	"postlift/clv/fitting"
)

// TestGradient compares the analytic gradients with differences of the likelihoods.
func TestGradient(t *testing.T) {
	tab := &Table{Ended: []int{5, 3, 2}, Renewed: []int{20, 14, 9}}
	clvtest.Gradient(t, "sbg", tab.meanNegLL, -1, -0.7)
	clvtest.Gradient(t, "sbg with prior", fitting.WithPrior(tab.meanNegLL, renewalCentre, 1.5, 53), 0.4, 0.9)
}
