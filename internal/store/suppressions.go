package store

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"postlift"
	"postlift/accounts"
)

// Suppress records one suppression; see accounts.SuppressionStore.
func (s *Store) Suppress(ctx context.Context, sup accounts.Suppression, by postlift.Actor) (added bool, err error) {
	err = s.inTx(ctx, func(t *tx) error {
		n, _, err := t.suppress([]accounts.Suppression{sup}, 0, by)
		added = n > 0
		return err
	})
	return added, err
}

func (l *loader) saveSuppressions(list []accounts.Suppression, out *accounts.Changed) error {
	if len(list) == 0 {
		return nil
	}
	if l.kind != "suppressions" { // accounts and contacts bring blocks along; the file's own noun is counted alone
		inserted, updated, err := l.suppress(list, l.importID, l.by)
		out.Blocked += inserted + updated
		return err
	}
	b := &blocker{tx: l.tx, keyer: l.keyer, hits: l.hits}
	var err error
	if out.Inserted, out.Updated, err = b.suppress(list, l.importID, l.by); err != nil {
		return err
	}
	for _, row := range l.hits.take(list) {
		out.Matched.Miss(row)
	}
	return nil
}

// finishSuppressions finds whom a list names by hash or by name alone, and tells whom the whole file hits.
func (l *loader) finishSuppressions(out *accounts.Finished) error {
	b := &blocker{tx: l.tx, keyer: l.keyer, hits: l.hits}
	if err := b.matchListed(l.importID, l.by); err != nil {
		return err
	}
	out.Matched = l.hits.matched()
	for _, row := range l.hits.misses() {
		out.Matched.Miss(row)
	}
	return nil
}

// blocker resolves suppressions: from ids to keys, from words to keys and ids.
type blocker struct {
	*tx
	keyer accounts.Keyer
	hits  *listHits
}

// suppress records suppressions in the running transaction, with an event each, and marks the nouns that
// they block. A block that stands already (scope, match key, reason) is never weakened by another entry:
// it then holds from the earlier day and until the later one. Only the entry that it came from, known by
// source and external id, may correct it. One that was revoked comes back only when it was received after
// that.
func (t *tx) suppress(list []accounts.Suppression, importID int64, by postlift.Actor) (inserted, updated int64, err error) {
	b := &blocker{tx: t, keyer: accounts.Keyer{Secret: t.store.secret}, hits: newListHits()}
	if inserted, updated, err = b.suppress(list, importID, by); err != nil {
		return inserted, updated, err
	}
	b.hits.take(list)
	return inserted, updated, b.matchListed(importID, by)
}

// suppress records entries; what they name by hash or by name alone is left to matchListed.
func (b *blocker) suppress(list []accounts.Suppression, importID int64, by postlift.Actor) (inserted, updated int64, err error) {
	if inserted, updated, err = b.record(list, importID, by); err != nil {
		return inserted, updated, err
	}
	if more := b.elsewhere(list); len(more) > 0 {
		if _, _, err = b.record(more, importID, by); err != nil {
			return inserted, updated, err
		}
	}
	return inserted, updated, b.blockAlike(list, importID, by)
}

func (b *blocker) record(list []accounts.Suppression, importID int64, by postlift.Actor) (inserted, updated int64, err error) {
	if err := b.resolve(list); err != nil {
		return 0, 0, err
	}
	known, err := b.known(list)
	if err != nil {
		return 0, 0, err
	}
	entries, ids := waiting(list, func(s *accounts.Suppression) (string, bool) {
		return s.Scope + "\x00" + s.MatchKey + "\x00" + s.Reason, true
	})
	var rows []suppressionRow
	for _, id := range ids {
		same := make([]standing, len(entries[id]))
		for i, s := range entries[id] {
			same[i] = suppressionOf(s, importID)
		}
		old, stands := known[id]
		row, changed := settle(old, stands, same)
		switch {
		case !changed:
			continue
		case stands:
			updated++
		default:
			row.UID = b.store.ids(postlift.SuppressID, row.Scope, row.MatchKey, row.Reason)
			inserted++
		}
		rows = append(rows, row.suppressionRow)
	}
	if err := b.write(rows, by); err != nil {
		return 0, 0, err
	}
	return inserted, updated, b.mark(list)
}

