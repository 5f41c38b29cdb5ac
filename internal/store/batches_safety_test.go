package store

import (
	"context"
	"slices"
	"testing"

	"postlift"
	"postlift/accounts"
	"postlift/mailers"
)

// liveAt gives the piece of an account, by its uid and state.
func liveAt(t *testing.T, s *Store, account int64) (uid, state, reason string) {
	t.Helper()
	must(t, s.read.QueryRow(s.bind("SELECT uid, state, reason FROM pieces WHERE kind = 'live' AND account_id = ?"), account).Scan(&uid, &state, &reason))
	return uid, state, reason
}

// meddlingGate records something after it has looked: what another process may do between gate and release.
type meddlingGate struct{ then func() }

func (g *meddlingGate) BlockedPieces(context.Context, string, postlift.Date) (map[string]string, error) {
	if g.then != nil {
		g.then()
		g.then = nil
	}
	return nil, nil
}

func (w *mailWorld) gatedBy(g mailers.Gatekeeper) *mailers.Service {
	return mailers.NewService(mailers.Options{Store: w.store, Files: w.files, Renderer: w.printer, Gate: g, Clock: w.clock,
		IDs: postlift.DerivedIDs(w.store.secret, postlift.MustDate("2026-06-01")), Secret: w.store.secret})
}

// An objection that is committed after the gate has looked still stops the release; releasing again takes the
// letter out.
func TestObjectionBetweenGateAndRelease(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newMailWorld(t, s, 12, 10)
		ctx, me, day := context.Background(), postlift.Person("Test"), postlift.MustDate("2026-06-01")
		b := w.approved(t)
		gate := &meddlingGate{then: func() {
			_, err := s.Suppress(ctx, accounts.Suppression{Scope: "person", ContactID: 3, Reason: "objection", ReceivedOn: day, EffectiveOn: day}, me)
			must(t, err)
		}}
		_, err := w.gatedBy(gate).Release(ctx, b.UID, day, me)
		kindWanted(t, "release over an objection of this very moment", err, postlift.Conflict)
		if _, state, _ := liveAt(t, s, 3); state != "sealed" {
			t.Fatalf("the letter is %s after a refused release", state)
		}
		r, err := w.gatedBy(gate).Release(ctx, b.UID, day, me)
		must(t, err)
		if _, state, reason := liveAt(t, s, 3); !r.Rendering || r.Withdrawn != 1 || state != "withdrawn" || reason != "objection" {
			t.Errorf("%+v, the letter is %s by %q", r, state, reason)
		}
	})
}

// A person has moved to another site since the letter was made: a block of the address that is printed on it holds,
// also where the block came before it was in force.
func TestBlockOfThePrintedAddress(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newMailWorld(t, s, 12, 10)
		ctx, me, day := context.Background(), postlift.Person("Test"), postlift.MustDate("2026-06-01")
		b := w.approved(t)
		suppress(t, s, suppressionRow{Scope: "address", MatchKey: "address5", Reason: "objection", EffectiveOn: day})
		must(t, s.gormW.Create(&siteRow{ID: 500, UID: "sit_500", Source: "s", ExternalID: "500", AccountID: 5, Street: "Neu 1", Postcode: "10115", City: "Berlin", Country: "DE"}).Error)
		must(t, s.gormW.Exec("UPDATE contacts SET site_id = 500 WHERE id = 5").Error)
		r, err := w.service.Release(ctx, b.UID, 0, me)
		must(t, err)
		if _, state, reason := liveAt(t, s, 5); r.Withdrawn != 1 || state != "withdrawn" || reason != "objection" {
			t.Errorf("%+v, the letter to the old address is %s by %q", r, state, reason)
		}
	})
}

// daysGate notes the days for which it is asked.
type daysGate struct{ asked []postlift.Date }

func (g *daysGate) BlockedPieces(_ context.Context, _ string, asOf postlift.Date) (map[string]string, error) {
	g.asked = append(g.asked, asOf)
	return nil, nil
}

