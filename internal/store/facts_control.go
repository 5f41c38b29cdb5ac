package store

import (
	"database/sql"
	"fmt"

	"postlift"
	"postlift/campaigns"
)

// measuredRuns lists the advertising runs whose measurement is not over on a date: approved or further,
// neither cancelled nor closed, and not posted yet or within the window from the in-home date.
func (g *gateReader) measuredRuns() ([]any, error) {
	rows, err := g.queryRead(g.ctx, `SELECT r.id, r.in_home_on, r.window_days FROM runs r JOIN campaigns c ON c.id = r.campaign_id
WHERE c.class = ? AND r.id <> ? AND r.state IN ('approved', 'preparing', 'released', 'measuring') ORDER BY r.id`,
		string(campaigns.Advertising), g.p.ExceptRun)
	var runs []any
	return runs, eachRow(rows, err, func(r *sql.Rows) error {
		var id, window int64
		var inHome postlift.Date
		if err := r.Scan(&id, &inHome, &window); err != nil {
			return err
		}
		if inHome.IsZero() || inHome.AddDays(int(window)) >= g.p.AsOf {
			runs = append(runs, id)
		}
		return nil
	})
}

// controls notes which accounts belong to a group that another run has held out and still measures. An
// account counts by itself, too, as it may have moved to another group since the draw.
func (g *gateReader) controls(note func(int64) *campaigns.Standing) error {
	runs, err := g.measuredRuns()
	if err != nil {
		return err
	}
	query := `SELECT a.id FROM ids CROSS JOIN accounts a CROSS JOIN choices c
WHERE a.id = ids.id AND c.run_id = ? AND c.group_key = a.group_key AND c.outcome = 'holdout'
UNION SELECT c.account_id FROM ids CROSS JOIN choices c WHERE c.run_id = ? AND c.account_id = ids.id AND c.outcome = 'holdout'`
	if g.all {
		query = `SELECT a.id FROM choices c CROSS JOIN accounts a WHERE c.run_id = ? AND c.outcome = 'holdout' AND a.group_key = c.group_key
UNION SELECT c.account_id FROM choices c WHERE c.run_id = ? AND c.outcome = 'holdout'`
	}
	for _, run := range runs {
		err := g.run(query, []any{run, run}, func(r *sql.Rows) error {
			var id int64
			err := r.Scan(&id)
			if g.wanted.has(id) {
				note(id).ControlGroup = true
			}
			return err
		})
		if err != nil {
			return fmt.Errorf("control groups: %w", err)
		}
	}
	return nil
}
