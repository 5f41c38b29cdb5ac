package store

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"testing"

	"postlift"
	"postlift/campaigns"
	"postlift/campaigns/rules"
	"postlift/clv/scoring"
)

// seedOrders makes three accounts whose features were worked out by hand.
func seedOrders(t *testing.T, s *Store) {
	t.Helper()
	day := postlift.MustDate
	margin := func(v int64) *int64 { return &v }
	rows := []any{
		&[]accountRow{
			{ID: 1, UID: "acc_1", Source: "s", ExternalID: "1", Name: "Muster eins GmbH", GroupKey: "s:1"},
			{ID: 2, UID: "acc_2", Source: "s", ExternalID: "2", Name: "Muster zwei GmbH", GroupKey: "s:2"},
			{ID: 3, UID: "acc_3", Source: "s", ExternalID: "3", Name: "Muster drei GmbH", GroupKey: "s:1"},
		},
		&[]orderRow{
			// two documents a day are one order day; the second order is fully credited and counts no day
			{Source: "s", ExternalID: "o1", AccountID: 1, DocType: "order", PlacedOn: day("2025-01-10"), Currency: "EUR", NetMinor: 10000, MarginMinor: margin(4000)},
			{Source: "s", ExternalID: "o2", AccountID: 1, DocType: "order", PlacedOn: day("2025-01-10"), Currency: "EUR", NetMinor: 5000},
			{Source: "s", ExternalID: "o3", AccountID: 1, DocType: "order", PlacedOn: day("2026-03-01"), Currency: "EUR", NetMinor: 8000, MarginMinor: margin(3000), CreditedMinor: -8000, CreditedMarginMinor: -3000},
			{Source: "s", ExternalID: "c3", AccountID: 1, DocType: "credit_note", RefersTo: "o3", PlacedOn: day("2026-03-20"), Currency: "EUR", NetMinor: -8000, MarginMinor: margin(-3000)},
			{Source: "s", ExternalID: "o4", AccountID: 1, DocType: "order", PlacedOn: day("2026-04-01"), Currency: "EUR", NetMinor: 20000, MarginMinor: margin(9000)},
			{Source: "s", ExternalID: "c9", AccountID: 1, DocType: "credit_note", RefersTo: "unknown", PlacedOn: day("2026-04-15"), Currency: "EUR", NetMinor: -1000, MarginMinor: margin(-400)},
			{Source: "s", ExternalID: "late", AccountID: 1, DocType: "order", PlacedOn: day("2026-07-01"), Currency: "EUR", NetMinor: 99999},
			// francs have a rate from 2026 on, kroner never
			{Source: "s", ExternalID: "f1", AccountID: 2, DocType: "order", PlacedOn: day("2026-02-01"), Currency: "CHF", NetMinor: 10000, MarginMinor: margin(5000)},
			{Source: "s", ExternalID: "f0", AccountID: 2, DocType: "order", PlacedOn: day("2025-12-31"), Currency: "CHF", NetMinor: 10000},
			{Source: "s", ExternalID: "k1", AccountID: 2, DocType: "order", PlacedOn: day("2026-02-02"), Currency: "SEK", NetMinor: 10000},
		},
		&exchangeRateRow{Currency: "CHF", ValidFrom: day("2026-01-01"), Rate: 1.05},
		&contractRow{ID: 1, UID: "ctr_1", Source: "s", ExternalID: "k", AccountID: 3, StartedOn: day("2025-08-01"), TermMonths: 12,
			TermEndsOn: day("2026-07-31"), NoticeDays: 30, AutoRenew: true, Currency: "EUR"},
		&[]contractLineRow{
			{ContractID: 1, LineNo: 1, MonthlyFeeMinor: 10000, ValidFrom: day("2025-08-01"), ValidTo: day("2025-12-31")},
			{ContractID: 1, LineNo: 1, MonthlyFeeMinor: 12000, ValidFrom: day("2026-01-01")},
		},
	}
	for _, r := range rows {
		if err := s.gormW.Create(r).Error; err != nil {
			t.Fatal(err)
		}
	}
}

