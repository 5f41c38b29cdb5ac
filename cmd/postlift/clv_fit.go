package main

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"postlift"
	"postlift/clv"
	"postlift/clv/fitting"
	"postlift/clv/purchase"
	"postlift/clv/spend"
	"postlift/clv/tables"
)

// Words of --spend beside the names of spend models.
const (
	spendBest = "best"
	spendNone = "none"
)

// fitJob is one call of clv fit.
type fitJob struct {
	app                        *app
	orders, summary, renewals  string
	model, spend               string
	k                          int
	covariates, segment, chart string
	compare                    bool
	log                        logFlags
	language                   language
}

func newFitCommand(a *app) *cobra.Command {
	j := fitJob{app: a}
	cmd := &cobra.Command{
		Use:   "fit --orders FILE | --summary FILE [--renewals FILE]",
		Short: "Fit order, spend and renewal models to files; no database needed",
		Long: `Fits an order model to a log of orders or a summary of customers, with a spend model where values are known,
and renewal models to a file of contracts.

The default model is bgnbd, the published yardstick, which is there to compare with other programs; which one predicts
best here is what postlift clv backtest tells. mbgcnbd searches the regularity k: the answer k = 1 is mbgnbd.

A file of renewals has one of two forms. Counts: opportunity,ended,renewed, one row for the first, second, … renewal.
Contracts: start,end,term_months,ended, one contract a row, where ended is yes, no or the day of the end, and end may be
empty while the contract runs; --until says up to which day the file is complete (default: today). German headers are
known, too: Vertragsbeginn, Vertragsende, Laufzeit, gekündigt. Contracts of several terms are also fitted by
term (under 12 months, 12 to 23, 24 and more), these fits drawn towards one another.

Credit notes and cancellations of an accounting system reduce the order that they refer to; one without a
reference reduces the customer's latest orders before it. Several documents of a day are one order. What
cannot be used is counted by reason.`,
		Example: `  postlift clv fit --orders orders.csv --columns customer=1,date=2,value=3 --until 2026-06-30
  postlift clv fit --orders erp.csv --model mbgcnbd --spend best --currency EUR --rate USD=0.92 --charts charts
  postlift clv fit --summary customers.csv --model bgnbd --compare --json
  postlift clv fit --renewals contracts.csv --until 2026-06-30`,
		Args: cobra.NoArgs,
	}
	f := cmd.Flags()
	f.StringVar(&j.orders, "orders", "", "order log: one row for each order or document")
	f.StringVar(&j.summary, "summary", "", "customer summary with the columns id,x,t_x,T[,m] in weeks")
	f.StringVar(&j.model, "model", purchase.ModelBGNBD, "one of "+strings.Join(purchase.Names(), ", "))
	f.IntVar(&j.k, "k", 0, "regularity of mbgcnbd, 1 to 6 (default: the likeliest)")
	f.StringVar(&j.spend, "spend", spend.ModelGammaGamma, "spend model where values are known: "+strings.Join(spend.Names(), ", ")+
		", best (by its score on the last third of the log) or none")
	f.StringVar(&j.covariates, "covariates", "", "columns whose effect on ordering is estimated, by header or number: industry,size")
	f.StringVar(&j.segment, "segment", "", "column by whose values the customers are also fitted one by one, pulled towards the fit of all")
	f.StringVar(&j.renewals, "renewals", "", "renewals: counts opportunity,ended,renewed, or one contract a row start,end,term_months,ended (yes, no or a day)")
	f.BoolVar(&j.compare, "compare", false, "fit every order model and list them")
	f.StringVar(&j.chart, "charts", "", "folder for the charts of the fit, as SVG")
	j.log.register(f)
	speak := languageFlag(f)
	cmd.RunE = func(*cobra.Command, []string) error {
		var err error
		if j.language, err = speak(); err != nil {
			return err
		}
		answer, err := j.run()
		if err != nil {
			return err
		}
		return a.print(answer, answer.text)
	}
	return cmd
}

// fitAnswer is the fit with what became of the file's rows.
type fitAnswer struct {
	*clv.FitResult
	AIC         *float64         `json:"aic,omitempty"`
	SpendChoice *spend.Choice    `json:"spend_choice,omitempty"`
	Compare     []comparedModel  `json:"compare,omitempty"`
	Covariates  *covariateAnswer `json:"covariates,omitempty"`
	SegmentedBy string           `json:"segment_column,omitempty"`
	Segments    []segmentAnswer  `json:"segments,omitempty"`
	Renewals    *renewalAnswer   `json:"renewals,omitempty"`
	Rows        *tables.Counts   `json:"rows,omitempty"`
	Source      *fitSource       `json:"source,omitempty"`
	Warnings    []warning        `json:"warnings"`
	Charts      []string         `json:"charts,omitempty"`

	language language
	asked    string // the model that was asked for
}

