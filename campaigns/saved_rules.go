package campaigns

import (
	"context"
	"errors"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"postlift"
	"postlift/accounts"
	"postlift/campaigns/rules"
)

// Catalogue is the features that rules may name: the built-in ones and the organisation's own attributes.
func (s *Service) Catalogue(ctx context.Context) (*rules.Catalogue, error) {
	settings, err := s.store.Settings(ctx)
	return rules.Builtin().With(settings.Attributes), err
}

// bind settles what a rule leaves open, as of a day: saved rules that it refers to, places, relative dates.
func (s *Service) bind(ctx context.Context, tree *rules.Node, settings accounts.Settings, asOf postlift.Date) (*rules.Term, error) {
	return rules.Builtin().With(settings.Attributes).Bind(tree, s.binding(ctx, settings, asOf))
}

func (s *Service) binding(ctx context.Context, settings accounts.Settings, asOf postlift.Date) rules.Binding {
	return rules.Binding{AsOf: asOf, Currency: settings.Currency,
		Segment: func(name string) (*rules.Node, error) { return s.segmentRule(ctx, name) },
		Near:    func(near rules.Near) ([]string, error) { return s.store.PlacesNear(ctx, near) },
	}
}

// segmentRule finds the rule that in_segment names. Only the name counts, not the id: so a rule has one word for it
// in texts, and a cycle shows as one.
func (s *Service) segmentRule(ctx context.Context, name string) (*rules.Node, error) {
	const op = "campaigns.in_segment"
	version, err := s.store.Rule(ctx, name)
	switch {
	case err == nil && version.Name == name:
		return version.Tree, nil
	case err == nil:
		return nil, postlift.Faultf(postlift.NotFound, op, "in_segment(%q): refer to the saved rule by its name: in_segment(%q)", name, version.Name)
	case postlift.KindOf(err) != postlift.NotFound:
		return nil, err
	}
	known, err := s.ruleNames(ctx)
	if err != nil {
		return nil, err
	}
	return nil, postlift.Faultf(postlift.NotFound, op, "in_segment(%q): there is no saved rule of that name%s", name, rules.DidYouMean(known, name))
}

func (s *Service) ruleNames(ctx context.Context) ([]string, error) {
	saved, err := s.store.Rules(ctx)
	names := make([]string, len(saved))
	for i, v := range saved {
		names[i] = v.Name
	}
	return names, err
}

// findRule takes the name or id of a saved rule before it takes a text; the version is zero for a text.
func (s *Service) findRule(ctx context.Context, rule string, settings accounts.Settings) (RuleVersion, *rules.Node, error) {
	name := strings.TrimSpace(rule)
	version, err := s.store.Rule(ctx, name)
	if err == nil {
		return version, version.Tree, nil
	}
	if postlift.KindOf(err) != postlift.NotFound {
		return RuleVersion{}, nil, err
	}
	catalogue := rules.Builtin().With(settings.Attributes)
	tree, parseErr := catalogue.Parse(rule)
	if parseErr != nil && ruleName(name) {
		if _, isField := catalogue.Field(name); !isField {
			known, err := s.ruleNames(ctx)
			if err != nil {
				return RuleVersion{}, nil, err
			}
			var f *postlift.Fault
			if errors.As(parseErr, &f) {
				f.Text = "there is no saved rule of that name" + rules.DidYouMean(known, name) + ", and as a rule's text: " + f.Text
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

// SaveRule checks a rule's text and saves it under a name, as a new version where it changed. It is refused where it
// would refer to itself, also through other saved rules, and where a saved rule that refers to it would no longer
// work.
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
	return s.saveTree(ctx, name, tree, settings, by)
}

// saveTree saves a checked tree where it can be bound under that name, and so can the rules that refer to it.
func (s *Service) saveTree(ctx context.Context, name string, tree *rules.Node, settings accounts.Settings, by postlift.Actor) (RuleVersion, error) {
	catalogue := rules.Builtin().With(settings.Attributes)
	before := s.binding(ctx, settings, settings.Today(s.clock))
	under := before
	under.Name = name
	if _, err := catalogue.Bind(tree, under); err != nil {
		return RuleVersion{}, err
	}
	saved, err := s.store.Rules(ctx)
	if err != nil {
		return RuleVersion{}, err
	}
	after := before
	after.Segment = func(segment string) (*rules.Node, error) {
		if segment == name {
			return tree, nil
		}
		return before.Segment(segment)
	}
	for _, v := range dependents(saved, name) {
		if _, err := catalogue.Bind(v.Tree, before); err != nil {
			continue // it did not work before
		}
		if _, err := catalogue.Bind(v.Tree, after); err != nil {
			return RuleVersion{}, postlift.Faultf(postlift.Invalid, "campaigns.SaveRule",
				"the saved rule %q refers to %q and would not work any more: %s", v.Name, name, postlift.UserText(err))
		}
	}
	return s.store.SaveRule(ctx, name, tree.Text(), tree, by)
}

// dependents are the saved rules that refer to a name, also through others.
func dependents(saved []RuleVersion, name string) []RuleVersion {
	reached := []string{name}
	var found []RuleVersion
	for grew := true; grew; {
		grew = false
		for _, v := range saved {
			if slices.Contains(reached, v.Name) || !slices.ContainsFunc(v.Tree.Segments(), func(s string) bool { return slices.Contains(reached, s) }) {
				continue
			}
			reached, found, grew = append(reached, v.Name), append(found, v), true
		}
	}
	return found
}

// Rules lists the saved rules in their latest versions.
func (s *Service) Rules(ctx context.Context) ([]RuleVersion, error) { return s.store.Rules(ctx) }

// RuleDiff is what changed between two versions of a saved rule.
type RuleDiff struct {
	Name    string         `json:"name"`
	From    int            `json:"from"`
	To      int            `json:"to"`
	Changes []rules.Change `json:"changes"` // none: both say the same
}

// DiffRule compares two versions of a saved rule; to 0 is the latest, from 0 the one before to. NotFound where there
// is no such rule or version.
func (s *Service) DiffRule(ctx context.Context, ref string, from, to int) (RuleDiff, error) {
	versions, err := s.store.RuleVersions(ctx, ref)
	if err != nil {
		return RuleDiff{}, err
	}
	latest := versions[len(versions)-1]
	if to == 0 {
		to = latest.Version
	}
	if from == 0 {
		from = to - 1
	}
	find := func(version int) (*rules.Node, error) {
		i := slices.IndexFunc(versions, func(v RuleVersion) bool { return v.Version == version })
		switch {
		case i >= 0:
			return versions[i].Tree, nil
		case version == 0:
			return nil, postlift.Faultf(postlift.NotFound, "campaigns.DiffRule", "%q has nothing before version 1 to compare with", latest.Name)
		}
		return nil, postlift.Faultf(postlift.NotFound, "campaigns.DiffRule", "%q has no version %d; it has 1 to %d", latest.Name, version, latest.Version)
	}
	old, err := find(from)
	if err != nil {
		return RuleDiff{}, err
	}
	changed, err := find(to)
	if err != nil {
		return RuleDiff{}, err
	}
	return RuleDiff{Name: latest.Name, From: from, To: to, Changes: append([]rules.Change{}, rules.Diff(old, changed)...)}, nil
}