// standing is a suppression row as it stands or is about to.
type standing struct{ suppressionRow }

// settle gives what stands after entries of one scope, key and reason met what stood before, and whether
// that is a change.
func settle(old standing, stands bool, entries []standing) (row standing, changed bool) {
	if stands && old.RevokedAt != nil {
		revoked := postlift.DateOf(*old.RevokedAt)
		entries = slices.DeleteFunc(entries, func(e standing) bool { return e.ReceivedOn <= revoked })
		if len(entries) == 0 {
			return old, false
		}
	}
	row = entries[0]
	if stands {
		row.UID = old.UID
		if old.RevokedAt == nil {
			row = old
			row.ImportID = entries[0].ImportID
		}
	}
	for _, e := range entries {
		if e.ExternalID != "" && e.Source == row.Source && e.ExternalID == row.ExternalID {
			row.ReceivedOn, row.EffectiveOn, row.UntilOn, row.Channel, row.Evidence = e.ReceivedOn, e.EffectiveOn, e.UntilOn, e.Channel, e.Evidence
			row.ListName = e.ListName
			break
		}
	}
	for _, e := range entries {
		row.strengthen(e)
	}
	return row, !stands || !old.same(row)
}

// strengthen lets the block hold whenever the other one does, too.
func (s *standing) strengthen(o standing) {
	if o.ExternalID != "" && o.Source == s.Source && o.ExternalID == s.ExternalID {
		return // its own entry speaks already
	}
	s.ReceivedOn, s.EffectiveOn = min(s.ReceivedOn, o.ReceivedOn), min(s.EffectiveOn, o.EffectiveOn)
	if s.UntilOn.IsZero() || o.UntilOn.IsZero() {
		s.UntilOn = 0
		return
	}
	s.UntilOn = max(s.UntilOn, o.UntilOn)
}

func (s standing) same(o standing) bool {
	return s.RevokedAt == nil && s.ReceivedOn == o.ReceivedOn && s.EffectiveOn == o.EffectiveOn && s.UntilOn == o.UntilOn &&
		s.Channel == o.Channel && s.Evidence == o.Evidence && s.Source == o.Source && s.ExternalID == o.ExternalID && s.ListName == o.ListName
}

func suppressionOf(s *accounts.Suppression, importID int64) standing {
	ref := func(id int64) *int64 {
		if id == 0 {
			return nil
		}
		return &id
	}
	return standing{suppressionRow: suppressionRow{Scope: s.Scope, MatchKey: s.MatchKey, Reason: s.Reason, AccountID: ref(s.AccountID),
		SiteID: ref(s.SiteID), ContactID: ref(s.ContactID), ReceivedOn: s.ReceivedOn, EffectiveOn: s.EffectiveOn, UntilOn: s.UntilOn,
		Channel: s.Channel, Evidence: s.Evidence, Source: s.Source, ExternalID: s.ExternalID, ListName: s.List, ImportID: importID}}
}

func (b *blocker) known(list []accounts.Suppression) (map[string]standing, error) {
	keys := make([]string, len(list))
	for i := range list {
		keys[i] = list[i].MatchKey
	}
	out := map[string]standing{}
	err := inChunks(keys, func(_ string, args []any) error {
		var rows []suppressionRow
		err := b.Where("scope IN ('person', 'address', 'account') AND match_key IN ?", args).Find(&rows).Error // the scopes open the index
		for _, r := range rows {
			out[r.Scope+"\x00"+r.MatchKey+"\x00"+r.Reason] = standing{suppressionRow: r}
		}
		return err
	})
	return out, err
}

