package store

import (
	"fmt"
	"strings"
	"time"

	"postlift"
	"postlift/accounts"
	"postlift/responses"
)

// applyTasks writes down what a person has to look after. A task is of its latest event and opened by its first one, so
// that it is the same in whatever order the events come.
func (r *recording) applyTasks() error {
	found, order := map[string]*taskRow{}, []string{}
	for _, row := range append(r.returnTasks(), r.unmatchedTasks()...) {
		id := row.Kind + "\x00" + row.Subject
		if old := found[id]; old != nil {
			old.merge(row)
			continue
		}
		found[id] = &row
		order = append(order, id)
	}
	if len(order) == 0 {
		return nil
	}
	if err := r.alone("tasks"); err != nil {
		return err
	}
	fresh, err := r.mergeTasks(found)
	if err != nil {
		return err
	}
	r.saved.Tasks = fresh
	return r.writeTasks(found, order)
}

// returnTasks are the tasks of the fresh returns.
func (r *recording) returnTasks() (rows []taskRow) {
	for _, e := range r.fresh {
		kind := responses.TaskOf[e.Reason]
		if e.Kind != responses.Return || kind == "" || e.piece.AccountID == nil {
			continue // a control address is the vendor's business
		}
		subject := fmt.Sprintf("run %d ", e.piece.RunID)
		switch {
		case kind == responses.NewAddress && e.piece.SiteID != nil:
			subject += fmt.Sprintf("site %d", *e.piece.SiteID)
		case e.piece.ContactID != nil:
			subject += fmt.Sprintf("contact %d", *e.piece.ContactID)
		default:
			subject += "piece " + e.piece.UID
		}
		detail := responses.TaskDetail{Note: e.Note}
		if e.Told != (responses.Told{}) {
			detail.Told = &e.Told
		}
		rows = append(rows, taskRow{Kind: kind, Subject: subject, AccountID: e.piece.AccountID, SiteID: e.piece.SiteID, ContactID: e.piece.ContactID,
			PieceID: &e.piece.ID, OpenedAt: e.row.OccurredAt, LatestAt: e.row.OccurredAt, Reason: e.Reason, Source: e.Source, ExternalID: e.ExternalID,
			Detail: toJSON(detail)})
	}
	return rows
}

// unmatchedTasks are the tasks of events that could not be recorded because their words name nobody, or several.
func (r *recording) unmatchedTasks() (rows []taskRow) {
	for _, e := range r.unmatched {
		at := e.At.UTC().Truncate(time.Microsecond)
		rows = append(rows, taskRow{Kind: responses.Unmatched, Subject: e.Source + " " + e.ExternalID, OpenedAt: at, LatestAt: at, Reason: e.rule,
			Source: e.Source, ExternalID: e.ExternalID, Detail: toJSON(responses.TaskDetail{Words: e.Who.Words(), Event: e.Kind, Note: e.Note})})
	}
	return rows
}

// merge makes one task of two writings of it.
func (t *taskRow) merge(o taskRow) {
	opened := t.OpenedAt
	if o.OpenedAt.Before(opened) {
		opened = o.OpenedAt
	}
	if o.LatestAt.After(t.LatestAt) || o.LatestAt.Equal(t.LatestAt) && o.Source+" "+o.ExternalID > t.Source+" "+t.ExternalID {
		o.ID, o.UID = t.ID, t.UID
		*t = o
	}
	t.OpenedAt = opened
}

// mergeTasks adds what the database holds of these tasks and counts the new ones.
func (r *recording) mergeTasks(found map[string]*taskRow) (fresh int, err error) {
	subjects := make([]string, 0, len(found))
	for _, t := range found {
		subjects = append(subjects, t.Subject)
	}
	fresh = len(found)
	err = inChunks(subjects, func(_ string, args []any) error {
		var rows []taskRow
		err := r.Where("kind IN ? AND subject IN ?", responses.TaskKinds, args).Find(&rows).Error // the index begins with the kind
		for _, old := range rows {
			t := found[old.Kind+"\x00"+old.Subject]
			if t == nil || t.UID != "" {
				continue
			}
			fresh--
			old.OpenedAt, old.LatestAt = old.OpenedAt.UTC(), old.LatestAt.UTC()
			added := *t
			*t = old
			t.merge(added)
		}
		return err
	})
	return fresh, err
}

