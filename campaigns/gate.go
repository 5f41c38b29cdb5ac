package campaigns

import (
	"slices"
	"strings"

	"postlift"
)

// Class says what a campaign's letters are, which decides what may hold them back.
type Class string

// The classes. Contractual letters (terms, prices, notices) go out whatever was objected to in
// advertising: they ignore objections, advertising lists, contact pressure, dunning and complaints, and
// are never held out or cut by a budget.
const (
	Advertising Class = "advertising"
	Contractual Class = "contractual"
)

// Reason is why an account or a contact is not mailed.
type Reason string

// The reasons in the gate's fixed order.
const (
	Objection          Reason = "objection"
	Deceased           Reason = "deceased"
	Closed             Reason = "closed"
	Insolvent          Reason = "insolvent"
	Undeliverable      Reason = "undeliverable"
	Competitor         Reason = "competitor"
	OwnEmployee        Reason = "employee"
	DoNotMail          Reason = "do_not_mail"
	ImportedList       Reason = "imported_list"
	DuplicateRecipient Reason = "duplicate_recipient"
	CoolingOff         Reason = "cooling_off"
	FrequencyCap       Reason = "frequency_cap"
	ControlGroup       Reason = "control_group" // held out by another campaign that is being measured
	Dunning            Reason = "dunning"
	Complaint          Reason = "complaint"
	OpenOpportunity    Reason = "open_opportunity"
	ContactLeft        Reason = "contact_left"
	OtherLanguage      Reason = "other_language"
	NoAddress          Reason = "no_address"
	NoContactLeft      Reason = "no_contact_left"
	GlobalControl      Reason = "global_control"
)

var gateOrder = []Reason{Objection, Deceased, Closed, Insolvent, Undeliverable, Competitor, OwnEmployee, DoNotMail,
	ImportedList, DuplicateRecipient, CoolingOff, FrequencyCap, ControlGroup, Dunning, Complaint, OpenOpportunity, ContactLeft,
	OtherLanguage, NoAddress, NoContactLeft, GlobalControl}

// Reasons lists every reason in the gate's order.
func Reasons() []Reason { return slices.Clone(gateOrder) }

// onlyAdvertising are the reasons that do not hold back contractual letters.
var onlyAdvertising = []Reason{Objection, ImportedList, CoolingOff, FrequencyCap, ControlGroup, Dunning, Complaint, OpenOpportunity}

// Policy is what the gate applies: the class and the contact pressure allowed.
type Policy struct {
	Class               Class    `json:"class"`
	CoolingOffDays      int      `json:"cooling_off_days"`     // between two letters to one account; 0: none
	MaxPerYear          int      `json:"max_per_year"`         // letters to one account in 365 days; 0: no cap
	SparesOpportunities bool     `json:"spares_opportunities"` // an open opportunity holds advertising back
	Languages           []string `json:"languages"`            // in which the letter exists; empty: any
}

// GateFacts are what the gate knows of one target, an account or a contact. What does not apply stays
// zero: a contact carries its own and its site's facts, an account its own.
type GateFacts struct {
	Suppressed    []Reason      // by lists that hit the person, the site or the account
	AccountStatus string        // active, closed, insolvent, competitor, own
	SiteStatus    string        // ok, undeliverable, moved, closed
	ContactStatus string        // active, left, deceased
	Duplicate     bool          // the same person at the same company is mailed already
	LastMailedOn  postlift.Date // last letter to the account
	MailsLastYear int           // letters to the account in the 365 days before
	ControlGroup  bool          // its group is held out by another advertising run whose window is not over
	Dunning       bool
	Complaint     bool
	Opportunities int    // open ones
	Language      string // of the contact; empty: none asked for
	IsContact     bool   // judge language and address, too
	HasAddress    bool   // street or box, postcode, city and country
}

// Gate tells why a target must not be mailed on asOf: every reason, in the fixed order objection,
// deceased or closed or insolvent, undeliverable, competitor or own, lists, duplicate, cooling-off,
// frequency cap, control group, dunning, complaint, opportunity, and for contacts left, language, address.
// Empty means that it may be mailed. Planning and release both ask it. The control group of a measurement
// that runs stands behind contact pressure, as both only postpone a letter: advertising to the held-out
// would make the other campaign's uplift look smaller than it is.
func Gate(f GateFacts, p Policy, asOf postlift.Date) []Reason {
	var found []Reason
	for _, r := range gateOrder {
		if p.Class == Contractual && slices.Contains(onlyAdvertising, r) {
			continue
		}
		if slices.Contains(f.Suppressed, r) || f.holds(r, p, asOf) {
			found = append(found, r)
		}
	}
	return found
}

func (f *GateFacts) holds(r Reason, p Policy, asOf postlift.Date) bool {
	switch r {
	case Deceased:
		return f.ContactStatus == "deceased"
	case Closed:
		return f.AccountStatus == "closed" || f.SiteStatus == "closed"
	case Insolvent:
		return f.AccountStatus == "insolvent"
	case Undeliverable:
		return f.SiteStatus == "undeliverable" || f.SiteStatus == "moved"
	case Competitor:
		return f.AccountStatus == "competitor"
	case OwnEmployee:
		return f.AccountStatus == "own"
	case DuplicateRecipient:
		return f.Duplicate
	case CoolingOff:
		return !f.LastMailedOn.IsZero() && asOf.DaysSince(f.LastMailedOn) < p.CoolingOffDays
	case FrequencyCap:
		return p.MaxPerYear > 0 && f.MailsLastYear >= p.MaxPerYear
	case ControlGroup:
		return f.ControlGroup
	case Dunning:
		return f.Dunning
	case Complaint:
		return f.Complaint
	case OpenOpportunity:
		return p.SparesOpportunities && f.Opportunities > 0
	case ContactLeft:
		return f.ContactStatus == "left"
	case OtherLanguage:
		return f.IsContact && len(p.Languages) > 0 && !slices.Contains(p.Languages, f.Language)
	case NoAddress:
		return f.IsContact && !f.HasAddress
	}
	return false
}

// joinReasons writes reasons as a choice stores them: comma-separated, in order, each once.
func joinReasons(reasons []Reason) string {
	var parts []string
	for _, r := range reasons {
		if !slices.Contains(parts, string(r)) {
			parts = append(parts, string(r))
		}
	}
	return strings.Join(parts, ",")
}
