package renewal

import (
	"math"
	"slices"

	"postlift"
	"postlift/clv/fitting"
)

// Decided is renewal decisions of contracts that share their covariates at that opportunity, such as the price
// change announced or the tickets of the term; NaN is an unknown value.
type Decided struct {
	X              []float64
	Opportunity    int // from 1
	Ended, Renewed int
}

// Covariates is the sBG whose first hazard depends on covariates, with one Omega for all:
//
//	logit mu = Intercept + sum_j Gamma_j (x_j - Means_j).
//
// An unknown value counts as the mean.
type Covariates struct {
	Names     []string  `json:"names"`
	Means     []float64 `json:"means"`
	Gamma     []float64 `json:"gamma"` // effect of one unit on the logit
	Intercept float64   `json:"intercept"`
	Omega     float64   `json:"omega"`
}

// At is the renewal model of a contract with covariates x, in the order of Names; missing ones count as means.
func (c Covariates) At(x []float64) SBG {
	eta := c.Intercept
	for j, g := range c.Gamma {
		if j < len(x) && !math.IsNaN(x[j]) {
			eta += g * (x[j] - c.Means[j])
		}
	}
	return SBG{Mu: fitting.Sigmoid(min(max(eta, -drawLimit), drawLimit)), Omega: c.Omega}
}

// CovariateFit is a fitted model with covariates. SE has the effects by name, "intercept" and "omega".
type CovariateFit struct {
	Model Covariates
	fitting.Stats
}

// DefaultRidge is the standard deviation of the ridge prior on an effect, per standard deviation of its
// covariate: a logit of 1 is a large effect.
const DefaultRidge = 1.0

// FitCovariates fits effects on the logit of the first hazard by penalised maximum likelihood: each effect, per
// standard deviation of its covariate, has a normal prior with standard deviation ridge (0: DefaultRidge). A
// covariate without variation has no effect. Rows of another length than names, infinite values, and rows
// without a decision at all are Invalid faults.
func FitCovariates(names []string, rows []Decided, ridge float64) (CovariateFit, error) {
	d, err := newDesign(names, rows)
	if err != nil {
		return CovariateFit{}, err
	}
	if !(ridge > 0) || math.IsInf(ridge, 0) {
		ridge = DefaultRidge
	}
	d.penalty = 1 / (ridge * ridge * d.n)
	var flags []string
	if d.ended == 0 || d.ended == d.n {
		flags = []string{FlagOneOutcome, fitting.FlagPriorUsed}
		d.weak = 1 / (renewalSD * renewalSD * d.n)
	}
	start := make([]float64, len(names)+2)
	share := (d.ended + .5) / (d.n + 1)
	start[0], start[1] = math.Log(share)-math.Log1p(-share), renewalCentre[1]
	o := fitting.Minimise(d.objective, [][]float64{start}, false)
	if d.weak == 0 && o.Theta[1] < -fitting.BoundaryTheta {
		flags = append(flags, fitting.FlagGeometric)
		flat := fitting.Minimise(d.flat, [][]float64{slices.Delete(slices.Clone(start), 1, 2)}, false)
		return d.report(flat, true, flags), nil
	}
	if d.weak == 0 && (o.Theta[1] > fitting.BoundaryTheta || !o.Converged || o.Cov == nil) {
		flags = append(flags, fitting.FlagNotIdentified, fitting.FlagPriorUsed)
		d.weak = 1 / (renewalSD * renewalSD * d.n)
		o = fitting.Minimise(d.objective, [][]float64{start}, false)
	}
	return d.report(o, false, flags), nil
}

// design is rows with standardised covariates.
type design struct {
	names         []string
	means, sds    []float64
	rows          []Decided
	z             [][]float64
	n, ended      float64
	penalty, weak float64 // of squared effects; of the weak prior on logit mu and log omega; by decision
}

func newDesign(names []string, rows []Decided) (*design, error) {
	d := &design{names: names, means: make([]float64, len(names)), sds: make([]float64, len(names))}
	for i, r := range rows {
		if r.Opportunity < 1 || r.Opportunity > maxOpportunity || r.Ended < 0 || r.Renewed < 0 || len(r.X) != len(names) {
			return nil, postlift.Faultf(postlift.Invalid, "renewal.FitCovariates",
				"row %d: %d covariates for %d names, opportunity %d, %d ended, %d renewed", i+1, len(r.X), len(names), r.Opportunity, r.Ended, r.Renewed)
		}
		if r.Ended+r.Renewed == 0 {
			continue
		}
		for j, x := range r.X {
			if math.IsInf(x, 0) || math.Abs(x) > 1e100 {
				return nil, postlift.Faultf(postlift.Invalid, "renewal.FitCovariates", "row %d: covariate %s is %g", i+1, names[j], x)
			}
		}
		d.rows = append(d.rows, r)
		d.n += float64(r.Ended + r.Renewed)
		d.ended += float64(r.Ended)
	}
	if d.n == 0 {
		return nil, postlift.Faultf(postlift.Invalid, "renewal.FitCovariates", "there is no renewal decision to fit the model to")
	}
	d.standardise()
	return d, nil
}

