package store

import (
	"context"
	"testing"

	"postlift"
	"postlift/clv/scoring"
	"postlift/clv/segments"
)

// TestAccountsByTierAndStage: the tiers, and the stages, share all accounts between them; pages go on where they
// ended; two conditions hold together.
func TestAccountsByTierAndStage(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		scoredPortfolio(t, s)
		whole := listed(t, s, scoring.AccountFilter{})
		if len(whole) != 240 {
			t.Fatalf("%d accounts are listed", len(whole))
		}
		byTier, byStage := 0, 0
		for _, tier := range segments.Tiers() {
			for _, l := range listed(t, s, scoring.AccountFilter{Tier: string(tier)}) {
				if byTier++; l.Tier != string(tier) {
					t.Errorf("%s is listed under %s", l.Tier, tier)
				}
			}
		}
		for _, stage := range segments.Stages() {
			both := 0
			for _, l := range listed(t, s, scoring.AccountFilter{Stage: string(stage)}) {
				if byStage++; l.Stage != string(stage) {
					t.Errorf("%s is listed under %s", l.Stage, stage)
				}
				if l.Tier == "B" && l.Segment == whole[0].Segment {
					both++
				}
			}
			if got := len(listed(t, s, scoring.AccountFilter{Stage: string(stage), Tier: "B", Segment: whole[0].Segment})); got != both {
				t.Errorf("%d accounts of %s, tier B and one segment, want %d", got, stage, both)
			}
		}
		if byTier != len(whole) || byStage != len(whole) {
			t.Errorf("tiers list %d and stages %d of %d accounts", byTier, byStage, len(whole))
		}
		_, err := s.AccountsBy(context.Background(), scoring.AccountFilter{Cursor: "1.x", Limit: 1})
		kindWanted(t, "a cursor that is none", err, postlift.Invalid)
	})
}

// listed reads every page of a list and checks that values fall.
func listed(t *testing.T, s *Store, f scoring.AccountFilter) []scoring.AccountLine {
	t.Helper()
	var all []scoring.AccountLine
	f.Limit = 37
	for {
		page, err := s.AccountsBy(context.Background(), f)
		must(t, err)
		for _, l := range page {
			if n := len(all); n > 0 && all[n-1].Residual.Minor < l.Residual.Minor {
				t.Errorf("%s is worth more than the one before", l.UID)
			}
			all = append(all, l)
		}
		if len(page) < f.Limit {
			return all
		}
		f.Cursor = page[len(page)-1].Cursor
	}
}
