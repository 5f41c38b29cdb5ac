package purchase

import "math"

// Distribution appends the probabilities of 0, 1, 2, … order days in the next t weeks given that the
// customer is alive at age: negative binomials, averaged over the time at which the customer leaves. The
// last of MaxOrders+1 stands for the rest.
func (m ParetoNBD) Distribution(p []float64, x int, _, age, t float64) []float64 {
	if !(t > 0) {
		return append(p, 1)
	}
	f := m.after(x, age)
	all := make([]float64, 0, 64)
	odds := t / f.Alpha
	all = mixNegBin(all, f.R, odds, math.Exp(-f.S*math.Log1p(t/f.Beta)))
	f.eachLeaving(t, f.narrowest, func(odds, weight float64) {
		all = mixNegBin(all, f.R, odds, weight)
	})
	return append(p, trim(all)...)
}

// ProbOrders is the probability that a new customer places exactly n repeat orders in the first t weeks.
func (m ParetoNBD) ProbOrders(n int, t float64) float64 {
	if n < 0 || !(t > 0) {
		if n == 0 {
			return 1
		}
		return 0
	}
	k := float64(n)
	at := func(odds float64) float64 { return math.Exp(logNegBin(m.R, odds, n)) }
	sum := at(t/m.Alpha) * math.Exp(-m.S*math.Log1p(t/m.Beta))
	width := func(float64) float64 { return math.Sqrt(1/(k+1) + 1/m.R) }
	m.eachLeaving(t, width, func(odds, weight float64) { sum += weight * at(odds) })
	return min(sum, 1)
}

// narrowest is the spread, on the scale of log odds, over which the probability of the number of orders
// that is likeliest at these odds rises and falls.
func (m ParetoNBD) narrowest(logOdds float64) float64 {
	return math.Sqrt(1/(m.R*math.Exp(logOdds)) + 1/m.R)
}

// eachLeaving hands out nodes tau/alpha and weights for an average over the time tau < t at which a new
// customer leaves. The weights add up to the probability of leaving before t. Panels lie on the scale
// y = log(tau/alpha) and are short against width(y), the spread of what is averaged.
func (m ParetoNBD) eachLeaving(t float64, width func(y float64) float64, use func(odds, weight float64)) {
	ratio := m.Alpha / m.Beta
	end := math.Log(t / m.Alpha)
	// earlier than this hardly anybody has left, and nobody has ordered
	y := min(end-1, -math.Log(ratio)-math.Log(max(m.S, 1)), -math.Log(m.R)) - 40
	use(0, m.gone(ratio*math.Exp(y)))
	g := rules[2].rule
	for y < end {
		if m.S*math.Log1p(ratio*math.Exp(y)) > 80 {
			return // nobody is left
		}
		h := min(1, 4*width(y), end-y)
		h = min(h, 4*width(y+h))
		for i, at := range g.at {
			odds := math.Exp(y + h*at)
			u := ratio * odds
			density := m.S * u * math.Exp(-(m.S+1)*math.Log1p(u))
			use(odds, h*g.weight[i]*density)
		}
		y += h
		if end-y < 1e-12 {
			return
		}
	}
}

// gone is the probability of having left at beta times u.
func (m ParetoNBD) gone(u float64) float64 { return -math.Expm1(-m.S * math.Log1p(u)) }

// mixNegBin adds a negative binomial of the given size and odds z/(1-z), times weight, to p, of which entry
// MaxOrders stands for this number and all above. It starts at the mode and is divided by its own sum, so no
// gamma function costs digits for large sizes.
func mixNegBin(p []float64, size, odds, weight float64) []float64 {
	if !(weight > 1e-30) {
		return p
	}
	mode, terms := negBinWindow(size, odds)
	if terms > MaxOrders {
		return mixLongNegBin(p, size, odds, weight, int(min(mode, MaxOrders-1)))
	}
	z := odds / (1 + odds)
	lo, hi, total := negBinReach(size, z, int(mode))
	p = grown(p, hi+1)
	start := weight / total
	spread(p, size, z, start, int(mode), lo, hi)
	return p
}

// mixLongNegBin is mixNegBin where the list ends before the negative binomial does.
func mixLongNegBin(p []float64, size, odds, weight float64, start int) []float64 {
	p = grown(p, MaxOrders+1)
	below := weight * math.Exp(logNegBin(size, odds, start))
	sum := spread(p, size, odds/(1+odds), below, start, 0, MaxOrders-1)
	p[MaxOrders] += max(weight-sum, 0)
	return p
}

// spread adds the terms lo..hi of a negative binomial, e being the one at start, and gives their sum.
func spread(p []float64, size, z, e float64, start, lo, hi int) (sum float64) {
	up := e
	for n := start; n <= hi && up > 0; n++ {
		p[n] += up
		sum += up
		up *= z * (size + float64(n)) / float64(n+1)
	}
	for n := start; n > lo && e > 0; n-- {
		e *= float64(n) / (z * (size + float64(n) - 1))
		p[n-1] += e
		sum += e
	}
	return sum
}

func grown(p []float64, n int) []float64 {
	if n > len(p) {
		p = append(p, make([]float64, n-len(p))...)
	}
	return p
}

// negBinReach finds from where to where the probabilities matter, and their sum in units of the mode's.
func negBinReach(size, z float64, mode int) (lo, hi int, total float64) {
	const tiny = 1e-19
	e := 1.0
	for hi = mode; ; hi++ {
		total += e
		ratio := z * (size + float64(hi)) / float64(hi+1)
		if e *= ratio; e < tiny*(1-ratio) {
			break
		}
	}
	e = 1.0
	for lo = mode; lo > 0 && e > tiny; lo-- {
		e *= float64(lo) / (z * (size + float64(lo) - 1))
		total += e
	}
	return lo, hi, total
}

// trim cuts the end of a distribution as far as no more than leftOver, as a share of the probability of any
// order at all, is lost.
func trim(p []float64) []float64 {
	some := 0.0
	for _, v := range p[1:] {
		some += v
	}
	left := 0.0
	for len(p) > 1 && left+p[len(p)-1] <= leftOver*some {
		left += p[len(p)-1]
		p = p[:len(p)-1]
	}
	return p
}
