package store

import (
	"context"
	"database/sql"

	"postlift"
)

// MailAffinity gives the share of an account's orders since its first letter that were credited to letters, with one
// order of each kind counted in beside, so that a single order says little: without any it is one half.
func (s *Store) MailAffinity(ctx context.Context, asOf postlift.Date) (map[int64]float64, error) {
	rows, err := s.queryRead(ctx, `SELECT p.account_id, COUNT(*), COUNT(t.order_id)
FROM (SELECT account_id, MIN(posted_on) AS first_on FROM pieces WHERE kind = 'live' AND account_id IS NOT NULL AND posted_on IS NOT NULL AND posted_on <= ? GROUP BY account_id) p
JOIN orders o ON o.account_id = p.account_id AND o.placed_on >= p.first_on AND o.placed_on <= ? AND o.doc_type = 'order'
LEFT JOIN attributions t ON t.order_id = o.id AND t.piece_id IS NOT NULL
GROUP BY p.account_id`, asOf, asOf)
	found := map[int64]float64{}
	return found, opError("store.MailAffinity", eachRow(rows, err, func(r *sql.Rows) error {
		var account, orders, credited int64
		err := r.Scan(&account, &orders, &credited)
		found[account] = float64(credited+1) / float64(orders+2)
		return err
	}))
}
