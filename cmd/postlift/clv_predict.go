package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"io"
	"math"
	"os"
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
	modelGiven                bool
	horizon, rate             float64
	monthly                   bool
	log                       logFlags
	orderModel                purchase.Model
	spendModel                spend.Model
}

func newPredictCommand(a *app) *cobra.Command {
	j := predictJob{app: a}
	cmd := &cobra.Command{
		Use:   "predict --summary FILE | --orders FILE  --params P | --fit FILE  --horizon N",
		Short: "Predict from a customer summary or an order log under given parameters, as CSV or JSON; no database needed",
		Long: `Writes one row for each customer: p_alive, expected_orders within the horizon and, with a spend model,
mean_spend and expected_value; with --discount-rate the discounted number of all future orders (dert), with
--monthly the expected orders of each month.

Customers of an order log who were won before its history begins are predicted from their opening on, with as
many unseen orders as they placed on average since.`,
		Example: `  postlift clv predict --summary customers.csv --model bgnbd --params r=0.243,alpha=4.414,a=0.793,b=2.426 --horizon 39
  postlift clv fit --orders orders.csv --json > fit.json && postlift clv predict --orders orders.csv --fit fit.json --horizon 52 --monthly`,
		Args: cobra.NoArgs,
	}
	f := cmd.Flags()
	f.StringVar(&j.summary, "summary", "", "customer summary with the columns id,x,t_x,T[,m]")
	f.StringVar(&j.orders, "orders", "", "order log instead of a summary")
	f.StringVar(&j.model, "model", purchase.ModelBGNBD, "one of "+strings.Join(purchase.Names(), ", "))
	f.StringVar(&j.spend, "spend", "", "spend model of --params: "+strings.Join(spend.Names(), ", ")+" (default: the one whose parameters are there)")
	f.StringVar(&j.params, "params", "", "the model's parameters, as name=value,…; p, q and gamma, or mu, tau and sigma, add the mean spend")
	f.StringVar(&j.fit, "fit", "", "answer of postlift clv fit --json, instead of --model and --params")
	f.Float64Var(&j.horizon, "horizon", 0, "length of the future, in the fitted unit (weeks)")
	f.Float64Var(&j.rate, "discount-rate", 0, "a year, such as 0.1: adds the discounted number of all future orders")
	f.BoolVar(&j.monthly, "monthly", false, "add the expected orders of each month of the horizon")
	j.log.register(f)
	_ = cmd.MarkFlagRequired("horizon") // fails only for a flag that does not exist
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		j.modelGiven = cmd.Flags().Changed("model")
		if err := j.models(); err != nil {
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

// fromFit reads what clv fit --json wrote.
func (j *predictJob) fromFit() error {
	raw, err := os.ReadFile(j.fit)
	if err != nil {
		return postlift.Faultf(postlift.Invalid, "clv predict", "--fit: the file does not open: %v", err)
	}
	var fit struct {
		Model  string             `json:"model"`
		Params map[string]float64 `json:"params"`
		Spend  *struct {
			Model  string             `json:"model"`
			Params map[string]float64 `json:"params"`
		} `json:"spend"`
	}
	if err := json.Unmarshal(raw, &fit); err != nil || fit.Model == "" {
		return postlift.Faultf(postlift.Invalid, "clv predict", "--fit %s is not the answer of postlift clv fit --json: it has no model", j.fit)
	}
	if j.modelGiven && j.model != fit.Model {
		return postlift.Faultf(postlift.Invalid, "clv predict", "--model %s, but %s holds a fit of %s: leave --model out", j.model, j.fit, fit.Model)
	}
	if j.orderModel, err = purchase.New(fit.Model, fit.Params); err != nil || fit.Spend == nil {
		return err
	}
	j.spendModel, err = spend.New(fit.Spend.Model, fit.Spend.Params)
	return err
}

// write predicts for every customer of the file.
func (j *predictJob) write(w io.Writer) error {
	p, err := tables.NewPredictionWriter(w, j.orderModel, j.spendModel,
		tables.PredictOptions{Horizon: j.horizon, DiscountRate: j.rate, Monthly: j.monthly})
	if err != nil {
		return err
	}
	switch {
	case (j.orders == "") == (j.summary == ""):
		return postlift.Faultf(postlift.Invalid, "clv predict", "give one of --orders FILE and --summary FILE")
	case j.summary != "":
		f, err := openInput(j.summary)
		if err != nil {
			return err
		}
		defer f.Close()
		if err := tables.EachSummary(f, p.Write); err != nil {
			return err
		}
	default:
		c, err := readCustomers(j.app, j.orders, "", &j.log, nil)
		if err != nil {
			return err
		}
		if err := predictLog(p, *c.log, j.orderModel); err != nil {
			return err
		}
	}
	return p.Flush()
}

// predictLog predicts for the customers of a log, those older than its history from their opening on.
func predictLog(p *tables.PredictionWriter, log tables.OrderLog, m purchase.Model) error {
	if err := log.EachKnown(p.WriteWith); err != nil {
		return err
	}
	for _, o := range log.OlderCustomers() {
		if err := p.WriteWith(o.Completed(log, m), o.Spend()); err != nil {
			return err
		}
	}
	return nil
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
