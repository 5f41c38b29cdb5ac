package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"postlift"
	"postlift/accounts"
	"postlift/responses"
)

// AttributeRun computes the credits of every order placed in the run's span anew: it reads the letters
// and held-out accounts of all runs whose spans meet it, lets the stage's rules decide, and replaces
// what was credited before where it differs, in one transaction. What an order is credited to therefore depends on the
// data only, whichever run is computed first or again.
func (s *Store) AttributeRun(ctx context.Context, runID int64, prepare func([]responses.Span, []responses.MailedPiece, []responses.HeldOut) responses.Picker) (int, error) {
	settings, err := s.Settings(ctx)
	if err != nil {
		return 0, err
	}
	credited := 0
	err = s.inTx(ctx, func(t *tx) error {
		if err := t.alone("attributions"); err != nil {
			return err
		}
		a := attributing{tx: t, settings: settings}
		if err := a.load(runID); err != nil {
			return err
		}
		credits, leaks, err := a.credits(prepare(a.spans, a.pieces, a.held))
		if err != nil {
			return err
		}
		credited = len(credits)
		if err := a.replace(runID, credits); err != nil {
			return err
		}
		return a.replaceLeaks(runID, leaks)
	})
	if err != nil {
		return 0, fmt.Errorf("store.AttributeRun: %w", err)
	}
	return credited, nil
}

type attributing struct {
	*tx
	settings accounts.Settings
	span     responses.Span // of the run in question
	spans    []responses.Span
	pieces   []responses.MailedPiece
	held     []responses.HeldOut
	runs     string // ids of spans for an IN list
}

func (a *attributing) load(runID int64) error {
	var all []responses.Span
	err := a.scan(func(rows *sql.Rows) error {
		var s responses.Span
		var days int
		var last postlift.Date // in home, of its waves
		var definition jsonText
		if err := rows.Scan(&s.RunID, &s.InHomeOn, &days, &s.PostedOn, &last, &definition); err != nil {
			return err
		}
		var printed struct {
			Coupons []string `json:"coupon_codes"`
		}
		if err := definition.into(&printed); err != nil {
			return err
		}
		s.Coupons = printed.Coupons
		s.EndsOn = max(s.InHomeOn, last).AddDays(days)
		if s.PostedOn.IsZero() {
			s.PostedOn = s.InHomeOn
		}
		if s.RunID == runID {
			a.span = s
		}
		all = append(all, s)
		return nil
	}, `SELECT r.id, r.in_home_on, r.window_days, (SELECT MIN(p.posted_on) FROM pieces p WHERE p.run_id = r.id),
		(SELECT MAX(b.in_home_on) FROM batches b WHERE b.run_id = r.id AND b.wave > 0),
		(SELECT v.definition FROM campaign_versions v WHERE v.campaign_id = r.campaign_id AND v.version = r.campaign_version)
		FROM runs r WHERE r.in_home_on IS NOT NULL ORDER BY r.id`)
	if err != nil {
		return err
	}
	ids := make([]string, 0, len(all))
	for _, s := range all {
		if s.PostedOn <= a.span.EndsOn && s.EndsOn >= a.span.PostedOn {
			a.spans = append(a.spans, s)
			ids = append(ids, fmt.Sprint(s.RunID))
		}
	}
	if len(ids) == 0 {
		return postlift.Faultf(postlift.Conflict, "store.AttributeRun", "run %d has no in-home date yet", runID)
	}
	a.runs = strings.Join(ids, ",")
	return a.loadArms()
}

func (a *attributing) loadArms() error {
	err := a.scan(func(rows *sql.Rows) error {
		var p responses.MailedPiece
		var state string
		var days int
		if err := rows.Scan(&p.ID, &p.RunID, &p.AccountID, &p.Code, &p.Token, &p.PostedOn, &state, &p.InHomeOn, &days); err != nil {
			return err
		}
		if !p.InHomeOn.IsZero() {
			p.EndsOn = p.InHomeOn.AddDays(days)
		}
		p.Returned = state == "returned"
		a.pieces = append(a.pieces, p)
		return nil
	}, "SELECT p.id, p.run_id, p.account_id, p.code, p.token, p.posted_on, p.state, CASE WHEN b.wave > 0 THEN b.in_home_on END, r.window_days"+
		" FROM pieces p JOIN runs r ON r.id = p.run_id JOIN batches b ON b.id = p.batch_id WHERE p.kind = 'live' AND p.account_id IS NOT NULL"+
		" AND p.posted_on IS NOT NULL AND p.state IN ('posted', 'returned') AND p.run_id IN ("+a.runs+") ORDER BY p.id")
	if err != nil {
		return err
	}
	return a.scan(func(rows *sql.Rows) error {
		var h responses.HeldOut
		if err := rows.Scan(&h.RunID, &h.AccountID); err != nil {
			return err
		}
		a.held = append(a.held, h)
		return nil
	}, "SELECT run_id, account_id FROM choices WHERE outcome = 'holdout' AND run_id IN ("+a.runs+") ORDER BY run_id, account_id")
}

