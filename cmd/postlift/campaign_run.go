package main

import (
	"context"

	"github.com/spf13/cobra"

	"postlift"
	"postlift/mailers"
)

func newCampaignRunCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "run CAMPAIGN",
		Short: "Execute the approved plan: make the pieces, render them, seal the batch",
		Long: `Executes exactly the plan that was approved. Interrupted at any moment, the same command goes
on where it stopped; nothing is made twice. With REDIS_URL set, workers elsewhere help.`,
		Example: "  postlift campaign run 'Welcome back'",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withMailRoom(cmd.Context(), func(room *mailRoom) error {
				batch, err := a.runCampaign(cmd.Context(), room, args[0], a.actor(""))
				if err != nil {
					return err
				}
				return a.showBatch(cmd.Context(), room, batch.UID)
			})
		},
	}
}

// runCampaign prepares the batch of a campaign's approved run and works until it is sealed.
func (a *app) runCampaign(ctx context.Context, room *mailRoom, campaign string, by postlift.Actor) (mailers.Batch, error) {
	batch, err := room.Prepare(ctx, campaign, by)
	if err != nil {
		return batch, err
	}
	if err := room.renderUntilSealed(ctx, a, batch.UID); err != nil {
		return batch, err
	}
	return room.Batch(ctx, batch.UID)
}
