package programme

import (
	"math/rand/v2"
	"testing"

	"postlift/campaigns/experiment"
)

// A test that was ended early could be ended on the day that suited somebody: what holds at every look decides, as
// before, and a loss counts, as no further gain is to come.
func TestEndedEarlyIsDecidedAtAllLooks(t *testing.T) {
	step := func(low, high, alwaysLow, alwaysHigh float64) Step {
		return Step{Summed: true, SumCost: 5, Always: [2]float64{alwaysLow, alwaysHigh},
			Net: experiment.Estimate{Low: low, High: high}, Sum: experiment.Estimate{Low: low + 5, High: high + 5}}
	}
	for _, c := range []struct {
		step Step
		want string
	}{{step(1, 9, -3, 12), NoProof}, {step(4, 9, 1, 12), Works}, {step(-9, -2, -12, 1), NoProof}, {step(-9, -2, -12, -1), Hurts}} {
		if got := (Input{Over: true, Stopped: true}).verdict(c.step); got != c.want {
			t.Errorf("%+v: %s, want %s", c.step, got, c.want)
		}
	}
}

// Over 200 programmes without any effect or cost, each ended at the first of six looks at which its plain interval
// leaves zero out, at most 5 % are called something (one-sided binomial error of 200 runs at .05 is .025).
func TestEndingWhenItLooksGoodProvesNothing(t *testing.T) {
	rng := rand.New(rand.NewPCG(15, 11))
	const runs = 200
	alarms, plain := 0, 0
	for range runs {
		in, _ := world(t, rng, 120, 6, 0, 2)
		for i := range in.Periods {
			in.Periods[i].Cost = 0
		}
		all := in.Periods
		for k := 2; k <= 6; k++ {
			in.Periods = all[:k]
			in.Over, in.Stopped = true, k < 6
			r, err := Read(in)
			if err != nil {
				t.Fatal(err)
			}
			if n := r.Last().Net; n.Low > 0 || n.High < 0 || k == 6 {
				if n.Low > 0 || n.High < 0 {
					plain++
				}
				if r.Verdict != NoProof {
					alarms++
				}
				break
			}
		}
	}
	if float64(plain)/runs < .08 {
		t.Errorf("the plain interval at a chosen end alarms in %.3f only: the test shows nothing", float64(plain)/runs)
	}
	if share := float64(alarms) / runs; share > .075 {
		t.Errorf("ended when it looked good, a programme without effect is called something in %.3f", share)
	}
}

// With few blocks the bounds for every look are at least as much wider than the plain ones as Student's t asks for.
func TestFewBlocksWidenTheBoundsOfAllLooks(t *testing.T) {
	in, _ := world(t, rand.New(rand.NewPCG(2, 5)), 24, 2, .1, 2)
	r, err := Read(in)
	if err != nil || r.Last() == nil || !r.Last().Summed {
		t.Fatalf("%+v, %v", r, err)
	}
	n, a := r.Last().Net, r.Last().Always
	low, high := experiment.AnyTime(n, float64(r.Last().Until.DaysSince(in.Periods[0].From)+1)/float64(in.AllDays))
	if a != [2]float64{low, high} || n.DoF > 12 {
		t.Errorf("bounds %v, want %g to %g with %g degrees of freedom", a, low, high, n.DoF)
	}
}
