package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"postlift"
	"postlift/campaigns"
)

func newSegmentCommand(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "segment",
		Short:   "Keep whom a saved rule takes: size, entries and exits",
		Example: "  postlift segment create \"sleeping giants\" 'clv.residual > 5000 and days_since_last_order > 120'\n  postlift segment build --all",
		Long: `A segment is a saved rule whose members are kept. Each build notes who entered and who left.

Building is cheap where nothing has changed since the build before, and where only accounts have
changed only these are evaluated. A changed rule, another day and newly published scores need a
whole build. Importing and scoring build nothing by themselves.

A segment has its rule's name. in_segment("NAME") works with every saved rule, kept or not, and
always asks the rule as it is now, not the members of the latest build.`,
	}
	cmd.AddCommand(newSegmentCreateCommand(a), newSegmentBuildCommand(a), newSegmentListCommand(a), newSegmentShowCommand(a),
		newSegmentDiffCommand(a), newSegmentDropCommand(a))
	return cmd
}

func newSegmentCreateCommand(a *app) *cobra.Command {
	var saved string
	cmd := &cobra.Command{
		Use: "create NAME [RULE-TEXT]", Short: "Start keeping the members of a rule",
		Long: `The text is saved as the rule NAME. Without a text, the rule of that name must be saved already;
with --rule the segment follows another saved rule under a name of its own.`,
		Example: `  postlift segment create "sleeping giants" 'clv.residual > 5000 and days_since_last_order > 120'
  postlift segment create "sleeping giants"
  postlift segment create "spring mailing" --rule "sleeping giants"`,
		Args: cobra.RangeArgs(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			if saved != "" && len(args) == 2 {
				return postlift.Faultf(postlift.Invalid, "segment create", "a rule's text and --rule are two answers to one question: give one of them")
			}
			service, err := a.campaigns(cmd.Context())
			if err != nil {
				return err
			}
			segment, err := createSegment(cmd, service, args, saved, a.actor(""))
			if err != nil {
				return err
			}
			return a.print(segment, func(w io.Writer) {
				fmt.Fprintf(w, "the members of %q are kept from now on (%s)\nnext: postlift segment build %q\n", segment.Name, segment.UID, segment.Name)
			})
		},
	}
	cmd.Flags().StringVar(&saved, "rule", "", "name or id of the saved rule that the segment follows")
	return cmd
}

func createSegment(cmd *cobra.Command, service *campaigns.Service, args []string, saved string, by postlift.Actor) (campaigns.Segment, error) {
	if saved != "" {
		return service.CreateSegmentOf(cmd.Context(), args[0], saved, by)
	}
	return service.CreateSegment(cmd.Context(), args[0], strings.Join(args[1:], ""), by)
}

func newSegmentBuildCommand(a *app) *cobra.Command {
	var asOf string
	var all, full bool
	cmd := &cobra.Command{
		Use: "build [NAME…]", Short: "Bring segments up to date",
		Long: `Where nothing that a segment's rule reads has changed, its latest build stands. A segment that
cannot be built keeps its members, and the others are built nevertheless.`,
		Example: `  postlift segment build "sleeping giants"
  postlift segment build --all --json
  postlift segment build --all --as-of 2026-06-30`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if all == (len(args) > 0) {
				return postlift.Faultf(postlift.Invalid, "segment build", "name the segments to build, or give --all")
			}
			service, day, err := a.campaignsOn(cmd, asOf)
			if err != nil {
				return err
			}
			built, err := service.BuildSegments(cmd.Context(), args, campaigns.BuildOptions{AsOf: day, Full: full}, a.actor(""))
			if built == nil {
				return err
			}
			if printErr := a.print(built, func(w io.Writer) { printBuilt(w, built) }); printErr != nil {
				return printErr
			}
			return err
		},
	}
	asOfFlag(cmd, &asOf)
	cmd.Flags().BoolVar(&all, "all", false, "build every segment")
	cmd.Flags().BoolVar(&full, "full", false, "evaluate every account even where the changed ones would do")
	return cmd
}

func printBuilt(w io.Writer, built []campaigns.SegmentBuilt) {
	if len(built) == 0 {
		fmt.Fprintln(w, "there are no segments yet: postlift segment create NAME RULE-TEXT")
	}
	for _, b := range built {
		switch {
		case b.Error != "":
			fmt.Fprintf(w, "%s: not built\n", b.Segment)
		case !b.Changed:
			fmt.Fprintf(w, "%s: nothing has changed since build %d, %d accounts\n", b.Segment, b.Build.No, b.Build.Size)
		default:
			fmt.Fprintf(w, "%s: %s\n", b.Segment, buildLine(b.Build))
		}
	}
}

// buildLine is a build in one line.
func buildLine(b *campaigns.SegmentBuild) string {
	return fmt.Sprintf("build %d as of %s, %d accounts (+%d −%d), %d evaluated in %s", b.No, b.AsOf, b.Size, b.Entered, b.Left, b.Checked, milliseconds(b.TookMS))
}

func milliseconds(ms int64) string {
	if ms < 1000 {
		return fmt.Sprintf("%d ms", ms)
	}
	return fmt.Sprintf("%.1f s", float64(ms)/1000)
}

// staleWords say why a segment should be built again.
var staleWords = map[string]string{
	campaigns.StaleNeverBuilt: "never built", campaigns.StaleRule: "its rule has changed",
	campaigns.StaleScores: "other scores are published", campaigns.StaleData: "accounts have changed",
	campaigns.StaleDay: "its rule asks for the day",
}

func newSegmentListCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List segments with size, latest build and whether they are up to date",
		Example: "  postlift segment list\n  postlift segment list --json", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			service, err := a.campaigns(cmd.Context())
			if err != nil {
				return err
			}
			states, err := service.SegmentStates(cmd.Context())
			if err != nil {
				return err
			}
			return a.print(states, func(w io.Writer) {
				if len(states) == 0 {
					fmt.Fprintln(w, "there are no segments yet: postlift segment create NAME RULE-TEXT")
				}
				for i := range states {
					printSegment(w, &states[i])
				}
			})
		},
	}
}

func printSegment(w io.Writer, s *campaigns.SegmentState) {
	fmt.Fprintf(w, "%s  (%s)\n  %s\n", s.Name, s.UID, s.Rule.Text)
	if s.Last != nil {
		fmt.Fprintf(w, "  %s\n", buildLine(s.Last))
	}
	if len(s.Stale) > 0 {
		words := make([]string, len(s.Stale))
		for i, reason := range s.Stale {
			words[i] = staleWords[reason]
			if reason == campaigns.StaleDay {
				words[i] += fmt.Sprintf(", and the latest build is as of %s, %s", s.Last.AsOf, daysAgo(s.BehindDays))
			}
		}
		fmt.Fprintf(w, "  stale: %s\n", strings.Join(words, "; "))
	}
	if s.Slow {
		fmt.Fprintf(w, "  slow: the latest build took %s\n", milliseconds(s.Last.TookMS))
	}
	if s.Objectors != nil && *s.Objectors > 0 {
		fmt.Fprintf(w, "  objections: at %d of the accounts nobody may be sent advertising because of them\n", *s.Objectors)
	}
	if len(s.UsedBy) > 0 {
		fmt.Fprintf(w, "  used by: %s\n", strings.Join(s.UsedBy, ", "))
	}
}

func daysAgo(n int) string {
	if n == 1 {
		return "yesterday"
	}
	return fmt.Sprintf("%d days ago", n)
}
