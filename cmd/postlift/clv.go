package main

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"postlift"
	"postlift/clv"
	"postlift/clv/fitting"
	"postlift/clv/purchase"
	"postlift/clv/spend"
	"postlift/clv/tables"
)

func newCLVCommand(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "clv",
		Short:   "Fit value models, predict from files, score every account",
		Example: "  postlift clv score\n  postlift clv fit --orders orders.csv --model bgnbd",
	}
	cmd.AddCommand(newFitCommand(a), newPredictCommand(a))
	cmd.AddCommand(scoreCommands(a)...)
	return cmd
}

func newFitCommand(a *app) *cobra.Command {
	var orders, summary, model, columns, layout, until string
	cmd := &cobra.Command{
		Use:   "fit --orders FILE | --summary FILE",
		Short: "Fit an order model (and spend, where values are known) to a file; no database needed",
		Example: `  postlift clv fit --orders orders.csv --columns customer=1,date=2,value=3 --until 2026-06-30
  postlift clv fit --summary customers.csv --model bgnbd --json`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if (orders == "") == (summary == "") {
				return postlift.Faultf(postlift.Invalid, "clv fit", "give one of --orders FILE and --summary FILE")
			}
			var answer fitAnswer
			var err error
			if summary != "" {
				answer, err = fitSummary(summary, model)
			} else {
				answer, err = fitOrders(orders, model, columns, layout, until)
			}
			if err != nil {
				return err
			}
			return a.print(answer, answer.text)
		},
	}
	f := cmd.Flags()
	f.StringVar(&orders, "orders", "", "order log: one row for each order")
	f.StringVar(&summary, "summary", "", "customer summary with the columns id,x,t_x,T[,m] in weeks")
	f.StringVar(&model, "model", purchase.ModelBGNBD, "one of "+strings.Join(purchase.Names(), ", "))
	f.StringVar(&columns, "columns", "", "columns of the order log, from 1: customer=1,date=2,value=3")
	f.StringVar(&layout, "date-format", "", "the reference date 2 January 2006 in the file's form, such as 02.01.2006 or 20060102")
	f.StringVar(&until, "until", "", "last day that counts, inclusive (default: the log's last day)")
	return cmd
}

// fitAnswer is the fit with what became of the file's rows.
type fitAnswer struct {
	clv.FitResult
	Rows *tables.Counts `json:"rows,omitempty"`
}

func (f fitAnswer) text(w io.Writer) {
	fmt.Fprintf(w, "%s  %d customers, %d distinct histories, log-likelihood %.6f\n", f.Model, f.Customers, f.RowsCompress, f.LogLikelihood)
	printParams(w, f.Params, f.SE)
	if f.Spend != nil {
		fmt.Fprintf(w, "%s  %d repeat buyers, log-likelihood %.6f\n", f.Spend.Model, f.Spend.Customers, f.Spend.LogLikelihood)
		printParams(w, f.Spend.Params, f.Spend.SE)
	}
	printFlags(w, fitFlags(&f.FitResult))
	if r := f.Rows; r != nil && r.Rows != r.Used {
		fmt.Fprintf(w, "%d of %d rows used; after the last day %d, no customer %d, bad date %d, bad value %d, short row %d\n",
			r.Used, r.Rows, r.AfterUntil, r.NoCustomer, r.BadDate, r.BadValue, r.ShortRow)
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
		fmt.Fprintf(w, "  %-6s %.8g  (standard error not identified)\n", name, params[name])
	}
}

func fitSummary(path, model string) (fitAnswer, error) {
	f, err := openInput(path)
	if err != nil {
		return fitAnswer{}, err
	}
	defer f.Close()
	sums, err := tables.ReadSummary(f)
	if err != nil {
		return fitAnswer{}, err
	}
	return fitSums(sums, model)
}

func fitOrders(path, model, columns, layout, until string) (fitAnswer, error) {
	opt, err := logOptions(columns, layout, until)
	if err != nil {
		return fitAnswer{}, err
	}
	f, err := openInput(path)
	if err != nil {
		return fitAnswer{}, err
	}
	defer f.Close()
	log, counts, err := tables.ReadOrders(f, opt)
	if err != nil {
		return fitAnswer{}, err
	}
	answer, err := fitSums(log.Summaries(), model)
	answer.Rows = &counts
	return answer, err
}

