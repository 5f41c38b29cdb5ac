package experiment

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"

	"postlift/campaigns/draw"
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

// halves caches the quantile of Student's t by degrees of freedom.
type halves map[float64]float64

func (h halves) of(p Point) float64 {
	dof := math.Round(p.DoF*4) / 4
	q, known := h[dof]
	if !known {
		q = distuv.StudentsT{Mu: 0, Sigma: 1, Nu: dof}.Quantile(.975)
		h[dof] = q
	}
	return q * p.SE
}

// Over 4,000 draws by the campaigns' own hash the intervals of blocks hold the truth as often as the design lets them:
// 75 pairs as well as they say (one-sided bound of 4,000 runs at .95, p = .05: .9443), and 100 blocks of
// five, whose small control arm is skewed, at least .93, which section B of the reference on experiments gives for
// such holdouts; their misses lie above the truth. The sizes are odd, so that a block of the rest is in it.
func TestBlocksCover(t *testing.T) {
	for _, c := range []struct {
		block, n int
		least    float64
	}{{2, 151, .9443}, {5, 503, .93}} {
		rng := rand.New(rand.NewPCG(uint64(c.block), uint64(c.n)))
		const runs, lift = 4000, .2
		covered, above, student := 0, 0, halves{}
		units, y := make([]draw.Unit, c.n), make([]float64, c.n)
		for i := range units {
			units[i] = draw.Unit{Key: fmt.Sprint(i), Segment: fmt.Sprint(i % 3)}
		}
		for run := range runs {
			truth := 0.
			for i := range units {
				units[i].Pre = math.Exp(rng.NormFloat64())
				y[i] = .3*units[i].Pre + .3*math.Exp(rng.NormFloat64())
				truth += lift * y[i] / float64(c.n)
			}
			arms, _, err := draw.Assign(units, draw.Request{Salt: fmt.Sprint("run-", run), Design: draw.Blocks, Block: c.block})
			if err != nil {
				t.Fatal(err)
			}
			var measured []Unit
			for i, a := range arms {
				u := Unit{Treated: !a.Held, Block: a.Stratum, Outcome: y[i], Pre: units[i].Pre}
				if u.Treated {
					u.Outcome *= 1 + lift
				}
				measured = append(measured, u)
			}
			var sums BlockSums
			for _, b := range blocksOf(measured) {
				sums.Add(b.outcome)
			}
			p, _, ok := sums.Point(0)
			if !ok {
				t.Fatal("no estimate")
			}
			switch half := student.of(p); {
			case p.Value-half > truth:
				above++
			case p.Value+half >= truth:
				covered++
			}
		}
		t.Logf("blocks of %d, %d groups: %.4f hold the truth, %.4f lie above", c.block, c.n, float64(covered)/runs, float64(above)/runs)
		if float64(covered)/runs < c.least {
			t.Errorf("blocks of %d, %d groups: %d of %d intervals hold the truth", c.block, c.n, covered, runs)
		}
	}
}
