package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"postlift"
	"postlift/campaigns"
	"postlift/responses"
)

// programmeOf starts a programme test over everybody of a plan world.
func programmeOf(t *testing.T, s *Store, svc *campaigns.Service, name string, r campaigns.ProgrammeRequest) campaigns.Programme {
	t.Helper()
	ctx, tests := context.Background(), campaigns.NewProgrammes(svc, s)
	r.Name, r.AsOf = name, planDay
	if r.Rule == "" {
		r.Rule = `country == "DE"`
	}
	d, err := tests.Draw(ctx, r)
	if err != nil {
		t.Fatal(err)
	}
	p, err := tests.Start(ctx, r, d.Programme.Hash, planner)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// controlsOf are the accounts that a test holds out.
func controlsOf(t *testing.T, s *Store, p campaigns.Programme) (ids []int64) {
	t.Helper()
	if err := s.gormR.Model(&programmeMemberRow{}).Where("programme_id = ? AND control", p.ID).Order("account_id").Pluck("account_id", &ids).Error; err != nil {
		t.Fatal(err)
	}
	return ids
}

// TestProgrammeControlIsNotMailed: from the start to the last day no advertising plan takes the control, nor what joins
// its groups; contractual letters and the days after the end do.
func TestProgrammeControlIsNotMailed(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		ctx, svc := context.Background(), planWorld(t, s, 40)
		p := programmeOf(t, s, svc, "Letters", campaigns.ProgrammeRequest{From: planDay.AddDays(10), Months: 6})
		held := controlsOf(t, s, p)
		n := len(held)
		if rec := p.Record; n < 19 || rec.ControlGroups != n || rec.TreatedGroups+n+rec.LeftOut.GlobalControl != 40 || p.EndsOn != planDay.AddDays(10).AddMonths(6).AddDays(-1) {
			t.Fatalf("%d held out, %+v", len(held), p)
		}
		create(t, svc, campaignText)
		run := preview(t, svc, "Win back").Run
		matched := n
		if slices.Contains(held, 1) {
			matched-- // the campaign's rule does not take the first account
		}
		if got := run.Funnel.AllCounts[campaigns.ProgrammeControl]; got != matched {
			t.Errorf("%d accounts are gated as control, want %d", got, matched)
		}
		var mailed []int64
		if err := s.gormR.Model(&choiceRow{}).Where("run_id = ? AND outcome IN ('assigned', 'holdout')", run.ID).Pluck("account_id", &mailed).Error; err != nil {
			t.Fatal(err)
		}
		if len(mailed) == 0 || slices.ContainsFunc(mailed, func(id int64) bool { return slices.Contains(held, id) }) {
			t.Errorf("planned %v, held out by the programme %v", mailed, held)
		}
		gated := func(ids []int64, asOf postlift.Date) (n int) {
			t.Helper()
			st, _, err := s.GateFacts(ctx, ids, campaigns.Pressure{AsOf: asOf})
			if err != nil {
				t.Fatal(err)
			}
			for _, id := range ids {
				facts := campaigns.GateFacts{Programme: st.Of(id).Programme}
				if slices.Contains(campaigns.Gate(facts, campaigns.Policy{Class: campaigns.Advertising}, asOf), campaigns.ProgrammeControl) {
					n++
				}
				if len(campaigns.Gate(facts, campaigns.Policy{Class: campaigns.Contractual}, asOf)) > 0 {
					t.Errorf("contractual mail to %d is held back", id)
				}
			}
			return n
		}
		if a, b, c := gated(held, planDay), gated(held, p.EndsOn), gated(held, p.EndsOn.AddDays(1)); a != n || b != n || c != 0 {
			t.Errorf("gated at the start %d, on the last day %d, after it %d", a, b, c)
		}
		few := held[:3] // looked up one by one, not in one pass
		if a, b := gated(few, planDay), gated(few, p.EndsOn.AddDays(1)); a != 3 || b != 0 {
			t.Errorf("of three: %d, after the end %d", a, b)
		}
		joins := int64(1)
		for slices.Contains(held, joins) {
			joins++
		}
		if err := s.gormW.Exec("UPDATE accounts SET group_key = (SELECT group_key FROM accounts WHERE id = ?) WHERE id = ?", held[0], joins).Error; err != nil {
			t.Fatal(err)
		}
		if gated([]int64{joins}, planDay) != 1 || gated(append([]int64{joins}, held...), planDay) != n+1 {
			t.Error("what joins a control group is mailed")
		}
	})
}

