package backtest_test

import (
	"encoding/json"
	"math"
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

// days makes origins.
func days(texts ...string) []postlift.Date {
	var out []postlift.Date
	for _, s := range texts {
		out = append(out, postlift.MustDate(s))
	}
	return out
}

func TestX(t *testing.T) {
	rep, err := backtest.Run(cdnow(t), backtest.Options{
		Origins:  days("1997-03-31", "1997-04-30", "1997-05-31", "1997-06-30", "1997-07-31", "1997-08-31", "1997-09-30"),
		Horizons: []backtest.Horizon{{Months: 1}, {Months: 2}, {Months: 3}, {Days: 273}},
	})
	if err != nil {
		t.Fatal(err)
	}
	b, err := json.MarshalIndent(rep, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	_ = math.Pi
	t.Log(len(b))
	for _, r := range rep.Results {
		if r.Origin == postlift.MustDate("1997-09-30") && r.Horizon.Days == 273 {
			t.Logf("%-12s k%d %8.1f bias %.3f mae %.4f rmse %.4f cap %.4f ls %.5f brier %.4f track %.3f %v", r.Model, r.K, r.Orders, r.Bias, r.MAE, r.RMSE, r.Capture, r.LogScore, r.Brier, r.TrackingMAPE, r.Coverage)
		}
	}
	for _, tt := range rep.Tests {
		t.Log(tt)
	}
	for _, c := range rep.Checks {
		t.Logf("%s %s -> %s %.1f (%.0f) mae %.4f cap %.4f band %v model %v inside %v acc %.3f %.3f", c.Origin, c.Horizon, c.Choice.Key, c.Predicted, c.Orders, c.MAE, c.Capture, c.Band, c.ModelBand, c.Inside, c.AccountsInside, c.AccountsWidened)
		t.Log(c.Choice.Sentence)
		for _, k := range c.Choice.Ranking {
			t.Log(k)
		}
		t.Logf("%+v", c.Calibration)
	}
	t.Log(rep.Flags, rep.Warnings)
	t.Logf("%+v", rep.Coverage)
}
