package programme

import (
	"math"

	"postlift"
	"postlift/campaigns/experiment"
)

// Unit is one group with what it earned in each period, in order of the periods. Money is in minor units.
type Unit struct {
	Treated    bool
	Block      string  // matched block; "" where the arms were drawn without
	Propensity float64 // of being in the arm that is mailed
	Accounts   int
	Pre        float64   // margin of the year before
	Margin     []float64 // realised, by period
	Orders     []float64 // documents, by period
}

// Period is a quarter, or the part of one that lies within the test.
type Period struct {
	From    postlift.Date
	Until   postlift.Date
	Letters int     // printed for the mailed arm
	Cost    float64 // of these
}

// Input is everything that a reading rests on.
type Input struct {
	Units    []Unit
	Periods  []Period // one after the other
	Blocked  bool     // read within matched blocks, else as two arms with the covariate
	Planned  [2]int   // groups drawn, control first; zero: a coin decided and the chi-square is asked
	Over     bool     // the last day has come
	Stopped  bool     // it came before the registered one: somebody may have chosen it by what was seen
	Days     int      // from the first day to the reading
	AllDays  int      // of the whole test
	Controls int      // groups of the control below which there is no verdict
}

// Reasons of a reading without an estimate, beside those of package experiment.
const (
	BrokenRatio = "sample_ratio"     // the arms have not the sizes that were drawn
	TooFew      = "too_few_controls" // too few groups without letters to arbitrate
)

// Verdicts.
const (
	Works    = "works"
	NoProof  = "no_proof"
	Hurts    = "hurts"
	Withheld = "withheld"
)

// Step is what is known at the end of a period. Estimates are of all groups of the mailed arm, in minor units.
type Step struct {
	Period
	Gain    experiment.Estimate // margin gained in the period
	Known   bool                // Gain could be estimated
	Sum     experiment.Estimate // margin gained since the first day
	Net     experiment.Estimate // less the cost of all letters so far
	Always  [2]float64          // bounds of Net that hold at every look
	SumCost float64
	Summed  bool // Sum, Net and Always could be estimated
}

// Reading is what a test shows.
type Reading struct {
	Verdict  string
	Reason   string // of withheld and of no_proof without an estimate
	Control  experiment.ArmFacts
	Treated  experiment.ArmFacts
	Ratio    experiment.RatioCheck
	Pre      *experiment.Estimate // the same comparison before the test, per group: should contain zero
	Steps    []Step
	Orders   *experiment.Estimate // documents gained in all, of the mailed arm
	Buyers   *experiment.Estimate // share of groups with an order since the first day, mailed less control
	Relative *experiment.Relative // margin against the control's; nil: not estimable
	Found    float64              // smallest difference per group found with 80 % power, by the error at the reading
	Blocks   int
}

// Last is the newest step; nil before the first.
func (r Reading) Last() *Step {
	if len(r.Steps) == 0 {
		return nil
	}
	return &r.Steps[len(r.Steps)-1]
}

// Read compares the arms by assignment. While the test runs, the bounds that hold at every look decide; on its
// registered last day the 95 % interval does. Of a test that was ended before, the bounds decide to the end: the day may
// have been chosen for what the plain interval showed. The test works where the net bounds lie above zero; it hurts where they lie below,
// before the end already where the gain before cost does. It is a fault where a figure is not a number.
func Read(in Input) (Reading, error) {
	var r Reading
	last := len(in.Periods) - 1
	whole, err := in.analyse(0, last)
	if err != nil {
		return r, err
	}
	r.Control, r.Treated, r.Ratio, r.Blocks = whole.Control, whole.Treated, whole.GroupRatio, whole.Blocks
	if in.Planned != ([2]int{}) {
		r.Ratio = experiment.LostRatio(in.Planned, [2]int{r.Control.Groups, r.Treated.Groups})
	}
	r.Pre, r.Relative = whole.PrePhase, whole.Relative
	r.Verdict, r.Reason = Withheld, whole.Refused
	switch {
	case whole.Refused == experiment.NoControl || whole.Refused == experiment.NoTreated:
		return r, nil
	case r.Ratio.Broken():
		r.Reason = BrokenRatio
		return r, nil
	}
	if err := in.steps(&r); err != nil {
		return r, err
	}
	if err := in.beside(&r, whole); err != nil {
		return r, err
	}
	r.Verdict = NoProof
	switch {
	case r.Control.Groups < in.Controls:
		r.Reason = TooFew
	case whole.Refused == "" && r.Last() != nil:
		r.Verdict = in.verdict(*r.Last())
	}
	return r, nil
}

