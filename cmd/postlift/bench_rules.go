package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"postlift"
	"postlift/campaigns"
	"postlift/campaigns/rules"
	"postlift/internal/store"
)

// rulesBench measures rules in the database and in memory.
type rulesBench struct {
	app      *app
	accounts int
	runs     int
	postgres bool
}

func newBenchRulesCommand(a *app) *cobra.Command {
	b := rulesBench{app: a}
	var dir string
	cmd := &cobra.Command{
		Use:   "rules",
		Short: "Evaluate rules over made-up accounts, beside SQL written by hand",
		Long: `Makes up accounts with sites, scores, orders, contracts and blocks inside an empty database, then
measures a rule of ten clauses: its members written into a table by the rule compiled here and,
alternating, by an INSERT … SELECT written by hand; the rule in memory; a segment of it built for
the first time, and again after 1,000 accounts have changed; and a funnel of six exclusions.
With --postgres all of it happens in a schema of its own on the server of DATABASE_URL, which is
dropped at the end; otherwise in a temporary SQLite file.`,
		Example: "  postlift bench rules\n  DATABASE_URL=postgres://… postlift bench rules --postgres --json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			if b.accounts < changedAccounts || b.runs < 1 {
				return postlift.Faultf(postlift.Invalid, "bench rules", "at least %d accounts and one run are needed", changedAccounts)
			}
			url, clean, err := b.place(cmd.Context(), dir)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, clean(context.WithoutCancel(cmd.Context()))) }()
			result, err := b.run(cmd.Context(), url)
			if err != nil {
				return err
			}
			return a.print(result, result.text)
		},
	}
	f := cmd.Flags()
	f.IntVar(&b.accounts, "accounts", benchMillion, "accounts to make up")
	f.IntVar(&b.runs, "runs", 5, "how often each step is run; the median counts")
	f.BoolVar(&b.postgres, "postgres", false, "measure on the PostgreSQL server of DATABASE_URL")
	f.StringVar(&dir, "dir", "", "where the temporary folder is made (about 1 GB for a million accounts)")
	return cmd
}

// place makes room for a database and says how to clean up.
func (b *rulesBench) place(ctx context.Context, dir string) (url string, clean func(context.Context) error, err error) {
	if b.postgres {
		if b.app.cfg.DatabaseURL == "" {
			return "", nil, postlift.Faultf(postlift.Invalid, "bench rules", "--postgres needs DATABASE_URL, the address of a PostgreSQL server")
		}
		return store.TemporarySchema(ctx, b.app.cfg.DatabaseURL, fmt.Sprintf("postlift_bench_%d", os.Getpid()))
	}
	temp, err := os.MkdirTemp(dir, "postlift-bench-")
	if err != nil {
		return "", nil, postlift.Faultf(postlift.Invalid, "bench rules", "no temporary folder can be made: %v", err)
	}
	return filepath.Join(temp, "rules.db"), func(context.Context) error { return os.RemoveAll(temp) }, nil
}

// changedAccounts is how many accounts change between two builds of a segment.
const changedAccounts = 1000

// The bars; seconds are for a million accounts on a quiet machine of two cores.
const (
	rulesRatioBar  = 1.5
	rulesMemoryBar = 80.0 // nanoseconds
	rulesFunnelBar = 1.5
	rulesChangeBar = .050
)

type rulesResult struct {
	CPUs     int              `json:"cpus"`
	Engine   string           `json:"engine"`
	Accounts int              `json:"accounts"`
	Runs     int              `json:"runs"`
	Rule     string           `json:"rule"`
	Matched  int64            `json:"matched"`
	Setup    float64          `json:"setup_seconds"`
	Compiled float64          `json:"compiled_seconds"` // medians, as all below
	ByHand   float64          `json:"by_hand_seconds"`
	Ratio    float64          `json:"ratio"`
	Memory   float64          `json:"memory_nanoseconds"`          // per account
	Allocs   float64          `json:"memory_allocations"`          // per account
	Segment  float64          `json:"segment_first_build_seconds"` // with the features of all accounts
	Rebuilt  float64          `json:"segment_full_build_seconds"`
	Changed  float64          `json:"segment_changed_seconds"`
	Moves    int64            `json:"segment_changed_moves"` // entries and exits of the last build
	Funnel   float64          `json:"funnel_seconds"`
	Steps    map[string]int64 `json:"funnel"`
}

