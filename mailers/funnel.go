package mailers

import (
	"context"

	"postlift"
)

// Funnel is what became of a run: accounts by the plan's outcome and live pieces by where they ended.
// Seeds, proofs and reprints are not counted.
type Funnel struct {
	RunUID string `json:"run_id"`

	Matched  int `json:"matched"` // accounts
	Gated    int `json:"gated"`
	OverCap  int `json:"over_cap"`
	Holdout  int `json:"holdout"`
	Assigned int `json:"assigned"`

	Planned   int `json:"planned"` // live pieces: the contacts that the plan chose
	Mailed    int `json:"mailed"`  // released, posted, returned, spoiled
	Withdrawn int `json:"withdrawn"`
	Failed    int `json:"failed"`
	Pending   int `json:"pending"` // not released yet
	Waiting   int `json:"waiting"` // of the pending: letters of waves that are not prepared yet

	Pieces Counts `json:"pieces"` // the same by state
}

// Count sorts pieces by state into the funnel's words. Before a run is prepared all its pieces are pending, and so
// are those of waves that wait.
func (f *Funnel) Count(prepared bool) {
	for state, n := range f.Pieces {
		switch state {
		case PieceReleased, PiecePosted, PieceReturned, PieceSpoiled:
			f.Mailed += n
		case PieceWithdrawn:
			f.Withdrawn += n
		case PieceFailed:
			f.Failed += n
		default:
			f.Pending += n
		}
	}
	f.Pending += f.Waiting
	if !prepared {
		f.Pending = f.Planned
	}
}

// Check holds the two equations: matched = gated + over cap + held out + assigned, and planned = mailed +
// withdrawn + failed + pending.
func (f Funnel) Check() error {
	if f.Matched != f.Gated+f.OverCap+f.Holdout+f.Assigned {
		return postlift.Faultf(postlift.Internal, "mailers.Funnel", "run %s: %d accounts matched, but %d gated + %d over cap + %d held out + %d assigned",
			f.RunUID, f.Matched, f.Gated, f.OverCap, f.Holdout, f.Assigned)
	}
	if f.Planned != f.Mailed+f.Withdrawn+f.Failed+f.Pending {
		return postlift.Faultf(postlift.Internal, "mailers.Funnel", "run %s: %d pieces planned, but %d mailed + %d withdrawn + %d failed + %d pending",
			f.RunUID, f.Planned, f.Mailed, f.Withdrawn, f.Failed, f.Pending)
	}
	return nil
}

// Funnel counts a run and checks that it closes.
func (s *Service) Funnel(ctx context.Context, runUID string) (Funnel, error) {
	f, err := s.store.RunFunnel(ctx, runUID)
	if err != nil {
		return f, err
	}
	return f, f.Check()
}
