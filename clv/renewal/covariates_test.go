package renewal_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"postlift"
	"postlift/clv/clvtest"
	"postlift/clv/fitting"
	"postlift/clv/renewal"
)

// decide simulates contracts whose first hazard depends on a price change and a count of tickets.
func decide(truth renewal.Covariates, n int, rng *rand.Rand) []renewal.Decided {
	var rows []renewal.Decided
	for range n {
		for i := 1; i <= 6; i++ {
			x := []float64{.05 * rng.NormFloat64(), float64(rng.IntN(6))}
			r := renewal.Decided{X: x, Opportunity: i, Renewed: 1}
			if rng.Float64() < truth.At(x).Hazard(i) {
				r.Renewed, r.Ended = 0, 1
			}
			rows = append(rows, r)
			if r.Ended == 1 {
				break
			}
		}
	}
	return rows
}

// TestCovariatesRecovered: effects and omega come back within four standard errors, and an unknown value is
// taken as the mean.
func TestCovariatesRecovered(t *testing.T) {
	for _, omega := range []float64{.4, 0} {
		truth := renewal.Covariates{Means: []float64{0, 2.5}, Gamma: []float64{8, .3}, Intercept: -1.5, Omega: omega}
		rows := decide(truth, 4000, rand.New(rand.NewPCG(1, 2)))
		fit, err := renewal.FitCovariates([]string{"price", "tickets"}, rows, 0)
		if err != nil {
			t.Fatal(err)
		}
		m := fit.Model
		t.Logf("omega %g: %+v se %v flags %v", omega, m, fit.SE, fit.Flags)
		for j, name := range m.Names {
			if math.Abs(m.Gamma[j]-truth.Gamma[j]) > 4*fit.SE[name] || fit.SE[name] > .1*truth.Gamma[j] {
				t.Errorf("%s: %.4f with standard error %.4f, simulated %.4f", name, m.Gamma[j], fit.SE[name], truth.Gamma[j])
			}
		}
		if omega == 0 && !(m.Omega < .1) || omega > 0 && math.Abs(m.Omega-omega) > 4*fit.SE["omega"] {
			t.Errorf("omega %.4f, simulated %.4f", m.Omega, omega)
		}
		if m.At([]float64{math.NaN()}) != m.At(m.Means) {
			t.Error("an unknown value must count as the mean")
		}
	}
}

// TestCovariatesWithoutVariation: constant covariates and none at all give the sBG of the same decisions.
func TestCovariatesWithoutVariation(t *testing.T) {
	tab := regular(t)
	var rows []renewal.Decided
	for i := range tab.Ended {
		rows = append(rows, renewal.Decided{X: []float64{7, math.NaN()}, Opportunity: i + 1, Ended: tab.Ended[i], Renewed: tab.Renewed[i]})
	}
	fit, err := renewal.FitCovariates([]string{"constant", "unknown"}, rows, 1)
	if err != nil {
		t.Fatal(err)
	}
	alpha, beta := fit.Model.At(nil).AlphaBeta()
	clvtest.Within(t, "alpha", alpha, .704077, 1e-5)
	clvtest.Within(t, "beta", beta, 1.182043, 1e-5)
	clvtest.Within(t, "log-likelihood", fit.LogLikelihood, -1680.265188, 1e-9)
	if fit.Model.Gamma[0] != 0 || fit.Model.Gamma[1] != 0 {
		t.Errorf("effects %v of covariates without variation", fit.Model.Gamma)
	}
}

// TestCovariatesSeparated: a covariate that splits ends from renewals perfectly stays finite by the ridge, and
// so does a table where nobody left.
func TestCovariatesSeparated(t *testing.T) {
	var rows, loyal []renewal.Decided
	for i := range 60 {
		rows = append(rows, renewal.Decided{X: []float64{float64(i % 2)}, Opportunity: 1 + i%3, Ended: i % 2, Renewed: 1 - i%2})
		loyal = append(loyal, renewal.Decided{X: []float64{float64(i)}, Opportunity: 1 + i%3, Renewed: 1})
	}
	for _, in := range [][]renewal.Decided{rows, loyal} {
		fit, err := renewal.FitCovariates([]string{"x"}, in, 0)
		if err != nil {
			t.Fatal(err)
		}
		if g := fit.Model.Gamma[0]; math.IsNaN(g) || math.Abs(g) > 20 || !slices.Contains(fit.Flags, fitting.FlagFewAccounts) {
			t.Errorf("%+v", fit)
		}
		checkModel(t, fit.Model.At([]float64{1e6}))
	}
	for _, bad := range [][]renewal.Decided{nil, {{X: nil, Opportunity: 1, Ended: 1}}, {{X: []float64{1}, Ended: 1}},
		{{X: []float64{math.Inf(1)}, Opportunity: 1, Ended: 1}}, {{X: []float64{1}, Opportunity: 1, Ended: -1}}} {
		if _, err := renewal.FitCovariates([]string{"x"}, bad, 0); postlift.KindOf(err) != postlift.Invalid {
			t.Errorf("%+v: %v, want an Invalid fault", bad, err)
		}
	}
}
