package main

import (
	"context"
	"fmt"
	"io"

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
			service, err := a.campaigns(cmd.Context())
			if err != nil {
				return err
			}
			if err := service.MayPrepare(cmd.Context(), args[0]); err != nil {
				return err
			}
			return a.withMailRoom(cmd.Context(), func(room *mailRoom) error {
				batch, err := a.runCampaign(cmd.Context(), room, args[0], a.actor(""))
				if err != nil {
					return err
				}
				return a.printRun(cmd.Context(), room, batch.UID)
			})
		},
	}
}

// printRun shows what a run made and what comes next; a run without one printed letter is a fault.
func (a *app) printRun(ctx context.Context, room *mailRoom, batchUID string) error {
	shown, err := a.shownBatch(ctx, room, batchUID)
	if err != nil {
		return err
	}
	if live := shown.Live; live[mailers.PieceFailed]+live[mailers.PieceWithdrawn] == live.Total() {
		return postlift.Faultf(postlift.Invalid, "campaign run", "not one of the %d letters of campaign %q could be printed%s; postlift batch show %s tells of each. Put that right and make a new campaign of it",
			live.Total(), shown.Campaign, firstReason(shown.Summary), batchUID)
	}
	if shown.State == mailers.BatchSealed {
		shown.Next = "postlift batch proof " + batchUID
	}
	return a.print(shown, func(w io.Writer) { printBatch(w, shown) })
}

// firstReason is the most telling reason of a batch's lost letters.
func firstReason(s mailers.Summary) string {
	if len(s.FailedPieces) > 0 {
		p := s.FailedPieces[0]
		return fmt.Sprintf(": %s (account %s, %s)", p.Reason, p.Account, p.AccountName)
	}
	if len(s.Reasons) > 0 {
		return ": " + s.Reasons[0].Reason
	}
	return ""
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
