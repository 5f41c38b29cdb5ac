package store

import (
	"database/sql"
	"fmt"
	"strings"

	"postlift"
	"postlift/campaigns"
)

// measuredRun is a run with those of its accounts that others must leave alone.
type measuredRun struct {
	id   int64
	whom string // SQL for a condition on choices c
}

// measuredRuns lists the advertising runs whose measurement is not over on a date: approved or further,
// neither cancelled nor closed, and not posted yet or within the window from the in-home date. Its controls are the
// held-out and, in a run of waves, everybody whose wave has not come yet: these are compared with the wave that was
// mailed last, as long as that one's window lasts. The first wave goes out with the run itself and is no control.
func (g *gateReader) measuredRuns() ([]measuredRun, error) {
	rows, err := g.queryRead(g.ctx, `SELECT r.id, r.in_home_on, r.window_days, COALESCE(b.mailed, 0), b.in_home_on
FROM runs r JOIN campaigns c ON c.id = r.campaign_id
LEFT JOIN (SELECT run_id, MAX(CASE WHEN released_at IS NULL THEN 0 ELSE wave END) AS mailed, MAX(in_home_on) AS in_home_on FROM batches
  WHERE wave > 0 GROUP BY run_id) b ON b.run_id = r.id
WHERE c.class = ? AND c.state <> 'cancelled' AND r.id <> ? AND r.state IN ('approved', 'preparing', 'released', 'measuring') ORDER BY r.id`,
		string(campaigns.Advertising), g.p.ExceptRun)
	var runs []measuredRun
	return runs, eachRow(rows, err, func(r *sql.Rows) error {
		var id, window, mailed int64
		var inHome, last postlift.Date
		if err := r.Scan(&id, &inHome, &window, &mailed, &last); err != nil {
			return err
		}
		lasts := func(d postlift.Date) bool { return d.IsZero() || d.AddDays(int(window)) >= g.p.AsOf }
		var whom []string
		if lasts(inHome) {
			whom = append(whom, "c.outcome = 'holdout'")
		}
		if lasts(max(inHome, last)) {
			whom = append(whom, fmt.Sprintf("c.outcome = 'assigned' AND c.wave > %d", max(mailed, 1)))
		}
		if len(whom) > 0 {
			runs = append(runs, measuredRun{id, "(" + strings.Join(whom, " OR ") + ")"})
		}
		return nil
	})
}

// controls notes which accounts belong to a group that another run has held out, or lets wait for its wave, and
// still measures. An account counts by itself, too, as it may have moved to another group since the draw.
func (g *gateReader) controls(a *aboutContacts) error {
	runs, err := g.measuredRuns()
	if err != nil {
		return err
	}
	for _, run := range runs { // both outcomes are named as the index of groups names them
		query := `SELECT a.id FROM ids CROSS JOIN accounts a CROSS JOIN choices c
WHERE a.id = ids.id AND c.run_id = ? AND c.group_key = a.group_key AND c.outcome IN ('assigned', 'holdout') AND ` + run.whom + `
UNION SELECT c.account_id FROM ids CROSS JOIN choices c WHERE c.run_id = ? AND c.account_id = ids.id AND ` + run.whom
		if g.all {
			query = `SELECT a.id FROM choices c CROSS JOIN accounts a WHERE c.run_id = ? AND ` + run.whom + ` AND a.group_key = c.group_key
UNION SELECT c.account_id FROM choices c WHERE c.run_id = ? AND ` + run.whom
		}
		err := g.run(query, []any{run.id, run.id}, func(r *sql.Rows) error {
			var id int64
			err := r.Scan(&id)
			a.note(id).ControlGroup = true
			return err
		})
		if err != nil {
			return fmt.Errorf("control groups: %w", err)
		}
	}
	return nil
}
