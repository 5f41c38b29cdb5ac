package campaigns

import "postlift"

// Standing is what the gate knows of an account.
type Standing struct {
	Status        string
	Dunning       bool
	Complaint     bool
	Opportunities int
	Suppressed    []Reason
	LastMailedOn  postlift.Date
	MailsLastYear int
	ControlGroup  bool // its group is held out by another advertising run that is being measured
}

// Recipient is a contact at its site, with what the gate knows of both.
type Recipient struct {
	ContactID  int64
	AccountID  int64
	SiteID     int64
	Key        string // source:external_id
	PersonKey  string // keyed hash of the person at the company; "": not comparable
	AddressKey string // keyed hash of the postal address
	Role       string // management, purchasing, technical, other
	Language   string // the contact's, else the account's, else the organisation's
	Status     string
	SiteStatus string
	HasAddress bool
	Suppressed []Reason // of the person and the site
}

// gateFacts is what the gate judges of an account by itself.
func (s *Standing) gateFacts() GateFacts {
	return GateFacts{Suppressed: s.Suppressed, AccountStatus: s.Status, LastMailedOn: s.LastMailedOn, MailsLastYear: s.MailsLastYear,
		ControlGroup: s.ControlGroup, Dunning: s.Dunning, Complaint: s.Complaint, Opportunities: s.Opportunities}
}