func TestRefreshFeatures(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		seedOrders(t, s)
		ctx, asOf := context.Background(), postlift.MustDate("2026-06-01")
		for range 2 { // the second time proves that it replaces, not adds
			if err := s.RefreshFeatures(ctx, asOf); err != nil {
				t.Fatal(err)
			}
		}
		var rows []accountFeatureRow
		if err := s.gormR.Order("account_id").Find(&rows).Error; err != nil {
			t.Fatal(err)
		}
		day := postlift.MustDate
		want := []accountFeatureRow{
			// margin: 4000 + 30 % of 5000 + 0 + 9000 - 400
			{AccountID: 1, AsOf: asOf, OrderDays: 2, FirstOrderOn: day("2025-01-10"), LastOrderOn: day("2026-04-01"),
				NetMinor: 34000, FirstDayNetMinor: 15000, MarginMinor: 14100, AssumedNetMinor: 5000,
				Net12MMinor: 19000, Net24MMinor: 15000, Margin12MMinor: 8600, Orders12M: 1},
			{AccountID: 2, AsOf: asOf, OrderDays: 1, FirstOrderOn: day("2026-02-01"), LastOrderOn: day("2026-02-01"),
				NetMinor: 10500, FirstDayNetMinor: 10500, MarginMinor: 5250, Net12MMinor: 10500, Margin12MMinor: 5250,
				Orders12M: 1, ExcludedOrders: 2},
			{AccountID: 3, AsOf: asOf, OpenContracts: 1, ContractMonthlyMinor: 12000, ContractMarginMinor: 3600,
				NextTermEndOn: day("2026-07-31"), NextNoticeOn: day("2026-07-01")},
		}
		if len(rows) != len(want) {
			t.Fatalf("%d rows, want %d", len(rows), len(want))
		}
		for i := range want {
			if rows[i] != want[i] {
				t.Errorf("account %d:\n got %+v\nwant %+v", want[i].AccountID, rows[i], want[i])
			}
		}
	})
}

func wantNear(t *testing.T, what string, got, want float64) {
	t.Helper()
	if math.Abs(got-want) > 1e-12*max(1, math.Abs(want)) {
		t.Errorf("%s %.17g, want %.17g", what, got, want)
	}
}

// The logs of gaps and of values leave the first order day out, and days that came to nothing.
func TestHistoriesKeepLogs(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		importText(t, s, "accounts", accountsFile)
		importText(t, s, "orders", "external_id,account_id,date,net\nA,K1,2026-01-01,100.00\nB,K1,2026-01-08,200.00\nC,K1,2026-02-01,5.00\nD,K1,2026-03-01,400.00\nE,K1,2026-03-01,400.00\n")
		importText(t, s, "orders", "external_id,account_id,date,type,refers_to,net\nX,K1,2026-02-02,credit_note,C,5.00\n")
		ctx, asOf := context.Background(), postlift.MustDate("2026-05-01")
		must(t, s.RefreshHistories(ctx, asOf))
		f := historyOf(t, s, ctx, asOf, nil)
		mean := (math.Log(20000) + math.Log(80000)) / 2
		wantNear(t, "gaps", f.LogGaps, math.Log(1)+math.Log(52.0/7))
		wantNear(t, "mean log", f.RepeatLogMean, mean)
		wantNear(t, "squares", f.RepeatLogSS, 2*math.Pow(math.Log(80000)-mean, 2))
		if alone := historyOf(t, s, ctx, asOf, []int64{f.AccountID}); alone.LogGaps != f.LogGaps || alone.RepeatLogMean != f.RepeatLogMean || alone.RepeatLogSS != f.RepeatLogSS {
			t.Errorf("logs of the account read alone %v %v %v, with all %v %v %v", alone.LogGaps, alone.RepeatLogMean, alone.RepeatLogSS, f.LogGaps, f.RepeatLogMean, f.RepeatLogSS)
		}
	})
}

// historyOf reads the one account with orders.
func historyOf(t *testing.T, s *Store, ctx context.Context, asOf postlift.Date, ids []int64) scoring.History {
	t.Helper()
	for h, err := range s.Histories(ctx, asOf, ids) {
		must(t, err)
		if h.OrderDays > 0 {
			return h
		}
	}
	t.Fatal("no account has orders")
	return scoring.History{}
}

func TestOddFolderNames(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "100% #1?")
	if err := os.Mkdir(dir, 0o750); err != nil {
		t.Fatal(err)
	}
	openTest(t, filepath.Join(dir, "postlift.db"))
	if _, err := os.Stat(filepath.Join(dir, "postlift.db")); err != nil {
		t.Errorf("the database lies elsewhere: %v", err)
	}
}

// Two people may look at rules for two dates at the same time.
func TestRefreshFeaturesConcurrently(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		importText(t, s, "accounts", accountsFile)
		errs := make(chan error)
		days := []string{"2026-01-01", "2026-02-01", "2026-03-01", "2026-04-01"}
		for _, day := range days {
			go func() { errs <- s.RefreshFeatures(context.Background(), postlift.MustDate(day)) }()
		}
		for range days {
			if err := <-errs; err != nil {
				t.Error(err)
			}
		}
	})
}

// A plan for one date never reads features of another one.
func TestEachMatchRefusesFeaturesOfAnotherDate(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		ctx, may, june := context.Background(), postlift.MustDate("2026-05-01"), postlift.MustDate("2026-06-01")
		importText(t, s, "accounts", accountsFile)
		must(t, s.RefreshFeatures(ctx, may))
		none := func(*campaigns.AccountFacts) error { return nil }
		must(t, s.EachMatch(ctx, rules.Builtin(), nil, nil, may, none))
		kindWanted(t, "another date", s.EachMatch(ctx, rules.Builtin(), nil, nil, june, none), postlift.Conflict)
	})
}
