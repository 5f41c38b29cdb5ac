package store

import (
	"database/sql"
	"fmt"

	"postlift/accounts"
)

// Finish does what needs the whole file.
func (l *loader) Finish(f accounts.FinishInput) (out accounts.Finished, err error) {
	out.Warnings = map[string]int64{}
	switch f.Kind {
	case "accounts":
		err = l.finishAccounts(f.Source)
	case "sites":
		err = l.finishSites(f.Source)
	case "contacts":
		err = l.finishContacts()
	case "orders":
		err = l.finishOrders(f, &out)
	case "opportunities":
		err = l.stages(f.Today.String())
	case "contracts":
		err = l.finishContracts(f, &out)
	case "suppressions":
		err = l.finishSuppressions(&out)
	}
	return out, err
}

func (l *loader) finishAccounts(source string) error {
	if err := l.groupKeys(source); err != nil {
		return err
	}
	if err := l.finishSites(source); err != nil {
		return err
	}
	if !l.existing("account") {
		return nil
	}
	return l.refreshContactKeys()
}

func (l *loader) finishContacts() error {
	if l.existing("contact") {
		if err := l.contactKeys(contactKeyParts+"c.import_id = ? AND c.id < ?", l.importID, l.first["contact"]); err != nil {
			return err
		}
	}
	return l.linkSuppressions()
}

func (l *loader) finishSites(source string) error {
	if l.existing("site") {
		if err := l.oneMainSite(); err != nil {
			return err
		}
		if err := l.refreshSiteKeys(); err != nil {
			return err
		}
	}
	if l.existing("account") {
		if err := l.refreshAccountKeys(); err != nil {
			return err
		}
	}
	return l.linkSuppressions()
}

// groupKeys follows parents to the topmost company, over all accounts of the source: a parent that
// became a daughter moves its own daughters, too.
func (l *loader) groupKeys(source string) error {
	if err := l.noteLeavers(source); err != nil {
		return err
	}
	if _, err := l.exec(`UPDATE accounts SET group_key = source || ':' || external_id
WHERE source = ? AND import_id = ? AND parent_key = '' AND group_key <> source || ':' || external_id`, source, l.importID); err != nil {
		return err
	}
	rows, err := l.query("SELECT id, external_id, parent_key, group_key FROM accounts WHERE source = ? AND parent_key <> ''", source)
	if err != nil {
		return fmt.Errorf("store: %w", err)
	}
	defer rows.Close()
	type member struct {
		id         int64
		own, group string
	}
	var members []member
	parents := map[string]string{}
	for rows.Next() {
		var m member
		var ext, parent string
		if err := rows.Scan(&m.id, &ext, &parent, &m.group); err != nil {
			return fmt.Errorf("store: %w", err)
		}
		m.own = source + ":" + ext
		parents[m.own] = parent
		members = append(members, m)
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("store: %w", err)
	}
	var wrong []pair
	var old []string // groups that lose a member
	for _, m := range members {
		if top := accounts.TopParent(m.own, parents); top != m.group {
			wrong, old = append(wrong, pair{m.id, top}), append(old, m.group)
		}
	}
	rows.Close() // the connection is needed below
	if err := l.noteGroups(old); err != nil {
		return err
	}
	return l.setTexts("accounts", "group_key", wrong)
}

// oneMainSite leaves each account that this import touched one main site: one that a sites file names
// goes before the address of an accounts file, the later import before the earlier.
func (l *loader) oneMainSite() error {
	_, err := l.exec(`UPDATE sites SET is_main = FALSE WHERE id IN (
  SELECT id FROM (
    SELECT s.id, ROW_NUMBER() OVER (PARTITION BY s.account_id ORDER BY
      CASE WHEN s.external_id = a.external_id AND s.source = a.source THEN 1 ELSE 0 END, s.import_id DESC, s.id DESC) AS place
    FROM sites s JOIN accounts a ON a.id = s.account_id
    WHERE s.is_main AND s.account_id IN (SELECT t.account_id FROM sites t WHERE t.import_id = ?)) ranked
  WHERE place > 1)`, l.importID)
	return err
}

