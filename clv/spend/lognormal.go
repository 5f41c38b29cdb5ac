package spend

import (
	"math"

	"postlift"
	"postlift/clv/fitting"
)

// ModelLogNormal is the model's name in results.
const ModelLogNormal = "lognormal"

// LogNormal is the spend model for the heavy tails of orders between companies: the log of an order's value
// is normal with standard deviation Sigma around the customer's own mean, and these means are normal over
// customers with mean Mu and standard deviation Tau. It is the one-way random effects model on logs (Searle,
// Casella and McCulloch, "Variance Components", 1992); exp(Mu) is in the unit of the values.
type LogNormal struct {
	Mu, Tau, Sigma float64
}

// LogNormalParams are the names of the model's parameters.
var LogNormalParams = []string{"mu", "tau", "sigma"}

// muLimit bounds Mu from outside: exp(50) is beyond every amount of money.
const muLimit = 50

// NewLogNormal makes the model from named parameters; a missing or impossible one is an Invalid fault. Mu,
// alone, may be negative.
func NewLogNormal(params map[string]float64) (LogNormal, error) {
	if err := fitting.CheckParams(ModelLogNormal, LogNormalParams[1:], params); err != nil {
		return LogNormal{}, err
	}
	mu, ok := params["mu"]
	if !ok || !(math.Abs(mu) <= muLimit) {
		return LogNormal{}, postlift.Faultf(postlift.Invalid, "spend.NewLogNormal",
			"model %s needs the parameter mu, a number from -%d to %d; it has mu, tau, sigma", ModelLogNormal, muLimit, muLimit)
	}
	return LogNormal{Mu: mu, Tau: params["tau"], Sigma: params["sigma"]}, nil
}

// Name is the model's name in results.
func (LogNormal) Name() string { return ModelLogNormal }

// Params lists the parameters in their usual order.
func (l LogNormal) Params() []fitting.Param {
	return []fitting.Param{{Name: "mu", Value: l.Mu}, {Name: "tau", Value: l.Tau}, {Name: "sigma", Value: l.Sigma}}
}

// posterior gives mean and variance of the customer's own mean log value. Where only the mean value of
// several orders is known, its log stands in for the mean of the logs with the variance of Fenton and
// Wilkinson's approximation of a lognormal sum; for a single order both are the same.
func (l LogNormal) posterior(o Observation) (mean, variance float64) {
	prior := l.Tau * l.Tau
	own, noise, ok := l.own(o)
	if !ok {
		return l.Mu, prior
	}
	w := prior / (prior + noise)
	return l.Mu + w*(own-l.Mu), w * noise
}

// own is what the customer's orders say of its mean log value, with the variance of that.
func (l LogNormal) own(o Observation) (estimate, variance float64, ok bool) {
	if mean, _, ok := o.logs(); ok {
		return mean, l.Sigma * l.Sigma / float64(o.X), true
	}
	if !o.known() {
		return 0, 0, false
	}
	noise := l.logMeanVariance(o.X)
	return math.Log(within(o.M)) - (l.Sigma*l.Sigma-noise)/2, noise, true
}

// logMeanVariance is the variance of the log of the mean of x values: log(1 + (exp(sigma^2)-1)/x).
func (l LogNormal) logMeanVariance(x int) float64 {
	s2, n := l.Sigma*l.Sigma, float64(max(x, 1))
	if s2 < 30 {
		return math.Log1p(math.Expm1(s2) / n)
	}
	return s2 - math.Log(n) // the same to the last digit, or a bound where x is beyond exp(sigma^2)
}

// MeanSpend is the expected value of a future order: exp(mean + (sigma^2 + variance)/2) of the posterior of
// the customer's mean log value, positive and finite for every observation.
func (l LogNormal) MeanSpend(o Observation) float64 {
	mean, variance := l.posterior(o)
	log := mean + (l.Sigma*l.Sigma+variance)/2
	return within(math.Exp(min(log, muLimit)))
}

// Spread gives the relative standard deviations of the customer's own mean and of one order day around it,
// sqrt(exp(variance)-1) each.
func (l LogNormal) Spread(o Observation) (mean, order float64) {
	_, variance := l.posterior(o)
	return logSpread(variance), logSpread(l.Sigma * l.Sigma)
}

func logSpread(variance float64) float64 {
	return min(math.Sqrt(math.Expm1(min(variance, muLimit))), maxSpread)
}

