package coverage

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"postlift"
	"postlift/campaigns/draw"
	"postlift/campaigns/planner"
	"postlift/campaigns/planner/world"
)

// Design is one thing that is put on trial.
type Design struct {
	Name      string
	What      string // in words
	Companies int
	Controls  int
	Bar       float64                                             // coverage that its 95 % intervals have to reach
	Fraction  int                                                 // one campaign for so many asked for: of trials that take long; 0: 1
	prepare   func(d Design, s *Settings) (any, error)            // once
	begin     func(d Design, s *Settings, batch int) (any, error) // for every batch, instead
	play      func(p *play) error
}

// Words say what the design is.
func (d Design) Words() string {
	if d.Controls == 0 {
		return d.What
	}
	return fmt.Sprintf("%s; %d companies, %d of them to compare with", d.What, d.Companies, d.Controls)
}

// play is one campaign of a design.
type play struct {
	Design
	rng      *rand.Rand
	number   int // of the campaign, from 0
	tally    *tally
	prepared any
}

// Lifts are the true lifts of every trial.
var Lifts = []float64{0, .10, .25}

// Bars of coverage.
const (
	Bar          = planner.LeastCoverage
	BarClustered = planner.LeastClustered
	nominal      = 1 - Bar // of false alarms, where a single test at 5 % raises them
)

func shareOf(share float64) draw.Request { return draw.Request{Design: draw.Strata, Share: share} }
func blocksOf(block int) draw.Request    { return draw.Request{Design: draw.Blocks, Block: block} }
func wavesOf(waves int) draw.Request     { return draw.Request{Design: draw.Waves, Waves: waves} }
func holdout(share float64) planner.Design {
	return planner.Design{Kind: planner.Holdout, Share: share}
}

// Designs lists everything that is put on trial, in the order of the table.
func Designs() []Design {
	small := func(name string, companies int, share float64) Design {
		return measured(Design{Name: name, What: "campaign holdout, few controls", Fraction: 2, Companies: companies, Controls: int(math.Round(share * float64(companies)))}, shareOf(share), holdout(share), headline)
	}
	list := []Design{
		measured(Design{Name: "holdout_50", What: "campaign holdout of half", Companies: 2000, Controls: 1000}, shareOf(.5), holdout(.5), everything),
		measured(Design{Name: "holdout_20", What: "campaign holdout of a fifth", Companies: 5000, Controls: 1000}, shareOf(.2), holdout(.2), headline),
		measured(Design{Name: "holdout_10", What: "campaign holdout of a tenth", Companies: 10_000, Controls: 1000}, shareOf(.1), holdout(.1), headline),
		small("holdout_20_few", 1500, .2),
		small("holdout_10_few", 2000, .1),
		small("holdout_10_500", 5000, .1),
		measured(Design{Name: "pairs", What: "matched pairs", Companies: 2000, Controls: 1000}, blocksOf(2), planner.Design{Kind: planner.Pairs}, everything),
		measured(Design{Name: "pairs_few", What: "matched pairs of a small list", Companies: 400, Controls: 200}, blocksOf(2), planner.Design{Kind: planner.Pairs}, everything),
		measured(Design{Name: "blocks_1_2", What: "blocks of three, one held out", Companies: 3000, Controls: 1000}, blocksOf(3), planner.Design{Kind: planner.Pairs, Block: 3}, headline),
		measured(Design{Name: "waves_2", What: "two waves, a window apart", Companies: 2000, Controls: 1000}, wavesOf(2), planner.Design{Kind: planner.InWaves, Waves: 2}, headline),
		measured(Design{Name: "waves_4", What: "four waves, a window apart", Companies: 4000, Controls: 1000}, wavesOf(4), planner.Design{Kind: planner.InWaves, Waves: 4}, headline),
		{Name: "looks", What: "twelve weekly looks and the reading at the end", Companies: 2000, Controls: 1000, Bar: Bar, Fraction: 2, play: (*play).looks},
		{Name: "resampling", What: "bootstrap and randomisation test as cross-checks", Companies: 2000, Controls: 1000, Bar: Bar, Fraction: 4, play: (*play).resampling},
		{Name: "programme", What: "matched pairs, one of each without letters for a year", Companies: 2000, Controls: 1000, Bar: Bar, play: (*play).programme},
		{Name: "experiment", What: "postlift experiment: rows of accounts, by companies", Companies: 2000, Controls: 1000, Bar: BarClustered, play: (*play).experiment},
		{Name: "across", What: "six campaigns put together, and the factor of projections", Companies: 2000, Controls: 1000, Bar: Bar, Fraction: 4, play: (*play).across},
	}
	for _, companies := range []int{300, 500, 1500} {
		list = append(list, proposed(companies))
	}
	return list
}

// Settings of a trial.
type Settings struct {
	Campaigns int
	Seed      uint64
	Designs   []string // names; none: all
	Parallel  int
}

// Check refuses settings that make no trial.
func (s *Settings) Check() error {
	bad := func(format string, args ...any) error {
		return postlift.Faultf(postlift.Invalid, "simulate coverage", format, args...)
	}
	switch {
	case s.Campaigns < 1 || s.Campaigns > 1_000_000:
		return bad("--campaigns is %d: 1 to 1,000,000 are possible", s.Campaigns)
	case s.Parallel < 1:
		return bad("--parallel is %d: at least 1 is needed", s.Parallel)
	}
	for _, name := range s.Designs {
		if !slices.ContainsFunc(Designs(), func(d Design) bool { return d.Name == name }) {
			return bad("there is no design %q; see postlift simulate coverage --help for their names", name)
		}
	}
	return nil
}

// Played is how many campaigns of the design are played where so many are asked for.
func (d Design) Played(campaigns int) int { return max(1, campaigns/max(d.Fraction, 1)) }

// trustLists is how many lists the trust that a record registers is worked out on.
const trustLists = 3

// trustOf is what the product would register for a design before anybody is mailed, on some lists of the size.
func trustOf(d Design, seed uint64, design planner.Design) ([]*planner.Trust, error) {
	var out []*planner.Trust
	for k := range trustLists {
		w := world.New(seed+uint64(k), world.Hard, d.Companies, windowDays, 7)
		t, err := planner.TrustOf(w.Input(planner.Lift{Mean: .25, SD: .125}, seed+uint64(k)), design)
		if err != nil {
			return nil, err
		}
		out = append(out, &t)
	}
	return out, nil
}
