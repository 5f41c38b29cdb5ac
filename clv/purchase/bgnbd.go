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
	return math.Log(m.A) - math.Log(m.B+fx-1) + (m.R+fx)*gap
}

// PAlive is the probability that a customer with this history still orders. The model cannot tell for
// customers without a repeat order and gives 1.
func (m BGNBD) PAlive(x int, tx, age float64) float64 {
	return fitting.Sigmoid(-m.deadOdds(x, tx, age))
}

// LogLikelihood is the log-likelihood of counted histories (equation 6 of the paper, arranged so that
// no two large numbers are subtracted).
func (m BGNBD) LogLikelihood(rows []Counted) float64 {
	sum := 0.0
	for _, c := range rows {
		sum += float64(c.N) * m.logDensity(c)
	}
	return sum
}

func (m BGNBD) logDensity(c Counted) float64 {
	x := float64(c.X)
	l := fitting.LgammaRatio(m.R, x) + fitting.LgammaRatio(m.B, x) - fitting.LgammaRatio(m.A+m.B, x) - x*math.Log(m.Alpha) -
		(m.R+x)*math.Log1p(c.T/m.Alpha)
	if c.X > 0 {
		l += fitting.Softplus(m.deadOdds(c.X, c.TX, c.T))
	}
	return l
}

// OrdersIfAlive is the expected number of order days in the next t weeks of a customer who has not
// left at age T. It depends on t_x only through being alive, so one value serves every customer of the
// same (x, T).
func (m BGNBD) OrdersIfAlive(x int, age, t float64) float64 {
	orders, _ := m.newAhead(x).at(age, t)
	return orders
}

// AliveAfter is the probability that a customer who has not left at age T has not left t weeks later.
func (m BGNBD) AliveAfter(x int, age, t float64) float64 {
	_, alive := m.newAhead(x).at(age, t)
	return alive
}

// Ahead gives, for every t of ts (weeks, in any order), the expected orders up to t and the probability
// of being alive at t, both for a customer who has not left at age T. The slices orders and alive must
// be as long as ts.
func (m BGNBD) Ahead(x int, _, age float64, ts, orders, alive []float64) {
	f := m.newAhead(x)
	for i, t := range ts {
		orders[i], alive[i] = f.at(age, t)
	}
}

// ProbOrders is the probability that a new customer places exactly n repeat orders in the first t
// weeks (equation 8 of the paper; the tail of the negative binomial is summed directly, since one
// minus the head is noise for large n).
func (m BGNBD) ProbOrders(n int, t float64) float64 {
	if t <= 0 || n < 0 {
		if n == 0 {
			return 1
		}
		return 0
	}
	z := t / (m.Alpha + t)
	logP := logNegBin(m.R, z, n)
	p := math.Exp(fitting.LgammaRatio(m.B, float64(n)) - fitting.LgammaRatio(m.A+m.B, float64(n)) + logP)
	if n == 0 {
		return p
	}
	lost := fitting.Lbeta(m.A+1, m.B+float64(n)-1) - fitting.Lbeta(m.A, m.B)
	return p + math.Exp(lost)*negBinTail(m.R, z, n)
}

// logNegBin is the log probability of n events of a negative binomial with the given size and
// probability z of an event.
func logNegBin(size, z float64, n int) float64 {
	k := float64(n)
	l := fitting.LgammaRatio(size, k) - fitting.Lgamma(k+1) + size*math.Log1p(-z)
	if n > 0 {
		l += k * math.Log(z)
	}
	return l
}

// negBinTail is P(N >= n). Below the mean it is one minus the head, above it the positive tail.
func negBinTail(size, z float64, n int) float64 {
	mean := size * z / (1 - z)
	if float64(n) <= mean {
		head, p := 0.0, math.Exp(logNegBin(size, z, n-1))
		for k := n - 1; k >= 0; k-- {
			head += p
			p *= float64(k) / (z * (size + float64(k) - 1))
		}
		return max(1-head, 0)
	}
	tail, p := 0.0, math.Exp(logNegBin(size, z, n))
	for k := n; p > tail*1e-17; k++ {
		tail += p
		p *= z * (size + float64(k)) / float64(k+1)
	}
	return tail
}
