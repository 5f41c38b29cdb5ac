package store

import (
	"context"
	"database/sql"
	"fmt"

	"postlift"
	"postlift/campaigns"
	"postlift/responses"
)

// programmeScope is SQL for who belongs to a programme test, or for all accounts with test 0: account_id and group_key.
func programmeScope(programmeID int64) (string, []any) {
	if programmeID == 0 {
		return "(SELECT a.id AS account_id, a.group_key FROM accounts a)", nil
	}
	return "(SELECT m.account_id, m.group_key FROM programme_members m WHERE m.programme_id = ?)", []any{programmeID}
}

// ProgrammeMembers streams the groups of a test as they were drawn.
func (s *Store) ProgrammeMembers(ctx context.Context, programmeID int64, take func(responses.GroupRow) error) error {
	return s.each(ctx, func(rows *sql.Rows) error {
		var g responses.GroupRow
		var control bool
		var block int64
		if err := rows.Scan(&g.Key, &control, &g.Stratum, &g.Accounts, &g.PreMinor, &block); err != nil {
			return err
		}
		g.Treated, g.Propensity = !control, 1-1/float64(block)
		return take(g)
	}, `SELECT m.group_key, m.control, m.block, COUNT(*), CAST(SUM(m.pre_margin_minor) AS DOUBLE PRECISION), MIN(p.block_size)
		FROM programme_members m JOIN programmes p ON p.id = m.programme_id WHERE m.programme_id = ?
		GROUP BY m.group_key, m.control, m.block ORDER BY m.group_key`, programmeID)
}

// ProgrammeMargins sums up what each group ordered between two days, net of credits, in the reporting currency.
func (s *Store) ProgrammeMargins(ctx context.Context, programmeID int64, from, until postlift.Date, take func(responses.DayRow) error) error {
	documents, err := s.reportedDocuments(ctx)
	if err != nil {
		return opError("store.ProgrammeMargins", err)
	}
	scope, args := programmeScope(programmeID)
	return s.each(ctx, func(rows *sql.Rows) error {
		d := responses.DayRow{On: from}
		if err := rows.Scan(&d.Key, &d.Net, &d.Margin, &d.Assumed, &d.Orders, &d.Excluded); err != nil {
			return err
		}
		return take(d)
	}, `SELECT c.group_key, COALESCE(SUM(d.net * d.rate), 0), COALESCE(SUM(d.margin * d.rate), 0), COALESCE(SUM(d.assumed * d.rate), 0),
		SUM(CASE WHEN d.doc_type = 'order' AND d.net > 0 AND d.rate IS NOT NULL THEN 1 ELSE 0 END),
		SUM(CASE WHEN d.rate IS NULL AND d.net <> 0 THEN 1 ELSE 0 END)
		FROM `+scope+` c JOIN (`+documents+` AND o.placed_on >= ?) d ON d.account_id = c.account_id GROUP BY c.group_key ORDER BY c.group_key`,
		append(args, until, from)...)
}

// ProgrammeContracts streams the contract lines of a test's accounts that touch the days.
func (s *Store) ProgrammeContracts(ctx context.Context, programmeID int64, from, until postlift.Date, take func(responses.ContractRow) error) error {
	scope, args := programmeScope(programmeID)
	return s.each(ctx, func(rows *sql.Rows) error {
		var c responses.ContractRow
		err := rows.Scan(&c.Key, &c.Currency, &c.TermEndsOn, &c.AutoRenew, &c.NoticeGivenOn, &c.EndedOn, &c.FeeMinor, &c.MarginMinor, &c.ValidFrom, &c.ValidTo)
		if err != nil {
			return err
		}
		return take(c)
	}, `SELECT c.group_key, k.currency, k.term_ends_on, k.auto_renew, k.notice_given_on, k.ended_on,
		l.monthly_fee_minor, l.monthly_margin_minor, l.valid_from, l.valid_to
		FROM `+scope+` c JOIN contracts k ON k.account_id = c.account_id JOIN contract_lines l ON l.contract_id = k.id
		WHERE k.started_on <= ? AND l.valid_from <= ? AND (l.valid_to IS NULL OR l.valid_to >= ?)
		ORDER BY c.group_key, k.id, l.id`, append(args, until, until, from)...)
}

// ProgrammeLetters counts the advertising letters that were printed for each group by day of posting. A spoiled letter,
// which has none, counts on its run's day in home.
func (s *Store) ProgrammeLetters(ctx context.Context, programmeID int64, from, until postlift.Date, take func(responses.LetterRow) error) error {
	prices, err := s.runPrices(ctx)
	if err != nil {
		return opError("store.ProgrammeLetters", err)
	}
	scope, args := programmeScope(programmeID)
	return s.each(ctx, func(rows *sql.Rows) error {
		var l responses.LetterRow
		var run int64
		if err := rows.Scan(&l.Key, &run, &l.On, &l.Letters); err != nil {
			return err
		}
		l.Cost = float64(l.Letters) * prices[run]
		return take(l)
	}, `SELECT m.group_key, p.run_id, COALESCE(p.posted_on, r.in_home_on), COUNT(*)
		FROM `+scope+` m JOIN pieces p ON p.account_id = m.account_id JOIN runs r ON r.id = p.run_id JOIN campaigns c ON c.id = r.campaign_id
		WHERE c.class = ? AND p.kind = 'live' AND p.state IN ('released', 'posted', 'returned', 'spoiled')
		AND COALESCE(p.posted_on, r.in_home_on) >= ? AND COALESCE(p.posted_on, r.in_home_on) <= ?
		GROUP BY m.group_key, p.run_id, COALESCE(p.posted_on, r.in_home_on) ORDER BY m.group_key, p.run_id, COALESCE(p.posted_on, r.in_home_on)`,
		append(args, string(campaigns.Advertising), from, until)...)
}

