package main

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"postlift"
	"postlift/clv/fitting"
	"postlift/clv/purchase"
	"postlift/clv/spend"
	"postlift/clv/tables"
)

// predictJob is one call of clv predict.
type predictJob struct {
	app                       *app
	orders, summary           string
	model, spend, params, fit string
	use                       string
	modelGiven                bool
	horizonText               string
	horizon, rate             float64
	decimals                  int
	separator                 string
	commas                    bool
	monthly                   bool
	log                       logFlags
	orderModel                purchase.Model
	spendModel                spend.Model
	levels                    *levelModels // nil where one model predicts for all
	made                      *fitSource   // what --fit was made from
	language                  language
}

func newPredictCommand(a *app) *cobra.Command {
	j := predictJob{app: a}
	cmd := &cobra.Command{
		Use:   "predict --summary FILE | --orders FILE  --params P | --fit FILE  --horizon N",
		Short: "Predict from a customer summary or an order log under given parameters, as CSV or JSON; no database needed",
		Long: `Writes one row for each customer: p_alive, expected_orders within the horizon and, with a spend model,
mean_spend and expected_value; with --discount-rate the discounted number of all future orders (dert), with
--monthly the expected orders of each month.

A fit made with --covariates predicts each customer with the effects of its columns, one made with --segment
by the fit of its segment: the file needs these columns, too. Values that the fit does not know count as rare
ones, as the most frequent one, or as the portfolio, and are told on standard error. --use portfolio does
without the columns; a fit that holds both uses the covariates unless told otherwise.

Customers of an order log who were won before its history begins are predicted from their opening on, with as
many unseen orders as they placed on average since.`,
		Example: `  postlift clv predict --summary customers.csv --model bgnbd --params r=0.243,alpha=4.414,a=0.793,b=2.426 --horizon 39
  postlift clv fit --orders orders.csv --json > fit.json && postlift clv predict --orders orders.csv --fit fit.json --horizon 52 --monthly
  postlift clv fit --orders orders.csv --covariates industry,channel --json > fit.json && postlift clv predict --orders orders.csv --fit fit.json --horizon 26`,
		Args: cobra.NoArgs,
	}
	f := cmd.Flags()
	f.StringVar(&j.summary, "summary", "", "customer summary with the columns id,x,t_x,T[,m]")
	f.StringVar(&j.orders, "orders", "", "order log instead of a summary")
	f.StringVar(&j.model, "model", purchase.ModelBGNBD, "one of "+strings.Join(purchase.Names(), ", "))
	f.StringVar(&j.spend, "spend", "", "spend model of --params: "+strings.Join(spend.Names(), ", ")+" (default: the one whose parameters are there)")
	f.StringVar(&j.params, "params", "", "the model's parameters, as name=value,…; p, q and gamma, or mu, tau and sigma, add the mean spend")
	f.StringVar(&j.fit, "fit", "", "answer of postlift clv fit --json, instead of --model and --params")
	f.StringVar(&j.use, "use", "", "which models of --fit predict: covariates, segments or portfolio (default: the first of these that it holds)")
	f.StringVar(&j.horizonText, "horizon", "", "length of the future: a number in the fitted unit (weeks), or 39w, 12m, 2y")
	f.IntVar(&j.decimals, "decimals", 0, "places behind the decimal sign in the CSV (default: all digits)")
	f.StringVar(&j.separator, "separator", "comma", "of the columns of the CSV: comma, semicolon or tab")
	f.BoolVar(&j.commas, "decimal-comma", false, "write the CSV with decimal commas, for German spreadsheets; needs --separator semicolon or tab")
	f.Float64Var(&j.rate, "discount-rate", 0, "a year, such as 0.1: adds the discounted number of all future orders")
	f.BoolVar(&j.monthly, "monthly", false, "add the expected orders of each month of the horizon")
	j.log.register(f)
	_ = cmd.MarkFlagRequired("horizon") // fails only for a flag that does not exist
	speak := languageFlag(f)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		j.modelGiven = cmd.Flags().Changed("model")
		var err error
		if j.language, err = speak(); err != nil {
			return err
		}
		if err := j.models(); err != nil {
			return err
		}
		if j.horizon, err = futureLength(j.horizonText, j.orderModel.Name() == purchase.ModelBGBB); err != nil {
			return err
		}
		if !a.json {
			return j.write(a.out)
		}
		var table bytes.Buffer
		if err := j.write(&table); err != nil {
			return err
		}
		rows, err := tableRows(&table)
		if err != nil {
			return err
		}
		return a.print(rows, nil)
	}
	return cmd
}

