package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"postlift"
	"postlift/accounts"
	"postlift/campaigns"
	"postlift/responses"
)

// followUpFrom is every letter that sales may know of: the first of each account in a run that was posted and
// did not come back, of advertising, from its in-home day on. It says nothing of anybody without a letter.
// The order of runs and letters keeps SQLite from going through the letters of all runs; an account's other letters
// are found by the account, as its run has as many as it mailed. Its arguments are those of followUpArgs.
const followUpFrom = ` FROM runs r CROSS JOIN pieces p
	JOIN campaigns c ON c.id = r.campaign_id AND c.class = '` + string(campaigns.Advertising) + `'
	JOIN batches b ON b.id = p.batch_id
	JOIN accounts a ON a.id = p.account_id
	LEFT JOIN employees e ON e.id = a.owner_id
	LEFT JOIN followups f ON f.id = (SELECT x.id FROM followups x WHERE x.run_id = r.id AND x.account_id = a.id AND x.result <> '` + responses.Noted + `'
		AND x.occurred_at < ? ORDER BY x.occurred_at DESC, x.id DESC LIMIT 1)
	WHERE p.run_id = r.id AND p.state = 'posted' AND p.kind = 'live' AND p.account_id IS NOT NULL
	AND r.in_home_on IS NOT NULL AND r.in_home_on <= ?
	AND COALESCE(b.in_home_on, r.in_home_on) >= ? AND COALESCE(b.in_home_on, r.in_home_on) <= ?
	AND p.id = (SELECT MIN(y.id)` + ownLetters + `)`

// ownLetters are the posted letters of one run to the account of a letter p.
const ownLetters = ` FROM pieces y WHERE y.account_id = p.account_id AND y.run_id + 0 = p.run_id AND y.kind = 'live' AND y.state = 'posted'`

func followUpArgs(q responses.FollowUpQuery) []any {
	return []any{q.Until.AddDays(1).Time(), q.To, q.From, q.To}
}

// blockedCall tells whether the account or the letter's contact objected, as of a day: by the record that the block shows,
// and by the match key, which the same company and the same person share in other records. It takes blockedArgs.
var blockedCall = "CASE WHEN " + strings.Join([]string{
	objected + "u.account_id = a.id AND u.contact_id IS NULL)",
	objected + "u.scope = 'account' AND u.match_key = a.match_key AND a.match_key <> '')",
	objected + "u.contact_id = p.contact_id)",
	objected + "u.scope = 'person' AND u.match_key = (SELECT m.match_key FROM contacts m WHERE m.id = p.contact_id AND m.match_key <> ''))",
}, " OR ") + " THEN 1 ELSE 0 END"

const objected = "EXISTS (SELECT 1 FROM suppressions u WHERE u.reason = '" + accounts.ReasonObjection + `' AND u.revoked_at IS NULL
		AND u.effective_on <= ? AND (u.until_on IS NULL OR u.until_on >= ?) AND `

func blockedArgs(q responses.FollowUpQuery) []any {
	return slices.Repeat([]any{q.Until}, 2*strings.Count(blockedCall, "EXISTS"))
}

// FollowUps lists letters with what was done about them, by in-home day and name.
func (s *Store) FollowUps(ctx context.Context, q responses.FollowUpQuery) ([]responses.FollowUp, error) {
	treatments, err := s.treatments(ctx, q)
	if err != nil {
		return nil, err
	}
	query := `SELECT r.id, a.id, a.uid, a.external_id, a.name, COALESCE(si.city, ''), COALESCE(e.uid, ''), COALESCE(e.first_name, ''), COALESCE(e.last_name, ''),
		COALESCE(k.first_name, ''), COALESCE(k.last_name, ''), COALESCE(k.function, ''), COALESCE(k.phone, ''), COALESCE(k.email, ''),
		p.uid, p.code, p.posted_on, b.uid, c.name, d.name, COALESCE(b.in_home_on, r.in_home_on), COALESCE(f.result, ''), f.occurred_at, f.next_on, ` + blockedCall + `,
		(SELECT COUNT(*)` + ownLetters + `),
		(SELECT COUNT(*) FROM followups y WHERE y.run_id = r.id AND y.account_id = a.id AND y.result <> '` + responses.Noted + `' AND y.occurred_at < ?)` +
		strings.Replace(followUpFrom, "\n\tWHERE", `
	LEFT JOIN contacts k ON k.id = p.contact_id
	LEFT JOIN sites si ON si.id = p.site_id
	LEFT JOIN run_designs rd ON rd.run_id = r.id AND rd.variant = p.variant
	JOIN design_versions dv ON dv.id = COALESCE(rd.design_version_id, r.design_version_id)
	JOIN designs d ON d.id = dv.design_id
	WHERE`, 1)
	args := append(append(blockedArgs(q), q.Until.AddDays(1).Time()), followUpArgs(q)...)
	if q.OwnerID != 0 {
		query += " AND a.owner_id = ?"
		args = append(args, q.OwnerID)
	}
	var list []responses.FollowUp
	err = s.each(ctx, func(rows *sql.Rows) error {
		f, err := scanFollowUp(rows)
		f.Treatment = treatments[f.RunID]
		list = append(list, f)
		return err
	}, query+" ORDER BY COALESCE(b.in_home_on, r.in_home_on), a.name, p.id", args...)
	if err != nil {
		return nil, fmt.Errorf("store.FollowUps: %w", err)
	}
	return list, s.followUpHistory(ctx, list, q)
}

