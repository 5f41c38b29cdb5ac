package store

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"strings"

	"postlift"
	"postlift/migrations"
	"postlift/responses"
)

// pathFacts are what the stages before an order are made of: kinds of responses and the stages that each counts for.
var pathFacts = map[string][]string{
	responses.Visit:     {responses.PathVisit},
	responses.Call:      {responses.PathResponse},
	responses.Mail:      {responses.PathResponse},
	responses.ReplyCard: {responses.PathResponse},
	responses.Fax:       {responses.PathResponse},
	responses.Meeting:   {responses.PathResponse, responses.PathMeeting},
	responses.Quote:     {responses.PathResponse, responses.PathQuote},
}

// What the statement calls orders, credited ones, and quotes that the stage of an opportunity shows.
const (
	pathOrdered  = "ordered"
	pathCredited = "credited"
	pathStaged   = "staged"
)

// methodRank orders methods of attribution by how sure they are; the number before the name keeps MIN to that.
const methodRank = "CASE t.method WHEN 'code' THEN '1code' WHEN 'customer' THEN '2customer' WHEN 'name_address' THEN '3name_address' ELSE '4company_postcode' END"

// RunPath counts the accounts of a run that came to each stage; see responses.PathStore. One statement reads the run's
// accounts once, with what is theirs: no part of it grows with what other accounts did.
func (s *Store) RunPath(ctx context.Context, run responses.MeasuredRun, until postlift.Date, quoted []string, take func(responses.PathCount) error) error {
	const op = "store.RunPath"
	homes, err := s.homesOf(ctx, run.ID)
	if err != nil {
		return opError(op, err)
	}
	if len(homes) == 0 {
		return postlift.Faultf(postlift.Conflict, op, "no letter of run %s has come in home yet", run.UID)
	}
	all := map[string]int{}
	var counts []responses.PathCount
	query, args := s.pathSQL(run, homes, until, quoted)
	err = s.each(ctx, func(rows *sql.Rows) error {
		var c responses.PathCount
		var wave int64
		if err := rows.Scan(&c.Stage, &c.Arm, &wave, &c.On, &c.Method, &c.Accounts); err != nil {
			return err
		}
		c.InHome, c.Method = homes[wave], strings.TrimLeft(c.Method, "1234")
		if c.Stage == pathOrdered {
			all[c.Arm] += c.Accounts
		}
		counts = append(counts, pathCounts(c)...)
		return nil
	}, query, args...)
	if err != nil {
		return opError(op, err)
	}
	for _, arm := range []string{responses.ArmAssigned, responses.ArmHoldout} {
		if all[arm] > 0 {
			counts = append(counts, responses.PathCount{Arm: arm, Accounts: all[arm]})
		}
	}
	for _, c := range counts {
		if err := take(c); err != nil {
			return err
		}
	}
	return nil
}

// homesOf gives the days on which letters of a run came in home: under 0 the run's, else a wave's, once it is known.
func (s *Store) homesOf(ctx context.Context, runID int64) (map[int64]postlift.Date, error) {
	homes := map[int64]postlift.Date{}
	return homes, s.each(ctx, func(rows *sql.Rows) error {
		var wave int64
		var on postlift.Date
		if err := rows.Scan(&wave, &on); err != nil {
			return err
		}
		homes[wave] = on
		return nil
	}, `SELECT 0, in_home_on FROM runs WHERE id = ? AND in_home_on IS NOT NULL
UNION ALL SELECT wave, MIN(in_home_on) FROM batches WHERE run_id = ? AND wave > 0 AND in_home_on IS NOT NULL GROUP BY wave`, runID, runID)
}

// pathCounts is what one row of the statement counts for: of an order or an opportunity both arms are known, and of the
// mailed ones it counts among what their letter led to, too.
func pathCounts(c responses.PathCount) (out []responses.PathCount) {
	compared := c
	compared.Compared = true
	switch c.Stage {
	case pathOrdered:
		if compared.Stage = responses.PathOrder; !c.On.IsZero() {
			out = append(out, compared)
		}
		return out
	case pathStaged:
		compared.Stage = responses.PathQuote
		return append(out, compared)
	case pathCredited:
		c.Stage = responses.PathOrder
	case responses.PathOpportunity, responses.PathWon:
		out = append(out, compared)
	}
	if c.Arm == responses.ArmAssigned {
		out = append(out, c)
	}
	return out
}

