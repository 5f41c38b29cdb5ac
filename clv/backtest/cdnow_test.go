package backtest_test

import (
	"encoding/json"
	"math"
	"slices"
	"testing"

	"postlift"
	"postlift/clv/backtest"
	"postlift/clv/clvtest"
	"postlift/clv/tables"
)

// cdnow is the CDNOW sample: 2,357 customers whose first order lies in the first quarter of 1997, 18 months.
func cdnow(t testing.TB) tables.OrderLog {
	t.Helper()
	log, _, err := tables.ReadOrders(clvtest.DataFile(t, "clv/CDNOW_sample.txt"), tables.LogOptions{
		Customer: 2, Date: 3, Value: 5, DateLayout: "20060102", Until: postlift.MustDate("1998-06-30"),
	})
	if err != nil {
		t.Fatal(err)
	}
	return log
}

// dates makes origins.
func dates(texts ...string) []postlift.Date {
	var out []postlift.Date
	for _, s := range texts {
		out = append(out, postlift.MustDate(s))
	}
	return out
}

// holdout is the published one: 39 weeks after the calibration period.
var holdout = backtest.Horizon{Days: 273}

// TestCDNOWPublishedHoldout compares with the published figures of the 39 weeks after 1997-09-30. Tolerances
// are half a unit of the last printed digit, except the total of Pareto/NBD, whose published fit is of weeks
// rounded to two decimals by another optimiser (1665.7; its own printed parameters give 1665.4).
func TestCDNOWPublishedHoldout(t *testing.T) {
	rep, err := backtest.Run(cdnow(t), backtest.Options{Origins: dates("1997-09-30"), Horizons: []backtest.Horizon{holdout}})
	if err != nil {
		t.Fatal(err)
	}
	if len(rep.Tests) != 1 || rep.Tests[0].Orders != 1882 || rep.Tests[0].Customers != 2357 || rep.SampleShare != 1 {
		t.Fatalf("tests %+v: want one with 1882 orders of 2357 customers", rep.Tests)
	}
	near(t, "perfect capture", rep.Tests[0].PerfectCapture, .683, .0005)
	for _, want := range []struct {
		model                              string
		orders, tolerance, mae, rmse, best float64
	}{
		{"bgnbd", 1653.4, .05, .7855, 1.6080, .467},
		{"paretonbd", 1665.7, .25, .7545, 0, 0},
		{"mbgnbd", 1576.7, .05, .7648, 0, 0},
	} {
		i := slices.IndexFunc(rep.Results, func(r backtest.Result) bool { return r.Model == want.model })
		if i < 0 {
			t.Fatalf("no result of %s", want.model)
		}
		r := rep.Results[i]
		near(t, want.model+" orders", r.Orders, want.orders, want.tolerance)
		near(t, want.model+" MAE", r.MAE, want.mae, .00005)
		if want.rmse > 0 {
			near(t, want.model+" RMSE", r.RMSE, want.rmse, .00005)
			near(t, want.model+" capture", r.Capture, want.best, .0005)
		}
	}
}

func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s = %.6g, want %.6g within %g", what, got, want, tolerance)
	}
}

// TestCDNOWChosenModel: the model chosen on monthly origins, every horizon of which ends by 1997-09-30, has a
// MAE of at most .765 and captures at least 46 % with its best tenth over the following 39 weeks, and what
// happened lies in the calibrated band.
func TestCDNOWChosenModel(t *testing.T) {
	rep, err := backtest.Run(cdnow(t), backtest.Options{
		Origins:  dates("1997-03-31", "1997-04-30", "1997-05-31", "1997-06-30", "1997-07-31", "1997-08-31", "1997-09-30"),
		Horizons: []backtest.Horizon{{Months: 1}, {Months: 2}, {Months: 3}, holdout},
	})
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(rep.Checks, func(c backtest.Check) bool { return c.Horizon == holdout })
	if i < 0 {
		t.Fatalf("no check of the 39 weeks: %+v", rep.Checks)
	}
	c := rep.Checks[i]
	if c.Origin != postlift.MustDate("1997-09-30") || c.Choice.KnownUpTo != c.Origin || c.Choice.Why.Tests != 15 {
		t.Errorf("checked from %s with what was known by %s in %d tests: want 15 tests ended by 1997-09-30",
			c.Origin, c.Choice.KnownUpTo, c.Choice.Why.Tests)
	}
	for _, l := range c.Calibration.LearnedFrom {
		if l.Horizon.End(l.Origin) > c.Origin {
			t.Errorf("learned from %s + %s, which had not ended by %s", l.Origin, l.Horizon, c.Origin)
		}
	}
	if !(c.MAE <= .765) || !(c.Capture >= .46) || !c.Inside {
		t.Errorf("%s: MAE %.4f, capture %.4f, inside %v: want at most .765, at least .46, inside", c.Choice.Key, c.MAE, c.Capture, c.Inside)
	}
	t.Logf("%s; band %.0f to %.0f around %.0f (width %.0f %%), learned from %d errors of %d origins, actual %.0f",
		c.Choice.Sentence, c.Band.Low, c.Band.High, c.Predicted, 100*c.Band.Width, len(c.Calibration.LearnedFrom), c.Calibration.Origins, c.Orders)
}

// TestDefaultsOnCDNOW: without options at least four origins are found, every test ends within the log, and
// the report is one document.
func TestDefaultsOnCDNOW(t *testing.T) {
	rep, err := backtest.Run(cdnow(t), backtest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	origins := map[postlift.Date]bool{}
	for _, x := range rep.Tests {
		origins[x.Origin] = true
		if x.End > rep.Until || x.End != x.Horizon.End(x.Origin) {
			t.Errorf("test %+v ends after %s", x, rep.Until)
		}
	}
	if len(origins) < 4 {
		t.Errorf("%d origins, want at least 4", len(origins))
	}
	doc, err := json.Marshal(rep)
	if err != nil {
		t.Fatal(err)
	}
	var back backtest.Report
	if err := json.Unmarshal(doc, &back); err != nil {
		t.Fatal(err)
	}
	if again, err := json.Marshal(back); err != nil || string(again) != string(doc) {
		t.Errorf("the report does not survive being stored: %v", err)
	}
}
