package campaigns

import (
	"context"
	"math"
	"slices"

	"postlift"
	"postlift/campaigns/planner"
)

// pastWindows is how many past windows of so many days are looked at: two more than cover a year.
func pastWindows(days int) int { return min(max((364+days)/days+2, 4), 15) }

// FrozenSegment is the segment of a planned account at the time of the plan; "" for others, of which nothing is measured.
func (c *Choice) FrozenSegment() string {
	if !c.planned() {
		return ""
	}
	return c.segment
}

// compared are the accounts whom the plan's estimate takes in, in the order of their ids.
func (p *Plan) compared() []PlannedAccount {
	var planned []PlannedAccount
	for i := range p.Choices {
		c := &p.Choices[i]
		if !c.planned() || slices.Contains(OutsideEstimate(), c.Role) {
			continue
		}
		planned = append(planned, PlannedAccount{AccountID: c.AccountID, GroupKey: c.GroupKey, Segment: c.segment, BaselineMinor: c.BaselineMinor, AgreedMinor: c.AgreedMinor,
			PreMarginMinor: c.PreMarginMinor, Pieces: len(c.Contacts), CostMinor: c.CostMinor,
			Lift: c.Lift, LiftSD: c.LiftSD})
	}
	slices.SortFunc(planned, func(a, b PlannedAccount) int { return int(a.AccountID - b.AccountID) })
	return planned
}

// addPast reads the panel's past into the groups.
func (s *Service) addPast(ctx context.Context, in *planner.Input, panel Panel) (err error) {
	if in.DataFrom, err = s.store.HistoryStart(ctx); err != nil {
		return err
	}
	past, err := s.store.PastOf(ctx, panel)
	if err != nil {
		return err
	}
	for g := range in.Groups {
		in.Groups[g].Past = past[g*panel.Windows : (g+1)*panel.Windows]
	}
	for w := range panel.Windows {
		in.WindowsFrom = append(in.WindowsFrom, panel.First(w))
	}
	in.WindowDays = panel.Days
	return nil
}

// trust simulates the interval of the plan's own design on the audience's past; nil where nobody is held out. Its
// randomness is the campaign's salt, so that the same plan is always judged alike. Waves are tried with their own days
// between them.
func (s *Service) trust(ctx context.Context, d Definition, plan Plan, asOf postlift.Date) (*planner.Trust, error) {
	own := plan.Design.tried()
	if own == nil || d.Class == Contractual {
		return nil, nil
	}
	in, panel := assessed(plan.compared(), d)
	panel.AsOf, panel.Days = asOf, d.WindowDays
	if own.Kind == planner.InWaves {
		panel.Days = max(d.WaveDays, 1)
	}
	panel.Windows = pastWindows(panel.Days)
	in.WindowDays = panel.Days
	if n := len(in.Groups); n >= planner.LeastGroups && !own.TooLargeToTry(n) { // of others no past is needed
		if err := s.addPast(ctx, &in, panel); err != nil {
			return nil, err
		}
	}
	t, err := planner.TrustOf(in, *own)
	return &t, err
}

// trustWarnings are the plan's warnings with what the simulation says of its interval in place of the rule of thumb by
// the number of held-out groups.
func trustWarnings(list []Warning, t *planner.Trust) []Warning {
	if t == nil || t.Impossible != "" {
		return list
	}
	list = slices.DeleteFunc(list, func(w Warning) bool { return w.Code == warnFewControls })
	if !t.Trusted {
		list = append(list, warned(warnNotTrusted, perThousand(t.Worst.Coverage), perThousand(t.Worst.TooHigh)))
	}
	return list
}

func perThousand(share float64) int { return int(math.Round(1000 * share)) }

// tried is the design in the planner's terms; nil where nobody is held out.
func (d PlanDesign) tried() *planner.Design {
	switch d.Design {
	case DesignStrata:
		return &planner.Design{Kind: planner.Holdout, Share: d.Share}
	case DesignPairs:
		if d.Block == 2 {
			return &planner.Design{Kind: planner.Pairs}
		}
		return &planner.Design{Kind: planner.Pairs, Block: d.Block}
	case DesignWaves:
		return &planner.Design{Kind: planner.InWaves, Waves: d.Waves}
	}
	return nil
}
