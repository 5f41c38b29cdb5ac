package scoring

import (
	"postlift"
	"postlift/clv/development"
	"postlift/clv/segments"
)

// Segmentation sorts the accounts of a run for people.
type Segmentation struct {
	Run      Run        `json:"run"`
	Tiers    []TierLine `json:"tiers"`    // from the top
	Stages   []Slice    `json:"stages"`   // in the order of a customer's life
	RFM      []RFMLine  `json:"rfm"`      // by code; accounts without orders are absent
	Segments []Slice    `json:"segments"` // as imported, by total value
	Channels []Slice    `json:"channels"` // of acquisition, by total value
}

// TierLine is what a value tier holds.
type TierLine struct {
	Tier         string         `json:"tier"`
	Accounts     int64          `json:"accounts"`
	Total        postlift.Money `json:"total"`
	AccountShare float64        `json:"account_share"`
	ValueShare   float64        `json:"value_share"` // of the summed positive values
	Lowest       postlift.Money `json:"lowest"`
	Highest      postlift.Money `json:"highest"`
}

// RFMLine is what one cell of recency, frequency and value holds.
type RFMLine struct {
	Code     string         `json:"code"` // three digits from 1 to 5, 5 best
	Accounts int64          `json:"accounts"`
	Total    postlift.Money `json:"total"`
	PAlive   float64        `json:"p_alive"` // mean
}

// Slice is a part of the accounts with its value beside retention, acquisition cost and conversion. Figures
// that do not apply are null.
type Slice struct {
	Name        string          `json:"name"`
	Accounts    int64           `json:"accounts"`
	Total       postlift.Money  `json:"total"`    // residual value
	Mean        postlift.Money  `json:"mean"`     // of an account
	Prospect    postlift.Money  `json:"prospect"` // mean value before the account was won
	PActive     *float64        `json:"p_active"` // mean
	CLVToCAC    *float64        `json:"clv_to_cac"`
	Retention   *float64        `json:"order_retention"` // buyers of the year before who ordered again within twelve months
	RenewalRate *float64        `json:"renewal_rate"`    // contracts renewed of those due within twelve months
	CPA         *postlift.Money `json:"cpa"`             // cost per won account, of channels
	Conversion  *float64        `json:"conversion"`      // won per lead, of channels
	BreakEven   *postlift.Money `json:"break_even"`      // the highest acquisition cost that a new account of this kind pays back
}

// Moves are the moves of accounts between the stages of two runs.
type Moves struct {
	Before   string                `json:"before"` // run
	BeforeOn postlift.Date         `json:"before_on"`
	After    string                `json:"after"`
	AfterOn  postlift.Date         `json:"after_on"`
	Rows     []segments.Transition `json:"rows"`
}

// Cohorts is retention by cohort.
type Cohorts struct {
	AsOf      postlift.Date     `json:"as_of"`
	Cohorts   []segments.Cohort `json:"cohorts"`
	Average   []segments.Point  `json:"average"`   // over all cohorts old enough
	Truncated int64             `json:"truncated"` // accounts left out: customers before the imported documents begin
}

// RevenueRetention is net and gross retention of recurring revenue over a year, minor units a month.
type RevenueRetention struct {
	From     postlift.Date     `json:"from"`
	To       postlift.Date     `json:"to"`
	Currency string            `json:"currency"`
	Rates    development.Rates `json:"rates"`
	Excluded int64             `json:"excluded"` // contracts without an exchange rate
}

// CompanyGroup is a parent company with those that belong to it, rolled up.
type CompanyGroup struct {
	Key      string         `json:"group_key"`
	Name     string         `json:"name"` // of the parent, else of its most valuable member
	Accounts int64          `json:"accounts"`
	Total    postlift.Money `json:"total"`
	Band     *Band          `json:"band"`              // of the total; null in runs before there were bands
	Members  []AccountLine  `json:"members,omitempty"` // best first
}
