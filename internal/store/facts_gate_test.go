package store

import (
	"context"
	"strings"
	"testing"

	"postlift"
	"postlift/campaigns"
)

func suppress(t *testing.T, s *Store, row suppressionRow) {
	t.Helper()
	row.UID = "sup_" + row.Scope + row.MatchKey + row.Reason
	if row.ReceivedOn.IsZero() {
		row.ReceivedOn = planDay.AddDays(-10)
	}
	if row.EffectiveOn.IsZero() {
		row.EffectiveOn = planDay
	}
	if err := s.gormW.Create(&row).Error; err != nil {
		t.Fatal(err)
	}
}

func id(v int64) *int64 { return &v }

// plantSuppressions blocks accounts and people in every way that counts, and some in ways that do not.
func plantSuppressions(t *testing.T, s *Store) (want map[int64]campaigns.Reason) {
	t.Helper()
	yesterday := testNow.AddDate(0, 0, -1)
	for _, row := range []suppressionRow{
		{Scope: "account", MatchKey: "x1", AccountID: id(11), Reason: "objection"},  // by id
		{Scope: "account", MatchKey: "A0012", Reason: "imported_list"},              // by key
		{Scope: "address", MatchKey: "x2", SiteID: id(13), Reason: "undeliverable"}, // the site, by id
		{Scope: "address", MatchKey: "S0014", Reason: "closed"},                     // the site, by key
		{Scope: "person", MatchKey: "x3", ContactID: id(151), Reason: "objection"},  // one of two people, by id
		{Scope: "person", MatchKey: "P160", Reason: "deceased"},                     // both people, by key
		{Scope: "person", MatchKey: "P161", Reason: "objection"},                    //
		{Scope: "account", MatchKey: "x4", AccountID: id(17), Reason: "objection", EffectiveOn: planDay.AddDays(1)},
		{Scope: "account", MatchKey: "x5", AccountID: id(18), Reason: "objection", UntilOn: planDay.AddDays(-1)},
		{Scope: "account", MatchKey: "x6", AccountID: id(19), Reason: "objection", RevokedAt: &yesterday},
		{Scope: "person", MatchKey: "A0020", AccountID: id(20), Reason: "objection"},                   // a person unknown here: neither the account nor its key
		{Scope: "account", MatchKey: "x7", AccountID: id(21), Reason: "do_not_mail", UntilOn: planDay}, // the last day counts
	} {
		suppress(t, s, row)
	}
	return map[int64]campaigns.Reason{11: "objection", 12: "imported_list", 13: "undeliverable", 14: "closed", 16: "no_contact_left", 21: "do_not_mail"}
}

func TestSuppressionsGate(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		svc := planWorld(t, s, 40)
		want := plantSuppressions(t, s)
		create(t, svc, campaignText)
		p := preview(t, svc, "Win back")
		var rows []choiceRow
		if err := s.gormR.Where("run_id = ?", p.Run.ID).Find(&rows).Error; err != nil {
			t.Fatal(err)
		}
		for _, r := range rows {
			if reason := string(want[r.AccountID]); r.Reason != reason || (reason != "") != (r.Outcome == campaigns.Gated) {
				t.Errorf("account %d is %s by %q (%s), want %q", r.AccountID, r.Outcome, r.Reason, r.Reasons, reason)
			}
			if r.AccountID == 15 && r.Contacts != "[150]" {
				t.Errorf("the objector's colleague should be mailed: %s", r.Contacts)
			}
			if r.AccountID == 16 && r.Reasons != "no_contact_left,objection,deceased" {
				t.Errorf("reasons of account 16: %s", r.Reasons)
			}
		}
		if p.Run.Funnel.Gated != len(want) {
			t.Errorf("%d gated, want %d", p.Run.Funnel.Gated, len(want))
		}
	})
}

// plantPieces gives each account from 1 on one live piece in the given state of another run.
func plantPieces(t *testing.T, s *Store, run campaigns.Run, accounts map[int64]pieceRow) {
	t.Helper()
	rows := []any{
		&vendorRow{ID: 1, UID: "vnd_1", Name: "V"},
		&batchRow{ID: 1, UID: "bt_1", RunID: run.ID, VendorID: 1, State: "sealed", ChunkSize: 5000, CreatedAt: testNow},
	}
	n := int64(0)
	for account, p := range accounts {
		n++
		uid := postlift.RandomIDs(postlift.FixedClock(testNow))("pc")
		if p.UID != "" {
			uid = p.UID
		}
		contact := account*10 + 1
		if p.ContactID == nil {
			p.ContactID = &contact
		}
		p.UID, p.RunID, p.CampaignID, p.Step, p.Pass, p.Kind, p.AccountID, p.BatchID = uid, run.ID, run.CampaignID, 1, 1, "live", id(account), 1
		p.RecipientKey, p.Token, p.Code, p.Chunk, p.SeqNo, p.Language = uid, uid, uid, 1, n, "de"
		rows = append(rows, &p)
	}
	for _, r := range rows {
		if err := s.gormW.Create(r).Error; err != nil {
			t.Fatal(err)
		}
	}
}

