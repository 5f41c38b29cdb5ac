package world

import (
	"fmt"
	"math"
	"math/rand/v2"

	"postlift"
	"postlift/campaigns/planner"
)

// Market describes the companies of a world. Deviations are of logarithms.
type Market struct {
	Orders    float64 // a year and company, on average
	Rates     float64 // deviation of order rates between companies, which stays
	Sizes     float64 // deviation of order values between companies, which stays
	Within    float64 // deviation of order values within an account
	Accounts  int     // of a company: 1 to so many, assigned as a whole
	Sites     float64 // deviation of order values between accounts of a company
	Contracts float64 // share of accounts with a contract, whose fee no letter raises
	Fee       float64 // its margin as a share of what the account orders on average
	Persist   float64 // share of a company's good or bad quarter that the next one keeps
	Swing     float64 // deviation of a company's quarters
	Season    float64 // deviation of the quarters that all companies share
	Carry     float64 // share of a letter's effect that is left a window later, and so on
}

// Hard is a market with everything that makes small lists hard to measure: about four orders a year of lognormal value
// with a heavy top, companies of one to six accounts, contracts, companies that differ for good, quarters that depend
// on the one before, and letters that work on after their window.
var Hard = Market{Orders: 4, Rates: .8, Sizes: .95, Within: .8, Accounts: 6, Sites: .4, Contracts: .15, Fee: .5,
	Persist: .6, Swing: .4, Season: .15, Carry: .5}

// World is one invented list of companies at the moment of planning, with its past. It is not safe for concurrent use.
type World struct {
	market    Market
	days      int
	windows   int
	companies []company
}

// company is a randomisation group. Money is in minor units.
type company struct {
	key, segment string
	accounts     []account
	rate         float64   // orders of the company in a window, in the long run
	quarter      float64   // how good the window before the plan was: logarithm
	past         []float64 // margin by window, the latest first, a year more than the planner is shown
	orders       []int
	fees         float64 // margin of contracts in a window
}

type account struct{ share, size float64 } // of the company's orders; mean order value

// yearOf is how many windows make a year.
func yearOf(days int) int { return max(1, int(math.Round(365/float64(days)))) }

// New invents a list: windows of so many days, of which the planner is shown that many. The same seed gives the same
// list.
func New(seed uint64, m Market, companies, days, windows int) *World {
	rng := rand.New(rand.NewPCG(seed, 0x7f4a))
	w := &World{market: m, days: days, windows: windows, companies: make([]company, companies)}
	n := windows + yearOf(days)
	season := make([]float64, n)
	for p := range season {
		season[p] = m.Season * rng.NormFloat64()
	}
	for i := range w.companies {
		w.companies[i] = m.company(rng, i, days)
		w.companies[i].live(rng, m, season)
	}
	return w
}

func (m Market) company(rng *rand.Rand, i, days int) company {
	c := company{key: fmt.Sprintf("w:%05d", i), segment: []string{"a", "b", "c"}[i%3], accounts: make([]account, 1+rng.IntN(m.Accounts))}
	whole := float64(len(c.accounts)) / (float64(m.Accounts+1) / 2) // a company of more accounts orders more
	c.rate = m.Orders * float64(days) / 365 * whole * math.Exp(m.Rates*rng.NormFloat64()-m.Rates*m.Rates/2)
	size := math.Exp(9 + m.Sizes*rng.NormFloat64())
	for a := range c.accounts {
		c.accounts[a] = account{share: 1 / float64(len(c.accounts)), size: size * math.Exp(m.Sites*rng.NormFloat64())}
		if rng.Float64() < m.Contracts {
			c.fees += m.Fee * c.rate * c.accounts[a].share * c.accounts[a].size
		}
	}
	return c
}

// live lets the company's past happen, the oldest window first.
func (c *company) live(rng *rand.Rand, m Market, season []float64) {
	c.past, c.orders = make([]float64, len(season)), make([]int, len(season))
	c.quarter = m.Swing * rng.NormFloat64()
	for p := len(season) - 1; p >= 0; p-- {
		c.quarter = m.next(rng, c.quarter)
		c.past[p], c.orders[p] = c.window(rng, m, c.rate*math.Exp(c.quarter-m.Swing*m.Swing/2+season[p]))
	}
}

// next is the quarter after a quarter: both have the same deviation.
func (m Market) next(rng *rand.Rand, quarter float64) float64 {
	return m.Persist*quarter + m.Swing*math.Sqrt(1-m.Persist*m.Persist)*rng.NormFloat64()
}

// window is the margin of a window, fees included, and its orders, at so many orders on average.
func (c *company) window(rng *rand.Rand, m Market, mean float64) (margin float64, orders int) {
	margin = c.fees
	for _, a := range c.accounts {
		for range poisson(rng, mean*a.share) {
			margin += a.size * math.Exp(m.Within*rng.NormFloat64()-m.Within*m.Within/2)
			orders++
		}
	}
	return margin, orders
}

// worth is the margin that one order on average brings.
func (c *company) worth() float64 {
	sum := 0.0
	for _, a := range c.accounts {
		sum += a.share * a.size
	}
	return sum
}

// poisson draws a count (Knuth's product of uniforms, in parts small enough for the product not to vanish).
func poisson(rng *rand.Rand, mean float64) int {
	const part = 30.
	k := 0
	for mean > part {
		k += poisson(rng, part)
		mean -= part
	}
	limit := math.Exp(-mean)
	for p := rng.Float64(); p > limit; p *= rng.Float64() {
		k++
	}
	return k
}

// year is the margin of the year before a window of the past, 0 the latest.
func (c *company) year(before, windows int) float64 {
	sum := 0.0
	for _, v := range c.past[before : before+windows] {
		sum += v
	}
	return sum
}

// planDay is when every world is planned, and inHome when its letters arrive.
var planDay, inHome = postlift.MustDate("2026-06-30"), postlift.MustDate("2026-07-16")

// Input is what the planner is told of the world: the past as data, and the baseline as a score would expect it.
func (w *World) Input(expected planner.Lift, seed uint64) planner.Input {
	year := yearOf(w.days)
	in := planner.Input{Lift: expected, PieceCost: 120, Currency: "EUR", InHome: inHome, WindowDays: w.days, Seed: seed}
	for p := range w.windows {
		in.WindowsFrom = append(in.WindowsFrom, planDay.AddDays(1-(p+1)*w.days))
	}
	in.DataFrom = planDay.AddDays(1 - (w.windows+year)*w.days)
	for i := range w.companies {
		c := &w.companies[i]
		g := planner.Group{Key: c.key, Segment: c.segment, Pre: c.year(0, year), Baseline: c.rate * c.worth(), Agreed: c.fees,
			Accounts: len(c.accounts), Pieces: len(c.accounts), Past: make([]planner.Past, w.windows)}
		for p := range g.Past {
			g.Past[p] = planner.Past{Margin: c.past[p], Agreed: c.fees, Pre: c.year(p+1, year), Orders: c.orders[p]}
		}
		in.Groups = append(in.Groups, g)
	}
	return in
}
