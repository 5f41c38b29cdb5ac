package main

import (
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"postlift"
	"postlift/clv/tables"
)

func newCLVCommand(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "clv",
		Short: "Fit value models, predict and backtest from files, score every account",
		Long: `Without a database: fit, predict and backtest on files. With one: score, and backtest without --orders.

Exit codes: 0 done, 1 a fault of the program, 2 bad input or usage (the text names row, flag or remedy), 3 a conflict
with what is stored. Warnings ("look twice") and rows that were left out do not change the exit code: they stand in the
answer, with --json under warnings and rows.`,
		Example: "  postlift clv score\n  postlift clv fit --orders orders.csv --model bgnbd",
	}
	cmd.AddCommand(newFitCommand(a), newPredictCommand(a), newBacktestCommand(a))
	cmd.AddCommand(scoreCommands(a)...)
	return cmd
}

// logFlags are the flags by which commands on files read an order log.
type logFlags struct {
	columns, layout, until          string
	currency                        string
	rates                           []string
	notBefore, historyStart, opened string
	zero, decimal                   string
	types                           []string
}

// register declares the flags.
func (l *logFlags) register(f *pflag.FlagSet) {
	f.StringVar(&l.columns, "columns", "", "columns of the order log, from 1: customer=1,date=2,value=3 and, for documents, type=,number=,refers=,currency=,opened=; what is not given is looked for in the header, type=none says that there is none")
	f.StringVar(&l.layout, "date-format", "", "the reference date 2 January 2006 in the file's form, such as 02.01.2006 or 20060102")
	f.StringVar(&l.until, "until", "", "last day that counts, inclusive (default: the log's last day)")
	f.StringVar(&l.currency, "currency", "", "currency of the result, for a log in several currencies, such as EUR")
	f.StringArrayVar(&l.rates, "rate", nil, "exchange rate to --currency, such as USD=0.92; give it once for each currency")
	f.StringVar(&l.notBefore, "not-before", "", "the company's first day: rows before it are left out and counted (default: none before 1980 is believed)")
	f.StringSliceVar(&l.types, "types", nil, "what document types are: RE=order,GS=credit,ST=cancellation,LS=ignore; usual words and codes are known")
	f.StringVar(&l.decimal, "decimal", "", "decimal sign of the values: comma or point (default: found from all of them)")
	f.StringVar(&l.historyStart, "history-start", "", "first day from which on the log is complete (default, with opening dates: its first day)")
	f.StringVar(&l.opened, "opened", "", "column of the day on which the customer was won, by number or header; customers won before the history are not taken for new")
	f.StringVar(&l.zero, "zero-lines", "", "what a line of value 0 is: keep (an order) or drop (a remark); default: drop where the log has types or numbers of documents")
}

// options turns the flags into reading options. An order after today cannot have happened, unless --until
// itself lies later: then its giver knows better.
func (l *logFlags) options(a *app) (tables.LogOptions, error) {
	opt, err := logOptions(l.columns, l.layout)
	if err != nil {
		return opt, err
	}
	for _, d := range []struct {
		flag, text string
		into       *postlift.Date
	}{{"until", l.until, &opt.Until}, {"not-before", l.notBefore, &opt.NotBefore}, {"history-start", l.historyStart, &opt.HistoryStart}} {
		if d.text == "" {
			continue
		}
		if *d.into, err = postlift.ParseDate(d.text); err != nil {
			return opt, postlift.Faultf(postlift.Invalid, "clv", "--%s: %s", d.flag, postlift.UserText(err))
		}
	}
	if l.opened != "" {
		opt.Opened = l.opened
	}
	opt.Today = max(postlift.DateOf(a.clock().In(time.Local)), opt.Until)
	if opt.Zero, err = zeroLines(l.zero); err != nil {
		return opt, err
	}
	if opt.Decimal, err = decimalSign(l.decimal); err != nil {
		return opt, err
	}
	if opt.Types, err = documentTypes(l.types); err != nil {
		return opt, err
	}
	return opt, l.money(&opt)
}

