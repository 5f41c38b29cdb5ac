package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"postlift"
	"postlift/clv/backtest"
	"postlift/clv/renewal"
	"postlift/clv/tables"
)

// backtestJob is one call of clv backtest on a file.
type backtestJob struct {
	app                       *app
	orders, renewals          string
	models, spends, segment   string
	origins, horizons, charts string
	step, sample              int
	log                       logFlags
	language                  language
}

func newBacktestCommand(a *app) *cobra.Command {
	j := backtestJob{app: a}
	var asOf string
	cmd := &cobra.Command{
		Use:   "backtest [--orders FILE]",
		Short: "Test order and spend models out of time, choose one and say why; no database needed with --orders",
		Long: `Goes back to several days of the past, fits every model to what was known on each and compares its predictions
with what happened after it. The model with the best score out of time is chosen; naive predictions stand
beside it, and past errors say how wide the bands have to be.

Without --orders the accounts of the database are tested; the report is kept, and postlift clv score uses the
model that it chose.`,
		Example: `  postlift clv backtest
  postlift clv backtest --orders orders.csv --columns customer=1,date=2,value=3
  postlift clv backtest --orders orders.csv --horizons 3m,39w --models bgnbd,mbgcnbd --segment industry --charts charts --json`,
		Args: cobra.NoArgs,
	}
	f := cmd.Flags()
	f.StringVar(&j.orders, "orders", "", "order log: one row for each order or document (default: the orders of the database)")
	f.StringVar(&asOf, "as-of", "", "of the database: data up to this day counts (default today)")
	f.StringVar(&j.models, "models", "", "order models to compare, such as bgnbd,mbgcnbd-2 (default: all)")
	f.StringVar(&j.spends, "spend", "", "spend models to compare (default: all, where values are known)")
	f.StringVar(&j.renewals, "renewals", "", "contracts, one a row: start,end,term_months,ended: renewals are tested, too")
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
			return j.onDatabase(cmd, asOf)
		}
		if asOf != "" {
			return postlift.Faultf(postlift.Invalid, "clv backtest", "--as-of belongs to the database: a log's last day that counts is --until")
		}
		answer, err := j.run()
		if err != nil {
			return err
		}
		return a.print(answer, answer.text)
	}
	return cmd
}

// onDatabase tests the accounts of the database. What a file may be asked beside that is refused, so that nobody
// takes its silence for an answer.
func (j *backtestJob) onDatabase(cmd *cobra.Command, asOf string) error {
	var extra []string
	cmd.LocalNonPersistentFlags().VisitAll(func(f *pflag.Flag) {
		if f.Changed && !slices.Contains([]string{"as-of", "sample", "charts", "language"}, f.Name) {
			extra = append(extra, "--"+f.Name)
		}
	})
	if len(extra) > 0 {
		return postlift.Faultf(postlift.Invalid, "clv backtest", "%s: only with --orders FILE; the database is tested as a whole", strings.Join(extra, ", "))
	}
	stored, err := backtestDatabase(cmd.Context(), j.app, asOf, j.sample)
	if err != nil {
		return err
	}
	var charts []string
	if j.charts != "" {
		if charts, err = writePictures(j.charts, backtestPictures(stored.Report, j.language)); err != nil {
			return err
		}
	}
	return j.app.print(stored, func(w io.Writer) {
		printEnd(w, stored.EndsEarly, j.language)
		backtestText(w, stored.Report, j.language)
		for _, path := range charts {
			fmt.Fprintln(w, "chart "+path)
		}
	})
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
	columnsText(j.app.errOut, c.counts, j.language)
	log := c.log.WithoutOlder()
	if j.segment != "" {
		if err := tooManySegments(j.segment, distinct(log.Labels[0].Values), len(log.IDs)); err != nil {
			return answer, err
		}
		opt.Segments = log.Labels[0].Values
	}
	if answer.Report, err = backtest.Run(log, opt); err != nil {
		return answer, err
	}
	answer.Rows = c.counts
	if j.renewals != "" {
		if answer.Renewals, err = j.testRenewals(log.Until); err != nil {
			return answer, err
		}
	}
	if j.charts != "" {
		answer.Charts, err = writePictures(j.charts, backtestPictures(answer.Report, j.language))
	}
	return answer, err
}

// distinct counts different texts.
func distinct(values []string) int {
	return len(slices.Compact(slices.Sorted(slices.Values(values))))
}

// testRenewals tests renewal models on contracts, as of the day that the log ends.
func (j *backtestJob) testRenewals(until postlift.Date) (*backtest.Renewal, error) {
	opt, err := j.log.options(j.app)
	if err != nil {
		return nil, err
	}
	f, err := openInput(j.renewals)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var decisions []backtest.Decision
	_, _, err = tables.ReadRenewals(f, tables.RenewalOptions{Until: until, HistoryStart: opt.HistoryStart, DateLayout: opt.DateLayout,
		Each: func(d tables.RenewalDecision) {
			decisions = append(decisions, backtest.Decision{On: d.On, Cell: renewal.Cell{Term: renewal.TermClass(d.TermMonths)},
				Opportunity: d.Opportunity, Renewed: d.Renewed, Account: int64(d.Row)})
		}})
	if err != nil {
		return nil, err
	}
	r, err := backtest.Renewals(decisions, backtest.RenewalOptions{Until: until})
	return &r, err
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
