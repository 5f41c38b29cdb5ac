package responses

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"postlift/campaigns"
	"postlift/campaigns/experiment"
)

// sampled is a reading of made-up groups: one in three is held out, those of the second stratum more often.
func sampled(groups int, strata bool, design string) Reading {
	in := Reading{Run: MeasuredRun{}, Ledger: &Ledger{index: map[string]int{}}}
	in.Run.Design.Design = design
	for i := range groups {
		u := experiment.Unit{Treated: i%3 > 0, Propensity: 2.0 / 3, Accounts: 1, Block: fmt.Sprint("b", i/3)}
		if strata && i%2 == 0 {
			u.Treated, u.Propensity = i%4 == 0, .5
		}
		in.Ledger.index[fmt.Sprint("g", i)] = i
		in.Ledger.units = append(in.Ledger.units, u)
	}
	return in
}

// Short lists are valued whole. Of long ones about so many groups of each arm are drawn, the same ones again under the
// same salt; blocks stay whole, and strata of other chances keep their shares.
func TestSampleOfGroups(t *testing.T) {
	count := func(c *contrast, use []bool) (n [2]int) {
		for i, used := range use {
			if used {
				n[armIndex(c.units[i].Treated)]++
			}
		}
		return n
	}
	near := func(got, want int) bool { return math.Abs(float64(got-want)) < 5*math.Sqrt(float64(want)) }

	in := sampled(30_000, false, "")
	c := newContrast(in)
	if use := c.sample("s", in.Ledger.index, 20_000); use != nil {
		t.Error("a list that is short enough is drawn from")
	}
	use := c.sample("s", in.Ledger.index, 2000)
	if n := count(c, use); !near(n[0], 2000) || !near(n[1], 2000) {
		t.Errorf("%v groups are drawn, not about 2,000 of each arm", n)
	}
	again, other := c.sample("s", in.Ledger.index, 2000), c.sample("t", in.Ledger.index, 2000)
	same, differs := true, false
	for i := range use {
		same, differs = same && use[i] == again[i], differs || use[i] != other[i]
	}
	if !same || !differs {
		t.Errorf("the same salt draws alike: %t, another one otherwise: %t", same, differs)
	}

	in = sampled(30_000, true, "")
	c = newContrast(in)
	found := count(c, c.sample("s", in.Ledger.index, 2000))
	if want := [2]int{2000 * 12_500 / 17_500, 2000}; !near(found[1], want[1]) || !near(found[0], want[0]) {
		t.Errorf("of strata %v are drawn, not about %v", found, want)
	}

	in = sampled(30_000, false, campaigns.DesignPairs)
	c = newContrast(in)
	for b, use := 0, c.sample("s", in.Ledger.index, 2000); b < len(use); b += 3 {
		if use[b] != use[b+1] || use[b] != use[b+2] {
			t.Fatalf("block %d is torn apart", b/3)
		}
	}
}

// What a sample says is what all groups say, within its own interval as often as that promises: over 300 draws the
// intervals of 95 % hold the difference of all groups, which is itself uncertain by less, in at least 94 of a hundred.
func TestSampleEstimatesAll(t *testing.T) {
	for _, strata := range []bool{false, true} {
		in := sampled(12_000, strata, "")
		c := newContrast(in)
		rng := rand.New(rand.NewPCG(26, 1))
		y, pre := make([]float64, len(c.units)), make([]float64, len(c.units))
		for i, u := range c.units {
			pre[i] = 1000 * rng.ExpFloat64()
			y[i] = .7*pre[i] + 300*rng.NormFloat64() + 500*u.Propensity
			if u.Treated {
				y[i] += 60
			}
		}
		all, _ := c.diff(y, pre, nil)
		const draws = 300
		held, mean := 0, 0.0
		for k := range draws {
			e, ok := c.diff(y, pre, c.sample(fmt.Sprint(k), in.Ledger.index, 800))
			if !ok {
				t.Fatal("nothing to compare")
			}
			if mean += e.Value / draws; e.Low <= all.Value && all.Value <= e.High {
				held++
			}
			if e.SE < all.SE {
				t.Errorf("a sample is surer (%g) than all (%g)", e.SE, all.SE)
			}
		}
		t.Logf("strata %t: all %.1f, mean of samples %.1f, held by %d of %d", strata, all.Value, mean, held, draws)
		if math.Abs(mean-all.Value) > 3 || held < draws*94/100 {
			t.Errorf("strata %t: all %.1f, mean of samples %.1f, held by %d of %d", strata, all.Value, mean, held, draws)
		}
	}
}
