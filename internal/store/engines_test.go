package store

import (
	"context"
	"database/sql"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"postlift"
)

var testNow = time.Date(2026, 6, 1, 9, 0, 0, 0, time.UTC)

var schemaCount atomic.Int64

// eachEngine runs one conformance test on SQLite and, where POSTLIFT_TEST_DATABASE_URL names a
// server (make test starts one), on PostgreSQL in a schema of its own.
func eachEngine(t *testing.T, fn func(t *testing.T, s *Store)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		fn(t, openTest(t, filepath.Join(t.TempDir(), "test.db")))
	})
	t.Run("postgres", func(t *testing.T) {
		fn(t, openTest(t, postgresSchema(t)))
	})
}

func openTest(t *testing.T, url string) *Store {
	t.Helper()
	s := openEmpty(t, url)
	if _, err := s.Migrate(context.Background()); err != nil {
		t.Fatal(err)
	}
	return s
}

func openEmpty(t *testing.T, url string) *Store {
	t.Helper()
	clock := postlift.FixedClock(testNow)
	s, err := Open(context.Background(), url, Options{
		Clock: clock, IDs: postlift.RandomIDs(clock), Secret: testSecret,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// postgresSchema makes a fresh schema and returns a URL whose search path is that schema.
func postgresSchema(t *testing.T) string {
	t.Helper()
	base := os.Getenv("POSTLIFT_TEST_DATABASE_URL")
	if base == "" {
		t.Skip("POSTLIFT_TEST_DATABASE_URL is not set: no PostgreSQL to test on (make test starts one)")
	}
	db, err := sql.Open("pgx", base)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	name := fmt.Sprintf("t%d_%d", os.Getpid(), schemaCount.Add(1))
	if _, err := db.Exec("CREATE SCHEMA " + name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		db, err := sql.Open("pgx", base)
		if err != nil {
			t.Error(err)
			return
		}
		defer db.Close()
		if _, err := db.Exec("DROP SCHEMA " + name + " CASCADE"); err != nil {
			t.Error(err)
		}
	})
	sep := "?"
	if strings.Contains(base, "?") {
		sep = "&"
	}
	return base + sep + "search_path=" + name
}

func fsGlob(files fs.FS) (map[string]string, error) {
	names, err := fs.Glob(files, "*.sql")
	if err != nil {
		return nil, err
	}
	texts := map[string]string{}
	for _, name := range names {
		raw, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		texts[name] = string(raw)
	}
	return texts, nil
}
