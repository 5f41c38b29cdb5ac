package store

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"postlift"
	"postlift/campaigns"
)

// otherText is campaignText under another name, for another part of the accounts.
func otherText(name, rule string) string {
	return fmt.Sprintf("name: %s\nrule: %s\ndesign: winback\nlanding_url: https://www.example.com/\nlanguages: [de, en]\nholdout: 0.2\nsalt: of %s\n", name, rule, name)
}

// TestApprovalAsksTheGateAgain: of two plans for the same accounts the one that is approved later is refused, with
// numbers and reasons; a few lost letters are a person's to accept, a plan that mails nobody any more is not.
func TestApprovalAsksTheGateAgain(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		ctx, svc := context.Background(), planWorld(t, s, 100)
		all, some := create(t, svc, otherText("All", "clv.residual > 0")), create(t, svc, otherText("Some", "clv.residual > 500"))
		small := create(t, svc, otherText("Small", "clv.residual > 0 and clv.residual <= 310")) // major units
		plans := map[string]campaigns.Previewed{}
		for _, c := range []campaigns.Campaign{all, some, small} {
			plans[c.Name] = preview(t, svc, c.UID)
		}
		check, err := svc.Recheck(ctx, "Some")
		if err != nil || check.Lost != 0 || check.Letters != plans["Some"].Run.Funnel.Pieces || check.Outdated() || check.Words() != "" {
			t.Fatalf("before anything is approved: %+v, %v", check, err)
		}
		if _, err := svc.Approve(ctx, "Small", plans["Small"].Run.PlanHash, planner); err != nil {
			t.Fatal(err)
		}
		check, err = svc.Recheck(ctx, "All")
		if err != nil || !check.Outdated() || check.Hopeless() || check.LostGroups < 3 {
			t.Fatalf("beside an approved plan of a third of the accounts: %+v, %v", check, err)
		}
		reasons, sum := map[campaigns.Reason]int{}, 0
		for _, r := range check.Reasons {
			reasons[r.Reason], sum = r.Letters, sum+r.Letters
		}
		if reasons[campaigns.ControlGroup] == 0 || sum != check.Lost || len(reasons) < 2 {
			t.Errorf("neither its letters nor its control group count: %+v", check)
		}
		_, err = svc.Approve(ctx, "All", plans["All"].Run.PlanHash, planner)
		wantKind(t, err, postlift.Conflict, fmt.Sprintf("%d of %d letters would be withdrawn", check.Lost, check.Letters))
		wantKind(t, err, postlift.Conflict, "preview again")
		if run, err := svc.CurrentRun(ctx, "All"); err != nil || run.State != campaigns.RunPlanned || len(run.Approvals) != 0 {
			t.Errorf("a refused approval leaves %s, %v", run.State, err)
		}
		run, err := svc.ApproveAnyway(ctx, "All", plans["All"].Run.PlanHash, planner)
		if err != nil || run.State != campaigns.RunApproved {
			t.Fatalf("%s, %v", run.State, err)
		}
		_, err = svc.ApproveAnyway(ctx, "Some", plans["Some"].Run.PlanHash, planner)
		wantKind(t, err, postlift.Conflict, "nobody would be left")
	})
}

// TestOneLostGroupIsNoConflict: one objection meanwhile is what release is for.
func TestOneLostGroupIsNoConflict(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		ctx, svc := context.Background(), planWorld(t, s, 20)
		c := create(t, svc, otherText("All", "clv.residual > 0"))
		p := preview(t, svc, c.UID)
		if _, err := s.write.Exec("UPDATE accounts SET status = 'closed' WHERE id = (SELECT MIN(account_id) FROM choices WHERE outcome = 'assigned')"); err != nil {
			t.Fatal(err)
		}
		check, err := svc.Recheck(ctx, c.UID)
		if err != nil || check.LostGroups != 1 || !strings.Contains(check.Words(), "closed") {
			t.Errorf("%+v, %v", check, err)
		}
		if run, err := svc.Approve(ctx, c.UID, p.Run.PlanHash, planner); err != nil || run.State != campaigns.RunApproved {
			t.Errorf("%v, %v", run.State, err)
		}
		u, err := svc.Unreachable(ctx, c.UID)
		if err != nil || len(u.Accounts) != 0 {
			t.Errorf("the list is of the plan: %+v, %v", u, err)
		}
	})
}
