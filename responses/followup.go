package responses

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"postlift"
	"postlift/campaigns"
)

// FollowUpStore keeps whom sales calls after a letter, and what came of it; who answers on the page of a
// campaign; and finds whom somebody on the telephone is.
type FollowUpStore interface {
	EntryStore
	// FollowUps lists one letter for each run and account that has a posted letter in home between two days,
	// with what was done about it until a day; an empty owner means everybody's.
	FollowUps(ctx context.Context, q FollowUpQuery) ([]FollowUp, error)
	// FollowUpOwners counts the same letters by owner, in-home day and the last result.
	FollowUpOwners(ctx context.Context, q FollowUpQuery) ([]OwnerCount, error)
	// FollowUpTarget finds the letter that a result is about; NotFound where it was never posted.
	FollowUpTarget(ctx context.Context, pieceUID string) (FollowUpTarget, error)
	// SaveFollowUp keeps a result once; an id that came with another content is a Conflict.
	SaveFollowUp(ctx context.Context, r KeptResult, by postlift.Actor) error
	// RunFollowUps counts what was done about a run's letters until a day, accounts each once.
	RunFollowUps(ctx context.Context, runID int64, until postlift.Date) (RunCalls, error)
	// SalesLink gives an owner's link, issuing it where there is none or where it is to be renewed.
	SalesLink(ctx context.Context, owner string, renew bool, by postlift.Actor) (SalesLink, error)
	// SalesOwner finds whose link a key is; NotFound for an unknown, renewed or former one.
	SalesOwner(ctx context.Context, key string) (Owner, error)
	// Owner finds an active employee by id, external id, e-mail or full name.
	Owner(ctx context.Context, ref string) (Owner, error)
}

// Results of a call. A call of ours is no answer of theirs: only a meeting, a quote and an objection
// become events, the others stay with the letter.
const (
	Reached    = "reached"
	NotReached = "not_reached"
	Refused    = "no"
)

// CallResults lists what sales may report, in the order in which pages show it.
func CallResults() []string { return []string{Reached, NotReached, Meeting, Quote, Refused, Objection} }

// The states of a letter on the list of sales.
const (
	CallDue     = "due"         // to be called
	CallLater   = "later"       // not yet, or again on a later day
	CallDone    = "done"        // there is a result
	CallBlocked = "blocked"     // an objection came in: no call
	CallLapsed  = "lapsed"      // nobody called in time
	Information = "information" // the campaign is registered as letters alone: no call is planned
)

// Days of the list.
const (
	FollowUpAfter = 2  // workdays after the in-home day
	FollowUpUntil = 45 // days after the in-home day: a call later than that follows up nothing
)

// FollowUpDue is the day on which a letter may be called about: two workdays after it came in home.
// Public holidays differ from state to state and are not left out.
func FollowUpDue(inHome postlift.Date) postlift.Date {
	d := inHome
	for range FollowUpAfter {
		d = nextWorkday(d)
	}
	return d
}

func nextWorkday(d postlift.Date) postlift.Date {
	for d = d.AddDays(1); d.Time().Weekday() == time.Saturday || d.Time().Weekday() == time.Sunday; {
		d = d.AddDays(1)
	}
	return d
}

// Owner is an employee who looks after accounts.
type Owner struct {
	ID   int64  `json:"-"`
	UID  string `json:"owner_id"`
	Name string `json:"owner"`
}

// FollowUpQuery narrows a list. From and To are in-home days.
type FollowUpQuery struct {
	OwnerID  int64 // 0: every owner, and accounts without one
	From, To postlift.Date
	Until    postlift.Date // results and answers up to this day
}

