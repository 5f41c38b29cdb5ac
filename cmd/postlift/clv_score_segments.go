package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"postlift"
	"postlift/clv/development"
	"postlift/clv/scoring"
	"postlift/internal/store"
)

// segmentsAnswer is the segmentation of a run with the moves since an earlier one.
type segmentsAnswer struct {
	scoring.Segmentation
	Moves *scoring.Moves `json:"transitions"` // null: there is no earlier run with stages
}

func newSegmentsCommand(a *app) *cobra.Command {
	var run, since string
	cmd := &cobra.Command{
		Use:     "segments",
		Short:   "Value tiers, lifecycle stages and their moves, RFM, segments and channels of a score run",
		Example: "  postlift clv segments\n  postlift clv segments --since scr_06dx… --json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			db, err := a.store(cmd.Context())
			if err != nil {
				return err
			}
			answer, err := segmentation(cmd.Context(), db, run, since)
			if err != nil {
				return err
			}
			return a.print(answer, answer.text)
		},
	}
	cmd.Flags().StringVar(&run, "run", "", "score run (default: the published one)")
	cmd.Flags().StringVar(&since, "since", "", "earlier score run to compare stages with (default: the newest as of an earlier date)")
	return cmd
}

func segmentation(ctx context.Context, db *store.Store, run, since string) (segmentsAnswer, error) {
	var answer segmentsAnswer
	now, err := db.ScoreRun(ctx, run)
	if err != nil {
		return answer, err
	}
	if answer.Segmentation, err = db.Segmentation(ctx, now); err != nil {
		return answer, err
	}
	before, err := earlierRun(ctx, db, now, since)
	if err != nil || before == nil {
		return answer, err
	}
	moves, err := db.Transitions(ctx, *before, now)
	answer.Moves = &moves
	return answer, err
}

// earlierRun is the run asked for or the newest one of an earlier date that has stages; nil: none.
func earlierRun(ctx context.Context, db *store.Store, now scoring.Run, id string) (*scoring.Run, error) {
	if id != "" {
		run, err := db.ScoreRun(ctx, id)
		return &run, err
	}
	runs, err := db.ScoreRuns(ctx, 200)
	if err != nil {
		return nil, err
	}
	for _, r := range runs {
		if r.AsOf < now.AsOf && r.Basis != nil {
			return &r, nil
		}
	}
	return nil, nil
}

// cohortsAnswer is retention of accounts by cohort and of recurring revenue over a year.
type cohortsAnswer struct {
	scoring.Cohorts
	Revenue scoring.RevenueRetention `json:"revenue"`
}

func newCohortsCommand(a *app) *cobra.Command {
	var asOf string
	cmd := &cobra.Command{
		Use:     "cohorts",
		Short:   "Retention by quarter of the first order or contract, and of recurring revenue",
		Example: "  postlift clv cohorts\n  postlift clv cohorts --as-of 2026-06-30 --json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx := cmd.Context()
			db, err := a.store(ctx)
			if err != nil {
				return err
			}
			day, err := cohortDay(ctx, a, db, asOf)
			if err != nil {
				return err
			}
			var answer cohortsAnswer
			if answer.Cohorts, err = db.Cohorts(ctx, day); err != nil {
				return err
			}
			if answer.Revenue, err = db.RevenueRetention(ctx, day); err != nil {
				return err
			}
			return a.print(answer, answer.text)
		},
	}
	cmd.Flags().StringVar(&asOf, "as-of", "", "data up to this day counts (default: the published score run's day, else today)")
	return cmd
}

// cohortDay is the day asked for; without one, that of the published scores, so that the figures stand beside
// them.
func cohortDay(ctx context.Context, a *app, db *store.Store, flag string) (postlift.Date, error) {
	if flag == "" {
		run, err := db.PublishedRun(ctx)
		if err == nil {
			return run.AsOf, nil
		}
		if postlift.KindOf(err) != postlift.NotFound {
			return 0, err
		}
	}
	return a.asOf(ctx, flag)
}

func (c cohortsAnswer) revenue(w io.Writer) {
	r := c.Revenue.Rates
	in := func(v float64) string {
		return postlift.Money{Minor: postlift.RoundMinor(v), Currency: c.Revenue.Currency}.Format("en")
	}
	if r.Accounts == 0 {
		fmt.Fprintf(w, "recurring revenue on %s: none (flag %s)\n", c.Revenue.From, development.FlagNoRevenue)
		return
	}
	fmt.Fprintf(w, "recurring revenue of %d accounts: %s a month on %s, %s on %s; new ones beside it %s\n",
		r.Accounts, in(r.Before), c.Revenue.From, in(r.After), c.Revenue.To, in(r.New))
	fmt.Fprintf(w, "net revenue retention %.1f %% (%.1f to %.1f), gross %.1f %% (%.1f to %.1f); %d lost, %d contracted, %d expanded\n",
		r.NRR*100, r.NRRLow*100, r.NRRHigh*100, r.GRR*100, r.GRRLow*100, r.GRRHigh*100, r.Lost, r.Contracted, r.Expanded)
}
