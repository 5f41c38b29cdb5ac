package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"postlift"
	"postlift/campaigns"
)

// segmentShown is what `segment show` answers.
type segmentShown struct {
	campaigns.SegmentState
	Members []campaigns.SegmentMember `json:"members"`
}

func newSegmentShowCommand(a *app) *cobra.Command {
	var limit int
	cmd := &cobra.Command{
		Use: "show NAME", Short: "One segment with its members, the most valuable first",
		Example: "  postlift segment show \"sleeping giants\"\n  postlift segment show \"sleeping giants\" --limit 0 --json",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := checkLimit(limit); err != nil {
				return err
			}
			service, err := a.campaigns(cmd.Context())
			if err != nil {
				return err
			}
			state, err := service.SegmentState(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			members, err := service.SegmentMembers(cmd.Context(), state.Segment, limit)
			if err != nil {
				return err
			}
			return a.print(segmentShown{state, members}, func(w io.Writer) {
				printSegment(w, &state)
				printMembers(w, &state, members)
			})
		},
	}
	limitFlag(cmd, &limit)
	return cmd
}

func limitFlag(cmd *cobra.Command, limit *int) {
	cmd.Flags().IntVar(limit, "limit", 20, "list at most this many accounts, 0 lists all")
}

func checkLimit(limit int) error {
	if limit < 0 {
		return postlift.Faultf(postlift.Invalid, "segment", "--limit %d: a number of accounts, or 0 for all, is needed", limit)
	}
	return nil
}

func printMembers(w io.Writer, s *campaigns.SegmentState, members []campaigns.SegmentMember) {
	for _, m := range members {
		value := "–"
		if m.Residual != nil {
			value = m.Residual.Format("en")
		}
		mark := ""
		if m.Objected {
			mark = "  objection"
		}
		fmt.Fprintf(w, "  %-14s %-40s %16s  since build %d (%s)%s\n", m.ExternalID, m.Name, value, m.Since, m.SinceDate, mark)
	}
	if s.Last != nil && int64(len(members)) < s.Last.Size {
		fmt.Fprintf(w, "  … and %d more (--limit 0 lists all)\n", s.Last.Size-int64(len(members)))
	}
}

func newSegmentDiffCommand(a *app) *cobra.Command {
	var from, to, limit int
	cmd := &cobra.Command{
		Use: "diff NAME", Short: "Who entered and who left between two builds, and what changed in the rule",
		Long: `Compares the members after build --to with those after build --from: by default the latest build with the
one before. --from 0 compares with nobody. Who came and went in between does not show.`,
		Example: "  postlift segment diff \"sleeping giants\"\n  postlift segment diff \"sleeping giants\" --from 3 --to 7 --json",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := checkLimit(limit); err != nil {
				return err
			}
			if from < 0 || to < 0 {
				return postlift.Faultf(postlift.Invalid, "segment diff", "builds are numbered from 1: --from %d --to %d", from, to)
			}
			if !cmd.Flags().Changed("from") {
				from = -1
			}
			service, err := a.campaigns(cmd.Context())
			if err != nil {
				return err
			}
			d, err := service.DiffSegment(cmd.Context(), args[0], from, to, limit)
			if err != nil {
				return err
			}
			return a.print(d, func(w io.Writer) { printSegmentDiff(w, &d) })
		},
	}
	cmd.Flags().IntVar(&from, "from", 0, "build to compare (default the one before --to)")
	cmd.Flags().IntVar(&to, "to", 0, "build to compare with (default the latest)")
	limitFlag(cmd, &limit)
	return cmd
}

func printSegmentDiff(w io.Writer, d *campaigns.SegmentDiff) {
	before := "before the first build, nobody"
	if d.From != nil {
		before = fmt.Sprintf("build %d as of %s, %d accounts", d.From.No, d.From.AsOf, d.From.Size)
	}
	fmt.Fprintf(w, "%s\n  from: %s\n  to:   build %d as of %s, %d accounts\n  %d entered, %d left\n", d.Segment, before, d.To.No, d.To.AsOf, d.To.Size, d.Entered, d.Left)
	if len(d.RuleChanges) > 0 {
		printRuleDiff(w, campaigns.RuleDiff{Name: "the rule", From: d.From.RuleVersion, To: d.To.RuleVersion, Changes: d.RuleChanges})
	}
	listed := int64(0)
	for _, m := range d.Moves {
		listed++
		fmt.Fprintf(w, "  %s %-14s %-40s build %d (%s)\n", map[bool]string{true: "+", false: "−"}[m.Entered], m.ExternalID, m.Name, m.Build, m.On)
	}
	if more := d.Entered + d.Left - listed; more > 0 {
		fmt.Fprintf(w, "  … and %d more (--limit 0 lists all)\n", more)
	}
}

func newSegmentDropCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "drop NAME", Short: "Stop keeping a segment's members and forget its builds; the rule stays",
		Example: "  postlift segment drop \"sleeping giants\"", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			service, err := a.campaigns(cmd.Context())
			if err != nil {
				return err
			}
			dropped, err := service.DropSegment(cmd.Context(), args[0], a.actor(""))
			if err != nil {
				return err
			}
			return a.print(dropped, func(w io.Writer) {
				fmt.Fprintf(w, "the members of %q are kept no more; its rule stays: %s\n", dropped.Segment, dropped.Rule)
				for _, name := range dropped.UsedBy {
					fmt.Fprintf(w, "the saved rule %q refers to it and goes on working\n", name)
				}
			})
		},
	}
}