func scanFollowUp(rows *sql.Rows) (f responses.FollowUp, err error) {
	var ownerFirst, ownerLast, first, last, result string
	var at sql.NullTime
	var next postlift.Date
	f.Answers, f.Notes = []responses.AnswerLine{}, []responses.FollowUpNoted{}
	err = rows.Scan(&f.RunID, &f.AccountID, &f.AccountUID, &f.Number, &f.Account, &f.Place, &f.UID, &ownerFirst, &ownerLast,
		&first, &last, &f.Function, &f.Phone, &f.Email, &f.PieceUID, &f.Code, &f.PostedOn, &f.BatchUID, &f.Campaign, &f.Design, &f.InHomeOn,
		&result, &at, &next, &f.Blocked, &f.Letters, &f.Calls)
	f.Owner.Name, f.Contact = strings.TrimSpace(ownerFirst+" "+ownerLast), strings.TrimSpace(first+" "+last)
	f.Code = postlift.FormatCode(f.Code)
	if at.Valid {
		f.Last = &responses.LastResult{Result: result, On: postlift.DateOf(at.Time.UTC()), NextOn: next}
	}
	return f, err
}

// treatments gives what each run of the days registered to be done: letters alone where its record is from
// before that was asked.
func (s *Store) treatments(ctx context.Context, q responses.FollowUpQuery) (map[int64]string, error) {
	found := map[int64]string{}
	err := s.each(ctx, func(rows *sql.Rows) error {
		var id int64
		var record jsonText
		if err := rows.Scan(&id, &record); err != nil {
			return err
		}
		treatment, err := treatmentOf(record)
		found[id] = treatment
		return err
	}, `SELECT r.id, r.record FROM runs r WHERE r.in_home_on IS NOT NULL AND r.in_home_on <= ?
		AND EXISTS (SELECT 1 FROM batches b WHERE b.run_id = r.id AND COALESCE(b.in_home_on, r.in_home_on) >= ?)`, q.To, q.From)
	return found, err
}

func treatmentOf(record jsonText) (string, error) {
	var fixed struct {
		Treatment string `json:"treatment"`
	}
	err := record.into(&fixed)
	if fixed.Treatment == "" {
		fixed.Treatment = campaigns.TreatmentLetter
	}
	return fixed.Treatment, err
}

// followUpHistory adds what came back from the accounts since their letters, and what was noted.
func (s *Store) followUpHistory(ctx context.Context, list []responses.FollowUp, q responses.FollowUpQuery) error {
	items, ids := map[int64][]*responses.FollowUp{}, []int64{}
	for i := range list {
		id := list[i].AccountID
		if items[id] == nil {
			ids = append(ids, id)
		}
		items[id] = append(items[id], &list[i])
	}
	return inChunks(ids, func(marks string, args []any) error {
		until := q.Until.AddDays(1).Time()
		err := s.each(ctx, func(rows *sql.Rows) error { return takeAnswer(rows, items) },
			`SELECT x.account_id, COALESCE(p.run_id, 0), x.uid, x.kind, x.reason, x.occurred_at, x.detail FROM responses x LEFT JOIN pieces p ON p.id = x.piece_id
			WHERE x.kind NOT IN ('visit', 'return') AND x.occurred_at < ? AND x.account_id IN (`+marks+") ORDER BY x.occurred_at, x.id", append([]any{until}, args...)...)
		if err != nil {
			return fmt.Errorf("store.FollowUps: %w", err)
		}
		err = s.each(ctx, func(rows *sql.Rows) error { return takeNote(rows, items) },
			`SELECT x.account_id, COALESCE(x.run_id, 0), x.uid, x.occurred_at, x.actor, x.detail FROM followups x
			WHERE x.detail IS NOT NULL AND x.occurred_at < ? AND x.account_id IN (`+marks+") ORDER BY x.occurred_at, x.id", append([]any{until}, args...)...)
		if err != nil {
			return fmt.Errorf("store.FollowUps: %w", err)
		}
		return nil
	})
}

// takeAnswer gives an answer to the letter of its run, or where it names no letter to every one posted before.
func takeAnswer(rows *sql.Rows, items map[int64][]*responses.FollowUp) error {
	var account, run int64
	var line responses.AnswerLine
	var at sql.NullTime
	var detail jsonText
	if err := rows.Scan(&account, &run, &line.ID, &line.Kind, &line.Want, &at, &detail); err != nil {
		return err
	}
	var err error
	line.On = postlift.DateOf(at.Time.UTC())
	line.Note, err = noteText(detail)
	for _, f := range items[account] {
		if run == f.RunID || run == 0 && line.On >= f.PostedOn {
			f.Answers = append(f.Answers, line)
		}
	}
	return err
}