// analyse compares the arms over the periods from..to.
func (in Input) analyse(from, to int) (experiment.Result, error) {
	return in.compare(func(u Unit) (outcome, orders float64) {
		for k := from; k <= to; k++ {
			outcome, orders = outcome+u.Margin[k], orders+u.Orders[k]
		}
		return outcome, orders
	})
}

func (in Input) compare(of func(Unit) (outcome, orders float64)) (experiment.Result, error) {
	units := make([]experiment.Unit, len(in.Units))
	for i, u := range in.Units {
		units[i] = experiment.Unit{Treated: u.Treated, Block: u.Block, Propensity: u.Propensity, Accounts: u.Accounts, Pre: u.Pre}
		units[i].Outcome, units[i].Orders = of(u)
	}
	if in.Blocked {
		return experiment.AnalyseBlocks(units)
	}
	return experiment.Analyse(units)
}

// steps reads every period by itself and everything up to its end.
func (in Input) steps(r *Reading) error {
	groups := float64(r.Treated.Groups)
	cost := 0.0
	for k, p := range in.Periods {
		alone, err := in.analyse(k, k)
		if err != nil {
			return err
		}
		sum, err := in.analyse(0, k)
		if err != nil {
			return err
		}
		cost += p.Cost
		s := Step{Period: p, SumCost: cost}
		if s.Known = alone.Refused == ""; s.Known {
			s.Gain = alone.Estimate().Scale(groups)
		}
		if s.Summed = sum.Refused == ""; s.Summed {
			s.Sum = sum.Estimate().Scale(groups)
			s.Net = s.Sum.Shift(-cost)
			days := in.Periods[k].Until.DaysSince(in.Periods[0].From) + 1
			s.Always = in.always(s.Net, days)
			r.Found = experiment.Detectable(sum.Estimate().SE)
		}
		r.Steps = append(r.Steps, s)
	}
	return nil
}

// always are bounds that hold at every look of the test at once: the mixture martingale's confidence sequence in
// intrinsic time, tightest on the last day. The groups stay the same and their sums grow, so that the days are the
// clock: the variance of a sum of months is about proportional to them. With few blocks they widen like Student's t.
func (in Input) always(net experiment.Estimate, days int) [2]float64 {
	low, high := experiment.AnyTime(net, float64(days)/float64(max(in.AllDays, days)))
	return [2]float64{low, high}
}

// beside reads orders and buyers over the whole time.
func (in Input) beside(r *Reading, whole experiment.Result) error {
	if whole.Refused == "" && whole.Orders.SE > 0 {
		o := whole.Orders.Scale(float64(r.Treated.Groups))
		r.Orders = &o
	}
	buyers, err := in.compare(func(u Unit) (float64, float64) {
		for _, n := range u.Orders {
			if n > 0 {
				return 1, 0
			}
		}
		return 0, 0
	})
	if err != nil {
		return err
	}
	if e := buyers.Estimate(); buyers.Refused == "" && e.SE > 0 && !math.IsNaN(e.SE) {
		r.Buyers = &e
	}
	return nil
}

func (in Input) verdict(s Step) string {
	if !s.Summed {
		return NoProof
	}
	low, high, before := s.Net.Low, s.Net.High, s.Sum.High
	switch {
	case in.Stopped:
		low, high, before = s.Always[0], s.Always[1], s.Always[1]+s.SumCost
	case !in.Over:
		low, high, before = s.Always[0], math.Inf(1), s.Always[1]+s.SumCost
	}
	switch {
	case low > 0:
		return Works
	case high < 0, before < 0:
		return Hurts
	}
	return NoProof
}
