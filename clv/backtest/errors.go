package backtest

import (
	"cmp"
	"math"
	"slices"
)

// meanErrors are the mean absolute error and the root mean square error over customers.
func meanErrors(predicted []float64, counts []int32) (mae, rmse float64) {
	for i, p := range predicted {
		d := p - float64(counts[i])
		mae += math.Abs(d)
		rmse += d * d
	}
	n := float64(max(len(predicted), 1))
	return mae / n, math.Sqrt(rmse / n)
}

// capture is the share of all order days that the best tenth of the customers by rank placed. The tenth is
// rounded down to whole customers, at least one. Customers of equal rank share their order days equally, so
// that no order of the list decides.
func capture(rank []float64, counts []int32) float64 {
	return lift(rank, counts, []float64{.1})[0]
}

// lift is the share of all order days that the best customers by rank placed, for increasing shares of the
// customers.
func lift(rank []float64, counts []int32, shares []float64) []float64 {
	type ranked struct {
		rank  float64
		count int32
	}
	list := make([]ranked, len(rank))
	total := 0.0
	for i := range rank {
		list[i] = ranked{rank[i], counts[i]}
		total += float64(counts[i])
	}
	slices.SortFunc(list, func(a, b ranked) int { return cmp.Compare(b.rank, a.rank) })
	out := make([]float64, len(shares))
	seen, sum, s := 0, 0.0, 0
	for i := 0; i < len(list) && s < len(shares); {
		j, tied := i, 0.0
		for ; j < len(list) && list[j].rank == list[i].rank; j++ {
			tied += float64(list[j].count)
		}
		for ; s < len(shares) && top(shares[s], len(list)) <= j; s++ {
			part := float64(top(shares[s], len(list))-seen) / float64(j-i)
			out[s] = ratio(sum+tied*part, total)
		}
		seen, sum, i = j, sum+tied, j
	}
	return out
}

// top is the number of customers in the best share of n.
func top(share float64, n int) int {
	return min(max(int(share*float64(n)+1e-9), 1), n)
}

// trackingError is the mean absolute percentage error of a cumulative path, over the points at which
// something had happened.
func trackingError(predicted, actual []float64) float64 {
	sum, n := 0.0, 0.0
	for i, a := range actual {
		if a > 0 {
			sum += math.Abs(predicted[i]-a) / a
			n++
		}
	}
	return ratio(sum, n)
}

// brier is the mean squared error of probabilities of an order within the horizon.
func brier(probability []float64, counts []int32) float64 {
	sum := 0.0
	for i, p := range probability {
		if counts[i] > 0 {
			p = 1 - p
		}
		sum += p * p
	}
	return ratio(sum, float64(len(probability)))
}

// bins groups predicted probabilities by tenths and compares their mean with the share for which it came
// true. Empty tenths are left out.
func bins(probability []float64, happened func(i int) bool) []Bin {
	var all [10]Bin
	for i, p := range probability {
		b := &all[min(int(p*10), 9)]
		b.Count++
		b.Predicted += p
		if happened(i) {
			b.Observed++
		}
	}
	out := []Bin{}
	for i, b := range all {
		if b.Count > 0 {
			b.From, b.To = float64(i)/10, float64(i+1)/10
			b.Predicted /= float64(b.Count)
			b.Observed /= float64(b.Count)
			out = append(out, b)
		}
	}
	return out
}
