package experiment

import (
	"math"
	"math/rand/v2"
	"testing"
)

// Over 1,000 simulated campaigns of 1,000 mailed and 1,000 held-out groups with skewed margins, the 95 %
// intervals hold the truth about 95 times in a hundred; the one-sided bound on 1,000 binomial trials at
// .95 is .936 (p = .02).
func TestIntervalsCoverTheTruth(t *testing.T) {
	rng := rand.New(rand.NewPCG(2026, 11))
	const campaigns, groups, truth = 1000, 2000, 50.
	covered := map[string]int{}
	shorter := 0.0
	units := make([]Unit, groups)
	for range campaigns {
		for i := range units {
			pre := math.Exp(6 + rng.NormFloat64())
			u := Unit{Treated: i%2 == 0, Propensity: .5, Accounts: 1, Pre: pre, Outcome: pre*rng.Float64()*.5 + math.Exp(4+rng.NormFloat64())}
			if u.Treated {
				u.Outcome += truth * 2 * rng.Float64()
			}
			units[i] = u
		}
		r, err := Analyse(units)
		if err != nil {
			t.Fatal(err)
		}
		for name, e := range map[string]Estimate{"welch": r.Welch, "cuped": r.CUPED.Estimate} {
			if e.Low <= truth && truth <= e.High {
				covered[name]++
			}
		}
		shorter += r.CUPED.SE / r.Welch.SE / campaigns
	}
	for name, n := range covered {
		if n < 936 || n > 966 {
			t.Errorf("%s: %d of %d intervals hold the truth", name, n, campaigns)
		}
	}
	if shorter > .85 {
		t.Errorf("the adjusted interval is %.2f times the plain one; the covariate explains more than that", shorter)
	}
}
