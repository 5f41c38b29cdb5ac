package store

import (
	"errors"

	"gorm.io/driver/sqlite"
	"gorm.io/gorm"
	moderncsqlite "modernc.org/sqlite"
	sqlitelib "modernc.org/sqlite/lib"

	"postlift/migrations"
)

// bytewise is an expression by which texts are sorted as SQLite sorts them, byte by byte: draws depend on the order in
// which units come.
func (s *Store) bytewise(text string) string {
	if s.dialect == migrations.Postgres {
		return text + ` COLLATE "C"`
	}
	return text
}

// sqliteDialector teaches gorm's SQLite dialect the error codes of the pure-Go driver, which its own
// translation does not know.
type sqliteDialector struct{ *sqlite.Dialector }

// Translate maps unique and foreign-key violations to gorm's named errors.
func (d sqliteDialector) Translate(err error) error {
	var e *moderncsqlite.Error
	if !errors.As(err, &e) {
		return err
	}
	switch e.Code() {
	case sqlitelib.SQLITE_CONSTRAINT_UNIQUE, sqlitelib.SQLITE_CONSTRAINT_PRIMARYKEY:
		return gorm.ErrDuplicatedKey
	case sqlitelib.SQLITE_CONSTRAINT_FOREIGNKEY:
		return gorm.ErrForeignKeyViolated
	}
	return err
}
