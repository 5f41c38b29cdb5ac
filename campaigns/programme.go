package campaigns

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"postlift"
	"postlift/campaigns/draw"
)

// MinProgrammeMonths and MaxProgrammeMonths bound how long a programme test lasts.
const (
	MinProgrammeMonths = 6
	MaxProgrammeMonths = 12
)

// Programme is a test of everything that is mailed: groups in matched blocks, of each block one that no advertising
// campaign writes to from the start on, the others mailed as the campaigns like. It answers what no campaign of a
// small list can: whether the letters of a year together earned their cost.
type Programme struct {
	ID         int64           `json:"-"`
	UID        string          `json:"id"`
	Name       string          `json:"name"`
	RuleText   string          `json:"rule"`
	Salt       string          `json:"salt"`
	Block      int             `json:"block"` // groups a block, one of them held out
	Months     int             `json:"months"`
	TopPercent float64         `json:"top_percent"` // largest groups left out of the test
	AsOf       postlift.Date   `json:"as_of"`       // day of the draw
	StartsOn   postlift.Date   `json:"starts_on"`
	EndsOn     postlift.Date   `json:"ends_on"`           // last day, as planned
	EndedOn    postlift.Date   `json:"ended_on,omitzero"` // last day, where it was ended early
	Hash       string          `json:"hash"`              // of everything that was drawn
	Currency   string          `json:"currency"`          // of its amounts
	Record     ProgrammeRecord `json:"record"`            // registered before anybody was mailed
	CreatedAt  time.Time       `json:"created_at,omitzero"`
	By         string          `json:"by,omitempty"`
}

// LastDay is the last day that counts: as planned, or the day on which it was ended.
func (p Programme) LastDay() postlift.Date {
	if !p.EndedOn.IsZero() {
		return p.EndedOn
	}
	return p.EndsOn
}

// HoldsOut tells whether the control groups are kept out of advertising on a day: from the moment of the start on,
// also before the first day that counts, until the last.
func (p Programme) HoldsOut(on postlift.Date) bool { return on <= p.LastDay() }

// State is planned, running or ended on a day.
func (p Programme) State(on postlift.Date) string {
	switch {
	case on > p.LastDay():
		return "ended"
	case on < p.StartsOn:
		return "planned"
	}
	return "running"
}

// ProgrammeRecord is the analysis that a programme test registers, with what was drawn.
type ProgrammeRecord struct {
	Unit            string           `json:"unit"`
	Metric          string           `json:"metric"`
	Estimator       string           `json:"estimator"`
	Covariate       string           `json:"covariate"`
	Interim         string           `json:"interim"` // how readings before the end are judged
	Alpha           float64          `json:"alpha"`
	Matched         int              `json:"matched_accounts"` // that the rule takes
	LeftOut         ProgrammeLeftOut `json:"left_out"`
	Blocks          int              `json:"blocks"`
	TreatedGroups   int              `json:"treated_groups"`
	ControlGroups   int              `json:"control_groups"`
	TreatedAccounts int              `json:"treated_accounts"`
	ControlAccounts int              `json:"control_accounts"`
	Strata          []draw.Stratum   `json:"strata"`           // drawn from, by segment
	Margin          postlift.Money   `json:"margin_per_group"` // mean of the groups drawn, in the 12 months before
	Power           ProgrammePower   `json:"power"`
}

// ProgrammeLeftOut counts groups that are in neither arm, and what their margin was.
type ProgrammeLeftOut struct {
	Unmailable    int     `json:"unmailable"`     // nobody there may be written to, for longer than a while
	GlobalControl int     `json:"global_control"` // of a year that the test touches
	Programme     int     `json:"programme"`      // in another programme test that is not over
	Largest       int     `json:"largest"`        // the top per cent
	LargestShare  float64 `json:"largest_share"`  // of the margin of the year before, of all that could have been drawn
}