// FollowUp is one letter on the list of the account's owner.
type FollowUp struct {
	Owner
	AccountUID string          `json:"account_id"`
	Number     string          `json:"customer_number"`
	Account    string          `json:"account"`
	Place      string          `json:"place"`
	Contact    string          `json:"contact"`
	Function   string          `json:"function,omitempty"`
	Phone      string          `json:"phone"`
	Email      string          `json:"email,omitempty"`
	PieceUID   string          `json:"piece_id"`
	BatchUID   string          `json:"batch_id"`
	Campaign   string          `json:"campaign"`
	Design     string          `json:"design"`
	Code       string          `json:"code"` // as it is printed
	Letters    int             `json:"letters"`
	Treatment  string          `json:"treatment"`
	InHomeOn   postlift.Date   `json:"in_home_on"`
	DueOn      postlift.Date   `json:"due_on,omitzero"` // none: no call is to be made
	State      string          `json:"state"`
	Calls      int             `json:"calls"` // that were tried
	Last       *LastResult     `json:"last_result"`
	Answers    []AnswerLine    `json:"responses"`
	Blocked    bool            `json:"-"` // an objection stands against it
	RunID      int64           `json:"-"`
	AccountID  int64           `json:"-"`
	PostedOn   postlift.Date   `json:"posted_on"`
	Notes      []FollowUpNoted `json:"notes"`
}

// LastResult is the latest result of a call.
type LastResult struct {
	Result string        `json:"result"`
	On     postlift.Date `json:"on"`
	NextOn postlift.Date `json:"next_on,omitzero"`
}

// FollowUpNoted is something that was written down about an account.
type FollowUpNoted struct {
	ID   string        `json:"id"` // by which its words are erased
	On   postlift.Date `json:"on"`
	By   string        `json:"by"`
	Text string        `json:"text"`
}

// AnswerLine is one thing that came back from an account since its letter.
type AnswerLine struct {
	ID   string        `json:"id"` // by which its words are erased
	Kind string        `json:"kind"`
	On   postlift.Date `json:"on"`
	Want string        `json:"want,omitempty"` // of a reply form
	Note string        `json:"note,omitempty"`
}

// settle decides what is to be done on a day.
func (f *FollowUp) settle(on postlift.Date) {
	f.State, f.DueOn = stateOf(f.Treatment, f.Blocked, f.InHomeOn, f.Last, on)
}

// stateOf is the state of a letter on a day and the day of the next call.
func stateOf(treatment string, blocked bool, inHome postlift.Date, last *LastResult, on postlift.Date) (string, postlift.Date) {
	due := FollowUpDue(inHome)
	switch {
	case treatment != campaigns.TreatmentLetterAndCall:
		return Information, 0
	case blocked:
		return CallBlocked, 0
	case last == nil:
	case !last.NextOn.IsZero():
		due = last.NextOn
	case last.Result == NotReached:
		due = nextWorkday(last.On)
	default:
		return CallDone, 0
	}
	switch {
	case on > inHome.AddDays(FollowUpUntil) && due <= inHome.AddDays(FollowUpUntil):
		return CallLapsed, 0
	case due > on:
		return CallLater, due
	}
	return CallDue, due
}

// FollowUpList is what sales looks at.
type FollowUpList struct {
	On    postlift.Date `json:"on"`
	Items []FollowUp    `json:"follow_ups"`
}

// FollowUps lists the letters that sales knows of on a day (none: today): every mailed account with a
// deliverable letter, from its in-home day on. Only campaigns registered as letter and call put somebody on
// the list to be called. Nothing is said, here or elsewhere in what sales sees, of accounts without a letter:
// those held out look like those that no campaign touched. An empty owner lists everybody's.
func (s *Service) FollowUps(ctx context.Context, owner string, on postlift.Date) (FollowUpList, error) {
	list := FollowUpList{Items: []FollowUp{}}
	var who Owner
	var err error
	if owner != "" {
		if !nameable(owner) {
			return list, postlift.Faultf(postlift.NotFound, "responses.FollowUps", "there is no such employee")
		}
		if who, err = s.store.Owner(ctx, owner); err != nil {
			return list, err
		}
	}
	q, err := s.followUpQuery(ctx, on)
	if err != nil {
		return list, err
	}
	q.OwnerID, list.On = who.ID, q.Until
	found, err := s.store.FollowUps(ctx, q)
	for i := range found {
		found[i].settle(q.Until)
	}
	slices.SortStableFunc(found, func(a, b FollowUp) int {
		return slices.Index(listOrder, a.State) - slices.Index(listOrder, b.State)
	})
	list.Items = append(list.Items, found...)
	return list, err
}

