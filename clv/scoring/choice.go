package scoring

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"time"

	"postlift"
	"postlift/clv/backtest"
	"postlift/clv/purchase"
	"postlift/clv/tables"
)

// BacktestID is the prefix of a backtest's outward id.
const BacktestID = "bkt"

// Choice is the models that a run uses, and why.
type Choice struct {
	Model    string        `json:"model"`               // order model
	K        int           `json:"k,omitempty"`         // fixed regularity of MBG/CNBD; 0: the likeliest
	Spend    string        `json:"spend,omitempty"`     // spend model; "": the usual one
	Source   string        `json:"source"`              // backtest, stated, default
	Backtest string        `json:"backtest,omitempty"`  // its id
	TestedOn postlift.Date `json:"tested_on,omitempty"` // day up to which the backtest knew data
	Sentence string        `json:"why"`                 // in English

	Levels      bool `json:"levels"`       // order models by segment, industry, size and channel
	SpendLevels bool `json:"spend_levels"` // spend models by segment
}

// Sources of a choice.
const (
	ChoiceBacktest = "backtest" // chosen by out-of-time score
	ChoiceStated   = "stated"   // named by whoever ran it
	ChoiceDefault  = "default"  // nothing was tested
)

// StoredBacktest is a backtest that was run on the database.
type StoredBacktest struct {
	UID       string          `json:"id"`
	AsOf      postlift.Date   `json:"as_of"`
	Chosen    string          `json:"chosen"` // order model
	Actor     string          `json:"by"`
	CreatedAt time.Time       `json:"created_at"`
	Currency  string          `json:"currency"`             // of the report's values, in minor units; "" in reports from before it was noted
	EndsEarly *EndsEarly      `json:"ends_early,omitempty"` // the data end long before the date
	Report    backtest.Report `json:"report"`
}

// BacktestStore is what a backtest needs of the database.
type BacktestStore interface {
	// OrderLog reads the order days of about sample customers up to a day, drawn by a hash of their keys
	// (0: all), with the Levels of each, and how many customers there are in all.
	OrderLog(ctx context.Context, asOf postlift.Date, sample int) (log tables.OrderLog, levels [][]string, customers int, err error)
	// Contracts streams all contracts that had begun by a day, in account order.
	Contracts(ctx context.Context, asOf postlift.Date) iter.Seq2[ContractRecord, error]
	SaveBacktest(ctx context.Context, b *StoredBacktest, by postlift.Actor) error
	// LatestBacktest is the newest one as of a day between two; NotFound where there is none.
	LatestBacktest(ctx context.Context, from, until postlift.Date) (StoredBacktest, error)
}

// DefaultSample is the number of customers with which models are compared. A score run that finds no young
// comparison makes one of its own with fewer, from fewer origins: enough to choose by, in seconds.
const (
	DefaultSample = 20_000
	quickSample   = 4_000
	quickOrigins  = 6
)

// quickModels are those that it compares: the default family, and BG/NBD beside it. Pareto/NBD takes longer to test
// than all of them together; postlift clv backtest compares every model.
func quickModels() []string {
	return []string{"mbgnbd", "mbgcnbd", "mbgcnbd-2", "mbgcnbd-3", "bgnbd"}
}

// Backtest compares models on what was known before with what came after, and stores the report. Sample 0
// takes every customer.
func (s *Service) Backtest(ctx context.Context, asOf postlift.Date, sample int, by postlift.Actor) (StoredBacktest, error) {
	return s.backtest(ctx, asOf, sample, backtest.Options{}, by)
}

func (s *Service) backtest(ctx context.Context, asOf postlift.Date, sample int, o backtest.Options, by postlift.Actor) (StoredBacktest, error) {
	settings, err := s.Store.Settings(ctx)
	if err != nil {
		return StoredBacktest{}, err
	}
	log, levels, customers, err := s.Store.OrderLog(ctx, asOf, sample)
	if err != nil {
		return StoredBacktest{}, err
	}
	if len(log.Days) == 0 {
		return StoredBacktest{}, postlift.Faultf(postlift.NotFound, "scoring.Backtest", "there are no orders up to %s to test models on", asOf)
	}
	o.Segments, o.Levels, o.Sample = segmentsOf(levels), levels, -1
	report, err := backtest.Run(log, o)
	if err != nil {
		return StoredBacktest{}, err
	}
	if customers > report.Customers {
		report.Customers = customers
		report.SampleShare = float64(report.Tested) / float64(customers)
		report.Flags = append(report.Flags, backtest.FlagSampled)
	}
	if err := s.backtestRenewals(ctx, asOf, &report); err != nil {
		return StoredBacktest{}, err
	}
	early, err := s.dataEnd(ctx, asOf)
	if err != nil {
		return StoredBacktest{}, err
	}
	report.Flags = marked(report.Flags, early)
	b := StoredBacktest{Currency: settings.Currency, EndsEarly: early, UID: s.IDs(BacktestID, asOf.String(), s.Clock().UTC().Format(time.RFC3339Nano)), AsOf: asOf, Chosen: report.Choice.Model,
		Actor: by.Name, CreatedAt: s.Clock().UTC().Truncate(time.Second), Report: report}
	return b, s.Store.SaveBacktest(ctx, &b, by)
}

