package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"postlift"
	"postlift/campaigns"
	"postlift/campaigns/lift"
	"postlift/responses"
)

const learningCampaign = `
name: %s
rule: clv.residual > 10 and country == "DE"
design: winback
landing_url: https://example.com/hello
holdout: 0.5
holdout_design: strata
global_control: 0
salt: %s
mode: top
top: %d
`

// learningWorld is a company of two trades with the same expected margins: in one letters work, in the other they do not.
func learningWorld(t *testing.T, s *Store, n int) *campaigns.Service {
	t.Helper()
	svc := planWorld(t, s, n)
	for _, q := range []string{"UPDATE accounts SET segment = CASE WHEN id % 2 = 0 THEN 'Industrie' ELSE 'Handel' END",
		"UPDATE scores SET residual_minor = 100000, window_margin_minor = 20000 + account_id, mean_order_minor = 8000"} {
		if err := s.gormW.Exec(q).Error; err != nil {
			t.Fatal(err)
		}
	}
	return svc
}

// posted lets a planned run's letters arrive, and invents the orders of its window: accounts of Industrie with a letter
// order twice as often.
func posted(t *testing.T, s *Store, runUID string, inHome postlift.Date, seed uint64) {
	t.Helper()
	exec := func(q string, args ...any) {
		t.Helper()
		if err := s.gormW.Exec(q, args...).Error; err != nil {
			t.Fatal(err)
		}
	}
	exec("UPDATE runs SET state = 'measuring', in_home_on = ? WHERE uid = ?", inHome, runUID)
	exec("UPDATE campaigns SET state = 'running' WHERE id = (SELECT campaign_id FROM runs WHERE uid = ?)", runUID)
	rows, err := s.queryRead(context.Background(), "SELECT c.account_id, c.outcome, a.segment FROM choices c JOIN runs r ON r.id = c.run_id JOIN accounts a ON a.id = c.account_id WHERE r.uid = ? ORDER BY c.account_id", runUID)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	rng, margin := rand.New(rand.NewPCG(seed, 1)), int64(8000)
	var orders []orderRow
	for rows.Next() {
		var id int64
		var outcome, segment string
		if err := rows.Scan(&id, &outcome, &segment); err != nil {
			t.Fatal(err)
		}
		often := 5
		if segment == "Industrie" && outcome == campaigns.Assigned {
			often = 10
		}
		for k := range often {
			if rng.IntN(2) == 0 {
				orders = append(orders, orderRow{Source: "w", ExternalID: fmt.Sprint(runUID, id, "-", k), AccountID: id, DocType: "order", PlacedOn: inHome.AddDays(rng.IntN(90)),
					Currency: "EUR", NetMinor: 20000, MarginMinor: &margin})
			}
		}
	}
	if err := errors.Join(rows.Err(), s.gormW.CreateInBatches(&orders, 500).Error); err != nil {
		t.Fatal(err)
	}
}

func industryShare(t *testing.T, s *Store, runUID string) float64 {
	t.Helper()
	var n, all int64
	err := s.read.QueryRowContext(context.Background(), s.bind(`SELECT COUNT(*), COALESCE(SUM(CASE WHEN a.segment = 'Industrie' THEN 1 ELSE 0 END), 0)
FROM choices c JOIN runs r ON r.id = c.run_id JOIN accounts a ON a.id = c.account_id WHERE r.uid = ? AND c.outcome IN ('assigned', 'holdout')`), runUID).Scan(&all, &n)
	if err != nil || all == 0 {
		t.Fatal(all, err)
	}
	return float64(n) / float64(all)
}

