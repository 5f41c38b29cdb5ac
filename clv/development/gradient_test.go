package development

import (
	"testing"

	"postlift/clv/clvtest"
)

func TestGradients(t *testing.T) {
	var tally Tally
	for q := 1; q <= 12; q++ {
		for held := range 3 {
			if err := tally.Add("s", held, "g", q, false, 100-5*q); err != nil {
				t.Fatal(err)
			}
			if err := tally.Add("s", held, "g", q, true, (13-q)/(held+1)); err != nil {
				t.Fatal(err)
			}
		}
	}
	clvtest.Gradient(t, "decay", decayObjective(&tally, tally.sortedCells()), -1.7)
	rows := []counted{{adopted: 7, exposure: 100, mean: .05}, {adopted: 0, exposure: 30, mean: .05}, {adopted: 3, exposure: 20, mean: .1}}
	clvtest.Gradient(t, "strength", strengthObjective(rows), .8)
}

// TestShrunkMeansByHand: two classes of two members, means 10 and 20, variance 2 within: the analysis of
// variance gives tau^2 = (100 - 2)/(4 - 8/4) = 49, so each keeps 49/(49+1) of its distance from 15.
func TestShrunkMeansByHand(t *testing.T) {
	got := shrunkMeans([]moments{{2, 20, 9*9 + 11*11}, {2, 40, 19*19 + 21*21}, {}})
	clvtest.Within(t, "first", got[0], 15-.98*5, 1e-12)
	clvtest.Within(t, "second", got[1], 15+.98*5, 1e-12)
	clvtest.Within(t, "without a member", got[2], 15, 1e-12)
	same := shrunkMeans([]moments{{2, 20, 20*20 + 0}, {2, 20, 20 * 20}})
	clvtest.Within(t, "alike but for chance", same[0], 10, 1e-12)
}
