package store

import (
	"context"
	"database/sql"
	"fmt"

	planning "postlift/campaigns/planner"
	"postlift/responses"
)

// FrozenTrust reads what a run's record registered of the trust in its interval.
func (s *Store) FrozenTrust(ctx context.Context, runID int64) (responses.FrozenTrust, error) {
	var record jsonText
	if err := s.each(ctx, func(rows *sql.Rows) error { return rows.Scan(&record) }, "SELECT record FROM runs WHERE id = ?", runID); err != nil {
		return responses.FrozenTrust{}, fmt.Errorf("store.FrozenTrust: %w", err)
	}
	var fixed struct {
		Trust     *planning.Trust `json:"trust"`
		ScepticSD float64         `json:"sceptic_lift_sd"`
	}
	if err := record.into(&fixed); err != nil {
		return responses.FrozenTrust{}, fmt.Errorf("store.FrozenTrust: %w", err)
	}
	return responses.FrozenTrust{Trust: fixed.Trust, ScepticSD: fixed.ScepticSD}, nil
}

// RunSegments streams the run's randomisation groups with the segment of their best-ranked account, in which they were
// drawn, and the margin that was expected of them without a letter.
func (s *Store) RunSegments(ctx context.Context, runID int64, take func(responses.SegmentRow) error) error {
	return s.each(ctx, func(rows *sql.Rows) error {
		var g responses.SegmentRow
		if err := rows.Scan(&g.Key, &g.Segment, &g.BaselineMinor); err != nil {
			return err
		}
		return take(g)
	}, `SELECT g.group_key, g.segment, g.baseline FROM (
SELECT c.group_key, c.segment, CAST(SUM(c.baseline_minor) OVER (PARTITION BY c.group_key) AS DOUBLE PRECISION) AS baseline,
  ROW_NUMBER() OVER (PARTITION BY c.group_key ORDER BY c.rank, c.account_id) AS place
FROM choices c WHERE c.run_id = ? AND c.outcome IN ('assigned', 'holdout') AND c.role NOT IN `+outsideEstimate+`) g
WHERE g.place = 1 ORDER BY g.group_key`, runID)
}
