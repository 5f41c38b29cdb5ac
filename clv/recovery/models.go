package recovery

import (
	"context"
	"math"
	"math/rand/v2"

	"postlift/clv/fitting"
	"postlift/clv/purchase"
	"postlift/clv/renewal"
	"postlift/clv/simulate"
)

// normal95 is the 97.5 % point of the normal distribution.
const normal95 = 1.959963984540054

// cdnow are the parameters of the CDNOW sample (Fader, Hardie and Lee 2005, with further digits).
var cdnow = purchase.BGNBD{R: .24259453, Alpha: 4.41360232, A: .79292215, B: 2.42590736}

// Ages of the simulated customers, days: 39 to 78 weeks since the first order.
const (
	youngest = 39 * 7
	oldest   = 78 * 7
)

// bgnbd measures the BG/NBD at the CDNOW parameters. The interval of a parameter is symmetric on the log
// scale, where the likelihood is nearest to a normal one.
func bgnbd(ctx context.Context, o Options) Report {
	chunks := make([]counted, o.chunkCount())
	o.chunks(ctx, func(i, sets int, rng *rand.Rand) {
		c := newCounted()
		for range sets {
			c.fit(o.Customers, rng)
		}
		chunks[i] = c
	})
	return o.report(ModelBGNBD, "log scale", cdnow.Params(), chunks)
}

// fit draws one data set, fits it and counts the intervals that hold.
func (c *counted) fit(customers int, rng *rand.Rand) {
	rows := make([]purchase.Counted, 0, customers)
	simulate.Histories(simulate.BGNBD(cdnow), rng, customers, simulate.Cohorts{Youngest: youngest, Oldest: oldest}, func(h simulate.History) {
		rows = append(rows, purchase.Counted{X: h.X, TX: h.TX, T: h.T, N: 1})
	})
	fit, err := purchase.Fit(purchase.ModelBGNBD, rows, purchase.Options{})
	if err != nil || len(fit.SE) < len(cdnow.Params()) {
		c.failed++
		return
	}
	if fit.PriorUsed {
		c.flagged++
	}
	got := fitting.ParamMap(fit.Model.Params())
	for _, p := range cdnow.Params() {
		estimate := got[p.Name]
		c.bias[p.Name] += estimate/p.Value - 1
		if math.Abs(math.Log(p.Value/estimate)) <= normal95*fit.SE[p.Name]/estimate {
			c.held[p.Name]++
		}
	}
}

// sbg measures the sBG at alpha 0.7, beta 1.2 with 8 opportunities.
func sbg(ctx context.Context, o Options) Report {
	chunks := make([]counted, o.chunkCount())
	o.chunks(ctx, func(i, sets int, rng *rand.Rand) {
		got, c := renewal.RecoverSBG(sets, o.Customers, rng), newCounted()
		for name, share := range got.Covered {
			c.held[name] = math.Round(share * float64(sets))
			c.bias[name] = got.Bias[name] * float64(max(sets-got.Failed, 0))
		}
		c.failed = got.Failed
		chunks[i] = c
	})
	m := renewal.NewSBG(.7, 1.2)
	truth := []fitting.Param{{Name: "alpha", Value: .7}, {Name: "beta", Value: 1.2}, {Name: "mu", Value: m.Mu}, {Name: "omega", Value: m.Omega}}
	return o.report(ModelSBG, "log scale, mu on the logit scale", truth, chunks)
}