// comparedModel is one model among all of them; Missing says why it could not be fitted.
type comparedModel struct {
	Model         string             `json:"model"`
	Params        map[string]float64 `json:"params,omitempty"`
	LogLikelihood *float64           `json:"log_likelihood,omitempty"`
	AIC           *float64           `json:"aic,omitempty"` // lower is better
	Flags         []string           `json:"flags,omitempty"`
	Missing       string             `json:"missing,omitempty"`
}

// segmentAnswer is the fit of one segment.
type segmentAnswer struct {
	Segment string `json:"segment"`
	clv.FitResult
}

// firstYear is the expected number of repeat orders in a new customer's first year, of a model in weeks.
func (s segmentAnswer) firstYear() (float64, bool) {
	m, err := purchase.New(s.Model, s.Params)
	if err != nil || s.Model == purchase.ModelBGBB {
		return 0, false
	}
	return m.Orders(52), true
}

// run fits everything that was asked for.
func (j *fitJob) run() (fitAnswer, error) {
	answer := fitAnswer{language: j.language, asked: j.model, Warnings: []warning{}}
	if err := j.check(); err != nil {
		return answer, err
	}
	var c customers
	var fit purchase.Fitted
	if j.orders != "" || j.summary != "" {
		var err error
		if c, err = readCustomers(j.app, j.orders, j.summary, &j.log, j.labels()); err != nil {
			return answer, err
		}
		columnsText(j.app.errOut, c.counts, j.language)
		if answer.Source, err = j.log.source(j.app, c); err != nil {
			return answer, err
		}
		if fit, err = j.fitCustomers(c, &answer); err != nil {
			return answer, err
		}
	}
	if j.renewals != "" {
		if err := j.fitRenewals(&answer); err != nil {
			return answer, err
		}
	}
	answer.Warnings = warnings(append(answer.raised(), slices.Concat(rowFlags(c.counts), termFlags(answer.Renewals))...), j.language)
	return answer, j.draw(c, fit, &answer)
}

// check refuses flags that contradict each other.
func (j *fitJob) check() error {
	bad := func(format string, args ...any) error {
		return postlift.Faultf(postlift.Invalid, "clv fit", format, args...)
	}
	switch {
	case j.orders != "" && j.summary != "":
		return bad("give one of --orders FILE and --summary FILE, not both")
	case j.orders == "" && j.summary == "" && j.renewals == "":
		return bad("give one of --orders FILE and --summary FILE, or --renewals FILE")
	case j.k != 0 && j.model != purchase.ModelMBGCNBD:
		return bad("--k %d belongs to --model %s", j.k, purchase.ModelMBGCNBD)
	case j.k < 0 || j.k > 6:
		return bad("--k %d must be 1 to 6", j.k)
	case j.model == purchase.ModelBGBB && j.orders != "":
		return bad("%s counts opportunities, which an order log does not tell: give a --summary of them, with x and t_x in opportunities", j.model)
	case purchase.ParamNames(j.model) == nil:
		return purchase.Unknown(j.model)
	case j.spend != spendBest && j.spend != spendNone && spend.ParamNames(spend.BaseName(j.spend)) == nil:
		return spend.Unknown(j.spend)
	case j.spend == spendBest && j.orders == "" && j.summary != "":
		return bad("--spend best needs --orders: only dated values can be split into earlier and later ones")
	}
	return nil
}

// labels are the columns of customers that are needed: the covariates, then the segment.
func (j *fitJob) labels() []string {
	out := list(j.covariates)
	if j.segment != "" {
		out = append(out, j.segment)
	}
	return out
}

// fitCustomers fits order and spend models.
func (j *fitJob) fitCustomers(c customers, answer *fitAnswer) (purchase.Fitted, error) {
	answer.Rows = c.counts
	if len(c.sums) == 0 {
		return purchase.Fitted{}, postlift.Faultf(postlift.Invalid, "clv fit",
			"all %d customers were won before the history begins (%s): there is none whose first order is known", c.counts.Late, c.log.HistoryStart)
	}
	fit, err := fitOrders(j.model, c.sums, purchase.Options{K: j.k})
	if err != nil {
		return fit, err
	}
	money, err := j.fitSpend(c, answer)
	if err != nil {
		return fit, err
	}
	result := published(fit, money)
	aic := akaike(j.model, fit, j.k > 0)
	answer.FitResult, answer.AIC = &result, &aic
	if j.compare {
		answer.Compare = compareModels(c.sums, c.log != nil)
	}
	if j.covariates != "" {
		if answer.Covariates, err = j.fitCovariates(c); err != nil {
			return fit, err
		}
	}
	if j.segment != "" {
		answer.SegmentedBy = c.labels[len(c.labels)-1].Name
		answer.Segments, err = j.fitSegments(c, fit)
	}
	return fit, err
}

