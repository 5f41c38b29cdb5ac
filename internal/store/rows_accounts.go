package store

import (
	"time"

	"postlift"
)

// Rows of accounts and what belongs to them: the shapes that gorm reads and writes, never seen outside this room.

// employeeRow is a row of employees.
type employeeRow struct {
	ID                    int64         `gorm:"column:id;primaryKey"`
	UID                   string        `gorm:"column:uid"`
	Source                string        `gorm:"column:source"`
	ExternalID            string        `gorm:"column:external_id"`
	FirstName             string        `gorm:"column:first_name"`
	LastName              string        `gorm:"column:last_name"`
	Title                 string        `gorm:"column:title"`
	JobTitle              string        `gorm:"column:job_title"`
	Email                 string        `gorm:"column:email"`
	Phone                 string        `gorm:"column:phone"`
	SignatureFile         string        `gorm:"column:signature_file"`
	SignatureConsentUntil postlift.Date `gorm:"column:signature_consent_until"`
	Active                bool          `gorm:"column:active"`
	ImportID              int64         `gorm:"column:import_id"`
}

// TableName names the table to gorm.
func (employeeRow) TableName() string { return "employees" }

// accountRow is a row of accounts.
type accountRow struct {
	ID                   int64         `gorm:"column:id;primaryKey"`
	UID                  string        `gorm:"column:uid"`
	Source               string        `gorm:"column:source"`
	ExternalID           string        `gorm:"column:external_id"`
	Name                 string        `gorm:"column:name"`
	ParentKey            string        `gorm:"column:parent_key"`
	GroupKey             string        `gorm:"column:group_key"`
	OwnerID              *int64        `gorm:"column:owner_id"`
	Segment              string        `gorm:"column:segment"`
	Industry             string        `gorm:"column:industry"`
	EmployeeCount        *int64        `gorm:"column:employee_count"`
	Country              string        `gorm:"column:country"`
	Language             string        `gorm:"column:language"`
	Website              string        `gorm:"column:website"`
	AcquiredOn           postlift.Date `gorm:"column:acquired_on"`
	AcquisitionChannel   string        `gorm:"column:acquisition_channel"`
	AcquisitionCostMinor *int64        `gorm:"column:acquisition_cost_minor"`
	DiscountRate         *float64      `gorm:"column:discount_rate"`
	ServiceLevel         string        `gorm:"column:service_level"`
	Status               string        `gorm:"column:status"`
	Dunning              bool          `gorm:"column:dunning"`
	Complaint            bool          `gorm:"column:complaint"`
	MatchKey             string        `gorm:"column:match_key"`
	Custom               jsonText      `gorm:"column:custom"`
	ImportID             int64         `gorm:"column:import_id"`
}

// TableName names the table to gorm.
func (accountRow) TableName() string { return "accounts" }

// siteRow is a row of sites.
type siteRow struct {
	ID         int64  `gorm:"column:id;primaryKey"`
	UID        string `gorm:"column:uid"`
	Source     string `gorm:"column:source"`
	ExternalID string `gorm:"column:external_id"`
	AccountID  int64  `gorm:"column:account_id"`
	Name       string `gorm:"column:name"`
	Street     string `gorm:"column:street"`
	PoBox      string `gorm:"column:po_box"`
	Postcode   string `gorm:"column:postcode"`
	City       string `gorm:"column:city"`
	Region     string `gorm:"column:region"`
	Country    string `gorm:"column:country"`
	IsMain     bool   `gorm:"column:is_main"`
	Status     string `gorm:"column:status"`
	MatchKey   string `gorm:"column:match_key"`
	ImportID   int64  `gorm:"column:import_id"`
}

// TableName names the table to gorm.
func (siteRow) TableName() string { return "sites" }

// contactRow is a row of contacts.
type contactRow struct {
	ID         int64  `gorm:"column:id;primaryKey"`
	UID        string `gorm:"column:uid"`
	Source     string `gorm:"column:source"`
	ExternalID string `gorm:"column:external_id"`
	AccountID  int64  `gorm:"column:account_id"`
	SiteID     *int64 `gorm:"column:site_id"`
	Gender     string `gorm:"column:gender"`
	Title      string `gorm:"column:title"`
	FirstName  string `gorm:"column:first_name"`
	LastName   string `gorm:"column:last_name"`
	Function   string `gorm:"column:function"`
	Department string `gorm:"column:department"`
	Role       string `gorm:"column:role"`
	Salutation string `gorm:"column:salutation"`
	Formality  string `gorm:"column:formality"`
	Language   string `gorm:"column:language"`
	Email      string `gorm:"column:email"`
	Phone      string `gorm:"column:phone"`
	Status     string `gorm:"column:status"`
	MatchKey   string `gorm:"column:match_key"`
	ImportID   int64  `gorm:"column:import_id"`
}

