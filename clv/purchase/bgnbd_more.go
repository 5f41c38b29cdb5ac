package purchase

import (
	"math"

	"gonum.org/v1/gonum/integrate/quad"
)

// UsesRecency is false: once alive, the future depends on x and age alone.
func (m BGNBD) UsesRecency() bool { return false }

// Orders is the expected number of repeat order days of a new customer in its first t weeks.
func (m BGNBD) Orders(t float64) float64 {
	orders, _ := m.newAhead(0).at(0, t)
	return orders
}

// Distribution appends the probabilities of 0, 1, 2, … order days in the next t weeks given that the
// customer is alive at age.
func (m BGNBD) Distribution(p []float64, x int, _, age, t float64) []float64 {
	if !(t > 0) {
		return append(p, 1)
	}
	size, b := m.R+float64(x), m.B+float64(x)
	z := t / (m.Alpha + age + t)
	rho, left := 1.0, 1.0
	for n := 0; left > 1e-12; n++ {
		e := math.Exp(logNegBin(size, z, n))
		reach := left // P(N >= n)
		left = max(left-e, 0)
		if n == 0 {
			p = append(p, e)
			continue
		}
		next := rho * (b + float64(n) - 1) / (m.A + b + float64(n) - 1)
		p = append(p, e*next+reach*(rho-next))
		rho = next
	}
	return p
}

// DERT is the discounted expected residual number of order days at a continuous rate a week:
// the integral of E[Y(t)] over the exponential distribution of that rate.
func (m BGNBD) DERT(x int, tx, age, rate float64) float64 {
	f := m.newAhead(x)
	e := quad.Fixed(func(u float64) float64 {
		orders, _ := f.at(age, -math.Log1p(-u)/rate)
		return orders
	}, 0, 1, 64, quad.Legendre{}, 0)
	return m.PAlive(x, tx, age) * e
}
