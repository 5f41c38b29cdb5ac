package store

import (
	"context"
	"slices"
	"testing"

	"postlift"
	"postlift/campaigns/experiment"
	"postlift/responses"
)

// TestUpliftFollowsTheDesign: of a run in waves, every wave counts from the day on which its own letters arrive; of a
// run in blocks, groups are compared within them; accounts that were tried out are in no arm.
func TestUpliftFollowsTheDesign(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		seedRun(t, s)
		ctx := context.Background()
		svc := responses.NewService(s, nil, s.clock, s.ids)
		day := postlift.MustDate
		exec := func(query string, args ...any) {
			t.Helper()
			if err := s.gormW.Exec(query, args...).Error; err != nil {
				t.Fatal(err)
			}
		}
		read := func(asOf string) responses.Uplift {
			t.Helper()
			u, err := svc.Uplift(ctx, "Spring", day(asOf), nil)
			if err != nil {
				t.Fatal(err)
			}
			return u
		}
		exec("UPDATE choices SET stratum = 'pair|a|00001', propensity = .5 WHERE account_id IN (1, 2, 5)")
		exec("UPDATE choices SET stratum = 'pair|a|00002', propensity = .5 WHERE account_id IN (3, 6)")
		exec("UPDATE choices SET role = 'thompson', propensity = .5 WHERE account_id = 4")
		record := func(design string) {
			t.Helper()
			if err := s.gormW.Model(&runRow{}).Where("id = 1").Update("record", jsonText(design)).Error; err != nil {
				t.Fatal(err)
			}
		}
		record(`{"design":{"design":"pairs","block":2},"strata":[{"name":"pair|a","clusters":4,"holdout":2}],"exploration":{"thompson":1}}`)
		u := read("2026-05-01")
		if u.Reason != experiment.TooFewBlocks || u.Design.Kind != "pairs" || u.Arms[0].Groups != 2 || u.Arms[1].Groups != 2 || !u.SampleRatio.Groups.Tested || u.Cost.Printed != 4 {
			t.Errorf("in pairs: %s, %+v, %+v, %+v", u.Reason, u.Arms, u.SampleRatio, u.Cost)
		}
		if !slices.ContainsFunc(u.Notes, func(n responses.Note) bool { return n.Name == "exploration" }) {
			t.Errorf("notes %+v", u.Notes)
		}
		record(`{"design":{"design":"pairs","block":2},"strata":[{"name":"pair|a","clusters":4,"holdout":1}]}`)
		if u = read("2026-05-01"); u.Reason != responses.BrokenRatio {
			t.Errorf("more held out than were drawn: %s", u.Reason)
		}

		exec("UPDATE choices SET outcome = 'assigned', propensity = 1, role = '', wave = CASE WHEN account_id IN (1, 2, 3) THEN 1 ELSE 2 END WHERE outcome <> 'gated'")
		record(`{"design":{"design":"waves","waves":2},"wave_days":14}`)
		exec("UPDATE batches SET wave = 1, in_home_on = ? WHERE id = 1", day("2026-03-03"))
		u = read("2026-03-10")
		if u.Verdict != responses.NoProof || u.Reason != responses.WavesRunning || u.Net != nil || len(u.Arms) != 2 || u.Arms[1].Groups != 3 {
			t.Errorf("the first wave is on its way: %s %s, %+v", u.Verdict, u.Reason, u.Arms)
		}
		u = read("2026-05-01") // one period: 3 to 16 March
		if u.Net == nil || u.Estimator != experiment.PrimaryWaves || u.Flags[0] != responses.Interim || u.WindowEndsOn != day("2026-03-16") {
			t.Fatalf("one wave: %s %s, %+v", u.Verdict, u.Reason, u)
		}
		if err := s.gormW.Create(&batchRow{ID: 2, UID: "bt_2", RunID: 1, VendorID: 1, State: "posted", Wave: 2, InHomeOn: day("2026-03-21"), PostedOn: day("2026-03-19"), CreatedAt: testNow}).Error; err != nil {
			t.Fatal(err)
		}
		u = read("2026-05-01") // 3 to 20 March: s:1 3000, s:3 4000-1500 against s:4 nothing, s:5 3000, s:6 as its contract
		if u.WindowEndsOn != day("2026-03-20") || slices.Contains(u.Flags, responses.Interim) || u.Arms[1].InHomeOn != day("2026-03-21") {
			t.Errorf("to %s, flags %v, %+v", u.WindowEndsOn, u.Flags, u.Arms)
		}
		// 2750 less (0+3000+999.8)/3, plus the slope of those that waited, .4999, times the 2000 that they had more before
		if got := u.Designed.PerGroup.Value.Minor; got != 2417 {
			t.Errorf("a group gains %d", got)
		}
	})
}