// TestASecondCampaignLearnsFromTheFirst: plan, letters, orders, reading, lift table, next plan. Of two trades alike in
// every figure the first plan takes as many, the second those in which letters were seen to work.
func TestASecondCampaignLearnsFromTheFirst(t *testing.T) {
	lifts := map[string]float64{}
	eachEngine(t, func(t *testing.T, s *Store) {
		ctx, svc := context.Background(), learningWorld(t, s, 400)
		measuring := responses.NewService(s, nil, s.clock, s.ids)
		by := postlift.Person("Mara Muster")
		first := preview(t, svc, create(t, svc, fmt.Sprintf(learningCampaign, "First", "one", 400)).UID)
		second := create(t, svc, fmt.Sprintf(learningCampaign, "Second", "two", 100))
		if share := industryShare(t, s, preview(t, svc, second.UID).Run.UID); math.Abs(share-.5) > .02 {
			t.Fatalf("before anything is learned the plan takes %.2f of one trade", share)
		}
		in := postlift.MustDate("2026-01-05")
		posted(t, s, first.Run.UID, in, 7)

		early, err := measuring.MeasureDue(ctx, in.AddDays(31), by)
		if err != nil || len(early.Taken) != 1 || early.Taken[0].Day != 30 || early.Learned.Changed || len(early.Next) != 1 || early.Next[0].Day != responses.PrimaryReading {
			t.Fatalf("day 31: %+v, %v", early, err)
		}
		_, err = measuring.Learn(ctx, responses.LearnRequest{Campaign: "First", DryRun: true}, by)
		wantKind(t, err, postlift.Conflict, "postlift measure")
		done, err := measuring.MeasureDue(ctx, in.AddDays(110), by)
		if err != nil || len(done.Taken) != 1 || done.Taken[0].Day != responses.PrimaryReading || !done.Learned.Changed || done.Learned.Version != 1 || len(done.Closed) != 0 {
			t.Fatalf("end of window: %+v, %v", done, err)
		}
		if again, err := measuring.MeasureDue(ctx, in.AddDays(110), by); err != nil || len(again.Taken) != 0 || again.Learned.Changed || len(again.Learned.Lessons) != 0 {
			t.Errorf("twice: %+v, %v", again, err)
		}
		lesson := done.Learned.Lessons[0]
		if lesson.Outcome != responses.Learned || lesson.Diagnostics.Rows != 400 || lesson.Diagnostics.NoBasket != 0 {
			t.Errorf("lesson %+v", lesson)
		}
		for _, l := range done.Learned.Table {
			key := l.Code + l.Segment
			if had, other := lifts[key]; other && math.Abs(had-l.Lift) > 1e-9 {
				t.Errorf("%s: %g, on the other engine %g", key, l.Lift, had)
			}
			lifts[key] = l.Lift
		}
		if lifts["segmentIndustrie"] < lifts["segmentHandel"]+.1 {
			t.Errorf("table %+v", done.Learned.Table)
		}
		if share := industryShare(t, s, preview(t, svc, second.UID).Run.UID); share < .95 {
			t.Errorf("after it the plan takes %.2f of the trade in which letters work", share)
		}
		for _, rebuild := range []bool{true, false} { // the same table, no version
			now, err := measuring.Learn(ctx, responses.LearnRequest{Rebuild: rebuild}, by)
			if err != nil || now.Changed || now.Version != 1 {
				t.Errorf("rebuilt %v: %+v, %v", rebuild, now, err)
			}
		}
		if dry, err := measuring.Learn(ctx, responses.LearnRequest{Rebuild: true, DryRun: true}, by); err != nil || dry.Changed || len(dry.Lessons) != 1 {
			t.Errorf("rebuilt for show: %+v, %v", dry, err)
		}
		state, err := measuring.Learned(ctx)
		if err != nil || state.Version != 1 || len(state.Lessons) != 1 || len(state.Next) < 2 || !strings.Contains(state.Next[len(state.Next)-1].DE+state.Next[1].DE, "Segment") {
			t.Errorf("%+v, %v", state, err)
		}
	})
}

// TestOrderOfCampaignsDoesNotMatter: two campaigns learned in either order, or anew at once, give the same table to the
// bit.
func TestOrderOfCampaignsDoesNotMatter(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		ctx, svc := context.Background(), learningWorld(t, s, 240)
		measuring := responses.NewService(s, nil, s.clock, s.ids)
		by := postlift.Person("Mara Muster")
		plan := func(name string) string {
			return preview(t, svc, create(t, svc, fmt.Sprintf(learningCampaign, name, name, 200)).UID).Run.UID
		}
		a, b := plan("A"), plan("B") // both planned before either is posted
		posted(t, s, a, postlift.MustDate("2025-06-01"), 1)
		posted(t, s, b, postlift.MustDate("2025-09-15"), 2)
		if _, err := measuring.MeasureDue(ctx, planDay, by); err != nil {
			t.Fatal(err)
		}
		table := func() string {
			t.Helper()
			now, err := s.LiftTable(ctx)
			if err != nil || now.Model == nil {
				t.Fatal(now, err)
			}
			raw, err := json.Marshal(now.Model)
			if err != nil {
				t.Fatal(err)
			}
			return string(raw)
		}
		want := table()
		for _, names := range [][]string{{"B", "A"}, {"A", "B"}} {
			if err := s.gormW.Exec("DELETE FROM run_lessons").Error; err != nil {
				t.Fatal(err)
			}
			for i, name := range names {
				now, err := measuring.Learn(ctx, responses.LearnRequest{Campaign: name}, by)
				if err != nil || len(now.Lessons) != 1 {
					t.Fatalf("%d: %+v, %v", i, now, err)
				}
			}
			if got := table(); got != want {
				t.Errorf("in the order %v the table is another one", names)
			}
		}
		if _, err := measuring.Learn(ctx, responses.LearnRequest{Rebuild: true}, by); err != nil || table() != want {
			t.Errorf("rebuilt it is another one (%v)", err)
		}
	})
}

