package coverage

import (
	"fmt"
	"math"
	"math/rand/v2"

	"postlift/campaigns/draw"
	"postlift/campaigns/planner/world"
)

// Days of a window, the in-home day counted: windows of 90 days, as the planner's world has them.
const (
	windowDays = 90
	firstDays  = windowDays + 1 // of the measuring window, whose last day counts, too
	pastYear   = 4              // windows
)

// segments and how strongly each answers to letters: the lift times this.
var segments = [3]struct {
	name   string
	factor float64
}{{"a", 1.5}, {"b", 1}, {"c", .5}}

// delivered is the share of letters that arrive.
const delivered = .95

// firm is a randomisation group. Money is in minor units.
type firm struct {
	key      string
	segment  int
	accounts []place
	rate     float64 // orders a window, in the long run
	pre      float64 // margin of the year before, fees included
	boost    float64 // letters' worth that earlier campaigns left
	quarter  float64 // logarithm of how good the last window was
	lambda   []float64
}

// place is an account of a firm.
type place struct {
	size    float64 // mean margin of an order
	pre     float64 // margin of the year before, without fees
	gets    bool    // its letter would arrive
	lapsed  bool    // no order in the year before
	fee     int64   // margin of its contract a month; 0: none
	ends    int     // days from in-home to the end of its contract's term
	renewal float64 // chance of renewal without a letter
	luck    float64 // draw of the renewal
}

// order is one that came, or would come under a lift that is large enough.
type order struct {
	firm    int32
	account int8
	day     int16 // since in-home
	margin  float64
	needs   float64 // lift times letters from which on it comes; below zero: always
}

// town is one list of firms with what happens to it after the plan, whatever is mailed.
type town struct {
	market world.Market
	firms  []firm
	orders []order
	most   float64 // lift times letters that orders were drawn for
	starts []int   // first day of each window since in-home, and the end
}

// newTown invents firms as the market says, lets a year go by and draws the orders of so many windows after it, up to
// a total of lift times letters.
func newTown(rng *rand.Rand, m world.Market, firms, windows int, most float64) *town {
	t := &town{market: m, firms: make([]firm, firms), most: most, starts: []int{0}}
	var season [pastYear]float64
	for p := range season {
		season[p] = m.Season * rng.NormFloat64()
	}
	for i := range t.firms {
		t.firms[i] = t.newFirm(rng, i)
		t.firms[i].live(rng, m, season)
	}
	for w := range windows {
		t.starts = append(t.starts, firstDays+w*windowDays)
		t.happen(rng, w)
	}
	return t
}

func (t *town) newFirm(rng *rand.Rand, i int) firm {
	m := t.market
	f := firm{key: fmt.Sprintf("f:%05d", i), segment: i % len(segments), accounts: make([]place, 1+rng.IntN(m.Accounts)), boost: float64(rng.IntN(2)) * m.Carry}
	whole := float64(len(f.accounts)) / (float64(m.Accounts+1) / 2)
	f.rate = m.Orders * windowDays / 365 * whole * math.Exp(m.Rates*rng.NormFloat64()-m.Rates*m.Rates/2)
	size, fate := math.Exp(9+m.Sizes*rng.NormFloat64()), .8*rng.NormFloat64()
	for a := range f.accounts {
		p := place{size: size * math.Exp(m.Sites*rng.NormFloat64()), gets: rng.Float64() < delivered, lapsed: true}
		if rng.Float64() < m.Contracts {
			p.fee = max(1, int64(m.Fee*f.rate/float64(len(f.accounts))*p.size*daysPerMonth/windowDays))
			p.ends = windowDays + 1 + rng.IntN(240)
			p.renewal, p.luck = 1/(1+math.Exp(-1.7-fate)), rng.Float64()
		}
		f.accounts[a] = p
	}
	return f
}

const daysPerMonth = 365.25 / 12

// fees are the contracts' margin of so many days.
func (f *firm) fees(days int) float64 {
	sum := 0.0
	for a := range f.accounts {
		sum += float64(f.accounts[a].fee)
	}
	return sum / daysPerMonth * float64(days)
}

// live lets the year before the plan go by.
func (f *firm) live(rng *rand.Rand, m world.Market, season [pastYear]float64) {
	f.quarter = m.Swing * rng.NormFloat64()
	for p := range season {
		f.next(rng, m)
		mean := f.rate * math.Exp(f.quarter-m.Swing*m.Swing/2+season[p])
		for range poisson(rng, mean) {
			a := &f.accounts[rng.IntN(len(f.accounts))]
			a.lapsed = false
			v := a.size * math.Exp(m.Within*rng.NormFloat64()-m.Within*m.Within/2)
			a.pre, f.pre = a.pre+v, f.pre+v
		}
	}
	f.pre += f.fees(365)
}

func (f *firm) next(rng *rand.Rand, m world.Market) {
	f.quarter = m.Persist*f.quarter + m.Swing*math.Sqrt(1-m.Persist*m.Persist)*rng.NormFloat64()
}

// happen draws the orders of the next window: those that come anyway, and those that letters may bring.
func (t *town) happen(rng *rand.Rand, w int) {
	m, from := t.market, t.starts[w]
	days := t.starts[w+1] - from
	season := math.Exp(m.Season * rng.NormFloat64())
	for i := range t.firms {
		f := &t.firms[i]
		f.next(rng, m)
		mean := f.rate * math.Exp(f.quarter-m.Swing*m.Swing/2) * season
		f.lambda = append(f.lambda, mean)
		n := poisson(rng, mean)
		for k := range n + poisson(rng, mean*t.most) {
			o := order{firm: int32(i), account: int8(rng.IntN(len(f.accounts))), day: int16(from + rng.IntN(days)), needs: -1}
			o.margin = f.accounts[o.account].size * math.Exp(m.Within*rng.NormFloat64()-m.Within*m.Within/2)
			if k >= n {
				o.needs = t.most * rng.Float64()
			}
			t.orders = append(t.orders, o)
		}
	}
}

// poisson draws a count (Knuth's product of uniforms, in parts small enough for the product not to vanish).
func poisson(rng *rand.Rand, mean float64) int {
	const part = 30.
	k := 0
	for ; mean > part; mean -= part {
		k += poisson(rng, part)
	}
	limit := math.Exp(-mean)
	for p := rng.Float64(); p > limit; p *= rng.Float64() {
		k++
	}
	return k
}

// window is the one that a day lies in.
func (t *town) window(day int) int {
	w := 0
	for w+2 < len(t.starts) && day >= t.starts[w+1] {
		w++
	}
	return w
}

// units are the firms as the draw takes them.
func (t *town) units() []draw.Unit {
	units := make([]draw.Unit, len(t.firms))
	for i := range t.firms {
		f := &t.firms[i]
		units[i] = draw.Unit{Key: f.key, Segment: segments[f.segment].name, Value: f.pre, Pre: f.pre}
	}
	return units
}
