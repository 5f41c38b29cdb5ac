package planner

import (
	"fmt"
	"math"
	"slices"

	"postlift"
)

// Past is one past window of a group, as long as the campaign's. Money is in minor units of the reporting
// currency.
type Past struct {
	Margin float64 // of the window: orders net of credits and contracts
	Agreed float64 // of Margin, what contracts brought within terms that were agreed when the window began
	Pre    float64 // margin of the 365 days before the window
	Orders int     // documents that the window's margin came from, contracts apart
}

// Group is one randomisation group of the planned audience.
type Group struct {
	Key      string
	Segment  string
	Pre      float64 // margin of the year before the plan's date
	Baseline float64 // margin expected within the campaign's window without a letter that a letter can raise
	Agreed   float64 // margin beside it that contracts have agreed for the window already
	Accounts int     // planned; more than one where groups hold several
	Pieces   int     // letters planned
	Past     []Past  // the latest window first; as many for every group
}

// Lift is what a letter is expected to add, as a share of the margin in the window that no contract has agreed
// already: an agreed fee cannot rise.
type Lift struct {
	Mean float64 `json:"mean"`
	SD   float64 `json:"sd"` // doubt about it; 0: none
}

// Input is everything that an assessment depends on.
type Input struct {
	Groups      []Group
	Designs     []Design  // empty: Usual(WindowDays)
	Own         *Design   // what the campaign will do as it stands; compared with the others; nil: not measured, or not known
	TopPercents []float64 // shares of the largest groups left out, for the curve; empty: 0, 1, 2, 5, 10
	Lift        Lift
	PieceCost   float64 // of one letter, minor units
	Currency    string
	InHome      postlift.Date // day on which the letters would arrive
	WindowDays  int
	WindowsFrom []postlift.Date // first day of each past window, the latest window first
	DataFrom    postlift.Date   // first day of which anything is known; windows that begin before it are left out
	Seed        uint64
	Alpha       float64 // two-sided error; 0: .05
	Power       float64 // wanted; 0: .80

	most int // replications at most; 0: mostReplications
}

// Limits of what is assessed.
const (
	LeastGroups   = 20  // fewer groups cannot be tested by any design
	LeastCoverage = .93 // of a 95 % interval in the simulation, below which a design is not proposed
	MaxLift       = 20. // beyond 2,000 % nothing is searched for
	MaxMonths     = 12  // of a programme test
	MaxRepeats    = 24  // of a pooled campaign
	MaxWaves      = 52  // of one campaign
)

func (in *Input) complete() error {
	bad := func(format string, args ...any) error {
		return postlift.Faultf(postlift.Invalid, "planner.Assess", format, args...)
	}
	if in.Alpha == 0 {
		in.Alpha = .05
	}
	if in.Power == 0 {
		in.Power = .80
	}
	if len(in.TopPercents) == 0 {
		in.TopPercents = []float64{0, 1, 2, 5, 10}
	}
	if len(in.Designs) == 0 {
		in.Designs = Usual(in.WindowDays)
	}
	if in.Own != nil && !slices.ContainsFunc(in.Designs, func(d Design) bool { return d.Name() == in.Own.Name() }) {
		in.Designs = append([]Design{*in.Own}, in.Designs...)
	}
	switch {
	case !(in.Alpha > 0 && in.Alpha < .5) || !(in.Power > .5 && in.Power < 1):
		return bad("an error of %g with a power of %g is not possible; alpha lies between 0 and 0.5, power between 0.5 and 1", in.Alpha, in.Power)
	case !(in.Lift.Mean > 0 && in.Lift.Mean <= MaxLift) || !(in.Lift.SD >= 0) || math.IsInf(in.Lift.SD, 0):
		return bad("an expected lift of %g with a doubt of %g is not possible; a share above 0 is (0.15 = 15 %% more margin)", in.Lift.Mean, in.Lift.SD)
	case in.WindowDays < 1 || in.WindowDays > 730:
		return bad("a window of %d days is not possible; 1 to 730 are", in.WindowDays)
	case !(in.PieceCost >= 0) || math.IsInf(in.PieceCost, 0):
		return bad("a letter at %g is not possible", in.PieceCost)
	}
	for _, d := range in.Designs {
		if err := d.validate(); err != nil {
			return err
		}
	}
	for _, p := range in.TopPercents {
		if !(p >= 0 && p <= 50) {
			return bad("leaving out the top %g %% is not possible; 0 to 50 are", p)
		}
	}
	return in.checkGroups()
}

func (in *Input) checkGroups() error {
	for i := range in.Groups {
		g := &in.Groups[i]
		if len(g.Past) != len(in.WindowsFrom) {
			return fmt.Errorf("planner: group %q has %d past windows, %d are named", g.Key, len(g.Past), len(in.WindowsFrom))
		}
		sum := g.Pre + g.Baseline + g.Agreed
		for _, p := range g.Past {
			sum += p.Margin + p.Agreed + p.Pre
		}
		if g.Key == "" || math.IsNaN(sum) || math.IsInf(sum, 0) {
			return fmt.Errorf("planner: group %q has no key or a figure that is not a number", g.Key)
		}
	}
	return nil
}

