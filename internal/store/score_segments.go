package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"postlift"
	"postlift/clv/scoring"
	"postlift/clv/segments"
)

// Segmentation sorts the accounts of a run by tier, stage, RFM, segment and channel.
func (s *Store) Segmentation(ctx context.Context, run scoring.Run) (scoring.Segmentation, error) {
	out := scoring.Segmentation{Run: run}
	var err error
	if out.Tiers, err = s.tiers(ctx, run); err != nil {
		return out, err
	}
	if out.RFM, err = s.rfm(ctx, run); err != nil {
		return out, err
	}
	renewals, err := s.renewals(ctx, run)
	if err != nil {
		return out, err
	}
	if out.Stages, err = s.slices(ctx, run, "sc.stage", renewals.stages); err != nil {
		return out, err
	}
	slices.SortStableFunc(out.Stages, func(a, b scoring.Slice) int { return stagePlace(a.Name) - stagePlace(b.Name) })
	if out.Segments, err = s.slices(ctx, run, "a.segment", renewals.segments); err != nil {
		return out, err
	}
	if out.Channels, err = s.slices(ctx, run, "a.acquisition_channel", renewals.channels); err != nil {
		return out, err
	}
	addAcquisition(&out, run)
	return out, nil
}

func stagePlace(name string) int {
	if i := slices.Index(segments.Stages(), segments.Stage(name)); i >= 0 {
		return i
	}
	return len(segments.Stages())
}

// addAcquisition puts cost, conversion and break-even of the run beside channels and segments.
func addAcquisition(out *scoring.Segmentation, run scoring.Run) {
	for i := range out.Channels {
		c := &out.Channels[i]
		for _, m := range run.Metrics.Channels {
			if m.Channel == c.Name {
				c.CPA, c.Conversion = m.CPA, m.Conversion
			}
		}
		for _, n := range run.Metrics.NewAccounts {
			if n.Channel == c.Name && n.Segment == "" && n.Channel != "" {
				c.BreakEven = &n.BreakEven
			}
		}
	}
	for i := range out.Segments {
		for _, n := range run.Metrics.NewAccounts {
			if n.Segment == out.Segments[i].Name && n.Segment != "" {
				out.Segments[i].BreakEven = &n.BreakEven
			}
		}
	}
}

func (s *Store) tiers(ctx context.Context, run scoring.Run) ([]scoring.TierLine, error) {
	rows, err := s.queryRead(ctx, `SELECT tier, COUNT(*), SUM(residual_minor), MIN(residual_minor), MAX(residual_minor)
FROM scores WHERE run_id = ? AND tier <> '' GROUP BY tier`, run.ID)
	if err != nil {
		return nil, fmt.Errorf("tiers: %w", err)
	}
	defer rows.Close()
	var tally segments.TierTally
	limits := map[segments.Tier][2]int64{}
	for rows.Next() {
		var tier string
		var accounts int
		var total, low, high int64
		if err := rows.Scan(&tier, &accounts, &total, &low, &high); err != nil {
			return nil, err
		}
		tally.Add(segments.Tier(tier), accounts, total)
		limits[segments.Tier(tier)] = [2]int64{low, high}
	}
	if err := rows.Err(); err != nil || len(limits) == 0 {
		return nil, err
	}
	var found []scoring.TierLine
	for _, r := range tally.Rows() {
		l := scoring.TierLine{Tier: string(r.Tier), Accounts: int64(r.Accounts), Total: money(run), AccountShare: r.AccountShare,
			ValueShare: r.ValueShare, Lowest: money(run), Highest: money(run)}
		l.Total.Minor, l.Lowest.Minor, l.Highest.Minor = r.ValueMinor, limits[r.Tier][0], limits[r.Tier][1]
		found = append(found, l)
	}
	return found, nil
}

func (s *Store) rfm(ctx context.Context, run scoring.Run) ([]scoring.RFMLine, error) {
	rows, err := s.queryRead(ctx, `SELECT rfm, COUNT(*), SUM(residual_minor), AVG(p_alive) FROM scores
WHERE run_id = ? AND rfm <> '' GROUP BY rfm ORDER BY rfm DESC`, run.ID)
	if err != nil {
		return nil, fmt.Errorf("rfm: %w", err)
	}
	defer rows.Close()
	var found []scoring.RFMLine
	for rows.Next() {
		l := scoring.RFMLine{Total: money(run)}
		if err := rows.Scan(&l.Code, &l.Accounts, &l.Total.Minor, &l.PAlive); err != nil {
			return nil, err
		}
		found = append(found, l)
	}
	return found, rows.Err()
}

