package store

import (
	"context"
	"testing"

	"postlift"
	"postlift/accounts"
	"postlift/campaigns"
	"postlift/campaigns/rules"
)

// TestNoticeDeadlines: a contract to which notice was given, or whose end is agreed, has no deadline any more; its term
// still ends. Notice given after the features' date is not known yet.
func TestNoticeDeadlines(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		ctx, day := context.Background(), postlift.MustDate
		importText(t, s, "accounts", "external_id,name\nK1,Eins GmbH\nK2,Zwei GmbH\nK3,Drei GmbH\nK4,Vier GmbH\n")
		importText(t, s, "contracts", "external_id,account_id,started_on,term_months,notice_days,auto_renew,notice_given_on,ended_on,monthly_fee\n"+
			"V1,K1,2025-08-01,12,30,yes,,,10\nV2,K2,2025-08-01,12,30,yes,2026-05-20,,10\nV3,K3,2025-08-01,12,30,yes,,2026-07-31,10\n"+
			"V4a,K4,2025-08-01,12,30,yes,2026-05-20,,10\nV4b,K4,2025-09-01,12,30,yes,,,10\n")
		if err := s.RefreshFeatures(ctx, day("2026-06-01")); err != nil {
			t.Fatal(err)
		}
		const deadlines = "SELECT COALESCE(CAST(next_notice_on AS TEXT), 'none') || ' ' || CAST(next_term_end_on AS TEXT) AS v FROM account_features ORDER BY account_id"
		expect(t, s, "2026-07-01 2026-07-31,none 2026-07-31,none 2026-07-31,2026-08-01 2026-07-31", deadlines)
		svc := campaigns.NewService(s, postlift.FixedClock(testNow), s.ids)
		for rule, want := range map[string]int{"next_notice_on < days_ahead(60)": 1, "days_to_notice_deadline <= 61": 2, "is_empty(next_notice_on)": 2} {
			if n, err := svc.CountRule(ctx, rule, day("2026-06-01")); err != nil || n.Matched != want {
				t.Errorf("%s: %+v, %v, want %d", rule, n, err, want)
			}
		}
		if err := s.RefreshFeatures(ctx, day("2026-05-19")); err != nil {
			t.Fatal(err)
		}
		expect(t, s, "2026-07-01 2026-07-31,2026-07-01 2026-07-31,none 2026-07-31,2026-07-01 2026-07-31", deadlines)
	})
}

// TestRuleHints: a text that no account has gets the nearest one that some has.
func TestRuleHints(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		ctx := context.Background()
		importText(t, s, "accounts", "external_id,name,country,segment,status\nK1,Eins GmbH,DE,Handwerk,aktiv\nK2,Zwei GmbH,AT,Industrie,\nK3,Drei GmbH,DE,Handel,\n")
		importText(t, s, "contacts", "external_id,account_id,last_name,role\nP1,K1,Eins,technik\n")
		importText(t, s, "orders", "external_id,account_id,date,line_net,product_group\nA1,K1,2026-01-02,10,Pumpen\n")
		svc := campaigns.NewService(s, postlift.FixedClock(testNow), s.ids)
		today := postlift.DateOf(testNow)
		if _, err := svc.SaveRule(ctx, "austria", `country == "Austria"`, postlift.Person("test")); err != nil {
			t.Fatal(err)
		}
		for rule, want := range map[string][]string{
			`country == "DE" and segment in ["Handel", "Industrie"]`: {},
			`country == "Deutschland"`:                               {`no account has country "Deutschland"; did you mean "DE"?`},
			`in_segment("austria")`:                                  {`no account has country "Austria"; did you mean "AT"?`},
			`status == "aktiv"`:                                      {`no account has status "aktiv"; did you mean "active"?`},
			`segment == "handwerk" or segment in ["Handel", "Tal"]`:  {`no account has segment "handwerk"; did you mean "Handwerk"?`, `no account has segment "Tal"; there are Handel, Handwerk, Industrie`},
			`segment startsWith "hand"`:                              {`no account's segment begins with "hand"; did you mean "Handel"?`},
			`segment contains "werk"`:                                {},
			`not (name endsWith "AG")`:                               {`no account's name ends with "AG"; there are Drei GmbH, Eins GmbH, Zwei GmbH`},
			`contact.roles contains "purchasing"`:                    {`no account has contact.roles "purchasing"; there are technical`},
			`product_groups contains "pumpen"`:                       {`no account has product_groups "pumpen"; did you mean "Pumpen"?`},
			`industry == "Stahl"`:                                    {"no account has a value of industry"},
			`is_empty(industry) and orders > 1`:                      {},
		} {
			count, err := svc.CountRule(ctx, rule, today)
			if err != nil {
				t.Fatal(rule, err)
			}
			checked, err := svc.CheckRule(ctx, rule)
			if err != nil || len(checked.Hints) != len(count.Hints) {
				t.Errorf("%s: %v, %+v", rule, err, checked.Hints)
			}
			if len(count.Hints) != len(want) || count.Hints == nil {
				t.Errorf("%s: %+v", rule, count.Hints)
				continue
			}
			for i, h := range count.Hints {
				if h.Text != want[i] {
					t.Errorf("%s: %s, want %s", rule, h.Text, want[i])
				}
			}
		}
	})
}

// TestFieldTextsOfAllFields: the texts of every field of texts can be asked for.
func TestFieldTextsOfAllFields(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		catalogue := rules.Builtin().With([]accounts.Attribute{{Name: "colour", Type: "text"}})
		for _, f := range catalogue.Fields() {
			if f.Type != rules.Text && f.Type != rules.Texts {
				continue
			}
			if _, err := s.FieldTexts(context.Background(), f, postlift.DateOf(testNow), 10); err != nil {
				t.Errorf("%s: %v", f.Name, err)
			}
		}
	})
}