// write upserts the rows and appends their events.
func (b *blocker) write(rows []suppressionRow, by postlift.Actor) error {
	if len(rows) == 0 {
		return nil
	}
	columns := []string{"uid", "scope", "match_key", "reason", "account_id", "site_id", "contact_id", "received_on", "effective_on",
		"until_on", "channel", "evidence", "source", "external_id", "list_name", "revoked_at", "import_id"}
	i := 0
	_, err := b.upsertRows("suppressions", columns, []string{"scope", "match_key", "reason"}, columns[7:], func() ([]any, bool) {
		if i == len(rows) {
			return nil, false
		}
		r := &rows[i]
		i++
		return []any{r.UID, r.Scope, r.MatchKey, r.Reason, nullInt(r.AccountID), nullInt(r.SiteID), nullInt(r.ContactID), nullDate(r.ReceivedOn),
			nullDate(r.EffectiveOn), nullDate(r.UntilOn), r.Channel, r.Evidence, r.Source, r.ExternalID, r.ListName, nil, r.ImportID}, true
	})
	if err != nil {
		return err
	}
	i = 0
	now := b.store.now()
	_, err = b.copyRows("events", []string{"at", "actor_kind", "actor", "noun", "noun_uid", "verb", "detail"}, func() ([]any, bool) {
		if i == len(rows) {
			return nil, false
		}
		r := &rows[i]
		i++
		detail := string(toJSON(map[string]string{"scope": r.Scope, "reason": r.Reason}))
		return []any{now, by.Kind, by.Name, "suppression", r.UID, "suppressed", detail}, true
	})
	return err
}

// mark sets the status of what is blocked for good: the deceased, closed firms, addresses that mail
// does not reach.
func (b *blocker) mark(list []accounts.Suppression) error {
	marks := map[string][]int64{}
	for i := range list {
		if statement, id := marking(&list[i]); id != 0 {
			marks[statement] = append(marks[statement], id)
		}
	}
	for statement, ids := range marks {
		if err := inChunks(ids, func(m string, args []any) error {
			if _, err := b.exec(statement+" IN ("+m+")", args...); err != nil {
				return err
			}
			return b.noteUpdated(statement, m, args)
		}); err != nil {
			return err
		}
	}
	return nil
}

// marking is the statement that marks the noun that a suppression blocks, up to its list of ids, and the
// noun's id; 0 where nothing is to be marked.
func marking(s *accounts.Suppression) (statement string, id int64) {
	switch {
	case s.Reason == accounts.ReasonDeceased:
		return "UPDATE contacts SET status = 'deceased' WHERE status <> 'deceased' AND id", s.ContactID
	case s.Scope == accounts.ScopeAddress && s.Reason == accounts.ReasonUndeliverable:
		return "UPDATE sites SET status = 'undeliverable' WHERE status IN ('ok', 'moved') AND id", s.SiteID
	case s.Scope == accounts.ScopeAddress && s.Reason == accounts.ReasonClosed:
		return "UPDATE sites SET status = 'closed' WHERE status <> 'closed' AND id", s.SiteID
	case s.Scope == accounts.ScopeAccount && s.Reason == accounts.ReasonClosed:
		return "UPDATE accounts SET status = 'closed' WHERE status = 'active' AND id", s.AccountID
	case s.Scope == accounts.ScopeAccount && s.Reason == accounts.ReasonCompetitor:
		return "UPDATE accounts SET status = 'competitor' WHERE status = 'active' AND id", s.AccountID
	}
	return "", 0
}

// scanAll runs a query over chunks of values and hands each row to take.
func scanAll[T any](t *tx, query string, values []T, into []any, take func()) error {
	return inChunks(values, func(marks string, args []any) error {
		rows, err := t.query(strings.Replace(query, "(*)", "("+marks+")", 1), args...)
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
	})
}
