package store

import (
	"context"
	"math"
	"slices"
	"testing"

	"postlift"
	"postlift/campaigns"
	planning "postlift/campaigns/planner"
)

func panelOf(asOf string, days, windows int) campaigns.Panel {
	return campaigns.Panel{Accounts: []int64{1, 2, 3}, Groups: []int{0, 1, 0}, Count: 2, AsOf: postlift.MustDate(asOf), Days: days, Windows: windows}
}

// The margins of seedOrders by window, worked out by hand: account 1 with account 3 in one group, account 2 in
// another one.
func TestPastOf(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		seedOrders(t, s)
		past, err := s.PastOf(context.Background(), panelOf("2026-06-01", 90, 3))
		if err != nil {
			t.Fatal(err)
		}
		// windows: 2026-03-04…06-01, 2025-12-04…2026-03-03, 2025-09-05…12-03
		daily25, daily26 := .3*10000/daysPerMonth, .3*12000/daysPerMonth
		want := []planning.Past{
			// o4 9000 and the credit note that refers to nothing, -400; before: o1 and o2 are older than a year
			{Margin: 8600 + 90*daily26, Agreed: 90 * daily26, Orders: 1, Pre: (31+28+3)*daily26 + 153*daily25},
			// o3 was credited in full
			{Margin: 28*daily25 + 62*daily26, Agreed: 28*daily25 + 62*daily26, Orders: 0, Pre: 5500 + 125*daily25},
			{Margin: 90 * daily25, Agreed: 90 * daily25, Pre: 5500 + 35*daily25},
			// f1 at 1.05; f0 and k1 have no rate
			{Pre: 5250},
			{Margin: 5250, Orders: 1},
			{},
		}
		for i, w := range want {
			g := past[i]
			if math.Abs(g.Margin-w.Margin) > 1e-6 || math.Abs(g.Agreed-w.Agreed) > 1e-6 || math.Abs(g.Pre-w.Pre) > 1e-6 || g.Orders != w.Orders {
				t.Errorf("group %d window %d: %+v, want %+v", i/3, i%3, g, w)
			}
		}
	})
}

// A year's window holds what features call the margin of twelve months, and windows of days add up to it.
func TestPastOfAgreesWithFeatures(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		seedOrders(t, s)
		ctx := context.Background()
		if err := s.RefreshFeatures(ctx, postlift.MustDate("2026-06-01")); err != nil {
			t.Fatal(err)
		}
		var rows []accountFeatureRow
		if err := s.gormR.Order("account_id").Find(&rows).Error; err != nil {
			t.Fatal(err)
		}
		must(t, s.gormW.Exec("DELETE FROM contract_lines").Error) // features have contracts apart
		year, err := s.PastOf(ctx, panelOf("2026-06-01", 365, 1))
		if err != nil {
			t.Fatal(err)
		}
		days, err := s.PastOf(ctx, panelOf("2026-06-01", 5, 73))
		if err != nil {
			t.Fatal(err)
		}
		for g, want := range []int64{rows[0].Margin12MMinor + rows[2].Margin12MMinor, rows[1].Margin12MMinor} {
			sum := 0.0
			for _, w := range days[g*73 : (g+1)*73] {
				sum += w.Margin
			}
			if orders := year[g].Margin; math.Abs(orders-float64(want)) > .5 || math.Abs(sum-year[g].Margin) > 1e-6 {
				t.Errorf("group %d: %g in a year, %g in its days, features say %d", g, orders, sum, want)
			}
		}
	})
}

// Of seedRun's accounts six were drawn about; one is made a key account, two are
// tried out, and one gets two letters.
func TestPlannedAccounts(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		seedRun(t, s)
		for _, change := range []string{"role = 'key' WHERE account_id = 2", "contacts = '[4,5]', lift = 0.2, baseline_minor = 900 WHERE account_id = 1",
			"role = 'thompson', contacts = '[6]' WHERE account_id = 5", "role = 'explore' WHERE account_id = 6"} {
			if err := s.gormW.Exec("UPDATE choices SET " + change).Error; err != nil {
				t.Fatal(err)
			}
		}
		got, err := s.PlannedAccounts(context.Background(), 1)
		if err != nil {
			t.Fatal(err)
		}
		want := []campaigns.PlannedAccount{
			{AccountID: 1, GroupKey: "s:1", BaselineMinor: 900, PreMarginMinor: 1000, Pieces: 2, CostMinor: 120, Lift: .2},
			{AccountID: 3, GroupKey: "s:3", PreMarginMinor: 3000, CostMinor: 120},
			{AccountID: 4, GroupKey: "s:4", PreMarginMinor: 4000, CostMinor: 120},
		}
		if !slices.Equal(got, want) {
			t.Errorf("planned %+v, want %+v", got, want)
		}
	})
}