// TestProgrammesDoNotOverlap: a second test takes nobody of the first, ended ones set their groups free, a changed draw
// is a conflict.
func TestProgrammesDoNotOverlap(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		ctx, svc := context.Background(), planWorld(t, s, 60)
		tests := campaigns.NewProgrammes(svc, s)
		first := programmeOf(t, s, svc, "First", campaigns.ProgrammeRequest{Rule: "clv.residual > 300"})
		taken := first.Record.TreatedGroups + first.Record.ControlGroups
		if taken+first.Record.LeftOut.GlobalControl != 30 {
			t.Fatalf("the first test has %d groups", taken)
		}
		r := campaigns.ProgrammeRequest{Name: "Second", Rule: `country == "DE"`, AsOf: planDay, Block: 3}
		d, err := tests.Draw(ctx, r)
		if rec := d.Programme.Record; err != nil || rec.LeftOut.Programme != taken || rec.ControlGroups < 8 || rec.ControlGroups > 10 || rec.TreatedGroups+rec.ControlGroups+taken+rec.LeftOut.GlobalControl != 60 {
			t.Fatalf("%+v, %v", d.Programme.Record, err)
		}
		_, err = tests.Start(ctx, r, "another", planner)
		wantKind(t, err, postlift.Conflict, "the draw is")
		_, err = tests.Start(ctx, r, d.Programme.Hash, postlift.Person(" "))
		wantKind(t, err, postlift.Invalid, "--by")
		_, err = tests.Draw(ctx, campaigns.ProgrammeRequest{Name: "First", Rule: "true", AsOf: planDay})
		wantKind(t, err, postlift.Conflict, "already")
		stale := d.Programme
		stale.UID, stale.Name = "prg_x", "Third"
		all, err := tests.Draw(ctx, r)
		if err != nil {
			t.Fatal(err)
		}
		members := append(slices.Clone(all.Members), campaigns.ProgrammeMember{AccountID: controlsOf(t, s, first)[0], GroupKey: "x", Block: "x"})
		_, err = s.StartProgramme(ctx, stale, members, planner)
		wantKind(t, err, postlift.Conflict, "another programme test")
		if list, err := tests.Programmes(ctx); err != nil || len(list) != 1 {
			t.Errorf("a refused test is stored: %d, %v", len(list), err)
		}
		if _, err := tests.End(ctx, "First", planDay.AddDays(20), planner); err != nil {
			t.Fatal(err)
		}
		_, err = tests.End(ctx, "First", planDay.AddDays(21), planner)
		wantKind(t, err, postlift.Conflict, "over since")
		later := r
		later.From = planDay.AddDays(21)
		if d, err := tests.Draw(ctx, later); err != nil || d.Programme.Record.LeftOut.Programme != 0 {
			t.Errorf("an ended test holds its groups: %+v, %v", d.Programme.Record.LeftOut, err)
		}
		var events int64
		if err := s.gormR.Table("events").Where("noun = 'programme'").Count(&events).Error; err != nil || events != 2 {
			t.Errorf("%d events, %v", events, err)
		}
	})
}

