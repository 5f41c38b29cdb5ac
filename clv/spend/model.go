package spend

import (
	"math"
	"strings"

	"postlift"
	"postlift/clv/fitting"
)

// Observation is what is known of the values of a customer's X repeat order days. M alone is the sufficient
// statistic of the Gamma-Gamma model; the lognormal one needs the logs.
type Observation struct {
	X       int
	M       float64 // mean value
	LogMean float64 // mean of the logs of the values
	LogSS   float64 // sum of squared deviations of the logs from their mean
	Logs    bool    // the two logs are known
	First   bool    // this is the only order and no repeat: good for a prediction, but no fit learns from it
}

// FirstOrder is the observation of a customer without repeat orders: its only order of the given value stands
// for its own mean. A value that is not positive tells nothing and gives the population (X = 0).
func FirstOrder(value float64) Observation {
	if !(value > 0) || math.IsInf(value, 0) {
		return Observation{}
	}
	return Observation{X: 1, M: value, LogMean: math.Log(value), Logs: true, First: true}
}

// Model predicts the value of a customer's future order days. Results are positive and finite for every
// observation. X = 0 gives the population.
type Model interface {
	// Name is the model's name on the command line.
	Name() string
	// Params lists the parameters in their usual order.
	Params() []fitting.Param
	// MeanSpend is the expected value of a future order day.
	MeanSpend(o Observation) float64
	// Spread gives two standard deviations, each relative to MeanSpend: of the customer's own true mean,
	// which x orders leave open, and of a single order day around that mean.
	Spread(o Observation) (mean, order float64)
	// LogScore is the log density, at its mean value, of a later observation of the same customer.
	LogScore(o, next Observation) float64
}

const (
	leastValue    = 1e-9 // values are taken from here to mostValue, in whatever unit they are
	mostValue     = 1e18 // beyond every amount in minor units
	maxSpread     = 1e3  // bound of a relative standard deviation
	suffixBanded  = "-banded"
	leastLogScore = -1e6 // a score is a mean over customers: one impossible value must not drown them all
)

// Flags of a spend fit beside those of package fitting.
const (
	// FlagBanded says that the model was fitted band by band of the number of orders.
	FlagBanded = "spend_by_frequency_band"
	// FlagLogsMissing says that customers were left out because the logs of their values are unknown.
	FlagLogsMissing = "spend_logs_missing"
)

// Names lists the spend models that Fit and New know. Each is known with "-banded" behind it, too.
func Names() []string { return []string{ModelGammaGamma, ModelLogNormal} }

// ParamNames lists the parameters of a model that is not banded, nil for an unknown one.
func ParamNames(name string) []string {
	switch name {
	case ModelGammaGamma:
		return GammaGammaParams
	case ModelLogNormal:
		return LogNormalParams
	}
	return nil
}

// Unknown is the fault of a model name that is none of Names.
func Unknown(name string) error {
	return postlift.Faultf(postlift.Invalid, "spend.Model", "unknown spend model %q; known: %s, each also with %s",
		name, strings.Join(Names(), ", "), suffixBanded)
}

// New makes a spend model from parameters by name; parameters of other models are ignored. A missing or
// impossible parameter is an Invalid fault.
func New(name string, params map[string]float64) (Model, error) {
	switch {
	case strings.HasSuffix(name, suffixBanded):
		return newBanded(strings.TrimSuffix(name, suffixBanded), params)
	case name == ModelGammaGamma:
		m, err := NewGammaGamma(params)
		if err != nil {
			return nil, err
		}
		return m, nil
	case name == ModelLogNormal:
		m, err := NewLogNormal(params)
		if err != nil {
			return nil, err
		}
		return m, nil
	}
	return nil, Unknown(name)
}

// within bounds a value, in the models' unit, so that sums and products of values stay finite.
func within(v float64) float64 { return min(max(v, leastValue), mostValue) }

// known tells that an observation holds a usable mean of repeat orders.
func (o Observation) known() bool { return o.X > 0 && o.M > 0 && !math.IsInf(o.M, 0) }

// logs gives the mean of the logs and the sum of squares around it, where they are known: a single order
// needs no more than its value.
func (o Observation) logs() (mean, ss float64, ok bool) {
	switch {
	case o.X <= 0:
		return 0, 0, false
	case o.Logs && math.Abs(o.LogMean) < 100 && o.LogSS >= 0 && o.LogSS < 1e6:
		return o.LogMean, o.LogSS, true
	case o.X == 1 && o.known():
		return math.Log(within(o.M)), 0, true
	}
	return 0, 0, false
}

// level is the usable mean value of an observation, from its logs where it has no other.
func (o Observation) level() float64 {
	if o.known() {
		return within(o.M)
	}
	return within(math.Exp(o.LogMean))
}
