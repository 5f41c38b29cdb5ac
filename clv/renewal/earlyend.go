package renewal

import "math"

// earlyPrior is the stated monthly rate of early ends where none was ever seen: one contract in 400 a year.
const earlyPrior = 1.0 / 400 / 12

// EarlyEnd is how often contracts end within a running term, by default or early termination: an exponential
// time with a Gamma-distributed rate, S(t) = (B/(B+t))^A. Usually the rate is about 0.
type EarlyEnd struct {
	Rate
}

// FitEarlyEnd fits the rate of early ends to contracts with 0 or 1 such event each. Without any event the
// stated prior of one contract in 400 a year is used, which the months observed without one lower, and flagged.
func FitEarlyEnd(e *Events) EarlyEnd { return EarlyEnd{fitRate(e, earlyPrior)} }

// Survive is the probability that a contract that has run for so many months does not end early in the next
// months. A model that was not fitted gives 1.
func (e EarlyEnd) Survive(ran, months float64) float64 {
	a, b := e.of(0, ran)
	return math.Exp(-a * math.Log1p(max(months, 0)/b))
}
