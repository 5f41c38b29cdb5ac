package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"testing"
	"time"
	"sort"
	"reflect"

	"postlift"
	"postlift/responses"
)

func TestScratchTime(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		ctx := context.Background()
		m, err := s.MakeMeasureYard(ctx, 100000, postlift.MustDate("2026-03-03"))
		must(t, err)
		_, err = s.AttributeRun(ctx, 1, responses.NewPicker)
		must(t, err)
		run, err := s.MeasuredRun(ctx, m.RunUID)
		must(t, err)
		for range 2 {
			a := time.Now()
			must(t, s.oldRunPath(ctx, run, m.EndsOn, []string{"quote"}, func(c responses.PathCount) error { return nil }))
			b := time.Now()
			must(t, s.RunPath(ctx, run, m.EndsOn, []string{"quote"}, func(c responses.PathCount) error { return nil }))
			t.Log("old", b.Sub(a), "new", time.Since(b))
		}
	})
}

func TestScratchPath(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		ctx := context.Background()
		m, err := s.MakeMeasureYard(ctx, 3000, postlift.MustDate("2026-03-03"))
		must(t, err)
		for _, waves := range []bool{false, true} {
			if waves {
				must(t, s.gormW.Exec("UPDATE choices SET wave = 1 + account_id % 3").Error)
				must(t, s.gormW.Exec("UPDATE choices SET role = 'key' WHERE account_id % 11 = 0").Error)
				must(t, s.gormW.Exec("UPDATE batches SET wave = 1, in_home_on = '2026-03-10'").Error)
				must(t, s.gormW.Exec("INSERT INTO batches (uid, run_id, vendor_id, state, chunk_size, created_at, wave, in_home_on, id) VALUES ('b2', 1, 1, 'posted', 1, '2026-03-03 00:00:00+00:00', 2, '2026-04-10', 99)").Error)
				must(t, s.gormW.Exec("UPDATE orders SET matched_by = 'name_address' WHERE id % 3 = 0").Error)
				must(t, s.gormW.Exec("UPDATE orders SET credited_minor = -net_minor WHERE id % 13 = 0").Error)
			}
			_, err = s.AttributeRun(ctx, 1, responses.NewPicker)
			must(t, err)
			run, err := s.MeasuredRun(ctx, m.RunUID)
			must(t, err)
			for _, until := range []postlift.Date{m.EndsOn, postlift.MustDate("2026-04-01")} {
				var a, b []responses.PathCount
				must(t, s.oldRunPath(ctx, run, until, []string{"quote"}, func(c responses.PathCount) error { a = append(a, c); return nil }))
				must(t, s.RunPath(ctx, run, until, []string{"quote"}, func(c responses.PathCount) error { b = append(b, c); return nil }))
				for _, l := range [][]responses.PathCount{a, b} {
					sort.Slice(l, func(i, j int) bool { return fmt.Sprint(l[i]) < fmt.Sprint(l[j]) })
				}
				if !reflect.DeepEqual(a, b) {
					t.Errorf("waves %v until %v: %d and %d", waves, until, len(a), len(b))
					for i := range min(len(a), len(b)) {
						if a[i] != b[i] { t.Errorf("%+v\n%+v", a[i], b[i]); break }
					}
				} else { t.Log(len(a), a[0], a[len(a)/2]) }
			}
		}
	})
}

// pathArms is SQL for the accounts of a run that the estimate compares, each with the day on which its letter came in
// home: of a wave that of the wave, once it is known.
func (s *Store) pathArms() string {
	return `WITH arm AS (SELECT c.account_id, c.outcome, CASE WHEN c.wave > 0 THEN w.in_home_on ELSE r.in_home_on END AS home
FROM choices c JOIN runs r ON r.id = c.run_id
LEFT JOIN (SELECT run_id, wave, MIN(in_home_on) AS in_home_on FROM batches WHERE wave > 0 GROUP BY run_id, wave) w ON w.run_id = c.run_id AND w.wave = c.wave
WHERE c.run_id = ? AND c.outcome IN ('assigned', 'holdout') AND c.role NOT IN ` + outsideEstimate + `) `
}

// pathPart is the SQL of one stage: it gives the account, the arm, the day in home, the day and the method of whatever
// counts for it.
type pathPart struct {
	stage    string
	compared bool
	query    string
	args     []any
}

