package store

import (
	"strconv"

	"postlift/accounts"
)

// resolve fills ids and match keys. What is named by id takes the key that the noun carries; what is
// named by words is looked up by the key of those words, persons also by name at the address. A company
// named without a postcode blocks every company of that name.
func (b *blocker) resolve(list []accounts.Suppression) error {
	for i := range list {
		if s := &list[i]; s.Hash != "" {
			s.MatchKey = b.keyer.Listed(s.Hash)
		}
	}
	for _, step := range []func([]accounts.Suppression) error{b.byAccount, b.bySite, b.byContact, b.personsByKey, b.personsAtAddress, b.addressesByKey, b.accountsByKey} {
		if err := step(list); err != nil {
			return err
		}
	}
	for i := range list {
		if list[i].MatchKey == "" {
			list[i].MatchKey = b.ownKey(&list[i])
		}
	}
	return nil
}

// ownKey is the key of a noun that has none of its own, such as a function line without a name: the
// block then holds by id.
func (b *blocker) ownKey(s *accounts.Suppression) string {
	switch {
	case s.Scope == accounts.ScopePerson && s.ContactID != 0:
		return "contact:" + strconv.FormatInt(s.ContactID, 10)
	case s.Scope == accounts.ScopeAddress && s.SiteID != 0:
		return "site:" + strconv.FormatInt(s.SiteID, 10)
	case s.AccountID != 0:
		return "account:" + strconv.FormatInt(s.AccountID, 10)
	}
	return ""
}

// waiting gives the suppressions for which value says something, by that value, and the values in order.
func waiting[K comparable](list []accounts.Suppression, value func(*accounts.Suppression) (K, bool)) (map[K][]*accounts.Suppression, []K) {
	at, keys := map[K][]*accounts.Suppression{}, []K{}
	for i := range list {
		if k, ok := value(&list[i]); ok {
			if at[k] == nil {
				keys = append(keys, k)
			}
			at[k] = append(at[k], &list[i])
		}
	}
	return at, keys
}

func (b *blocker) byAccount(list []accounts.Suppression) error {
	at, ids := waiting(list, func(s *accounts.Suppression) (int64, bool) { return s.AccountID, s.AccountID != 0 })
	var id int64
	var name, key string
	return scanAll(b.tx, "SELECT id, name, match_key FROM accounts WHERE id IN (*)", ids, []any{&id, &name, &key}, func() {
		for _, s := range at[id] {
			s.Company = name
			if s.Scope == accounts.ScopeAccount && s.MatchKey == "" {
				s.MatchKey = key
			}
		}
	})
}

func (b *blocker) bySite(list []accounts.Suppression) error {
	return b.byRow(list, "sites", accounts.ScopeAddress, func(s *accounts.Suppression) int64 { return s.SiteID })
}

func (b *blocker) byContact(list []accounts.Suppression) error {
	return b.byRow(list, "contacts", accounts.ScopePerson, func(s *accounts.Suppression) int64 { return s.ContactID })
}

// byRow gives suppressions of a scope that name a site or a contact its account and its key.
func (b *blocker) byRow(list []accounts.Suppression, table, scope string, ref func(*accounts.Suppression) int64) error {
	at, ids := waiting(list, func(s *accounts.Suppression) (int64, bool) { return ref(s), ref(s) != 0 && s.Scope == scope })
	var id, account int64
	var key string
	return scanAll(b.tx, "SELECT id, account_id, match_key FROM "+table+" WHERE id IN (*)", ids, []any{&id, &account, &key}, func() {
		for _, s := range at[id] {
			s.AccountID = account
			if s.MatchKey == "" {
				s.MatchKey = key
			}
		}
	})
}

func (b *blocker) personsByKey(list []accounts.Suppression) error {
	return b.byKey(list, "contacts", func(s *accounts.Suppression) string {
		if s.Scope != accounts.ScopePerson || s.MatchKey != "" || s.Company == "" {
			return ""
		}
		return b.keyer.Person(s.FirstName, s.LastName, s.Company)
	}, func(s *accounts.Suppression, id, account int64) { s.ContactID, s.AccountID = id, account })
}

// scopeOf is the scope of the blocks that name a row of a table.
var scopeOf = map[string]string{"contacts": accounts.ScopePerson, "sites": accounts.ScopeAddress, "accounts": accounts.ScopeAccount}

