package campaigns

import (
	"math/bits"
	"slices"
	"strings"

	"postlift"
)

// Class says what a campaign's letters are, which decides what may hold them back.
type Class string

// The classes. Contractual letters (terms, prices, notices) go out whatever was objected to in
// advertising: they ignore objections, do-not-mail and advertising lists, contact pressure, dunning,
// complaints and opportunities, and are never held out or cut by a budget.
const (
	Advertising Class = "advertising"
	Contractual Class = "contractual"
)

// Reason is why an account or a contact is not mailed.
type Reason string

// The reasons in the gate's fixed order. Those from CoolingOff to OpenOpportunity only postpone a letter,
// except OutsideArea; the others hold for as long as what they rest on stands.
const (
	Objection           Reason = "objection"
	Deceased            Reason = "deceased"
	Closed              Reason = "closed"
	Insolvent           Reason = "insolvent"
	Undeliverable       Reason = "undeliverable"
	Competitor          Reason = "competitor"
	OwnEmployee         Reason = "employee"
	DoNotMail           Reason = "do_not_mail"
	ImportedList        Reason = "imported_list"
	DuplicateRecipient  Reason = "duplicate_recipient" // the same person gets a letter of this plan already
	DuplicateSite       Reason = "duplicate_site"      // the same company at the same address does, by another account
	CoolingOff          Reason = "cooling_off"
	ContactCoolingOff   Reason = "contact_cooling_off"
	GroupCoolingOff     Reason = "group_cooling_off"
	FrequencyCap        Reason = "frequency_cap"
	ContactFrequencyCap Reason = "contact_frequency_cap"
	GroupFrequencyCap   Reason = "group_frequency_cap"
	ControlGroup        Reason = "control_group"     // held out by another campaign that is being measured
	ProgrammeControl    Reason = "programme_control" // of a programme test that holds it out of all campaigns
	OutsideArea         Reason = "outside_area"
	Dunning             Reason = "dunning"
	Complaint           Reason = "complaint"
	OpenOpportunity     Reason = "open_opportunity"
	ContactLeft         Reason = "contact_left"
	OtherRole           Reason = "other_role"
	OtherLanguage       Reason = "other_language"
	NoAddress           Reason = "no_address"
	NoContactLeft       Reason = "no_contact_left"
	SparedKey           Reason = "key_never" // a key account that the campaign spares
	GlobalControl       Reason = "global_control"
)

var gateOrder = []Reason{Objection, Deceased, Closed, Insolvent, Undeliverable, Competitor, OwnEmployee, DoNotMail,
	ImportedList, DuplicateRecipient, DuplicateSite, CoolingOff, ContactCoolingOff, GroupCoolingOff,
	FrequencyCap, ContactFrequencyCap, GroupFrequencyCap, ControlGroup, ProgrammeControl, OutsideArea, Dunning, Complaint, OpenOpportunity,
	ContactLeft, OtherRole, OtherLanguage, NoAddress, NoContactLeft, SparedKey, GlobalControl}

// Reasons lists every reason in the gate's order.
func Reasons() []Reason { return slices.Clone(gateOrder) }

// onlyAdvertising are the reasons that do not hold back contractual letters. An objection is one to
// advertising (Art. 21(2) GDPR), and so is a do-not-mail mark in a CRM: neither may keep a notice of terms,
// prices or an end of contract from the partner whom it must reach to be valid. A competitor or an employee of ours who
// holds a contract is such a partner, too. Pressure, control groups,
// dunning, complaints and opportunities are about selling, and two accounts of one company may hold a contract
// each, so that each needs its notice. Not among them, because such a letter reaches
// nobody or the wrong one: deceased, closed, insolvent (an administrator has to be written to), undeliverable, without
// an address, left. An area holds for both classes, as only the campaign itself can draw one.
var onlyAdvertising = setOf(Objection, Competitor, OwnEmployee, DoNotMail, ImportedList, DuplicateSite, CoolingOff, ContactCoolingOff, GroupCoolingOff,
	FrequencyCap, ContactFrequencyCap, GroupFrequencyCap, ControlGroup, ProgrammeControl, Dunning, Complaint, OpenOpportunity, GlobalControl)

