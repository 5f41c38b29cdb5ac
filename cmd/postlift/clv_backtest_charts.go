package main

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"postlift"
	"postlift/clv/backtest"
	"postlift/clv/purchase"
	"postlift/clv/tables"
	"postlift/internal/web/chart"
)

// horizonWords writes a length of time behind "within" or "innerhalb von".
func horizonWords(h backtest.Horizon, l language) string {
	var parts []string
	add := func(n int, one, many string) {
		switch {
		case n == 1:
			parts = append(parts, "1 "+one)
		case n > 1:
			parts = append(parts, fmt.Sprintf("%d %s", n, many))
		}
	}
	add(h.Months, l.pick("month", "Monat"), l.pick("months", "Monaten"))
	if h.Days%7 == 0 {
		add(h.Days/7, l.pick("week", "Woche"), l.pick("weeks", "Wochen"))
	} else {
		add(h.Days, l.pick("day", "Tag"), l.pick("days", "Tagen"))
	}
	return strings.Join(parts, l.pick(" and ", " und "))
}

// backtestPictures are the charts of a report, those that it has something to show in.
func backtestPictures(r backtest.Report, l language) []picture {
	var out []picture
	if len(r.Tracking.Actual) > 0 {
		out = append(out, backtestTracking(r, l))
	}
	if n := len(r.Reliability); n > 0 {
		out = append(out, calibrationPicture(r.Reliability[n-1], l))
	}
	if len(r.Lift.Shares) > 0 {
		out = append(out, liftPicture(r, l))
	}
	return out
}

// seriesOf is the line of a candidate. Of candidates whose fits came out alike a report draws one: where the
// candidate has no line of its own, it is that of one with the very same prediction at the origin.
func seriesOf(r backtest.Report, all []backtest.Series, origin postlift.Date, key string) ([]float64, bool) {
	orders := map[string]float64{}
	for _, res := range r.Results {
		if !res.Baseline && res.Origin == origin && res.Horizon == r.Tracking.Horizon {
			orders[res.Model] = res.Orders
		}
	}
	for _, like := range []func(key string) bool{
		func(other string) bool { return other == key },
		func(other string) bool {
			a, known := orders[key]
			b, drawn := orders[other]
			return known && drawn && a == b
		},
	} {
		if i := slices.IndexFunc(all, func(s backtest.Series) bool { return like(s.Model) }); i >= 0 {
			return all[i].Values, true
		}
	}
	return nil, false
}

// backtestTracking follows all orders after the last origin over an axis of weeks, of months where it is long. The
// report looks at days that lie a week or several apart: the axis reads the path between them.
func backtestTracking(r backtest.Report, l language) picture {
	t := r.Tracking
	last := t.Days[len(t.Days)-1].DaysSince(t.Origin)
	step, unit := 7.0, l.pick("weeks after ", "Wochen nach dem ")
	if last > longAxis {
		step, unit = purchase.DaysPerWeek*tables.WeeksPerMonth, l.pick("months after ", "Monate nach dem ")
	}
	line := func(name string, values []float64, kind chart.Kind) chart.Series {
		drawn := chart.Series{Name: name, Values: evenly(t.Origin, t.Days, values, step), Kind: kind}
		if kind != chart.Neutral {
			drawn.Name += " " + l.count(values[len(values)-1])
		}
		return drawn
	}
	series := []chart.Series{line(l.pick("came ", "eingegangen ")+l.count(t.Actual[len(t.Actual)-1]), t.Actual, chart.Neutral)}
	if v, ok := seriesOf(r, t.Models, t.Origin, r.Choice.Key); ok {
		series = append(series, line(r.Choice.Key, v, chart.Third))
	}
	if v, ok := seriesOf(r, t.Models, t.Origin, r.Choice.Why.Next); ok && r.Choice.Why.Next != "" {
		series = append(series, line(r.Choice.Why.Next, v, chart.Holdout))
	}
	f := chart.Frame{ID: "tracking", Title: l.pick("Orders after "+t.Origin.Format("en")+": came and predicted", "Bestellungen nach dem "+t.Origin.Format("de")+": eingegangen und vorhergesagt"),
		Desc: l.pick(fmt.Sprintf("All orders added up since the origin, which the models did not look beyond; the numbers are those of the end, %s. %s is the model in use.", t.Days[len(t.Days)-1].Format("en"), r.Choice.Key),
			fmt.Sprintf("Alle Bestellungen seit dem Stichtag aufsummiert, über den die Modelle nicht hinaussahen; die Zahlen gelten am Ende, dem %s. %s ist das Modell im Einsatz.", t.Days[len(t.Days)-1].Format("de"), r.Choice.Key))}
	return picture{"tracking", f, chart.Curves(f, series, l.count, unit+t.Origin.Format(string(l)))}
}

