package purchase

import (
	"math"

	"postlift/clv/fitting"
)

// ModelBGBB is the name of the BGBB model.
const ModelBGBB = "bgbb"

// BGBB is the beta-geometric / beta-Bernoulli model of Fader, Hardie and Shang, "Customer-Base Analysis in a
// Discrete-Time Noncontractual Setting", Marketing Science 29 (2010), for customers who can order only at
// certain opportunities: a yearly trade fair, the waves of a catalogue. At every opportunity a customer who
// has not left orders with probability p ~ Beta(Alpha, Beta); before each one it leaves with probability
// theta ~ Beta(Gamma, Delta). All four parameters are positive.
//
// The unit of time is the opportunity, not the week. The opportunity of the first order is number 0: T is
// the number of opportunities after it up to the observation date, taken or not, x at how many of them the
// customer ordered, t_x the number of the last one with an order, 0 without any. So x <= t_x <= T, all
// whole. A fit refuses other numbers. Predictions take the nearest possible history, and within the step to
// the next opportunity they interpolate linearly: nothing is known of when in the step it lies.
type BGBB struct {
	Alpha, Beta  float64 // ordering at an opportunity
	Gamma, Delta float64 // leaving before an opportunity
}

// Name is the model's name on the command line.
func (m BGBB) Name() string { return ModelBGBB }

// Params lists the parameters in their usual order.
func (m BGBB) Params() []fitting.Param {
	return []fitting.Param{{Name: "alpha", Value: m.Alpha}, {Name: "beta", Value: m.Beta},
		{Name: "gamma", Value: m.Gamma}, {Name: "delta", Value: m.Delta}}
}

// opportunities gives the nearest possible history in whole opportunities.
func opportunities(x int, tx, age float64) (last, n int) {
	n = max(int(math.Round(min(age, math.MaxInt32))), x)
	last = min(max(int(math.Round(min(tx, math.MaxInt32))), x), n)
	if x == 0 {
		last = 0
	}
	return last, n
}

// LogLikelihood is the log-likelihood of counted histories.
func (m BGBB) LogLikelihood(rows []Counted) float64 {
	d := newBGBBData(rows)
	theta := []float64{math.Log(m.Alpha), math.Log(m.Beta), math.Log(m.Gamma), math.Log(m.Delta)}
	return -d.n * d.meanNegLL(theta, nil)
}

// PAlive is the probability that the customer had not left before opportunity T. It is still to leave
// before the next one with probability theta.
func (m BGBB) PAlive(x int, tx, age float64) float64 {
	last, n := opportunities(x, tx, age)
	sum, w := m.silence(x, last, n)
	return w / sum
}

// silence gives the probability of no order at the opportunities last+1..n, in units of that of the history up
// to last, and the part of it in which the customer has not left.
func (m BGBB) silence(x, last, n int) (sum, alive float64) {
	alive = 1
	for j := last; j < n; j++ {
		fj := float64(j)
		goes := m.Gamma / (m.Gamma + m.Delta + fj)
		sum += alive * goes
		alive *= (m.Beta + fj - float64(x)) / (m.Alpha + m.Beta + fj) * (m.Delta + fj) / (m.Gamma + m.Delta + fj)
	}
	return sum + alive, alive
}

// after is the model of a customer with x orders at n opportunities who has not left: p and theta are again
// independent beta variables.
func (m BGBB) after(x, n int) BGBB {
	return BGBB{m.Alpha + float64(x), m.Beta + float64(n-x), m.Gamma, m.Delta + float64(n)}
}

// perOpportunity is the mean probability of ordering at an opportunity.
func (m BGBB) perOpportunity() float64 { return m.Alpha / (m.Alpha + m.Beta) }

// survives is the probability of not leaving before the next k opportunities.
func (m BGBB) survives(k float64) float64 {
	return math.Exp(fitting.LgammaRatio(m.Delta, k) - fitting.LgammaRatio(m.Gamma+m.Delta, k))
}

// Ahead gives, for every t of ts (opportunities, in any order), the expected orders up to t and the
// probability of being alive at t, both for a customer who is alive at age.
func (m BGBB) Ahead(x int, tx, age float64, ts, orders, alive []float64) {
	_, n := opportunities(x, tx, age)
	f := m.after(x, n)
	for i, t := range ts {
		whole, part := math.Modf(max(t, 0))
		now, next := f.survives(whole), f.survives(whole+1)
		orders[i] = f.perOpportunity() * (f.stays(whole) + part*next)
		alive[i] = now + part*(next-now)
	}
}

