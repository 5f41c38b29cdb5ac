// Package scoring runs the CLV engine over a whole customer base: it pulls histories, chooses and fits the
// portfolio's models, values every account and publishes the result by flipping a pointer. It may import
// root, accounts and clv with its sub-packages; the database is behind its Store.
package scoring

import (
	"context"
	"iter"
	"time"

	"postlift"
	"postlift/accounts"
	"postlift/clv"
)

// Metrics are retention, acquisition and conversion figures of the last twelve months, read beside CLV.
type Metrics struct {
	RenewalsDue       int64            `json:"renewals_due"` // the decisions that the renewal models learn from, of this year
	RenewalsDone      int64            `json:"renewals_done"`
	BuyersBefore      int64            `json:"buyers_before"`        // ordered in the twelve months before
	BuyersAgain       int64            `json:"buyers_again"`         // of those, ordered again in the last twelve
	RenewalRate       *float64         `json:"renewal_rate"`         // null: no renewal was due
	OrderRetention    *float64         `json:"order_retention"`      // null: nobody ordered before
	Channels          []ChannelMetrics `json:"channels"`             // all months
	ExcludedDocuments int64            `json:"excluded_documents"`   // no exchange rate
	ExcludedContracts int64            `json:"excluded_contracts"`   // no exchange rate
	NoHistoryAccounts int64            `json:"no_history_accounts"`  // valued 0: neither order nor contract
	FutureDocuments   int64            `json:"future_documents"`     // of orders, dated after the date: not counted
	EndsEarly         *EndsEarly       `json:"ends_early,omitempty"` // the data end long before the date
	Choice            *Choice          `json:"choice,omitempty"`     // of the models; absent in runs before there was one
	Rescored          *int64           `json:"rescored,omitempty"`   // accounts valued anew by an incremental run
	Band              *Band            `json:"total_band,omitempty"`
	NewAccounts       []NewAccount     `json:"new_accounts,omitempty"` // what a newly won account is worth, by channel and segment
}

// Band is where an amount lies: with 5 %, 50 % and 95 % probability it stays below.
type Band struct {
	Low    postlift.Money `json:"low"`
	Median postlift.Money `json:"median"`
	High   postlift.Money `json:"high"`
}

// NewAccount is what a newly won account of a channel or segment is expected to bring before its
// acquisition cost; the one without both stands for all.
type NewAccount struct {
	Segment     string          `json:"segment,omitempty"`
	Channel     string          `json:"channel,omitempty"`
	Accounts    int             `json:"accounts"` // that it was imagined from
	Value       postlift.Money  `json:"value"`
	BreakEven   postlift.Money  `json:"break_even"`  // the highest acquisition cost that pays
	Acquisition *postlift.Money `json:"acquisition"` // what winning one costs now; null: unknown
	Flags       []string        `json:"flags"`
}

// ChannelMetrics is one acquisition channel's cost and success.
type ChannelMetrics struct {
	Channel    string          `json:"channel"`
	Spend      postlift.Money  `json:"spend"`
	Won        int64           `json:"won"`
	Leads      *int64          `json:"leads"`
	CPA        *postlift.Money `json:"cpa"`        // spend per won account; null where none was won
	Conversion *float64        `json:"conversion"` // won per lead; null where leads are not known
	Cost       *postlift.Money `json:"cost"`       // what values take an acquisition to cost: the CPA, where few were won shrunk towards that of all channels
	Flags      []string        `json:"flags,omitempty"`
}

// Row is one account's score as it is stored. Decile and tier are ranks among all accounts, which the
// store gives when the run is whole.
type Row struct {
	AccountID int64
	Value     clv.Value
	RFM       string // three digits from 1 to 5, 5 best: recency, frequency, value; "" without orders
	Stage     string // of the lifecycle
}

// The kinds of runs.
const (
	KindFull        = "full"        // models fitted, every account valued
	KindIncremental = "incremental" // changed accounts valued under the published run's models
)

