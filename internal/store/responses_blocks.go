package store

import (
	"cmp"
	"slices"

	"postlift"
	"postlift/accounts"
)

// insertBlocks adds each block once and revives one that was revoked, has an end or has not begun. Every event that
// asks for a block is kept as one of its entries, so that the block is the same in whatever order they come.
func (r *recording) insertBlocks(blocks []*block) error {
	groups, order := map[string][]*block{}, []string{}
	for _, b := range blocks {
		id := b.identity()
		if groups[id] == nil {
			order = append(order, id)
		}
		groups[id] = append(groups[id], b)
	}
	rows, err := r.existingBlocks(blocks)
	if err != nil {
		return err
	}
	known := make(map[string]standing, len(rows))
	for id, row := range rows {
		if groups[id] != nil {
			known[id] = standing{suppressionRow: row, stands: true}
		}
	}
	writer := &blocker{tx: r.tx}
	if err := writer.readEntries(known); err != nil {
		return err
	}
	var changed []standing
	for _, id := range order {
		if s, dirty := r.stand(groups[id], known[id]); dirty {
			changed = append(changed, s)
		}
	}
	return writer.writeBlocks(changed)
}

// stand adds events to the block that they ask for and tells whether that changes it.
func (r *recording) stand(asked []*block, s standing) (standing, bool) {
	slices.SortFunc(asked, func(a, b *block) int {
		return cmp.Or(cmp.Compare(a.on, b.on), cmp.Compare(a.source, b.source), cmp.Compare(a.externalID, b.externalID))
	})
	first := asked[0]
	renewed := s.RevokedAt != nil || !s.UntilOn.IsZero() || s.EffectiveOn > first.on
	if !s.stands {
		s = newStanding(first.suppression(), r.store.ids(postlift.SuppressID, first.scope, first.key, first.reason))
	}
	if s.RevokedAt != nil {
		s.RevokedAt, s.entries = nil, nil
	}
	for _, b := range asked {
		b.uid = s.UID
		s.take(b.suppression(), r.imports.ID)
	}
	slices.SortStableFunc(s.entries, func(a, b suppressionEntryRow) int {
		return cmp.Or(cmp.Compare(a.EffectiveOn, b.EffectiveOn), cmp.Compare(a.ReceivedOn, b.ReceivedOn),
			cmp.Compare(a.Source, b.Source), cmp.Compare(a.ExternalID, b.ExternalID))
	})
	if !s.stands || renewed {
		r.saved.Suppressed++
		r.noteBlock(first, s.UID)
	}
	return s, s.settle(r.imports.ID)
}

// suppression is the block as an entry asks for it.
func (b *block) suppression() *accounts.Suppression {
	return &accounts.Suppression{Scope: b.scope, MatchKey: b.key, Reason: b.reason, AccountID: b.named.account, SiteID: b.named.site, ContactID: b.named.contact,
		ReceivedOn: b.on, EffectiveOn: b.on, Channel: b.channel, Source: b.source, ExternalID: b.externalID}
}

// noun is the account that a block shows, with the site or contact where it stands on one.
type noun struct{ account, site, contact int64 }

// nameBlocks finds, for blocks by a key that several share, the one whom they show: the oldest, whichever event came
// first.
func (r *recording) nameBlocks(blocks []*block) error {
	for scope, table := range scopeTable {
		at, keys := map[string][]*block{}, []string{}
		for _, b := range blocks {
			if b.scope != scope {
				continue
			}
			b.named = noun{account: valueOf(b.account), site: valueOf(b.site), contact: valueOf(b.contact)}
			if at[b.key] == nil {
				keys = append(keys, b.key)
			}
			at[b.key] = append(at[b.key], b)
		}
		account := "account_id"
		if scope == accounts.ScopeAccount {
			account = "id"
		}
		var key string
		var id, of int64
		err := scanAll(r.tx, "SELECT match_key, id, "+account+" FROM "+table+" WHERE match_key <> '' AND match_key IN (*) ORDER BY id DESC", keys, []any{&key, &id, &of}, func() {
			for _, b := range at[key] {
				b.named = noun{account: of}
				switch scope {
				case accounts.ScopeAddress:
					b.named.site = id
				case accounts.ScopePerson:
					b.named.contact = id
				}
			}
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// valueOf is an id, 0 for none.
func valueOf(id *int64) int64 {
	if id == nil {
		return 0
	}
	return *id
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
