package accounts

import (
	"encoding/json"

	"postlift"
)

// Key is how a noun is found: by the number that joins use, and by the name it has in the system that it
// comes from.
type Key struct {
	ID         int64  // internal; never shown
	Source     string // the system it was imported from
	ExternalID string // its name there
	New        bool   // set while importing: not in the database yet
}

// Account is a company: the unit of value and of contact pressure.
type Account struct {
	Key
	Name               string
	ParentKey          string // source:external id of the parent company, or ""
	GroupKey           string // the topmost known parent's key, else the own: the randomisation cluster
	OwnerID            int64  // employee; 0 none
	Segment            string
	Industry           string
	Employees          *int64
	Country            string // ISO 3166-1 alpha-2
	Language           string // de, en or "" (the organisation's)
	Website            string
	AcquiredOn         postlift.Date
	AcquisitionChannel string
	AcquisitionCost    *int64   // minor units of the reporting currency; nil: the channel's average
	DiscountRate       *float64 // a year, .08 = 8 %; nil: the settings'
	ServiceLevel       string
	Status             string // active, closed, insolvent, competitor, own
	Dunning            bool
	Complaint          bool
	MatchKey           string
	Custom             map[string]json.RawMessage // values of attributes that a file has columns for; null: none any more
}

// Site is a place of an account with its postal address.
type Site struct {
	Key
	AccountID int64
	Name      string
	Street    string
	POBox     string
	Postcode  string
	City      string
	Region    string
	Country   string // ISO 3166-1 alpha-2
	Main      bool
	Status    string // ok, undeliverable, moved, closed
	MatchKey  string
}

// Contact is a person, or a function line such as "Leitung Einkauf", at an account.
type Contact struct {
	Key
	AccountID  int64
	SiteID     int64 // 0: the account's main site
	Gender     string
	Title      string
	FirstName  string
	LastName   string
	Function   string
	Department string
	Role       string // management, purchasing, technical, other
	Salutation string // a whole salutation line of its own
	Formality  string // formal, informal
	Language   string
	Email      string
	Phone      string
	Status     string // active, left, deceased
	MatchKey   string
}

// Employee is one of our own people: the owner of accounts, whose signature letters may carry.
type Employee struct {
	Key
	FirstName, LastName, Title, JobTitle string
	Email, Phone, SignatureFile          string
	SignatureConsentUntil                postlift.Date
	Active                               bool
}

// The document types of orders.
const (
	DocOrder        = "order"
	DocCreditNote   = "credit_note"
	DocCancellation = "cancellation"
)

// Order is one document: an order, or a credit note or cancellation that reduces one.
type Order struct {
	Key
	AccountID   int64
	DocType     string
	RefersTo    string // external id of the order that a credit note reduces
	PlacedOn    postlift.Date
	Currency    string
	NetMinor    int64     // negative for credit notes and cancellations
	MarginMinor *int64    // nil: unknown
	Code        string    // tracking, coupon or ticket code named with the order
	Row         int       // in the file
	Who         *Identity // whose it is where the row has no customer number; nil: AccountID says it
	MatchedBy   string    // how the account was recognised; "" is MatchedByCustomer
}

// OrderLine is a line of an order; Row is its row in the file.
type OrderLine struct {
	OrderID      int64
	LineNo       int64
	Row          int
	Product      string
	ProductGroup string
	Quantity     float64
	NetMinor     int64
	MarginMinor  *int64
}

// Contract is a recurring agreement with terms.
type Contract struct {
	Key
	AccountID     int64
	StartedOn     postlift.Date
	TermMonths    int64
	TermEndsOn    postlift.Date // last day of the running term
	NoticeDays    int64
	AutoRenew     bool
	NoticeGivenOn postlift.Date
	EndedOn       postlift.Date // last day
	EndReason     string
	Currency      string
}

// ContractLine is what a contract delivers during a time; Row is its row in the file.
type ContractLine struct {
	ContractID         int64
	LineNo             int64
	Row                int
	Product            string
	ProductGroup       string
	Quantity           float64
	MonthlyFeeMinor    int64 // for the whole quantity
	MonthlyMarginMinor *int64
	ValidFrom          postlift.Date
	ValidTo            postlift.Date // last day; zero: open
}

// ContractEvent is something that happened to a contract, derived from its terms and lines.
type ContractEvent struct {
	ContractID int64
	Kind       string // started, renewed, repriced, resized, notice, ended
	OccurredOn postlift.Date
	Reason     string
	Before     int64 // monthly fee in minor units before a repricing or resizing
	After      int64
}

// ChannelCost is what one acquisition channel cost in a month and what it won.
type ChannelCost struct {
	Channel    string
	Month      postlift.Date // first day
	SpendMinor int64
	Currency   string
	Won        int64
	Leads      *int64
}

// Reasons of suppressions.
const (
	ReasonObjection     = "objection"
	ReasonDeceased      = "deceased"
	ReasonClosed        = "closed"
	ReasonUndeliverable = "undeliverable"
	ReasonCompetitor    = "competitor"
	ReasonEmployee      = "employee"
	ReasonDoNotMail     = "do_not_mail"
	ReasonImportedList  = "imported_list"
)

// Suppression says who or what must not be mailed. Whom it blocks is given by ids, or by the words of a
// list from which the match key is made; the words themselves are not kept.
type Suppression struct {
	Scope       string // person, address, account
	Reason      string
	AccountID   int64 // 0 unknown
	SiteID      int64
	ContactID   int64
	MatchKey    string // made from the noun or the words where empty
	FirstName   string
	LastName    string
	Company     string
	Street      string
	Postcode    string
	City        string
	Country     string
	Hash        string        // SHA-256 by which a list names somebody: see EmailHash, PersonHash, CompanyHash
	ReceivedOn  postlift.Date // zero: today
	EffectiveOn postlift.Date // zero: the day of receipt
	UntilOn     postlift.Date // zero: for good
	Channel     string        // how it reached us: post, phone, e-mail, import …
	Evidence    string        // where the proof lies
	Source      string
	ExternalID  string
	List        string // the imported list that it stands in, if that has a name
	DerivedFrom string // the block whose entry blocks this one, too; "" for an entry of its own
	Row         int    // of the file that it is imported from
}
