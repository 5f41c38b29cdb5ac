package experiment

import (
	"math"
	"math/rand/v2"
	"slices"
)

// RandomiseWaves is the randomisation test of waves: groups draw their waves anew within strata (any number for each
// group; nil: one), the waves keeping their sizes there. See Frame.Randomise for P and the statistic.
func RandomiseWaves(units []WaveUnit, strata []int, waves, resamples int, seed uint64) (Randomisation, bool) {
	if resamples < 1 || len(units) == 0 {
		return Randomisation{}, false
	}
	rows, labels := make([][]float64, len(units)), make([]int, len(units))
	for i, u := range units {
		rows[i] = append(append(make([]float64, 0, waves), u.Periods...), u.Pre)
		labels[i] = u.Wave
	}
	of := func(labels []int) (float64, bool) {
		s := NewWaveSums(waves)
		for i, v := range rows {
			s.Add(labels[i], v)
		}
		p, ok := s.Point(0)
		return math.Abs(studentised(p.Value, p.SE)), ok
	}
	observed, ok := of(labels)
	if !ok {
		return Randomisation{}, false
	}
	groups := byStratum(strata, len(units))
	rng := rand.New(rand.NewPCG(seed, 0xa3))
	least, beyond := observed-1e-9*(1+observed), 0
	for range resamples {
		for _, g := range groups {
			rng.Shuffle(len(g), func(a, b int) { labels[g[a]], labels[g[b]] = labels[g[b]], labels[g[a]] })
		}
		if t, _ := of(labels); t >= least {
			beyond++
		}
	}
	return Randomisation{P: float64(1+beyond) / float64(1+resamples), Resamples: resamples}, true
}

// byStratum lists the places of each stratum's units, in order of their first ones.
func byStratum(strata []int, n int) [][]int {
	if strata == nil {
		strata = make([]int, n)
	}
	at := map[int]int{}
	var groups [][]int
	for i, s := range strata {
		k, known := at[s]
		if !known {
			k = len(groups)
			at[s] = k
			groups = append(groups, nil)
		}
		groups[k] = append(groups[k], i)
	}
	return groups
}

// BootstrapWaves is Frame.Bootstrap for waves: groups are drawn with replacement within their wave.
func BootstrapWaves(units []WaveUnit, waves, resamples int, seed uint64) (Bootstrapped, bool) {
	point := func(pick func(wave []int, k int) int) (Point, bool) {
		s := NewWaveSums(waves)
		v := make([]float64, waves)
		for w, members := range membersOf(units, waves) {
			for k := range members {
				u := units[pick(members, k)]
				copy(v, u.Periods)
				v[waves-1] = u.Pre
				s.Add(w+1, v)
			}
		}
		return s.Point(0)
	}
	found, ok := point(func(wave []int, k int) int { return wave[k] })
	if !ok || resamples < 100 || !(found.SE > 0) {
		return Bootstrapped{}, false
	}
	rng := rand.New(rand.NewPCG(seed, 0xb3))
	var values, ts []float64
	var all Accumulator
	for range resamples {
		p, ok := point(func(wave []int, _ int) int { return wave[rng.IntN(len(wave))] })
		if !ok || !(p.SE > 0) {
			continue
		}
		values, ts = append(values, p.Value), append(ts, (p.Value-found.Value)/p.SE)
		all.Add(p.Value, 0)
	}
	if len(values) < resamples/2 {
		return Bootstrapped{}, false
	}
	slices.Sort(values)
	slices.Sort(ts)
	return Bootstrapped{
		Low: found.Value - quantile(ts, .975)*found.SE, High: found.Value - quantile(ts, .025)*found.SE,
		PercentileLow: quantile(values, .025), PercentileHigh: quantile(values, .975),
		SE: math.Sqrt(all.Joint().Post.Var), Resamples: len(values),
	}, true
}

func membersOf(units []WaveUnit, waves int) [][]int {
	members := make([][]int, waves)
	for i, u := range units {
		if u.Wave >= 1 && u.Wave <= waves {
			members[u.Wave-1] = append(members[u.Wave-1], i)
		}
	}
	return members
}
