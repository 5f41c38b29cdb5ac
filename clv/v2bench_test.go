package clv_test

import (
	"math"
	"math/rand/v2"
	"os"
	"runtime/pprof"
	"testing"
	"time"

	"postlift/clv"
	"postlift/clv/purchase"
	"postlift/clv/simulate"
	"postlift/clv/spend"
)

func TestV2Cold(t *testing.T) {
	if os.Getenv("V2") == "" {
		t.Skip()
	}
	n := 200_000
	rng := rand.New(rand.NewPCG(1, 2))
	law := simulate.MBGCNBD{K: 2, R: .8, Alpha: 12, A: .6, B: 3}
	var ins []clv.AccountInput
	seen := map[[3]int]bool{}
	simulate.Histories(law, rng, n, simulate.Cohorts{Youngest: 30, Oldest: 1800, WholeDays: true}, func(h simulate.History) {
		in := orderAccount()
		age, tx := int(math.Round(h.T*7)), int(math.Round(h.TX*7))
		in.FirstOrder = asOf.AddDays(-age)
		in.OrderDays, in.LastOrder = h.X+1, in.FirstOrder.AddDays(tx)
		seen[[3]int{h.X, tx, age}] = true
		ins = append(ins, in)
	})
	money := spend.GammaGamma{P: 4, Q: 3.5, Gamma: 40000}
	for _, m := range []purchase.Model{purchase.BGNBD{R: .8, Alpha: 27, A: .6, B: 3}, purchase.MBGCNBD{K: 2, R: .8, Alpha: 12, A: .6, B: 3}, purchase.MBGCNBD{K: 6, R: .8, Alpha: 3, A: .6, B: 3}, purchase.ParetoNBD{R: .6, Alpha: 30, S: .6, Beta: 12}} {
		a := assumptions()
		a.HorizonMonths = 36
		for _, bands := range []bool{false, true} {
			s, err := clv.NewScorer(&clv.Models{Orders: m, Spend: money}, asOf, a)
			check(t, err)
			ins := ins
			if m.Name() == purchase.ModelParetoNBD {
				ins = ins[:40000]
			}
			if os.Getenv("V2PROF") != "" && bands && m.Name() == os.Getenv("V2PROF") {
				f, _ := os.Create("/tmp/v2/cpu.prof")
				pprof.StartCPUProfile(f)
			}
			from := time.Now()
			sum := 0.0
			for i := range ins {
				if bands {
					v := s.Score(&ins[i])
					sum += float64(v.HighMinor)
				} else {
					v := s.Expected(&ins[i])
					sum += float64(v.ResidualMinor)
				}
			}
			pprof.StopCPUProfile()
			t.Logf("%v %s bands %v: %.2f us each, %d distinct of %d, sum %.8g", m, m.Name(), bands, float64(time.Since(from).Microseconds())/float64(len(ins)), len(seen), len(ins), sum)
		}
	}
}
