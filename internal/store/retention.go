package store

import (
	"context"
	"database/sql"
	"iter"
	"strings"

	"postlift"
	"postlift/accounts"
	"postlift/clv/retention"
	"postlift/clv/scoring"
)

// ownerName is SQL for the full name of an account's owner, employee e; "" for nobody.
const ownerName = "TRIM(COALESCE(e.first_name, '') || ' ' || COALESCE(e.last_name, ''))"

// RunningContracts streams the contracts that may run on a day with whose they are, by account: those that have begun and
// not ended, and renew themselves or have term left. All versions of their lines come along.
func (s *Store) RunningContracts(ctx context.Context, asOf postlift.Date) iter.Seq2[retention.ContractOf, error] {
	return func(yield func(retention.ContractOf, error) bool) {
		for c, err := range s.runningContracts(ctx, asOf) {
			if !yield(c.value, opError("store.RunningContracts", err)) || err != nil {
				return
			}
		}
	}
}

func (s *Store) runningContracts(ctx context.Context, asOf postlift.Date) iter.Seq2[owned[retention.ContractOf], error] {
	const query = `SELECT c.account_id, COALESCE(a.employee_count, 0), c.id, c.currency, c.started_on, c.term_months, c.term_ends_on, c.notice_days, c.auto_renew,
  c.notice_given_on, c.ended_on, COALESCE(l.line_no, 0), l.product_group, l.quantity, l.monthly_fee_minor, l.monthly_margin_minor, l.valid_from, l.valid_to,
  c.uid, c.external_id, a.uid, a.name, a.segment, ` + ownerName + `
FROM contracts c JOIN accounts a ON a.id = c.account_id LEFT JOIN employees e ON e.id = a.owner_id LEFT JOIN contract_lines l ON l.contract_id = c.id
WHERE c.started_on <= ? AND (c.ended_on IS NULL OR c.ended_on > ?) AND (c.auto_renew OR c.term_ends_on >= ?)
ORDER BY c.account_id, c.id, l.line_no, l.valid_from`
	var rates map[string]float64
	return withLines(func() (rows *sql.Rows, err error) {
		if rates, err = s.ratesOn(ctx, asOf); err != nil {
			return nil, err
		}
		return s.queryRead(ctx, query, asOf, asOf, asOf)
	}, func(rows *sql.Rows) (owned[retention.ContractOf], int64, scoring.LineRecord, error) {
		return scanRunning(rows, rates)
	},
		func(c *retention.ContractOf, l scoring.LineRecord) { c.Lines = append(c.Lines, l) })
}

func scanRunning(rows *sql.Rows, rates map[string]float64) (c owned[retention.ContractOf], id int64, l scoring.LineRecord, err error) {
	var currency string
	var group sql.NullString
	var quantity sql.NullFloat64
	var fee, margin sql.NullInt64
	v := &c.value
	err = rows.Scan(&c.account, &v.Employees, &id, &currency, &v.StartedOn, &v.TermMonths, &v.TermEndsOn, &v.NoticeDays, &v.AutoRenew,
		&v.NoticeGivenOn, &v.EndedOn, &l.No, &group, &quantity, &fee, &margin, &l.From, &l.To,
		&v.UID, &v.Number, &v.AccountUID, &v.Account, &v.Segment, &v.Owner)
	v.AccountID, v.Rate = c.account, rates[currency]
	l.Group, l.Quantity, l.FeeMinor = group.String, quantity.Float64, fee.Int64
	l.MarginMinor, l.MarginKnown = margin.Int64, margin.Valid
	return c, id, l, err
}

