package store

import (
	"postlift"
	"postlift/accounts"
)

// leaveAddresses lets sites go whose address this import changed: what came back from the old address says nothing of the
// new one. The block of a site alone is lifted; one that holds everybody at an address stays with the address. Where the
// file has a status of its own, that one holds.
func (l *loader) leaveAddresses(changed []pair) error {
	ids := make([]int64, len(changed))
	for i, p := range changed {
		ids[i] = p.id
	}
	if err := l.liftReturns(ids); err != nil || l.siteStatus {
		return err
	}
	return inChunks(ids, func(marks string, args []any) error {
		_, err := l.exec("UPDATE sites SET status = 'ok' WHERE status IN ('undeliverable', 'moved') AND id IN ("+marks+")", args...)
		return err
	})
}

// liftReturns takes the blocks of undeliverable addresses from sites.
func (l *loader) liftReturns(ids []int64) error {
	uids := map[int64]string{}
	var id int64
	var uid string
	err := scanAll(l.tx, `SELECT s.id, s.uid FROM sites s WHERE EXISTS (SELECT 1 FROM suppressions u WHERE u.site_id = s.id AND u.scope = 'address'
AND u.reason = 'undeliverable' AND u.revoked_at IS NULL) AND s.id IN (*)`, ids, []any{&id, &uid}, func() { uids[id] = uid })
	if err != nil {
		return err
	}
	for id, uid := range uids {
		own := postlift.MatchKey(l.store.secret, accounts.ScopeAddress, "id", uid)
		const of = " WHERE scope = 'address' AND reason = 'undeliverable' AND site_id = ? AND match_key "
		if _, err := l.exec("UPDATE suppressions SET revoked_at = ?"+of+"= ? AND revoked_at IS NULL", l.store.now(), id, own); err != nil {
			return err
		}
		if _, err := l.exec("UPDATE suppressions SET site_id = NULL"+of+"<> ?", id, own); err != nil {
			return err
		}
	}
	return nil
}