// TestAFrozenReadingStays: a late import changes no frozen figure; the report shows it beside what today's data say. A
// run closes after its last reading, and what was kept is what is shown.
func TestAFrozenReadingStays(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		ctx, svc := context.Background(), learningWorld(t, s, 300)
		measuring := responses.NewService(s, nil, s.clock, s.ids)
		by := postlift.Person("Mara Muster")
		run := preview(t, svc, create(t, svc, fmt.Sprintf(learningCampaign, "First", "one", 300)).UID).Run.UID
		in := postlift.MustDate("2026-01-05")
		posted(t, s, run, in, 3)
		before, err := measuring.Uplift(ctx, "First", in.AddDays(120), nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := measuring.MeasureDue(ctx, in.AddDays(120), by); err != nil {
			t.Fatal(err)
		}
		noteOf := func(u responses.Uplift, name string) string {
			for _, n := range u.Notes {
				if n.Name == name {
					return n.Text.EN
				}
			}
			return ""
		}
		frozen, err := measuring.Uplift(ctx, "First", in.AddDays(150), nil)
		if err != nil || *frozen.Net != *before.Net || !strings.Contains(noteOf(frozen, responses.NoteFrozen), "taken on 5 May 2026 and frozen; later imports do not change it. The data known today say the same.") {
			t.Fatalf("%+v, %v", frozen.Notes, err)
		}
		var lucky int64
		if err := s.read.QueryRowContext(ctx, "SELECT MIN(account_id) FROM choices WHERE outcome = 'assigned'").Scan(&lucky); err != nil {
			t.Fatal(err)
		}
		margin := int64(5_000_000)
		if err := s.gormW.Create(&orderRow{Source: "late", ExternalID: "1", AccountID: lucky, DocType: "order", PlacedOn: in.AddDays(5), Currency: "EUR", NetMinor: 9_000_000, MarginMinor: &margin}).Error; err != nil {
			t.Fatal(err)
		}
		for _, day := range []int{30, 150} {
			u, err := measuring.Uplift(ctx, run, in.AddDays(day), nil)
			if err != nil || noteOf(u, responses.NoteLateData) == "" {
				t.Errorf("day %d: %+v, %v", day, u.Notes, err)
			}
			if day == 150 && (*u.Net != *before.Net || !strings.Contains(noteOf(u, responses.NoteLateData), "€50,")) {
				t.Errorf("day %d: %+v instead of %+v; %q", day, u.Net, before.Net, noteOf(u, responses.NoteLateData))
			}
		}
		if u, err := measuring.Uplift(ctx, run, in.AddDays(45), nil); err != nil || noteOf(u, responses.NoteFrozen)+noteOf(u, responses.NoteLateData) != "" {
			t.Errorf("between two readings: %+v, %v", u.Notes, err)
		}
		if now, err := measuring.Learn(ctx, responses.LearnRequest{Rebuild: true, DryRun: true}, by); err != nil || !now.Changed {
			t.Errorf("a rebuild does not see the late order (%v)", err)
		}
		later := orderRow{Source: "w", ExternalID: "later", AccountID: lucky, DocType: "order", PlacedOn: in.AddDays(499), Currency: "EUR", NetMinor: 100, MarginMinor: &margin}
		must(t, s.gormW.Create(&later).Error) // so that orders of the last readings' days are known
		last, err := measuring.MeasureDue(ctx, in.AddDays(500), by)
		var days []int
		for _, f := range last.Taken {
			days = append(days, f.Day)
		}
		if err != nil || !slices.Equal(days, []int{180, 365}) || !slices.Equal(last.Closed, []string{run}) {
			t.Errorf("the end: %+v, %v", last, err)
		}
		var states []string
		for _, q := range []string{"SELECT state FROM runs", "SELECT state FROM campaigns"} {
			var state string
			if err := s.read.QueryRowContext(ctx, q).Scan(&state); err != nil {
				t.Fatal(err)
			}
			states = append(states, state)
		}
		if !slices.Equal(states, []string{"closed", "finished"}) || countRows(t, s, "run_readings") != 4 {
			t.Errorf("states %v, %d readings", states, countRows(t, s, "run_readings"))
		}
		if u, err := measuring.Uplift(ctx, run, in.AddDays(500), nil); err != nil || *u.Net != *before.Net {
			t.Errorf("after the end: %v", err)
		}
		if err := s.gormW.Exec("UPDATE run_readings SET document = REPLACE(document, '\"works\"', '\"hurts\"') WHERE day = 0").Error; err != nil {
			t.Fatal(err)
		}
		if _, err := measuring.Uplift(ctx, run, in.AddDays(500), nil); err == nil && before.Verdict == responses.Works {
			t.Error("a changed reading is shown")
		}
	})
}

