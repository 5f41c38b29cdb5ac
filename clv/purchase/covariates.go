package purchase

import (
	"math"
	"math/rand/v2"
	"slices"

	"postlift"
	"postlift/clv/fitting"

	"gonum.org/v1/gonum/stat/distuv"
)

// Flags of a fit with covariates.
const (
	// FlagLevelFewAccounts says that at least one covariate, listed in CovariateFit.Few, is other than zero for
	// fewer customers than fitting.FewAccounts.
	FlagLevelFewAccounts = "level_few_accounts"
	// FlagCovariateUnidentified says that an effect rests more on the ridge, which holds it near 0, than on data.
	FlagCovariateUnidentified = "covariate_not_identified"
)

// CovariateRows are the counted histories of the customers who share one vector of covariates: zeros and ones
// for levels (see Design), or numbers of the size of one.
type CovariateRows struct {
	Values []float64
	Rows   []Counted
}

// CovariateOptions steer a fit with covariates.
type CovariateOptions struct {
	// Options are those of the fit without covariates. A Centre is refused: the covariates themselves say how
	// segments differ.
	Options
	// RidgeSD is the standard deviation of the normal prior around 0 on every effect; 0 means 1, which leaves
	// an effect that a few hundred customers show as it is and keeps one that few show finite.
	RidgeSD float64
}

// Effect is what one covariate does, per unit of its value.
type Effect struct {
	Name  string
	Value float64
	SE    float64
}

// CovariateFit is an order model whose parameters depend on covariates z that do not change over time. With
// effects g on ordering and h on leaving, a customer has
//
//	alpha exp(-g'z), so that orders come exp(g'z) times as fast; in BGBB logit alpha/(alpha+beta) + g'z,
//	logit a/(a+b) + h'z at the same a+b; in ParetoNBD beta exp(-h'z), in BGBB logit gamma/(gamma+delta) + h'z.
//
// A positive effect means more orders, or leaving sooner. (Covariates on a and b apart would not be told
// apart by data.) Fader and Hardie, "Incorporating time-invariant covariates into the Pareto/NBD and BG/NBD
// models", 2007, put them on the scales in the same way.
type CovariateFit struct {
	Model         Model // of a customer whose covariates are all zero
	fitting.Stats       // the law of the parameters includes exp(effect), under "orders " and "leaving " + name
	Names         []string
	Orders        []Effect // g
	Leaving       []Effect // h
	Few           []string // covariates of few customers

	// Without is the fit without covariates; Gain is twice what the log-likelihood rises by with them. Were they
	// without any effect, Gain would be chi-squared with Freedom degrees, and exceed its value with
	// probability Chance. The ridge makes Gain smaller, never larger.
	Without Fitted
	Gain    float64
	Freedom int
	Chance  float64
}

// FitWithCovariates fits the named order model with the effects of covariates. Names and all vectors must be of
// one length, at least 1; K of the MBG/CNBD-k is chosen without covariates.
func FitWithCovariates(model string, names []string, patterns []CovariateRows, opt CovariateOptions) (CovariateFit, error) {
	if err := checkPatterns(names, patterns, opt); err != nil {
		return CovariateFit{}, err
	}
	all := allRows(patterns)
	without, err := Fit(model, all, opt.Options)
	if err != nil {
		return CovariateFit{}, err
	}
	problem := newCovariateProblem(without.Model, names, patterns, timeScale(all), opt)
	start := problem.start(without.Model)
	job := fitting.Search{F: problem.meanNegLL, Starts: [][]float64{start}, Centre: start, SD: opt.priorSD(problem.n), N: problem.n}
	o, flags := job.Run()
	fit := problem.describe(o, flags, without.Model)
	fit.Without, fit.Names, fit.Rows = without, slices.Clone(names), len(all)
	fit.measure(patterns, all)
	fit.flagEffects(names, patterns, problem.ridge)
	return fit, nil
}

