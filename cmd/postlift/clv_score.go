package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"postlift"
	"postlift/clv/purchase"
	"postlift/clv/scoring"
	"postlift/clv/spend"
	"postlift/internal/store"
)

// scoreCommands are the value commands that work on the database.
func scoreCommands(a *app) []*cobra.Command {
	return []*cobra.Command{newScoreCommand(a), newRunsCommand(a), newSegmentsCommand(a), newCohortsCommand(a), newWhatIfCommand(a)}
}

// scoring wires the valuing of accounts; progress goes to bar, nil for none.
func (a *app) scoring(db *store.Store, bar func(int64)) *scoring.Service {
	return &scoring.Service{Store: db, Clock: a.clock, IDs: a.ids, Progress: bar}
}

func newScoreCommand(a *app) *cobra.Command {
	var asOf string
	var o scoring.Options
	var incremental bool
	cmd := &cobra.Command{
		Use:   "score",
		Short: "Value every account as of a date and publish the scores",
		Long: `Fits the value models to all accounts, values every account and publishes the result as a run. The order model is
the one that the newest backtest chose; where there is none that is young enough, models are compared first on a
sample. With --incremental only accounts that changed since the published run are valued, under its models,
assumptions and date.`,
		Example: "  postlift clv score\n  postlift clv score --as-of 2026-06-30 --json\n  postlift clv score --incremental\n  postlift clv score --model mbgcnbd --k 2",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if incremental && (asOf != "" || o != (scoring.Options{})) {
				return postlift.Faultf(postlift.Invalid, "clv score", "--incremental keeps the models and the date of the published run: give no other option with it")
			}
			run, err := a.score(cmd.Context(), asOf, o, incremental)
			if err != nil {
				return err
			}
			return a.print(run, func(w io.Writer) { printRun(w, run) })
		},
	}
	f := cmd.Flags()
	f.StringVar(&asOf, "as-of", "", "data up to this day counts (default today)")
	f.BoolVar(&incremental, "incremental", false, "value only accounts that changed since the published run")
	f.StringVar(&o.Model, "model", "", "order model instead of the tested one: "+strings.Join(purchase.Names(), ", "))
	f.IntVar(&o.K, "k", 0, "with --model mbgcnbd: how regular customers buy, 1 to 6 (default: the likeliest)")
	f.StringVar(&o.Spend, "spend", "", "spend model instead of the tested one: "+strings.Join(spend.Names(), ", "))
	f.BoolVar(&o.NoBacktest, "no-backtest", false, "compare no models first: take the newest comparison, else the default model")
	return cmd
}

func (a *app) score(ctx context.Context, asOf string, o scoring.Options, incremental bool) (scoring.Run, error) {
	db, err := a.store(ctx)
	if err != nil {
		return scoring.Run{}, err
	}
	if o.AsOf, err = a.asOf(ctx, asOf); err != nil {
		return scoring.Run{}, err
	}
	bar := a.progress("scoring accounts")
	defer bar.done()
	service := a.scoring(db, bar.set)
	if incremental {
		return service.Incremental(ctx, a.actor(""))
	}
	return service.ScoreWith(ctx, o, a.actor(""))
}

func printRun(w io.Writer, run scoring.Run) {
	fmt.Fprintf(w, "%d accounts valued as of %s over %d months: residual CLV %s in all (run %s)\n",
		run.Accounts, run.AsOf, run.Horizon, run.Total.Format("en"), run.UID)
	m := run.Metrics
	printEnd(w, m.EndsEarly, "en")
	if m.Band != nil {
		fmt.Fprintf(w, "with 90 %% probability the total lies between %s and %s\n", m.Band.Low.Format("en"), m.Band.High.Format("en"))
	}
	if m.Choice != nil {
		fmt.Fprintln(w, m.Choice.Sentence)
	}
	if m.Rescored != nil {
		fmt.Fprintf(w, "%d accounts valued anew, the others as in run %s\n", *m.Rescored, run.Base)
	}
	printRate(w, "contract renewal, last 12 months", m.RenewalRate, m.RenewalsDone, m.RenewalsDue)
	printRate(w, "buyers who ordered again within 12 months", m.OrderRetention, m.BuyersAgain, m.BuyersBefore)
	for _, c := range m.Channels {
		line := fmt.Sprintf("channel %s: spent %s, won %d", c.Channel, c.Spend.Format("en"), c.Won)
		if c.CPA != nil {
			line += ", cost per acquisition " + c.CPA.Format("en")
		}
		if len(c.Flags) > 0 && c.Cost != nil {
			line += ", valued at " + c.Cost.Format("en") + " with the experience of all channels"
		}
		if c.Conversion != nil {
			line += fmt.Sprintf(", conversion %.1f %%", *c.Conversion*100)
		}
		fmt.Fprintln(w, line)
	}
	printExclusions(w, run)
	if len(run.Params.Missing) > 0 {
		fmt.Fprintf(w, "no data for these models: %s\n", strings.Join(run.Params.Missing, ", "))
	}
	printFlags(w, portfolioFlags(&run.Params))
}

func printRate(w io.Writer, what string, rate *float64, part, whole int64) {
	if rate == nil {
		fmt.Fprintf(w, "%s: none was due\n", what)
		return
	}
	fmt.Fprintf(w, "%s: %.1f %% (%d of %d)\n", what, *rate*100, part, whole)
}
