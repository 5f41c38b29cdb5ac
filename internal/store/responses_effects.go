package store

import (
	"fmt"
	"slices"
	"strconv"

	"postlift"
	"postlift/accounts"
	"postlift/responses"
)

// openImport records the file that the events came in; single events have none.
func (r *recording) openImport() error {
	if r.in.File == "" {
		return nil
	}
	source := ""
	if len(r.in.Events) > 0 {
		source = r.in.Events[0].Source
	}
	var last int64 // the same file may come again: its number tells the imports apart
	if err := r.Model(&importRunRow{}).Select("COALESCE(MAX(id), 0)").Scan(&last).Error; err != nil {
		return fmt.Errorf("store.SaveResponses: %w", err)
	}
	r.imports = importRunRow{
		UID: r.store.ids(postlift.ImportID, r.in.Kind, source, strconv.FormatInt(last+1, 10)), Kind: r.in.Kind,
		Source: source, FileName: r.in.File, SHA256: r.in.SHA256, RowsRead: int64(r.in.Read), Actor: r.by.Name,
		StartedAt: r.in.Since.UTC(), FinishedAt: r.store.now(),
	}
	return r.Create(&r.imports).Error
}

func (r *recording) closeImport() error {
	if r.imports.ID == 0 {
		return nil
	}
	r.imports.Inserted, r.imports.Unchanged = int64(r.saved.Inserted), int64(r.saved.Duplicates)
	r.imports.Rejected, r.imports.FinishedAt = int64(r.in.Refuse+len(r.saved.Refused)), r.store.now()
	if err := r.Save(&r.imports).Error; err != nil {
		return fmt.Errorf("store.SaveResponses: %w", err)
	}
	r.note("import", r.imports.UID, "imported", map[string]any{
		"kind": r.in.Kind, "inserted": r.saved.Inserted, "duplicates": r.saved.Duplicates, "rejected": r.imports.Rejected,
	})
	return nil
}

// note keeps an event of this transaction; writeNotes appends all of them at its end.
func (r *recording) note(noun, uid, verb string, detail any) {
	r.notes = append(r.notes, eventRow{At: r.store.now(), ActorKind: r.by.Kind, Actor: r.by.Name,
		Noun: noun, NounUID: uid, Verb: verb, Detail: toJSON(detail)})
}

func (r *recording) writeNotes() error {
	if len(r.notes) == 0 {
		return nil
	}
	return r.CreateInBatches(&r.notes, lookupChunk).Error
}

// insert adds the fresh events. Another process may have recorded one of them meanwhile: that one is
// left alone, and its effects are the same.
func (r *recording) insert() error {
	i := 0
	n, err := r.upsertRows("responses",
		[]string{"uid", "source", "external_id", "kind", "piece_id", "account_id", "occurred_at", "reason", "detail", "import_id", "matched_by"},
		[]string{"source", "external_id"}, nil, func() ([]any, bool) {
			if i == len(r.fresh) {
				return nil, false
			}
			w := r.fresh[i].row
			i++
			return []any{w.UID, w.Source, w.ExternalID, w.Kind, w.PieceID, w.AccountID, w.OccurredAt, w.Reason, r.store.jsonArg(w.Detail), w.ImportID, w.MatchedBy}, true
		})
	r.saved.Inserted = int(n)
	r.saved.Duplicates += len(r.fresh) - int(n)
	return err
}

// noteAnswered notes the accounts of the fresh events.
func (r *recording) noteAnswered() error {
	seen, ids := map[int64]bool{}, []int64{}
	for _, e := range r.fresh {
		if id := e.row.AccountID; id != nil && !seen[*id] {
			seen[*id] = true
			ids = append(ids, *id)
		}
	}
	slices.Sort(ids)
	return inChunks(ids, func(marks string, args []any) error {
		return r.noteChanges(accountsOf["accounts"]+"("+marks+")", args...)
	})
}

// jsonArg is a document as a bulk load takes it: NULL for none.
func (s *Store) jsonArg(j jsonText) any {
	if j == "" {
		return nil
	}
	return string(j)
}

// applyReturns marks the pieces of fresh returns. The reason and date are those of the earliest return
// that is known, so that late and reordered events end in the same state.
func (r *recording) applyReturns() error {
	var ids []int64
	seen := map[int64]bool{}
	for _, e := range r.fresh {
		if e.Kind != responses.Return || seen[e.piece.ID] {
			continue
		}
		seen[e.piece.ID] = true
		ids = append(ids, e.piece.ID)
		if e.piece.State != "returned" {
			r.saved.Returned++
			r.note("piece", e.piece.UID, "returned", map[string]string{"reason": e.Reason})
		}
		if responses.Reasons[e.Reason] == responses.ObjectionCandidate {
			r.saved.ObjectionCandidates++
		}
	}
	const earliest = `FROM responses x WHERE x.piece_id = pieces.id AND x.kind = 'return' ORDER BY x.occurred_at, x.source, x.external_id LIMIT 1`
	return inChunks(ids, func(marks string, args []any) error {
		_, err := r.exec("UPDATE pieces SET state = 'returned', reason = (SELECT x.reason "+earliest+
			"), returned_on = (SELECT "+r.store.dateOfInstant("x.occurred_at")+" "+earliest+
			") WHERE state IN ('released', 'posted', 'returned') AND id IN ("+marks+")", args...)
		return err
	})
}

