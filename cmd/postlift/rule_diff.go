package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"postlift/campaigns"
	"postlift/campaigns/rules"
)

func newRuleDiffCommand(a *app) *cobra.Command {
	var from, to int
	cmd := &cobra.Command{
		Use: "diff NAME", Short: "What changed between two versions of a saved rule",
		Example: "  postlift rule diff \"sleeping giants\"\n  postlift rule diff \"sleeping giants\" --from 1 --to 3 --json",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			service, err := a.campaigns(cmd.Context())
			if err != nil {
				return err
			}
			diff, err := service.DiffRule(cmd.Context(), args[0], from, to)
			if err != nil {
				return err
			}
			return a.print(diff, func(w io.Writer) { printRuleDiff(w, diff) })
		},
	}
	cmd.Flags().IntVar(&from, "from", 0, "version to compare (default the one before)")
	cmd.Flags().IntVar(&to, "to", 0, "version to compare with (default the latest)")
	return cmd
}

func printRuleDiff(w io.Writer, d campaigns.RuleDiff) {
	fmt.Fprintf(w, "%s, version %d to %d\n", d.Name, d.From, d.To)
	if len(d.Changes) == 0 {
		fmt.Fprintln(w, "  no change in what it says")
	}
	for _, c := range d.Changes {
		place := "the whole rule"
		if c.Path != "" {
			place = "condition " + c.Path
		}
		switch c.Kind {
		case rules.Added:
			fmt.Fprintf(w, "  + %s   (%s)\n", c.New, place)
		case rules.Removed:
			fmt.Fprintf(w, "  - %s   (%s before)\n", c.Old, place)
		default:
			fmt.Fprintf(w, "  ~ %s   (%s)\n    %s\n", c.Old, place, c.New)
		}
	}
}
