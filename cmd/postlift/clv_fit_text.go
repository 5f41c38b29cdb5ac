package main

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"postlift/clv/purchase"

	"postlift/clv/tables"
)

// text writes the fit for a person.
func (f fitAnswer) text(w io.Writer) {
	if f.FitResult != nil {
		f.ordersText(w)
	}
	f.compareText(w)
	f.covariatesText(w)
	f.segmentsText(w)
	f.renewalsText(w)
	printWarnings(w, f.Warnings, f.language)
	if f.Rows != nil {
		countsText(w, *f.Rows, f.language)
	}
	chartsText(w, f.Charts, f.language)
}

func chartsText(w io.Writer, paths []string, l language) {
	for _, path := range paths {
		fmt.Fprintln(w, l.say("chart %s", path))
	}
}

func (f fitAnswer) ordersText(w io.Writer) {
	l := f.language
	fmt.Fprintln(w, l.say("%s  %d customers, %d distinct histories, log-likelihood %.6f", f.Model, f.Customers, f.RowsCompress, f.LogLikelihood))
	fmt.Fprintln(w, "  "+l.story(f.Model))
	if f.asked == purchase.ModelMBGCNBD && f.Model == purchase.ModelMBGNBD {
		fmt.Fprintln(w, l.say("  mbgcnbd found k = 1, which is mbgnbd: these customers do not order more regularly than at random"))
	}
	printParams(w, f.Params, f.SE, l)
	if f.Spend != nil {
		fmt.Fprintln(w, l.say("%s  %d repeat buyers, log-likelihood %.6f", f.Spend.Model, f.Spend.Customers, f.Spend.LogLikelihood))
		printParams(w, f.Spend.Params, f.Spend.SE, l)
	}
	if c := f.SpendChoice; c != nil {
		for _, s := range c.Scores {
			fmt.Fprintln(w, l.say("  %s on the last third of the log: mean log score %.5f, mean absolute error %.4g", s.Name, s.LogScore, s.MAE))
		}
	}
}

func printParams(w io.Writer, params, se map[string]float64, l language) {
	names := make([]string, 0, len(params))
	for name := range params {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		v := params[name]
		sd, known := se[name]
		switch {
		case known:
			fmt.Fprintln(w, l.say("  %-6s %.8g  (standard error %.4g)", name, v, sd))
		case name == "k" && v == math.Trunc(v):
			fmt.Fprintf(w, "  %-6s %g\n", name, v)
		default:
			fmt.Fprintln(w, l.say("  %-6s %.8g  (standard error not identified)", name, v))
		}
	}
}

func (f fitAnswer) compareText(w io.Writer) {
	if len(f.Compare) == 0 {
		return
	}
	l := f.language
	fmt.Fprintf(w, "%-10s %16s %16s\n", l.say("model"), l.say("log-likelihood"), "AIC")
	for _, m := range f.Compare {
		if m.Missing != "" {
			fmt.Fprintf(w, "%-10s %s\n", m.Model, l.missing(m.Missing))
			continue
		}
		fmt.Fprintf(w, "%-10s %16.4f %16.4f\n", l.local(m.Model, *m.LogLikelihood, *m.AIC)...)
	}
	fmt.Fprintln(w, l.say("the lower the AIC, the better a model describes these data; how well it predicts is what postlift clv backtest measures"))
	fmt.Fprintln(w, l.say("k counts as a parameter of mbgcnbd, since it was searched"))
}

func (f fitAnswer) segmentsText(w io.Writer) {
	l := f.language
	for _, s := range f.Segments {
		fmt.Fprintln(w, l.say("segment %s  %d customers, log-likelihood %.6f", l.orNone(s.Segment), s.Customers, s.LogLikelihood))
		if yearly, ok := s.firstYear(); ok {
			fmt.Fprintln(w, l.say("  a new customer places %s repeat orders in its first 52 weeks", l.decimal(yearly, 2)))
		}
		printParams(w, s.Params, s.SE, l)
	}
}

