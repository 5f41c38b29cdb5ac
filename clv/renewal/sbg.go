package renewal

import (
	"math"
	"slices"

	"postlift"
	"postlift/clv/fitting"
)

// SBG is the shifted beta geometric renewal model of Fader and Hardie, "How to Project Customer
// Retention", Journal of Interactive Marketing 21 (2007), in hazard form: at renewal opportunity i =
// 1, 2, … a contract ends with probability
//
//	h_i = Mu / (1 + (i-1) Omega),   Mu = alpha/(alpha+beta),   Omega = 1/(alpha+beta).
//
// Omega = 0 is the plain geometric model (constant hazard), an ordinary point that real portfolios
// reach; in alpha and beta it lies at infinity.
type SBG struct {
	Mu    float64 // hazard at the first opportunity, 0 to 1
	Omega float64 // how fast the hazard falls, from 0
}

// NewSBG makes the model from the paper's parameters.
func NewSBG(alpha, beta float64) SBG {
	return SBG{Mu: alpha / (alpha + beta), Omega: 1 / (alpha + beta)}
}

// AlphaBeta gives the paper's parameters; both are +Inf for a constant hazard.
func (s SBG) AlphaBeta() (alpha, beta float64) {
	return s.Mu / s.Omega, (1 - s.Mu) / s.Omega
}

// Hazard is the probability that a contract ends at opportunity i (from 1), having reached it.
func (s SBG) Hazard(i int) float64 {
	return s.Mu / (1 + float64(max(i, 1)-1)*s.Omega)
}

// Retention is the probability of renewing at opportunity i, the r_t of the paper:
// (beta+t-1)/(alpha+beta+t-1).
func (s SBG) Retention(i int) float64 { return 1 - s.Hazard(i) }

// Survive is the probability that a contract with done renewals behind it renews the next more times.
func (s SBG) Survive(done, more int) float64 { return Survive(s, done, more) }

// Survival is the share of a new cohort that is still there after n opportunities, the S(n) of the
// paper.
func (s SBG) Survival(n int) float64 { return Survive(s, 0, n) }

// LogLikelihood is the log-likelihood of renewal decisions.
func (s SBG) LogLikelihood(t *Table) float64 { return logLikelihood(s, t) }

// Name is "sbg".
func (s SBG) Name() string { return ModelSBG }

// Params lists mu and omega, and alpha and beta where they are finite.
func (s SBG) Params() []fitting.Param {
	ps := []fitting.Param{{Name: "mu", Value: s.Mu}, {Name: "omega", Value: s.Omega}}
	if a, b := s.AlphaBeta(); !math.IsInf(a, 0) && !math.IsInf(b, 0) && !math.IsNaN(a) && !math.IsNaN(b) {
		ps = append(ps, fitting.Param{Name: "alpha", Value: a}, fitting.Param{Name: "beta", Value: b})
	}
	return ps
}

// SBGFit is a fitted renewal model. SE has mu and omega, and alpha and beta where they are finite.
type SBGFit struct {
	Model SBG
	fitting.Stats
	at laplace
}

// Params lists the parameters of the model.
func (f SBGFit) Params() []fitting.Param { return f.Model.Params() }

// meanNegLL is the mean negative log-likelihood at (logit mu, log omega), with its gradient.
func (t *Table) meanNegLL(theta, grad []float64) float64 {
	mu, omega := fitting.Sigmoid(theta[0]), math.Exp(theta[1])
	rest := fitting.Sigmoid(-theta[0]) // 1-mu without cancellation
	var ll, g0, g1, n float64
	for i := range t.Ended {
		c, s := float64(t.Ended[i]), float64(t.Renewed[i])
		if c+s == 0 {
			continue
		}
		n += c + s
		lag := float64(i) * omega
		odds := mu / (rest + lag) // h/(1-h)
		fall := lag / (1 + lag)
		ll += c*(math.Log(mu)-math.Log1p(lag)) + s*(math.Log(rest+lag)-math.Log1p(lag))
		g0 += (c - s*odds) * rest
		g1 += (s*odds - c) * fall
	}
	if grad != nil {
		grad[0], grad[1] = -g0/n, -g1/n
	}
	return -ll / n
}

// The prior of renewals that do not identify a model: a first hazard around 15 %, falling slowly.
var (
	renewalCentre = []float64{math.Log(0.15 / 0.85), math.Log(0.3)}
	renewalSD     = 1.5
)

