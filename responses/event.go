package responses

import (
	"slices"
	"strings"
	"time"

	"postlift"
	"postlift/accounts"
)

// Kinds of events. A visit is a GET on a tracking link, which mail scanners make, too: it never counts
// as a response.
const (
	Visit     = "visit"
	Call      = "call"
	Mail      = "mail"
	Meeting   = "meeting"
	Quote     = "quote"
	ReplyCard = "reply_card"
	Fax       = "fax"
	Return    = "return"
	Objection = "objection"
	Form      = "form"   // the reply form of the campaign's own page; its reason is what was asked for
	Coupon    = "coupon" // a coupon or ticket of the campaign was handed in
)

// Kinds lists what an import of responses may hold; returns have a file of their own.
var Kinds = []string{Visit, Call, Mail, Meeting, Quote, ReplyCard, Fax, Objection, Form, Coupon}

// Effect is what a returned letter's reason changes.
type Effect string

// Effects of a return.
const (
	SuppressAddress    Effect = "suppress_address" // whoever is said to be there
	SuppressSite       Effect = "suppress_site"    // this company there; others in the building get their letters
	SuppressPerson     Effect = "suppress_person"
	SuppressAccount    Effect = "suppress_account"
	AddressMoved       Effect = "address_moved" // a new address is known to the post: ask for it
	ObjectionCandidate Effect = "objection_candidate"
	NoEffect           Effect = ""
)

// Reasons maps every reason of a return to its effect. Who is unknown, gone or without a letter box at an
// address says nothing of the other companies there. Refusing a letter is not yet an objection: a
// person decides. What was not collected, or while the recipient was away, says nothing of the address.
var Reasons = map[string]Effect{
	"moved_new_address":    AddressMoved,
	"moved_unknown":        SuppressSite,
	"addressee_unknown":    SuppressSite,
	"insufficient_address": SuppressAddress,
	"no_such_number":       SuppressAddress,
	"vacant":               SuppressAddress,
	"no_receptacle":        SuppressSite,
	"deceased":             SuppressPerson,
	"closed_business":      SuppressAccount,
	"refused":              ObjectionCandidate,
	"unclaimed":            NoEffect,
	"temporarily_away":     NoEffect,
	"other":                NoEffect,
}

// TaskOf maps reasons of a return to what a person has to do about them, beside their effect.
var TaskOf = map[string]string{
	"moved_new_address": NewAddress,
	"moved_unknown":     FindSuccessor,
	"addressee_unknown": FindSuccessor,
	"deceased":          FindSuccessor,
	"refused":           DecideObjection,
}

// Told is what the post says of a letter that it could not deliver.
type Told struct {
	Company   string `json:"company,omitempty"`
	Street    string `json:"street,omitempty"`
	Postcode  string `json:"postcode,omitempty"`
	City      string `json:"city,omitempty"`
	Country   string `json:"country,omitempty"` // ISO 3166-1 alpha-2
	Successor string `json:"successor,omitempty"`
}

// HasAddress tells whether a letter could be addressed with what was told.
func (t Told) HasAddress() bool { return t.Street != "" && t.City != "" }

// Event is one thing that came back. It names what it belongs to by a code (typed code or QR token), a
// piece id, an account's external id within the same source or the words by which an account is recognised; Source and
// ExternalID recognise it when it arrives twice.
type Event struct {
	Source     string
	ExternalID string
	Kind       string
	At         time.Time
	Code       string
	PieceUID   string
	AccountRef string
	Reason     string // of a return: a key of Reasons
	Note       string
	Who        accounts.Identity // where neither code nor number is known
	Told       Told              // by the post, of a return
}

// Refusal says why an event cannot be recorded: the column, the rule that it breaks, the value found
// and a sentence with the remedy.
type Refusal struct {
	Field   string
	Rule    string
	Value   string
	Message string
}

// Check returns the first rule that the event breaks by itself, or nil; now bounds its time.
func (e Event) Check(now time.Time) *Refusal {
	switch {
	case e.ExternalID == "":
		return &Refusal{"external_id", "required", "", "name the event, so that it is recognised when it comes again"}
	case e.Kind != Return && !slices.Contains(Kinds, e.Kind):
		return &Refusal{"kind", "unknown", e.Kind, "use one of " + strings.Join(Kinds, ", ")}
	case e.At.IsZero():
		return &Refusal{"date", "required", "", "give the day on which it happened"}
	case e.At.After(now.Add(24 * time.Hour)):
		return &Refusal{"date", "future", e.At.Format(time.DateOnly), "the day lies in the future"}
	case e.Code == "" && e.PieceUID == "" && e.AccountRef == "" && !e.Who.Complete():
		return &Refusal{"code", "required", e.Who.Words(), "give a code, a piece or an account that it belongs to, or name and address, or company and postcode"}
	}
	if e.Kind != Return {
		return nil
	}
	if _, known := Reasons[e.Reason]; !known {
		return &Refusal{"reason", "unknown", e.Reason, "use one of " + strings.Join(reasonNames(), ", ")}
	}
	if e.Code == "" && e.PieceUID == "" {
		return &Refusal{"code", "required", "", "a return needs the letter's code or piece id"}
	}
	return nil
}

func reasonNames() []string {
	names := make([]string, 0, len(Reasons))
	for name := range Reasons {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Saved tells what recording a list of events did. Refused is keyed by the event's index in the list.
type Saved struct {
	Inserted            int             `json:"inserted"`
	Duplicates          int             `json:"duplicates"`           // known already: nothing changed
	Returned            int             `json:"returned"`             // pieces marked as returned
	Suppressed          int             `json:"suppressed"`           // blocks added or renewed
	ObjectionCandidates int             `json:"objection_candidates"` // refused letters for a person to decide on
	Tasks               int             `json:"tasks"`                // for a person to look after, new
	UnknownCodes        int             `json:"unknown_codes"`        // recorded on the account, the code is not ours
	Objections          int             `json:"objections"`           // in the list, duplicates included
	Refused             map[int]Refusal `json:"-"`
}

// Link is where a tracking token leads.
type Link struct {
	PieceUID   string
	LandingURL string // fixed by the campaign; nothing of a request goes into it
}

// normalCode is the form in which codes and tokens are compared.
func normalCode(s string) string { return postlift.NormalizeCode(s) }