// fitOrders fits one order model to summaries.
func fitOrders(model string, sums []purchase.Summary, opt purchase.Options) (purchase.Fitted, error) {
	counted, err := purchase.Compress(sums)
	if err != nil {
		return purchase.Fitted{}, err
	}
	opt.LogGaps = gaps(sums)
	return purchase.Fit(model, counted, opt)
}

// published gives the published form, in the model's own unit of time.
func published(fit purchase.Fitted, money *spend.Fitted) clv.FitResult {
	r := clv.Result(fit, money)
	if r.Model == purchase.ModelBGBB {
		r.TimeUnit = "opportunity"
	}
	return r
}

// akaike is Akaike's criterion of a fit of the named model. The regularity of MBG/CNBD counts as a parameter
// where it was searched.
func akaike(model string, fit purchase.Fitted, fixedK bool) float64 {
	free := len(purchase.ParamNames(model))
	if model == purchase.ModelMBGCNBD && fixedK {
		free--
	}
	return 2*float64(free) - 2*fit.LogLikelihood
}

// fitSpend fits the spend model where values are known.
func (j *fitJob) fitSpend(c customers, answer *fitAnswer) (*spend.Fitted, error) {
	values := tables.Spends(c.sums)
	if j.spend == spendNone || len(values) == 0 {
		return nil, nil
	}
	name := j.spend
	if name == spendBest {
		first, until := c.log.Days[0].Day, c.log.Until
		for _, d := range c.log.Days {
			first = min(first, d.Day)
		}
		choice, err := spend.Choose(c.log.SplitSpends(until.AddDays(-until.DaysSince(first) / 3)))
		if err != nil {
			return nil, err
		}
		name, answer.SpendChoice = choice.Chosen, &choice
	}
	fit, err := spend.Fit(name, values)
	return &fit, err
}

// compareModels fits every order model; one that does not suit the data says why.
func compareModels(sums []purchase.Summary, weeks bool) []comparedModel {
	var out []comparedModel
	for _, name := range purchase.Names() {
		if name == purchase.ModelBGBB && weeks {
			out = append(out, comparedModel{Model: name, Missing: notWeeks})
			continue
		}
		fit, err := fitOrders(name, sums, purchase.Options{})
		if err != nil {
			out = append(out, comparedModel{Model: name, Missing: postlift.UserText(err)})
			continue
		}
		aic := akaike(name, fit, false)
		out = append(out, comparedModel{Model: name, Params: fitting.ParamMap(fit.Model.Params()),
			LogLikelihood: &fit.LogLikelihood, AIC: &aic, Flags: fitting.Listed(fit.Flags)})
	}
	return out
}

// mostSegments is how many values the column of --segment may have.
const mostSegments = 200

// tooManySegments refuses a column that tells customers apart instead of grouping them.
func tooManySegments(column string, values, customers int) error {
	if values <= mostSegments && (customers < 20 || values <= customers/2) {
		return nil
	}
	return postlift.Faultf(postlift.Invalid, "clv", "--segment %s: the column has %d different values for %d customers, which is nearly one by one: name a column that groups them, such as industry or region (at most %d values, each of two customers or more)",
		column, values, customers, mostSegments)
}

// fitSegments fits every value of the segment's column, pulled towards the fit of all.
func (j *fitJob) fitSegments(c customers, all purchase.Fitted) ([]segmentAnswer, error) {
	names, groups := c.by(c.labels[len(c.labels)-1])
	if err := tooManySegments(j.segment, len(names), len(c.sums)); err != nil {
		return nil, err
	}
	opt := purchase.Options{Centre: all.Model, K: j.k}
	if m, ok := all.Model.(purchase.MBGCNBD); ok && j.model == purchase.ModelMBGCNBD {
		opt.K = m.K // segments differ in how often they order, not in the kind of rhythm
	}
	var out []segmentAnswer
	for _, name := range names {
		fit, err := fitOrders(j.model, groups[name], opt)
		if err != nil {
			return nil, postlift.Wrap("clv fit", "segment "+name+": "+postlift.UserText(err), err)
		}
		out = append(out, segmentAnswer{Segment: name, FitResult: published(fit, nil)})
	}
	return out, nil
}