// maxDecisions bounds the renewal decisions that are tested; where there are more, whole accounts are left
// out.
const maxDecisions = 400_000

// backtestRenewals adds the test of renewal models where there are decisions.
func (s *Service) backtestRenewals(ctx context.Context, asOf postlift.Date, report *backtest.Report) error {
	start, err := s.Store.HistoryStart(ctx)
	if err != nil {
		return err
	}
	var decisions []backtest.Decision
	limit := ^uint64(0) // accounts whose mixed id lies above are out
	for c, err := range s.Store.Contracts(ctx, asOf) {
		if err != nil {
			return err
		}
		if mix(c.AccountID) > limit {
			continue
		}
		decisions = append(decisions, c.observed(start, asOf)...)
		for len(decisions) > maxDecisions {
			limit /= 2
			decisions = slices.DeleteFunc(decisions, func(d backtest.Decision) bool { return mix(d.Account) > limit })
		}
	}
	if len(decisions) == 0 {
		return nil
	}
	found, err := backtest.Renewals(decisions, backtest.RenewalOptions{Until: asOf})
	if err != nil {
		return err
	}
	report.Renewals = &found
	return nil
}

// mix spreads ids evenly over all numbers (the finaliser of SplitMix64).
func mix(id int64) uint64 {
	x := uint64(id) + 0x9E3779B97F4A7C15
	x = (x ^ x>>30) * 0xBF58476D1CE4E5B9
	x = (x ^ x>>27) * 0x94D049BB133111EB
	return x ^ x>>31
}

// decide finds the models of a run: those named, else those of the newest backtest that is not too old,
// else those of a backtest run now. It gives the backtest too, because bands learn from it.
func (s *Service) decide(ctx context.Context, o Options, by postlift.Actor, maxAgeDays int) (Choice, *StoredBacktest, error) {
	if o.Model != "" && purchase.ParamNames(o.Model) == nil {
		return Choice{}, nil, purchase.Unknown(o.Model)
	}
	b, err := s.Store.LatestBacktest(ctx, o.AsOf.AddDays(-maxAgeDays), o.AsOf)
	found := err == nil
	if err != nil && postlift.KindOf(err) != postlift.NotFound {
		return Choice{}, nil, err
	}
	if !found && !o.NoBacktest && o.Model == "" {
		b, err = s.backtest(ctx, o.AsOf, quickSample, backtest.Options{MaxOrigins: quickOrigins, Models: quickModels()}, by)
		if found = err == nil; err != nil && postlift.KindOf(err) != postlift.NotFound {
			return Choice{}, nil, err
		}
	}
	var tested *StoredBacktest
	if found {
		tested = &b
	}
	return choose(o, tested), tested, nil
}

// choose says which models are used and why.
func choose(o Options, b *StoredBacktest) Choice {
	switch {
	case o.Model != "":
		return Choice{Model: o.Model, K: o.K, Spend: o.Spend, Source: ChoiceStated,
			Sentence: o.Model + " is used because it was asked for"}
	case b == nil:
		return Choice{Model: backtest.DefaultModel, Spend: o.Spend, Source: ChoiceDefault,
			Sentence: backtest.DefaultModel + " is used by default: it lets a customer leave after any order, the first included, and knows " +
				"regular buyers; no backtest has compared it with others here"}
	}
	c := b.Report.Choice
	choice := Choice{Model: c.Model, K: c.FixedK(), Levels: c.Levels, Spend: c.Spend, SpendLevels: c.SpendLevels,
		Source: ChoiceBacktest, Backtest: b.UID, TestedOn: b.AsOf, Sentence: c.Sentence}
	if o.Spend != "" {
		choice.SpendLevels = c.SpendLevels && o.Spend == c.Spend
		choice.Spend = o.Spend
		choice.Sentence += fmt.Sprintf("; the spend model %s was asked for", o.Spend)
	}
	return choice
}
