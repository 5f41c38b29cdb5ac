package campaigns

import (
	"context"
	"fmt"
	"hash/fnv"
	"math"
	"time"

	"postlift"
	"postlift/accounts"
	"postlift/campaigns/planner"
)

// PastStore reads what the planner of experiments tries designs on.
type PastStore interface {
	// PlannedAccounts lists the accounts that a run mails or holds out and that its estimate takes in, in the
	// order of their ids: those of OutsideEstimate are not among them.
	PlannedAccounts(ctx context.Context, runID int64) ([]PlannedAccount, error)
	// PastOf sums up past windows by group, one entry a group and window, as Panel says.
	PastOf(ctx context.Context, p Panel) ([]planner.Past, error)
	// HistoryStart is the day of the first document, or none.
	HistoryStart(ctx context.Context) (postlift.Date, error)
}

// PlannedAccount is an account that a plan mails or holds out. Money is in minor units of the reporting
// currency.
type PlannedAccount struct {
	AccountID      int64
	GroupKey       string
	Segment        string
	BaselineMinor  int64 // margin expected in the window without a letter that a letter can raise
	AgreedMinor    int64 // margin of the window beside it that contracts have agreed already
	PreMarginMinor int64 // of the year before the plan
	Pieces         int
	CostMinor      int64
	Lift           float64 // expected; 0: the campaign's stated prior
	LiftSD         float64
}

// Panel asks for the past of accounts: Windows windows of Days days each that end with AsOf, the latest first.
// Groups[i] is the group, from 0, that Accounts[i] is summed into; entry g*Windows+w of the answer is group g's
// window w.
type Panel struct {
	Accounts []int64
	Groups   []int
	Count    int // of groups
	AsOf     postlift.Date
	Days     int
	Windows  int
}

// First is the first day of a window.
func (p Panel) First(window int) postlift.Date { return p.AsOf.AddDays(1 - (window+1)*p.Days) }

// printDays is how long approving, printing and handing over usually take before letters are posted.
const printDays = 14

// Assess tells before launch what a campaign can show: on its current plan where that is as of the date (none:
// whatever date it has), else on the plan that would be made as of the date; nothing is stored. windows is how many
// past windows are looked at, 0 for two more than cover a year. Contractual campaigns are an Invalid fault: they are
// not measured.
func (s *Service) Assess(ctx context.Context, ref string, asOf postlift.Date, windows int) (planner.Assessment, error) {
	c, err := s.store.Campaign(ctx, ref)
	if err != nil {
		return planner.Assessment{}, err
	}
	days := c.Definition.WindowDays
	switch {
	case c.Class == Contractual:
		return planner.Assessment{}, postlift.Faultf(postlift.Invalid, "campaigns.Assess",
			"campaign %q is contractual mail: everybody gets it and nothing is measured, so there is nothing to plan", c.Name)
	case windows < 0 || windows > 60:
		return planner.Assessment{}, postlift.Faultf(postlift.Invalid, "campaigns.Assess",
			"%d past windows are not possible; 1 to 60 are, 0 leaves the choice to the planner", windows)
	case windows == 0:
		windows = pastWindows(days)
	}
	settings, err := s.store.Settings(ctx)
	if err != nil {
		return planner.Assessment{}, err
	}
	planned, asOf, inHome, err := s.plannedFor(ctx, c, settings, asOf)
	if err != nil {
		return planner.Assessment{}, err
	}
	in, panel := assessed(planned, c.Definition)
	panel.AsOf, panel.Days, panel.Windows = asOf, days, windows
	if err := s.addPast(ctx, &in, panel); err != nil {
		return planner.Assessment{}, err
	}
	in.Currency, in.InHome = settings.Currency, inHome
	own, unlike := c.Definition.measured(len(in.Groups))
	in.Own = own
	a, err := planner.Assess(in)
	if err == nil && unlike != nil {
		a.Reasons = append(a.Reasons, *unlike)
	}
	return a, err
}

