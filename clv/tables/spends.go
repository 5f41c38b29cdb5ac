package tables

import (
	"postlift/clv/purchase"
	"postlift/clv/spend"
)

// Spends lists the customers that the Gamma-Gamma model can learn from: those with repeat orders of a
// positive mean value.
func Spends(sums []purchase.Summary) []spend.Observation {
	var out []spend.Observation
	for _, s := range sums {
		if s.X > 0 && s.M > 0 {
			out = append(out, spend.Observation{X: s.X, M: s.M})
		}
	}
	return out
}
