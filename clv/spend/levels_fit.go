package spend

import (
	"math"
	"slices"
	"strings"

	"postlift"
	"postlift/clv/fitting"
)

const (
	leastOfLevel = 5    // customers from which a level has a factor of its own
	leastFactor  = 1e-6 // and its inverse bound factors
	// What is assumed of factors before they are looked at: as much as two levels with factors e^±.25 say.
	spreadGuess  = .25
	spreadWeight = 2.0
)

// FitByLevel fits the named spend model with a factor for each level; levels[i] is that of obs[i]. The log of a
// level's factor is its mean log order value against that of all levels, shrunk by empirical Bayes: what
// levels differ by is normal with the variance that explains them best, and a level of few customers, or of
// customers that differ much among themselves, stays near 1. The base is then fitted to values divided by
// their factors. Levels of fewer than five customers with repeat orders get none. An unknown name, lists of
// unequal length and no usable observation are Invalid faults.
func FitByLevel(name string, obs []Observation, levels []string) (FittedByLevel, error) {
	if len(obs) != len(levels) {
		return FittedByLevel{}, postlift.Faultf(postlift.Invalid, "spend.FitByLevel",
			"%d observations and %d levels: each observation needs the level of its customer", len(obs), len(levels))
	}
	means := levelMeans(obs, levels)
	out := FittedByLevel{}
	if len(means) > 1 {
		out.Spread = shrinkLevels(means)
		for _, m := range means {
			out.Factors = append(out.Factors, m.factor)
		}
	}
	divided := obs
	if len(out.Factors) > 0 {
		divided = make([]Observation, len(obs))
		for i, o := range obs {
			divided[i] = o.divided(out.Factor(levels[i]))
		}
	}
	fit, err := Fit(name, divided)
	if err != nil {
		return FittedByLevel{}, err
	}
	out.Base, out.Fit, out.Flags = fit.Model, fit, slices.Clone(fit.Flags)
	if slices.ContainsFunc(out.Factors, func(f LevelFactor) bool { return f.Customers < fitting.FewAccounts }) {
		out.Flags = append(out.Flags, FlagLevelFewAccounts)
	}
	return out, nil
}

// divided is the observation of values divided by a factor.
func (o Observation) divided(factor float64) Observation {
	o.M /= factor
	if o.Logs && o.X > 0 {
		o.LogMean -= math.Log(factor)
	}
	return o
}

// levelMean is the mean log order value of a level's customers. Customers count by how well their mean is known.
type levelMean struct {
	factor   LevelFactor
	weight   float64 // sum of weights
	mean     float64
	squares  float64 // weighted, around the mean
	variance float64 // of the mean
}

// levelMeans gathers the levels with customers enough, sorted.
func levelMeans(obs []Observation, levels []string) []*levelMean {
	weight := weights(obs)
	byLevel := map[string]*levelMean{}
	for i, o := range obs {
		y, ok := o.logValue()
		if !ok {
			continue
		}
		m := byLevel[levels[i]]
		if m == nil {
			m = &levelMean{factor: LevelFactor{Level: levels[i]}}
			byLevel[levels[i]] = m
		}
		w := weight(o.X)
		m.factor.Customers++
		m.weight += w
		step := y - m.mean
		m.mean += step * w / m.weight
		m.squares += w * step * (y - m.mean)
	}
	out := []*levelMean{}
	squares, free := 0.0, 0.0
	for _, m := range byLevel {
		if m.factor.Customers >= leastOfLevel {
			out = append(out, m)
		}
	}
	slices.SortFunc(out, func(a, b *levelMean) int { return strings.Compare(a.factor.Level, b.factor.Level) })
	for _, m := range out {
		squares, free = squares+m.squares, free+float64(m.factor.Customers-1)
	}
	for _, m := range out {
		m.variance = squares / max(free, 1) / m.weight
	}
	return out
}

// logValue is the mean log value of a customer's repeat orders, or the log of their mean where no more is known.
func (o Observation) logValue() (y float64, ok bool) {
	if o.First {
		return 0, false
	}
	if mean, _, ok := o.logs(); ok {
		return mean, true
	}
	if !o.known() {
		return 0, false
	}
	return math.Log(within(o.M)), true
}

// weights says how much a customer with x orders counts: as the inverse of the variance of its mean log, of which
// a part is its own and a part falls with x.
func weights(obs []Observation) func(x int) float64 {
	var n, sum, ss, within, free, inverse float64
	for _, o := range obs {
		y, ok := o.logValue()
		if !ok {
			continue
		}
		n++
		step := y - sum
		sum += step / n
		ss += step * (y - sum)
		inverse += 1 / float64(max(o.X, 1))
		if _, s, ok := o.logs(); ok {
			within, free = within+s, free+float64(o.X-1)
		}
	}
	between, order := 1.0, 1.0
	if free > 0 && within > 0 && n > 1 {
		order = within / free
		between = max(ss/(n-1)-order*inverse/n, order/100)
	}
	return func(x int) float64 { return 1 / (between + order/float64(max(x, 1))) }
}

// shrinkLevels fills in the factors and gives how far their logs spread: the variance that maximises the evidence,
// found as that of effects of levels on ordering.
func shrinkLevels(means []*levelMean) float64 {
	const rounds = 50
	spread, centre := spreadGuess, 0.0
	for range rounds {
		t := spread * spread
		var sum, all float64
		for _, m := range means {
			sum, all = sum+m.mean/(t+m.variance), all+1/(t+m.variance)
		}
		centre = sum / all
		squares, known := spreadWeight*spreadGuess*spreadGuess, spreadWeight
		for _, m := range means {
			own := t / (t + m.variance)
			squares, known = squares+(own*(m.mean-centre))*(own*(m.mean-centre)), known+own
		}
		spread = math.Sqrt(squares / known)
	}
	t := spread * spread
	for _, m := range means {
		own := t / (t + m.variance)
		m.factor.Raw = factorOf(m.mean - centre)
		m.factor.Factor = factorOf(own * (m.mean - centre))
		m.factor.LogSD = math.Sqrt(own * m.variance)
	}
	return spread
}

func factorOf(log float64) float64 { return min(max(math.Exp(log), leastFactor), 1/leastFactor) }
