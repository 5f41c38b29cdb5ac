package campaigns

import (
	"slices"

	"postlift"
)

// Standing is what the gate knows of an account. The zero value is an active account of which nothing is
// to be noted.
type Standing struct {
	Status             string // "": active
	Dunning            bool
	Complaint          bool
	ControlGroup       bool // its group is held out by another advertising run that is being measured
	Programme          bool // its group is held out of all campaigns by a programme test
	Opportunities      int  // open ones
	Stages             []string
	Suppressed         []Reason
	LastMailedOn       postlift.Date
	MailsLastYear      int
	GroupLastMailedOn  postlift.Date // of all accounts of its group, its own among them
	GroupMailsLastYear int
}

// Standings are what is to be noted of accounts, by their ids.
type Standings map[int64]*Standing

// Of gives what is known of an account; one of which nothing is to be noted has none.
func (s Standings) Of(accountID int64) Standing {
	if st := s[accountID]; st != nil {
		return *st
	}
	return Standing{}
}

// Recipient is a contact at its site, with what the gate knows of both.
type Recipient struct {
	ContactID     int64
	AccountID     int64
	SiteID        int64
	Key           string // source:external_id
	PersonKey     string // of the person at the company, where another contact has the same; "": nobody has
	AddressKey    string // of the postal address, where a person or another account shares it; "": nobody does
	NameKey       string // of the name alone, where another account shares the address; "": nobody to compare with
	CompanyKey    string // of the account's company, where another account is the same at the same address; "": none is
	Role          string // management, purchasing, technical, other
	Language      string // the contact's, else the account's, else the organisation's
	Status        string
	SiteStatus    string
	Country       string // of the site
	Postcode      string
	HasAddress    bool
	Suppressed    []Reason // of the person and the site
	LastMailedOn  postlift.Date
	MailsLastYear int // letters to the person, also by a contact of the same PersonKey
}

// Recipients are the contacts of many accounts, in order of account, then contact.
type Recipients []Recipient

// Of gives the contacts of one account.
func (rs Recipients) Of(accountID int64) []Recipient {
	from, _ := slices.BinarySearchFunc(rs, accountID, func(r Recipient, id int64) int { return compareIDs(r.AccountID, id) })
	to := from
	for to < len(rs) && rs[to].AccountID == accountID {
		to++
	}
	return rs[from:to:to]
}

func compareIDs(a, b int64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}
