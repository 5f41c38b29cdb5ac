package store

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"postlift"
	"postlift/responses"
)

// The outcomes of the run that seedRun works out by hand, as of a day of the second window.
func TestOutcomesReadTheRun(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		seedRun(t, s)
		ctx := context.Background()
		svc := responses.NewService(s, nil, s.clock, s.ids)
		read := func(on string) *responses.Outcomes {
			t.Helper()
			u, err := svc.Uplift(ctx, "Spring", postlift.MustDate(on), nil)
			must(t, err)
			return u.Outcomes
		}
		var rows []responses.ActivityRow
		days := responses.ActivityDays{InHome: postlift.MustDate("2026-03-03"), Until: postlift.MustDate("2026-04-02"),
			Second: postlift.MustDate("2026-04-03"), After: postlift.MustDate("2026-05-02")}
		must(t, s.gormW.Create(&orderRow{ID: 20, Source: "s", ExternalID: "o20", AccountID: 3, DocType: "order", PlacedOn: postlift.MustDate("2025-03-02"), Currency: "EUR", NetMinor: 100}).Error)
		must(t, s.gormW.Create(&orderRow{ID: 21, Source: "s", ExternalID: "o21", AccountID: 4, DocType: "order", PlacedOn: postlift.MustDate("2026-05-02"), Currency: "EUR", NetMinor: 100}).Error)
		must(t, s.RunActivity(ctx, 1, days, func(r responses.ActivityRow) error { rows = append(rows, r); return nil }))
		// s:1: account 1 ordered the day before, account 2 is new; s:3: account 3 had not for a year and a day; s:4 is new
		// and ordered again; s:5 is new; s:6 ordered a day too late and has a contract.
		want := []responses.ActivityRow{{Key: "s:1", New: 1, Plain: 2}, {Key: "s:3", Reactivated: 1, Plain: 1}, {Key: "s:4", New: 1, Plain: 1, Again: 1},
			{Key: "s:5", New: 1, Plain: 1}, {Key: "s:6"}}
		if len(rows) != len(want) {
			t.Fatalf("%+v", rows)
		}
		for i := range want {
			if rows[i] != want[i] {
				t.Errorf("%+v, want %+v", rows[i], want[i])
			}
		}
		o := read("2026-05-01")
		if o == nil || o.Reason != "" || o.Day != 30 || !o.Registered || o.ReadOn != postlift.MustDate("2026-04-02") {
			t.Fatalf("%+v", o)
		}
		u, err := svc.Read(ctx, "Spring", postlift.MustDate("2026-05-01"), nil)
		must(t, err)
		m := o.Money
		if len(m.Readings) != 2 || *m.Readings[0].Gain != *u.Gain || *m.Readings[0].Net != *u.Net || !m.Readings[0].Window || m.Readings[1].Day != 59 || m.Readings[1].Registered {
			t.Errorf("readings %+v, net %+v", m.Readings, u.Net)
		}
		// net of the window by group: s:1 16000, s:3 6000, s:4 none; s:5 7000, s:6 9856 (ten days of 300.00 a month)
		if m.Revenue == nil || m.ROAS == nil || m.Won.New != [2]int{2, 1} || m.Won.Reactivated != [2]int{1, 0} {
			t.Errorf("revenue %+v, won %+v", m.Revenue, m.Won)
		}
		if o.Costs.Over.Minor != u.Cost.Actual.Minor-u.Cost.Planned.Minor || o.Costs.Share == nil {
			t.Errorf("costs %+v", o.Costs)
		}
		if r := o.Renewal; r.Arms[0].Units != 0 || r.Arms[1].Units != 1 || r.Arms[1].Yes != 0 || r.Reason != responses.OutcomeNone {
			t.Errorf("renewal %+v", r)
		}
		if r := o.Retention; r.Arms[1].Accounts != 1 || r.Arms[1].Lost != 1 || r.Arms[1].Mean != 10 || r.Until != 30 {
			t.Errorf("retention %+v", r)
		}
		if o.Again.Reason != responses.OutcomeEarly {
			t.Errorf("the second window is over on its last day but one: %+v", o.Again)
		}
		if a := read("2026-05-02").Again; a.Arms[0].Units != 4 || a.Arms[0].Yes != 1 || a.Arms[1].Units != 1 {
			t.Errorf("second window %+v", a)
		}
		if p := o.CLV.Projected; p.State != responses.OutcomeNoModel || p.Controls != 1 || p.Residual != nil || p.Text.DE == "" || o.CLV.Realised.Value != m.Readings[0].Net.Value {
			t.Errorf("projected %+v, realised %+v", p, o.CLV.Realised)
		}
		must(t, s.gormW.Model(&choiceRow{}).Where("account_id = 5").Updates(map[string]any{"role": "key", "propensity": 1}).Error)
		if r := read("2026-05-01"); len(r.Money.Readings) == 0 || r.Money.Won.New != [2]int{2, 0} {
			t.Errorf("a key account is compared: %+v", r.Money.Won)
		}
	})
}

// Frozen reports of other runs give what came of their projections; the run's own do not.
func TestKeptReadings(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		seedRun(t, s)
		second := runRow{}
		must(t, s.gormW.First(&second, 1).Error)
		second.ID, second.UID, second.Attempt, second.Salt = 2, "run_2", 2, "other"
		must(t, s.gormW.Create(&second).Error)
		ctx := context.Background()
		for i, on := range []string{"2026-04-02", "2026-08-30", "2026-05-02"} {
			_, err := s.write.ExecContext(ctx, s.bind(`INSERT INTO run_readings (run_id, day, due_on, read_on, analysis_version, verdict, document, sha256, created_at, actor)
VALUES (?, ?, ?, ?, 4, 'no_proof', ?, 'x', ?, 'a')`), []int{2, 2, 1}[i], []int{30, 180, 30}[i], on, on, `{"currency":"EUR","n":`+on[:4]+`}`, testNow)
			must(t, err)
		}
		found := 0
		must(t, s.KeptReadings(ctx, 1, postlift.MustDate("2026-08-29"), func(run int64, report []byte) error {
			found++
			if run != 2 || string(report) != `{"currency":"EUR","n":2026}` {
				t.Errorf("run %d: %s", run, report)
			}
			return nil
		}))
		if found != 1 {
			t.Errorf("%d readings", found)
		}
	})
}

