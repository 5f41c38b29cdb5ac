package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"postlift"
)

func newCampaignCancelCommand(a *app) *cobra.Command {
	var by string
	cmd := &cobra.Command{
		Use:   "cancel CAMPAIGN --by NAME",
		Short: "Call a campaign off, until its batch is released",
		Long: `Cancels the campaign with its run and batch and takes its letters out. They do not count as mail
history, and the accounts that it held out are free for other campaigns. Once the batch is released the
letters are with the vendor, and cancelling is a conflict. A campaign in waves can be called off between two of
them: what is posted stays, the waves that are left are not mailed.`,
		Example: "  postlift campaign cancel \"Win-back spring\" --by 'Erika Muster'",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			service, err := a.campaigns(cmd.Context())
			if err != nil {
				return err
			}
			done, err := service.Cancel(cmd.Context(), args[0], postlift.Person(strings.TrimSpace(by)))
			if err != nil {
				return err
			}
			return a.print(done, func(w io.Writer) {
				fmt.Fprintf(w, "cancelled: %s (%s), letters taken out: %d\n", done.Campaign.Name, done.Campaign.UID, done.Ended.Letters)
				if done.Ended.Waves > 0 {
					fmt.Fprintf(w, "waves that will not be mailed: %d; what is posted stays\n", done.Ended.Waves)
				}
			})
		},
	}
	cmd.Flags().StringVar(&by, "by", "", "your name")
	_ = cmd.MarkFlagRequired("by") // fails only for a flag that does not exist
	return cmd
}
