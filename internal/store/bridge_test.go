package store

import (
	"context"
	"testing"

	"postlift"
	"postlift/clv/bridge"
	"postlift/clv/scoring"
)

// bridged works out the bridge between two runs.
func bridged(t *testing.T, s *Store, opening, closing scoring.Run, o scoring.BridgeOptions) scoring.Bridge {
	t.Helper()
	service := scoring.Service{Store: s, Clock: s.clock, IDs: s.ids}
	b, err := service.BridgeOf(context.Background(), s, opening, closing, o)
	must(t, err)
	must(t, b.All.Check())
	if b.All.Opening != opening.Total.Minor || b.All.Closing != closing.Total.Minor {
		t.Errorf("the bridge leads from %d to %d, the runs say %v and %v", b.All.Opening, b.All.Closing, opening.Total, closing.Total)
	}
	var parts bridge.Line
	for _, p := range b.By {
		must(t, p.Line.Check())
		parts.Add(p.Line)
	}
	if o.By != "" && parts != b.All {
		t.Errorf("parts add up to %+v, all is %+v", parts, b.All)
	}
	return b
}

// The bridge of a quarter names what happened in it: a refit alone is only a model change, a new discount rate alone
// only an assumption, a late order alone only what was recorded later, and a new customer only itself.
func TestBridgeNamesTheCause(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		ctx, first, last := context.Background(), postlift.MustDate("2026-01-31"), postlift.MustDate("2026-04-30")
		accounts, orders, contracts := portfolioFiles(240)
		importText(t, s, "accounts", accounts)
		importText(t, s, "orders", orders)
		importText(t, s, "contracts", contracts)
		service := scoring.Service{Store: s, Clock: s.clock, IDs: s.ids}
		score := func(o scoring.Options) scoring.Run {
			run, err := service.ScoreWith(ctx, o, postlift.System)
			must(t, err)
			return run
		}
		opening := score(scoring.Options{AsOf: first, Model: "bgnbd"})
		refit := score(scoring.Options{AsOf: first, Model: "paretonbd"})
		b := bridged(t, s, opening, refit, scoring.BridgeOptions{})
		if want := (bridge.Line{Accounts: b.All.Accounts, Opening: b.All.Opening, Closing: b.All.Closing, Model: b.All.Closing - b.All.Opening}); b.All != want || b.All.Model == 0 {
			t.Errorf("a refit of the same day: %+v", b.All)
		}
		settings, err := s.Settings(ctx)
		must(t, err)
		settings.Value.DiscountRate += .05
		must(t, s.SaveSettings(ctx, settings, postlift.System))
		dearer := score(scoring.Options{AsOf: first, Model: "paretonbd"})
		b = bridged(t, s, refit, dearer, scoring.BridgeOptions{})
		if want := (bridge.Line{Accounts: b.All.Accounts, Opening: b.All.Opening, Closing: b.All.Closing, Assumptions: b.All.Closing - b.All.Opening}); b.All != want || b.All.Assumptions >= 0 {
			t.Errorf("a higher discount rate alone: %+v", b.All)
		}

		closing := score(scoring.Options{AsOf: last, Model: "paretonbd"})
		b = bridged(t, s, dearer, closing, scoring.BridgeOptions{By: scoring.BridgeBySegment})
		if b.All.Late != 0 || b.All.Assumptions != 0 || b.All.Realised >= 0 || b.All.Unwound <= 0 || b.All.Further <= 0 || len(b.By) != 2 {
			t.Errorf("a quarter: %+v, %d parts", b.All, len(b.By))
		}

		// An account that bought for the first time is new; an order of January that comes in May is late.
		importText(t, s, "accounts", "external_id,name,segment\nFRESH,Neu GmbH,A\n")
		importText(t, s, "orders", "external_id,account_id,date,type,refers_to,net,margin\nF1,FRESH,2026-03-10,order,,900.00,300.00\n")
		again := score(scoring.Options{AsOf: last, Model: "paretonbd"})
		if b = bridged(t, s, dearer, again, scoring.BridgeOptions{}); b.All.New <= 0 {
			t.Errorf("a new customer brings %+v", b.All)
		}
		importText(t, s, "orders", "external_id,account_id,date,type,refers_to,net,margin\nLATE,K1,2026-01-10,order,,900.00,300.00\n")
		if b = bridged(t, s, dearer, again, scoring.BridgeOptions{}); b.All.Late == 0 {
			t.Errorf("an order that was recorded after both runs: %+v", b.All)
		}
	})
}

// A quarter is bridged by the runs of its ends; missing ones are scored on request, and the published run stays.
func TestBridgesOfQuarters(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		ctx := context.Background()
		accounts, orders, contracts := portfolioFiles(120)
		importText(t, s, "accounts", accounts)
		importText(t, s, "orders", orders)
		importText(t, s, "contracts", contracts)
		service := scoring.Service{Store: s, Clock: s.clock, IDs: s.ids}
		published, err := service.ScoreWith(ctx, scoring.Options{AsOf: postlift.MustDate("2026-05-31"), Model: "bgnbd"}, postlift.System)
		must(t, err)
		from, to := scoring.Quarter{Year: 2025, Number: 4}, scoring.Quarter{Year: 2026, Number: 2}
		_, _, err = service.Bridges(ctx, s, from, to, scoring.BridgeOptions{})
		kindWanted(t, "one run alone", err, postlift.Conflict)
		made, err := service.Backfill(ctx, s, s.PublishRun, from, to, postlift.MustDate("2026-05-31"), postlift.System)
		must(t, err)
		if len(made) != 3 {
			t.Errorf("%d runs made, want those of the ends of September, December and March", len(made))
		}
		now, err := s.PublishedRun(ctx)
		must(t, err)
		if now.UID != published.UID {
			t.Errorf("%s is published, want %s as before", now.UID, published.UID)
		}
		list, missing, err := service.Bridges(ctx, s, from, to, scoring.BridgeOptions{})
		must(t, err)
		if len(list) != 3 || len(missing) != 0 || list[2].Quarter != "2026-Q2" || list[2].To != published.AsOf {
			t.Fatalf("%d bridges, missing %v", len(list), missing)
		}
		for i := range list[1:] {
			if list[i].All.Closing != list[i+1].All.Opening {
				t.Errorf("%s closes with %d, %s opens with %d", list[i].Quarter, list[i].All.Closing, list[i+1].Quarter, list[i+1].All.Opening)
			}
		}
	})
}
