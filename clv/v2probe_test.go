package clv_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"testing"

	"postlift/clv"
	"postlift/clv/purchase"
	"postlift/clv/renewal"
	"postlift/clv/spend"
)

func TestV2Totals(t *testing.T) {
	if os.Getenv("V2") == "" {
		t.Skip()
	}
	a := assumptions()
	a.HorizonMonths, a.AcquisitionCostMinor = 36, nil
	money := spend.GammaGamma{P: 4, Q: 3.5, Gamma: 40000}
	bg := purchase.BGNBD{R: .8, Alpha: 27, A: .6, B: 3}
	pareto := purchase.ParetoNBD{R: .6, Alpha: 30, S: .6, Beta: 12}
	sbg := renewal.SBG{Mu: .2, Omega: .5}
	for _, c := range []struct {
		name    string
		model   purchase.Model
		life    func(*rand.Rand, float64) ([]float64, float64)
		service int64
		terms   []int
	}{
		{"bgnbd", bg, bgnbdLife(bg), 0, nil},
		{"bgnbd served", bg, bgnbdLife(bg), 1000, nil},
		{"paretonbd", pareto, paretoLife(pareto), 0, nil},
		{"paretonbd served", pareto, paretoLife(pareto), 1000, nil},
		{"bgnbd with contracts", bg, bgnbdLife(bg), 1000, []int{12}},
		{"three contracts", bg, bgnbdLife(bg), 1000, []int{1, 12, 24}},
	} {
		a := a
		a.ServiceCostMinorPerMonth = map[string]int64{"": c.service}
		w := world{rng: rand.New(rand.NewPCG(77, 2)), a: a, orders: c.life, money: money, ratio: .4, renewals: sbg, terms: c.terms}
		m := &clv.Models{Orders: c.model, Spend: money, Renewals: oneModel{sbg}}
		s, _ := clv.NewScorer(m, asOf, w.a)
		var z1, z2, z3, diff, want float64
		below, above := 0, 0
		var e2, v2 float64
		n := 1000
		for range n {
			var tot clv.Total
			worth, vv := 0.0, 0.0
			for range 200 {
				cu := w.draw()
				v := s.Score(&cu.in)
				tot.Add(v)
				worth += cu.worth
				vv += float64(v.SpreadMinor) * float64(v.SpreadMinor)
				d := cu.worth - float64(v.ResidualMinor)
				e2 += d * d
				diff += d
			}
			v2 += vv
			want += tot.Mean
			z := (worth - tot.Mean) / math.Sqrt(vv)
			z1, z2, z3 = z1+z, z2+z*z, z3+z*z*z
			b := tot.Band(m)
			if worth < float64(b.LowMinor) {
				below++
			}
			if worth > float64(b.HighMinor) {
				above++
			}
		}
		f := float64(n)
		fmt.Printf("%-22s z mean %.3f var %.3f skew~ %.3f  below %.3f above %.3f  rel bias %.4f  actual/said variance %.3f relsd %.3f\n", c.name, z1/f, z2/f, z3/f, float64(below)/f, float64(above)/f, diff/want, e2/v2, math.Sqrt(v2/f)/(want/f))
	}
}