func (r rulesResult) text(w io.Writer) {
	fmt.Fprintf(w, "%s, %d accounts, %d CPUs, made up in %.1f s; medians of %d runs\n", r.Engine, r.Accounts, r.CPUs, r.Setup, r.Runs)
	fmt.Fprintf(w, "rule of ten clauses, %d matched: %.3f s, by hand %.3f s\n", r.Matched, r.Compiled, r.ByHand)
	line := func(name, value string, ok, judged bool, bar string) {
		verdict := ""
		if judged {
			verdict = map[bool]string{true: "pass", false: "MISS"}[ok] + " (" + bar + ")"
		}
		fmt.Fprintf(w, "  %-44s %12s  %s\n", name, value, verdict)
	}
	seconds := r.Accounts >= benchMillion
	line("compiled by hand, ratio", fmt.Sprintf("%.2f", r.Ratio), r.Ratio <= rulesRatioBar, true, "at most 1.5")
	line("in memory, an account", fmt.Sprintf("%.0f ns", r.Memory), r.Memory <= rulesMemoryBar, true, "at most 80 ns")
	line("in memory, allocations an account", fmt.Sprintf("%.3f", r.Allocs), r.Allocs < .001, true, "none")
	line("funnel of six exclusions", fmt.Sprintf("%.3f s", r.Funnel), r.Funnel <= rulesFunnelBar, seconds, "at most 1.5 s")
	line(fmt.Sprintf("segment, %d changed accounts", changedAccounts), fmt.Sprintf("%.3f s", r.Changed), r.Changed <= rulesChangeBar, seconds, "at most 0.05 s")
	line("segment, first build with all features", fmt.Sprintf("%.3f s", r.Segment), true, false, "")
	line("segment, every account again", fmt.Sprintf("%.3f s", r.Rebuilt), true, false, "")
	for _, step := range store.YardSteps {
		fmt.Fprintf(w, "  %-16s %9d\n", step, r.Steps[step])
	}
}

func (b *rulesBench) run(ctx context.Context, url string) (r rulesResult, err error) {
	r = rulesResult{CPUs: runtime.NumCPU(), Accounts: b.accounts, Runs: b.runs, Rule: store.YardRule, Steps: map[string]int64{}}
	db, err := store.Open(ctx, url, store.Options{Clock: time.Now, IDs: postlift.RandomIDs(time.Now), Secret: benchSecret})
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if _, err = db.Migrate(ctx); err != nil {
		return r, err
	}
	r.Engine = db.Dialect()
	fmt.Fprintf(b.app.errOut, "%d accounts …\n", b.accounts)
	start := time.Now()
	yard, err := db.MakeRuleYard(ctx, b.accounts, rulesDay)
	if err != nil {
		return r, err
	}
	r.Setup = time.Since(start).Seconds()
	for _, step := range []func(context.Context, *store.Store, *store.RuleYard, *rulesResult) error{b.membership, b.funnel, b.memory, b.segment} {
		if err := step(ctx, db, yard, &r); err != nil {
			return r, err
		}
	}
	return r, nil
}

var rulesDay = postlift.MustDate("2026-06-01")

func benchTerm(text string) (*rules.Term, error) {
	tree, err := rules.Builtin().Parse(text)
	if err != nil {
		return nil, err
	}
	return rules.Builtin().Bind(tree, rules.Binding{AsOf: rulesDay, Currency: "EUR"})
}

func median(v []float64) float64 {
	slices.Sort(v)
	return (v[(len(v)-1)/2] + v[len(v)/2]) / 2
}

// membership alternates the rule compiled here with the statement written by hand. The first pair only fills
// caches.
func (b *rulesBench) membership(ctx context.Context, _ *store.Store, yard *store.RuleYard, r *rulesResult) error {
	fmt.Fprintln(b.app.errOut, "the rule, compiled and by hand …")
	term, err := benchTerm(store.YardRule)
	if err != nil {
		return err
	}
	var compiled, byHand []float64
	for i := range b.runs + 1 {
		rows, took, err := yard.Compiled(ctx, term)
		if err != nil {
			return err
		}
		wanted, hand, err := yard.ByHand(ctx)
		if err != nil {
			return err
		}
		if rows != wanted || rows == 0 {
			return fmt.Errorf("bench rules: the rule takes %d accounts, by hand it is %d", rows, wanted)
		}
		if i > 0 {
			compiled, byHand = append(compiled, took.Seconds()), append(byHand, hand.Seconds())
		}
		r.Matched = rows
	}
	r.Compiled, r.ByHand = median(compiled), median(byHand)
	r.Ratio = r.Compiled / r.ByHand
	return nil
}