func fromZero(v []float64) []float64 { return append([]float64{0}, v...) }

// longAxis is how many days an axis counts in weeks at most.
const longAxis = 60 * 7

// evenly reads a path that grows from 0 at the origin at every step of the axis, on a straight line between the days
// on which it is known.
func evenly(origin postlift.Date, days []postlift.Date, values []float64, step float64) []float64 {
	out := []float64{0}
	at := 0
	for n := 1; ; n++ {
		when := math.Round(float64(n) * step)
		for at < len(days) && float64(days[at].DaysSince(origin)) < when {
			at++
		}
		if at == len(days) {
			return out
		}
		before, low := 0.0, 0.0
		if at > 0 {
			before, low = float64(days[at-1].DaysSince(origin)), values[at-1]
		}
		after := float64(days[at].DaysSince(origin))
		out = append(out, low+(values[at]-low)*(when-before)/(after-before))
	}
}

func calibrationPicture(r backtest.Reliability, l language) picture {
	var points []chart.Point
	for _, b := range r.Ordered {
		if b.Count > 0 {
			points = append(points, chart.Point{Predicted: b.Predicted, Observed: b.Observed, N: float64(b.Count)})
		}
	}
	f := chart.Frame{ID: "calibration", Title: l.pick("Does what is predicted come true?", "Trifft ein, was vorhergesagt wird?"),
		Desc: l.pick(fmt.Sprintf("Customers by the probability, under %s, to order at least once within %s, and the share that did. On the dashed line both are the same; larger dots stand for more customers.", r.Model, horizonWords(r.Horizon, l)),
			fmt.Sprintf("Kunden nach der Wahrscheinlichkeit unter %s, innerhalb von %s mindestens einmal zu bestellen, und der Anteil, der es tat. Auf der gestrichelten Linie ist beides gleich; größere Punkte stehen für mehr Kunden.", r.Model, horizonWords(r.Horizon, l)))}
	return picture{"calibration", f, chart.Calibration(f, points, l.percent, l.pick("predicted", "vorhergesagt"), l.pick("observed", "eingetroffen"))}
}

func liftPicture(r backtest.Report, l language) picture {
	t := r.Lift
	best := func(name string, values []float64, kind chart.Kind) chart.Series {
		return chart.Series{Name: name + " " + l.percent(values[0]), Values: fromZero(values), Kind: kind}
	}
	series := []chart.Series{best(l.pick("perfect", "perfekt"), t.Perfect, chart.Neutral)}
	if v, ok := seriesOf(r, t.Models, t.Origin, r.Choice.Key); ok {
		series = append(series, best(r.Choice.Key, v, chart.Third))
	}
	series = append(series, best(l.pick("by past orders", "nach früheren Bestellungen"), t.Frequency, chart.Holdout))
	f := chart.Frame{ID: "lift", Title: l.pick("How many orders do the best customers place?", "Wie viele Bestellungen kommen von den besten Kunden?"),
		Desc: l.pick(fmt.Sprintf("Share of all orders within %s after %s that came from the best tenth, two tenths, … of the customers, ranked by the model, by past orders, and by what happened. The figures are those of the best tenth.", horizonWords(t.Horizon, l), t.Origin.Format("en")),
			fmt.Sprintf("Anteil aller Bestellungen innerhalb von %s nach dem %s, der vom besten Zehntel, den besten zwei Zehnteln, … der Kunden kam: nach dem Modell, nach früheren Bestellungen und nach dem, was geschah. Die Zahlen gelten für das beste Zehntel.", horizonWords(t.Horizon, l), t.Origin.Format("de")))}
	return picture{"lift", f, chart.Curves(f, series, l.percent, l.pick("tenths of the customers, best first", "Zehntel der Kunden, die besten zuerst"))}
}
