package world

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"postlift/campaigns/planner"
)

// Study asks how often the product's 95 % intervals hold the truth: in each of its worlds, so many campaigns for
// every lift.
type Study struct {
	Market    Market
	Companies int
	Days      int // of a window
	Windows   int // of the past that the planner is shown
	Lifts     []float64
	Worlds    int
	Campaigns int             // of a world and lift
	Expected  planner.Lift    // that the planner is asked to show
	Design    *planner.Design // nil: what the planner proposes, or the closest where it proposes nothing
	Seed      uint64
}

// Line is what a study found for one true lift. Shares are of the campaigns that were read.
type Line struct {
	Companies int            `json:"companies"`
	Lift      float64        `json:"true_lift"`
	Campaigns int            `json:"campaigns"` // read
	Refused   int            `json:"refused"`   // without an estimate: the product says why
	Unplanned int            `json:"unplanned"` // campaigns of worlds for which the planner proposed nothing at all
	Coverage  float64        `json:"coverage"`
	TooHigh   float64        `json:"interval_too_high"` // wholly above the truth
	TooLow    float64        `json:"interval_too_low"`
	Bound     float64        `json:"coverage_bound"` // one-sided 95 % bound of the coverage, by the binomial
	Trusted   Part           `json:"trusted"`        // of them, those that the product says may be trusted
	Designs   map[string]int `json:"designs"`        // worlds by what was proposed
	covered   int
	high, low int
}

// Part is a part of the campaigns of a line.
type Part struct {
	Campaigns int     `json:"campaigns"`
	Coverage  float64 `json:"coverage"`
	Bound     float64 `json:"coverage_bound"`
	covered   int
}

// proposal is what is tried in a world.
type proposal struct {
	name    string
	design  planner.Design
	repeats int // 1: not pooled
	trusted bool
	none    bool
}

// Run runs the study, one line a lift. step, which may be nil, is told after every world.
func (s Study) Run(step func(done, worlds int)) ([]Line, error) {
	lines := make([]Line, len(s.Lifts))
	for i, lift := range s.Lifts {
		lines[i] = Line{Companies: s.Companies, Lift: lift, Designs: map[string]int{}}
	}
	for k := range s.Worlds {
		seed := s.Seed + uint64(k)*0x9e3779b97f4a7c15
		w := New(seed, s.Market, s.Companies, s.Days, s.Windows)
		p, err := s.propose(w, seed)
		if err != nil {
			return nil, err
		}
		for i := range lines {
			if err := s.repeat(w, p, seed, &lines[i]); err != nil {
				return nil, err
			}
		}
		if step != nil {
			step(k+1, s.Worlds)
		}
	}
	for i := range lines {
		lines[i].finish()
	}
	return lines, nil
}

// propose asks the planner, and how far it would trust what it proposes.
func (s Study) propose(w *World, seed uint64) (proposal, error) {
	in := w.Input(s.Expected, seed)
	p := proposal{repeats: 1}
	if s.Design != nil {
		p.name, p.design = s.Design.Name(), *s.Design
	} else {
		in.TopPercents = []float64{0}
		a, err := planner.Assess(in)
		if err != nil {
			return p, err
		}
		p.name, p.repeats = a.Proposal.Design, max(a.Proposal.Repeats, 1)
		if a.Proposal.Kind == planner.ProposeNothing {
			p.name = a.Proposal.Closest
		}
		i := slices.IndexFunc(a.Designs, func(f planner.Finding) bool { return f.Name == p.name })
		if i < 0 {
			p.name, p.none = "none", true
			return p, nil
		}
		p.design = a.Designs[i].Design
		switch {
		case p.repeats > 1:
			p.name = fmt.Sprintf("%s pooled %d times", p.name, p.repeats)
		case a.Proposal.Kind == planner.ProposeNothing:
			p.name += " (closest)"
		}
	}
	t, err := planner.TrustOf(in, p.design)
	p.trusted = t.Trusted
	return p, err
}

// repeat runs the campaigns of one world.
func (s Study) repeat(w *World, p proposal, seed uint64, l *Line) error {
	l.Designs[p.name]++
	if p.none {
		l.Unplanned += s.Campaigns
		return nil
	}
	rng := rand.New(rand.NewPCG(seed, math.Float64bits(l.Lift)))
	for c := range s.Campaigns {
		salt := fmt.Sprintf("world|%d|%g|%d", seed, l.Lift, c)
		var o Outcome
		var err error
		if p.repeats > 1 {
			o, err = w.Pooled(rng, p.design, p.repeats, salt, l.Lift)
		} else {
			o, err = w.Campaign(rng, p.design, salt, l.Lift)
		}
		if err != nil {
			return err
		}
		l.count(o, p.trusted)
	}
	return nil
}

func (l *Line) count(o Outcome, trusted bool) {
	if o.Refused != "" {
		l.Refused++
		return
	}
	l.Campaigns++
	if trusted {
		l.Trusted.Campaigns++
	}
	switch {
	case o.Holds():
		l.covered++
		if trusted {
			l.Trusted.covered++
		}
	case o.Estimate.Low > o.Truth:
		l.high++
	default:
		l.low++
	}
}

func (l *Line) finish() {
	share := func(k, n int) float64 {
		if n == 0 {
			return 0
		}
		return float64(k) / float64(n)
	}
	l.Coverage, l.TooHigh, l.TooLow = share(l.covered, l.Campaigns), share(l.high, l.Campaigns), share(l.low, l.Campaigns)
	l.Bound = planner.LowerBound(l.covered, l.Campaigns)
	l.Trusted.Coverage, l.Trusted.Bound = share(l.Trusted.covered, l.Trusted.Campaigns), planner.LowerBound(l.Trusted.covered, l.Trusted.Campaigns)
}