func takeNote(rows *sql.Rows, items map[int64][]*responses.FollowUp) error {
	var account, run int64
	var note responses.FollowUpNoted
	var at sql.NullTime
	var detail jsonText
	if err := rows.Scan(&account, &run, &note.ID, &at, &note.By, &detail); err != nil {
		return err
	}
	var err error
	note.On = postlift.DateOf(at.Time.UTC())
	note.Text, err = noteText(detail)
	for _, f := range items[account] {
		if run == f.RunID || run == 0 && note.On >= f.PostedOn {
			f.Notes = append(f.Notes, note)
		}
	}
	return err
}

// FollowUpOwners counts the letters by owner, run, in-home day and last result.
func (s *Store) FollowUpOwners(ctx context.Context, q responses.FollowUpQuery) ([]responses.OwnerCount, error) {
	treatments, err := s.treatments(ctx, q)
	if err != nil {
		return nil, err
	}
	var list []responses.OwnerCount
	err = s.each(ctx, func(rows *sql.Rows) error {
		var c responses.OwnerCount
		var run int64
		var first, last, result string
		var on, next postlift.Date
		if err := rows.Scan(&c.ID, &c.UID, &first, &last, &run, &c.InHomeOn, &result, &on, &next, &c.Blocked, &c.Accounts); err != nil {
			return err
		}
		c.Name, c.Treatment = strings.TrimSpace(first+" "+last), treatments[run]
		if result != "" {
			c.Last = &responses.LastResult{Result: result, On: on, NextOn: next}
		}
		list = append(list, c)
		return nil
	}, `SELECT owner, owner_uid, first_name, last_name, run, in_home, result, called, next_on, blocked, COUNT(*) FROM (
		SELECT COALESCE(e.id, 0) AS owner, COALESCE(e.uid, '') AS owner_uid, COALESCE(e.first_name, '') AS first_name, COALESCE(e.last_name, '') AS last_name, r.id AS run,
		COALESCE(b.in_home_on, r.in_home_on) AS in_home, COALESCE(f.result, '') AS result, `+s.dateOfInstant("f.occurred_at")+` AS called, f.next_on AS next_on, `+blockedCall+` AS blocked`+
		followUpFrom+`) l GROUP BY owner, owner_uid, first_name, last_name, run, in_home, result, called, next_on, blocked ORDER BY last_name, first_name, owner, run, in_home, result, called, next_on, blocked`,
		append(blockedArgs(q), followUpArgs(q)...)...)
	if err != nil {
		return nil, fmt.Errorf("store.FollowUpOwners: %w", err)
	}
	return list, nil
}

// RunFollowUps counts what was done about a run's letters.
func (s *Store) RunFollowUps(ctx context.Context, runID int64, until postlift.Date) (responses.RunCalls, error) {
	calls := responses.RunCalls{Accounts: map[postlift.Date]int{}, ByResult: map[string]int{}}
	fail := func(err error) (responses.RunCalls, error) {
		return calls, fmt.Errorf("store.RunFollowUps: %w", err)
	}
	var record jsonText
	if err := s.reader(ctx).Raw("SELECT record FROM runs WHERE id = ?", runID).Scan(&record).Error; err != nil {
		return fail(err)
	}
	var err error
	if calls.Treatment, err = treatmentOf(record); err != nil {
		return fail(err)
	}
	err = s.each(ctx, func(rows *sql.Rows) error {
		var on postlift.Date
		var n int
		err := rows.Scan(&on, &n)
		calls.Accounts[on] = n
		return err
	}, `SELECT in_home, COUNT(*) FROM (SELECT p.account_id, MIN(COALESCE(b.in_home_on, r.in_home_on)) AS in_home
		FROM pieces p JOIN runs r ON r.id = p.run_id JOIN batches b ON b.id = p.batch_id
		WHERE p.run_id = ? AND p.kind = 'live' AND p.state = 'posted' AND p.account_id IS NOT NULL GROUP BY p.account_id) l
		WHERE in_home <= ? GROUP BY in_home ORDER BY in_home`, runID, until)
	if err != nil {
		return fail(err)
	}
	const of = ` FROM followups f WHERE f.run_id = ? AND f.result <> '` + responses.Noted + `' AND f.occurred_at < ?`
	args := []any{runID, until.AddDays(1).Time()}
	err = s.each(ctx, func(rows *sql.Rows) error {
		var result string
		var n int
		err := rows.Scan(&result, &n)
		calls.ByResult[result] = n
		return err
	}, "SELECT f.result, COUNT(DISTINCT f.account_id)"+of+" GROUP BY f.result", args...)
	if err != nil {
		return fail(err)
	}
	var spoken int
	err = s.each(ctx, func(rows *sql.Rows) error { return rows.Scan(&calls.Called, &spoken) },
		"SELECT COUNT(DISTINCT f.account_id), COUNT(DISTINCT CASE WHEN f.result <> '"+responses.NotReached+"' THEN f.account_id END)"+of, args...)
	if err != nil {
		return fail(err)
	}
	calls.ByResult[responses.Spoken] = spoken
	return calls, nil
}