// pathSQL is the statement: the arm, written down once, and what its accounts did, in rows of stage, arm, wave, first
// day, surest method, and how many accounts share these. The joined-on nothing keeps SQLite from the index of groups,
// whose order would scatter what follows over the whole database; the order of the tables is its, too.
func (s *Store) pathSQL(run responses.MeasuredRun, homes map[int64]postlift.Date, until postlift.Date, quoted []string) (query string, args []any) {
	facts, factArgs := s.pathFactSQL(run, until, quoted)
	outcome := "outcome"
	if s.dialect == migrations.SQLite {
		outcome += " || ''"
	}
	query = `WITH arm AS MATERIALIZED (
  SELECT account_id, outcome, wave, ` + s.homeSQL(homes) + ` AS home FROM choices
  WHERE run_id = ? AND ` + outcome + ` IN ('assigned', 'holdout') AND role NOT IN ` + outsideEstimate + `)
SELECT stage, outcome, wave, day, '', COUNT(*) FROM (
  SELECT account_id, stage, outcome, wave, MIN(day) AS day FROM (` + facts + `) f GROUP BY account_id, stage, outcome, wave) x GROUP BY stage, outcome, wave, day
UNION ALL SELECT '` + pathOrdered + `', outcome, wave, day, '', COUNT(*) FROM (
  SELECT a.outcome, a.wave, (SELECT MIN(o.placed_on) FROM orders o WHERE o.account_id = a.account_id AND o.placed_on >= a.home AND o.placed_on <= ?
    AND o.doc_type = 'order' AND o.net_minor + o.credited_minor > 0) AS day FROM arm a) x GROUP BY outcome, wave, day
UNION ALL SELECT '` + pathCredited + `', 'assigned', wave, day, method, COUNT(*) FROM (
  SELECT t.account_id, c.wave, MIN(o.placed_on) AS day, MIN(` + methodRank + `) AS method
  FROM attributions t CROSS JOIN orders o CROSS JOIN choices c
  WHERE t.run_id = ? AND t.arm = 'assigned' AND o.id = t.order_id AND o.placed_on <= ? AND c.run_id = t.run_id AND c.account_id = t.account_id
    AND c.outcome = 'assigned' AND c.role NOT IN ` + outsideEstimate + ` GROUP BY t.account_id, c.wave) x GROUP BY wave, day, method`
	args = append(append([]any{run.ID}, factArgs...), until, run.ID, until)
	return query, args
}

// homeSQL is SQL for the day in home of a choice; NULL where its wave's is not known.
func (s *Store) homeSQL(homes map[int64]postlift.Date) string {
	b := &strings.Builder{}
	b.WriteString("CASE wave")
	for _, wave := range slices.Sorted(maps.Keys(homes)) {
		fmt.Fprintf(b, " WHEN %d THEN %s", wave, s.dateLiteral(homes[wave]))
	}
	b.WriteString(" END")
	return b.String()
}

// pathFactSQL is SQL for what happened to accounts of the arm: responses from the posting on, of which those that name
// another run's letter are not of this one, and opportunities with their stages from the day in home on.
func (s *Store) pathFactSQL(run responses.MeasuredRun, until postlift.Date, quoted []string) (query string, args []any) {
	of := &strings.Builder{}
	for _, kind := range slices.Sorted(maps.Keys(pathFacts)) {
		for _, stage := range pathFacts[kind] {
			if of.Len() > 0 {
				of.WriteString(" UNION ALL ")
			}
			fmt.Fprintf(of, "SELECT '%s' AS kind, '%s' AS stage", kind, stage)
		}
	}
	query = `SELECT e.account_id, e.outcome, e.wave, k.stage, e.day FROM (
      SELECT a.account_id, a.outcome, a.wave, e.kind, ` + s.dateOfInstant("e.occurred_at") + ` AS day
      FROM arm a CROSS JOIN responses e LEFT JOIN pieces p ON p.id = e.piece_id
      WHERE a.outcome = 'assigned' AND a.home IS NOT NULL AND e.account_id = a.account_id AND e.occurred_at >= ? AND e.occurred_at < ? AND (e.piece_id IS NULL OR p.run_id = ?)) e
    JOIN (` + of.String() + `) k ON k.kind = e.kind
    UNION ALL SELECT a.account_id, a.outcome, a.wave, '` + responses.PathOpportunity + `', o.opened_on FROM arm a CROSS JOIN opportunities o
    WHERE o.account_id = a.account_id AND o.opened_on >= a.home AND o.opened_on <= ?
    UNION ALL SELECT a.account_id, a.outcome, a.wave, k.stage, z.since_on FROM arm a CROSS JOIN opportunities o CROSS JOIN opportunity_stages z
    CROSS JOIN (SELECT '` + responses.PathWon + `' AS stage UNION ALL SELECT '` + responses.PathQuote + `' UNION ALL SELECT '` + pathStaged + `') k
    WHERE o.account_id = a.account_id AND z.opportunity_id = o.id AND z.since_on >= a.home AND z.since_on <= ?
      AND (z.status = 'won' OR k.stage <> '` + responses.PathWon + `' AND z.stage IN (''` + strings.Repeat(", ?", len(quoted)) + `))`
	args = []any{run.PostedOn.Time(), until.AddDays(1).Time(), run.ID, until, until}
	for _, q := range quoted {
		args = append(args, q)
	}
	return query, args
}

// RunCodeLeaks counts the accounts without a letter that named a code of a run.
func (s *Store) RunCodeLeaks(ctx context.Context, runID int64, until postlift.Date) (leaks responses.CodeLeaks, err error) {
	err = s.each(ctx, func(rows *sql.Rows) error {
		var arm string
		var accounts, orders int
		if err := rows.Scan(&arm, &accounts, &orders); err != nil {
			return err
		}
		if arm == responses.ArmHoldout {
			leaks.HeldOut += accounts
		} else {
			leaks.Unmailed += accounts
		}
		leaks.Orders += orders
		return nil
	}, `SELECT l.arm, COUNT(DISTINCT l.account_id), COUNT(*) FROM code_leaks l JOIN orders o ON o.id = l.order_id
WHERE l.run_id = ? AND o.placed_on <= ? GROUP BY l.arm ORDER BY l.arm`, runID, until)
	return leaks, opError("store.RunCodeLeaks", err)
}
