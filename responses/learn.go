package responses

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"time"

	"postlift"
	"postlift/campaigns/lift"
	"postlift/responses/learning"
)

// LearningStore keeps frozen readings and what was learned from them.
type LearningStore interface {
	FrozenStore
	// LessonAccounts streams the accounts of a run about which something was drawn, gated ones apart, with what the
	// plan froze of each; Outcome is left out. LessonDays and LessonContracts stream what came in from them, by
	// LessonAccount.Key: orders as one row an account.
	LessonAccounts(ctx context.Context, runID int64, each func(LessonAccount) error) error
	LessonDays(ctx context.Context, run MeasuredRun, from, until postlift.Date, each func(DayRow) error) error
	LessonContracts(ctx context.Context, runID int64, from, until postlift.Date, each func(ContractRow) error) error
	// Lessons lists what the runs taught, by run id.
	Lessons(ctx context.Context) ([]Lesson, error)
	// SaveLessons keeps lessons, where replace is set instead of all earlier ones, and in the same transaction a new
	// version of the lift table that build makes of all of them; nil means that there is none. A run that has taught
	// already changes nothing, and a table equal to the newest makes no version.
	SaveLessons(ctx context.Context, lessons []Lesson, replace bool, build func([]Lesson) (*lift.Model, error), by postlift.Actor) error
	// LiftTable is the newest lift table; its Model is nil while nothing was learned.
	LiftTable(ctx context.Context) (LiftTable, error)
	// Explored tells what the exploration of runs with an in-home date was, the newest first.
	Explored(ctx context.Context) ([]ExploredRun, error)
}

// LessonAccount is an account of a run as its plan froze it. Money is in minor units of the run's currency.
type LessonAccount struct {
	Key         string // of the account, by which LessonDays and LessonContracts name it
	AgreedMinor float64
	learning.Account
}

// What came of a run for the lift table, beside the reason of a withheld reading.
const (
	Learned      = "learned"
	NothingDrawn = "nothing_drawn" // everybody was mailed in the end, or nobody was held out
)

// Lesson is what one run taught.
type Lesson struct {
	RunID       int64                `json:"-"`
	RunUID      string               `json:"run_id"`
	CampaignUID string               `json:"campaign_id"`
	Campaign    string               `json:"campaign"`
	Outcome     string               `json:"outcome"` // learned, or why it was not
	Diagnostics learning.Diagnostics `json:"diagnostics"`
	At          time.Time            `json:"at,omitzero"`
	Sums        *lift.Model          `json:"-"` // a table of this run alone; nil where nothing was learned
}

// LiftTable is a version of the lift table.
type LiftTable struct {
	Version int
	MadeAt  time.Time
	Model   *lift.Model
}

// ExploredRun is what a run spent on learning.
type ExploredRun struct {
	RunUID      string         `json:"run_id"`
	CampaignUID string         `json:"campaign_id"`
	Campaign    string         `json:"campaign"`
	InHomeOn    postlift.Date  `json:"in_home_on"`
	Coin        int            `json:"coin"`     // accounts that a coin decided about, mailed or not
	Lots        int            `json:"lots"`     // accounts drawn from everybody left
	Mailed      int            `json:"mailed"`   // of both, with a letter
	Cost        postlift.Money `json:"cost"`     // of their letters, as planned
	Forgone     postlift.Money `json:"expected"` // what the plan expected of them, after cost
}

// LearnRequest says what to learn from.
type LearnRequest struct {
	Campaign string // id or name, or a run's id; "": every run that has not taught yet
	DryRun   bool   // compute everything, keep nothing
	Rebuild  bool   // compute what every run teaches anew, from the data known now
}

// LearnedNow is what a call of Learn did.
type LearnedNow struct {
	Lessons []Lesson    `json:"lessons"` // new ones, with Rebuild all
	Changed bool        `json:"changed"` // the table is another one than before
	Version int         `json:"version"` // of the newest table; 0: nothing was learned yet. A dry run's is not kept
	DryRun  bool        `json:"dry_run"`
	Table   []lift.Line `json:"table"` // as it is now, of a dry run as it would be
}

