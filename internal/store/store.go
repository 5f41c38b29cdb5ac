// Package store keeps everything in SQLite (embedded default) or PostgreSQL. It is the only room that
// imports gorm and SQL drivers; it imports the stages, whose small Store interfaces it satisfies, and
// migrations. Row types, SQL and gorm never appear in an exported signature.
//
// CRUD goes through gorm; whatever scales with accounts is one set-based statement or a bulk copy.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib" // registers the "pgx" driver, too
	"gorm.io/driver/postgres"
	"gorm.io/driver/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	_ "modernc.org/sqlite" // registers the "sqlite" driver

	"postlift"
	"postlift/migrations"
)

// Store is one open database. It is safe for concurrent use.
type Store struct {
	dialect migrations.Dialect
	write   *sql.DB // SQLite: one connection, so that writers queue here and never meet SQLITE_BUSY
	read    *sql.DB
	gormW   *gorm.DB
	gormR   *gorm.DB
	clock   postlift.Clock
	ids     postlift.IDMaker
	secret  []byte
}

// Options are what a Store needs beside its address.
type Options struct {
	Clock  postlift.Clock
	IDs    postlift.IDMaker
	Secret []byte // the installation's secret: keys recipient and match hashes
}

// Open connects to url: "postgres://…" or the path of a SQLite file. It does not touch the schema.
func Open(ctx context.Context, url string, o Options) (*Store, error) {
	s := &Store{clock: o.Clock, ids: o.IDs, secret: o.Secret}
	var err error
	if isPostgres(url) {
		err = s.openPostgres(url)
	} else {
		err = s.openSQLite(url)
	}
	if err == nil {
		err = s.read.PingContext(ctx)
	}
	if err != nil {
		return nil, &postlift.Fault{Kind: postlift.Unavailable, Op: "store.Open",
			Text: "the database does not open: check DATABASE_URL or the data folder", Cause: err}
	}
	return s, nil
}

func isPostgres(url string) bool {
	return strings.HasPrefix(url, "postgres://") || strings.HasPrefix(url, "postgresql://")
}

// sqlitePragmas: without _time_format times are stored in Go's String form, without _timezone range
// queries over mixed zones find nothing, without immediate transactions a third of the
// read-then-write transactions fail BUSY in spite of the timeout.
const sqlitePragmas = "?_time_format=sqlite&_timezone=UTC&_txlock=immediate&_pragma=busy_timeout(20000)" +
	"&_pragma=journal_mode(WAL)&_pragma=synchronous(NORMAL)&_pragma=foreign_keys(1)&_pragma=temp_store(1)"

// Page caches in KiB: bulk loads live from the writer's, the up to eight readers must not add up.
const (
	writerCache = "&_pragma=cache_size(-65536)"
	readerCache = "&_pragma=cache_size(-16384)"
)

// uriPath escapes what means something in SQLite's file names: a folder may be called "100% #1?".
var uriPath = strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23")

func (s *Store) openSQLite(path string) (err error) {
	s.dialect = migrations.SQLite
	if err := createPrivate(path); err != nil {
		return err
	}
	dsn := "file:" + uriPath.Replace(path) + sqlitePragmas
	if s.write, err = sql.Open("sqlite", dsn+writerCache); err != nil {
		return err
	}
	s.write.SetMaxOpenConns(1)
	if s.read, err = sql.Open("sqlite", dsn+readerCache); err != nil {
		return err
	}
	s.read.SetMaxOpenConns(8)
	if s.gormW, err = gorm.Open(sqliteDialector{&sqlite.Dialector{Conn: s.write}}, s.gormConfig()); err != nil {
		return err
	}
	s.gormR, err = gorm.Open(sqliteDialector{&sqlite.Dialector{Conn: s.read}}, s.gormConfig())
	return err
}

// createPrivate makes a new database file that others cannot read: it holds names and addresses. SQLite
// gives its -wal and -shm files the same mode.
func createPrivate(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o640)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("store: create the database file: %w", err)
	}
	return f.Close()
}

func (s *Store) openPostgres(url string) (err error) {
	s.dialect = migrations.Postgres
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return err
	}
	s.write = stdlib.OpenDB(*config, stdlib.OptionAfterConnect(withoutJIT))
	s.write.SetMaxOpenConns(16)
	s.read = s.write
	if s.gormW, err = gorm.Open(postgres.New(postgres.Config{Conn: s.write}), s.gormConfig()); err != nil {
		return err
	}
	s.gormR = s.gormW
	return nil
}

