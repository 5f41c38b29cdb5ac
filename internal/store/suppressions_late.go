package store

import (
	"postlift/accounts"
)

// lateArrivals blocks accounts and contacts of this import that a list named before they were known: by a hash, a
// company by its name alone, a person by name and address. Their keys are not those that accounts and contacts
// carry, so each gets a block of its own; and so does whoever is the same person as somebody who is blocked.
func (l *loader) lateArrivals() error {
	waiting, err := l.count(`SELECT COUNT(*) FROM (SELECT id FROM suppressions WHERE scope IN ('person', 'account')
  AND CASE WHEN scope = 'person' THEN contact_id ELSE account_id END IS NULL AND revoked_at IS NULL LIMIT 1) x`)
	if err != nil {
		return err
	}
	persons, err := l.count("SELECT COUNT(*) FROM (SELECT id FROM suppressions WHERE scope = 'person' AND revoked_at IS NULL LIMIT 1) x")
	if err != nil || waiting+persons == 0 {
		return err
	}
	if err := l.listTouched(); err != nil {
		return err
	}
	b := &blocker{tx: l.tx, keyer: l.keyer, hits: newListHits()}
	if waiting > 0 {
		if err := l.lateListed(b); err != nil {
			return err
		}
	}
	// the plus keeps SQLite from looking every touched contact up for every block
	if err := b.blockNear("", nil, " AND +c.id IN (SELECT id FROM touched_contacts)", l.importID, l.by); err != nil {
		return err
	}
	for _, table := range []string{"touched_accounts", "touched_contacts"} {
		if _, err := l.exec("DROP TABLE " + table); err != nil {
			return err
		}
	}
	return nil
}

// lateListed blocks those of the touched whom a list named.
func (l *loader) lateListed(b *blocker) error {
	err := l.eachAccount("touched_accounts", func(page []accountWords) error {
		var found []candidate
		for i := range page {
			a := &page[i]
			found = append(found, candidate{scope: accounts.ScopeAccount, id: a.id, matchKey: b.keyer.CompanyAnywhere(a.name)})
			for _, hash := range a.hashes() {
				found = append(found, candidate{scope: accounts.ScopeAccount, id: a.id, matchKey: b.keyer.Listed(hash)})
			}
		}
		return b.blockNamed(found, l.importID, l.by)
	})
	if err != nil {
		return err
	}
	return l.eachContact("touched_contacts", func(page []contactWords) error {
		var found []candidate
		for i := range page {
			for _, key := range b.lateKeys(&page[i]) {
				found = append(found, candidate{scope: accounts.ScopePerson, id: page[i].id, matchKey: key})
			}
		}
		return b.blockNamed(found, l.importID, l.by)
	})
}

// lateKeys are the keys by which a list may have named a contact: hashes, or the name at the address.
func (b *blocker) lateKeys(c *contactWords) []string {
	var keys []string
	for _, hash := range c.hashes() {
		keys = append(keys, b.keyer.Listed(hash))
	}
	for _, name := range givenNames(c.first) {
		if key := b.keyer.PersonAt(name, c.last, c.addressKey); key != "" {
			keys = append(keys, key)
		}
	}
	return keys
}

// listTouched lists the accounts and contacts that this import added or changed, or whose company or address it did,
// in temporary tables: in one reading, not one for each page.
func (l *loader) listTouched() error {
	for _, statement := range []struct {
		text string
		args []any
	}{
		{"CREATE TEMPORARY TABLE touched_accounts (id BIGINT PRIMARY KEY)", nil},
		{"CREATE TEMPORARY TABLE touched_contacts (id BIGINT PRIMARY KEY)", nil},
		{"INSERT INTO touched_accounts SELECT id FROM accounts WHERE import_id = ? UNION SELECT account_id FROM sites WHERE import_id = ?", []any{l.importID, l.importID}},
		{"INSERT INTO touched_contacts SELECT id FROM contacts WHERE import_id = ? OR account_id IN (SELECT id FROM touched_accounts)", []any{l.importID}},
	} {
		if _, err := l.exec(statement.text, statement.args...); err != nil {
			return err
		}
	}
	return nil
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
