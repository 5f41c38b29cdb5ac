package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"postlift"
	"postlift/clv/backtest"
	"postlift/clv/tables"
	"postlift/internal/web/chart"
)

// backtestJob is one call of clv backtest on a file.
type backtestJob struct {
	app                             *app
	orders, models, spends, segment string
	origins, horizons, charts       string
	step, sample                    int
	log                             logFlags
	language                        language
}

func newBacktestCommand(a *app) *cobra.Command {
	j := backtestJob{app: a}
	cmd := &cobra.Command{
		Use:   "backtest --orders FILE",
		Short: "Test order and spend models out of time, choose one and say why; no database needed with --orders",
		Long: `Goes back to several days of the past, fits every model to what was known on each and compares its predictions
with what happened after it. The model with the best score out of time is chosen; naive predictions stand
beside it, and past errors say how wide the bands have to be.`,
		Example: `  postlift clv backtest --orders orders.csv --columns customer=1,date=2,value=3
  postlift clv backtest --orders orders.csv --horizons 3m,39w --models bgnbd,mbgcnbd --segment industry --charts charts --json`,
		Args: cobra.NoArgs,
	}
	f := cmd.Flags()
	f.StringVar(&j.orders, "orders", "", "order log: one row for each order or document")
	f.StringVar(&j.models, "models", "", "order models to compare, such as bgnbd,mbgcnbd-2 (default: all)")
	f.StringVar(&j.spends, "spend", "", "spend models to compare (default: all, where values are known)")
	f.StringVar(&j.segment, "segment", "", "column by whose values the errors are also reported, by header or number")
	f.StringVar(&j.origins, "origins", "", "days to predict from, such as 2025-06-30,2025-09-30 (default: three months apart)")
	f.StringVar(&j.horizons, "horizons", "", "lengths to predict, such as 3m,6m,39w,90d (default: 3m,6m,12m as far as the log reaches)")
	f.IntVar(&j.step, "step", 0, "months between origins (default 3, or 1 in a short log)")
	f.IntVar(&j.sample, "sample", 0, "customers to test with (default 20000; -1: all)")
	f.StringVar(&j.charts, "charts", "", "folder for the charts of the test, as SVG")
	j.log.register(f)
	speak := languageFlag(f)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		var err error
		if j.language, err = speak(); err != nil {
			return err
		}
		if j.orders == "" {
			return postlift.Faultf(postlift.Invalid, "clv backtest", "give --orders FILE")
		}
		answer, err := j.run()
		if err != nil {
			return err
		}
		return a.print(answer, answer.text)
	}
	return cmd
}

// backtestAnswer is the report with what became of the file's rows.
type backtestAnswer struct {
	backtest.Report
	Rows     *tables.Counts `json:"rows"`
	Charts   []string       `json:"charts,omitempty"`
	language language
}

func (j *backtestJob) run() (backtestAnswer, error) {
	answer := backtestAnswer{language: j.language}
	opt, err := j.options()
	if err != nil {
		return answer, err
	}
	c, err := readCustomers(j.app, j.orders, "", &j.log, list(j.segment))
	if err != nil {
		return answer, err
	}
	log := c.log.WithoutOlder()
	if j.segment != "" {
		opt.Segments = log.Labels[0].Values
	}
	if answer.Report, err = backtest.Run(log, opt); err != nil {
		return answer, err
	}
	answer.Rows = c.counts
	if j.charts != "" {
		answer.Charts, err = writePictures(j.charts, backtestPictures(answer.Report, j.language))
	}
	return answer, err
}

func (j *backtestJob) options() (backtest.Options, error) {
	opt := backtest.Options{StepMonths: j.step, Sample: j.sample, Models: list(j.models), Spends: list(j.spends)}
	if j.step < 0 {
		return opt, postlift.Faultf(postlift.Invalid, "clv backtest", "--step %d must be months from 1", j.step)
	}
	for _, text := range list(j.origins) {
		day, err := postlift.ParseDate(text)
		if err != nil {
			return opt, postlift.Faultf(postlift.Invalid, "clv backtest", "--origins: %s", postlift.UserText(err))
		}
		opt.Origins = append(opt.Origins, day)
	}
	for _, text := range list(j.horizons) {
		h, err := backtest.ParseHorizon(text)
		if err != nil {
			return opt, postlift.Faultf(postlift.Invalid, "clv backtest", "--horizons: %s", postlift.UserText(err))
		}
		opt.Horizons = append(opt.Horizons, h)
	}
	return opt, nil
}

// text writes the report for a person.
func (b backtestAnswer) text(w io.Writer) {
	backtestText(w, b.Report, b.language)
	countsText(w, *b.Rows)
	for _, path := range b.Charts {
		fmt.Fprintln(w, "chart "+path)
	}
}

