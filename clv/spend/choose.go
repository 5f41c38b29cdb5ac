package spend

import (
	"math"
	"slices"

	"postlift"
)

// Scored is how one model predicted later orders.
type Scored struct {
	Name      string  `json:"name"`
	Customers int     `json:"customers"` // with later orders of a positive mean value
	LogScore  float64 `json:"log_score"` // mean log density of the later mean values; larger is better
	MAE       float64 `json:"mae"`       // mean absolute error of the later mean value
	Bias      float64 `json:"bias"`      // predicted by actual total of the later orders, less 1
	Fitted    Fitted  `json:"-"`
	Missing   string  `json:"missing,omitempty"` // why the model could not be fitted
}

// Choice is the outcome of comparing the models out of time.
type Choice struct {
	Chosen string   `json:"chosen"`
	Scores []Scored `json:"scores"` // in the order of Names
	// Gain is the mean log score of the best model less that of the default one, GainSE its standard error
	// over customers.
	Gain   float64 `json:"gain"`
	GainSE float64 `json:"gain_se"`
}

// switchAt is how many standard errors a model must be better than the default one: below, the difference may
// be luck, and changing models from month to month costs more than it brings.
const switchAt = 2

// Choose fits every model to the earlier orders of customers and scores it on later ones: train[i] and test[i]
// belong to one customer, test[i].X is 0 for one without later orders. The Gamma-Gamma model is the default;
// another must beat its log score by two standard errors. Lists of unequal length and a train without any
// usable observation are Invalid faults.
func Choose(train, test []Observation) (Choice, error) {
	const op = "spend.Choose"
	if len(train) != len(test) {
		return Choice{}, postlift.Faultf(postlift.Invalid, op, "%d earlier and %d later observations: they must be of the same customers", len(train), len(test))
	}
	c := Choice{}
	var scores [][]float64
	for _, name := range Names() {
		s, each := score(name, train, test)
		c.Scores, scores = append(c.Scores, s), append(scores, each)
	}
	fitted := func(s Scored) bool { return s.Missing == "" }
	first := slices.IndexFunc(c.Scores, fitted)
	if first < 0 {
		return Choice{}, postlift.Faultf(postlift.Invalid, op, "no spend model can be fitted: %s", c.Scores[0].Missing)
	}
	best := first
	for i, s := range c.Scores {
		if fitted(s) && s.LogScore > c.Scores[best].LogScore {
			best = i
		}
	}
	c.Chosen = c.Scores[first].Name
	if best != first {
		c.Gain, c.GainSE = pairedGain(scores[best], scores[first])
		if c.Gain > switchAt*c.GainSE {
			c.Chosen = c.Scores[best].Name
		}
	}
	return c, nil
}

// score fits one model and gives the log score of every customer with later orders.
func score(name string, train, test []Observation) (Scored, []float64) {
	fit, err := Fit(name, train)
	if err != nil {
		return Scored{Name: name, Missing: postlift.UserText(err)}, nil
	}
	s := Scored{Name: name, Fitted: fit}
	each := make([]float64, 0, len(test))
	var predicted, actual float64
	for i, next := range test {
		if !next.known() {
			continue
		}
		mean := fit.Model.MeanSpend(train[i])
		each = append(each, fit.Model.LogScore(train[i], next))
		s.LogScore += each[len(each)-1]
		s.MAE += math.Abs(mean - within(next.M))
		predicted += mean * float64(next.X)
		actual += within(next.M) * float64(next.X)
	}
	s.Customers = len(each)
	if n := float64(len(each)); n > 0 {
		s.LogScore, s.MAE, s.Bias = s.LogScore/n, s.MAE/n, predicted/actual-1
	}
	return s, each
}

// pairedGain is the mean of a-b and its standard error.
func pairedGain(a, b []float64) (mean, se float64) {
	n := float64(len(a))
	if n < 2 {
		return 0, 0
	}
	for i := range a {
		mean += (a[i] - b[i]) / n
	}
	sum := 0.0
	for i := range a {
		d := a[i] - b[i] - mean
		sum += d * d
	}
	return mean, math.Sqrt(sum / (n - 1) / n)
}
