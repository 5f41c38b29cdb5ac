package store

import (
	"context"
	"database/sql"
	"fmt"
	"iter"

	"postlift/clv/scoring"
)

// ScoredTwice streams every account that one of two runs has scored, ordered by id.
func (s *Store) ScoredTwice(ctx context.Context, opening, closing scoring.Run) iter.Seq2[scoring.ScoredTwice, error] {
	const query = `SELECT x.account_id, CASE WHEN a.id IS NULL THEN 0 ELSE 1 END, COALESCE(a.segment, ''), TRIM(COALESCE(e.first_name, '') || ' ' || COALESCE(e.last_name, '')),
		COALESCE(o.residual_minor, 0), COALESCE(c.residual_minor, 0), COALESCE(o.stage, ''), COALESCE(c.stage, '')
		FROM (SELECT account_id FROM scores WHERE run_id = ? UNION SELECT account_id FROM scores WHERE run_id = ?) x
		LEFT JOIN scores o ON o.run_id = ? AND o.account_id = x.account_id
		LEFT JOIN scores c ON c.run_id = ? AND c.account_id = x.account_id
		LEFT JOIN accounts a ON a.id = x.account_id LEFT JOIN employees e ON e.id = a.owner_id ORDER BY x.account_id`
	return func(yield func(scoring.ScoredTwice, error) bool) {
		rows, err := s.queryRead(ctx, query, opening.ID, closing.ID, opening.ID, closing.ID)
		if err != nil {
			yield(scoring.ScoredTwice{}, fmt.Errorf("store.ScoredTwice: %w", err))
			return
		}
		defer rows.Close()
		for rows.Next() {
			one, err := scoredTwice(rows)
			if !yield(one, err) || err != nil {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(scoring.ScoredTwice{}, fmt.Errorf("store.ScoredTwice: %w", err))
		}
	}
}

func scoredTwice(rows *sql.Rows) (one scoring.ScoredTwice, err error) {
	var known int
	err = rows.Scan(&one.AccountID, &known, &one.Segment, &one.Owner, &one.Opening, &one.Closing, &one.OpeningStage, &one.ClosingStage)
	one.Known = known == 1
	return one, err
}
