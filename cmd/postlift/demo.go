package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"postlift"
	"postlift/internal/sim"
	"postlift/internal/store"
)

// demoConfig is what decides a demo: the same values give the same pieces, PDFs and manifests.
type demoConfig struct {
	Seed     uint64        `json:"seed"`
	Accounts int           `json:"accounts"`
	AsOf     postlift.Date `json:"as_of"`
	BaseURL  string        `json:"base_url"`
}

// demoFile remembers the configuration in the demo's folder.
const demoFile = "demo.json"

// defaultAsOf is the demo's day: fixed, so that everybody's default demo is the same.
const defaultAsOf = "2026-03-02"

func newDemoCommand(a *app) *cobra.Command {
	c := demoConfig{}
	var dir, asOf string
	var noServe bool
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "A made-up company through the whole loop, then its pages on localhost",
		Long: `Makes a company's data, imports it, tests value models out of time, values every account as of a
year ago and of today, plans a win-back campaign with a random control group, renders and seals
a batch, plays the print vendor's and the customers' part, imports what comes back and measures
the uplift beside the simulated truth.
The same folder resumes where an interrupted demo stopped. Nothing is printed or mailed.`,
		Example: "  postlift demo\n  postlift demo --accounts 20000 --seed 7 --dir /tmp/demo --no-serve --json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var err error
			if c.AsOf, err = postlift.ParseDate(asOf); err != nil {
				return err
			}
			if c.Accounts < 100 || c.Accounts > 1_000_000 {
				return postlift.Faultf(postlift.Invalid, "demo", "--accounts is %d: 100 to 1,000,000 are possible", c.Accounts)
			}
			d := &demo{app: a, demoConfig: c, dir: dir, start: time.Now()}
			if err := d.play(cmd.Context()); err != nil {
				return err
			}
			if err := a.print(d.summary, d.summary.text); err != nil || noServe {
				return err
			}
			return a.serveDemo(cmd.Context())
		},
	}
	f := cmd.Flags()
	f.StringVar(&dir, "dir", "postlift-demo", "folder of the demo")
	f.IntVar(&c.Accounts, "accounts", 2000, "how many accounts")
	f.Uint64Var(&c.Seed, "seed", 1, "decides the whole made-up world")
	f.StringVar(&asOf, "as-of", defaultAsOf, "the demo's today")
	f.StringVar(&c.BaseURL, "base-url", "http://localhost:8080", "where the QR codes lead")
	f.BoolVar(&noServe, "no-serve", false, "exit instead of serving the pages")
	return cmd
}

// demo plays every role of the loop in one process, on a clock of its own.
type demo struct {
	*app
	demoConfig
	dir     string
	start   time.Time
	at      time.Time // the demo's now
	world   *sim.World
	room    *mailRoom
	summary demoSummary
}

// play runs every step; each of them finds out by itself what an interrupted demo has done already.
func (d *demo) play(ctx context.Context) error {
	if err := d.enter(); err != nil {
		return err
	}
	for _, step := range []struct {
		text string
		run  func(context.Context) error
	}{
		{"making a company's data", d.makeData},
		{"importing it", d.importData},
		{"testing value models, valuing every account", d.score},
		{"planning a win-back campaign with a control group", d.plan},
		{"rendering the letters and sealing the batch", d.produce},
		{"proof, approval, release, posting", d.post},
		{"letters arrive, sales calls", d.call},
		{"visits, orders, returns, an objection", d.answer},
		{"measuring the uplift", d.measure},
		{"learning from it, valuing every account again", d.learn},
	} {
		began := time.Now()
		fmt.Fprintf(d.errOut, "%-58s", step.text+" …")
		if err := step.run(ctx); err != nil {
			fmt.Fprintln(d.errOut)
			return err
		}
		fmt.Fprintf(d.errOut, "%6.1f s\n", time.Since(began).Seconds())
	}
	d.summary.Seconds = time.Since(d.start).Seconds()
	return nil
}

// enter takes the folder, refusing one that holds another demo, and sets clock, secret and ids: all
// derived from the seed, so that nothing depends on when and where the demo runs.
func (d *demo) enter() error {
	if err := os.MkdirAll(d.dir, 0o750); err != nil {
		return postlift.Faultf(postlift.Invalid, "demo", "the folder %s cannot be made: %v", d.dir, err)
	}
	if err := d.remember(); err != nil {
		return err
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "postlift demo %d", d.Seed))
	secret, err := demoSecret(filepath.Join(d.dir, "secret"), hex.EncodeToString(sum[:]))
	if err != nil {
		return err
	}
	d.secret, d.ids = secret, postlift.DerivedIDs(secret, d.AsOf)
	d.clock = func() time.Time { return d.at }
	d.at = d.AsOf.Time().Add(9 * time.Hour)
	d.cfg.Data, d.cfg.DatabaseURL, d.cfg.RedisURL = d.dir, "", "" // a demo never touches real data
	d.world = sim.NewWorld(sim.Config{Seed: d.Seed, Accounts: d.Accounts, AsOf: d.AsOf})
	d.summary = demoSummary{Dir: d.dir, demoConfig: d.demoConfig}
	return nil
}