// Learn adds what measured runs teach to the lift table that the next selection reads. A run teaches once, after its
// reading at the end of the window; one whose result is withheld teaches nothing. The table is put together from the
// sums of all runs in the order of their ids, so that the order in which they were learned from changes no bit of it.
func (s *Service) Learn(ctx context.Context, r LearnRequest, by postlift.Actor) (LearnedNow, error) {
	had, err := s.store.Lessons(ctx)
	if err != nil {
		return LearnedNow{}, err
	}
	runs, err := s.toLearn(ctx, r, had)
	if err != nil {
		return LearnedNow{}, err
	}
	now := LearnedNow{DryRun: r.DryRun, Lessons: []Lesson{}}
	for _, run := range runs {
		l, err := s.lesson(ctx, run)
		if err != nil {
			return LearnedNow{}, err
		}
		now.Lessons = append(now.Lessons, l)
	}
	before, err := s.store.LiftTable(ctx)
	if err != nil {
		return LearnedNow{}, err
	}
	if r.DryRun {
		all := slices.Clone(now.Lessons)
		if !r.Rebuild {
			all = append(all, had...)
		}
		model, err := BuildLift(all)
		if err != nil {
			return LearnedNow{}, err
		}
		return now.with(LiftTable{before.Version, before.MadeAt, model}, before)
	}
	if len(now.Lessons) > 0 || r.Rebuild {
		if err := s.store.SaveLessons(ctx, now.Lessons, r.Rebuild, BuildLift, by); err != nil {
			return LearnedNow{}, err
		}
	}
	after, err := s.store.LiftTable(ctx)
	if err != nil {
		return LearnedNow{}, err
	}
	return now.with(after, before)
}

func (n LearnedNow) with(after, before LiftTable) (LearnedNow, error) {
	n.Version, n.Table = after.Version, []lift.Line{}
	same, err := sameModel(after.Model, before.Model)
	n.Changed = !same
	if after.Model != nil {
		n.Table = after.Model.Table()
	}
	return n, err
}

func sameModel(a, b *lift.Model) (bool, error) {
	if a == nil || b == nil {
		return a == b, nil
	}
	x, err := json.Marshal(a)
	if err != nil {
		return false, fmt.Errorf("responses.Learn: %w", err)
	}
	y, err := json.Marshal(b)
	return slices.Equal(x, y), err
}

// toLearn lists the runs to learn from: those with a reading at the end of their window.
func (s *Service) toLearn(ctx context.Context, r LearnRequest, had []Lesson) ([]readRun, error) {
	known := map[string]bool{}
	for _, l := range had {
		known[l.RunUID] = !r.Rebuild
	}
	if r.Campaign == "" {
		return s.readRuns(ctx, func(uid string) bool { return !known[uid] })
	}
	if r.Rebuild {
		return nil, postlift.Faultf(postlift.Invalid, "responses.Learn", "a rebuild is of all campaigns; leave the campaign out")
	}
	one, err := s.store.MeasuredRun(ctx, r.Campaign)
	if err != nil || known[one.UID] {
		return nil, err
	}
	runs, err := s.readRuns(ctx, func(uid string) bool { return uid == one.UID })
	if err == nil && len(runs) == 0 {
		err = postlift.Faultf(postlift.Conflict, "responses.Learn",
			"the window of %s ends on %s and its reading is not taken: run `postlift measure` when it is over", one.Campaign, one.EndsOn())
	}
	return runs, err
}

