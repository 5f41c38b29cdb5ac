package store

import (
	"context"
	"fmt"

	"postlift"
	"postlift/migrations"
)

// YardDesign is the design that stands in a yard for letters.
const YardDesign = "bench"

// MakeSelectYard is MakeRuleYard with all that a campaign's plan reads beside the rule: one or two contacts an account,
// of whom a few are the same person or share an address, open opportunities, objections of persons, contacts of the
// letters and a margin within the window.
func (s *Store) MakeSelectYard(ctx context.Context, accounts int, asOf postlift.Date) (*RuleYard, error) {
	y, err := s.MakeRuleYard(ctx, accounts, asOf)
	if err != nil {
		return nil, err
	}
	err = s.inTx(ctx, func(t *tx) error {
		for _, statement := range y.people() {
			if _, err := t.exec(statement); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		err = y.run(ctx, "ANALYZE")
	}
	return y, opError("store.MakeSelectYard", err)
}

// people are the statements behind MakeSelectYard.
func (y *RuleYard) people() []string {
	const contacts = "INSERT INTO contacts (id, uid, source, external_id, account_id, first_name, last_name, role, status, language, match_key)\n"
	second := fmt.Sprint(y.accounts)
	day := y.store.dateLiteral(y.asOf.AddDays(-30))
	statements := []string{
		contacts + `SELECT a.id, 'con_' || a.external_id, 'bench', a.external_id, a.id, 'Kim', 'Muster' || a.external_id, 'management',
  CASE WHEN a.id % 90 = 0 THEN 'left' ELSE 'active' END, 'de', 'P' || CASE WHEN a.id % 50 = 9 THEN a.id - 1 ELSE a.id END FROM accounts a ORDER BY a.id`,
		contacts + `SELECT a.id + ` + second + `, 'cox_' || a.external_id, 'bench', 'x' || a.external_id, a.id, 'Kai', 'Beispiel' || a.external_id, 'technical',
  'active', 'de', 'Q' || a.id FROM accounts a WHERE a.id % 4 = 0 ORDER BY a.id`,
		`UPDATE sites SET match_key = 'A' || CASE WHEN id % 100 = 7 THEN id - 1 ELSE id END`,
		`UPDATE pieces SET contact_id = account_id`,
		`UPDATE scores SET window_margin_minor = residual_minor / 10`,
		`INSERT INTO suppressions (uid, scope, match_key, reason, contact_id, received_on, effective_on)
SELECT 'sup_p' || a.external_id, 'person', 'P' || a.id, 'objection', a.id, ` + day + `, ` + day + ` FROM accounts a WHERE a.id % 100 = 5`,
		`INSERT INTO opportunities (uid, source, external_id, account_id, stage, opened_on)
SELECT 'opp_' || a.external_id, 'bench', a.external_id, a.id, 'quote', ` + day + ` FROM accounts a WHERE a.id % 100 = 9`,
	}
	if y.store.dialect == migrations.Postgres { // which does not count what is stored with ids of its own
		for _, table := range []string{"campaigns", "runs"} {
			statements = append(statements, "SELECT setval(pg_get_serial_sequence('"+table+"', 'id'), 1000)")
		}
	}
	return statements
}
