package campaigns

import (
	"context"
	"slices"
	"strings"

	"postlift"
	"postlift/campaigns/rules"
)

// RuleUse is what refers to a saved rule: lists may be empty, never nil.
type RuleUse struct {
	Campaigns []Campaign `json:"campaigns"` // by their rule or a variant's
	Segments  []Segment  `json:"segments"`  // that keep its members; at most one
	Rules     []string   `json:"rules"`     // saved rules that refer to it themselves
}

// SavedRule is a saved rule in its latest version, in words, with what uses it.
type SavedRule struct {
	RuleVersion
	SentenceEN string  `json:"sentence_en"`
	SentenceDE string  `json:"sentence_de"`
	Currency   string  `json:"currency"` // of the rule's amounts
	UsedBy     RuleUse `json:"used_by"`
}

// OfCampaign is the campaign whose own text the rule holds, or "": such a rule was not saved by anybody under a name.
func (r SavedRule) OfCampaign() string {
	name, found := strings.CutPrefix(r.Name, campaignRule(""))
	if !found {
		return ""
	}
	return name
}

// RuleStep is one version of a saved rule with what it changed.
type RuleStep struct {
	RuleVersion
	Changes []rules.Change `json:"changes"` // against the version before; none for the first
}

// RuleHistory is a saved rule with its versions, the newest first.
type RuleHistory struct {
	SavedRule
	Versions []RuleStep `json:"versions"`
}

// SavedRules lists the saved rules by name, in words and with what uses them.
func (s *Service) SavedRules(ctx context.Context) ([]SavedRule, error) {
	saved, err := s.store.Rules(ctx)
	if err != nil {
		return nil, err
	}
	return s.inUse(ctx, saved, saved)
}

// RuleHistory is a saved rule by its name or id; NotFound names the nearest one.
func (s *Service) RuleHistory(ctx context.Context, ref string) (RuleHistory, error) {
	versions, err := s.store.RuleVersions(ctx, ref)
	if postlift.KindOf(err) == postlift.NotFound && err != nil {
		known, listErr := s.ruleNames(ctx)
		if listErr != nil {
			return RuleHistory{}, listErr
		}
		return RuleHistory{}, postlift.Faultf(postlift.NotFound, "campaigns.RuleHistory", "there is no saved rule %q%s", ref, rules.DidYouMean(known, ref))
	}
	if err != nil {
		return RuleHistory{}, err
	}
	saved, err := s.store.Rules(ctx)
	if err != nil {
		return RuleHistory{}, err
	}
	latest, err := s.inUse(ctx, versions[len(versions)-1:], saved)
	if err != nil {
		return RuleHistory{}, err
	}
	h := RuleHistory{SavedRule: latest[0]}
	for i, v := range slices.Backward(versions) {
		step := RuleStep{RuleVersion: v, Changes: []rules.Change{}}
		if i > 0 {
			step.Changes = append(step.Changes, rules.Diff(versions[i-1].Tree, v.Tree)...)
		}
		h.Versions = append(h.Versions, step)
	}
	return h, nil
}

// inUse puts rules into words and looks up what refers to each; all are the saved rules that may refer to them.
func (s *Service) inUse(ctx context.Context, list, all []RuleVersion) ([]SavedRule, error) {
	settings, err := s.store.Settings(ctx)
	if err != nil {
		return nil, err
	}
	users, err := s.store.Campaigns(ctx)
	if err != nil {
		return nil, err
	}
	segments, err := s.store.Segments(ctx)
	if err != nil {
		return nil, err
	}
	catalogue := rules.Builtin().With(settings.Attributes)
	found := make([]SavedRule, len(list))
	for i, v := range list {
		found[i] = SavedRule{RuleVersion: v, Currency: settings.Currency, UsedBy: RuleUse{Campaigns: []Campaign{}, Segments: []Segment{}, Rules: []string{}},
			SentenceEN: v.Tree.Sentence(catalogue, "en", settings.Currency), SentenceDE: v.Tree.Sentence(catalogue, "de", settings.Currency)}
		use := &found[i].UsedBy
		for _, c := range users {
			if c.Definition.Rule == v.Name || slices.ContainsFunc(c.Definition.Variants, func(one Variant) bool { return one.Rule == v.Name }) {
				use.Campaigns = append(use.Campaigns, c)
			}
		}
		for _, one := range segments {
			if one.Name == v.Name {
				use.Segments = append(use.Segments, one)
			}
		}
		for _, one := range all {
			if slices.Contains(one.Tree.Segments(), v.Name) {
				use.Rules = append(use.Rules, one.Name)
			}
		}
		slices.Sort(use.Rules)
	}
	slices.SortFunc(found, func(a, b SavedRule) int { return strings.Compare(a.Name, b.Name) })
	return found, nil
}