// RetentionAccounts streams the accounts of a score run as known on its day, by id. It writes nothing: figures that stand
// for another day, or that are older than the latest change of an account, are worked out within the query.
func (s *Store) RetentionAccounts(ctx context.Context, run scoring.Run) iter.Seq2[retention.Account, error] {
	const op = "store.RetentionAccounts"
	return func(yield func(retention.Account, error) bool) {
		query, args, err := s.retentionQuery(ctx, run)
		if err != nil {
			yield(retention.Account{}, opError(op, err))
			return
		}
		contracts := follow(s.runningContracts(ctx, run.AsOf))
		defer contracts.stop()
		rows, err := s.queryRead(ctx, query, args...)
		if err != nil {
			yield(retention.Account{}, opError(op, err))
			return
		}
		defer rows.Close()
		for rows.Next() {
			a, err := scanRetention(rows)
			var of []retention.ContractOf
			if err == nil {
				of, err = contracts.of(a.ID)
			}
			for i := range of {
				a.Contracts = append(a.Contracts, of[i].Contract)
			}
			if !yield(a, opError(op, err)) || err != nil {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(retention.Account{}, opError(op, err))
		}
	}
}

// retentionQuery selects one row an account of the run.
func (s *Store) retentionQuery(ctx context.Context, run scoring.Run) (string, []any, error) {
	settings, err := s.Settings(ctx)
	if err != nil {
		return "", nil, err
	}
	features, args, err := s.featuresOn(ctx, settings, run.AsOf)
	if err != nil {
		return "", nil, err
	}
	return `SELECT a.id, a.uid, a.name, a.segment, ` + ownerName + `, sc.stage, COALESCE(sc.p_active, sc.p_alive), sc.residual_minor, a.complaint, a.dunning,
  COALESCE(k.known, 0), COALESCE(k.active, 0), COALESCE(t.known, 0), COALESCE(t.reached, 0),
  f.first_order_on, f.last_order_on, f.order_days, f.orders_12m, f.net_minor, f.margin_minor, f.net_24m_minor, f.margin_12m_minor
FROM scores sc JOIN accounts a ON a.id = sc.account_id JOIN ` + features + ` f ON f.account_id = a.id LEFT JOIN employees e ON e.id = a.owner_id
LEFT JOIN (SELECT account_id, COUNT(*) AS known, SUM(CASE WHEN status = 'active' THEN 1 ELSE 0 END) AS active FROM contacts GROUP BY account_id) k ON k.account_id = a.id
LEFT JOIN (SELECT account_id, COUNT(*) AS known, SUM(CASE WHEN status = 'ok' THEN 1 ELSE 0 END) AS reached FROM sites GROUP BY account_id) t ON t.account_id = a.id
WHERE sc.run_id = ? AND a.status = 'active' AND sc.stage NOT IN ('prospect', 'lost') ORDER BY a.id`, append(args, run.ID), nil
}

// featuresOn is SQL for the accounts' figures of a day with every change in them: the stored ones, those of the accounts
// that have changed since worked out within the query, and all of them where the stored ones are of another day.
func (s *Store) featuresOn(ctx context.Context, settings accounts.Settings, asOf postlift.Date) (string, []any, error) {
	fresh, err := s.featuresFresh(ctx, settings, asOf)
	if err != nil || fresh {
		return "account_features", nil, err
	}
	var have featureStateRow
	if err := s.reader(ctx).Limit(1).Find(&have, "name = ?", featureStateName).Error; err != nil {
		return "", nil, err
	}
	rows, err := s.queryRead(ctx, basisRates)
	basis, err := basisOf(settings, rows, err)
	if err != nil {
		return "", nil, err
	}
	var ids []int64
	err = s.each(ctx, func(rows *sql.Rows) error {
		var id int64
		err := rows.Scan(&id)
		ids = append(ids, id)
		return err
	}, "SELECT account_id FROM account_changes WHERE mark > ? ORDER BY mark LIMIT ?", have.ChangeMark, manyChanges+1)
	if err != nil {
		return "", nil, err
	}
	if have.AsOf != asOf || have.Fingerprint != basis || len(ids) > manyChanges || len(ids) == 0 {
		query, args, err := s.featureQuery(s.reader(ctx), settings, asOf, nil)
		return "(" + query + ")", args, err
	}
	query, args, err := s.featureQuery(s.reader(ctx), settings, asOf, ids)
	columns := strings.Join(featureColumns, ", ")
	return "(SELECT " + columns + " FROM account_features WHERE account_id NOT IN (" + s.idList() + "SELECT id FROM ids) UNION ALL SELECT " + columns + " FROM (" + query + ") changed)",
		append([]any{idParameter(ids)}, args...), err
}

func scanRetention(rows *sql.Rows) (a retention.Account, err error) {
	err = rows.Scan(&a.ID, &a.UID, &a.Name, &a.Segment, &a.Owner, &a.Stage, &a.PActive, &a.ResidualMinor, &a.Complaint, &a.Unpaid,
		&a.Contacts[0], &a.Contacts[1], &a.Sites[0], &a.Sites[1],
		&a.FirstOrder, &a.LastOrder, &a.OrderDays, &a.OrderDays12M, &a.NetMinor, &a.MarginMinor, &a.Net24MMinor, &a.Margin12MMinor)
	return a, err
}

// LettersOf tells of some accounts the last letter that they had up to a day and the newest one that is prepared, and
// which of them get no advertising: not active, or a block of the whole account is in force.
func (s *Store) LettersOf(ctx context.Context, ids []int64, asOf postlift.Date) (map[int64]retention.Letters, map[int64]bool, error) {
	const op = "store.LettersOf"
	letters, blocked := map[int64]retention.Letters{}, map[int64]bool{}
	err := s.each(ctx, func(rows *sql.Rows) error {
		var id int64
		var campaign string
		var posted postlift.Date
		if err := rows.Scan(&id, &campaign, &posted); err != nil {
			return err
		}
		l := letters[id]
		switch {
		case posted.IsZero():
			l.Planned = campaign
		case posted <= asOf:
			l.LastOn, l.LastCampaign = posted, campaign
		}
		letters[id] = l
		return nil
	}, s.idList()+`SELECT p.account_id, c.name, p.posted_on FROM pieces p JOIN campaigns c ON c.id = p.campaign_id
WHERE p.account_id IN (SELECT id FROM ids) AND p.kind = 'live' AND p.state NOT IN ('withdrawn', 'failed', 'spoiled') ORDER BY p.account_id, p.posted_on, p.id`, idParameter(ids))
	if err != nil {
		return nil, nil, opError(op, err)
	}
	err = s.each(ctx, func(rows *sql.Rows) error {
		var id int64
		err := rows.Scan(&id)
		blocked[id] = true
		return err
	}, s.idList()+`SELECT a.id FROM accounts a WHERE a.id IN (SELECT id FROM ids) AND (a.status <> 'active' OR a.id IN (
  SELECT b.id FROM suppressions s JOIN accounts b ON b.id = s.account_id WHERE s.scope = 'account' AND `+activeSuppression+`
  UNION SELECT b.id FROM suppressions s JOIN accounts b ON b.match_key = s.match_key WHERE s.scope = 'account' AND b.match_key <> '' AND `+activeSuppression+`))`,
		append([]any{idParameter(ids)}, twice(asOf, 2)...)...)
	return letters, blocked, opError(op, err)
}
