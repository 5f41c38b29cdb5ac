package store

import (
	"context"
	"fmt"
	"hash/fnv"
	"time"

	"postlift"
	"postlift/clv/backtest"
	"postlift/clv/scoring"
	orderlog "postlift/clv/tables"
)

// OrderLog reads the order days of about sample customers, drawn by a hash of their keys, up to a day.
// Customers won before the imported documents begin are left out where there are enough others.
func (s *Store) OrderLog(ctx context.Context, asOf postlift.Date, sample int) (orderlog.OrderLog, [][]string, int, error) {
	log := orderlog.OrderLog{Until: asOf, HasValues: true}
	start, err := s.HistoryStart(ctx)
	if err != nil || start.IsZero() {
		return log, nil, 0, err
	}
	log.HistoryStart = start
	ids, names, levels, customers, err := s.sampleCustomers(ctx, asOf, start, sample)
	log.IDs = names
	if err != nil || len(ids) == 0 {
		return log, levels, customers, err
	}
	err = s.orderDays(ctx, asOf, ids, &log)
	return log, levels, customers, err
}

// fullHistories is the number of customers with a full history from which those without one are not tested:
// the visible part of their past looks like that of young customers.
const fullHistories = 200

// customersWith tells, as SQL with its values, who takes part in a test and how many they are.
func (s *Store) customersWith(ctx context.Context, asOf, start postlift.Date) (where string, args []any, customers int, err error) {
	where = " FROM accounts a WHERE EXISTS (SELECT 1 FROM orders o WHERE o.account_id = a.id AND o.doc_type = 'order' AND o.placed_on <= ?)"
	whole, wholeArgs := where+" AND (a.acquired_on IS NULL OR a.acquired_on >= ?)", []any{asOf, start}
	err = s.read.QueryRowContext(ctx, s.bind("SELECT COUNT(*)"+whole), wholeArgs...).Scan(&customers)
	if err != nil || customers >= fullHistories {
		return whole, wholeArgs, customers, err
	}
	err = s.read.QueryRowContext(ctx, s.bind("SELECT COUNT(*)"+where), asOf).Scan(&customers)
	return where, []any{asOf}, customers, err
}

// sampleCustomers lists, by id, customers that had an order, with their keys and levels.
func (s *Store) sampleCustomers(ctx context.Context, asOf, start postlift.Date, sample int) (ids []int64, names []string, levels [][]string, customers int, err error) {
	fail := func(err error) ([]int64, []string, [][]string, int, error) {
		return nil, nil, nil, customers, fmt.Errorf("store.OrderLog: %w", err)
	}
	where, args, customers, err := s.customersWith(ctx, asOf, start)
	if err != nil {
		return fail(err)
	}
	share := 1.0
	if sample > 0 && sample < customers {
		share = float64(sample) / float64(customers)
	}
	rows, err := s.queryRead(ctx, "SELECT a.id, a.source || ':' || a.external_id, a.segment, a.industry, COALESCE(a.employee_count, 0), a.acquisition_channel"+where+" ORDER BY a.id", args...)
	if err != nil {
		return fail(err)
	}
	defer rows.Close()
	for rows.Next() {
		var id, employees int64
		var name, segment, industry, channel string
		if err := rows.Scan(&id, &name, &segment, &industry, &employees, &channel); err != nil {
			return fail(err)
		}
		if share == 1 || drawn(name) < share {
			ids, names = append(ids, id), append(names, name)
			levels = append(levels, scoring.Levels(segment, industry, employees, channel))
		}
	}
	return ids, names, levels, customers, rows.Err()
}

// drawn is a number from 0 to 1 that depends on the key alone: who is in the sample stays in it.
func drawn(key string) float64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(key)) // a hash takes every write
	v := h.Sum64()
	v = (v ^ v>>33) * 0xff51afd7ed558ccd // the high bits of short keys are too alike
	return float64((v^v>>33)>>11) / (1 << 53)
}

// orderDays appends the days with a positive net value of customers, whose ids rise, to the log.
func (s *Store) orderDays(ctx context.Context, asOf postlift.Date, ids []int64, log *orderlog.OrderLog) error {
	at := 0
	return s.eachOrderDay(ctx, asOf, ids, func(id int64, day postlift.Date, net int64) {
		for ids[at] < id {
			at++
		}
		log.Days = append(log.Days, orderlog.OrderDay{Customer: int32(at), Day: day, Value: float64(net)})
	})
}

// backtestReport is the report as it is stored, with what was said of its data.
type backtestReport struct {
	backtest.Report
	Currency  string             `json:"currency,omitempty"`
	EndsEarly *scoring.EndsEarly `json:"ends_early,omitempty"`
}

// SaveBacktest stores a report.
func (s *Store) SaveBacktest(ctx context.Context, b *scoring.StoredBacktest, by postlift.Actor) error {
	return s.inTx(ctx, func(t *tx) error {
		row := backtestRow{UID: b.UID, AsOf: b.AsOf, Chosen: b.Chosen, Report: toJSON(backtestReport{b.Report, b.Currency, b.EndsEarly}), Actor: by.Name, CreatedAt: s.now()}
		if err := t.Create(&row).Error; err != nil {
			return fmt.Errorf("store.SaveBacktest: %w", err)
		}
		return t.event(by, "backtest", b.UID, "run", map[string]string{"chosen": b.Chosen})
	})
}

// LatestBacktest is the newest backtest as of a day between two.
func (s *Store) LatestBacktest(ctx context.Context, from, until postlift.Date) (scoring.StoredBacktest, error) {
	var row backtestRow
	err := s.reader(ctx).Where("as_of >= ? AND as_of <= ?", from, until).Order("as_of DESC, id DESC").First(&row).Error
	if err := notFound(err, "store.LatestBacktest", "backtest between", from.String()+" and "+until.String()); err != nil {
		return scoring.StoredBacktest{}, err
	}
	b := scoring.StoredBacktest{UID: row.UID, AsOf: row.AsOf, Chosen: row.Chosen, Actor: row.Actor, CreatedAt: row.CreatedAt.UTC().Truncate(time.Second)}
	var stored backtestReport
	if err := row.Report.into(&stored); err != nil {
		return b, fmt.Errorf("store.LatestBacktest: %w", err)
	}
	b.Report, b.Currency, b.EndsEarly = stored.Report, stored.Currency, stored.EndsEarly
	return b, nil
}
