package store

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"postlift"
	"postlift/campaigns"
)

// sentLetter gives an account's second contact a letter of a batch of its own, released at an instant.
func (w *ledgerWorld) sentLetter(account int64, state, reason string, released time.Time) {
	w.t.Helper()
	w.n++
	contact := account*10 + 1
	at := &released
	if released.IsZero() {
		at = nil
	}
	batch := batchRow{ID: w.n, UID: "bt_" + w.uid(), RunID: w.run(), VendorID: 1, State: "posted", ChunkSize: 5000, CreatedAt: testNow, ReleasedAt: at}
	site := account
	piece := pieceRow{UID: "pc_" + w.uid(), RunID: batch.RunID, CampaignID: 1, Step: 1, Pass: w.n, Kind: "live", AccountID: &account, ContactID: &contact,
		SiteID: &site, RecipientKey: w.uid(), BatchID: batch.ID, Chunk: 1, SeqNo: 1, Token: w.uid(), Code: w.uid(), Language: "de", State: state, Reason: reason}
	for _, row := range []any{&batch, &piece} {
		if err := w.s.gormW.Create(row).Error; err != nil {
			w.t.Fatal(err)
		}
	}
}

// ledgerWorld writes letters into the ledger.
type ledgerWorld struct {
	t    *testing.T
	s    *Store
	n    int64
	base campaigns.Run
}

func newLedger(t *testing.T, s *Store, base campaigns.Run) *ledgerWorld {
	t.Helper()
	if err := s.gormW.Create(&vendorRow{ID: 1, UID: "vnd_1", Name: "V"}).Error; err != nil {
		t.Fatal(err)
	}
	return &ledgerWorld{t: t, s: s, base: base}
}

func (w *ledgerWorld) uid() string { return "x" + strings.Repeat("i", int(w.n)) }

// run copies the base run, as a run has one batch.
func (w *ledgerWorld) run() int64 {
	var row runRow
	if err := w.s.gormW.First(&row, "id = ?", w.base.ID).Error; err != nil {
		w.t.Fatal(err)
	}
	row.ID, row.UID, row.Pass, row.State = 100+w.n, "run_"+w.uid(), 1+w.n, "closed"
	if err := w.s.gormW.Create(&row).Error; err != nil {
		w.t.Fatal(err)
	}
	return row.ID
}

// TestPrivacyReport plants objections of every scope and letters before, after and between, and one letter that
// a broken gate would have let through.
func TestPrivacyReport(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		ctx, svc := context.Background(), planWorld(t, s, 12)
		create(t, svc, campaignText)
		w := newLedger(t, s, preview(t, svc, "Win back").Run)
		day := planDay.AddDays(-10)
		noon := func(d postlift.Date) time.Time { return d.Time().Add(12 * time.Hour) }
		for _, row := range []suppressionRow{
			{Scope: "person", MatchKey: "P21", Reason: "objection"},                   // by key
			{Scope: "account", MatchKey: "k3", AccountID: id(3), Reason: "objection"}, // by id
			{Scope: "address", MatchKey: "S0004", Reason: "objection"},                // by key
			{Scope: "person", MatchKey: "P51", Reason: "deceased"},                    // no objection
			{Scope: "person", MatchKey: "P61", Reason: "objection", ReceivedOn: day.AddDays(-90)},
		} {
			row.EffectiveOn, row.Channel = day, "post"
			if row.ReceivedOn.IsZero() {
				row.ReceivedOn = day
			}
			suppress(t, s, row)
			if row.Reason != "objection" {
				continue
			}
			event := eventRow{At: noon(day.AddDays(2)), ActorKind: "system", Actor: "x", Noun: "suppression", NounUID: "sup_" + row.Scope + row.MatchKey + row.Reason, Verb: "suppressed"}
			if err := s.gormW.Create(&event).Error; err != nil {
				t.Fatal(err)
			}
		}
		for account := int64(2); account <= 4; account++ {
			w.sentLetter(account, "posted", "", noon(day.AddDays(-1)))     // before
			w.sentLetter(account, "returned", "", noon(day.AddDays(1)))    // before it was entered
			w.sentLetter(account, "withdrawn", "objection", time.Time{})   // taken out
			w.sentLetter(account, "withdrawn", "cooling_off", time.Time{}) // taken out by something else
			w.sentLetter(account, "sealed", "", time.Time{})               // waits
		}
		w.sentLetter(7, "posted", "", noon(day.AddDays(3))) // to somebody else
		r, err := svc.PrivacyReport(ctx, day.AddDays(-1), 0)
		if err != nil {
			t.Fatal(err)
		}
		if want := (campaigns.PrivacyTotals{Objections: 3, InForce: 3, Contacts: 1, Sites: 1, Accounts: 1, Withdrawn: 3, Before: 3, Late: 3, Unsent: 3}); r.Totals != want || r.Verdict != campaigns.PrivacyLate {
			t.Errorf("%s\n got %+v\nwant %+v", r.Verdict, r.Totals, want)
		}
		if r.SentenceDE == "" || r.SentenceEN == "" || r.To != planDay {
			t.Errorf("%+v", r)
		}
		w.sentLetter(3, "posted", "", noon(day.AddDays(3))) // what must never be
		if r, err = svc.PrivacyReport(ctx, 0, 0); err != nil || r.Verdict != campaigns.PrivacyBroken || r.Totals.Violated != 1 || r.Totals.Objections != 4 {
			t.Errorf("%s %+v, %v", r.Verdict, r.Totals, err)
		}
		if _, err := s.write.Exec("UPDATE campaigns SET class = 'contractual'"); err != nil {
			t.Fatal(err)
		}
		if r, err = svc.PrivacyReport(ctx, 0, 0); err != nil || r.Verdict != campaigns.PrivacyKept || r.Totals.Before != 0 {
			t.Errorf("contractual letters count: %s %+v, %v", r.Verdict, r.Totals, err)
		}
		_, err = svc.PrivacyReport(ctx, planDay, day)
		wantKind(t, err, postlift.Invalid, "must not be later")
	})
}

