package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"postlift"
	"postlift/accounts"
	"postlift/responses"
)

// errDryRun rolls a transaction back whose result is wanted nevertheless.
var errDryRun = errors.New("dry run")

// lookupChunk bounds the values of one IN list.
const lookupChunk = 500

// ResponseLink finds the piece of a tracking token and the landing address that its run's version of
// the campaign fixed.
func (s *Store) ResponseLink(ctx context.Context, token string) (responses.Link, error) {
	var found struct {
		UID        string
		Definition jsonText
	}
	err := s.reader(ctx).Raw(`SELECT p.uid, v.definition FROM pieces p JOIN runs r ON r.id = p.run_id
		JOIN campaign_versions v ON v.campaign_id = r.campaign_id AND v.version = r.campaign_version
		WHERE p.token = ?`, token).Scan(&found).Error
	if err != nil {
		return responses.Link{}, fmt.Errorf("store.ResponseLink: %w", err)
	}
	var definition struct {
		LandingURL string `json:"landing_url"`
	}
	if err := found.Definition.into(&definition); err != nil {
		return responses.Link{}, fmt.Errorf("store.ResponseLink: %w", err)
	}
	if found.UID == "" || definition.LandingURL == "" {
		return responses.Link{}, postlift.Faultf(postlift.NotFound, "store.ResponseLink", "this link is not known here")
	}
	return responses.Link{PieceUID: found.UID, LandingURL: definition.LandingURL}, nil
}

// SaveResponses records events and their effects in one transaction. Effects are computed from the set
// of recorded events, not from their order of arrival: a piece is returned with the reason of its
// earliest return, and every block is there once.
func (s *Store) SaveResponses(ctx context.Context, in responses.Intake, by postlift.Actor) (saved responses.Saved, err error) {
	settings, err := s.Settings(ctx) // before the transaction, which must not wait for a second connection
	if err != nil {
		return saved, err
	}
	err = s.inTx(ctx, func(t *tx) error {
		r := &recording{tx: t, in: in, by: by, today: settings.Today(s.clock), saved: responses.Saved{Refused: map[int]responses.Refusal{}}}
		if err := r.run(); err != nil {
			return err
		}
		saved = r.saved
		if in.DryRun {
			return errDryRun
		}
		return nil
	})
	if errors.Is(err, errDryRun) {
		err = nil
	}
	return saved, err
}

// recording is one SaveResponses under way.
type recording struct {
	*tx
	in         responses.Intake
	by         postlift.Actor
	today      postlift.Date // in the organisation's time zone
	saved      responses.Saved
	pieces     map[string]*pieceRead   // by uid, code and token
	account    map[string]int64        // by source and external id
	who        map[int]accounts.Match  // by place in the list: whom an event's words name
	coupons    map[couponOf]*pieceRead // the account's own letter that bears a coupon
	known      map[string]responseRow
	fresh      []freshEvent
	imports    importRunRow
	notes      []eventRow
	unmatched  []unmatchedEvent
	couponRuns map[string][]int64 // by code
}

// pieceRead is what an event needs of its piece.
type pieceRead struct {
	ID        int64
	UID       string
	Code      string
	Token     string
	State     string
	RunID     int64
	PostedOn  postlift.Date
	AccountID *int64
	SiteID    *int64
	ContactID *int64
}

// freshEvent is an event that was not known before, with what it refers to.
type freshEvent struct {
	responses.Event
	row   responseRow
	piece *pieceRead
}

