package campaigns

import (
	"context"
	"slices"

	"postlift"
)

// BlockedPieces asks the gate again for every unsent live piece of a batch: it gives the pieces that must
// not go out as of the date, by piece id with the first reason. The run's own pieces do not count as
// contact pressure of other mailings, but no cap is passed by them together; letters of other campaigns
// count once they are released.
func (s *Service) BlockedPieces(ctx context.Context, batchUID string, asOf postlift.Date) (map[string]string, error) {
	batch, err := s.store.UnsentPieces(ctx, batchUID)
	if err != nil {
		return nil, err
	}
	settings, err := s.store.Settings(ctx)
	if err != nil {
		return nil, err
	}
	policy, err := s.policy(ctx, batch.Campaign.Definition, settings)
	if err != nil {
		return nil, err
	}
	p := Pressure{AsOf: asOf, ExceptRun: batch.RunID, Policy: &policy}
	ids := accountsOf(batch.Pieces)
	standings, recipients, err := s.store.GateFacts(ctx, ids, p)
	if err != nil {
		return nil, err
	}
	return gatePieces(batch.Pieces, standings, recipients, policy, asOf), nil
}

// accountsOf lists the accounts of pieces, each once, in order.
func accountsOf(pieces []BatchPiece) []int64 {
	ids := make([]int64, 0, len(pieces))
	for _, piece := range pieces {
		ids = append(ids, piece.AccountID)
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// gatePieces judges the letters of a batch in their order and gives the first reason against each that must
// not go out.
func gatePieces(pieces []BatchPiece, standings Standings, recipients Recipients, policy Policy, asOf postlift.Date) map[string]string {
	g := newGatekeeper(policy, asOf)
	letters := map[int64]int{} // let through, by account
	blocked := map[string]string{}
	for _, piece := range pieces {
		standing := standings.Of(piece.AccountID)
		standing.MailsLastYear += letters[piece.AccountID]
		if reasons := g.letter(piece, &standing, recipients.Of(piece.AccountID)); len(reasons) > 0 {
			blocked[piece.UID] = string(reasons[0])
			continue
		}
		letters[piece.AccountID]++
	}
	return blocked
}

// letter gives every reason against one letter, over account and contact together: what the plan asked, asked
// again, except for what the plan itself has decided.
func (g *gatekeeper) letter(piece BatchPiece, s *Standing, recipients []Recipient) []Reason {
	i := slices.IndexFunc(recipients, func(r Recipient) bool { return r.ContactID == piece.ContactID })
	if i < 0 {
		return []Reason{NoContactLeft} // the contact is gone or belongs to another account by now
	}
	held := (g.account(s, piece.GroupKey) | g.contact(&recipients[i])) &^ decidedByPlan
	if held == 0 {
		g.claim(&recipients[i], piece.GroupKey)
	}
	return held.list()
}