// measure fills in the likelihood and what it gains over that without covariates.
func (f *CovariateFit) measure(patterns []CovariateRows, all []Counted) {
	for _, p := range patterns {
		f.LogLikelihood += f.At(p.Values).LogLikelihood(p.Rows)
	}
	f.LogLikelihood += f.Without.LogLikelihood - f.Without.Model.LogLikelihood(all) // what no parameter changes
	f.Freedom = 2 * len(f.Names)
	f.Gain = max(2*(f.LogLikelihood-f.Without.LogLikelihood), 0)
	f.Chance = distuv.ChiSquared{K: float64(f.Freedom)}.Survival(f.Gain)
}

// checkPatterns refuses covariates that do not fit together, naming the place.
func checkPatterns(names []string, patterns []CovariateRows, opt CovariateOptions) error {
	bad := func(text string, args ...any) error {
		return postlift.Faultf(postlift.Invalid, "purchase.FitWithCovariates", text, args...)
	}
	if len(names) == 0 {
		return bad("there is no covariate: every column has one level only; fit without covariates")
	}
	if opt.Centre != nil {
		return bad("a fit with covariates takes no other model as its centre: they say how segments differ")
	}
	for i, p := range patterns {
		if len(p.Values) != len(names) {
			return bad("pattern %d has %d covariates, the list of names %d", i+1, len(p.Values), len(names))
		}
		for j, v := range p.Values {
			if math.IsNaN(v) || math.Abs(v) > 100 {
				return bad("covariate %s of pattern %d is %g: it must lie within 100 of 0; scale it to the size of one", names[j], i+1, v)
			}
		}
	}
	return nil
}

// flagEffects names covariates of few customers, and effects that the ridge decides.
func (f *CovariateFit) flagEffects(names []string, patterns []CovariateRows, ridge float64) {
	for j, name := range names {
		n := 0
		for _, p := range patterns {
			if p.Values[j] != 0 {
				n += customers(p.Rows)
			}
		}
		if n < fitting.FewAccounts {
			f.Few = append(f.Few, name)
		}
	}
	if len(f.Few) > 0 {
		f.Flags = append(f.Flags, FlagLevelFewAccounts)
	}
	for _, e := range append(slices.Clone(f.Orders), f.Leaving...) {
		if e.SE*e.SE > ridge*ridge/2 { // the ridge weighs more than the data
			f.Flags = append(f.Flags, FlagCovariateUnidentified)
			return
		}
	}
}

func customers(rows []Counted) int {
	n := 0
	for _, c := range rows {
		n += c.N
	}
	return n
}

// At is the model of a customer with the given covariates. Values that are missing count as 0, surplus ones are
// left out.
func (f CovariateFit) At(values []float64) Model {
	link := links[f.Model.Name()]
	params := fitting.ParamMap(f.Model.Params())
	theta := make([]float64, len(link.free))
	for i, name := range link.free {
		theta[i] = math.Log(params[name])
	}
	link.orders.shift(theta, total(f.Orders, values))
	link.leaving.shift(theta, total(f.Leaving, values))
	for i, name := range link.free {
		params[name] = math.Exp(theta[i])
	}
	return models[f.Model.Name()].make(params)
}

func total(effects []Effect, values []float64) float64 {
	sum := 0.0
	for i := range min(len(effects), len(values)) {
		sum += effects[i].Value * values[i]
	}
	return min(max(sum, -effectLimit), effectLimit)
}

// Draws gives k fits whose parameters and effects are drawn from their joint law; see Fitted.Draws.
func (f CovariateFit) Draws(k int, rng *rand.Rand) []CovariateFit {
	base, n := len(links[f.Model.Name()].free), len(f.Names)
	var out []CovariateFit
	for _, v := range f.Stats.Draws(k, rng) {
		d := f
		params := fitting.ParamMap(f.Model.Params())
		for i, name := range f.LogNames[:base] {
			params[name] = v[i]
		}
		d.Model = models[f.Model.Name()].make(params)
		d.Orders, d.Leaving = slices.Clone(f.Orders), slices.Clone(f.Leaving)
		for j := range n {
			d.Orders[j].Value = math.Log(v[base+j])
			d.Leaving[j].Value = math.Log(v[base+n+j])
		}
		out = append(out, d)
	}
	return out
}
