package store

import (
	"context"
	"database/sql"

	"postlift"
	"postlift/campaigns"
)

// RunsWithin lists the runs of advertising campaigns that came in home on or before the last day and whose window had
// not ended before the first, by id. The last wave's window counts for a run in waves.
func (s *Store) RunsWithin(ctx context.Context, from, until postlift.Date) ([]string, error) {
	var found []string
	err := s.each(ctx, func(rows *sql.Rows) error {
		var uid string
		var inHome, last postlift.Date
		var days int
		if err := rows.Scan(&uid, &inHome, &last, &days); err != nil {
			return err
		}
		if max(inHome, last).AddDays(days) >= from {
			found = append(found, uid)
		}
		return nil
	}, `SELECT r.uid, r.in_home_on, (SELECT MAX(b.in_home_on) FROM batches b WHERE b.run_id = r.id AND b.wave > 0), r.window_days
		FROM runs r JOIN campaigns c ON c.id = r.campaign_id WHERE r.in_home_on IS NOT NULL AND r.in_home_on <= ? AND c.class <> ? ORDER BY r.id`,
		until, string(campaigns.Contractual))
	return found, err
}
