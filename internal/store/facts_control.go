package store

import (
	"context"
	"database/sql"
	"fmt"

	"postlift"
	"postlift/campaigns"
)

// measuredRuns lists the advertising runs whose measurement is not over on a date: approved or further,
// neither cancelled nor closed, and not posted yet or within the window from the in-home date.
func (s *Store) measuredRuns(ctx context.Context, p campaigns.Pressure) ([]any, error) {
	rows, err := s.queryRead(ctx, `SELECT r.id, r.in_home_on, r.window_days FROM runs r JOIN campaigns c ON c.id = r.campaign_id
WHERE c.class = ? AND r.id <> ? AND r.state IN ('approved', 'preparing', 'released', 'measuring') ORDER BY r.id`,
		string(campaigns.Advertising), p.ExceptRun)
	var runs []any
	return runs, eachRow(rows, err, func(r *sql.Rows) error {
		var id, window int64
		var inHome postlift.Date
		if err := r.Scan(&id, &inHome, &window); err != nil {
			return err
		}
		if inHome.IsZero() || inHome.AddDays(int(window)) >= p.AsOf {
			runs = append(runs, id)
		}
		return nil
	})
}

// markControls notes which accounts belong to a group that another run has held out and still measures. An
// account counts by itself, too, as it may have moved to another group since the draw.
func (s *Store) markControls(ctx context.Context, accountIDs []int64, p campaigns.Pressure, found map[int64]campaigns.Standing) error {
	runs, err := s.measuredRuns(ctx, p)
	if err != nil {
		return fmt.Errorf("store.Standings: runs: %w", err)
	}
	for _, run := range runs {
		rows, err := s.queryRead(ctx, s.idList()+`SELECT a.id FROM ids CROSS JOIN accounts a CROSS JOIN choices c
WHERE a.id = ids.id AND c.run_id = ? AND c.group_key = a.group_key AND c.outcome = 'holdout'
UNION SELECT c.account_id FROM ids CROSS JOIN choices c WHERE c.run_id = ? AND c.account_id = ids.id AND c.outcome = 'holdout'`,
			idParameter(accountIDs), run, run)
		err = eachRow(rows, err, func(r *sql.Rows) error {
			var id int64
			err := r.Scan(&id)
			if st, ok := found[id]; ok {
				st.ControlGroup = true
				found[id] = st
			}
			return err
		})
		if err != nil {
			return fmt.Errorf("store.Standings: control groups: %w", err)
		}
	}
	return nil
}
