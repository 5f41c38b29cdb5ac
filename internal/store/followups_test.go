package store

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"postlift"
	"postlift/campaigns"
	"postlift/migrations"
	"postlift/responses"
)

// seedFollowUps makes seedRun's run one of letter and call: accounts 1 and 2 belong to Ada, 3, 4 and the held-out 5 to
// Ben. The letters came in home on Tuesday, 3 March 2026, and are due on Thursday.
func seedFollowUps(t *testing.T, s *Store) *responses.Service {
	t.Helper()
	seedRun(t, s)
	for i, name := range []string{"Ada", "Ben"} {
		id := int64(i + 1)
		if err := s.gormW.Create(&employeeRow{ID: id, UID: fmt.Sprintf("emp_%d", id), Source: "s", ExternalID: fmt.Sprint("E", id), FirstName: name, LastName: "Muster", Active: true}).Error; err != nil {
			t.Fatal(err)
		}
	}
	execSQL(t, s, "UPDATE accounts SET owner_id = 1 WHERE id IN (1, 2)")
	execSQL(t, s, "UPDATE accounts SET owner_id = 2 WHERE id IN (3, 4, 5)")
	execSQL(t, s, "UPDATE contacts SET first_name = 'Kim', last_name = 'Beispiel', phone = '+49 30 555' WHERE id = 1")
	execSQL(t, s, `UPDATE runs SET record = '{"treatment": "letter_and_call"}'`)
	execSQL(t, s, "UPDATE batches SET in_home_on = '2026-03-03'")
	return responses.NewService(s, nil, s.clock, s.ids)
}

