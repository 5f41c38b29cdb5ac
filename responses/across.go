package responses

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"

	"postlift"
)

// AcrossSource is a run whose letters have come in home, with what its campaign is.
type AcrossSource struct {
	UID        string
	CampaignID string
	Campaign   string
	Rule       string // the saved rule's name
	Design     string // of the letter
	Treatment  string // letter, or letter and call
	InHomeOn   postlift.Date
	WindowDays int
	Frozen     []byte        // the registered reading of the window's end, a JSON report; nil: not taken yet
	FrozenOn   postlift.Date // day on which it was taken
}

// Ways to put campaigns together.
const (
	ByCampaign  = "campaign" // all runs of one campaign or of repeats of it: one rule and one letter under one name
	ByKind      = "kind"     // rule, letter and treatment
	ByRule      = "rule"
	ByDesign    = "design" // of the letter
	ByTreatment = "treatment"
	ByQuarter   = "quarter" // in which the letters came in home
	BySegment   = "segment"
)

// Groupings lists the ways, the default first.
func Groupings() []string {
	return []string{ByCampaign, ByKind, ByRule, ByDesign, ByTreatment, ByQuarter, BySegment}
}

// MostRuns is how many runs are read at most, the newest ones.
const MostRuns = 200

// AcrossRequest says which runs to put together, and how.
type AcrossRequest struct {
	From     postlift.Date // in home from this day on; none: the first
	To       postlift.Date // to this day; none: the last
	AsOf     postlift.Date // none: today
	GroupBy  string        // one of Groupings; "": the first
	Limit    int           // runs read at most; 0: MostRuns
	Progress func(done, all int)
}

// Across is what all measured campaigns show together.
type Across struct {
	AsOf     postlift.Date `json:"as_of"`
	From     postlift.Date `json:"from,omitzero"`
	To       postlift.Date `json:"to,omitzero"`
	Currency string        `json:"currency"`
	GroupBy  string        `json:"group_by"`

	Sentence Bilingual `json:"sentence"`
	Notes    []Note    `json:"notes"`

	Runs    []AcrossRun   `json:"runs"`     // with an estimate, the newest first
	Left    []AcrossLeft  `json:"left_out"` // without
	Unread  int           `json:"not_read"` // older ones beyond the limit
	Overlap int           `json:"overlapping_runs"`
	Total   AcrossTotal   `json:"total"`
	Pooled  *AcrossPooled `json:"pooled"` // null with fewer than two runs that can be pooled
	Groups  []AcrossGroup `json:"groups"` // exploratory
	Quarter []AcrossTotal `json:"quarters"`
	Method  Bilingual     `json:"method"`
}

// AcrossRun is one run's result, as its own report has it, with what the others say of it.
type AcrossRun struct {
	RunID      string         `json:"run_id"`
	CampaignID string         `json:"campaign_id"`
	Campaign   string         `json:"campaign"`
	Rule       string         `json:"rule"`
	Design     string         `json:"design"`
	Treatment  string         `json:"treatment"`
	InHomeOn   postlift.Date  `json:"in_home_on"`
	Frozen     bool           `json:"frozen"` // the registered reading, else measured with the data of the day
	Verdict    string         `json:"verdict"`
	Flags      []string       `json:"flags"`
	Letters    int            `json:"letters"`
	Cost       postlift.Money `json:"cost"`
	Gain       MoneyInterval  `json:"gain"`
	Net        MoneyInterval  `json:"net"`
	PerLetter  *MoneyInterval `json:"gain_per_letter"` // null: nothing was printed
	Lift       *Interval      `json:"lift"`            // of the margin without letters, by the estimator that decides; null: there is none to compare with
	Shrunk     *Interval      `json:"shrunk_lift"`     // pooled with the others

	liftSE, netSE, netDoF float64
	segments              []SegmentEffect
}

// AcrossLeft is a run that has no estimate, and why.
type AcrossLeft struct {
	RunID    string        `json:"run_id"`
	Campaign string        `json:"campaign"`
	InHomeOn postlift.Date `json:"in_home_on"`
	Reason   string        `json:"reason"`
}

// AcrossTotal adds runs up. The runs' draws are independent, so that their variances add up, too.
type AcrossTotal struct {
	Name    string         `json:"name,omitempty"` // of the quarter
	Runs    int            `json:"runs"`
	Letters int            `json:"letters"`
	Cost    postlift.Money `json:"cost"`
	Net     *MoneyInterval `json:"net"` // null without a run
	Verdict string         `json:"verdict"`
	Interim bool           `json:"interim"` // a run's window is still open

	p float64 // of a net gain of zero
}

// AcrossPooled is what the runs have in common.
type AcrossPooled struct {
	Runs   int      `json:"runs"`
	Lift   Interval `json:"lift"`   // what they have in common
	Next   Interval `json:"next"`   // of one more campaign of the kind
	Spread float64  `json:"spread"` // expected deviation between the true lifts
}

