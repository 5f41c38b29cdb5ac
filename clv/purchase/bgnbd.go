package purchase

import (
	"math"

	"postlift/clv/fitting"
)

// BGNBD is the beta-geometric / negative binomial purchase model of Fader, Hardie and Lee, "Counting
// Your Customers the Easy Way", Marketing Science 24 (2005): orders come as a Poisson process with
// rate lambda ~ Gamma(R, Alpha); after each repeat order the customer leaves with probability
// p ~ Beta(A, B). Time is in weeks. All four parameters are positive.
type BGNBD struct {
	R     float64 // shape of the order rate
	Alpha float64 // scale of the order rate, weeks
	A, B  float64 // leaving probability
}

// Name is the model's name on the command line.
func (m BGNBD) Name() string { return ModelBGNBD }

// Params lists the parameters in their usual order.
func (m BGNBD) Params() []fitting.Param {
	return []fitting.Param{{Name: "r", Value: m.R}, {Name: "alpha", Value: m.Alpha}, {Name: "a", Value: m.A}, {Name: "b", Value: m.B}}
}

// deadOdds is the log odds that the customer has left:
// log a/(b+x-1) + (r+x) log((alpha+T)/(alpha+t_x)); minus infinity without repeat orders.
func (m BGNBD) deadOdds(x int, tx, age float64) float64 {
	if x == 0 {
		return math.Inf(-1)
	}
	fx := float64(x)
	gap := math.Log1p(max(age-tx, 0) / (m.Alpha + tx))
	return math.Log(m.A) - math.Log(m.B+(fx-1)) + (m.R+fx)*gap
}

// PAlive is the probability that a customer with this history still orders. The model cannot tell for
// customers without a repeat order and gives 1.
func (m BGNBD) PAlive(x int, tx, age float64) float64 {
	return fitting.Sigmoid(-m.deadOdds(x, tx, age))
}

// LogLikelihood is the log-likelihood of counted histories (equation 6 of the paper, arranged so that
// no two large numbers are subtracted).
func (m BGNBD) LogLikelihood(rows []Counted) float64 {
	sum := fitting.Sum(len(rows), 1, func(lo, hi int, acc []float64) {
		for _, c := range rows[lo:hi] {
			acc[0] += float64(c.N) * m.logDensity(c)
		}
	})
	return sum[0]
}

func (m BGNBD) logDensity(c Counted) float64 {
	x := float64(c.X)
	l := fitting.LgammaRatio(m.R, x) + logSurvives(m.A, m.B, c.X) - x*math.Log(m.Alpha) - (m.R+x)*math.Log1p(c.T/m.Alpha)
	if c.X > 0 {
		l += fitting.Softplus(m.deadOdds(c.X, c.TX, c.T))
	}
	return l
}

// logSurvives is the log probability log B(a,c+n)/B(a,c) of surviving n orders when the probability of
// leaving after one is Beta(a, c).
func logSurvives(a, c float64, n int) float64 {
	return fitting.LgammaRatio(c, float64(n)) - fitting.LgammaRatio(a+c, float64(n))
}

func (m BGNBD) future(x int) *future {
	fx := float64(x)
	return newFuture(m.A, m.B+fx, m.R+fx, m.Alpha, 1)
}

// OrdersIfAlive is the expected number of order days in the next t weeks of a customer who has not
// left at age T. It depends on t_x only through being alive, so one value serves every customer of the
// same (x, T).
func (m BGNBD) OrdersIfAlive(x int, age, t float64) float64 {
	var orders, alive [1]float64
	m.future(x).at(age, t, orders[:], alive[:])
	return orders[0]
}

// AliveAfter is the probability that a customer who has not left at age T has not left t weeks later.
func (m BGNBD) AliveAfter(x int, age, t float64) float64 {
	var orders, alive [1]float64
	m.future(x).at(age, t, orders[:], alive[:])
	return alive[0]
}

// UsesRecency is false: once alive, the future depends on x and age alone.
func (m BGNBD) UsesRecency() bool { return false }

// Ahead gives, for every t of ts (weeks, in any order), the expected orders up to t and the probability
// of being alive at t, both for a customer who has not left at age T. The slices orders and alive must
// be as long as ts.
func (m BGNBD) Ahead(x int, _, age float64, ts, orders, alive []float64) {
	f := m.future(x)
	for i, t := range ts {
		f.at(age, t, orders[i:i+1], alive[i:i+1])
	}
}

// Distribution appends the probabilities of 0, 1, 2, … order days in the next t weeks given that the
// customer is alive at age, until what is left is below 1e-12; the last of MaxOrders+1 stands for the rest.
func (m BGNBD) Distribution(p []float64, x int, _, age, t float64) []float64 {
	return m.future(x).distribution(p, age, 0, t)
}

// Orders is the expected number of repeat order days of a new customer in its first t weeks.
func (m BGNBD) Orders(t float64) float64 { return m.OrdersIfAlive(0, 0, t) }

// ProbOrders is the probability that a new customer places exactly n repeat orders in the first t
// weeks (equation 8 of the paper).
func (m BGNBD) ProbOrders(n int, t float64) float64 { return m.future(0).probNew(n, t) }

// DERT is the discounted expected residual number of order days at a continuous rate a week.
func (m BGNBD) DERT(x int, tx, age, rate float64) float64 {
	f := m.future(x)
	var orders, alive [1]float64
	return m.PAlive(x, tx, age) * discountedOrders(rate, func(t float64) float64 {
		f.at(age, t, orders[:], alive[:])
		return orders[0]
	})
}
