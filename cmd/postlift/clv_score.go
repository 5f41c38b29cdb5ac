package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"postlift/clv/scoring"
)

// scoreCommands are the value commands that work on the database.
func scoreCommands(a *app) []*cobra.Command {
	return []*cobra.Command{newScoreCommand(a)}
}

func newScoreCommand(a *app) *cobra.Command {
	var asOf string
	cmd := &cobra.Command{
		Use:     "score",
		Short:   "Value every account as of a date and publish the scores",
		Example: "  postlift clv score\n  postlift clv score --as-of 2026-06-30 --json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx := cmd.Context()
			db, err := a.store(ctx)
			if err != nil {
				return err
			}
			day, err := a.asOf(ctx, asOf)
			if err != nil {
				return err
			}
			bar := a.progress("scoring accounts")
			service := scoring.Service{Store: db, Clock: a.clock, IDs: a.ids, Progress: bar.set}
			run, err := service.Score(ctx, day, a.actor(""))
			bar.done()
			if err != nil {
				return err
			}
			return a.print(run, func(w io.Writer) { printRun(w, run) })
		},
	}
	cmd.Flags().StringVar(&asOf, "as-of", "", "data up to this day counts (default today)")
	return cmd
}

func printRun(w io.Writer, run scoring.Run) {
	fmt.Fprintf(w, "%d accounts valued as of %s over %d months: residual CLV %s in all (run %s)\n",
		run.Accounts, run.AsOf, run.Horizon, run.Total.Format("en"), run.UID)
	m := run.Metrics
	printRate(w, "contract renewal, last 12 months", m.RenewalRate, m.RenewalsDone, m.RenewalsDue)
	printRate(w, "buyers who ordered again within 12 months", m.OrderRetention, m.BuyersAgain, m.BuyersBefore)
	for _, c := range m.Channels {
		line := fmt.Sprintf("channel %s: spent %s, won %d", c.Channel, c.Spend.Format("en"), c.Won)
		if c.CPA != nil {
			line += ", cost per acquisition " + c.CPA.Format("en")
		}
		if c.Conversion != nil {
			line += fmt.Sprintf(", conversion %.1f %%", *c.Conversion*100)
		}
		fmt.Fprintln(w, line)
	}
	if m.NoHistoryAccounts > 0 {
		fmt.Fprintf(w, "%d accounts without orders or contracts are valued 0\n", m.NoHistoryAccounts)
	}
	if m.ExcludedDocuments > 0 {
		fmt.Fprintf(w, "%d documents left out: their currency has no exchange rate on that day\n", m.ExcludedDocuments)
	}
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