// TableName names the table to gorm.
func (contactRow) TableName() string { return "contacts" }

// orderRow is a row of orders.
type orderRow struct {
	ID                  int64         `gorm:"column:id;primaryKey"`
	Source              string        `gorm:"column:source"`
	ExternalID          string        `gorm:"column:external_id"`
	AccountID           int64         `gorm:"column:account_id"`
	DocType             string        `gorm:"column:doc_type"`
	RefersTo            string        `gorm:"column:refers_to"`
	PlacedOn            postlift.Date `gorm:"column:placed_on"`
	Currency            string        `gorm:"column:currency"`
	NetMinor            int64         `gorm:"column:net_minor"`
	MarginMinor         *int64        `gorm:"column:margin_minor"`
	CreditedMinor       int64         `gorm:"column:credited_minor"`
	CreditedMarginMinor int64         `gorm:"column:credited_margin_minor"`
	Code                string        `gorm:"column:code"`
	ImportID            int64         `gorm:"column:import_id"`
	MatchedBy           string        `gorm:"column:matched_by"`
}

// TableName names the table to gorm.
func (orderRow) TableName() string { return "orders" }

// orderLineRow is a row of order_lines.
type orderLineRow struct {
	ID           int64   `gorm:"column:id;primaryKey"`
	OrderID      int64   `gorm:"column:order_id"`
	LineNo       int64   `gorm:"column:line_no"`
	Product      string  `gorm:"column:product"`
	ProductGroup string  `gorm:"column:product_group"`
	Quantity     float64 `gorm:"column:quantity"`
	NetMinor     int64   `gorm:"column:net_minor"`
	MarginMinor  *int64  `gorm:"column:margin_minor"`
}

// TableName names the table to gorm.
func (orderLineRow) TableName() string { return "order_lines" }

// contractRow is a row of contracts.
type contractRow struct {
	ID            int64         `gorm:"column:id;primaryKey"`
	UID           string        `gorm:"column:uid"`
	Source        string        `gorm:"column:source"`
	ExternalID    string        `gorm:"column:external_id"`
	AccountID     int64         `gorm:"column:account_id"`
	StartedOn     postlift.Date `gorm:"column:started_on"`
	TermMonths    int64         `gorm:"column:term_months"`
	TermEndsOn    postlift.Date `gorm:"column:term_ends_on"`
	NoticeDays    int64         `gorm:"column:notice_days"`
	AutoRenew     bool          `gorm:"column:auto_renew"`
	NoticeGivenOn postlift.Date `gorm:"column:notice_given_on"`
	EndedOn       postlift.Date `gorm:"column:ended_on"`
	EndReason     string        `gorm:"column:end_reason"`
	Currency      string        `gorm:"column:currency"`
	ImportID      int64         `gorm:"column:import_id"`
}

// TableName names the table to gorm.
func (contractRow) TableName() string { return "contracts" }

// contractLineRow is a row of contract_lines.
type contractLineRow struct {
	ID                 int64         `gorm:"column:id;primaryKey"`
	ContractID         int64         `gorm:"column:contract_id"`
	LineNo             int64         `gorm:"column:line_no"`
	Product            string        `gorm:"column:product"`
	ProductGroup       string        `gorm:"column:product_group"`
	Quantity           float64       `gorm:"column:quantity"`
	MonthlyFeeMinor    int64         `gorm:"column:monthly_fee_minor"`
	MonthlyMarginMinor *int64        `gorm:"column:monthly_margin_minor"`
	ValidFrom          postlift.Date `gorm:"column:valid_from"`
	ValidTo            postlift.Date `gorm:"column:valid_to"`
}

// TableName names the table to gorm.
func (contractLineRow) TableName() string { return "contract_lines" }