func (r *recording) writeTasks(found map[string]*taskRow, order []string) error {
	columns := []string{"uid", "kind", "subject", "account_id", "site_id", "contact_id", "piece_id", "opened_at", "latest_at", "reason", "source", "external_id", "detail"}
	i := 0
	_, err := r.upsertRows("tasks", columns, []string{"kind", "subject"}, columns[3:], func() ([]any, bool) {
		if i == len(order) {
			return nil, false
		}
		t := found[order[i]]
		i++
		if t.UID == "" {
			t.UID = r.store.ids(responses.TaskID, t.Kind, t.Subject)
			r.note("task", t.UID, "opened", map[string]string{"kind": t.Kind})
		}
		return []any{t.UID, t.Kind, t.Subject, nullInt(t.AccountID), nullInt(t.SiteID), nullInt(t.ContactID), nullInt(t.PieceID), t.OpenedAt, t.LatestAt,
			t.Reason, t.Source, t.ExternalID, r.store.jsonArg(t.Detail)}, true
	})
	return err
}

// moves are the days on which sites got the address that the post told.
type moves map[int64]postlift.Date

// acceptedMoves reads them for the sites of the fresh returns.
func (r *recording) acceptedMoves() (moves, error) {
	seen, ids := map[int64]bool{}, []int64{}
	for _, e := range r.fresh {
		if e.Kind == responses.Return && e.piece.SiteID != nil && !seen[*e.piece.SiteID] {
			seen[*e.piece.SiteID] = true
			ids = append(ids, *e.piece.SiteID)
		}
	}
	found := moves{}
	var site int64
	var at time.Time
	err := scanAll(r.tx, strings.TrimSpace(`SELECT t.site_id, d.at FROM tasks t JOIN task_decisions d ON d.task_id = t.id
WHERE t.kind = 'new_address' AND d.decision = 'accepted' AND t.site_id IN (*)`), ids, []any{&site, &at}, func() {
		found[site] = max(found[site], postlift.DateOf(at.UTC()))
	})
	return found, err
}

// printedElsewhere finds, of the fresh returns, the letters that were printed for another postcode than their site has now:
// its address came anew since.
func (r *recording) printedElsewhere() (map[int64]bool, error) {
	var pieces []int64
	for _, e := range r.fresh {
		if e.Kind == responses.Return {
			pieces = append(pieces, e.piece.ID)
		}
	}
	found := map[int64]bool{}
	var piece int64
	var printed, now string
	err := scanAll(r.tx, `SELECT p.id, a.postcode, s.postcode FROM pieces p JOIN printed_addresses a ON a.piece_id = p.id JOIN sites s ON s.id = p.site_id
WHERE a.postcode <> '' AND s.postcode <> '' AND p.id IN (*)`, pieces, []any{&piece, &printed, &now}, func() {
		found[piece] = accounts.NormalPostcode(printed) != accounts.NormalPostcode(now)
	})
	return found, err
}

// outdates tells whether a return says something of an address that the site has not any more: the letter was posted
// before the new one was entered, or printed for another place.
func (m moves) outdates(e freshEvent, elsewhere map[int64]bool) bool {
	if e.Kind != responses.Return || e.piece.SiteID == nil {
		return false
	}
	on, moved := m[*e.piece.SiteID]
	effect := responses.Reasons[e.Reason]
	ofPlace := effect == responses.SuppressAddress || effect == responses.SuppressSite || effect == responses.AddressMoved
	return ofPlace && (moved && e.piece.PostedOn <= on || elsewhere[e.piece.ID])
}
