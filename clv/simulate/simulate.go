// Package simulate draws order histories of customers who behave exactly as a purchase model says, for
// checks of fits and for measuring speed. It may import the standard library only.
package simulate

import (
	"math"
	"math/rand/v2"
)

// Law is a purchase model's story of one customer: it draws who the customer is and when it orders.
type Law interface {
	// orders calls yield for the time of every repeat order, weeks after the first, in order, until yield says no
	// or the customer leaves.
	orders(rng *rand.Rand, yield func(week float64) bool)
}

// BGNBD is the story of Fader, Hardie and Lee (2005): Poisson orders with a rate of Gamma(R, Alpha), leaving
// after a repeat order with a probability of Beta(A, B). Weeks.
type BGNBD struct{ R, Alpha, A, B float64 }

// MBGCNBD is the story of Reutterer, Platzer and Schröder (2021): Erlang-K times between orders, every event
// at a rate of Gamma(R, Alpha), leaving after any order, the first included, with a probability of Beta(A, B).
type MBGCNBD struct {
	K              int
	R, Alpha, A, B float64
}

// ParetoNBD is the story of Schmittlein, Morrison and Colombo (1987): Poisson orders with a rate of
// Gamma(R, Alpha) over a lifetime that is exponential with a rate of Gamma(S, Beta). Weeks.
type ParetoNBD struct{ R, Alpha, S, Beta float64 }

func (l BGNBD) orders(rng *rand.Rand, yield func(float64) bool) {
	rate, leaves := Gamma(rng, l.R)/l.Alpha, beta(rng, l.A, l.B)
	for at := rng.ExpFloat64() / rate; yield(at) && rng.Float64() >= leaves; {
		at += rng.ExpFloat64() / rate
	}
}

func (l MBGCNBD) orders(rng *rand.Rand, yield func(float64) bool) {
	rate, leaves := Gamma(rng, l.R)/l.Alpha, beta(rng, l.A, l.B)
	for at := 0.0; rng.Float64() >= leaves; {
		for range max(l.K, 1) {
			at += rng.ExpFloat64() / rate
		}
		if !yield(at) {
			return
		}
	}
}

func (l ParetoNBD) orders(rng *rand.Rand, yield func(float64) bool) {
	rate, end := Gamma(rng, l.R)/l.Alpha, rng.ExpFloat64()*l.Beta/Gamma(rng, l.S)
	for at := rng.ExpFloat64() / rate; at < end && yield(at); {
		at += rng.ExpFloat64() / rate
	}
}

// Weeks draws the times of a customer's repeat orders within age weeks of the first and appends them to weeks.
func Weeks(law Law, rng *rand.Rand, age float64, weeks []float64) []float64 {
	law.orders(rng, func(at float64) bool {
		if !(at <= age) {
			return false
		}
		weeks = append(weeks, at)
		return true
	})
	return weeks
}

// Days draws a customer's repeat order days within ageDays of the first order and appends them to days, as an
// order book shows them: every day once, counted from the day of the first order, whose own further orders
// are lost. A day takes all orders up to its end.
func Days(law Law, rng *rand.Rand, ageDays int, days []int) []int {
	last := 0
	law.orders(rng, func(at float64) bool {
		if !(at*7 < float64(ageDays+1)) {
			return false
		}
		if day := int(at * 7); day > last {
			days = append(days, day)
			last = day
		}
		return true
	})
	return days
}

// History is what the purchase models see of one customer. Times are weeks.
type History struct {
	X       int
	TX, T   float64
	LogGaps float64 // sum of the logs of the times between its orders
}

// Cohorts is how customers come: the age of each is drawn evenly from Youngest to Oldest days.
type Cohorts struct {
	Youngest, Oldest int
	// WholeDays puts the time of the last order on the end of its day, so that histories repeat as they do in
	// data. Every order still counts, also two of a day, as the models have it.
	WholeDays bool
}

// Histories draws n customers and calls each with their histories one after the other.
func Histories(law Law, rng *rand.Rand, n int, c Cohorts, each func(History)) {
	for range n {
		days := c.Youngest
		if c.Oldest > c.Youngest {
			days += rng.IntN(c.Oldest - c.Youngest + 1)
		}
		each(history(law, rng, days, c.WholeDays))
	}
}

func history(law Law, rng *rand.Rand, days int, whole bool) History {
	h := History{T: float64(days) / 7}
	law.orders(rng, func(at float64) bool {
		if !(at <= h.T) {
			return false
		}
		h.X++
		h.LogGaps += math.Log(at - h.TX)
		h.TX = at
		return true
	})
	if whole {
		h.TX = min(math.Ceil(h.TX*7), float64(days)) / 7
	}
	return h
}

// Gamma draws from Gamma(shape, 1) after Marsaglia and Tsang, ACM Transactions on Mathematical Software 26
// (2000); never below the smallest number, so that a rate can be divided by.
func Gamma(rng *rand.Rand, shape float64) float64 {
	if shape < 1 {
		u := 1 - rng.Float64()
		return max(Gamma(rng, shape+1)*math.Exp(math.Log(u)/shape), math.SmallestNonzeroFloat64)
	}
	d := shape - 1.0/3
	c := 1 / math.Sqrt(9*d)
	for {
		z := rng.NormFloat64()
		v := 1 + c*z
		v *= v * v
		if v <= 0 {
			continue
		}
		u := 1 - rng.Float64()
		if u < 1-0.0331*z*z*z*z || math.Log(u) < z*z/2+d-d*v+d*math.Log(v) {
			return d * v
		}
	}
}

func beta(rng *rand.Rand, a, b float64) float64 {
	g := Gamma(rng, a)
	return g / (g + Gamma(rng, b))
}
