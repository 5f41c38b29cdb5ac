package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"postlift"
	"postlift/responses"
)

// comparedChoices selects the accounts of a run that are compared: the run's id is its one argument.
var comparedChoices = `SELECT account_id FROM choices WHERE run_id = ? AND outcome IN ('assigned', 'holdout') AND role NOT IN ` + outsideEstimate

// RunTerms streams the contracts of the run's accounts that had begun by a day, by group, account and start.
func (s *Store) RunTerms(ctx context.Context, runID int64, until postlift.Date, take func(responses.TermRow) error) error {
	return s.each(ctx, func(rows *sql.Rows) error {
		var t responses.TermRow
		if err := rows.Scan(&t.Key, &t.AccountID, &t.StartedOn, &t.TermMonths, &t.TermEndsOn, &t.NoticeDays, &t.AutoRenew, &t.NoticeGivenOn, &t.EndedOn); err != nil {
			return err
		}
		return take(t)
	}, `SELECT c.group_key, c.account_id, k.started_on, k.term_months, k.term_ends_on, k.notice_days, k.auto_renew, k.notice_given_on, k.ended_on
FROM choices c JOIN contracts k ON k.account_id = c.account_id
WHERE c.run_id = ? AND c.outcome IN ('assigned', 'holdout') AND c.role NOT IN `+outsideEstimate+` AND k.started_on <= ?
ORDER BY c.group_key, c.account_id, k.started_on, k.id`, runID, until)
}

// RunActivity streams what the accounts of each group of the run did on the days, one row a group. An order that was
// credited whole is none.
func (s *Store) RunActivity(ctx context.Context, runID int64, d responses.ActivityDays, take func(responses.ActivityRow) error) error {
	second, after := d.Second, d.After
	if after.IsZero() {
		second, after = d.Until.AddDays(1), d.Until // no day lies between
	}
	return s.each(ctx, func(rows *sql.Rows) error {
		var a responses.ActivityRow
		if err := rows.Scan(&a.Key, &a.New, &a.Reactivated, &a.Plain, &a.Again); err != nil {
			return err
		}
		return take(a)
	}, `SELECT c.group_key,
  SUM(CASE WHEN o.won = 1 AND o.earlier IS NULL THEN 1 ELSE 0 END),
  SUM(CASE WHEN o.won = 1 AND o.earlier < ? THEN 1 ELSE 0 END),
  SUM(CASE WHEN k.account_id IS NULL THEN 1 ELSE 0 END),
  SUM(CASE WHEN k.account_id IS NULL AND o.again = 1 THEN 1 ELSE 0 END)
FROM choices c
LEFT JOIN (SELECT account_id, MAX(CASE WHEN placed_on < ? THEN placed_on END) AS earlier,
    MAX(CASE WHEN placed_on >= ? AND placed_on <= ? THEN 1 ELSE 0 END) AS won,
    MAX(CASE WHEN placed_on >= ? AND placed_on <= ? THEN 1 ELSE 0 END) AS again
  FROM orders WHERE doc_type = 'order' AND net_minor + credited_minor > 0 AND placed_on <= ? AND account_id IN (`+comparedChoices+`)
  GROUP BY account_id) o ON o.account_id = c.account_id
LEFT JOIN (SELECT DISTINCT account_id FROM contracts WHERE started_on <= ? AND (ended_on IS NULL OR ended_on >= ?)
    AND (ended_on IS NOT NULL OR auto_renew AND notice_given_on IS NULL OR term_ends_on >= ?)) k ON k.account_id = c.account_id
WHERE c.run_id = ? AND c.outcome IN ('assigned', 'holdout') AND c.role NOT IN `+outsideEstimate+`
GROUP BY c.group_key ORDER BY c.group_key`,
		d.InHome.AddDays(-responses.IdleDays), d.InHome, d.InHome, d.Until, second, after, max(d.Until, after), runID,
		d.InHome, d.InHome, d.InHome, runID)
}

// RunHistories streams the past of the run's compared accounts of the wanted groups as it was known on a day, in account
// order, with their groups and what they were valued at when the run was planned.
func (s *Store) RunHistories(ctx context.Context, runID int64, wanted func(group string) bool, asOf postlift.Date, take func(responses.ValuedAccount) error) error {
	var ids []int64
	var rest []responses.ValuedAccount
	err := s.each(ctx, func(rows *sql.Rows) error {
		var id int64
		var v responses.ValuedAccount
		if err := rows.Scan(&id, &v.Key, &v.FrozenMinor); err != nil {
			return err
		}
		if wanted(v.Key) {
			ids, rest = append(ids, id), append(rest, v)
		}
		return nil
	}, `SELECT account_id, group_key, residual_minor FROM choices WHERE run_id = ? AND outcome IN ('assigned', 'holdout') AND role NOT IN `+outsideEstimate+`
ORDER BY account_id`, runID)
	if err != nil || len(ids) == 0 {
		return err
	}
	newest, err := s.DataUntil(ctx)
	if err != nil {
		return err
	}
	i := 0
	for h, err := range s.Histories(ctx, asOf, ids) {
		if err != nil {
			return err
		}
		for i < len(ids) && ids[i] < h.AccountID {
			i++
		}
		if i == len(ids) || ids[i] != h.AccountID {
			return fmt.Errorf("store.RunHistories: account %d is not of the run", h.AccountID)
		}
		v := rest[i]
		v.History, v.History.OwnDate = h, newest <= asOf
		if err := take(v); err != nil {
			return err
		}
	}
	return nil
}

// KeptReadings streams the frozen reports of other runs that were read by a day, as JSON, by run and day.
func (s *Store) KeptReadings(ctx context.Context, exceptRun int64, until postlift.Date, take func(runID int64, report []byte) error) error {
	return s.each(ctx, func(rows *sql.Rows) error {
		var id int64
		var report []byte
		if err := rows.Scan(&id, &report); err != nil {
			return err
		}
		return take(id, report)
	}, "SELECT run_id, document FROM run_readings WHERE run_id <> ? AND read_on <= ? ORDER BY run_id, day", exceptRun, until)
}

// PostedRun finds the latest run with an in-home date by the run's id, or by its campaign's id or name.
func (s *Store) PostedRun(ctx context.Context, name string) (id int64, uid string, err error) {
	const op = "store.PostedRun"
	err = s.read.QueryRowContext(ctx, s.bind(`SELECT r.id, r.uid FROM campaigns c JOIN runs r ON r.campaign_id = c.id
WHERE r.in_home_on IS NOT NULL AND (c.uid = ? OR c.name = ? OR r.uid = ?) ORDER BY r.in_home_on DESC, r.id DESC LIMIT 1`), name, name, name).Scan(&id, &uid)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, "", postlift.Faultf(postlift.NotFound, op, "there is no posted run %q", name)
	}
	return id, uid, opError(op, err)
}

// DataMark changes with every import and with everything that is written to the journal of changes.
func (s *Store) DataMark(ctx context.Context) (string, error) {
	var event, load int64
	err := s.read.QueryRowContext(ctx, "SELECT (SELECT COALESCE(MAX(id), 0) FROM events), (SELECT COALESCE(MAX(id), 0) FROM imports)").Scan(&event, &load)
	return fmt.Sprintf("%d.%d", event, load), opError("store.DataMark", err)
}
