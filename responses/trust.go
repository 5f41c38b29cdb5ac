package responses

import (
	"context"
	"slices"

	"postlift/campaigns/experiment"
	"postlift/campaigns/planner"
)

// Trust tells how far this report's interval can be trusted.
type Trust struct {
	Source       string      `json:"source"`   // simulation, or rule_of_thumb
	Trusted      bool        `json:"trusted"`  // else the report is indicative
	Coverage     *float64    `json:"coverage"` // of the 95 % interval, simulated at the lift at which it is worst; null by rule of thumb
	Bound        *float64    `json:"coverage_bound"`
	TooHigh      *float64    `json:"interval_too_high"`
	TooLow       *float64    `json:"interval_too_low"`
	Least        float64     `json:"least_coverage"` // that the bound has to reach
	MostTooHigh  float64     `json:"most_too_high"`  // share of intervals wholly above the truth that is allowed
	Lift         float64     `json:"at_lift"`
	Replications int         `json:"replications"`
	Windows      int         `json:"windows"`          // of the audience's past that it was tried on
	Reason       string      `json:"reason,omitempty"` // why there is no simulation
	Sentence     Bilingual   `json:"sentence"`
	Instead      []Bilingual `json:"instead"` // what would tell, where the interval does not
}

// What trust rests on.
const (
	BySimulation  = "simulation"
	ByRuleOfThumb = "rule_of_thumb"
)

// Reasons of a report without a simulation of its own, beside those of the planner.
const (
	NotSimulated = "not_simulated" // the plan is of before it was registered
	OtherDesign  = "other_design"  // the test ended before all of its waves were mailed
)

// FrozenTrust is what a run's record registered before anybody was mailed.
type FrozenTrust struct {
	Trust     *planner.Trust // nil: nothing was registered
	ScepticSD float64        // of the relative lift; 0: nothing was registered
}

// SegmentRow is a randomisation group with the segment in which it was drawn and the margin that was expected of it in
// the window without a letter and that a letter can raise, in minor units of the run's currency.
type SegmentRow struct {
	Key           string
	Segment       string
	BaselineMinor float64
}

// TrustStore reads what a judgement of a result rests on.
type TrustStore interface {
	// FrozenTrust reads the record of a run.
	FrozenTrust(ctx context.Context, runID int64) (FrozenTrust, error)
	// RunSegments streams the groups of a run's estimate, one row a group.
	RunSegments(ctx context.Context, runID int64, each func(SegmentRow) error) error
}

// judge fills in trust, belief and segments. What targeting expects of letters has no part in any of them.
func (s *Service) judge(ctx context.Context, in Reading, u *Uplift) error {
	u.Segments = []SegmentEffect{}
	frozen, err := s.store.FrozenTrust(ctx, in.Run.ID)
	if err != nil {
		return err
	}
	j, err := newJudgement(in, u)
	if err != nil {
		return err
	}
	j.trust(frozen.Trust)
	if u.Net == nil {
		return nil
	}
	segments := newSegmentTable(in.Ledger)
	if err := s.store.RunSegments(ctx, in.Run.ID, segments.add); err != nil {
		return err
	}
	u.Belief = j.believe(frozen.ScepticSD, segments.baseline())
	u.Segments = j.segments(segments, frozen.ScepticSD)
	return nil
}

// judgement is a measured reading with its report.
type judgement struct {
	measurement
	u *Uplift
}

func newJudgement(in Reading, u *Uplift) (judgement, error) {
	j := judgement{measurement{Reading: in, money: moneyIn(in.Run.Currency)}, u}
	if in.measured != nil {
		j.measurement = *in.measured
		return j, nil
	}
	if u.Net == nil {
		return j, nil
	}
	units, err := in.Ledger.Units()
	if err != nil {
		return j, err
	}
	return j, j.analyse(units)
}

// trust decides whether the report is indicative: by the simulation that its record holds or, without one, by the number
// of controls, as Measure has done.
func (j judgement) trust(frozen *planner.Trust) {
	if j.u.Verdict == Withheld {
		return
	}
	t := Trust{Source: ByRuleOfThumb, Reason: j.noSimulation(frozen), Least: planner.LeastCoverage, MostTooHigh: planner.MostTooHigh, Instead: []Bilingual{}}
	if t.Reason == "" {
		worst := frozen.Worst
		t.Source, t.Trusted, t.Least, t.Lift = BySimulation, frozen.Trusted, frozen.Least, worst.Lift
		t.Coverage, t.Bound, t.TooHigh, t.TooLow = &worst.Coverage, &worst.Bound, &worst.TooHigh, &worst.TooLow
		t.Replications, t.Windows = frozen.Replications, frozen.Windows
		j.flagged(!t.Trusted)
	} else {
		t.Trusted = !slices.Contains(j.u.Flags, Indicative)
	}
	t.Sentence = Bilingual{EN: j.trustSentence(t, "en"), DE: j.trustSentence(t, "de")}
	if !t.Trusted {
		t.Instead = j.instead()
	}
	if t.Source == BySimulation {
		j.reword(t)
	}
	j.u.Trust = &t
}

// noSimulation is why the record's simulation says nothing of this report; "" where it does.
func (j judgement) noSimulation(frozen *planner.Trust) string {
	d := j.Run.Design
	switch {
	case frozen == nil:
		return NotSimulated
	case frozen.Impossible != "":
		return frozen.Impossible
	case d.waves() && d.Ended && len(d.Posted) < d.Waves:
		return OtherDesign
	}
	return ""
}

// flagged sets or takes the flag of an indicative report, which stands behind that of an interim one.
func (j judgement) flagged(indicative bool) {
	flags := slices.DeleteFunc(j.u.Flags, func(f string) bool { return f == Indicative })
	if indicative {
		at := 0
		if slices.Contains(flags, Interim) {
			at = slices.Index(flags, Interim) + 1
		}
		flags = slices.Insert(flags, at, Indicative)
	}
	j.u.Flags = flags
}

// reword makes sentence and note follow the simulation instead of the number of controls.
func (j judgement) reword(t Trust) {
	u := j.u
	before := slices.ContainsFunc(u.Notes, func(n Note) bool { return n.Name == Indicative })
	u.Notes = slices.DeleteFunc(u.Notes, func(n Note) bool { return n.Name == Indicative })
	if !t.Trusted {
		u.Notes = append(u.Notes, Note{Name: Indicative, Text: t.Sentence})
	}
	decided := u.Net != nil && (u.Verdict == Works || u.Verdict == Hurts) && (!j.Run.Design.waves() || !j.interim())
	switch {
	case !decided:
	case !t.Trusted:
		u.Sentence = Bilingual{EN: j.sign(t, "en"), DE: j.sign(t, "de")}
	case before:
		u.Sentence = Bilingual{EN: j.sentence(u, "en"), DE: j.sentence(u, "de")}
	}
}

// widened is the standard error of an estimate, made larger where few degrees of freedom make Student's t
// wider than the normal distribution, which beliefs are reckoned with.
func widened(e experiment.Estimate) float64 {
	const normal = 1.959963984540054
	if half := (e.High - e.Low) / 2; half > normal*e.SE {
		return half / normal
	}
	return e.SE
}
