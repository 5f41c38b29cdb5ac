package store

import (
	"database/sql"
	"strings"

	"postlift"
	"postlift/accounts"
	"postlift/migrations"
)

// matcher recognises accounts by what a file or an event says of them, in bulk: every step is one query for all values
// of a chunk, and no step looks at whom a surer one has settled.
type matcher struct {
	*tx
	keyer     accounts.Keyer
	addresses []string // keys of the identities' addresses, once one was needed
}

// lookUp runs a query of which "(*)" stands for the values of a list. A list of one parameter, however long, is planned
// once, where every marker of an IN list costs time of its own.
func (m *matcher) lookUp(query string, values []string, into []any, take func()) error {
	if len(values) == 0 {
		return nil
	}
	list := "(SELECT value FROM json_each(?))"
	if m.store.dialect == migrations.Postgres {
		list = "(SELECT jsonb_array_elements_text(CAST(? AS JSONB)))"
	}
	rows, err := m.query(strings.Replace(query, "(*)", list, 1), string(toJSON(values)))
	return eachRow(rows, err, func(r *sql.Rows) error {
		err := r.Scan(into...)
		take()
		return err
	})
}

// finding is the set of accounts that one identity fits.
type finding struct {
	method string
	ids    map[int64]bool
}

func (f *finding) add(method string, id int64) {
	if f.ids == nil {
		f.ids = map[int64]bool{}
	}
	f.method, f.ids[id] = method, true
}

func (f *finding) match() accounts.Match {
	m := accounts.Match{Method: f.method, Candidates: len(f.ids)}
	if m.Found() {
		for id := range f.ids {
			m.AccountID = id
		}
	}
	return m
}

// identify recognises the identities of one list: by a code of a letter to the account, else by name and address, else by company and
// postcode. The surest words that fit anybody decide; where they fit several accounts, none is taken.
func (m *matcher) identify(list []accounts.Identity) ([]accounts.Match, error) {
	found := make([]finding, len(list))
	for _, step := range []func([]accounts.Identity, []finding) error{m.byCode, m.byCompanyAt, m.byPersonAt, m.byCompanyKey} {
		if err := step(list, found); err != nil {
			return nil, err
		}
	}
	out := make([]accounts.Match, len(list))
	for i := range found {
		out[i] = found[i].match()
	}
	return out, nil
}

// unsettled gives the places of the identities that are not recognised yet, by a key that they have.
func unsettled(list []accounts.Identity, found []finding, keyOf func(int) string) (at map[string][]int, keys []string) {
	at = map[string][]int{}
	for i := range list {
		if len(found[i].ids) > 0 {
			continue
		}
		if key := keyOf(i); key != "" {
			if at[key] == nil {
				keys = append(keys, key)
			}
			at[key] = append(at[key], i)
		}
	}
	return at, keys
}

// byCode finds the account that a letter went to.
func (m *matcher) byCode(list []accounts.Identity, found []finding) error {
	at, codes := unsettled(list, found, func(i int) string { return postlift.NormalizeCode(list[i].Code) })
	for _, column := range []string{"code", "token"} {
		var id int64
		var code string
		err := m.lookUp("SELECT account_id, "+column+" FROM pieces WHERE account_id IS NOT NULL AND kind = 'live' AND state IN ('released', 'posted', 'returned') AND "+column+" IN (*)",
			codes, []any{&id, &code}, func() {
				for _, i := range at[code] {
					found[i].add(accounts.MatchedByCode, id)
				}
			})
		if err != nil {
			return err
		}
	}
	return nil
}

// addressKeys gives the key of an identity's address by its place, "" where it has none.
func (m *matcher) addressKeys(list []accounts.Identity) func(int) string {
	if m.addresses == nil {
		m.addresses = make([]string, len(list))
		for i, who := range list {
			if who.HasAddress() {
				m.addresses[i] = m.keyer.Address(who.Street, "", who.Postcode, who.City, who.Country)
			}
		}
	}
	return func(i int) string { return m.addresses[i] }
}

// byCompanyAt finds the company that is said to be at an address.
func (m *matcher) byCompanyAt(list []accounts.Identity, found []finding) error {
	at, keys := unsettled(list, found, m.addressKeys(list))
	var id int64
	var key, name string
	return m.lookUp("SELECT a.id, s.match_key, a.name FROM sites s JOIN accounts a ON a.id = s.account_id WHERE s.match_key IN (*)",
		keys, []any{&id, &key, &name}, func() {
			for _, i := range at[key] {
				if list[i].IsCompany(name) {
					found[i].add(accounts.MatchedByName, id)
				}
			}
		})
}

// byPersonAt finds the account at an address that knows a person of this name.
func (m *matcher) byPersonAt(list []accounts.Identity, found []finding) error {
	addressOf := m.addressKeys(list)
	at, keys := unsettled(list, found, func(i int) string {
		if accounts.NormalText(list[i].LastName) == "" {
			return ""
		}
		return addressOf(i)
	})
	var id int64
	var key, first, last string
	return m.lookUp("SELECT c.account_id, s.match_key, c.first_name, c.last_name FROM sites s JOIN contacts c ON c.account_id = s.account_id WHERE s.match_key IN (*)",
		keys, []any{&id, &key, &first, &last}, func() {
			for _, i := range at[key] {
				if list[i].IsPerson(first, last) {
					found[i].add(accounts.MatchedByName, id)
				}
			}
		})
}

