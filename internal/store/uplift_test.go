package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"postlift"
	"postlift/responses"
)

// seedRun makes one posted run worked out by hand: four mailed accounts in three groups, two held out in
// two groups, one gated, with letters, orders, credit notes and a contract.
func seedRun(t *testing.T, s *Store) {
	t.Helper()
	day := postlift.MustDate
	ref := func(v int64) *int64 { return &v }
	create := func(rows ...any) {
		t.Helper()
		for _, r := range rows {
			if err := s.gormW.Create(r).Error; err != nil {
				t.Fatal(err)
			}
		}
	}
	accountGroups := []string{"s:1", "s:1", "s:3", "s:4", "s:5", "s:6", "s:7"}
	for i, group := range accountGroups {
		id := int64(i + 1)
		create(
			&accountRow{ID: id, UID: fmt.Sprintf("acc_%d", id), Source: "s", ExternalID: fmt.Sprint(id), Name: "Muster GmbH", GroupKey: group, Status: "active", MatchKey: fmt.Sprintf("AK%d", id)},
			&siteRow{ID: id, UID: fmt.Sprintf("sit_%d", id), Source: "s", ExternalID: fmt.Sprint(id), AccountID: id, Status: "ok", MatchKey: fmt.Sprintf("SK%d", id)},
			&contactRow{ID: id, UID: fmt.Sprintf("con_%d", id), Source: "s", ExternalID: fmt.Sprint(id), AccountID: id, Status: "active", MatchKey: fmt.Sprintf("CK%d", id)})
	}
	create(
		&ruleRow{ID: 1, UID: "rul_1", Name: "all"},
		&ruleVersionRow{ID: 1, RuleID: 1, Version: 1, Text: "true", Tree: "{}", CreatedAt: testNow},
		&designRow{ID: 1, UID: "dsg_1", Name: "winback"},
		&designVersionRow{ID: 1, DesignID: 1, Version: 1, SHA256: "x", Files: "{}", CreatedAt: testNow},
		&scoreRunRow{ID: 1, UID: "scr_1", AsOf: day("2026-02-01"), Currency: "EUR", Params: "{}", Assumptions: "{}", Status: "published", CreatedAt: testNow},
		&campaignRow{ID: 1, UID: "cmp_1", Name: "Spring", Class: "advertising", State: "running", Version: 1, CreatedAt: testNow},
		&campaignVersionRow{ID: 1, CampaignID: 1, Version: 1, Definition: `{"landing_url":"https://example.com/spring"}`, CreatedAt: testNow},
		&runRow{ID: 1, UID: "run_1", CampaignID: 1, Step: 1, Pass: 1, Attempt: 1, CampaignVersion: 1, RuleVersionID: 1, DesignVersionID: 1, ScoreRunID: 1,
			Salt: "salt", AsOf: day("2026-02-01"), State: "measuring", PlanHash: "h", Funnel: "{}", Currency: "EUR", CostMinor: 480,
			InHomeOn: day("2026-03-03"), WindowDays: 30, Record: "{}", CreatedAt: testNow},
		&vendorRow{ID: 1, UID: "vnd_1", Name: "Print"},
		&batchRow{ID: 1, UID: "bt_1", RunID: 1, VendorID: 1, State: "posted", CreatedAt: testNow})
	for i, outcome := range []string{"assigned", "assigned", "assigned", "assigned", "holdout", "holdout", "gated"} {
		id := int64(i + 1)
		c := &choiceRow{RunID: 1, AccountID: id, GroupKey: accountGroups[i], Outcome: outcome, Contacts: "[]", Features: "{}", PreMarginMinor: 1000 * id}
		switch outcome {
		case "gated":
			c.Reason, c.Reasons = "objection", "objection"
		default:
			c.Propensity, c.ExpectedValueMinor, c.CostMinor = .8, 380, 120
		}
		create(c)
	}
	for id := int64(1); id <= 4; id++ {
		create(&pieceRow{ID: id, UID: fmt.Sprintf("pc_%d", id), RunID: 1, CampaignID: 1, Step: 1, Pass: 1, Kind: "live", AccountID: ref(id), SiteID: ref(id), ContactID: ref(id),
			RecipientKey: fmt.Sprint("R", id), BatchID: 1, SeqNo: id, Token: fmt.Sprint("T0KEN", id), Code: fmt.Sprint("C0DE", id), State: "posted", PostedOn: day("2026-03-01")})
	}
	create(&pieceRow{ID: 5, UID: "pc_5", RunID: 1, CampaignID: 1, Step: 1, Pass: 1, Kind: "seed", RecipientKey: "R5", BatchID: 1, SeqNo: 5, Token: "T0KEN5", Code: "C0DE5", State: "posted", PostedOn: day("2026-03-01")})
	order := func(id int64, account int64, on string, net int64, margin *int64, code string) *orderRow {
		return &orderRow{ID: id, Source: "s", ExternalID: fmt.Sprint("o", id), AccountID: account, DocType: "order", PlacedOn: day(on), Currency: "EUR", NetMinor: net, MarginMinor: margin, Code: code}
	}
	credited := order(4, 3, "2026-03-20", 9000, ref(4000), "")
	credited.CreditedMinor, credited.CreditedMarginMinor = -3000, -1500
	foreign := order(9, 4, "2026-03-12", 7000, nil, "")
	foreign.Currency = "SEK"
	create(
		order(1, 1, "2026-03-02", 5000, ref(2000), "tok en1"), // before in-home: by code only, no outcome
		order(2, 1, "2026-03-03", 10000, nil, ""),             // first day; default margin 30 %
		order(3, 2, "2026-04-02", 6000, ref(1000), ""),        // last day
		credited,
		&orderRow{ID: 5, Source: "s", ExternalID: "c5", AccountID: 3, DocType: "credit_note", RefersTo: "o4", PlacedOn: day("2026-03-25"), Currency: "EUR", NetMinor: -3000, MarginMinor: ref(-1500)},
		&orderRow{ID: 6, Source: "s", ExternalID: "c6", AccountID: 5, DocType: "credit_note", RefersTo: "nowhere", PlacedOn: day("2026-03-25"), Currency: "EUR", NetMinor: -1000, MarginMinor: ref(-400)},
		order(7, 5, "2026-03-10", 8000, ref(3000), ""), // held out
		order(8, 6, "2026-04-03", 9999, ref(9999), ""), // a day too late
		foreign,
		order(10, 7, "2026-03-15", 4000, ref(1500), "c0de-2"), // another account brings the code of account 2
		&contractRow{ID: 1, UID: "ctr_1", Source: "s", ExternalID: "k", AccountID: 6, StartedOn: day("2025-03-13"), TermMonths: 12, TermEndsOn: day("2026-03-12"), Currency: "EUR"},
		&contractLineRow{ContractID: 1, LineNo: 1, Quantity: 1, MonthlyFeeMinor: 30000, MonthlyMarginMinor: ref(3043), ValidFrom: day("2025-03-13")})
}