func (b *rulesBench) funnel(ctx context.Context, _ *store.Store, yard *store.RuleYard, r *rulesResult) error {
	fmt.Fprintln(b.app.errOut, "funnel …")
	term, err := benchTerm(store.YardFunnelRule)
	if err != nil {
		return err
	}
	var took []float64
	for range b.runs {
		counts, t, err := yard.Funnel(ctx, term)
		if err != nil {
			return err
		}
		for i, n := range counts {
			r.Steps[store.YardSteps[i]] = n
		}
		took = append(took, t.Seconds())
	}
	r.Funnel = median(took)
	return nil
}

// memory evaluates the rule over the facts of some accounts again and again.
func (b *rulesBench) memory(_ context.Context, _ *store.Store, _ *store.RuleYard, r *rulesResult) error {
	fmt.Fprintln(b.app.errOut, "in memory …")
	term, err := benchTerm(store.YardRule)
	if err != nil {
		return err
	}
	facts, takes := benchFacts(4096), term.Compile()
	var nanoseconds, allocations []float64
	for range b.runs {
		var before, after runtime.MemStats
		taken, n := 0, 0
		runtime.ReadMemStats(&before)
		start := time.Now()
		for n < benchMillion {
			for _, f := range facts {
				if takes(f) {
					taken++
				}
			}
			n += len(facts)
		}
		took := time.Since(start)
		runtime.ReadMemStats(&after)
		if taken == 0 {
			return fmt.Errorf("bench rules: the rule takes none of the facts")
		}
		nanoseconds = append(nanoseconds, float64(took.Nanoseconds())/float64(n))
		allocations = append(allocations, float64(after.Mallocs-before.Mallocs)/float64(n))
	}
	r.Memory, r.Allocs = median(nanoseconds), median(allocations)
	return nil
}

// benchFacts are facts of which the first clauses of the yard's rule are true more often than not, so that most
// of its clauses are looked at.
func benchFacts(n int) []*rules.Facts {
	catalogue := rules.Builtin()
	facts := make([]*rules.Facts, n)
	for i := range facts {
		h := mix(uint64(i))
		draw := func(below uint64) uint64 { h = mix(h); return h % below }
		f := catalogue.NewFacts()
		for name, v := range map[string]float64{"clv.residual": float64(draw(3_000_000)), "clv.p_alive": float64(draw(1000)) / 1000, "employees": float64(draw(500)),
			"revenue_12m": float64(draw(1_000_000)), "days_since_last_order": float64(draw(365)), "has_open_contract": float64(draw(2)), "mails_365d": float64(draw(6))} {
			if field, ok := catalogue.Field(name); ok && draw(20) > 0 {
				f.SetNumber(field, v)
			}
		}
		for name, texts := range map[string][]string{"country": {"DE", "AT", "CH", "FR"}, "segment": {"A", "B", "C"}, "status": {"active", "active", "closed"}} {
			if field, ok := catalogue.Field(name); ok {
				f.SetText(field, texts[draw(uint64(len(texts)))])
			}
		}
		facts[i] = f
	}
	return facts
}

// segment builds a segment of the rule, and again and again after accounts have changed.
func (b *rulesBench) segment(ctx context.Context, db *store.Store, yard *store.RuleYard, r *rulesResult) error {
	fmt.Fprintln(b.app.errOut, "segment …")
	service := campaigns.NewService(db, time.Now, postlift.RandomIDs(time.Now))
	if _, err := service.CreateSegment(ctx, "bench", store.YardRule, postlift.System); err != nil {
		return err
	}
	build := func(full bool) (campaigns.SegmentBuilt, float64, error) {
		start := time.Now()
		built, err := service.BuildSegments(ctx, []string{"bench"}, campaigns.BuildOptions{AsOf: rulesDay, Full: full}, postlift.System)
		took := time.Since(start).Seconds()
		if err != nil {
			return campaigns.SegmentBuilt{}, took, err
		}
		return built[0], took, nil
	}
	first, took, err := build(false)
	if err != nil {
		return err
	}
	if first.Build.Size != r.Matched {
		return fmt.Errorf("bench rules: the segment has %d members, the rule takes %d", first.Build.Size, r.Matched)
	}
	r.Segment = took
	var changed, rebuilt []float64
	for i := range b.runs {
		_, took, err := build(true)
		if err != nil {
			return err
		}
		rebuilt = append(rebuilt, took)
		if err := yard.Change(ctx, changedAccounts, i); err != nil {
			return err
		}
		built, took, err := build(false)
		if err != nil {
			return err
		}
		r.Moves = built.Build.Entered + built.Build.Left
		changed = append(changed, took)
	}
	r.Changed, r.Rebuilt = median(changed), median(rebuilt)
	return nil
}