// TestReadingsWaitForData: without any order since the letters arrived nothing is read, with a few, after a fortnight.
func TestReadingsWaitForData(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		ctx, svc := context.Background(), learningWorld(t, s, 60)
		measuring := responses.NewService(s, nil, s.clock, s.ids)
		by := postlift.Person("Mara Muster")
		run := preview(t, svc, create(t, svc, fmt.Sprintf(learningCampaign, "First", "one", 60)).UID).Run.UID
		in := postlift.MustDate("2026-01-05")
		if err := s.gormW.Exec("UPDATE runs SET state = 'measuring', in_home_on = ? WHERE uid = ?", in, run).Error; err != nil {
			t.Fatal(err)
		}
		for _, day := range []int{31, 90, 400} {
			done, err := measuring.MeasureDue(ctx, in.AddDays(day), by)
			if err != nil || len(done.Taken) != 0 || len(done.Waiting) != 1 {
				t.Errorf("day %d, without orders: %+v, %v", day, done, err)
			}
		}
		margin := int64(100)
		if err := s.gormW.Create(&orderRow{Source: "x", ExternalID: "1", AccountID: 1, DocType: "order", PlacedOn: in.AddDays(20), Currency: "EUR", NetMinor: 900, MarginMinor: &margin}).Error; err != nil {
			t.Fatal(err)
		}
		for _, want := range []struct{ day, taken int }{{30, 0}, {31, 0}, {43, 0}, {44, 1}} {
			done, err := measuring.MeasureDue(ctx, in.AddDays(want.day), by)
			if err != nil || len(done.Taken) != want.taken {
				t.Errorf("day %d: %+v, %v", want.day, done, err)
			}
		}
	})
}

// TestWithheldTeachesNothing: a run of which held-out groups are missing counts as seen and changes no table.
func TestWithheldTeachesNothing(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		ctx, svc := context.Background(), learningWorld(t, s, 200)
		measuring := responses.NewService(s, nil, s.clock, s.ids)
		by := postlift.Person("Mara Muster")
		run := preview(t, svc, create(t, svc, fmt.Sprintf(learningCampaign, "First", "one", 200)).UID).Run.UID
		posted(t, s, run, postlift.MustDate("2026-01-05"), 3)
		if err := s.gormW.Exec("DELETE FROM choices WHERE outcome = 'holdout' AND account_id % 2 = 0").Error; err != nil {
			t.Fatal(err)
		}
		done, err := measuring.MeasureDue(ctx, planDay, by)
		if err != nil || len(done.Learned.Lessons) != 1 || done.Learned.Lessons[0].Outcome != responses.BrokenRatio || done.Learned.Version != 0 || countRows(t, s, "lift_tables") != 0 {
			t.Errorf("%+v, %v", done.Learned, err)
		}
	})
}

