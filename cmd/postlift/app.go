package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"postlift"
	"postlift/accounts"
	"postlift/internal/store"
)

// app is what a subcommand works with: configuration, streams and, opened on first use, the database.
// It holds no business rules.
type app struct {
	cfg    config
	json   bool
	in     io.Reader
	out    io.Writer // the answer
	errOut io.Writer // progress and logs
	log    *slog.Logger
	clock  postlift.Clock
	ids    postlift.IDMaker
	secret []byte
	db     *store.Store

	closers []func() error // run in reverse when the command ends
	started bool           // the command line was understood and the command's own work began
}

// run executes one command line and returns the exit code of CONTRACT: 0 ok, 1 internal, 2 bad input
// or usage, 3 conflict.
func run(ctx context.Context, args []string, in io.Reader, out, errOut io.Writer) int {
	a := &app{in: in, out: out, errOut: errOut, clock: time.Now}
	root := a.rootCommand()
	root.SetArgs(args)
	root.SetIn(in)
	root.SetOut(out)
	root.SetErr(errOut)
	err := root.ExecuteContext(ctx)
	err = errors.Join(err, a.close())
	if err == nil {
		return 0
	}
	return a.fail(err)
}

// fail tells the user what went wrong, logs an internal error once and maps the kind to an exit code.
func (a *app) fail(err error) int {
	kind := postlift.KindOf(err)
	if !a.started && kind == postlift.Internal {
		kind = postlift.Invalid // cobra's own complaints about the command line
	}
	if errors.Is(err, context.Canceled) {
		fmt.Fprintln(a.errOut, "stopped; everything finished so far is kept, the same command goes on from there")
		return 1
	}
	switch kind {
	case postlift.Internal, postlift.Unavailable:
		fmt.Fprintln(a.errOut, "error: "+err.Error())
		return 1
	case postlift.Conflict:
		fmt.Fprintln(a.errOut, "conflict: "+userText(err))
		return 3
	}
	fmt.Fprintln(a.errOut, "error: "+userText(err))
	return 2
}

// userText is a fault's own text with its cause where the text alone says too little.
func userText(err error) string {
	var f *postlift.Fault
	if errors.As(err, &f) {
		return f.Text
	}
	return err.Error()
}

// setup loads configuration; it runs before every command.
func (a *app) setup(cmd *cobra.Command, dataFlag string) error {
	cfg, err := loadConfig(dataFlag, os.Environ())
	if err != nil {
		return err
	}
	a.cfg = cfg
	level := slog.LevelInfo
	if err := level.UnmarshalText([]byte(cfg.LogLevel)); err != nil {
		return postlift.Faultf(postlift.Invalid, "config", "POSTLIFT_LOG_LEVEL is %q: debug, info, warn or error are possible", cfg.LogLevel)
	}
	a.log = slog.New(slog.NewTextHandler(a.errOut, &slog.HandlerOptions{Level: level}))
	return nil
}

// openSecret reads the installation's secret, making it on first use, and with it the id maker.
func (a *app) openSecret() error {
	if a.secret != nil {
		return nil
	}
	secret, err := loadSecret(a.cfg)
	if err != nil {
		return err
	}
	a.secret, a.ids = secret, postlift.RandomIDs(a.clock)
	return nil
}

// store opens the database and refuses a stale schema, or a folder without data: a wrong --data must not
// leave an empty database behind.
func (a *app) store(ctx context.Context) (*store.Store, error) {
	if a.db != nil {
		return a.db, nil
	}
	if err := a.hasData(); err != nil {
		return nil, err
	}
	db, err := a.storeUnchecked(ctx)
	if err != nil {
		return nil, err
	}
	return db, db.CheckSchema(ctx)
}

// hasData looks for the embedded database.
func (a *app) hasData() error {
	if a.cfg.DatabaseURL != "" {
		return nil
	}
	_, err := os.Stat(a.databaseURL())
	if errors.Is(err, fs.ErrNotExist) {
		return postlift.Faultf(postlift.NotFound, "open", "there is no data in %s: run postlift init", a.cfg.Data)
	}
	return postlift.Wrap("open", "the database cannot be looked at", err)
}

// storeUnchecked opens the database whatever its schema's version and makes it where there is none: init,
// migrate and demo use it, and a server or worker that is to migrate or to wait for it.
func (a *app) storeUnchecked(ctx context.Context) (*store.Store, error) {
	if a.db != nil {
		return a.db, nil
	}
	if err := a.openSecret(); err != nil {
		return nil, err
	}
	if a.cfg.DatabaseURL == "" {
		if err := os.MkdirAll(a.cfg.Data, 0o750); err != nil {
			return nil, postlift.Faultf(postlift.Invalid, "open", "the data folder %s cannot be made: %v", a.cfg.Data, err)
		}
	}
	db, err := store.Open(ctx, a.databaseURL(), store.Options{Clock: a.clock, IDs: a.ids, Secret: a.secret})
	if err != nil {
		return nil, err
	}
	a.db = db
	a.onClose(db.Close)
	return db, nil
}

func (a *app) databaseURL() string {
	if a.cfg.DatabaseURL != "" {
		return a.cfg.DatabaseURL
	}
	return filepath.Join(a.cfg.Data, "postlift.db")
}

// onClose remembers what to close when the command ends.
func (a *app) onClose(f func() error) { a.closers = append(a.closers, f) }

func (a *app) close() error {
	var err error
	for _, f := range slices.Backward(a.closers) {
		err = errors.Join(err, f())
	}
	return err
}

// settings reads the organisation's settings from the database.
func (a *app) settings(ctx context.Context) (accounts.Settings, error) {
	db, err := a.store(ctx)
	if err != nil {
		return accounts.Settings{}, err
	}
	return db.Settings(ctx)
}

// actor is who runs this command line: the --by name where a command has one, else the login name.
func (a *app) actor(name string) postlift.Actor {
	if name != "" {
		return postlift.Person(name)
	}
	if login := os.Getenv("USER"); login != "" {
		return postlift.Person(login)
	}
	return postlift.Person("command line")
}

// print answers: one JSON document with --json, else what text writes.
func (a *app) print(v any, text func(w io.Writer)) error {
	if !a.json {
		text(a.out)
		return nil
	}
	enc := json.NewEncoder(a.out)
	enc.SetEscapeHTML(false) // rules are full of < and >
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

// asOf reads a --as-of date; empty means today in the organisation's time zone. A day to come is refused:
// nothing is known of it yet. A demo's folder holds days that are to come for us.
func (a *app) asOf(ctx context.Context, flag string) (postlift.Date, error) {
	var day postlift.Date
	if flag != "" {
		var err error
		if day, err = postlift.ParseDate(flag); err != nil {
			return 0, err
		}
	}
	s, err := a.settings(ctx)
	if err != nil {
		return 0, err
	}
	today := s.Today(a.clock)
	switch {
	case day.IsZero():
		return today, nil
	case day > today && !a.inDemo():
		return 0, postlift.Faultf(postlift.Invalid, "as-of", "--as-of %s is after today (%s): nothing is known of that day yet", day, today)
	}
	return day, nil
}

// inDemo tells whether the data folder is a demo's.
func (a *app) inDemo() bool {
	_, err := os.Stat(filepath.Join(a.cfg.Data, demoFile))
	return err == nil
}
