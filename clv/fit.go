package clv

import (
	"math"

	"postlift"
)

// Flags of a fit. A flag says what a reader must know before trusting the numbers.
const (
	FlagBoundary      = "boundary"       // plain maximum likelihood ran a parameter to 0 or infinity
	FlagNotIdentified = "not_identified" // the data do not pin all parameters down
	FlagPriorUsed     = "prior_used"     // parameters come from likelihood times a weak prior
	FlagFewAccounts   = "few_accounts"   // fewer than FewAccounts customers
	FlagNotConverged  = "not_converged"  // no search ended at a point of zero gradient
	FlagCorrelated    = "spend_depends_on_frequency"
	FlagInfiniteMean  = "spend_mean_unbounded" // q is so small that the population mean is a tail's
	FlagGeometric     = "constant_hazard"      // renewal hazard does not fall with tenure: omega is 0
	FlagPooled        = "renewal_pooled"       // too few renewals of this term class: all classes together
)

// FewAccounts is the number of customers below which a fit is flagged.
const FewAccounts = 100

// smallSample is the number of customers below which a prior, once needed, is the tighter one.
const smallSample = 500

// FitOptions steer a fit. The zero value means plain maximum likelihood with the prior only as a
// fallback.
type FitOptions struct {
	// Centre, when not nil, is the model (of the whole portfolio) towards which a segment's fit is
	// pulled; a prior is then always used and the result says so.
	Centre OrderModel
	// PriorSD is the standard deviation of the prior on log parameters; 0 means 3, or 1.5 below 500
	// customers.
	PriorSD float64
}

func (o FitOptions) priorSD(n float64) float64 {
	switch {
	case o.PriorSD > 0:
		return o.PriorSD
	case n < smallSample:
		return 1.5
	}
	return 3
}

// FitStats is what every fit reports beside its parameters.
type FitStats struct {
	// SE holds standard errors by parameter name, from the Hessian in logs; a parameter that the data
	// do not identify has no entry. With a prior they are posterior standard deviations.
	SE            map[string]float64
	LogLikelihood float64 // of the data alone, without the prior
	Observations  int     // customers (orders, spend) or renewal decisions (renewals)
	Rows          int     // distinct rows after compression
	PriorUsed     bool
	Flags         []string
}

// OrderFit is a fitted order model.
type OrderFit struct {
	Model OrderModel
	FitStats
}

// FitOrders fits the named order model to counted histories. An unknown model and an empty portfolio
// are Invalid faults.
func FitOrders(model string, rows []Counted, opt FitOptions) (OrderFit, error) {
	spec, ok := orderModels[model]
	if !ok {
		return OrderFit{}, unknownModel(model)
	}
	for _, c := range rows {
		if reason := badHistory(c.X, c.TX, c.T); reason != "" || c.N < 1 {
			return OrderFit{}, postlift.Faultf(postlift.Invalid, "clv.FitOrders",
				"history x=%d t_x=%g T=%g counted %d times cannot be: %s", c.X, c.TX, c.T, c.N, reason)
		}
	}
	if len(rows) == 0 {
		return OrderFit{}, postlift.Faultf(postlift.Invalid, "clv.FitOrders",
			"there is no customer with an order to fit the model to")
	}
	return spec.fit(rows, opt)
}

// FitResult is the published form of a fit of orders and spend (see the contract of the command line).
type FitResult struct {
	Model         string             `json:"model"`
	Params        map[string]float64 `json:"params"`
	SE            map[string]float64 `json:"se"`
	LogLikelihood float64            `json:"log_likelihood"`
	Customers     int                `json:"customers"`
	RowsCompress  int                `json:"rows_compressed"`
	TimeUnit      string             `json:"time_unit"`
	PriorUsed     bool               `json:"prior_used"`
	Flags         []string           `json:"flags"`
	Spend         *SpendResult       `json:"spend,omitempty"`
}

// SpendResult is the published form of a spend fit. Gamma is in the unit of the value column.
type SpendResult struct {
	Model         string             `json:"model"`
	Params        map[string]float64 `json:"params"`
	SE            map[string]float64 `json:"se"`
	LogLikelihood float64            `json:"log_likelihood"`
	Customers     int                `json:"customers"` // repeat buyers with a positive mean
	PriorUsed     bool               `json:"prior_used"`
	Flags         []string           `json:"flags"`
}

// Result gives the published form of an order fit with the spend fit beside it (nil for none).
func Result(f OrderFit, spend *SpendFit) FitResult {
	r := FitResult{Model: f.Model.Name(), Params: paramMap(f.Model.Params()), SE: f.SE,
		LogLikelihood: f.LogLikelihood, Customers: f.Observations, RowsCompress: f.Rows,
		TimeUnit: "week", PriorUsed: f.PriorUsed, Flags: listed(f.Flags)}
	if spend != nil {
		r.Spend = &SpendResult{Model: ModelGamma, Params: paramMap(spend.Model.Params()), SE: spend.SE,
			LogLikelihood: spend.LogLikelihood, Customers: spend.Observations,
			PriorUsed: spend.PriorUsed, Flags: listed(spend.Flags)}
	}
	return r
}

// listed makes an absent list an empty one, so that JSON shows [] and not null.
func listed(flags []string) []string {
	if flags == nil {
		return []string{}
	}
	return flags
}

func paramMap(ps []Param) map[string]float64 {
	out := make(map[string]float64, len(ps))
	for _, p := range ps {
		out[p.Name] = p.Value
	}
	return out
}

// logFit is a search over log parameters: plain likelihood first, the weak prior where that runs to a
// boundary or does not identify all parameters.
type logFit struct {
	f         objective
	starts    [][]float64
	centre    []float64 // of the prior, in the same (scaled) logs
	sd        float64
	n         float64 // observations behind the mean
	alwaysPri bool
}

// run searches and tells which flags the search raised.
func (l logFit) run() (optimum, []string) {
	var flags []string
	if !l.alwaysPri {
		o := minimise(l.f, l.starts, false)
		boundary, identified := o.atBoundary(l.n)
		if !boundary && identified {
			return o, nil
		}
		if boundary {
			flags = append(flags, FlagBoundary)
		}
		if !identified {
			flags = append(flags, FlagNotIdentified)
		}
	}
	flags = append(flags, FlagPriorUsed)
	starts := append([][]float64{l.centre}, l.starts...)
	o := minimise(withPrior(l.f, l.centre, l.sd, l.n), starts, false)
	if !o.converged {
		flags = append(flags, FlagNotConverged)
	}
	return o, flags
}

// naturalSE turns standard errors of logs into those of the parameters: theta * sd(log theta).
func naturalSE(ps []Param, sdLog []float64) map[string]float64 {
	out := map[string]float64{}
	for i, p := range ps {
		if i < len(sdLog) && !math.IsNaN(sdLog[i]) && !math.IsInf(p.Value*sdLog[i], 0) {
			out[p.Name] = p.Value * sdLog[i]
		}
	}
	return out
}
