package campaigns

import (
	"context"
	"slices"
)

// StoppedAccount is an account that the rule takes and the gate stopped.
type StoppedAccount struct {
	AccountUID string   `json:"account_id"`
	ExternalID string   `json:"external_id"`
	Account    string   `json:"account"` // its name today
	Reasons    []Reason `json:"reasons"` // all of them, the decisive one first
}

// Unreachable are the accounts that a campaign's rule takes and its letters do not reach.
type Unreachable struct {
	Campaign Campaign         `json:"-"`
	RunID    string           `json:"run_id"`
	Class    Class            `json:"class"`
	Matched  int              `json:"matched"`
	Accounts []StoppedAccount `json:"accounts"`
}

// Unreachable lists the accounts of a campaign's plan to whom nobody can be written, so that people can look for
// contacts and addresses. Of a contractual campaign these are all whom the gate stopped, because each of them is owed
// the notice on another way; of advertising those without a contact that is left. Who objected to advertising is not
// on its list: there is nothing to look for. Without a plan it is a Conflict.
func (s *Service) Unreachable(ctx context.Context, ref string) (Unreachable, error) {
	c, err := s.store.Campaign(ctx, ref)
	if err != nil {
		return Unreachable{}, err
	}
	run, err := s.currentRun(ctx, c)
	if err != nil {
		return Unreachable{}, err
	}
	stopped, err := s.store.StoppedAccounts(ctx, run.ID)
	u := Unreachable{Campaign: c, RunID: run.UID, Class: c.Class, Matched: run.Funnel.Matched, Accounts: []StoppedAccount{}}
	for _, a := range stopped {
		if c.Class == Contractual || lacksContact(a.Reasons) && !slices.Contains(a.Reasons, Objection) {
			u.Accounts = append(u.Accounts, a)
		}
	}
	return u, err
}
