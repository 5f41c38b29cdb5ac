package campaigns

import (
	"context"
	"errors"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"postlift"
	"postlift/accounts"
	"postlift/campaigns/rules"
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

// CheckedRule is a rule that was read and checked.
type CheckedRule struct {
	Name    string      `json:"name,omitempty"` // of a saved rule
	Version int         `json:"version,omitempty"`
	Text    string      `json:"text"` // as the tree prints
	Fields  []string    `json:"fields"`
	Tree    *rules.Node `json:"tree"`
}

// CheckRule reads a rule: a saved one by its name or id, else a rule's text.
func (s *Service) CheckRule(ctx context.Context, rule string) (CheckedRule, error) {
	settings, err := s.store.Settings(ctx)
	if err != nil {
		return CheckedRule{}, err
	}
	version, tree, err := s.findRule(ctx, rule, settings)
	if err != nil {
		return CheckedRule{}, err
	}
	term, err := s.bind(ctx, tree, settings, settings.Today(s.clock))
	if err != nil {
		return CheckedRule{}, err
	}
	c := CheckedRule{Name: version.Name, Version: version.Version, Text: tree.Text(), Tree: tree, Fields: []string{}}
	for _, f := range term.Fields() {
		c.Fields = append(c.Fields, f.Name)
	}
	return c, nil
}

// Catalogue is the features that rules may name: the built-in ones and the organisation's own attributes.
func (s *Service) Catalogue(ctx context.Context) (*rules.Catalogue, error) {
	settings, err := s.store.Settings(ctx)
	return rules.Builtin().With(settings.Attributes), err
}

// bind settles what a rule leaves open, as of a day: saved rules that it refers to, places, relative dates.
func (s *Service) bind(ctx context.Context, tree *rules.Node, settings accounts.Settings, asOf postlift.Date) (*rules.Term, error) {
	return rules.Builtin().With(settings.Attributes).Bind(tree, rules.Binding{AsOf: asOf, Currency: settings.Currency,
		Segment: func(name string) (*rules.Node, error) {
			version, err := s.store.Rule(ctx, name)
			return version.Tree, err
		},
		Near: func(near rules.Near) ([]string, error) { return s.store.PlacesNear(ctx, near) },
	})
}

// findRule takes the name or id of a saved rule before it takes a text; the version is zero for a text.
func (s *Service) findRule(ctx context.Context, rule string, settings accounts.Settings) (RuleVersion, *rules.Node, error) {
	version, err := s.store.Rule(ctx, strings.TrimSpace(rule))
	if err == nil {
		return version, version.Tree, nil
	}
	if postlift.KindOf(err) != postlift.NotFound {
		return RuleVersion{}, nil, err
	}
	catalogue := rules.Builtin().With(settings.Attributes)
	tree, parseErr := catalogue.Parse(rule)
	if parseErr != nil && ruleName(strings.TrimSpace(rule)) {
		if _, isField := catalogue.Field(strings.TrimSpace(rule)); !isField {
			var f *postlift.Fault
			if errors.As(parseErr, &f) {
				f.Text = "there is no saved rule of that name, and as a rule's text: " + f.Text
			}
		}
	}
	return RuleVersion{}, tree, parseErr
}

// ruleName tells whether s can name a rule: letters, digits, space, - _ and . , at most 60.
func ruleName(s string) bool {
	return s != "" && utf8.RuneCountInString(s) <= 60 && strings.TrimSpace(s) == s && !strings.ContainsFunc(s, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune(" -_.", r)
	})
}

// SaveRule checks a rule's text and saves it under a name, as a new version where it changed.
func (s *Service) SaveRule(ctx context.Context, name, text string, by postlift.Actor) (RuleVersion, error) {
	if !ruleName(name) {
		return RuleVersion{}, postlift.Faultf(postlift.Invalid, "campaigns.SaveRule",
			"%q cannot name a rule: letters, digits, spaces, - _ and . are possible, at most 60", name)
	}
	settings, err := s.store.Settings(ctx)
	if err != nil {
		return RuleVersion{}, err
	}
	catalogue := rules.Builtin().With(settings.Attributes)
	if _, isField := catalogue.Field(name); isField {
		return RuleVersion{}, postlift.Faultf(postlift.Invalid, "campaigns.SaveRule", "%s is a field and cannot name a rule", name)
	}
	tree, err := catalogue.Parse(text)
	if err != nil {
		return RuleVersion{}, err
	}
	if _, err := s.bind(ctx, tree, settings, settings.Today(s.clock)); err != nil {
		return RuleVersion{}, err
	}
	return s.store.SaveRule(ctx, name, tree.Text(), tree, by)
}

