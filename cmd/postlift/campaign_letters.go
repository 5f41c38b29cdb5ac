package main

import (
	"context"
	"fmt"
	"io"

	"postlift/mailers"
)

// lettersSoFar is what became of a run's letters, by the ledger of its batches.
type lettersSoFar struct {
	Planned   int                   `json:"planned"`
	Mailed    int                   `json:"mailed"`
	Withdrawn int                   `json:"withdrawn"`
	Failed    int                   `json:"failed"`
	Pending   int                   `json:"pending"`
	Reasons   []mailers.ReasonCount `json:"reasons"` // why letters were withdrawn or failed
}

// lettersSoFar adds up the batches of a run.
func (a *app) lettersSoFar(ctx context.Context, run string) (found *lettersSoFar, err error) {
	return found, a.withMailRoom(ctx, func(room *mailRoom) error {
		funnel, err := room.Funnel(ctx, run)
		if err != nil {
			return err
		}
		found = &lettersSoFar{Planned: funnel.Planned, Mailed: funnel.Mailed, Withdrawn: funnel.Withdrawn, Failed: funnel.Failed, Pending: funnel.Pending,
			Reasons: []mailers.ReasonCount{}}
		batches, err := room.Batches(ctx)
		if err != nil {
			return err
		}
		for _, b := range batches {
			if b.RunUID != run {
				continue
			}
			if b, err = room.Show(ctx, b.UID); err != nil {
				return err
			}
			found.add(b.Reasons)
		}
		return nil
	})
}

// add counts a batch's reasons to those of the others.
func (l *lettersSoFar) add(reasons []mailers.ReasonCount) {
	for _, r := range reasons {
		known := false
		for i := range l.Reasons {
			if have := &l.Reasons[i]; have.State == r.State && have.Reason == r.Reason {
				have.Pieces += r.Pieces
				known = true
			}
		}
		if !known {
			l.Reasons = append(l.Reasons, r)
		}
	}
}

// printLettersSoFar tells what became of the plan's letters; nothing before they are made.
func printLettersSoFar(w io.Writer, l *lettersSoFar) {
	if l == nil {
		return
	}
	fmt.Fprintf(w, "  by now: %d letters planned = %d mailed + %d withdrawn + %d failed + %d pending\n", l.Planned, l.Mailed, l.Withdrawn, l.Failed, l.Pending)
	for _, r := range l.Reasons {
		fmt.Fprintf(w, "    %d %s: %s\n", r.Pieces, r.State, r.Reason)
	}
}
