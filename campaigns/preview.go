package campaigns

import (
	"context"
	"encoding/json"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"postlift"
	"postlift/accounts"
	"postlift/campaigns/rules"
)

// Previewed is a stored plan with what a person should read before approving it.
type Previewed struct {
	Campaign Campaign       `json:"campaign"`
	Run      Run            `json:"run"`
	Held     postlift.Money `json:"holdout_value"` // expected value given up by not mailing the held-out
	Warnings []string       `json:"warnings"`
}

// Preview plans the campaign as of a date and stores the plan as a run, superseding an unapproved one.
// Approving and running use exactly this plan. An audience without anybody is a fault and stores nothing.
func (s *Service) Preview(ctx context.Context, ref string, asOf postlift.Date, by postlift.Actor) (Previewed, error) {
	c, err := s.store.Campaign(ctx, ref)
	if err != nil {
		return Previewed{}, err
	}
	if c.State != StateDraft && c.State != StatePreviewed {
		return Previewed{}, postlift.Faultf(postlift.Conflict, "campaigns.Preview", "campaign %q is %s: its plan is frozen", c.Name, c.State)
	}
	if until := c.Definition.OfferUntil; !until.IsZero() && until < asOf {
		return Previewed{}, postlift.Faultf(postlift.Invalid, "campaigns.Preview",
			"campaign %q: offer_until is %s, before the plan's date %s: letters would promise what is over; set a later day and create the campaign again", c.Name, until, asOf)
	}
	p, err := s.gather(ctx, c, asOf)
	if err != nil {
		return Previewed{}, err
	}
	plan, err := MakePlan(p.input)
	if err != nil {
		return Previewed{}, err
	}
	run, err := s.store.SavePlan(ctx, NewRun{UID: s.ids(postlift.RunID, c.UID, "1", "1", plan.Hash), Campaign: c,
		RuleVersionID: p.rule.ID, DesignVersionID: p.design.VersionID, ScoreRunID: p.scoreRunID, AsOf: asOf,
		Record: p.input.record(c.Definition, p.settings.Mail.WindowDays, plan.Strata), Plan: plan}, by)
	if err != nil {
		return Previewed{}, err
	}
	c.State = StatePreviewed
	return Previewed{Campaign: c, Run: run, Held: heldValue(plan), Warnings: append(p.warnings(plan), addressWarnings(p.settings.Mail.TrackingBaseURL, c.Definition.LandingURL)...)}, nil
}

// preparation is everything that Preview reads before it plans.
type preparation struct {
	settings   accounts.Settings
	rule       RuleVersion
	design     DesignRef
	scoreRunID int64
	scoreAsOf  postlift.Date
	sender     accounts.Sender
	input      PlanInput
}

func (s *Service) gather(ctx context.Context, c Campaign, asOf postlift.Date) (preparation, error) {
	var p preparation
	var err error
	d := c.Definition
	if p.rule, err = s.store.Rule(ctx, d.Rule); err != nil {
		return p, err
	}
	if p.design, err = s.store.LatestDesign(ctx, d.Design); err != nil {
		return p, err
	}
	if p.settings, err = s.store.Settings(ctx); err != nil {
		return p, err
	}
	// always rebuilt: what was imported since the last time must count before letters are bought
	if err := s.store.RefreshFeatures(ctx, asOf); err != nil {
		return p, err
	}
	scores, err := s.store.PublishedRun(ctx)
	if err != nil {
		return p, err
	}
	if scores.Currency != p.settings.Currency {
		return p, postlift.Faultf(postlift.Conflict, "campaigns.Preview",
			"the scores are in %s, the reporting currency is %s: run `postlift clv score` again", scores.Currency, p.settings.Currency)
	}
	p.scoreRunID, p.scoreAsOf = scores.ID, scores.AsOf
	p.sender = p.settings.Sender.With(d.Sender)
	p.input = newPlanInput(c, p.settings, asOf)
	p.input.Versions = PlanVersions{Campaign: c.UID, Definition: c.Version, Rule: fmt.Sprintf("%s/%d", p.rule.Name, p.rule.Version),
		RuleText: p.rule.Text, Design: fmt.Sprintf("%s/%d", p.design.Name, p.design.Version), DesignHash: p.design.SHA256,
		ScoreRun: scores.UID, ScoreAsOf: scores.AsOf.String(), WindowDays: d.WindowDays, AnalysisVer: analysisVersion}
	p.input.Candidates, err = s.candidates(ctx, &p, c, asOf)
	return p, err
}

func newPlanInput(c Campaign, settings accounts.Settings, asOf postlift.Date) PlanInput {
	d := c.Definition
	in := PlanInput{Policy: d.Policy(settings.Mail), AsOf: asOf, Salt: d.Salt, Currency: settings.Currency,
		Holdout: *d.Holdout, GlobalControl: *d.GlobalControl, Lift: d.PriorLift, PieceCostMinor: d.PieceCost.Minor,
		MaxPieces: d.MaxPieces, ContactsPerSite: d.ContactsPerSite}
	if d.Budget != nil {
		in.BudgetMinor = d.Budget.Minor
	}
	return in
}

