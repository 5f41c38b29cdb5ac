package experiment

import (
	"math"
	"slices"
)

// Frame holds the units of a two-arm test for resampling: outcomes already adjusted by what was known before, with
// their denominators. The estimate is the difference of ratios of sums within the strata, weighted; of matched blocks
// the mean difference of blocks with its error from between them.
type Frame struct {
	Strata  int
	Weights []float64 // of strata, summing up to 1; unused where Blocked
	Blocked bool      // strata are matched blocks

	num, den []float64
	treated  []bool
	stratum  []int32
	strata   []stratumUnits
}

// stratumUnits are one stratum's units, control first: outcome and denominator of each, side by side so that drawing
// many of them at random stays in the cache.
type stratumUnits struct {
	units    []unitSums
	controls int
}

type unitSums struct{ num, den float64 }

// Add takes one unit of a stratum from 0.
func (f *Frame) Add(treated bool, stratum int, num, den float64) {
	f.num, f.den = append(f.num, num), append(f.den, den)
	f.treated, f.stratum = append(f.treated, treated), append(f.stratum, int32(stratum))
	f.strata = nil
}

// FrameOf prepares groups for resampling as Analyse and AnalyseBlocks read them: strata of one propensity, or blocks,
// outcomes adjusted where theta is not 0. Blocks with groups in one arm only are left out.
func FrameOf(units []Unit, theta float64, blocked bool) *Frame {
	f := &Frame{Blocked: blocked}
	index := map[string]int{}
	byPropensity := map[int64]int{}
	both := map[string][2]bool{}
	for _, u := range units {
		b := both[u.Block]
		b[armOf(u.Treated)] = true
		both[u.Block] = b
	}
	mean := 0.0
	for i, u := range units {
		mean += (u.Outcome - theta*u.Pre - mean) / float64(i+1)
	}
	var sizes []float64
	for _, u := range units {
		at, known := 0, false
		if blocked {
			if b := both[u.Block]; !b[0] || !b[1] {
				continue
			}
			if at, known = index[u.Block]; !known {
				at = len(index)
				index[u.Block] = at
			}
		} else if key := int64(math.Round(u.Propensity * 1e9)); true {
			if at, known = byPropensity[key]; !known {
				at = len(byPropensity)
				byPropensity[key] = at
			}
		}
		if !known {
			sizes = append(sizes, 0)
		}
		sizes[at]++
		f.Add(u.Treated, at, u.Outcome-theta*u.Pre-mean, 1)
	}
	f.Strata, f.Weights = len(sizes), sizes
	for s := range sizes {
		sizes[s] /= float64(max(len(f.num), 1))
	}
	return f
}

// prepare sorts the units by stratum and arm.
func (f *Frame) prepare() {
	if f.strata != nil || len(f.num) == 0 {
		return
	}
	f.strata = make([]stratumUnits, f.Strata)
	sizes := make([]int, f.Strata)
	for i, s := range f.stratum {
		sizes[s]++
		if !f.treated[i] {
			f.strata[s].controls++
		}
	}
	all := make([]unitSums, len(f.num))
	next := make([][2]int, f.Strata)
	at := 0
	for s, n := range sizes {
		f.strata[s].units = all[at : at+n : at+n]
		next[s][1] = f.strata[s].controls
		at += n
	}
	for i, s := range f.stratum {
		arm := armOf(f.treated[i])
		f.strata[s].units[next[s][arm]] = unitSums{f.num[i], f.den[i]}
		next[s][arm]++
	}
}

// armSums are what an arm's ratio and its variance need.
type armSums struct{ n, m, d, mm, md, dd float64 }

func (s armSums) less(o armSums) armSums {
	return armSums{s.n - o.n, s.m - o.m, s.d - o.d, s.mm - o.mm, s.md - o.md, s.dd - o.dd}
}

// ratio is the arm's ratio and its variance by the delta method.
func (s armSums) ratio() (r, variance float64) {
	r = s.m / s.d
	return r, max(s.mm-2*r*s.md+r*r*s.dd, 0) / (s.d * s.d) * s.n / (s.n - 1)
}

