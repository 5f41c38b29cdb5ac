package store

import (
	"context"
	"database/sql"

	"postlift"
	"postlift/campaigns"
	"postlift/responses"
)

// longestRun is how many days may lie between a run's day in home and its last letter's, as its waves may.
const longestRun = 730

// OtherLetters counts the advertising letters of other runs that were posted to the compared accounts of a run between
// two days, held-out accounts first, with their cost at those runs' prices.
func (s *Store) OtherLetters(ctx context.Context, run responses.MeasuredRun, from, until postlift.Date) (mail [2]responses.OtherMail, err error) {
	const others = `SELECT r.id FROM runs r JOIN campaigns k ON k.id = r.campaign_id
WHERE k.class = ? AND r.id <> ? AND r.in_home_on >= ? AND r.in_home_on <= ?`
	who := []any{string(campaigns.Advertising), run.ID, from.AddDays(-longestRun), until.AddDays(longestRun)}
	found := false
	err = s.each(ctx, func(rows *sql.Rows) error { found = true; return nil }, others+" LIMIT 1", who...)
	if err != nil || !found {
		return mail, opError("store.OtherLetters", err)
	}
	prices, err := s.runPrices(ctx)
	if err != nil {
		return mail, opError("store.OtherLetters", err)
	}
	err = s.each(ctx, func(rows *sql.Rows) error {
		var outcome, currency string
		var id int64
		var n int
		if err := rows.Scan(&outcome, &id, &currency, &n); err != nil {
			return err
		}
		to := &mail[0]
		if outcome == campaigns.Assigned {
			to = &mail[1]
		}
		to.Letters += n
		if currency == run.Currency {
			to.Cost += float64(n) * prices[id]
		}
		return nil
	}, `SELECT c.outcome, p.run_id, o.currency, COUNT(*)
FROM choices c JOIN pieces p ON p.account_id = c.account_id JOIN runs o ON o.id = p.run_id
WHERE c.run_id = ? AND c.outcome IN ('assigned', 'holdout') AND c.role NOT IN `+outsideEstimate+`
AND p.kind = 'live' AND p.posted_on >= ? AND p.posted_on <= ? AND p.run_id IN (`+others+`)
GROUP BY c.outcome, p.run_id, o.currency ORDER BY c.outcome, p.run_id`, append([]any{run.ID, from, until}, who...)...)
	return mail, opError("store.OtherLetters", err)
}
