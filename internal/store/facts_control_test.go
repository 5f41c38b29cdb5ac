package store

import (
	"context"
	"strings"
	"testing"

	"postlift"
	"postlift/campaigns"
)

// heldOut gives the accounts that a run holds out.
func heldOut(t *testing.T, s *Store, runID int64) (ids []int64) {
	t.Helper()
	if err := s.gormR.Model(&choiceRow{}).Where("run_id = ? AND outcome = 'holdout'", runID).Order("account_id").Pluck("account_id", &ids).Error; err != nil {
		t.Fatal(err)
	}
	if len(ids) == 0 {
		t.Fatal("the run holds nobody out")
	}
	return ids
}

// TestControlGroupIsNotMailedByTheNextCampaign follows the held-out of one run, and a sister company of
// one of them, through the states of that run.
func TestControlGroupIsNotMailedByTheNextCampaign(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		ctx, svc := context.Background(), planWorld(t, s, 40)
		if err := s.gormW.Exec("UPDATE accounts SET status = 'insolvent' WHERE id = 40").Error; err != nil {
			t.Fatal(err)
		}
		create(t, svc, campaignText)
		first := preview(t, svc, "Win back").Run
		held := heldOut(t, s, first.ID)
		if err := s.gormW.Exec("UPDATE accounts SET status = 'active', group_key = (SELECT group_key FROM accounts WHERE id = ?) WHERE id = 40", held[0]).Error; err != nil {
			t.Fatal(err)
		}
		create(t, svc, strings.Replace(campaignText, "Win back", "Other", 1))
		controls := func() int { return preview(t, svc, "Other").Run.Funnel.AllCounts[campaigns.ControlGroup] }
		if n := controls(); n != 0 {
			t.Errorf("a plan that nobody approved blocks %d accounts", n)
		}
		if _, err := svc.Approve(ctx, "Win back", first.PlanHash, planner); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			what, set string
			args      []any
			want      int
		}{
			{"approved", "state = 'approved'", nil, len(held) + 1},
			{"released", "state = 'released'", nil, len(held) + 1},
			{"measured, last day of the window", "state = 'measuring', window_days = 90, in_home_on = ?", []any{planDay.AddDays(-90)}, len(held) + 1},
			{"measured, window over", "state = 'measuring', window_days = 90, in_home_on = ?", []any{planDay.AddDays(-91)}, 0},
			{"closed", "state = 'closed', in_home_on = ?", []any{planDay}, 0},
			{"cancelled", "state = 'cancelled', in_home_on = NULL", nil, 0},
		} {
			if err := s.gormW.Exec("UPDATE runs SET "+c.set+" WHERE id = ?", append(c.args, first.ID)...).Error; err != nil {
				t.Fatal(err)
			}
			if n := controls(); n != c.want {
				t.Errorf("%s: %d accounts are gated as its control group, want %d", c.what, n, c.want)
			}
		}
	})
}

// TestControlGroupIsNotReleased: a letter of an account that another campaign has come to hold out is taken
// out at release, one of the run's own held-out is not gated for that.
func TestControlGroupIsNotReleased(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		ctx, svc := context.Background(), planWorld(t, s, 40)
		create(t, svc, campaignText)
		first := preview(t, svc, "Win back").Run
		create(t, svc, strings.Replace(strings.Replace(campaignText, "Win back", "Other", 1), "fixed", "other", 1))
		other := preview(t, svc, "Other").Run
		held := heldOut(t, s, other.ID)
		plantPieces(t, s, first, map[int64]pieceRow{held[0]: {UID: "pc_held", State: "sealed"}})
		if blocked, err := svc.BlockedPieces(ctx, "bt_1", planDay); err != nil || len(blocked) != 0 {
			t.Fatalf("blocked before anybody approved: %v, %v", blocked, err)
		}
		if _, err := svc.Approve(ctx, "Other", other.PlanHash, planner); err != nil {
			t.Fatal(err)
		}
		blocked, err := svc.BlockedPieces(ctx, "bt_1", planDay)
		if err != nil || blocked["pc_held"] != string(campaigns.ControlGroup) {
			t.Errorf("blocked %v, %v", blocked, err)
		}
		st, _, err := s.GateFacts(ctx, held, campaigns.Pressure{AsOf: planDay, ExceptRun: other.ID})
		if err != nil || st.Of(held[0]).ControlGroup {
			t.Errorf("a run's own control group is held against it: %+v, %v", st.Of(held[0]), err)
		}
	})
}

