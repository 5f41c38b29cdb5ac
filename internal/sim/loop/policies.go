package loop

import (
	"math"

	"postlift/clv/segments"
)

// PieceCost is what a letter costs, print and postage, in minor units.
const PieceCost = 110

// MailedShare is the share of the accounts on file that each campaign's budget pays letters for.
const MailedShare = .12

// The policies.
const (
	PolicyNone    = "none"    // no letters at all
	PolicyRandom  = "random"  // letters by lot
	PolicyRFM     = "rfm"     // recency, frequency and value in fifths, the highest sum first
	PolicyCLV     = "clv"     // the highest expected margin of the next three years first
	PolicyWindow  = "window"  // the highest expected margin of the next two months first
	PolicyLoop    = "loop"    // the product: planned, held out, measured and learned from
	PolicyKnowing = "knowing" // knows the segments' true lifts and the fatigue, and estimates the rest like the loop
)

// Policies lists all policies, in the order of reports.
func Policies() []string {
	return []string{PolicyNone, PolicyRandom, PolicyRFM, PolicyCLV, PolicyWindow, PolicyLoop, PolicyKnowing}
}

// policy decides whom a campaign mails; after the window it is told that it is over.
type policy interface {
	choose(s *State, letters int) ([]int32, error)
	over(s *State) error
}

// ranking is a policy that mails the highest of some rank and learns nothing.
type ranking struct {
	values *valuer // nil: it needs none
	rank   func(s *State, i int, a *appraisal) float64
	start  func(s *State) // before every ranking
}

func (r *ranking) over(*State) error { return nil }

func (r *ranking) choose(s *State, letters int) ([]int32, error) {
	if r.start != nil {
		r.start(s)
	}
	var known []appraisal
	if r.values != nil {
		var err error
		if known, err = r.values.appraiseAll(s); err != nil {
			return nil, err
		}
	}
	ranks := make([]float64, len(s.book))
	for i := range ranks {
		ranks[i] = math.Inf(-1)
		if !s.Known(i) || s.w.blocked[i] {
			continue
		}
		var a appraisal
		if known != nil {
			a = known[i]
		}
		ranks[i] = r.rank(s, i, &a)
	}
	return best(ranks, letters), nil
}

// newPolicy makes a policy by name.
func newPolicy(name string, o Options) policy {
	switch name {
	case PolicyRandom:
		return &ranking{rank: func(s *State, i int, _ *appraisal) float64 { return s.w.chance.uniform(drawRandom, i, s.month) }}
	case PolicyRFM:
		return newRFM()
	case PolicyCLV:
		return &ranking{values: newValuer(), rank: func(_ *State, _ int, a *appraisal) float64 { return a.value }}
	case PolicyWindow:
		return &ranking{values: newValuer(), rank: func(_ *State, _ int, a *appraisal) float64 { return a.window }}
	case PolicyKnowing:
		return &ranking{values: newValuer(), rank: func(s *State, i int, a *appraisal) float64 {
			worth := a.window*s.w.segments[s.w.segment[i]].Lift*math.Exp(-fatigue*float64(s.press[i])) - PieceCost
			if worth <= 0 {
				return math.Inf(-1)
			}
			return worth
		}}
	case PolicyLoop:
		return newLearner(o)
	}
	return &ranking{rank: func(*State, int, *appraisal) float64 { return math.Inf(-1) }}
}

// newRFM ranks by the sum of the three scores, ties by the margin of the year.
func newRFM() *ranking {
	var edges segments.RFMEdges
	const days = 365.25 / 12
	figures := func(s *State, i int) (int, int, int64) {
		b := &s.book[i]
		return int(days * float64(s.month-int(b.Last))), int(b.Orders) + 1, int64(b.Sum) + int64(b.First)
	}
	return &ranking{
		start: func(s *State) {
			var tally segments.RFMTally
			for i := range s.book {
				if s.Known(i) {
					tally.Add(figures(s, i))
				}
			}
			edges = tally.Edges()
		},
		rank: func(s *State, i int, _ *appraisal) float64 {
			score := edges.Score(figures(s, i))
			return float64(score.R+score.F+score.M) + 1 - 1/(1+s.LastYear(i)/1e4)
		},
	}
}
