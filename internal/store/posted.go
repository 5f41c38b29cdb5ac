package store

import (
	"context"
	"fmt"

	"postlift/campaigns"
	"postlift/mailers"
)

// Allocations lists a run's planned accounts with their arms, by external id.
func (s *Store) Allocations(ctx context.Context, runUID string) ([]campaigns.Allocation, error) {
	rows, err := s.queryRead(ctx, `SELECT a.external_id, c.group_key, c.outcome FROM choices c
JOIN runs r ON r.id = c.run_id JOIN accounts a ON a.id = c.account_id
WHERE r.uid = ? AND c.outcome IN ('assigned', 'holdout') ORDER BY a.external_id`, runUID)
	if err != nil {
		return nil, fmt.Errorf("store.Allocations: %w", err)
	}
	defer rows.Close()
	var found []campaigns.Allocation
	for rows.Next() {
		var a campaigns.Allocation
		if err := rows.Scan(&a.Account, &a.Group, &a.Outcome); err != nil {
			return nil, err
		}
		found = append(found, a)
	}
	return found, rows.Err()
}

// SentPieces lists the posted live pieces of a batch in the order of the manifest.
func (s *Store) SentPieces(ctx context.Context, batchUID string) ([]mailers.Sent, error) {
	rows, err := s.queryRead(ctx, `SELECT p.uid, p.code, p.token, a.external_id, c.external_id, p.kind FROM pieces p
JOIN batches b ON b.id = p.batch_id JOIN accounts a ON a.id = p.account_id JOIN contacts c ON c.id = p.contact_id
WHERE b.uid = ? AND p.kind = 'live' AND p.posted_on IS NOT NULL ORDER BY p.seq_no`, batchUID)
	if err != nil {
		return nil, fmt.Errorf("store.SentPieces: %w", err)
	}
	defer rows.Close()
	var found []mailers.Sent
	for rows.Next() {
		var p mailers.Sent
		if err := rows.Scan(&p.PieceUID, &p.Code, &p.Token, &p.Account, &p.Contact, &p.Kind); err != nil {
			return nil, err
		}
		found = append(found, p)
	}
	return found, rows.Err()
}