// RunPath counts the accounts of a run that came to each stage; see responses.PathStore. Every stage is one grouped
// query over the whole run.
func (s *Store) oldRunPath(ctx context.Context, run responses.MeasuredRun, until postlift.Date, quoted []string, take func(responses.PathCount) error) error {
	err := s.each(ctx, func(rows *sql.Rows) error {
		var c responses.PathCount
		if err := rows.Scan(&c.Arm, &c.Accounts); err != nil {
			return err
		}
		return take(c)
	}, s.pathArms()+"SELECT outcome, COUNT(*) FROM arm GROUP BY outcome ORDER BY outcome", run.ID)
	if err != nil {
		return opError("store.RunPath", err)
	}
	for _, part := range s.pathParts(run, until, quoted) {
		err := s.each(ctx, func(rows *sql.Rows) error {
			c := responses.PathCount{Stage: part.stage, Compared: part.compared}
			if err := rows.Scan(&c.Arm, &c.InHome, &c.On, &c.Method, &c.Accounts); err != nil {
				return err
			}
			c.Method = strings.TrimLeft(c.Method, "1234")
			return take(c)
		}, s.pathArms()+`SELECT outcome, home, day, method, COUNT(*) FROM (
  SELECT account_id, outcome, home, MIN(day) AS day, MIN(method) AS method FROM (`+part.query+`) x GROUP BY account_id, outcome, home) y
GROUP BY outcome, home, day, method ORDER BY outcome, home, day, method`, append([]any{run.ID}, part.args...)...)
		if err != nil {
			return fmt.Errorf("store.RunPath: %s: %w", part.stage, err)
		}
	}
	return nil
}

func (s *Store) pathParts(run responses.MeasuredRun, until postlift.Date, quoted []string) []pathPart {
	visit, visitArgs := s.pathEvents(run, until, responses.Visit)
	answer, answerArgs := s.pathEvents(run, until, responses.Call, responses.Mail, responses.Meeting, responses.Quote, responses.ReplyCard, responses.Fax)
	meeting, meetingArgs := s.pathEvents(run, until, responses.Meeting)
	quote, quoteArgs := s.pathEvents(run, until, responses.Quote)
	opened := "SELECT a.account_id, a.outcome, a.home, o.opened_on AS day, '' AS method FROM arm a JOIN opportunities o ON o.account_id = a.account_id WHERE o.opened_on >= a.home AND o.opened_on <= ?"
	stages, stageArgs := pathStages("z.status = 'won' OR z.stage IN ("+"''"+strings.Repeat(", ?", len(quoted))+")", until, quoted)
	won, wonArgs := pathStages("z.status = 'won'", until, nil)
	credited := `SELECT a.account_id, a.outcome, a.home, o.placed_on AS day, ` + methodRank + ` AS method
FROM attributions t JOIN orders o ON o.id = t.order_id JOIN arm a ON a.account_id = t.account_id WHERE t.run_id = ? AND t.arm = 'assigned' AND a.outcome = 'assigned' AND o.placed_on <= ?`
	ordered := `SELECT a.account_id, a.outcome, a.home, o.placed_on AS day, '' AS method FROM arm a JOIN orders o ON o.account_id = a.account_id
WHERE o.doc_type = 'order' AND o.net_minor + o.credited_minor > 0 AND o.placed_on >= a.home AND o.placed_on <= ?`
	return []pathPart{
		{responses.PathVisit, false, visit, visitArgs},
		{responses.PathResponse, false, answer, answerArgs},
		{responses.PathMeeting, false, meeting, meetingArgs},
		{responses.PathOpportunity, false, opened + " AND a.outcome = 'assigned'", []any{until}},
		{responses.PathOpportunity, true, opened, []any{until}},
		{responses.PathQuote, false, quote + " UNION ALL " + stages + " AND a.outcome = 'assigned'", append(quoteArgs, stageArgs...)},
		{responses.PathQuote, true, stages, stageArgs},
		{responses.PathWon, false, won + " AND a.outcome = 'assigned'", wonArgs},
		{responses.PathWon, true, won, wonArgs},
		{responses.PathOrder, false, credited, []any{run.ID, until}},
		{responses.PathOrder, true, ordered, []any{until}},
	}
}

// pathEvents is the SQL of events of some kinds from the posting on; those that name another run's letter are not of
// this one.
func (s *Store) pathEvents(run responses.MeasuredRun, until postlift.Date, kinds ...string) (query string, args []any) {
	query = `SELECT a.account_id, a.outcome, a.home, ` + s.dateOfInstant("e.occurred_at") + ` AS day, '' AS method
FROM arm a JOIN responses e ON e.account_id = a.account_id LEFT JOIN pieces p ON p.id = e.piece_id
WHERE a.outcome = 'assigned' AND a.home IS NOT NULL AND e.kind IN ('` + strings.Join(kinds, "', '") + `') AND e.occurred_at >= ? AND e.occurred_at < ? AND (e.piece_id IS NULL OR p.run_id = ?)`
	return query, []any{run.PostedOn.Time(), until.AddDays(1).Time(), run.ID}
}

// pathStages is the SQL of stages of opportunities.
func pathStages(condition string, until postlift.Date, quoted []string) (query string, args []any) {
	for _, q := range quoted {
		args = append(args, q)
	}
	return `SELECT a.account_id, a.outcome, a.home, z.since_on AS day, '' AS method FROM arm a JOIN opportunities o ON o.account_id = a.account_id
JOIN opportunity_stages z ON z.opportunity_id = o.id WHERE (` + condition + ") AND z.since_on >= a.home AND z.since_on <= ?", append(args, until)
}