// lesson computes what a run teaches.
func (s *Service) lesson(ctx context.Context, run readRun) (Lesson, error) {
	l := Lesson{RunID: run.ID, RunUID: run.UID, CampaignUID: run.CampaignUID, Campaign: run.Campaign, Outcome: NothingDrawn}
	if run.primary.Verdict == Withheld {
		l.Outcome = cmp.Or(run.primary.Reason, Withheld)
		return l, nil
	}
	accounts, err := s.lessonAccounts(ctx, run.MeasuredRun)
	if err != nil || len(accounts) == 0 {
		return l, err
	}
	model, err := lift.Prior(lift.PriorLift, lift.PriorLiftSD)
	if err != nil {
		return l, err
	}
	if model, err = model.WithSegments(largest(accounts)...); err != nil {
		return l, err
	}
	rows, d, err := learning.Rows(&model, accounts)
	if err != nil {
		return l, postlift.Wrap("responses.Learn", run.Campaign+": "+postlift.UserText(err), err)
	}
	if l.Diagnostics = d; len(rows) == 0 {
		return l, nil
	}
	if err := model.Add(run.UID, rows); err != nil {
		return l, err
	}
	l.Outcome, l.Sums = Learned, &model
	return l, model.Solve()
}

// segmentsLearned is how many segments of a run have a lift of their own; its smaller ones count as the average.
const segmentsLearned = 24

// largest are the segments of most accounts, by name where as many.
func largest(accounts []learning.Account) []string {
	count := map[string]int{}
	for i := range accounts {
		if name := accounts[i].Traits.Segment; name != "" {
			count[name]++
		}
	}
	names := make([]string, 0, len(count))
	for name := range count {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(cmp.Compare(count[b], count[a]), cmp.Compare(a, b)) })
	return names[:min(len(names), segmentsLearned)]
}

// lessonAccounts reads the accounts with the margin of the run's window, whose clock holds for everybody: the mailed,
// the held-out, and those on whom a coin fell the other way. What contracts had agreed when the plan was made is no
// letter's doing and is taken off; the baseline is without it, too.
func (s *Service) lessonAccounts(ctx context.Context, run MeasuredRun) ([]learning.Account, error) {
	settings, err := s.store.Settings(ctx)
	if err != nil {
		return nil, err
	}
	from, until := run.InHomeOn, run.EndsOn()
	ledger := NewLedger(from, until, settings.Value.DefaultMargin)
	var accounts []learning.Account
	var agreed []float64
	take := func(a LessonAccount) error {
		ledger.AddGroup(GroupRow{Key: a.Key, Treated: a.Assigned, Accounts: 1})
		accounts, agreed = append(accounts, a.Account), append(agreed, a.AgreedMinor)
		return nil
	}
	if err := s.store.LessonAccounts(ctx, run.ID, take); err != nil {
		return nil, err
	}
	if err := s.store.LessonDays(ctx, run, from, until, func(d DayRow) error { ledger.AddDay(d); return nil }); err != nil {
		return nil, err
	}
	rates, err := s.store.RatesOn(ctx, run.Currency, from)
	if err != nil {
		return nil, err
	}
	contract := func(c ContractRow) error { ledger.AddContract(c, rates[c.Currency]); return nil }
	if err := s.store.LessonContracts(ctx, run.ID, from, until, contract); err != nil {
		return nil, err
	}
	units, err := ledger.Units()
	for i := range units {
		accounts[i].Outcome = units[i].Outcome - agreed[i]
		if math.Abs(accounts[i].Outcome) < .5 && units[i].Orders == 0 {
			accounts[i].Outcome = 0 // fees as agreed, but for parts of a cent
		}
	}
	return accounts, err
}

// BuildLift puts the lift table together from what every run taught; nil where none did.
func BuildLift(lessons []Lesson) (*lift.Model, error) {
	taught := slices.DeleteFunc(slices.Clone(lessons), func(l Lesson) bool { return l.Sums == nil })
	if len(taught) == 0 {
		return nil, nil
	}
	slices.SortFunc(taught, func(a, b Lesson) int { return cmp.Compare(a.RunUID, b.RunUID) })
	var segments []string
	for _, l := range taught {
		for _, f := range l.Sums.Features {
			segments = append(segments, f.Segment)
		}
	}
	model, err := lift.Prior(lift.PriorLift, lift.PriorLiftSD)
	if err != nil {
		return nil, err
	}
	if model, err = model.WithSegments(segments...); err != nil {
		return nil, err
	}
	for _, l := range taught {
		if err := model.Merge(l.Sums); err != nil {
			return nil, err
		}
	}
	return &model, model.Solve()
}
