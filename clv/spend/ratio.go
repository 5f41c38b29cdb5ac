package spend

import (
	"math"
	"slices"

	"postlift"
	"postlift/clv/fitting"
)

// RatioObservation is a ratio of one account with the amount that it rests on: a margin or returns share with
// the net revenue behind it, a cost per order with the number of orders.
type RatioObservation struct {
	Own    float64
	Weight float64
}

// RatioModel shrinks an account's own ratio towards that of the portfolio. Own ratios are normal around the
// account's true one with variance Within/weight, true ones normal over accounts around Mean with variance
// Between; both variances come from the data. Nothing is bounded to 0..1: a margin may be negative.
type RatioModel struct {
	Mean    float64 // of the accounts
	Between float64 // variance of true ratios
	Within  float64 // variance of an own ratio times its weight
	// Least and Most are the range beyond which an own ratio is taken for a bookkeeping accident and moved to
	// the edge: five times the middle half to either side.
	Least, Most float64
	Accounts    int
	Flags       []string
}

// FlagRatioPooled says that accounts do not differ beyond chance: all get the portfolio's ratio.
const FlagRatioPooled = "ratio_pooled"

// Shrunk is the expected true ratio of an account with the given own ratio and weight, and how much of it, 0
// to 1, is its own. Without a positive weight or a finite ratio it is the portfolio's.
func (r RatioModel) Shrunk(own, weight float64) (ratio, share float64) {
	if !(weight > 0) || math.IsNaN(own) || math.IsInf(own, 0) || r.Between <= 0 {
		return r.Mean, 0
	}
	share = 1.0
	if r.Within > 0 && !math.IsInf(weight, 1) {
		share = r.Between / (r.Between + r.Within/weight)
	}
	return r.Mean + share*(min(max(own, r.Least), r.Most)-r.Mean), share
}

// weightStep is the relative width of a class of weights: within one, an own ratio's variance is taken as
// that of the class's mean weight, and a million accounts become a few hundred rows.
const weightStep = 0.02

// ratioRow sums the accounts of a class of weights.
type ratioRow struct{ n, weight, mean, squares float64 }

// FitRatio estimates the model by maximum likelihood of the own ratios. Observations without a positive
// finite weight or a finite ratio do not count; without any the fault is Invalid.
func FitRatio(obs []RatioObservation) (RatioModel, error) {
	usable := slices.DeleteFunc(slices.Clone(obs), func(o RatioObservation) bool {
		return !(o.Weight > 0) || math.IsInf(o.Weight, 0) || math.IsNaN(o.Own) || math.IsInf(o.Own, 0)
	})
	if len(usable) == 0 {
		return RatioModel{}, postlift.Faultf(postlift.Invalid, "spend.FitRatio",
			"no account has a ratio with a positive weight: there is nothing to shrink towards")
	}
	r := RatioModel{Accounts: len(usable)}
	r.Least, r.Most = usualRange(usable)
	rows, scale := ratioRows(usable, r.Least, r.Most)
	if scale == 0 { // all equal
		r.Mean, r.Flags = rows[0].mean, []string{FlagRatioPooled}
		return r, nil
	}
	job := fitting.Search{
		F:      ratioObjective(rows, scale),
		Starts: [][]float64{{0, -0.7, -0.7}, {0, -2, 0}, {0, 0, -2}},
		Centre: []float64{0, -0.7, -0.7}, // half of the variance each
		SD:     1.5, N: float64(len(usable)), AlwaysPrior: true,
	}
	o, flags := job.Run()
	sd, typical := math.Sqrt(scale), typicalWeight(rows)
	r.Mean = rows[0].mean + o.Theta[0]*sd // in units around the first row's mean, see ratioObjective
	r.Between = scale * math.Exp(2*o.Theta[1])
	r.Within = scale * typical * math.Exp(2*o.Theta[2])
	r.Flags = ratioFlags(r, flags, typical)
	return r, nil
}

// ratioFlags keeps what a reader needs to know: the prior is always used and weak, so it is not named.
func ratioFlags(r RatioModel, search []string, typical float64) []string {
	var flags []string
	if slices.Contains(search, fitting.FlagNotConverged) {
		flags = append(flags, fitting.FlagNotConverged)
	}
	if r.Accounts < fitting.FewAccounts {
		flags = append(flags, fitting.FlagFewAccounts)
	}
	if _, share := r.Shrunk(r.Mean, typical); share < 0.01 {
		flags = append(flags, FlagRatioPooled)
	}
	return flags
}

// ratioObjective is the mean negative log-likelihood at (mean, log sd between, log sd within), the first in
// standard deviations from the first row's mean, the third at the typical weight.
func ratioObjective(rows []ratioRow, scale float64) fitting.Objective {
	typical, sd, total := typicalWeight(rows), math.Sqrt(scale), 0.0
	for _, r := range rows {
		total += r.n
	}
	return func(theta, grad []float64) float64 {
		between, within := math.Exp(2*theta[1]), math.Exp(2*theta[2])
		var v, gm, gb, gw float64
		for _, r := range rows {
			own := within * typical / r.weight
			d := between + own
			off := (r.mean-rows[0].mean)/sd - theta[0]
			q := r.squares/scale + r.n*off*off
			v += r.n/2*math.Log(d) + q/(2*d)
			pull := r.n/d - q/(d*d)
			gm -= r.n * off / d
			gb += between * pull
			gw += own * pull
		}
		if grad != nil {
			grad[0], grad[1], grad[2] = gm/total, gb/total, gw/total
		}
		return v / total
	}
}

func typicalWeight(rows []ratioRow) float64 {
	var n, logs float64
	for _, r := range rows {
		n += r.n
		logs += r.n * math.Log(r.weight)
	}
	return math.Exp(logs / n)
}

// ratioRows gathers the accounts by class of weight and gives the variance of all ratios.
func ratioRows(obs []RatioObservation, least, most float64) (rows []ratioRow, variance float64) {
	classes := map[int]*ratioRow{}
	var all ratioRow
	for _, o := range obs {
		weight := min(max(o.Weight, 1e-12), 1e18)
		class := int(math.Floor(math.Log(weight) / weightStep))
		r := classes[class]
		if r == nil {
			r = &ratioRow{}
			classes[class] = r
		}
		own := min(max(o.Own, least), most)
		r.add(own, weight)
		all.add(own, weight)
	}
	for _, c := range sortedKeys(classes) {
		rows = append(rows, *classes[c])
	}
	return rows, all.squares / all.n
}

func (r *ratioRow) add(own, weight float64) {
	r.n++
	r.weight += (weight - r.weight) / r.n
	step := own - r.mean
	r.mean += step / r.n
	r.squares += step * (own - r.mean)
}

// usualRange is the range of credible own ratios, from the quartiles of a sample taken at even steps.
func usualRange(obs []RatioObservation) (least, most float64) {
	const enough = 20000
	step := (len(obs) + enough - 1) / enough
	var sample []float64
	for i := 0; i < len(obs); i += step {
		sample = append(sample, obs[i].Own)
	}
	slices.Sort(sample)
	low, high := sample[len(sample)/4], sample[3*len(sample)/4]
	half := high - low
	if half <= 0 { // most accounts are equal: no range can be told from them
		return sample[0], sample[len(sample)-1]
	}
	return low - 5*half, high + 5*half
}
