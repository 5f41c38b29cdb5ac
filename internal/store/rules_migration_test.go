package store

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestKeyedTablesKeepTheirRows: the tables that SQLite gets anew hold what they held, column by column.
func TestKeyedTablesKeepTheirRows(t *testing.T) {
	ctx, s := context.Background(), openEmpty(t, filepath.Join(t.TempDir(), "old.db"))
	p, err := s.migrator()
	must(t, err)
	_, err = p.UpTo(ctx, 8)
	must(t, err)
	want := map[string]string{}
	must(t, s.inTx(ctx, func(x *tx) error {
		for _, statement := range []string{
			"INSERT INTO accounts (id, uid, source, external_id, name, group_key) VALUES (1, 'acc_1', 's', '1', 'Muster GmbH', 's:1')",
			"INSERT INTO score_runs (id, uid, as_of, horizon_months, currency, params, assumptions, status, created_at) VALUES (1, 'scr_1', '2026-01-01', 36, 'EUR', '{}', '{}', 'published', '2026-01-01 00:00:00')",
		} {
			if _, err := x.exec(statement); err != nil {
				return err
			}
		}
		return nil
	}))
	for _, table := range []string{"account_features", "scores"} {
		columns := columnNames(t, s, table)
		values := make([]string, len(columns))
		for i, c := range columns {
			if values[i] = fmt.Sprint(100 + i); c == "run_id" || c == "account_id" {
				values[i] = "1"
			}
		}
		must(t, s.inTx(ctx, func(x *tx) error {
			_, err := x.exec("INSERT INTO " + table + " (" + strings.Join(columns, ", ") + ") VALUES (" + strings.Join(values, ", ") + ")")
			return err
		}))
		want[table] = rowOf(t, s, table, columns)
	}
	_, err = s.Migrate(ctx)
	must(t, err)
	for table, row := range want {
		columns := slices.DeleteFunc(columnNames(t, s, table), func(c string) bool { return c == "open_amount_minor" || c == "window_committed_minor" })
		if got := rowOf(t, s, table, columns); got != row {
			t.Errorf("%s was %s and is %s", table, row, got)
		}
	}
	if _, err = p.DownTo(ctx, 8); err != nil {
		t.Error(err)
	}
	if got := rowOf(t, s, "scores", columnNames(t, s, "scores")); got != want["scores"] {
		t.Errorf("taken back, scores are %s", got)
	}
}

func columnNames(t *testing.T, s *Store, table string) (names []string) {
	t.Helper()
	must(t, s.gormR.Raw("SELECT name FROM pragma_table_info(?) ORDER BY name", table).Scan(&names).Error)
	return names
}

func rowOf(t *testing.T, s *Store, table string, columns []string) (row string) {
	t.Helper()
	must(t, s.gormR.Raw("SELECT CAST("+strings.Join(columns, " AS TEXT) || '|' || CAST(")+" AS TEXT) FROM "+table).Scan(&row).Error)
	return row
}
