package store

import (
	"context"
	"database/sql"
	"fmt"
	"iter"
	"math"
	"slices"

	"postlift"
	"postlift/accounts"
	"postlift/clv/scoring"
)

// RefreshHistories rebuilds what Histories reads of every account: features as of a date, the logs of order
// days, and the product groups ordered from.
func (s *Store) RefreshHistories(ctx context.Context, asOf postlift.Date) error {
	settings, err := s.Settings(ctx)
	if err != nil {
		return err
	}
	logs := s.readLogs(ctx, asOf) // beside the statements below, which keep another core busy
	err = s.inTx(ctx, func(t *tx) error {
		if err := t.alone("features"); err != nil {
			return err
		}
		if err := t.refreshFeatures(settings, asOf); err != nil {
			return err
		}
		if err := t.refreshGroups(settings, asOf); err != nil {
			return err
		}
		found, err := logs()
		if err != nil {
			return err
		}
		return t.writeLogs(found)
	})
	_, _ = logs() // nothing goes on reading when this has failed before
	return err
}

// readLogs begins to read the logs of order days and gives what waits for them.
func (s *Store) readLogs(ctx context.Context, asOf postlift.Date) func() ([]orderLogs, error) {
	var found []orderLogs
	var err error
	done := make(chan struct{})
	go func() {
		defer close(done)
		found, err = s.orderLogs(ctx, asOf, nil)
	}()
	return func() ([]orderLogs, error) {
		<-done
		return found, err
	}
}

func (t *tx) writeLogs(logs []orderLogs) error {
	if _, err := t.exec("DELETE FROM account_logs"); err != nil {
		return err
	}
	at, row := 0, make([]any, 4)
	_, err := t.copyRows("account_logs", []string{"account_id", "log_gaps", "repeat_log_mean", "repeat_log_ss"}, func() ([]any, bool) {
		if at == len(logs) {
			return nil, false
		}
		l := &logs[at]
		at++
		row[0], row[1], row[2], row[3] = l.account, l.gaps, l.mean, l.squares
		return row, true
	})
	return err
}

func (t *tx) refreshGroups(settings accounts.Settings, asOf postlift.Date) error {
	rates, err := orderRate(t.DB, settings.Currency)
	if err != nil {
		return err
	}
	if _, err := t.exec("DELETE FROM account_groups"); err != nil {
		return err
	}
	_, err = t.exec("INSERT INTO account_groups (account_id, product_group, first_on, margin_minor)\n"+
		fmt.Sprintf(groupsSQL, rates, settings.Value.DefaultMargin, "order_lines l JOIN orders o ON o.id = l.order_id WHERE"), asOf)
	return err
}

// groupsSQL sums the order lines up by account and product group; the last verb is where from. Orders that
// were credited whole do not count.
const groupsSQL = `SELECT account_id, product_group, MIN(placed_on), CAST(ROUND(COALESCE(SUM(margin), 0)) AS BIGINT) FROM (
  SELECT o.account_id, l.product_group, o.placed_on, COALESCE(l.margin_minor, l.net_minor * %[2]g) * %[1]s AS margin
  FROM %[3]s l.product_group <> '' AND o.doc_type = 'order' AND o.net_minor + o.credited_minor > 0 AND o.placed_on <= ?
) x GROUP BY account_id, product_group`

