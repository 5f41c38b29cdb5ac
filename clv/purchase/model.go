package purchase

import (
	"maps"
	"slices"
	"strings"

	"postlift"
	"postlift/clv/fitting"
)

// Names of the order models that Fit and New know.
const (
	ModelBGNBD = "bgnbd"
)

// Model predicts order days of a customer from (x, t_x, T). Times are weeks, except in a model of
// discrete opportunities, whose unit is the opportunity. Implementations are values and safe for
// concurrent use; every result is finite for every history that BadHistory accepts.
type Model interface {
	// Name is the model's name on the command line.
	Name() string
	// Params lists the parameters in their usual order.
	Params() []fitting.Param
	// LogLikelihood is the log-likelihood of counted histories.
	LogLikelihood(rows []Counted) float64
	// PAlive is the probability that the customer still orders at age.
	PAlive(x int, tx, age float64) float64
	// Ahead fills, for every t of ts (in any order), the expected order days up to t and the probability
	// of being alive at t, both given that the customer is alive at age.
	Ahead(x int, tx, age float64, ts, orders, alive []float64)
	// UsesRecency tells whether Ahead and Distribution depend on tx; where not, they may be kept by (x, age).
	UsesRecency() bool
	// Distribution appends to p the probabilities of 0, 1, 2, … order days in the next t weeks given that
	// the customer is alive at age, until what is left is below 1e-12 or MaxOrders is reached.
	Distribution(p []float64, x int, tx, age, t float64) []float64
	// Orders is the expected number of repeat order days of a new customer in its first t weeks.
	Orders(t float64) float64
	// ProbOrders is the probability that a new customer has exactly n repeat order days in t weeks.
	ProbOrders(n int, t float64) float64
	// DERT is the number of discounted expected residual transactions: all future order days of the
	// customer, each discounted by exp(-rate t), t in weeks from age; rate must be positive.
	DERT(x int, tx, age, rate float64) float64
}

// ExpectedOrders is the expected number of order days in the next t weeks of a customer with this history.
func ExpectedOrders(m Model, x int, tx, age, t float64) float64 {
	var orders, alive [1]float64
	m.Ahead(x, tx, age, []float64{t}, orders[:], alive[:])
	return m.PAlive(x, tx, age) * orders[0]
}

// models is the one list of order models: how each is fitted and made from parameters.
var models = map[string]struct {
	fit    func(rows []Counted, opt Options) (Fitted, error)
	params []string
	make   func(p map[string]float64) Model
	check  func(p map[string]float64) error // beside the range of all parameters; may be nil
}{
	ModelBGNBD: {
		fit:    fitBGNBD,
		params: []string{"r", "alpha", "a", "b"},
		make: func(p map[string]float64) Model {
			return BGNBD{R: p["r"], Alpha: p["alpha"], A: p["a"], B: p["b"]}
		},
	},
	ModelMBGNBD: {
		fit:    fitMBGNBD,
		params: []string{"r", "alpha", "a", "b"},
		make: func(p map[string]float64) Model {
			return MBGCNBD{K: 1, R: p["r"], Alpha: p["alpha"], A: p["a"], B: p["b"]}
		},
	},
	ModelMBGCNBD: {
		fit:    fitMBGCNBD,
		params: []string{"k", "r", "alpha", "a", "b"},
		make: func(p map[string]float64) Model {
			return MBGCNBD{K: int(p["k"]), R: p["r"], Alpha: p["alpha"], A: p["a"], B: p["b"]}
		},
		check: checkRegularity,
	},
	ModelBGBB: {
		fit:    fitBGBB,
		params: []string{"alpha", "beta", "gamma", "delta"},
		make: func(p map[string]float64) Model {
			return BGBB{Alpha: p["alpha"], Beta: p["beta"], Gamma: p["gamma"], Delta: p["delta"]}
		},
	},
	ModelParetoNBD: {
		fit:    fitParetoNBD,
		params: []string{"r", "alpha", "s", "beta"},
		make: func(p map[string]float64) Model {
			return ParetoNBD{R: p["r"], Alpha: p["alpha"], S: p["s"], Beta: p["beta"]}
		},
	},
}

// Names lists the order models that Fit and New know.
func Names() []string { return slices.Sorted(maps.Keys(models)) }

// Unknown is the fault of a model name that is none of Names.
func Unknown(name string) error {
	return postlift.Faultf(postlift.Invalid, "purchase.Model", "unknown model %q; known: %s",
		name, strings.Join(Names(), ", "))
}

// New makes an order model from parameters by name; parameters of other models are ignored. A missing or
// non-positive parameter is an Invalid fault.
func New(name string, params map[string]float64) (Model, error) {
	spec, ok := models[name]
	if !ok {
		return nil, Unknown(name)
	}
	if err := fitting.CheckParams(name, spec.params, params); err != nil {
		return nil, err
	}
	if spec.check != nil {
		if err := spec.check(params); err != nil {
			return nil, err
		}
	}
	return spec.make(params), nil
}

// ParamNames lists the parameters of a model, nil for an unknown one.
func ParamNames(name string) []string { return models[name].params }