func (f fitAnswer) renewalsText(w io.Writer) {
	r, l := f.Renewals, f.language
	if r == nil {
		return
	}
	fmt.Fprintln(w, l.say("renewals  %d decisions; %s describes them best", r.Rows.Decisions, r.Chosen))
	for _, m := range r.Models {
		fmt.Fprintln(w, l.say("%s  log-likelihood %.6f, AIC %.4f", m.Model, m.LogLikelihood, m.AIC))
		printParams(w, m.Params, m.SE, l)
		if mu, ok := m.Params["mu"]; ok {
			fmt.Fprintln(w, l.say("  mu is the share of contracts that end at their first renewal: %s", l.percent(mu)))
		}
	}
	for _, t := range r.ByTerm {
		fmt.Fprintln(w, l.say("  %s  %d decisions, %d ended; %s of such contracts end at their first renewal, %s are left after three", l.terms(t.Term), t.Decisions, t.Ended,
			l.percent(t.FirstEnd), l.percent(t.Survival[3])))
	}
	if n := r.Rows; n.Rows != n.Used {
		fmt.Fprintln(w, l.say("%d of %d rows used; without a decision yet %d, beginning in the future %d, before 1900 %d", n.Used, n.Rows, n.NoDecision, n.Future, n.TooEarly))
	}
	if r.Rows.OffTerm > 0 {
		fmt.Fprintln(w, l.say("%d contracts ended within a term: counted as ended at the next decision", r.Rows.OffTerm))
	}
}

// orNone names a column's empty value.
func (l language) orNone(s string) string {
	if s == "" {
		return l.say("(none)")
	}
	return s
}

func orNone(s string) string { return language("en").orNone(s) }

// reasonSentences say what each reason for leaving out a row means; language.say knows them in German.
var reasonSentences = map[string]string{
	"credit_unmatched":      "credits that name an order which the log does not hold",
	"credit_without_order":  "credits without a reference and without an earlier order",
	"credit_without_amount": "credits that say neither how much nor which document they cancel",
	"zero":                  "lines of value 0",
	"unknown_type":          "documents that are neither orders nor credits (--types says what they are)",
	"ignored_type":          "offers, delivery notes and other documents that are no orders",
	"no_rate":               "rows in a currency without a rate",
	"after_until":           "rows after the last day that counts",
	"future":                "rows dated in the future",
	"too_early":             "rows dated before the company existed",
	"implausible":           "rows dated before any plausible history (--not-before takes them)",
	"before_history":        "rows before the history begins",
	"no_customer":           "rows without a customer",
	"bad_date":              "rows with a bad date",
	"bad_value":             "rows with a bad value",
	"short_row":             "rows that are too short",
}

// countsText tells what became of a log's rows, where anything did.
func countsText(w io.Writer, c tables.Counts, l language) {
	if c.Rows != c.Used {
		fmt.Fprintln(w, l.say("%s of %s rows are orders", l.count(float64(c.Used)), l.count(float64(c.Rows))))
	}
	for _, n := range []struct {
		rows int
		text string
	}{
		{c.Netted, l.say("credits taken off the order that they name")},
		{c.NettedLatest, l.say("credits without a reference taken off the latest orders before them")},
		{c.CancelledDays, l.say("order days of which nothing is left")},
		{c.ExcessCredits, l.say("credits of more than there was to credit")},
		{c.ZeroKept, l.say("orders of value 0 are counted as orders (--zero-lines drop leaves them out)")},
		{c.BadOpened, l.say("opening dates that are no date")},
		{c.NoOrders, l.say("customers of the file have no order that can be used")},
		{c.StrayQuotes, l.say("rows hold a quotation mark that is never closed: read as it stands")},
		{c.Late, l.say("customers won before the history begins are left out of the fit")},
	} {
		if n.rows > 0 {
			fmt.Fprintf(w, "  %s %s\n", l.count(float64(n.rows)), n.text)
		}
	}
	for _, r := range c.Excluded() {
		fmt.Fprintln(w, l.say("  left out: %s %s", l.count(float64(r.Rows)), l.say(reasonSentences[r.Key])))
		if r.Key == "no_rate" {
			fmt.Fprintln(w, l.say("    currencies: %s", strings.Join(missingRates(c), ", ")))
		}
		if example := c.Examples[r.Key]; example != "" {
			fmt.Fprintln(w, l.say("    the first: »%s«", example))
		}
	}
	typesText(w, c, l)
}
