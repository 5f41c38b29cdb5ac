package purchase

import (
	"math/rand/v2"

	"postlift"
	"postlift/clv/fitting"
)

// Options steer a fit. The zero value means plain maximum likelihood with the prior only as a
// fallback.
type Options struct {
	// Centre, when not nil, is the model (of the whole portfolio) towards which a segment's fit is
	// pulled; a prior is then always used and the result says so.
	Centre Model
	// PriorSD is the standard deviation of the prior on log parameters; 0 means 3, or 1.5 below 500
	// customers.
	PriorSD float64
	// K fixes the regularity of the MBG/CNBD-k model, 1 to 6; 0 tries them all and keeps the likeliest.
	K int
	// LogGaps is the sum of the logs of all times between the order days of a customer, weeks. It changes
	// no parameter, but without it the likelihoods of regular and irregular buying cannot be compared.
	LogGaps float64
}

// Fitted is a fitted order model.
type Fitted struct {
	Model Model
	fitting.Stats
}

// Draws gives k models whose parameters are drawn from the law of the fitted ones: normal in logs, with the
// covariance of the fit (Laplace's approximation). They are finite and usable, every one.
func (f Fitted) Draws(k int, rng *rand.Rand) []Model {
	vectors := f.Stats.Draws(k, rng)
	out := make([]Model, 0, len(vectors))
	spec := models[f.Model.Name()]
	for _, v := range vectors {
		params := fitting.ParamMap(f.Model.Params())
		for i, name := range f.LogNames {
			params[name] = v[i]
		}
		out = append(out, spec.make(params))
	}
	return out
}

// Fit fits the named order model to counted histories. An unknown model and an empty portfolio
// are Invalid faults.
func Fit(model string, rows []Counted, opt Options) (Fitted, error) {
	spec, ok := models[model]
	if !ok {
		return Fitted{}, Unknown(model)
	}
	for _, c := range rows {
		if reason := BadHistory(c.X, c.TX, c.T); reason != "" || c.N < 1 {
			return Fitted{}, postlift.Faultf(postlift.Invalid, "purchase.Fit",
				"history x=%d t_x=%g T=%g counted %d times cannot be: %s", c.X, c.TX, c.T, c.N, reason)
		}
	}
	if len(rows) == 0 {
		return Fitted{}, postlift.Faultf(postlift.Invalid, "purchase.Fit",
			"there is no customer with an order to fit the model to")
	}
	return spec.fit(rows, opt)
}

func (o Options) priorSD(n float64) float64 {
	if o.PriorSD > 0 {
		return o.PriorSD
	}
	return fitting.PriorSD(n)
}
