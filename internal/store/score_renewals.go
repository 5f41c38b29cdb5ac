package store

import (
	"context"
	"fmt"

	"postlift/clv/scoring"
)

// renewalCount are the renewal decisions of twelve months: those due, and those for going on.
type renewalCount struct{ due, done int64 }

func (n *renewalCount) add(o renewalCount) {
	n.due += o.due
	n.done += o.done
}

// renewalCounts are they by what accounts have in common.
type renewalCounts struct{ stages, segments, channels map[string]renewalCount }

// renewals counts the renewal decisions of the twelve months up to a run's date: the very ones that the renewal
// models learn from.
func (s *Store) renewals(ctx context.Context, run scoring.Run) (renewalCounts, error) {
	out := renewalCounts{map[string]renewalCount{}, map[string]renewalCount{}, map[string]renewalCount{}}
	start, err := s.HistoryStart(ctx)
	if err != nil {
		return out, err
	}
	byAccount := map[int64]renewalCount{}
	for c, err := range s.Contracts(ctx, run.AsOf) {
		if err != nil {
			return out, err
		}
		if due, done := c.RenewalsOf(start, run.AsOf); due > 0 {
			n := byAccount[c.AccountID]
			n.add(renewalCount{due, done})
			byAccount[c.AccountID] = n
		}
	}
	if len(byAccount) == 0 {
		return out, nil
	}
	err = s.spreadRenewals(ctx, run, byAccount, out)
	return out, err
}

// spreadRenewals adds the counts of accounts up by stage, segment and channel.
func (s *Store) spreadRenewals(ctx context.Context, run scoring.Run, byAccount map[int64]renewalCount, out renewalCounts) error {
	rows, err := s.queryRead(ctx, `SELECT sc.account_id, sc.stage, a.segment, a.acquisition_channel FROM scores sc JOIN accounts a ON a.id = sc.account_id
WHERE sc.run_id = ? AND sc.account_id IN (SELECT account_id FROM contracts)`, run.ID)
	if err != nil {
		return fmt.Errorf("renewals: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var account int64
		var names [3]string
		if err := rows.Scan(&account, &names[0], &names[1], &names[2]); err != nil {
			return fmt.Errorf("renewals: %w", err)
		}
		for i, to := range []map[string]renewalCount{out.stages, out.segments, out.channels} {
			n := to[names[i]]
			n.add(byAccount[account])
			to[names[i]] = n
		}
	}
	return rows.Err()
}
