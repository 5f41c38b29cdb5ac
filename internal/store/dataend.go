package store

import (
	"context"
	"fmt"

	"postlift"
)

// DocumentDays lists the latest days, up to a day and at most so many, on which anything was ordered, credited or
// cancelled, and those on which a contract or one of its lines began or ended or notice was given; newest first.
func (s *Store) DocumentDays(ctx context.Context, asOf postlift.Date, most int) (orders, contracts []postlift.Date, err error) {
	orders, err = s.days(ctx, "SELECT DISTINCT placed_on FROM orders WHERE placed_on <= ? ORDER BY placed_on DESC LIMIT ?", asOf, most)
	if err != nil {
		return nil, nil, err
	}
	contracts, err = s.days(ctx, `SELECT day FROM (SELECT started_on AS day FROM contracts UNION SELECT ended_on FROM contracts
  UNION SELECT notice_given_on FROM contracts UNION SELECT valid_from FROM contract_lines) d
WHERE day <= ? ORDER BY day DESC LIMIT ?`, asOf, most)
	return orders, contracts, err
}

func (s *Store) days(ctx context.Context, query string, args ...any) ([]postlift.Date, error) {
	rows, err := s.queryRead(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("store.DocumentDays: %w", err)
	}
	defer rows.Close()
	var found []postlift.Date
	for rows.Next() {
		var day postlift.Date
		if err := rows.Scan(&day); err != nil {
			return nil, fmt.Errorf("store.DocumentDays: %w", err)
		}
		found = append(found, day)
	}
	return found, rows.Err()
}
