package campaigns

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"

	"postlift"
	"postlift/accounts"
	"postlift/campaigns/lift"
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
	p.scoreRunID, p.scoreAsOf, p.oldScores = scores.ID, scores.AsOf, scores.Basis == nil
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
		Holdout: *d.Holdout, Design: d.HoldoutDesign, Block: d.Block, Waves: d.Waves, GlobalControl: *d.GlobalControl, Lift: d.PriorLift,
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

// traitFields are what planning reads of an account beside what the rules do.
type traitFields struct {
	alive, mailed, orders, revenue *rules.Field
}

func (t *traitFields) find(c *rules.Catalogue) []*rules.Field {
	var found []*rules.Field
	for _, want := range []struct {
		name string
		into **rules.Field
	}{{"clv.p_alive", &t.alive}, {"days_since_last_mail", &t.mailed}, {"orders", &t.orders}, {"revenue_12m", &t.revenue}} {
		if f, ok := c.Field(want.name); ok {
			*want.into = f
			found = append(found, f)
		}
	}
	return found
}

// numberOf is a number or the minor units of an amount; NaN where it is missing.
func numberOf(facts *rules.Facts, f *rules.Field) float64 {
	if f == nil {
		return math.NaN()
	}
	switch v := facts.Value(f, "").(type) {
	case float64:
		return v
	case postlift.Money:
		return float64(v.Minor)
	}
	return math.NaN()
}

// daysPerMonth turns days since the last letter into months.
const daysPerMonth = 365.25 / 12

// traits is what the lift of an account may depend on. How readily it orders after letters is not measured yet.
func (t *traitFields) traits(a *AccountFacts, ranks map[int]float64) lift.Traits {
	number := func(f *rules.Field) float64 { return numberOf(a.Facts, f) }
	x := lift.Traits{Segment: a.Segment, MailAffinity: math.NaN(), FrequencyRank: math.NaN(), PAlive: number(t.alive), MonthsSincePiece: lift.NeverMailed}
	if days := number(t.mailed); !math.IsNaN(days) {
		x.MonthsSincePiece = days / daysPerMonth
	}
	if orders := number(t.orders); !math.IsNaN(orders) && ranks != nil {
		x.FrequencyRank = ranks[int(orders)]
	}
	return x
}

// candidates reads the accounts that the rule takes, and then what the gate needs of them.
func (s *Service) candidates(ctx context.Context, p *preparation, c Campaign, asOf postlift.Date) ([]Candidate, error) {
	currency := p.settings.Currency
	catalogue := rules.Builtin().With(p.settings.Attributes)
	term, err := s.bind(ctx, p.rule.Tree, p.settings, asOf)
	if err != nil {
		return nil, err
	}
	p.fields = term.Fields()
	variantOf, err := s.variantRules(ctx, p, asOf)
	if err != nil {
		return nil, err
	}
	var ranks map[int]float64
	if p.input.Learned != nil || p.input.Exploration > 0 {
		if ranks, err = s.store.OrderRanks(ctx); err != nil {
			return nil, err
		}
	}
	var own traitFields
	read := union(p.fields, own.find(catalogue))
	scale := float64(c.Definition.WindowDays) / float64(p.settings.Mail.WindowDays)
	var found []Candidate
	err = s.store.EachMatch(ctx, catalogue, term, read, asOf, func(a *AccountFacts) error {
		features, err := freeze(p.fields, a.Facts, currency)
		x := Candidate{AccountID: a.AccountID, Key: a.Key, GroupKey: a.GroupKey, Segment: a.Segment,
			ResidualMinor: a.ResidualMinor, BaselineMinor: postlift.RoundMinor(float64(a.WindowMinor) * scale),
			PreMarginMinor: a.PreMarginMinor, Traits: own.traits(a, ranks), Variant: variantOf(a.Facts), Features: features}
		if net := numberOf(a.Facts, own.revenue); !math.IsNaN(net) {
			x.PreNetMinor = postlift.RoundMinor(net)
		}
		found = append(found, x)
		return err
	})
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, postlift.Faultf(postlift.Invalid, "campaigns.Preview",
			"no account fulfils the rule %s as of %s: try `postlift rule count`, and `postlift rule explain` for an account that you expected%s", p.rule.Text, asOf, p.oldScoresHint())
	}
	return found, s.addGateFacts(ctx, found, &p.input.Policy, asOf)
}

// variantRules compiles the rules of the variants; what it gives names the first variant whose rule takes an account.
func (s *Service) variantRules(ctx context.Context, p *preparation, asOf postlift.Date) (func(*rules.Facts) string, error) {
	type taker struct {
		name  string
		takes rules.Predicate
	}
	var takers []taker
	for _, v := range p.variants {
		if v.tree == nil {
			continue
		}
		term, err := s.bind(ctx, v.tree, p.settings, asOf)
		if err != nil {
			return nil, badField("variants", "%s: %s", v.Name, postlift.UserText(err))
		}
		p.fields = union(p.fields, term.Fields())
		takers = append(takers, taker{v.Name, term.Compile()})
	}
	return func(f *rules.Facts) string {
		for _, t := range takers {
			if t.takes(f) {
				return t.name
			}
		}
		return ""
	}, nil
}

// union joins fields, in the catalogue's order of names, each once.
func union(a, b []*rules.Field) []*rules.Field {
	all := slices.Clone(a)
	for _, f := range b {
		if !slices.Contains(all, f) {
			all = append(all, f)
		}
	}
	return all
}

// freeze writes the values that the rules read as a JSON object in their order.
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
