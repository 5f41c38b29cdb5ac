package store

import (
	"context"
	"database/sql"

	"postlift"
	"postlift/mailers"
)

// addFacts reads what some letter of a run says beyond its recipients: for all accounts of the run in one query each,
// and only what is needed.
func (s *Store) addFacts(ctx context.Context, runID int64, asOf postlift.Date, needs mailers.Needs, list []mailers.Recipient) error {
	if needs.Contract {
		contracts, err := s.runContracts(ctx, runID, asOf)
		if err != nil {
			return err
		}
		for i := range list {
			list[i].Contract = contracts[list[i].AccountID]
		}
	}
	if needs.Orders {
		orders, err := s.runOrders(ctx, runID, asOf)
		if err != nil {
			return err
		}
		for i := range list {
			list[i].Orders = orders[list[i].AccountID]
		}
	}
	return nil
}

// runContracts reads, of each account that a run mails, the running contract whose term ends next, with the lines in
// force on the date. A contract that renews by itself runs on beyond the term that was imported. Notice given later, or
// an end agreed for later, is not known yet.
func (s *Store) runContracts(ctx context.Context, runID int64, asOf postlift.Date) (map[int64]*mailers.Contract, error) {
	rows, err := s.queryRead(ctx, `SELECT c.id, c.account_id, c.external_id, c.started_on, c.term_ends_on, c.notice_days, c.auto_renew,
  CASE WHEN c.ended_on IS NULL AND (c.notice_given_on IS NULL OR c.notice_given_on > ?) THEN 1 ELSE 0 END, c.term_months, c.currency,
  l.line_no, l.product, l.product_group, l.quantity, l.monthly_fee_minor, l.valid_from, l.valid_to
FROM contracts c LEFT JOIN contract_lines l ON l.contract_id = c.id AND l.valid_from <= ? AND (l.valid_to IS NULL OR l.valid_to >= ?)
WHERE c.started_on <= ? AND (c.ended_on IS NULL OR c.ended_on > ?) AND (c.auto_renew OR c.term_ends_on >= ?)
  AND c.account_id IN (SELECT account_id FROM choices WHERE run_id = ? AND outcome = 'assigned')
ORDER BY c.account_id, c.id, l.line_no, l.valid_from, l.id`, asOf, asOf, asOf, asOf, asOf, asOf, runID)
	out := map[int64]*mailers.Contract{}
	var open *mailers.Contract
	last := int64(0)
	return out, eachRow(rows, err, func(r *sql.Rows) error {
		var id, account, notice int64
		var renews, cancellable bool
		var c mailers.Contract
		var line position
		if err := r.Scan(append([]any{&id, &account, &c.Number, &c.Start, &c.End, &notice, &renews, &cancellable, &c.TermMonths, &c.Currency}, line.targets(true)...)...); err != nil {
			return err
		}
		if id != last {
			last, open = id, nil
			if renews && cancellable {
				c.End = termEnd(c.End, c.TermMonths, asOf)
			}
			if cancellable {
				c.NoticeDeadline = c.End.AddDays(-int(notice))
			}
			if best := out[account]; c.End >= asOf && (best == nil || c.End < best.End) {
				open, out[account] = &c, &c
			}
		}
		if open != nil && line.no.Valid {
			open.Lines = append(open.Lines, mailers.ContractLine{LineNo: int(line.no.Int64), Product: line.product.String, Group: line.group.String,
				Quantity: line.quantity.Float64, MonthlyMinor: line.minor.Int64, From: line.from, Until: line.until})
		}
		return nil
	})
}

// termEnd is the last day of the term that the date lies in, of a contract that renews by its term.
func termEnd(end postlift.Date, months int, asOf postlift.Date) postlift.Date {
	if end.IsZero() || months <= 0 {
		return end
	}
	first := end.AddDays(1)
	for n := 0; end < asOf; {
		n += months
		end = first.AddMonths(n).AddDays(-1)
	}
	return end
}

// position is a position of a contract or an order, or none.
type position struct {
	no, minor      sql.NullInt64
	product, group sql.NullString
	quantity       sql.NullFloat64
	from, until    postlift.Date
}

func (l *position) targets(dated bool) []any {
	t := []any{&l.no, &l.product, &l.group, &l.quantity, &l.minor}
	if dated {
		t = append(t, &l.from, &l.until)
	}
	return t
}

// runOrders reads the last orders of each account that a run mails, the latest first, with their first lines.
func (s *Store) runOrders(ctx context.Context, runID int64, asOf postlift.Date) (map[int64][]mailers.Order, error) {
	rows, err := s.queryRead(ctx, `SELECT o.id, o.account_id, o.external_id, o.placed_on, o.currency, o.net_minor, l.line_no, l.product, l.product_group, l.quantity, l.net_minor
FROM (
  SELECT o.id, o.account_id, o.external_id, o.placed_on, o.currency, o.net_minor,
    ROW_NUMBER() OVER (PARTITION BY o.account_id ORDER BY o.placed_on DESC, o.external_id DESC, o.id DESC) AS n
  FROM orders o WHERE o.doc_type = 'order' AND o.placed_on <= ?
    AND o.account_id IN (SELECT account_id FROM choices WHERE run_id = ? AND outcome = 'assigned')) o
LEFT JOIN order_lines l ON l.order_id = o.id
WHERE o.n <= ? ORDER BY o.account_id, o.n, l.line_no`, asOf, runID, int64(mailers.MaxOrders))
	out := map[int64][]mailers.Order{}
	last := int64(0)
	return out, eachRow(rows, err, func(r *sql.Rows) error {
		var id, account int64
		var o mailers.Order
		var line position
		if err := r.Scan(append([]any{&id, &account, &o.Number, &o.Date, &o.Currency, &o.NetMinor}, line.targets(false)...)...); err != nil {
			return err
		}
		if id != last {
			out[account], last = append(out[account], o), id
		}
		orders := out[account]
		at := &orders[len(orders)-1]
		if line.no.Valid && len(at.Lines) < mailers.MaxOrderLines {
			at.Lines = append(at.Lines, mailers.OrderLine{Product: line.product.String, Group: line.group.String, Quantity: line.quantity.Float64, NetMinor: line.minor.Int64})
		}
		return nil
	})
}
