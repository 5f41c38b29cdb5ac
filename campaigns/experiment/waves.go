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

// waveSum holds one wave's mean and sums of centred products (Welford 1962): periods first, then the covariate, then
// the fixed part of the period in which the wave was mailed.
type waveSum struct {
	n    float64
	mean []float64
	sq   []float64 // row by row, the upper triangle is kept
}

// NewWaveSums makes room for a test with the number of waves, at least 2.
func NewWaveSums(waves int) *WaveSums {
	s := &WaveSums{waves: make([]waveSum, waves)}
	for i := range s.waves {
		s.waves[i] = waveSum{mean: make([]float64, waves+1), sq: make([]float64, (waves+1)*(waves+1))}
	}
	return s
}

// Add takes one group; v holds the outcome of every period and then the covariate, one entry a wave in all. One
// entry more may state what no lift changes of the outcome in the period in which the group's wave is mailed. The
// wave counts from 1.
func (s *WaveSums) Add(wave int, v []float64) {
	w := &s.waves[wave-1]
	d := len(w.mean)
	w.n++
	for i := range v {
		delta := v[i] - w.mean[i]
		w.mean[i] += delta / w.n
		for j := i; j < len(v); j++ { // mean[i] is new, mean[j] still old for j > i: the update for covariances
			if j == i {
				w.sq[i*d+i] += delta * (v[i] - w.mean[i])
				continue
			}
			w.sq[i*d+j] += (v[i] - w.mean[i]) * (v[j] - w.mean[j])
		}
	}
}

// Point is the estimate had the outcome of every just mailed group, but for its fixed part, been 1+lift times what it
// was; 0 takes the outcomes as they are. ok is false where a wave has fewer than two groups.
func (s *WaveSums) Point(lift float64) (p Point, ok bool) {
	for _, w := range s.waves {
		if w.n < 2 {
			return Point{}, false
		}
	}
	center := s.preMean()
	var variance, dof float64
	for v, c := range s.contrasts(lift) {
		value, own := s.waves[v].contrast(c, center)
		p.Value += value
		variance += own
		dof += own * own / (s.waves[v].n - 1)
	}
	p.SE, p.DoF = math.Sqrt(variance), variance*variance/dof
	return p, true
}

// weights are the periods' weights, which sum up to 1, and later how many groups come after each wave.
func (s *WaveSums) weights() (weights, later []float64) {
	d, total := len(s.waves), 0.0
	weights, later = make([]float64, d-1), make([]float64, d)
	for v := d - 2; v >= 0; v-- {
		later[v] = later[v+1] + s.waves[v+1].n
	}
	for j := range weights {
		weights[j] = s.waves[j].n * later[j] / (s.waves[j].n + later[j])
		total += weights[j]
	}
	for j := range weights {
		weights[j] /= total
	}
	return weights, later
}

// contrasts are, for the groups of each wave, what the estimate takes of every period's outcome, of the covariate
// and of the fixed part.
func (s *WaveSums) contrasts(lift float64) [][]float64 {
	d := len(s.waves)
	c := make([][]float64, d)
	for v := range c {
		c[v] = make([]float64, d+1)
	}
	weights, later := s.weights()
	for j, w := range weights {
		theta := s.theta(j)
		c[j][j] += w / s.waves[j].n * (1 + lift)
		c[j][d-1] -= w / s.waves[j].n * theta
		c[j][d] -= w / s.waves[j].n * lift
		for v := j + 1; v < d; v++ {
			c[v][j] -= w / later[j]
			c[v][d-1] += w / later[j] * theta
		}
	}
	return c
}

// preMean is the covariate's mean over all groups.
func (s *WaveSums) preMean() float64 {
	var n, sum float64
	for _, w := range s.waves {
		n += w.n
		sum += w.n * w.mean[len(s.waves)-1]
	}
	return sum / n
}

// theta is the slope of period j's outcome on the covariate within the waves not mailed yet.
func (s *WaveSums) theta(j int) float64 {
	d := len(s.waves)
	var cross, pre float64
	for v := j + 1; v < d; v++ {
		cross += s.waves[v].sq[j*(d+1)+d-1]
		pre += s.waves[v].sq[(d-1)*(d+1)+d-1]
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
		if i == d-2 {
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
	weights, _ := s.weights()
	var n, base float64
	for v := range s.waves {
		n += s.waves[v].n
	}
	for j, w := range weights {
		for v := range s.waves {
			base += w * s.waves[v].n / n * s.waves[v].mean[j]
		}
	}
	return base
}

// BaseOf is the mean over the periods of what is stated for each, with the estimate's weights.
func (s *WaveSums) BaseOf(periods []float64) float64 {
	weights, _ := s.weights()
	base := 0.0
	for j, w := range weights {
		base += w * periods[j]
	}
	return base
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