func TestUpliftReadsTheRun(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		seedRun(t, s)
		ctx := context.Background()
		svc := responses.NewService(s, nil, s.clock, s.ids)
		for range 2 { // attribution and report may be repeated
			u, err := svc.Uplift(ctx, "Spring", postlift.MustDate("2026-05-01"), nil)
			if err != nil {
				t.Fatal(err)
			}
			checkSpring(t, u)
		}
		early, err := svc.Uplift(ctx, "cmp_1", postlift.MustDate("2026-03-15"), nil)
		if err != nil {
			t.Fatal(err)
		}
		if early.DaysMeasured != 13 || early.Arms[0].Orders != 1 || early.Flags[0] != responses.Interim {
			t.Errorf("on day 13: %d days, %+v, flags %v", early.DaysMeasured, early.Arms[0], early.Flags)
		}
		if _, err := svc.Uplift(ctx, "Autumn", 0, nil); postlift.KindOf(err) != postlift.NotFound {
			t.Errorf("an unknown campaign gives %v", err)
		}
		if _, err := svc.Uplift(ctx, "Spring", postlift.MustDate("2026-03-02"), nil); postlift.KindOf(err) != postlift.Conflict {
			t.Errorf("before in-home: %v", err)
		}
	})
}

func checkSpring(t *testing.T, u responses.Uplift) {
	t.Helper()
	assigned, holdout := u.Arms[0], u.Arms[1]
	// group s:1: 3000 + 1000; s:3: 4000-1500; s:4: nothing (no rate) = 6500 over 3 groups, 4 accounts
	if assigned.Groups != 3 || assigned.Accounts != 4 || assigned.MeanGroup.Minor != 2167 || assigned.MeanAccount.Minor != 1625 || assigned.Orders != 3 {
		t.Errorf("assigned: %+v", assigned)
	}
	// s:5: 3000-400; s:6: 10 days of 3043 a month (no renewal) = 3043*10/30.4375 = 999.8
	if holdout.Groups != 2 || holdout.MeanGroup.Minor != 1800 || holdout.Orders != 1 {
		t.Errorf("holdout: %+v", holdout)
	}
	if u.Data.Excluded != 1 {
		t.Errorf("%d documents excluded, want the Swedish one", u.Data.Excluded)
	}
	f := u.Accounts
	if f.Matched != 7 || f.Gated != 1 || f.Holdout != 2 || f.Assigned != 4 || f.Reasons["objection"] != 1 {
		t.Errorf("funnel: %+v", f)
	}
	if u.Pieces.Planned != 4 || u.Pieces.Mailed != 4 || u.Pieces.Seeds != 1 || u.Cost.Actual.Minor != 5*120 || u.Cost.Planned.Minor != 480 {
		t.Errorf("pieces %+v, cost %+v", u.Pieces, u.Cost)
	}
	a := u.Attributed
	if a.ByCode.Orders != 2 || a.ByCode.Margin.Minor != 2000+1500 {
		t.Errorf("by code: %+v", a.ByCode)
	}
	if a.ByCustomer.Orders != 3 || a.ByCustomer.Margin.Minor != 3000+1000+2500 {
		t.Errorf("by customer: %+v", a.ByCustomer)
	}
	if a.Holdout.Orders != 1 || a.Holdout.Margin.Minor != 3000 {
		t.Errorf("holdout: %+v", a.Holdout)
	}
	if len(u.Curve) != 31 || u.Curve[30].Assigned != assigned.MeanAccount || u.DataOn != postlift.MustDate("2026-04-03") {
		t.Errorf("curve of %d days ends at %+v; data of %s", len(u.Curve), u.Curve[len(u.Curve)-1], u.DataOn)
	}
	if u.Design.PlannedGain.Minor != 4*500 || u.WindowEndsOn != postlift.MustDate("2026-04-02") {
		t.Errorf("planned %v, window to %s", u.Design.PlannedGain, u.WindowEndsOn)
	}
}

