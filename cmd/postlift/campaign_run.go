package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"postlift"
	"postlift/campaigns"
	"postlift/mailers"
)

func newCampaignRunCommand(a *app) *cobra.Command {
	var wave int
	cmd := &cobra.Command{
		Use:   "run CAMPAIGN [--wave N]",
		Short: "Execute the approved plan: make the pieces, render them, seal the batch",
		Long: `Executes exactly the plan that was approved. Interrupted at any moment, the same command goes
on where it stopped; nothing is made twice. With REDIS_URL set, workers elsewhere help.

A campaign in waves is run once for each: the first that is not posted yet, when it is due. Before that the
command says when, with exit code 3. The gate looks at a later wave anew: whoever objected, closed or was mailed
by others meanwhile is withdrawn and stays in the wave.

Before it begins it asks the gate about all letters that are not out yet, with the plans and control groups of other
campaigns, and says how many a release would withdraw.`,
		Example: "  postlift campaign run 'Welcome back'\n  postlift campaign run 'Welcome back' --wave 2",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if wave < 0 {
				return postlift.Faultf(postlift.Invalid, "campaign run", "--wave is %d: waves count from 1", wave)
			}
			service, err := a.campaigns(cmd.Context())
			if err != nil {
				return err
			}
			if err := service.MayPrepare(cmd.Context(), args[0]); err != nil {
				return err
			}
			check, err := service.Recheck(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			return a.withMailRoom(cmd.Context(), func(room *mailRoom) error {
				batch, err := a.runWave(cmd.Context(), room, args[0], wave, a.actor(""))
				if err != nil {
					return err
				}
				return a.printRun(cmd.Context(), room, batch.UID, check)
			})
		},
	}
	cmd.Flags().IntVar(&wave, "wave", 0, "prepare this wave (default the first that is not posted)")
	return cmd
}

// shownRun is the answer of `campaign run`.
type shownRun struct {
	shownBatch
	Check campaigns.PlanCheck `json:"check"` // what the gate said, before the run, of the letters that were not out
}

// printRun shows what a run made and what comes next; a run without one printed letter is a fault, but a later
// wave may well be empty.
func (a *app) printRun(ctx context.Context, room *mailRoom, batchUID string, check campaigns.PlanCheck) error {
	shown, err := a.shownBatch(ctx, room, batchUID)
	if err != nil {
		return err
	}
	if live := shown.Live; live[mailers.PieceFailed]+live[mailers.PieceWithdrawn] == live.Total() && shown.Wave < 2 {
		return postlift.Faultf(postlift.Invalid, "campaign run", "not one of the %d letters of campaign %q could be printed%s; postlift batch show %s tells of each. Put that right and make a new campaign of it",
			live.Total(), shown.Campaign, firstReason(shown.Summary), batchUID)
	}
	switch {
	case shown.State == mailers.BatchSealed && shown.Funnel.Pending > shown.Funnel.Waiting:
		shown.Next = "postlift batch proof " + batchUID
	case shown.Waves != nil:
		shown.Next = nextWave(shown)
	}
	return a.print(shownRun{shown, check}, func(w io.Writer) {
		if check.Lost > 0 {
			fmt.Fprintf(w, "note: %s: release withdraws them; preview again under a new name where that is too many\n", check.Words())
		}
		printBatch(w, shown)
	})
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

// nextWave says when the wave after a batch's is due, once that is known; "" where none is left.
func nextWave(b shownBatch) string {
	for _, w := range b.Waves {
		if w.BatchUID == "" && w.Firm {
			return fmt.Sprintf("wave %d on %s: postlift campaign run %s", w.Number, w.DueOn, b.CampaignUID)
		}
	}
	return ""
}

// runCampaign prepares the batch of a campaign's approved run and works until it is sealed.
func (a *app) runCampaign(ctx context.Context, room *mailRoom, campaign string, by postlift.Actor) (mailers.Batch, error) {
	return a.runWave(ctx, room, campaign, 0, by)
}

// runWave does that for a wave of the run; 0 is the first that is not over.
func (a *app) runWave(ctx context.Context, room *mailRoom, campaign string, wave int, by postlift.Actor) (mailers.Batch, error) {
	batch, err := room.PrepareWave(ctx, campaign, wave, by)
	if err != nil {
		return batch, err
	}
	if err := room.renderUntilSealed(ctx, a, batch.UID); err != nil {
		return batch, err
	}
	return room.Batch(ctx, batch.UID)
}
