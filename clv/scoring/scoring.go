// Package scoring runs the CLV engine over a whole customer base: it pulls histories, fits the
// portfolio's models, values every account and publishes the result by flipping a pointer. It imports
// root, accounts and clv.
package scoring

import (
	"context"
	"iter"
	"math"
	"time"

	"postlift"
	"postlift/accounts"
	"postlift/clv"
	"postlift/clv/purchase"
)

// History is what the store knows of one account's past, as of a date, in the reporting currency.
type History struct {
	AccountID         int64
	OpenedOn          postlift.Date // when the account was won, if known
	HistoryStart      postlift.Date // first day that the imported documents cover
	FirstOrder        postlift.Date // none: never ordered
	LastOrder         postlift.Date
	OrderDays         int // distinct days with a positive net value
	NetMinor          int64
	FirstDayNetMinor  int64
	MarginMinor       int64
	AssumedNetMinor   int64 // of NetMinor, where the margin is the stated default
	ServiceLevel      string
	Channel           string
	AcquisitionMinor  int64
	AcquisitionKnown  bool
	ExcludedDocuments int64
	Contracts         []clv.ContractInput
}

// Retention, acquisition and conversion figures of the last twelve months, read beside CLV.
type Metrics struct {
	RenewalsDue       int64            `json:"renewals_due"`
	RenewalsDone      int64            `json:"renewals_done"`
	BuyersBefore      int64            `json:"buyers_before"`       // ordered in the twelve months before
	BuyersAgain       int64            `json:"buyers_again"`        // of those, ordered again in the last twelve
	RenewalRate       *float64         `json:"renewal_rate"`        // null: no renewal was due
	OrderRetention    *float64         `json:"order_retention"`     // null: nobody ordered before
	Channels          []ChannelMetrics `json:"channels"`            // all months
	ExcludedDocuments int64            `json:"excluded_documents"`  // no exchange rate
	ExcludedContracts int64            `json:"excluded_contracts"`  // no exchange rate
	NoHistoryAccounts int64            `json:"no_history_accounts"` // valued 0: neither order nor contract
}

// ChannelMetrics is one acquisition channel's cost and success.
type ChannelMetrics struct {
	Channel    string          `json:"channel"`
	Spend      postlift.Money  `json:"spend"`
	Won        int64           `json:"won"`
	Leads      *int64          `json:"leads"`
	CPA        *postlift.Money `json:"cpa"`        // spend per won account; null where none was won
	Conversion *float64        `json:"conversion"` // won per lead; null where leads are not known
}

// RenewalCount is how often one decision was seen: contracts of a term, at their first, second, …
// renewal opportunity.
type RenewalCount struct {
	TermMonths, Opportunity int
	Renewed                 bool
	Contracts               int64
}

// Row is one account's score as it is stored.
type Row struct {
	AccountID int64
	Value     clv.Value
}

// Run describes one scoring of the whole base.
type Run struct {
	ID          int64                `json:"-"`
	UID         string               `json:"id"`
	AsOf        postlift.Date        `json:"as_of"`
	Horizon     int                  `json:"horizon_months"`
	Currency    string               `json:"currency"`
	Params      clv.PortfolioFit     `json:"models"`
	Assumptions accounts.Assumptions `json:"assumptions"`
	Metrics     Metrics              `json:"metrics"`
	Accounts    int64                `json:"accounts"`
	Total       postlift.Money       `json:"total_residual"`
	PublishedAt time.Time            `json:"published_at"`
}

// Store is what scoring needs of the database.
type Store interface {
	Settings(ctx context.Context) (accounts.Settings, error)
	RefreshFeatures(ctx context.Context, asOf postlift.Date) error
	// Histories streams every account ordered by id.
	Histories(ctx context.Context, asOf postlift.Date) iter.Seq2[History, error]
	// Renewals counts the observed renewal decisions by term and opportunity.
	Renewals(ctx context.Context, asOf postlift.Date) ([]RenewalCount, error)
	Metrics(ctx context.Context, asOf postlift.Date) (Metrics, error)
	// BuildScores stores the run unseen with all its rows, ranks deciles and flips the pointer, in one
	// transaction; an error leaves the published run as it was.
	BuildScores(ctx context.Context, run *Run, rows iter.Seq2[Row, error], by postlift.Actor) error
}

// Service scores.
type Service struct {
	Store Store
	Clock postlift.Clock
	IDs   postlift.IDMaker
	// Progress, when set, is told how many accounts are done.
	Progress func(done int64)
}

