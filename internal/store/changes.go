package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"postlift/accounts"
)

// Changes of accounts are noted so that scoring can value anew only what changed. Every import notes, in
// its own transaction, the accounts of the rows that it added or altered; an order or contract that moves
// to another account notes both. Blocks are not noted: the accounts that any block of a whole account
// names are few, and are simply valued anew. Costs, settings and exchange rates move every account, which
// scoring finds out by comparing them.

// noteChanges gives the accounts of a query the next change number. The lock makes the numbers rise in the
// order of commits: a score run that has seen one has seen all smaller ones.
func (t *tx) noteChanges(query string, args ...any) error {
	if err := t.alone("account_changes"); err != nil {
		return err
	}
	_, err := t.exec(`INSERT INTO account_changes (account_id, mark)
SELECT x.account_id, (SELECT COALESCE(MAX(mark), 0) + 1 FROM account_changes) FROM (`+query+`) x WHERE x.account_id IS NOT NULL
ON CONFLICT (account_id) DO UPDATE SET mark = excluded.mark`, args...)
	return err
}

// noteImported notes the accounts that an import touched.
func (l *loader) noteImported() error {
	queries := map[string][]string{
		"accounts":  {"SELECT id AS account_id FROM accounts WHERE import_id = ?"},
		"orders":    {"SELECT DISTINCT account_id FROM orders WHERE import_id = ?"},
		"contracts": {"SELECT DISTINCT account_id FROM contracts WHERE import_id = ?"},
	}
	for _, query := range queries[l.kind] {
		if err := l.noteChanges(query, l.importID); err != nil {
			return err
		}
	}
	if len(l.left) == 0 {
		return nil
	}
	ids := make([]int64, 0, len(l.left))
	for id := range l.left {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return inChunks(ids, func(marks string, args []any) error {
		return l.noteChanges("SELECT id AS account_id FROM accounts WHERE id IN ("+marks+")", args...)
	})
}

// noteMoves remembers the accounts that documents are about to leave.
func noteMoves[T any](l *loader, table string, nouns []T, key func(*T) (*accounts.Key, int64)) error {
	now := map[int64]int64{}
	ids := make([]int64, 0, len(nouns))
	for i := range nouns {
		if k, account := key(&nouns[i]); !k.New {
			now[k.ID] = account
			ids = append(ids, k.ID)
		}
	}
	return inChunks(ids, func(marks string, args []any) error {
		rows, err := l.query("SELECT id, account_id FROM "+table+" WHERE id IN ("+marks+")", args...)
		if err != nil {
			return fmt.Errorf("store: %w", err)
		}
		defer rows.Close()
		for rows.Next() {
			var id, account int64
			if err := rows.Scan(&id, &account); err != nil {
				return fmt.Errorf("store: %w", err)
			}
			if now[id] != account {
				l.left[account] = true
			}
		}
		return rows.Err()
	})
}

// ChangeMark is the number of the latest change.
func (s *Store) ChangeMark(ctx context.Context) (mark int64, err error) {
	err = s.read.QueryRowContext(ctx, "SELECT COALESCE(MAX(mark), 0) FROM account_changes").Scan(&mark)
	return mark, err
}

// Changed lists, in order, the accounts that changed after a mark, and all that a block of a whole account
// names.
func (s *Store) Changed(ctx context.Context, since int64) ([]int64, error) {
	rows, err := s.queryRead(ctx, `SELECT account_id FROM account_changes WHERE mark > ?
UNION SELECT a.id FROM suppressions s JOIN accounts a ON a.id = s.account_id WHERE s.scope = 'account'
UNION SELECT a.id FROM suppressions s JOIN accounts a ON a.match_key = s.match_key WHERE s.scope = 'account' AND a.match_key <> ''
ORDER BY 1`, since)
	if err != nil {
		return nil, fmt.Errorf("store.Changed: %w", err)
	}
	defer rows.Close()
	var ids []int64
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, fmt.Errorf("store.Changed: %w", err)
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}

// RatesFingerprint is a hash over all exchange rates.
func (s *Store) RatesFingerprint(ctx context.Context) (string, error) {
	var rows []exchangeRateRow
	if err := s.reader(ctx).Order("currency, valid_from").Find(&rows).Error; err != nil {
		return "", fmt.Errorf("store.RatesFingerprint: %w", err)
	}
	h := sha256.New()
	for _, r := range rows {
		fmt.Fprintf(h, "%s %s %x\n", r.Currency, r.ValidFrom, r.Rate)
	}
	return hex.EncodeToString(h.Sum(nil)[:8]), nil
}
