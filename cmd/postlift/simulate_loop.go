package main

import (
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"runtime"
	"strconv"

	"github.com/spf13/cobra"

	"postlift"
	"postlift/campaigns"
	"postlift/internal/sim/loop"
)

// loopRun is one call of `simulate loop`.
type loopRun struct {
	set          loop.Settings
	replications int
	parallel     int
	prefix       string
	csv          string
	markdown     string
}

func newSimulateLoopCommand(a *app) *cobra.Command {
	r := loopRun{set: loop.Settings{Options: loop.DefaultOptions()}}
	o := &r.set.Options
	cmd := &cobra.Command{
		Use:   "loop",
		Short: "Play a made-up company through years of mailing under several policies",
		Long: `Plays a made-up company, whose truth is known, through years of the product's own planning, holdout,
measuring and learning, and beside it through the same years under simpler policies with the same
budget: CLV-top-N, the margin expected next, RFM, a lottery and no letters at all. All meet the same
chances, so that a difference between policies is the policy. A campaign goes out every two months to
12 % of the accounts on file, at 1.10 a letter. Only the loop pays for holdouts, the global control and
exploration. A policy's gain is the realised margin less the cost of its letters, plus the true value of
what the accounts will still bring at the end, over the same without any letter.

Replication N uses the seed SHA-256("PREFIX-N"), first 8 bytes, big-endian. The published run has the
prefix postlift-loop; try things out under another one, since whoever tunes on the published seeds has
no proof left. All replications are printed. With --contrast 0 all segments answer to letters alike, so
that nothing can be learned: there the loop pays for measuring and gets nothing for it.`,
		Example: "  postlift simulate loop --accounts 20000 --replications 4\n  postlift simulate loop --contrast 0 --json\n  postlift simulate loop --seeds postlift-loop --csv runs.csv",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := r.check(); err != nil {
				return err
			}
			done, bar := 0, a.progress("replications")
			result, err := loop.Run(cmd.Context(), r.set, loop.Names(r.prefix, r.replications), r.parallel, func() { done++; bar.set(int64(done)) })
			bar.done()
			if err != nil {
				return err
			}
			if r.csv != "" {
				if err := writeLoopCSV(r.csv, result); err != nil {
					return err
				}
			}
			if r.markdown != "" {
				if err := writeLoopMarkdown(r.markdown, result); err != nil {
					return err
				}
			}
			return a.print(result, func(w io.Writer) { loopText(w, result) })
		},
	}
	f := cmd.Flags()
	f.IntVar(&r.set.Accounts, "accounts", 100_000, "accounts on file at the start")
	f.IntVar(&r.replications, "replications", 20, "how many seeds are played")
	f.StringVar(&r.prefix, "seeds", "postlift-dev", "beginning of the names of the seeds")
	f.IntVar(&r.set.Months, "months", 48, "months to play, an even number")
	f.StringSliceVar(&r.set.Policies, "policies", loop.Policies(), "policies to play; none is always among them")
	f.Float64Var(&r.set.Contrast, "contrast", 1, "how far the true lifts of segments lie apart; 0: all answer alike")
	f.Float64Var(&o.Holdout, "holdout", o.Holdout, "share that each campaign of the loop holds out")
	f.Float64Var(&o.Later, "later-holdout", o.Later, "the same from the second year on")
	f.Float64Var(&o.Global, "global-control", o.Global, "share of groups that the loop spares for a year")
	f.Float64Var(&o.Exploration, "exploration", o.Exploration, "share of letters with which the loop tries others")
	f.IntVar(&o.ExploreFrom, "explore-from", o.ExploreFrom, "accounts from which on it does so")
	f.Float64Var(&o.PriorLift, "prior-lift", o.PriorLift, "lift that the loop expects before it has learned")
	f.Float64Var(&o.PriorSD, "prior-sd", o.PriorSD, "its doubt about that")
	f.IntVar(&r.parallel, "parallel", runtime.NumCPU(), "replications played at the same time; changes no result")
	f.StringVar(&r.csv, "csv", "", "also write a row for each replication and policy to this file")
	f.StringVar(&r.markdown, "markdown", "", "also write the tables to this file, as they stand in the documentation")
	return cmd
}

func (r *loopRun) check() error {
	bad := func(format string, args ...any) error {
		return postlift.Faultf(postlift.Invalid, "simulate loop", format, args...)
	}
	o := &r.set.Options
	switch {
	case r.replications < 1 || r.replications > 1000:
		return bad("--replications is %d: 1 to 1,000 are possible", r.replications)
	case r.parallel < 1:
		return bad("--parallel is %d: at least 1 is needed", r.parallel)
	case r.prefix == "":
		return bad("--seeds is empty: a name is needed")
	case !(o.PriorSD > 0):
		return bad("--prior-sd is %g: a doubt above 0 is needed", o.PriorSD)
	}
	for _, share := range []struct {
		flag  string
		value float64
		most  float64
	}{{"holdout", o.Holdout, campaigns.MaxHoldout}, {"later-holdout", o.Later, campaigns.MaxHoldout}, {"global-control", o.Global, campaigns.MaxHoldout},
		{"exploration", o.Exploration, campaigns.MaxExploration}} {
		if !(share.value >= 0 && share.value <= share.most) {
			return bad("--%s is %g: a share from 0 to %g is possible", share.flag, share.value, share.most)
		}
	}
	r.set.Policies = withNone(r.set.Policies)
	return r.set.Check()
}

// withNone puts no letters before the others, as every gain is one over it.
func withNone(policies []string) []string {
	for _, p := range policies {
		if p == loop.PolicyNone {
			return policies
		}
	}
	return append([]string{loop.PolicyNone}, policies...)
}

// writeLoopCSV writes all outcomes; money is in major units for each account on file at the start.
func writeLoopCSV(path string, r *loop.Result) (err error) {
	f, err := os.Create(path)
	if err != nil {
		return postlift.Faultf(postlift.Invalid, "simulate loop", "--csv: %v", err)
	}
	defer func() {
		if e := f.Close(); err == nil {
			err = e
		}
	}()
	w := csv.NewWriter(f)
	rows := [][]string{{"seed_name", "seed", "policy", "letters", "margin", "cost", "residual", "total", "gain_over_none", "late_margin_less_cost"}}
	number := func(minor float64) string { return strconv.FormatFloat(minor/100, 'f', 6, 64) }
	for i := range r.Replications {
		one := &r.Replications[i]
		for _, o := range one.Outcomes {
			rows = append(rows, []string{one.Name, strconv.FormatUint(one.Seed, 10), o.Policy, strconv.Itoa(o.Letters), number(o.Margin), number(o.Cost),
				number(o.Residual), number(o.Total), number(one.Gain(o.Policy)), number(o.Late)})
		}
	}
	if err := w.WriteAll(rows); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}
