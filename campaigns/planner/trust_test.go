package planner

import (
	"math"
	"math/rand/v2"
	"reflect"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"

	"postlift"
)

// Trust asks for pairs of 300 companies, whose intervals keep what they promise, and not for a holdout of one in ten of
// them, whose intervals lie above the truth; and whatever is hoped of a letter has no say in it.
func TestTrustOf(t *testing.T) {
	in := inputOf(ordinary.company(rand.New(rand.NewPCG(300, 2)), 300, 4, 90), 90)
	pairs, err := TrustOf(in, Design{Kind: Pairs})
	if err != nil {
		t.Fatal(err)
	}
	if !pairs.Trusted || pairs.Replications != mostTrust || pairs.Groups != 300 || pairs.Controls != 150 || pairs.Clustered || pairs.Least != LeastCoverage || len(pairs.Lifts) != 3 {
		t.Errorf("pairs: %+v", pairs)
	}
	tenth, err := TrustOf(in, Design{Kind: Holdout, Share: .1})
	if err != nil {
		t.Fatal(err)
	}
	if tenth.Trusted || tenth.Worst.TooHigh < 2*tenth.Worst.TooLow || tenth.Worst.Bound > tenth.Worst.Coverage {
		t.Errorf("a tenth: %+v", tenth)
	}
	in.Lift = Lift{Mean: 1.5, SD: 2}
	again, err := TrustOf(in, Design{Kind: Holdout, Share: .1})
	if err != nil || !reflect.DeepEqual(tenth, again) {
		t.Errorf("another hope gives %+v", again)
	}
	in.Seed++
	if other, _ := TrustOf(in, Design{Kind: Holdout, Share: .1}); reflect.DeepEqual(tenth.Lifts, other.Lifts) {
		t.Error("another salt gives the same draws")
	}
	for i := range in.Groups {
		in.Groups[i].Accounts = 1 + i%4
	}
	if c, _ := TrustOf(in, Design{Kind: Pairs}); !c.Clustered || c.Least != LeastClustered {
		t.Errorf("several accounts a group: %+v", c)
	}
}

func TestTrustNeedsAPast(t *testing.T) {
	groups := ordinary.company(rand.New(rand.NewPCG(1, 2)), 60, 4, 90)
	for name, c := range map[string]struct {
		in     Input
		design Design
		want   string
	}{
		"few":   {inputOf(groups[:LeastGroups-1], 90), Design{Kind: Pairs}, TooSmall},
		"short": {inputOf(groups, 90), Design{Kind: InWaves, Waves: 9}, ShortHistory},
		"young": {func() Input { in := inputOf(groups, 90); in.DataFrom = postlift.MustDate("2026-06-01"); return in }(), Design{Kind: Pairs}, ShortHistory},
		"large": {Input{Groups: make([]Group, MostTrustGroups+1), WindowDays: 90}, Design{Kind: Pairs}, TooLarge},
	} {
		for i := range c.in.Groups {
			if c.in.Groups[i].Key == "" {
				c.in.Groups[i].Key = "k"
			}
		}
		got, err := TrustOf(c.in, c.design)
		if err != nil || got.Impossible != c.want || got.Trusted {
			t.Errorf("%s: %+v %v", name, got, err)
		}
	}
	if _, err := TrustOf(inputOf(groups, 90), Design{Kind: Holdout, Share: 2}); postlift.KindOf(err) != postlift.Invalid {
		t.Errorf("a share of 2: %v", err)
	}
}

// The bound is the share at which so many or more are seen in one of twenty cases: by the binomial itself.
func TestLowerBound(t *testing.T) {
	for _, c := range []struct{ k, n int }{{1, 10}, {19, 20}, {3720, 4000}, {400, 400}} {
		b := distuv.Binomial{N: float64(c.n), P: LowerBound(c.k, c.n)}
		tail := 0.0
		for k := c.k; k <= c.n; k++ {
			tail += b.Prob(float64(k))
		}
		if math.Abs(tail-.05) > 1e-6 {
			t.Errorf("%d of %d: bound %.5f leaves %.5f", c.k, c.n, b.P, tail)
		}
	}
	if LowerBound(0, 5) != 0 || LowerBound(0, 0) != 0 {
		t.Error("nothing seen has no bound above zero")
	}
}
