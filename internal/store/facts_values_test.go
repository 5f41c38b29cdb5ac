package store

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"postlift/campaigns"
	"postlift/campaigns/rules"
)

// valuedScore are the columns of a score that the value engine fills beside those of planWorld.
var valuedScore = map[string]any{"committed_minor": 700, "renewal_minor": 400, "expansion_minor": -50, "acquisition_minor": 800,
	"low_minor": -300, "median_minor": 1700, "high_minor": 6000, "p_exceeds_cost": .625, "payback_month": 14, "clv_to_cac": 2.5,
	"break_even_minor": 2000, "mean_order_minor": 12345.6, "window_committed_minor": 300, "p_active": .75, "assumed_share": .25,
	"rfm": "352", "tier": "B", "stage": "at_risk", "flags": "acquisition_assumed,margin_pooled"}

// TestUnknownValuesAreMissing: what a score does not know is no number in a rule.
func TestUnknownValuesAreMissing(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		ctx := context.Background()
		svc := planWorld(t, s, 8)
		for id, changes := range map[int]map[string]any{
			1: {"payback_month": -1},
			2: {"payback_month": -1, "acquisition_minor": 0, "clv_to_cac": 0, "flags": "no_orders,acquisition_unknown,margin_pooled"},
			3: {"payback_month": 0},
			4: {"stage": "prospect", "p_active": 0, "p_exceeds_cost": 0, "payback_month": -1, "acquisition_minor": 0, "clv_to_cac": 0, "rfm": "", "mean_order_minor": 0, "flags": "no_history"},
			5: {"stage": "lost", "p_active": 0, "p_exceeds_cost": 0, "payback_month": -1, "acquisition_minor": 0, "clv_to_cac": 0, "rfm": "", "mean_order_minor": 0, "flags": "no_history"},
			6: {"acquisition_minor": 0, "clv_to_cac": 0, "payback_month": 0, "flags": ""},
			7: {"flags": "acquisition_unknown", "acquisition_minor": 0, "clv_to_cac": 0, "payback_month": -1},
		} { // 8 is of a run before the value engine
			for _, columns := range []map[string]any{valuedScore, changes} {
				if err := s.gormW.Model(&scoreRow{}).Where("account_id = ?", id).Updates(columns).Error; err != nil {
					t.Fatal(err)
				}
			}
		}
		for rule, want := range map[string]string{
			`clv.payback_month <= 60`:                                    "3 6",
			`is_empty(clv.payback_month) and not is_empty(clv.to_cac)`:   "1",
			`clv.to_cac < 1`:                                             "",
			`clv.to_cac >= 2.5`:                                          "1 3",
			`clv.exceeds_cost < 1`:                                       "1 3 5 6",
			`clv.exceeds_cost == 0`:                                      "5",
			`clv.p_active < 0.5`:                                         "5",
			`clv.stage in ["prospect", "lost"]`:                          "4 5",
			`not (clv.stage == "at_risk")`:                               "4 5",
			`is_empty(clv.tier)`:                                         "8",
			`clv.rfm_frequency >= 4 and clv.rfm startsWith "3"`:          "1 2 3 6 7",
			`is_empty(clv.rfm_value) and is_empty(clv.rfm)`:              "4 5 8",
			`clv.mean_order == 123.46`:                                   "1 2 3 6 7",
			`clv.low < 0 and clv.high > 50 and clv.median == 17`:         "1 2 3 4 5 6 7",
			`is_empty(clv.low) and is_empty(clv.break_even)`:             "8",
			`clv.expansion < 0 and clv.committed == 7 and clv.renewal>0`: "1 2 3 4 5 6 7",
		} {
			if got := taken(t, s, rule); got != want {
				t.Errorf("%s takes %s, want %s", rule, got, want)
			}
			count, err := svc.CountRule(ctx, rule, planDay)
			if err != nil || count.Matched != len(strings.Fields(want)) {
				t.Errorf("%s counts %+v, %v", rule, count, err)
			}
		}
	})
}

// taken lists the accounts that a rule takes.
func taken(t *testing.T, s *Store, rule string) string {
	t.Helper()
	tree, err := rules.Builtin().Parse(rule)
	if err != nil {
		t.Fatal(err)
	}
	term, err := rules.Builtin().Bind(tree, rules.Binding{AsOf: planDay, Currency: "EUR"})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.RefreshFeatures(context.Background(), planDay); err != nil {
		t.Fatal(err)
	}
	var ids []string
	err = s.EachMatch(context.Background(), rules.Builtin(), term, term.Fields(), planDay, func(a *campaigns.AccountFacts) error {
		ids = append(ids, fmt.Sprint(a.AccountID))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(ids, " ")
}

// TestPlanOnValues: a plan takes, freezes and explains the engine's classes, and a later score changes none
// of it.
func TestPlanOnValues(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		ctx, svc := context.Background(), planWorld(t, s, 30)
		if err := s.gormW.Model(&scoreRow{}).Where("account_id <= 20").Updates(valuedScore).Error; err != nil {
			t.Fatal(err)
		}
		text := strings.Replace(campaignText, `clv.residual > 10 and country == "DE" and not has_open_contract`,
			`clv.stage in ["at_risk", "lapsed"] and clv.exceeds_cost > 0.5 and clv.low < 0`, 1)
		create(t, svc, text)
		p := preview(t, svc, "Win back")
		if p.Run.Funnel.Matched != 20 || p.Run.Funnel.Check() != nil {
			t.Fatalf("funnel %+v", p.Run.Funnel)
		}
		var row choiceRow
		if err := s.gormR.First(&row, "run_id = ? AND account_id = 7", p.Run.ID).Error; err != nil {
			t.Fatal(err)
		}
		frozen := row.Features
		if err := s.gormW.Model(&scoreRow{}).Where("run_id = 1").Updates(map[string]any{"stage": "growing", "p_exceeds_cost": nil, "tier": "A"}).Error; err != nil {
			t.Fatal(err)
		}
		e, err := svc.ExplainAccount(ctx, "Win back", "0007")
		if err != nil || e.Rule.Outcome != rules.Met || e.Rule.Parts[0].Value != "at_risk" || e.Rule.Parts[1].Value != .625 {
			t.Errorf("explained %+v, %v", e, err)
		}
		if err := s.gormR.First(&row, "run_id = ? AND account_id = 7", p.Run.ID).Error; err != nil || row.Features != frozen {
			t.Errorf("features became %s, %v", row.Features, err)
		}
		e, err = svc.ExplainAccount(ctx, "Win back", "0025")
		if err != nil || e.Outcome != "not_matched" || e.Rule.Outcome != rules.NotMet {
			t.Errorf("not matched: %+v, %v", e, err)
		}
	})
}
