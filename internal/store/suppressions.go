package store

import (
	"context"
	"fmt"
	"strings"

	"postlift"
	"postlift/accounts"
)

// Suppress records one suppression; see accounts.SuppressionStore.
func (s *Store) Suppress(ctx context.Context, sup accounts.Suppression, by postlift.Actor) (added bool, err error) {
	err = s.inTx(ctx, func(t *tx) error {
		done, err := t.suppress([]accounts.Suppression{sup}, 0, by)
		added = done.count(fateNew) > 0
		return err
	})
	return added, err
}

func (l *loader) saveSuppressions(list []accounts.Suppression, out *accounts.Changed) error {
	if len(list) == 0 {
		return nil
	}
	if l.kind != "suppressions" { // accounts and contacts bring blocks along; the file's own noun is counted alone
		done, err := l.suppress(list, l.importID, l.by)
		out.Blocked += done.count(fateNew) + done.count(fateChanged)
		return err
	}
	b := &blocker{tx: l.tx, keyer: l.keyer, hits: l.hits}
	done, err := b.suppress(list, l.importID, l.by)
	if err != nil {
		return err
	}
	out.Inserted, out.Updated, out.Merged = done.count(fateNew), done.count(fateChanged), done.count(fateMerged)
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
// they block. A block that stands already (scope, match key, reason) is never weakened by another entry: it then
// holds from the earlier day and until the later one, and keeps both entries. Only the entry that it came from, known
// by source and external id, may correct it. One that was revoked comes back only when it was received after that.
func (t *tx) suppress(list []accounts.Suppression, importID int64, by postlift.Actor) (recorded, error) {
	b := &blocker{tx: t, keyer: accounts.Keyer{Secret: t.store.secret}, hits: newListHits()}
	done, err := b.suppress(list, importID, by)
	if err != nil {
		return done, err
	}
	b.hits.take(list)
	return done, b.matchListed(importID, by)
}

// suppress records entries; what they name by hash or by name alone is left to matchListed.
func (b *blocker) suppress(list []accounts.Suppression, importID int64, by postlift.Actor) (recorded, error) {
	done, err := b.record(list, importID, by)
	if err != nil {
		return done, err
	}
	if more := b.elsewhere(list, done); len(more) > 0 {
		if _, err = b.record(more, importID, by); err != nil {
			return done, err
		}
	}
	return done, b.blockAlike(list, importID, by)
}

// blockID is what a block is known by.
func blockID(scope, key, reason string) string { return scope + "\x00" + key + "\x00" + reason }

func (b *blocker) record(list []accounts.Suppression, importID int64, by postlift.Actor) (recorded, error) {
	done := recorded{fates: map[int]fate{}, uids: map[string]string{}}
	if err := b.resolve(list); err != nil {
		return done, err
	}
	known, err := b.known(list)
	if err != nil {
		return done, err
	}
	arriving, ids := waiting(list, func(s *accounts.Suppression) (string, bool) { return blockID(s.Scope, s.MatchKey, s.Reason), true })
	var changed []standing
	for _, id := range ids {
		block, stands := known[id]
		if !stands {
			first := arriving[id][0]
			block = newStanding(first, b.store.ids(postlift.SuppressID, first.Scope, first.MatchKey, first.Reason))
		}
		for _, s := range arriving[id] {
			done.note(s.Row, block.take(s, importID))
		}
		done.uids[id] = block.root()
		if block.settle(importID) {
			changed = append(changed, block)
		}
	}
	if err := b.write(changed, by); err != nil {
		return done, err
	}
	return done, b.mark(list)
}

// known reads the blocks that stand already, or stood before they were revoked, with their entries.
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
			out[blockID(r.Scope, r.MatchKey, r.Reason)] = standing{suppressionRow: r, stands: true}
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return out, b.readEntries(out)
}

// writeBlocks upserts blocks with their entries.
func (b *blocker) writeBlocks(blocks []standing) error {
	if len(blocks) == 0 {
		return nil
	}
	columns := []string{"uid", "scope", "match_key", "reason", "account_id", "site_id", "contact_id", "received_on", "effective_on",
		"until_on", "channel", "evidence", "source", "external_id", "list_name", "origin_uid", "revoked_at", "import_id"}
	i := 0
	_, err := b.upsertRows("suppressions", columns, []string{"scope", "match_key", "reason"}, columns[7:], func() ([]any, bool) {
		if i == len(blocks) {
			return nil, false
		}
		r := &blocks[i]
		i++
		return []any{r.UID, r.Scope, r.MatchKey, r.Reason, nullInt(r.AccountID), nullInt(r.SiteID), nullInt(r.ContactID), nullDate(r.ReceivedOn),
			nullDate(r.EffectiveOn), nullDate(r.UntilOn), r.Channel, r.Evidence, r.Source, r.ExternalID, r.ListName, r.DerivedFrom, nil, r.ImportID}, true
	})
	if err != nil {
		return err
	}
	return b.writeEntries(blocks)
}

// write upserts blocks and appends their events.
func (b *blocker) write(blocks []standing, by postlift.Actor) error {
	if len(blocks) == 0 {
		return nil
	}
	if err := b.writeBlocks(blocks); err != nil {
		return err
	}
	i := 0
	now := b.store.now()
	_, err := b.copyRows("events", []string{"at", "actor_kind", "actor", "noun", "noun_uid", "verb", "detail"}, func() ([]any, bool) {
		if i == len(blocks) {
			return nil, false
		}
		r := &blocks[i]
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