// The later of two overlapping runs takes an order, whichever run is attributed first or again.
// TestUpliftLeavesKeyAccountsOut: account 4, mailed as a key account, is in neither arm, and its letter is no cost of
// the comparison.
func TestUpliftLeavesKeyAccountsOut(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		seedRun(t, s)
		ctx := context.Background()
		svc := responses.NewService(s, nil, s.clock, s.ids)
		read := func() responses.Uplift {
			t.Helper()
			u, err := svc.Uplift(ctx, "Spring", postlift.MustDate("2026-05-01"), nil)
			if err != nil {
				t.Fatal(err)
			}
			return u
		}
		all := read()
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		must(s.gormW.Model(&choiceRow{}).Where("account_id = 4").Updates(map[string]any{"role": "key", "propensity": 1}).Error)
		must(s.gormW.Model(&runRow{}).Where("id = 1").Update("record", jsonText(`{"key_accounts":{"mailed":1,"spared":0,"revenue_share":0.25,"margin_share":0.5}}`)).Error)
		u := read()
		if u.Arms[0].Groups != all.Arms[0].Groups-1 || u.Arms[1].Groups != all.Arms[1].Groups || u.Cost.Printed != all.Cost.Printed-1 ||
			u.Cost.Apart != u.Cost.PerPiece || u.Cost.Actual.Minor != all.Cost.Actual.Minor-u.Cost.PerPiece.Minor {
			t.Errorf("arms %+v, cost %+v", u.Arms, u.Cost)
		}
		if !slices.ContainsFunc(u.Notes, func(n responses.Note) bool { return n.Name == "key_accounts" && strings.Contains(n.Text.EN, "25.0%") }) {
			t.Errorf("notes %+v", u.Notes)
		}
		must(s.gormW.Model(&campaignRow{}).Where("id = 1").Update("class", "contractual").Error)
		if _, err := svc.Uplift(ctx, "Spring", postlift.MustDate("2026-05-01"), nil); postlift.KindOf(err) != postlift.Conflict || !strings.Contains(postlift.UserText(err), "contractual mail") {
			t.Errorf("the uplift of contractual mail: %v", err)
		}
	})
}