// rekey recomputes keys of rows that a query gives as id, present key and the parts of the key.
func (l *loader) rekey(table, query string, args []any, parts int, key func(p []string) string) error {
	rows, err := l.query(query, args...)
	if err != nil {
		return fmt.Errorf("store: %w", err)
	}
	defer rows.Close()
	var id int64
	var old string
	texts := make([]sql.NullString, parts)
	into := []any{&id, &old}
	for i := range texts {
		into = append(into, &texts[i])
	}
	plain := make([]string, parts)
	var wrong, left []pair
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return fmt.Errorf("store: %w", err)
		}
		for i, t := range texts {
			plain[i] = t.String
		}
		if k := key(plain); k != old {
			wrong = append(wrong, pair{id, k})
			if table == "sites" && old != "" {
				left = append(left, pair{id, k})
			}
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("store: %w", err)
	}
	if err := l.leaveAddresses(left); err != nil {
		return err
	}
	return l.setTexts(table, "match_key", wrong)
}

func (l *loader) refreshSiteKeys() error {
	return l.rekey("sites", "SELECT id, match_key, street, po_box, postcode, city, country FROM sites WHERE import_id = ? AND id < ?",
		[]any{l.importID, l.first["site"]}, 5, func(p []string) string { return l.keyer.Address(p[0], p[1], p[2], p[3], p[4]) })
}

func (l *loader) refreshAccountKeys() error {
	return l.rekey("accounts", `SELECT a.id, a.match_key, a.name, s.postcode FROM accounts a
LEFT JOIN sites s ON s.account_id = a.id AND s.is_main WHERE a.id < ? AND (a.import_id = ? OR s.import_id = ?)`,
		[]any{l.first["account"], l.importID, l.importID}, 2, func(p []string) string { return l.keyer.Company(p[0], p[1]) })
}

const contactKeyParts = `SELECT c.id, c.match_key, c.first_name, c.last_name, a.name FROM accounts a
JOIN contacts c ON c.account_id = a.id WHERE `

// refreshContactKeys follows changed names of companies (contacts carry the company in their key).
func (l *loader) refreshContactKeys() error {
	return l.contactKeys(contactKeyParts+"a.import_id = ? AND a.id < ?", l.importID, l.first["account"])
}

func (l *loader) contactKeys(query string, args ...any) error {
	return l.rekey("contacts", query, args, 3, func(p []string) string { return l.keyer.Person(p[0], p[1], p[2]) })
}

// linkSuppressions gives suppressions that named somebody unknown the nouns that have come since.
func (l *loader) linkSuppressions() error {
	for _, statement := range []string{
		`UPDATE suppressions SET contact_id = (SELECT MIN(c.id) FROM contacts c WHERE c.match_key = suppressions.match_key)
WHERE scope = 'person' AND contact_id IS NULL AND match_key <> '' AND EXISTS (SELECT 1 FROM contacts c WHERE c.match_key = suppressions.match_key)`,
		`UPDATE suppressions SET site_id = (SELECT MIN(s.id) FROM sites s WHERE s.match_key = suppressions.match_key)
WHERE scope = 'address' AND site_id IS NULL AND match_key <> '' AND EXISTS (SELECT 1 FROM sites s WHERE s.match_key = suppressions.match_key)`,
		`UPDATE suppressions SET account_id = (SELECT MIN(a.id) FROM accounts a WHERE a.match_key = suppressions.match_key)
WHERE scope = 'account' AND account_id IS NULL AND match_key <> '' AND EXISTS (SELECT 1 FROM accounts a WHERE a.match_key = suppressions.match_key)`,
	} {
		if _, err := l.exec(statement); err != nil {
			return err
		}
	}
	return l.lateArrivals()
}