// A release asks the gate about today, whatever date it is given: a date in the past would overlook the objections
// and letters since, one to come those that end before it.
func TestReleaseAsksAboutToday(t *testing.T) {
	today := postlift.DateOf(testNow)
	for given, want := range map[postlift.Date][]postlift.Date{today.AddDays(30): {today, today.AddDays(30)}, today.AddDays(-90): {today}, 0: {today}} {
		eachEngine(t, func(t *testing.T, s *Store) {
			w, gate := newMailWorld(t, s, 3, 10), &daysGate{}
			_, err := w.gatedBy(gate).Release(context.Background(), w.approved(t).UID, given, postlift.Person("Test"))
			must(t, err)
			if !slices.Equal(gate.asked, want) {
				t.Errorf("given %s it asked about %v, want %v", given, gate.asked, want)
			}
		})
	}
}

// releasedElsewhere puts a letter of another campaign into the hands of the vendor.
func releasedElsewhere(t *testing.T, s *Store, class string, account, contact int64) {
	t.Helper()
	now := testNow
	for _, row := range []any{
		&campaignRow{ID: 2, UID: "cmp_2", Name: "Other", Class: class, State: "running", Version: 1, CreatedAt: testNow},
		&runRow{ID: 2, UID: "run_2", CampaignID: 2, Step: 1, Pass: 1, Attempt: 1, CampaignVersion: 1, RuleVersionID: 1, DesignVersionID: 1, ScoreRunID: 1,
			AsOf: postlift.DateOf(testNow), State: "released", PlanHash: "q", Funnel: "{}", Currency: "EUR", WindowDays: 90, Record: "{}", CreatedAt: testNow},
		&batchRow{ID: 99, UID: "bt_other", RunID: 2, VendorID: 1, State: "released", Revision: 1, ChunkSize: 10, CreatedAt: testNow, ReleasedAt: &now},
		&pieceRow{ID: 9999, UID: "pc_other", RunID: 2, CampaignID: 2, Step: 1, Pass: 1, Kind: "live", AccountID: &account, ContactID: &contact, RecipientKey: "other",
			BatchID: 99, Chunk: 1, SeqNo: 1, Token: "other", Code: "OTHER", Language: "de", DesignSHA256: "d", State: "released"},
	} {
		must(t, s.gormW.Create(row).Error)
	}
}

// Two batches that are released at the same time have both passed the gate. Where they meet at an account, a group
// or a person the later one asks the gate again; then it goes, if the gate lets it.
func TestReleaseSeesWhatWasReleasedMeanwhile(t *testing.T) {
	for name, c := range map[string]struct {
		class            string
		account, contact int64
		refused          bool
	}{
		"the account":              {"advertising", 3, 3, true},
		"its group":                {"advertising", 9001, 901, true},
		"the person elsewhere":     {"advertising", 9002, 902, true},
		"somebody else":            {"advertising", 9002, 903, false},
		"the account, by a notice": {"contractual", 3, 3, false},
	} {
		t.Run(name, func(t *testing.T) {
			eachEngine(t, func(t *testing.T, s *Store) {
				w := newMailWorld(t, s, 12, 10)
				ctx, me, day := context.Background(), postlift.Person("Test"), postlift.DateOf(testNow)
				for _, row := range []any{&accountRow{ID: 9002, UID: "acc_9002", Source: "s", ExternalID: "9002", Name: "Anders AG", GroupKey: "s:9002"},
					&contactRow{ID: 901, UID: "con_901", Source: "s", ExternalID: "901", AccountID: 9001},
					&contactRow{ID: 902, UID: "con_902", Source: "s", ExternalID: "902", AccountID: 9002, MatchKey: "person5"},
					&contactRow{ID: 903, UID: "con_903", Source: "s", ExternalID: "903", AccountID: 9002}} {
					must(t, s.gormW.Create(row).Error)
				}
				must(t, s.gormW.Exec("UPDATE accounts SET group_key = 's:4' WHERE id = 9001").Error)
				b := w.approved(t)
				gate := &meddlingGate{then: func() { releasedElsewhere(t, s, c.class, c.account, c.contact) }}
				r, err := w.gatedBy(gate).Release(ctx, b.UID, day, me)
				if c.refused {
					kindWanted(t, "release beside another batch", err, postlift.Conflict)
					r, err = w.gatedBy(gate).Release(ctx, b.UID, day, me)
				}
				must(t, err)
				if r.Batch.State != mailers.BatchReleased {
					t.Errorf("release %+v", r)
				}
			})
		})
	}
}