// FitSBG fits the renewal model by maximum likelihood. Where the likelihood is no better than with a
// constant hazard, the constant hazard is the answer and flagged; where nobody or everybody left, or
// nobody left after the first opportunity, a weak prior keeps the model inside its bounds and is
// flagged. A table without decisions is an Invalid fault.
func FitSBG(t *Table) (SBGFit, error) {
	if err := t.check(); err != nil {
		return SBGFit{}, err
	}
	ended, renewed := t.Totals()
	n := float64(ended + renewed)
	if n == 0 {
		return SBGFit{}, postlift.Faultf(postlift.Invalid, "renewal.FitSBG", "there is no renewal decision to fit the model to")
	}
	if ended == 0 || renewed == 0 {
		return t.fitWithPrior(n, fitting.FlagBoundary), nil
	}
	mu := float64(ended) / n
	start := math.Log(mu) - math.Log1p(-mu)
	o := fitting.Minimise(t.meanNegLL, [][]float64{{start, -1}, {start, 1}, {start, -4}}, false)
	constant := SBG{Mu: mu}
	switch {
	case -o.Value*n-constant.LogLikelihood(t) < 1e-6 || o.Theta[1] < -fitting.BoundaryTheta:
		return t.constantHazard(constant, n), nil
	case o.Theta[1] > fitting.BoundaryTheta || math.Abs(o.Theta[0]) > fitting.BoundaryTheta:
		return t.fitWithPrior(n, fitting.FlagBoundary), nil
	case !o.Converged || o.Cov == nil:
		return t.fitWithPrior(n, fitting.FlagNotIdentified), nil
	}
	return t.finish(o, n, nil), nil
}

// constantHazard reports the geometric model, whose standard error is the binomial one.
func (t *Table) constantHazard(m SBG, n float64) SBGFit {
	fit := t.finish(fitting.Optimum{Theta: []float64{0, 0}}, n, []string{fitting.FlagGeometric})
	fit.Model, fit.LogLikelihood = m, m.LogLikelihood(t)
	fit.SE = map[string]float64{"mu": math.Sqrt(m.Mu * (1 - m.Mu) / n)}
	fit.at = geometricLaplace(m.Mu, n)
	if t.distinct() < 2 {
		fit.Flags = append(fit.Flags, fitting.FlagNotIdentified)
	}
	return fit
}

func (t *Table) fitWithPrior(n float64, flag string) SBGFit {
	o := fitting.Minimise(fitting.WithPrior(t.meanNegLL, renewalCentre, renewalSD, n), [][]float64{renewalCentre, {0, 0}}, false)
	flags := []string{flag, fitting.FlagPriorUsed}
	if !o.Converged {
		flags = append(flags, fitting.FlagNotConverged)
	}
	return t.finish(o, n, flags)
}

// finish turns an optimum into a fit, with standard errors by the delta method.
func (t *Table) finish(o fitting.Optimum, n float64, flags []string) SBGFit {
	m := SBG{Mu: fitting.Sigmoid(o.Theta[0]), Omega: math.Exp(o.Theta[1])}
	if n < fitting.FewAccounts {
		flags = append(flags, fitting.FlagFewAccounts)
	}
	fit := SBGFit{Model: m, Stats: fitting.Stats{LogLikelihood: m.LogLikelihood(t), Observations: int(n),
		Rows: t.distinct(), PriorUsed: slices.Contains(flags, fitting.FlagPriorUsed), Flags: flags, SE: map[string]float64{}}, at: laplace{theta: o.Theta}}
	if o.Hessian == nil {
		return fit // not the end of a search: the caller knows the errors
	}
	fit.at = laplaceOf(o, n)
	if fit.at.clipped {
		fit.Flags = append(fit.Flags, fitting.FlagClipped)
	}
	v11, v12, v22 := fit.at.cov[0], fit.at.cov[1], fit.at.cov[3]
	alpha, beta := m.AlphaBeta()
	rest := 1 - m.Mu
	fit.SE["mu"] = m.Mu * rest * math.Sqrt(v11)
	fit.SE["omega"] = m.Omega * math.Sqrt(v22)
	fit.SE["alpha"] = alpha * math.Sqrt(max(rest*rest*v11-2*rest*v12+v22, 0))
	fit.SE["beta"] = beta * math.Sqrt(max(m.Mu*m.Mu*v11+2*m.Mu*v12+v22, 0))
	return fit
}
