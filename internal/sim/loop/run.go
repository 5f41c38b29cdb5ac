package loop

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"postlift"
	"postlift/campaigns/lift"
)

// Outcome is what one policy brought in one replication. Money is in minor units for each account on file at the
// start.
type Outcome struct {
	Policy      string  `json:"policy"`
	Letters     int     `json:"letters"`
	Margin      float64 `json:"margin"`   // realised
	Cost        float64 `json:"cost"`     // of the letters
	Residual    float64 `json:"residual"` // true value of what the accounts will still bring, at the end
	Total       float64 `json:"total"`    // margin less cost plus residual
	Late        float64 `json:"late"`     // margin less cost of the last 24 months
	LateLetters int     `json:"late_letters"`
	Tests       []Test  `json:"tests,omitempty"`
	Learned     []Lift  `json:"learned,omitempty"`
}

// Lift is what the loop believes of a segment at the end, beside the truth.
type Lift struct {
	Segment string  `json:"segment"`
	Learned float64 `json:"learned"`
	Low     float64 `json:"low"`
	High    float64 `json:"high"`
	Truth   float64 `json:"true_lift"` // of a letter to somebody who has not had any for long
	Met     float64 `json:"met_lift"`  // true lift over the selected of the last year, with their fatigue and the answers of just these accounts
}

// Replication is one seed under all policies.
type Replication struct {
	Name     string    `json:"seed_name"`
	Seed     uint64    `json:"seed"`
	Outcomes []Outcome `json:"outcomes"`
}

// Settings are of a whole simulation.
type Settings struct {
	Accounts int      `json:"accounts"` // on file at the start
	Months   int      `json:"months"`
	Contrast float64  `json:"contrast"` // how far the segments' lifts lie apart, see Segments
	Policies []string `json:"policies"`
	Options  Options  `json:"options"`
}

// Replicate plays one seed under every policy. The history before the first campaign is the same for all.
func Replicate(ctx context.Context, set Settings, name string) (Replication, error) {
	r := Replication{Name: name, Seed: Seed(name)}
	world := NewWorld(set.Contrast, r.Seed, set.Accounts, set.Months)
	start := NewState(world)
	for _, p := range set.Policies {
		if err := ctx.Err(); err != nil {
			return r, err
		}
		o, err := play(start.Clone(), p, set)
		if err != nil {
			return r, fmt.Errorf("%s, policy %s: %w", name, p, err)
		}
		r.Outcomes = append(r.Outcomes, o)
	}
	return r, nil
}

// play lives through all months under one policy.
func play(s *State, name string, set Settings) (Outcome, error) {
	p := newPolicy(name, set.Options)
	s.Letters = make([]int, set.Months)
	for m := 0; m < set.Months; m++ {
		if m%Window == 0 {
			mailed, err := p.choose(s, letters(s))
			if err != nil {
				return Outcome{}, err
			}
			s.Mail(mailed)
			s.Letters[m] = len(mailed)
		}
		s.Step()
		if m%Window == Window-1 {
			if err := p.over(s); err != nil {
				return Outcome{}, err
			}
		}
	}
	return s.outcome(name, p), nil
}

// letters is what a campaign's budget pays for.
func letters(s *State) int { return int(math.Round(MailedShare * float64(s.OnFile()))) }

// lateMonths is how many of the last months are stated by themselves: what a policy earns once it has learned.
const lateMonths = 24

func (s *State) outcome(name string, p policy) Outcome {
	n := float64(s.w.OnFile)
	o := Outcome{Policy: name, Residual: s.ResidualAll() / n}
	for m, margin := range s.Margin {
		o.Letters += s.Letters[m]
		o.Margin += margin / n
		if m >= len(s.Margin)-lateMonths {
			o.Late += (margin - PieceCost*float64(s.Letters[m])) / n
			o.LateLetters += s.Letters[m]
		}
	}
	o.Cost = PieceCost * float64(o.Letters) / n
	o.Total = o.Margin - o.Cost + o.Residual
	if l, ok := p.(*learner); ok {
		o.Tests, o.Learned = l.Tests, l.learned(s.w)
	}
	return o
}

func (l *learner) learned(w *World) []Lift {
	var found []Lift
	for _, line := range l.model.Table() {
		if line.Code != lift.FeatureSegment {
			continue
		}
		for i, s := range w.segments {
			if s.Name == line.Segment {
				x := Lift{Segment: s.Name, Learned: line.Lift, Low: line.Low, High: line.High, Truth: s.Lift}
				if m := l.met[i]; m.base > 0 {
					x.Met = m.added / m.base
				}
				found = append(found, x)
			}
		}
	}
	return found
}

// mostContrast bounds how far segments lie apart: beyond, a letter would undo more than all orders.
const mostContrast = 2.0

// Check refuses settings that make no simulation.
func (set *Settings) Check() error {
	bad := func(format string, args ...any) error {
		return postlift.Faultf(postlift.Invalid, "simulate loop", format, args...)
	}
	switch {
	case set.Accounts < 500 || set.Accounts > 1_000_000:
		return bad("%d accounts are not possible: 500 to 1,000,000 are", set.Accounts)
	case set.Months < 2*Window || set.Months > 60 || set.Months%Window != 0:
		return bad("%d months are not possible: an even number from %d to 60 is needed, as there is a campaign every %d months", set.Months, 2*Window, Window)
	}
	if !(set.Contrast >= 0 && set.Contrast <= mostContrast) {
		return bad("a contrast of %g is not possible: 0 (segments answer alike) to %g is", set.Contrast, mostContrast)
	}
	if !slices.Contains(set.Policies, PolicyNone) {
		return bad("the policies must contain %s, as every gain is one over no letters", PolicyNone)
	}
	for i, p := range set.Policies {
		if !slices.Contains(Policies(), p) {
			return bad("policy %q is not known; there are %s", p, strings.Join(Policies(), ", "))
		}
		if slices.Contains(set.Policies[:i], p) {
			return bad("policy %s is named twice", p)
		}
	}
	return nil
}
