package coverage

import (
	"context"
	"math"
	"math/rand/v2"
	"os"
	"reflect"
	"slices"
	"testing"

	"postlift/campaigns/planner"
	"postlift/campaigns/planner/world"
	"postlift/responses"
)

func run(t *testing.T, s Settings) *Result {
	t.Helper()
	r, err := Run(context.Background(), s, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// A few campaigns of every cheap design: no share may be lower than chance makes of a coverage of .93, four binomial
// standard errors, unless the product marks the interval; the same seed gives the same table, however many batches run
// at a time. With POSTLIFT_FULL=1 all designs play 4,000 campaigns and every row must reach its bar or be marked.
func TestEveryInterval(t *testing.T) {
	full := os.Getenv("POSTLIFT_FULL") == "1"
	s := Settings{Campaigns: 30, Seed: 1, Parallel: 2, Designs: []string{"holdout_20_few", "pairs_few", "looks", "programme", "experiment"}}
	if full {
		s = Settings{Campaigns: 4000, Seed: 1, Parallel: 2}
	}
	r := run(t, s)
	for _, x := range r.Rows {
		least := x.Bar
		if !full {
			least -= 4 * math.Sqrt(x.Bar*(1-x.Bar)/float64(max(x.Shown, 1)))
		}
		if x.Kind == Interval && x.Shown > 0 && x.Share < least && x.Result != SaysSo {
			t.Errorf("%s, %s at %g: %.4f of %d intervals hold the truth (above %.4f, below %.4f), the bar is %.2f", x.Design, x.Metric, x.Lift, x.Share, x.Shown, x.TooHigh, x.TooLow, x.Bar)
		}
		if full && x.Kind == Alarm && x.Result == Fails {
			t.Errorf("%s, %s: raised in %.4f of %d reports, the bar is %.3f", x.Design, x.Metric, x.Share, x.Shown, x.Bar)
		}
	}
	if full {
		return
	}
	s.Designs, s.Campaigns = []string{"pairs_few", "across"}, 44
	one := s
	one.Parallel = 1
	if a, b := run(t, s), run(t, one); !reflect.DeepEqual(a, b) {
		t.Error("the table depends on how many batches run at a time")
	}
	one.Seed = 2
	if a, b := run(t, s), run(t, one); reflect.DeepEqual(a.Rows, b.Rows) {
		t.Error("the table does not depend on the seed")
	}
}

// The truth of a campaign is what its letters bring on average: over many futures of small towns, mailed firms' margin
// beyond that of the same firms without letters, within four standard errors.
func TestTruthIsWhatLettersBring(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 4))
	var orders, n float64
	var sums, squares [2]float64
	for range 400 {
		c, err := campaignOn(newTown(rng, world.Hard, 200, 2, mostLetters(.25, world.Hard)), shareOf(.5), rng)
		if err != nil {
			t.Fatal(err)
		}
		for i := range c.arms { // everybody is mailed
			c.arms[i].Held = false
		}
		x := c.truth(.25)
		var with, without [2]float64
		for k := range c.orders {
			o := &c.orders[k]
			if !c.comes(o, .25) {
				continue
			}
			w := c.window(int(o.day))
			with[w] += o.margin
			c.arms[o.firm].Held = true
			if c.comes(o, .25) {
				without[w] += o.margin
			} else if w == 0 {
				orders++
			}
			c.arms[o.firm].Held = false
		}
		for w := range squares {
			d := with[w] - without[w] - 200*x.gain[w]
			squares[w] += d * d
			sums[w] += d
		}
		orders -= 200 * x.orders
		n++
	}
	for w, sum := range sums {
		if z := sum / math.Sqrt(squares[w]); math.Abs(z) > 4 {
			t.Errorf("window %d: the letters' margin is %.1f standard errors from the truth", w, z)
		}
	}
	if z := orders / math.Sqrt(n*200*.4); math.Abs(z) > 4 { // about .4 orders a firm, a Poisson count
		t.Errorf("the letters' orders are %.1f standard errors from the truth", z)
	}
}

// The counts of a row: shares, bounds and results.
func TestRows(t *testing.T) {
	c := newTally()
	for i := range 1000 {
		truth := 0.0
		if i < 60 {
			truth = 2
		}
		c.see("m", 0, span{low: -1, high: 1, low80: -1, high80: -.5, narrow: true, welch: 4}, truth)
		c.see("n", 0, span{low: -1, high: 1}, 10*truth, "indicative")
		c.see("o", 0, span{low: -1, high: 1}, -float64(i%10), "indicative")
		c.alarm("p", 0, .05, i < 80)
	}
	c.none("m", .1, "withheld")
	rows := c.list(Design{Name: "d", Bar: .93})
	var results []string
	for _, r := range rows {
		results = append(results, r.Metric+" "+r.Result)
	}
	if want := []string{"m open", "m not shown", "n open", "o says so", "p FAILS"}; !slices.Equal(results, want) {
		t.Errorf("%v, want %v", results, want)
	}
	m := rows[0]
	if m.Share != .94 || m.TooLow != .06 || m.TooHigh != 0 || *m.Share80 != 0 || *m.Width != .5 || m.Bound != planner.LowerBound(940, 1000) {
		t.Errorf("%+v", m)
	}
	if rows[1].Says() != "withheld 100 %" || rows[3].TooHigh != .8 {
		t.Errorf("%q %+v", rows[1].Says(), rows[3])
	}
	if _, err := Run(context.Background(), Settings{Campaigns: 1, Parallel: 1, Designs: []string{"none"}}, nil); err == nil {
		t.Error("an unknown design is taken")
	}
}

// A report of few controls carries the product's own mark.
func TestMarksAreTheReportsOwn(t *testing.T) {
	untrusted := &planner.Trust{Least: .93, Worst: planner.LiftCoverage{Coverage: .90, Bound: .89}}
	rng := rand.New(rand.NewPCG(8, 8))
	c, err := campaignOn(newTown(rng, world.Hard, 300, 1, mostLetters(0, world.Hard)), shareOf(.1), rng)
	if err != nil {
		t.Fatal(err)
	}
	for _, trust := range []*planner.Trust{untrusted, {Trusted: true}} {
		p := &play{rng: rng, tally: newTally()}
		o := observed{play: p, campaign: c, frozen: responses.FrozenTrust{Trust: trust}}
		if err := o.report(headline); err != nil {
			t.Fatal(err)
		}
		if got := slices.Contains(o.marks, responses.Indicative); got == trust.Trusted {
			t.Errorf("trusted %v, indicative %v", trust.Trusted, got)
		}
	}
}
