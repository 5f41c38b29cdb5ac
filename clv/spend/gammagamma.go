package spend

import (
	"math"
	"postlift/clv/fitting"
	"slices"

	"postlift"
)

// ModelGammaGamma is the model's name in results.
const ModelGammaGamma = "gammagamma"

// GammaGamma is the spend model of Fader and Hardie, "The Gamma-Gamma Model of Monetary Value" (2013):
// an order's value is Gamma(P, nu) with nu ~ Gamma(Q, Gamma) over customers, independent of how often
// they order. Gamma is in the unit of the values.
type GammaGamma struct {
	P, Q  float64
	Gamma float64
}

// Fitted is a fitted spend model.
type Fitted struct {
	Model       GammaGamma
	Correlation float64 // Pearson correlation of frequency and mean value, which the model takes to be 0
	fitting.Stats
}

// Params lists the parameters in their usual order.
func (g GammaGamma) Params() []fitting.Param {
	return []fitting.Param{{Name: "p", Value: g.P}, {Name: "q", Value: g.Q}, {Name: "gamma", Value: g.Gamma}}
}

// meanShapeFloor keeps a mean finite. The mean of an inverse gamma with shape s is scale/(s-1): just
// above 1 it belongs to a tail that no data show, at and below 1 it is infinite or, blindly computed,
// negative. From 1.1 on the formula is exact.
const meanShapeFloor = 0.1

// MeanSpend is the expected value of a future order of a customer whose x orders had the mean value m:
// P (Gamma + x m) / (P x + Q - 1). x = 0 gives the population mean. It is always positive and finite;
// a negative or non-finite m counts as 0.
func (g GammaGamma) MeanSpend(x int, m float64) float64 {
	total := 0.0
	if x > 0 && m > 0 && !math.IsInf(m, 0) {
		total = float64(x) * m
	}
	px := g.P * float64(max(x, 0))
	v := g.P * ((g.Gamma + total) / max(px+g.Q-1, meanShapeFloor))
	return min(max(v, math.SmallestNonzeroFloat64), math.MaxFloat64)
}

// LogLikelihood is the log-likelihood of mean order values.
func (g GammaGamma) LogLikelihood(obs []Observation) float64 {
	d := newSpendData(obs, 1)
	return -d.n * d.meanNegLL([]float64{math.Log(g.P), math.Log(g.Q), math.Log(g.Gamma)}, nil)
}

// spendData groups customers by x, so that gamma functions are taken once per distinct x.
type spendData struct {
	groups  []spendGroup
	n       float64
	sumLogM float64
}

type spendGroup struct {
	x       float64
	sumLogM float64
	ms      []float64
}

func newSpendData(obs []Observation, scale float64) *spendData {
	d := &spendData{n: float64(len(obs))}
	sorted := slices.Clone(obs)
	slices.SortFunc(sorted, func(a, b Observation) int { return a.X - b.X })
	for _, o := range sorted {
		if k := len(d.groups); k == 0 || d.groups[k-1].x != float64(o.X) {
			d.groups = append(d.groups, spendGroup{x: float64(o.X)})
		}
		g := &d.groups[len(d.groups)-1]
		m := o.M / scale
		g.ms = append(g.ms, m)
		g.sumLogM += math.Log(m)
		d.sumLogM += math.Log(m)
	}
	return d
}

// meanNegLL is the mean negative log-likelihood at log (p, q, gamma), with its gradient:
// log f(m|x) = -log B(px,q) + px log(x m/(gamma+x m)) - q log1p(x m/gamma) - log m.
func (d *spendData) meanNegLL(theta, grad []float64) float64 {
	p, q, gamma := math.Exp(theta[0]), math.Exp(theta[1]), math.Exp(theta[2])
	ll := -d.sumLogM
	var gp, gq, gg float64
	for _, g := range d.groups {
		n, px := float64(len(g.ms)), p*g.x
		ll -= n * fitting.Lbeta(px, q)
		gp += n * px * fitting.PsiDiff(px, q)
		gq += n * q * fitting.PsiDiff(q, px)
		var logShare, logTail, pull float64
		for _, m := range g.ms {
			z := g.x * m / gamma
			tail := math.Log1p(z)
			logTail += tail
			logShare -= math.Log1p(1 / z)
			pull += (q*z - px) / (1 + z)
		}
		ll += px*logShare - q*logTail
		gp += px * logShare
		gq -= q * logTail
		gg += pull
	}
	if grad != nil {
		grad[0], grad[1], grad[2] = -gp/d.n, -gq/d.n, -gg/d.n
	}
	return -ll / d.n
}