// models makes the models from --params or --fit.
func (j *predictJob) models() error {
	bad := func(format string, args ...any) error {
		return postlift.Faultf(postlift.Invalid, "clv predict", format, args...)
	}
	if (j.params == "") == (j.fit == "") {
		return bad("give one of --params name=value,… and --fit FILE")
	}
	if j.use != "" && j.fit == "" {
		return bad("--use %s belongs to --fit: parameters given by hand are one model", j.use)
	}
	var err error
	if j.fit != "" {
		err = j.fromFit()
	} else {
		var values map[string]float64
		if values, err = fitting.ParseParams(j.params); err == nil {
			j.orderModel, j.spendModel, err = namedModels(j.model, j.spend, values)
		}
	}
	if err != nil {
		return err
	}
	switch discrete := j.orderModel.Name() == purchase.ModelBGBB; {
	case discrete && (j.rate > 0 || j.monthly):
		return bad("%s counts opportunities, not weeks: --discount-rate and --monthly have no meaning for it", purchase.ModelBGBB)
	case discrete && j.orders != "":
		return bad("%s counts opportunities, which an order log does not tell: give a --summary of them", purchase.ModelBGBB)
	}
	return nil
}

// write predicts for every customer of the file.
func (j *predictJob) write(w io.Writer) error {
	opt := tables.PredictOptions{Horizon: j.horizon, DiscountRate: j.rate, Monthly: j.monthly}
	if !j.app.json {
		sep, known := map[string]rune{"comma": ',', "semicolon": ';', "tab": '\t', ",": ',', ";": ';'}[j.separator]
		if !known {
			return postlift.Faultf(postlift.Invalid, "clv predict", "--separator is %q: comma, semicolon or tab are possible", j.separator)
		}
		opt.Decimals, opt.Separator, opt.DecimalComma = j.decimals, sep, j.commas
	}
	p, err := tables.NewPredictionWriter(w, j.orderModel, j.spendModel, opt)
	if err != nil {
		return err
	}
	switch {
	case (j.orders == "") == (j.summary == ""):
		err = postlift.Faultf(postlift.Invalid, "clv predict", "give one of --orders FILE and --summary FILE")
	case j.summary != "":
		err = j.predictSummary(p)
	default:
		err = j.predictLog(p)
	}
	if err != nil {
		return j.columnFault(err)
	}
	j.levels.report(j.app.errOut, j.language)
	return p.Flush()
}

// columnFault says why a column is needed that the file has not.
func (j *predictJob) columnFault(err error) error {
	if j.levels == nil || !errors.Is(err, tables.ErrNoColumn) {
		return err
	}
	return postlift.Wrap("clv predict", fmt.Sprintf("%s predicts by the columns %s of the customers, which the file must have (--use portfolio does without): %s",
		j.fit, strings.Join(j.levels.labels(), ", "), postlift.UserText(err)), err)
}

// predictSummary predicts for the rows of a summary.
func (j *predictJob) predictSummary(p *tables.PredictionWriter) error {
	f, err := openInput(j.summary)
	if err != nil {
		return err
	}
	defer f.Close()
	return tables.EachLabelledSummary(f, j.levels.labels(), func(s purchase.Summary, levels []string) error {
		return j.levels.writer(p, levels).Write(s)
	})
}

// predictLog predicts for the customers of a log, those older than its history from their opening on.
func (j *predictJob) predictLog(p *tables.PredictionWriter) error {
	c, err := readCustomers(j.app, j.orders, "", &j.log, j.levels.labels())
	if err != nil {
		return err
	}
	j.reportRows(c)
	var levels []string
	writer := func(i int32) *tables.PredictionWriter {
		levels = c.log.Levels(levels[:0], i)
		return j.levels.writer(p, levels)
	}
	err = c.log.EachKnown(func(i int32, s purchase.Summary, values spend.Observation) error {
		return writer(i).WriteWith(s, values)
	})
	if err != nil {
		return err
	}
	for _, o := range c.log.OlderCustomers() {
		w := writer(o.Index)
		if err := w.WriteWith(o.Completed(*c.log, w.Model()), o.Spend()); err != nil {
			return err
		}
	}
	return nil
}