func execSQL(t *testing.T, s *Store, statement string, args ...any) {
	t.Helper()
	if err := s.gormW.Exec(statement, args...).Error; err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

func callStates(list responses.FollowUpList) string {
	var out []string
	for _, f := range list.Items {
		out = append(out, fmt.Sprintf("%s %s %s", f.AccountUID, f.State, f.DueOn))
	}
	return strings.Join(out, "; ")
}

func TestFollowUpsOfAnOwner(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		ctx, day, by := context.Background(), postlift.MustDate, postlift.Person("Ada Muster")
		svc := seedFollowUps(t, s)
		ask := func(owner, on string) responses.FollowUpList {
			t.Helper()
			list, err := svc.FollowUps(ctx, owner, day(on))
			if err != nil {
				t.Fatal(err)
			}
			return list
		}
		for _, c := range []struct{ owner, on, want string }{
			{"ada muster", "2026-03-02", ""},
			{"ada muster", "2026-03-04", "acc_1 later 2026-03-05; acc_2 later 2026-03-05"},
			{"E1", "2026-03-05", "acc_1 due 2026-03-05; acc_2 due 2026-03-05"},
			{"emp_2", "2026-03-05", "acc_3 due 2026-03-05; acc_4 due 2026-03-05"},
			{"", "2026-03-05", "acc_1 due 2026-03-05; acc_2 due 2026-03-05; acc_3 due 2026-03-05; acc_4 due 2026-03-05"},
			{"E1", "2026-04-18", "acc_1 lapsed ; acc_2 lapsed "},
		} {
			if got := callStates(ask(c.owner, c.on)); got != c.want {
				t.Errorf("%s on %s sees %q, want %q", c.owner, c.on, got, c.want)
			}
		}
		f := ask("E1", "2026-03-05").Items[0]
		if f.Contact != "Kim Beispiel" || f.Phone != "+49 30 555" || f.Code != "C0DE-1" || f.Campaign != "Spring" || f.Design != "winback" || f.BatchUID != "bt_1" || f.Letters != 1 || f.Owner.Name != "Ada Muster" {
			t.Errorf("the letter is told as %+v", f)
		}
		ada := responses.Owner{ID: 1}
		report := func(r responses.CallResult) error { return svc.RecordCall(ctx, r, &ada, by) }
		for range 2 { // the same result again changes nothing
			for _, r := range []responses.CallResult{
				{ID: "1", PieceUID: "pc_1", Result: responses.NotReached, On: day("2026-03-06")},
				{ID: "2", PieceUID: "pc_2", Result: responses.Meeting, On: day("2026-03-06"), Note: "on the 20th"},
			} {
				if err := report(r); err != nil {
					t.Fatal(err)
				}
			}
		}
		if got, want := callStates(ask("E1", "2026-03-06")), "acc_1 later 2026-03-09; acc_2 done "; !strings.HasPrefix(got, want) {
			t.Errorf("after the calls: %q, want %q", got, want)
		}
		if a := ask("E1", "2026-03-09").Items; a[0].State != responses.CallDue || a[0].Calls != 1 || len(a[1].Answers) != 1 || a[1].Answers[0].Kind != responses.Meeting || a[1].Notes[0].Text != "on the 20th" {
			t.Errorf("on Monday: %+v", a)
		}
		if err := report(responses.CallResult{ID: "3", PieceUID: "pc_1", Result: responses.Reached, On: day("2026-03-09"), NextOn: day("2026-03-20")}); err != nil {
			t.Fatal(err)
		}
		if got := callStates(ask("E1", "2026-03-10")); !strings.HasPrefix(got, "acc_1 later 2026-03-20") {
			t.Errorf("to be called again: %q", got)
		}
		for _, bad := range []struct {
			r    responses.CallResult
			kind postlift.Kind
		}{
			{responses.CallResult{ID: "1", PieceUID: "pc_1", Result: responses.Reached, On: day("2026-03-06")}, postlift.Conflict},
			{responses.CallResult{ID: "9", PieceUID: "pc_3", Result: responses.Reached}, postlift.NotFound}, // Ben's
			{responses.CallResult{ID: "9", PieceUID: "pc_5", Result: responses.Reached}, postlift.NotFound}, // a control address
			{responses.CallResult{ID: "9", PieceUID: "pc_1", Result: "won"}, postlift.Invalid},
			{responses.CallResult{ID: "9", PieceUID: "pc_1", Result: responses.Reached, On: day("2026-06-02")}, postlift.Invalid},
			{responses.CallResult{ID: "9", PieceUID: "pc_1", Result: responses.Reached, On: day("2026-01-02")}, postlift.Invalid},
			{responses.CallResult{ID: "9", PieceUID: "pc_1", Result: responses.Reached, On: day("2026-03-06"), NextOn: day("2026-03-06")}, postlift.Invalid},
			{responses.CallResult{ID: "9", PieceUID: "pc_1", Result: responses.Reached, Note: strings.Repeat("x", 2001)}, postlift.Invalid},
			{responses.CallResult{PieceUID: "pc_1", Result: responses.Reached}, postlift.Invalid},
			{responses.CallResult{ID: "9", PieceUID: "pc_1\x00", Result: responses.Reached}, postlift.NotFound},
			{responses.CallResult{ID: "9", PieceUID: "pc_\xff", Result: responses.Reached}, postlift.NotFound},
		} {
			if err := report(bad.r); postlift.KindOf(err) != bad.kind {
				t.Errorf("%+v gives %v, want %s", bad.r, err, bad.kind)
			}
		}
		if err := svc.RecordCall(ctx, responses.CallResult{ID: "4", PieceUID: "pc_3", Result: responses.Objection, On: day("2026-03-06")}, nil, by); err != nil {
			t.Fatal(err)
		}
		if got := callStates(ask("E2", "2026-03-09")); !strings.Contains(got, "acc_3 blocked") || !strings.Contains(got, "acc_4 due") {
			t.Errorf("after the objection: %q", got)
		}
		if n := countSQL(t, s, "SELECT COUNT(*) FROM suppressions WHERE reason = 'objection' AND contact_id = 3"); n != 1 {
			t.Errorf("%d blocks after the objection, want 1", n)
		}
		owners, err := svc.FollowUpOwners(ctx, day("2026-03-09"))
		if err != nil || len(owners) != 2 || owners[0].Counts[responses.CallDue] != 1 || owners[1].Counts[responses.CallDue] != 0 && owners[0].Counts[responses.CallDue] < owners[1].Counts[responses.CallDue] {
			t.Errorf("owners: %+v, %v", owners, err)
		}
		summary, err := svc.FollowUpOf(ctx, responses.MeasuredRun{ID: 1}, day("2026-03-31"))
		if err != nil || summary.Accounts != 4 || summary.Due != 4 || summary.Called != 3 || summary.Reached != 3 || summary.Meetings != 1 || summary.Objections != 1 || *summary.Share != .75 || summary.Warning != nil {
			t.Errorf("summary %+v, %v", summary, err)
		}
		execSQL(t, s, "UPDATE runs SET record = '{}'")
		summary, err = svc.FollowUpOf(ctx, responses.MeasuredRun{ID: 1}, day("2026-03-31"))
		if err != nil || summary.Treatment != campaigns.TreatmentLetter || summary.Due != 0 || summary.Warning == nil || !strings.Contains(summary.Warning.EN, "3 of 4") {
			t.Errorf("letters alone, called: %+v, %v", summary, err)
		}
		if got := ask("E1", "2026-03-09").Items; got[0].State != responses.Information || !got[0].DueOn.IsZero() {
			t.Errorf("letters alone put somebody on the list to call: %+v", got[0])
		}
	})
}

func countSQL(t *testing.T, s *Store, query string, args ...any) (n int) {
	t.Helper()
	if err := s.gormR.Raw(query, args...).Scan(&n).Error; err != nil {
		t.Fatal(err)
	}
	return n
}

// TestOwnersCannotSeeWhoIsHeldOut compares what an owner is shown under two plans that differ only in who is held out, and
// under one in which the campaign never touched those accounts.
func TestOwnersCannotSeeWhoIsHeldOut(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		ctx := context.Background()
		svc := seedFollowUps(t, s)
		execSQL(t, s, "UPDATE accounts SET owner_id = 2 WHERE id IN (6, 7)")
		shown := func() string {
			t.Helper()
			list, err := svc.FollowUps(ctx, "Ben Muster", postlift.MustDate("2026-03-09"))
			if err != nil {
				t.Fatal(err)
			}
			owners, err := svc.FollowUpOwners(ctx, postlift.MustDate("2026-03-09"))
			if err != nil {
				t.Fatal(err)
			}
			raw, err := json.Marshal([]any{list, owners})
			if err != nil {
				t.Fatal(err)
			}
			return string(raw)
		}
		first := shown()
		if !strings.Contains(first, "acc_3") || strings.Contains(first, "acc_5") || strings.Contains(first, "holdout") {
			t.Errorf("the list is %s", first)
		}
		for _, plan := range []string{
			"UPDATE choices SET outcome = 'over_cap' WHERE account_id = 5",
			"UPDATE choices SET outcome = 'holdout', reason = '', reasons = '' WHERE account_id IN (5, 7)",
			"DELETE FROM choices WHERE account_id IN (5, 6, 7)",
		} {
			execSQL(t, s, plan)
			if now := shown(); now != first {
				t.Errorf("after %q the owner sees\n%s\nbefore\n%s", plan, now, first)
			}
		}
		for _, account := range []string{"acc_5", "acc_6", "acc_7"} { // nor can one ask by reporting
			err := svc.RecordCall(ctx, responses.CallResult{ID: "x", PieceUID: account, Result: responses.Reached}, nil, postlift.System)
			if postlift.KindOf(err) != postlift.NotFound {
				t.Errorf("a result for %s gives %v", account, err)
			}
		}
	})
}

func TestSalesLinks(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		ctx, by := context.Background(), postlift.Person("Lee")
		svc := seedFollowUps(t, s)
		first, err := svc.SalesLink(ctx, "Ada Muster", false, by)
		if err != nil || len(first.Key) != 26 || first.Path != "/sales/"+first.Key || first.Epoch != 1 {
			t.Fatalf("%+v, %v", first, err)
		}
		again, err := svc.SalesLink(ctx, "emp_1", false, by)
		if err != nil || again.Key != first.Key {
			t.Errorf("asked again: %+v, %v", again, err)
		}
		if o, err := svc.SalesOwner(ctx, strings.ToLower(first.Key)); err != nil || o.UID != "emp_1" {
			t.Errorf("the key finds %+v, %v", o, err)
		}
		renewed, err := svc.SalesLink(ctx, "emp_1", true, by)
		if err != nil || renewed.Key == first.Key || renewed.Epoch != 2 {
			t.Errorf("renewed: %+v, %v", renewed, err)
		}
		other, err := svc.SalesLink(ctx, "E2", false, by)
		if err != nil || other.Key == renewed.Key {
			t.Errorf("of another owner: %+v, %v", other, err)
		}
		for _, key := range []string{first.Key, "", "emp_1", strings.Repeat("A", 26)} {
			if _, err := svc.SalesOwner(ctx, key); postlift.KindOf(err) != postlift.NotFound {
				t.Errorf("key %q gives %v", key, err)
			}
		}
		execSQL(t, s, "UPDATE employees SET active = FALSE WHERE id = 1")
		if _, err := svc.SalesOwner(ctx, renewed.Key); postlift.KindOf(err) != postlift.NotFound {
			t.Errorf("a former employee's key gives %v", err)
		}
		if _, err := svc.SalesLink(ctx, "Muster", false, by); err != nil { // only Ben is left
			t.Error(err)
		}
		if n := countSQL(t, s, "SELECT COUNT(*) FROM sales_links WHERE key_sha256 = ?", first.Key); n != 0 {
			t.Error("a key is stored as it is")
		}
	})
}

func TestEntryFindsWhomSomebodyIs(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		ctx := context.Background()
		svc := seedFollowUps(t, s)
		for id, name := range map[int]string{1: "Müller & Söhne GmbH", 2: "MÜLLER Werkzeuge", 3: "Große_Halle AG", 4: "Nord 100% Holz", 6: "Stahl Mueller KG"} {
			execSQL(t, s, "UPDATE accounts SET name = ? WHERE id = ?", name, id)
		}
		execSQL(t, s, "UPDATE pieces SET code = 'K7M29QXP4TB' WHERE id = 2")
		execSQL(t, s, "UPDATE sites SET city = 'Town ' || id")
		for text, want := range map[string]string{
			"k7m2-9qxp-4tb": "acc_2/pc_2", "müller": "acc_1/pc_1 acc_2/pc_2", "MUELLER w": "acc_2/pc_2", "söhne": "acc_1/pc_1", "mueller soehne": "acc_1/pc_1",
			"grosse_h": "acc_3/pc_3", "nord 100%": "acc_4/pc_4", "0%": "", "_": "", "6": "", "kg": "acc_6/", "acc_5": "acc_5/", "stahl": "acc_6/", "nobody": "", "'; DROP TABLE x": "",
		} {
			found, err := svc.FindEntry(ctx, text)
			if len([]rune(text)) < 2 {
				if postlift.KindOf(err) != postlift.Invalid {
					t.Errorf("%q gives %v", text, err)
				}
				continue
			}
			var got []string
			for _, m := range found {
				got = append(got, m.AccountUID+"/"+m.PieceUID)
				if m.Place != "Town "+strings.TrimPrefix(m.AccountUID, "acc_") {
					t.Errorf("%s lies in %q", m.AccountUID, m.Place)
				}
			}
			if err != nil || strings.Join(got, " ") != want {
				t.Errorf("%q finds %v, %v, want %q", text, got, err, want)
			}
		}
		explain := "EXPLAIN "
		if s.dialect == migrations.SQLite {
			explain = "EXPLAIN QUERY PLAN "
		} else {
			execSQL(t, s, "SET enable_seqscan = off")
		}
		plan := planSQL(t, s, explain+"SELECT a.id FROM accounts a WHERE "+s.searchedName()+" >= 'mue' AND "+s.searchedName()+" < 'muf'")
		if !strings.Contains(plan, "accounts_search") {
			t.Errorf("the search of names does not use its index: %s", plan)
		}
	})
}

