package main

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"postlift/clv/tables"
)

// text writes the fit for a person.
func (f fitAnswer) text(w io.Writer) {
	if f.FitResult != nil {
		f.ordersText(w)
	}
	f.compareText(w)
	f.covariatesText(w)
	for _, s := range f.Segments {
		fmt.Fprintf(w, "segment %s  %d customers, log-likelihood %.6f\n", orNone(s.Segment), s.Customers, s.LogLikelihood)
		printParams(w, s.Params, s.SE)
	}
	f.renewalsText(w)
	printWarnings(w, f.Warnings, f.language)
	if f.Rows != nil {
		countsText(w, *f.Rows)
	}
	for _, path := range f.Charts {
		fmt.Fprintln(w, "chart "+path)
	}
}

func (f fitAnswer) ordersText(w io.Writer) {
	fmt.Fprintf(w, "%s  %d customers, %d distinct histories, log-likelihood %.6f\n", f.Model, f.Customers, f.RowsCompress, f.LogLikelihood)
	printParams(w, f.Params, f.SE)
	if f.Spend != nil {
		fmt.Fprintf(w, "%s  %d repeat buyers, log-likelihood %.6f\n", f.Spend.Model, f.Spend.Customers, f.Spend.LogLikelihood)
		printParams(w, f.Spend.Params, f.Spend.SE)
	}
	if c := f.SpendChoice; c != nil {
		for _, s := range c.Scores {
			fmt.Fprintf(w, "  %s on the last third of the log: mean log score %.5f, mean absolute error %.4g\n", s.Name, s.LogScore, s.MAE)
		}
	}
}

func printParams(w io.Writer, params, se map[string]float64) {
	names := make([]string, 0, len(params))
	for name := range params {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if sd, ok := se[name]; ok {
			fmt.Fprintf(w, "  %-6s %.8g  (standard error %.4g)\n", name, params[name], sd)
			continue
		}
		if name == "k" && params[name] == math.Trunc(params[name]) {
			fmt.Fprintf(w, "  %-6s %g\n", name, params[name])
			continue
		}
		fmt.Fprintf(w, "  %-6s %.8g  (standard error not identified)\n", name, params[name])
	}
}

func (f fitAnswer) compareText(w io.Writer) {
	if len(f.Compare) == 0 {
		return
	}
	fmt.Fprintf(w, "%-10s %16s %16s\n", "model", "log-likelihood", "AIC")
	for _, m := range f.Compare {
		if m.Missing != "" {
			fmt.Fprintf(w, "%-10s %s\n", m.Model, m.Missing)
			continue
		}
		fmt.Fprintf(w, "%-10s %16.4f %16.4f\n", m.Model, *m.LogLikelihood, *m.AIC)
	}
	fmt.Fprintln(w, "the lower the AIC, the better a model describes these data; how well it predicts is what postlift clv backtest measures")
}

func (f fitAnswer) covariatesText(w io.Writer) {
	c := f.Covariates
	if c == nil {
		return
	}
	fmt.Fprintf(w, "covariates  log-likelihood %.6f, likelihood ratio %.2f with %d degrees of freedom (p %.3g)\n", c.LogLikelihood, c.Gain, c.Freedom, c.Chance)
	for _, d := range c.Columns {
		fmt.Fprintf(w, "  %s: compared with %s\n", d.Name, orNone(d.Base))
	}
	for i, e := range c.Orders {
		l := c.Leaving[i]
		fmt.Fprintf(w, "  %-24s orders x%.3f (log %.4f, standard error %.4f), leaving x%.3f (log %.4f, standard error %.4f)\n",
			e.Name, math.Exp(e.Value), e.Value, e.SE, math.Exp(l.Value), l.Value, l.SE)
	}
	if len(c.Few) > 0 {
		fmt.Fprintf(w, "  few customers: %s\n", strings.Join(c.Few, ", "))
	}
}

func (f fitAnswer) renewalsText(w io.Writer) {
	r := f.Renewals
	if r == nil {
		return
	}
	fmt.Fprintf(w, "renewals  %d decisions; %s describes them best\n", r.Rows.Decisions, r.Chosen)
	for _, m := range r.Models {
		fmt.Fprintf(w, "%s  log-likelihood %.6f, AIC %.4f\n", m.Model, m.LogLikelihood, m.AIC)
		printParams(w, m.Params, m.SE)
	}
	if n := r.Rows; n.Rows != n.Used {
		fmt.Fprintf(w, "%d of %d rows used; without a decision yet %d, beginning in the future %d, before 1900 %d\n", n.Used, n.Rows, n.NoDecision, n.Future, n.TooEarly)
	}
	if r.Rows.OffTerm > 0 {
		fmt.Fprintf(w, "%d contracts ended within a term: counted as ended at the next decision\n", r.Rows.OffTerm)
	}
}

func orNone(s string) string {
	if s == "" {
		return "(none)"
	}
	return s
}

// reasonSentences say what each reason for leaving out a row means.
var reasonSentences = map[string]string{
	"credit_unmatched":      "credits that name an order which the log does not hold",
	"credit_without_order":  "credits without a reference and without an earlier order",
	"credit_without_amount": "credits that say neither how much nor which document they cancel",
	"zero":                  "lines of value 0",
	"unknown_type":          "documents that are neither orders nor credits",
	"no_rate":               "rows in a currency without a rate",
	"after_until":           "rows after the last day that counts",
	"future":                "rows dated in the future",
	"too_early":             "rows dated before the company existed",
	"before_history":        "rows before the history begins",
	"no_customer":           "rows without a customer",
	"bad_date":              "rows with a bad date",
	"bad_value":             "rows with a bad value",
	"short_row":             "rows that are too short",
}

// countsText tells what became of a log's rows, where anything did.
func countsText(w io.Writer, c tables.Counts) {
	if c.Rows != c.Used {
		fmt.Fprintf(w, "%d of %d rows are orders\n", c.Used, c.Rows)
	}
	for _, n := range []struct {
		rows int
		text string
	}{
		{c.Netted, "credits taken off the order that they name"},
		{c.NettedLatest, "credits without a reference taken off the latest orders before them"},
		{c.CancelledDays, "order days of which nothing is left"},
		{c.ExcessCredits, "credits of more than there was to credit"},
		{c.ZeroKept, "orders of value 0 are counted as orders (--zero-lines drop leaves them out)"},
		{c.BadOpened, "opening dates that are no date"},
		{c.Late, "customers won before the history begins are left out of the fit"},
	} {
		if n.rows > 0 {
			fmt.Fprintf(w, "  %d %s\n", n.rows, n.text)
		}
	}
	for _, r := range c.Excluded() {
		fmt.Fprintf(w, "  left out: %d %s\n", r.Rows, reasonSentences[r.Key])
	}
	if c.FirstBad != "" {
		fmt.Fprintln(w, "  the first of them: "+c.FirstBad)
	}
}