func TestAttributionAcrossRuns(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		seedRun(t, s)
		ctx := context.Background()
		second := runRow{}
		if err := s.gormW.First(&second, 1).Error; err != nil {
			t.Fatal(err)
		}
		second.ID, second.UID, second.Pass, second.InHomeOn = 2, "run_2", 2, postlift.MustDate("2026-03-15")
		account := int64(3)
		for _, row := range []any{&second,
			&batchRow{ID: 2, UID: "bt_2", RunID: 2, VendorID: 1, State: "posted", CreatedAt: testNow},
			&choiceRow{RunID: 2, AccountID: 3, GroupKey: "s:3", Outcome: "assigned", Propensity: .8, Contacts: "[]", Features: "{}"},
			&pieceRow{ID: 20, UID: "pc_20", RunID: 2, CampaignID: 1, Step: 1, Pass: 2, Kind: "live", AccountID: &account, ContactID: &account,
				RecipientKey: "R3", BatchID: 2, SeqNo: 1, Token: "T20", Code: "K20", State: "posted", PostedOn: postlift.MustDate("2026-03-13")},
		} {
			if err := s.gormW.Create(row).Error; err != nil {
				t.Fatal(err)
			}
		}
		table := func() string {
			var rows []attributionRow
			if err := s.gormR.Order("order_id").Find(&rows).Error; err != nil {
				t.Fatal(err)
			}
			text := ""
			for _, r := range rows {
				piece := int64(0)
				if r.PieceID != nil {
					piece = *r.PieceID
				}
				text += fmt.Sprintf("%d>%d/%d ", r.OrderID, r.RunID, piece)
			}
			return text
		}
		const want = "1>1/1 2>1/1 3>1/2 4>2/20 7>1/0 10>1/2 "
		for _, order := range [][]int64{{1}, {2}, {1, 2, 1}, {2, 1}} {
			for _, run := range order {
				if _, err := s.AttributeRun(ctx, run, responses.NewPicker); err != nil {
					t.Fatal(err)
				}
			}
			if got := table(); order[0] != 2 && got != want {
				t.Errorf("after %v: %s, want %s", order, got, want)
			}
		}
	})
}

func event(id, kind, code string) responses.Event {
	return responses.Event{Source: "desk", ExternalID: id, Kind: kind, Code: code, At: time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)}
}

func returned(id, code, reason string, day int) responses.Event {
	e := event(id, responses.Return, code)
	e.Reason, e.At = reason, time.Date(2026, 3, day, 12, 0, 0, 0, time.UTC)
	return e
}

