package experiment

import (
	"cmp"
	"slices"
)

// BenjaminiHochberg turns p values into q values: rejecting those at or below a level keeps the expected share of
// false ones among the rejected at that level (Benjamini and Hochberg 1995), for independent and for positively
// dependent tests. The order is that of p.
func BenjaminiHochberg(p []float64) []float64 {
	order := make([]int, len(p))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(p[a], p[b]) })
	q := make([]float64, len(p))
	least := 1.0
	for rank := len(order); rank > 0; rank-- {
		i := order[rank-1]
		least = min(least, p[i]*float64(len(p))/float64(rank))
		q[i] = least
	}
	return q
}

// StrataRatio is the smallest p value of sample-ratio checks inside strata, times their number (Bonferroni).
type StrataRatio struct {
	Strata int     // tested
	Least  float64 // smallest p value of any
	P      float64 // times their number, at most 1
	Worst  int     // place of the smallest among the checks
}

// Broken tells whether the result must be withheld.
func (s StrataRatio) Broken() bool { return s.Strata > 0 && s.P < RatioAlarm }

// InStrata joins the checks of strata; those that say nothing do not count.
func InStrata(checks []RatioCheck) StrataRatio {
	s := StrataRatio{Least: 1, P: 1, Worst: -1}
	for i, c := range checks {
		if !c.Tested {
			continue
		}
		s.Strata++
		if c.P < s.Least || s.Worst < 0 {
			s.Least, s.Worst = c.P, i
		}
	}
	s.P = min(1, s.Least*float64(max(s.Strata, 1)))
	return s
}