func TestPressureCountsTheRightLetters(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		ctx, svc := context.Background(), planWorld(t, s, 12)
		create(t, svc, campaignText)
		run := preview(t, svc, "Win back").Run
		plantPieces(t, s, run, map[int64]pieceRow{
			2: {State: "posted", PostedOn: planDay.AddDays(-30)},
			3: {State: "posted", PostedOn: planDay.AddDays(-400)},
			4: {State: "returned", PostedOn: planDay.AddDays(-30)},
			5: {State: "withdrawn"},
			6: {State: "rendered"},
			7: {State: "released"},
			8: {State: "posted", PostedOn: planDay.AddDays(5)},
		})
		ids := []int64{2, 3, 4, 5, 6, 7, 8}
		type pressure struct {
			last  postlift.Date
			mails int
		}
		for _, c := range []struct {
			p    campaigns.Pressure
			want map[int64]pressure
		}{
			{campaigns.Pressure{AsOf: planDay, WithUnsent: true}, map[int64]pressure{
				2: {planDay.AddDays(-30), 1}, 3: {planDay.AddDays(-400), 0}, 6: {planDay, 1}, 7: {planDay, 1}}},
			{campaigns.Pressure{AsOf: planDay}, map[int64]pressure{
				2: {planDay.AddDays(-30), 1}, 3: {planDay.AddDays(-400), 0}, 7: {planDay, 1}}},
			{campaigns.Pressure{AsOf: planDay, ExceptRun: run.ID, WithUnsent: true}, map[int64]pressure{}},
		} {
			got, _, err := s.GateFacts(ctx, ids, c.p)
			if err != nil {
				t.Fatal(err)
			}
			for _, account := range ids {
				st, want := got.Of(account), c.want[account]
				if st.LastMailedOn != want.last || st.MailsLastYear != want.mails {
					t.Errorf("%+v, account %d: %+v, want %+v", c.p, account, st, want)
				}
			}
		}
	})
}

// TestTwoCampaignsDoNotMailOneAccount: what one approved plan will mail cools off for the next campaign's
// plan, before a single piece exists.
func TestTwoCampaignsDoNotMailOneAccount(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		ctx, svc := context.Background(), planWorld(t, s, 40)
		create(t, svc, campaignText)
		first := preview(t, svc, "Win back").Run
		create(t, svc, strings.Replace(campaignText, "Win back", "Other", 1))
		if f := preview(t, svc, "Other").Run.Funnel; f.Gated != 0 {
			t.Errorf("an unapproved plan counts as pressure: %+v", f)
		}
		if _, err := svc.Approve(ctx, "Win back", first.PlanHash, planner); err != nil {
			t.Fatal(err)
		}
		f := preview(t, svc, "Other").Run.Funnel
		if f.Gated != first.Funnel.Planned() || f.AllCounts[campaigns.CoolingOff] != first.Funnel.Assigned || f.AllCounts[campaigns.ControlGroup] != first.Funnel.Holdout {
			t.Errorf("%+v after a plan that mails %d and holds out %d", f, first.Funnel.Assigned, first.Funnel.Holdout)
		}
	})
}

// TestReleaseGate: after planning, an objection, a closed account, a person who left and a dunning come
// in; exactly their unsent pieces are blocked, the run's own pieces do not count as pressure.
func TestReleaseGate(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		ctx, svc := context.Background(), planWorld(t, s, 12)
		create(t, svc, campaignText)
		run := preview(t, svc, "Win back").Run
		pieces := map[int64]pieceRow{}
		for account := int64(2); account <= 9; account++ {
			pieces[account] = pieceRow{UID: "pc_" + string(rune('0'+account)), State: "sealed"}
		}
		p9 := pieces[9]
		p9.State = "withdrawn"
		pieces[9] = p9
		plantPieces(t, s, run, pieces)
		blocked, err := svc.BlockedPieces(ctx, "bt_1", planDay)
		if err != nil || len(blocked) != 0 {
			t.Fatalf("nothing happened, but %v is blocked, %v", blocked, err)
		}
		suppress(t, s, suppressionRow{Scope: "person", MatchKey: "P31", Reason: "objection"})
		suppress(t, s, suppressionRow{Scope: "account", MatchKey: "A0009", Reason: "objection"}) // withdrawn already
		for _, change := range []string{"UPDATE accounts SET status = 'closed' WHERE id = 4", "UPDATE contacts SET status = 'left' WHERE id = 51",
			"UPDATE accounts SET dunning = TRUE WHERE id = 6", "UPDATE sites SET status = 'undeliverable' WHERE id = 7",
			"UPDATE contacts SET account_id = 1 WHERE id = 81"} {
			if _, err := s.write.Exec(change); err != nil {
				t.Fatal(err)
			}
		}
		blocked, err = svc.BlockedPieces(ctx, "bt_1", planDay)
		if err != nil {
			t.Fatal(err)
		}
		want := map[string]string{"pc_3": "objection", "pc_4": "closed", "pc_5": "contact_left", "pc_6": "dunning", "pc_7": "undeliverable", "pc_8": "no_contact_left"}
		if len(blocked) != len(want) {
			t.Errorf("blocked %v", blocked)
		}
		for uid, reason := range want {
			if blocked[uid] != reason {
				t.Errorf("%s is blocked by %q, want %q", uid, blocked[uid], reason)
			}
		}
	})
}