func fitSums(sums []purchase.Summary, model string) (fitAnswer, error) {
	counted, err := purchase.Compress(sums)
	if err != nil {
		return fitAnswer{}, err
	}
	fit, err := purchase.Fit(model, counted, purchase.Options{})
	if err != nil {
		return fitAnswer{}, err
	}
	var money *spend.Fitted
	if values := tables.Spends(sums); len(values) > 0 {
		s, err := spend.FitGammaGamma(values)
		if err != nil {
			return fitAnswer{}, err
		}
		money = &s
	}
	return fitAnswer{FitResult: clv.Result(fit, money)}, nil
}

func logOptions(columns, layout, until string) (tables.LogOptions, error) {
	opt := tables.LogOptions{DateLayout: layout}
	for _, part := range strings.FieldsFunc(columns, func(r rune) bool { return r == ',' }) {
		name, text, _ := strings.Cut(part, "=")
		n, err := strconv.Atoi(text)
		target := map[string]*int{"customer": &opt.Customer, "date": &opt.Date, "value": &opt.Value}[strings.TrimSpace(name)]
		if err != nil || n < 1 || target == nil {
			return opt, postlift.Faultf(postlift.Invalid, "clv fit", "--columns: %q is not customer=, date= or value= with a column number from 1", part)
		}
		*target = n
	}
	if until == "" {
		return opt, nil
	}
	var err error
	opt.Until, err = postlift.ParseDate(until)
	return opt, err
}

func openInput(path string) (*os.File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, postlift.Faultf(postlift.Invalid, "open", "the file does not open: %v", err)
	}
	return f, nil
}

func newPredictCommand(a *app) *cobra.Command {
	var summary, model, params string
	var horizon float64
	cmd := &cobra.Command{
		Use:     "predict --summary FILE --params P --horizon N",
		Short:   "Predict from a customer summary under given parameters, as CSV or JSON; no database needed",
		Example: "  postlift clv predict --summary customers.csv --model bgnbd --params r=0.243,alpha=4.414,a=0.793,b=2.426 --horizon 39",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			values, err := fitting.ParseParams(params)
			if err != nil {
				return err
			}
			m, money, err := namedModels(model, values)
			if err != nil {
				return err
			}
			f, err := openInput(summary)
			if err != nil {
				return err
			}
			defer f.Close()
			if !a.json {
				return tables.Predict(f, a.out, m, money, horizon)
			}
			var table bytes.Buffer
			if err := tables.Predict(f, &table, m, money, horizon); err != nil {
				return err
			}
			rows, err := tableRows(&table)
			if err != nil {
				return err
			}
			return a.print(rows, nil)
		},
	}
	f := cmd.Flags()
	f.StringVar(&summary, "summary", "", "customer summary with the columns id,x,t_x,T[,m]")
	f.StringVar(&model, "model", purchase.ModelBGNBD, "one of "+strings.Join(purchase.Names(), ", "))
	f.StringVar(&params, "params", "", "the model's parameters, as name=value,…; p, q and gamma add the mean spend")
	f.Float64Var(&horizon, "horizon", 0, "length of the future, in the fitted unit (weeks)")
	for _, name := range []string{"summary", "params", "horizon"} {
		_ = cmd.MarkFlagRequired(name) // fails only for a flag that does not exist
	}
	return cmd
}

// tableRows reads a CSV file with a header into one object a row: the id is a text, all else numbers.
func tableRows(r io.Reader) ([]map[string]any, error) {
	records, err := csv.NewReader(r).ReadAll()
	if err != nil || len(records) == 0 {
		return nil, err
	}
	rows := make([]map[string]any, 0, len(records)-1)
	for _, record := range records[1:] {
		row := map[string]any{}
		for i, name := range records[0] {
			row[name] = record[i]
			if v, err := strconv.ParseFloat(record[i], 64); err == nil && name != "id" && !math.IsNaN(v) && !math.IsInf(v, 0) {
				row[name] = v
			}
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// namedModels makes the order model, and the spend model where its parameters stand beside; a parameter of
// neither is refused.
func namedModels(model string, values map[string]float64) (purchase.Model, spend.Model, error) {
	m, err := purchase.New(model, values)
	if err != nil {
		return nil, nil, err
	}
	known := append(slices.Clone(purchase.ParamNames(model)), spend.GammaGammaParams...)
	for name := range values {
		if !slices.Contains(known, name) {
			return nil, nil, postlift.Faultf(postlift.Invalid, "clv predict", "model %s has no parameter %q; it has %s, and %s for spend",
				model, name, strings.Join(purchase.ParamNames(model), ", "), strings.Join(spend.GammaGammaParams, ", "))
		}
	}
	for _, name := range spend.GammaGammaParams {
		if _, ok := values[name]; ok {
			money, err := spend.NewGammaGamma(values)
			return m, money, err
		}
	}
	return m, nil, nil
}
