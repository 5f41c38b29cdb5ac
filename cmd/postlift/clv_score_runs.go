package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"postlift/clv/scoring"
)

func newRunsCommand(a *app) *cobra.Command {
	limit := 20
	cmd := &cobra.Command{
		Use:     "runs",
		Short:   "List the score runs with their data date, models and totals, or publish an earlier one",
		Example: "  postlift clv runs\n  postlift clv runs --json\n  postlift clv runs publish scr_06dx…",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			db, err := a.store(cmd.Context())
			if err != nil {
				return err
			}
			runs, err := db.ScoreRuns(cmd.Context(), limit)
			if err != nil {
				return err
			}
			return a.print(runs, func(w io.Writer) { printRuns(w, runs) })
		},
	}
	cmd.Flags().IntVar(&limit, "limit", limit, "newest runs to list")
	cmd.AddCommand(&cobra.Command{
		Use:     "publish RUN",
		Short:   "Make an earlier run the one that everything reads",
		Example: "  postlift clv runs publish scr_06dx…",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			db, err := a.store(cmd.Context())
			if err != nil {
				return err
			}
			run, err := db.PublishRun(cmd.Context(), args[0], a.actor(""))
			if err != nil {
				return err
			}
			return a.print(run, func(w io.Writer) { printRun(w, run) })
		},
	})
	return cmd
}

func printRuns(w io.Writer, runs []scoring.Run) {
	if len(runs) == 0 {
		fmt.Fprintln(w, "there is no score run yet: run postlift clv score")
	}
	for _, r := range runs {
		model := "no order model"
		if r.Params.Orders != nil {
			model = r.Params.Orders.Model
		}
		line := fmt.Sprintf("%s  as of %s, %s, %s, %d accounts, %s", r.UID, r.AsOf, r.Kind, model, r.Accounts, r.Total.Format("en"))
		if r.Status == "published" {
			line += "  (published)"
		}
		fmt.Fprintln(w, line)
	}
}