// byKey gives suppressions the key that keyOf makes of what they name ("" where it says nothing) and
// tells found which row of the table has that key; the oldest row comes last and stays.
func (b *blocker) byKey(list []accounts.Suppression, table string, keyOf func(*accounts.Suppression) string,
	found func(s *accounts.Suppression, id, account int64)) error {
	at, keys := waiting(list, func(s *accounts.Suppression) (string, bool) {
		k := keyOf(s)
		return k, k != ""
	})
	for k, all := range at {
		for _, s := range all {
			s.MatchKey = k
		}
	}
	var id, account int64
	var key string
	return scanAll(b.tx, "SELECT id, account_id, match_key FROM "+table+" WHERE match_key IN (*) ORDER BY id DESC", keys, []any{&id, &account, &key}, func() {
		b.hits.add(scopeOf[table], id)
		for _, s := range at[key] {
			found(s, id, account)
		}
	})
}

// personsAtAddress finds persons whom the list names with an address: the company may be missing or
// written in another way.
func (b *blocker) personsAtAddress(list []accounts.Suppression) error {
	at, keys := waiting(list, func(s *accounts.Suppression) (string, bool) {
		k := ""
		if s.Scope == accounts.ScopePerson && s.ContactID == 0 && s.Street != "" {
			k = b.keyer.Address(s.Street, "", s.Postcode, s.City, s.Country)
		}
		return k, k != ""
	})
	var id, account int64
	var address, first, last, key string
	err := scanAll(b.tx, `SELECT c.id, c.account_id, s.match_key, c.first_name, c.last_name, c.match_key FROM sites s
JOIN contacts c ON c.account_id = s.account_id WHERE s.match_key IN (*) ORDER BY c.id`, keys,
		[]any{&id, &account, &address, &first, &last, &key}, func() {
			for _, s := range at[address] {
				if s.ContactID == 0 && sameName(first, s.FirstName) && accounts.NormalText(last) == accounts.NormalText(s.LastName) {
					s.ContactID, s.AccountID, s.MatchKey = id, account, key
				}
			}
		})
	for k, all := range at {
		for _, s := range all {
			if s.MatchKey == "" {
				s.MatchKey = b.keyer.PersonAt(s.FirstName, s.LastName, k)
			}
		}
	}
	return err
}

// sameName compares first names; an initial or none agrees with any that begins so.
func sameName(a, b string) bool {
	a, b = accounts.NormalText(a), accounts.NormalText(b)
	if len(a) > len(b) {
		a, b = b, a
	}
	return a == b || a == "" || len(a) == 1 && a[0] == b[0]
}

func (b *blocker) addressesByKey(list []accounts.Suppression) error {
	return b.byKey(list, "sites", func(s *accounts.Suppression) string {
		if s.Scope != accounts.ScopeAddress || s.MatchKey != "" {
			return ""
		}
		return b.keyer.Address(s.Street, "", s.Postcode, s.City, s.Country)
	}, func(s *accounts.Suppression, id, account int64) { s.SiteID, s.AccountID = id, account })
}

func (b *blocker) accountsByKey(list []accounts.Suppression) error {
	at, keys := waiting(list, func(s *accounts.Suppression) (string, bool) {
		k := ""
		if s.Scope == accounts.ScopeAccount && s.MatchKey == "" {
			if s.Postcode == "" {
				s.MatchKey = b.keyer.CompanyAnywhere(s.Company) // its accounts have rows of their own: matchListed
				return "", false
			}
			k = b.keyer.Company(s.Company, s.Postcode)
		}
		return k, k != ""
	})
	for k, all := range at {
		for _, s := range all {
			s.MatchKey = k
		}
	}
	var id int64
	var key string
	return scanAll(b.tx, "SELECT id, match_key FROM accounts WHERE match_key IN (*) ORDER BY id DESC", keys, []any{&id, &key}, func() {
		b.hits.add(accounts.ScopeAccount, id)
		for _, s := range at[key] {
			s.AccountID = id
		}
	})
}

// elsewhere adds, for persons whom a list names with company and address and whom nobody knows yet, a
// block by name and address: they may come with their company written in another way.
func (b *blocker) elsewhere(list []accounts.Suppression, done recorded) []accounts.Suppression {
	var out []accounts.Suppression
	for _, s := range list {
		if s.Scope != accounts.ScopePerson || s.ContactID != 0 || s.Street == "" {
			continue
		}
		key := b.keyer.PersonAt(s.FirstName, s.LastName, b.keyer.Address(s.Street, "", s.Postcode, s.City, s.Country))
		if key != "" && key != s.MatchKey {
			s.DerivedFrom = done.uids[blockID(s.Scope, s.MatchKey, s.Reason)]
			s.MatchKey = key
			out = append(out, s)
		}
	}
	return out
}
