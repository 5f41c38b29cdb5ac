package planner

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// Trust is how far the 95 % interval of a campaign's own design may be trusted: how often it held the truth when the
// design was drawn again and again on the audience's own past. It is worked out before anybody is mailed and kept with
// the run.
type Trust struct {
	Design       string         `json:"design,omitempty"` // as Design.Name
	Groups       int            `json:"groups"`           // compared
	Controls     int            `json:"controls"`         // of them without a letter; with waves, in the first period
	Clustered    bool           `json:"clustered"`        // a tenth of the groups or more hold several accounts
	Least        float64        `json:"least_coverage"`   // from which on it is trusted
	Lifts        []LiftCoverage `json:"by_lift,omitempty"`
	MostTooHigh  float64        `json:"most_too_high"` // share of intervals wholly above the truth up to which it is
	Worst        LiftCoverage   `json:"worst"`         // of the lifts, where it holds the truth least often
	Replications int            `json:"replications"`
	Windows      int            `json:"windows"` // stretches of the past that it was tried on
	Trusted      bool           `json:"trusted"` // at every lift Bound is Least or more and HighBound MostTooHigh or less
	Impossible   string         `json:"impossible,omitempty"`
}

// LiftCoverage is the simulated coverage at one true lift, a share of what a letter can raise.
type LiftCoverage struct {
	Lift      float64 `json:"lift"`
	Coverage  float64 `json:"coverage"`
	TooHigh   float64 `json:"interval_too_high"` // wholly above the truth
	TooLow    float64 `json:"interval_too_low"`
	Bound     float64 `json:"coverage_bound"` // one-sided 95 % bound of Coverage, from below
	HighBound float64 `json:"too_high_bound"` // one-sided 95 % bound of TooHigh, from above
}

// TooLarge is the reason of a list that is not simulated: the past of so many groups takes longer to read than its
// plan, and an interval from as many controls as such lists have needs no simulation.
const TooLarge = "too_large"

// Limits of what is simulated for trust.
const (
	LeastClustered  = .92    // of coverage, where groups hold several accounts; else LeastCoverage
	MostTooHigh     = .05    // twice what a 95 % interval promises: beyond it a test flatters its campaign
	MostTrustGroups = 20_000 // beyond which nothing is simulated; half of it in four waves, and so on
	trustDraws      = 40_000_000
	mostTrust       = 4000
	leastTrust      = 2000 // fewer could not tell .93 from .95
)

// TrustLifts are the true lifts at which coverage is simulated. They are fixed, so that what is hoped of a letter has no
// say in how its result is trusted.
func TrustLifts() []float64 { return []float64{0, .10, .25} }

// TrustOf simulates the coverage of a design on the audience's past. Where that is not possible it says why, and
// nothing is trusted. It takes everything but the expected lift from the input. Its errors are those of Assess.
func TrustOf(in Input, d Design) (Trust, error) {
	in.Lift, in.Own, in.Designs = Lift{Mean: .10}, nil, []Design{d}
	t := Trust{Design: d.Name(), Groups: len(in.Groups), Least: LeastCoverage, MostTooHigh: MostTooHigh}
	if t.Clustered = clustered(in.Groups); t.Clustered {
		t.Least = LeastClustered
	}
	t.Controls = int(math.Round(d.control() * float64(t.Groups)))
	switch {
	case t.Groups < LeastGroups:
		t.Impossible = TooSmall
	case d.TooLargeToTry(t.Groups):
		t.Impossible = TooLarge
	}
	if err := in.complete(); err != nil || t.Impossible != "" {
		return t, err
	}
	s := newSimulation(&in)
	s.replications = min(max(trustDraws/t.Groups, leastTrust), mostTrust)
	if in.most > 0 {
		s.replications = min(s.replications, in.most)
	}
	samples, err := s.samples(d)
	switch {
	case err != nil:
		return t, err
	case len(samples) == 0 && len(s.past.runs(d.Windows(in.WindowDays))) == 0:
		t.Impossible = ShortHistory
	case len(samples) == 0:
		t.Impossible = NoMargin
	}
	if t.Impossible != "" {
		return t, nil
	}
	trials := s.trials(d, samples)
	t.Groups, t.Windows, t.Replications = samples[0].groups(), len(samples), len(trials)
	t.Controls = int(math.Round(d.control() * float64(t.Groups)))
	if len(trials) < s.replications/2 {
		t.Impossible = TooSmall
		return t, nil
	}
	t.judge(s, trials)
	return t, nil
}

// clustered tells whether a tenth of the groups hold several accounts.
func clustered(groups []Group) bool {
	n := 0
	for i := range groups {
		if groups[i].Accounts > 1 {
			n++
		}
	}
	return n > 0 && 10*n >= len(groups)
}

// TooLargeToTry tells whether a list of so many groups is too large to simulate the design for trust.
func (d Design) TooLargeToTry(groups int) bool {
	return groups > MostTrustGroups || groups*d.Waves > 2*MostTrustGroups
}

// judge reads the coverage at every lift off the trials.
func (t *Trust) judge(s *simulation, trials []trial) {
	t.Trusted = true
	flatters := LiftCoverage{}
	for i, lift := range TrustLifts() {
		c := s.coverage(trials, lift)
		t.Lifts = append(t.Lifts, c)
		t.Trusted = t.Trusted && c.Bound >= t.Least && c.HighBound <= t.MostTooHigh
		if i == 0 || c.Bound < t.Worst.Bound {
			t.Worst = c
		}
		if c.HighBound > flatters.HighBound {
			flatters = c
		}
	}
	if !t.Trusted && t.Worst.Bound >= t.Least { // for its misses above the truth
		t.Worst = flatters
	}
}

// coverage is how often the trials' intervals held the truth of a lift.
func (s *simulation) coverage(trials []trial, lift float64) LiftCoverage {
	n := len(trials)
	var high, low int
	for _, t := range trials {
		p := t.point(lift)
		switch half, truth := s.half(p), t.truth(lift); {
		case p.Value-half > truth:
			high++
		case p.Value+half < truth:
			low++
		}
	}
	held := n - high - low
	return LiftCoverage{Lift: lift, Coverage: float64(held) / float64(n), TooHigh: float64(high) / float64(n),
		TooLow: float64(low) / float64(n), Bound: LowerBound(held, n), HighBound: 1 - LowerBound(n-high, n)}
}

// LowerBound is the one-sided 95 % bound of a share of which k of n were seen (Clopper and Pearson 1934); 0 where
// nothing was.
func LowerBound(k, n int) float64 {
	if k <= 0 || n <= 0 {
		return 0
	}
	return distuv.Beta{Alpha: float64(k), Beta: float64(n - k + 1)}.Quantile(.05)
}