func (r *recording) run() error {
	for _, step := range []func() error{r.loadPieces, r.loadAccounts, r.loadWho, r.loadCoupons, r.loadKnown, r.openImport} {
		if err := step(); err != nil {
			return err
		}
	}
	for i, e := range r.in.Events {
		r.take(i, e)
	}
	for _, step := range []func() error{r.insert, r.noteAnswered, r.applyReturns, r.applyBlocks, r.applyTasks, r.closeImport, r.writeNotes} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// inChunks calls fn with placeholders for at most lookupChunk values at a time.
func inChunks[T any](values []T, fn func(marks string, args []any) error) error {
	for len(values) > 0 {
		n := min(len(values), lookupChunk)
		args := make([]any, n)
		for i, v := range values[:n] {
			args[i] = v
		}
		if err := fn(strings.TrimSuffix(strings.Repeat("?,", n), ","), args); err != nil {
			return err
		}
		values = values[n:]
	}
	return nil
}

// distinct collects the non-empty values of events once each, in their order.
func distinct(events []responses.Event, value func(responses.Event) string) []string {
	seen, out := map[string]bool{"": true}, []string{}
	for _, e := range events {
		if v := value(e); !seen[v] {
			seen[v] = true
			out = append(out, v)
		}
	}
	return out
}

const pieceReadColumns = "id, uid, code, token, state, run_id, posted_on, account_id, site_id, contact_id"

func (r *recording) loadPieces() error {
	r.pieces = map[string]*pieceRead{}
	load := func(column string, values []string, key func(*pieceRead) string) error {
		return inChunks(values, func(marks string, args []any) error {
			var rows []pieceRead
			err := r.Raw("SELECT "+pieceReadColumns+" FROM pieces WHERE "+column+" IN ("+marks+")", args...).Scan(&rows).Error
			for i := range rows {
				r.pieces[key(&rows[i])] = &rows[i]
			}
			return err
		})
	}
	codes := distinct(r.in.Events, func(e responses.Event) string { return postlift.NormalizeCode(e.Code) })
	uids := distinct(r.in.Events, func(e responses.Event) string { return e.PieceUID })
	return errors.Join(
		load("code", codes, func(p *pieceRead) string { return "code:" + p.Code }),
		load("token", codes, func(p *pieceRead) string { return "code:" + p.Token }),
		load("uid", uids, func(p *pieceRead) string { return "uid:" + p.UID }))
}

func (r *recording) loadAccounts() error {
	r.account = map[string]int64{}
	for _, source := range distinct(r.in.Events, func(e responses.Event) string { return e.Source }) {
		refs := distinct(r.in.Events, func(e responses.Event) string {
			if e.Source != source {
				return ""
			}
			return e.AccountRef
		})
		err := inChunks(refs, func(marks string, args []any) error {
			var rows []accountRow
			err := r.Select("id, external_id").Where("source = ? AND external_id IN ?", source, args).Find(&rows).Error
			for _, a := range rows {
				r.account[source+"\x00"+a.ExternalID] = a.ID
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (r *recording) loadKnown() error {
	r.known = map[string]responseRow{}
	for _, source := range distinct(r.in.Events, func(e responses.Event) string { return e.Source }) {
		ids := distinct(r.in.Events, func(e responses.Event) string {
			if e.Source != source {
				return ""
			}
			return e.ExternalID
		})
		err := inChunks(ids, func(_ string, args []any) error {
			var rows []responseRow
			err := r.Where("source = ? AND external_id IN ?", source, args).Find(&rows).Error
			for _, row := range rows {
				r.known[source+"\x00"+row.ExternalID] = row
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// take resolves one event: known already, refused, or fresh.
func (r *recording) take(i int, e responses.Event) {
	row, piece, refusal := r.resolve(i, e)
	if refusal != nil {
		r.saved.Refused[i] = *refusal
		if match, words := r.who[i]; words && !match.Found() {
			r.unmatched = append(r.unmatched, unmatchedEvent{e, refusal.Rule})
		}
		return
	}
	if e.Kind == responses.Objection {
		r.saved.Objections++
	}
	key := e.Source + "\x00" + e.ExternalID
	if old, known := r.known[key]; known {
		if !sameResponse(old, row) {
			r.saved.Refused[i] = responses.Refusal{Field: "external_id", Rule: "already_recorded", Value: e.ExternalID,
				Message: "an event with this id was recorded with another content: give a correction an id of its own"}
			return
		}
		r.saved.Duplicates++
		return
	}
	r.known[key] = row
	r.fresh = append(r.fresh, freshEvent{Event: e, row: row, piece: piece})
}

// eventDetail is what an event says beside its columns.
type eventDetail struct {
	Note string         `json:"note,omitempty"`
	Told responses.Told `json:"told,omitzero"`
}

func sameResponse(a, b responseRow) bool {
	same := func(x, y *int64) bool { return x == nil && y == nil || x != nil && y != nil && *x == *y }
	return a.Kind == b.Kind && a.Reason == b.Reason && a.OccurredAt.Equal(b.OccurredAt) &&
		same(a.PieceID, b.PieceID) && same(a.AccountID, b.AccountID)
}

func (r *recording) resolve(i int, e responses.Event) (responseRow, *pieceRead, *responses.Refusal) {
	row := responseRow{
		UID: r.store.ids(postlift.ResponseID, e.Source, e.ExternalID), Source: e.Source, ExternalID: e.ExternalID,
		Kind: e.Kind, OccurredAt: e.At.UTC().Truncate(time.Microsecond), Reason: e.Reason, ImportID: r.imports.ID,
	}
	if e.Note != "" || e.Told != (responses.Told{}) {
		row.Detail = toJSON(eventDetail{Note: e.Note, Told: e.Told})
	}
	piece, refusal := r.findPiece(e)
	if refusal != nil {
		return row, nil, refusal
	}
	if piece != nil {
		row.PieceID, row.AccountID = &piece.ID, piece.AccountID
	}
	if match, words := r.who[i]; words && piece == nil {
		if !match.Found() {
			refusal := e.Who.Refusal(match)
			return row, nil, &responses.Refusal{Field: refusal.Field, Rule: refusal.Rule, Value: refusal.Value, Message: refusal.Message}
		}
		row.AccountID, row.MatchedBy = &match.AccountID, match.Method
	}
	if e.AccountRef != "" {
		id, known := r.account[e.Source+"\x00"+e.AccountRef]
		if !known {
			return row, nil, &responses.Refusal{Field: "account_id", Rule: "reference", Value: e.AccountRef, Message: "no account of this source has this id: import accounts first"}
		}
		if piece != nil && piece.AccountID != nil && *piece.AccountID != id {
			return row, nil, &responses.Refusal{Field: "account_id", Rule: "contradiction", Value: e.AccountRef,
				Message: "the letter with this code went to another account: leave out the code or the account, whichever is wrong"}
		}
		row.AccountID, row.MatchedBy = &id, accounts.MatchedByCustomer
		if own := r.coupons[couponOf{postlift.NormalizeCode(e.Code), id}]; piece == nil && own != nil {
			piece, row.PieceID, row.MatchedBy = own, &own.ID, accounts.MatchedByCode
		}
	}
	if e.Kind == responses.Objection && row.AccountID == nil && (piece == nil || piece.ContactID == nil) {
		return row, nil, &responses.Refusal{Field: "code", Rule: "nobody", Value: e.Code + e.PieceUID,
			Message: "this letter went to a control address, so nobody would be blocked: name the account that objects"}
	}
	return row, piece, nil
}

func (r *recording) findPiece(e responses.Event) (*pieceRead, *responses.Refusal) {
	if e.PieceUID != "" {
		piece := r.pieces["uid:"+e.PieceUID]
		if piece == nil {
			return nil, &responses.Refusal{Field: "piece_id", Rule: "reference", Value: e.PieceUID, Message: "no piece has this id"}
		}
		return piece, sentOnly(e, piece)
	}
	code := postlift.NormalizeCode(e.Code)
	if code == "" {
		return nil, nil
	}
	piece := r.pieces["code:"+code]
	if piece == nil {
		if (e.AccountRef != "" || e.Who.Complete()) && e.Kind != responses.Return {
			if !r.isCoupon(code) {
				r.saved.UnknownCodes++
			}
			return nil, nil
		}
		return nil, &responses.Refusal{Field: "code", Rule: "reference", Value: e.Code, Message: "no piece has this code: check it against the letter or name the account"}
	}
	return piece, sentOnly(e, piece)
}

// sentOnly refuses what is said to come of a letter that never left. An objection counts whatever it names.
func sentOnly(e responses.Event, p *pieceRead) *responses.Refusal {
	if e.Kind == responses.Objection || p.State == "released" || p.State == "posted" || p.State == "returned" {
		return nil
	}
	return &responses.Refusal{Field: "piece_id", Rule: "not_sent", Value: p.UID, Message: "this piece was not sent (it is " + p.State + "), so nothing can have come back of it"}
}
