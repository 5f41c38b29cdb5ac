package store

import (
	"context"
	"database/sql"
	"fmt"
	"iter"

	"postlift"
	"postlift/clv"
	"postlift/clv/scoring"
)

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

// contractRecords reads the contracts that had begun by a day, or all where it is none, with all versions of their
// lines, in account order.
func (s *Store) contractRecords(ctx context.Context, begun postlift.Date, ids []int64, rates map[string]float64) iter.Seq2[owned[scoring.ContractRecord], error] {
	query, args := `SELECT c.account_id, COALESCE(a.employee_count, 0), c.id, c.currency, c.started_on, c.term_months, c.term_ends_on, c.notice_days, c.auto_renew,
  c.notice_given_on, c.ended_on, COALESCE(l.line_no, 0), l.product_group, l.quantity, l.monthly_fee_minor, l.monthly_margin_minor, l.valid_from, l.valid_to
FROM contracts c JOIN accounts a ON a.id = c.account_id LEFT JOIN contract_lines l ON l.contract_id = c.id WHERE 1 = 1`, []any{}
	if ids != nil {
		query = s.idList() + query + " AND c.account_id IN (SELECT id FROM ids)"
		args = append(args, idParameter(ids))
	}
	if !begun.IsZero() {
		query += " AND c.started_on <= ?"
		args = append(args, begun)
	}
	query += " ORDER BY c.account_id, c.id, l.line_no, l.valid_from"
	return withLines(func() (*sql.Rows, error) { return s.queryRead(ctx, query, args...) },
		func(rows *sql.Rows) (owned[scoring.ContractRecord], int64, scoring.LineRecord, error) {
			return scanContract(rows, rates)
		},
		func(c *scoring.ContractRecord, l scoring.LineRecord) { c.Lines = append(c.Lines, l) })
}

// withLines joins rows of contracts, one for each version of a line, into contracts with all their lines. The rows come
// by contract; scan reads one with the contract's id, and add takes a line.
func withLines[C any](open func() (*sql.Rows, error), scan func(*sql.Rows) (owned[C], int64, scoring.LineRecord, error), add func(*C, scoring.LineRecord)) iter.Seq2[owned[C], error] {
	return func(yield func(owned[C], error) bool) {
		rows, err := open()
		if err != nil {
			yield(owned[C]{}, fmt.Errorf("contracts: %w", err))
			return
		}
		defer rows.Close()
		var current owned[C]
		var currentID int64
		for rows.Next() {
			next, id, line, err := scan(rows)
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
				add(&current.value, line)
			}
		}
		if err := rows.Err(); err != nil {
			yield(owned[C]{}, err)
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
