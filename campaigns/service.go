package campaigns

import (
	"context"
	"io"

	"postlift"
	"postlift/accounts"
)

// Service plans campaigns. Every changing method takes the actor that the events name.
type Service struct {
	store Store
	clock postlift.Clock
	ids   postlift.IDMaker
}

// NewService makes the service over its store.
func NewService(store Store, clock postlift.Clock, ids postlift.IDMaker) *Service {
	return &Service{store: store, clock: clock, ids: ids}
}

// ready reads the settings and makes the features stand for asOf, with whatever was imported until now.
func (s *Service) ready(ctx context.Context, asOf postlift.Date) (accounts.Settings, error) {
	settings, err := s.store.Settings(ctx)
	if err != nil {
		return settings, err
	}
	return settings, s.store.FreshenFeatures(ctx, asOf)
}

// CreateCampaign reads, completes and checks a campaign file and stores it. A campaign of the same name
// that is not approved yet gets a new version. A rule given as text is saved under the campaign's name.
func (s *Service) CreateCampaign(ctx context.Context, file io.Reader, by postlift.Actor) (Campaign, error) {
	d, err := DecodeDefinition(file)
	if err != nil {
		return Campaign{}, err
	}
	return s.SaveCampaign(ctx, d, by)
}

// SaveCampaign is CreateCampaign for a definition that is decoded already.
func (s *Service) SaveCampaign(ctx context.Context, d Definition, by postlift.Actor) (Campaign, error) {
	settings, err := s.store.Settings(ctx)
	if err != nil {
		return Campaign{}, err
	}
	if d, err = s.salted(ctx, d); err != nil {
		return Campaign{}, err
	}
	found, err := s.examine(ctx, d, settings, nil)
	if err != nil {
		return Campaign{}, err
	}
	if len(found.problems) > 0 {
		return Campaign{}, found.problems[0].err
	}
	d = found.definition
	if found.rule.ID == 0 {
		name := campaignRule(d.Name)
		if _, err := s.saveTree(ctx, name, found.tree, settings, by); err != nil {
			return Campaign{}, err
		}
		d.Rule = name
	} else {
		d.Rule = found.rule.Name
	}
	return s.store.SaveCampaign(ctx, d, by)
}

// salted gives an edited campaign the salt that it has, so that it keeps its draw.
func (s *Service) salted(ctx context.Context, d Definition) (Definition, error) {
	if d.Salt != "" {
		return d, nil
	}
	before, err := s.store.Campaign(ctx, d.Name)
	if err != nil {
		return d, ignoreNotFound(err)
	}
	d.Salt = before.Definition.Salt
	return d, nil
}

// campaignRule names the rule that a campaign's own text is saved under; the colon keeps it apart from
// the names that people give.
func campaignRule(campaign string) string { return "campaign: " + campaign }

// Campaign finds a campaign by id or name.
func (s *Service) Campaign(ctx context.Context, ref string) (Campaign, error) {
	return s.store.Campaign(ctx, ref)
}

// Campaigns lists every campaign, the newest first.
func (s *Service) Campaigns(ctx context.Context) ([]Campaign, error) { return s.store.Campaigns(ctx) }

// currentRun is the campaign's run that was not superseded; a Conflict that names the remedy before the first preview.
func (s *Service) currentRun(ctx context.Context, c Campaign) (Run, error) {
	run, err := s.store.CurrentRun(ctx, c.ID)
	if postlift.KindOf(err) == postlift.NotFound {
		return run, postlift.Faultf(postlift.Conflict, "campaigns.CurrentRun", "campaign %q has no plan yet: postlift campaign preview %q makes one", c.Name, c.Name)
	}
	return run, err
}

// CurrentRun is the campaign's run that was not superseded, its samples under their present names; NotFound before
// the first preview.
func (s *Service) CurrentRun(ctx context.Context, ref string) (Run, error) {
	c, err := s.store.Campaign(ctx, ref)
	if err != nil {
		return Run{}, err
	}
	run, err := s.store.CurrentRun(ctx, c.ID)
	if postlift.KindOf(err) == postlift.NotFound {
		err = postlift.Faultf(postlift.NotFound, "campaigns.CurrentRun", "campaign %q has no plan yet: preview it first", c.Name)
	}
	if err == nil && run.Outlook != nil {
		err = s.rename(ctx, run.Outlook.Samples)
	}
	return run, err
}
