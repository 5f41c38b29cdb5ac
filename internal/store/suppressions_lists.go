package store

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"

	"postlift"
	"postlift/accounts"
)

// What a list names by a hash, or a company by its name alone, is not the match key that accounts and contacts
// carry. Such an entry stays as it is and stands for whoever comes, and each account or contact that it names gets a
// block of its own. Those are found in one pass over accounts and contacts when the list is read, and when accounts,
// sites or contacts are imported in a pass over what that import touched. No further keys need to be stored, kept up
// to date and erased, and imports without such lists pay nothing.

// listKey is the beginning of a SHA-256: of what a list gives as a hash, or of a company's name.
type listKey [16]byte

func nameKey(company string) (listKey, bool) {
	n := accounts.NormalCompany(company)
	sum := sha256.Sum256([]byte("name\x00" + n))
	return listKey(sum[:16]), n != ""
}

func hashKey(hash string) (listKey, bool) {
	b, err := hex.DecodeString(hash)
	if err != nil || len(b) < 16 {
		return listKey{}, false
	}
	return listKey(b[:16]), true
}

// listEntry are the rows of a list with one key.
type listEntry struct {
	first, rows int32 // the first row and how many count
	hit         bool
}

// listHits tells whom a list hits.
type listHits struct {
	nouns  map[string]map[int64]bool // by scope
	listed map[listKey]listEntry     // named by hash or name alone
	hashes bool                      // some of them by a hash
}

func newListHits() *listHits {
	return &listHits{listed: map[listKey]listEntry{}, nouns: map[string]map[int64]bool{
		accounts.ScopePerson: {}, accounts.ScopeAddress: {}, accounts.ScopeAccount: {}}}
}

func (h *listHits) add(scope string, id int64) {
	if id != 0 {
		h.nouns[scope][id] = true
	}
}

// matched gives the figures so far.
func (h *listHits) matched() accounts.Matched {
	return accounts.Matched{Contacts: int64(len(h.nouns[accounts.ScopePerson])), Accounts: int64(len(h.nouns[accounts.ScopeAccount])),
		Sites: int64(len(h.nouns[accounts.ScopeAddress]))}
}

// listedKey is the key of an entry that names somebody by a hash or a company by its name alone.
func listedKey(s *accounts.Suppression) (listKey, bool) {
	switch {
	case s.Hash != "":
		return hashKey(s.Hash)
	case s.Scope == accounts.ScopeAccount && s.AccountID == 0 && s.Postcode == "":
		return nameKey(s.Company)
	}
	return listKey{}, false
}

// named is the noun that a resolved suppression names; 0: nobody known.
func named(s *accounts.Suppression) int64 {
	switch s.Scope {
	case accounts.ScopePerson:
		return s.ContactID
	case accounts.ScopeAddress:
		return s.SiteID
	}
	return s.AccountID
}

// take notes whom resolved entries hit and keeps for a pass over all nouns what only that can find; it gives the rows
// that hit nobody. A row may give two entries, for a person and the company.
func (h *listHits) take(list []accounts.Suppression) (misses []int) {
	hit, open := map[int]bool{}, map[int]bool{}
	for i := range list {
		s := &list[i]
		if id := named(s); id != 0 {
			h.add(s.Scope, id)
			hit[s.Row] = true
		} else if _, ok := listedKey(s); ok {
			open[s.Row] = true
		}
	}
	told := map[int]bool{}
	for i := range list {
		s := &list[i]
		_, ok := listedKey(s)
		listed := ok && named(s) == 0
		if listed {
			h.keep(s, !hit[s.Row] && !told[s.Row])
			told[s.Row] = true
		}
		if !hit[s.Row] && !open[s.Row] && !told[s.Row] {
			misses = append(misses, s.Row)
			told[s.Row] = true
		}
	}
	return misses
}

// keep remembers an entry that is named by hash or name alone; counts tells whether its row waits for it.
func (h *listHits) keep(s *accounts.Suppression, counts bool) {
	key, _ := listedKey(s)
	e, known := h.listed[key]
	if !known {
		e.first = int32(s.Row)
	}
	if counts {
		e.rows++
	}
	h.listed[key] = e
	h.hashes = h.hashes || s.Hash != ""
}

