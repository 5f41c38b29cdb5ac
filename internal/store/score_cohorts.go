package store

import (
	"context"
	"fmt"

	"postlift"
	"postlift/clv/development"
	"postlift/clv/scoring"
	"postlift/clv/segments"
)

// quarterSQL counts the quarter of a date through the years, as segments.QuarterOf does.
func quarterSQL(column string) string {
	text := "CAST(" + column + " AS TEXT)"
	return "CAST(substr(" + text + ", 1, 4) AS BIGINT) * 4 + (CAST(substr(" + text + ", 6, 2) AS BIGINT) - 1) / 3"
}

// cohortSQL gives, for each quarter of beginning, how many accounts were active in each quarter from then on:
// they ordered, or were under contract.
const cohortSQL = `WITH RECURSIVE calendar(q) AS (SELECT CAST(? AS BIGINT) UNION ALL SELECT q + 1 FROM calendar WHERE q < ?
), active AS (
  SELECT account_id, %[1]s AS q FROM orders
  WHERE doc_type = 'order' AND net_minor + credited_minor > 0 AND placed_on <= ?
  UNION
  SELECT c.account_id, calendar.q FROM contracts c JOIN calendar
    ON calendar.q >= %[2]s AND calendar.q <= %[3]s
  WHERE c.started_on <= ?
), began AS (
  SELECT account_id, MIN(q) AS start FROM active GROUP BY account_id
)
SELECT began.start, active.q, COUNT(*) FROM active JOIN began ON began.account_id = active.account_id
JOIN accounts a ON a.id = active.account_id
WHERE a.acquired_on IS NULL OR a.acquired_on >= ?
GROUP BY began.start, active.q`

// Cohorts gives retention by quarter of the first order or contract. Accounts that were customers before
// the imported documents begin are left out: their first quarter is not known.
func (s *Store) Cohorts(ctx context.Context, asOf postlift.Date) (scoring.Cohorts, error) {
	out := scoring.Cohorts{AsOf: asOf}
	start, err := s.HistoryStart(ctx)
	if err != nil {
		return out, err
	}
	first := asOf
	if start.IsZero() {
		start = postlift.NewDate(1, 1, 1) // nobody was a customer before nothing
	} else {
		first = min(first, start)
	}
	var signed postlift.Date
	if err := s.read.QueryRowContext(ctx, "SELECT MIN(started_on) FROM contracts").Scan(&signed); err != nil {
		return out, fmt.Errorf("cohorts: %w", err)
	}
	if !signed.IsZero() {
		first = min(first, signed)
	}
	current := segments.QuarterOf(asOf)
	ended := "CASE WHEN c.ended_on IS NOT NULL THEN " + quarterSQL("c.ended_on") +
		" WHEN c.auto_renew THEN CAST(? AS BIGINT) ELSE " + quarterSQL("c.term_ends_on") + " END"
	query := fmt.Sprintf(cohortSQL, quarterSQL("placed_on"), quarterSQL("c.started_on"), ended)
	rows, err := s.queryRead(ctx, query, int64(segments.QuarterOf(first)), int64(current), asOf, int64(current), asOf, start)
	if err != nil {
		return out, fmt.Errorf("cohorts: %w", err)
	}
	defer rows.Close()
	var tally segments.CohortTally
	for rows.Next() {
		var began, in int64
		var accounts int
		if err := rows.Scan(&began, &in, &accounts); err != nil {
			return out, fmt.Errorf("cohorts: %w", err)
		}
		if began == in {
			tally.Add(segments.Quarter(began), accounts)
		}
		tally.AddActive(segments.Quarter(began), segments.Quarter(in), accounts)
	}
	if err := rows.Err(); err != nil {
		return out, fmt.Errorf("cohorts: %w", err)
	}
	if out.Cohorts, err = tally.Triangle(current - 1); err != nil {
		return out, err
	}
	out.Average = segments.Average(out.Cohorts)
	err = s.read.QueryRowContext(ctx, s.bind("SELECT COUNT(*) FROM accounts WHERE acquired_on < ?"), start).Scan(&out.Truncated)
	return out, err
}

// RevenueRetention compares the recurring revenue of each account a year before a date with that on it, at
// the exchange rates of the date.
func (s *Store) RevenueRetention(ctx context.Context, asOf postlift.Date) (scoring.RevenueRetention, error) {
	out := scoring.RevenueRetention{From: asOf.AddMonths(-12), To: asOf}
	settings, err := s.Settings(ctx)
	if err != nil {
		return out, err
	}
	out.Currency = settings.Currency
	var tally development.RetentionTally
	var account int64
	var before, after float64
	for c, err := range s.Contracts(ctx, asOf) {
		if err != nil {
			return out, err
		}
		if c.AccountID != account {
			if err := tally.Add(before, after); err != nil {
				return out, err
			}
			account, before, after = c.AccountID, 0, 0
		}
		if c.Rate <= 0 {
			out.Excluded++
		}
		before += max(c.MonthlyOn(out.From), 0)
		after += max(c.MonthlyOn(out.To), 0)
	}
	if err := tally.Add(before, after); err != nil {
		return out, err
	}
	out.Rates = tally.Rates()
	return out, nil
}
