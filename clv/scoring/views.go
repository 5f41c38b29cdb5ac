package scoring

import (
	"context"

	"postlift"
)

// Decile is a tenth of the accounts by residual value, 1 the best.
type Decile struct {
	Decile   int            `json:"decile"`
	Accounts int64          `json:"accounts"`
	Total    postlift.Money `json:"total"`
	Lowest   postlift.Money `json:"lowest"`
	Highest  postlift.Money `json:"highest"`
}

// Bin counts accounts whose residual value lies in [From, To); the first has no From, the last no To.
type Bin struct {
	From     *postlift.Money `json:"from"`
	To       *postlift.Money `json:"to"`
	Accounts int64           `json:"accounts"`
}

// Distribution shows how the value of a run spreads over the accounts.
type Distribution struct {
	Run     Run      `json:"run"`
	Deciles []Decile `json:"deciles"`
	Bins    []Bin    `json:"bins"`
}

// BinEdges are the limits of the histogram in major units: B2B values span five powers of ten.
var BinEdges = []int64{0, 100, 300, 1_000, 3_000, 10_000, 30_000, 100_000, 300_000}

// Parts is one account's value and what it is made of: residual = orders + committed + renewal + expansion -
// service - contact - fulfilment; prospect = residual - acquisition. Runs from before there were bands lack
// what stands as a pointer.
type Parts struct {
	Orders         postlift.Money  `json:"orders"`
	Committed      postlift.Money  `json:"committed"`
	Renewal        postlift.Money  `json:"renewal"`
	Expansion      postlift.Money  `json:"expansion"`
	Service        postlift.Money  `json:"service"`
	Contact        postlift.Money  `json:"contact"`
	Fulfilment     postlift.Money  `json:"fulfilment"`
	Acquisition    postlift.Money  `json:"acquisition"`
	Residual       postlift.Money  `json:"residual"`
	Prospect       postlift.Money  `json:"prospect"`
	WindowMargin   postlift.Money  `json:"window_margin"`
	WindowOpen     *postlift.Money `json:"window_open"` // of it, what no contract has agreed yet: what a letter can raise
	Band           *Band           `json:"band"`        // of the residual value
	PAlive         float64         `json:"p_alive"`
	PActive        *float64        `json:"p_active"`
	ExpectedOrders float64         `json:"expected_orders"`
	MeanOrder      *postlift.Money `json:"mean_order"`     // expected net of one future order day
	PExceedsCost   *float64        `json:"p_exceeds_cost"` // probability that the residual value exceeds the acquisition cost
	PaybackMonth   *int            `json:"payback_month"`  // 0: paid back already, -1: not within the horizon, or the cost is unknown
	CLVToCAC       *float64        `json:"clv_to_cac"`     // null: the cost is unknown or nothing
	BreakEven      *postlift.Money `json:"break_even"`     // the highest acquisition cost that pays
	AssumedShare   float64         `json:"assumed_share"`
	Decile         int             `json:"decile"`
	Tier           string          `json:"tier"`  // A to E; "" in runs before there were tiers
	RFM            string          `json:"rfm"`   // three digits; "" without orders
	Stage          string          `json:"stage"` // of the lifecycle; "" in runs before there were stages
	Flags          []string        `json:"flags"`
}

// AccountLine is an account in a list.
type AccountLine struct {
	UID      string         `json:"id"`
	Name     string         `json:"name"`
	City     string         `json:"city"`
	Country  string         `json:"country"`
	Segment  string         `json:"segment"`
	Residual postlift.Money `json:"residual"`
	PAlive   float64        `json:"p_alive"`
	Decile   int            `json:"decile"`
	Tier     string         `json:"tier"`   // A to E; "" in runs before there were tiers
	Stage    string         `json:"stage"`  // of the lifecycle; "" in runs before there were stages
	Cursor   string         `json:"cursor"` // of the page that follows this line
}

