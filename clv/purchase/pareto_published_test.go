package purchase_test

import (
	"math"
	"testing"

	"postlift/clv/clvtest"
	"postlift/clv/purchase"
	"postlift/clv/tables"
)

// vignette are the parameters that the vignette of the R package BTYD prints for CDNOW, with the log-likelihood
// -9594.976. They are where its search stopped, a little off the maximum.
var vignette = purchase.ParetoNBD{R: .5534, Alpha: 10.5802, S: .6061, Beta: 11.6562}

// TestParetoCDNOW compares the fit with the digits that Fader, Hardie and Lee (2005) print for the Pareto/NBD (.553
// 10.578 .606 11.669, -9595.0), and wants it to be no less likely than where BTYD stopped, by no more than the
// fourth digit.
func TestParetoCDNOW(t *testing.T) {
	rows := calibration(t)
	fit, err := purchase.Fit(purchase.ModelParetoNBD, rows, purchase.Options{})
	if err != nil {
		t.Fatal(err)
	}
	m := fit.Model.(purchase.ParetoNBD)
	for _, c := range []struct {
		name            string
		got, want, half float64
	}{
		{"r", m.R, .553, 5e-4}, {"alpha", m.Alpha, 10.578, 5e-4}, {"s", m.S, .606, 5e-4}, {"beta", m.Beta, 11.669, 5e-4},
		{"log-likelihood", fit.LogLikelihood, -9594.976, 5e-4},
		{"log-likelihood at the vignette's parameters", vignette.LogLikelihood(rows), -9594.976, 5e-4},
	} {
		if math.Abs(c.got-c.want) > c.half {
			t.Errorf("%s = %.7g, want %g", c.name, c.got, c.want)
		}
	}
	if gain := fit.LogLikelihood - vignette.LogLikelihood(rows); !(gain > 0 && gain < 1e-4) {
		t.Errorf("the fit is %g likelier than the vignette's", gain)
	}
	if fit.Observations != 2357 || len(fit.Flags) != 0 || fit.PriorUsed || len(fit.SE) != 4 {
		t.Errorf("%+v: want 2357 customers, no flag, no prior", fit.Stats)
	}
}

var printedPareto = purchase.ParetoNBD{R: .553, Alpha: 10.578, S: .606, Beta: 11.669}

// TestParetoHoldout predicts the 39 weeks after the calibration period of CDNOW: 1665.7 orders with a mean absolute
// error of .7545 at the parameters that Fader, Hardie and Lee print, and nearly the same at the fit's own.
func TestParetoHoldout(t *testing.T) {
	log := cdnow(t, "1997-09-30")
	happened := holdoutOrders(t, log, cdnow(t, "1998-06-30"))
	fit, err := purchase.Fit(purchase.ModelParetoNBD, calibration(t), purchase.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		m     purchase.Model
		slack float64
	}{{printedPareto, .05}, {fit.Model, .2}} {
		total, mae := 0.0, 0.0
		for i, s := range log.Summaries() {
			e := purchase.ExpectedOrders(c.m, s.X, s.TX, s.T, 39)
			total, mae = total+e, mae+math.Abs(e-happened[i])/float64(len(happened))
		}
		if math.Abs(total-1665.7) > c.slack || math.Abs(mae-.7545) > 5e-5 {
			t.Errorf("%+v: %.3f orders, MAE %.5f in the holdout; want 1665.7 and .7545", c.m, total, mae)
		}
	}
}

// TestParetoBoundary fits the portfolios on which plain maximum likelihood runs away.
func TestParetoBoundary(t *testing.T) {
	for _, file := range []string{"clv/f5-loyal-high-frequency.csv", "clv/f6-forty-accounts.csv"} {
		sums, err := tables.ReadSummary(clvtest.DataFile(t, file))
		if err != nil {
			t.Fatal(err)
		}
		rows, err := purchase.Compress(sums)
		if err != nil {
			t.Fatal(err)
		}
		fit, err := purchase.Fit(purchase.ModelParetoNBD, rows, purchase.Options{})
		if err != nil {
			t.Fatal(err)
		}
		checkBoundaryFit(t, file, fit, sums)
	}
}
