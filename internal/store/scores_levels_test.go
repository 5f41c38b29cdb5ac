package store

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"postlift"
	"postlift/clv"
	"postlift/clv/backtest"
	"postlift/clv/purchase"
	"postlift/clv/scoring"
)

// byLevels lets every run find a backtest that chose models by level.
type byLevels struct{ *Store }

// LatestBacktest is a choice of models by level.
func (b byLevels) LatestBacktest(_ context.Context, _, until postlift.Date) (scoring.StoredBacktest, error) {
	found := scoring.StoredBacktest{UID: "bkt_levels", AsOf: until}
	found.Report.Choice = backtest.Choice{Key: "mbgnbd+levels", Model: purchase.ModelMBGNBD, Spend: "gammagamma", Levels: true, SpendLevels: true, Sentence: "levels"}
	found.Report.Calibration = backtest.Calibration{Horizon: backtest.Horizon{Months: 12}, LogSDTotal: .1, LogSDValue: .2}
	return found, nil
}

// Runs by level agree on both engines with what the models alone give, go on incrementally to the last digit, and
// let an account that moves to another industry be valued as one of it.
func TestLevelsInScoring(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		ctx, asOf := context.Background(), postlift.MustDate("2026-05-31")
		accounts, orders, contracts := portfolioFiles(420)
		importText(t, s, "accounts", accounts)
		importText(t, s, "orders", orders)
		importText(t, s, "contracts", contracts)
		industries := "external_id,name,industry\n"
		for i := range 420 {
			industries += fmt.Sprintf("K%d,Muster %d GmbH,%s\n", i, i, []string{"wood", "metal"}[i/2%2])
		}
		importText(t, s, "accounts", industries)
		service := scoring.Service{Store: byLevels{s}, Clock: s.clock, IDs: s.ids}
		base, err := service.Score(ctx, asOf, postlift.System)
		must(t, err)
		by := base.Params.OrdersBy
		if by == nil || base.Params.SpendBy == nil || !base.Metrics.Choice.Levels || !base.Metrics.Choice.SpendLevels {
			t.Fatalf("not by level: %v, choice %+v", base.Params.Warnings, base.Metrics.Choice)
		}
		if names := by.Fit.Names; !slices.Contains(names, "industry=metal") && !slices.Contains(names, "industry=wood") || len(names) < 4 {
			t.Errorf("effects of %v", names)
		}
		published, err := s.PublishedRun(ctx)
		must(t, err)
		models, err := published.Params.Models()
		must(t, err)
		scorer, err := clv.NewScorer(&models, asOf, published.Basis.Assumptions)
		must(t, err)
		for h, err := range s.Histories(ctx, asOf, nil) {
			must(t, err)
			h.OwnDate = published.Basis.OwnDate
			in := h.Input(asOf, published.Basis.DefaultMargin)
			v := scorer.Score(&in)
			if got := cell(t, s, "SELECT residual_minor AS v FROM scores WHERE run_id = ? AND account_id = ?", published.ID, h.AccountID); got != fmt.Sprint(v.ResidualMinor) {
				t.Fatalf("account %d is stored with %s, its model says %d", h.AccountID, got, v.ResidualMinor)
			}
		}

		importText(t, s, "accounts", "external_id,name,industry,employees\nK8,Muster 8 GmbH,metal,300\nK12,Muster 12 GmbH,steel,\n")
		importText(t, s, "orders", "external_id,account_id,date,type,refers_to,net,margin\nN1,K1,2026-05-28,order,,900.00,300.00\n")
		fast, err := service.Incremental(ctx, postlift.System)
		must(t, err)
		_, err = s.PublishRun(ctx, base.UID, postlift.System)
		must(t, err)
		whole, err := (&scoring.Service{Store: everybody{s}, Clock: s.clock, IDs: s.ids}).Incremental(ctx, postlift.System)
		must(t, err)
		sameScores(t, s, fast, whole)
		if n := cell(t, s, `SELECT COUNT(*) AS v FROM scores x JOIN scores y ON y.account_id = x.account_id
WHERE x.run_id = ? AND y.run_id = ? AND x.expected_orders <> y.expected_orders`, base.ID, fast.ID); n != "3" {
			t.Errorf("%s accounts expect other orders, want the one that ordered and the two of other levels", n)
		}
	})
}