// AccountCard is everything a person wants to see of one account.
type AccountCard struct {
	UID          string         `json:"id"`
	Source       string         `json:"source"`
	ExternalID   string         `json:"external_id"`
	Name         string         `json:"name"`
	GroupKey     string         `json:"group_key"`
	Segment      string         `json:"segment"`
	Industry     string         `json:"industry"`
	Country      string         `json:"country"`
	Language     string         `json:"language"`
	City         string         `json:"city"`
	Status       string         `json:"status"`
	Owner        string         `json:"owner"`
	ServiceLevel string         `json:"service_level"`
	AcquiredOn   postlift.Date  `json:"acquired_on"`
	Channel      string         `json:"acquisition_channel"`
	Run          Run            `json:"run"`
	Value        *Parts         `json:"value"` // null: not scored yet
	OrderDays    int            `json:"order_days"`
	FirstOrder   postlift.Date  `json:"first_order_on"`
	LastOrder    postlift.Date  `json:"last_order_on"`
	Net          postlift.Money `json:"net"`
	Net12M       postlift.Money `json:"net_12m"`
	Contacts     []ContactLine  `json:"contacts"`
	Orders       []OrderLine    `json:"orders"` // the newest 20
	Contracts    []ContractLine `json:"contracts"`
	Letters      []LetterLine   `json:"letters"`
	Suppressions []BlockLine    `json:"suppressions"`
}

// ContactLine is a person or function at an account.
type ContactLine struct {
	UID      string `json:"id"`
	Name     string `json:"name"`
	Function string `json:"function"`
	Role     string `json:"role"`
	Status   string `json:"status"`
}

// OrderLine is one document.
type OrderLine struct {
	PlacedOn postlift.Date  `json:"placed_on"`
	Number   string         `json:"number"`
	Type     string         `json:"type"`
	Net      postlift.Money `json:"net"` // less what was credited
	Code     string         `json:"code"`
}

// ContractLine is one contract with its monthly fee in force.
type ContractLine struct {
	Number     string         `json:"number"`
	StartedOn  postlift.Date  `json:"started_on"`
	TermEndsOn postlift.Date  `json:"term_ends_on"`
	EndedOn    postlift.Date  `json:"ended_on"`
	TermMonths int            `json:"term_months"`
	AutoRenew  bool           `json:"auto_renew"`
	Monthly    postlift.Money `json:"monthly"`
}

// LetterLine is one piece sent, or to be sent, to the account.
type LetterLine struct {
	PieceUID  string        `json:"piece_id"`
	Campaign  string        `json:"campaign"`
	State     string        `json:"state"`
	Reason    string        `json:"reason"`
	PostedOn  postlift.Date `json:"posted_on"`
	BatchUID  string        `json:"batch_id"`
	FirstPage int           `json:"first_page"`
}

// BlockLine is one suppression.
type BlockLine struct {
	Scope       string        `json:"scope"`
	Reason      string        `json:"reason"`
	EffectiveOn postlift.Date `json:"effective_on"`
}

// Views reads scores for people; the store satisfies it.
type Views interface {
	PublishedRun(ctx context.Context) (Run, error)
	Distribution(ctx context.Context) (Distribution, error)
	// AccountsBy lists by residual value, best first.
	AccountsBy(ctx context.Context, f AccountFilter) ([]AccountLine, error)
	// Account finds one by id, external id or exact name.
	Account(ctx context.Context, ref string) (AccountCard, error)
}

// Insights are further views of runs; the store satisfies them.
type Insights interface {
	// ScoreRuns lists runs, the newest first; ScoreRun reads one by id, "" being the published one;
	// PublishRun flips back to an earlier one.
	ScoreRuns(ctx context.Context, limit int) ([]Run, error)
	ScoreRun(ctx context.Context, id string) (Run, error)
	PublishRun(ctx context.Context, id string, by postlift.Actor) (Run, error)
	// Segmentation sorts the accounts of a run by tier, stage, RFM, segment and channel.
	Segmentation(ctx context.Context, run Run) (Segmentation, error)
	// Transitions counts moves between the stages of two runs.
	Transitions(ctx context.Context, before, after Run) (Moves, error)
	// Cohorts gives retention by quarter of the first order or contract, as of a date.
	Cohorts(ctx context.Context, asOf postlift.Date) (Cohorts, error)
	// RevenueRetention compares the recurring revenue of accounts a year before a date with that on it.
	RevenueRetention(ctx context.Context, asOf postlift.Date) (RevenueRetention, error)
	// CompanyGroups lists groups of companies by their summed value, best first; CompanyGroup reads one with its
	// members by its key.
	CompanyGroups(ctx context.Context, run Run, limit int) ([]CompanyGroup, error)
	CompanyGroup(ctx context.Context, run Run, key string) (CompanyGroup, error)
	// LatestBacktest is the newest backtest as of a day between two.
	LatestBacktest(ctx context.Context, from, until postlift.Date) (StoredBacktest, error)
}
