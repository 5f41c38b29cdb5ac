package store

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"postlift"
	"postlift/responses"
)

// slowPath counts what RunPath counts, account by account and from the definition of each stage.
type slowPath struct {
	arm, home map[int64]string
	first     map[string]string // stage, compared, account: first day
	method    map[int64]string
}

func (p *slowPath) see(stage string, compared bool, account int64, day string) {
	if p.arm[account] == "" || !compared && p.arm[account] != "assigned" {
		return
	}
	key := fmt.Sprint(stage, " ", compared, " ", account)
	if was := p.first[key]; was == "" || day < was {
		p.first[key] = day
	}
}

// after is see for what counts from the day in home on, in both ways.
func (p *slowPath) after(stage string, account int64, day string) {
	if home := p.home[account]; home != "" && day >= home {
		p.see(stage, true, account, day)
		if stage != responses.PathOrder {
			p.see(stage, false, account, day)
		}
	}
}

func (p *slowPath) counts() []string {
	n := map[string]int{}
	for _, arm := range p.arm {
		n[fmt.Sprintf("%q %v %s %s %s %s", "", false, arm, "", "", "")]++
	}
	for key, day := range p.first {
		var stage string
		var compared bool
		var account int64
		_, _ = fmt.Sscan(key, &stage, &compared, &account) // as written above
		method := ""
		if stage == responses.PathOrder && !compared {
			method = p.method[account]
		}
		n[fmt.Sprintf("%q %v %s %s %s %s", stage, compared, p.arm[account], p.home[account], day, method)]++
	}
	return lines(n)
}

func lines(n map[string]int) (out []string) {
	for _, key := range slices.Sorted(maps.Keys(n)) {
		out = append(out, fmt.Sprint(key, ": ", n[key]))
	}
	return out
}

// readSlowly fills a slowPath from the tables of a yard, of which every row is of its one run.
func readSlowly(t *testing.T, s *Store, homes map[int64]string, until string) *slowPath {
	t.Helper()
	p := &slowPath{arm: map[int64]string{}, home: map[int64]string{}, first: map[string]string{}, method: map[int64]string{}}
	read := func(query string, take func(id int64, kind, day string)) {
		must(t, s.each(context.Background(), func(r *sql.Rows) error {
			var id int64
			var kind, day string
			err := r.Scan(&id, &kind, &day)
			take(id, kind, day)
			return err
		}, query))
	}
	read("SELECT account_id, outcome, CAST(wave AS TEXT) FROM choices WHERE role = '' AND outcome IN ('assigned', 'holdout')", func(id int64, outcome, wave string) {
		var n int64
		_, _ = fmt.Sscan(wave, &n) // a wave is a number
		p.arm[id], p.home[id] = outcome, homes[n]
	})
	read("SELECT account_id, kind, CAST("+s.dateOfInstant("occurred_at")+" AS TEXT) FROM responses", func(id int64, kind, day string) {
		if day > until || p.home[id] == "" {
			return
		}
		switch kind {
		case responses.Visit:
			p.see(responses.PathVisit, false, id, day)
		case responses.Meeting, responses.Quote:
			p.see(kind, false, id, day)
			p.see(responses.PathResponse, false, id, day)
		case responses.Call:
			p.see(responses.PathResponse, false, id, day)
		}
	})
	read("SELECT account_id, '', CAST(opened_on AS TEXT) FROM opportunities", func(id int64, _, day string) {
		if day <= until {
			p.after(responses.PathOpportunity, id, day)
		}
	})
	read("SELECT o.account_id, z.stage, CAST(z.since_on AS TEXT) FROM opportunity_stages z JOIN opportunities o ON o.id = z.opportunity_id", func(id int64, stage, day string) {
		if day > until || stage == "lead" {
			return
		}
		p.after(responses.PathQuote, id, day)
		if stage == "won" {
			p.after(responses.PathWon, id, day)
		}
	})
	read("SELECT account_id, '', CAST(placed_on AS TEXT) FROM orders WHERE doc_type = 'order' AND net_minor + credited_minor > 0", func(id int64, _, day string) {
		if day <= until {
			p.after(responses.PathOrder, id, day)
		}
	})
	rank := []string{"code", "customer", "name_address", "company_postcode"}
	read("SELECT t.account_id, t.method, CAST(o.placed_on AS TEXT) FROM attributions t JOIN orders o ON o.id = t.order_id WHERE t.arm = 'assigned'", func(id int64, method, day string) {
		if day > until {
			return
		}
		p.see(responses.PathOrder, false, id, day)
		if was := p.method[id]; was == "" || slices.Index(rank, method) < slices.Index(rank, was) {
			p.method[id] = method
		}
	})
	return p
}

