package store

import (
	"context"
	"testing"

	"postlift"
	"postlift/campaigns"
	"postlift/responses"
)

// TestKeyAccountsOfTheYearStay: who became a key account in the course of the year may have become one through letters,
// so that the comparison with the year's global control keeps them; those declared before it are left out.
func TestKeyAccountsOfTheYearStay(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		ctx := context.Background()
		seedRun(t, s) // planned on 1 February 2026
		margin := int64(900)
		must(t, s.gormW.Create(&orderRow{ID: 99, Source: "s", ExternalID: "before", AccountID: 3, DocType: "order", PlacedOn: postlift.MustDate("2025-05-05"), Currency: "EUR", NetMinor: 3000, MarginMinor: &margin}).Error)
		must(t, s.gormW.Exec("UPDATE choices SET role = 'key', propensity = 1 WHERE account_id = 3").Error)
		active := func() map[string]float64 {
			found := map[string]float64{}
			must(t, s.ActiveGroups(ctx, postlift.MustDate("2026-01-01"), func(g responses.GroupRow) error { found[g.Key] = g.PreMinor; return nil }))
			return found
		}
		if got := active(); len(got) != 2 || got["s:3"] != 900 {
			t.Errorf("declared in February: %v", got)
		}
		must(t, s.gormW.Exec("UPDATE runs SET as_of = '2025-12-20'").Error)
		if got := active(); len(got) != 1 {
			t.Errorf("declared in December: %v", got)
		}
	})
}

// TestATestEndedEarlySaysSo: the bounds that hold at every look decide a test that was ended before its last day.
func TestATestEndedEarlySaysSo(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		ctx, svc := context.Background(), planWorld(t, s, 120)
		p := programmeOf(t, s, svc, "Letters", campaigns.ProgrammeRequest{Months: 6})
		mailTreated(t, s, p, "Win back", planDay.AddMonths(1), 1000)
		must(t, s.EndProgramme(ctx, p, planDay.AddMonths(2), planner))
		measuring := responses.NewService(s, nil, s.clock, s.ids)
		r, err := measuring.Programme(ctx, "Letters", p.EndsOn)
		if err != nil || !r.EndedEarly || r.NetAlways == nil || (r.Verdict == responses.Works) != (r.NetAlways.Low.Minor > 0) {
			t.Errorf("%s, ended early %v, %+v, %v", r.Verdict, r.EndedEarly, r.NetAlways, err)
		}
		for _, n := range r.Notes {
			if n.Name == "ended_early" {
				return
			}
		}
		t.Errorf("no note says so: %+v", r.Notes)
	})
}
