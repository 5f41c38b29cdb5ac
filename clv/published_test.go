package clv_test

import (
	"math"
	"postlift/clv/clvtest"
	"postlift/clv/fitting"
	"postlift/clv/purchase"
	"postlift/clv/tables"
	"slices"
	"testing"
)

// TestCDNOWFit compares with Fader, Hardie and Lee (2005), who print .243 4.414 .793 2.426 and -9582.4;
// the digits beyond are those of lifetimes and BTYDplus on the same weeks = days/7.
func TestCDNOWFit(t *testing.T) {
	rows, err := purchase.Compress(cdnow(t).Summaries())
	if err != nil {
		t.Fatal(err)
	}
	fit, err := purchase.Fit("bgnbd", rows, purchase.Options{})
	if err != nil {
		t.Fatal(err)
	}
	m := fit.Model.(purchase.BGNBD)
	clvtest.Within(t, "r", m.R, .24259453, 1e-6)
	clvtest.Within(t, "alpha", m.Alpha, 4.41360232, 1e-6)
	clvtest.Within(t, "a", m.A, .79292215, 1e-6)
	clvtest.Within(t, "b", m.B, 2.42590736, 1e-6)
	if d := math.Abs(fit.LogLikelihood + 9582.429206674); d > 1e-6 {
		t.Errorf("log-likelihood %.9f, want -9582.429206674", fit.LogLikelihood)
	}
	clvtest.Within(t, "se r", fit.SE["r"], .012557, 1e-3)
	clvtest.Within(t, "se alpha", fit.SE["alpha"], .378224, 1e-3)
	clvtest.Within(t, "se a", fit.SE["a"], .185733, 1e-3)
	clvtest.Within(t, "se b", fit.SE["b"], .705412, 1e-3)
	if fit.Observations != 2357 || len(fit.Flags) != 0 || fit.PriorUsed {
		t.Errorf("fit %+v: want 2357 customers, no flag, no prior", fit.Stats)
	}
}

// printed are the parameters to three digits, at which the published function values are given.
var printed = purchase.BGNBD{R: .243, Alpha: 4.414, A: .793, B: 2.426}

func TestPublishedValues(t *testing.T) {
	for _, c := range []struct {
		x                  int
		tx, age, t         float64
		orders, alive, rel float64
	}{
		{2, 30.43, 38.86, 39, 1.226028175, .726578570, 1e-8},
		{0, 0, 38.86, 39, .195098052, 1, 1e-8},
		{1, 1.71, 38.86, 39, .203186987, .212100985, 1e-8},
		{7, 29.43, 38.86, 39, 3.337053275, .641756346, 1e-8},
	} {
		clvtest.Within(t, "expected orders", purchase.ExpectedOrders(printed, c.x, c.tx, c.age, c.t), c.orders, c.rel)
		clvtest.Within(t, "P(alive)", printed.PAlive(c.x, c.tx, c.age), c.alive, c.rel)
	}
	for week, want := range map[float64]float64{1: .053267891, 3: .150865231, 52: 1.446050595, 78: 1.860519058} {
		clvtest.Within(t, "E[X(t)]", purchase.ExpectedOrders(printed, 0, 0, 0, week), want, 1e-8)
	}
	for n, want := range []float64{.573786352, .199395281, .085429760, .045860354} {
		clvtest.Within(t, "P(X=n)", printed.ProbOrders(n, 39), want, 1e-7)
	}
}

// TestCasesThatBreakOthers holds the values on which lifetimes, CLVTools or BTYD give NaN, Inf or a
// negative mean; the right ones were computed with 40 digits.
func TestCasesThatBreakOthers(t *testing.T) {
	f1 := purchase.BGNBD{R: .11, Alpha: 2.24, A: .31, B: .50}
	clvtest.Within(t, "F1 a+b<1", purchase.ExpectedOrders(f1, 0, 0, 1, 30), .564588615532774, 1e-12)
	f2 := purchase.BGNBD{R: .3, Alpha: 5, A: 1, B: 2}
	clvtest.Within(t, "F2 a=1", purchase.ExpectedOrders(f2, 2, 5, 10, 30), 1.60793640409924, 1e-12)
	clvtest.Within(t, "F3 P(X=300)", printed.ProbOrders(300, 52), 1.0149258e-15, 1e-6)
}

// TestHoldoutTotal compares with the 1653.4 orders that the published model predicts for the 39 weeks
// after the calibration period of CDNOW.
func TestHoldoutTotal(t *testing.T) {
	m := purchase.BGNBD{R: .24259453, Alpha: 4.41360232, A: .79292215, B: 2.42590736}
	total := 0.0
	for _, s := range cdnow(t).Summaries() {
		total += purchase.ExpectedOrders(m, s.X, s.TX, s.T, 39)
	}
	clvtest.Within(t, "orders in the holdout", total, 1653.4, 1e-4)
}

// TestBoundaryFits fits the two portfolios on which plain maximum likelihood runs away: F5, where no
// account ever leaves (a to 0), and F6, forty accounts with nearly equal rates (r to infinity).
func TestBoundaryFits(t *testing.T) {
	for _, c := range []struct {
		file  string
		n     int
		flags []string
	}{
		{"clv/f5-loyal-high-frequency.csv", 2000, []string{fitting.FlagBoundary, fitting.FlagPriorUsed}},
		{"clv/f6-forty-accounts.csv", 40, []string{fitting.FlagBoundary, fitting.FlagPriorUsed, fitting.FlagFewAccounts}},
	} {
		sums, err := tables.ReadSummary(clvtest.DataFile(t, c.file))
		if err != nil {
			t.Fatal(err)
		}
		rows, err := purchase.Compress(sums)
		if err != nil {
			t.Fatal(err)
		}
		fit, err := purchase.Fit("bgnbd", rows, purchase.Options{})
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range c.flags {
			if !slices.Contains(fit.Flags, f) {
				t.Errorf("%s: flags %v lack %s", c.file, fit.Flags, f)
			}
		}
		if !fit.PriorUsed || slices.Contains(fit.Flags, fitting.FlagNotConverged) || fit.Observations != c.n {
			t.Errorf("%s: %+v", c.file, fit.Stats)
		}
		for _, p := range fit.Model.Params() {
			if !(p.Value > 1e-6 && p.Value < 1e6) || !(fit.SE[p.Name] > 0) {
				t.Errorf("%s: %s = %g +- %g ran away", c.file, p.Name, p.Value, fit.SE[p.Name])
			}
		}
		for _, s := range sums {
			if e := purchase.ExpectedOrders(fit.Model, s.X, s.TX, s.T, 52); math.IsNaN(e) || math.IsInf(e, 0) || e < 0 {
				t.Fatalf("%s, account %s: expected orders %g", c.file, s.ID, e)
			}
		}
	}
}
