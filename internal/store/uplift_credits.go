package store

import (
	"context"
	"database/sql"
	"fmt"

	"postlift"
	"postlift/responses"
)

// laterCreditsSQL selects one row for each order that a document of after the reading's day took from: what it took, as
// what comes back, and whether the order counts again because nothing was left of it. Arguments: first and last day of
// the orders, and the reading's day.
func laterCreditsSQL(rates string, defaultMargin float64) string {
	return fmt.Sprintf(`SELECT o.account_id, o.placed_on, %[1]s AS rate, -k.net AS net,
    CASE WHEN o.margin_minor IS NULL THEN -k.net * %[2]g
         WHEN o.net_minor = 0 THEN -k.margin
         ELSE -k.margin - o.margin_minor * 1.0 * k.unknown / o.net_minor END AS margin,
    CASE WHEN o.margin_minor IS NULL THEN -k.net ELSE 0 END AS assumed,
    CASE WHEN o.net_minor + o.credited_minor <= 0 AND o.net_minor + o.credited_minor - k.net > 0 THEN 1 ELSE 0 END AS again
  FROM orders o JOIN (
    SELECT p.id, SUM(d.net_minor) AS net, COALESCE(SUM(d.margin_minor), 0) AS margin,
      SUM(CASE WHEN d.margin_minor IS NULL THEN d.net_minor ELSE 0 END) AS unknown
    FROM orders d JOIN orders p ON p.source = d.source AND p.external_id = d.refers_to AND p.currency = d.currency AND p.doc_type = 'order'
    WHERE d.refers_to <> '' AND d.doc_type <> 'order' AND p.placed_on >= ? AND p.placed_on <= ? AND d.placed_on > ?
    GROUP BY p.id) k ON k.id = o.id`, rates, defaultMargin)
}

// laterCredits streams what documents of after the reading's day took from orders of the run, as what comes back: a
// reading of a past day is that of what was known on it. A share of an unknown margin is not rounded to the cent here.
func (s *Store) laterCredits(ctx context.Context, run responses.MeasuredRun, rates string, defaultMargin float64, from, until postlift.Date, take func(responses.DayRow) error) error {
	return s.each(ctx, func(rows *sql.Rows) error {
		var d responses.DayRow
		if err := rows.Scan(&d.Key, &d.On, &d.Net, &d.Margin, &d.Assumed, &d.Orders); err != nil {
			return err
		}
		return take(d)
	}, `SELECT c.group_key, d.placed_on, COALESCE(SUM(d.net * d.rate), 0), COALESCE(SUM(d.margin * d.rate), 0), COALESCE(SUM(d.assumed * d.rate), 0), SUM(d.again)
		FROM choices c JOIN (`+laterCreditsSQL(rates, defaultMargin)+`) d ON d.account_id = c.account_id
		WHERE c.run_id = ? AND d.rate IS NOT NULL AND c.outcome IN ('assigned', 'holdout') AND c.role NOT IN `+outsideEstimate+`
		GROUP BY c.group_key, d.placed_on ORDER BY c.group_key, d.placed_on`, from, until, run.ReadOn, run.ID)
}