// Kind of a design.
type Kind string

// The kinds of design.
const (
	Holdout   Kind = "holdout"   // a share of every stratum is held out of one campaign
	Pairs     Kind = "pairs"     // matched pairs by prior-year margin within segment, one of each held out
	InWaves   Kind = "waves"     // everybody is mailed in random order, a window apart
	Programme Kind = "programme" // matched pairs, one of each held out of all campaigns of some months
)

// Design is one way of measuring.
type Design struct {
	Kind       Kind    `json:"kind"`
	Share      float64 `json:"share,omitempty"`       // of Holdout: held out
	Block      int     `json:"block,omitempty"`       // of Pairs and Programme: groups in a block, one of them held out; 0: 2
	Waves      int     `json:"waves,omitempty"`       // of InWaves
	Months     int     `json:"months,omitempty"`      // of Programme
	TopPercent float64 `json:"top_percent,omitempty"` // of the groups, by prior-year margin: always mailed and left out of the estimate
}

// Name is the design's stable name, such as holdout_20 or programme_12_top_2.
func (d Design) Name() string {
	name := string(d.Kind)
	switch d.Kind {
	case Holdout:
		name += fmt.Sprintf("_%g", math.Round(d.Share*1000)/10)
	case InWaves:
		name += fmt.Sprintf("_%d", d.Waves)
	case Programme:
		name += fmt.Sprintf("_%d", d.Months)
	}
	if d.block() > 2 {
		name += fmt.Sprintf("_of_%d", d.Block)
	}
	if d.TopPercent > 0 {
		name += fmt.Sprintf("_top_%g", d.TopPercent)
	}
	return name
}

// Usual are the designs compared by default for a window of so many days: campaign holdouts, matched
// pairs, waves, and programme tests that are longer than the campaign's own window.
func Usual(windowDays int) []Design {
	designs := []Design{{Kind: Holdout, Share: .1}, {Kind: Holdout, Share: .2}, {Kind: Pairs}, {Kind: Pairs, TopPercent: 2},
		{Kind: InWaves, Waves: 2}, {Kind: InWaves, Waves: 4}, {Kind: Holdout, Share: .5}}
	for _, months := range []int{6, 9, 12} {
		d := Design{Kind: Programme, Months: months}
		if d.Windows(windowDays) < 2 {
			continue
		}
		designs = append(designs, d)
		d.TopPercent = 2
		designs = append(designs, d)
	}
	return designs
}

// Windows is how many windows in a row the design takes, each windowDays long.
func (d Design) Windows(windowDays int) int {
	switch d.Kind {
	case InWaves:
		return d.Waves - 1
	case Programme:
		return max(1, int(math.Round(float64(d.Months)*365.25/12/float64(windowDays))))
	}
	return 1
}

// days is how long the design takes from the day on which the first letters arrive.
func (d Design) days(windowDays int) int { return d.Windows(windowDays) * windowDays }

// held is the share of groups that get no letter at a time, on average until the reading; with waves they
// get it later.
func (d Design) held() float64 {
	switch d.Kind {
	case Holdout:
		return d.Share
	case Pairs, Programme:
		return 1 / float64(d.block())
	}
	return .5
}

// block is the number of groups in a block.
func (d Design) block() int {
	if d.Block == 0 {
		return 2
	}
	return d.Block
}

func (d Design) validate() error {
	bad := func(format string, args ...any) error {
		return postlift.Faultf(postlift.Invalid, "planner.Design", format, args...)
	}
	switch {
	case d.Kind != Holdout && d.Kind != Pairs && d.Kind != InWaves && d.Kind != Programme:
		return bad("%q is not a design; holdout, pairs, waves and programme are", d.Kind)
	case d.Kind == Holdout && !(d.Share > 0 && d.Share <= .5):
		return bad("a holdout of %g is not possible; a share above 0 and at most 0.5 is", d.Share)
	case d.block() < 2 || d.block() > 20 || d.Block != 0 && d.Kind != Pairs && d.Kind != Programme:
		return bad("blocks of %d are not possible; 2 to 20 are, of pairs and programmes", d.Block)
	case d.Kind == InWaves && (d.Waves < 2 || d.Waves > MaxWaves):
		return bad("%d waves are not possible; 2 to %d are", d.Waves, MaxWaves)
	case d.Kind == Programme && (d.Months < 1 || d.Months > MaxMonths):
		return bad("a programme of %d months is not possible; 1 to %d are", d.Months, MaxMonths)
	case !(d.TopPercent >= 0 && d.TopPercent <= 50):
		return bad("leaving out the top %g %% is not possible; 0 to 50 are", d.TopPercent)
	}
	return nil
}