// reportRows says on standard error which columns were read, what became of the rows and where the log is not read
// as that of the fit was.
func (j *predictJob) reportRows(c customers) {
	w, l := j.app.errOut, j.language
	columnsText(w, c.counts, l)
	if c.counts.Rows != c.counts.Used || len(c.counts.Flags) > 0 {
		countsText(w, *c.counts, l)
		printWarnings(w, warnings(rowFlags(c.counts), l), l)
	}
	if here, err := j.log.source(j.app, c); err == nil {
		j.made.compare(w, here, l)
	}
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
			name = inOrder(name)
			row[name] = record[i]
			if v, err := strconv.ParseFloat(record[i], 64); err == nil && name != "id" && !math.IsNaN(v) && !math.IsInf(v, 0) {
				row[name] = v
			}
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// inOrder writes the number of a month with two digits, since the keys of a JSON object stand in alphabetical order.
func inOrder(column string) string {
	if number, ok := strings.CutPrefix(column, "month_"); ok && len(number) > 0 && (len(number) == 1 || number[1] == '_') {
		return "month_0" + number
	}
	return column
}

// futureLength reads --horizon in the unit of the model: a plain number is in that unit already.
func futureLength(text string, discrete bool) (float64, error) {
	text = strings.ToLower(strings.TrimSpace(text))
	weeks := map[byte]float64{'w': 1, 'm': tables.WeeksPerMonth, 'y': 12 * tables.WeeksPerMonth, 'd': 1 / purchase.DaysPerWeek}
	number, unit := text, 1.0
	if n := len(text); n > 1 && weeks[text[n-1]] > 0 {
		if discrete {
			return 0, postlift.Faultf(postlift.Invalid, "clv predict", "--horizon %s: %s counts opportunities, not time: give their number", text, purchase.ModelBGBB)
		}
		number, unit = text[:n-1], weeks[text[n-1]]
	}
	v, err := strconv.ParseFloat(number, 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
		return 0, postlift.Faultf(postlift.Invalid, "clv predict", "--horizon %q must be a number of weeks, or a length such as 39w, 12m or 2y", text)
	}
	return v * unit, nil
}

// namedModels makes the order model, and the spend model where its parameters stand beside; a parameter of
// neither is refused.
func namedModels(model, money string, values map[string]float64) (purchase.Model, spend.Model, error) {
	m, err := purchase.New(model, values)
	if err != nil {
		return nil, nil, err
	}
	if money == "" {
		money = spendOf(model, values)
	} else if spend.ParamNames(money) == nil {
		return nil, nil, spend.Unknown(money)
	}
	known := append(slices.Clone(purchase.ParamNames(model)), spend.ParamNames(money)...)
	for name := range values {
		if !slices.Contains(known, name) {
			return nil, nil, postlift.Faultf(postlift.Invalid, "clv predict", "model %s has no parameter %q; it has %s, and for spend %s has %s, %s has %s",
				model, name, strings.Join(purchase.ParamNames(model), ", "), spend.ModelGammaGamma, strings.Join(spend.GammaGammaParams, ", "),
				spend.ModelLogNormal, strings.Join(spend.LogNormalParams, ", "))
		}
	}
	if money == "" {
		return m, nil, nil
	}
	if model == purchase.ModelBGBB && money == spend.ModelGammaGamma {
		return nil, nil, postlift.Faultf(postlift.Invalid, "clv predict",
			"--params: gamma is a parameter of %s and of %s, which must not share it: give both models by --fit FILE", model, money)
	}
	moneyModel, err := spend.New(money, values)
	return m, moneyModel, err
}

// spendOf is the spend model to which one of the parameters belongs that the order model has not, "" for none.
func spendOf(model string, values map[string]float64) string {
	own := purchase.ParamNames(model)
	for _, name := range spend.Names() {
		for _, param := range spend.ParamNames(name) {
			if _, ok := values[param]; ok && !slices.Contains(own, param) {
				return name
			}
		}
	}
	return ""
}