// Rules lists the saved rules in their latest versions.
func (s *Service) Rules(ctx context.Context) ([]RuleVersion, error) { return s.store.Rules(ctx) }

// RuleExplained tells why an account is in a rule or out.
type RuleExplained struct {
	AccountUID string          `json:"account_id"`
	Account    string          `json:"account"`
	AsOf       postlift.Date   `json:"as_of"`
	Match      bool            `json:"match"`
	Rule       rules.Explained `json:"rule"`
}

// ExplainRule evaluates a rule for one account, clause by clause.
func (s *Service) ExplainRule(ctx context.Context, rule, account string, asOf postlift.Date) (RuleExplained, error) {
	settings, err := s.ready(ctx, asOf)
	if err != nil {
		return RuleExplained{}, err
	}
	_, tree, err := s.findRule(ctx, rule, settings)
	if err != nil {
		return RuleExplained{}, err
	}
	term, err := s.bind(ctx, tree, settings, asOf)
	if err != nil {
		return RuleExplained{}, err
	}
	a, err := s.store.AccountFacts(ctx, rules.Builtin().With(settings.Attributes), account, asOf)
	if err != nil {
		return RuleExplained{}, err
	}
	e := term.Explain(a.Facts, settings.Currency)
	return RuleExplained{AccountUID: a.UID, Account: a.Name, AsOf: asOf, Match: e.Outcome == rules.Met, Rule: e}, nil
}

// RuleCount is how many accounts a rule takes.
type RuleCount struct {
	Text     string        `json:"text"`
	AsOf     postlift.Date `json:"as_of"`
	Accounts int           `json:"accounts"`
	Matched  int           `json:"matched"`
}

// CountRule evaluates a rule over every account.
func (s *Service) CountRule(ctx context.Context, rule string, asOf postlift.Date) (RuleCount, error) {
	settings, err := s.ready(ctx, asOf)
	if err != nil {
		return RuleCount{}, err
	}
	_, tree, err := s.findRule(ctx, rule, settings)
	if err != nil {
		return RuleCount{}, err
	}
	term, err := s.bind(ctx, tree, settings, asOf)
	if err != nil {
		return RuleCount{}, err
	}
	takes := term.Compile()
	count := RuleCount{Text: tree.Text(), AsOf: asOf}
	err = s.store.EachAccount(ctx, rules.Builtin().With(settings.Attributes), term.Fields(), asOf, func(a *AccountFacts) error {
		count.Accounts++
		if takes(a.Facts) {
			count.Matched++
		}
		return nil
	})
	return count, err
}

// ready reads the settings and makes the features stand for asOf.
func (s *Service) ready(ctx context.Context, asOf postlift.Date) (accounts.Settings, error) {
	settings, err := s.store.Settings(ctx)
	if err != nil {
		return settings, err
	}
	have, err := s.store.FeaturesAsOf(ctx)
	if err != nil || have == asOf {
		return settings, err
	}
	return settings, s.store.RefreshFeatures(ctx, asOf)
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
	if d.Salt == "" { // an edited campaign keeps its draw
		if before, err := s.store.Campaign(ctx, d.Name); err == nil {
			d.Salt = before.Definition.Salt
		} else if postlift.KindOf(err) != postlift.NotFound {
			return Campaign{}, err
		}
	}
	if d, err = d.Complete(settings, s.ids); err != nil {
		return Campaign{}, err
	}
	version, tree, err := s.findRule(ctx, d.Rule, settings)
	if err == nil {
		_, err = s.bind(ctx, tree, settings, settings.Today(s.clock))
	}
	if err != nil {
		return Campaign{}, badField("rule", "%s", postlift.UserText(err))
	}
	design, err := s.store.LatestDesign(ctx, d.Design)
	if err != nil {
		return Campaign{}, err
	}
	if design.Class != d.Class {
		return Campaign{}, badField("design", "%s is %s, the campaign is %s: they must agree", design.Name, design.Class, d.Class)
	}
	if version.ID == 0 {
		name := campaignRule(d.Name)
		if _, err := s.store.SaveRule(ctx, name, tree.Text(), tree, by); err != nil {
			return Campaign{}, err
		}
		d.Rule = name
	} else {
		d.Rule = version.Name
	}
	return s.store.SaveCampaign(ctx, d, by)
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

// CurrentRun is the campaign's run that was not superseded; NotFound before the first preview.
func (s *Service) CurrentRun(ctx context.Context, ref string) (Run, error) {
	c, err := s.store.Campaign(ctx, ref)
	if err != nil {
		return Run{}, err
	}
	return s.store.CurrentRun(ctx, c.ID)
}
