package campaigns

import (
	"context"

	"postlift"
	"postlift/campaigns/rules"
)

// CheckedRule is a rule that was read and checked.
type CheckedRule struct {
	Name       string      `json:"name,omitempty"` // of a saved rule
	Version    int         `json:"version,omitempty"`
	Text       string      `json:"text"` // as the tree prints
	SentenceEN string      `json:"sentence_en"`
	SentenceDE string      `json:"sentence_de"`
	Fields     []string    `json:"fields"`   // that it reads, through saved rules too
	Segments   []string    `json:"segments"` // saved rules that it refers to, through others too
	Tree       *rules.Node `json:"tree"`
	Hints      []RuleHint  `json:"hints"`    // texts that no account has
	Currency   string      `json:"currency"` // of the rule's amounts
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
	today := settings.Today(s.clock)
	term, err := s.bind(ctx, tree, settings, today)
	if err != nil {
		return CheckedRule{}, err
	}
	hints, err := s.hints(ctx, term, today)
	if err != nil {
		return CheckedRule{}, err
	}
	catalogue := rules.Builtin().With(settings.Attributes)
	c := CheckedRule{Name: version.Name, Version: version.Version, Text: tree.Text(), Tree: tree, Currency: settings.Currency, Fields: []string{}, Hints: hints,
		SentenceEN: tree.Sentence(catalogue, "en", settings.Currency), SentenceDE: tree.Sentence(catalogue, "de", settings.Currency),
		Segments: append([]string{}, term.Segments()...)}
	for _, f := range term.Fields() {
		c.Fields = append(c.Fields, f.Name)
	}
	return c, nil
}

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
	Hints    []RuleHint    `json:"hints"` // texts that no account has
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
	matched, all, err := s.store.CountMatches(ctx, term, asOf)
	if err != nil {
		return RuleCount{}, err
	}
	hints, err := s.hints(ctx, term, asOf)
	return RuleCount{Text: tree.Text(), AsOf: asOf, Accounts: all, Matched: matched, Hints: hints}, err
}
