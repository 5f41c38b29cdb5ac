package main

import (
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/spf13/cobra"

	"postlift"
	"postlift/campaigns/planner"
)

func newCampaignPlanCommand(a *app) *cobra.Command {
	var asOf string
	var windows int
	cmd := &cobra.Command{
		Use: "plan CAMPAIGN", Short: "Before launch: which effect can be seen, with which design, by when, at what price",
		Long: `Tries holdouts, matched pairs, random waves, programme tests over several months and pooling on the past of
the campaign's own audience: its current plan or, where there is none as of the date, the plan that a preview
would make. It stores nothing. Every design is drawn many times on past windows as long as the campaign's,
the expected lift is added to those who would be mailed, and the report's own estimator reads the outcome.

The answer is a date by which you will know, or plainly that it cannot be measured.`,
		Example: "  postlift campaign plan \"Win-back spring\"\n  postlift campaign plan cmp_01kx… --as-of 2026-06-30 --windows 8 --json", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			service, err := a.campaigns(cmd.Context())
			if err != nil {
				return err
			}
			var day postlift.Date
			if asOf != "" {
				if day, err = a.asOf(cmd.Context(), asOf); err != nil {
					return err
				}
			}
			assessed, err := service.Assess(cmd.Context(), args[0], day, windows)
			if err != nil {
				return err
			}
			return a.print(assessed, func(w io.Writer) { printAssessment(w, assessed) })
		},
	}
	cmd.Flags().StringVar(&asOf, "as-of", "", "data up to this day counts (default: the current plan's day, without a plan today)")
	cmd.Flags().IntVar(&windows, "windows", 0, "past windows to look at, at most 60 (default: two more than cover a year)")
	return cmd
}

func printAssessment(w io.Writer, a planner.Assessment) {
	fmt.Fprintf(w, "%s\n\n", a.Sentence.EN)
	fmt.Fprintf(w, "audience: %d groups, expected margin %s in %d days without a letter, %s more with one (lift %s)\n",
		a.Groups, a.Baseline.Format("en"), a.WindowDays, a.Gain.Format("en"), shareText(&a.Lift.Mean))
	if a.Agreed.Minor != 0 {
		fmt.Fprintf(w, "beside it contracts have agreed a margin of %s for these days: no letter raises it\n", a.Agreed.Format("en"))
	}
	if len(a.Designs) > 0 {
		fmt.Fprintf(w, "\n%-70s %9s %19s %6s %10s %8s %10s  %s\n", "design", "seen from", "(80 % range)", "power", "proves it", "coverage", "known on", "given up or later")
	}
	for _, f := range a.Designs {
		printFinding(w, f, a.Proposal.Design, a.Own)
	}
	if len(a.Leaving) > 0 {
		fmt.Fprintln(w, "\nif the largest groups are always mailed and left out of the estimate:")
	}
	for _, l := range a.Leaving {
		fmt.Fprintf(w, "  top %2g %% out (%s of the margin): seen from %s\n", l.TopPercent, shareText(&l.Share), shareText(l.Detectable))
	}
	fmt.Fprintln(w)
	for _, r := range a.Reasons {
		fmt.Fprintln(w, "- "+r.EN)
	}
}

func printFinding(w io.Writer, f planner.Finding, proposed, own string) {
	mark := "  "
	if f.Name == proposed {
		mark = "> "
	}
	label := mark + f.Label.EN
	if f.Name == own {
		label += " (as it stands)"
	}
	if f.Impossible != "" {
		fmt.Fprintf(w, "%-70s %s\n", label, strings.ReplaceAll(f.Impossible, "_", " "))
		return
	}
	interval := ""
	if f.DetectableLow != nil && f.DetectableHigh != nil {
		interval = "(" + shareText(f.DetectableLow) + " to " + shareText(f.DetectableHigh) + ")"
	}
	price := f.Cost
	price.Minor += f.Deferred.Minor
	fmt.Fprintf(w, "%-70s %9s %19s %6s %10s %8.3f %10s  %s\n", label, shareText(f.Detectable), interval,
		shareText(&f.Power), shareText(&f.Works), math.Min(f.Coverage, f.CoverageNone), f.KnownOn, price.Format("en"))
}

// shareText writes a share as a percentage, with a decimal below ten per cent; "never" for none.
func shareText(share *float64) string {
	switch {
	case share == nil:
		return "never"
	case math.Abs(*share) < .0995:
		return fmt.Sprintf("%.1f %%", *share*100)
	}
	return fmt.Sprintf("%.0f %%", *share*100)
}
