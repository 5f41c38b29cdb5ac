package experiment

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"

	"postlift/campaigns/draw"
)

// Fieller's limits of blocks are those lifts at which the estimate of the outcomes, with the mailed divided by
// 1+lift, lies just as far from zero as its interval reaches.
func TestRelativeLiftOfBlocks(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 1))
	var blocks []Block
	for range 60 {
		b := Block{Units: 2, PreTreated: rng.ExpFloat64(), PreControl: rng.ExpFloat64()}
		b.Control, b.Treated = 2+b.PreControl+rng.Float64(), 1.3*(2+b.PreTreated+rng.Float64())
		blocks = append(blocks, b)
	}
	sums := func(k float64) Point {
		var s BlockSums
		for _, b := range blocks {
			b.Treated /= k
			s.Add(b)
		}
		p, _, _ := s.Point(0)
		return p
	}
	var s BlockSums
	for _, b := range blocks {
		s.Add(b)
	}
	r, ok := s.Relative()
	if !ok || !(r.Low < r.Value && r.Value < r.High) || math.Abs(r.Value-.3) > .1 {
		t.Fatalf("%+v", r)
	}
	near(t, "value", sums(1+r.Value).Value, 0, 1e-9)
	for _, limit := range []float64{r.Low, r.High} {
		p := sums(1 + limit)
		near(t, "limit", math.Abs(p.Value), distuv.StudentsT{Mu: 0, Sigma: 1, Nu: p.DoF}.Quantile(.975)*p.SE, 1e-9)
	}
	for i := range blocks {
		blocks[i].Control, blocks[i].PreControl, blocks[i].PreTreated = rng.NormFloat64(), 0, 0
	}
	s = BlockSums{}
	for _, b := range blocks {
		s.Add(b)
	}
	if r, ok := s.Relative(); ok {
		t.Errorf("a held-out mean about zero has a relative lift: %+v", r)
	}
}

// The exact probabilities of a lost tenth, by hand: of 4 groups, 2 held out, both held out are lost with chance 1/6,
// either tail alike. The check is silent without losses and loud when a group changed its arm.
func TestLostRatio(t *testing.T) {
	for _, c := range []struct {
		planned, found [2]int
		p              float64
	}{
		{[2]int{200, 800}, [2]int{200, 800}, 1},
		{[2]int{2, 2}, [2]int{0, 2}, 2. / 6},
		{[2]int{1, 19}, [2]int{0, 19}, .1},            // one of twenty, the held-out one: 1/20, twice
		{[2]int{2, 8}, [2]int{1, 8}, .4},              // one of ten: 2/10, twice
		{[2]int{5, 5}, [2]int{4, 4}, 1},               // one of each
		{[2]int{0, 100}, [2]int{0, 90}, 1},            // nobody to compare with
		{[2]int{10, 90}, [2]int{11, 89}, 0},           // moved
		{[2]int{}, [2]int{0, 1}, 0},                   // of a stratum that never was
		{[2]int{4000, 16000}, [2]int{4000, 14400}, 0}, // a tenth of one arm
	} {
		if got := LostRatio(c.planned, c.found); math.Abs(got.P-c.p) > 1e-9 || !got.Tested || got.Broken() != (c.p < RatioAlarm) {
			t.Errorf("%v of %v: %+v, want p = %g", c.found, c.planned, got, c.p)
		}
	}
}

// Groups that get lost at random, whatever their arm, raise the exact alarm less than once in a thousand times.
func TestLostRatioAlarmsRarely(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 2))
	const runs = 20000
	alarms := 0
	for range runs {
		planned := [2]int{100, 400}
		found := planned
		for arm := range planned {
			for range planned[arm] {
				if rng.Float64() < .05 {
					found[arm]--
				}
			}
		}
		if LostRatio(planned, found).Broken() {
			alarms++
		}
	}
	if alarms > 30 { // .001 and three binomial errors
		t.Errorf("%d alarms in %d draws", alarms, runs)
	}
}

func TestAnalyseBlocksRefuses(t *testing.T) {
	unit := func(block string, treated bool, outcome float64) Unit {
		return Unit{Block: block, Treated: treated, Propensity: .5, Accounts: 1, Outcome: outcome}
	}
	pairs := func(n int) (units []Unit) {
		for i := range n {
			units = append(units, unit(fmt.Sprint(i), true, float64(i*i)), unit(fmt.Sprint(i), false, float64(i)))
		}
		return units
	}
	for want, units := range map[string][]Unit{
		NoControl:       {unit("a", true, 1), unit("b", true, 2)},
		NoTreated:       {unit("a", false, 1), unit("b", false, 2)},
		TooFewBlocks:    pairs(3),
		ConstantOutcome: {unit("a", true, 1), unit("a", false, 1), unit("b", true, 1), unit("b", false, 1)},
		"":              append(pairs(8), unit("rest", true, 5)), // nobody of the rest was held out
	} {
		r, err := AnalyseBlocks(units)
		if err != nil || r.Refused != want {
			t.Errorf("%q (%v), want %q", r.Refused, err, want)
		}
		if want == "" && (r.Blocks != 8 || r.Treated.Groups != 9 || r.Primary != PrimaryBlocked || r.Estimate() != r.Designed) {
			t.Errorf("%+v", r)
		}
	}
}

// Every group of blocks is held out with the chance that is stored for it, those of a smaller block of the rest, too:
// 13 groups of two segments in blocks of three leave a block of one to two. Binomial error of 20,000 draws at 1/3:
// .0033; five of them are allowed.
func TestBlockPropensitiesAreTrue(t *testing.T) {
	units := make([]draw.Unit, 13)
	for i := range units {
		units[i] = draw.Unit{Key: fmt.Sprint("s:", i), Segment: []string{"a", "b"}[i%2], Pre: float64(i)}
	}
	const draws = 20000
	held := make([]int, len(units))
	small := 0
	for n := range draws {
		arms, strata, err := draw.Assign(units, draw.Request{Salt: fmt.Sprint("salt-", n), Design: draw.Blocks, Block: 3})
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range strata {
			if s.Clusters%3 != 0 {
				small++
			}
		}
		for i, a := range arms {
			if math.Abs(a.Propensity-2./3) > 1e-15 {
				t.Fatalf("%+v", a)
			}
			if a.Held {
				held[i]++
			}
		}
	}
	if small != draws {
		t.Fatalf("the rest was in %d of %d draws smaller than a block", small, draws)
	}
	for i, n := range held {
		if share := float64(n) / draws; math.Abs(share-1./3) > .017 {
			t.Errorf("group %d is held out in %.4f of the draws, want 1/3", i, share)
		}
	}
}
