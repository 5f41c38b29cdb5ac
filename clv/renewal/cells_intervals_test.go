package renewal_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"postlift/clv/renewal"
)

// TestCellsIntervals: the 95 % intervals of draws hold the truth in at least 85 of 100 portfolios of six small
// cells seen over three opportunities, both for the next renewal and for seven more. Of a cell never seen, 75 are
// asked for: its class's model has a constant hazard where three opportunities show no fall, and that tells of
// no doubt about later ones. (Without the doubt about the pool's means and without the spread of cells it is 80
// and 50.)
func TestCellsIntervals(t *testing.T) {
	const sets, cells, contracts, seen = 150, 6, 60, 3
	rng := rand.New(rand.NewPCG(31, 1))
	draw := func() renewal.SBG {
		return renewal.SBG{Mu: 1 / (1 + math.Exp(1.7-.4*rng.NormFloat64())), Omega: .2 * math.Exp(.4*rng.NormFloat64())}
	}
	held := map[string]int{}
	for range sets {
		tables := map[renewal.Cell]*renewal.Table{}
		var first renewal.SBG
		for c := range cells {
			m := draw()
			if c == 0 {
				first = m
			}
			tables[renewal.Cell{Term: "annual", Group: string(rune('a' + c))}] = renewal.SimulateCohort(m, contracts, seen, rng)
		}
		fit, err := renewal.FitCells(tables)
		if err != nil {
			t.Fatal(err)
		}
		for _, of := range []struct {
			group string
			truth renewal.SBG
		}{{"a", first}, {"never seen", draw()}} {
			models := fit.Draws(renewal.Cell{Term: "annual", Group: of.group}, 200, rng)
			for _, ahead := range []struct {
				name       string
				done, more int
			}{{"next", seen, 1}, {"seven more", seen, 7}} {
				var s []float64
				for _, m := range models {
					s = append(s, renewal.Survive(m, ahead.done, ahead.more))
				}
				slices.Sort(s)
				if w := of.truth.Survive(ahead.done, ahead.more); s[5] <= w && w <= s[194] {
					held[of.group+", "+ahead.name]++
				}
			}
		}
	}
	for what, n := range held {
		share := float64(n) / sets
		t.Logf("%s: %.3f", what, share)
		least := .85
		if strings.HasPrefix(what, "never") {
			least = .75
		}
		if share < least {
			t.Errorf("%s: %.1f %% of intervals hold the truth", what, 100*share)
		}
	}
	if len(held) != 4 {
		t.Errorf("%v: want four shares", held)
	}
}
