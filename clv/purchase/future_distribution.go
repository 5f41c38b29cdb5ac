package purchase

import "math"

// MaxOrders is the largest number of order days that the models of a geometric leaving tell apart in a
// Distribution: more than there are days in 80 years. The last probability stands for this number and all above.
const MaxOrders = 1 << 15

// leftOver is the probability below which a Distribution ends, as a share of that of any order at all.
const leftOver = 1e-12

// distribution appends the probabilities of 0, 1, 2, … orders within t weeks for a customer alive at age
// whose last order was idle weeks ago. The n-th order is the last one with probability
// P(M=n) rho_n, by running out of time, plus P(M>=n) (rho_{n-1} - rho_n), by leaving after it.
func (f *future) distribution(p []float64, age, idle, t float64) []float64 {
	if !(t > shortestWindow) {
		return append(p, 1)
	}
	exact, reach := f.undying(age, idle, t)
	p = append(p, exact[0])
	some := reach[1] // the probability of any order at all
	for n := 1; n < len(exact); n++ {
		f.extend(n)
		goes := f.a / (f.a + f.c + float64(n-1))
		left := f.rho[n] * reach[n+1]
		e := f.rho[n-1]*goes*reach[n] + f.rho[n]*exact[n]
		if n == MaxOrders {
			return append(p, e+left)
		}
		p = append(p, e)
		if left <= leftOver*some {
			break
		}
	}
	return p
}

// undying gives P(M = m) and P(M >= m) of a customer who never leaves; reach has one entry more.
// The tails are added up from the top, so that tiny ones keep their digits, unless the top is out of reach.
func (f *future) undying(age, idle, t float64) (exact, reach []float64) {
	terms, whole := f.events(age, idle, t)
	exact = make([]float64, (len(terms)-1)/f.k+1)
	total := 0.0
	for n := len(terms) - 1; n >= 0; n-- {
		exact[n/f.k] += terms[n]
		total += terms[n]
	}
	reach = make([]float64, len(exact)+1)
	if whole {
		for m := len(exact) - 1; m >= 0; m-- {
			exact[m] /= total
			reach[m] = reach[m+1] + exact[m]
		}
		return exact, reach
	}
	reach[0] = 1
	for m, e := range exact {
		reach[m+1] = max(reach[m]-e, 0)
	}
	return exact, reach
}

// events lists the probabilities of n = 0, 1, 2, … events since the last order by the end of the window; whole
// tells that what is beyond the list is negligible.
func (f *future) events(age, idle, t float64) (terms []float64, whole bool) {
	s := t / (f.alpha + age)
	z := s / (1 + s)
	most := MaxOrders*f.k + f.k - 1
	mode, _ := negBinWindow(f.size, s)
	start := most
	if mode < float64(most) {
		start = int(mode)
	}
	var w [maxRegularity]float64
	scale := math.Exp(logNegBin(f.size, s, start)) / phaseWeights(w[:f.k], f.size, f.alpha, age, idle)
	terms = make([]float64, start+1)
	p := scale
	for n := start; n >= 0 && p > 0; n-- {
		terms[n] = p * f.ways(n, idle/t)
		p *= float64(n) / (z * (f.size + float64(n) - 1))
	}
	p = scale
	for n := start; n < most; n++ {
		ratio := z * (f.size + float64(n)) / float64(n+1)
		p *= ratio
		terms = append(terms, p*f.ways(n+1, idle/t))
		bound := max(ratio, z) * float64(n+2) / float64(max(n+3-f.k, 1))
		if n > start+f.k && bound < 1 && terms[n+1]*bound < 1e-24*(1-bound) {
			return terms, true
		}
	}
	return terms, false
}

// ways is the sum over the phases j of (n over j) (idle/t)^j: how the n events may lie before and after age.
func (f *future) ways(n int, ratio float64) float64 {
	sum, w := 0.0, 1.0
	for j := 0; j < f.k; j++ {
		sum += w
		w *= float64(n-j) * choose[j] * ratio
	}
	return sum
}

// probNew is the probability of exactly n orders in the first t weeks of a customer who is alive and has just
// ordered. The tail of the negative binomial is summed directly: one minus the head is noise for large n.
func (f *future) probNew(n int, t float64) float64 {
	if n < 0 {
		return 0
	}
	if !(t > shortestWindow) {
		if n == 0 {
			return 1
		}
		return 0
	}
	s := t / f.alpha
	stay := 0.0
	for i := n * f.k; i < (n+1)*f.k; i++ {
		stay += math.Exp(logNegBin(f.size, s, i))
	}
	p := stay * math.Exp(logSurvives(f.a, f.c, n))
	if n > 0 {
		goes := f.a / (f.a + f.c + float64(n-1))
		p += negBinTail(f.size, s, n*f.k) * goes * math.Exp(logSurvives(f.a, f.c, n-1))
	}
	return min(p, 1)
}