// byCompanyKey finds the company whose main site has the postcode.
func (m *matcher) byCompanyKey(list []accounts.Identity, found []finding) error {
	at, keys := unsettled(list, found, func(i int) string {
		if accounts.NormalPostcode(list[i].Postcode) == "" {
			return ""
		}
		return m.keyer.Company(list[i].Company, list[i].Postcode)
	})
	var id int64
	var key string
	return m.lookUp("SELECT id, match_key FROM accounts WHERE match_key IN (*)", keys, []any{&id, &key}, func() {
		for _, i := range at[key] {
			found[i].add(accounts.MatchedByCompany, id)
		}
	})
}

// identified finds whose nouns are that carry no customer number and drops those that fit nobody or several; given
// tells about a noun, and set keeps what it was recognised as.
func identified[T any](l *loader, nouns []T, given func(*T) (*accounts.Key, *accounts.Identity, int), set func(*T, accounts.Match), out *accounts.Changed) ([]T, error) {
	var who []accounts.Identity
	for i := range nouns {
		if _, named, _ := given(&nouns[i]); named != nil {
			who = append(who, *named)
		}
	}
	if len(who) == 0 {
		return nouns, nil
	}
	matches, err := (&matcher{tx: l.tx, keyer: l.keyer}).identify(who)
	if err != nil {
		return nil, err
	}
	kept, next := nouns[:0], 0
	for i := range nouns {
		key, named, row := given(&nouns[i])
		if named != nil {
			match := matches[next]
			next++
			if !match.Found() {
				refusal := named.Refusal(match)
				refusal.Row = row
				out.Refused = append(out.Refused, accounts.LateRefusal{Reject: refusal, Noun: true, New: key.New})
				l.dropped[key.ID] = true
				continue
			}
			set(&nouns[i], match)
		}
		kept = append(kept, nouns[i])
	}
	return kept, nil
}

// identifyOrders finds whose orders are that carry no customer number. The lines of an order that is refused are
// refused with it.
func (l *loader) identifyOrders(c *accounts.Chunk, out *accounts.Changed) (err error) {
	first := map[int]bool{}
	for i := range c.Orders {
		first[c.Orders[i].Row] = true // a row that is an order and its first line counts once
	}
	c.Orders, err = identified(l, c.Orders,
		func(o *accounts.Order) (*accounts.Key, *accounts.Identity, int) { return &o.Key, o.Who, o.Row },
		func(o *accounts.Order, m accounts.Match) { o.AccountID, o.MatchedBy = m.AccountID, m.Method }, out)
	if err != nil || len(l.dropped) == 0 {
		return err
	}
	kept := c.OrderLines[:0]
	for _, n := range c.OrderLines {
		switch {
		case !l.dropped[n.OrderID]:
			kept = append(kept, n)
		case !first[n.Row]:
			line := accounts.LateRefusal{}
			line.Row, line.Field, line.Rule, line.Message = n.Row, "account_id", "nobody", "the order of this line names no account, see its first row"
			out.Refused = append(out.Refused, line)
		}
	}
	c.OrderLines = kept
	return nil
}

// identifyOpportunities is the same for opportunities.
func (l *loader) identifyOpportunities(list []accounts.Opportunity, out *accounts.Changed) ([]accounts.Opportunity, error) {
	return identified(l, list,
		func(o *accounts.Opportunity) (*accounts.Key, *accounts.Identity, int) { return &o.Key, o.Who, o.Row },
		func(o *accounts.Opportunity, m accounts.Match) { o.AccountID, o.MatchedBy = m.AccountID, m.Method }, out)
}

// matchedBy is how a row was recognised, as it is stored.
func matchedBy(method string) any {
	if method == "" {
		return accounts.MatchedByCustomer
	}
	return method
}

// stages keeps the stages that imported opportunities stand in, with the first day on which each was known: for an
// opportunity that comes for the first time the day on which it was opened or closed, later today.
func (l *loader) stages(today string) error {
	day := "?"
	if l.store.dialect == migrations.Postgres {
		day = "CAST(? AS DATE)"
	}
	_, err := l.exec(`INSERT INTO opportunity_stages (opportunity_id, stage, status, since_on)
SELECT o.id, o.stage, o.status, CASE WHEN o.status <> 'open' AND o.closes_on IS NOT NULL AND o.closes_on <= `+day+` THEN o.closes_on
  WHEN o.id >= ? THEN o.opened_on ELSE `+day+` END
FROM opportunities o WHERE o.import_id = ? ON CONFLICT (opportunity_id, stage, status) DO NOTHING`,
		today, l.first["opportunity"], today, l.importID)
	return err
}
