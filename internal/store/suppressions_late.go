package store

import (
	"fmt"

	"postlift/accounts"
)

// lateArrivals blocks accounts and contacts of this import that a list named before they were known: a
// company by its name alone, a person by name and address. Their keys are not those that accounts and
// contacts carry, so each gets a block of its own.
func (l *loader) lateArrivals() error {
	found, err := l.lateCompanies()
	if err != nil {
		return err
	}
	persons, err := l.latePersons()
	if err != nil {
		return err
	}
	if found = append(found, persons...); len(found) == 0 {
		return nil
	}
	_, _, err = l.suppress(found, l.importID, l.by)
	return err
}

func (l *loader) lateCompanies() ([]accounts.Suppression, error) {
	blocks, err := l.unmatched(accounts.ScopeAccount, "account_id")
	if err != nil || len(blocks) == 0 {
		return nil, err
	}
	var id int64
	var name, key string
	var out []accounts.Suppression
	err = l.eachLate(`SELECT a.id, a.name, a.match_key FROM accounts a
WHERE a.import_id = ? OR a.id IN (SELECT s.account_id FROM sites s WHERE s.import_id = ?)`,
		[]any{l.importID, l.importID}, []any{&id, &name, &key}, func() {
			for _, block := range blocks[l.keyer.CompanyAnywhere(name)] {
				block.AccountID, block.MatchKey = id, key
				out = append(out, block)
			}
		})
	return out, err
}

func (l *loader) latePersons() ([]accounts.Suppression, error) {
	blocks, err := l.unmatched(accounts.ScopePerson, "contact_id")
	if err != nil || len(blocks) == 0 {
		return nil, err
	}
	var id int64
	var first, last, key, address string
	var out []accounts.Suppression
	err = l.eachLate(`SELECT c.id, c.first_name, c.last_name, c.match_key, si.match_key FROM contacts c
JOIN accounts a ON a.id = c.account_id JOIN sites si ON si.id = COALESCE(c.site_id, `+mainSite("c.account_id")+`)
WHERE si.match_key <> '' AND (c.import_id = ? OR a.import_id = ? OR si.import_id = ?)`,
		[]any{l.importID, l.importID, l.importID}, []any{&id, &first, &last, &key, &address}, func() {
			for _, name := range givenNames(first) {
				for _, block := range blocks[l.keyer.PersonAt(name, last, address)] {
					block.ContactID, block.MatchKey = id, key
					out = append(out, block)
				}
			}
		})
	return out, err
}

// givenNames are the ways in which a list may write a first name: in full, as an initial, not at all.
func givenNames(first string) []string {
	names := []string{first}
	if n := accounts.NormalText(first); len(n) > 1 {
		names = append(names, n[:1])
	}
	if first != "" {
		names = append(names, "")
	}
	return names
}

// unmatched reads the blocks in force of a scope that stand for nobody known, by their keys.
func (l *loader) unmatched(scope, noun string) (map[string][]accounts.Suppression, error) {
	blocks := map[string][]accounts.Suppression{}
	var s accounts.Suppression
	err := l.eachLate(`SELECT scope, match_key, reason, received_on, effective_on, until_on, channel, evidence, source, external_id
FROM suppressions WHERE scope = ? AND `+noun+` IS NULL AND revoked_at IS NULL ORDER BY id`, []any{scope},
		[]any{&s.Scope, &s.MatchKey, &s.Reason, &s.ReceivedOn, &s.EffectiveOn, &s.UntilOn, &s.Channel, &s.Evidence, &s.Source, &s.ExternalID},
		func() { blocks[s.MatchKey] = append(blocks[s.MatchKey], s) })
	return blocks, err
}

// eachLate runs a query and calls take for each row, scanned into the targets.
func (l *loader) eachLate(query string, args, into []any, take func()) error {
	rows, err := l.query(query, args...)
	if err != nil {
		return fmt.Errorf("store: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return fmt.Errorf("store: %w", err)
		}
		take()
	}
	return rows.Err()
}
