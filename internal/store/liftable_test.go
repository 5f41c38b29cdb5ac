package store

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"

	"postlift"
	"postlift/campaigns"
)

// A letter raises no agreed fee: who brings nothing else in the window has no baseline and is never worth one, however
// much the contract pays.
func TestAgreedFeesAreNotLifted(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		ctx, svc := context.Background(), planWorld(t, s, 40)
		for id, agreed := range map[int]int64{40: 90000, 39: 40000} { // of a window's margin of 900.00
			must(t, s.gormW.Model(&scoreRow{}).Where("account_id = ?", id).Updates(map[string]any{"window_margin_minor": 90000, "window_committed_minor": agreed}).Error)
		}
		create(t, svc, campaignText+"mode: value\nmin_value: 0.01\n")
		p := preview(t, svc, "Win back")
		for id, want := range map[int64][2]int64{40: {0, 90000}, 39: {50000, 40000}, 38: {19000, 0}} {
			var row choiceRow
			must(t, s.gormR.First(&row, "run_id = ? AND account_id = ?", p.Run.ID, id).Error)
			if row.BaselineMinor != want[0] || row.AgreedMinor != want[1] {
				t.Errorf("account %d: baseline %d beside %d, want %v", id, row.BaselineMinor, row.AgreedMinor, want)
			}
			if taken := row.Outcome == campaigns.Assigned || row.Outcome == campaigns.HeldOut; taken != (want[0] > 0) {
				t.Errorf("account %d: %s with a baseline of %d", id, row.Outcome, want[0])
			}
		}
		e, err := svc.ExplainAccount(ctx, "Win back", "0039")
		must(t, err)
		if e.Baseline.Minor != 50000 || e.AgreedFees.Minor != 40000 || e.Rank != 1 || e.Expected.Minor != 7500-120 {
			t.Errorf("explained as %+v", e)
		}
		if !slices.ContainsFunc(p.Warnings, func(w string) bool { return strings.Contains(w, "agreed contract fees") }) {
			t.Errorf("scores of an earlier generation are not warned of: %v", p.Warnings)
		}
		rule, err := svc.CountRule(ctx, "clv.window_open < 600 or is_empty(clv.window_open) and clv.residual > 370", planDay)
		must(t, err)
		if rule.Matched != 3 { // 39 and 40, and 38 of a score without it
			t.Errorf("clv.window_open takes %d accounts", rule.Matched)
		}
		planned, err := s.PlannedAccounts(ctx, p.Run.ID)
		must(t, err)
		if i := slices.IndexFunc(planned, func(a campaigns.PlannedAccount) bool { return a.AccountID == 39 }); i < 0 || planned[i].AgreedMinor != 40000 {
			t.Errorf("the planner reads %+v", planned)
		}
	})
}

// A past window tells what was agreed when it began from what a renewal in it brought: 100.00 a month, terms of six
// months that end on 31 March and 30 September.
func TestPastOfKnowsRenewals(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		day, margin := postlift.MustDate, int64(10000)
		must(t, s.gormW.Create(&accountRow{ID: 1, UID: "acc_1", Source: "s", ExternalID: "1", Name: "Muster GmbH", GroupKey: "s:1"}).Error)
		must(t, s.gormW.Create(&contractRow{ID: 1, UID: "ctr_1", Source: "s", ExternalID: "k", AccountID: 1, StartedOn: day("2024-10-01"), TermMonths: 6,
			TermEndsOn: day("2026-09-30"), NoticeDays: 30, AutoRenew: true, Currency: "EUR"}).Error)
		must(t, s.gormW.Create(&contractLineRow{ContractID: 1, LineNo: 1, MonthlyFeeMinor: 30000, MonthlyMarginMinor: &margin, ValidFrom: day("2024-10-01")}).Error)
		panel := campaigns.Panel{Accounts: []int64{1}, Groups: []int{0}, Count: 1, Days: 60}
		daily := float64(margin) / daysPerMonth
		for _, c := range []struct {
			what, asOf   string
			agreed, days int
		}{
			{"the term outlasts the window", "2026-05-31", 60, 60},     // 2 April to 31 May
			{"renewed on the 41st day", "2026-04-20", 40, 60},          // 20 February to 20 April, of which 40 to 31 March
			{"no notice any more when it began", "2026-05-05", 60, 60}, // 7 March to 5 May: by 1 March
			{"the term before the recorded one", "2025-10-10", 50, 60}, // 12 August to 10 October: notice until 31 August
			{"begun within the window", "2024-10-30", 0, 30},
		} {
			panel.AsOf, panel.Windows = day(c.asOf), 1
			past, err := s.PastOf(context.Background(), panel)
			must(t, err)
			if p := past[0]; math.Abs(p.Agreed-daily*float64(c.agreed)) > 1e-6 || math.Abs(p.Margin-daily*float64(c.days)) > 1e-6 {
				t.Errorf("%s: %.1f of %.1f days were agreed, want %d of %d", c.what, p.Agreed/daily, p.Margin/daily, c.agreed, c.days)
			}
		}
	})
}