// Score values every account as of a date and publishes the run. It is repeatable: the same data and
// date give the same figures under a new run id.
func (s *Service) Score(ctx context.Context, asOf postlift.Date, by postlift.Actor) (Run, error) {
	settings, err := s.Store.Settings(ctx)
	if err != nil {
		return Run{}, err
	}
	if err := s.Store.RefreshFeatures(ctx, asOf); err != nil {
		return Run{}, err
	}
	metrics, err := s.Store.Metrics(ctx, asOf)
	if err != nil {
		return Run{}, err
	}
	assumptions := Assume(settings, metrics)
	models, fit, err := s.fit(ctx, asOf, &metrics)
	if err != nil {
		return Run{}, err
	}
	scorer, err := clv.NewScorer(&models, asOf, assumptions)
	if err != nil {
		return Run{}, err
	}
	run := Run{
		UID: s.IDs(postlift.ScoreRunID, asOf.String()), AsOf: asOf, Horizon: settings.Value.HorizonMonths,
		Currency: settings.Currency, Params: fit, Assumptions: settings.Value, Metrics: metrics,
		Total: postlift.Money{Currency: settings.Currency},
	}
	err = s.Store.BuildScores(ctx, &run, s.values(ctx, scorer, asOf, &run), by)
	return run, err
}

// fit estimates the portfolio's models from the streamed histories.
func (s *Service) fit(ctx context.Context, asOf postlift.Date, metrics *Metrics) (clv.Models, clv.PortfolioFit, error) {
	var data clv.Portfolio
	fail := func(err error) (clv.Models, clv.PortfolioFit, error) { return clv.Models{}, clv.PortfolioFit{}, err }
	for h, err := range s.Store.Histories(ctx, asOf) {
		if err != nil {
			return fail(err)
		}
		metrics.ExcludedDocuments += h.ExcludedDocuments
		if h.OrderDays == 0 && len(h.Contracts) == 0 {
			metrics.NoHistoryAccounts++
		}
		in := h.input()
		data.AddAccount(&in, asOf)
	}
	renewals, err := s.Store.Renewals(ctx, asOf)
	if err != nil {
		return fail(err)
	}
	for _, r := range renewals {
		for range r.Contracts {
			if err := data.AddRenewal(r.TermMonths, r.Opportunity, r.Renewed); err != nil {
				return fail(err)
			}
		}
	}
	return clv.FitPortfolio(&data, purchase.ModelBGNBD, purchase.Options{})
}

// values scores the stream, adding up the run's totals on the way.
func (s *Service) values(ctx context.Context, scorer *clv.Scorer, asOf postlift.Date, run *Run) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		run.Accounts, run.Total.Minor = 0, 0
		for h, err := range s.Store.Histories(ctx, asOf) {
			if err != nil {
				yield(Row{}, err)
				return
			}
			in := h.input()
			value := scorer.Score(&in)
			run.Accounts++
			run.Total.Minor += value.ResidualMinor
			if s.Progress != nil && run.Accounts%1000 == 0 {
				s.Progress(run.Accounts)
			}
			if !yield(Row{AccountID: h.AccountID, Value: value}, nil) {
				return
			}
		}
		if s.Progress != nil {
			s.Progress(run.Accounts)
		}
	}
}

// input turns stored figures into what the models read.
func (h History) input() clv.AccountInput {
	in := clv.AccountInput{
		ID: h.AccountID, FirstOrder: h.FirstOrder, LastOrder: h.LastOrder, OrderDays: h.OrderDays,
		Contracts: h.Contracts, ServiceLevel: h.ServiceLevel, Channel: h.Channel,
		AcquisitionMinor: h.AcquisitionMinor, AcquisitionKnown: h.AcquisitionKnown,
		MarginRatio: math.NaN(), OpenedOn: h.OpenedOn, HistoryStart: h.HistoryStart,
	}
	if h.OrderDays > 0 {
		in.MeanOrderMinor = float64(h.NetMinor) / float64(h.OrderDays)
	}
	if h.OrderDays > 1 {
		in.RepeatMeanMinor = float64(h.NetMinor-h.FirstDayNetMinor) / float64(h.OrderDays-1)
	}
	if h.NetMinor > 0 {
		in.MarginRatio = float64(h.MarginMinor) / float64(h.NetMinor)
		in.AssumedNetShare = min(1, float64(h.AssumedNetMinor)/float64(h.NetMinor))
	}
	return in
}

// Assume joins the settings with what the imported costs say: a channel's own cost per acquired account
// replaces the stated one.
func Assume(settings accounts.Settings, m Metrics) clv.Assumptions {
	v := settings.Value
	channels := withDefault(v.AcquisitionMinor)
	for _, c := range m.Channels {
		if c.CPA != nil {
			channels[c.Channel] = c.CPA.Minor
		}
	}
	return clv.Assumptions{
		HorizonMonths: v.HorizonMonths, DiscountRate: v.DiscountRate, DefaultMargin: v.DefaultMargin,
		DefaultRenewalRate: v.DefaultRenewalRate, OrderCostMinor: v.FulfilmentMinor,
		ServiceCostMinorPerMonth: withDefault(v.ServiceMinor), AcquisitionCostMinor: channels,
		WindowDays: settings.Mail.WindowDays,
	}
}

// withDefault copies a cost table; the settings' "default" row is the engine's "".
func withDefault(costs map[string]int64) map[string]int64 {
	out := map[string]int64{}
	for name, c := range costs {
		if name == "default" {
			name = ""
		}
		out[name] = c
	}
	return out
}
