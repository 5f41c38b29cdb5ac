package experiment

import "math"

// Cell is one randomised unit of a test on rows: a cluster with the sums of its rows, or a row by itself. Its effect
// is read as a ratio of sums, so that Den holds its rows for a mean per row, or another outcome for a ratio of two,
// such as margin by order.
type Cell struct {
	Treated bool
	Stratum int // from 0; of matched blocks the block
	Num     float64
	Den     float64
	Pre     float64 // sum of the covariate
	PreDen  float64 // what Pre is divided by, usually the rows
}

// Moments are the means, variances and covariances (divisor n-1) of the four sums of units of one arm, in the order
// of outcome, its denominator, covariate, its denominator.
type Moments struct {
	N    float64
	Mean [4]float64
	Cov  [4][4]float64
}

// MomentsFromSums makes Moments of n units from sums and sums of products; the lower triangle is not read.
func MomentsFromSums(n float64, sums [4]float64, products [4][4]float64) Moments {
	m := Moments{N: n}
	for i := range sums {
		m.Mean[i] = sums[i] / n
		for j := i; j < 4; j++ {
			m.Cov[i][j] = (products[i][j] - sums[i]*sums[j]/n) / (n - 1)
			m.Cov[j][i] = m.Cov[i][j]
		}
	}
	return m
}

// Ratio is the arm as a Joint of two ratios by the delta method: the variance of M/D is vM/D^2 + vD M^2/D^4 -
// 2 cov M/D^3 for one unit, that of the unit's linear part (M_i - R D_i)/D (Deng, Knoblich and Lu 2018). A covariate
// without a denominator counts as a constant.
func (m Moments) Ratio() Joint {
	linear := func(i int) (ratio float64, c [4]float64) {
		if m.Mean[i+1] == 0 {
			return 0, c
		}
		ratio = m.Mean[i] / m.Mean[i+1]
		c[i], c[i+1] = 1/m.Mean[i+1], -ratio/m.Mean[i+1]
		return ratio, c
	}
	cov := func(a, b [4]float64) (v float64) {
		for i := range a {
			for j := range b {
				v += a[i] * m.Cov[i][j] * b[j]
			}
		}
		return v
	}
	y, cy := linear(0)
	x, cx := linear(2)
	return Joint{
		Post: Sample{N: m.N, Mean: y, Var: max(cov(cy, cy), 0)}, Pre: Sample{N: m.N, Mean: x, Var: max(cov(cx, cx), 0)}, Cov: cov(cy, cx),
	}
}

// momentSums gathers Moments unit by unit with updated means.
type momentSums struct {
	n    float64
	mean [4]float64
	sq   [4][4]float64
}

func (s *momentSums) add(c *Cell) {
	v := [4]float64{c.Num, c.Den, c.Pre, c.PreDen}
	s.n++
	var before [4]float64
	for i := range v {
		before[i] = v[i] - s.mean[i]
		s.mean[i] += before[i] / s.n
	}
	for i := range v {
		for j := i; j < 4; j++ {
			s.sq[i][j] += before[i] * (v[j] - s.mean[j])
		}
	}
}

func (s *momentSums) moments() Moments {
	m := Moments{N: s.n, Mean: s.mean}
	d := max(s.n-1, 1)
	for i := range s.mean {
		for j := i; j < 4; j++ {
			m.Cov[i][j] = s.sq[i][j] / d
			m.Cov[j][i] = m.Cov[i][j]
		}
	}
	return m
}

// byTheta is CUPED with a given theta.
func byTheta(s Stratum, theta float64) Adjusted {
	a := Adjusted{Theta: theta}
	a.Control, a.Treated = s.adjust(theta)
	a.Estimate = Welch(a.Control, a.Treated)
	return a
}

// Cells are units by stratum as ratios of sums, with each stratum's share of the rows (of the covariate's
// denominator), which weights it, and the slope on the covariate.
type Cells struct {
	Strata  []Stratum
	Weights []float64
	Theta   float64 // 0 where no covariate varies
}

// CellStrata sums cells up by stratum and arm; strata counts them.
func CellStrata(cells []Cell, strata int) Cells {
	sums := make([][2]momentSums, strata)
	out := Cells{Strata: make([]Stratum, strata), Weights: make([]float64, strata)}
	total := 0.0
	for i := range cells {
		c := &cells[i]
		sums[c.Stratum][armOf(c.Treated)].add(c)
		out.Weights[c.Stratum] += c.PreDen
		total += c.PreDen
	}
	pooled := make([]Joint, strata)
	for s := range sums {
		control, treated := sums[s][0].moments(), sums[s][1].moments()
		out.Strata[s] = Stratum{Control: control.Ratio(), Treated: treated.Ratio()}
		out.Weights[s] /= total
		pooled[s] = merge(out.Strata[s].Control, out.Strata[s].Treated)
	}
	out.Theta = pooledTheta(pooled...)
	return out
}

// Difference is the treated less the held-out ratio, adjusted by Theta where adjust is set; strata are weighted by
// their rows.
func (c Cells) Difference(adjust bool) Adjusted {
	theta := 0.0
	if adjust {
		theta = c.Theta
	}
	if len(c.Strata) > 1 {
		return stratified(c.Strata, c.Weights, theta)
	}
	return byTheta(c.Strata[0], theta)
}

// ByRatio compares treated and held-out units by the ratio of their sums; see Cells.
func ByRatio(cells []Cell, strata int, adjust bool) Adjusted {
	return CellStrata(cells, strata).Difference(adjust)
}

func armOf(treated bool) int {
	if treated {
		return 1
	}
	return 0
}

// Frame prepares cells for resampling: outcomes less theta times the covariate, with the strata's weights. Theta is
// estimated over both arms as one sample, so that it does not change with the labels of a randomisation test.
func (c Cells) Frame(cells []Cell, theta float64) *Frame {
	f := &Frame{Strata: len(c.Strata), Weights: c.Weights}
	var num, den, pre, preDen float64
	for i := range cells {
		num, den, pre, preDen = num+cells[i].Num, den+cells[i].Den, pre+cells[i].Pre, preDen+cells[i].PreDen
	}
	level, center, scale := 0.0, 0.0, 0.0
	if den != 0 {
		level = num / den
	}
	if preDen != 0 {
		center, scale = pre/preDen, theta*den/preDen
	}
	for i := range cells {
		u := &cells[i]
		f.Add(u.Treated, u.Stratum, u.Num-level*u.Den-scale*(u.Pre-center*u.PreDen), u.Den)
	}
	return f
}

// finite tells whether an estimate can be shown.
func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }
