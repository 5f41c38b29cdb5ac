package store

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"postlift"
	"postlift/accounts"
	"postlift/migrations"
	"postlift/responses"
)

// Whoever objected is not to be called: neither at the letter that was answered nor at one that went to the same person,
// or the same company, in another record.
func TestObjectionsStopCallsAboutEveryRecordOfAPerson(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		ctx, day, by := context.Background(), postlift.MustDate, postlift.Person("Ben Muster")
		svc := seedFollowUps(t, s)
		execSQL(t, s, "UPDATE contacts SET match_key = 'same person' WHERE id IN (3, 4)")
		execSQL(t, s, "UPDATE accounts SET match_key = 'same company' WHERE id IN (1, 2)")
		if err := svc.RecordCall(ctx, responses.CallResult{ID: "1", PieceUID: "pc_4", Result: responses.Objection, On: day("2026-03-06")}, nil, by); err != nil {
			t.Fatal(err)
		}
		execSQL(t, s, `INSERT INTO suppressions (uid, scope, match_key, reason, account_id, received_on, effective_on, channel, source)
			VALUES ('sup_c', 'account', 'same company', 'objection', 1, '2026-03-05', '2026-03-05', 'import', 's')`)
		list, err := svc.FollowUps(ctx, "", day("2026-03-09"))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range list.Items {
			if f.State != responses.CallBlocked {
				t.Errorf("%s is %s after an objection", f.AccountUID, f.State)
			}
		}
		owners, err := svc.FollowUpOwners(ctx, day("2026-03-09"))
		if err != nil || len(owners) != 2 {
			t.Fatalf("%+v, %v", owners, err)
		}
		for _, o := range owners {
			if o.Counts[responses.CallBlocked] != 2 {
				t.Errorf("%s: %v", o.Name, o.Counts)
			}
		}
		execSQL(t, s, "UPDATE suppressions SET until_on = '2026-03-07' WHERE uid = 'sup_c'") // over
		list, err = svc.FollowUps(ctx, "E1", day("2026-03-09"))
		if err != nil || list.Items[0].State != responses.CallDue || list.Items[1].State != responses.CallDue {
			t.Errorf("after its end: %s, %v", callStates(list), err)
		}
	})
}

// What is erased is gone from every table that holds it: a call's note stands with the call and with the event, a
// return's with the event and its task.
func TestErasedWordsAreNowhere(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		ctx, by := context.Background(), postlift.Person("Lee")
		seedPost(t, s, 20)
		svc := responses.NewService(s, nil, s.clock, s.ids)
		const words = "SECRET words of Kim"
		execSQL(t, s, "UPDATE batches SET in_home_on = '2026-03-03'")
		if err := svc.RecordCall(ctx, responses.CallResult{ID: "1", PieceUID: "pc_1001", Result: responses.Meeting, On: postlift.MustDate("2026-03-06"), Note: words}, nil, by); err != nil {
			t.Fatal(err)
		}
		if err := svc.Enter(ctx, responses.Entry{ID: "2", PieceUID: "pc_1002", Kind: responses.Noted, On: postlift.MustDate("2026-03-06"), Note: words}, by); err != nil {
			t.Fatal(err)
		}
		for _, e := range []responses.Event{
			{Source: "post", ExternalID: "3", Kind: responses.Return, PieceUID: "pc_1003", Reason: "addressee_unknown", Note: words, Told: responses.Told{Successor: words}},
			{Source: "desk", ExternalID: "4", Kind: responses.Call, Who: whoever("SECRET GmbH", "10000"), Note: words},
		} {
			e.At = testNow
			if _, err := svc.Record(ctx, e, by); err != nil && postlift.KindOf(err) != postlift.Invalid {
				t.Fatal(err)
			}
		}
		tasks, err := svc.Tasks(ctx, false)
		if err != nil || len(tasks) != 2 {
			t.Fatalf("%+v, %v", tasks, err)
		}
		if _, err := svc.DecideTask(ctx, tasks[0].ID, responses.TaskDecision{Decision: responses.TaskDone, Note: words}, by); err != nil {
			t.Fatal(err)
		}
		secrets := func() (n int) {
			t.Helper()
			for _, from := range []string{"detail FROM responses", "detail FROM followups", "detail FROM tasks", "note FROM task_decisions", "detail FROM events"} {
				column, table, _ := strings.Cut(from, " FROM ")
				n += countSQL(t, s, "SELECT COUNT(*) FROM "+table+" WHERE CAST("+column+" AS TEXT) LIKE '%SECRET%'")
			}
			return n
		}
		if n := secrets(); n != 7 {
			t.Fatalf("the words stand in %d rows, want 7", n)
		}
		var ids []string
		if err := s.gormR.Raw("SELECT uid FROM responses UNION ALL SELECT uid FROM followups WHERE result = 'note' UNION ALL SELECT uid FROM tasks WHERE kind = 'unmatched'").Scan(&ids).Error; err != nil {
			t.Fatal(err)
		}
		for _, id := range ids {
			if err := svc.EraseReply(ctx, id, by); err != nil {
				t.Fatal(err)
			}
		}
		if n := secrets(); n != 0 {
			t.Errorf("the words still stand in %d rows", n)
		}
		e := responses.Event{Source: "desk", ExternalID: "4", Kind: responses.Call, At: testNow, Who: whoever("SECRET GmbH", "10000"), Note: words}
		if _, err := svc.Record(ctx, e, by); postlift.KindOf(err) != postlift.Invalid {
			t.Fatal(err)
		}
		if n := secrets(); n != 0 {
			t.Errorf("the same event again brings the words back into %d rows", n)
		}
		if _, err := svc.DecideTask(ctx, tasks[1].ID, responses.TaskDecision{Decision: responses.TaskRejected}, by); err != nil {
			t.Errorf("the unmatched task cannot be closed any more: %v", err)
		}
	})
}

// A return of a letter that was printed for another place says nothing of the address that the site has now.
func TestReturnsOfAnAddressThatTheSiteLeft(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		ctx := context.Background()
		seedPost(t, s, 20)
		svc := responses.NewService(s, nil, s.clock, s.ids)
		for i := 1001; i <= 1004; i++ {
			execSQL(t, s, fmt.Sprintf(`INSERT INTO printed_addresses (piece_id, lines, country, postcode, merge) SELECT %d, '[]', 'DE', 'D-' || postcode, '{}' FROM sites WHERE id = %d`, i, i-1000))
		}
		execSQL(t, s, "UPDATE sites SET postcode = '99999' WHERE id IN (1, 2)") // an import since
		for i, reason := range []string{"no_such_number", "moved_unknown", "no_such_number", "moved_unknown"} {
			e := responses.Event{Source: "post", ExternalID: fmt.Sprint(i), Kind: responses.Return, At: testNow, PieceUID: fmt.Sprint("pc_", 1001+i), Reason: reason}
			if _, err := svc.Record(ctx, e, postlift.System); err != nil {
				t.Fatal(err)
			}
		}
		expect(t, s, "1 ok,2 ok,3 undeliverable,4 undeliverable", "SELECT id || ' ' || status AS v FROM sites WHERE id <= 4 ORDER BY id")
		expect(t, s, "3,4", "SELECT site_id AS v FROM suppressions WHERE scope = 'address' ORDER BY site_id")
		expect(t, s, "4", "SELECT COUNT(*) AS v FROM pieces WHERE state = 'returned'")
	})
}

// The same events and results from several processes at once are one each.
func TestSimultaneousEventsCountOnce(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		ctx, by := context.Background(), postlift.Person("Lee")
		seedPost(t, s, 20)
		execSQL(t, s, "UPDATE batches SET in_home_on = '2026-03-03'")
		svc := responses.NewService(s, nil, s.clock, s.ids)
		workers := 6
		if s.dialect != migrations.Postgres {
			workers = 3
		}
		each := func(do func(k int) error) (failed []error) {
			errs := make([]error, workers)
			var wg sync.WaitGroup
			for k := range workers {
				wg.Go(func() { errs[k] = do(k) })
			}
			wg.Wait()
			for _, err := range errs {
				if err != nil {
					failed = append(failed, err)
				}
			}
			return failed
		}
		for _, err := range each(func(int) error {
			for i := range 4 {
				for _, e := range []responses.Event{
					{Source: "post", ExternalID: fmt.Sprint("r", i), Kind: responses.Return, At: testNow, PieceUID: fmt.Sprint("pc_", 1001+i), Reason: "moved_new_address",
						Told: responses.Told{Street: "Neuer Weg 4", Postcode: "54321", City: "Neustadt", Country: "DE"}},
					{Source: "erp", ExternalID: fmt.Sprint("o", i), Kind: responses.Objection, At: testNow, PieceUID: fmt.Sprint("pc_", 1001+i)},
				} {
					if _, err := svc.Record(ctx, e, by); err != nil {
						return err
					}
				}
			}
			return svc.RecordCall(ctx, responses.CallResult{ID: "1", PieceUID: "pc_1006", Result: responses.Meeting, On: postlift.MustDate("2026-03-06")}, nil, by)
		}) {
			t.Errorf("recorded at the same time: %v", err)
		}
		expect(t, s, "9", "SELECT COUNT(*) AS v FROM responses")
		expect(t, s, "1", "SELECT COUNT(*) AS v FROM followups")
		expect(t, s, "4", "SELECT COUNT(*) AS v FROM tasks")
		expect(t, s, "0", "SELECT COUNT(*) - COUNT(DISTINCT match_key) AS v FROM suppressions WHERE reason = 'objection'")
		tasks, err := svc.Tasks(ctx, false)
		if err != nil {
			t.Fatal(err)
		}
		failed := each(func(int) error {
			_, err := svc.DecideTask(ctx, tasks[0].ID, responses.TaskDecision{Decision: responses.TaskAccepted}, by)
			return err
		})
		for _, err := range failed {
			if postlift.KindOf(err) != postlift.Conflict {
				t.Errorf("a second decision gives %v", err)
			}
		}
		if len(failed) != workers-1 {
			t.Errorf("%d of %d decisions were refused", len(failed), workers)
		}
		expect(t, s, "1", "SELECT COUNT(*) AS v FROM sites WHERE street = 'Neuer Weg 4'")
	})
}

