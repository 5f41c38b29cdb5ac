package campaigns

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"postlift"
	"postlift/accounts"
	"postlift/campaigns/rules"
)

// DesignFinder finds a design that is not stored yet; NotFound where there is none of that name.
type DesignFinder func(name string) (DesignFacts, error)

// DesignFacts are what a campaign must agree with in a design.
type DesignFacts struct {
	Class     Class
	Languages []string // none: not known here
}

// Validated is what a check of a campaign found.
type Validated struct {
	Valid      bool       `json:"valid"`
	Findings   []Finding  `json:"findings"`
	Definition Definition `json:"definition"` // with every assumption stated
}

// ValidateFile is ValidateCampaign for a campaign file: what cannot be read is a finding like the others, and
// nothing more is said of such a field.
func (s *Service) ValidateFile(ctx context.Context, file io.Reader, shipped DesignFinder) (Validated, error) {
	d, unread := ReadDefinition(file)
	if len(unread) == 1 && unread[0].Field == wholeFile {
		return Validated{Findings: unread}, nil
	}
	v, err := s.ValidateCampaign(ctx, d, shipped)
	if err != nil || len(unread) == 0 {
		return v, err
	}
	about := func(f Finding) bool {
		return slices.ContainsFunc(unread, func(u Finding) bool { return u.Field == f.Field || strings.HasPrefix(u.Field, f.Field+".") })
	}
	v.Valid, v.Findings = false, slices.Concat(unread, slices.DeleteFunc(v.Findings, about))
	return v, nil
}

// ValidateCampaign checks everything that creating the campaign would check and what a preview of today would refuse
// of the definition alone, and whether rule, designs, variants and area resolve, without storing anything. It lists
// all that it finds, not only the first.
func (s *Service) ValidateCampaign(ctx context.Context, d Definition, shipped DesignFinder) (Validated, error) {
	settings, err := s.store.Settings(ctx)
	if err != nil {
		return Validated{}, err
	}
	if d, err = s.salted(ctx, d); err != nil {
		return Validated{}, err
	}
	found, err := s.examine(ctx, d, settings, shipped)
	if err != nil {
		return Validated{}, err
	}
	v := Validated{Valid: len(found.problems) == 0, Findings: []Finding{}, Definition: found.definition}
	for _, p := range found.problems {
		v.Findings = append(v.Findings, p.finding)
	}
	for _, refused := range []struct {
		field string
		err   error
	}{{"languages", noticed(found.definition, settings)}, {"offer_until", offerStands(found.definition, settings.Today(s.clock))}} {
		if refused.err != nil {
			v.Valid, v.Findings = false, append(v.Findings, findingOf(refused.field, refused.err))
		}
	}
	return v, nil
}

// examined is a definition with what its names stand for and all that is wrong with it.
type examined struct {
	definition Definition
	rule       RuleVersion // its ID is zero for a rule's text
	tree       *rules.Node
	problems   []problem
}

// problem is a finding with the fault that tells of it alone.
type problem struct {
	finding Finding
	err     error
}

// examine completes a definition and checks it against the database.
func (s *Service) examine(ctx context.Context, d Definition, settings accounts.Settings, shipped DesignFinder) (examined, error) {
	e := examined{definition: d.filled(settings, s.ids)}
	for _, f := range e.definition.Findings(settings.Currency) {
		e.problems = append(e.problems, problem{f, f.fault()})
	}
	for _, check := range []func(context.Context, *examined, accounts.Settings) error{s.examineRule, s.examineVariants, s.examineReach} {
		if err := check(ctx, &e, settings); err != nil {
			return e, err
		}
	}
	if err := s.examineCoupons(ctx, &e); err != nil {
		return e, err
	}
	return e, s.examineDesigns(ctx, &e, shipped)
}

// note takes a fault of the user's as a finding of a field; any other error is given back.
func (e *examined) note(field string, err error) error {
	switch postlift.KindOf(err) {
	case postlift.Invalid, postlift.NotFound, postlift.Conflict:
		f := findingOf(field, err)
		e.problems = append(e.problems, problem{f, f.fault()})
		return nil
	}
	return err
}

