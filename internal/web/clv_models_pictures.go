package web

import (
	"html/template"
	"math"
	"slices"

	"postlift/clv/backtest"
	"postlift/internal/web/chart"
)

// seriesOf is the key under which a list of series holds the chosen model: its own, or that of a model which
// came out alike, such as a free regularity that was fitted to be 1.
func seriesOf(r *backtest.Report, all []backtest.Series) string {
	has := func(key string) bool {
		return slices.ContainsFunc(all, func(s backtest.Series) bool { return s.Model == key })
	}
	chosen := r.Choice.Key
	if has(chosen) {
		return chosen
	}
	errors := func(key string) (list []float64) {
		for _, m := range r.Models {
			if m.Model == key {
				list = append(list, m.MAE, m.LogScore)
			}
		}
		return list
	}
	own := errors(chosen)
	for _, s := range all {
		if other := errors(s.Model); len(own) > 0 && slices.EqualFunc(own, other, alike) {
			return s.Model
		}
	}
	return chosen
}

func alike(a, b float64) bool { return math.Abs(a-b) <= 1e-9*max(math.Abs(a), math.Abs(b)) }

// drawnModels are the lines that a chart has room for: the chosen model first, and the next two of the list.
func drawnModels(all []backtest.Series, chosen string) []backtest.Series {
	list := slices.Clone(all)
	if i := slices.IndexFunc(list, func(s backtest.Series) bool { return s.Model == chosen }); i > 0 {
		first := list[i]
		list = slices.Insert(slices.Delete(list, i, i+1), 0, first)
	}
	return list[:min(len(list), 3)]
}

// trackingPicture follows all orders after the last origin beside what was foretold on it.
func (s *staff) trackingPicture(r *backtest.Report, lang string) template.HTML {
	t := r.Tracking
	if len(t.Actual) < 2 || len(t.Days) < 2 {
		return ""
	}
	p := s.picture(lang, "tracking", "models.tracking", "models.tracking.lead", t.Origin.Format(lang), s.texts[lang].model(r.Choice.Key))
	series := []chart.Series{{Name: p.texts.get("models.happened") + " " + p.count(t.Actual[len(t.Actual)-1]), Values: fromZero(t.Actual), Kind: chart.Neutral}}
	kinds := []chart.Kind{chart.Treated, chart.Third, chart.Quiet}
	chosen := seriesOf(r, t.Models)
	for i, m := range drawnModels(t.Models, chosen) {
		name := m.Model
		if name == chosen {
			name = r.Choice.Key
		}
		if len(m.Values) > 0 {
			series = append(series, chart.Series{Name: p.texts.model(name) + " " + p.count(m.Values[len(m.Values)-1]), Values: fromZero(m.Values), Kind: kinds[i]})
		}
	}
	axis := "models.weeks"
	if step := t.Days[1].DaysSince(t.Days[0]); step > 7 {
		axis = "models.steps"
		return drawn(chart.Curves(p.frame, series, p.count, p.texts.get(axis, step/7)))
	}
	return drawn(chart.Curves(p.frame, series, p.count, p.texts.get(axis)))
}

func fromZero(v []float64) []float64 { return append([]float64{0}, v...) }

// liftPicture shows which share of the orders came from the best tenths of the customers.
func (s *staff) liftPicture(r *backtest.Report, lang string) template.HTML {
	l := r.Lift
	if len(l.Shares) == 0 {
		return ""
	}
	p := s.picture(lang, "lift", "models.lift", "models.lift.lead", s.texts[lang].length("within", l.Horizon), l.Origin.Format(lang))
	var series []chart.Series
	add := func(name string, values []float64, kind chart.Kind) {
		if len(values) > 0 {
			series = append(series, chart.Series{Name: name + " " + p.share(values[0]), Values: fromZero(values), Kind: kind})
		}
	}
	chosen := seriesOf(r, l.Models)
	for _, m := range l.Models {
		if m.Model == chosen {
			add(p.texts.model(r.Choice.Key), m.Values, chart.Treated)
		}
	}
	add(p.texts.get("models.frequency"), l.Frequency, chart.Third)
	add(p.texts.get("models.perfect"), l.Perfect, chart.Neutral)
	return drawn(chart.Curves(p.frame, series, p.share, p.texts.get("models.lift.axis")))
}

// calibrationPicture compares the probability of an order with the share that ordered.
func (s *staff) calibrationPicture(i int, r backtest.Reliability, lang string) template.HTML {
	var points []chart.Point
	for _, b := range r.Ordered {
		if b.Count > 0 {
			points = append(points, chart.Point{Predicted: b.Predicted, Observed: b.Observed, N: float64(b.Count)})
		}
	}
	t := s.texts[lang]
	p := s.picture(lang, "calibration"+string(rune('a'+i)), "models.calibration", "models.calibration.lead", t.length("within", r.Horizon))
	return drawn(chart.Calibration(p.frame, points, p.share, t.get("models.predicted"), t.get("models.observed")))
}
