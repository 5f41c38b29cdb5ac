package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"postlift"
)

func newCampaignUndoCommand(a *app) *cobra.Command {
	var by string
	cmd := &cobra.Command{
		Use:   "undo CAMPAIGN --by NAME",
		Short: "Take the approval of a campaign's plan back, until its letters are being prepared",
		Long: `The plan is then as it was after its preview: it can be approved again, or the campaign changed. With the
setting mail.undo_minutes an approved plan waits that long before its letters are prepared.`,
		Example: "  postlift campaign undo \"Win-back spring\" --by 'Erika Muster'",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			service, err := a.campaigns(cmd.Context())
			if err != nil {
				return err
			}
			run, err := service.Undo(cmd.Context(), args[0], postlift.Person(strings.TrimSpace(by)))
			if err != nil {
				return err
			}
			return a.print(run, func(w io.Writer) {
				fmt.Fprintf(w, "the approval is taken back; the plan %s waits for a new one\n", run.PlanHash[:12])
			})
		},
	}
	cmd.Flags().StringVar(&by, "by", "", "your name")
	_ = cmd.MarkFlagRequired("by") // fails only for a flag that does not exist
	return cmd
}
