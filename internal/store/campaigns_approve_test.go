package store

import (
	"context"
	"math"
	"strings"
	"testing"
	"time"

	"postlift"
	"postlift/accounts"
	"postlift/campaigns"
	"postlift/campaigns/lift"
)

// setMail changes the mail policy in the settings.
func setMail(t *testing.T, s *Store, change func(*accounts.MailPolicy)) {
	t.Helper()
	settings, err := s.Settings(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	change(&settings.Mail)
	if err := s.SaveSettings(context.Background(), settings, planner); err != nil {
		t.Fatal(err)
	}
}

func TestSecondApproval(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		ctx, svc := context.Background(), planWorld(t, s, 60)
		setMail(t, s, func(m *accounts.MailPolicy) { m.SecondApprovalAbove = 1000 })
		c := create(t, svc, campaignText)
		p := preview(t, svc, c.UID)
		if p.Run.ApprovalsNeeded != 2 || len(p.Run.Approvals) != 0 {
			t.Fatalf("%d approvals needed, %v given", p.Run.ApprovalsNeeded, p.Run.Approvals)
		}
		run, err := svc.Approve(ctx, c.UID, p.Run.PlanHash, planner)
		if err != nil || run.State != campaigns.RunPlanned || len(run.Approvals) != 1 || run.Approvals[0].By != planner.Name {
			t.Fatalf("after the first: %v, %+v", err, run)
		}
		if c, _ := svc.Campaign(ctx, c.UID); c.State != campaigns.StatePreviewed {
			t.Errorf("after one of two approvals the campaign is %s", c.State)
		}
		_, err = svc.Approve(ctx, c.UID, p.Run.PlanHash, postlift.Person(" petra  PLANER "))
		wantKind(t, err, postlift.Conflict, "second person")
		err = s.ApproveRun(ctx, run, campaigns.Approving{Needed: 2, At: testNow}, planner) // past the service
		wantKind(t, err, postlift.Conflict, "second person")
		if countRows(t, s, "enrolments") != 0 {
			t.Error("accounts are enrolled by one of two approvals")
		}
		run, err = svc.Approve(ctx, c.UID, p.Run.PlanHash, postlift.Person("Bert Beispiel"))
		if err != nil || run.State != campaigns.RunApproved || len(run.Approvals) != 2 || run.ApprovedBy != "Bert Beispiel" {
			t.Fatalf("after the second: %v, %+v", err, run)
		}
		if countRows(t, s, "enrolments") != run.Funnel.Planned() {
			t.Error("the planned accounts are not enrolled")
		}
		if again, err := svc.Approve(ctx, c.UID, p.Run.PlanHash, planner); err != nil || len(again.Approvals) != 2 {
			t.Errorf("approving once more: %v, %v", err, again.Approvals)
		}
	})
}

func TestANewPreviewForgetsTheFirstApproval(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		ctx, svc := context.Background(), planWorld(t, s, 60)
		setMail(t, s, func(m *accounts.MailPolicy) { m.SecondApprovalAbove = 1000 })
		c := create(t, svc, campaignText)
		p := preview(t, svc, c.UID)
		if _, err := svc.Approve(ctx, c.UID, p.Run.PlanHash, planner); err != nil {
			t.Fatal(err)
		}
		if again := preview(t, svc, c.UID); len(again.Run.Approvals) != 0 {
			t.Errorf("a new plan comes with approvals: %v", again.Run.Approvals)
		}
		run, err := svc.Approve(ctx, c.UID, p.Run.PlanHash, postlift.Person("Bert Beispiel"))
		if err != nil || run.State != campaigns.RunPlanned || len(run.Approvals) != 1 {
			t.Errorf("%v, %+v", err, run)
		}
	})
}

