package campaigns

import (
	"context"
	"encoding/json"
	"fmt"

	"postlift"
	"postlift/campaigns/rules"
)

// AccountExplained tells what a campaign's plan decided for an account and why.
type AccountExplained struct {
	Campaign   string          `json:"campaign"`
	RunID      string          `json:"run_id"`
	PlanHash   string          `json:"plan_hash"`
	AsOf       postlift.Date   `json:"as_of"`
	AccountUID string          `json:"account_id"`
	Account    string          `json:"account"`
	Outcome    string          `json:"outcome"` // not_matched, gated, over_cap, holdout, assigned
	Sentence   string          `json:"sentence"`
	Reasons    []Reason        `json:"reasons"`
	Role       string          `json:"role,omitempty"`               // key, thompson, explore; "": drawn like everybody
	Rank       int             `json:"rank,omitempty"`               // 1 best, among those that passed the gate
	CutRank    int             `json:"cut_rank,omitempty"`           // the last rank that the selection planned
	NextUnit   *postlift.Money `json:"value_of_next_unit,omitempty"` // what one more unit of budget would have earned; nil where no budget bound
	Stratum    string          `json:"stratum,omitempty"`
	Propensity float64         `json:"propensity"` // 0 for contractual letters: nobody is drawn
	Wave       int             `json:"wave,omitempty"`
	Variant    string          `json:"variant,omitempty"`
	Lift       *Lift           `json:"expected_lift,omitempty"`
	Baseline   *postlift.Money `json:"baseline,omitempty"`    // margin expected in the window without a letter that a letter can raise
	AgreedFees *postlift.Money `json:"agreed_fees,omitempty"` // margin of the window beside it that contracts have agreed already
	Expected   *postlift.Money `json:"expected_value,omitempty"`
	Cost       *postlift.Money `json:"cost,omitempty"`
	Letters    int             `json:"letters"`
	Rule       rules.Explained `json:"rule"`
}

// Lift is the share of the baseline that a letter is expected to add, and the doubt about it (one standard
// deviation).
type Lift struct {
	Mean float64 `json:"mean"`
	SD   float64 `json:"sd"`
}

// notMatched is the outcome of an account that the rule did not take; it has no stored choice.
const notMatched = "not_matched"

// ExplainAccount answers "why this account?" and "why not?" from the stored plan: the rule's clauses with
// the values frozen then, the gate's reasons, rank and outcome. The values of an account that was not
// matched are those of today's features, as a plan freezes only the matched.
func (s *Service) ExplainAccount(ctx context.Context, ref, account string) (AccountExplained, error) {
	c, err := s.store.Campaign(ctx, ref)
	if err != nil {
		return AccountExplained{}, err
	}
	run, err := s.currentRun(ctx, c)
	if err != nil {
		return AccountExplained{}, err
	}
	rule, err := s.store.RuleVersion(ctx, run.RuleVersionID)
	if err != nil {
		return AccountExplained{}, err
	}
	settings, err := s.store.Settings(ctx)
	if err != nil {
		return AccountExplained{}, err
	}
	catalogue := rules.Builtin().With(settings.Attributes)
	term, err := s.bind(ctx, rule.Tree, settings, run.AsOf)
	if err != nil {
		return AccountExplained{}, err
	}
	id, uid, name, err := s.namedAccount(ctx, account)
	if err != nil {
		return AccountExplained{}, err
	}
	e := AccountExplained{Campaign: c.Name, RunID: run.UID, PlanHash: run.PlanHash, AsOf: run.AsOf, AccountUID: uid, Account: name,
		Outcome: notMatched, Reasons: []Reason{}, Sentence: sentenceOf(notMatched, "", nil, 0, 0, 0)}
	facts, err := s.factsOfPlan(ctx, catalogue, run, id, account, &e)
	if err != nil {
		return e, err
	}
	e.Rule = term.Explain(facts, run.Cost.Currency)
	return e, nil
}

// namedAccount finds an account by id, external id or name.
func (s *Service) namedAccount(ctx context.Context, ref string) (id int64, uid, name string, err error) {
	if id, err = s.store.AccountID(ctx, ref); err != nil {
		return 0, "", "", err
	}
	uids, err := s.store.AccountUIDs(ctx, []int64{id})
	if err != nil {
		return 0, "", "", err
	}
	names, err := s.store.AccountNames(ctx, []string{uids[id]})
	return id, uids[id], names[uids[id]], err
}

// factsOfPlan gives what the plan's rule read of an account: what was frozen with its choice or, where the rule did not
// match it, what is known of it as of the plan's date. Accounts that stand for another date by now are a Conflict that
// names the way to ask.
func (s *Service) factsOfPlan(ctx context.Context, c *rules.Catalogue, run Run, id int64, ref string, e *AccountExplained) (*rules.Facts, error) {
	choice, err := s.store.ChoiceOf(ctx, run.ID, id)
	if err == nil {
		e.fill(choice, run)
		return thaw(c, choice.Features)
	}
	if postlift.KindOf(err) != postlift.NotFound {
		return nil, err
	}
	a, err := s.store.AccountFacts(ctx, c, ref, run.AsOf)
	if postlift.KindOf(err) == postlift.Conflict {
		return nil, postlift.Faultf(postlift.Conflict, "campaigns.ExplainAccount",
			"%s was not matched by the plan of %s, and accounts stand for a later day by now: postlift rule explain with --as-of %s shows what the rule says of it", e.Account, run.AsOf, run.AsOf)
	}
	return a.Facts, err
}

func (e *AccountExplained) fill(c StoredChoice, run Run) {
	currency := run.Cost.Currency
	e.Outcome, e.Role, e.Rank, e.Stratum, e.Propensity, e.Letters = c.Outcome, c.Role, c.Rank, c.Stratum, c.Propensity, len(c.Contacts)
	e.Wave, e.Variant = c.Wave, c.Variant
	if len(c.Reasons) > 0 {
		e.Reasons = c.Reasons
	}
	switch {
	case run.Record.Policy.Class == Contractual: // goes to everybody whom it concerns, whatever it earns
		e.Rank, e.Propensity, e.Stratum = 0, 0, ""
		if c.Outcome != Gated {
			e.Cost = &postlift.Money{Minor: c.CostMinor, Currency: currency}
		}
	case c.Outcome != Gated:
		if next := run.Record.Selection.NextUnit; next.Minor != 0 {
			e.NextUnit = &next
		}
		e.CutRank = run.Record.Selection.CutRank
		e.Lift = &Lift{c.Lift, c.LiftSD}
		e.Baseline = &postlift.Money{Minor: c.BaselineMinor, Currency: currency}
		e.AgreedFees = &postlift.Money{Minor: c.AgreedMinor, Currency: currency}
		e.Expected = &postlift.Money{Minor: c.ExpectedValueMinor, Currency: currency}
		e.Cost = &postlift.Money{Minor: c.CostMinor, Currency: currency}
	}
	e.Sentence = e.Words("en")
}

// thaw turns frozen features back into facts.
func thaw(c *rules.Catalogue, raw json.RawMessage) (*rules.Facts, error) {
	var values map[string]any
	if err := json.Unmarshal(raw, &values); err != nil {
		return nil, fmt.Errorf("campaigns: frozen features: %w", err)
	}
	facts := c.NewFacts()
	for name, v := range values {
		if f, ok := c.Field(name); ok {
			facts.SetValue(f, v)
		}
	}
	return facts, nil
}