// contractEventRow is a row of contract_events.
type contractEventRow struct {
	ID         int64         `gorm:"column:id;primaryKey"`
	ContractID int64         `gorm:"column:contract_id"`
	Kind       string        `gorm:"column:kind"`
	OccurredOn postlift.Date `gorm:"column:occurred_on"`
	Reason     string        `gorm:"column:reason"`
	Detail     jsonText      `gorm:"column:detail"`
}

// TableName names the table to gorm.
func (contractEventRow) TableName() string { return "contract_events" }

// opportunityRow is a row of opportunities.
type opportunityRow struct {
	ID          int64         `gorm:"column:id;primaryKey"`
	UID         string        `gorm:"column:uid"`
	Source      string        `gorm:"column:source"`
	ExternalID  string        `gorm:"column:external_id"`
	AccountID   int64         `gorm:"column:account_id"`
	ContactID   *int64        `gorm:"column:contact_id"`
	Name        string        `gorm:"column:name"`
	Stage       string        `gorm:"column:stage"`
	Status      string        `gorm:"column:status"`
	AmountMinor *int64        `gorm:"column:amount_minor"`
	Currency    string        `gorm:"column:currency"`
	OpenedOn    postlift.Date `gorm:"column:opened_on"`
	ClosesOn    postlift.Date `gorm:"column:closes_on"`
	Code        string        `gorm:"column:code"`
	ImportID    int64         `gorm:"column:import_id"`
	MatchedBy   string        `gorm:"column:matched_by"`
}

// TableName names the table to gorm.
func (opportunityRow) TableName() string { return "opportunities" }

// channelCostRow is a row of channel_costs.
type channelCostRow struct {
	ID         int64         `gorm:"column:id;primaryKey"`
	Channel    string        `gorm:"column:channel"`
	Month      postlift.Date `gorm:"column:month"`
	SpendMinor int64         `gorm:"column:spend_minor"`
	Currency   string        `gorm:"column:currency"`
	Won        int64         `gorm:"column:won"`
	Leads      *int64        `gorm:"column:leads"`
	ImportID   int64         `gorm:"column:import_id"`
}

// TableName names the table to gorm.
func (channelCostRow) TableName() string { return "channel_costs" }

// suppressionRow is a row of suppressions.
type suppressionRow struct {
	ID          int64         `gorm:"column:id;primaryKey"`
	UID         string        `gorm:"column:uid"`
	Scope       string        `gorm:"column:scope"`
	MatchKey    string        `gorm:"column:match_key"`
	Reason      string        `gorm:"column:reason"`
	AccountID   *int64        `gorm:"column:account_id"`
	SiteID      *int64        `gorm:"column:site_id"`
	ContactID   *int64        `gorm:"column:contact_id"`
	ReceivedOn  postlift.Date `gorm:"column:received_on"`
	EffectiveOn postlift.Date `gorm:"column:effective_on"`
	UntilOn     postlift.Date `gorm:"column:until_on"`
	Channel     string        `gorm:"column:channel"`
	Evidence    string        `gorm:"column:evidence"`
	Source      string        `gorm:"column:source"`
	ExternalID  string        `gorm:"column:external_id"`
	ListName    string        `gorm:"column:list_name"`
	DerivedFrom string        `gorm:"column:origin_uid"`
	RevokedAt   *time.Time    `gorm:"column:revoked_at"`
	ImportID    int64         `gorm:"column:import_id"`
}

// TableName names the table to gorm.
func (suppressionRow) TableName() string { return "suppressions" }

// suppressionEntryRow is one of several entries behind a block, of table suppression_entries.
type suppressionEntryRow struct {
	ID             int64         `gorm:"column:id;primaryKey"`
	SuppressionUID string        `gorm:"column:suppression_uid"`
	DerivedFrom    string        `gorm:"column:origin_uid"`
	ReceivedOn     postlift.Date `gorm:"column:received_on"`
	EffectiveOn    postlift.Date `gorm:"column:effective_on"`
	UntilOn        postlift.Date `gorm:"column:until_on"`
	Channel        string        `gorm:"column:channel"`
	Evidence       string        `gorm:"column:evidence"`
	Source         string        `gorm:"column:source"`
	ExternalID     string        `gorm:"column:external_id"`
	ListName       string        `gorm:"column:list_name"`
	ImportID       int64         `gorm:"column:import_id"`
}

// TableName names the table to gorm.
func (suppressionEntryRow) TableName() string { return "suppression_entries" }