// ProgrammePower is what the test can find and what it costs, worked out on the past of the very groups before the
// start.
type ProgrammePower struct {
	Detectable     *postlift.Money `json:"detectable_per_group"` // over the whole test, with 80 % power; null: no past to tell it from
	DetectableLift *float64        `json:"detectable_lift"`      // as a share of what a group earned in as many months of the past
	Draws          int             `json:"draws"`                // blocks formed and read on the past, whose mean error this is
	Lift           float64         `json:"assumed_lift"`         // the settings' prior lift
	GivenUp        postlift.Money  `json:"given_up"`             // margin that the control would have added at that lift, before the cost of its letters
}

// ProgrammeMember is one account of a programme test, frozen with the draw.
type ProgrammeMember struct {
	AccountID      int64
	GroupKey       string
	Control        bool
	Block          string
	PreMarginMinor int64
}

// ProgrammeRequest is what a person asks for.
type ProgrammeRequest struct {
	Name       string
	Rule       string // a saved rule's name or a rule's text
	From       postlift.Date
	Months     int     // 0: 12
	Block      int     // 2: one held out for one mailed, 3: for two; 0: 2
	TopPercent float64 // 0 to 20
	AsOf       postlift.Date
}

// completed fills in what was left open and refuses what is not possible.
func (r ProgrammeRequest) completed() (ProgrammeRequest, error) {
	r.Name = strings.TrimSpace(r.Name)
	if r.Months == 0 {
		r.Months = MaxProgrammeMonths
	}
	if r.Block == 0 {
		r.Block = 2
	}
	if r.From.IsZero() {
		r.From = r.AsOf
	}
	bad := func(field, format string, args ...any) (ProgrammeRequest, error) {
		return r, postlift.Faultf(postlift.Invalid, "campaigns.Programme", field+": "+format, args...)
	}
	switch {
	case r.Name == "" || utf8.RuneCountInString(r.Name) > 80:
		return bad("name", "a name of at most 80 letters is needed")
	case strings.TrimSpace(r.Rule) == "":
		return bad("rule", "a rule is missing that says whom the programme writes to, such as 'orders >= 1'")
	case r.Months < MinProgrammeMonths || r.Months > MaxProgrammeMonths:
		return bad("months", "%d is not possible; %d to %d are: a shorter test sees too little, a longer one keeps customers from letters for too long", r.Months, MinProgrammeMonths, MaxProgrammeMonths)
	case r.Block != 2 && r.Block != 3:
		return bad("ratio", "1:%d is not possible; 1:1 (as many held out as mailed) and 1:2 are", r.Block-1)
	case !(r.TopPercent >= 0 && r.TopPercent <= 20):
		return bad("top_percent", "%g is not possible; 0 to 20 are", r.TopPercent)
	case r.From < r.AsOf:
		return bad("from", "%s lies before the day of the draw (%s): whoever was mailed since would be counted as if drawn before", r.From, r.AsOf)
	case r.From > r.AsOf.AddDays(92):
		return bad("from", "%s is more than 92 days after the day of the draw (%s): draw later, when the margins before are known", r.From, r.AsOf)
	}
	return r, nil
}

// ProgrammeStore keeps programme tests.
type ProgrammeStore interface {
	// StartProgramme stores a test with its members in one transaction; Conflict where the name is taken or where a
	// group of it is in another test that has been started meanwhile.
	StartProgramme(ctx context.Context, p Programme, members []ProgrammeMember, by postlift.Actor) (Programme, error)
	// EndProgramme ends a test on a day.
	EndProgramme(ctx context.Context, p Programme, on postlift.Date, by postlift.Actor) error
	// Programme finds a test by id or name; Programmes lists all, the newest first.
	Programme(ctx context.Context, ref string) (Programme, error)
	Programmes(ctx context.Context) ([]Programme, error)
	// ProgrammeGroups are the groups of all tests that are not over before a day.
	ProgrammeGroups(ctx context.Context, from postlift.Date) (map[string]bool, error)
	// AccountMargins gives the margin of orders of every account that has any between two days, inclusive, in minor
	// units of the reporting currency.
	AccountMargins(ctx context.Context, from, until postlift.Date) (map[int64]float64, error)
}
