package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"time"

	"postlift"
	"postlift/campaigns"
	"postlift/campaigns/rules"
	"postlift/internal/store"
)

// storedBench measures a whole preview on a database: the rule over made-up accounts, what the gate needs of those it
// takes, the plan and its choices written down.
type storedBench struct {
	app      *app
	accounts int
	runs     int
	postgres bool
	dir      string
}

// phase is what one part of a preview took.
type phase struct {
	Name string  `json:"name"`
	Wall float64 `json:"wall_seconds"`
	CPU  float64 `json:"cpu_seconds"` // of all cores; 0 where the system does not tell
}

// storedRun is one preview.
type storedRun struct {
	Total  phase   `json:"total"`
	Phases []phase `json:"phases"`
}

type storedResult struct {
	CPUs     int              `json:"cpus"`
	Engine   string           `json:"engine"`
	Accounts int              `json:"accounts"`
	Setup    float64          `json:"setup_seconds"`
	Funnel   campaigns.Funnel `json:"funnel"`
	Hash     string           `json:"plan_hash"`
	First    storedRun        `json:"first"` // with nothing in any cache and no plan to supersede
	Best     storedRun        `json:"best"`  // of those that follow, each in place of the plan before it
	Pass     bool             `json:"pass"`  // within the bar; judged for a million accounts
}

func (r storedResult) text(w io.Writer) {
	fmt.Fprintf(w, "%s, %d accounts, %d CPUs, made up in %.1f s\n", r.Engine, r.Accounts, r.CPUs, r.Setup)
	fmt.Fprintf(w, "matched %d, gated %d, over cap %d, held out %d, assigned %d; plan %.12s\n", r.Funnel.Matched, r.Funnel.Gated, r.Funnel.OverCap, r.Funnel.Holdout, r.Funnel.Assigned, r.Hash)
	for _, of := range []struct {
		name string
		run  storedRun
	}{{"first preview", r.First}, {"best preview after it", r.Best}} {
		fmt.Fprintf(w, "%-24s %8s %8s\n", of.name, "wall", "CPU")
		for _, p := range append(of.run.Phases, of.run.Total) {
			fmt.Fprintf(w, "  %-22s %6.3f s %6.3f s\n", p.Name, p.Wall, p.CPU)
		}
	}
	fmt.Fprintf(w, "%s (at most %g s for a million accounts)\n", passed(r.Pass), selectPlanBar)
}

func (b *storedBench) run(ctx context.Context) (r storedResult, err error) {
	place := rulesBench{app: b.app, postgres: b.postgres}
	url, clean, err := place.place(ctx, b.dir)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, clean(context.WithoutCancel(ctx))) }()
	db, err := store.Open(ctx, url, store.Options{Clock: time.Now, IDs: postlift.RandomIDs(time.Now), Secret: benchSecret})
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if _, err = db.Migrate(ctx); err != nil {
		return r, err
	}
	r = storedResult{CPUs: runtime.NumCPU(), Engine: db.Dialect(), Accounts: b.accounts}
	fmt.Fprintf(b.app.errOut, "%d accounts …\n", b.accounts)
	start := time.Now()
	if _, err = db.MakeSelectYard(ctx, b.accounts, rulesDay); err != nil {
		return r, err
	}
	r.Setup = time.Since(start).Seconds()
	return r, b.previews(ctx, db, &r)
}

// definition is a campaign that can afford letters to about a ninth of the accounts.
func (b *storedBench) definition() campaigns.Definition {
	tariff := benchTariff()
	return campaigns.Definition{Name: "bench", Rule: store.YardFunnelRule, Design: store.YardDesign, Languages: []string{"de"},
		LandingURL: "https://www.example.com/", Salt: "bench", Tariff: &tariff, Budget: &campaigns.Cash{Money: euro(50_000 + int64(b.accounts)*75/10)}}
}

func (b *storedBench) previews(ctx context.Context, db *store.Store, r *storedResult) error {
	watch := &stopwatch{Store: db}
	service := campaigns.NewService(watch, time.Now, postlift.RandomIDs(time.Now))
	by := postlift.Person("bench")
	c, err := service.SaveCampaign(ctx, b.definition(), by)
	if err != nil {
		return err
	}
	for i := range b.runs + 1 {
		fmt.Fprintf(b.app.errOut, "preview %d …\n", i)
		runtime.GC()
		watch.start()
		p, err := service.Preview(ctx, c.UID, rulesDay, by)
		if err != nil {
			return err
		}
		took := watch.stop()
		if r.Hash != "" && r.Hash != p.Run.PlanHash {
			return fmt.Errorf("bench select: the same data was planned as %s and as %s", r.Hash, p.Run.PlanHash)
		}
		r.Funnel, r.Hash = p.Run.Funnel, p.Run.PlanHash
		switch {
		case i == 0:
			r.First = took
		case i == 1 || took.Total.Wall < r.Best.Total.Wall:
			r.Best = took
		}
	}
	r.Pass = b.accounts != benchMillion || r.Best.Total.Wall <= selectPlanBar
	return nil
}

// stopwatch is a store that takes the time of the parts of a preview by what is asked of it.
type stopwatch struct {
	*store.Store
	began, last phase
	phases      []phase
}

func nowPhase() phase { return phase{Wall: float64(time.Now().UnixNano()) / 1e9, CPU: cpuSeconds()} }

func (w *stopwatch) start() {
	w.began, w.phases = nowPhase(), nil
	w.last = w.began
}

// lap ends a part.
func (w *stopwatch) lap(name string) {
	now := nowPhase()
	w.phases = append(w.phases, phase{name, now.Wall - w.last.Wall, now.CPU - w.last.CPU})
	w.last = now
}

func (w *stopwatch) stop() storedRun {
	w.lap("read back")
	return storedRun{Total: phase{"total", w.last.Wall - w.began.Wall, w.last.CPU - w.began.CPU}, Phases: w.phases}
}

// EachMatch is that of the store; what comes before it prepares.
func (w *stopwatch) EachMatch(ctx context.Context, c *rules.Catalogue, rule *rules.Term, fields []*rules.Field, asOf postlift.Date, fn func(*campaigns.AccountFacts) error) error {
	w.lap("prepare")
	err := w.Store.EachMatch(ctx, c, rule, fields, asOf, fn)
	w.lap("match")
	return err
}

// GateFacts is that of the store.
func (w *stopwatch) GateFacts(ctx context.Context, ids []int64, p campaigns.Pressure) (campaigns.Standings, campaigns.Recipients, error) {
	standings, recipients, err := w.Store.GateFacts(ctx, ids, p)
	w.lap("facts of the gate")
	return standings, recipients, err
}

// GateFactsAhead is that of the store.
func (w *stopwatch) GateFactsAhead(ctx context.Context, p campaigns.Pressure) func([]int64) (campaigns.Standings, campaigns.Recipients, error) {
	read := w.Store.GateFactsAhead(ctx, p)
	return func(ids []int64) (campaigns.Standings, campaigns.Recipients, error) {
		standings, recipients, err := read(ids)
		w.lap("facts of the gate")
		return standings, recipients, err
	}
}

// SavePlan is that of the store; what comes before it is the plan.
func (w *stopwatch) SavePlan(ctx context.Context, r campaigns.NewRun, by postlift.Actor) (campaigns.Run, error) {
	w.lap("plan")
	run, err := w.Store.SavePlan(ctx, r, by)
	w.lap("save")
	return run, err
}
