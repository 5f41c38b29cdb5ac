package store

import (
	"context"
	"database/sql"
	"fmt"
	"iter"
	"math"

	"postlift"
	"postlift/clv"
	"postlift/clv/scoring"
)

// RefreshHistories rebuilds what Histories reads of every account: features with logs as of a date, and
// the product groups ordered from.
func (s *Store) RefreshHistories(ctx context.Context, asOf postlift.Date) error {
	if err := s.refreshFeatures(ctx, asOf, featureScope{logs: true}); err != nil {
		return err
	}
	settings, err := s.Settings(ctx)
	if err != nil {
		return err
	}
	return s.inTx(ctx, func(t *tx) error {
		if err := t.alone("features"); err != nil {
			return err
		}
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
	})
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
	r.contracts = follow(r.store.contractRecords(r.ctx, r.asOf, r.ids, rates))
	r.groups = follow(r.store.groupsSince(r.ctx, r.asOf, r.ids))
	query, args, err := r.query()
	if err != nil {
		return nil, err
	}
	return r.store.queryRead(r.ctx, query, args...)
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
	features, where := "account_features", ""
	var args []any
	if r.ids != nil {
		settings, err := r.store.Settings(r.ctx)
		if err != nil {
			return "", nil, err
		}
		inner, innerArgs, err := r.store.featureQuery(r.store.reader(r.ctx), settings, r.asOf, featureScope{ids: r.ids, logs: true})
		if err != nil {
			return "", nil, err
		}
		features, args = "("+inner+")", innerArgs
	}
	query := `SELECT a.id, a.segment, a.acquired_on, f.first_order_on, f.last_order_on, f.order_days, f.net_minor,
  f.first_day_net_minor, f.margin_minor, f.assumed_net_minor, f.net_12m_minor, f.net_24m_minor, f.excluded_orders,
  f.log_gaps, f.repeat_log_mean, f.repeat_log_ss,
  a.service_level, a.acquisition_channel, a.acquisition_cost_minor, a.discount_rate,
  CASE WHEN a.status = 'active' AND a.id NOT IN (
    SELECT b.id FROM suppressions s JOIN accounts b ON b.id = s.account_id WHERE s.scope = 'account' AND ` + activeSuppression + `
    UNION SELECT b.id FROM suppressions s JOIN accounts b ON b.match_key = s.match_key WHERE s.scope = 'account' AND b.match_key <> '' AND ` + activeSuppression + `
  ) THEN 1 ELSE 0 END
FROM accounts a JOIN ` + features + ` f ON f.account_id = a.id` + where + ` ORDER BY a.id`
	return query, append(twice(r.asOf, 2), args...), nil
}