// runPrices gives the cost of a printed live letter of every run that was posted, in minor units, its seed letters
// shared out among the others.
func (s *Store) runPrices(ctx context.Context) (map[int64]float64, error) {
	prices := map[int64]float64{}
	err := s.each(ctx, func(rows *sql.Rows) error {
		var id, cost, live, seeds int64
		var record jsonText
		if err := rows.Scan(&id, &record, &cost, &live, &seeds); err != nil {
			return err
		}
		var fixed struct {
			PieceCost postlift.Money `json:"piece_cost"`
		}
		if err := record.into(&fixed); err != nil {
			return err
		}
		minor := float64(fixed.PieceCost.Minor)
		if fixed.PieceCost.Currency == "" && live > 0 {
			minor = float64(cost) / float64(live)
		}
		if live > 0 {
			minor *= 1 + float64(seeds)/float64(live)
		}
		prices[id] = minor
		return nil
	}, `SELECT r.id, r.record, r.cost_minor, x.live, x.seeds FROM runs r JOIN (
		SELECT run_id, SUM(CASE WHEN kind = 'live' THEN 1 ELSE 0 END) AS live, SUM(CASE WHEN kind = 'seed' THEN 1 ELSE 0 END) AS seeds
		FROM pieces WHERE kind IN ('live', 'seed') AND state IN ('released', 'posted', 'returned', 'spoiled') GROUP BY run_id) x ON x.run_id = r.id
		WHERE r.in_home_on IS NOT NULL`)
	return prices, err
}

// ActiveGroups streams the groups that ordered in the two years before a day or had a contract on it, but for those with
// a key account of a plan of the year before it. Who is declared one later may be so because of letters that came since,
// and stays.
func (s *Store) ActiveGroups(ctx context.Context, on postlift.Date, take func(responses.GroupRow) error) error {
	documents, err := s.reportedDocuments(ctx)
	if err != nil {
		return opError("store.ActiveGroups", err)
	}
	before := on.AddDays(-1)
	return s.each(ctx, func(rows *sql.Rows) error {
		var g responses.GroupRow
		if err := rows.Scan(&g.Key, &g.Accounts, &g.PreMinor); err != nil {
			return err
		}
		return take(g)
	}, `SELECT a.group_key, COUNT(*), COALESCE(SUM(y.margin), 0) FROM accounts a LEFT JOIN (
		SELECT d.account_id, SUM(d.margin * d.rate) AS margin FROM (`+documents+` AND o.placed_on >= ?) d WHERE d.rate IS NOT NULL GROUP BY d.account_id) y ON y.account_id = a.id
		WHERE a.group_key IN (
			SELECT x.group_key FROM accounts x WHERE EXISTS (SELECT 1 FROM orders o WHERE o.account_id = x.id AND o.placed_on >= ? AND o.placed_on <= ?)
			UNION SELECT x.group_key FROM accounts x JOIN contracts k ON k.account_id = x.id WHERE k.started_on <= ? AND (k.ended_on IS NULL OR k.ended_on >= ?))
		AND a.group_key NOT IN (
			SELECT c.group_key FROM choices c JOIN runs r ON r.id = c.run_id WHERE c.role = ? AND r.as_of >= ? AND r.as_of < ?)
		GROUP BY a.group_key ORDER BY a.group_key`,
		before, on.AddMonths(-12), on.AddMonths(-24), before, on, on, campaigns.RoleKey, on.AddMonths(-12), on)
}

// ControlShares lists the registered shares of the global control.
func (s *Store) ControlShares(ctx context.Context, from, until postlift.Date) ([]float64, error) {
	var shares []float64
	err := s.each(ctx, func(rows *sql.Rows) error {
		var record jsonText
		if err := rows.Scan(&record); err != nil {
			return err
		}
		var fixed struct {
			Share *float64 `json:"global_control_share"`
		}
		if err := record.into(&fixed); err != nil {
			return err
		}
		if fixed.Share != nil {
			shares = append(shares, *fixed.Share)
		}
		return nil
	}, `SELECT r.record FROM runs r JOIN campaigns c ON c.id = r.campaign_id
		WHERE c.class = ? AND r.in_home_on >= ? AND r.in_home_on <= ? ORDER BY r.id`, string(campaigns.Advertising), from, until)
	if err != nil {
		return nil, fmt.Errorf("store.ControlShares: %w", err)
	}
	return shares, nil
}
