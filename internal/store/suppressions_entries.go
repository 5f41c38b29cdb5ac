package store

import (
	"slices"

	"postlift"
	"postlift/accounts"
)

// Several entries may ask for one block: somebody objects by letter and again by telephone, a list names whom another one
// names. The block holds for as long as any of them and shows the entry that is in force first, whole: its days, its way
// and its evidence. All of them are kept beside it, so that the proof of none is lost.

// fate is what became of a row of a list. The later ones outweigh the earlier where a row gives several blocks.
type fate uint8

const (
	fateSame    fate = iota // known already
	fateMerged              // it stands beside another entry of the file
	fateChanged             // a block has another entry or other days now
	fateNew                 // a block
)

// recorded is what became of a list.
type recorded struct {
	fates map[int]fate      // by row
	uids  map[string]string // by blockID: of the block or, where that was made from another one, of the other
}

func (r *recorded) note(row int, f fate) { r.fates[row] = max(r.fates[row], f) }

// count tells how many rows had a fate.
func (r *recorded) count(f fate) (n int64) {
	for _, each := range r.fates {
		if each == f {
			n++
		}
	}
	return n
}

// standing is a block as it stands or is about to, with its entries.
type standing struct {
	suppressionRow
	stands, changed bool
	entries         []suppressionEntryRow
}

// newStanding is a block without entries yet.
func newStanding(s *accounts.Suppression, uid string) standing {
	ref := func(id int64) *int64 {
		if id == 0 {
			return nil
		}
		return &id
	}
	return standing{suppressionRow: suppressionRow{UID: uid, Scope: s.Scope, MatchKey: s.MatchKey, Reason: s.Reason, AccountID: ref(s.AccountID),
		SiteID: ref(s.SiteID), ContactID: ref(s.ContactID)}}
}

// root is the block that those made from this one's entry refer to.
func (b *standing) root() string {
	if b.DerivedFrom != "" {
		return b.DerivedFrom
	}
	return b.UID
}

func entryOf(s *accounts.Suppression, importID int64) suppressionEntryRow {
	return suppressionEntryRow{DerivedFrom: s.DerivedFrom, ReceivedOn: s.ReceivedOn, EffectiveOn: s.EffectiveOn, UntilOn: s.UntilOn,
		Channel: s.Channel, Evidence: s.Evidence, Source: s.Source, ExternalID: s.ExternalID, ListName: s.List, ImportID: importID}
}

// alsoNames tells whether two entries are writings of one: by source and external id or, without one, by all but their
// days, so that a mark that is imported again on another day is the same mark.
func (e *suppressionEntryRow) alsoNames(o *suppressionEntryRow) bool {
	return e.Source == o.Source && e.ExternalID == o.ExternalID && e.DerivedFrom == o.DerivedFrom &&
		(e.ExternalID != "" || e.Channel == o.Channel && e.Evidence == o.Evidence)
}

// says tells whether two writings of one entry say the same.
func (e *suppressionEntryRow) says(o *suppressionEntryRow) bool {
	return e.ReceivedOn == o.ReceivedOn && e.EffectiveOn == o.EffectiveOn && e.UntilOn == o.UntilOn &&
		e.Channel == o.Channel && e.Evidence == o.Evidence && e.ListName == o.ListName
}

// correct makes an entry what another writing of it says. Of two writings in one file, and of marks without an external
// id, neither outdates the other: the block then holds whenever one of them asks for it.
func (e *suppressionEntryRow) correct(o suppressionEntryRow, sameFile bool) {
	if o.ExternalID != "" && !sameFile {
		*e = o
		return
	}
	if o.EffectiveOn < e.EffectiveOn {
		o.UntilOn = laterEnd(e.UntilOn, o.UntilOn)
		*e = o
		return
	}
	e.UntilOn = laterEnd(e.UntilOn, o.UntilOn)
}

// laterEnd is the later of two last days; none is later than any.
func laterEnd(a, b postlift.Date) postlift.Date {
	if a.IsZero() || b.IsZero() {
		return 0
	}
	return max(a, b)
}

