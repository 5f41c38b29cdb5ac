package store

import (
	"context"
	"reflect"
	"testing"

	"postlift"
	"postlift/campaigns"
	"postlift/campaigns/rules"
)

// TestFactsOfEveryField compares every catalogue field of one account, streamed and read alone, with
// values that were worked out by hand.
func TestFactsOfEveryField(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		ctx := context.Background()
		svc := planWorld(t, s, 2)
		if err := s.gormW.Create(&employeeRow{ID: 1, UID: "emp_1", Source: "s", ExternalID: "E7", LastName: "Beispiel"}).Error; err != nil {
			t.Fatal(err)
		}
		create(t, svc, campaignText)
		plantPieces(t, s, preview(t, svc, "Win back").Run, map[int64]pieceRow{2: {State: "posted", PostedOn: planDay.AddDays(-20)}})
		employees, amount, second := int64(40), int64(250000), int64(2)
		if err := s.gormW.Model(&accountRow{}).Where("id = 2").Updates(map[string]any{"industry": "Stahl", "employee_count": employees,
			"service_level": "gold", "acquisition_channel": "messe", "owner_id": 1, "dunning": true, "group_key": "s:0001", "acquired_on": postlift.MustDate("2025-06-01")}).Error; err != nil {
			t.Fatal(err)
		}
		rows := []any{
			&contractRow{ID: 1, UID: "ctr_1", Source: "s", ExternalID: "k", AccountID: 2, StartedOn: postlift.MustDate("2025-08-01"), TermMonths: 12,
				TermEndsOn: postlift.MustDate("2026-07-31"), NoticeDays: 30, AutoRenew: true, Currency: "EUR"},
			&contractLineRow{ContractID: 1, LineNo: 1, Product: "Wartung S", ProductGroup: "Wartung", MonthlyFeeMinor: 12000, ValidFrom: postlift.MustDate("2025-08-01")},
			&contractLineRow{ContractID: 1, LineNo: 2, Product: "Miete", ProductGroup: "Miete", ValidFrom: postlift.MustDate("2025-08-01"), ValidTo: postlift.MustDate("2026-01-31")},
			&contractRow{ID: 2, UID: "ctr_2", Source: "s", ExternalID: "l", AccountID: 2, StartedOn: postlift.MustDate("2023-08-01"), TermMonths: 24,
				TermEndsOn: postlift.MustDate("2025-07-31"), Currency: "EUR"},
			&orderLineRow{OrderID: 2, LineNo: 1, Product: "Pumpe 7", ProductGroup: "Pumpen", Quantity: 1, NetMinor: 6000},
			&orderLineRow{OrderID: 2, LineNo: 2, Product: "Dichtung", ProductGroup: "Teile", Quantity: 10, NetMinor: 4000},
			&orderRow{ID: 10, Source: "s", ExternalID: "old", AccountID: 2, DocType: "order", PlacedOn: postlift.MustDate("2024-12-24"), Currency: "EUR", NetMinor: 500},
			&orderLineRow{OrderID: 10, LineNo: 1, Product: "Filter", ProductGroup: "Filter", Quantity: 1, NetMinor: 500},
			&siteRow{ID: 20, UID: "sit_20", Source: "s", ExternalID: "20", AccountID: 2, Postcode: "1010", Country: "AT", Status: "undeliverable"},
			&contactRow{ID: 30, UID: "con_30", Source: "s", ExternalID: "30", AccountID: 2, Role: "purchasing", Language: "en", Status: "left"},
			&opportunityRow{ID: 1, UID: "opp_1", Source: "s", ExternalID: "1", AccountID: 2, Stage: "Angebot", Status: "open", AmountMinor: &amount, Currency: "EUR",
				OpenedOn: postlift.MustDate("2026-04-01"), ClosesOn: postlift.MustDate("2026-07-15")},
			&opportunityRow{ID: 2, UID: "opp_2", Source: "s", ExternalID: "2", AccountID: 2, Stage: "Kontakt", Status: "open", Currency: "EUR", OpenedOn: postlift.MustDate("2026-05-01")},
			&opportunityRow{ID: 3, UID: "opp_3", Source: "s", ExternalID: "3", AccountID: 2, Stage: "Ende", Status: "won", Currency: "EUR",
				OpenedOn: postlift.MustDate("2025-01-01"), ClosesOn: postlift.MustDate("2025-09-01")},
			&opportunityRow{ID: 4, UID: "opp_4", Source: "s", ExternalID: "4", AccountID: 2, Stage: "Ende", Status: "lost", Currency: "EUR",
				OpenedOn: postlift.MustDate("2025-01-01"), ClosesOn: postlift.MustDate("2025-06-01")},
			&responseRow{ID: 1, UID: "rsp_1", Source: "s", ExternalID: "1", Kind: "visit", AccountID: &second, OccurredAt: testNow.AddDate(0, 0, -3)},
			&responseRow{ID: 2, UID: "rsp_2", Source: "s", ExternalID: "2", Kind: "call", AccountID: &second, OccurredAt: testNow.AddDate(0, 0, -2)},
			&responseRow{ID: 3, UID: "rsp_3", Source: "s", ExternalID: "3", Kind: "quote", AccountID: &second, OccurredAt: testNow.AddDate(-1, 0, -5)},
		}
		for _, r := range rows {
			if err := s.gormW.Create(r).Error; err != nil {
				t.Fatal(err)
			}
		}
		if err := s.gormW.Model(&scoreRow{}).Where("account_id = 2").Updates(valuedScore).Error; err != nil {
			t.Fatal(err)
		}
		if err := s.RefreshFeatures(ctx, planDay); err != nil {
			t.Fatal(err)
		}
		a, err := s.AccountFacts(ctx, rules.Builtin(), "0002", planDay)
		if err != nil {
			t.Fatal(err)
		}
		eur := func(minor int64) any { return postlift.Money{Minor: minor, Currency: "EUR"} }
		want := map[string]any{
			"clv.residual": eur(2000), "clv.prospect": eur(1800), "clv.decile": 3.0, "clv.p_alive": .5, "clv.expected_orders": 1.5, "clv.window_margin": eur(1000), "clv.window_open": eur(700),
			"clv.low": eur(-300), "clv.median": eur(1700), "clv.high": eur(6000), "clv.p_active": .75, "clv.mean_order": eur(12346),
			"clv.committed": eur(700), "clv.renewal": eur(400), "clv.expansion": eur(-50), "clv.exceeds_cost": .625, "clv.payback_month": 14.0,
			"clv.to_cac": 2.5, "clv.break_even": eur(2000), "clv.assumed_share": .25,
			"clv.tier": "B", "clv.stage": "at_risk", "clv.rfm": "352", "clv.rfm_recency": 3.0, "clv.rfm_frequency": 5.0, "clv.rfm_value": 2.0,
			"group.accounts": 2.0, "group.residual": eur(3000), "group.revenue_12m": eur(20000), "group.mails_365d": 1.0, "group.days_since_last_mail": 20.0,
			"name": "Muster 0002 GmbH", "owner": "E7", "dunning": true, "complaint": false,
			"country": "DE", "language": "de-DE", "segment": "Handel", "industry": "Stahl", "employees": 40.0, "service_level": "gold", "status": "active",
			"acquisition_channel": "messe", "acquired_on": "2025-06-01", "customer_days": 365.0, "postcode": "01067", "city": "Musterstadt", "region": nil, "place": "DE-01067",
			"site.count": 2.0, "site.countries": []string{"AT", "DE"}, "site.postcodes": []string{"01067", "1010"}, "site.undeliverable": 1.0,
			"contact.count": 2.0, "contact.roles": []string{"management", "technical"}, "contact.languages": []string{},
			"orders": 2.0, "orders_12m": 1.0, "revenue_total": eur(10500), "revenue_12m": eur(10000), "revenue_prior_12m": eur(500), "margin_12m": eur(4000),
			"first_order_on": "2024-12-24", "last_order_on": "2026-01-01", "days_since_last_order": 151.0,
			"product_groups": []string{"Filter", "Pumpen", "Teile"}, "product_groups_12m": []string{"Pumpen", "Teile"},
			"products": []string{"Dichtung", "Filter", "Pumpe 7"}, "order_lines_12m": 2.0,
			"has_open_contract": true, "open_contracts": 1.0, "contract_monthly": eur(12000), "next_term_end_on": "2026-07-31", "days_to_notice_deadline": 30.0,
			"next_notice_on": "2026-07-01", "contract.products": []string{"Wartung S"}, "contract.groups": []string{"Wartung"}, "contract.auto_renews": true, "contracts_ended_12m": 1.0,
			"open_opportunities": 2.0, "opportunity.stages": []string{"Angebot", "Kontakt"}, "opportunity.amount": eur(250000), "opportunity.next_close_on": "2026-07-15",
			"opportunities_won_12m": 1.0, "opportunities_lost_12m": 0.0,
			"days_since_last_mail": 20.0, "last_mailed_on": "2026-05-12", "mails_365d": 1.0, "campaigns": []string{"Win back"},
			"responses_365d": 1.0, "days_since_last_response": 2.0, "last_response_on": "2026-05-30", "response.kinds_365d": []string{"call", "visit"},
		}
		fields := rules.Builtin().Fields()
		if len(want) != len(fields) || len(factColumns) != len(fields) {
			t.Fatalf("%d fields, %d tested, %d mapped", len(fields), len(want), len(factColumns))
		}
		for _, f := range fields {
			if got := a.Facts.Value(f, "EUR"); !reflect.DeepEqual(got, want[f.Name]) {
				t.Errorf("%s is %v, want %v", f.Name, got, want[f.Name])
			}
		}
		seen := 0
		err = s.EachMatch(ctx, rules.Builtin(), nil, fields, planDay, func(b *campaigns.AccountFacts) error {
			seen++
			for _, f := range fields {
				if got := b.Facts.Value(f, "EUR"); b.AccountID == 2 && !reflect.DeepEqual(got, want[f.Name]) {
					t.Errorf("streamed %s is %v, want %v", f.Name, got, want[f.Name])
				}
			}
			return nil
		})
		if err != nil || seen != 2 {
			t.Errorf("%v, %d accounts", err, seen)
		}
	})
}
