package clv

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"postlift"
)

// Names of the order models that Fit and NewModel know.
const (
	ModelBGNBD = "bgnbd"
	ModelGamma = "gammagamma" // the spend model's name in results
	ModelSBG   = "sbg"        // the renewal model's name in results
)

// Param is one named model parameter.
type Param struct {
	Name  string
	Value float64
}

// OrderModel predicts order days of a customer from (x, t_x, T). Times are weeks. Implementations are
// values and safe for concurrent use.
type OrderModel interface {
	// Name is the model's name on the command line.
	Name() string
	// Params lists the parameters in their usual order.
	Params() []Param
	// LogLikelihood is the log-likelihood of counted histories.
	LogLikelihood(rows []Counted) float64
	// PAlive is the probability that the customer still orders at age.
	PAlive(x int, tx, age float64) float64
	// ExpectedOrders is the expected number of order days in the next t weeks.
	ExpectedOrders(x int, tx, age, t float64) float64
	// Ahead fills, for every t of ts, the expected order days up to t and the probability of being
	// alive at t, both given that the customer is alive at age.
	Ahead(x int, age float64, ts, orders, alive []float64)
}

// orderModels is the one list of order models: how each is fitted and made from parameters.
var orderModels = map[string]struct {
	fit    func(rows []Counted, opt FitOptions) (OrderFit, error)
	params []string
	make   func(p map[string]float64) OrderModel
}{
	ModelBGNBD: {
		fit:    fitBGNBD,
		params: []string{"r", "alpha", "a", "b"},
		make: func(p map[string]float64) OrderModel {
			return BGNBD{R: p["r"], Alpha: p["alpha"], A: p["a"], B: p["b"]}
		},
	},
}

// ModelNames lists the order models that Fit and NewModel know.
func ModelNames() []string { return slices.Sorted(maps.Keys(orderModels)) }

func unknownModel(name string) error {
	return postlift.Faultf(postlift.Invalid, "clv.model", "unknown model %q; known: %s",
		name, strings.Join(ModelNames(), ", "))
}

// spendParams are the Gamma-Gamma parameters that may stand beside those of an order model.
var spendParams = []string{"p", "q", "gamma"}

// NewModel makes an order model from parameters by name, and the spend model too when p, q and gamma
// are given (else nil). Missing, unknown and non-positive parameters are Invalid faults.
func NewModel(name string, params map[string]float64) (OrderModel, *GammaGamma, error) {
	spec, ok := orderModels[name]
	if !ok {
		return nil, nil, unknownModel(name)
	}
	if err := checkParams(name, spec.params, params); err != nil {
		return nil, nil, err
	}
	for k := range params {
		if !slices.Contains(spec.params, k) && !slices.Contains(spendParams, k) {
			return nil, nil, postlift.Faultf(postlift.Invalid, "clv.NewModel",
				"model %s has no parameter %q; it has %s, and %s for spend",
				name, k, strings.Join(spec.params, ", "), strings.Join(spendParams, ", "))
		}
	}
	model := spec.make(params)
	if !hasAny(params, spendParams) {
		return model, nil, nil
	}
	if err := checkParams("spend", spendParams, params); err != nil {
		return nil, nil, err
	}
	return model, &GammaGamma{P: params["p"], Q: params["q"], Gamma: params["gamma"]}, nil
}

func hasAny(params map[string]float64, names []string) bool {
	return slices.ContainsFunc(names, func(n string) bool { _, ok := params[n]; return ok })
}

// paramLimit bounds parameters from outside so that every prediction stays finite.
const paramLimit = 1e12

func checkParams(model string, names []string, params map[string]float64) error {
	for _, n := range names {
		v, ok := params[n]
		if !ok {
			return postlift.Faultf(postlift.Invalid, "clv.NewModel",
				"model %s needs the parameter %s; it has %s", model, n, strings.Join(names, ", "))
		}
		if !(v >= 1/paramLimit && v <= paramLimit) {
			return postlift.Faultf(postlift.Invalid, "clv.NewModel",
				"parameter %s=%g of model %s must lie between %g and %g", n, v, model, 1/paramLimit, paramLimit)
		}
	}
	return nil
}

// ParseParams reads "r=0.24,alpha=4.4,a=0.79,b=2.43".
func ParseParams(s string) (map[string]float64, error) {
	out := map[string]float64{}
	for _, part := range strings.Split(s, ",") {
		name, text, ok := strings.Cut(strings.TrimSpace(part), "=")
		name = strings.TrimSpace(name)
		v, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
		if !ok || name == "" || err != nil {
			return nil, postlift.Faultf(postlift.Invalid, "clv.ParseParams",
				"%q is not a parameter of the form name=number; write for example r=0.24,alpha=4.4,a=0.79,b=2.43", part)
		}
		if _, twice := out[name]; twice {
			return nil, postlift.Faultf(postlift.Invalid, "clv.ParseParams", "parameter %s is given twice", name)
		}
		out[name] = v
	}
	return out, nil
}
