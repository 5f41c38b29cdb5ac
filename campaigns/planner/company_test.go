package planner

import (
	"fmt"
	"math"
	"math/rand/v2"

	"postlift"
)

// market describes simulated companies: about four orders a year of lognormal value, as in section H of the
// reference on experiments. spread is how much order rates and sizes differ between companies (deviation of
// their logarithms); order values vary by .8 within a company.
type market struct {
	rate   float64 // orders a year
	rates  float64
	sizes  float64
	within float64
}

var ordinary = market{rate: 4, rates: .8, sizes: .95, within: .8}

// company draws n groups with past windows of so many days and the year before each.
func (m market) company(rng *rand.Rand, n, windows, days int) []Group {
	groups := make([]Group, n)
	for i := range groups {
		rate := m.rate / 365.25 * math.Exp(m.rates*rng.NormFloat64()-m.rates*m.rates/2)
		size := math.Exp(9 + m.sizes*rng.NormFloat64())
		g := Group{Key: fmt.Sprintf("s:%05d", i), Segment: []string{"a", "b", "c"}[i%3], Pieces: 1, Past: make([]Past, windows)}
		margin := make([]float64, windows*days+365) // by day before the plan
		for day := range margin {
			for range poissonCount(rng, rate) {
				margin[day] += size * math.Exp(m.within*rng.NormFloat64())
				if day/days < windows {
					g.Past[day/days].Orders++
				}
			}
		}
		for day, v := range margin {
			if v == 0 {
				continue
			}
			for w := range windows {
				switch {
				case day/days == w:
					g.Past[w].Margin += v
				case day >= (w+1)*days && day < (w+1)*days+365:
					g.Past[w].Pre += v
				}
			}
			if day < 365 {
				g.Pre += v
			}
		}
		g.Baseline = rate * float64(days) * size * math.Exp(m.within*m.within/2)
		groups[i] = g
	}
	return groups
}

func poissonCount(rng *rand.Rand, mean float64) int {
	k, limit := 0, math.Exp(-mean)
	for p := rng.Float64(); p > limit; p *= rng.Float64() {
		k++
	}
	return k
}

var (
	testDay    = postlift.MustDate("2026-06-30")
	testInHome = postlift.MustDate("2026-07-16")
)

func inputOf(groups []Group, days int) Input {
	in := Input{Groups: groups, Lift: Lift{.10, .05}, PieceCost: 120, Currency: "EUR", InHome: testInHome, WindowDays: days,
		DataFrom: postlift.MustDate("2020-01-01"), Seed: 1}
	if len(groups) > 0 {
		for w := range groups[0].Past {
			in.WindowsFrom = append(in.WindowsFrom, testDay.AddDays(1-(w+1)*days))
		}
	}
	return in
}