// decidedByPlan are the reasons that the gate does not look for again at release, as asking once more would
// undo what was approved.
var decidedByPlan = setOf(
	OtherRole,     // the plan has picked whom to write to; a new job title does not make the written letter wrong
	OtherLanguage, // the letter is written already, in a language that the person reads
	SparedKey,     // declared in the approved definition, which is frozen
	GlobalControl, // drawn for the years that the letters reach before anybody was assigned: drawing again would thin out one arm alone
)

// reasonSet is a set of reasons, one bit each in the gate's order.
type reasonSet uint64

var reasonBit = func() map[Reason]reasonSet {
	bit := make(map[Reason]reasonSet, len(gateOrder))
	for i, r := range gateOrder {
		bit[r] = 1 << i
	}
	return bit
}()

func setOf(reasons ...Reason) (s reasonSet) {
	for _, r := range reasons {
		s |= reasonBit[r]
	}
	return s
}

// list gives the reasons in the gate's order; nil for none.
func (s reasonSet) list() []Reason {
	if s == 0 {
		return nil
	}
	found := make([]Reason, 0, bits.OnesCount64(uint64(s)))
	for ; s != 0; s &= s - 1 {
		found = append(found, gateOrder[bits.TrailingZeros64(uint64(s))])
	}
	return found
}

// Policy is what the gate applies: the class, the contact pressure allowed at three levels and what the
// campaign asks for. A number of 0 means none.
type Policy struct {
	Class                 Class    `json:"class"`
	CoolingOffDays        int      `json:"cooling_off_days"`         // from one mailing to the next, one account
	MaxPerYear            int      `json:"max_per_year"`             // letters to one account in 365 days
	ContactCoolingOffDays int      `json:"contact_cooling_off_days"` // one person
	ContactMaxPerYear     int      `json:"contact_max_per_year"`
	GroupCoolingOffDays   int      `json:"group_cooling_off_days"` // all accounts of a group
	GroupMaxPerYear       int      `json:"group_max_per_year"`
	SparesOpportunities   bool     `json:"spares_opportunities"`    // any open opportunity holds advertising back
	SparedStages          []string `json:"spared_stages,omitempty"` // open ones at these stages do, and at stages that the settings do not know
	KnownStages           []string `json:"known_stages,omitempty"`  // the settings' stages
	Languages             []string `json:"languages"`               // in which the letter exists; empty: any
	Roles                 []string `json:"roles,omitempty"`         // of contacts, in the order in which to write to them; empty: all
	Area                  *Area    `json:"area,omitempty"`          // where sites must lie; nil: anywhere
}

// GateFacts are what the gate knows of one target, an account or a contact. What does not apply stays
// zero: a contact carries its own and its site's facts, an account its own.
type GateFacts struct {
	Suppressed    []Reason // by lists that hit the person, the site or the account
	AccountStatus string   // active, closed, insolvent, competitor, own
	SiteStatus    string   // ok, undeliverable, moved, closed
	ContactStatus string   // active, left, deceased
	Duplicate     bool     // the same person at the same company or address is mailed already
	DuplicateSite bool     // the same company at the same address is, by another account

	LastMailedOn         postlift.Date // last letter to the account
	MailsLastYear        int           // letters to the account in the 365 days before
	ContactLastMailedOn  postlift.Date // the same of the person
	ContactMailsLastYear int
	GroupLastMailedOn    postlift.Date // and of all accounts of the group
	GroupMailsLastYear   int

	ControlGroup  bool // its group is held out by another advertising run whose window is not over
	Programme     bool // its group is the control of a programme test that is not over
	Dunning       bool
	Complaint     bool
	Opportunities int      // open ones
	Stages        []string // of the open opportunities
	Language      string   // of the contact; empty: none asked for
	Role          string   // of the contact
	IsContact     bool     // judge role, area, language and address, too
	OutsideArea   bool     // the site lies outside the campaign's area
	HasAddress    bool     // street or box, postcode, city and country
}

// Gate tells why a target must not be mailed on asOf: every reason, in the fixed order of Reasons. Empty
// means that it may be mailed. Planning and release both ask it. A control group that is being measured
// stands behind contact pressure, as both only postpone a letter: advertising to the held-out would make
// the other campaign's uplift look smaller than it is.
func Gate(f GateFacts, p Policy, asOf postlift.Date) []Reason { return f.held(&p, asOf).list() }

func (f *GateFacts) held(p *Policy, asOf postlift.Date) reasonSet {
	s := f.listed() | f.status() | f.pressure(p, asOf) | f.business(p)
	if f.IsContact {
		s |= f.asked(p)
	}
	if p.Class == Contractual {
		s &^= onlyAdvertising
	}
	return s
}

