package campaigns

import (
	"context"
	"fmt"
	"time"

	"postlift"
)

// forget takes out of a choice what was computed of an account that has objected to advertising: Article 21
// GDPR covers profiling for direct marketing, too. The account stays in the plan's count with its reason; its
// value, its usual margin and the features that the rule read do not enter the campaign's record.
func (c *Choice) forget() {
	c.ResidualMinor, c.BaselineMinor, c.AgreedMinor, c.PreMarginMinor, c.ExpectedValueMinor, c.CostMinor = 0, 0, 0, 0, 0, 0
	c.Features = []byte("{}")
}

// Objected is one objection to advertising, with what the ledger of letters says about it. Letters are
// advertising letters to whom it blocks, found by their match keys and not by what the gate decided.
type Objected struct {
	ID          string        `json:"id"`
	Scope       string        `json:"scope"` // person, address, account
	ReceivedOn  postlift.Date `json:"received_on"`
	EffectiveOn postlift.Date `json:"effective_on"`
	UntilOn     postlift.Date `json:"until_on,omitzero"`
	Channel     string        `json:"channel"`
	Evidence    string        `json:"evidence"`
	Source      string        `json:"source"`
	ExternalID  string        `json:"external_id,omitempty"` // its name there
	RecordedAt  *time.Time    `json:"recorded_at,omitempty"` // when it was entered here
	RevokedAt   *time.Time    `json:"revoked_at,omitempty"`

	Further []ObjectionEntry `json:"further,omitempty"` // later objections of the same person, company or address, by day of receipt

	Contacts  int `json:"contacts"` // whom it blocks today
	Sites     int `json:"sites"`
	Accounts  int `json:"accounts"`
	Withdrawn int `json:"letters_withdrawn"`         // unsent ones that it took out
	Before    int `json:"letters_before"`            // released before it was in force
	Late      int `json:"letters_before_entry"`      // released when it was in force, but before it was entered here
	Violated  int `json:"letters_released_in_spite"` // released when it was in force and known here: must be 0
	Unsent    int `json:"letters_waiting"`           // prepared and neither released nor withdrawn yet; the gate asks again before they are released
}

// ObjectionEntry is an objection that came beside another one of the same person, company or address. The block shows
// the one that is in force first; the proof of the others is kept.
type ObjectionEntry struct {
	ReceivedOn  postlift.Date `json:"received_on"`
	EffectiveOn postlift.Date `json:"effective_on"`
	UntilOn     postlift.Date `json:"until_on,omitzero"`
	Channel     string        `json:"channel"`
	Evidence    string        `json:"evidence"`
	Source      string        `json:"source"`
	ExternalID  string        `json:"external_id,omitempty"`
}

// PrivacyTotals add up a report.
type PrivacyTotals struct {
	Objections int `json:"objections"`
	InForce    int `json:"in_force"` // not revoked, begun and not over on the report's day
	Contacts   int `json:"contacts"` // sums over the objections: who is blocked twice counts twice
	Sites      int `json:"sites"`
	Accounts   int `json:"accounts"`
	Withdrawn  int `json:"letters_withdrawn"`
	Before     int `json:"letters_before"`
	Late       int `json:"letters_before_entry"`
	Violated   int `json:"letters_released_in_spite"`
	Unsent     int `json:"letters_waiting"`
}

// The verdicts of a privacy report.
const (
	PrivacyKept   = "kept"   // no letter was released to anybody whose objection was in force
	PrivacyLate   = "late"   // only letters that were out before the objection was entered
	PrivacyBroken = "broken" // letters were released in spite of a known objection
)

// PrivacyReport proves to the data-protection officer what became of every objection received in a period.
type PrivacyReport struct {
	From       postlift.Date `json:"from"`
	To         postlift.Date `json:"to"`
	AsOf       postlift.Date `json:"as_of"`
	Verdict    string        `json:"verdict"`
	SentenceEN string        `json:"sentence_en"`
	SentenceDE string        `json:"sentence_de"`
	Totals     PrivacyTotals `json:"totals"`
	Objections []Objected    `json:"objections"`
}

// Sentence is the verdict in a language.
func (r *PrivacyReport) Sentence(lang string) string {
	if lang == "de" {
		return r.SentenceDE
	}
	return r.SentenceEN
}

// PrivacyReport reports the objections received from a day to another, both included, as of today. A zero
// from is the first of them all, a zero to is today.
func (s *Service) PrivacyReport(ctx context.Context, from, to postlift.Date) (PrivacyReport, error) {
	settings, err := s.store.Settings(ctx)
	if err != nil {
		return PrivacyReport{}, err
	}
	r := PrivacyReport{From: from, To: to, AsOf: settings.Today(s.clock)}
	if r.To.IsZero() {
		r.To = r.AsOf
	}
	if !r.From.IsZero() && r.From > r.To {
		return r, postlift.Faultf(postlift.Invalid, "campaigns.PrivacyReport", "the period begins on %s and ends on %s: the beginning must not be later", r.From, r.To)
	}
	if r.Objections, err = s.store.Objections(ctx, r.From, r.To, settings.TimeZone); err != nil {
		return r, err
	}
	if r.Objections == nil {
		r.Objections = []Objected{}
	}
	if r.From.IsZero() && len(r.Objections) > 0 {
		r.From = r.Objections[0].ReceivedOn
	}
	r.judge()
	return r, nil
}

