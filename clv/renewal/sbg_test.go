package renewal_test

import (
	"math"
	"postlift/clv/clvtest"
	"postlift/clv/fitting"
	"postlift/clv/renewal"
	"slices"
	"testing"

	"postlift"

	"pgregory.net/rapid"
)

// regular is the Regular segment of Fader and Hardie (2007): 1000 customers, surviving per mille after
// years 0 to 7 as printed.
func regular(t testing.TB) *renewal.Table {
	var tab renewal.Table
	alive := []int{1000, 631, 468, 382, 326, 289, 262, 241}
	for i := 1; i < len(alive); i++ {
		if err := tab.Add(i, false, alive[i-1]-alive[i]); err != nil {
			t.Fatal(err)
		}
		if err := tab.Add(i, true, alive[i]); err != nil {
			t.Fatal(err)
		}
	}
	return &tab
}

// TestSBGPublished compares with Fader and Hardie (2007), Regular: alpha .704, beta 1.182 (the .688 in
// the body of the paper is a misprint), and with sums of its survival function.
func TestSBGPublished(t *testing.T) {
	fit, err := renewal.FitSBG(regular(t))
	if err != nil {
		t.Fatal(err)
	}
	alpha, beta := fit.Model.AlphaBeta()
	clvtest.Within(t, "alpha", alpha, .704077, 2e-6)
	clvtest.Within(t, "beta", beta, 1.182043, 2e-6)
	if math.Abs(fit.LogLikelihood+1680.265188) > 1e-6 {
		t.Errorf("log-likelihood %.7f, want -1680.265188", fit.LogLikelihood)
	}
	clvtest.Within(t, "S(12)", fit.Model.Survival(12), .17004, 1e-4)
	clvtest.Within(t, "S(12) by the beta function", fit.Model.Survival(12), betaRatio(alpha, beta, 12), 1e-12)
	clvtest.Within(t, "r_3", fit.Model.Retention(3), (beta+2)/(alpha+beta+2), 1e-12)
	del, derl1, derl5 := 0.0, 0.0, 0.0
	for n := range 20000 {
		v := math.Pow(1.1, -float64(n))
		if v < 1e-18 {
			break
		}
		del += v * fit.Model.Survival(n)
		derl1 += v * fit.Model.Survive(0, n+1) // one period behind, the first renewal due now
		derl5 += v * fit.Model.Survive(4, n+1)
	}
	clvtest.Within(t, "DEL", del, 3.694908457, 1e-6)
	clvtest.Within(t, "DERL after 1 period", derl1, 2.964399303, 1e-6)
	clvtest.Within(t, "DERL after 5 periods", derl5, 5.894095416, 1e-6)
}

// TestSBGStandardErrors checks the delta method: mu and omega against alpha and beta by the Hessian of
// the same likelihood in logs of alpha and beta, taken here by plain second differences.
func TestSBGStandardErrors(t *testing.T) {
	tab := regular(t)
	fit, err := renewal.FitSBG(tab)
	if err != nil {
		t.Fatal(err)
	}
	alpha, beta := fit.Model.AlphaBeta()
	f := func(da, db float64) float64 {
		return renewal.NewSBG(alpha*math.Exp(da), beta*math.Exp(db)).LogLikelihood(tab)
	}
	const h = 1e-3
	aa := -(f(h, 0) - 2*f(0, 0) + f(-h, 0)) / (h * h)
	bb := -(f(0, h) - 2*f(0, 0) + f(0, -h)) / (h * h)
	ab := -(f(h, h) - f(h, -h) - f(-h, h) + f(-h, -h)) / (4 * h * h)
	det := aa*bb - ab*ab
	clvtest.Within(t, "se alpha", fit.SE["alpha"], alpha*math.Sqrt(bb/det), 1e-4)
	clvtest.Within(t, "se beta", fit.SE["beta"], beta*math.Sqrt(aa/det), 1e-4)
}

func betaRatio(a, b float64, n int) float64 {
	lg := func(v float64) float64 { l, _ := math.Lgamma(v); return l }
	return math.Exp(lg(b+float64(n)) - lg(a+b+float64(n)) - lg(b) + lg(a+b))
}

