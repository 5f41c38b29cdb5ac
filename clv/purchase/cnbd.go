package purchase

import (
	"math"

	"postlift"
	"postlift/clv/fitting"
)

// Names of the models of customers who may leave at any order, the first included.
const (
	ModelMBGNBD  = "mbgnbd"
	ModelMBGCNBD = "mbgcnbd"
)

// MBGCNBD is the modified beta-geometric / condensed negative binomial purchase model of order K (Platzer and
// Reutterer, "Ticking Away the Moments", Marketing Science 35, 2016; Reutterer, Platzer and Schröder,
// International Journal of Research in Marketing 38, 2021): the times between orders are Erlang-K with the
// rate lambda ~ Gamma(R, Alpha), so that K > 1 describes regular buyers, and after every order, the first
// included, the customer leaves with probability p ~ Beta(A, B). K = 1 is the MBG/NBD of Batislam, Denizel
// and Filiztekin, International Journal of Research in Marketing 24 (2007). Time is in weeks. K is 1 to 6, 0
// counts as 1; the other parameters are positive.
type MBGCNBD struct {
	K     int
	R     float64 // shape of the rate of events, every K-th of which is an order
	Alpha float64 // scale of the rate of events, weeks
	A, B  float64 // leaving probability
}

// phases is the order of the Erlang distribution.
func (m MBGCNBD) phases() int { return min(max(m.K, 1), maxRegularity) }

// Name is the model's name on the command line: for K = 1 that of the MBG/NBD.
func (m MBGCNBD) Name() string {
	if m.phases() == 1 {
		return ModelMBGNBD
	}
	return ModelMBGCNBD
}

// Params lists the parameters in their usual order; k comes first where it is not 1.
func (m MBGCNBD) Params() []fitting.Param {
	ps := m.free()
	if m.phases() == 1 {
		return ps
	}
	return append([]fitting.Param{{Name: "k", Value: float64(m.phases())}}, ps...)
}

// free lists the parameters that a fit estimates for a given K.
func (m MBGCNBD) free() []fitting.Param {
	return []fitting.Param{{Name: "r", Value: m.R}, {Name: "alpha", Value: m.Alpha}, {Name: "a", Value: m.A}, {Name: "b", Value: m.B}}
}

// checkRegularity refuses a k that is not a whole number from 1 to 6.
func checkRegularity(p map[string]float64) error {
	if k := p["k"]; k != math.Trunc(k) || k < 1 || k > maxRegularity {
		return postlift.Faultf(postlift.Invalid, "purchase.New",
			"the regularity k=%g of model %s must be a whole number from 1 to %d", k, ModelMBGCNBD, maxRegularity)
	}
	return nil
}

// shape is that of the rate of events after x orders.
func (m MBGCNBD) shape(x int) float64 { return m.R + float64(m.phases())*float64(x) }

// deadOdds is the log odds that the customer left at its last order:
// log a/(b+x) + (r+kx) log((alpha+T)/(alpha+t_x)) less the log of the phases' total.
func (m MBGCNBD) deadOdds(x int, tx, age float64) float64 {
	var w [maxRegularity]float64
	idle := max(age-tx, 0)
	total := phaseWeights(w[:m.phases()], m.shape(x), m.Alpha, age, idle)
	return math.Log(m.A) - math.Log(m.B+float64(x)) + m.shape(x)*math.Log1p(idle/(m.Alpha+tx)) - math.Log(total)
}

// PAlive is the probability that a customer with this history still orders.
func (m MBGCNBD) PAlive(x int, tx, age float64) float64 {
	return fitting.Sigmoid(-m.deadOdds(x, tx, age))
}

// LogLikelihood is the log-likelihood of counted histories. It lacks (K-1) times the sum of the logs of all
// times between orders, which the counts do not hold and no parameter but K changes; Fit adds it.
func (m MBGCNBD) LogLikelihood(rows []Counted) float64 {
	sum := fitting.Sum(len(rows), 1, func(lo, hi int, acc []float64) {
		for _, c := range rows[lo:hi] {
			acc[0] += float64(c.N) * m.logDensity(c)
		}
	})
	return sum[0]
}

func (m MBGCNBD) logDensity(c Counted) float64 {
	k, x := float64(m.phases()), float64(c.X)
	var w [maxRegularity]float64
	total := phaseWeights(w[:m.phases()], m.shape(c.X), m.Alpha, c.T, c.T-c.TX)
	return fitting.LgammaRatio(m.R, k*x) + logSurvives(m.A, m.B, c.X+1) - k*x*math.Log(m.Alpha) - x*fitting.Lgamma(k) -
		m.shape(c.X)*math.Log1p(c.T/m.Alpha) + math.Log(total) + fitting.Softplus(m.deadOdds(c.X, c.TX, c.T))
}

func (m MBGCNBD) future(x int) *future {
	return newFuture(m.A, m.B+float64(x)+1, m.shape(x), m.Alpha, m.phases())
}

// UsesRecency tells whether the time since the last order says when the next is due: not for K = 1.
func (m MBGCNBD) UsesRecency() bool { return m.phases() > 1 }

// Ahead gives, for every t of ts (weeks, in any order), the expected orders up to t and the probability
// of being alive at t, both for a customer who is alive at age.
func (m MBGCNBD) Ahead(x int, tx, age float64, ts, orders, alive []float64) {
	f := m.future(x)
	var w, o, l [maxRegularity]float64
	k := m.phases()
	total := phaseWeights(w[:k], f.size, m.Alpha, age, age-tx)
	for i, t := range ts {
		f.at(age, t, o[:k], l[:k])
		orders[i], alive[i] = mixed(w[:], o[:k], total), min(mixed(w[:], l[:k], total), 1)
	}
}

// Distribution appends the probabilities of 0, 1, 2, … order days in the next t weeks given that the
// customer is alive at age, until what is left is below 1e-12; the last of MaxOrders+1 stands for the rest.
func (m MBGCNBD) Distribution(p []float64, x int, tx, age, t float64) []float64 {
	return m.future(x).distribution(p, age, max(age-tx, 0), t)
}

// Orders is the expected number of repeat order days of a new customer in its first t weeks.
func (m MBGCNBD) Orders(t float64) float64 { return ExpectedOrders(m, 0, 0, 0, t) }

// ProbOrders is the probability that a new customer has exactly n repeat order days in t weeks.
func (m MBGCNBD) ProbOrders(n int, t float64) float64 {
	alive := m.PAlive(0, 0, 0)
	p := alive * m.future(0).probNew(n, t)
	if n == 0 {
		p += m.A / (m.A + m.B)
	}
	return min(p, 1)
}

// DERT is the discounted expected residual number of order days at a continuous rate a week.
func (m MBGCNBD) DERT(x int, tx, age, rate float64) float64 {
	f := m.future(x)
	k := m.phases()
	var w, o, l [maxRegularity]float64
	total := phaseWeights(w[:k], f.size, m.Alpha, age, age-tx)
	return m.PAlive(x, tx, age) * discountedOrders(rate, func(t float64) float64 {
		f.at(age, t, o[:k], l[:k])
		return mixed(w[:], o[:k], total)
	})
}