// standardise centres and scales the covariates by decision; unknown values become the mean.
func (d *design) standardise() {
	d.z = make([][]float64, len(d.rows))
	for i := range d.z {
		d.z[i] = make([]float64, len(d.names))
	}
	for j := range d.names {
		var w, sum, ss float64
		for _, r := range d.rows {
			if k := float64(r.Ended + r.Renewed); !math.IsNaN(r.X[j]) {
				w += k
				sum += k * r.X[j]
			}
		}
		if w == 0 {
			continue
		}
		d.means[j] = sum / w
		for _, r := range d.rows {
			if e := r.X[j] - d.means[j]; !math.IsNaN(e) {
				ss += float64(r.Ended+r.Renewed) * e * e
			}
		}
		if sd := math.Sqrt(ss / w); sd > 1e-12*(1+math.Abs(d.means[j])) {
			d.sds[j] = sd
			for i, r := range d.rows {
				if !math.IsNaN(r.X[j]) {
					d.z[i][j] = (r.X[j] - d.means[j]) / sd
				}
			}
		}
	}
}

// objective is the mean negative penalised log-likelihood at (intercept, log omega, effects).
func (d *design) objective(theta, grad []float64) float64 {
	val, g0, g1 := d.evaluate(theta[0], math.Exp(theta[1]), theta[2:], tail(grad, 2))
	for j, c := range renewalCentre {
		val += 0.5 * d.weak * (theta[j] - c) * (theta[j] - c)
	}
	if grad != nil {
		grad[0] = g0 + d.weak*(theta[0]-renewalCentre[0])
		grad[1] = g1 + d.weak*(theta[1]-renewalCentre[1])
	}
	return val
}

// flat is the same with a constant hazard, at (intercept, effects).
func (d *design) flat(theta, grad []float64) float64 {
	val, g0, _ := d.evaluate(theta[0], 0, theta[1:], tail(grad, 1))
	if grad != nil {
		grad[0] = g0
	}
	return val
}

func tail(grad []float64, from int) []float64 {
	if grad == nil {
		return nil
	}
	return grad[from:]
}

// evaluate sums over the rows; gradGamma, if not nil, gets the gradient of the effects.
func (d *design) evaluate(intercept, omega float64, gamma, gradGamma []float64) (val, g0, g1 float64) {
	clear(gradGamma)
	for i, r := range d.rows {
		eta := intercept
		for j, z := range d.z[i] {
			eta += gamma[j] * z
		}
		c, s := float64(r.Ended), float64(r.Renewed)
		rest, lag := fitting.Sigmoid(-eta), float64(r.Opportunity-1)*omega
		q := rest + lag
		logAll := math.Log1p(lag)
		val += c*(fitting.Softplus(-eta)+logAll) + s*(logAll-max(math.Log(q), worstLog))
		odds := fitting.Sigmoid(eta) / max(q, 1e-300)
		slope := (s*odds - c) * rest
		g0 += slope
		g1 += (c - s*odds) * lag / (1 + lag)
		for j := range gradGamma {
			gradGamma[j] += slope * d.z[i][j]
		}
	}
	val, g0, g1 = val/d.n, g0/d.n, g1/d.n
	for j, g := range gamma {
		val += 0.5 * d.penalty * g * g
		if gradGamma != nil {
			gradGamma[j] = gradGamma[j]/d.n + d.penalty*g
		}
	}
	return val, g0, g1
}

// report turns an optimum into the fit, on the covariates' own scale.
func (d *design) report(o fitting.Optimum, constant bool, flags []string) CovariateFit {
	from := 2
	m := Covariates{Names: slices.Clone(d.names), Means: d.means, Intercept: o.Theta[0], Gamma: make([]float64, len(d.names))}
	if constant {
		from = 1
	} else {
		m.Omega = math.Exp(o.Theta[1])
	}
	sd := o.SDLog(d.n)
	se := map[string]float64{}
	if sd != nil {
		se["intercept"] = sd[0]
	}
	if sd != nil && !constant {
		se["omega"] = m.Omega * sd[1]
	}
	for j, scale := range d.sds {
		if scale == 0 {
			continue
		}
		m.Gamma[j] = o.Theta[from+j] / scale
		if sd != nil {
			se[d.names[j]] = sd[from+j] / scale
		}
	}
	if !o.Converged {
		flags = append(flags, fitting.FlagNotConverged)
	}
	if d.n < fitting.FewAccounts {
		flags = append(flags, fitting.FlagFewAccounts)
	}
	return CovariateFit{Model: m, Stats: fitting.Stats{SE: se, LogLikelihood: d.logLikelihood(m), Observations: int(d.n),
		Rows: len(d.rows), PriorUsed: slices.Contains(flags, fitting.FlagPriorUsed), Flags: flags}}
}

// logLikelihood is that of the data alone.
func (d *design) logLikelihood(m Covariates) float64 {
	gamma := make([]float64, len(d.names))
	for j, g := range m.Gamma {
		gamma[j] = g * d.sds[j]
	}
	penalty := d.penalty
	d.penalty = 0
	val, _, _ := d.evaluate(m.Intercept, m.Omega, gamma, nil)
	d.penalty = penalty
	return -val * d.n
}