// listOrder is the order of states on a list.
var listOrder = []string{CallDue, CallLater, Information, CallDone, CallBlocked, CallLapsed}

func (s *Service) followUpQuery(ctx context.Context, on postlift.Date) (FollowUpQuery, error) {
	if on.IsZero() {
		settings, err := s.store.Settings(ctx)
		if err != nil {
			return FollowUpQuery{}, err
		}
		on = settings.Today(s.clock)
	}
	if year := on.Time().Year(); year < 1900 || year > 2199 { // beyond what a database counts back from
		return FollowUpQuery{}, postlift.Faultf(postlift.Invalid, "responses.FollowUps", "the day %s is not possible; a year from 1900 to 2199 is", on)
	}
	return FollowUpQuery{From: on.AddDays(-3 * FollowUpUntil), To: on, Until: on}, nil
}

// OwnerCount counts letters of one owner that stand alike.
type OwnerCount struct {
	Owner
	Treatment string
	InHomeOn  postlift.Date
	Blocked   bool
	Last      *LastResult
	Accounts  int
}

// OwnerSummary is how much one owner has to call about.
type OwnerSummary struct {
	Owner
	Counts map[string]int `json:"counts"` // by state
}

// FollowUpOwners counts the letters of each owner by state, the one with the most calls due first.
func (s *Service) FollowUpOwners(ctx context.Context, on postlift.Date) ([]OwnerSummary, error) {
	q, err := s.followUpQuery(ctx, on)
	if err != nil {
		return nil, err
	}
	counts, err := s.store.FollowUpOwners(ctx, q)
	if err != nil {
		return nil, err
	}
	byOwner := map[string]int{}
	list := []OwnerSummary{}
	for _, c := range counts {
		at, known := byOwner[c.UID]
		if !known {
			at = len(list)
			byOwner[c.UID] = at
			list = append(list, OwnerSummary{Owner: c.Owner, Counts: map[string]int{}})
		}
		state, _ := stateOf(c.Treatment, c.Blocked, c.InHomeOn, c.Last, q.Until)
		list[at].Counts[state] += c.Accounts
	}
	slices.SortStableFunc(list, func(a, b OwnerSummary) int {
		if d := b.Counts[CallDue] - a.Counts[CallDue]; d != 0 {
			return d
		}
		return strings.Compare(a.Name, b.Name)
	})
	return list, nil
}

// CallResult is what a call came to, as sales reports it.
type CallResult struct {
	ID       string // recognises it when it arrives twice
	PieceUID string
	Result   string        // one of CallResults
	On       postlift.Date // none: today
	NextOn   postlift.Date // call again; none: not
	Note     string
}

// FollowUpTarget is the letter that a result is about.
type FollowUpTarget struct {
	PieceID, RunID, AccountID int64
	OwnerID                   int64 // 0: the account has no owner
	InHomeOn                  postlift.Date
}

// KeptResult is a result as it is stored.
type KeptResult struct {
	UID, Source, ExternalID   string
	RunID, AccountID, PieceID int64 // 0: none
	Result                    string
	At                        time.Time
	NextOn                    postlift.Date
	Note                      string
}

// The sources of what sales and the staff write down.
const (
	SalesSource = "sales"
	EntrySource = "entry"
)

// maxNote bounds what is written down, in characters.
const maxNote = 2000

