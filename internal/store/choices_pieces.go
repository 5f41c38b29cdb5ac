package store

import (
	"context"
	"database/sql"
	"strconv"
	"strings"

	"postlift/campaigns"
	"postlift/migrations"
)

// PlanPieces lists the letters that a run's plan asks for and that are neither out nor dropped, the best first; each
// is named by its contact.
func (s *Store) PlanPieces(ctx context.Context, runID int64) ([]campaigns.BatchPiece, error) {
	contact, chosen := "CAST(j.value AS INTEGER)", "json_each(c.contacts) j"
	if s.dialect == migrations.Postgres {
		contact, chosen = "CAST(j.value AS BIGINT)", "jsonb_array_elements_text(c.contacts) AS j(value)"
	}
	rows, err := s.queryRead(ctx, `SELECT c.account_id, `+contact+`, a.group_key
FROM choices c JOIN accounts a ON a.id = c.account_id CROSS JOIN `+chosen+`
WHERE c.run_id = ? AND c.outcome = ? AND NOT EXISTS (SELECT 1 FROM pieces p
  WHERE p.run_id = c.run_id AND p.kind = 'live' AND p.contact_id = `+contact+` AND p.state NOT IN ('planned', 'rendered', 'sealed'))
ORDER BY c.rank, c.account_id, 2`, runID, campaigns.Assigned)
	var found []campaigns.BatchPiece
	return found, opError("store.PlanPieces", eachRow(rows, err, func(r *sql.Rows) error {
		var p campaigns.BatchPiece
		err := r.Scan(&p.AccountID, &p.ContactID, &p.GroupKey)
		p.UID = strconv.FormatInt(p.ContactID, 10)
		found = append(found, p)
		return err
	}))
}

// StoppedAccounts lists the accounts of a run's plan that the gate stopped, by number, with all reasons.
func (s *Store) StoppedAccounts(ctx context.Context, runID int64) ([]campaigns.StoppedAccount, error) {
	rows, err := s.queryRead(ctx, `SELECT a.uid, a.external_id, a.name, c.reasons FROM choices c JOIN accounts a ON a.id = c.account_id
WHERE c.run_id = ? AND c.outcome = ? ORDER BY a.external_id, a.id`, runID, campaigns.Gated)
	var found []campaigns.StoppedAccount
	return found, opError("store.StoppedAccounts", eachRow(rows, err, func(r *sql.Rows) error {
		var a campaigns.StoppedAccount
		var reasons string
		err := r.Scan(&a.AccountUID, &a.ExternalID, &a.Account, &reasons)
		for _, reason := range strings.Split(reasons, ",") {
			a.Reasons = append(a.Reasons, campaigns.Reason(reason))
		}
		found = append(found, a)
		return err
	}))
}