// The letters of other runs are not gone through, and an account's others are found by the account: by the run, a list
// would take the square of what the run mailed.
func TestFollowUpsAreFoundByRunAndAccount(t *testing.T) {
	s := openTest(t, filepath.Join(t.TempDir(), "test.db"))
	for _, query := range []string{"SELECT p.id" + followUpFrom, "SELECT (SELECT COUNT(*)" + ownLetters + ") FROM pieces p"} {
		plan := planSQL(t, s, "EXPLAIN QUERY PLAN "+strings.ReplaceAll(query, "?", "'2026-03-03'"))
		if !strings.Contains(plan, "SEARCH y USING INDEX pieces_account (account_id=?)") || strings.Contains(query, "runs r") && !strings.Contains(plan, "SEARCH p USING INDEX pieces_run (run_id=?") {
			t.Errorf("%s\n%s", query, plan)
		}
	}
}

func planSQL(t *testing.T, s *Store, query string) string {
	t.Helper()
	rows, err := s.queryRead(context.Background(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for rows.Next() {
		values, into := make([]string, len(columns)), make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			t.Fatal(err)
		}
		all = append(all, values...)
	}
	must(t, rows.Err())
	return strings.Join(all, " ")
}

func TestQuickEntry(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		ctx, by, on := context.Background(), postlift.Person("Lee"), postlift.MustDate("2026-03-10")
		svc := seedFollowUps(t, s)
		for range 2 {
			for i, kind := range responses.EntryKinds() {
				if err := svc.Enter(ctx, responses.Entry{ID: fmt.Sprint("p", i), PieceUID: "pc_1", Kind: kind, On: on, Note: "asked\x00 for\r\nmore"}, by); err != nil {
					t.Fatalf("%s: %v", kind, err)
				}
			}
			if err := svc.Enter(ctx, responses.Entry{ID: "a", AccountUID: "acc_5", Kind: responses.Call, On: on}, by); err != nil {
				t.Fatal(err)
			}
		}
		if n := countSQL(t, s, "SELECT COUNT(*) FROM responses"); n != len(responses.EntryKinds()) {
			t.Errorf("%d responses", n)
		}
		if n := countSQL(t, s, "SELECT COUNT(*) FROM followups WHERE result = 'note' AND account_id = 1 AND actor = 'Lee'"); n != 1 {
			t.Errorf("%d notes", n)
		}
		if n := countSQL(t, s, "SELECT COUNT(*) FROM responses WHERE account_id = 5 AND piece_id IS NULL AND kind = 'call'"); n != 1 {
			t.Errorf("%d calls of an account without a letter", n)
		}
		for _, bad := range []responses.Entry{
			{PieceUID: "pc_1", Kind: responses.Call}, {ID: "x", PieceUID: "pc_9", Kind: responses.Call}, {ID: "x", AccountUID: "acc\x00", Kind: responses.Call}, {ID: "x", AccountUID: "nobody", Kind: responses.Call}, {ID: "x", Kind: responses.Call},
			{ID: "x", PieceUID: "pc_1", Kind: responses.Visit}, {ID: "x", PieceUID: "pc_1", Kind: responses.Return}, {ID: "x", PieceUID: "pc_1", Kind: responses.Noted},
			{ID: "x", PieceUID: "pc_1", Kind: responses.Call, On: postlift.MustDate("2026-06-03")}, {ID: "x", PieceUID: "pc_5", Kind: responses.Noted, Note: "n"}, {ID: "x", PieceUID: "pc_5", Kind: responses.Objection},
		} {
			if err := svc.Enter(ctx, bad, by); err == nil || postlift.KindOf(err) == postlift.Internal {
				t.Errorf("%+v gives %v", bad, err)
			}
		}
	})
}

