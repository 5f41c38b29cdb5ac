// Package survival estimates how long units such as accounts stay active when not all of them have ended yet:
// Kaplan-Meier curves, their restricted mean and its variance, by unit and by cluster. It is pure and imports the
// standard library only.
package survival

import (
	"cmp"
	"math"
	"slices"
)

// Time is how long one unit was seen to be active, in days or any other unit of time; zero and more.
type Time struct {
	At    float64
	Ended bool // at that time; else it was still active when it was last seen
}

// Step is one time at which units ended.
type Step struct {
	At     float64
	AtRisk int // active just before
	Ended  int
	S      float64 // share active from here on
	SE     float64 // Greenwood's
}

// Curve is a Kaplan-Meier estimate of the share still active: a step function that begins at 1.
type Curve struct {
	Steps []Step
	N     int     // units
	Last  float64 // the longest time seen; nothing is known of later ones
}

// KaplanMeier estimates the curve by the product limit (Kaplan and Meier, JASA 1958) with Greenwood's (1926) standard
// error,
//
//	S(t) = prod of (1 - d_j/n_j),  Var S(t) = S(t)^2 sum of d_j/(n_j (n_j - d_j)),
//
// over the times up to t at which d_j of the n_j units at risk ended. Units that were last seen at such a time count
// as at risk there. Once nobody is left the standard error is 0.
func KaplanMeier(times []Time) Curve {
	sorted := slices.Clone(times)
	slices.SortFunc(sorted, func(a, b Time) int { return cmp.Compare(a.At, b.At) })
	c := Curve{N: len(sorted)}
	s, sum := 1.0, 0.0
	for i := 0; i < len(sorted); {
		at, d, j := sorted[i].At, 0, i
		for ; j < len(sorted) && sorted[j].At == at; j++ {
			if sorted[j].Ended {
				d++
			}
		}
		if n := len(sorted) - i; d > 0 {
			s *= float64(n-d) / float64(n)
			if n > d {
				sum += float64(d) / (float64(n) * float64(n-d))
			}
			c.Steps = append(c.Steps, Step{At: at, AtRisk: n, Ended: d, S: s, SE: s * math.Sqrt(sum)})
		}
		c.Last, i = at, j
	}
	return c
}

// Share is the share active at a time, and its standard error.
func (c Curve) Share(at float64) (s, se float64) {
	s = 1
	for _, p := range c.Steps {
		if p.At > at {
			break
		}
		s, se = p.S, p.SE
	}
	return s, se
}

// after gives, for every step before to, the area under the curve from the step to to; total is that from 0.
func (c Curve) after(to float64) (areas []float64, total float64) {
	n := 0
	for n < len(c.Steps) && c.Steps[n].At < to {
		n++
	}
	areas = make([]float64, n)
	right, area := to, 0.0
	for j := n - 1; j >= 0; j-- {
		area += c.Steps[j].S * (right - c.Steps[j].At)
		areas[j], right = area, c.Steps[j].At
	}
	return areas, area + right
}

// Restricted is the mean active time within the first to, the area under the curve, with Greenwood's standard error
//
//	Var = sum of A_j^2 d_j/(n_j (n_j - d_j)),
//
// A_j being the area from step j to to (Klein and Moeschberger, Survival Analysis, section 4.5). It needs units that
// were seen that long; Curve.Last tells.
func (c Curve) Restricted(to float64) (mean, se float64) {
	areas, mean := c.after(to)
	variance := 0.0
	for j, a := range areas {
		if n, d := float64(c.Steps[j].AtRisk), float64(c.Steps[j].Ended); n > d {
			variance += a * a * d / (n * (n - d))
		}
	}
	return mean, math.Sqrt(variance)
}

// Influence is how much each unit, in the order given, moves the restricted mean: the derivative by the unit's weight,
//
//	u_i = - sum of A_j (dN_ij - Y_ij d_j/n_j)/(n_j - d_j),
//
// Y_ij telling that it was at risk at step j and dN_ij that it ended there. They add up to zero. Without censoring
// u_i is (min(T_i, to) - mean)/n. Summed over the units of a cluster they are what the cluster-robust variance (the
// infinitesimal jackknife) is made of: the sum of squares over clusters.
func Influence(times []Time, to float64) []float64 {
	c := KaplanMeier(times)
	areas, _ := c.after(to)
	waiting := make([]float64, len(areas)+1) // what being at risk at the first steps brings
	for j, a := range areas {
		waiting[j+1] = waiting[j]
		if n, d := float64(c.Steps[j].AtRisk), float64(c.Steps[j].Ended); n > d {
			waiting[j+1] += a * d / (n * (n - d))
		}
	}
	out := make([]float64, len(times))
	for i, t := range times {
		seen, ends := slices.BinarySearchFunc(c.Steps[:len(areas)], t.At, func(s Step, at float64) int { return cmp.Compare(s.At, at) })
		if ends {
			seen++
		}
		out[i] = waiting[seen]
		if ends && t.Ended {
			if s := c.Steps[seen-1]; s.AtRisk > s.Ended {
				out[i] -= areas[seen-1] / float64(s.AtRisk-s.Ended)
			}
		}
	}
	return out
}
