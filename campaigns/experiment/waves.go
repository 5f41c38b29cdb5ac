package experiment

import (
	"math"

	"postlift"
)

// WaveUnit is a group of a test in waves: its wave from 1, its outcome in every period and the covariate
// from before the first. Period j begins when wave j is mailed; there is one period less than waves, as
// after the last wave nobody is left to compare with.
type WaveUnit struct {
	Wave    int
	Periods []float64
	Pre     float64
}

// WaveSums gathers a test in waves of so many groups per wave: means and products of the periods'
// outcomes and the covariate by wave.
//
// The estimate compares in every period j the groups that were just mailed with those not mailed yet,
//
//	d = sum of w_j (mean of wave j - mean of the waves after j), w_j in proportion to n_j m_j/(n_j + m_j),
//
// each outcome less theta_j times the covariate's distance from the mean of all groups, theta_j from those
// not mailed yet. Groups of earlier waves are left out of later periods, so nothing is assumed of how
// long a letter works. A group that waits is a control in several periods: d is a sum of one linear
// contrast per group, and the variance is the sum over waves of the contrasts' variance, which holds
// whatever the correlation between a group's periods is.
type WaveSums struct {
	waves []waveSum
}

// waveSum holds one wave's mean and sums of centred products (Welford 1962), periods first, covariate last.
type waveSum struct {
	n    float64
	mean []float64
	sq   []float64 // row by row, the upper triangle is kept
}

// NewWaveSums makes room for a test with the number of waves, at least 2.
func NewWaveSums(waves int) *WaveSums {
	s := &WaveSums{waves: make([]waveSum, waves)}
	for i := range s.waves {
		s.waves[i] = waveSum{mean: make([]float64, waves), sq: make([]float64, waves*waves)}
	}
	return s
}

// Add takes one group; v holds the outcome of every period and then the covariate, one entry a wave in all.
// The wave counts from 1.
func (s *WaveSums) Add(wave int, v []float64) {
	w, d := &s.waves[wave-1], len(v)
	w.n++
	for i := range v {
		delta := v[i] - w.mean[i]
		w.mean[i] += delta / w.n
		for j := i; j < d; j++ { // mean[i] is new, mean[j] still old for j > i: the update for covariances
			if j == i {
				w.sq[i*d+i] += delta * (v[i] - w.mean[i])
				continue
			}
			w.sq[i*d+j] += (v[i] - w.mean[i]) * (v[j] - w.mean[j])
		}
	}
}

// Point is the estimate had the outcome of every just mailed group been 1+lift times what it was; 0 takes
// the outcomes as they are. ok is false where a wave has fewer than two groups.
func (s *WaveSums) Point(lift float64) (p Point, ok bool) {
	d := len(s.waves)
	later, total := make([]float64, d), 0.0
	n := 0.0
	for v := d - 1; v >= 0; v-- {
		later[v] = n
		n += s.waves[v].n
		if s.waves[v].n < 2 {
			return Point{}, false
		}
	}
	weights := make([]float64, d-1)
	for j := range weights {
		weights[j] = s.waves[j].n * later[j] / (s.waves[j].n + later[j])
		total += weights[j]
	}
	center := 0.0
	for v := range s.waves {
		center += s.waves[v].n / n * s.waves[v].mean[d-1]
	}
	contrasts := make([][]float64, d) // of each wave: weight of every period's outcome and of the covariate
	for v := range contrasts {
		contrasts[v] = make([]float64, d)
	}
	for j := range weights {
		w, theta := weights[j]/total, s.theta(j)
		contrasts[j][j] += w / s.waves[j].n * (1 + lift)
		contrasts[j][d-1] -= w / s.waves[j].n * theta
		for v := j + 1; v < d; v++ {
			contrasts[v][j] -= w / later[j]
			contrasts[v][d-1] += w / later[j] * theta
		}
	}
	var variance, dof float64
	for v, c := range contrasts {
		value, own := s.waves[v].contrast(c, center)
		p.Value += value
		variance += own
		dof += own * own / (s.waves[v].n - 1)
	}
	p.SE, p.DoF = math.Sqrt(variance), variance*variance/dof
	return p, true
}

// theta is the slope of period j's outcome on the covariate within the waves not mailed yet.
func (s *WaveSums) theta(j int) float64 {
	d := len(s.waves)
	var cross, pre float64
	for v := j + 1; v < d; v++ {
		cross += s.waves[v].sq[j*d+d-1]
		pre += s.waves[v].sq[d*d-1]
	}
	if pre <= 0 {
		return 0
	}
	return cross / pre
}

// contrast is the sum over the wave's groups of c'v, the covariate less center, and its variance.
func (w *waveSum) contrast(c []float64, center float64) (value, variance float64) {
	d := len(c)
	for i := range c {
		m := w.mean[i]
		if i == d-1 {
			m -= center
		}
		value += c[i] * m * w.n
		variance += c[i] * c[i] * w.sq[i*d+i]
		for j := i + 1; j < d; j++ {
			variance += 2 * c[i] * c[j] * w.sq[i*d+j]
		}
	}
	return value, max(variance, 0) * w.n / (w.n - 1)
}

// Base is the mean outcome of all groups over the periods with the estimate's weights: what a lift refers
// to.
func (s *WaveSums) Base() float64 {
	d := len(s.waves)
	var n, base, total float64
	for v := range s.waves {
		n += s.waves[v].n
	}
	later := n
	for j := range d - 1 {
		later -= s.waves[j].n
		w := s.waves[j].n * later / (s.waves[j].n + later)
		mean := 0.0
		for v := range s.waves {
			mean += s.waves[v].n / n * s.waves[v].mean[j]
		}
		base, total = base+w*mean, total+w
	}
	return base / total
}

// InWaves is the estimate of a test in waves; see WaveSums. It refuses groups whose wave or number of
// periods does not fit, and waves of fewer than two groups.
func InWaves(units []WaveUnit, waves int) (Estimate, error) {
	const op = "experiment.InWaves"
	if waves < 2 {
		return Estimate{}, postlift.Faultf(postlift.Invalid, op, "%d waves are not possible; at least 2 are needed", waves)
	}
	s := NewWaveSums(waves)
	for i, u := range units {
		if u.Wave < 1 || u.Wave > waves || len(u.Periods) != waves-1 {
			return Estimate{}, postlift.Faultf(postlift.Invalid, op,
				"group %d has wave %d and %d periods; waves 1 to %d and %d periods are possible", i+1, u.Wave, len(u.Periods), waves, waves-1)
		}
		v := append(append(make([]float64, 0, waves), u.Periods...), u.Pre)
		s.Add(u.Wave, v)
	}
	p, ok := s.Point(0)
	if !ok {
		return Estimate{}, postlift.Faultf(postlift.Invalid, op, "a wave has fewer than two groups: nothing can be compared")
	}
	return p.Estimate(), nil
}
