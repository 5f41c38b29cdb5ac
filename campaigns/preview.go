package campaigns

import (
	"context"
	"strings"

	"postlift"
	"postlift/accounts"
)

// Previewed is a stored plan with what a person should read before approving it.
type Previewed struct {
	Campaign Campaign       `json:"campaign"`
	Run      Run            `json:"run"`
	Held     postlift.Money `json:"holdout_value,omitzero"` // expected value given up by not mailing the held-out; left out for contractual letters
	Warnings []string       `json:"warnings"`               // those of the run's outlook, in English
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
	if err := offerStands(c.Definition, asOf); err != nil {
		return Previewed{}, err
	}
	p, err := s.gather(ctx, c, asOf)
	if err != nil {
		return Previewed{}, err
	}
	if err := noticed(c.Definition, p.settings); err != nil {
		return Previewed{}, err
	}
	plan, err := MakePlan(p.input)
	if err != nil {
		return Previewed{}, err
	}
	outlook := plan.outlook(&p.input)
	outlook.Waves, outlook.Variants = plan.waves(asOf, c.Definition.WaveDays), plan.variants(p.input.Variants)
	outlook.Warnings = append(p.warnings(plan), addressWarnings(p.settings.Mail.TrackingBaseURL, c.Definition.LandingURL)...)
	record := p.input.record(c.Definition, p.settings.Mail.WindowDays, plan)
	if record.Trust, err = s.trust(ctx, c.Definition, plan, asOf); err != nil {
		return Previewed{}, err
	}
	outlook.Warnings = trustWarnings(outlook.Warnings, record.Trust)
	if c.Class == Contractual {
		outlook.withoutEarnings()
	}
	if err := s.identify(ctx, outlook.Samples); err != nil {
		return Previewed{}, err
	}
	run, err := s.store.SavePlan(ctx, NewRun{UID: s.ids(postlift.RunID, c.UID, "1", "1", plan.Hash), Campaign: c,
		RuleVersionID: p.rule.ID, DesignVersionID: p.design.VersionID, ScoreRunID: p.scoreRunID, AsOf: asOf,
		Record: record, Plan: plan, Outlook: outlook, Designs: p.runDesigns(),
		ApprovalsNeeded: approvalsNeeded(plan.Cost, p.settings.Mail.SecondApprovalAbove)}, by)
	if err != nil {
		return Previewed{}, err
	}
	if err := s.rename(ctx, run.Outlook.Samples); err != nil {
		return Previewed{}, err
	}
	c.State = StatePreviewed
	return Previewed{Campaign: c, Run: run, Held: outlook.Holdout, Warnings: texts(outlook.Warnings)}, nil
}

// offerStands refuses an offer that is over before the letters of a plan of that day are mailed.
func offerStands(d Definition, asOf postlift.Date) error {
	if until := d.OfferUntil; !until.IsZero() && until < asOf {
		return postlift.Faultf(postlift.Invalid, "campaigns.Preview",
			"campaign %q: offer_until is %s, before the plan's date %s: letters would promise what is over; set a later day and create the campaign again", d.Name, until, asOf)
	}
	return offerLasts(d, asOf)
}

// offerLasts refuses an offer that is over before the last wave is mailed.
func offerLasts(d Definition, asOf postlift.Date) error {
	last := asOf.AddDays(max(d.Waves-1, 0) * d.WaveDays)
	if d.HoldoutDesign != DesignWaves || d.OfferUntil.IsZero() || d.OfferUntil >= last {
		return nil
	}
	return postlift.Faultf(postlift.Invalid, "campaigns.Preview",
		"campaign %q: offer_until is %s, but the last of its %d waves is mailed on %s at the earliest: set a later day, fewer waves or fewer wave_days, and create the campaign again", d.Name, d.OfferUntil, d.Waves, last)
}

// identify gives samples the outward ids of their accounts.
func (s *Service) identify(ctx context.Context, samples []Sample) error {
	ids := make([]int64, len(samples))
	for i := range samples {
		ids[i] = samples[i].accountID
	}
	uids, err := s.store.AccountUIDs(ctx, ids)
	for i := range samples {
		samples[i].AccountUID = uids[samples[i].accountID]
	}
	return err
}

// rename gives samples the present names of their accounts.
func (s *Service) rename(ctx context.Context, samples []Sample) error {
	if len(samples) == 0 {
		return nil
	}
	uids := make([]string, len(samples))
	for i := range samples {
		uids[i] = samples[i].AccountUID
	}
	names, err := s.store.AccountNames(ctx, uids)
	for i := range samples {
		samples[i].Account = names[samples[i].AccountUID]
	}
	return err
}

// noticed refuses advertising in a language in which the settings have no notice of how to object to it.
func noticed(d Definition, settings accounts.Settings) error {
	if d.Class != Advertising {
		return nil
	}
	for _, l := range d.Languages {
		if strings.TrimSpace(settings.ObjectionNotice[l]) == "" {
			return postlift.Faultf(postlift.Invalid, "campaigns.Preview",
				"settings: objection_notice.%s is missing, and advertising must carry it: add it to settings.yaml and run postlift init --apply, or take %s out of languages", l, l)
		}
	}
	return nil
}