func TestWhoMailable(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		ctx, svc := context.Background(), planWorld(t, s, 6)
		suppress(t, s, suppressionRow{Scope: "account", MatchKey: "A0003", Reason: "objection"})
		if _, err := s.write.Exec("UPDATE contacts SET first_name = 'Kim', last_name = 'Muster', status = 'left' WHERE id = 30"); err != nil {
			t.Fatal(err)
		}
		for _, ref := range []string{"con_30", "30", "s:30", "muster, kim", "Kim Muster"} {
			found, err := svc.WhoMailable(ctx, ref)
			if err != nil || len(found) != 1 {
				t.Fatalf("%s: %d, %v", ref, len(found), err)
			}
			m := found[0]
			if !slices.Equal(m.Advertising, []campaigns.Reason{campaigns.Objection, campaigns.ContactLeft}) || !slices.Equal(m.Contractual, []campaigns.Reason{campaigns.ContactLeft}) ||
				len(m.Blocks) != 1 || m.Blocks[0].Reason != campaigns.Objection || m.Name != "Kim Muster" || m.Account != "Muster 0003 GmbH" {
				t.Errorf("%s: %+v", ref, m)
			}
		}
		if found, err := svc.WhoMailable(ctx, "con_41"); err != nil || len(found) != 1 || len(found[0].Advertising)+len(found[0].Blocks) > 0 {
			t.Errorf("%+v, %v", found, err)
		}
		if found, err := svc.WhoMailable(ctx, "Beispiel"); err != nil || len(found) != 11 {
			t.Errorf("%d of one name, %v", len(found), err)
		}
		_, err := svc.WhoMailable(ctx, "nobody%")
		wantKind(t, err, postlift.NotFound, "nobody%")
	})
}

// TestObjectorIsValuedButNotForAdvertising: the value of an account that has objected is still worked out, as
// contracts are served and books are kept by it; no mailing is planned into it, the person who objected is out of
// rules about contacts, and a campaign's record keeps nothing of it.
func TestObjectorIsValuedButNotForAdvertising(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		ctx, svc := context.Background(), planWorld(t, s, 6)
		suppress(t, s, suppressionRow{Scope: "account", MatchKey: "A0003", Reason: "objection"})
		suppress(t, s, suppressionRow{Scope: "person", MatchKey: "P41", Reason: "objection"})
		suppress(t, s, suppressionRow{Scope: "person", MatchKey: "x", ContactID: id(50), Reason: "objection"})
		must(t, s.RefreshHistories(ctx, planDay))
		valued := 0
		for h, err := range s.Histories(ctx, planDay, nil) {
			if err != nil {
				t.Fatal(err)
			}
			valued++
			if h.Mailable != (h.AccountID != 3) {
				t.Errorf("account %d may be mailed: %v", h.AccountID, h.Mailable)
			}
		}
		if valued != 6 {
			t.Errorf("%d of 6 accounts are valued", valued)
		}
		for rule, want := range map[string]int{"contact.count >= 2": 4, "contact.count == 1": 2, `contact.roles contains "management"`: 5} {
			if n, err := svc.CountRule(ctx, rule, planDay); err != nil || n.Matched != want {
				t.Errorf("%s takes %d accounts, want %d, %v", rule, n.Matched, want, err)
			}
		}
		create(t, svc, campaignText)
		run := preview(t, svc, "Win back").Run
		var row choiceRow
		if err := s.gormR.First(&row, "run_id = ? AND account_id = 3", run.ID).Error; err != nil {
			t.Fatal(err)
		}
		if row.Reason != "objection" || row.ResidualMinor != 0 || row.BaselineMinor != 0 || row.PreMarginMinor != 0 || row.Features != "{}" {
			t.Errorf("%+v", row)
		}
	})
}
