package planner

import (
	"math"
	"math/rand/v2"
	"slices"

	"postlift"
	"postlift/campaigns/experiment"
)

// Finding is what one design can see of this audience. Lifts are shares of the margin in the window that no contract
// has agreed already: .10 means 10 % more of that.
type Finding struct {
	Design
	Name         string         `json:"name"`
	Label        Words          `json:"label"`
	Groups       int            `json:"groups"`   // compared
	Controls     int            `json:"controls"` // of them without a letter; with waves, in the first period
	Days         int            `json:"days"`     // from the first arrival to the reading
	KnownOn      postlift.Date  `json:"known_on"`
	Replications int            `json:"replications"`
	Windows      int            `json:"windows"`        // stretches of the past that it was tried on
	SE           postlift.Money `json:"standard_error"` // of the effect per group
	RelativeSE   float64        `json:"relative_se"`    // of the lift
	// Coverage is how often the interval held the truth: without any effect, with the expected lift, and how
	// often it then lay wholly above or below.
	CoverageNone float64 `json:"coverage_without_effect"`
	Coverage     float64 `json:"coverage"`
	TooHigh      float64 `json:"interval_too_high"`
	TooLow       float64 `json:"interval_too_low"`
	// Detectable is the smallest lift that is found with the wanted power, solved on the replications; null:
	// none is. Low and High are its 80 % range over resampled audiences; Normal is what the standard error
	// alone would suggest.
	Detectable     *float64       `json:"detectable_lift"`
	DetectableLow  *float64       `json:"detectable_lift_low"`
	DetectableHigh *float64       `json:"detectable_lift_high"`
	Normal         float64        `json:"detectable_lift_normal"`
	Power          float64        `json:"power"`                // at the expected lift
	Works          float64        `json:"chance_works"`         // that the verdict, after cost, will be "works"
	Cost           postlift.Money `json:"holdout_cost"`         // margin given up: share held out times expected gain
	Deferred       postlift.Money `json:"deferred"`             // margin that comes later, with waves
	LettersSaved   int            `json:"letters_saved"`        // that the held-out do not get
	LeftOutShare   float64        `json:"left_out_share"`       // of the margin that a letter can raise, that of the groups left out
	Sufficient     bool           `json:"sufficient"`           // power and coverage are as wanted
	Impossible     string         `json:"impossible,omitempty"` // why it could not be tried
}

// Reasons for which a design could not be tried.
const (
	ShortHistory = "short_history" // the past has not enough windows in a row
	TooSmall     = "too_small"     // an arm would have too few groups
	NoMargin     = "no_margin"     // nobody bought anything in the past windows
)

// simulation tries designs on one audience.
type simulation struct {
	in           *Input
	past         *past
	quantile     *student
	expected     float64 // baseline of the whole audience, minor units
	agreed       float64 // fees agreed beside it
	replications int
}

// Work of a simulation: unit draws a design, and bounds of the replications and of the stretches tried.
const (
	drawsPerDesign   = 20_000_000
	mostReplications = 2000
	leastReplication = 60
	mostRuns         = 6
	manyGroups       = 20_000 // from here on two runs are enough: the draw costs more than the doubt is worth
)

func newSimulation(in *Input) *simulation {
	s := &simulation{in: in, past: prepare(in), quantile: newStudent(1 - in.Alpha/2)}
	for i := range in.Groups {
		s.expected += in.Groups[i].Baseline
		s.agreed += in.Groups[i].Agreed
	}
	s.replications = min(max(drawsPerDesign/max(len(in.Groups), 1), leastReplication), mostReplications)
	if in.most > 0 {
		s.replications = min(s.replications, in.most)
	}
	return s
}

// samples lays the design out on the stretches of the past that carry it, the latest first.
func (s *simulation) samples(d Design) ([]*sample, error) {
	most := mostRuns
	if len(s.in.Groups) >= manyGroups {
		most = 2
	}
	runs := s.past.runs(d.Windows(s.in.WindowDays))
	var found []*sample
	for _, o := range runs[:min(most, len(runs))] {
		one, err := newSample(s.past, d, o)
		if err != nil {
			return nil, err
		}
		if one.lifted() > 0 {
			found = append(found, one)
		}
	}
	return found, nil
}

// trials draws the design on its samples in turn.
func (s *simulation) trials(d Design, samples []*sample) []trial {
	rng := rand.New(rand.NewPCG(s.in.Seed, hashName(d.Name())))
	trials := make([]trial, 0, s.replications)
	for r := range s.replications {
		if t, ok := samples[r%len(samples)].draw(rng); ok && t.base > 0 {
			trials = append(trials, t)
		}
	}
	return trials
}

// hashName gives every design its own stream of randomness (FNV-1a), so that adding a design to a
// comparison moves no other one.
func hashName(name string) uint64 {
	h := uint64(14695981039346656037)
	for _, b := range []byte(name) {
		h = (h ^ uint64(b)) * 1099511628211
	}
	return h
}

// find tries one design. It also gives the trials, which pooling uses again.
func (s *simulation) find(d Design) (Finding, []trial, error) {
	f := s.header(d)
	samples, err := s.samples(d)
	if err != nil {
		return f, nil, err
	}
	if len(samples) == 0 {
		f.Impossible = NoMargin
		if len(s.past.runs(d.Windows(s.in.WindowDays))) == 0 {
			f.Impossible = ShortHistory
		}
		return f, nil, nil
	}
	trials := s.trials(d, samples)
	f.Groups, f.Windows, f.Replications = samples[0].groups(), len(samples), len(trials)
	f.Controls = int(math.Round(d.control() * float64(f.Groups)))
	for _, one := range samples {
		f.LeftOutShare += one.out / float64(len(samples))
	}
	if len(trials) < s.replications/2 {
		f.Impossible = TooSmall
		return f, nil, nil
	}
	s.measure(&f, trials)
	s.doubt(&f, samples)
	f.Sufficient = f.Power >= s.in.Power && s.covers(f)
	return f, trials, nil
}