func (r *PrivacyReport) judge() {
	t := PrivacyTotals{Objections: len(r.Objections)}
	for i := range r.Objections {
		o := &r.Objections[i]
		if o.RevokedAt == nil && o.EffectiveOn <= r.AsOf && (o.UntilOn.IsZero() || o.UntilOn >= r.AsOf) {
			t.InForce++
		}
		t.Contacts, t.Sites, t.Accounts = t.Contacts+o.Contacts, t.Sites+o.Sites, t.Accounts+o.Accounts
		t.Withdrawn, t.Before, t.Late = t.Withdrawn+o.Withdrawn, t.Before+o.Before, t.Late+o.Late
		t.Violated, t.Unsent = t.Violated+o.Violated, t.Unsent+o.Unsent
	}
	r.Totals = t
	switch {
	case t.Violated > 0:
		r.Verdict = PrivacyBroken
		r.SentenceEN = fmt.Sprintf("Not kept: %d advertising letters were released although an objection to them was in force and entered here. Look at the objections marked below.", t.Violated)
		r.SentenceDE = fmt.Sprintf("Nicht eingehalten: Werbebriefe freigegeben, obwohl ein Widerspruch galt und erfasst war: %d. Die Widersprüche sind unten gekennzeichnet.", t.Violated)
	case t.Late > 0:
		r.Verdict = PrivacyLate
		r.SentenceEN = fmt.Sprintf("Kept from the moment of entry: no advertising letter was released after an objection was entered. Objections were in force but not entered yet when %d letters went out: enter them sooner.", t.Late)
		r.SentenceDE = fmt.Sprintf("Ab der Erfassung eingehalten: Nach der Erfassung eines Widerspruchs ging kein Werbebrief mehr hinaus. Vor der Erfassung, aber nach dem Wirksamwerden freigegebene Briefe: %d. Widersprüche früher erfassen.", t.Late)
	case t.Objections == 0:
		r.Verdict = PrivacyKept
		r.SentenceEN, r.SentenceDE = "No objection was received in this period.", "In diesem Zeitraum ist kein Widerspruch eingegangen."
	default:
		r.Verdict = PrivacyKept
		r.SentenceEN = "Kept: no advertising letter was released to anybody while an objection was in force."
		r.SentenceDE = "Eingehalten: Solange ein Widerspruch galt, wurde kein Werbebrief an die Betroffenen freigegeben."
	}
}

// Blocker is a suppression that hits a contact, its site or its account.
type Blocker struct {
	ID          string        `json:"id"`
	Scope       string        `json:"scope"`
	Reason      Reason        `json:"reason"`
	ReceivedOn  postlift.Date `json:"received_on"`
	EffectiveOn postlift.Date `json:"effective_on"`
	UntilOn     postlift.Date `json:"until_on,omitzero"`
	Channel     string        `json:"channel"`
	Source      string        `json:"source"`
}

// KnownContact is a contact that a person asked for, by id or name.
type KnownContact struct {
	ContactID  int64     `json:"-"`
	AccountID  int64     `json:"-"`
	GroupKey   string    `json:"-"`
	UID        string    `json:"contact_id"`
	Name       string    `json:"name"`
	AccountUID string    `json:"account_id"`
	Account    string    `json:"account"`
	Blocks     []Blocker `json:"blocks"` // in force or to come
}

// Mailable tells whether a contact may be written to now, by class of letter, and why not.
type Mailable struct {
	KnownContact
	AsOf        postlift.Date `json:"as_of"`
	Advertising []Reason      `json:"advertising"` // every reason against, in the gate's order; empty: may be written to
	Contractual []Reason      `json:"contractual"`
}

// maxKnown bounds how many contacts of one name WhoMailable shows.
const maxKnown = 20

// WhoMailable tells of a contact, by id, external id or name, whether it may be written to today and why
// not. What only a campaign asks for (language, role, area, stages of opportunities) is left out, and so is
// its own control group.
func (s *Service) WhoMailable(ctx context.Context, ref string) ([]Mailable, error) {
	settings, err := s.store.Settings(ctx)
	if err != nil {
		return nil, err
	}
	today := settings.Today(s.clock)
	known, err := s.store.FindContacts(ctx, ref, today, maxKnown)
	if err != nil {
		return nil, err
	}
	ids := make([]int64, len(known))
	for i := range known {
		ids[i] = known[i].AccountID
	}
	p := Pressure{AsOf: today, WithUnsent: true}
	standings, recipients, err := s.store.GateFacts(ctx, ids, p)
	if err != nil {
		return nil, err
	}
	found := make([]Mailable, len(known))
	for i, k := range known {
		standing := standings.Of(k.AccountID)
		piece := BatchPiece{AccountID: k.AccountID, ContactID: k.ContactID, GroupKey: k.GroupKey}
		ask := func(class Class) []Reason {
			policy := Definition{Class: class}.Policy(settings.Mail)
			reasons := newGatekeeper(policy, today).letter(piece, &standing, recipients.Of(k.AccountID))
			return append([]Reason{}, reasons...)
		}
		found[i] = Mailable{KnownContact: k, AsOf: today, Advertising: ask(Advertising), Contractual: ask(Contractual)}
	}
	return found, nil
}
