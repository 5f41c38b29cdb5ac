package campaigns

import (
	"context"
	"fmt"
	"slices"

	"postlift"
	"postlift/accounts"
	"postlift/campaigns/rules"
)

// preparation is everything that Preview reads before it plans.
type preparation struct {
	settings   accounts.Settings
	rule       RuleVersion
	design     DesignRef
	variants   []variantRef
	scoreRunID int64
	scoreAsOf  postlift.Date
	oldScores  bool // of a run from before its present fields
	feesLifted bool // of a run that does not know which part of the window's margin is agreed
	sender     accounts.Sender
	fields     []*rules.Field // that the rules read
	unmatched  []string       // key accounts that the rule does not take
	input      PlanInput
}

// variantRef is a variant with what its names stand for.
type variantRef struct {
	Variant
	design DesignRef
	tree   *rules.Node // nil: no rule
}

func (s *Service) gather(ctx context.Context, c Campaign, asOf postlift.Date) (preparation, error) {
	var p preparation
	var err error
	if p.settings, err = s.store.Settings(ctx); err != nil {
		return p, err
	}
	if err := s.gatherParts(ctx, c.Definition, &p); err != nil {
		return p, err
	}
	if err := s.store.FreshenFeatures(ctx, asOf); err != nil { // what was imported a moment ago counts before letters are bought
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
	p.scoreRunID, p.scoreAsOf, p.oldScores = scores.ID, scores.AsOf, scores.Basis == nil
	p.feesLifted = !scores.KeepsFeesApart()
	p.sender = p.settings.Sender.With(c.Definition.Sender)
	if err := s.newPlanInput(ctx, c, &p, asOf); err != nil {
		return p, err
	}
	p.input.Versions.ScoreRun, p.input.Versions.ScoreAsOf = scores.UID, scores.AsOf.String()
	keys, err := s.keyAccounts(ctx, c.Definition.KeyAccounts, &p.input.Keys)
	if err != nil {
		return p, err
	}
	if p.input.Candidates, err = s.candidates(ctx, &p, c, asOf); err != nil {
		return p, err
	}
	for i := range p.input.Candidates {
		delete(keys, p.input.Candidates[i].AccountID)
	}
	for _, name := range keys {
		p.unmatched = append(p.unmatched, name)
	}
	slices.Sort(p.unmatched)
	return p, nil
}

// gatherParts reads what the definition names: rule, design, variants.
func (s *Service) gatherParts(ctx context.Context, d Definition, p *preparation) error {
	var err error
	if p.rule, err = s.store.Rule(ctx, d.Rule); err != nil {
		return err
	}
	if p.design, err = s.store.LatestDesign(ctx, d.Design); err != nil {
		return err
	}
	for _, v := range d.Variants {
		ref := variantRef{Variant: v}
		if ref.design, err = s.store.LatestDesign(ctx, v.Design); err != nil {
			return err
		}
		if v.Rule != "" {
			if _, ref.tree, err = s.findRule(ctx, v.Rule, p.settings); err != nil {
				return err
			}
		}
		p.variants = append(p.variants, ref)
	}
	return nil
}

func (s *Service) newPlanInput(ctx context.Context, c Campaign, p *preparation, asOf postlift.Date) error {
	d, in := c.Definition, &p.input
	*in = PlanInput{AsOf: asOf, Salt: d.Salt, Currency: p.settings.Currency,
		Holdout: *d.Holdout, Design: d.HoldoutDesign, Block: d.Block, Waves: d.Waves, WaveDays: d.WaveDays, GlobalControl: *d.GlobalControl, Lift: d.PriorLift,
		PieceCostMinor: d.PieceCost.Minor, Tariff: d.tariff(), Mode: d.Mode, Top: d.Top, MaxPieces: d.MaxPieces,
		Exploration: DefaultExploration, ExploreFrom: LargeBase, ContactsPerSite: d.ContactsPerSite}
	if d.Budget != nil {
		in.BudgetMinor = d.Budget.Minor
	}
	if d.MinValue != nil {
		in.MinValueMinor = d.MinValue.Minor
	}
	switch {
	case d.Exploration != nil:
		in.Exploration, in.ExploreFrom = *d.Exploration, 0
	case d.Class == Contractual || d.HoldoutDesign == DesignWaves || d.Mode == ModeAll && d.Budget == nil:
		in.Exploration = 0 // nobody is left over to try, or nothing may be tried
	}
	var err error
	if in.Policy, err = s.policy(ctx, d, p.settings); err != nil {
		return err
	}
	if in.Learned, err = s.store.LearnedLift(ctx); err != nil {
		return err
	}
	in.Versions = PlanVersions{Campaign: c.UID, Definition: c.Version, Rule: fmt.Sprintf("%s/%d", p.rule.Name, p.rule.Version),
		RuleText: p.rule.Text, Design: p.design.label(), DesignHash: p.design.SHA256, WindowDays: d.WindowDays, AnalysisVer: analysisVersion}
	for _, v := range p.variants {
		in.Variants = append(in.Variants, PlanVariant{Name: v.Name, Weight: v.Share, Languages: v.Languages})
		version := VariantVersion{Name: v.Name, Design: v.design.label(), DesignHash: v.design.SHA256}
		if v.tree != nil {
			version.RuleText = v.tree.Text()
		}
		in.Versions.Variants = append(in.Versions.Variants, version)
	}
	return nil
}

// label names a design's version.
func (d DesignRef) label() string { return fmt.Sprintf("%s/%d", d.Name, d.Version) }

// runDesigns are the design versions of the variants.
func (p *preparation) runDesigns() []RunDesign {
	var designs []RunDesign
	for _, v := range p.variants {
		designs = append(designs, RunDesign{Variant: v.Name, DesignVersionID: v.design.VersionID, Languages: v.Languages})
	}
	return designs
}

// keyAccounts finds the declared accounts and gives those named with their names.
func (s *Service) keyAccounts(ctx context.Context, k KeyAccounts, keys *PlanKeys) (map[int64]string, error) {
	*keys = PlanKeys{Always: map[int64]bool{}, Never: map[int64]bool{}, TopPercent: k.TopPercent, Top: k.Top}
	named := map[int64]string{}
	for _, list := range []struct {
		names []string
		into  map[int64]bool
	}{{k.Always, keys.Always}, {k.Never, keys.Never}} {
		for _, name := range list.names {
			id, err := s.store.AccountID(ctx, name)
			if err != nil {
				return nil, badField("key_accounts", "%s", postlift.UserText(err))
			}
			list.into[id], named[id] = true, name
		}
	}
	return named, nil
}