// mailTreated posts an advertising run to every mailed account of a test and lets those order more.
func mailTreated(t *testing.T, s *Store, p campaigns.Programme, name string, on postlift.Date, extra int64) {
	t.Helper()
	ctx := context.Background()
	must := func(rows ...any) {
		t.Helper()
		for _, row := range rows {
			if err := s.gormW.WithContext(ctx).Create(row).Error; err != nil {
				t.Fatal(err)
			}
		}
	}
	var members []programmeMemberRow
	if err := s.gormR.Where("programme_id = ?", p.ID).Order("account_id").Find(&members).Error; err != nil {
		t.Fatal(err)
	}
	var next int64
	if err := s.gormR.Raw("SELECT COALESCE(MAX(id), 0) + 1 FROM runs").Scan(&next).Error; err != nil {
		t.Fatal(err)
	}
	if next == 1 {
		must(&ruleRow{ID: 1, UID: "rul_1", Name: "everybody"}, &ruleVersionRow{ID: 1, RuleID: 1, Version: 1, Text: "true", Tree: "{}", CreatedAt: testNow}, &vendorRow{ID: 1, UID: "vnd_1", Name: "Print"})
	}
	uid := fmt.Sprint(next)
	must(&campaignRow{ID: next, UID: "cmp_" + uid, Name: name, Class: "advertising", State: "running", Version: 1, CreatedAt: testNow},
		&campaignVersionRow{ID: next, CampaignID: next, Version: 1, Definition: "{}", CreatedAt: testNow},
		&runRow{ID: next, UID: "run_" + uid, CampaignID: next, Step: 1, Pass: 1, Attempt: 1, CampaignVersion: 1, RuleVersionID: 1, DesignVersionID: 1, ScoreRunID: 1, Salt: "x", AsOf: on,
			State: "measuring", PlanHash: "h", Funnel: "{}", Currency: "EUR", InHomeOn: on, WindowDays: 30, Record: `{"piece_cost":{"minor":100,"currency":"EUR"},"global_control_share":0}`, CreatedAt: testNow},
		&batchRow{ID: next, UID: "bt_" + uid, RunID: next, VendorID: 1, State: "posted", CreatedAt: testNow})
	margin := int64(0)
	for i, m := range members {
		account, order := m.AccountID, 2000+37*(m.AccountID%11)
		outcome := "gated"
		if !m.Control {
			outcome = "assigned"
			if i%2 == 0 {
				outcome = "holdout" // of the run's own draw
			}
		}
		must(&choiceRow{RunID: next, AccountID: account, GroupKey: m.GroupKey, Outcome: outcome, Propensity: .5, Contacts: "[]", Features: "{}", PreMarginMinor: m.PreMarginMinor + account})
		if outcome == "assigned" {
			order += extra
			must(&pieceRow{UID: fmt.Sprintf("pc_%d_%d", next, account), RunID: next, CampaignID: next, Step: 1, Pass: 1, Kind: "live", AccountID: &account, RecipientKey: fmt.Sprint(next, account),
				BatchID: next, SeqNo: account, Token: fmt.Sprintf("T%d_%d", next, account), Code: fmt.Sprintf("C%d_%d", next, account), State: "posted", PostedOn: on})
		}
		margin = order
		must(&orderRow{Source: "s", ExternalID: fmt.Sprintf("o%d_%d", next, account), AccountID: account, DocType: "order", PlacedOn: on.AddDays(3), Currency: "EUR", NetMinor: 2 * order, MarginMinor: &margin})
	}
}

