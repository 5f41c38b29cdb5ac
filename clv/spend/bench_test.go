package spend_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"postlift/clv/spend"

	"gonum.org/v1/gonum/stat/distuv"
)

// million draws the repeat spending of a million customers at the CDNOW parameters; half have one repeat
// order, as there.
func million() []spend.Observation {
	rng := rand.New(rand.NewPCG(11, 13))
	obs := make([]spend.Observation, 1_000_000)
	for i := range obs {
		x := 1 + int(math.Floor(math.Log(rng.Float64())/math.Log(.55)))
		nu := distuv.Gamma{Alpha: 3.744256, Beta: 15.444307, Src: rng}.Rand()
		total := distuv.Gamma{Alpha: 6.249349 * float64(x), Beta: nu, Src: rng}.Rand()
		m := total / float64(x)
		obs[i] = spend.Observation{X: x, M: math.Round(m*100) / 100, LogMean: math.Log(m), LogSS: .1 * float64(x-1), Logs: true}
	}
	return obs
}

// BenchmarkMillionSpend fits each spend model to a million repeat buyers.
func BenchmarkMillionSpend(b *testing.B) {
	obs := million()
	for _, name := range spend.Names() {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				fit, err := spend.Fit(name, obs)
				if err != nil || len(fit.Flags) != 0 {
					b.Fatal(err, fit.Flags)
				}
			}
		})
	}
}

// BenchmarkMillionRatios fits the shrinking of a million margins.
func BenchmarkMillionRatios(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 1))
	obs := make([]spend.RatioObservation, 1_000_000)
	for i := range obs {
		obs[i] = spend.RatioObservation{Own: .3 + .2*rng.NormFloat64(), Weight: math.Exp(5 + rng.NormFloat64())}
	}
	for b.Loop() {
		if _, err := spend.FitRatio(obs); err != nil {
			b.Fatal(err)
		}
	}
}