// AcrossGroup is one group of runs, or one segment over all runs.
type AcrossGroup struct {
	Name        string       `json:"name"`
	Runs        int          `json:"runs"`
	Letters     int          `json:"letters,omitempty"`
	Total       *AcrossTotal `json:"total,omitempty"` // not of segments, whose letters are not told apart
	Lift        *Interval    `json:"lift"`            // of its runs alone, pooled where they are several
	Shrunk      *Interval    `json:"shrunk_lift"`     // towards what the groups have in common
	P           *float64     `json:"p"`
	Adjusted    *float64     `json:"p_adjusted"` // Benjamini-Hochberg over the groups
	Pays        string       `json:"pays"`       // yes, open or no: by the adjusted p at 5 %
	Exploratory bool         `json:"exploratory"`

	liftSE float64
}

// Across reads every posted run, frozen readings as they were taken and the others with the data known on a day, and
// puts them together.
func (s *Service) Across(ctx context.Context, q AcrossRequest) (Across, error) {
	settings, err := s.store.Settings(ctx)
	if err != nil {
		return Across{}, err
	}
	if q.AsOf.IsZero() {
		q.AsOf = settings.Today(s.clock)
	}
	q.GroupBy = cmp.Or(q.GroupBy, ByCampaign)
	if !slices.Contains(Groupings(), q.GroupBy) {
		return Across{}, postlift.Faultf(postlift.Invalid, "responses.Across", "%q is no way to put campaigns together; campaign, kind, rule, design, treatment, quarter and segment are", q.GroupBy)
	}
	if !q.From.IsZero() && !q.To.IsZero() && q.To < q.From {
		return Across{}, postlift.Faultf(postlift.Invalid, "responses.Across", "from %s to %s is no time", q.From, q.To)
	}
	to := q.AsOf
	if !q.To.IsZero() {
		to = min(to, q.To)
	}
	posted, err := s.store.RunsAcross(ctx, q.From, to)
	if err != nil {
		return Across{}, err
	}
	a := Across{AsOf: q.AsOf, From: q.From, To: q.To, Currency: settings.Currency, GroupBy: q.GroupBy, Runs: []AcrossRun{}, Left: []AcrossLeft{}, Notes: []Note{}, Groups: []AcrossGroup{}}
	if most := max(q.Limit, 0); most == 0 || most > MostRuns {
		q.Limit = MostRuns
	}
	if len(posted) > q.Limit {
		a.Unread = len(posted) - q.Limit
		posted = posted[:q.Limit]
	}
	for i, p := range posted {
		if err := s.readAcross(ctx, p, q, &a); err != nil {
			return a, err
		}
		if q.Progress != nil {
			q.Progress(i+1, len(posted))
		}
	}
	a.Overlap = overlapping(posted)
	return a, a.putTogether()
}

// readAcross adds a run to those with an estimate or to those without.
func (s *Service) readAcross(ctx context.Context, p AcrossSource, q AcrossRequest, a *Across) error {
	u, frozen, err := s.acrossReading(ctx, p, q)
	if err != nil {
		return err
	}
	if u.Net == nil || u.Gain == nil || u.Currency != a.Currency {
		reason := cmp.Or(u.Reason, u.Verdict)
		if u.Net != nil {
			reason = OtherCurrency
		}
		a.Left = append(a.Left, AcrossLeft{RunID: p.UID, Campaign: p.Campaign, InHomeOn: p.InHomeOn, Reason: reason})
		return nil
	}
	r := AcrossRun{RunID: p.UID, CampaignID: p.CampaignID, Campaign: p.Campaign, Rule: p.Rule, Design: p.Design, Treatment: p.Treatment, InHomeOn: p.InHomeOn, Frozen: frozen,
		Verdict: u.Verdict, Flags: u.Flags, Letters: u.Cost.Printed, Cost: u.Cost.Actual, Gain: *u.Gain, Net: *u.Net, segments: u.Segments}
	r.lift(u)
	a.Runs = append(a.Runs, r)
	return nil
}

// acrossReading is a run's frozen reading, or else its measurement; segments where they are asked for.
func (s *Service) acrossReading(ctx context.Context, p AcrossSource, q AcrossRequest) (u Uplift, frozen bool, err error) {
	if p.Frozen != nil && p.FrozenOn <= q.AsOf {
		err := json.Unmarshal(p.Frozen, &u)
		return u, true, postlift.Wrap("responses.Across", "the frozen reading of run "+p.UID+" cannot be read", err)
	}
	settings, err := s.store.Settings(ctx)
	if err != nil {
		return u, false, err
	}
	run, err := s.store.MeasuredRun(ctx, p.UID)
	if err != nil {
		return u, false, err
	}
	in := Reading{Run: run, AsOf: q.AsOf}
	if err := s.read(ctx, &in, settings.Value.DefaultMargin); err != nil {
		return u, false, err
	}
	if u, err = Measure(in); err != nil {
		return u, false, err
	}
	if q.GroupBy == BySegment {
		err = s.judge(ctx, in, &u)
	}
	return u, false, err
}

// overlapping counts the runs in whose window letters of another run came in home.
func overlapping(runs []AcrossSource) (n int) {
	for i, r := range runs {
		last := r.InHomeOn.AddDays(r.WindowDays)
		if slices.ContainsFunc(runs, func(o AcrossSource) bool {
			return o.UID != runs[i].UID && o.InHomeOn <= last && o.InHomeOn.AddDays(o.WindowDays) >= r.InHomeOn
		}) {
			n++
		}
	}
	return n
}