// TestProgrammeReportAndAcross follows three campaigns end to end: letters and orders by quarter, cost, net gain, the
// line of a value report, and the three campaigns together.
func TestProgrammeReportAndAcross(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		ctx, svc := context.Background(), planWorld(t, s, 120)
		p := programmeOf(t, s, svc, "Letters", campaigns.ProgrammeRequest{Months: 6})
		for i, month := range []int{1, 2, 4} {
			mailTreated(t, s, p, fmt.Sprintf("Win back %d", i+1), planDay.AddMonths(month), 1000)
		}
		measuring := responses.NewService(s, nil, s.clock, s.ids)
		r, err := measuring.Programme(ctx, "Letters", p.EndsOn)
		if err != nil {
			t.Fatal(err)
		}
		letters := 0
		for _, q := range r.Quarters {
			letters += q.Letters
		}
		if r.Letters != letters || letters == 0 || r.Cost.Minor != int64(letters)*100 || r.Stray != 0 || r.MailedArm.Groups != p.Record.TreatedGroups || r.ControlArm.Groups != p.Record.ControlGroups || r.Blocks < 58 {
			t.Errorf("%d letters (%d in quarters), cost %+v, arms %+v %+v, %d blocks", r.Letters, letters, r.Cost, r.MailedArm, r.ControlArm, r.Blocks)
		}
		if r.Gain == nil || r.Gain.Low.Minor > int64(letters)*1000 || r.Gain.High.Minor < int64(letters)*1000 {
			t.Errorf("gain %+v does not hold the %d that was added", r.Gain, letters*1000)
		}
		if r.Verdict != responses.Works || len(r.Flags) != 1 || r.Flags[0] != responses.Indicative || !strings.Contains(r.Sentence.DE, "Anzeichen") {
			t.Errorf("%s %v %+v", r.Verdict, r.Flags, r.Sentence)
		}
		last := r.Quarters[len(r.Quarters)-1]
		if last.SumNet == nil || *last.SumNet != *r.Net || r.NetAlways.Low.Minor >= r.Net.Low.Minor {
			t.Errorf("last quarter %+v, whole %+v, always %+v", last.SumNet, r.Net, r.NetAlways)
		}
		early, err := measuring.Programme(ctx, "Letters", planDay.AddMonths(2))
		if err != nil || !slices.Contains(early.Flags, responses.Interim) || early.Letters >= letters {
			t.Errorf("early: %v, %d letters, %v", early.Flags, early.Letters, err)
		}
		_, err = measuring.Programme(ctx, "Letters", planDay.AddDays(-1))
		wantKind(t, err, postlift.Conflict, "starts on")
		line, err := measuring.ProgrammeLine(ctx, p.EndsOn)
		if err != nil || line == nil || *line.Net != *r.Net || line.Control != p.Record.ControlGroups || !strings.Contains(line.Text.EN, "Programme test Letters") {
			t.Errorf("line %+v, %v", line, err)
		}
		a, err := measuring.Across(ctx, responses.AcrossRequest{AsOf: p.EndsOn})
		if err != nil {
			t.Fatal(err)
		}
		if len(a.Runs) != 3 || a.Pooled == nil || len(a.Groups) != 1 || a.Groups[0].Name != "Win back" || a.Groups[0].Runs != 3 || a.Total.Letters != letters || len(a.Quarter) < 2 {
			t.Errorf("%d runs, pooled %+v, groups %+v, total %+v, %d quarters, left %+v", len(a.Runs), a.Pooled, a.Groups, a.Total, len(a.Quarter), a.Left)
		}
		sum := int64(0)
		for _, q := range a.Quarter {
			sum += q.Net.Value.Minor
		}
		if d := sum - a.Total.Net.Value.Minor; d < -2 || d > 2 {
			t.Errorf("quarters add up to %d, the total is %d", sum, a.Total.Net.Value.Minor)
		}
		for _, by := range responses.Groupings() {
			if _, err := measuring.Across(ctx, responses.AcrossRequest{AsOf: p.EndsOn, GroupBy: by}); err != nil {
				t.Errorf("by %s: %v", by, err)
			}
		}
		frozen := a.Runs[0]
		u, err := measuring.Read(ctx, frozen.RunID, p.EndsOn, nil)
		if err != nil {
			t.Fatal(err)
		}
		if v := u.Outcomes.CLV.Programme; v == nil || v.Control != p.Record.ControlGroups || v.Until != u.Outcomes.ReadOn {
			t.Errorf("the report's value has the programme's line %+v on %s", v, u.Outcomes.ReadOn)
		}
		u.Net.Value.Minor += 12345
		if err := s.gormW.Exec("INSERT INTO run_readings (run_id, day, due_on, read_on, analysis_version, verdict, document, sha256, created_at, actor) SELECT id, 0, ?, ?, 1, ?, ?, '', ?, '' FROM runs WHERE uid = ?",
			p.EndsOn, p.EndsOn, u.Verdict, string(toJSON(u)), testNow, frozen.RunID).Error; err != nil {
			t.Fatal(err)
		}
		kept, err := measuring.Across(ctx, responses.AcrossRequest{AsOf: p.EndsOn})
		if err != nil || !kept.Runs[0].Frozen || kept.Runs[0].Net.Value.Minor != frozen.Net.Value.Minor+12345 || kept.Runs[1].Frozen {
			t.Errorf("a frozen reading is not taken as it is: %+v, %v", kept.Runs[0], err)
		}
		if before, err := measuring.Across(ctx, responses.AcrossRequest{AsOf: p.EndsOn.AddDays(-1)}); err != nil || before.Runs[0].Frozen {
			t.Errorf("a reading is known before it was taken: %v", err)
		}
		part, err := measuring.Across(ctx, responses.AcrossRequest{AsOf: p.EndsOn, From: planDay.AddMonths(3), Limit: 1})
		if err != nil || len(part.Runs) != 1 || part.Unread != 0 {
			t.Errorf("from a day on: %d runs, %d not read, %v", len(part.Runs), part.Unread, err)
		}
	})
}

// TestGlobalControlSaysWhenItIsTooSmall: a handful of companies arbitrates nothing, and nobody spared is withheld.
func TestGlobalControlSaysWhenItIsTooSmall(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		ctx := context.Background()
		planWorld(t, s, 200)
		margin := int64(4000)
		for i := range 200 {
			id := int64(i + 1)
			for k, on := range []string{"2025-06-01", "2026-02-01"} {
				m := margin + 10*id
				if err := s.gormW.Create(&orderRow{Source: "s", ExternalID: fmt.Sprintf("g%d_%d", k, id), AccountID: id, DocType: "order", PlacedOn: postlift.MustDate(on), Currency: "EUR", NetMinor: 2 * m, MarginMinor: &m}).Error; err != nil {
					t.Fatal(err)
				}
			}
		}
		measuring := responses.NewService(s, nil, s.clock, s.ids)
		r, err := measuring.GlobalControl(ctx, planDay)
		if err != nil {
			t.Fatal(err)
		}
		if n := r.ControlArm.Groups; n == 0 || n > 20 || r.MailedArm.Groups+n != 200 || r.Verdict != responses.NoProof || r.Reason != responses.TooFewControls || !strings.Contains(r.Sentence.EN, "cannot arbitrate") {
			t.Errorf("%d controls of %d: %s %s %q", n, r.MailedArm.Groups+n, r.Verdict, r.Reason, r.Sentence.EN)
		}
	})
}
