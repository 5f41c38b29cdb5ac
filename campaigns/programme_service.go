package campaigns

import (
	"context"

	"postlift"
	"postlift/campaigns/rules"
)

// Programmes draws, starts and ends programme tests. Every changing method takes the actor that the events name.
type Programmes struct {
	campaigns *Service
	store     ProgrammeStore
}

// NewProgrammes makes the service over that of campaigns, whose rules and gate it uses, and its own store.
func NewProgrammes(c *Service, store ProgrammeStore) *Programmes {
	return &Programmes{campaigns: c, store: store}
}

// programmeID is the prefix of a test's outward id.
const programmeID = "prg"

// lastingReasons are those of the gate that time alone does not lift.
var lastingReasons = ^setOf(CoolingOff, ContactCoolingOff, GroupCoolingOff, FrequencyCap, ContactFrequencyCap, GroupFrequencyCap,
	ControlGroup, ProgrammeControl, Dunning, Complaint, OpenOpportunity, DuplicateRecipient, DuplicateSite)

// Draw works out a programme test as of a day and stores nothing. The same request on the same data gives the same
// hash.
func (s *Programmes) Draw(ctx context.Context, r ProgrammeRequest) (ProgrammeDraw, error) {
	settings, err := s.campaigns.store.Settings(ctx)
	if err != nil {
		return ProgrammeDraw{}, err
	}
	if r.AsOf.IsZero() {
		r.AsOf = settings.Today(s.campaigns.clock)
	}
	if r, err = r.completed(); err != nil {
		return ProgrammeDraw{}, err
	}
	if _, err := s.store.Programme(ctx, r.Name); err == nil {
		return ProgrammeDraw{}, postlift.Faultf(postlift.Conflict, "campaigns.Programme", "there is a programme test %q already: take another name", r.Name)
	} else if postlift.KindOf(err) != postlift.NotFound {
		return ProgrammeDraw{}, err
	}
	in := ProgrammeInput{Request: r, Salt: "programme|" + r.Name + "|" + r.From.String(), Currency: settings.Currency,
		GlobalControl: settings.Mail.GlobalControl, Lift: settings.Mail.PriorLift}
	if in.Busy, err = s.store.ProgrammeGroups(ctx, r.From); err != nil {
		return ProgrammeDraw{}, err
	}
	if err := s.candidates(ctx, &in); err != nil {
		return ProgrammeDraw{}, err
	}
	if err := s.past(ctx, &in); err != nil {
		return ProgrammeDraw{}, err
	}
	return DrawProgramme(in)
}

// candidates reads the accounts that the rule takes, and which of them may be mailed at all.
func (s *Programmes) candidates(ctx context.Context, in *ProgrammeInput) error {
	asOf := in.Request.AsOf
	settings, err := s.campaigns.ready(ctx, asOf)
	if err != nil {
		return err
	}
	_, tree, err := s.campaigns.findRule(ctx, in.Request.Rule, settings)
	if err != nil {
		return err
	}
	in.RuleText = tree.Text()
	term, err := s.campaigns.bind(ctx, tree, settings, asOf)
	if err != nil {
		return err
	}
	var ids []int64
	err = s.campaigns.store.EachMatch(ctx, rules.Builtin().With(settings.Attributes), term, term.Fields(), asOf, func(a *AccountFacts) error {
		in.Candidates = append(in.Candidates, ProgrammeCandidate{AccountID: a.AccountID, GroupKey: a.GroupKey, Segment: a.Segment, PreMarginMinor: a.PreMarginMinor})
		ids = append(ids, a.AccountID)
		return nil
	})
	if err != nil {
		return err
	}
	if len(ids) == 0 {
		return postlift.Faultf(postlift.Invalid, "campaigns.Programme", "no account fulfils the rule %s as of %s: postlift rule count shows how far it reaches", in.RuleText, asOf)
	}
	policy := Policy{Class: Advertising}
	standings, recipients, err := s.campaigns.store.GateFacts(ctx, ids, Pressure{AsOf: asOf, Policy: &policy})
	if err != nil {
		return err
	}
	gate := newGatekeeper(policy, asOf)
	for i := range in.Candidates {
		c := &in.Candidates[i]
		standing := standings.Of(c.AccountID)
		if gate.account(&standing, c.GroupKey)&lastingReasons != 0 {
			continue
		}
		for _, r := range recipients.Of(c.AccountID) {
			c.Mailable = c.Mailable || gate.contact(&r)&lastingReasons == 0
		}
	}
	return nil
}

// past reads what the accounts earned in as many months before the draw as the test lasts, and in the year before.
func (s *Programmes) past(ctx context.Context, in *ProgrammeInput) error {
	from := in.Request.AsOf.AddMonths(-in.Request.Months)
	past, err := s.store.AccountMargins(ctx, from.AddDays(1), in.Request.AsOf)
	if err != nil {
		return err
	}
	before, err := s.store.AccountMargins(ctx, from.AddMonths(-12).AddDays(1), from)
	if err != nil {
		return err
	}
	for i := range in.Candidates {
		c := &in.Candidates[i]
		c.Past, c.PastPre = past[c.AccountID], before[c.AccountID]
	}
	return nil
}

// Start draws once more and starts exactly the test whose hash was agreed to; Conflict where the data have moved on.
// From then on no advertising campaign writes to the control groups.
func (s *Programmes) Start(ctx context.Context, r ProgrammeRequest, hash string, by postlift.Actor) (Programme, error) {
	if err := named(by); err != nil {
		return Programme{}, err
	}
	d, err := s.Draw(ctx, r)
	if err != nil {
		return Programme{}, err
	}
	if d.Programme.Hash != hash {
		return Programme{}, postlift.Faultf(postlift.Conflict, "campaigns.Programme",
			"the draw is %s now, not %s: data or terms have changed since; look at it again", d.Programme.Hash, hash)
	}
	d.Programme.UID = s.campaigns.ids(programmeID, d.Programme.Name)
	return s.store.StartProgramme(ctx, d.Programme, d.Members, by)
}

// named refuses an actor without a name.
func named(by postlift.Actor) error {
	if !isPerson(by) {
		return postlift.Faultf(postlift.Invalid, "campaigns.Programme", "the name of a person is needed: --by NAME")
	}
	return nil
}

// End ends a test on a day, which is its last; the report reads up to there. Conflict where it is over already or has
// not begun.
func (s *Programmes) End(ctx context.Context, ref string, on postlift.Date, by postlift.Actor) (Programme, error) {
	if err := named(by); err != nil {
		return Programme{}, err
	}
	p, err := s.store.Programme(ctx, ref)
	if err != nil {
		return p, err
	}
	if on.IsZero() {
		settings, err := s.campaigns.store.Settings(ctx)
		if err != nil {
			return p, err
		}
		on = settings.Today(s.campaigns.clock)
	}
	switch {
	case p.State(on) == "ended":
		return p, postlift.Faultf(postlift.Conflict, "campaigns.Programme", "programme test %q is over since %s", p.Name, p.LastDay())
	case on < p.StartsOn:
		on = p.StartsOn // a test that has not begun ends with its first day, so that it stays on record
	}
	p.EndedOn = on
	return p, s.store.EndProgramme(ctx, p, on, by)
}

// Programme finds a test by id or name.
func (s *Programmes) Programme(ctx context.Context, ref string) (Programme, error) {
	return s.store.Programme(ctx, ref)
}

// Programmes lists every test, the newest first.
func (s *Programmes) Programmes(ctx context.Context) ([]Programme, error) {
	return s.store.Programmes(ctx)
}
