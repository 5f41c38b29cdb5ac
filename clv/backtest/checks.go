package backtest

import (
	"math"

	"postlift"
)

// Check is a horizon's last origin, predicted as it would have been on that day: model and bands come from
// tests that had ended by then.
type Check struct {
	Origin      postlift.Date `json:"origin"`
	Horizon     Horizon       `json:"horizon"`
	End         postlift.Date `json:"end"`
	Customers   int           `json:"customers"`
	Choice      Choice        `json:"choice"`
	Orders      float64       `json:"orders"`    // that happened
	Predicted   float64       `json:"predicted"` // by the chosen model
	Bias        float64       `json:"bias"`
	MAE         float64       `json:"mae"`
	RMSE        float64       `json:"rmse"`
	Capture     float64       `json:"capture"`
	Calibration Calibration   `json:"calibration"`
	ModelLogSD  float64       `json:"model_log_sd"` // of the total, by the model alone
	ModelBand   Band          `json:"model_band"`   // 90 % band of the total by the model alone
	Band        Band          `json:"band"`         // 90 % band of the total, calibrated
	Inside      bool          `json:"inside"`       // what happened lies in Band
	Value       float64       `json:"value"`
	ValueBand   Band          `json:"value_band"` // 90 % band of the value, calibrated, around ValuePredicted
	ValueWorth  float64       `json:"value_predicted"`
	ValueInside bool          `json:"value_inside"`
	// Of the accounts whose 90 % interval reaches above zero, the share inside it, before and after widening.
	AccountsInside  float64 `json:"accounts_inside"`
	AccountsWidened float64 `json:"accounts_widened"`
}

// bandLevel is the probability of the bands that a check reports.
const bandLevel = .9

// calibrate learns the bands in use, and checks choice and bands at each horizon's last origin.
func (r *run) calibrate() {
	rep := &r.report
	longest := Horizon{}
	for _, h := range r.plan.horizons {
		if origin := r.lastOrigin(h); !origin.IsZero() {
			longest = h
			r.check(origin, h)
		}
	}
	if r.indexOf(rep.Choice.Key) < 0 {
		rep.Calibration = calibrate(rep.Choice.Key, nil, longest, 0)
		return
	}
	details := r.closelyChosen(rep.Choice)
	rep.Calibration = calibrate(rep.Choice.Key, surprises(details), longest, 0)
	rep.Coverage = totalCoverage(surprises(details), len(r.spends) > 0)
}

func surprises(details []detail) []surprise {
	out := make([]surprise, len(details))
	for i, d := range details {
		out[i] = d.surprise
	}
	return out
}

// check predicts a horizon from its last origin with what was known there.
func (r *run) check(origin postlift.Date, h Horizon) {
	choice := r.choose(origin)
	if r.indexOf(choice.Key) < 0 {
		return // neither a test before nor the default model among the candidates
	}
	details := r.closelyChosen(choice)
	for _, d := range details {
		if d.test.Origin != origin || d.test.Horizon != h {
			continue
		}
		for o, p := range r.pasts {
			if p.origin == origin {
				r.latestK(&choice, o)
			}
		}
		c := d.check(calibrate(choice.Key, surprises(details), h, origin))
		c.Choice = choice
		r.report.Checks = append(r.report.Checks, c)
	}
}

// check compares the test with the bands of a calibration.
func (d detail) check(cal Calibration) Check {
	t := d.test
	c := Check{Origin: t.Origin, Horizon: t.Horizon, End: t.End, Customers: t.Customers, Orders: t.Orders,
		Predicted: d.surprise.predicted, Bias: bias(d.surprise.predicted, t.Orders), Value: t.Value, ValueWorth: d.surprise.value,
		Calibration: cal, ModelLogSD: math.Sqrt(d.orderVar)}
	c.MAE, c.RMSE = meanErrors(d.predicted, d.counts)
	c.Capture = capture(d.predicted, d.counts)
	c.ModelBand = band(c.Predicted, c.ModelLogSD, bandLevel)
	c.Band = band(c.Predicted, math.Hypot(c.ModelLogSD, cal.LogSDTotal), bandLevel)
	c.Inside = c.Band.holds(c.Orders)
	if d.worth != nil {
		c.ValueBand = band(c.ValueWorth, math.Sqrt(d.valueVar+cal.LogSDValue*cal.LogSDValue), bandLevel)
		c.ValueInside = c.ValueBand.holds(c.Value)
	}
	for _, m := range d.beyond {
		if m <= 1 {
			c.AccountsInside++
		}
		if m <= cal.AccountWidening {
			c.AccountsWidened++
		}
	}
	n := float64(len(d.beyond))
	c.AccountsInside, c.AccountsWidened = ratio(c.AccountsInside, n), ratio(c.AccountsWidened, n)
	return c
}

// Coverage is how often a total lay inside its band: by the model alone, and widened by what the tests that
// had ended before each origin taught.
type Coverage struct {
	Of         string  `json:"of"` // "orders" or "value"
	Level      float64 `json:"level"`
	Tests      int     `json:"tests"`
	Model      float64 `json:"model"`
	Calibrated float64 `json:"calibrated"`
}

// What a coverage is of.
const (
	CoverageOrders = "orders"
	CoverageValue  = "value"
)

// totalCoverage checks the bands of every test of the chosen model.
func totalCoverage(past []surprise, values bool) []Coverage {
	out := []Coverage{}
	for _, of := range []string{CoverageOrders, CoverageValue} {
		if of == CoverageValue && !values || len(past) == 0 {
			continue
		}
		for _, level := range levels {
			c := Coverage{Of: of, Level: level, Tests: len(past)}
			for _, s := range past {
				cal := calibrate("", past, s.test.Horizon, s.test.Origin)
				actual, predicted, variance, sd := s.test.Orders, s.predicted, s.orderVar, cal.LogSDTotal
				if of == CoverageValue {
					actual, predicted, variance, sd = s.test.Value, s.value, s.valueVar, cal.LogSDValue
				}
				c.Model += share(band(predicted, math.Sqrt(variance), level).holds(actual), len(past))
				c.Calibrated += share(band(predicted, math.Sqrt(variance+sd*sd), level).holds(actual), len(past))
			}
			out = append(out, c)
		}
	}
	return out
}

// share is one of n where ok.
func share(ok bool, n int) float64 {
	if ok {
		return 1 / float64(n)
	}
	return 0
}
