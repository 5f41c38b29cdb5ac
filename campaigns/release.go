package campaigns

import (
	"context"

	"postlift"
)

// BlockedPieces asks the gate again for every unsent live piece of a batch: it gives the pieces that must
// not go out as of the date, by piece id with the first reason. The run's own pieces do not count as
// contact pressure; letters of other campaigns count once they are released.
func (s *Service) BlockedPieces(ctx context.Context, batchUID string, asOf postlift.Date) (map[string]string, error) {
	batch, err := s.store.UnsentPieces(ctx, batchUID)
	if err != nil {
		return nil, err
	}
	settings, err := s.store.Settings(ctx)
	if err != nil {
		return nil, err
	}
	policy := batch.Campaign.Definition.Policy(settings.Mail)
	policy.Languages = nil // the piece is written already
	blocked := map[string]string{}
	for from := 0; from < len(batch.Pieces); from += gateChunk {
		part := batch.Pieces[from:min(from+gateChunk, len(batch.Pieces))]
		if err := s.gatePieces(ctx, part, Pressure{AsOf: asOf, ExceptRun: batch.RunID}, policy, blocked); err != nil {
			return nil, err
		}
	}
	return blocked, nil
}

func (s *Service) gatePieces(ctx context.Context, pieces []BatchPiece, p Pressure, policy Policy, blocked map[string]string) error {
	ids := make([]int64, 0, len(pieces))
	seen := map[int64]bool{}
	for _, piece := range pieces {
		if !seen[piece.AccountID] {
			seen[piece.AccountID] = true
			ids = append(ids, piece.AccountID)
		}
	}
	standings, err := s.store.Standings(ctx, ids, p)
	if err != nil {
		return err
	}
	recipients, err := s.store.RecipientsOf(ctx, ids, p.AsOf)
	if err != nil {
		return err
	}
	for _, piece := range pieces {
		standing := standings[piece.AccountID]
		if reason := gatePiece(piece, standing, recipients[piece.AccountID], policy, p.AsOf); reason != "" {
			blocked[piece.UID] = string(reason)
		}
	}
	return nil
}

// gatePiece gives the first reason against a piece, over account and contact together.
func gatePiece(piece BatchPiece, s Standing, recipients []Recipient, policy Policy, asOf postlift.Date) Reason {
	for i := range recipients {
		r := &recipients[i]
		if r.ContactID != piece.ContactID {
			continue
		}
		f := r.gateFacts(false)
		f.Suppressed = append(append([]Reason{}, s.Suppressed...), r.Suppressed...)
		f.AccountStatus, f.LastMailedOn, f.MailsLastYear = s.Status, s.LastMailedOn, s.MailsLastYear
		f.ControlGroup, f.Dunning, f.Complaint, f.Opportunities = s.ControlGroup, s.Dunning, s.Complaint, s.Opportunities
		if reasons := Gate(f, policy, asOf); len(reasons) > 0 {
			return reasons[0]
		}
		return ""
	}
	return NoContactLeft // the contact is gone or belongs to another account by now
}