// seedBuyers makes a posted run of 480 companies, half of them held out, which order at random, and three frozen
// readings each of three earlier runs.
func seedBuyers(t *testing.T, s *Store) {
	t.Helper()
	seedRun(t, s)
	rng := rand.New(rand.NewPCG(6, 8))
	var firms []accountRow
	var choices []choiceRow
	var orders []orderRow
	for id := int64(101); id <= 580; id++ {
		outcome := "assigned"
		if id%2 == 0 {
			outcome = "holdout"
		}
		key := fmt.Sprintf("b:%d", id)
		firms = append(firms, accountRow{ID: id, UID: fmt.Sprintf("acc_%d", id), Source: "b", ExternalID: fmt.Sprint(id), Name: "Muster GmbH", GroupKey: key, Status: "active", MatchKey: fmt.Sprintf("AK%d", id)})
		choices = append(choices, choiceRow{RunID: 1, AccountID: id, GroupKey: key, Outcome: outcome, Contacts: "[]", Features: "{}", Propensity: .5, ResidualMinor: 1000 * id})
		every := 20 + 80*rng.Float64()
		for on := postlift.MustDate("2024-01-10"); on <= postlift.MustDate("2026-06-20"); on = on.AddDays(1 + int(rng.ExpFloat64()*every)) {
			n := int64(1000 + len(orders))
			orders = append(orders, orderRow{ID: n, Source: "b", ExternalID: fmt.Sprint(n), AccountID: id, DocType: "order", PlacedOn: on, Currency: "EUR", NetMinor: 5000 + rng.Int64N(20000)})
			if rng.Float64() < .05 {
				break
			}
		}
	}
	must(t, s.gormW.CreateInBatches(firms, 100).Error)
	must(t, s.gormW.CreateInBatches(choices, 100).Error)
	must(t, s.gormW.CreateInBatches(orders, 500).Error)
	must(t, s.gormW.Exec("UPDATE choices SET propensity = 0.5 WHERE run_id = 1").Error)
	first := runRow{}
	must(t, s.gormW.First(&first, 1).Error)
	for run := int64(2); run <= 4; run++ {
		next := first
		next.ID, next.UID, next.Attempt, next.Salt, next.InHomeOn = run, fmt.Sprintf("run_%d", run), run, fmt.Sprint(run), postlift.MustDate("2025-01-01")
		must(t, s.gormW.Create(&next).Error)
		for day, report := range map[int]string{
			90:  `{"currency":"EUR","outcomes":{"day":90,"clv":{"projected":{"ahead":{"value":{"minor":10000,"currency":"EUR"}},"ahead_se":100,"ahead_day":365}}}}`,
			365: `{"currency":"EUR","outcomes":{"day":365,"money":{"since":[{"day":90,"until":365,"gain":{"value":{"minor":4000,"currency":"EUR"}},"se":300}]}}}`,
		} {
			_, err := s.write.Exec(s.bind(`INSERT INTO run_readings (run_id, day, due_on, read_on, analysis_version, verdict, document, sha256, created_at, actor)
VALUES (?, ?, '2025-01-01', '2025-01-01', 4, 'no_proof', ?, 'x', ?, 'a')`), run, day, report, testNow)
			must(t, err)
		}
	}
}

// A run with enough controls has a projected line, calibrated by three matured runs of which two fifths came. No effect
// is built in: the intervals hold zero. Both engines give the same.
func TestProjectedValue(t *testing.T) {
	var first *responses.ProjectedLine
	eachEngine(t, func(t *testing.T, s *Store) {
		seedBuyers(t, s)
		svc := responses.NewService(s, nil, s.clock, s.ids)
		u, err := svc.Uplift(context.Background(), "Spring", postlift.MustDate("2026-06-01"), nil)
		must(t, err)
		p := u.Outcomes.CLV.Projected
		if p.State != responses.Calibrated || p.Day != 90 || p.AheadDay != 365 || p.Controls < 240 || p.Kappa.Value != .4 || p.Kappa.Campaigns != 3 || p.Kappa.Day != 90 {
			t.Fatalf("%+v, %+v", p, p.Kappa)
		}
		if p.Residual.Low.Minor > 0 || p.Residual.High.Minor < 0 || p.Ahead.Low.Minor > 0 || p.Ahead.High.Minor < 0 || !(p.ResidualSE > 0) {
			t.Errorf("%+v, ahead %+v", p.Residual, p.Ahead)
		}
		if want := postlift.RoundMinor(.4 * float64(p.Residual.Value.Minor)); p.Calibrated.Value.Minor != want {
			t.Errorf("calibrated %v, want %d", p.Calibrated.Value, want)
		}
		if since := u.Outcomes.Money.Since; len(since) != 1 || since[0].Day != 30 || since[0].Until != 90 || !(since[0].SE > 0) {
			t.Errorf("since %+v", since)
		}
		if first == nil {
			first = p
		} else if *first.Residual != *p.Residual || *first.Ahead != *p.Ahead || *first.Calibrated != *p.Calibrated {
			t.Errorf("engines differ: %+v and %+v", first.Residual, p.Residual)
		}
	})
}