// TestWhoWasTriedTeachesWithItsOwnChance: of an exploring plan the coin's losers count as those without a letter, with
// the run's clock, and everybody left over with the chance of the lot.
func TestWhoWasTriedTeachesWithItsOwnChance(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		ctx, svc := context.Background(), learningWorld(t, s, 600)
		if err := s.gormW.Exec("UPDATE scores SET window_margin_minor = 40000").Error; err != nil {
			t.Fatal(err)
		}
		measuring := responses.NewService(s, nil, s.clock, s.ids)
		text := fmt.Sprintf(learningCampaign, "First", "one", 300) + "exploration: 0.2\n"
		run := preview(t, svc, create(t, svc, text).UID).Run
		if run.Record.Exploration.Thompson == 0 || run.Record.Exploration.Uniform == 0 {
			t.Fatalf("%+v", run.Record.Exploration)
		}
		in := postlift.MustDate("2026-01-05")
		posted(t, s, run.UID, in, 3)
		count := map[string]int{}
		var left int
		err := s.LessonAccounts(ctx, 1, func(a responses.LessonAccount) error {
			if a.Traits.Segment == "" || a.Basket == 0 || a.Traits.FrequencyRank != .5 {
				t.Errorf("%+v", a)
			}
			arm := "-"
			if a.Assigned {
				arm = "+"
			}
			switch {
			case a.Role == campaigns.RoleThompson && a.Propensity != .5, a.Role == campaigns.RoleExplore && (a.Propensity <= 0 || a.Propensity > .2), a.Role == "" && a.Propensity != .5:
				t.Errorf("%s has a chance of %g", a.Role, a.Propensity)
			case a.Role == campaigns.RoleExplore && !a.Assigned:
				left++
			}
			count[a.Role+arm]++
			return nil
		})
		e := run.Record.Exploration
		if err != nil || count["thompson+"] == 0 || count["thompson+"]+count["thompson-"] != e.Thompson || count["explore+"] != e.Uniform || left == 0 || count["+"] == 0 || count["-"] == 0 {
			t.Fatalf("%v of %+v, %v", count, e, err)
		}
		if _, err := measuring.MeasureDue(ctx, planDay, postlift.Person("x")); err != nil {
			t.Fatal(err)
		}
		state, err := measuring.Learned(ctx)
		if err != nil || len(state.Explored) != 1 || state.Explored[0].Coin != e.Thompson || state.Explored[0].Lots != e.Uniform || state.Explored[0].Mailed != count["thompson+"]+count["explore+"] || state.Explored[0].Cost.Minor <= 0 {
			t.Fatalf("%+v, %v", state.Explored, err)
		}
		if d := state.Lessons[0].Diagnostics; len(d.Calibration) != 3 || d.Rows != count["+"]+count["-"]+e.Thompson+e.Uniform+left {
			t.Errorf("%+v", d)
		}
	})
}

// TestMailAffinity: the share of an account's orders since its first letter that letters are credited with, one of each
// kind counted in.
func TestMailAffinity(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		seedRun(t, s)
		ctx := context.Background()
		if got, err := s.MailAffinity(ctx, postlift.MustDate("2026-02-28")); err != nil || len(got) != 0 {
			t.Errorf("before any letter: %v, %v", got, err)
		}
		if _, err := responses.NewService(s, nil, s.clock, s.ids).Attribute(ctx, "Spring"); err != nil {
			t.Fatal(err)
		}
		got, err := s.MailAffinity(ctx, postlift.MustDate("2026-05-01"))
		if err != nil || got[1] != .75 { // two orders since 1 March, both credited
			t.Errorf("%v, %v", got, err)
		}
		if _, known := got[5]; known {
			t.Error("an account without a letter has an affinity")
		}
	})
}

// TestChoicesKeepTraits: of whom something was drawn, and of nobody else.
func TestChoicesKeepTraits(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		svc := learningWorld(t, s, 50)
		preview(t, svc, create(t, svc, fmt.Sprintf(learningCampaign, "First", "one", 20)).UID)
		var kept, empty string
		for q, into := range map[string]*string{"SELECT traits FROM choices WHERE outcome = 'holdout' ORDER BY account_id DESC LIMIT 1": &kept,
			"SELECT MAX(traits) FROM choices WHERE outcome = 'over_cap'": &empty} {
			if err := s.read.QueryRowContext(context.Background(), q).Scan(into); err != nil {
				t.Fatal(err)
			}
		}
		traits, basket, err := lift.ReadFrozen(kept)
		if err != nil || empty != "" || basket != 8000 || traits.PAlive != .5 || traits.MonthsSincePiece != lift.NeverMailed || !math.IsNaN(traits.MailAffinity) {
			t.Errorf("%q, %q: %+v, %v", kept, empty, traits, err)
		}
	})
}
