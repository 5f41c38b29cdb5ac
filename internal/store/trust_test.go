package store

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"

	"postlift"
	"postlift/campaigns/lift"
	"postlift/responses"
)

// A preview freezes how far its interval can be trusted and the segments of its groups: what is imported later changes
// neither, and the same plan is judged alike.
func TestPreviewFreezesTrustAndSegments(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		ctx, svc := context.Background(), planWorld(t, s, 60)
		must(t, s.gormW.Exec("UPDATE accounts SET segment = 'Bau' WHERE id % 2 = 0").Error)
		for id := int64(1); id <= 60; id++ {
			for month := range 24 {
				margin := (id*7+int64(month)*13)%11*1000 + 500
				must(t, s.gormW.Create(&orderRow{Source: "s", ExternalID: fmt.Sprint("past", id, "-", month), AccountID: id, DocType: "order",
					PlacedOn: postlift.MustDate("2024-05-20").AddMonths(month), Currency: "EUR", NetMinor: 3 * margin, MarginMinor: &margin}).Error)
			}
		}
		create(t, svc, campaignText)
		p := preview(t, svc, "Win back")
		trust := p.Run.Record.Trust
		if trust == nil || trust.Impossible != "" || trust.Design != "pairs_of_5" || trust.Windows == 0 || trust.Replications < 2000 || len(trust.Lifts) != 3 || p.Run.Record.ScepticSD != .15 {
			t.Fatalf("trust %+v", trust)
		}
		frozen, err := s.FrozenTrust(ctx, p.Run.ID)
		must(t, err)
		if frozen.Trust == nil || frozen.Trust.Worst != trust.Worst || frozen.ScepticSD != .15 {
			t.Errorf("read back as %+v", frozen)
		}
		again := preview(t, svc, "Win back")
		if again.Run.Record.Trust.Worst != trust.Worst {
			t.Errorf("the same plan is judged as %+v, then %+v", trust.Worst, again.Run.Record.Trust.Worst)
		}
		must(t, s.gormW.Exec("UPDATE accounts SET segment = 'later'").Error)
		count := map[string]int{}
		baseline := 0.0
		must(t, s.RunSegments(ctx, again.Run.ID, func(r responses.SegmentRow) error {
			count[r.Segment]++
			baseline += r.BaselineMinor
			return nil
		}))
		if n := again.Run.Funnel.Assigned + again.Run.Funnel.Holdout; count["Bau"] == 0 || count["Handel"] == 0 || count["Bau"]+count["Handel"] != n || !(baseline > 0) {
			t.Errorf("segments %v of %d groups, baseline %.0f", count, n, baseline)
		}
	})
}

// A group stands in the segment of its best-ranked account, with the margin expected of all of its accounts.
func TestRunSegmentsByGroup(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		seedRun(t, s)
		must(t, s.gormW.Exec("UPDATE choices SET baseline_minor = 100 * account_id, segment = 's' || account_id, rank = 10 - account_id").Error)
		got := map[string]responses.SegmentRow{}
		must(t, s.RunSegments(context.Background(), 1, func(r responses.SegmentRow) error {
			got[r.Key] = r
			return nil
		}))
		if want := (responses.SegmentRow{Key: "s:1", Segment: "s2", BaselineMinor: 300}); len(got) != 5 || got["s:1"] != want {
			t.Errorf("%+v", got)
		}
	})
}

// What targeting has learned, or expected of the accounts of a run, never enters its report: another lift table and other
// expected lifts leave it byte for byte as it was.
func TestTargetingNeverEntersAReport(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		seedRun(t, s)
		ctx := context.Background()
		must(t, s.gormW.Exec("UPDATE choices SET baseline_minor = 900, propensity = .5, stratum = '' WHERE outcome <> 'gated'").Error)
		svc := responses.NewService(s, nil, s.clock, s.ids)
		report := func() (responses.Uplift, string) {
			t.Helper()
			u, err := svc.Uplift(ctx, "Spring", postlift.MustDate("2026-05-01"), nil)
			must(t, err)
			raw, err := json.Marshal(u)
			must(t, err)
			return u, string(raw)
		}
		u, before := report()
		if u.Belief == nil || u.Trust == nil || u.Trust.Source != responses.ByRuleOfThumb {
			t.Fatalf("nothing is believed: %s %s", u.Verdict, u.Reason)
		}
		learned, err := lift.Prior(.9, .9)
		must(t, err)
		must(t, s.gormW.Create(&liftTableRow{UID: "lft_1", Version: 1, Rows: toJSON(learned), CreatedAt: testNow}).Error)
		must(t, s.gormW.Exec("UPDATE choices SET lift = .8, lift_sd = .01").Error)
		must(t, s.gormW.Exec(`UPDATE runs SET record = '{"expected_lift":0.9,"lift_source":"learned from 7 campaigns"}' WHERE id = 1`).Error)
		if _, after := report(); after != before {
			t.Errorf("a report changed with the lift table:\n%s\n%s", before, after)
		}
	})
}