// block is one suppression that an event asks for.
type block struct {
	uid                         string
	scope, reason               string
	account, site, contact      *int64
	key                         string
	ownSite                     bool // stands on the site alone, not on everybody at its address
	named                       noun // whom the block shows: of those who share its key the oldest
	on                          postlift.Date
	channel, source, externalID string
}

// applyBlocks turns objections and returns into suppressions and into the status of what they block. They
// hold at once: an event of tomorrow by the UTC calendar holds from the organisation's today.
func (r *recording) applyBlocks() error {
	var blocks []*block
	moved := map[int64]bool{}
	known, err := r.acceptedMoves()
	if err != nil {
		return err
	}
	elsewhere, err := r.printedElsewhere()
	if err != nil {
		return err
	}
	for _, e := range r.fresh {
		if known.outdates(e, elsewhere) {
			continue
		}
		b := blockOf(e)
		if b != nil {
			b.on = min(b.on, r.today)
			blocks = append(blocks, b)
		}
		if e.Kind == responses.Return && responses.Reasons[e.Reason] == responses.AddressMoved && e.piece.SiteID != nil {
			moved[*e.piece.SiteID] = true
		}
	}
	if err := r.fillKeys(blocks); err != nil {
		return err
	}
	blocks = slices.DeleteFunc(blocks, func(b *block) bool { return b.key == "" }) // erased meanwhile
	if err := r.nameBlocks(blocks); err != nil {
		return err
	}
	if err := r.insertBlocks(blocks); err != nil {
		return err
	}
	if err := r.markBlocked(blocks, moved); err != nil {
		return err
	}
	return r.blockAlike(blocks)
}

func blockOf(e freshEvent) *block {
	b := &block{
		on: postlift.DateOf(e.At.UTC()), account: e.row.AccountID, channel: e.Kind,
		source: e.Source, externalID: e.ExternalID,
	}
	if e.piece != nil {
		b.site, b.contact = e.piece.SiteID, e.piece.ContactID
	}
	effect := responses.Reasons[e.Reason]
	switch {
	case e.Kind == responses.Objection && b.contact != nil:
		b.scope, b.reason, b.site = accounts.ScopePerson, "objection", nil
	case e.Kind == responses.Objection && b.account != nil: // nobody knows who wrote: block the company
		b.scope, b.reason, b.site, b.contact = accounts.ScopeAccount, "objection", nil, nil
	case e.Kind != responses.Return:
		return nil
	case (effect == responses.SuppressAddress || effect == responses.SuppressSite) && b.site != nil:
		b.scope, b.reason, b.contact = accounts.ScopeAddress, "undeliverable", nil
		b.ownSite = effect == responses.SuppressSite
	case effect == responses.SuppressPerson && b.contact != nil:
		b.scope, b.reason, b.site = accounts.ScopePerson, "deceased", nil
	case effect == responses.SuppressAccount && b.account != nil:
		b.scope, b.reason, b.site, b.contact = accounts.ScopeAccount, "closed", nil, nil
	default:
		return nil
	}
	return b
}

// target is the id of what a block stands on.
func (b *block) target() int64 {
	switch b.scope {
	case accounts.ScopePerson:
		return *b.contact
	case accounts.ScopeAddress:
		return *b.site
	}
	return *b.account
}

var scopeTable = map[string]string{accounts.ScopePerson: "contacts", accounts.ScopeAddress: "sites", accounts.ScopeAccount: "accounts"}

// fillKeys reads the match keys of what is blocked. A block of a site alone, and a row without a key (no
// last name, no street), are keyed by the row's own id, so that the block tells itself apart from others.
func (r *recording) fillKeys(blocks []*block) error {
	for scope, table := range scopeTable {
		ids, keys, own := targets(blocks, scope, ""), map[int64]string{}, map[int64]string{}
		err := inChunks(ids, func(marks string, args []any) error {
			var rows []struct {
				ID       int64
				UID      string
				MatchKey string
			}
			err := r.Raw("SELECT id, uid, match_key FROM "+table+" WHERE id IN ("+marks+")", args...).Scan(&rows).Error
			for _, row := range rows {
				own[row.ID] = postlift.MatchKey(r.store.secret, scope, "id", row.UID)
				keys[row.ID] = row.MatchKey
				if row.MatchKey == "" {
					keys[row.ID] = own[row.ID]
				}
			}
			return err
		})
		if err != nil {
			return err
		}
		for _, b := range blocks {
			switch {
			case b.scope == scope && b.ownSite:
				b.key = own[b.target()]
			case b.scope == scope:
				b.key = keys[b.target()]
			}
		}
	}
	return nil
}

// targets lists the ids that blocks of a scope stand on, once each; reason "" means any.
func targets(blocks []*block, scope, reason string) []int64 {
	seen, ids := map[int64]bool{}, []int64{}
	for _, b := range blocks {
		if b.scope == scope && (reason == "" || b.reason == reason) && !seen[b.target()] {
			seen[b.target()] = true
			ids = append(ids, b.target())
		}
	}
	return ids
}