// state is everything that events may change, as comparable text.
func state(t *testing.T, s *Store) string {
	t.Helper()
	text := ""
	for _, q := range []string{
		"SELECT uid || ' ' || state || ' ' || reason || ' ' || COALESCE(CAST(returned_on AS TEXT), '') FROM pieces ORDER BY id",
		"SELECT uid || ' ' || status FROM sites ORDER BY id", "SELECT uid || ' ' || status FROM contacts ORDER BY id",
		"SELECT uid || ' ' || status FROM accounts ORDER BY id",
		"SELECT scope || ' ' || match_key || ' ' || reason FROM suppressions ORDER BY 1",
		"SELECT source || ' ' || external_id || ' ' || kind || ' ' || reason FROM responses ORDER BY 1",
	} {
		var lines []string
		if err := s.gormR.Raw(q).Scan(&lines).Error; err != nil {
			t.Fatal(err)
		}
		text += fmt.Sprintln(lines)
	}
	return text
}

var comeBack = []responses.Event{
	event("1", responses.Visit, "TOKEN1"),
	event("2", responses.Call, "c0de-1"),
	event("3", responses.Objection, "CODE2"), // an O for the zero, as people type
	returned("4", "C0DE3", "addressee_unknown", 12),
	returned("5", "C0DE3", "moved_unknown", 11), // arrives later, happened earlier
	returned("6", "C0DE4", "deceased", 12),
	returned("7", "C0DE1", "refused", 12),
	{Source: "s", ExternalID: "8", Kind: responses.Meeting, AccountRef: "5", At: testNow},
}

// The recipient of piece 3 is not at the address: the block stands on that site alone (key of its own),
// because other companies in the building are.
var comeBackState = `[pc_1 returned refused 2026-03-12 pc_2 posted   pc_3 returned moved_unknown 2026-03-11 pc_4 returned deceased 2026-03-12 pc_5 posted  ]
[sit_1 ok sit_2 ok sit_3 undeliverable sit_4 ok sit_5 ok sit_6 ok sit_7 ok]
[con_1 active con_2 active con_3 active con_4 deceased con_5 active con_6 active con_7 active]
[acc_1 active acc_2 active acc_3 active acc_4 active acc_5 active acc_6 active acc_7 active]
[address ` + postlift.MatchKey(testSecret, "address", "id", "sit_3") + ` undeliverable person CK2 objection person CK4 deceased]
[desk 1 visit  desk 2 call  desk 3 objection  desk 4 return addressee_unknown desk 5 return moved_unknown desk 6 return deceased desk 7 return refused s 8 meeting ]
`

func TestSaveResponsesHasItsEffectsOnce(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		seedRun(t, s)
		ctx := context.Background()
		saved, err := s.SaveResponses(ctx, responses.Intake{Events: comeBack, Kind: "responses", File: "a.csv", Read: len(comeBack)}, postlift.Person("desk"))
		if err != nil {
			t.Fatal(err)
		}
		if saved.Inserted != 8 || saved.Returned != 3 || saved.Suppressed != 3 || saved.ObjectionCandidates != 1 || len(saved.Refused) != 0 {
			t.Errorf("saved %+v", saved)
		}
		if got := state(t, s); got != comeBackState {
			t.Errorf("state\n%s, want\n%s", got, comeBackState)
		}
		again, err := s.SaveResponses(ctx, responses.Intake{Events: comeBack}, postlift.System)
		if err != nil {
			t.Fatal(err)
		}
		if again.Duplicates != 8 || again.Inserted+again.Returned+again.Suppressed != 0 || again.Objections != 1 || state(t, s) != comeBackState {
			t.Errorf("a second time %+v, state\n%s", again, state(t, s))
		}
		var notes int64
		if err := s.gormR.Table("events").Where("verb IN ('returned', 'blocked', 'imported')").Count(&notes).Error; err != nil || notes != 3+3+1 {
			t.Errorf("%d events, %v", notes, err)
		}
	})
}

