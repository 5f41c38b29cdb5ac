package store

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"gorm.io/gorm/schema"

	"postlift"
	"postlift/migrations"
)

func TestMigrateUpDownUp(t *testing.T) {
	run := func(t *testing.T, url string) {
		s := openEmpty(t, url)
		ctx := context.Background()
		if err := s.CheckSchema(ctx); postlift.KindOf(err) != postlift.Conflict {
			t.Fatalf("an empty database passes the schema check: %v", err)
		}
		first, err := s.Migrate(ctx)
		if err != nil || len(first) == 0 {
			t.Fatalf("Migrate: %v, %d files", err, len(first))
		}
		if err := s.CheckSchema(ctx); err != nil {
			t.Fatal(err)
		}
		if err := s.MigrateDown(ctx); err != nil {
			t.Fatal(err)
		}
		if left := tables(t, s); len(left) != 0 {
			t.Fatalf("tables left after migrating down: %v", left)
		}
		if again, err := s.Migrate(ctx); err != nil || len(again) != len(first) {
			t.Fatalf("second Migrate: %v, %d files, want %d", err, len(again), len(first))
		}
	}
	t.Run("sqlite", func(t *testing.T) { run(t, filepath.Join(t.TempDir(), "m.db")) })
	t.Run("postgres", func(t *testing.T) { run(t, postgresSchema(t)) })
}

// TestSchemaDrift holds the row types against both engines: every table has a row type, every column a
// field of a matching class and the other way round.
func TestSchemaDrift(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		want := map[string]map[string]string{}
		var cache sync.Map
		for _, row := range allRows {
			parsed, err := schema.Parse(row, &cache, schema.NamingStrategy{})
			if err != nil {
				t.Fatal(err)
			}
			columns := map[string]string{}
			for _, f := range parsed.Fields {
				columns[f.DBName] = classOfGo(f.FieldType.String())
			}
			want[parsed.Table] = columns
		}
		for _, table := range tables(t, s) {
			columns, ok := want[table]
			if !ok {
				t.Errorf("table %s has no row type in allRows", table)
				continue
			}
			delete(want, table)
			compareColumns(t, table, columns, columnsOf(t, s, table))
		}
		for table := range want {
			t.Errorf("row type of %s has no table", table)
		}
	})
}

func compareColumns(t *testing.T, table string, row, db map[string]string) {
	t.Helper()
	for name, class := range row {
		if got, ok := db[name]; !ok {
			t.Errorf("%s.%s is in the row type, not in the schema", table, name)
		} else if got != class {
			t.Errorf("%s.%s: the row type is %s, the schema %s", table, name, class, got)
		}
	}
	for name := range db {
		if _, ok := row[name]; !ok {
			t.Errorf("%s.%s is in the schema, not in the row type", table, name)
		}
	}
}

func classOfGo(typ string) string {
	class := map[string]string{
		"int64": "int", "*int64": "int", "string": "text", "bool": "bool", "float64": "double", "*float64": "double",
		"time.Time": "timestamp", "*time.Time": "timestamp", "postlift.Date": "date", "store.jsonText": "json",
	}[typ]
	if class == "" {
		return "no class for " + typ
	}
	return class
}

func tables(t *testing.T, s *Store) []string {
	t.Helper()
	query := "SELECT name FROM sqlite_master WHERE type = 'table'"
	if s.dialect == migrations.Postgres {
		query = "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()"
	}
	var names []string
	if err := s.gormR.Raw(query).Scan(&names).Error; err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(names, func(n string) bool {
		return strings.HasPrefix(n, "goose_") || strings.HasPrefix(n, "sqlite_")
	})
}

func columnsOf(t *testing.T, s *Store, table string) map[string]string {
	t.Helper()
	query := fmt.Sprintf("SELECT name, type FROM pragma_table_info('%s')", table)
	if s.dialect == migrations.Postgres {
		query = "SELECT column_name AS name, data_type AS type FROM information_schema.columns " +
			"WHERE table_schema = current_schema() AND table_name = '" + table + "'"
	}
	var found []struct{ Name, Type string }
	if err := s.gormR.Raw(query).Scan(&found).Error; err != nil {
		t.Fatal(err)
	}
	columns := map[string]string{}
	for _, c := range found {
		columns[c.Name] = classOfSQL(strings.ToLower(c.Type), c.Name, s.dialect)
	}
	return columns
}

// classOfSQL: SQLite keeps dates and documents as text, so there the column's name tells the class:
// dates end in _on, _from, _until, _to, _of or are a month; documents stand in a list.
func classOfSQL(typ, name string, d migrations.Dialect) string {
	switch typ {
	case "integer", "bigint":
		return "int"
	case "boolean":
		return "bool"
	case "real", "double precision":
		return "double"
	case "datetime", "timestamp with time zone":
		return "timestamp"
	case "date":
		return "date"
	case "jsonb":
		return "json"
	}
	if d == migrations.SQLite && typ == "text" {
		if isDateName(name) {
			return "date"
		}
		if slices.Contains(documents, name) {
			return "json"
		}
	}
	return "text"
}

var documents = []string{"value", "detail", "custom", "params", "assumptions", "metrics", "tree", "files",
	"definition", "funnel", "record", "contacts", "features", "delivery", "lines", "merge", "rows", "basis", "report", "outlook"}

func isDateName(name string) bool {
	for _, suffix := range []string{"_on", "_from", "_until", "_of", "valid_to"} {
		if strings.HasSuffix(name, suffix) {
			return true
		}
	}
	return name == "month"
}

func TestMigrationsHoldNoUnknownToken(t *testing.T) {
	for _, d := range []migrations.Dialect{migrations.SQLite, migrations.Postgres} {
		files, err := migrations.Render(d)
		if err != nil {
			t.Fatal(err)
		}
		names, err := fsGlob(files)
		if err != nil || len(names) == 0 {
			t.Fatalf("%v, %d files", err, len(names))
		}
		for name, text := range names {
			if i := strings.Index(text, "{{"); i >= 0 {
				t.Errorf("%s, %s: unknown token %.20s", d, name, text[i:])
			}
		}
	}
}