// The log of a backtest tells each customer's levels.
func TestOrderLogLevels(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		ctx := context.Background()
		importText(t, s, "accounts", "external_id,name,segment,industry,employees,acquisition_channel\nA,Alpha GmbH,craft,wood,12,fair\nB,Beta GmbH,,,,\nC,Gamma GmbH,plant,metal,900,search\n")
		importText(t, s, "orders", "external_id,account_id,date,net\n1,A,2026-01-05,10.00\n2,B,2026-02-05,10.00\n")
		log, levels, customers, err := s.OrderLog(ctx, postlift.MustDate("2026-05-31"), 0)
		must(t, err)
		if customers != 2 || len(levels) != 2 || len(log.IDs) != 2 || len(levels[0]) != len(purchase.LevelColumns) ||
			!slices.Equal(levels[0], []string{"craft", "wood", "10-49", "fair"}) || !slices.Equal(levels[1], []string{"", "", "", ""}) {
			t.Errorf("%d customers, levels %q", customers, levels)
		}
	})
}

// Ends and starts that lie ahead of the date count where the documents end with it, not where they go on after it.
func TestContractsAhead(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		ctx := context.Background()
		importText(t, s, "accounts", "external_id,name\nENDS,Alpha GmbH\nSIGNED,Beta GmbH\nNOTICE,Gamma GmbH\nBUYER,Delta GmbH\n")
		importText(t, s, "contracts", "external_id,account_id,started_on,term_months,notice_days,auto_renew,notice_given_on,ended_on,monthly_fee,monthly_margin\n"+
			"1,ENDS,2024-01-01,12,30,yes,,2026-07-31,100.00,50.00\n2,SIGNED,2026-08-01,12,30,yes,,,100.00,50.00\n3,NOTICE,2024-01-01,12,30,yes,2026-03-01,2026-06-30,100.00,50.00\n")
		asOf := postlift.MustDate("2026-05-31")
		seen := func() map[string]clv.AccountInput {
			must(t, s.RefreshHistories(ctx, asOf))
			newest, err := s.DataUntil(ctx)
			must(t, err)
			out := map[string]clv.AccountInput{}
			names := []string{"ENDS", "SIGNED", "NOTICE", "BUYER"}
			for h, err := range s.Histories(ctx, asOf, nil) {
				must(t, err)
				h.OwnDate = newest <= asOf
				out[names[h.AccountID-1]] = h.Input(asOf, .3)
			}
			return out
		}
		own := seen()
		if k := own["ENDS"].Contracts; len(k) != 1 || k[0].End != postlift.MustDate("2026-08-01") {
			t.Errorf("a known end: %+v", k)
		}
		if k := own["SIGNED"].Contracts; len(k) != 1 || k[0].Start != postlift.MustDate("2026-08-01") || k[0].MonthlyMarginMinor != 5000 {
			t.Errorf("signed: %+v", k)
		}
		if k := own["NOTICE"].Contracts; len(k) != 1 || k[0].End != postlift.MustDate("2026-07-01") {
			t.Errorf("noticed: %+v", k)
		}
		service := scoring.Service{Store: s, Clock: s.clock, IDs: s.ids}
		run, err := service.ScoreWith(ctx, scoring.Options{AsOf: asOf, NoBacktest: true}, postlift.System)
		must(t, err)
		if n := cell(t, s, "SELECT COUNT(*) AS v FROM scores WHERE run_id = ? AND residual_minor > 0", run.ID); !run.Basis.OwnDate || n != "3" {
			t.Errorf("own date %t, %s accounts are worth something, want three", run.Basis.OwnDate, n)
		}
		// a later order: as of the end of May, documents go on
		importText(t, s, "orders", "external_id,account_id,date,net\n1,BUYER,2026-06-01,10.00\n")
		then := seen()
		if k := then["ENDS"].Contracts; len(k) != 1 || !k[0].End.IsZero() {
			t.Errorf("an end that may have been recorded later: %+v", k)
		}
		if k := then["SIGNED"].Contracts; len(k) != 0 {
			t.Errorf("a contract that may have been signed later: %+v", k)
		}
		if k := then["NOTICE"].Contracts; len(k) != 1 || k[0].End != postlift.MustDate("2026-07-01") {
			t.Errorf("notice had been given: %+v", k)
		}
	})
}