// TestCancelCampaign: until the release everything ends in one go, and mail history and control group are
// as if the campaign had never been; afterwards it is a conflict and nothing changes.
func TestCancelCampaign(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		ctx, svc := context.Background(), planWorld(t, s, 40)
		create(t, svc, campaignText)
		run := preview(t, svc, "Win back").Run
		if _, err := svc.Approve(ctx, "Win back", run.PlanHash, planner); err != nil {
			t.Fatal(err)
		}
		plantPieces(t, s, run, map[int64]pieceRow{2: {State: "sealed"}, 3: {State: "rendered"}, 4: {State: "failed"}})
		set := func(query string) {
			t.Helper()
			if err := s.gormW.Exec(query, run.ID).Error; err != nil {
				t.Fatal(err)
			}
		}
		set("UPDATE runs SET state = 'released' WHERE id = ?")
		set("UPDATE batches SET state = 'released' WHERE run_id = ?")
		_, err := svc.Cancel(ctx, "Win back", planner)
		wantKind(t, err, postlift.Conflict, "with the vendor")
		if c, err := svc.Campaign(ctx, "Win back"); err != nil || c.State != campaigns.StateApproved {
			t.Errorf("a refused cancel left the campaign %s, %v", c.State, err)
		}
		set("UPDATE runs SET state = 'preparing' WHERE id = ?")
		set("UPDATE batches SET state = 'sealed' WHERE run_id = ?")
		_, err = svc.Cancel(ctx, "Win back", postlift.Person(" "))
		wantKind(t, err, postlift.Invalid, "name of a person")
		done, err := svc.Cancel(ctx, "Win back", planner)
		if err != nil || done.Campaign.State != campaigns.StateCancelled || done.Ended != (campaigns.CancelledWork{Runs: 1, Batches: 1, Letters: 2}) {
			t.Fatalf("%+v, %v", done.Ended, err)
		}
		count := func(want int64, query string) {
			t.Helper()
			var n int64
			if err := s.gormR.Raw(query).Scan(&n).Error; err != nil || n != want {
				t.Errorf("%s: %d, want %d (%v)", query, n, want, err)
			}
		}
		count(2, "SELECT COUNT(*) FROM pieces WHERE state = 'withdrawn' AND reason = 'campaign_cancelled'")
		count(1, "SELECT COUNT(*) FROM batches WHERE state = 'cancelled'")
		count(1, "SELECT COUNT(*) FROM runs WHERE state = 'cancelled'")
		count(0, "SELECT COUNT(*) FROM enrolments WHERE state = 'live'")
		count(2, "SELECT COUNT(*) FROM events WHERE noun = 'piece' AND verb = 'withdrawn'")
		count(3, "SELECT COUNT(*) FROM events WHERE verb = 'cancelled' AND noun IN ('campaign', 'run', 'batch')")
		if again, err := svc.Cancel(ctx, "Win back", planner); err != nil || again.Ended != (campaigns.CancelledWork{}) {
			t.Errorf("cancelled twice: %+v, %v", again.Ended, err)
		}
		_, err = svc.Approve(ctx, "Win back", run.PlanHash, planner)
		wantKind(t, err, postlift.Conflict, "is cancelled")
		create(t, svc, strings.Replace(campaignText, "Win back", "Other", 1))
		if f := preview(t, svc, "Other").Run.Funnel; f.Gated != 0 {
			t.Errorf("the cancelled campaign still blocks: %+v", f)
		}
	})
}