func (s *Service) examineRule(ctx context.Context, e *examined, settings accounts.Settings) error {
	if strings.TrimSpace(e.definition.Rule) == "" {
		return nil // found already
	}
	var err error
	if e.rule, e.tree, err = s.findRule(ctx, e.definition.Rule, settings); err == nil {
		_, err = s.bind(ctx, e.tree, settings, settings.Today(s.clock))
	}
	if err != nil {
		return e.note("rule", err)
	}
	return nil
}

func (s *Service) examineVariants(ctx context.Context, e *examined, settings accounts.Settings) error {
	for i, v := range e.definition.Variants {
		if v.Rule == "" {
			continue
		}
		_, tree, err := s.findRule(ctx, v.Rule, settings)
		if err == nil {
			_, err = s.bind(ctx, tree, settings, settings.Today(s.clock))
		}
		if err != nil {
			if err := e.note(fmt.Sprintf("variants[%d].rule", i+1), err); err != nil {
				return err
			}
		}
	}
	return nil
}

// examineReach checks whom the definition reaches: area, stages of opportunities, key accounts.
func (s *Service) examineReach(ctx context.Context, e *examined, settings accounts.Settings) error {
	if _, err := s.policy(ctx, e.definition, settings); err != nil {
		if err := e.noteFault(err); err != nil {
			return err
		}
	}
	var keys PlanKeys
	if _, err := s.keyAccounts(ctx, e.definition.KeyAccounts, &keys); err != nil {
		return e.noteFault(err)
	}
	return nil
}

// noteFault takes a fault that names its field itself.
func (e *examined) noteFault(err error) error {
	text := postlift.UserText(err)
	field, rest, named := strings.Cut(strings.TrimPrefix(text, "campaign field "), ": ")
	if postlift.KindOf(err) != postlift.Invalid || !named {
		return err
	}
	if !slices.ContainsFunc(e.problems, func(p problem) bool { return p.finding.Field == field }) {
		e.problems = append(e.problems, problem{Finding{field, rest}, err})
	}
	return nil
}

// examineDesigns checks that every design exists, is of the campaign's class and in its languages.
func (s *Service) examineDesigns(ctx context.Context, e *examined, shipped DesignFinder) error {
	d := &e.definition
	check := func(field, name string, languages []string) error {
		facts, err := s.designFacts(ctx, name, shipped)
		if postlift.KindOf(err) == postlift.NotFound {
			e.problems = append(e.problems, problem{findingOf(field, err), err})
			return nil
		}
		if err != nil {
			return e.note(field, err)
		}
		if facts.Class != d.Class {
			err = badField(field, "%s is %s, the campaign is %s: they must agree", name, facts.Class, d.Class)
			return e.noteFault(err)
		}
		if len(facts.Languages) > 0 && !slices.ContainsFunc(languages, func(l string) bool { return slices.Contains(facts.Languages, l) }) {
			return e.noteFault(badField(field, "%s is written in %s, the letters are wanted in %s", name, strings.Join(facts.Languages, ", "), strings.Join(languages, ", ")))
		}
		return nil
	}
	if strings.TrimSpace(d.Design) != "" {
		if err := check("design", d.Design, d.Languages); err != nil {
			return err
		}
	}
	for i, v := range d.Variants {
		languages := v.Languages
		if len(languages) == 0 {
			languages = d.Languages
		}
		if v.Design == d.Design && len(v.Languages) == 0 || strings.TrimSpace(v.Design) == "" {
			continue
		}
		if err := check(fmt.Sprintf("variants[%d].design", i+1), v.Design, languages); err != nil {
			return err
		}
	}
	return nil
}

// designFacts looks where designs lie before they are stored, as creating a campaign does, then among the stored.
func (s *Service) designFacts(ctx context.Context, name string, shipped DesignFinder) (DesignFacts, error) {
	if shipped != nil {
		facts, err := shipped(name)
		if postlift.KindOf(err) != postlift.NotFound {
			return facts, err
		}
	}
	ref, err := s.store.LatestDesign(ctx, name)
	return DesignFacts{Class: ref.Class}, err
}