// money reads the currency and its rates.
func (l *logFlags) money(opt *tables.LogOptions) error {
	opt.Reporting = l.currency
	for _, text := range l.rates {
		code, number, ok := strings.Cut(text, "=")
		rate, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
		if !ok || err != nil || strings.TrimSpace(code) == "" {
			return postlift.Faultf(postlift.Invalid, "clv", "--rate %q must be a currency and what one unit of it is worth, for example --rate USD=0.92", text)
		}
		if opt.Rates == nil {
			opt.Rates = map[string]float64{}
		}
		opt.Rates[strings.TrimSpace(code)] = rate
	}
	return nil
}

func zeroLines(word string) (tables.ZeroLines, error) {
	switch word {
	case "":
		return tables.ZeroByColumns, nil
	case "keep":
		return tables.KeepZeroOrders, nil
	case "drop":
		return tables.DropZeroLines, nil
	}
	return 0, postlift.Faultf(postlift.Invalid, "clv", "--zero-lines is %q: keep or drop are possible", word)
}

func decimalSign(word string) (byte, error) {
	switch word {
	case "":
		return 0, nil
	case "comma", ",":
		return ',', nil
	case "point", ".":
		return '.', nil
	}
	return 0, postlift.Faultf(postlift.Invalid, "clv", "--decimal is %q: comma or point are possible", word)
}

// documentTypes reads --types.
func documentTypes(parts []string) (map[string]string, error) {
	out := map[string]string{}
	for _, part := range parts {
		code, word, _ := strings.Cut(part, "=")
		code, word = strings.TrimSpace(code), strings.ToLower(strings.TrimSpace(word))
		if code == "" || !slices.Contains([]string{"order", "credit", "cancellation", "ignore"}, word) {
			return nil, postlift.Faultf(postlift.Invalid, "clv", "--types %q: give a type of the file and what it is, order, credit, cancellation or ignore, for example --types RE=order", part)
		}
		out[code] = word
	}
	return out, nil
}

// logOptions reads --columns: column numbers from 1, and for the opening date a header, too.
func logOptions(columns, layout string) (tables.LogOptions, error) {
	opt := tables.LogOptions{DateLayout: layout}
	targets := map[string]*int{"customer": &opt.Customer, "date": &opt.Date, "value": &opt.Value, "type": &opt.Type,
		"number": &opt.Number, "refers": &opt.Refers, "currency": &opt.Currency}
	for _, part := range strings.FieldsFunc(columns, func(r rune) bool { return r == ',' }) {
		name, text, _ := strings.Cut(part, "=")
		name = strings.TrimSpace(name)
		if name == "opened" && text != "" {
			opt.Opened = text
			continue
		}
		target := targets[name]
		if text == "none" && target != nil && !slices.Contains([]string{"customer", "date", "value"}, name) {
			*target = tables.NoColumn
			continue
		}
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || target == nil {
			return opt, postlift.Faultf(postlift.Invalid, "clv",
				"--columns: %q is not customer=, date=, value=, type=, number=, refers=, currency= or opened= with a column number from 1 (or none)", part)
		}
		*target = n
	}
	return opt, nil
}

// languageFlag declares --language and gives what checks it.
func languageFlag(f *pflag.FlagSet) func() (language, error) {
	word := f.String("language", "en", "language of the text, the charts and what warnings mean: en or de")
	return func() (language, error) {
		if !slices.Contains([]string{"en", "de"}, *word) {
			return "", postlift.Faultf(postlift.Invalid, "clv", "--language is %q: en or de are possible", *word)
		}
		return language(*word), nil
	}
}

// list splits a flag's comma-separated names.
func list(text string) []string {
	var out []string
	for _, part := range strings.Split(text, ",") {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}

func openInput(path string) (*os.File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, postlift.Faultf(postlift.Invalid, "open", "the file does not open: %v", err)
	}
	return f, nil
}
