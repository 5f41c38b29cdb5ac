package planner

import (
	"math"
	"math/rand/v2"
	"slices"
)

// poisson holds the probabilities that a Poisson variable of mean 1 is at most 0, 1, 2 …
var poisson = func() (table [12]float64) {
	p, sum := math.Exp(-1), 0.0
	for k := range table {
		sum += p
		table[k] = sum
		p /= float64(k + 1)
	}
	return table
}()

func resampled(u float64) float64 {
	for k, p := range poisson {
		if u < p {
			return float64(k)
		}
	}
	return float64(len(poisson))
}

// doubt is the range of the detectable lift over audiences like this one: groups are resampled (Poisson
// bootstrap), and the detectable lift follows the ratio of residual standard deviation to mean margin. It
// tells how much rests on a few large groups.
func (s *simulation) doubt(f *Finding, samples []*sample) {
	if f.Detectable == nil {
		return
	}
	rng := rand.New(rand.NewPCG(s.in.Seed, hashName(f.Name+"|doubt")))
	count := min(max(2_000_000/max(f.Groups, 1), 30), 200)
	ratios := make([]float64, 0, count)
	whole := make([]float64, len(samples))
	for i, one := range samples {
		whole[i] = one.totals.noise()
	}
	for b := range count {
		one := samples[b%len(samples)]
		if ratio := one.resample(rng).noise() / whole[b%len(samples)]; ratio > 0 && !math.IsInf(ratio, 0) {
			ratios = append(ratios, ratio)
		}
	}
	if len(ratios) < count/2 {
		return
	}
	slices.Sort(ratios)
	low := *f.Detectable * min(ratios[len(ratios)/10], 1)
	high := *f.Detectable * max(ratios[len(ratios)-1-len(ratios)/10], 1)
	f.DetectableLow, f.DetectableHigh = &low, &high
}

// resample gives the sums of an audience in which every group comes as often as a Poisson variable says.
func (s *sample) resample(rng *rand.Rand) moments {
	m := s.totals.empty()
	y := s.periods[0]
	for i := range y {
		if k := resampled(rng.Float64()); k > 0 {
			m.addTimes(k, y[i], s.fixedOf(0, int32(i)), s.x[i])
		}
	}
	return m
}

// noise is the residual standard deviation after the covariate, relative to the mean that a lift changes and for the
// number of groups; NaN where that mean is not positive.
func (m moments) noise() float64 {
	j := m.joint(0)
	v := j.Post.Var
	if j.Pre.Var > 0 {
		v -= j.Cov * j.Cov / j.Pre.Var
	}
	open := j.Post.Mean - m.fixedCenter - m.f/m.n
	if open <= 0 {
		return math.NaN()
	}
	return math.Sqrt(max(v, 0)/m.n) / open
}