// candidates reads every account once, keeps those that the rule takes, and then reads what the gate
// needs of those alone.
func (s *Service) candidates(ctx context.Context, p *preparation, c Campaign, asOf postlift.Date) ([]Candidate, error) {
	currency := p.settings.Currency
	term, err := s.bind(ctx, p.rule.Tree, p.settings, asOf)
	if err != nil {
		return nil, err
	}
	takes, fields := term.Compile(), term.Fields()
	scale := float64(c.Definition.WindowDays) / float64(p.settings.Mail.WindowDays)
	var found []Candidate
	err = s.store.EachAccount(ctx, rules.Builtin().With(p.settings.Attributes), fields, asOf, func(a *AccountFacts) error {
		if !takes(a.Facts) {
			return nil
		}
		features, err := freeze(fields, a.Facts, currency)
		found = append(found, Candidate{AccountID: a.AccountID, Key: a.Key, GroupKey: a.GroupKey, Segment: a.Segment, Decile: a.Decile,
			ResidualMinor: a.ResidualMinor, BaselineMinor: postlift.RoundMinor(float64(a.WindowMinor) * scale),
			PreMarginMinor: a.PreMarginMinor, Features: features})
		return err
	})
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, postlift.Faultf(postlift.Invalid, "campaigns.Preview",
			"no account fulfils the rule %s as of %s: try `postlift rule count`, and `postlift rule explain` for an account that you expected", p.rule.Text, asOf)
	}
	return found, s.addGateFacts(ctx, found, asOf)
}

// gateChunk is how many accounts one set-based read of gate facts covers.
const gateChunk = 20000

func (s *Service) addGateFacts(ctx context.Context, found []Candidate, asOf postlift.Date) error {
	for from := 0; from < len(found); from += gateChunk {
		part := found[from:min(from+gateChunk, len(found))]
		ids := make([]int64, len(part))
		for i := range part {
			ids[i] = part[i].AccountID
		}
		standings, err := s.store.Standings(ctx, ids, Pressure{AsOf: asOf, WithUnsent: true})
		if err != nil {
			return err
		}
		recipients, err := s.store.RecipientsOf(ctx, ids, asOf)
		if err != nil {
			return err
		}
		for i := range part {
			part[i].Standing, part[i].Recipients = standings[ids[i]], recipients[ids[i]]
		}
	}
	return nil
}

// freeze writes the values that the rule read as a JSON object in catalogue order.
func freeze(fields []*rules.Field, facts *rules.Facts, currency string) ([]byte, error) {
	b := []byte{'{'}
	for i, f := range fields {
		if i > 0 {
			b = append(b, ',')
		}
		raw, err := json.Marshal(facts.Value(f, currency))
		if err != nil {
			return nil, fmt.Errorf("campaigns: feature %s: %w", f.Name, err)
		}
		b = append(append(append(append(b, '"'), f.Name...), '"', ':'), raw...)
	}
	return append(b, '}'), nil
}

// heldValue is what not mailing the held-out costs, by the plan's own expectation.
func heldValue(p Plan) postlift.Money {
	m := postlift.Money{Currency: p.Cost.Currency}
	for i := range p.Choices {
		if p.Choices[i].Outcome == HeldOut {
			m.Minor += p.Choices[i].ExpectedValueMinor
		}
	}
	return m
}

// minControls is the number of held-out groups below which an uplift is only indicative.
const minControls = 1000

func (p *preparation) warnings(plan Plan) []string {
	warnings := []string{}
	add := func(format string, args ...any) { warnings = append(warnings, fmt.Sprintf(format, args...)) }
	f := plan.Funnel
	if p.scoreAsOf != p.input.AsOf {
		add("the scores are as of %s, the plan as of %s: run `postlift clv score` for the same date", p.scoreAsOf, p.input.AsOf)
	}
	if f.Assigned == 0 {
		add("nobody would be mailed: this plan cannot be approved")
	}
	if p.input.Policy.Class == Advertising && f.Groups.Holdout == 0 {
		add("nobody is held out: the uplift of this campaign cannot be measured")
	} else if p.input.Policy.Class == Advertising && f.Groups.Holdout < minControls {
		add("%d groups are held out; below %d the measured uplift is only indicative", f.Groups.Holdout, minControls)
	}
	if err := p.sender.Check(); err != nil {
		add("%s", postlift.UserText(err))
	}
	if losing := negative(plan); losing > 0 {
		add("%d of the planned accounts are expected to bring less than their letters cost; a budget or max_pieces leaves them out first", losing)
	}
	if f.Matched == f.AllCounts[NoContactLeft] {
		add("every matched account lacks a contact that may be mailed: import contacts")
	}
	return warnings
}

// addressWarnings says what is wrong with the two addresses on which a scanned code depends: they are
// printed, and nobody can correct them afterwards.
func addressWarnings(tracking, landing string) []string {
	var warnings []string
	host := hostOf(tracking)
	switch {
	case isLocal(host):
		warnings = append(warnings, fmt.Sprintf("mail.tracking_base_url is %s: QR codes would lead readers to their own computer; set it to your public https address in settings.yaml and run postlift init --apply", tracking))
	case !strings.HasPrefix(strings.ToLower(tracking), "https://"):
		warnings = append(warnings, fmt.Sprintf("mail.tracking_base_url is %s: QR codes would lead over an unprotected connection; set it to your public https address in settings.yaml and run postlift init --apply", tracking))
	}
	host = hostOf(landing)
	switch {
	case isLocal(host):
		warnings = append(warnings, fmt.Sprintf("landing_url is %s: readers would be led to their own computer", landing))
	case slices.ContainsFunc([]string{".example", ".test", ".invalid"}, func(end string) bool { return strings.HasSuffix("."+host, end) }):
		warnings = append(warnings, fmt.Sprintf("landing_url is %s: addresses of that ending exist in examples only", landing))
	}
	return warnings
}

// hostOf is an address's host in small letters without port and final dot.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
}

// isLocal tells whether a host is only this computer to whoever asks for it.
func isLocal(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || err == nil && (ip.IsLoopback() || ip.IsUnspecified())
}

func negative(plan Plan) int {
	n := 0
	for i := range plan.Choices {
		c := &plan.Choices[i]
		if c.ExpectedValueMinor < 0 && (c.Outcome == Assigned || c.Outcome == HeldOut) {
			n++
		}
	}
	return n
}
