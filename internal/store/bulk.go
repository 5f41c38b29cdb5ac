package store

import (
	"database/sql"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"postlift/migrations"
)

// sqliteRowsPerInsert is where the pure-Go driver's bulk rate levels off (measured; more rows a
// statement cost more in binding than they save).
const sqliteRowsPerInsert = 50

// copyRows loads rows into a table as fast as the engine can: COPY on PostgreSQL, multi-row prepared
// inserts on SQLite. next returns the following row's values, in the order of columns, or false at the
// end; the slice may be reused between calls. A row that already exists is an error: upsertRows is for
// loads that may meet one.
func (t *tx) copyRows(table string, columns []string, next func() ([]any, bool)) (int64, error) {
	if t.store.dialect == migrations.Postgres {
		return t.pgCopy(table, columns, next)
	}
	return t.sqliteInsert(table, columns, "", next)
}

// upsertRows loads rows and, where the conflict columns already exist, updates the others if any
// differs. It returns rows inserted plus rows changed. COPY knows no ON CONFLICT, so PostgreSQL goes
// through a temporary table. One call must not hold the same key twice.
func (t *tx) upsertRows(table string, columns, conflict, update []string, next func() ([]any, bool)) (int64, error) {
	tail := upsertTail(table, conflict, update)
	if t.store.dialect != migrations.Postgres {
		return t.sqliteInsert(table, columns, tail, next)
	}
	temp := "load_" + table
	cols := strings.Join(columns, ", ")
	if _, err := t.exec("CREATE TEMPORARY TABLE IF NOT EXISTS " + temp + " (LIKE " + table + " INCLUDING DEFAULTS) ON COMMIT DROP"); err != nil {
		return 0, err
	}
	if _, err := t.exec("ALTER TABLE " + temp + " ALTER COLUMN id DROP NOT NULL"); err != nil {
		return 0, err
	}
	if _, err := t.exec("TRUNCATE " + temp); err != nil {
		return 0, err
	}
	if _, err := t.pgCopy(temp, columns, next); err != nil {
		return 0, err
	}
	return t.exec("INSERT INTO " + table + " (" + cols + ") SELECT " + cols + " FROM " + temp + tail)
}

func upsertTail(table string, conflict, update []string) string {
	if len(update) == 0 {
		return " ON CONFLICT (" + strings.Join(conflict, ", ") + ") DO NOTHING"
	}
	set, differ := make([]string, len(update)), make([]string, 0, len(update))
	for i, c := range update {
		set[i] = c + " = excluded." + c
		if c != "import_id" { // provenance follows a change, it is none
			differ = append(differ, fmt.Sprintf("%s.%s IS DISTINCT FROM excluded.%s", table, c, c))
		}
	}
	return " ON CONFLICT (" + strings.Join(conflict, ", ") + ") DO UPDATE SET " + strings.Join(set, ", ") +
		" WHERE " + strings.Join(differ, " OR ")
}

func (t *tx) sqliteInsert(table string, columns []string, tail string, next func() ([]any, bool)) (int64, error) {
	one := "(" + strings.TrimSuffix(strings.Repeat("?,", len(columns)), ",") + "),"
	insert := func(rows int) string {
		return "INSERT INTO " + table + " (" + strings.Join(columns, ", ") + ") VALUES " + strings.TrimSuffix(strings.Repeat(one, rows), ",") + tail
	}
	full, err := t.sql.PrepareContext(t.ctx, insert(sqliteRowsPerInsert))
	if err != nil {
		return 0, fmt.Errorf("store: %s: %w", table, err)
	}
	defer full.Close()
	var affected int64
	args := gather(make([]any, 0, sqliteRowsPerInsert*len(columns)), next)
	for ; len(args) == cap(args); args = gather(args[:0], next) {
		n, err := rowsAffected(full.ExecContext(t.ctx, args...))
		if err != nil {
			return affected, fmt.Errorf("store: %s: %w", table, err)
		}
		affected += n
	}
	if len(args) == 0 {
		return affected, nil
	}
	n, err := rowsAffected(t.sql.ExecContext(t.ctx, insert(len(args)/len(columns)), args...))
	if err != nil {
		return affected, fmt.Errorf("store: %s: %w", table, err)
	}
	return affected + n, nil
}

// gather appends rows until args is full or there are no more.
func gather(args []any, next func() ([]any, bool)) []any {
	for len(args) < cap(args) {
		row, ok := next()
		if !ok {
			break
		}
		args = append(args, row...)
	}
	return args
}

func rowsAffected(res sql.Result, err error) (int64, error) {
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// copySource adapts a next function to pgx.
type copySource struct {
	next func() ([]any, bool)
	row  []any
}

func (c *copySource) Next() (ok bool)        { c.row, ok = c.next(); return ok }
func (c *copySource) Values() ([]any, error) { return c.row, nil }
func (c *copySource) Err() error             { return nil }

func (t *tx) pgCopy(table string, columns []string, next func() ([]any, bool)) (n int64, err error) {
	rawErr := t.conn.Raw(func(driverConn any) error {
		pg := driverConn.(*stdlib.Conn).Conn()
		n, err = pg.CopyFrom(t.ctx, pgx.Identifier{table}, columns, &copySource{next: next})
		return err
	})
	if rawErr != nil {
		return n, fmt.Errorf("store: copy %s: %w", table, rawErr)
	}
	return n, nil
}
