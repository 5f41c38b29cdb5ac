package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"postlift"
	"postlift/campaigns"
)

// shownApproval is the answer of `campaign approve`.
type shownApproval struct {
	campaigns.Run
	Check *campaigns.PlanCheck `json:"check,omitempty"` // what the gate says of the plan today; left out where it was approved before
}

func newCampaignApproveCommand(a *app) *cobra.Command {
	var hash, by string
	var anyway bool
	cmd := &cobra.Command{
		Use: "approve CAMPAIGN --plan HASH --by NAME", Short: "Approve exactly the plan of that hash; another hash is a conflict",
		Long: `The gate is asked again as of today, with the approved plans and control groups of other campaigns. Where it would
withdraw letters of more than 2 % of the groups by now (of more than one group), the plan is refused: preview again, or
take it as it is with --anyway. A plan of which no letter would be left is always refused.

A plan that costs more than the setting mail.second_approval_above needs a second person: until then the campaign
stays previewed. postlift campaign undo takes an approval back.`,
		Example: "  postlift campaign approve \"Win-back spring\" --plan 3f1c… --by 'Erika Muster'", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			service, err := a.campaigns(cmd.Context())
			if err != nil {
				return err
			}
			if err := a.approvable(cmd.Context(), service, args[0], hash); err != nil {
				return err
			}
			before, err := service.CurrentRun(cmd.Context(), args[0])
			if err != nil && postlift.KindOf(err) != postlift.NotFound {
				return err
			}
			approve := service.Approve
			if anyway {
				approve = service.ApproveAnyway
			}
			shown := shownApproval{}
			if shown.Run, err = approve(cmd.Context(), args[0], hash, postlift.Person(strings.TrimSpace(by))); err != nil {
				return err
			}
			if before.State == campaigns.RunPlanned {
				check, err := service.Recheck(cmd.Context(), args[0])
				if err != nil {
					return err
				}
				shown.Check = &check
			}
			settings, err := a.settings(cmd.Context())
			if err != nil {
				return err
			}
			return a.print(shown, func(w io.Writer) {
				if shown.Check != nil && shown.Check.Lost > 0 {
					fmt.Fprintf(w, "note: %s\n", shown.Check.Words())
				}
				printApproved(w, shown.Run, args[0], settings)
			})
		},
	}
	cmd.Flags().StringVar(&hash, "plan", "", "hash of the plan that you stand for (its first 12 characters are enough)")
	cmd.Flags().StringVar(&by, "by", "", "your name")
	cmd.Flags().BoolVar(&anyway, "anyway", false, "approve it although the gate would withdraw some of its letters by now")
	for _, name := range []string{"plan", "by"} {
		_ = cmd.MarkFlagRequired(name) // fails only for a flag that does not exist
	}
	return cmd
}