// Run describes one scoring of the whole base.
type Run struct {
	ID          int64                `json:"-"`
	UID         string               `json:"id"`
	AsOf        postlift.Date        `json:"as_of"` // data up to this day counted
	Horizon     int                  `json:"horizon_months"`
	Currency    string               `json:"currency"`
	Params      clv.PortfolioFit     `json:"models"`
	Assumptions accounts.Assumptions `json:"assumptions"`
	Metrics     Metrics              `json:"metrics"`
	Accounts    int64                `json:"accounts"`
	Total       postlift.Money       `json:"total_residual"`
	PublishedAt time.Time            `json:"published_at"`
	Kind        string               `json:"kind"`
	Base        string               `json:"base_run,omitempty"` // of an incremental run: whose scores it took over
	Status      string               `json:"status"`             // published, superseded
	Actor       string               `json:"by"`
	ChangeMark  int64                `json:"-"` // changes of accounts up to this one are in
	ImportMark  int64                `json:"-"` // of a first run: the latest import when it began
	Basis       *Basis               `json:"-"` // nil in runs before there was one
	BaseID      int64                `json:"-"`
	// Whole, when set, is told the sums of all scores before the run is published.
	Whole func(sum clv.Value) `json:"-"`
}

// Basis is what an incremental run must share with the run that it goes on from. A difference in one of
// them changes accounts that nothing was imported for.
type Basis struct {
	Assumptions   clv.Assumptions `json:"assumptions"`    // as used, with the channels' own costs
	DefaultMargin float64         `json:"default_margin"` // with which unknown margins were filled
	Rates         string          `json:"rates"`          // fingerprint of the exchange rates
	Blocks        string          `json:"blocks"`         // fingerprint of the blocks of whole accounts: these accounts alone are valued anew where it differs
	HistoryStart  postlift.Date   `json:"history_start"`
	Ranking       Ranking         `json:"ranking"` // limits of RFM and stages
	// OwnDate tells that no order and no notice was recorded after the run's date when it began: the documents
	// are of that very day, so that ends and starts of contracts that lie ahead were known on it.
	OwnDate bool `json:"own_date"`
	Method  int  `json:"method"` // generation of the rules of valuation
}

// valuationMethod is the generation of the rules by which accounts are valued. Runs of another one cannot be gone
// on from.
const valuationMethod = 3

// feesApart is the first generation that keeps agreed fees of the mailing window apart.
const feesApart = 3

// KeepsFeesApart tells whether the run's scores know which part of the window's margin contracts have agreed
// already.
func (r *Run) KeepsFeesApart() bool { return r.Basis != nil && r.Basis.Method >= feesApart }

// Store is what scoring needs of the database.
type Store interface {
	Settings(ctx context.Context) (accounts.Settings, error)
	// RefreshHistories rebuilds what Histories reads of every account, as of a date.
	RefreshHistories(ctx context.Context, asOf postlift.Date) error
	// Histories streams accounts ordered by id: all that RefreshHistories left or, where ids are given,
	// those accounts straight from their documents.
	Histories(ctx context.Context, asOf postlift.Date, ids []int64) iter.Seq2[History, error]
	// HistoryStart is the first day that the imported documents cover.
	HistoryStart(ctx context.Context) (postlift.Date, error)
	// DataUntil is the newest day that the imported documents tell of: of an order or a notice and, where nobody
	// ordered, of a contract that has begun.
	DataUntil(ctx context.Context) (postlift.Date, error)
	// Fingerprints tells sets of exchange rates apart, and sets of blocks of whole accounts.
	Fingerprints(ctx context.Context) (rates, blocks string, err error)
	// Metrics are those of orders and costs; renewals are counted when all contracts are read.
	Metrics(ctx context.Context, asOf postlift.Date) (Metrics, error)
	// DocumentDays lists the latest days up to a day, newest first, on which orders and contracts tell of
	// something.
	DocumentDays(ctx context.Context, asOf postlift.Date, most int) (orders, contracts []postlift.Date, err error)

	// BuildScores stores the run unseen with its rows and, for an incremental run, the base run's rows of
	// all other accounts; it ranks deciles and tiers and flips the pointer, in one transaction. An error
	// leaves the published run as it was.
	BuildScores(ctx context.Context, run *Run, rows iter.Seq2[Row, error], by postlift.Actor) error
	PublishedRun(ctx context.Context) (Run, error)
	// ChangeMark is the number of the latest change of an account, and that of the latest import; what
	// commits later has higher ones.
	ChangeMark(ctx context.Context) (change, imported int64, err error)
	// Changed lists, in order, the accounts that changed after a run's mark or are new to it and, where
	// wanted, all that a block of a whole account names.
	Changed(ctx context.Context, run *Run, blocked bool) ([]int64, error)

	BacktestStore
}

// Service scores.
type Service struct {
	Store Store
	Clock postlift.Clock
	IDs   postlift.IDMaker
	// Progress, when set, is told how many accounts are done.
	Progress func(done int64)
}
