package simulate

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestMeans compares simulated repeat orders with the models' expectations in 52 weeks: BG/NBD 1.446050595 at
// Fader, Hardie and Lee's rounded parameters, Pareto/NBD by its closed form.
func TestMeans(t *testing.T) {
	const n = 200000
	pareto := ParetoNBD{.5534, 10.5802, .6061, 11.6562}
	mean := pareto.R * pareto.Beta / (pareto.Alpha * (pareto.S - 1)) * (1 - math.Pow(pareto.Beta/(pareto.Beta+52), pareto.S-1))
	for _, c := range []struct {
		law  Law
		want float64
	}{{BGNBD{.243, 4.414, .793, 2.426}, 1.446050595}, {pareto, mean}} {
		rng := rand.New(rand.NewPCG(1, 2))
		var sum, square float64
		Histories(c.law, rng, n, Cohorts{Youngest: 364, Oldest: 364}, func(h History) {
			x := float64(h.X)
			sum, square = sum+x, square+x*x
		})
		got := sum / n
		if se := math.Sqrt((square/n - got*got) / n); math.Abs(got-c.want) > 4*se {
			t.Errorf("%T: mean %.4f +- %.4f, want %.4f", c.law, got, se, c.want)
		}
	}
}

// TestHistories: what is drawn can be, and the same source of randomness gives the same.
func TestHistories(t *testing.T) {
	for _, law := range []Law{BGNBD{.243, 4.414, .793, 2.426}, MBGCNBD{3, .5, 2, .6, 2}, ParetoNBD{.55, 10, .6, 11}} {
		var first []History
		for range 2 {
			var all []History
			rng := rand.New(rand.NewPCG(5, 6))
			Histories(law, rng, 3000, Cohorts{Youngest: 100, Oldest: 200, WholeDays: true}, func(h History) { all = append(all, h) })
			if first != nil && !slices.Equal(first, all) {
				t.Errorf("%T: the same source gave two portfolios", law)
			}
			first = all
		}
		repeat := 0
		for _, h := range first {
			if h.TX > h.T || (h.X == 0) != (h.TX == 0) || h.T < 100.0/7 || h.T > 200.0/7 || math.IsNaN(h.LogGaps) || math.IsInf(h.LogGaps, 0) {
				t.Fatalf("%T: %+v", law, h)
			}
			repeat += min(h.X, 1)
		}
		if repeat < 300 || repeat > 2700 {
			t.Errorf("%T: %d of 3000 ordered again", law, repeat)
		}
	}
}

// TestRegularity: Erlang times have a coefficient of variation of 1 by the root of k.
func TestRegularity(t *testing.T) {
	for _, k := range []int{1, 4} {
		rng := rand.New(rand.NewPCG(3, 4))
		law := MBGCNBD{K: k, R: 1e6, Alpha: 1e6, A: 1e-9, B: 1}
		weeks := Weeks(law, rng, 20000, nil)
		var sum, square float64
		for i := 1; i < len(weeks); i++ {
			gap := weeks[i] - weeks[i-1]
			sum, square = sum+gap, square+gap*gap
		}
		n := float64(len(weeks) - 1)
		mean := sum / n
		cv := math.Sqrt(square/n-mean*mean) / mean
		if math.Abs(cv*math.Sqrt(float64(k))-1) > 0.05 || math.Abs(mean/float64(k)-1) > 0.05 {
			t.Errorf("k=%d: mean gap %.3f with a variation of %.3f", k, mean, cv)
		}
		days := Days(law, rng, 7000, nil)
		if !slices.IsSorted(days) || days[len(days)-1] > 7000 || len(slices.Compact(slices.Clone(days))) != len(days) || days[0] < 1 {
			t.Errorf("k=%d: days out of order or beyond the age", k)
		}
	}
}
