package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"postlift"
	"postlift/migrations"
)

func (s *Store) migrator() (*goose.Provider, error) {
	files, err := migrations.Render(s.dialect)
	if err != nil {
		return nil, err
	}
	if s.dialect == migrations.SQLite {
		return goose.NewProvider(goose.DialectSQLite3, s.write, files)
	}
	locker, err := lock.NewPostgresSessionLocker()
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(goose.DialectPostgres, s.write, files, goose.WithSessionLocker(locker))
}

// Migrate brings the schema to the newest version and returns the names of the files applied.
func (s *Store) Migrate(ctx context.Context) ([]string, error) {
	p, err := s.migrator()
	if err != nil {
		return nil, fmt.Errorf("store.Migrate: %w", err)
	}
	results, err := p.Up(ctx)
	if err != nil {
		return nil, fmt.Errorf("store.Migrate: %w", err)
	}
	names := make([]string, 0, len(results))
	for _, r := range results {
		names = append(names, r.Source.Path)
	}
	return names, nil
}

// MigrateDown takes all migrations back; tests prove with it that every step can be undone.
func (s *Store) MigrateDown(ctx context.Context) error {
	p, err := s.migrator()
	if err != nil {
		return err
	}
	_, err = p.DownTo(ctx, 0)
	return err
}

// CheckSchema is a Conflict fault while migrations are pending.
func (s *Store) CheckSchema(ctx context.Context) error {
	p, err := s.migrator()
	if err != nil {
		return fmt.Errorf("store.CheckSchema: %w", err)
	}
	pending, err := p.HasPending(ctx)
	if errors.Is(err, goose.ErrVersionNotFound) || pending {
		return postlift.Faultf(postlift.Conflict, "store.CheckSchema",
			"the database schema is not up to date: run `postlift migrate` (or start with --migrate)")
	}
	if err != nil {
		return fmt.Errorf("store.CheckSchema: %w", err)
	}
	return nil
}