// withoutJIT: PostgreSQL takes ten times as long to compile the conditions of many rules as to run them, and whatever is
// large here reads tables more than it computes.
func withoutJIT(ctx context.Context, conn *pgx.Conn) error {
	_, err := conn.Exec(ctx, "SET jit = off")
	return err
}

func (s *Store) gormConfig() *gorm.Config {
	return &gorm.Config{
		Logger:                 logger.Discard, // errors travel up and are logged once, at the edge
		SkipDefaultTransaction: true,
		TranslateError:         true,
		NowFunc:                s.now,
	}
}

// Close ends all connections.
func (s *Store) Close() error {
	err := s.write.Close()
	if s.read != s.write {
		err = errors.Join(err, s.read.Close())
	}
	return err
}

// Ping tells whether the database answers.
func (s *Store) Ping(ctx context.Context) error { return s.read.PingContext(ctx) }

// Dialect names the engine: "sqlite" or "postgres".
func (s *Store) Dialect() string { return string(s.dialect) }

// now is the clock's instant in UTC, cut to microseconds as PostgreSQL keeps them.
func (s *Store) now() time.Time { return s.clock().UTC().Truncate(time.Microsecond) }

// tx is a write transaction: gorm for rows, exec and copyRows for bulk, all on one connection.
type tx struct {
	*gorm.DB
	store *Store
	conn  *sql.Conn
	sql   *sql.Tx
	ctx   context.Context
}

// inTx runs fn in one write transaction; an error or a panic rolls back.
func (s *Store) inTx(ctx context.Context, fn func(*tx) error) error {
	conn, err := s.write.Conn(ctx)
	if err != nil {
		return fmt.Errorf("store: connection: %w", err)
	}
	defer conn.Close()
	sqlTx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("store: begin: %w", err)
	}
	defer func() { _ = sqlTx.Rollback() }() // after a commit this is a no-op by contract
	g := s.gormW.Session(&gorm.Session{NewDB: true, Context: ctx})
	g.Statement.ConnPool = sqlTx
	if err := fn(&tx{DB: g, store: s, conn: conn, sql: sqlTx, ctx: ctx}); err != nil {
		return err
	}
	if err := sqlTx.Commit(); err != nil {
		return fmt.Errorf("store: commit: %w", err)
	}
	return nil
}

// reader is a gorm handle on the read pool.
func (s *Store) reader(ctx context.Context) *gorm.DB { return s.gormR.WithContext(ctx) }

// exec runs one statement with ? placeholders and returns the rows affected.
func (t *tx) exec(query string, args ...any) (int64, error) {
	res, err := t.sql.ExecContext(t.ctx, t.store.bind(query), args...)
	if err != nil {
		return 0, fmt.Errorf("store: %w", err)
	}
	return res.RowsAffected()
}

// query runs one query with ? placeholders inside the transaction.
func (t *tx) query(query string, args ...any) (*sql.Rows, error) {
	return t.sql.QueryContext(t.ctx, t.store.bind(query), args...)
}

// queryRead runs one query with ? placeholders on the read pool.
func (s *Store) queryRead(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return s.read.QueryContext(ctx, s.bind(query), args...)
}

// bind turns ? placeholders into $1… for PostgreSQL. Queries here hold no literal question mark.
func (s *Store) bind(query string) string {
	if s.dialect != migrations.Postgres {
		return query
	}
	var b strings.Builder
	n := 0
	for _, r := range query {
		if r == '?' {
			n++
			fmt.Fprintf(&b, "$%d", n)
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

// alone lets transactions of one name wait for each other until they end. SQLite has one writer anyway.
func (t *tx) alone(name string) error {
	if t.store.dialect != migrations.Postgres {
		return nil
	}
	_, err := t.exec("SELECT pg_advisory_xact_lock(hashtext(current_schema() || '.' || CAST(? AS TEXT)))", name)
	return err
}

// event appends to the events table in the same transaction as the change that it tells of. The detail
// holds ids and numbers only.
func (t *tx) event(by postlift.Actor, noun, uid, verb string, detail any) error {
	row := eventRow{At: t.store.now(), ActorKind: by.Kind, Actor: by.Name, Noun: noun, NounUID: uid, Verb: verb}
	if detail != nil {
		row.Detail = toJSON(detail)
	}
	return t.Create(&row).Error
}

// notFound maps gorm's missing record to a Fault that names what was looked for.
func notFound(err error, op, what, name string) error {
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return postlift.Faultf(postlift.NotFound, op, "there is no %s %q", what, name)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", op, err)
	}
	return nil
}
