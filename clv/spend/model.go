package spend

import "postlift/clv/fitting"

// Observation is what is known of the values of a customer's X repeat order days. M alone is the sufficient
// statistic of the Gamma-Gamma model; the lognormal one needs the logs.
type Observation struct {
	X       int
	M       float64 // mean value
	LogMean float64 // mean of the logs of the values
	LogSS   float64 // sum of squared deviations of the logs from their mean
	Logs    bool    // the two logs are known
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
}
