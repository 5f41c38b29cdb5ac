package store

import (
	"context"
	"slices"
	"testing"

	"postlift"
	"postlift/clv/scoring"
)

// What cannot count is refused or counted, on import or when accounts are valued.
func TestBadOrdersAreCounted(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		ctx := context.Background()
		importText(t, s, "accounts", accountsFile)
		r, rejects := importText(t, s, "orders", `external_id,account_id,date,type,refers_to,currency,net
A1,K1,2026-01-10,order,,EUR,100.00
A2,K1,2026-02-10,order,,EUR,100.00
A3,K1,2026-02-11,order,,SEK,900.00
A4,K2,2026-03-11,order,,EUR,100.00
A5,K2,2026-04-20,order,,EUR,100.00
G1,K1,2026-02-20,credit_note,unknown,EUR,30.00
Z1,K1,1900-01-01,order,,EUR,100.00
Z2,K1,01.01.1970,order,,EUR,100.00
Z3,K1,0001-01-01,order,,EUR,100.00
Z4,K1,2126-01-01,order,,EUR,100.00
`)
		counts(t, r, 6, 0, 0, 4)
		if r.Reasons["date.too_early"] != 2 || r.Reasons["date.date"] != 1 || r.Reasons["date.future"] != 1 || r.Warnings["unreferenced_credit_note"] != 1 {
			t.Errorf("reasons %v, warnings %v\n%s", r.Reasons, r.Warnings, rejects)
		}
		service := scoring.Service{Store: s, Clock: s.clock, IDs: s.ids}
		run, err := service.ScoreWith(ctx, scoring.Options{AsOf: postlift.MustDate("2026-03-31"), NoBacktest: true}, postlift.System)
		must(t, err)
		if m := run.Metrics; m.ExcludedDocuments != 1 || m.FutureDocuments != 1 || m.EndsEarly != nil {
			t.Errorf("excluded %d, of the future %d, ends early %+v", m.ExcludedDocuments, m.FutureDocuments, m.EndsEarly)
		}
		start, err := s.HistoryStart(ctx)
		if must(t, err); start != postlift.MustDate("2026-01-10") {
			t.Errorf("the history begins on %s", start)
		}
	})
}

// Data that end long before the date are told of, by runs, by backtests and by an incremental run after the missing
// part has come.
func TestDataThatEndEarly(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		ctx, late := context.Background(), postlift.MustDate("2026-11-22")
		accounts, orders, contracts := portfolioFiles(120)
		importText(t, s, "accounts", accounts)
		importText(t, s, "orders", orders)
		importText(t, s, "contracts", contracts)
		service := scoring.Service{Store: s, Clock: s.clock, IDs: s.ids}
		run, err := service.Score(ctx, late, postlift.System)
		must(t, err)
		e := run.Metrics.EndsEarly
		if e == nil || e.DaysBefore != late.DaysSince(e.NewestOn) || e.DaysBefore < 31 || !slices.Contains(run.Params.Warnings, scoring.FlagOrdersEndEarly) {
			t.Fatalf("ends early %+v, warnings %v", e, run.Params.Warnings)
		}
		tested, err := s.LatestBacktest(ctx, late, late)
		must(t, err)
		if tested.EndsEarly == nil || *tested.EndsEarly != *e || tested.Currency != "EUR" || !slices.Contains(tested.Report.Flags, scoring.FlagOrdersEndEarly) {
			t.Errorf("backtest in %q ends early %+v, flags %v", tested.Currency, tested.EndsEarly, tested.Report.Flags)
		}
		run, err = service.ScoreWith(ctx, scoring.Options{AsOf: e.NewestOn.AddDays(5), NoBacktest: true}, postlift.System)
		must(t, err)
		if run.Metrics.EndsEarly != nil || slices.Contains(run.Params.Warnings, scoring.FlagOrdersEndEarly) {
			t.Errorf("warned five days after the newest order: %+v", run.Metrics.EndsEarly)
		}
	})
}

// The pages count the renewals that the models learn from: those of a contract that ended within its term, and
// those before the imported orders begin, are none.
func TestRenewalsAreThoseOfTheModels(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		ctx := context.Background()
		importText(t, s, "accounts", accountsFile)
		importText(t, s, "orders", "external_id,account_id,date,net\nA,K1,2024-01-01,100.00\nB,K1,2026-03-01,100.00\n")
		importText(t, s, "contracts", `external_id,account_id,started_on,term_months,term_ends_on,auto_renew,ended_on,currency,monthly_fee
renewed twice,K1,2023-09-01,12,2026-08-31,yes,,EUR,100
ran out,K1,2025-02-01,12,2026-01-31,no,,EUR,100
ended at a term,K2,2024-12-01,12,2025-11-30,yes,2025-11-30,EUR,100
ended within,K2,2024-07-01,12,2026-06-30,yes,2026-02-15,EUR,100
long ago,K2,2020-01-01,12,2022-12-31,yes,2022-12-31,EUR,100
`)
		service := scoring.Service{Store: s, Clock: s.clock, IDs: s.ids}
		run, err := service.ScoreWith(ctx, scoring.Options{AsOf: postlift.MustDate("2026-04-30"), NoBacktest: true}, postlift.System)
		must(t, err)
		// In the year up to 30 April 2026: the first on 1 September 2025, the fourth on 1 July 2025 went on; the second
		// and the third did not.
		if m := run.Metrics; m.RenewalsDue != 4 || m.RenewalsDone != 2 || m.RenewalRate == nil || *m.RenewalRate != .5 {
			t.Errorf("%d of %d renewed", m.RenewalsDone, m.RenewalsDue)
		}
		seg, err := s.Segmentation(ctx, run)
		must(t, err)
		found := 0
		for _, l := range slices.Concat(seg.Segments, seg.Stages) {
			if l.RenewalRate != nil {
				found++
				if *l.RenewalRate != .5 { // one of two of each account
					t.Errorf("%q: %v", l.Name, *l.RenewalRate)
				}
			}
		}
		if found < 2 {
			t.Errorf("segments %+v, stages %+v", seg.Segments, seg.Stages)
		}
	})
}
