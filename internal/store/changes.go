package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"postlift/accounts"
	"postlift/clv/scoring"
)

// Changes of accounts are noted so that scoring can value anew, and segments can evaluate anew, only what
// changed. Every import notes, in its own transaction, the accounts of the rows that it added or altered;
// what moves to another account notes both, a company that moves to another group both groups. Responses,
// returns, posted letters and whatever alters the status of an account, site or contact note their accounts,
// too. Blocks are not noted: no rule reads them, and where the blocks of whole accounts differ from those
// that a score run saw, all accounts that one names are valued anew. Costs, settings and exchange rates move
// every account, which scoring and segments find out by comparing them.

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

// importedAccounts gives the accounts of the rows that an import added or altered, by kind of file. A
// company's address counts: blocks find it by name and postcode.
var importedAccounts = map[string][]string{
	"accounts": {"SELECT id AS account_id FROM accounts WHERE import_id = ?", "SELECT DISTINCT account_id FROM sites WHERE import_id = ?"},
	"sites":    {"SELECT DISTINCT account_id FROM sites WHERE import_id = ?"},
	// a credit note counts by itself until the order that it refers to comes, which may be another account's
	"orders": {"SELECT DISTINCT account_id FROM orders WHERE import_id = ?", `SELECT DISTINCT d.account_id FROM orders d JOIN orders o ON o.source = d.source AND o.external_id = d.refers_to
  WHERE d.refers_to <> '' AND o.import_id = ? AND d.account_id <> o.account_id`},
	"contracts": {"SELECT DISTINCT account_id FROM contracts WHERE import_id = ?"},
	"contacts":  {"SELECT DISTINCT account_id FROM contacts WHERE import_id = ?"},

	"opportunities": {"SELECT DISTINCT account_id FROM opportunities WHERE import_id = ?"},
}

// noteImported notes the accounts that an import touched. Before the first score run and the first segment
// there is nothing to go on from, and BuildScores and CreateSegment make sure that no import ran beside them.
func (l *loader) noteImported() error {
	kept, err := l.count("SELECT (SELECT COUNT(*) FROM score_pointer) + (SELECT COUNT(*) FROM segments)")
	if err != nil {
		return err
	}
	if kept == 0 {
		if err := l.alone("features"); err != nil { // whoever works them out now has not seen this import
			return err
		}
		return l.forgetFeatureState()
	}
	for _, query := range importedAccounts[l.kind] {
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

// accountsOf selects the accounts of rows with ids, by table; the ids follow.
var accountsOf = map[string]string{
	"accounts": "SELECT id AS account_id FROM accounts WHERE id IN ",
	"sites":    "SELECT DISTINCT account_id FROM sites WHERE id IN ",
	"contacts": "SELECT DISTINCT account_id FROM contacts WHERE id IN ",
}

// noteUpdated notes the accounts of rows that a statement "UPDATE table …" altered.
func (t *tx) noteUpdated(statement, marks string, args []any) error {
	table, _, _ := strings.Cut(strings.TrimPrefix(statement, "UPDATE "), " ")
	return t.noteChanges(accountsOf[table]+"("+marks+")", args...)
}

// notePosted notes the accounts of a batch's letters.
func (t *tx) notePosted(batchUID string) error {
	return t.noteChanges(`SELECT DISTINCT p.account_id FROM pieces p JOIN batches b ON b.id = p.batch_id
WHERE b.uid = ? AND p.posted_on IS NOT NULL`, batchUID)
}

// noteGroups notes all accounts of groups that are about to lose one; the group that gains it follows from the
// account itself. A first load has no groups to lose one.
func (l *loader) noteGroups(keys []string) error {
	if !l.existing("account") {
		return nil
	}
	slices.Sort(keys)
	return inChunks(slices.Compact(keys), func(marks string, args []any) error {
		return l.noteChanges("SELECT id AS account_id FROM accounts WHERE group_key IN ("+marks+")", args...)
	})
}

// noteLeavers notes the groups of imported companies that have lost their parent.
func (l *loader) noteLeavers(source string) error {
	if !l.existing("account") {
		return nil
	}
	return l.noteChanges(`SELECT g.id AS account_id FROM accounts g WHERE g.group_key IN (SELECT a.group_key FROM accounts a
WHERE a.source = ? AND a.import_id = ? AND a.parent_key = '' AND a.group_key <> a.source || ':' || a.external_id)`, source, l.importID)
}

// noteMoves remembers the accounts that rows are about to leave.
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

// ChangeMark is the number of the latest change, and of the latest import.
func (s *Store) ChangeMark(ctx context.Context) (change, imported int64, err error) {
	err = s.read.QueryRowContext(ctx, "SELECT (SELECT COALESCE(MAX(mark), 0) FROM account_changes), (SELECT COALESCE(MAX(id), 0) FROM imports)").
		Scan(&change, &imported)
	return change, imported, err
}

// Changed lists, in order, the accounts that changed after a run's mark or are new to it and, where wanted,
// all that a block of a whole account names.
func (s *Store) Changed(ctx context.Context, run *scoring.Run, blocked bool) ([]int64, error) {
	query := `SELECT account_id FROM account_changes WHERE mark > ?
UNION SELECT a.id FROM accounts a LEFT JOIN scores sc ON sc.run_id = ? AND sc.account_id = a.id WHERE sc.account_id IS NULL`
	if blocked {
		query += `
UNION SELECT a.id FROM suppressions s JOIN accounts a ON a.id = s.account_id WHERE s.scope = 'account'
UNION SELECT a.id FROM suppressions s JOIN accounts a ON a.match_key = s.match_key WHERE s.scope = 'account' AND a.match_key <> ''`
	}
	rows, err := s.queryRead(ctx, query+" ORDER BY 1", run.ChangeMark, run.ID)
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

// Fingerprints tells sets of exchange rates apart, and sets of blocks of whole accounts.
func (s *Store) Fingerprints(ctx context.Context) (rates, blocks string, err error) {
	rates, err = s.fingerprint(ctx, "SELECT currency, CAST(valid_from AS TEXT), CAST(rate AS TEXT) FROM exchange_rates ORDER BY 1, 2")
	if err == nil {
		blocks, err = s.fingerprint(ctx, `SELECT uid || ' ' || match_key, CAST(effective_on AS TEXT) || COALESCE(CAST(until_on AS TEXT), '-'),
  CAST(account_id AS TEXT) || CASE WHEN revoked_at IS NULL THEN '' ELSE ' revoked' END FROM suppressions WHERE scope = 'account' ORDER BY 1`)
	}
	return rates, blocks, err
}

// fingerprint is a hash over the rows of a query with three columns of text.
func (s *Store) fingerprint(ctx context.Context, query string) (string, error) {
	rows, err := s.queryRead(ctx, query)
	if err != nil {
		return "", fmt.Errorf("store.Fingerprints: %w", err)
	}
	defer rows.Close()
	h := sha256.New()
	var cells [3]sql.NullString
	for rows.Next() {
		if err := rows.Scan(&cells[0], &cells[1], &cells[2]); err != nil {
			return "", fmt.Errorf("store.Fingerprints: %w", err)
		}
		fmt.Fprintf(h, "%q %q %q\n", cells[0].String, cells[1].String, cells[2].String)
	}
	return hex.EncodeToString(h.Sum(nil)[:8]), rows.Err()
}