// slicesSQL sums scores up by one column, with retention of buyers over twelve months.
const slicesSQL = `SELECT %[1]s, COUNT(*), SUM(sc.residual_minor), AVG(CAST(sc.residual_minor AS DOUBLE PRECISION)),
  AVG(CAST(sc.prospect_minor AS DOUBLE PRECISION)), AVG(sc.p_active),
  SUM(CAST(sc.acquisition_minor AS DOUBLE PRECISION)), COALESCE(SUM(b.before), 0), COALESCE(SUM(b.again), 0)
FROM scores sc JOIN accounts a ON a.id = sc.account_id
LEFT JOIN (SELECT account_id, 1 AS before, MAX(CASE WHEN placed_on > ? THEN 1 ELSE 0 END) AS again
  FROM orders WHERE doc_type = 'order' AND placed_on > ? AND placed_on <= ? AND net_minor + credited_minor > 0
  GROUP BY account_id HAVING MIN(placed_on) <= ?) b ON b.account_id = sc.account_id
WHERE sc.run_id = ? GROUP BY %[1]s ORDER BY 3 DESC, 1`

// slices sums a run up by a column of scores sc or accounts a.
func (s *Store) slices(ctx context.Context, run scoring.Run, column string, renewals map[string]renewalCount) ([]scoring.Slice, error) {
	year, before := run.AsOf.AddMonths(-12), run.AsOf.AddMonths(-24)
	rows, err := s.queryRead(ctx, fmt.Sprintf(slicesSQL, column), year, before, run.AsOf, year, run.ID)
	if err != nil {
		return nil, fmt.Errorf("slices: %w", err)
	}
	defer rows.Close()
	var found []scoring.Slice
	for rows.Next() {
		l := scoring.Slice{Total: money(run), Mean: money(run), Prospect: money(run)}
		var mean, prospect, cost float64
		var active sql.NullFloat64
		var bought, again int64
		if err := rows.Scan(&l.Name, &l.Accounts, &l.Total.Minor, &mean, &prospect, &active, &cost, &bought, &again); err != nil {
			return nil, err
		}
		l.Mean.Minor, l.Prospect.Minor = postlift.RoundMinor(mean), postlift.RoundMinor(prospect)
		l.Retention, l.RenewalRate = ratio(again, bought), ratio(renewals[l.Name].done, renewals[l.Name].due)
		if active.Valid {
			l.PActive = &active.Float64
		}
		if cost > 0 {
			share := float64(l.Total.Minor) / cost
			l.CLVToCAC = &share
		}
		found = append(found, l)
	}
	return found, rows.Err()
}

// Transitions counts moves between the stages of two runs. A run from before there were stages is refused.
func (s *Store) Transitions(ctx context.Context, before, after scoring.Run) (scoring.Moves, error) {
	out := scoring.Moves{Before: before.UID, BeforeOn: before.AsOf, After: after.UID, AfterOn: after.AsOf}
	for _, run := range []scoring.Run{before, after} {
		if run.Basis == nil {
			return out, postlift.Faultf(postlift.Conflict, "store.Transitions", "run %s has no stages yet: compare later runs", run.UID)
		}
	}
	rows, err := s.queryRead(ctx, `SELECT COALESCE(x.stage, ''), y.stage, COUNT(*) FROM scores y
LEFT JOIN scores x ON x.run_id = ? AND x.account_id = y.account_id WHERE y.run_id = ? GROUP BY 1, 2
UNION ALL SELECT x.stage, '', COUNT(*) FROM scores x LEFT JOIN scores y ON y.run_id = ? AND y.account_id = x.account_id
WHERE x.run_id = ? AND y.account_id IS NULL GROUP BY x.stage`, before.ID, after.ID, after.ID, before.ID)
	if err != nil {
		return out, fmt.Errorf("transitions: %w", err)
	}
	defer rows.Close()
	var moves segments.Transitions
	for rows.Next() {
		var from, to string
		var accounts int
		if err := rows.Scan(&from, &to, &accounts); err != nil {
			return out, err
		}
		moves.Add(segments.Stage(from), segments.Stage(to), accounts)
	}
	out.Rows = moves.Rows()
	return out, rows.Err()
}