func TestUndo(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		ctx, _ := context.Background(), planWorld(t, s, 60)
		now := testNow
		svc := campaigns.NewService(s, func() time.Time { return now }, s.ids)
		setMail(t, s, func(m *accounts.MailPolicy) { m.UndoMinutes = 30 })
		c := create(t, svc, campaignText)
		_, err := svc.Undo(ctx, c.UID, planner)
		wantKind(t, err, postlift.Conflict, "has no plan")
		p := preview(t, svc, c.UID)
		_, err = svc.Undo(ctx, c.UID, planner)
		wantKind(t, err, postlift.Conflict, "nobody has approved")
		approve := func() campaigns.Run {
			run, err := svc.Approve(ctx, c.UID, p.Run.PlanHash, planner)
			if err != nil || run.State != campaigns.RunApproved || run.UndoUntil == nil || !run.UndoUntil.Equal(now.Add(30*time.Minute)) {
				t.Fatalf("%v, %+v", err, run)
			}
			return run
		}
		approve()
		wantKind(t, svc.MayPrepare(ctx, c.UID), postlift.Conflict, "waits until")
		_, err = svc.Undo(ctx, c.UID, postlift.System)
		wantKind(t, err, postlift.Invalid, "name of a person")
		run, err := svc.Undo(ctx, c.UID, planner)
		if err != nil || run.State != campaigns.RunPlanned || len(run.Approvals) != 0 || run.UndoUntil != nil || run.ApprovedBy != "" || countRows(t, s, "enrolments") != 0 {
			t.Fatalf("undone: %v, %+v, %d enrolments", err, run, countRows(t, s, "enrolments"))
		}
		if c, _ := svc.Campaign(ctx, c.UID); c.State != campaigns.StatePreviewed {
			t.Errorf("the campaign is %s", c.State)
		}
		approve()
		now = now.Add(30 * time.Minute)
		if err := svc.MayPrepare(ctx, c.UID); err != nil {
			t.Errorf("the window is over: %v", err)
		}
		if err := s.gormW.Model(&runRow{}).Where("uid = ?", run.UID).Update("state", campaigns.RunPreparing).Error; err != nil {
			t.Fatal(err)
		}
		_, err = svc.Undo(ctx, c.UID, planner)
		wantKind(t, err, postlift.Conflict, "campaign cancel")
		wantKind(t, s.UndoApproval(ctx, run, planner), postlift.Conflict, "cannot be taken back")
	})
}

const richCampaign = `
name: Frühling
rule: clv.residual > 10
design: winback
landing_url: https://example.com/hello
holdout: 0.25
salt: fixed
mode: budget
budget: 40 EUR
key_accounts: {always: ["0060"], never: [Muster 0059 GmbH]}
variants:
- {name: großkunden, rule: clv.residual > 500}
- {name: kurz, share: 0.5}
- {name: lang, share: 0.5}
`

// TestRichPlanIsStored: what a plan decides is read back, explained and stable.
func TestRichPlanIsStored(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		ctx, svc := context.Background(), planWorld(t, s, 60)
		c := create(t, svc, richCampaign)
		p := preview(t, svc, c.UID)
		f := p.Run.Funnel
		if f.Matched != 59 || f.Key != 1 || f.OverCap == 0 || f.Holdout == 0 || p.Run.Cost.Minor > 4000 || p.Run.Record.Design.Design != campaigns.DesignPairs {
			t.Errorf("funnel %+v, cost %v, design %+v", f, p.Run.Cost, p.Run.Record.Design)
		}
		if k := p.Run.Record.KeyAccounts; k == nil || k.Mailed != 1 || k.Spared != 1 || !(k.RevenueShare > 0 && k.RevenueShare < .05) {
			t.Errorf("key accounts %+v", k)
		}
		for _, sample := range p.Run.Outlook.Samples {
			if !strings.HasPrefix(sample.AccountUID, "acc_") || !strings.HasPrefix(sample.Account, "Muster ") {
				t.Errorf("sample %+v", sample)
			}
		}
		again, err := svc.CurrentRun(ctx, c.UID)
		if err != nil || len(again.Outlook.Samples) == 0 || again.Outlook.Samples[0].Account != p.Run.Outlook.Samples[0].Account || again.Outlook.Next == nil {
			t.Errorf("read again: %v, %+v", err, again.Outlook)
		}
		var designs []runDesignRow
		if err := s.gormR.Order("variant").Find(&designs, "run_id = ?", p.Run.ID).Error; err != nil || len(designs) != 3 || designs[0].DesignVersionID != 1 {
			t.Errorf("%v, %+v", err, designs)
		}
		e, err := svc.ExplainAccount(ctx, c.UID, "0060")
		if err != nil || e.Role != campaigns.RoleKey || e.Outcome != campaigns.Assigned || e.Variant != "großkunden" || !strings.Contains(e.Sentence, "key account") {
			t.Errorf("%v, %+v", err, e)
		}
		e, err = svc.ExplainAccount(ctx, c.UID, "0059")
		if err != nil || e.Outcome != campaigns.Gated || e.Reasons[0] != campaigns.SparedKey {
			t.Errorf("%v, %+v", err, e)
		}
		e, err = svc.ExplainAccount(ctx, c.UID, "0002")
		if err != nil || e.Outcome != campaigns.OverCap || len(e.Reasons) != 1 || e.CutRank == 0 || e.Rank <= e.CutRank || math.Abs(e.Lift.Mean-.15) > 1e-12 {
			t.Errorf("%v, %+v", err, e)
		}
		if second := preview(t, svc, c.UID); second.Run.PlanHash != p.Run.PlanHash {
			t.Error("the same campaign has another plan")
		}
	})
}

