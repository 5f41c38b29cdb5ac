package renewal

import (
	"math"
	"strings"

	"postlift"
	"postlift/clv/fitting"
)

// Names of the renewal models that Fit and New know.
const (
	ModelGeometric = "geometric"
	ModelSBG       = "sbg"
	ModelBdW       = "bdw"
)

// Names lists the renewal models from the simplest to the richest.
func Names() []string { return []string{ModelGeometric, ModelSBG, ModelBdW} }

// Model says how likely a contract is to end at each renewal opportunity. Implementations are values and
// safe for concurrent use; every result is finite.
type Model interface {
	// Name is the model's name on the command line.
	Name() string
	// Params lists the parameters in their usual order.
	Params() []fitting.Param
	// Hazard is the probability that a contract ends at opportunity i (from 1), having reached it; 0 to 1.
	Hazard(i int) float64
	// LogLikelihood is the log-likelihood of renewal decisions.
	LogLikelihood(t *Table) float64
}

// New makes a renewal model from parameters by name: geometric from mu, sbg from mu and omega or from alpha
// and beta, bdw from alpha, beta and c. A missing or impossible parameter is an Invalid fault.
func New(name string, params map[string]float64) (Model, error) {
	var m Model
	var err error
	switch _, hazardForm := params["mu"]; {
	case name == ModelGeometric:
		m, err = Geometric{Mu: params["mu"]}, between(name, "mu", params, 0, 1)
	case name == ModelSBG && hazardForm:
		m, err = SBG{Mu: params["mu"], Omega: params["omega"]}, between(name, "mu", params, 0, 1)
		if err == nil {
			err = between(name, "omega", params, 0, 1e12)
		}
	case name == ModelSBG:
		m, err = NewSBG(params["alpha"], params["beta"]), fitting.CheckParams(name, []string{"alpha", "beta"}, params)
	case name == ModelBdW:
		m, err = BdW{Alpha: params["alpha"], Beta: params["beta"], C: params["c"]}, between(name, "c", params, minShape, maxShape)
		if err == nil {
			err = fitting.CheckParams(name, []string{"alpha", "beta"}, params)
		}
	default:
		err = postlift.Faultf(postlift.Invalid, "renewal.New", "unknown renewal model %q; known: %s", name, strings.Join(Names(), ", "))
	}
	if err != nil {
		return nil, err
	}
	return m, nil
}

// between refuses a parameter that is missing or out of bounds.
func between(model, name string, params map[string]float64, lo, hi float64) error {
	if v, ok := params[name]; !ok || !(v >= lo && v <= hi) {
		return postlift.Faultf(postlift.Invalid, "renewal.New",
			"model %s needs the parameter %s from %g to %g; it is %g or missing", model, name, lo, hi, v)
	}
	return nil
}

// Survive is the probability that a contract with done renewals behind it renews the next more times.
func Survive(m Model, done, more int) float64 {
	s := 1.0
	for i := 1; i <= more && s > 0; i++ {
		s *= 1 - m.Hazard(done+i)
	}
	return s
}

// Survival is the share of a new cohort that is still there after n opportunities, S(n).
func Survival(m Model, n int) float64 { return Survive(m, 0, n) }

const (
	minRate   = 1e-4  // a rate below would need more periods than any contract has
	tailShare = 1e-15 // what a sum over periods may leave out
)

// DEL is the discounted expected lifetime of a new contract in periods, the first payment made now: the sum
// of S(n)/(1+rate)^n over n = 0, 1, …, which for the sBG is 2F1(1, beta; alpha+beta; 1/(1+rate)) (Fader and
// Hardie 2010, "Customer-Base Valuation in a Contractual Setting"). Rate is per period; a rate below 1e-4
// counts as 1e-4.
func DEL(m Model, rate float64) float64 { return 1 + discounted(m, 0, rate)/(1+max(rate, minRate)) }

// DERL is the discounted expected residual lifetime of a contract that has had n active periods and whose
// renewal is due now, a payment at renewal not discounted. Rate is as for DEL.
func DERL(m Model, n int, rate float64) float64 { return discounted(m, max(n, 1)-1, rate) }

// discounted sums the chances of the renewals after done, the next not discounted.
func discounted(m Model, done int, rate float64) float64 {
	if !(rate >= minRate) {
		rate = minRate
	}
	v, term, sum := 1/(1+rate), 1.0, 0.0
	for i := done + 1; ; i++ {
		term *= 1 - m.Hazard(i)
		sum += term
		if term <= tailShare*sum*(1-v) {
			return sum
		}
		term *= v
	}
}

// LogScore is the mean log-likelihood per decision of a table that the model was not fitted to; higher is
// better, 0 for a table without decisions.
func LogScore(m Model, t *Table) float64 {
	ended, renewed := t.Totals()
	if ended+renewed == 0 {
		return 0
	}
	return m.LogLikelihood(t) / float64(ended+renewed)
}

// worstLog bounds the log-likelihood of one decision that the model holds for impossible, so that sums stay
// finite and comparable.
const worstLog = -700

// logLikelihood is the sum over a table of the log-probabilities that a model gives to its decisions.
func logLikelihood(m Model, t *Table) float64 {
	sum := 0.0
	for i := range t.Ended {
		if t.Ended[i]+t.Renewed[i] == 0 {
			continue
		}
		h := m.Hazard(i + 1)
		sum += float64(t.Ended[i])*max(math.Log(h), worstLog) + float64(t.Renewed[i])*max(math.Log1p(-h), worstLog)
	}
	return sum
}