// misses are the rows of entries that hit nobody, in order; of rows with one key the first is named for all.
func (h *listHits) misses() []int {
	var rows []int
	for _, e := range h.listed {
		for range e.rows {
			if !e.hit {
				rows = append(rows, int(e.first))
			}
		}
	}
	slices.Sort(rows)
	return rows
}

// candidate is an account or contact by a key that entries of lists may have.
type candidate struct {
	scope    string
	id       int64
	key      listKey
	matchKey string // of the entries
}

// matchListed blocks every account and contact that the entries seen so far name by hash or by name alone.
func (b *blocker) matchListed(importID int64, by postlift.Actor) error {
	if len(b.hits.listed) == 0 {
		return nil
	}
	known := func(key listKey, ok bool) bool {
		_, listed := b.hits.listed[key]
		return ok && listed
	}
	err := b.eachAccount("accounts", func(page []accountWords) error {
		var found []candidate
		for i := range page {
			a := &page[i]
			if key, ok := nameKey(a.name); known(key, ok) {
				found = append(found, candidate{accounts.ScopeAccount, a.id, key, b.keyer.CompanyAnywhere(a.name)})
			}
			for _, hash := range a.hashes() {
				if key, ok := hashKey(hash); known(key, ok) {
					found = append(found, candidate{accounts.ScopeAccount, a.id, key, b.keyer.Listed(hash)})
				}
			}
		}
		return b.blockNamed(found, importID, by)
	})
	if err != nil || !b.hits.hashes {
		return err
	}
	return b.eachContact("contacts", func(page []contactWords) error {
		var found []candidate
		for i := range page {
			for _, hash := range page[i].hashes() {
				if key, ok := hashKey(hash); known(key, ok) {
					found = append(found, candidate{accounts.ScopePerson, page[i].id, key, b.keyer.Listed(hash)})
				}
			}
		}
		return b.blockNamed(found, importID, by)
	})
}

// blockNamed gives each candidate a block of its own for every entry in force that has its key and stands for nobody
// known by itself.
func (b *blocker) blockNamed(found []candidate, importID int64, by postlift.Actor) error {
	if len(found) == 0 {
		return nil
	}
	keys := make([]string, 0, len(found))
	for _, c := range found {
		keys = append(keys, c.matchKey)
	}
	slices.Sort(keys)
	entries, err := b.openEntries(slices.Compact(keys))
	if err != nil || len(entries) == 0 {
		return err
	}
	var blocks []accounts.Suppression
	for _, c := range found {
		for _, s := range entries[c.matchKey] {
			if c.scope == accounts.ScopePerson && s.Scope != accounts.ScopePerson {
				continue // the list speaks of companies
			}
			s.Scope, s.MatchKey = c.scope, ""
			if c.scope == accounts.ScopePerson {
				s.ContactID = c.id
			} else {
				s.AccountID = c.id
			}
			b.hits.add(c.scope, c.id)
			if e, ok := b.hits.listed[c.key]; ok && !e.hit {
				e.hit = true
				b.hits.listed[c.key] = e
			}
			blocks = append(blocks, s)
		}
	}
	if len(blocks) == 0 {
		return nil
	}
	if _, err = b.record(blocks, importID, by); err != nil {
		return err
	}
	return b.blockAlike(blocks, importID, by)
}

// openEntries reads, by key, the suppressions in force of persons and companies that stand for nobody known.
func (b *blocker) openEntries(keys []string) (map[string][]accounts.Suppression, error) {
	entries := map[string][]accounts.Suppression{}
	var s accounts.Suppression
	err := scanAll(b.tx, `SELECT scope, match_key, reason, received_on, effective_on, until_on, channel, evidence, source, external_id, list_name,
  CASE WHEN origin_uid = '' THEN uid ELSE origin_uid END
FROM suppressions WHERE scope IN ('person', 'account') AND match_key IN (*) AND revoked_at IS NULL
  AND CASE WHEN scope = 'person' THEN contact_id ELSE account_id END IS NULL ORDER BY id`, keys,
		[]any{&s.Scope, &s.MatchKey, &s.Reason, &s.ReceivedOn, &s.EffectiveOn, &s.UntilOn, &s.Channel, &s.Evidence, &s.Source, &s.ExternalID, &s.List, &s.DerivedFrom},
		func() { entries[s.MatchKey] = append(entries[s.MatchKey], s) })
	return entries, err
}