// LogScore is the log density of the mean value of next.X later orders, taken as lognormal with the moments
// of the sum; for a single order it is exact.
func (l LogNormal) LogScore(o, next Observation) float64 {
	if !next.known() {
		return 0
	}
	mean, variance := l.posterior(o)
	noise := l.logMeanVariance(next.X)
	if noise <= 0 {
		noise = leastValue * leastValue
	}
	logM := math.Log(within(next.M))
	d, v := logM-(mean+(l.Sigma*l.Sigma-noise)/2), variance+noise
	return max(-0.5*(math.Log(2*math.Pi*v)+d*d/v)-logM, leastLogScore)
}

// LogLikelihood is the log-likelihood of the single order values behind the observations; those without
// logs do not count.
func (l LogNormal) LogLikelihood(obs []Observation) float64 {
	usable, _ := usableFor(ModelLogNormal, obs)
	if len(usable) == 0 {
		return 0
	}
	d := newLogData(usable, 0)
	return -d.n * d.meanNegLL([]float64{l.Mu, math.Log(l.Tau), math.Log(l.Sigma)}, nil)
}

// logData holds the sufficient statistics by x: a million customers become as many rows as there are
// different numbers of orders.
type logData struct {
	rows   []logRow
	n      float64
	sumLog float64 // of all single values: the Jacobian from logs to values
}

type logRow struct {
	x, n    float64
	mean    float64 // of the customers' mean logs, less the offset
	between float64 // their sum of squares around it
	within  float64 // sum of LogSS
}

func newLogData(obs []Observation, offset float64) *logData {
	d := &logData{n: float64(len(obs))}
	byX := map[int]*logRow{}
	for _, o := range obs {
		mean, ss, _ := o.logs()
		r := byX[o.X]
		if r == nil {
			r = &logRow{x: float64(o.X)}
			byX[o.X] = r
		}
		r.n++
		step := mean - offset - r.mean
		r.mean += step / r.n
		r.between += step * (mean - offset - r.mean)
		r.within += ss
		d.sumLog += r.x * mean
	}
	for _, x := range sortedKeys(byX) {
		d.rows = append(d.rows, *byX[x])
	}
	return d
}

// meanNegLL is the mean negative log-likelihood at (mu - offset, log tau, log sigma), with its gradient. With
// D = sigma^2 + x tau^2 a customer brings
// -x/2 log 2 pi - (x-1) log sigma - SS/(2 sigma^2) - 1/2 log D - x (mean - mu)^2/(2 D).
func (d *logData) meanNegLL(theta, grad []float64) float64 {
	mu, t2, s2 := theta[0], math.Exp(2*theta[1]), math.Exp(2*theta[2])
	ll := -d.sumLog
	var gm, gt, gs float64
	for _, r := range d.rows {
		total := s2 + r.x*t2
		off := r.mean - mu
		q := r.between + r.n*off*off
		ll -= r.n*r.x/2*math.Log(2*math.Pi) + r.n*(r.x-1)*theta[2] + r.within/(2*s2) + r.n/2*math.Log(total) + r.x*q/(2*total)
		pull := r.n/total - r.x*q/(total*total)
		gm += r.x * r.n * off / total
		gt -= r.x * t2 * pull
		gs -= r.n*(r.x-1) - r.within/s2 + s2*pull
	}
	if grad != nil {
		grad[0], grad[1], grad[2] = -gm/d.n, -gt/d.n, -gs/d.n
	}
	return -ll / d.n
}

// heavyTail is the total log variance from which the mean is more than 55 times the median: an average that
// a few orders make, which no sample pins down.
const heavyTail = 8

// logNormalProblem lays out the fit; offset is taken from the logs, so that the parameters are near 0.
func logNormalProblem(obs []Observation, offset float64) problem {
	d := newLogData(obs, offset)
	log := d.startSD()
	return problem{f: d.meanNegLL, n: d.n, rows: len(d.rows),
		starts: [][]float64{{0, log, log}, {0, log - 1, log}, {0, log, log - 1}},
		centre: []float64{0, log, log},
		build: func(theta []float64) Model {
			return LogNormal{Mu: offset + theta[0], Tau: math.Exp(theta[1]), Sigma: math.Exp(theta[2])}
		},
		slopes: func(theta []float64) []float64 {
			return []float64{1, math.Exp(theta[1]), math.Exp(theta[2])}
		},
	}
}

// startSD is the log of a first guess of both standard deviations: half of all variance each.
func (d *logData) startSD() float64 {
	var squares, count float64
	for _, r := range d.rows {
		squares += r.between + r.within + r.n*r.mean*r.mean
		count += r.n * r.x
	}
	return math.Log(math.Sqrt(max(squares/count, 1e-6) / 2))
}
