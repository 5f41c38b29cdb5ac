package store

import (
	"context"
	"database/sql"
	"fmt"
	"testing"
	"time"

	"postlift"
)

func TestScratchAttr(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		if s.Dialect() != "sqlite" {
			return
		}
		ctx := context.Background()
		_, err := s.MakeMeasureYard(ctx, 50000, postlift.MustDate("2026-03-03"))
		must(t, err)
		settings, _ := s.Settings(ctx)
		rates, _ := orderRate(s.gormR, settings.Currency)
		for _, v := range []string{"SELECT o.id, o.account_id, o.placed_on, o.code, o.matched_by, CAST(o.net_minor + o.credited_minor AS DOUBLE PRECISION) * (%[1]s) FROM orders o WHERE o.doc_type = 'order' AND o.placed_on >= '2026-03-01' AND o.placed_on <= '2026-06-01' AND o.net_minor + o.credited_minor > 0 AND (%[1]s) IS NOT NULL AND (o.code <> '' OR EXISTS (SELECT 1 FROM choices c WHERE c.run_id IN (1) AND c.account_id = o.account_id AND c.outcome IN ('assigned', 'holdout')))",
			"SELECT o.id, o.account_id, o.placed_on, o.code, o.matched_by, CAST(o.net_minor + o.credited_minor AS DOUBLE PRECISION) * (%[1]s) FROM orders o WHERE o.doc_type = 'order' AND o.placed_on >= '2026-03-01' AND o.placed_on <= '2026-06-01' AND o.net_minor + o.credited_minor > 0 AND (%[1]s) IS NOT NULL AND (o.code <> '' OR EXISTS (SELECT 1 FROM choices c WHERE c.run_id IN (1) AND c.account_id = o.account_id AND c.outcome || '' IN ('assigned', 'holdout')))",
			"SELECT o.id, o.account_id, o.placed_on, o.code, o.matched_by, o.net_minor FROM orders o WHERE o.doc_type = 'order' AND o.placed_on >= '2026-03-01' AND o.placed_on <= '2026-06-01' AND o.net_minor + o.credited_minor > 0 --%s",
			"SELECT o.id, o.account_id, o.placed_on, o.code, o.matched_by, o.net_minor FROM orders o WHERE o.doc_type = 'order' AND o.placed_on >= '2026-03-01' AND o.placed_on <= '2026-06-01' AND o.net_minor + o.credited_minor > 0 AND (%s) IS NOT NULL",
		} {
			q := fmt.Sprintf(v, rates)
			must(t, s.each(ctx, func(r *sql.Rows) error {
				var x [4]any
				err := r.Scan(&x[0], &x[1], &x[2], &x[3])
				fmt.Println(x[0], x[1], x[3])
				return err
			}, "EXPLAIN QUERY PLAN "+q))
			a, n := time.Now(), 0
			c := cpu()
			must(t, s.each(ctx, func(r *sql.Rows) error {
				var x [4]int64
				var y [2]string
				var f float64
				var d postlift.Date
				n++
				return r.Scan(&x[0], &x[1], &d, &y[0], &y[1], &f)
			}, q))
			fmt.Println(n, time.Since(a), cpu()-c)
		}
		fmt.Println(rates)
	})
}