// measured is the design that a campaign of so many planned groups will have as it stands, in the planner's terms; nil
// where nobody is held out. Waves are planned a window apart: where the campaign's are not, it says so.
func (d Definition) measured(groups int) (own *planner.Design, unlike *planner.Words) {
	in := PlanInput{Design: d.HoldoutDesign, Block: d.Block, Waves: d.Waves}
	if d.Holdout != nil {
		in.Holdout = *d.Holdout
	}
	switch r := in.resolve(groups); r.Design {
	case DesignStrata:
		return &planner.Design{Kind: planner.Holdout, Share: r.Share}, nil
	case DesignPairs:
		if r.Block == 2 {
			return &planner.Design{Kind: planner.Pairs}, nil
		}
		return &planner.Design{Kind: planner.Pairs, Block: r.Block}, nil
	case DesignWaves:
		if d.WaveDays == d.WindowDays && r.Waves <= planner.MaxWaves {
			return &planner.Design{Kind: planner.InWaves, Waves: r.Waves}, nil
		}
		return nil, &planner.Words{
			EN: fmt.Sprintf("The campaign's own %d waves are %d days apart and are not in the table: its waves are %d days apart, as long as the window.", r.Waves, d.WaveDays, d.WindowDays),
			DE: fmt.Sprintf("Die %d Wellen der Kampagne selbst liegen %d Tage auseinander und stehen nicht in der Übersicht: Deren Wellen liegen %d Tage auseinander, so lange wie das Messfenster.", r.Waves, d.WaveDays, d.WindowDays),
		}
	}
	return nil, nil
}

// plannedFor finds the audience, the day that its plan stands for, and the day in home: as posted, else two weeks
// and the post's days after the plan.
func (s *Service) plannedFor(ctx context.Context, c Campaign, settings accounts.Settings, asOf postlift.Date) (planned []PlannedAccount, on, inHome postlift.Date, err error) {
	run, err := s.store.CurrentRun(ctx, c.ID)
	switch {
	case err == nil && (asOf.IsZero() || asOf == run.AsOf):
		planned, err = s.store.PlannedAccounts(ctx, run.ID)
		on, inHome = run.AsOf, run.InHomeOn
	case err == nil || postlift.KindOf(err) == postlift.NotFound:
		if on = asOf; on.IsZero() {
			on = settings.Today(s.clock)
		}
		planned, err = s.dryPlan(ctx, c, on)
	}
	if inHome.IsZero() {
		inHome = workday(on.AddDays(printDays)).AddDays(settings.Mail.InHomeDays)
	}
	return planned, on, inHome, err
}

// workday is the day itself or, at a weekend, the Monday after it.
func workday(d postlift.Date) postlift.Date {
	switch d.Time().Weekday() {
	case time.Saturday:
		return d.AddDays(2)
	case time.Sunday:
		return d.AddDays(1)
	}
	return d
}

// dryPlan makes the plan that a preview would make and stores nothing.
func (s *Service) dryPlan(ctx context.Context, c Campaign, asOf postlift.Date) ([]PlannedAccount, error) {
	p, err := s.gather(ctx, c, asOf)
	if err != nil {
		return nil, err
	}
	plan, err := MakePlan(p.input)
	if err != nil {
		return nil, err
	}
	return plan.compared(), nil
}

// assessed sums accounts up into groups. The expected lift is that of the accounts, weighted by their baseline;
// while nothing is learned it is the stated prior, as doubtful as it is large.
func assessed(planned []PlannedAccount, d Definition) (planner.Input, Panel) {
	var in planner.Input
	panel := Panel{Accounts: make([]int64, len(planned)), Groups: make([]int, len(planned))}
	index := map[string]int{}
	var cost, pieces, weight, lift, doubt float64
	for i, a := range planned {
		g, known := index[a.GroupKey]
		if !known {
			g = len(in.Groups)
			index[a.GroupKey] = g
			in.Groups = append(in.Groups, planner.Group{Key: a.GroupKey, Segment: a.Segment})
		}
		panel.Accounts[i], panel.Groups[i] = a.AccountID, g
		to := &in.Groups[g]
		to.Baseline += float64(a.BaselineMinor)
		to.Agreed += float64(a.AgreedMinor)
		to.Pre += float64(a.PreMarginMinor)
		to.Accounts++
		to.Pieces += a.Pieces
		cost, pieces = cost+float64(a.CostMinor), pieces+float64(a.Pieces)
		if b := float64(a.BaselineMinor); a.Lift > 0 && b > 0 {
			weight, lift, doubt = weight+b, lift+b*a.Lift, doubt+b*a.LiftSD
		}
	}
	panel.Count = len(in.Groups)
	in.Lift = planner.Lift{Mean: d.PriorLift, SD: d.PriorLift}
	if weight > 0 {
		in.Lift = planner.Lift{Mean: lift / weight, SD: doubt / weight}
	}
	in.PieceCost = math.Round(cost / max(pieces, 1))
	in.Seed = seedOf(d.Salt)
	return in, panel
}

// seedOf makes the simulation's seed of the campaign's salt, so that the same plan is always assessed alike.
func seedOf(salt string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte("planner|" + salt)) // a hash never fails to write
	return h.Sum64()
}
