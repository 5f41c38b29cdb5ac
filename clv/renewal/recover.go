package renewal

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/stat/distuv"

	"postlift/clv/fitting"
)

// Coverage is how often the 95 % intervals of fits to simulated data hold the parameters that made the data.
type Coverage struct {
	Sets    int                `json:"sets"`
	Failed  int                `json:"failed"` // fits without an interval: they count as misses
	Covered map[string]float64 `json:"covered"`
	// Bias is the mean of the estimate over the truth, minus 1.
	Bias map[string]float64 `json:"bias"`
}

// SimulateCohort lets n contracts that begin together meet the given opportunities under a model.
func SimulateCohort(m Model, n, opportunities int, rng *rand.Rand) *Table {
	var t Table
	t.grow(max(opportunities, 0))
	left := max(n, 0)
	for i := range t.Ended {
		gone, h := 0, m.Hazard(i+1)
		switch {
		case h >= 1:
			gone = left
		case left > 0 && h > 0:
			gone = int(distuv.Binomial{N: float64(left), P: h, Src: rng}.Rand())
		}
		left -= gone
		t.Ended[i], t.Renewed[i] = gone, left
	}
	return &t
}

// RecoverSBG simulates so many cohorts of n contracts with 8 opportunities at alpha 0.7 and beta 1.2, fits each
// and counts how often the 95 % intervals hold the truth. The intervals are symmetric on the scales where the
// estimates are near normal: log alpha, log beta, logit mu and log omega.
func RecoverSBG(sets, n int, rng *rand.Rand) Coverage {
	const alpha, beta, opportunities = 0.7, 1.2, 8
	truth := NewSBG(alpha, beta)
	want := map[string]float64{"alpha": alpha, "beta": beta, "mu": truth.Mu, "omega": truth.Omega}
	c := Coverage{Sets: sets, Covered: map[string]float64{}, Bias: map[string]float64{}}
	for range sets {
		fit, err := FitSBG(SimulateCohort(truth, n, opportunities, rng))
		if err != nil || len(fit.SE) < len(want) {
			c.Failed++
			continue
		}
		got := fitting.ParamMap(fit.Params())
		for name, w := range want {
			c.Bias[name] += got[name]/w - 1
			if holds(name, got[name], fit.SE[name], w) {
				c.Covered[name]++
			}
		}
	}
	for name := range want {
		c.Covered[name] /= float64(max(sets, 1))
		c.Bias[name] /= float64(max(sets-c.Failed, 1))
	}
	return c
}

// holds tells whether the 95 % interval around an estimate holds the truth, on the logit scale for mu, else on
// the log scale.
func holds(name string, estimate, se, truth float64) bool {
	miss, scale := math.Log(truth/estimate), estimate
	if name == "mu" {
		miss += math.Log((1 - estimate) / (1 - truth))
		scale *= 1 - estimate
	}
	return math.Abs(miss) <= 1.959963984540054*se/scale
}
