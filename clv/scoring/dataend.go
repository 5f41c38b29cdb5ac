package scoring

import (
	"context"
	"slices"

	"postlift"
)

// FlagOrdersEndEarly says that the newest order lies long before the date of a valuation or a backtest:
// customers look silent whose orders are merely not imported.
const FlagOrdersEndEarly = "orders_end_early"

// EndsEarly tells that what was imported ends long before the date for which it was read.
type EndsEarly struct {
	Of           string        `json:"of"` // orders; contracts where nobody ordered
	NewestOn     postlift.Date `json:"newest_on"`
	DaysBefore   int           `json:"days_before"`    // from the newest document to the date
	UsualGapDays float64       `json:"usual_gap_days"` // mean days between the latest days with a document
}

// What may end early.
const (
	EndOfOrders    = "orders"
	EndOfContracts = "contracts"
)

// Limits beyond which data end early: in days, and in usual gaps between days with a document, so that a base
// with few documents is not warned of its own habit.
const (
	earlyDays = 30
	earlyGaps = 4
)

// DataDays is the number of latest days with a document from which the usual gap is learned.
const DataDays = 60

// endsEarly judges by the latest days with a document, newest first; nil: all is well.
func endsEarly(of string, days []postlift.Date, asOf postlift.Date) *EndsEarly {
	if len(days) == 0 {
		return nil
	}
	e := EndsEarly{Of: of, NewestOn: days[0], DaysBefore: asOf.DaysSince(days[0])}
	if n := len(days); n > 1 {
		e.UsualGapDays = float64(days[0].DaysSince(days[n-1])) / float64(n-1)
	}
	if e.DaysBefore <= earlyDays || float64(e.DaysBefore) <= earlyGaps*e.UsualGapDays {
		return nil
	}
	return &e
}

// dataEnd tells whether the orders, or where there are none the contracts, end early.
func (s *Service) dataEnd(ctx context.Context, asOf postlift.Date) (*EndsEarly, error) {
	orders, contracts, err := s.Store.DocumentDays(ctx, asOf, DataDays)
	if err != nil || len(orders) > 0 {
		return endsEarly(EndOfOrders, orders, asOf), err
	}
	return endsEarly(EndOfContracts, contracts, asOf), nil
}

// markEnd notes on a run whether its data end early.
func (s *Service) markEnd(ctx context.Context, run *Run) (err error) {
	if run.Metrics.EndsEarly, err = s.dataEnd(ctx, run.AsOf); err != nil {
		return err
	}
	run.Params.Warnings = marked(run.Params.Warnings, run.Metrics.EndsEarly)
	return nil
}

// marked is a list of flags with, or without, that of data which end early.
func marked(flags []string, e *EndsEarly) []string {
	flags = slices.DeleteFunc(slices.Clone(flags), func(f string) bool { return f == FlagOrdersEndEarly })
	if e != nil {
		flags = append(flags, FlagOrdersEndEarly)
	}
	return flags
}