func TestReturnForAWrongAddressBlocksTheAddress(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		seedRun(t, s)
		if _, err := s.SaveResponses(context.Background(), responses.Intake{Events: []responses.Event{returned("1", "C0DE3", "no_such_number", 12)}}, postlift.System); err != nil {
			t.Fatal(err)
		}
		if got := state(t, s); !strings.Contains(got, "[address SK3 undeliverable]") {
			t.Errorf("no house of that number, and others may still be mailed there: %s", got)
		}
	})
}

func TestSaveResponsesIgnoresTheOrderOfArrival(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		seedRun(t, s)
		for i := len(comeBack) - 1; i >= 0; i-- {
			if _, err := s.SaveResponses(context.Background(), responses.Intake{Events: comeBack[i : i+1]}, postlift.System); err != nil {
				t.Fatal(err)
			}
		}
		if got := state(t, s); got != comeBackState {
			t.Errorf("backwards the state is\n%s, want\n%s", got, comeBackState)
		}
	})
}

func TestSaveResponsesRefuses(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		seedRun(t, s)
		ctx := context.Background()
		if err := s.gormW.Model(&pieceRow{}).Where("id = 4").Update("state", "sealed").Error; err != nil {
			t.Fatal(err)
		}
		control := map[string]any{"kind": "seed", "account_id": nil, "site_id": nil, "contact_id": nil}
		if err := s.gormW.Model(&pieceRow{}).Where("id = 5").Updates(control).Error; err != nil {
			t.Fatal(err)
		}
		saved, err := s.SaveResponses(ctx, responses.Intake{Events: []responses.Event{
			event("1", responses.Call, "NOSUCH"),
			returned("2", "C0DE4", "vacant", 12),
			{Source: "s", ExternalID: "3", Kind: responses.Call, AccountRef: "99", At: testNow},
			event("4", responses.Call, "C0DE1"),
			event("4", responses.Fax, "C0DE1"),
			{Source: "s", ExternalID: "5", Kind: responses.Call, Code: "NOSUCH", AccountRef: "1", At: testNow},
			event("6", responses.Objection, "C0DE5"),
		}}, postlift.System)
		if err != nil {
			t.Fatal(err)
		}
		for i, rule := range map[int]string{0: "reference", 1: "not_sent", 2: "reference", 4: "already_recorded", 6: "nobody"} {
			if saved.Refused[i].Rule != rule {
				t.Errorf("event %d: %+v, want %s", i, saved.Refused[i], rule)
			}
		}
		if saved.Inserted != 2 || saved.UnknownCodes != 1 {
			t.Errorf("saved %+v", saved)
		}
		dry, err := s.SaveResponses(ctx, responses.Intake{Events: []responses.Event{event("9", responses.Objection, "C0DE1")}, DryRun: true}, postlift.System)
		if err != nil || dry.Inserted != 1 || dry.Suppressed != 1 {
			t.Errorf("dry run: %+v, %v", dry, err)
		}
		var n int64
		if err := s.gormR.Table("suppressions").Count(&n).Error; err != nil || n != 0 {
			t.Errorf("a dry run left %d suppressions, %v", n, err)
		}
	})
}

func TestRecordVisit(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		seedRun(t, s)
		svc := responses.NewService(s, nil, s.clock, s.ids)
		before := state(t, s)
		for i, id := range []string{"", "", "same", "same"} {
			url, err := svc.RecordVisit(context.Background(), "token1", testNow, id)
			if err != nil || url != "https://example.com/spring" {
				t.Fatalf("visit %d: %q, %v", i, url, err)
			}
		}
		var n int64
		if err := s.gormR.Table("responses").Where("kind = 'visit' AND piece_id = 1").Count(&n).Error; err != nil || n != 3 {
			t.Errorf("%d visits, %v", n, err)
		}
		if err := s.gormW.Exec("DELETE FROM responses").Error; err != nil {
			t.Fatal(err)
		}
		if state(t, s) != before {
			t.Error("a visit changed more than the visits")
		}
		if _, err := svc.RecordVisit(context.Background(), "nobody", testNow, ""); postlift.KindOf(err) != postlift.NotFound {
			t.Errorf("an unknown token gives %v", err)
		}
	})
}