// listed are the reasons of suppression lists; one that this program does not know blocks all advertising.
func (f *GateFacts) listed() (s reasonSet) {
	for _, r := range f.Suppressed {
		bit, known := reasonBit[r]
		if !known {
			bit = reasonBit[DoNotMail]
		}
		s |= bit
	}
	return s
}

func (f *GateFacts) status() (s reasonSet) {
	switch f.AccountStatus {
	case "", "active":
	case "closed":
		s |= reasonBit[Closed]
	case "insolvent":
		s |= reasonBit[Insolvent]
	case "competitor":
		s |= reasonBit[Competitor]
	case "own":
		s |= reasonBit[OwnEmployee]
	}
	switch f.SiteStatus {
	case "", "ok":
	case "closed":
		s |= reasonBit[Closed]
	case "undeliverable", "moved":
		s |= reasonBit[Undeliverable]
	}
	switch f.ContactStatus {
	case "", "active":
	case "deceased":
		s |= reasonBit[Deceased]
	case "left":
		s |= reasonBit[ContactLeft]
	}
	return s
}

func (f *GateFacts) pressure(p *Policy, asOf postlift.Date) (s reasonSet) {
	recently := func(on postlift.Date, days int) bool { return days > 0 && !on.IsZero() && asOf.DaysSince(on) < days }
	for _, c := range [...]struct {
		hit    bool
		reason Reason
	}{
		{f.Duplicate, DuplicateRecipient},
		{f.DuplicateSite, DuplicateSite},
		{recently(f.LastMailedOn, p.CoolingOffDays), CoolingOff},
		{recently(f.ContactLastMailedOn, p.ContactCoolingOffDays), ContactCoolingOff},
		{recently(f.GroupLastMailedOn, p.GroupCoolingOffDays), GroupCoolingOff},
		{p.MaxPerYear > 0 && f.MailsLastYear >= p.MaxPerYear, FrequencyCap},
		{p.ContactMaxPerYear > 0 && f.ContactMailsLastYear >= p.ContactMaxPerYear, ContactFrequencyCap},
		{p.GroupMaxPerYear > 0 && f.GroupMailsLastYear >= p.GroupMaxPerYear, GroupFrequencyCap},
	} {
		if c.hit {
			s |= reasonBit[c.reason]
		}
	}
	return s
}

func (f *GateFacts) business(p *Policy) (s reasonSet) {
	if f.ControlGroup {
		s |= reasonBit[ControlGroup]
	}
	if f.Programme {
		s |= reasonBit[ProgrammeControl]
	}
	if f.Dunning {
		s |= reasonBit[Dunning]
	}
	if f.Complaint {
		s |= reasonBit[Complaint]
	}
	if f.Opportunities > 0 && (p.SparesOpportunities || slices.ContainsFunc(f.Stages, p.spares)) {
		s |= reasonBit[OpenOpportunity]
	}
	return s
}

// spares tells whether an open opportunity at a stage holds advertising back. One at a stage that the
// settings do not know does: sales would rather have a letter too few than one in the middle of a deal.
func (p *Policy) spares(stage string) bool {
	return len(p.SparedStages) > 0 && (slices.Contains(p.SparedStages, stage) || !slices.Contains(p.KnownStages, stage))
}

// asked is what the campaign asks of a contact and its site.
func (f *GateFacts) asked(p *Policy) (s reasonSet) {
	if f.OutsideArea {
		s |= reasonBit[OutsideArea]
	}
	if len(p.Roles) > 0 && !slices.Contains(p.Roles, roleName(f.Role)) {
		s |= reasonBit[OtherRole]
	}
	if len(p.Languages) > 0 && !slices.Contains(p.Languages, f.Language) {
		s |= reasonBit[OtherLanguage]
	}
	if !f.HasAddress {
		s |= reasonBit[NoAddress]
	}
	return s
}

// joinReasons writes reasons as a choice stores them: comma-separated, in order, each once.
func joinReasons(reasons []Reason) string {
	switch len(reasons) {
	case 0:
		return ""
	case 1:
		return string(reasons[0])
	}
	var parts []string
	for _, r := range reasons {
		if !slices.Contains(parts, string(r)) {
			parts = append(parts, string(r))
		}
	}
	return strings.Join(parts, ",")
}