// take adds an entry to a block, or corrects the one that it is another writing of.
func (b *standing) take(s *accounts.Suppression, importID int64) fate {
	e := entryOf(s, importID)
	if s.DerivedFrom == b.UID {
		return fateSame // it comes back to where it began
	}
	if b.RevokedAt != nil {
		if e.ReceivedOn <= postlift.DateOf(*b.RevokedAt) {
			return fateSame
		}
		b.RevokedAt, b.entries = nil, nil // what was revoked does not come back with it
	}
	ofFile := func(o suppressionEntryRow) bool { return importID != 0 && o.ImportID == importID }
	at := slices.IndexFunc(b.entries, func(o suppressionEntryRow) bool { return o.alsoNames(&e) })
	if at < 0 {
		first := len(b.entries) == 0 && !b.stands
		beside := slices.ContainsFunc(b.entries, ofFile)
		b.entries, b.changed = append(b.entries, e), true
		return fateOf(first, beside)
	}
	old := &b.entries[at]
	before, beside := *old, ofFile(*old)
	old.correct(e, beside)
	if old.says(&before) {
		*old = before
		if beside {
			return fateMerged
		}
		return fateSame
	}
	b.changed = true
	return fateOf(false, beside)
}

func fateOf(first, beside bool) fate {
	switch {
	case first:
		return fateNew
	case beside:
		return fateMerged
	}
	return fateChanged
}

// settle makes the block what its entries say and tells whether that is a change.
func (b *standing) settle(importID int64) bool {
	if !b.changed {
		return false
	}
	first, until, derived := &b.entries[0], b.entries[0].UntilOn, true
	for i := range b.entries {
		e := &b.entries[i]
		until, derived = laterEnd(until, e.UntilOn), derived && e.DerivedFrom != ""
		if e.EffectiveOn < first.EffectiveOn || e.EffectiveOn == first.EffectiveOn && e.ReceivedOn < first.ReceivedOn {
			first = e
		}
	}
	b.ReceivedOn, b.EffectiveOn, b.UntilOn, b.Channel, b.Evidence = first.ReceivedOn, first.EffectiveOn, until, first.Channel, first.Evidence
	b.Source, b.ExternalID, b.ListName, b.ImportID, b.DerivedFrom = first.Source, first.ExternalID, first.ListName, importID, ""
	if derived {
		b.DerivedFrom = first.DerivedFrom
	}
	return true
}

// readEntries fills the entries of blocks; a block with a single one is that itself.
func (b *blocker) readEntries(blocks map[string]standing) error {
	uids, ids := make([]string, 0, len(blocks)), make(map[string]string, len(blocks))
	for id, s := range blocks {
		uids, ids[s.UID] = append(uids, s.UID), id
	}
	several := map[string][]suppressionEntryRow{}
	err := inChunks(uids, func(_ string, args []any) error {
		var rows []suppressionEntryRow
		err := b.Where("suppression_uid IN ?", args).Order("id").Find(&rows).Error
		for _, r := range rows {
			id := ids[r.SuppressionUID]
			several[id] = append(several[id], r)
		}
		return err
	})
	for id, s := range blocks {
		if s.entries = several[id]; len(s.entries) == 0 {
			s.entries = []suppressionEntryRow{{DerivedFrom: s.DerivedFrom, ReceivedOn: s.ReceivedOn, EffectiveOn: s.EffectiveOn, UntilOn: s.UntilOn,
				Channel: s.Channel, Evidence: s.Evidence, Source: s.Source, ExternalID: s.ExternalID, ListName: s.ListName, ImportID: s.ImportID}}
		}
		blocks[id] = s
	}
	return err
}

// writeEntries replaces the entries of blocks; a single one is not written twice.
func (b *blocker) writeEntries(blocks []standing) error {
	var old []string
	for i := range blocks {
		if blocks[i].stands {
			old = append(old, blocks[i].UID)
		}
	}
	if err := inChunks(old, func(marks string, args []any) error {
		_, err := b.exec("DELETE FROM suppression_entries WHERE suppression_uid IN ("+marks+")", args...)
		return err
	}); err != nil {
		return err
	}
	i, j := 0, 0
	_, err := b.copyRows("suppression_entries", []string{"suppression_uid", "origin_uid", "received_on", "effective_on", "until_on", "channel", "evidence",
		"source", "external_id", "list_name", "import_id"}, func() ([]any, bool) {
		for ; i < len(blocks); i, j = i+1, 0 {
			if list := blocks[i].entries; len(list) > 1 && j < len(list) {
				e := &list[j]
				j++
				return []any{blocks[i].UID, e.DerivedFrom, nullDate(e.ReceivedOn), nullDate(e.EffectiveOn), nullDate(e.UntilOn), e.Channel, e.Evidence,
					e.Source, e.ExternalID, e.ListName, e.ImportID}, true
			}
		}
		return nil, false
	})
	return err
}
