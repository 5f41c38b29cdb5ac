package store

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"postlift"
	"postlift/clv/scoring"
)

// AccountsBy lists scored accounts by residual value with a keyset cursor.
func (s *Store) AccountsBy(ctx context.Context, f scoring.AccountFilter) ([]scoring.AccountLine, error) {
	run, err := s.PublishedRun(ctx)
	if err != nil {
		return nil, err
	}
	where, args, err := accountsWhere(f)
	if err != nil {
		return nil, err
	}
	query := `SELECT a.id, a.uid, a.name, a.country, a.segment, COALESCE(si.city, ''), sc.residual_minor, sc.p_alive, sc.decile, sc.tier, sc.stage
FROM scores sc JOIN accounts a ON a.id = sc.account_id
LEFT JOIN sites si ON si.id = (SELECT MIN(x.id) FROM sites x WHERE x.account_id = a.id AND x.is_main)
WHERE sc.run_id = ?` + where + " ORDER BY sc.residual_minor DESC, sc.account_id LIMIT ?"
	rows, err := s.queryRead(ctx, query, append(append([]any{run.ID}, args...), f.Limit)...)
	if err != nil {
		return nil, fmt.Errorf("accounts: %w", err)
	}
	defer rows.Close()
	var lines []scoring.AccountLine
	for rows.Next() {
		l := scoring.AccountLine{Residual: money(run)}
		var id int64
		if err := rows.Scan(&id, &l.UID, &l.Name, &l.Country, &l.Segment, &l.City, &l.Residual.Minor, &l.PAlive, &l.Decile, &l.Tier, &l.Stage); err != nil {
			return nil, err
		}
		l.Cursor = fmt.Sprintf("%d.%d", l.Residual.Minor, id)
		lines = append(lines, l)
	}
	return lines, rows.Err()
}

// accountsWhere gives the conditions of a filter, each beginning with AND, and their values.
func accountsWhere(f scoring.AccountFilter) (where string, args []any, err error) {
	if f.Search != "" {
		where += " AND LOWER(a.name) LIKE ? ESCAPE '!'"
		args = append(args, strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(strings.ToLower(f.Search))+"%")
	}
	for _, c := range []struct{ column, value string }{{"sc.tier", f.Tier}, {"sc.stage", f.Stage}, {"a.segment", f.Segment}} {
		if c.value != "" {
			where += " AND " + c.column + " = ?"
			args = append(args, c.value)
		}
	}
	if f.Cursor != "" {
		value, id, err := parseCursor(f.Cursor)
		if err != nil {
			return "", nil, err
		}
		where += " AND (sc.residual_minor < ? OR (sc.residual_minor = ? AND sc.account_id > ?))"
		args = append(args, value, value, id)
	}
	return where, args, nil
}

func parseCursor(cursor string) (value, id int64, err error) {
	a, b, _ := strings.Cut(cursor, ".")
	value, err = strconv.ParseInt(a, 10, 64)
	if err == nil {
		id, err = strconv.ParseInt(b, 10, 64)
	}
	if err != nil {
		return 0, 0, postlift.Faultf(postlift.Invalid, "store.Accounts", "%q is not a page cursor", cursor)
	}
	return value, id, nil
}
