package store

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"postlift"
	"postlift/campaigns"
)

// gateWorld fills a database set-based: accounts with a site and one or two contacts, a tenth of them in groups,
// letters to a third, and of each hundred one blocked, in dunning or with an open opportunity.
func gateWorld(tb testing.TB, s *Store, n int) {
	tb.Helper()
	year := postlift.MustDate("2026-03-01")
	for _, q := range []struct {
		sql  string
		args []any
	}{
		{`INSERT INTO accounts (id, uid, source, external_id, name, group_key, country, language, status, dunning, match_key)
SELECT i, 'acc_' || i, 's', '' || i, 'Muster ' || i || ' GmbH', 's:' || CASE WHEN i % 20 = 1 AND i > 1 THEN i - 1 ELSE i END, 'DE', 'de',
  CASE WHEN i % 500 = 0 THEN 'closed' ELSE 'active' END, i % 200 = 3, 'company' || i FROM n`, nil},
		{`INSERT INTO sites (id, uid, source, external_id, account_id, street, postcode, city, country, is_main, status, match_key)
SELECT i, 'sit_' || i, 's', '' || i, i, 'Musterweg ' || i, '01067', 'Musterstadt', 'DE', 1, 'ok', 'address' || CASE WHEN i % 100 = 7 THEN i - 1 ELSE i END FROM n`, nil},
		{`INSERT INTO contacts (id, uid, source, external_id, account_id, first_name, last_name, role, status, match_key)
SELECT i, 'con_' || i, 's', '' || i, i, 'Kim', 'Beispiel' || i, 'management', CASE WHEN i % 90 = 0 THEN 'left' ELSE 'active' END, 'person' || i FROM n`, nil},
		{`INSERT INTO contacts (id, uid, source, external_id, account_id, first_name, last_name, role, status, match_key)
SELECT i + 10000000, 'cox_' || i, 's', 'x' || i, i, 'Kai', 'Beispiel' || i, 'technical', 'active', 'other' || i FROM n WHERE i % 3 = 0`, nil},
		{`INSERT INTO suppressions (uid, scope, match_key, reason, contact_id, received_on, effective_on)
SELECT 'sup_' || i, 'person', 'person' || i, 'objection', i, ?, ? FROM n WHERE i % 100 = 5`, []any{year, year}},
		{`INSERT INTO opportunities (uid, source, external_id, account_id, stage, opened_on) SELECT 'opp_' || i, 's', '' || i, i, 'quote', ? FROM n WHERE i % 100 = 9`, []any{year}},
		{`INSERT INTO pieces (uid, run_id, campaign_id, step, pass, kind, account_id, contact_id, recipient_key, batch_id, chunk, seq_no, token, code, language, design_sha256, state, posted_on)
SELECT 'pc_' || i, 1, 1, 1, 1, 'live', i, i, 'r' || i, 1, 1, i, 't' || i, 'c' || i, 'de', '', 'posted', ? FROM n WHERE i % 3 = 1`, []any{year}},
	} {
		query := "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " + strconv.Itoa(n) + ") "
		at := len("INSERT INTO ")
		for q.sql[at] != ')' {
			at++
		}
		if _, err := s.write.Exec(q.sql[:at+1]+" "+query+q.sql[at+2:], q.args...); err != nil {
			tb.Fatal(fmt.Errorf("%s: %w", q.sql[:30], err))
		}
	}
	if _, err := s.write.Exec("ANALYZE"); err != nil {
		tb.Fatal(err)
	}
}

// BenchmarkGateFacts reads what the gate needs of every account, on SQLite. POSTLIFT_BENCH_ACCOUNTS says how many.
func BenchmarkGateFacts(b *testing.B) {
	n := 20000
	if v, err := strconv.Atoi(os.Getenv("POSTLIFT_BENCH_ACCOUNTS")); err == nil {
		n = v
	}
	clock := postlift.FixedClock(testNow)
	ctx := context.Background()
	s, err := Open(ctx, filepath.Join(b.TempDir(), "bench.db"), Options{Clock: clock, IDs: postlift.RandomIDs(clock), Secret: testSecret})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	if _, err := s.Migrate(ctx); err != nil {
		b.Fatal(err)
	}
	benchRun(b, s)
	gateWorld(b, s, n)
	ids := make([]int64, n)
	for i := range ids {
		ids[i] = int64(i + 1)
	}
	policy := campaigns.Policy{Class: campaigns.Advertising, CoolingOffDays: 60, MaxPerYear: 6, ContactMaxPerYear: 6, GroupMaxPerYear: 12}
	for b.Loop() {
		start := time.Now()
		standings, recipients, err := s.GateFacts(ctx, ids, campaigns.Pressure{AsOf: planDay, WithUnsent: true, Policy: &policy})
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(time.Since(start).Seconds(), "s")
		b.ReportMetric(float64(len(standings)), "noted")
		b.ReportMetric(float64(len(recipients)), "contacts")
	}
}

// benchRun plants the campaign whose letters gateWorld posts.
func benchRun(tb testing.TB, s *Store) {
	tb.Helper()
	for _, row := range []any{
		&designRow{ID: 1, UID: "dsg_1", Name: "d"},
		&designVersionRow{ID: 1, DesignID: 1, Version: 1, Class: "advertising", SHA256: "d", Files: "{}", CreatedAt: testNow, Actor: "x"},
		&ruleRow{ID: 1, UID: "rul_1", Name: "r"}, &ruleVersionRow{ID: 1, RuleID: 1, Version: 1, Text: "x", Tree: "{}", CreatedAt: testNow, Actor: "x"},
		&scoreRunRow{ID: 1, UID: "scr_1", AsOf: planDay, HorizonMonths: 36, Currency: "EUR", Params: "{}", Assumptions: "{}", Status: "published", CreatedAt: testNow},
		&campaignRow{ID: 1, UID: "cmp_1", Name: "c", Class: "advertising", State: "approved", Version: 1, CreatedAt: testNow},
	} {
		if err := s.gormW.Create(row).Error; err != nil {
			tb.Fatal(err)
		}
	}
	if _, err := s.write.Exec(`INSERT INTO runs (id, uid, campaign_id, campaign_version, rule_version_id, design_version_id, score_run_id, salt, as_of, state, plan_hash, funnel, currency, cost_minor, window_days, record, created_at)
VALUES (1, 'run_1', 1, 1, 1, 1, 1, 's', '2026-01-01', 'closed', 'h', '{}', 'EUR', 0, 90, '{}', '2026-01-01')`); err != nil {
		tb.Fatal(err)
	}
	for _, row := range []any{&vendorRow{ID: 1, UID: "vnd_1", Name: "V"},
		&batchRow{ID: 1, UID: "bt_1", RunID: 1, VendorID: 1, State: "posted", ChunkSize: 5000, CreatedAt: testNow}} {
		if err := s.gormW.Create(row).Error; err != nil {
			tb.Fatal(err)
		}
	}
}