// demoSecret keeps the derived secret in the folder, where later commands on it look for one.
func demoSecret(path, text string) ([]byte, error) {
	secret, err := writeSecret(path, text)
	if err == nil && string(secret) != text {
		return nil, postlift.Faultf(postlift.Conflict, "demo", "%s belongs to another installation: choose another --dir", path)
	}
	return secret, err
}

// remember writes demo.json, or compares with the one that is there.
func (d *demo) remember() error {
	path := filepath.Join(d.dir, demoFile)
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		if _, err := os.Stat(filepath.Join(d.dir, "postlift.db")); err == nil {
			return postlift.Faultf(postlift.Conflict, "demo", "%s holds real data, not a demo: choose another --dir", d.dir)
		}
		raw, err = json.MarshalIndent(d.demoConfig, "", "  ")
		return errors.Join(err, os.WriteFile(path, append(raw, '\n'), 0o640))
	}
	if err != nil {
		return err
	}
	var old demoConfig
	if err := json.Unmarshal(raw, &old); err != nil {
		return postlift.Faultf(postlift.Conflict, "demo", "%s is damaged (%v): delete the folder or choose another --dir", path, err)
	}
	if old != d.demoConfig {
		return postlift.Faultf(postlift.Conflict, "demo",
			"%s holds a demo with seed %d, %d accounts, as of %s, for %s: choose another --dir, or the same values to resume it",
			d.dir, old.Seed, old.Accounts, old.AsOf, old.BaseURL)
	}
	return nil
}

// open is the demo's database with its schema brought up to date, and the mail room over it.
func (d *demo) open(ctx context.Context) (*store.Store, error) {
	db, err := d.storeUnchecked(ctx)
	if err != nil {
		return nil, err
	}
	if _, err = db.Migrate(ctx); err != nil {
		return nil, err
	}
	if d.room, err = d.mailRoom(ctx); err == nil {
		d.onClose(d.room.Close)
	}
	return db, err
}

// day moves the demo's clock to nine in the morning of a day.
func (d *demo) day(day postlift.Date) { d.at = day.Time().Add(9 * time.Hour) }

// demoSummary is what a demo tells at its end.
type demoSummary struct {
	Dir string `json:"dir"`
	demoConfig
	Seconds  float64         `json:"seconds"`
	Imported []demoImport    `json:"imported"`
	Total    postlift.Money  `json:"total_residual"`
	Value    demoValue       `json:"value"`
	Funnel   json.RawMessage `json:"funnel"`
	BatchID  string          `json:"batch_id"`
	Pieces   json.RawMessage `json:"pieces"`
	PlanHash string          `json:"plan_hash"`
	Played   sim.Counts      `json:"played"`
	Verdict  string          `json:"verdict"`
	Flags    []string        `json:"flags"`
	Sentence string          `json:"sentence"`
	Net      json.RawMessage `json:"net"`
	Truth    sim.Truth       `json:"truth"`
	Files    []demoArtefact  `json:"files"`

	lines []string // the story in sentences
}

type demoImport struct {
	Kind     string `json:"kind"`
	Rows     int64  `json:"rows"`
	Rejected int64  `json:"rejected"`
	Planted  int    `json:"planted_wrong_rows"`
}

type demoArtefact struct {
	What string `json:"what"`
	Path string `json:"path"`
}

func (s demoSummary) text(w io.Writer) {
	fmt.Fprintf(w, "\nA made-up company (seed %d, %d accounts, as of %s), %.1f s\n\n", s.Seed, s.Accounts, s.AsOf, s.Seconds)
	for _, line := range s.lines {
		fmt.Fprintln(w, "  "+line)
	}
	fmt.Fprintf(w, "\nVerdict: %s\n", verdictPhrase(s.Verdict, s.Flags, "en"))
	fmt.Fprintf(w, "%s\n", s.Sentence)
	fmt.Fprintf(w, "The simulation knows the truth: these letters brought %s of margin in the window (%d orders more).\n\n",
		s.Truth.IncrementalMargin.Format("en"), s.Truth.IncrementalOrders)
	for _, f := range s.Files {
		fmt.Fprintf(w, "  %-22s %s\n", f.What, f.Path)
	}
}