// backtestText writes a report for a person: the table of models by horizon, the choice and why, and how the
// bands were made wide enough.
func backtestText(w io.Writer, r backtest.Report, l language) {
	fmt.Fprintf(w, "%d of %d customers, orders from %s to %s, %d tests\n", r.Tested, r.Customers, r.From, r.Until, len(r.Tests))
	horizon := backtest.Horizon{}
	for i, m := range r.Models {
		if i == 0 || m.Horizon != horizon {
			horizon = m.Horizon
			fmt.Fprintf(w, "horizon %s\n  %-18s %8s %8s %8s %8s %10s %9s\n", horizon, "model", "bias", "MAE", "RMSE", "top 10%", "log score", "tracking")
		}
		name := m.Model
		score, tracking := "", ""
		if m.Baseline {
			name += " (naive)"
		} else {
			score, tracking = fmt.Sprintf("%.5f", m.LogScore), l.percent(m.Tracking)
		}
		fmt.Fprintf(w, "  %-18s %8s %8.4f %8.4f %8s %10s %9s\n", name, l.percent(m.Bias), m.MAE, m.RMSE, l.percent(m.Capture), score, tracking)
	}
	fmt.Fprintln(w, r.Choice.Sentence)
	if r.Choice.SpendSentence != "" {
		fmt.Fprintln(w, r.Choice.SpendSentence)
	}
	for _, c := range r.Checks {
		fmt.Fprintf(w, "as it would have been on %s for %s: %s predicted %.0f orders, %.0f came; 90%% band %.0f to %.0f (width %s of the prediction), learned from %d origins\n",
			c.Origin, c.Horizon, c.Choice.Key, c.Predicted, c.Orders, c.Band.Low, c.Band.High, l.percent(c.Band.Width), c.Calibration.Origins)
	}
	for _, s := range r.Segments {
		fmt.Fprintf(w, "segment %s, %s: predicted %.0f, came %.0f (%s)\n", orNone(s.Segment), s.Horizon, s.Predicted, s.Orders, l.percent(s.Bias))
	}
	for _, one := range r.Warnings {
		fmt.Fprintln(w, "look twice: "+one.Text)
	}
	raised := []modelFlags{{"backtest", r.Flags}, {"bands", r.Calibration.Flags}}
	for _, one := range r.Results {
		raised = append(raised, modelFlags{one.Model, one.Flags})
	}
	printWarnings(w, warnings(raised, l), l)
}

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

// seriesOf is the line of a candidate; of candidates whose fits came out alike a report draws one.
func seriesOf(all []backtest.Series, key string) ([]float64, bool) {
	i := slices.IndexFunc(all, func(s backtest.Series) bool { return s.Model == key })
	if regular := func(key string) bool { return strings.HasPrefix(key, "mbg") }; i < 0 && regular(key) {
		i = slices.IndexFunc(all, func(s backtest.Series) bool { return regular(s.Model) })
	}
	if i < 0 {
		return nil, false
	}
	return all[i].Values, true
}

func backtestTracking(r backtest.Report, l language) picture {
	t := r.Tracking
	series := []chart.Series{{Name: l.pick("came", "eingegangen"), Values: fromZero(t.Actual), Kind: chart.Neutral}}
	if v, ok := seriesOf(t.Models, r.Choice.Key); ok {
		series = append(series, ended(r.Choice.Key, fromZero(v), chart.Third, l.count))
	}
	if v, ok := seriesOf(t.Models, r.Choice.Why.Next); ok && r.Choice.Why.Next != "" {
		series = append(series, ended(r.Choice.Why.Next, fromZero(v), chart.Holdout, l.count))
	}
	step := t.Days[0].DaysSince(t.Origin)
	unit := l.pick("weeks after ", "Wochen nach dem ")
	if step > 7 {
		unit = l.pick("months after ", "Monate nach dem ")
	}
	f := chart.Frame{ID: "tracking", Title: l.pick("Orders after "+t.Origin.Format("en")+": came and predicted", "Bestellungen nach dem "+t.Origin.Format("de")+": eingegangen und vorhergesagt"),
		Desc: l.pick(fmt.Sprintf("All orders added up since the origin, which the models did not look beyond. %s is the model in use.", r.Choice.Key),
			fmt.Sprintf("Alle Bestellungen seit dem Stichtag aufsummiert, über den die Modelle nicht hinaussahen. %s ist das Modell im Einsatz.", r.Choice.Key))}
	return picture{"tracking", f, chart.Curves(f, series, l.count, unit+t.Origin.Format(string(l)))}
}

func fromZero(v []float64) []float64 { return append([]float64{0}, v...) }

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
	if v, ok := seriesOf(t.Models, r.Choice.Key); ok {
		series = append(series, best(r.Choice.Key, v, chart.Third))
	}
	series = append(series, best(l.pick("by past orders", "nach früheren Bestellungen"), t.Frequency, chart.Holdout))
	f := chart.Frame{ID: "lift", Title: l.pick("How many orders do the best customers place?", "Wie viele Bestellungen kommen von den besten Kunden?"),
		Desc: l.pick(fmt.Sprintf("Share of all orders within %s after %s that came from the best tenth, two tenths, … of the customers, ranked by the model, by past orders, and by what happened. The figures are those of the best tenth.", horizonWords(t.Horizon, l), t.Origin.Format("en")),
			fmt.Sprintf("Anteil aller Bestellungen innerhalb von %s nach dem %s, der vom besten Zehntel, den besten zwei Zehnteln, … der Kunden kam: nach dem Modell, nach früheren Bestellungen und nach dem, was geschah. Die Zahlen gelten für das beste Zehntel.", horizonWords(t.Horizon, l), t.Origin.Format("de")))}
	return picture{"lift", f, chart.Curves(f, series, l.percent, l.pick("tenths of the customers, best first", "Zehntel der Kunden, die besten zuerst"))}
}
