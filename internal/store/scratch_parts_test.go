package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"testing"
	"time"

	"postlift"
	"postlift/responses"
)

func TestScratchParts(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		ctx := context.Background()
		m, err := s.MakeMeasureYard(ctx, 50000, postlift.MustDate("2026-03-03"))
		must(t, err)
		_, err = s.AttributeRun(ctx, 1, responses.NewPicker)
		must(t, err)
		run, err := s.MeasuredRun(ctx, m.RunUID)
		must(t, err)
		homes, _ := s.homesOf(ctx, 1)
		q, args := s.pathSQL(run, homes, m.EndsOn, []string{"quote"})
		explain := "EXPLAIN QUERY PLAN "
		if s.Dialect() == "postgres" {
			explain = "EXPLAIN ANALYZE "
		}
		a := time.Now()
		must(t, s.each(ctx, func(r *sql.Rows) error {
			var x [4]any
			var err error
			if s.Dialect() == "postgres" {
				err = r.Scan(&x[3])
			} else {
				err = r.Scan(&x[0], &x[1], &x[2], &x[3])
			}
			fmt.Println(x[0], x[1], x[3])
			return err
		}, explain+q, args...))
		fmt.Println(time.Since(a))
		if s.Dialect() == "sqlite" {
			i := strings.Index(q, "SELECT stage, outcome")
			for _, part := range []string{"SELECT COUNT(*) FROM arm", "SELECT SUM(LENGTH((SELECT MIN(o.placed_on) FROM orders o WHERE o.account_id = a.account_id AND o.placed_on >= a.home AND o.placed_on <= '2026-06-01' AND o.doc_type = 'order' AND o.net_minor + o.credited_minor > 0))) FROM arm a",
				"SELECT COUNT(*) FROM arm a CROSS JOIN responses e WHERE e.account_id = a.account_id", "SELECT COUNT(*) FROM arm a CROSS JOIN opportunities e WHERE e.account_id = a.account_id",
				"SELECT COUNT(*) FROM attributions t CROSS JOIN orders o CROSS JOIN choices c WHERE t.run_id = 1 AND t.arm = 'assigned' AND o.id = t.order_id AND c.run_id = t.run_id AND c.account_id = t.account_id AND c.outcome = 'assigned'"} {
				a = time.Now()
				must(t, s.each(ctx, func(r *sql.Rows) error { var x any; return r.Scan(&x) }, q[:i]+part, run.ID))
				fmt.Println(time.Since(a), part[:24])
			}
		}
	})
}