// FitGammaGamma fits the spend model by maximum likelihood, with the same weak prior as the order
// models where the data do not identify it. No observation with x > 0 and m > 0 is an Invalid fault.
func FitGammaGamma(obs []Observation) (Fitted, error) {
	usable := obs[:0:0]
	for _, o := range obs {
		if o.X > 0 && o.M > 0 && !math.IsInf(o.M, 0) {
			usable = append(usable, o)
		}
	}
	if len(usable) == 0 {
		return Fitted{}, postlift.Faultf(postlift.Invalid, "spend.FitGammaGamma",
			"no customer has a repeat order with a positive value: the spend model needs some")
	}
	scale := medianSpend(usable)
	d := newSpendData(usable, scale)
	job := fitting.Search{
		F:      d.meanNegLL,
		Starts: [][]float64{{0, 1, 0}, {1.5, 1.2, 1}, {0.5, 2, 2}},
		Centre: []float64{math.Log(2), math.Log(3), 0}, // a mean of the scaled median, shape above 1
		SD:     fitting.PriorSD(d.n),
		N:      d.n,
	}
	o, flags := job.Run()
	m := GammaGamma{P: math.Exp(o.Theta[0]), Q: math.Exp(o.Theta[1]), Gamma: math.Exp(o.Theta[2]) * scale}
	fit := Fitted{Model: m, Correlation: spendCorrelation(usable)}
	if d.n < fitting.FewAccounts {
		flags = append(flags, fitting.FlagFewAccounts)
	}
	if m.Q < 1+meanShapeFloor {
		flags = append(flags, fitting.FlagInfiniteMean)
	}
	if math.Abs(fit.Correlation) > 0.2 {
		flags = append(flags, fitting.FlagCorrelated)
	}
	fit.Stats = fitting.Stats{SE: fitting.NaturalSE(m.Params(), o.SDLog(d.n)), LogLikelihood: m.LogLikelihood(usable),
		Observations: len(usable), Rows: len(d.groups), PriorUsed: slices.Contains(flags, fitting.FlagPriorUsed), Flags: flags}
	return fit, nil
}

func medianSpend(obs []Observation) float64 {
	ms := make([]float64, len(obs))
	for i, o := range obs {
		ms[i] = o.M
	}
	slices.Sort(ms)
	return ms[len(ms)/2]
}

// spendCorrelation is Pearson's correlation of x and m, 0 where one of them does not vary.
func spendCorrelation(obs []Observation) float64 {
	n := float64(len(obs))
	var mx, mm float64
	for _, o := range obs {
		mx += float64(o.X) / n
		mm += o.M / n
	}
	var xx, xm, vv float64
	for _, o := range obs {
		dx, dm := float64(o.X)-mx, o.M-mm
		xx, xm, vv = xx+dx*dx, xm+dx*dm, vv+dm*dm
	}
	if xx <= 0 || vv <= 0 {
		return 0
	}
	return xm / math.Sqrt(xx*vv)
}

// GammaGammaParams are the names of the model's parameters.
var GammaGammaParams = []string{"p", "q", "gamma"}

// NewGammaGamma makes the model from named parameters; a missing or non-positive one is an Invalid fault.
func NewGammaGamma(params map[string]float64) (GammaGamma, error) {
	if err := fitting.CheckParams(ModelGammaGamma, GammaGammaParams, params); err != nil {
		return GammaGamma{}, err
	}
	return GammaGamma{P: params["p"], Q: params["q"], Gamma: params["gamma"]}, nil
}
