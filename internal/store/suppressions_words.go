package store

import (
	"database/sql"
	"fmt"

	"postlift/accounts"
)

// wordsPage is how many accounts or contacts are read at once: no query may run while another's rows are open.
const wordsPage = 2000

// accountWords is what a list may name an account by.
type accountWords struct {
	id        int64
	name      string
	addresses []addressWords
}

type addressWords struct{ street, box, postcode string }

// hashes are those of the company at each of its sites.
func (a *accountWords) hashes() []string {
	var out []string
	for _, at := range a.addresses {
		if h := accounts.CompanyHash(a.name, at.street, at.box, at.postcode); h != "" {
			out = append(out, h)
		}
	}
	return out
}

// contactWords is what a list may name a contact by.
type contactWords struct {
	id                 int64
	first, last, email string
	at                 addressWords
	addressKey         string
}

// hashes are those of the e-mail address and of the person at the address.
func (c *contactWords) hashes() []string {
	var out []string
	for _, h := range []string{accounts.EmailHash(c.email), accounts.PersonHash(c.first, c.last, c.at.street, c.at.box, c.at.postcode)} {
		if h != "" {
			out = append(out, h)
		}
	}
	return out
}

// eachAccount reads the accounts whose ids a table lists, page by page.
func (t *tx) eachAccount(ids string, take func([]accountWords) error) error {
	var page []accountWords
	return t.pages(`SELECT a.id, a.name, s.street, s.po_box, s.postcode
FROM (SELECT id FROM `+ids+` WHERE id > ? ORDER BY id LIMIT ?) p JOIN accounts a ON a.id = p.id
LEFT JOIN sites s ON s.account_id = a.id ORDER BY a.id`, func() { page = page[:0] }, func(rows *sql.Rows) (int64, error) {
		var id int64
		var name string
		var street, box, postcode sql.NullString
		if err := rows.Scan(&id, &name, &street, &box, &postcode); err != nil {
			return 0, err
		}
		if n := len(page); n == 0 || page[n-1].id != id {
			page = append(page, accountWords{id: id, name: name})
		}
		if street.String != "" || box.String != "" {
			a := &page[len(page)-1]
			a.addresses = append(a.addresses, addressWords{street.String, box.String, postcode.String})
		}
		return id, nil
	}, func() error { return take(page) })
}

// eachContact reads the contacts whose ids a table lists, page by page, with their addresses.
func (t *tx) eachContact(ids string, take func([]contactWords) error) error {
	var page []contactWords
	return t.pages(`SELECT c.id, c.first_name, c.last_name, c.email, si.street, si.po_box, si.postcode, si.match_key
FROM (SELECT id FROM `+ids+` WHERE id > ? ORDER BY id LIMIT ?) p JOIN contacts c ON c.id = p.id
LEFT JOIN sites si ON si.id = COALESCE(c.site_id, `+mainSite("c.account_id")+`) ORDER BY c.id`, func() { page = page[:0] },
		func(rows *sql.Rows) (int64, error) {
			var c contactWords
			var street, box, postcode, key sql.NullString
			err := rows.Scan(&c.id, &c.first, &c.last, &c.email, &street, &box, &postcode, &key)
			c.at, c.addressKey = addressWords{street.String, box.String, postcode.String}, key.String
			page = append(page, c)
			return c.id, err
		}, func() error { return take(page) })
}

// pages runs a query that takes the last id seen and a number of ids, until it gives no more rows.
func (t *tx) pages(query string, begin func(), scan func(*sql.Rows) (int64, error), end func() error) error {
	last := int64(0)
	for {
		begin()
		before := last
		rows, err := t.query(query, last, wordsPage)
		err = eachRow(rows, err, func(r *sql.Rows) error {
			id, err := scan(r)
			last = id
			return err
		})
		if err != nil {
			return fmt.Errorf("store: lists: %w", err)
		}
		if last == before {
			return nil
		}
		if err := end(); err != nil {
			return err
		}
	}
}
