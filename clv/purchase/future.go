package purchase

import (
	"math"
	"slices"
)

// future evaluates what lies ahead of customers who are still alive, for the models in which a customer
// leaves with probability p ~ Beta(a, c) after an order. The rate of events is Gamma(size, alpha+age) and
// every k-th event is an order: k = 1 is a Poisson process, k > 1 the regular Erlang times of the CNBD. A
// customer may stand in phase j = 0..k-1, that is, j events after the last order; the rate's shape is then
// size+j. With N_j ~ NegBin(size+j, s = t/(alpha+age)) events in the next t weeks, M = floor((N_j+j)/k)
// orders were they never to leave, and rho_n = B(a,c+n)/B(a,c) the probability to survive n orders,
//
//	E[orders] = sum_n P(M=n) (rho_0 + ... + rho_{n-1}),   P(alive after) = sum_n P(M=n) rho_n
//
// with positive terms only: no hypergeometric function, no pole at a = 1, no NaN for a+c < 1. Both depend on
// (x, age) and the phase alone. rho and its running sum depend on x alone and are kept between calls.
type future struct {
	a, c, size, alpha float64
	k                 int
	rho               []float64 // rho[n]
	sums              []float64 // sums[n] = rho[0] + ... + rho[n-1]
	quad              *betaGrid // made when a window needs more terms than the series is worth
}

// seriesLimit is the number of terms above which the integral over the leaving probability is used
// instead of the sum over events.
const seriesLimit = 4000

// shortestWindow is a window, in weeks, in which nothing happens: far below a nanosecond.
const shortestWindow = 1e-30

func newFuture(a, c, size, alpha float64, k int) *future {
	return &future{a: a, c: c, size: size, alpha: alpha, k: k, rho: []float64{1}, sums: []float64{0}}
}

// at gives, for every phase, the expected orders within t weeks and the probability of being alive then, for
// a customer alive at the given age. Both slices have length k.
func (f *future) at(age, t float64, orders, alive []float64) {
	if !(t > shortestWindow) {
		for j := range f.k {
			orders[j], alive[j] = 0, 1
		}
		return
	}
	s := t / (f.alpha + age)
	mode, terms := negBinWindow(f.size, s)
	switch {
	case terms > seriesLimit:
		f.integral(s, orders, alive)
	case f.k == 1:
		orders[0], alive[0] = f.series(int(mode), s)
	default:
		f.phases(int(mode), s, orders, alive)
	}
}

// extend makes rho and sums known up to n orders.
func (f *future) extend(n int) {
	if more := n + 1 - len(f.rho); more > 0 {
		f.rho, f.sums = slices.Grow(f.rho, more), slices.Grow(f.sums, more)
	}
	for i := len(f.rho) - 1; i < n; i++ {
		f.sums = append(f.sums, f.sums[i]+f.rho[i])
		f.rho = append(f.rho, f.rho[i]*(f.c+float64(i))/(f.a+f.c+float64(i)))
	}
}

// negligible is the share of a sum below which what is left of it is dropped.
const negligible = 1e-15

// series sums outwards from the mode of the negative binomial, for k = 1. It starts with 1 there and divides
// by the sum of all probabilities, which is more exact than to start with a probability out of gamma functions.
func (f *future) series(mode int, s float64) (orders, alive float64) {
	z := s / (1 + s)
	f.extend(mode + 1)
	total, p := 0.0, 1.0
	for n := mode; p > 0; n++ {
		if n+1 >= len(f.rho) {
			f.extend(2*n + 16)
		}
		total += p
		orders += p * f.sums[n]
		alive += p * f.rho[n]
		ratio := z * (f.size + float64(n)) / float64(n+1)
		// what is left is at most a geometric series of terms no larger than the next one times n+2
		if most := max(ratio, z); n > mode && most < 1 && p*most*float64(n+2) < negligible*(1-most)*orders {
			break
		}
		p *= ratio
	}
	p = 1
	for n := mode; n > 0; n-- {
		p *= float64(n) / (z * (f.size + float64(n) - 1))
		total += p
		orders += p * f.sums[n-1]
		alive += p * f.rho[n-1]
		if p < 1e-18 {
			break
		}
	}
	return orders / total, min(alive/total, 1)
}

// phases is series for k > 1, all phases in one pass. Let n count the events since the last order, those
// before age included. In phase j, P(n) is proportional to NegBin(n; size, s) times the number of ways
// n over j to have had j of them before age.
func (f *future) phases(mode int, s float64, orders, alive []float64) {
	var sum phaseSums
	z := s / (1 + s)
	p := 1.0
	for n := mode; p > 0; n++ {
		last := sum.add(f, n, p)
		ratio := z * (f.size + float64(n)) / float64(n+1)
		most := max(ratio, z) * float64(n+1) / float64(max(n+2-f.k, 1))
		top := sum.orders[f.k-1]
		if n > mode+f.k && most < 1 && last*most*float64(n+2) < negligible*(1-most)*top {
			break
		}
		p *= ratio
	}
	p = 1
	for n := mode; n > 0; n-- {
		p *= float64(n) / (z * (f.size + float64(n) - 1))
		sum.add(f, n-1, p)
		if p < 1e-18 && n < mode-f.k {
			break
		}
	}
	for j := range f.k {
		orders[j] = sum.orders[j] / sum.total[j]
		alive[j] = min(sum.alive[j]/sum.total[j], 1)
	}
}

// maxRegularity is the largest k of the CNBD-k.
const maxRegularity = 6

type phaseSums struct {
	total, orders, alive [maxRegularity]float64
}

// choose[j] is 1/(j+1): the step from n over j to n over j+1 without a division.
var choose = [maxRegularity]float64{1, 1. / 2, 1. / 3, 1. / 4, 1. / 5, 1. / 6}

// add counts n events since the last order with the weight p, and gives the weight in the last phase.
func (s *phaseSums) add(f *future, n int, p float64) (last float64) {
	m := n / f.k
	if m+1 >= len(f.rho) {
		f.extend(2*m + 16)
	}
	so, sa := f.sums[m], f.rho[m]
	for j := 0; j < f.k; j++ {
		s.total[j] += p
		s.orders[j] += p * so
		s.alive[j] += p * sa
		last = p
		p *= float64(n-j) * choose[j]
	}
	return last
}

// phaseWeights are the relative probabilities of the phases of a customer alive at age whose last order was
// idle weeks ago; they begin with 1 for phase 0. It returns their sum.
func phaseWeights(w []float64, size, alpha, age, idle float64) float64 {
	e := max(idle, 0) / (alpha + age)
	total := 1.0
	w[0] = 1
	for j := 1; j < len(w); j++ {
		w[j] = w[j-1] * e * (size + float64(j-1)) / float64(j)
		total += w[j]
	}
	return total
}

// mixed is the mean over the phases with weights that add up to total.
func mixed(w, v []float64, total float64) float64 {
	sum := 0.0
	for j, x := range v {
		sum += w[j] * x
	}
	return sum / total
}

// discountedOrders is the integral of exp(-rate t) dE(t) for expected orders E that grow from 0 like a
// completely monotone function's integral: by parts, int rate t exp(-rate t) E(t) dlog t, which the
// trapezoid rule in log t takes to all digits.
func discountedOrders(rate float64, expected func(t float64) float64) float64 {
	const step, lowest, highest = 0.25, -24, 4
	sum := 0.0
	for y := float64(lowest); y <= highest; y += step {
		v := math.Exp(y)
		sum += v * math.Exp(-v) * expected(v/rate)
	}
	return sum * step
}
