package purchase_test

import (
	"math"
	"slices"
	"testing"

	"postlift"
	"postlift/clv/clvtest"
	"postlift/clv/fitting"
	"postlift/clv/purchase"
	"postlift/clv/tables"
)

// cdnow is the CDNOW sample up to a day: 1997-09-30 ends its calibration period, the file ends nine months later.
func cdnow(t testing.TB, until string) tables.OrderLog {
	t.Helper()
	log, _, err := tables.ReadOrders(clvtest.DataFile(t, "clv/CDNOW_sample.txt"), tables.LogOptions{
		Customer: 2, Date: 3, Value: 5, DateLayout: "20060102", Until: postlift.MustDate(until),
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(log.IDs) != 2357 {
		t.Fatalf("%d customers, want 2357", len(log.IDs))
	}
	return log
}

// calibration is the CDNOW sample's calibration period, compressed.
func calibration(t testing.TB) []purchase.Counted {
	t.Helper()
	rows, err := purchase.Compress(cdnow(t, "1997-09-30").Summaries())
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// TestCDNOWFit compares fits with published ones. BG/NBD: Fader, Hardie and Lee (2005) print .243 4.414 .793
// 2.426 and -9582.4; the digits beyond are those of lifetimes and BTYDplus on the same weeks = days/7, and so
// are the MBG/NBD's.
func TestCDNOWFit(t *testing.T) {
	rows := calibration(t)
	for _, c := range []struct {
		model      string
		params, se []float64
		ll         float64
	}{
		{purchase.ModelBGNBD, []float64{.24259453, 4.41360232, .79292215, 2.42590736}, []float64{.012557, .378224, .185733, .705412}, -9582.429206674},
		{purchase.ModelMBGNBD, []float64{.52484321, 6.18308576, .89135955, 1.61400237}, nil, -9582.135715554},
	} {
		fit, err := purchase.Fit(c.model, rows, purchase.Options{})
		if err != nil {
			t.Fatal(err)
		}
		for i, p := range fit.Model.Params() {
			clvtest.Within(t, c.model+" "+p.Name, p.Value, c.params[i], 1e-6)
			if c.se != nil {
				clvtest.Within(t, c.model+" se "+p.Name, fit.SE[p.Name], c.se[i], 1e-3)
			}
		}
		if d := math.Abs(fit.LogLikelihood - c.ll); d > 1e-6 {
			t.Errorf("%s: log-likelihood %.9f, want %.9f", c.model, fit.LogLikelihood, c.ll)
		}
		if fit.Observations != 2357 || len(fit.Flags) != 0 || fit.PriorUsed || len(fit.SE) != 4 {
			t.Errorf("%s: %+v: want 2357 customers, no flag, no prior", c.model, fit.Stats)
		}
	}
}

// TestRoundedWeeks is the same sample out of a file whose weeks have two decimals: other optimum, other digits.
func TestRoundedWeeks(t *testing.T) {
	sums, err := tables.ReadSummary(clvtest.DataFile(t, "clv/cdnow_customers_summary.csv"))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := purchase.Compress(sums)
	if err != nil {
		t.Fatal(err)
	}
	fit, err := purchase.Fit(purchase.ModelBGNBD, rows, purchase.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []float64{.24259290, 4.41353142, .79288617, 2.42575372} {
		p := fit.Model.Params()[i]
		clvtest.Within(t, p.Name, p.Value, want, 1e-6)
	}
	if d := math.Abs(fit.LogLikelihood + 9582.425560567); d > 1e-5 {
		t.Errorf("log-likelihood %.9f, want -9582.425560567", fit.LogLikelihood)
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
		clvtest.Within(t, "E[X(t)]", printed.Orders(week), want, 1e-8)
	}
	for n, want := range []float64{.573786352, .199395281, .085429760, .045860354} {
		clvtest.Within(t, "P(X=n)", printed.ProbOrders(n, 39), want, 1e-7)
	}
}

// TestCasesThatBreakOthers holds the values on which lifetimes, CLVTools or BTYD give NaN or Inf; the
// right ones were computed with 40 digits.
func TestCasesThatBreakOthers(t *testing.T) {
	f1 := purchase.BGNBD{R: .11, Alpha: 2.24, A: .31, B: .50}
	clvtest.Within(t, "F1 a+b<1", purchase.ExpectedOrders(f1, 0, 0, 1, 30), .564588615532774, 1e-12)
	f2 := purchase.BGNBD{R: .3, Alpha: 5, A: 1, B: 2}
	clvtest.Within(t, "F2 a=1", purchase.ExpectedOrders(f2, 2, 5, 10, 30), 1.60793640409924, 1e-12)
	clvtest.Within(t, "F3 P(X=300)", printed.ProbOrders(300, 52), 1.0149258e-15, 1e-6)
}

// TestHoldout predicts the 39 weeks after the calibration period of CDNOW, in which 1,882 orders happened,
// with the figures that the models' own fits gave elsewhere.
func TestHoldout(t *testing.T) {
	log := cdnow(t, "1997-09-30")
	happened := holdoutOrders(t, log, cdnow(t, "1998-06-30"))
	rows := calibration(t)
	for _, c := range []struct {
		model            string
		total, mae, rmse float64 // 0: not known
	}{
		{purchase.ModelBGNBD, 1653.4, .7855, 1.6080},
		{purchase.ModelMBGNBD, 1576.7, .7648, 0},
	} {
		fit, err := purchase.Fit(c.model, rows, purchase.Options{})
		if err != nil {
			t.Fatal(err)
		}
		var total, mae, square float64
		for i, s := range log.Summaries() {
			e := purchase.ExpectedOrders(fit.Model, s.X, s.TX, s.T, 39)
			miss := e - happened[i]
			total, mae, square = total+e, mae+math.Abs(miss), square+miss*miss
		}
		n := float64(len(happened))
		for _, f := range []struct {
			what                 string
			got, want, tolerance float64
		}{{"orders", total, c.total, .05}, {"MAE", mae / n, c.mae, 5e-5}, {"RMSE", math.Sqrt(square / n), c.rmse, 5e-5}} {
			if f.want != 0 && math.Abs(f.got-f.want) > f.tolerance {
				t.Errorf("%s: %s in the holdout %.5f, want %g to the digits printed", c.model, f.what, f.got, f.want)
			}
		}
	}
}

// holdoutOrders counts each customer's order days after the calibration period.
func holdoutOrders(t *testing.T, before, all tables.OrderLog) []float64 {
	t.Helper()
	seen := map[string]int{}
	for _, s := range all.Summaries() {
		seen[s.ID] = s.X
	}
	out, total := []float64{}, 0.0
	for _, s := range before.Summaries() {
		n := float64(seen[s.ID] - s.X)
		out, total = append(out, n), total+n
	}
	if total != 1882 {
		t.Fatalf("%g orders happened in the holdout, want 1882", total)
	}
	return out
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
		fits := []struct {
			model string
			opt   purchase.Options
		}{{purchase.ModelBGNBD, purchase.Options{}}, {purchase.ModelMBGNBD, purchase.Options{}}, {purchase.ModelMBGCNBD, purchase.Options{K: 3}}}
		for _, f := range fits {
			fit, err := purchase.Fit(f.model, rows, f.opt)
			if err != nil {
				t.Fatal(err)
			}
			checkBoundaryFit(t, c.file+" "+f.model, fit, sums)
			for _, flag := range c.flags {
				if f.model == purchase.ModelBGNBD && !slices.Contains(fit.Flags, flag) {
					t.Errorf("%s: flags %v lack %s", c.file, fit.Flags, flag)
				}
			}
			if fit.Observations != c.n {
				t.Errorf("%s: %+v", c.file, fit.Stats)
			}
		}
	}
}

// checkBoundaryFit wants a flagged prior, parameters that stayed put, and finite predictions.
func checkBoundaryFit(t *testing.T, what string, fit purchase.Fitted, sums []purchase.Summary) {
	t.Helper()
	if !fit.PriorUsed || slices.Contains(fit.Flags, fitting.FlagNotConverged) || len(fit.Flags) < 2 {
		t.Errorf("%s: %+v", what, fit.Stats)
	}
	for _, p := range fit.Model.Params() {
		if p.Name != "k" && (!(p.Value > 1e-6 && p.Value < 1e6) || !(fit.SE[p.Name] > 0)) {
			t.Errorf("%s: %s = %g +- %g ran away", what, p.Name, p.Value, fit.SE[p.Name])
		}
	}
	for _, s := range sums {
		if e := purchase.ExpectedOrders(fit.Model, s.X, s.TX, s.T, 52); math.IsNaN(e) || math.IsInf(e, 0) || e < 0 {
			t.Fatalf("%s, account %s: expected orders %g", what, s.ID, e)
		}
	}
}
