package store

import (
	"time"

	"postlift"
)

// Rows of scores and features: the shapes that gorm reads and writes, never seen outside this room.

// scoreRunRow is a row of score_runs.
type scoreRunRow struct {
	ID            int64         `gorm:"column:id;primaryKey"`
	UID           string        `gorm:"column:uid"`
	AsOf          postlift.Date `gorm:"column:as_of"`
	HorizonMonths int64         `gorm:"column:horizon_months"`
	Currency      string        `gorm:"column:currency"`
	Params        jsonText      `gorm:"column:params"`
	Assumptions   jsonText      `gorm:"column:assumptions"`
	Metrics       jsonText      `gorm:"column:metrics"`
	Status        string        `gorm:"column:status"`
	Accounts      int64         `gorm:"column:accounts"`
	CreatedAt     time.Time     `gorm:"column:created_at"`
	PublishedAt   *time.Time    `gorm:"column:published_at"`
	Kind          string        `gorm:"column:kind"`
	BaseRunID     *int64        `gorm:"column:base_run_id"`
	ChangeMark    int64         `gorm:"column:change_mark"`
	TotalMinor    *int64        `gorm:"column:total_minor"`
	Basis         jsonText      `gorm:"column:basis"`
	Actor         string        `gorm:"column:actor"`
}

// TableName names the table to gorm.
func (scoreRunRow) TableName() string { return "score_runs" }

// scorePointerRow is a row of score_pointer.
type scorePointerRow struct {
	Name  string `gorm:"column:name;primaryKey;autoIncrement:false"`
	RunID int64  `gorm:"column:run_id"`
}

// TableName names the table to gorm.
func (scorePointerRow) TableName() string { return "score_pointer" }

// scoreRow is a row of scores.
type scoreRow struct {
	RunID             int64    `gorm:"column:run_id;primaryKey;autoIncrement:false"`
	AccountID         int64    `gorm:"column:account_id;primaryKey;autoIncrement:false"`
	PAlive            float64  `gorm:"column:p_alive"`
	ExpectedOrders    float64  `gorm:"column:expected_orders"`
	OrdersMinor       int64    `gorm:"column:orders_minor"`
	CommittedMinor    int64    `gorm:"column:committed_minor"`
	RenewalMinor      int64    `gorm:"column:renewal_minor"`
	FulfilmentMinor   int64    `gorm:"column:fulfilment_minor"`
	ServiceMinor      int64    `gorm:"column:service_minor"`
	AcquisitionMinor  int64    `gorm:"column:acquisition_minor"`
	ResidualMinor     int64    `gorm:"column:residual_minor"`
	ProspectMinor     int64    `gorm:"column:prospect_minor"`
	WindowMarginMinor int64    `gorm:"column:window_margin_minor"`
	AssumedShare      float64  `gorm:"column:assumed_share"`
	Decile            int64    `gorm:"column:decile"`
	Flags             string   `gorm:"column:flags"`
	ExpansionMinor    int64    `gorm:"column:expansion_minor"`
	ContactMinor      int64    `gorm:"column:contact_minor"`
	LowMinor          *int64   `gorm:"column:low_minor"`
	MedianMinor       *int64   `gorm:"column:median_minor"`
	HighMinor         *int64   `gorm:"column:high_minor"`
	SpreadMinor       *int64   `gorm:"column:spread_minor"`
	PExceedsCost      *float64 `gorm:"column:p_exceeds_cost"`
	PaybackMonth      *int64   `gorm:"column:payback_month"`
	CLVToCAC          *float64 `gorm:"column:clv_to_cac"`
	BreakEvenMinor    *int64   `gorm:"column:break_even_minor"`
	MeanOrderMinor    *float64 `gorm:"column:mean_order_minor"`
	PActive           *float64 `gorm:"column:p_active"`
	RFM               string   `gorm:"column:rfm"`
	Tier              string   `gorm:"column:tier"`
	Stage             string   `gorm:"column:stage"`

	WindowCommittedMinor *int64 `gorm:"column:window_committed_minor"`
}

