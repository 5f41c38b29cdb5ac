package purchase

import (
	"math"

	"postlift/clv/fitting"
)

// ModelParetoNBD is the name of the ParetoNBD model.
const ModelParetoNBD = "paretonbd"

// ParetoNBD is the Pareto / negative binomial purchase model of Schmittlein, Morrison and Colombo,
// "Counting Your Customers", Management Science 33 (1987): orders come as a Poisson process with rate
// lambda ~ Gamma(R, Alpha) as long as the customer lives, and the unobserved lifetime is exponential with
// rate mu ~ Gamma(S, Beta). Time is in weeks. All four parameters are positive.
type ParetoNBD struct {
	R     float64 // shape of the order rate
	Alpha float64 // scale of the order rate, weeks
	S     float64 // shape of the leaving rate
	Beta  float64 // scale of the leaving rate, weeks
}

// Name is the model's name on the command line.
func (m ParetoNBD) Name() string { return ModelParetoNBD }

// Params lists the parameters in their usual order.
func (m ParetoNBD) Params() []fitting.Param {
	return []fitting.Param{{Name: "r", Value: m.R}, {Name: "alpha", Value: m.Alpha}, {Name: "s", Value: m.S}, {Name: "beta", Value: m.Beta}}
}

// after is the model of a customer with this history who is alive at age: given that, the order rate and
// the leaving rate are again independent gamma variables, so its future is a new customer's of this model.
func (m ParetoNBD) after(x int, age float64) ParetoNBD {
	return ParetoNBD{R: m.R + float64(x), Alpha: m.Alpha + age, S: m.S, Beta: m.Beta + age}
}

// LogLikelihood is the log-likelihood of counted histories.
func (m ParetoNBD) LogLikelihood(rows []Counted) float64 {
	d := newParetoData(rows, 1)
	theta := []float64{math.Log(m.R), math.Log(m.Alpha), math.Log(m.S), math.Log(m.Beta)}
	return -d.n * d.meanNegLL(theta, nil)
}

// PAlive is the probability that a customer with this history is alive at age. Unlike in BG/NBD it is
// below 1 for customers without a repeat order, too.
func (m ParetoNBD) PAlive(x int, tx, age float64) float64 {
	return fitting.Sigmoid(-m.deadOdds(x, tx, age))
}

// Ahead gives, for every t of ts (weeks, in any order), the expected orders up to t and the probability of
// being alive at t, both for a customer who is alive at age. Neither depends on t_x.
func (m ParetoNBD) Ahead(x int, _, age float64, ts, orders, alive []float64) {
	f := m.after(x, age)
	rate := f.R / f.Alpha
	for i, t := range ts {
		h := math.Log1p(max(t, 0) / f.Beta)
		orders[i] = rate * f.Beta * growth(f.S-1, h)
		alive[i] = math.Exp(-f.S * h)
	}
}

// growth is the integral of exp(-k v) over 0..h, (1 - exp(-k h)) / k, without a pole at k = 0.
func growth(k, h float64) float64 {
	if math.Abs(k*h) < 1e-9 {
		return h * (1 - k*h/2)
	}
	return -math.Expm1(-k*h) / k
}

// UsesRecency is false: once alive, the future depends on x and age alone.
func (m ParetoNBD) UsesRecency() bool { return false }

// Orders is the expected number of repeat order days of a new customer in its first t weeks.
func (m ParetoNBD) Orders(t float64) float64 {
	var orders, alive [1]float64
	m.Ahead(0, 0, 0, []float64{t}, orders[:], alive[:])
	return orders[0]
}

// DERT is the number of discounted expected residual transactions at a continuous rate a week:
// P(alive) (r+x)/(alpha+T) times the integral of exp(-rate u) (1+u/(beta+T))^-s over u > 0 (Fader, Hardie
// and Lee, "RFM and CLV", 2005, there with Tricomi's function).
func (m ParetoNBD) DERT(x int, tx, age, rate float64) float64 {
	f := m.after(x, age)
	return m.PAlive(x, tx, age) * f.R / f.Alpha * discountedPower(f.S, f.Beta, rate)
}

// discountedPower is the integral of exp(-rate u) (1+u/scale)^-s over u > 0, taken in v = log(1+u/scale).
func discountedPower(s, scale, rate float64) float64 {
	w := rate * scale
	f := func(v float64) (l, slope float64) {
		return -w*math.Expm1(v) - (s-1)*v, -w*math.Exp(v) - (s - 1)
	}
	return scale * integrate(f, math.Inf(1))
}
