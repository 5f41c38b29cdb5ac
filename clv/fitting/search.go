package fitting

import (
	"math"

	"gonum.org/v1/gonum/mat"
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

// Stats is what every fit reports beside its parameters.
type Stats struct {
	// SE holds standard errors by parameter name, from the Hessian in logs; a parameter that the data
	// do not identify has no entry. With a prior they are posterior standard deviations.
	SE            map[string]float64
	LogLikelihood float64 // of the data alone, without the prior
	Observations  int     // customers (orders, spend) or renewal decisions (renewals)
	Rows          int     // distinct rows after compression
	PriorUsed     bool
	Flags         []string

	// The law of the parameters that Draws draws from: jointly normal in logs.
	LogNames []string      `json:"-"`
	LogMean  []float64     `json:"-"` // log of each parameter
	LogCov   *mat.SymDense `json:"-"`
}

// Listed makes an absent list an empty one, so that JSON shows [] and not null.
func Listed(flags []string) []string {
	if flags == nil {
		return []string{}
	}
	return flags
}

// Search is a search over log parameters: plain likelihood first, the weak prior where that runs to a
// boundary or does not identify all parameters.
type Search struct {
	F           Objective
	Starts      [][]float64
	Centre      []float64 // of the prior, in the same (scaled) logs
	SD          float64   // of the prior
	N           float64   // observations behind the mean
	AlwaysPrior bool      // not only as a fallback
	All         bool      // try all starts a short way and go on from the best, not from the first that converges
}

// Run searches and tells which flags the search raised.
func (l Search) Run() (Optimum, []string) {
	var flags []string
	if !l.AlwaysPrior {
		o := Minimise(l.F, l.Starts, l.All)
		boundary, identified := o.AtBoundary(l.N)
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
	starts := append([][]float64{l.Centre}, l.Starts...)
	o := Minimise(WithPrior(l.F, l.Centre, l.SD, l.N), starts, l.All)
	if !o.Converged {
		flags = append(flags, FlagNotConverged)
	}
	return o, flags
}

// NaturalSE turns standard errors of logs into those of the parameters: theta * sd(log theta).
func NaturalSE(ps []Param, sdLog []float64) map[string]float64 {
	out := map[string]float64{}
	for i, p := range ps {
		if i < len(sdLog) && !math.IsNaN(sdLog[i]) && !math.IsInf(p.Value*sdLog[i], 0) {
			out[p.Name] = p.Value * sdLog[i]
		}
	}
	return out
}

// PriorSD is the standard deviation of the weak prior on log parameters for n customers: 3, or 1.5 below 500.
func PriorSD(n float64) float64 {
	if n < smallSample {
		return 1.5
	}
	return 3
}