func TestValidateCampaignListsEverything(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		ctx, svc := context.Background(), planWorld(t, s, 5)
		validate := func(text string) campaigns.Validated {
			d, err := campaigns.DecodeDefinition(strings.NewReader(text))
			if err != nil {
				t.Fatal(err)
			}
			v, err := svc.ValidateCampaign(ctx, d, nil)
			if err != nil {
				t.Fatal(err)
			}
			return v
		}
		if v := validate(richCampaign); !v.Valid {
			if len(v.Findings) != 1 || v.Findings[0].Field != "key_accounts" { // there are only five accounts
				t.Errorf("%+v", v.Findings)
			}
		}
		v := validate(strings.NewReplacer("rule: clv.residual > 10", "rule: clv.resid > 10", "design: winback", "design: nowhere",
			"holdout: 0.25", "holdout: 0.75", "rule: clv.residual > 500", "rule: segmnt = 1").Replace(richCampaign))
		fields := map[string]bool{}
		for _, f := range v.Findings {
			fields[f.Field] = f.Text != ""
		}
		for _, want := range []string{"rule", "design", "holdout", "variants[1].rule", "key_accounts"} {
			if !fields[want] {
				t.Errorf("no finding about %s: %+v", want, v.Findings)
			}
		}
		if v.Valid || countRows(t, s, "campaigns") != 0 || countRows(t, s, "rules") != 0 {
			t.Error("something was stored or passed")
		}
	})
}

func TestLearnedLiftIsRead(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		ctx, svc := context.Background(), planWorld(t, s, 60)
		if m, err := s.LearnedLift(ctx); err != nil || m != nil {
			t.Fatalf("%v, %v", m, err)
		}
		model, err := lift.Prior(.4, .05, lift.SegmentShare{Segment: "Handel", Share: 1})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.gormW.Create(&liftTableRow{UID: "lft_1", Version: 1, Rows: toJSON(model), CreatedAt: testNow}).Error; err != nil {
			t.Fatal(err)
		}
		c := create(t, svc, campaignText)
		p := preview(t, svc, c.UID)
		if math.Abs(p.Run.Record.Lift-.4) > 1e-12 || !strings.HasPrefix(p.Run.Record.LiftSource, "learned") {
			t.Errorf("%v from %s", p.Run.Record.Lift, p.Run.Record.LiftSource)
		}
		e, err := svc.ExplainAccount(ctx, c.UID, "0060")
		if err != nil || e.Lift == nil || e.Lift.Mean < .35 || e.Lift.Mean > .45 || e.Lift.SD < .05 {
			t.Errorf("%v, %+v", err, e.Lift)
		}
		ranks, err := s.OrderRanks(ctx)
		if err != nil || ranks[1] != .5 {
			t.Errorf("%v, %v", err, ranks)
		}
	})
}

// TestPreviewWarns: of scores that do not hold what the rule reads or are old, of few accounts and of key accounts that
// the rule does not take.
func TestPreviewWarns(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		ctx, svc := context.Background(), planWorld(t, s, 10)
		c := create(t, svc, strings.Replace(campaignText, "clv.residual > 10", `(clv.residual > 10 or clv.tier == "A")`, 1)+"key_accounts: {always: [\"0001\"]}\n")
		warnings := strings.Join(preview(t, svc, c.UID).Warnings, "\n")
		for _, want := range []string{"clv.tier", "only 9 accounts", "does not take the key accounts 0001"} {
			if !strings.Contains(warnings, want) {
				t.Errorf("no warning about %q in\n%s", want, warnings)
			}
		}
		late, err := svc.Preview(ctx, c.UID, planDay.AddDays(40), planner)
		if err != nil || !strings.Contains(strings.Join(late.Warnings, "\n"), "40 days before the plan") {
			t.Errorf("%v, %q", err, late.Warnings)
		}
	})
}

// TestSecondSpellingIsNoSecondPerson: the same name in another spelling does not approve a second time.
func TestSecondSpellingIsNoSecondPerson(t *testing.T) {
	for other, same := range map[string]bool{"MARA  beispiel-müller": true, "Mara Beispiel Mueller": true, "Mara\u00a0Beispiel-Mu\u0308ller": true,
		"Mara\u200b Beispiel-Müller": true, "Mara Beispiel": false, "Mira Beispiel-Müller": false} {
		if got := campaigns.SamePerson("Mara Beispiel-Müller", other); got != same {
			t.Errorf("%q: %v", other, got)
		}
	}
	if campaigns.SamePerson("王芳", "李娜") || !campaigns.SamePerson("王芳", " 王芳 ") {
		t.Error("names without a plain form are not told apart")
	}
}