// The one statement counts as the definitions do, on both engines, in a run of one day in home and in waves of which the
// last is not posted.
func TestRunPathCountsByDefinition(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		ctx := context.Background()
		yard, err := s.MakeMeasureYard(ctx, 1200, postlift.MustDate("2026-03-03"))
		must(t, err)
		homes := map[int64]string{0: "2026-03-03"}
		for _, waves := range []bool{false, true} {
			if waves {
				homes = map[int64]string{1: "2026-03-10", 2: "2026-04-10"}
				for _, statement := range []string{"UPDATE choices SET wave = 1 + account_id % 3", "UPDATE choices SET role = 'key' WHERE account_id % 11 = 0",
					"UPDATE batches SET wave = 1, in_home_on = '2026-03-10'", "UPDATE orders SET matched_by = 'name_address' WHERE id % 3 = 0",
					"UPDATE orders SET credited_minor = -net_minor WHERE id % 13 = 0",
					"INSERT INTO batches (id, uid, run_id, vendor_id, state, chunk_size, created_at, wave, in_home_on) VALUES (9, 'bt_9', 1, 1, 'posted', 1, '2026-03-03 00:00:00+00:00', 2, '2026-04-10')"} {
					must(t, s.gormW.Exec(statement).Error)
				}
			}
			_, err = s.AttributeRun(ctx, yard.RunID, responses.NewPicker)
			must(t, err)
			run, err := s.MeasuredRun(ctx, yard.RunUID)
			must(t, err)
			for _, until := range []string{"2026-04-01", yard.EndsOn.String()} {
				got := map[string]int{}
				must(t, s.RunPath(ctx, run, postlift.MustDate(until), []string{"quote"}, func(c responses.PathCount) error {
					home, on := "", ""
					if c.Stage != "" {
						home, on = c.InHome.String(), c.On.String()
					}
					got[fmt.Sprintf("%q %v %s %s %s %s", c.Stage, c.Compared, c.Arm, home, on, c.Method)] += c.Accounts
					return nil
				}))
				want := readSlowly(t, s, homes, until).counts()
				if g := lines(got); !slices.Equal(g, want) {
					t.Errorf("waves %v, until %s: %d rows, want %d:\n%s\n\n%s", waves, until, len(g), len(want), strings.Join(g, "\n"), strings.Join(want, "\n"))
				}
				if len(want) < 100 {
					t.Errorf("too little to compare: %d", len(want))
				}
			}
		}
	})
}

// Crediting again changes only the rows that differ, and ends where crediting from nothing does.
func TestAttributionRewritesOnlyWhatDiffers(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		ctx := context.Background()
		yard, err := s.MakeMeasureYard(ctx, 1200, postlift.MustDate("2026-03-03"))
		must(t, err)
		credit := func() int {
			t.Helper()
			n, err := s.AttributeRun(ctx, yard.RunID, responses.NewPicker)
			must(t, err)
			return n
		}
		// table reads rows by order; with their ids, or without.
		table := func(name, columns string) map[string]string {
			t.Helper()
			rows := map[string]string{}
			must(t, s.each(ctx, func(r *sql.Rows) error {
				var order, rest string
				err := r.Scan(&order, &rest)
				rows[order] = rest
				return err
			}, "SELECT CAST(order_id AS TEXT), "+columns+" FROM "+name))
			return rows
		}
		const credits = "CAST(run_id AS TEXT) || ' ' || COALESCE(CAST(piece_id AS TEXT), '') || ' ' || CAST(account_id AS TEXT) || ' ' || arm || ' ' || method || ' ' || CAST(net_minor AS TEXT) || ' ' || CAST(margin_minor AS TEXT)"
		const leaks = "CAST(run_id AS TEXT) || ' ' || CAST(account_id AS TEXT) || ' ' || arm"
		const id = "CAST(id AS TEXT) || ' ' || "
		if n := credit(); n < 300 || n != len(table("attributions", credits)) || len(table("code_leaks", leaks)) == 0 {
			t.Fatalf("%d credits, %d stored, %d leaks", n, len(table("attributions", credits)), len(table("code_leaks", leaks)))
		}
		before, beforeLeaks := table("attributions", id+credits), table("code_leaks", id+leaks)
		credit()
		if !maps.Equal(before, table("attributions", id+credits)) || !maps.Equal(beforeLeaks, table("code_leaks", id+leaks)) {
			t.Error("crediting the same again rewrote rows")
		}
		for _, statement := range []string{"UPDATE orders SET net_minor = net_minor + 100 WHERE id % 10 = 1", "UPDATE orders SET credited_minor = -net_minor WHERE id % 10 = 2",
			"UPDATE orders SET placed_on = '2025-01-01' WHERE id % 10 = 3", "UPDATE orders SET code = '' WHERE id % 10 = 4", "UPDATE pieces SET state = 'returned' WHERE id % 10 = 5"} {
			must(t, s.gormW.Exec(statement).Error)
		}
		credit()
		changed, changedLeaks, same := table("attributions", credits), table("code_leaks", leaks), 0
		for order, row := range table("attributions", id+credits) {
			if before[order] == row {
				same++
			}
		}
		if same < len(changed)/2 || same == len(changed) {
			t.Errorf("%d of %d rows stayed", same, len(changed))
		}
		for _, statement := range []string{"DELETE FROM attributions", "DELETE FROM code_leaks"} {
			must(t, s.gormW.Exec(statement).Error)
		}
		credit()
		if !maps.Equal(changed, table("attributions", credits)) || !maps.Equal(changedLeaks, table("code_leaks", leaks)) {
			t.Error("crediting again and crediting from nothing end differently")
		}
	})
}