// control is the share of groups without a letter in the (first) period.
func (d Design) control() float64 {
	if d.Kind == InWaves {
		return 1 - 1/float64(d.Waves)
	}
	return d.held()
}

// header fills in what needs no simulation.
func (s *simulation) header(d Design) Finding {
	f := Finding{Design: d, Name: d.Name(), Label: d.label(), Days: d.days(s.in.WindowDays)}
	f.KnownOn = s.in.InHome.AddDays(f.Days)
	baseline, pieces := s.measured(d.TopPercent)
	mailings, gain := 1.0, s.in.Lift.Mean*baseline
	if d.Kind == Programme {
		mailings = float64(d.Windows(s.in.WindowDays))
	}
	f.Cost, f.Deferred = s.money(0), s.money(0)
	if d.Kind == InWaves { // a letter earns once, and those of all waves but the first earn it later
		f.Deferred = s.money(gain * (1 - 1/float64(d.Waves)))
		return f
	}
	f.Cost = s.money(d.held() * gain * mailings)
	f.LettersSaved = int(math.Round(d.held() * float64(pieces) * mailings))
	return f
}

func (s *simulation) money(minor float64) postlift.Money {
	return postlift.Money{Minor: postlift.RoundMinor(minor), Currency: s.in.Currency}
}

// measured is the expected margin and the letters of the groups that are not left out, by today's
// prior-year margin.
func (s *simulation) measured(topPercent float64) (baseline float64, pieces int) {
	order := make([]int, len(s.in.Groups))
	for i := range order {
		order[i] = i
	}
	out := int(math.Ceil(topPercent*float64(len(order))/100 - 1e-9))
	if out > 0 {
		slices.SortStableFunc(order, func(a, b int) int {
			switch x, y := s.in.Groups[a].Pre, s.in.Groups[b].Pre; {
			case x > y:
				return -1
			case x < y:
				return 1
			}
			return 0
		})
	}
	for _, i := range order[min(max(out, 0), len(order)):] {
		baseline += s.in.Groups[i].Baseline
		pieces += s.in.Groups[i].Pieces
	}
	return baseline, pieces
}

// measure reads standard error, coverage, power and the detectable lift off the trials.
func (s *simulation) measure(f *Finding, trials []trial) {
	n, lift := float64(len(trials)), s.in.Lift.Mean
	var se, base float64
	for _, t := range trials {
		none, some := t.point(0), t.point(lift)
		se, base = se+none.SE/n, base+t.base/n
		if half := s.half(none); math.Abs(none.Value) <= half {
			f.CoverageNone += 1 / n
		}
		switch half, truth := s.half(some), t.truth(lift); {
		case some.Value-half > truth:
			f.TooHigh += 1 / n
		case some.Value+half < truth:
			f.TooLow += 1 / n
		default:
			f.Coverage += 1 / n
		}
	}
	f.SE, f.RelativeSE = s.money(se), se/base
	f.Normal = experiment.Detectable(f.RelativeSE)
	f.Power = s.power(trials, lift)
	f.Works = s.works(f.Design, trials)
	if v, ok := s.detectable(trials); ok {
		f.Detectable = &v
	}
}

// half is half the width of the interval.
func (s *simulation) half(p experiment.Point) float64 { return s.quantile.at(p.DoF) * p.SE }

// power is how often the interval lies above zero at a lift.
func (s *simulation) power(trials []trial, lift float64) float64 {
	found := 0
	for _, t := range trials {
		if p := t.point(lift); p.Value > s.half(p) {
			found++
		}
	}
	return float64(found) / float64(len(trials))
}

// works is how often the interval of the margin lies above the letters' cost when the lift itself is as
// doubtful as stated.
func (s *simulation) works(d Design, trials []trial) float64 {
	_, pieces := s.measured(d.TopPercent)
	out := int(math.Ceil(d.TopPercent*float64(len(s.in.Groups))/100 - 1e-9))
	cost := s.in.PieceCost * float64(pieces) / float64(max(len(s.in.Groups)-out, 1))
	if d.Kind == Programme {
		cost *= float64(d.Windows(s.in.WindowDays))
	}
	rng := rand.New(rand.NewPCG(s.in.Seed, hashName(d.Name()+"|lift")))
	found := 0
	for _, t := range trials {
		lift := s.in.Lift.Mean + s.in.Lift.SD*rng.NormFloat64()
		if p := t.point(lift); p.Value-cost > s.half(p) {
			found++
		}
	}
	return float64(found) / float64(len(trials))
}

// detectable solves for the smallest lift whose simulated power is as wanted, by bisection on the share
// of trials that find it.
func (s *simulation) detectable(trials []trial) (float64, bool) {
	if s.power(trials, MaxLift) < s.in.Power {
		return 0, false
	}
	low, high := 0., MaxLift
	for high-low > 1e-4*(1+high) {
		middle := (low + high) / 2
		if s.power(trials, middle) >= s.in.Power {
			high = middle
		} else {
			low = middle
		}
	}
	return high, true
}

// covers tells whether the interval may be trusted: its simulated coverage, with and without effect, is
// at least LeastCoverage, less one binomial standard error of the simulation itself.
func (s *simulation) covers(f Finding) bool {
	noise := math.Sqrt(LeastCoverage * (1 - LeastCoverage) / float64(f.Replications))
	level := LeastCoverage - .95 + 1 - s.in.Alpha
	return min(f.Coverage, f.CoverageNone) >= level-noise
}