// Histories streams accounts ordered by id: every account from what RefreshHistories left or, where ids
// are given, those accounts straight from their documents.
func (s *Store) Histories(ctx context.Context, asOf postlift.Date, ids []int64) iter.Seq2[scoring.History, error] {
	return func(yield func(scoring.History, error) bool) {
		if ids != nil && len(ids) == 0 {
			return
		}
		r := historyReader{store: s, ctx: ctx, asOf: asOf, ids: ids}
		defer r.close()
		rows, err := r.open()
		if err != nil {
			yield(scoring.History{}, fmt.Errorf("histories: %w", err))
			return
		}
		defer rows.Close()
		for rows.Next() {
			h, err := r.read(rows)
			if !yield(h, err) || err != nil {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(scoring.History{}, err)
		}
	}
}

// historyReader joins three streams in account order: features, contracts with lines, product groups.
type historyReader struct {
	store     *Store
	ctx       context.Context
	asOf      postlift.Date
	ids       []int64
	start     postlift.Date
	logs      map[int64]orderLogs // of the accounts with the ids; else account_logs has them
	contracts *follower[scoring.ContractRecord]
	groups    *follower[scoring.GroupSince]
}

func (r *historyReader) open() (*sql.Rows, error) {
	var err error
	if r.start, err = r.store.HistoryStart(r.ctx); err != nil {
		return nil, err
	}
	rates, err := r.store.ratesOn(r.ctx, r.asOf)
	if err != nil {
		return nil, err
	}
	if err := r.readLogs(); err != nil {
		return nil, err
	}
	r.contracts = follow(r.store.contractRecords(r.ctx, 0, r.ids, rates))
	r.groups = follow(r.store.groupsSince(r.ctx, r.asOf, r.ids))
	query, args, err := r.query()
	if err != nil {
		return nil, err
	}
	return r.store.queryRead(r.ctx, query, args...)
}

// readLogs reads the logs of order days of the accounts with the ids.
func (r *historyReader) readLogs() error {
	if r.ids == nil {
		return nil
	}
	logs, err := r.store.orderLogs(r.ctx, r.asOf, r.ids)
	r.logs = make(map[int64]orderLogs, len(logs))
	for _, l := range logs {
		r.logs[l.account] = l
	}
	return err
}

func (r *historyReader) close() {
	if r.contracts != nil {
		r.contracts.stop()
		r.groups.stop()
	}
}

// query selects one row an account. An account gets no advertising while it is not active or any block of
// the whole account is in force.
func (r *historyReader) query() (string, []any, error) {
	features, logs, join := "account_features", "l.log_gaps, l.repeat_log_mean, l.repeat_log_ss", " LEFT JOIN account_logs l ON l.account_id = a.id"
	var args []any
	if r.ids != nil {
		settings, err := r.store.Settings(r.ctx)
		if err != nil {
			return "", nil, err
		}
		inner, innerArgs, err := r.store.featureQuery(r.store.reader(r.ctx), settings, r.asOf, r.ids)
		if err != nil {
			return "", nil, err
		}
		features, args = "("+inner+")", innerArgs
		logs, join = "NULL, NULL, NULL", ""
	}
	query := `SELECT a.id, f.as_of, a.segment, a.industry, COALESCE(a.employee_count, 0), a.acquired_on, f.first_order_on, f.last_order_on, f.order_days, f.net_minor,
  f.first_day_net_minor, f.margin_minor, f.assumed_net_minor, f.net_12m_minor, f.net_24m_minor, f.excluded_orders,
  ` + logs + `,
  a.service_level, a.acquisition_channel, a.acquisition_cost_minor, a.discount_rate,
  CASE WHEN a.status = 'active' AND a.id NOT IN (
    SELECT b.id FROM suppressions s JOIN accounts b ON b.id = s.account_id WHERE s.scope = 'account' AND ` + activeSuppression + `
    UNION SELECT b.id FROM suppressions s JOIN accounts b ON b.match_key = s.match_key WHERE s.scope = 'account' AND b.match_key <> '' AND ` + activeSuppression + `
  ) THEN 1 ELSE 0 END
FROM accounts a JOIN ` + features + ` f ON f.account_id = a.id` + join + ` ORDER BY a.id`
	return query, append(twice(r.asOf, 2), args...), nil
}

func (r *historyReader) read(rows *sql.Rows) (scoring.History, error) {
	h := scoring.History{HistoryStart: r.start}
	var cost sql.NullInt64
	var discount, gaps, mean, squares sql.NullFloat64
	var mailable int
	var day postlift.Date
	err := rows.Scan(&h.AccountID, &day, &h.Segment, &h.Industry, &h.Employees, &h.OpenedOn, &h.FirstOrder, &h.LastOrder, &h.OrderDays, &h.NetMinor,
		&h.FirstDayNetMinor, &h.MarginMinor, &h.AssumedNetMinor, &h.Net12MMinor, &h.NetBefore12MMinor, &h.ExcludedDocuments,
		&gaps, &mean, &squares, &h.ServiceLevel, &h.Channel, &cost, &discount, &mailable)
	if err != nil {
		return h, err
	}
	if day != r.asOf {
		return h, postlift.Faultf(postlift.Conflict, "store.Histories", "somebody rebuilt the accounts' figures for %s meanwhile: run the command again", day)
	}
	h.AcquisitionMinor, h.AcquisitionKnown, h.Mailable = cost.Int64, cost.Valid, mailable == 1
	h.LogGaps, h.RepeatLogMean, h.RepeatLogSS = gaps.Float64, mean.Float64, squares.Float64
	if l, ok := r.logs[h.AccountID]; ok {
		h.LogGaps, h.RepeatLogMean, h.RepeatLogSS = l.gaps, l.mean, l.squares
	}
	h.DiscountRate = math.NaN()
	if discount.Valid {
		h.DiscountRate = discount.Float64
	}
	contracts, err := r.contracts.of(h.AccountID)
	if err != nil {
		return h, err
	}
	signed := func(c scoring.ContractRecord) bool { return c.StartedOn > r.asOf }
	if h.Contracts = contracts; slices.ContainsFunc(contracts, signed) {
		h.Contracts = nil
		for _, c := range contracts {
			if signed(c) {
				h.Signed = append(h.Signed, c)
			} else {
				h.Contracts = append(h.Contracts, c)
			}
		}
	}
	h.Groups, err = r.groups.of(h.AccountID)
	return h, err
}

// DataUntil is the newest day that the imported documents tell of: of an order or a notice and, where nobody
// ordered, of a contract that has begun. When an end was agreed or a contract signed they do not say.
func (s *Store) DataUntil(ctx context.Context) (postlift.Date, error) {
	var newest, begun postlift.Date
	err := s.read.QueryRowContext(ctx, `SELECT MAX(day) FROM (
  SELECT MAX(placed_on) AS day FROM orders UNION ALL SELECT MAX(notice_given_on) FROM contracts) d`).Scan(&newest)
	if err != nil {
		return 0, fmt.Errorf("store.DataUntil: %w", err)
	}
	err = s.read.QueryRowContext(ctx, s.bind("SELECT MAX(started_on) FROM contracts WHERE started_on <= ? AND NOT EXISTS (SELECT 1 FROM orders)"),
		postlift.DateOf(s.now())).Scan(&begun)
	if err != nil {
		return 0, fmt.Errorf("store.DataUntil: %w", err)
	}
	return max(newest, begun), nil
}

// HistoryStart is the first day that the imported documents cover.
func (s *Store) HistoryStart(ctx context.Context) (postlift.Date, error) {
	var start postlift.Date
	err := s.read.QueryRowContext(ctx, "SELECT MIN(placed_on) FROM orders").Scan(&start)
	return start, err
}

// owned is a thing of an account.
type owned[T any] struct {
	account int64
	value   T
}

// follower reads a stream in account order beside another one.
type follower[T any] struct {
	next    func() (owned[T], error, bool)
	stop    func()
	current owned[T]
	err     error
	more    bool
	begun   bool
}

func follow[T any](seq iter.Seq2[owned[T], error]) *follower[T] {
	f := &follower[T]{}
	f.next, f.stop = iter.Pull2(seq)
	return f
}

// of gives what belongs to an account; it must be asked with rising ids.
func (f *follower[T]) of(account int64) (found []T, err error) {
	if !f.begun {
		f.begun = true
		f.current, f.err, f.more = f.next()
	}
	for f.more && f.err == nil && f.current.account <= account {
		if f.current.account == account {
			found = append(found, f.current.value)
		}
		f.current, f.err, f.more = f.next()
	}
	return found, f.err
}