func (r *historyReader) read(rows *sql.Rows) (scoring.History, error) {
	h := scoring.History{HistoryStart: r.start}
	var cost sql.NullInt64
	var discount sql.NullFloat64
	var mailable int
	err := rows.Scan(&h.AccountID, &h.Segment, &h.OpenedOn, &h.FirstOrder, &h.LastOrder, &h.OrderDays, &h.NetMinor,
		&h.FirstDayNetMinor, &h.MarginMinor, &h.AssumedNetMinor, &h.Net12MMinor, &h.NetBefore12MMinor, &h.ExcludedDocuments,
		&h.LogGaps, &h.RepeatLogMean, &h.RepeatLogSS, &h.ServiceLevel, &h.Channel, &cost, &discount, &mailable)
	if err != nil {
		return h, err
	}
	h.AcquisitionMinor, h.AcquisitionKnown, h.Mailable = cost.Int64, cost.Valid, mailable == 1
	h.DiscountRate = math.NaN()
	if discount.Valid {
		h.DiscountRate = discount.Float64
	}
	if h.Contracts, err = r.contracts.of(h.AccountID); err != nil {
		return h, err
	}
	h.Groups, err = r.groups.of(h.AccountID)
	return h, err
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

// Contracts streams all contracts that had begun by a day, in account order.
func (s *Store) Contracts(ctx context.Context, asOf postlift.Date) iter.Seq2[scoring.ContractRecord, error] {
	return func(yield func(scoring.ContractRecord, error) bool) {
		rates, err := s.ratesOn(ctx, asOf)
		if err != nil {
			yield(scoring.ContractRecord{}, err)
			return
		}
		for c, err := range s.contractRecords(ctx, asOf, nil, rates) {
			if !yield(c.value, err) || err != nil {
				return
			}
		}
	}
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

// contractRecords reads the contracts that had begun, with all versions of their lines, in account order.
func (s *Store) contractRecords(ctx context.Context, asOf postlift.Date, ids []int64, rates map[string]float64) iter.Seq2[owned[scoring.ContractRecord], error] {
	query, args := `SELECT c.account_id, COALESCE(a.employee_count, 0), c.id, c.currency, c.started_on, c.term_months, c.term_ends_on, c.notice_days, c.auto_renew,
  c.notice_given_on, c.ended_on, COALESCE(l.line_no, 0), l.product_group, l.quantity, l.monthly_fee_minor, l.monthly_margin_minor, l.valid_from, l.valid_to
FROM contracts c JOIN accounts a ON a.id = c.account_id LEFT JOIN contract_lines l ON l.contract_id = c.id WHERE c.started_on <= ?`, []any{asOf}
	if ids != nil {
		query = s.idList() + query + " AND c.account_id IN (SELECT id FROM ids)"
		args = []any{idParameter(ids), asOf}
	}
	return func(yield func(owned[scoring.ContractRecord], error) bool) {
		rows, err := s.queryRead(ctx, query+" ORDER BY c.account_id, c.id, l.line_no, l.valid_from", args...)
		if err != nil {
			yield(owned[scoring.ContractRecord]{}, fmt.Errorf("contracts: %w", err))
			return
		}
		defer rows.Close()
		var current owned[scoring.ContractRecord]
		var currentID int64
		for rows.Next() {
			next, id, line, err := scanContract(rows, rates)
			if err != nil {
				yield(next, err)
				return
			}
			if id != currentID {
				if currentID != 0 && !yield(current, nil) {
					return
				}
				current, currentID = next, id
			}
			if !line.From.IsZero() {
				current.value.Lines = append(current.value.Lines, line)
			}
		}
		if err := rows.Err(); err != nil {
			yield(owned[scoring.ContractRecord]{}, err)
			return
		}
		if currentID != 0 {
			yield(current, nil)
		}
	}
}

func scanContract(rows *sql.Rows, rates map[string]float64) (c owned[scoring.ContractRecord], id int64, l scoring.LineRecord, err error) {
	var currency string
	var group sql.NullString
	var quantity sql.NullFloat64
	var fee, margin sql.NullInt64
	v := &c.value
	err = rows.Scan(&c.account, &v.Employees, &id, &currency, &v.StartedOn, &v.TermMonths, &v.TermEndsOn, &v.NoticeDays, &v.AutoRenew,
		&v.NoticeGivenOn, &v.EndedOn, &l.No, &group, &quantity, &fee, &margin, &l.From, &l.To)
	v.AccountID, v.Rate = c.account, rates[currency]
	l.Group, l.Quantity, l.FeeMinor = group.String, quantity.Float64, fee.Int64
	l.MarginMinor, l.MarginKnown = margin.Int64, margin.Valid
	return c, id, l, err
}

// groupsSince reads the product groups ordered from, in account order.
func (s *Store) groupsSince(ctx context.Context, asOf postlift.Date, ids []int64) iter.Seq2[owned[scoring.GroupSince], error] {
	return func(yield func(owned[scoring.GroupSince], error) bool) {
		query, args, err := s.groupsQuery(ctx, asOf, ids)
		if err != nil {
			yield(owned[scoring.GroupSince]{}, err)
			return
		}
		rows, err := s.queryRead(ctx, query, args...)
		if err != nil {
			yield(owned[scoring.GroupSince]{}, fmt.Errorf("product groups: %w", err))
			return
		}
		defer rows.Close()
		for rows.Next() {
			var g owned[scoring.GroupSince]
			var margin int64
			err := rows.Scan(&g.account, &g.value.Name, &g.value.Since, &margin)
			months := float64(asOf.DaysSince(g.value.Since)+1) / clv.DaysPerMonth
			g.value.MonthlyMinor = float64(margin) / max(months, 1)
			if !yield(g, err) || err != nil {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(owned[scoring.GroupSince]{}, err)
		}
	}
}

// groupsQuery selects them from account_groups or, for accounts asked for, from their lines. There the
// order of the joins is fixed on SQLite, which would begin with all lines.
func (s *Store) groupsQuery(ctx context.Context, asOf postlift.Date, ids []int64) (string, []any, error) {
	const order = " ORDER BY account_id, product_group"
	if ids == nil {
		return "SELECT account_id, product_group, first_on, margin_minor FROM account_groups" + order, nil, nil
	}
	settings, err := s.Settings(ctx)
	if err != nil {
		return "", nil, err
	}
	rates, err := orderRate(s.reader(ctx), settings.Currency)
	if err != nil {
		return "", nil, err
	}
	from := "ids CROSS JOIN orders o CROSS JOIN order_lines l WHERE o.account_id = ids.id AND l.order_id = o.id AND"
	return s.idList() + fmt.Sprintf(groupsSQL, rates, settings.Value.DefaultMargin, from) + order, []any{idParameter(ids), asOf}, nil
}