// A year in two digits is the year 26: an objection of that day would stand in no report.
func TestEntriesOfAnotherAge(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		ctx, by := context.Background(), postlift.Person("Lee")
		svc, day := seedFollowUps(t, s), postlift.MustDate
		for on, want := range map[string]postlift.Kind{"0026-03-11": postlift.Invalid, "1970-01-02": postlift.Invalid, "2026-07-01": postlift.Invalid} {
			err := svc.Enter(ctx, responses.Entry{ID: on, PieceUID: "pc_1", Kind: responses.Objection, On: day(on)}, by)
			if postlift.KindOf(err) != want {
				t.Errorf("%s gives %v", on, err)
			}
		}
		if err := svc.Enter(ctx, responses.Entry{ID: "1", PieceUID: "pc_1", Kind: responses.Noted, Note: "a\u202eb\x1b[31m\u2069c"}, by); err != nil {
			t.Fatal(err)
		}
		var kept followUpRow
		if err := s.gormR.First(&kept).Error; err != nil {
			t.Fatal(err)
		}
		if note, err := noteText(kept.Detail); err != nil || note != "ab[31mc" {
			t.Errorf("kept as %q, %v", note, err)
		}
		if n := countSQL(t, s, "SELECT COUNT(*) FROM responses"); n != 0 {
			t.Errorf("%d responses", n)
		}
		for _, on := range []string{"0000-01-01", "0001-01-01", "9999-12-31"} { // ?on= of the owner's page
			if _, err := svc.FollowUps(ctx, "E1", day(on)); postlift.KindOf(err) != postlift.Invalid {
				t.Errorf("a list of %s gives %v", on, err)
			}
			if _, err := svc.FollowUpOwners(ctx, day(on)); postlift.KindOf(err) != postlift.Invalid {
				t.Errorf("the owners of %s give %v", on, err)
			}
		}
	})
}

// An organisation that corrects an address after a return gets its letters through: the old address stays blocked for
// whoever is said to be there, and a status of the file's own holds.
func TestACorrectedAddressIsFree(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		ctx := context.Background()
		seedPost(t, s, 20)
		svc := responses.NewService(s, nil, s.clock, s.ids)
		for piece, reason := range map[string]string{"pc_1001": "no_such_number", "pc_1003": "moved_unknown", "pc_1006": "moved_new_address", "pc_1007": "moved_unknown"} {
			e := responses.Event{Source: "post", ExternalID: piece, Kind: responses.Return, At: testNow, PieceUID: piece, Reason: reason}
			if _, err := svc.Record(ctx, e, postlift.System); err != nil {
				t.Fatal(err)
			}
		}
		load := func(text string) {
			t.Helper()
			im := &accounts.Importer{Store: s, Clock: postlift.FixedClock(testNow), Secret: s.secret, Settings: accounts.DefaultSettings()}
			r, err := im.Import(ctx, accounts.Request{Kind: "sites", File: "sites.csv", Source: "erp", Reader: strings.NewReader(text), Actor: postlift.System})
			if err != nil || r.Rejected != 0 {
				t.Fatalf("%+v, %v", r, err)
			}
		}
		const state = "SELECT id || ' ' || status || ' ' || (SELECT COUNT(*) FROM suppressions u WHERE u.scope = 'address' AND u.revoked_at IS NULL AND (u.site_id = sites.id OR u.match_key = sites.match_key)) AS v FROM sites WHERE id IN (1, 2, 3, 6, 7) ORDER BY id"
		load("external_id,account_id,street,postcode,city,country\n7,K-7,Beispielweg 7,10001,Musterstadt,DE\n") // as it was
		expect(t, s, "1 undeliverable 1,2 ok 1,3 undeliverable 1,6 moved 0,7 undeliverable 1", state)
		load("external_id,account_id,street,postcode,city,country\n1,K-1,Neuweg 1,70001,Neustadt,DE\n3,K-3,Neuweg 3,70001,Neustadt,DE\n6,K-6,Neuweg 6,70001,Neustadt,DE\n")
		load("external_id,account_id,street,postcode,city,country,status\n7,K-7,Neuweg 7,70001,Neustadt,DE,closed\n")
		expect(t, s, "1 ok 0,2 ok 1,3 ok 0,6 ok 0,7 closed 0", state)
	})
}
