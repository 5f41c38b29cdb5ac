package store

import (
	"context"
	"database/sql"

	"postlift"
	"postlift/campaigns/rules"
)

// FieldTexts lists different texts that a field of texts has in the data, at most limit of them, in no order.
func (s *Store) FieldTexts(ctx context.Context, f *rules.Field, asOf postlift.Date, limit int) ([]string, error) {
	const op = "store.FieldTexts"
	column, err := s.columnOf(f)
	if err != nil {
		return nil, opError(op, err)
	}
	source := s.newFactSource(asOf)
	column = source.read(column)
	query := "SELECT DISTINCT " + column.expr + " FROM "
	if column.as == asSet {
		query += "accounts a, " + column.from
	} else {
		query += source.from(false) + " WHERE " + column.expr + " <> ''"
	}
	ctx, cancel, late := withinTime(ctx, op)
	defer cancel()
	rows, err := s.queryRead(ctx, query+" LIMIT ?", limit)
	var texts []string
	err = eachRow(rows, err, func(r *sql.Rows) error {
		var text string
		err := r.Scan(&text)
		texts = append(texts, text)
		return err
	})
	if err != nil {
		return nil, late(err)
	}
	return texts, nil
}
