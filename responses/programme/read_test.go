package programme

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"postlift"
	"postlift/campaigns/draw"
	"postlift/campaigns/experiment"
)

// world makes n groups of lognormal size with orders that come by chance, draws them in pairs by the year before and
// gives those in the mailed arm a lift in every period.
func world(t testing.TB, rng *rand.Rand, n, periods int, lift float64, block int) (Input, float64) {
	t.Helper()
	units := make([]draw.Unit, n)
	size := make([]float64, n)
	for i := range units {
		size[i] = math.Exp(rng.NormFloat64())
		pre := 0.0
		for range 4 {
			pre += spend(rng, size[i])
		}
		units[i] = draw.Unit{Key: fmt.Sprint(i), Segment: []string{"a", "b"}[rng.IntN(2)], Pre: pre}
	}
	arms, _, err := draw.Assign(units, draw.Request{Salt: fmt.Sprint(rng.Uint64()), Design: draw.Blocks, Block: block})
	if err != nil {
		t.Fatal(err)
	}
	in := Input{Blocked: true, Over: true, Days: periods * 91, AllDays: periods * 91}
	day := postlift.MustDate("2025-01-01")
	for k := range periods {
		in.Periods = append(in.Periods, Period{From: day.AddDays(k * 91), Until: day.AddDays(k*91 + 90), Letters: n / 2, Cost: float64(n)})
	}
	truth := 0.0
	for i, u := range units {
		g := Unit{Treated: !arms[i].Held, Block: arms[i].Stratum, Propensity: arms[i].Propensity, Accounts: 1, Pre: u.Pre}
		for range periods {
			without := spend(rng, size[i])
			extra := 0.0
			if without > 0 {
				extra = lift * without
			}
			if g.Treated {
				truth += extra
				without += extra
			}
			g.Margin = append(g.Margin, without)
			g.Orders = append(g.Orders, math.Min(1, without))
		}
		in.Units = append(in.Units, g)
	}
	return in, truth
}

// spend is a quarter's margin: about one order, of lognormal value.
func spend(rng *rand.Rand, size float64) (sum float64) {
	for rng.Float64() < .5 {
		sum += 100 * size * math.Exp(.6*rng.NormFloat64())
	}
	return sum
}

// TestCoverage: over 400 simulated programmes of 400 groups the 95 % interval of the gain contains the truth in at
// least 93 % (one-sided binomial error of 400 runs at .95 is .0109), and a programme without any effect is called
// working at any of four quarterly looks in at most 5 %.
func TestCoverage(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 24))
	runs, hit, alarms := 400, 0, 0
	for range runs {
		in, truth := world(t, rng, 400, 4, .1, 2)
		r, err := Read(in)
		if err != nil || r.Last() == nil || !r.Last().Summed {
			t.Fatalf("%+v, %v", r, err)
		}
		if s := r.Last().Sum; s.Low <= truth && truth <= s.High {
			hit++
		}
		none, _ := world(t, rng, 400, 4, 0, 2)
		alarm := false
		for k := 1; k <= 4; k++ {
			look := none
			look.Periods, look.Over = append([]Period(nil), none.Periods[:k]...), false
			for i := range look.Periods {
				look.Periods[i].Cost = 0
			}
			r, err := Read(look)
			if err != nil {
				t.Fatal(err)
			}
			alarm = alarm || r.Verdict != NoProof
		}
		if alarm {
			alarms++
		}
	}
	if share := float64(hit) / float64(runs); share < .93 {
		t.Errorf("the interval covers the truth in %.3f", share)
	}
	if share := float64(alarms) / float64(runs); share > .05 {
		t.Errorf("a programme without effect is called something in %.3f", share)
	}
}

// TestQuartersAddUp: gains of the quarters add up to the whole where no covariate adjusts them.
func TestQuartersAddUp(t *testing.T) {
	in, _ := world(t, rand.New(rand.NewPCG(1, 2)), 200, 4, .5, 3)
	for i := range in.Units {
		in.Units[i].Pre = 0
	}
	r, err := Read(in)
	if err != nil {
		t.Fatal(err)
	}
	sum := 0.0
	for _, s := range r.Steps {
		sum += s.Gain.Value
	}
	last := r.Last()
	if math.Abs(sum-last.Sum.Value) > 1e-6*math.Abs(sum) || math.Abs(last.Net.Value-(last.Sum.Value-last.SumCost)) > 1e-6 || last.SumCost != 800 {
		t.Errorf("quarters sum to %v, the whole is %+v", sum, last)
	}
	if last.Always[0] > last.Net.Low || last.Always[1] < last.Net.High {
		t.Errorf("bounds for every look %v are tighter than those for one %+v", last.Always, last.Net)
	}
}

// TestVerdicts: what decides, before and after the end.
func TestVerdicts(t *testing.T) {
	step := func(low, high, alwaysLow, alwaysHigh, cost float64) Step {
		s := Step{Summed: true, SumCost: cost, Always: [2]float64{alwaysLow, alwaysHigh}}
		s.Net = experiment.Estimate{Low: low, High: high}
		s.Sum = experiment.Estimate{Low: low + cost, High: high + cost}
		return s
	}
	for _, c := range []struct {
		step Step
		over bool
		want string
	}{
		{step(1, 9, -3, 12, 5), true, Works},
		{step(1, 9, -3, 12, 5), false, NoProof},
		{step(4, 9, 1, 12, 5), false, Works},
		{step(-9, -1, -12, 3, 5), true, Hurts},
		{step(-9, -1, -12, -1, 5), false, NoProof}, // the cost is not earned yet, the gain may still come
		{step(-19, -9, -22, -6, 5), false, Hurts},
		{Step{}, true, NoProof},
	} {
		if got := (Input{Over: c.over}).verdict(c.step); got != c.want {
			t.Errorf("%+v, over %v: %s, want %s", c.step, c.over, got, c.want)
		}
	}
}

// TestRefusals: lost groups withhold the result, too few controls leave it open, a missing arm has none.
func TestRefusals(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 3))
	in, _ := world(t, rng, 100, 2, .1, 2)
	in.Planned = [2]int{50, 50}
	lost := in
	lost.Units = nil
	for _, u := range in.Units {
		if !u.Treated || len(lost.Units)%4 != 1 {
			lost.Units = append(lost.Units, u)
		}
	}
	if r, err := Read(lost); err != nil || r.Verdict != Withheld || r.Reason != BrokenRatio {
		t.Errorf("%s %s, %v (%d units)", r.Verdict, r.Reason, err, len(lost.Units))
	}
	few := in
	few.Controls = 60
	if r, err := Read(few); err != nil || r.Verdict != NoProof || r.Reason != TooFew || r.Last() == nil {
		t.Errorf("%s %s, %v", r.Verdict, r.Reason, err)
	}
	none := in
	none.Units, none.Planned = nil, [2]int{}
	for _, u := range in.Units {
		if u.Treated {
			none.Units = append(none.Units, u)
		}
	}
	if r, err := Read(none); err != nil || r.Verdict != Withheld || r.Reason != experiment.NoControl {
		t.Errorf("%s %s, %v", r.Verdict, r.Reason, err)
	}
	nan := in
	nan.Units = append([]Unit(nil), in.Units...)
	nan.Units[0].Margin = []float64{math.NaN(), 0}
	if _, err := Read(nan); err == nil {
		t.Error("a margin that is not a number is read")
	}
}