func sumUnits(units []unitSums) (s armSums) {
	s.n = float64(len(units))
	for _, u := range units {
		s.add(u)
	}
	return s
}

func (s *armSums) add(u unitSums) {
	s.m += u.num
	s.d += u.den
	s.mm += u.num * u.num
	s.md += u.num * u.den
	s.dd += u.den * u.den
}

// tally adds up the estimate from its strata.
type tally struct {
	blocked         bool
	value, variance float64
	w, w2, n        float64 // of blocks: sums of weights, of their squares, and how many
	wd, w2d, w2dd   float64
}

func (t *tally) add(weight float64, control, treated armSums) {
	if t.blocked {
		w := control.d + treated.d
		d := treated.m/treated.d - control.m/control.d
		t.block(w, d)
		return
	}
	r0, v0 := control.ratio()
	r1, v1 := treated.ratio()
	t.value += weight * (r1 - r0)
	t.variance += weight * weight * (v0 + v1)
}

// block adds one block's difference with its weight; see BlockSums.
func (t *tally) block(w, d float64) {
	t.n++
	t.w, t.w2 = t.w+w, t.w2+w*w
	t.wd, t.w2d, t.w2dd = t.wd+w*d, t.w2d+w*w*d, t.w2dd+w*w*d*d
}

// point is the estimate and its standard error.
func (t *tally) point() (value, se float64) {
	if t.blocked {
		value = t.wd / t.w
		variance := max(t.w2dd-2*value*t.w2d+value*value*t.w2, 0) / (t.w * t.w) * t.n / (t.n - 1)
		return value, math.Sqrt(variance)
	}
	return t.value, math.Sqrt(t.variance)
}

// ratio of the estimate to its error; an error of zero with a difference is beyond all others.
func studentised(value, se float64) float64 {
	switch {
	case se > 0:
		return value / se
	case value == 0:
		return 0
	}
	return math.Copysign(math.MaxFloat64, value)
}

// Point is the estimate of the frame as it stands.
func (f *Frame) Point() (value, se float64) {
	f.prepare()
	t := tally{blocked: f.Blocked}
	for s, u := range f.strata {
		t.add(f.weight(s), sumUnits(u.units[:u.controls]), sumUnits(u.units[u.controls:]))
	}
	return t.point()
}

func (f *Frame) weight(s int) float64 {
	if f.Blocked || s >= len(f.Weights) {
		return 1
	}
	return f.Weights[s]
}

// quantile is the p quantile of sorted values, interpolated between the two next to it.
func quantile(sorted []float64, p float64) float64 {
	at := p * float64(len(sorted)-1)
	i := int(at)
	if i+1 >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	return sorted[i] + (at-float64(i))*(sorted[i+1]-sorted[i])
}

// Capped gives values with the share largest ones set to the quantile below them, and that quantile: the cap is taken
// over all values as one sample. It is another estimand than the uncapped one and serves as sensitivity only.
func Capped(values []float64, share float64) (capped []float64, limit float64) {
	if len(values) == 0 {
		return nil, 0
	}
	limit = upperQuantile(values, share)
	capped = slices.Clone(values)
	for i, v := range capped {
		capped[i] = min(v, limit)
	}
	return capped, limit
}

// upperQuantile is quantile of values in any order. Only those above it are sorted: they are few where p is near 1.
func upperQuantile(values []float64, p float64) float64 {
	at := p * float64(len(values)-1)
	keep := len(values) - int(at) // the quantile lies between the lowest two kept
	largest := make([]float64, 0, 2*keep+1024)
	least := math.Inf(-1)
	for _, v := range values {
		if v < least {
			continue
		}
		if largest = append(largest, v); len(largest) == cap(largest) {
			slices.Sort(largest)
			largest = append(largest[:0], largest[len(largest)-keep:]...)
			least = largest[0]
		}
	}
	slices.Sort(largest)
	largest = largest[len(largest)-keep:]
	if keep == 1 {
		return largest[0]
	}
	return largest[0] + (at-math.Floor(at))*(largest[1]-largest[0])
}
