package store

import (
	"context"
	"fmt"
	"strings"
)

// PlainLoad writes rows with one prepared INSERT that is executed for each row in one transaction: the
// yardstick that `bench import` holds the importer against. next gives a row's values in the order of
// columns, false at the end.
func (s *Store) PlainLoad(ctx context.Context, table string, columns []string, next func() ([]any, bool)) (rows int64, err error) {
	err = s.inTx(ctx, func(t *tx) error {
		insert, err := t.sql.PrepareContext(ctx, s.bind("INSERT INTO "+table+" ("+strings.Join(columns, ", ")+") VALUES ("+
			strings.TrimSuffix(strings.Repeat("?, ", len(columns)), ", ")+")"))
		if err != nil {
			return fmt.Errorf("store.PlainLoad: %w", err)
		}
		defer insert.Close()
		for {
			row, ok := next()
			if !ok {
				return nil
			}
			if _, err := insert.ExecContext(ctx, row...); err != nil {
				return fmt.Errorf("store.PlainLoad: %w", err)
			}
			rows++
		}
	})
	return rows, err
}
