package experiment

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"postlift/campaigns/draw"
)

// An alarm at p < .001 is false about once in a thousand draws by coin: 20,000 draws of 500 companies by the
// campaigns' own hash, a fifth held out, with 10 to 30 alarms.
func TestRatioAlarmsAsOftenAsItSays(t *testing.T) {
	const draws, companies, share = 20000, 500, .2
	keys := make([]string, companies)
	for i := range keys {
		keys[i] = fmt.Sprint("s:", i)
	}
	alarms := 0
	for d := range draws {
		held, salt := 0., fmt.Sprint("salt-", d)
		for _, key := range keys {
			if draw.Uniform(salt, key) < share {
				held++
			}
		}
		if SampleRatio([]float64{companies - held, held}, []float64{1 - share, share}).Broken() {
			alarms++
		}
	}
	if alarms < 10 || alarms > 30 {
		t.Errorf("%d alarms in %d draws, want .05 to .15 %%", alarms, draws)
	}
}

// drawn assigns companies with values and segments in exact strata and counts the arms.
func drawn(t *testing.T, rng *rand.Rand, salt string, n int, share float64) (mailed, held float64) {
	t.Helper()
	units := make([]draw.Unit, n)
	for i := range units {
		units[i] = draw.Unit{Key: fmt.Sprint("s:", i), Value: rng.ExpFloat64(), Segment: fmt.Sprint(rng.IntN(4)), Pre: rng.ExpFloat64()}
	}
	arms, _, err := draw.Assign(units, draw.Request{Salt: salt, Share: share})
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range arms {
		if a.Held {
			held++
		} else {
			mailed++
		}
	}
	return mailed, held
}

// Strata whose counts are exact leave nothing for the check to find.
func TestRatioNeverAlarmsUnderExactStrata(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 1))
	for d := range 500 {
		n, share := 50+rng.IntN(1500), []float64{.05, .1, .2, .35, .5}[d%5]
		mailed, held := drawn(t, rng, fmt.Sprint("salt-", d), n, share)
		if r := SampleRatio([]float64{mailed, held}, []float64{1 - share, share}); r.Broken() {
			t.Fatalf("draw %d: %g mailed and %g held out at %g: p = %g", d, mailed, held, share, r.P)
		}
	}
}

// A tenth of one arm of 20,000 companies gets lost, company by company at random: the alarm is raised in at
// least 99 of 100 cases, whichever arm it is.
func TestRatioFindsALostTenth(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 2))
	for _, share := range []float64{.2, .5} {
		found, cases := [2]int{}, 0
		for d := range 5 {
			mailed, held := drawn(t, rng, fmt.Sprint("salt-", d), 20000, share)
			for range 80 {
				cases++
				for arm, counts := range [2][]float64{{remaining(rng, mailed), held}, {mailed, remaining(rng, held)}} {
					if SampleRatio(counts, []float64{1 - share, share}).Broken() {
						found[arm]++
					}
				}
			}
		}
		for arm, n := range found {
			if float64(n) < .99*float64(cases) {
				t.Errorf("holdout %g, arm %d: %d alarms in %d cases", share, arm, n, cases)
			}
		}
	}
}

func remaining(rng *rand.Rand, n float64) float64 {
	left := n
	for range int(n) {
		if rng.Float64() < .1 {
			left--
		}
	}
	return left
}