// TestSBGConstantHazard: where the hazard does not fall, the geometric model is the answer, not a pair
// of parameters on the way to infinity.
func TestSBGConstantHazard(t *testing.T) {
	var tab renewal.Table
	for i, n := range []int{1000, 900, 810} {
		_ = tab.Add(i+1, false, n/10)
		_ = tab.Add(i+1, true, n-n/10)
	}
	fit, err := renewal.FitSBG(&tab)
	if err != nil {
		t.Fatal(err)
	}
	if fit.Model.Omega != 0 || !slices.Contains(fit.Flags, fitting.FlagGeometric) {
		t.Fatalf("%+v, want a constant hazard, flagged", fit)
	}
	clvtest.Within(t, "mu", fit.Model.Mu, .1, 1e-12)
	clvtest.Within(t, "se", fit.SE["mu"], math.Sqrt(.09/2710), 1e-12)
	if _, has := fit.SE["alpha"]; has || len(fit.Params()) != 2 {
		t.Errorf("alpha and beta are at infinity and must not be reported: %v", fit.Params())
	}
}

// TestSBGDelayedEntry: contracts already old when the history begins bring only late decisions; the fit
// must find the model that made them and not take them for young contracts.
func TestSBGDelayedEntry(t *testing.T) {
	truth := renewal.NewSBG(1.5, 6)
	var tab renewal.Table
	for i := 4; i <= 12; i++ {
		n := 2_000_000
		gone := int(math.Round(float64(n) * truth.Hazard(i)))
		_ = tab.Add(i, false, gone)
		_ = tab.Add(i, true, n-gone)
	}
	fit, err := renewal.FitSBG(&tab)
	if err != nil {
		t.Fatal(err)
	}
	alpha, beta := fit.Model.AlphaBeta()
	clvtest.Within(t, "alpha", alpha, 1.5, 1e-4)
	clvtest.Within(t, "beta", beta, 6, 1e-4)
}

// TestSBGNeverBreaks fits any table of decisions: everything stays finite and inside its bounds.
func TestSBGNeverBreaks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var tab renewal.Table
		for i := range rapid.IntRange(1, 8).Draw(t, "opportunities") {
			_ = tab.Add(i+1, false, rapid.IntRange(0, 50).Draw(t, "ended"))
			_ = tab.Add(i+1, true, rapid.IntRange(0, 200).Draw(t, "renewed"))
		}
		if e, r := tab.Totals(); e+r == 0 {
			if _, err := renewal.FitSBG(&tab); err == nil {
				t.Fatal("an empty table must be refused")
			}
			return
		}
		fit, err := renewal.FitSBG(&tab)
		if err != nil {
			t.Fatal(err)
		}
		m := fit.Model
		if !(m.Mu > 0 && m.Mu < 1 && m.Omega >= 0 && m.Omega < 1e6) || math.IsNaN(fit.LogLikelihood) {
			t.Fatalf("%+v", fit)
		}
		before := 1.0
		for n := 1; n < 40; n++ {
			s := m.Survival(n)
			if !(s >= 0 && s <= before) {
				t.Fatalf("S(%d) = %g after %g", n, s, before)
			}
			before = s
		}
		for k, se := range fit.SE {
			if math.IsNaN(se) || math.IsInf(se, 0) {
				t.Fatalf("se of %s is %g", k, se)
			}
		}
	})
}

// TestSBGRefusesBrokenTables: a table that was not made by Add must not panic.
func TestSBGRefusesBrokenTables(t *testing.T) {
	for _, tab := range []*renewal.Table{{Ended: []int{1}}, {Ended: []int{-1}, Renewed: []int{3}}, {}} {
		if _, err := renewal.FitSBG(tab); postlift.KindOf(err) != postlift.Invalid {
			t.Errorf("%+v: %v, want an Invalid fault", tab, err)
		}
	}
	var tab renewal.Table
	if err := tab.Add(0, true, 1); postlift.KindOf(err) != postlift.Invalid {
		t.Errorf("opportunity 0: %v, want an Invalid fault", err)
	}
}
