package responses

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"postlift"
)

// EntryStore finds whom an answer is from, and the page of a letter's campaign.
type EntryStore interface {
	// EntryMatches finds letters and companies for what somebody typed: a code, a customer number or a part
	// of a name; an account has a line for each of its latest letters, or one without a letter.
	EntryMatches(ctx context.Context, q EntryQuery) ([]EntryMatch, error)
	// EntryTarget finds a letter or an account by its outward id.
	EntryTarget(ctx context.Context, pieceUID, accountUID string) (EntryTarget, error)
	// LandingPage finds the page of a tracking token; NotFound when there is no such token.
	LandingPage(ctx context.Context, token string) (LandingPage, error)
	// EraseReply takes the text out of a response, a call, a note or a task, and of what the same event left in the others,
	// and keeps them; NotFound for an unknown id.
	EraseReply(ctx context.Context, uid string, by postlift.Actor) error
}

// EntryQuery is what is looked for: as a code, as a customer number, and as a name written in one way.
type EntryQuery struct {
	Code   string
	Number string
	Name   string // SearchName of what was typed; "" where it is too short
	Limit  int
}

// EntryMatch is one letter, or an account that has none.
type EntryMatch struct {
	AccountUID string        `json:"account_id"` // "": a control address
	Number     string        `json:"customer_number"`
	Account    string        `json:"account"`
	Place      string        `json:"place"`
	PieceUID   string        `json:"piece_id,omitempty"` // "": no letter
	Code       string        `json:"code,omitempty"`
	Campaign   string        `json:"campaign,omitempty"`
	Contact    string        `json:"contact,omitempty"`
	PostedOn   postlift.Date `json:"posted_on,omitzero"`
}

// EntryTarget is what an entry is recorded on.
type EntryTarget struct {
	AccountID      int64 // 0: a control address
	Source, Number string
	PieceID, RunID int64 // 0: no letter
}

// Bounds of a search.
const (
	minSearch   = 2
	maxSearch   = 100
	entryLimit  = 20
	typedLength = 11   // characters of a typed code
	oldest      = 3653 // days: nobody writes down what is older
)

// SearchName writes a company's name, or its beginning, in the way in which it is looked for: small letters,
// umlauts and sharp s in two letters, single blanks.
func SearchName(s string) string {
	s = umlauts.Replace(strings.Join(strings.Fields(s), " "))
	return strings.Map(func(r rune) rune { // as both engines do it: other letters keep their case
		if r >= 'A' && r <= 'Z' {
			return r + ('a' - 'A')
		}
		return r
	}, s)
}

var umlauts = strings.NewReplacer("Ä", "ae", "ä", "ae", "Ö", "oe", "ö", "oe", "Ü", "ue", "ü", "ue", "ß", "ss")

// FindEntry finds whom an answer is from: by the code that somebody reads out, a customer number or a part of
// the company's name.
func (s *Service) FindEntry(ctx context.Context, text string) ([]EntryMatch, error) {
	text = strings.TrimSpace(text)
	switch n := utf8.RuneCountInString(text); {
	case n < minSearch:
		return nil, postlift.Faultf(postlift.Invalid, "responses.FindEntry", "type at least %d characters of a code or a company's name", minSearch)
	case n > maxSearch || !utf8.ValidString(text) || strings.ContainsRune(text, 0):
		return nil, postlift.Faultf(postlift.Invalid, "responses.FindEntry", "type at most %d characters", maxSearch)
	}
	return s.store.EntryMatches(ctx, EntryQuery{Code: normalCode(text), Number: text, Name: SearchName(text), Limit: entryLimit})
}

// Noted is an entry that is no answer: something to remember about an account.
const Noted = "note"

// EntryKinds lists what a quick entry may record, in the order in which pages show it.
func EntryKinds() []string {
	return []string{Call, Mail, Meeting, Quote, ReplyCard, Fax, Coupon, Objection, Noted}
}

// Entry is an answer that a person on the telephone or at the post desk writes down.
type Entry struct {
	ID         string // recognises it when it arrives twice
	PieceUID   string // the letter, or
	AccountUID string // the account alone
	Kind       string // one of EntryKinds
	On         postlift.Date
	Note       string
}

// Enter records an answer with the same effects as an imported one; the same id again changes nothing.
func (s *Service) Enter(ctx context.Context, e Entry, by postlift.Actor) error {
	const op = "responses.Enter"
	settings, err := s.store.Settings(ctx)
	if err != nil {
		return err
	}
	today := settings.Today(s.clock)
	if e.On.IsZero() {
		e.On = today
	}
	note, err := cleanText("note", e.Note, maxNote)
	if err != nil {
		return err
	}
	switch {
	case !nameable(e.PieceUID) || !nameable(e.AccountUID) || !nameable(e.ID):
		return postlift.Faultf(postlift.NotFound, op, "there is no such letter or account")
	case e.ID == "":
		return postlift.Faultf(postlift.Invalid, op, "id: name the entry, so that it is recognised when it comes again")
	case !slices.Contains(EntryKinds(), e.Kind):
		return postlift.Faultf(postlift.Invalid, op, "kind %q is unknown; use one of %s", e.Kind, strings.Join(EntryKinds(), ", "))
	case e.On > today:
		return postlift.Faultf(postlift.Invalid, op, "on: %s lies in the future; give the day on which it happened", e.On)
	case e.On < today.AddDays(-oldest): // a year typed in two digits, which an objection must not vanish with
		return postlift.Faultf(postlift.Invalid, op, "on: %s lies more than ten years back; check the year", e.On)
	case strings.TrimSpace(by.Name) == "":
		return postlift.Faultf(postlift.Invalid, op, "by: say who writes it down")
	case e.Kind == Noted && note == "":
		return postlift.Faultf(postlift.Invalid, op, "note: write what is to be remembered")
	}
	target, err := s.store.EntryTarget(ctx, e.PieceUID, e.AccountUID)
	if err != nil {
		return err
	}
	if e.Kind == Noted {
		return s.remember(ctx, e, target, note, by)
	}
	event := Event{Source: EntrySource, ExternalID: e.ID, Kind: e.Kind, At: noon(e.On), PieceUID: e.PieceUID, Note: note}
	if e.PieceUID == "" { // an account is known by its number within its own source
		event.Source, event.ExternalID, event.AccountRef = target.Source, EntrySource+":"+e.ID, target.Number
	}
	_, err = s.Record(ctx, event, by)
	return err
}

func (s *Service) remember(ctx context.Context, e Entry, target EntryTarget, note string, by postlift.Actor) error {
	if target.AccountID == 0 {
		return postlift.Faultf(postlift.Invalid, "responses.Enter", "this letter went to a control address: there is no account to note anything about")
	}
	return s.store.SaveFollowUp(ctx, KeptResult{UID: s.ids("fup", EntrySource, e.ID), Source: EntrySource, ExternalID: e.ID, RunID: target.RunID,
		AccountID: target.AccountID, PieceID: target.PieceID, Result: Noted, At: noon(e.On), Note: note}, by)
}
