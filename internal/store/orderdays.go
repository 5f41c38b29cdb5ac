package store

import (
	"context"
	"fmt"
	"math"

	"postlift"
)

// eachOrderDay gives the days with a positive net value up to a day, with that value in the reporting
// currency's minor units, by account and day: of the accounts with the ids or, where there are none, of all.
func (s *Store) eachOrderDay(ctx context.Context, asOf postlift.Date, ids []int64, take func(account int64, day postlift.Date, net int64)) error {
	settings, err := s.Settings(ctx)
	if err != nil {
		return err
	}
	rates, err := orderRate(s.reader(ctx), settings.Currency)
	if err != nil {
		return err
	}
	with, only, args := "", "", []any{asOf}
	if ids != nil {
		with, only, args = s.idList(), " AND o.account_id IN (SELECT id FROM ids)", []any{idParameter(ids), asOf}
	}
	rows, err := s.queryRead(ctx, with+`SELECT account_id, placed_on, CAST(ROUND(SUM(net * rate)) AS BIGINT) AS day_net
FROM (`+documentSQL(rates, settings.Value.DefaultMargin)+only+`) d
GROUP BY account_id, placed_on HAVING CAST(ROUND(SUM(net * rate)) AS BIGINT) > 0 ORDER BY account_id, placed_on`, args...)
	if err != nil {
		return fmt.Errorf("order days: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id, net int64
		var day postlift.Date
		if err := rows.Scan(&id, &day, &net); err != nil {
			return fmt.Errorf("order days: %w", err)
		}
		take(id, day, net)
	}
	return rows.Err()
}

// orderLogs are the logs that the order and spend models read of one account's order days: of the weeks
// between them and of the values of all but the first.
type orderLogs struct {
	account int64
	gaps    float64
	n       int // order days after the first
	mean    float64
	squares float64 // deviations from the mean
}

// add takes the next day; Welford's way of adding up keeps small deviations of large logs.
func (l *orderLogs) add(gapDays int, net int64) {
	l.gaps += math.Log(float64(gapDays) / 7)
	value := math.Log(float64(net))
	l.n++
	was := value - l.mean
	l.mean += was / float64(l.n)
	l.squares += was * (value - l.mean)
}

// orderLogs gives them for the accounts, of those with the ids or of all, that have more than one order day, by
// account.
func (s *Store) orderLogs(ctx context.Context, asOf postlift.Date, ids []int64) ([]orderLogs, error) {
	var found []orderLogs
	var current orderLogs
	var last postlift.Date
	keep := func() {
		if current.n > 0 {
			found = append(found, current)
		}
	}
	err := s.eachOrderDay(ctx, asOf, ids, func(account int64, day postlift.Date, net int64) {
		if account != current.account {
			keep()
			current = orderLogs{account: account}
		} else {
			current.add(day.DaysSince(last), net)
		}
		last = day
	})
	keep()
	return found, err
}