const (
	termLimit = 5000 // opportunities that are summed one by one; behind them the sum is an integral
	tinyTerm  = 1e-18
)

// stays is the expected number of the next t opportunities at which the customer has not left, the sum of
// survives(1..t): B(Gamma, Delta+k)/B(Gamma, Delta).
func (m BGBB) stays(t float64) float64 {
	last := min(t, termLimit)
	sum, w, d := m.discounted(last, 0)
	if t > last && w > tinyTerm*sum {
		h := math.Log1p((t - last) / (d + 0.5))
		sum += w * m.behind(d) * (d + 0.5) * growth(m.Gamma-1, h)
	}
	return sum
}

// discounted is the sum of survives(k) exp(-rate k) for k = 1..last, with the last term and the scale d on which
// the following ones fall off, as (d+i)^-Gamma.
func (m BGBB) discounted(last, rate float64) (sum, w, d float64) {
	w = 1
	step := math.Exp(-rate)
	for k := 0.0; k < last; k++ {
		w *= step * (m.Delta + k) / (m.Gamma + m.Delta + k)
		sum += w
		if w < tinyTerm*sum {
			break
		}
	}
	return sum, w, m.Delta + last + (m.Gamma-1)/2
}

// behind is the term at i = 1/2 behind the last one, where the integral that stands for the sum begins.
func (m BGBB) behind(d float64) float64 { return math.Exp(-m.Gamma * math.Log1p(0.5/d)) }

// DERT is the number of discounted expected residual transactions: the order at the k-th opportunity from age
// counts exp(-rate k), so rate is per opportunity.
func (m BGBB) DERT(x int, tx, age, rate float64) float64 {
	_, n := opportunities(x, tx, age)
	f := m.after(x, n)
	sum, w, d := f.discounted(termLimit, rate)
	if w > tinyTerm*sum {
		sum += w * f.behind(d) * math.Exp(-rate/2) * discountedPower(f.Gamma, d+0.5, rate)
	}
	return m.PAlive(x, tx, age) * f.perOpportunity() * sum
}

// UsesRecency is false: once alive, the future depends on x and age alone.
func (m BGBB) UsesRecency() bool { return false }

// Orders is the expected number of repeat orders of a new customer at its first t opportunities.
func (m BGBB) Orders(t float64) float64 {
	var orders, alive [1]float64
	m.Ahead(0, 0, 0, []float64{t}, orders[:], alive[:])
	return orders[0]
}

// Distribution appends the probabilities of 0, 1, 2, … orders at the next t opportunities given that the
// customer is alive at age; at most MaxOrders opportunities are looked at.
func (m BGBB) Distribution(p []float64, x int, tx, age, t float64) []float64 {
	_, n := opportunities(x, tx, age)
	return append(p, trim(m.after(x, n).distribution(t))...)
}

// ProbOrders is the probability that a new customer orders at exactly n of its first t opportunities; at most
// MaxOrders of them are looked at.
func (m BGBB) ProbOrders(n int, t float64) float64 {
	if n < 0 || float64(n) > math.Ceil(min(max(t, 0), MaxOrders)) {
		return 0
	}
	return m.distribution(t)[n]
}

// distribution lists the probabilities of 0, 1, … orders of a new customer. Given that the customer stays,
// every opportunity adds an order as a ball is drawn from Polya's urn; leaving keeps the number.
func (m BGBB) distribution(t float64) []float64 {
	whole, part := math.Modf(min(max(t, 0), MaxOrders))
	steps := int(whole)
	p, urn := make([]float64, steps+2), make([]float64, steps+2)
	urn[0] = 1 // probabilities of being alive with so many orders
	for i := range steps {
		m.step(p, urn, i)
	}
	if part > 0 {
		stay := make([]float64, steps+2)
		for y, v := range urn {
			stay[y], urn[y] = v*(1-part), v*part
		}
		m.step(p, urn, steps)
		for y, v := range stay {
			urn[y] += v
		}
	}
	for y, v := range urn {
		p[y] += v
	}
	return p
}

// step passes the opportunity after the i-th: who leaves is added to p.
func (m BGBB) step(p, urn []float64, i int) {
	fi := float64(i)
	goes := m.Gamma / (m.Gamma + m.Delta + fi)
	stays := (m.Delta + fi) / (m.Gamma + m.Delta + fi)
	all := m.Alpha + m.Beta + fi
	for y := i; y >= 0; y-- {
		v := urn[y]
		p[y] += v * goes
		urn[y] = v * stays * (m.Beta + fi - float64(y)) / all
		urn[y+1] += v * stays * (m.Alpha + float64(y)) / all
	}
}
