package backtest

import (
	"fmt"
	"slices"

	"postlift"
)

// finish turns the gathered tests into the report.
func (r *run) finish() {
	rep := &r.report
	rep.Choice = r.choose(0)
	rep.Choice.KnownUpTo = r.book.until
	r.latestK(&rep.Choice, len(r.pasts)-1)
	r.price(slices.Index(r.spends, rep.Choice.spendKey()))
	rep.Tests = append(rep.Tests, r.tests...)
	rep.Results = append(rep.Results, r.results...)
	rep.Models = r.summaries()
	rep.Spend = r.spendResults()
	r.calibrate()
	if len(r.tests) > 0 && r.indexOf(rep.Choice.Key) >= 0 {
		r.pictures(r.closelyChosen(rep.Choice))
	}
	r.warn()
}

// choose chooses with the tests that had ended by a day; no day for all.
func (r *run) choose(cut postlift.Date) Choice {
	at := r.boardAt(cut)
	c := r.boards[at].choose(r.cands)
	r.chooseSpend(r.spendBoards[at], &c)
	return c
}

// latestK fills in the regularity that the chosen candidate had at an origin.
func (r *run) latestK(c *Choice, origin int) {
	i := r.indexOf(c.Key)
	if i < 0 || origin < 0 || r.fits[origin][i] == nil {
		return
	}
	c.K = kOf(r.cands[i], r.fits[origin][i].Model)
}

// price fills the results' values with those of the chosen spend model.
func (r *run) price(spend int) {
	if spend < 0 {
		return
	}
	for i := range r.results {
		res := &r.results[i]
		res.Value = r.values[i][spend]
		for _, t := range r.tests {
			if t.Origin == res.Origin && t.Horizon == res.Horizon {
				res.ValueBias = bias(res.Value, t.Value)
			}
		}
	}
}

// closelyChosen looks closely at a chosen candidate.
func (r *run) closelyChosen(c Choice) []detail {
	return r.closely(r.cands[r.indexOf(c.Key)], c.spendKey())
}

// testOf finds the test of a result.
func (r *run) testOf(res Result) Test {
	i := slices.IndexFunc(r.tests, func(t Test) bool { return t.Origin == res.Origin && t.Horizon == res.Horizon })
	return r.tests[i]
}

// summaries average results by horizon and prediction.
func (r *run) summaries() []Summary {
	out := []Summary{}
	for _, h := range r.plan.horizons {
		for _, key := range r.keys() {
			if s, ok := r.summary(h, key); ok {
				out = append(out, s)
			}
		}
	}
	return out
}

// keys are the predictions in the order of the report: candidates, then baselines.
func (r *run) keys() []string {
	var out []string
	for _, c := range r.cands {
		out = append(out, c.key)
	}
	return append(out, BaselineLastYear, BaselineRFM, BaselineZero)
}

func (r *run) summary(h Horizon, key string) (Summary, bool) {
	s := Summary{Horizon: h, Model: key}
	var customers, orders, actual, value, actualValue float64
	coverage := make([]Level, len(levels))
	for _, res := range r.results {
		if res.Model != key || res.Horizon != h {
			continue
		}
		t := r.testOf(res)
		n := float64(t.Customers)
		s.Origins++
		s.Baseline = res.Baseline
		customers, orders, actual = customers+n, orders+res.Orders, actual+t.Orders
		value, actualValue = value+res.Value, actualValue+t.Value
		s.AbsBias += max(res.Bias, -res.Bias)
		s.MAE += n * res.MAE
		s.RMSE += n * res.RMSE
		s.Capture += n * res.Capture
		s.LogScore += n * res.LogScore
		s.Brier += n * res.Brier
		s.Tracking += n * res.TrackingMAPE
		for i, l := range res.Coverage {
			coverage[i].Level = l.Level
			coverage[i].Inside += n * l.Inside
			coverage[i].Exact += n * l.Exact
		}
	}
	if s.Origins == 0 {
		return s, false
	}
	s.Bias, s.ValueBias, s.AbsBias = bias(orders, actual), bias(value, actualValue), s.AbsBias/float64(s.Origins)
	for _, v := range []*float64{&s.MAE, &s.RMSE, &s.Capture, &s.LogScore, &s.Brier, &s.Tracking} {
		*v = ratio(*v, customers)
	}
	if s.Baseline {
		return s, true
	}
	for i := range coverage {
		coverage[i].Inside, coverage[i].Exact = ratio(coverage[i].Inside, customers), ratio(coverage[i].Exact, customers)
	}
	s.Coverage = coverage
	return s, true
}

// warn gathers what a reader must know.
func (r *run) warn() {
	rep := &r.report
	if rep.Choice.Why.Reason == ReasonDefault {
		r.flag(FlagNoChoice, Warning{Text: rep.Choice.Sentence})
	}
	if rep.Choice.Why.Reason == ReasonWithinNoise {
		r.flag(FlagWithinNoise, Warning{Model: rep.Choice.Why.Best, Value: rep.Choice.Why.Behind, Other: rep.Choice.Why.BehindSE,
			Text: rep.Choice.Sentence})
	}
	for _, c := range r.cands {
		if !c.levels && len(rep.Choice.Ranking) > 0 && !slices.ContainsFunc(rep.Choice.Ranking, func(k Ranked) bool { return k.Key == c.key }) {
			r.flag(FlagModelDropped, Warning{Model: c.key, Text: c.key + " could not be fitted at every origin and is not compared"})
		}
	}
	if slices.Contains(rep.Calibration.Flags, FlagCalibrationThin) {
		r.flag(FlagCalibrationThin, Warning{Value: float64(rep.Calibration.Origins), Other: DefaultLogSD, Text: fmt.Sprintf(
			"the bands were learned from %d past origins and lean on the default error of %.0f %%", rep.Calibration.Origins, 100*DefaultLogSD)})
	}
	for _, h := range r.plan.horizons {
		r.warnOfBaselines(h)
	}
}

// warnOfBaselines names the naive prediction with a smaller mean absolute error than the chosen model.
func (r *run) warnOfBaselines(h Horizon) {
	var chosen, best *Summary
	for i, s := range r.report.Models {
		switch {
		case s.Horizon != h:
		case s.Model == r.report.Choice.Key:
			chosen = &r.report.Models[i]
		case s.Baseline && (best == nil || s.MAE < best.MAE):
			best = &r.report.Models[i]
		}
	}
	if chosen != nil && best != nil && best.Origins == chosen.Origins && best.MAE < chosen.MAE {
		text := fmt.Sprintf("over %s the naive prediction %s has a mean absolute error of %.4f orders, below the %.4f of %s",
			h, best.Model, best.MAE, chosen.MAE, chosen.Model)
		if best.Model == BaselineZero {
			text += ": most accounts order nothing in so short a time, and a mean absolute error rewards saying so of all of them"
		}
		r.flag(FlagBaselineWins, Warning{Model: best.Model, Horizon: h.String(), Value: best.MAE, Other: chosen.MAE, Text: text})
	}
}

// flag raises a flag once, and each of its warnings.
func (r *run) flag(flag string, w Warning) {
	if !slices.Contains(r.report.Flags, flag) {
		r.report.Flags = append(r.report.Flags, flag)
	}
	w.Flag = flag
	r.report.Warnings = append(r.report.Warnings, w)
}
