package purchase

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"
	"fmt"

	"postlift/clv/fitting"
)

func levelWorld(t testing.TB, n int, rng *rand.Rand) *LevelTally {
	t.Helper()
	tally := NewLevelTally(LevelColumns...)
	segs := map[string]float64{"a": 0, "b": .3, "c": -.3, "d": .1, "e": -.1}
	names := []string{"a", "b", "c", "d", "e"}
	for range n {
		s := names[rng.IntN(5)]
		m := BGNBD{R: .8, Alpha: 9 * math.Exp(-segs[s]), A: .6, B: 3}
		x, tx, age := simulate(rng, m)
		lv := []string{s, "ind " + s, []string{"s", "m", "l"}[rng.IntN(3)], fmt.Sprint("c", rng.IntN(5))}
		if err := tally.AddDays(lv, x, tx, age); err != nil {
			t.Fatal(err)
		}
	}
	return tally
}

func TestScratch(t *testing.T) {
	for _, n := range []int{5000, 20000} {
		tally := levelWorld(t, n, rand.New(rand.NewPCG(1, 2)))
		for _, name := range []string{"bgnbd", "mbgnbd", "mbgcnbd", "paretonbd"} {
			at := time.Now()
			opt := Options{}
			if name == "mbgcnbd" {
				opt.K = 2
			}
			b, err := FitByLevel(name, tally, 0, opt)
			if err != nil {
				t.Fatal(err)
			}
			t.Log(n, name, time.Since(at), b.Fit.Flags, b.Patterns(), b.Fit.Gain, b.Fit.Chance)
			at = time.Now()
			if _, err := Fit(name, allRows(tally.Patterns(b.Design)), opt); err != nil {
				t.Fatal(err)
			}
			t.Log("plain", time.Since(at))
			if name == "bgnbd" || name == "paretonbd" {
				for i := range b.Fit.Orders {
					t.Logf("%s %.3f %.3f | %.3f %.3f", b.Fit.Orders[i].Name, b.Fit.Orders[i].Value, b.Fit.Orders[i].SE, b.Fit.Leaving[i].Value, b.Fit.Leaving[i].SE)
				}
				t.Log(b.Spread, fitting.ParamMap(b.Fit.Model.Params()))
			}
		}
	}
}