// TableName names the table to gorm.
func (scoreRow) TableName() string { return "scores" }

// accountFeatureRow is a row of account_features.
type accountFeatureRow struct {
	AccountID            int64         `gorm:"column:account_id;primaryKey;autoIncrement:false"`
	AsOf                 postlift.Date `gorm:"column:as_of"`
	OrderDays            int64         `gorm:"column:order_days"`
	FirstOrderOn         postlift.Date `gorm:"column:first_order_on"`
	LastOrderOn          postlift.Date `gorm:"column:last_order_on"`
	NetMinor             int64         `gorm:"column:net_minor"`
	FirstDayNetMinor     int64         `gorm:"column:first_day_net_minor"`
	MarginMinor          int64         `gorm:"column:margin_minor"`
	AssumedNetMinor      int64         `gorm:"column:assumed_net_minor"`
	Net12MMinor          int64         `gorm:"column:net_12m_minor"`
	Margin12MMinor       int64         `gorm:"column:margin_12m_minor"`
	Orders12M            int64         `gorm:"column:orders_12m"`
	OpenContracts        int64         `gorm:"column:open_contracts"`
	ContractMonthlyMinor int64         `gorm:"column:contract_monthly_minor"`
	ContractMarginMinor  int64         `gorm:"column:contract_margin_minor"`
	NextTermEndOn        postlift.Date `gorm:"column:next_term_end_on"`
	NextNoticeOn         postlift.Date `gorm:"column:next_notice_on"`
	OpenOpportunities    int64         `gorm:"column:open_opportunities"`
	LastMailedOn         postlift.Date `gorm:"column:last_mailed_on"`
	Mails365D            int64         `gorm:"column:mails_365d"`
	Responses365D        int64         `gorm:"column:responses_365d"`
	LastResponseOn       postlift.Date `gorm:"column:last_response_on"`
	ExcludedOrders       int64         `gorm:"column:excluded_orders"`
	Net24MMinor          int64         `gorm:"column:net_24m_minor"`
	OpenAmountMinor      int64         `gorm:"column:open_amount_minor"`
}

// TableName names the table to gorm.
func (accountFeatureRow) TableName() string { return "account_features" }

// backtestRow is a row of backtests.
type backtestRow struct {
	ID        int64         `gorm:"column:id;primaryKey"`
	UID       string        `gorm:"column:uid"`
	AsOf      postlift.Date `gorm:"column:as_of"`
	Chosen    string        `gorm:"column:chosen"`
	Report    jsonText      `gorm:"column:report"`
	Actor     string        `gorm:"column:actor"`
	CreatedAt time.Time     `gorm:"column:created_at"`
}

// TableName names the table to gorm.
func (backtestRow) TableName() string { return "backtests" }

// accountChangeRow is a row of account_changes.
type accountChangeRow struct {
	AccountID int64 `gorm:"column:account_id;primaryKey;autoIncrement:false"`
	Mark      int64 `gorm:"column:mark"`
}

// TableName names the table to gorm.
func (accountChangeRow) TableName() string { return "account_changes" }

// accountGroupRow is a row of account_groups.
type accountGroupRow struct {
	AccountID    int64         `gorm:"column:account_id;primaryKey;autoIncrement:false"`
	ProductGroup string        `gorm:"column:product_group;primaryKey"`
	FirstOn      postlift.Date `gorm:"column:first_on"`
	MarginMinor  int64         `gorm:"column:margin_minor"`
}

// TableName names the table to gorm.
func (accountGroupRow) TableName() string { return "account_groups" }

// accountLogRow is a row of account_logs.
type accountLogRow struct {
	AccountID     int64   `gorm:"column:account_id;primaryKey;autoIncrement:false"`
	LogGaps       float64 `gorm:"column:log_gaps"`
	RepeatLogMean float64 `gorm:"column:repeat_log_mean"`
	RepeatLogSS   float64 `gorm:"column:repeat_log_ss"`
}

// TableName names the table to gorm.
func (accountLogRow) TableName() string { return "account_logs" }