// RecordCall keeps the result of a call. A meeting, a quote and an objection are events with all their
// effects; the same id again changes nothing. An owner other than nil may only report on own accounts.
func (s *Service) RecordCall(ctx context.Context, r CallResult, owner *Owner, by postlift.Actor) error {
	const op = "responses.RecordCall"
	settings, err := s.store.Settings(ctx)
	if err != nil {
		return err
	}
	today := settings.Today(s.clock)
	if r.On.IsZero() {
		r.On = today
	}
	note, err := cleanText("note", r.Note, maxNote)
	if err != nil {
		return err
	}
	if !nameable(r.PieceUID) || !nameable(r.ID) {
		return postlift.Faultf(postlift.NotFound, op, "there is no such letter")
	}
	target, err := s.store.FollowUpTarget(ctx, r.PieceUID)
	if err != nil {
		return err
	}
	switch {
	case r.ID == "":
		return postlift.Faultf(postlift.Invalid, op, "id: name the result, so that it is recognised when it comes again")
	case !slices.Contains(CallResults(), r.Result):
		return postlift.Faultf(postlift.Invalid, op, "result %q is unknown; use one of %s", r.Result, strings.Join(CallResults(), ", "))
	case owner != nil && target.OwnerID != owner.ID:
		return postlift.Faultf(postlift.NotFound, op, "there is no such letter among your accounts")
	case r.On > today:
		return postlift.Faultf(postlift.Invalid, op, "on: %s lies in the future; give the day of the call", r.On)
	case r.On < target.InHomeOn.AddDays(-14):
		return postlift.Faultf(postlift.Invalid, op, "on: %s lies long before the letter came in home (%s); a call that does not follow it up belongs elsewhere", r.On, target.InHomeOn)
	case !r.NextOn.IsZero() && (r.NextOn <= r.On || r.NextOn > r.On.AddDays(366)):
		return postlift.Faultf(postlift.Invalid, op, "next: %s is not possible; a day after %s and within a year is", r.NextOn, r.On)
	case r.Result == Objection && !r.NextOn.IsZero():
		return postlift.Faultf(postlift.Invalid, op, "next: who objects is not called again; leave the day away")
	}
	kept := KeptResult{UID: s.ids("fup", SalesSource, r.ID), Source: SalesSource, ExternalID: r.ID, RunID: target.RunID, AccountID: target.AccountID,
		PieceID: target.PieceID, Result: r.Result, At: noon(r.On), NextOn: r.NextOn, Note: note}
	if err := s.store.SaveFollowUp(ctx, kept, by); err != nil {
		return err
	}
	if r.Result != Meeting && r.Result != Quote && r.Result != Objection {
		return nil
	}
	_, err = s.Record(ctx, Event{Source: SalesSource, ExternalID: r.ID, Kind: r.Result, At: kept.At, PieceUID: r.PieceUID, Note: note}, by)
	return err
}

// maxRef bounds what names something, in bytes.
const maxRef = 200

// nameable tells whether a text that came from outside can name anything at all; neither engine is asked
// otherwise.
func nameable(ref string) bool {
	return len(ref) <= maxRef && utf8.ValidString(ref) && !strings.ContainsFunc(ref, unicode.IsControl)
}

// noon is the instant that stands for a day: the same civil date everywhere in Europe and America.
func noon(d postlift.Date) time.Time { return d.Time().Add(12 * time.Hour) }

// cleanText bounds a text that somebody typed and takes out what cannot be stored or shown.
func cleanText(field, text string, most int) (string, error) {
	text = strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' || r == utf8.RuneError || unicode.Is(unicode.Bidi_Control, r) {
			return -1
		}
		return r
	}, strings.ReplaceAll(text, "\r\n", "\n")))
	if n := utf8.RuneCountInString(text); n > most {
		return "", postlift.Faultf(postlift.Invalid, "responses", "%s: it has %d characters; at most %d are possible", field, n, most)
	}
	return text, nil
}

// SalesLink is the address under which an owner finds the list without logging in. Whoever has the key
// sees the list; a renewed link ends the one before.
type SalesLink struct {
	Owner
	Key      string    `json:"key"`  // 26 characters
	Path     string    `json:"path"` // below the address of the pages
	Epoch    int       `json:"epoch"`
	IssuedAt time.Time `json:"issued_at"`
}

// SalesLink gives the link of an active employee, and a new one that ends the one before with renew.
func (s *Service) SalesLink(ctx context.Context, owner string, renew bool, by postlift.Actor) (SalesLink, error) {
	return s.store.SalesLink(ctx, owner, renew, by)
}

// SalesOwner finds whose link a key is; NotFound for an unknown, renewed or former one.
func (s *Service) SalesOwner(ctx context.Context, key string) (Owner, error) {
	return s.store.SalesOwner(ctx, key)
}