// scan runs one query in the transaction and hands over its rows.
func (a *attributing) scan(take func(*sql.Rows) error, query string, args ...any) error {
	rows, err := a.query(query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := take(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// credits asks the rules about every order of the span that somebody considered placed or that names a
// code. An order that was credited back in full, or has no exchange rate, is none.
func (a *attributing) credits(pick responses.Picker) (out, leaks []responses.Credit, err error) {
	rates, err := orderRate(a.DB, a.settings.Currency)
	if err != nil {
		return nil, nil, err
	}
	query := fmt.Sprintf(`SELECT o.id, o.account_id, o.placed_on, o.code, o.matched_by, CAST(o.net_minor + o.credited_minor AS DOUBLE PRECISION) * (%[1]s),
		CAST(CASE WHEN o.margin_minor IS NULL THEN (o.net_minor + o.credited_minor) * %[2]g ELSE o.margin_minor + o.credited_margin_minor END AS DOUBLE PRECISION) * (%[1]s)
		FROM orders o WHERE o.doc_type = 'order' AND o.placed_on >= ? AND o.placed_on <= ? AND o.net_minor + o.credited_minor > 0
		AND (%[1]s) IS NOT NULL AND (o.code <> '' OR EXISTS (SELECT 1 FROM choices c WHERE c.run_id IN (%[3]s)
		AND c.account_id = o.account_id AND c.outcome IN ('assigned', 'holdout')))`,
		rates, a.settings.Value.DefaultMargin, a.runs)
	err = a.scan(func(rows *sql.Rows) error {
		var o responses.Order
		var net, margin float64
		if err := rows.Scan(&o.ID, &o.AccountID, &o.PlacedOn, &o.Code, &o.MatchedBy, &net, &margin); err != nil {
			return err
		}
		o.NetMinor, o.MarginMinor = postlift.RoundMinor(net), postlift.RoundMinor(margin)
		c, ok := pick(o)
		if ok {
			out = append(out, c)
		}
		if c.LeakRun != 0 {
			leaks = append(leaks, c)
		}
		return nil
	}, query, a.span.PostedOn, a.span.EndsOn)
	return out, leaks, err
}

// RunCredits sums a run's credits up to a day. Every way of recognising the account that is not a code counts as by
// customer; the path to the order tells them apart.
func (s *Store) RunCredits(ctx context.Context, runID int64, until postlift.Date) (responses.CreditTotals, error) {
	var totals responses.CreditTotals
	err := s.each(ctx, func(rows *sql.Rows) error {
		var arm, method string
		var apart bool
		var c responses.Credits
		if err := rows.Scan(&arm, &method, &apart, &c.Orders, &c.NetMinor, &c.MarginMinor); err != nil {
			return err
		}
		if apart && arm != responses.ArmHoldout {
			totals.Apart = plus(totals.Apart, c)
		}
		switch {
		case arm == responses.ArmHoldout:
			totals.Holdout = plus(totals.Holdout, c)
		case method == responses.ByCode:
			totals.ByCode = plus(totals.ByCode, c)
		default:
			totals.ByCustomer = plus(totals.ByCustomer, c)
		}
		return nil
	}, `SELECT t.arm, t.method, COALESCE(c.role, '') IN `+outsideEstimate+` AS apart, COUNT(*), CAST(SUM(t.net_minor) AS BIGINT), CAST(SUM(t.margin_minor) AS BIGINT)
		FROM attributions t JOIN orders o ON o.id = t.order_id LEFT JOIN choices c ON c.run_id = t.run_id AND c.account_id = t.account_id
		WHERE t.run_id = ? AND o.placed_on <= ? GROUP BY t.arm, t.method, apart`, runID, until)
	return totals, err
}

func plus(a, b responses.Credits) responses.Credits {
	return responses.Credits{Orders: a.Orders + b.Orders, NetMinor: a.NetMinor + b.NetMinor, MarginMinor: a.MarginMinor + b.MarginMinor}
}