const returnsFile = `Ereignis;Datum;Code;Grund
RET-1;12.03.2026;C0DE3;Empfänger unbekannt
RET-2;13.03.2026;c0de-4;Annahme verweigert
RET-3;2026-03-14;C0DE1;verglüht
RET-4;14.03.2026;NOSUCH;verstorben
RET-5;14.03.2099;C0DE1;verstorben
`

const responsesFile = `external_id,date,kind,code,account_id,note
1,2026-03-10T23:30:00+01:00,Anruf,C0DE1,,wants a price list
2,2026-03-11,Widerspruch,C0DE2,,
3,2026-03-11,call,,1,
`

// puller counts how often unsent letters were pulled.
type puller struct{ calls int }

func (p *puller) PullSuppressed(context.Context, postlift.Actor) (int, error) {
	p.calls++
	return 2, nil
}

func TestImportOfAnswersAndReturns(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		seedRun(t, s)
		ctx, pull := context.Background(), &puller{}
		svc := responses.NewService(s, pull, s.clock, s.ids)
		load := func(kind, text string, dry bool) (responses.ImportReport, string) {
			t.Helper()
			var rejects strings.Builder
			r, err := svc.Import(ctx, responses.ImportRequest{Kind: kind, File: kind + ".csv", Reader: strings.NewReader(text), Source: "s",
				Rejects: &rejects, DryRun: dry, Actor: postlift.Person("desk")})
			if err != nil {
				t.Fatal(err)
			}
			return r, rejects.String()
		}
		before := state(t, s)
		if r, _ := load("returns", returnsFile, true); r.Inserted != 2 || r.Returned != 2 || state(t, s) != before || pull.calls != 0 {
			t.Errorf("a dry run: %+v, pulled %d times", r, pull.calls)
		}
		r, rejects := load("returns", returnsFile, false)
		if r.Rows != 5 || r.Inserted != 2 || r.Rejected != 3 || r.Suppressed != 1 || r.ObjectionCandidates != 1 || r.Withdrawn != 2 {
			t.Errorf("returns: %+v", r)
		}
		for _, want := range []string{"4,reason,unknown,verglüht,", "5,code,reference,NOSUCH,", "6,date,future,2099-03-14,"} {
			if !strings.Contains(rejects, want) {
				t.Errorf("the rejects lack %s:\n%s", want, rejects)
			}
		}
		if r, _ = load("responses", responsesFile, false); r.Inserted != 3 || r.Objections != 1 || r.Suppressed != 1 || pull.calls != 2 {
			t.Errorf("responses: %+v, pulled %d times", r, pull.calls)
		}
		after := state(t, s)
		if r, _ = load("responses", responsesFile, false); r.Duplicates != 3 || r.Inserted != 0 || state(t, s) != after || pull.calls != 3 {
			t.Errorf("a second time: %+v, pulled %d times", r, pull.calls)
		}
		var at time.Time
		if err := s.gormR.Raw("SELECT occurred_at FROM responses WHERE source = 's' AND external_id = '1'").Scan(&at).Error; err != nil || !at.Equal(time.Date(2026, 3, 10, 22, 30, 0, 0, time.UTC)) {
			t.Errorf("the call was at %s, %v", at, err)
		}
		u, err := svc.Uplift(ctx, "Spring", postlift.MustDate("2026-05-01"), nil)
		if err != nil || u.Answers.Answered != 1 || u.Answers.Objections != 1 || u.Pieces.Returned != 2 || u.Arms[0].Accounts != 4 {
			t.Errorf("answers %+v, pieces %+v, %v", u.Answers, u.Pieces, err)
		}
		_, err = svc.Import(ctx, responses.ImportRequest{Kind: "returns", File: "x.csv", Reader: strings.NewReader("a;b\n1;2\n"), Source: "s"})
		if postlift.KindOf(err) != postlift.Invalid || state(t, s) != after {
			t.Errorf("a file of another kind: %v", err)
		}
	})
}
