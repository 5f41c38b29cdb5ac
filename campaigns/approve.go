package campaigns

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"postlift"
	"postlift/campaigns/rules"
)

// Approve lets a person stand for exactly the plan of the given hash (its first 12 characters are
// enough). Another hash is a Conflict: somebody previewed again. Approving the same plan again changes
// nothing.
func (s *Service) Approve(ctx context.Context, ref, hash string, by postlift.Actor) (Run, error) {
	const op = "campaigns.Approve"
	if by.Kind != "person" || strings.TrimSpace(by.Name) == "" {
		return Run{}, postlift.Faultf(postlift.Invalid, op, "an approval needs the name of a person")
	}
	c, err := s.store.Campaign(ctx, ref)
	if err != nil {
		return Run{}, err
	}
	if c.State == StateCancelled {
		return Run{}, postlift.Faultf(postlift.Conflict, op, "campaign %q is cancelled: create a new one under another name", c.Name)
	}
	run, err := s.store.CurrentRun(ctx, c.ID)
	if postlift.KindOf(err) == postlift.NotFound {
		return Run{}, postlift.Faultf(postlift.Conflict, op, "campaign %q has no plan: preview it first", c.Name)
	}
	if err != nil {
		return Run{}, err
	}
	hash = strings.ToLower(strings.TrimSpace(hash))
	if len(hash) < 12 {
		return run, postlift.Faultf(postlift.Invalid, op, "a plan hash has 64 characters; at least the first 12 are needed")
	}
	if !strings.HasPrefix(run.PlanHash, hash) {
		return run, postlift.Faultf(postlift.Conflict, op, "the plan of campaign %q is now %s, not %s: look at `postlift campaign show` and approve what you see", c.Name, run.PlanHash, hash)
	}
	switch {
	case run.State == RunPlanned && run.Funnel.Assigned == 0:
		return run, postlift.Faultf(postlift.Conflict, op, "the plan of campaign %q mails nobody", c.Name)
	case run.State != RunPlanned:
		return run, nil // approved before, or further
	}
	if err := s.store.ApproveRun(ctx, run, by); err != nil {
		return run, err
	}
	return s.store.CurrentRun(ctx, c.ID)
}

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
	Rank       int             `json:"rank,omitempty"` // 1 best, among those that passed the gate
	Stratum    string          `json:"stratum,omitempty"`
	Propensity float64         `json:"propensity"`
	Expected   *postlift.Money `json:"expected_value,omitempty"`
	Cost       *postlift.Money `json:"cost,omitempty"`
	Letters    int             `json:"letters"`
	Rule       rules.Explained `json:"rule"`
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
	run, err := s.store.CurrentRun(ctx, c.ID)
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
	a, err := s.store.AccountFacts(ctx, catalogue, account, run.AsOf)
	if err != nil {
		return AccountExplained{}, err
	}
	e := AccountExplained{Campaign: c.Name, RunID: run.UID, PlanHash: run.PlanHash, AsOf: run.AsOf, AccountUID: a.UID, Account: a.Name,
		Outcome: notMatched, Reasons: []Reason{}}
	facts := a.Facts
	choice, err := s.store.ChoiceOf(ctx, run.ID, a.AccountID)
	switch {
	case err == nil:
		e.fill(choice, run.Cost.Currency)
		facts, err = thaw(catalogue, choice.Features)
	case postlift.KindOf(err) == postlift.NotFound:
		err = nil
	}
	if err != nil {
		return e, err
	}
	e.Rule = term.Explain(facts, run.Cost.Currency)
	e.Sentence = e.sentence()
	return e, nil
}

func (e *AccountExplained) fill(c StoredChoice, currency string) {
	e.Outcome, e.Rank, e.Stratum, e.Propensity, e.Letters = c.Outcome, c.Rank, c.Stratum, c.Propensity, len(c.Contacts)
	if len(c.Reasons) > 0 {
		e.Reasons = c.Reasons
	}
	if c.Outcome != Gated {
		e.Expected = &postlift.Money{Minor: c.ExpectedValueMinor, Currency: currency}
		e.Cost = &postlift.Money{Minor: c.CostMinor, Currency: currency}
	}
}

func (e *AccountExplained) sentence() string {
	switch e.Outcome {
	case Gated:
		return fmt.Sprintf("Not mailed: the gate stopped it, first by %s.", strings.ReplaceAll(string(e.Reasons[0]), "_", " "))
	case OverCap:
		return fmt.Sprintf("Not mailed: rank %d, and budget or number of pieces were used up before.", e.Rank)
	case HeldOut:
		return fmt.Sprintf("Not mailed on purpose: rank %d, drawn into the control group that the uplift is measured against.", e.Rank)
	case Assigned:
		return fmt.Sprintf("Mailed: rank %d, letters: %d.", e.Rank, e.Letters)
	}
	return "Not mailed: the rule does not take it; see the clauses that are not met or unknown."
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
