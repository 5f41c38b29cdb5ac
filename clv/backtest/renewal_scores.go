package backtest

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// finish compares the predictions.
func (r *renewalRun) finish(out *Renewal) {
	out.Decisions = len(r.tested)
	if out.Decisions == 0 {
		out.Chosen, out.Flags = RenewalCells, append(out.Flags, FlagFewRenewals)
		out.Sentence = fmt.Sprintf("%s is used by default: fewer than %d renewal decisions before every origin, or none after it", RenewalCells, leastDecisions)
		return
	}
	renewed := 0.0
	for _, d := range r.tested {
		if d.Renewed {
			renewed++
		}
	}
	out.RenewedRate = renewed / float64(out.Decisions)
	for i, key := range r.keys {
		out.Results = append(out.Results, r.result(i, key, renewed))
	}
	best := slices.MinFunc(r.order(), func(i, j int) int { return cmp.Compare(out.Results[i].LogLoss, out.Results[j].LogLoss) })
	for i := range out.Results {
		res := &out.Results[i]
		res.Behind, res.SE = r.difference(i, best)
		res.Noise = res.Behind <= NoiseErrors*res.SE
	}
	slices.SortStableFunc(out.Results, func(a, b RenewalResult) int { return cmp.Compare(a.LogLoss, b.LogLoss) })
	out.choose()
}

// order lists the indices of the models, without the baseline.
func (r *renewalRun) order() []int {
	out := make([]int, len(r.keys)-1)
	for i := range out {
		out[i] = i
	}
	return out
}

// result scores one prediction.
func (r *renewalRun) result(i int, key string, renewed float64) RenewalResult {
	p := r.predicted[i]
	res := RenewalResult{Model: key, Baseline: key == BaselineRenew}
	for j, d := range r.tested {
		res.LogLoss += loss(p[j], d.Renewed) / float64(len(p))
		miss := p[j]
		if d.Renewed {
			miss = 1 - p[j]
		}
		res.Brier += miss * miss / float64(len(p))
	}
	res.Bias = bias(sum(p), renewed)
	res.Intercept, res.Slope = calibrationLine(p, func(j int) bool { return r.tested[j].Renewed })
	res.Bins = bins(p, func(j int) bool { return r.tested[j].Renewed })
	return res
}

// loss is -log of the probability of what happened.
func loss(p float64, renewed bool) float64 {
	if renewed {
		return -math.Log(p)
	}
	return -math.Log1p(-p)
}

// difference is the mean log loss of one prediction less that of another, with its standard error clustered
// by account.
func (r *renewalRun) difference(i, j int) (diff, se float64) {
	sums, counts := map[int64]float64{}, map[int64]float64{}
	var order []int64
	for k, d := range r.tested {
		cluster := d.Account
		if cluster == 0 {
			cluster = -int64(k) - 1 // a decision of an unknown account stands for itself
		}
		if counts[cluster] == 0 {
			order = append(order, cluster)
		}
		v := loss(r.predicted[i][k], d.Renewed) - loss(r.predicted[j][k], d.Renewed)
		sums[cluster] += v
		counts[cluster]++
		diff += v
	}
	n, clusters := float64(len(r.tested)), float64(len(order))
	diff /= n
	if clusters < 2 {
		return diff, math.Abs(diff) // one account tells of chance nothing: any difference may be noise
	}
	for _, c := range order {
		v := sums[c] - counts[c]*diff
		se += v * v
	}
	return diff, math.Sqrt(se*ratio(clusters, clusters-1)) / n
}

// choose takes the first model in the order of preference that is behind by noise only.
func (out *Renewal) choose() {
	var best, chosen *RenewalResult
	for i := range out.Results {
		res := &out.Results[i]
		if res.Baseline {
			continue
		}
		if best == nil {
			best, chosen = res, res
		}
		if res.Noise && place(res.Model, preferredRenewals) < place(chosen.Model, preferredRenewals) {
			chosen = res
		}
	}
	out.Chosen = chosen.Model
	out.Sentence = fmt.Sprintf("%s is used for renewals: over %d decisions from %d origins, each after what the fit knew, its log loss is %.5f",
		chosen.Model, out.Decisions, len(out.Origins), chosen.LogLoss)
	if chosen != best {
		out.Sentence += fmt.Sprintf("; %s is better by %.5f, which is noise (standard error %.5f)", best.Model, chosen.Behind, chosen.SE)
	}
	for _, res := range out.Results {
		if res.Baseline && res.LogLoss < chosen.LogLoss {
			out.Flags = append(out.Flags, FlagRenewalNaiveWins)
			out.Sentence += fmt.Sprintf("; the naive rate of last year has %.5f", res.LogLoss)
		}
	}
}