func TestLandingPageAndReply(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		ctx := context.Background()
		svc := seedFollowUps(t, s)
		page, err := svc.LandingPage(ctx, "t0ken1")
		if err != nil || page.BuiltIn {
			t.Fatalf("a campaign with an address of its own: %+v, %v", page, err)
		}
		if err := svc.Reply(ctx, "T0KEN1", responses.Reply{ID: "f1", At: testNow, Want: "quote"}); postlift.KindOf(err) != postlift.NotFound {
			t.Errorf("a reply without a page gives %v", err)
		}
		execSQL(t, s, `UPDATE campaign_versions SET definition = '{"landing_url": "http://localhost:8080/l/", "landing": {"built_in": true, "title": {"en": "Hello"}, "text": {"en": "T"}, "ask": ["quote", "callback"]}}'`)
		page, err = svc.LandingPage(ctx, "t0ken1")
		if err != nil || !page.BuiltIn || page.Title.EN != "Hello" || page.PieceUID != "pc_1" {
			t.Fatalf("%+v, %v", page, err)
		}
		for range 3 {
			if err := svc.Reply(ctx, "T0KEN1", responses.Reply{ID: "f1", At: testNow, Want: "quote", Phone: "030 555", Message: "bitte\x00 bald"}); err != nil {
				t.Fatal(err)
			}
		}
		var row responseRow
		if err := s.gormR.First(&row, "source = 'landing'").Error; err != nil {
			t.Fatal(err)
		}
		note, err := noteText(row.Detail)
		if err != nil || row.Kind != responses.Form || row.Reason != "quote" || note != "phone: 030 555\nmessage: bitte bald" || *row.PieceID != 1 || *row.AccountID != 1 {
			t.Errorf("kept as %+v, %q, %v", row, note, err)
		}
		if n := countSQL(t, s, "SELECT COUNT(*) FROM responses"); n != 1 {
			t.Errorf("one form sent three times is %d responses", n)
		}
		for _, bad := range []responses.Reply{{ID: "f2", At: testNow, Want: "meeting"}, {ID: "f2", At: testNow}, {At: testNow, Want: "quote"}, {ID: "f2", At: testNow, Want: "quote", Phone: strings.Repeat("1", 61)}} {
			if err := svc.Reply(ctx, "T0KEN1", bad); postlift.KindOf(err) != postlift.Invalid {
				t.Errorf("%+v gives %v", bad, err)
			}
		}
		if err := svc.EraseReply(ctx, row.UID, postlift.Person("Lee")); err != nil {
			t.Fatal(err)
		}
		if n := countSQL(t, s, "SELECT COUNT(*) FROM responses WHERE detail IS NULL AND kind = 'form'"); n != 1 {
			t.Error("the words are not erased, or the response is")
		}
		if err := svc.EraseReply(ctx, "rsp_x", postlift.Person("Lee")); postlift.KindOf(err) != postlift.NotFound {
			t.Errorf("an unknown response: %v", err)
		}
		for range 2 {
			if err := svc.ReplyObjection(ctx, "T0KEN2", "o1", testNow); err != nil {
				t.Fatal(err)
			}
		}
		if n := countSQL(t, s, "SELECT COUNT(*) FROM suppressions WHERE reason = 'objection' AND contact_id = 2"); n != 1 {
			t.Errorf("%d blocks after an objection on the page", n)
		}
		if err := svc.Reply(ctx, "NOTOKEN", responses.Reply{ID: "f3", At: testNow, Want: "quote"}); postlift.KindOf(err) != postlift.NotFound {
			t.Errorf("an unknown token gives %v", err)
		}
	})
}
