package purchase_test

import (
	"math"
	"testing"

	"postlift/clv/fitting"
	"postlift/clv/purchase"
)

// donors are the 11,104 supporters won in 1995 whom Fader, Hardie and Shang (2010, table 1) follow over six
// yearly opportunities: number of gifts, year of the last one, supporters.
var donors = [][3]int{
	{6, 6, 1203}, {5, 6, 728}, {4, 6, 512}, {3, 6, 357}, {2, 6, 234}, {1, 6, 129},
	{5, 5, 335}, {4, 5, 284}, {3, 5, 225}, {2, 5, 173}, {1, 5, 119},
	{4, 4, 240}, {3, 4, 181}, {2, 4, 155}, {1, 4, 78},
	{3, 3, 322}, {2, 3, 255}, {1, 3, 129}, {2, 2, 613}, {1, 2, 277}, {1, 1, 1091}, {0, 0, 3464},
}

// TestBGBBPublished compares the fit with what Fader, Hardie and Shang print: alpha 1.204, beta .750, gamma .657,
// delta 2.783, log-likelihood -33,225.6, each within half a unit of its last digit.
func TestBGBBPublished(t *testing.T) {
	var rows []purchase.Counted
	customers := 0
	for _, d := range donors {
		rows = append(rows, purchase.Counted{X: d[0], TX: float64(d[1]), T: 6, N: d[2]})
		customers += d[2]
	}
	fit, err := purchase.Fit(purchase.ModelBGBB, rows, purchase.Options{})
	if err != nil || customers != 11104 || len(fit.Flags) != 0 {
		t.Fatalf("%d supporters, flags %v, %v", customers, fit.Flags, err)
	}
	got := fitting.ParamMap(fit.Model.Params())
	for name, want := range map[string]float64{"alpha": 1.204, "beta": .750, "gamma": .657, "delta": 2.783} {
		if math.Abs(got[name]-want) > .0005 {
			t.Errorf("%s = %.6f, want %.3f", name, got[name], want)
		}
	}
	if math.Abs(fit.LogLikelihood+33225.6) > .05 {
		t.Errorf("log-likelihood %.4f, want -33225.6", fit.LogLikelihood)
	}
}

// TestBGBBManyOpportunities: numbers of orders that cannot be, also beyond the opportunities that are looked at.
func TestBGBBManyOpportunities(t *testing.T) {
	m := purchase.BGBB{Alpha: 1, Beta: 1, Gamma: 100, Delta: 1}
	for _, c := range []struct {
		n    int
		t    float64
		want float64
	}{{-1, 3, 0}, {4, 3, 0}, {0, -1, 1}, {0, 0, 1}, {1, 0, 0}, {purchase.MaxOrders + 5, 1e6, 0}} {
		if got := m.ProbOrders(c.n, c.t); got != c.want {
			t.Errorf("P(X=%d) in %g opportunities is %g, want %g", c.n, c.t, got, c.want)
		}
	}
}
