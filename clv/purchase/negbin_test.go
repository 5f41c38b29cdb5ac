package purchase

import (
	"math"
	"testing"

	"postlift/clv/clvtest"
)

// TestNegBin compares with closed forms: for size 1 the counts are geometric, P(N >= n) = z^n; for size 2
// P(N >= n) = z^n (1 + n (1-z)).
func TestNegBin(t *testing.T) {
	for _, s := range []float64{1e-3, 0.4, 3, 900, 1e6, 1e8} {
		logZ, stop := -math.Log1p(1/s), 1/(1+s)
		for _, n := range []int{1, 2, 30, 700, 30000, 1500000, 200000000} {
			want := math.Exp(float64(n) * logZ)
			if want < 1e-290 {
				continue
			}
			rel := 1e-10
			if s >= 1e6 {
				rel = 1e-6 // z is 1 but for its last digits
			}
			clvtest.Within(t, "size 1", negBinTail(1, s, n), want, rel)
			clvtest.Within(t, "size 2", negBinTail(2, s, n), want*(1+float64(n)*stop), rel)
			clvtest.Within(t, "P(N=n)", math.Exp(logNegBin(1, s, n)), want*stop, 1e-10)
		}
	}
	if p := negBinTail(0.13, 0.57, 2199); p != 0 && !(p < 1e-300) {
		t.Errorf("a tail below the smallest number is %g", p)
	}
}
