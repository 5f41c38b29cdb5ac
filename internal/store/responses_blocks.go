package store

import (
	"postlift"
	"postlift/accounts"
)

// insertBlocks adds each block once and revives one that was revoked, has an end or has not begun.
func (r *recording) insertBlocks(blocks []*block) error {
	existing, err := r.existingBlocks(blocks)
	if err != nil {
		return err
	}
	var fresh, revive []*block
	taken := map[string]*block{}
	for _, b := range blocks {
		id := b.identity()
		if first := taken[id]; first != nil { // several events ask for one block
			first.on = min(first.on, b.on)
			continue
		}
		old, known := existing[id]
		switch {
		case !known:
			b.uid = r.store.ids(postlift.SuppressID, b.scope, b.key, b.reason)
			taken[id] = b
			fresh = append(fresh, b)
			r.noteBlock(b, b.uid)
		case old.RevokedAt != nil || !old.UntilOn.IsZero() || old.EffectiveOn > b.on:
			b.uid = old.UID
			taken[id] = b
			revive = append(revive, b)
			r.noteBlock(b, old.UID)
		}
	}
	r.saved.Suppressed = len(fresh) + len(revive)
	if err := r.addBlocks(fresh); err != nil {
		return err
	}
	return r.reviveBlocks(revive, existing)
}

// reviveBlocks lets blocks hold again, for good or from an earlier day, and keeps what each of them rested on before.
func (r *recording) reviveBlocks(blocks []*block, existing map[string]suppressionRow) error {
	known := make(map[string]standing, len(blocks))
	for _, b := range blocks {
		known[b.identity()] = standing{suppressionRow: existing[b.identity()], stands: true}
	}
	writer := &blocker{tx: r.tx}
	if err := writer.readEntries(known); err != nil {
		return err
	}
	changed := make([]standing, 0, len(blocks))
	for _, b := range blocks {
		s := known[b.identity()]
		if s.RevokedAt != nil {
			s.RevokedAt, s.entries = nil, nil
		}
		s.take(&accounts.Suppression{ReceivedOn: b.on, EffectiveOn: b.on, Channel: b.channel, Source: b.source, ExternalID: b.externalID}, r.imports.ID)
		s.settle(r.imports.ID)
		changed = append(changed, s)
	}
	return writer.writeBlocks(changed)
}

func (b *block) identity() string { return b.scope + "\x00" + b.reason + "\x00" + b.key }

func (r *recording) noteBlock(b *block, uid string) {
	r.note("suppression", uid, "blocked", map[string]string{"scope": b.scope, "reason": b.reason})
}

func (r *recording) existingBlocks(blocks []*block) (map[string]suppressionRow, error) {
	keys := make([]string, len(blocks))
	for i, b := range blocks {
		keys[i] = b.key
	}
	found := map[string]suppressionRow{}
	err := inChunks(keys, func(_ string, args []any) error {
		var rows []suppressionRow
		err := r.Where("match_key IN ?", args).Find(&rows).Error
		for _, row := range rows {
			old := &block{scope: row.Scope, reason: row.Reason, key: row.MatchKey}
			found[old.identity()] = row
		}
		return err
	})
	return found, err
}

// addBlocks inserts new blocks; one that another process added meanwhile is the same block.
func (r *recording) addBlocks(blocks []*block) error {
	i := 0
	_, err := r.upsertRows("suppressions",
		[]string{"uid", "scope", "match_key", "reason", "account_id", "site_id", "contact_id", "received_on", "effective_on",
			"channel", "source", "external_id", "import_id"},
		[]string{"scope", "match_key", "reason"}, nil, func() ([]any, bool) {
			if i == len(blocks) {
				return nil, false
			}
			b := blocks[i]
			i++
			return []any{b.uid, b.scope, b.key, b.reason, b.account, b.site, b.contact, b.on, b.on,
				b.channel, b.source, b.externalID, r.imports.ID}, true
		})
	return err
}

// blockAlike blocks the same persons elsewhere, see blocker.blockAlike.
func (r *recording) blockAlike(blocks []*block) error {
	list := make([]accounts.Suppression, len(blocks))
	for i, b := range blocks {
		list[i] = accounts.Suppression{Scope: b.scope, MatchKey: b.key, Reason: b.reason}
	}
	b := &blocker{tx: r.tx, keyer: accounts.Keyer{Secret: r.store.secret}, hits: newListHits()}
	return b.blockAlike(list, r.imports.ID, r.by)
}

// markBlocked sets the status of what is blocked. Statuses only ever get worse here, so that the order of
// events does not matter: undeliverable outweighs moved, and an organisation's own status stays.
func (r *recording) markBlocked(blocks []*block, moved map[int64]bool) error {
	movedIDs := make([]int64, 0, len(moved))
	for id := range moved {
		movedIDs = append(movedIDs, id)
	}
	for _, mark := range []struct {
		statement string
		ids       []int64
	}{
		{"UPDATE sites SET status = 'undeliverable' WHERE status IN ('ok', 'moved') AND id IN ", targets(blocks, accounts.ScopeAddress, "undeliverable")},
		{"UPDATE sites SET status = 'moved' WHERE status = 'ok' AND id IN ", movedIDs},
		{"UPDATE contacts SET status = 'deceased' WHERE status <> 'deceased' AND id IN ", targets(blocks, accounts.ScopePerson, "deceased")},
		{"UPDATE accounts SET status = 'closed' WHERE status = 'active' AND id IN ", targets(blocks, accounts.ScopeAccount, "closed")},
	} {
		err := inChunks(mark.ids, func(marks string, args []any) error {
			if _, err := r.exec(mark.statement+"("+marks+")", args...); err != nil {
				return err
			}
			return r.noteUpdated(mark.statement, marks, args)
		})
		if err != nil {
			return err
		}
	}
	return nil
}
