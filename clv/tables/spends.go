package tables

import (
	"math"
	"postlift/clv/purchase"
	"postlift/clv/spend"
)

// Spends lists the customers that the spend models can learn from: those with repeat orders of a
// positive mean value.
func Spends(sums []purchase.Summary) []spend.Observation {
	var out []spend.Observation
	for _, s := range sums {
		if s.X > 0 && s.M > 0 {
			out = append(out, Spend(s))
		}
	}
	return out
}

// Spend is what a summary says of its customer's order values. The log of a single repeat order's value is
// known even where the summary came without logs.
func Spend(s purchase.Summary) spend.Observation {
	o := spend.Observation{X: s.X, M: s.M, LogMean: s.LogMean, LogSS: s.LogSS}
	switch {
	case s.X == 1 && s.M > 0:
		o.LogMean, o.LogSS, o.Logs = math.Log(s.M), 0, true
	case s.X > 1:
		o.Logs = s.LogMean != 0 || s.LogSS != 0
	}
	return o
}
