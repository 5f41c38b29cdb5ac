package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"postlift"
	"postlift/internal/sim"
	"postlift/responses"
	"postlift/responses/paper"
)

func newReportCommand(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "report",
		Short:   "What the letters changed",
		Example: `  postlift report uplift "Win-back spring"`,
	}
	cmd.AddCommand(newUpliftCommand(a), newAcrossCommand(a), newBridgeCommand(a), newRenewalsCommand(a), newAtRiskCommand(a))
	return cmd
}

func newUpliftCommand(a *app) *cobra.Command {
	var asOf, lang, truth string
	var files reportFiles
	var vary responses.Variation
	cmd := &cobra.Command{
		Use:   "uplift CAMPAIGN",
		Short: "Measure a campaign against its held-out accounts",
		Long: `Attribute orders to letters and measure the uplift: assigned against held out, whatever was delivered.
The verdict (works, no_proof, hurts, withheld) is decided on the 95 % interval of the net margin.
The campaign's design decides how it is read: strata as two arms, matched pairs within the pairs, waves against those
that still wait. Contractual mail has no uplift.
CAMPAIGN is a campaign's id or name, or a run's id.`,
		Example: `  postlift report uplift "Win-back spring"
  postlift report uplift cmp_01jx… --as-of 2026-06-30 --json
  postlift report uplift "Win-back spring" --html uplift.html --pdf uplift.pdf --csv uplift.csv --lang de`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if lang != "en" && lang != "de" {
				return postlift.Faultf(postlift.Invalid, "report uplift", "--lang is %q: en or de is needed", lang)
			}
			day, err := a.asOf(cmd.Context(), asOf)
			if err != nil {
				return err
			}
			var known *responses.Truth
			if truth != "" {
				if known, _, err = readTruth(truth); err != nil {
					return err
				}
			}
			service, err := a.responses(cmd.Context())
			if err != nil {
				return err
			}
			u, err := readUplift(cmd, service, args[0], day, known, vary)
			if err != nil {
				return err
			}
			registered, err := a.registered(cmd.Context(), u)
			if err != nil {
				return err
			}
			if err := files.write(u, paper.Compose(u, registered, lang)); err != nil {
				return err
			}
			return a.print(u, func(w io.Writer) { printUplift(w, u, registered, lang, files.listed()) })
		},
	}
	f := cmd.Flags()
	f.StringVar(&asOf, "as-of", "", "read the data of this day (default: today)")
	f.StringVar(&files.html, "html", "", "also write the report as one HTML page")
	f.StringVar(&files.pdf, "pdf", "", "also write the report as PDF, A4")
	f.StringVar(&files.csv, "csv", "", "also write the figures as a tidy table: section, key, value, low, high, unit")
	f.StringVar(&lang, "lang", "en", "language of the report and its files: en or de")
	f.IntVar(&vary.WindowDays, "window", 0, "exploratory: days after in-home, instead of the registered window")
	f.StringVar(&vary.Metric, "metric", "", "exploratory: net or orders instead of margin")
	f.BoolVar(&vary.WithoutCovariate, "no-covariate", false, "exploratory: without the adjustment for the time before")
	f.StringVar(&truth, "truth", "", "show a demo's simulated truth (its truth.json) beside the estimate")
	return cmd
}

// readUplift reads the registered report, or another one where a flag asks for it.
func readUplift(cmd *cobra.Command, service *responses.Service, campaign string, day postlift.Date, known *responses.Truth, vary responses.Variation) (responses.Uplift, error) {
	if cmd.Flags().Changed("window") && vary.WindowDays < 1 {
		return responses.Uplift{}, postlift.Faultf(postlift.Invalid, "report uplift", "--window is %d: at least one day is needed", vary.WindowDays)
	}
	if vary == (responses.Variation{}) {
		return service.Uplift(cmd.Context(), campaign, day, known)
	}
	return service.Explore(cmd.Context(), campaign, day, vary)
}

// truthFile is where a demo writes what its letters really did, in its folder.
const truthFile = "truth.json"

// readTruth reads what a simulation wrote and the last day that it covers.
func readTruth(path string) (*responses.Truth, postlift.Date, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, 0, &postlift.Fault{Kind: postlift.Invalid, Op: "truth", Text: fmt.Sprintf("the truth file cannot be read: %v", err), Cause: err}
	}
	var t sim.Truth
	if err := json.Unmarshal(raw, &t); err != nil || t.IncrementalMargin.Currency == "" {
		return nil, 0, postlift.Faultf(postlift.Invalid, "truth", "%s is not the truth.json of a demo", path)
	}
	return shownTruth(t), t.To, nil
}

// shownTruth is a simulated truth as a report lays it beside the estimate.
func shownTruth(t sim.Truth) *responses.Truth {
	orders := float64(t.IncrementalOrders)
	return &responses.Truth{Gain: t.IncrementalMargin, Orders: &orders, Source: t.Simulated}
}
