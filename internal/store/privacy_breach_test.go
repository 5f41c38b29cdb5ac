package store

import (
	"context"
	"testing"
	"time"

	"postlift"
	"postlift/campaigns"
)

// TestPrivacyReportFindsEveryBreach plants, one at a time, a letter that a broken gate has let through, for each way
// in which an objection names somebody; the same letter before the objection, after its end or to somebody else is none.
func TestPrivacyReportFindsEveryBreach(t *testing.T) {
	day := planDay.AddDays(-20)
	noon := func(d postlift.Date) time.Time { return d.Time().Add(12 * time.Hour) }
	revoked := noon(day.AddDays(2))
	sorts := map[string]suppressionRow{
		"person by id":   {Scope: "person", MatchKey: "x", ContactID: id(31)},
		"person by key":  {Scope: "person", MatchKey: "P31"},
		"address by id":  {Scope: "address", MatchKey: "x", SiteID: id(3)},
		"address by key": {Scope: "address", MatchKey: "S0003"},
		"account by id":  {Scope: "account", MatchKey: "x", AccountID: id(3)},
		"account by key": {Scope: "account", MatchKey: "A0003"},
	}
	eachEngine(t, func(t *testing.T, s *Store) {
		ctx, svc := context.Background(), planWorld(t, s, 6)
		create(t, svc, campaignText)
		w := newLedger(t, s, preview(t, svc, "Win back").Run)
		clear := func() {
			for _, table := range []string{"pieces", "batches", "suppressions", "events"} {
				if _, err := s.write.Exec("DELETE FROM " + table); err != nil {
					t.Fatal(err)
				}
			}
		}
		ask := func(name string, row suppressionRow, account int64, released time.Time, want int) {
			t.Helper()
			clear()
			row.Reason, row.ReceivedOn, row.EffectiveOn, row.Channel = "objection", day, day, "post"
			suppress(t, s, row)
			must(t, s.gormW.Create(&eventRow{At: noon(day), ActorKind: "system", Actor: "x", Noun: "suppression", NounUID: "sup_" + row.Scope + row.MatchKey + row.Reason, Verb: "suppressed"}).Error)
			w.sentLetter(account, "posted", "", released)
			r, err := svc.PrivacyReport(ctx, 0, 0)
			must(t, err)
			if verdict := map[bool]string{true: campaigns.PrivacyBroken, false: campaigns.PrivacyKept}[want > 0]; r.Totals.Violated != want || r.Verdict != verdict {
				t.Errorf("%s: %s %+v, want %d", name, r.Verdict, r.Totals, want)
			}
		}
		for name, row := range sorts {
			ask(name, row, 3, noon(day.AddDays(3)), 1)
			ask(name+", before it", row, 3, noon(day.AddDays(-1)), 0)
			ask(name+", to somebody else", row, 4, noon(day.AddDays(3)), 0)
			row.UntilOn = day.AddDays(2)
			ask(name+", after its end", row, 3, noon(day.AddDays(3)), 0)
			ask(name+", on its last day", row, 3, noon(day.AddDays(2)), 1)
			row.UntilOn, row.RevokedAt = 0, &revoked
			ask(name+", after it was revoked", row, 3, noon(day.AddDays(3)), 0)
			ask(name+", before it was revoked", row, 3, noon(day.AddDays(1)), 1)
		}
	})
}
