package main

import (
	"context"

	"postlift"
	"postlift/internal/store"
	"postlift/responses"
)

// measureWatch is a store that takes the time of the parts of a report by what is asked of it; what is done with the
// rows counts to them.
type measureWatch struct {
	*store.Store
	parts []phase
}

func (w *measureWatch) part(name string, do func() error) error {
	start := nowPhase()
	err := do()
	end := nowPhase()
	w.parts = append(w.parts, phase{name, end.Wall - start.Wall, end.CPU - start.CPU})
	return err
}

// rest is all parts with what is left of the whole.
func (w *measureWatch) rest(whole phase) []phase {
	whole.Name = "everything else"
	for _, p := range w.parts {
		whole.Wall -= p.Wall
		whole.CPU -= p.CPU
	}
	return append(w.parts, whole)
}

// MeasuredRun is that of the store.
func (w *measureWatch) MeasuredRun(ctx context.Context, name string) (run responses.MeasuredRun, err error) {
	err = w.part("run", func() error { run, err = w.Store.MeasuredRun(ctx, name); return err })
	return run, err
}

// RunGroups is that of the store.
func (w *measureWatch) RunGroups(ctx context.Context, runID int64, take func(responses.GroupRow) error) error {
	return w.part("groups", func() error { return w.Store.RunGroups(ctx, runID, take) })
}

// RunDays is that of the store.
func (w *measureWatch) RunDays(ctx context.Context, run responses.MeasuredRun, from, until postlift.Date, take func(responses.DayRow) error) error {
	return w.part("orders by group and day", func() error { return w.Store.RunDays(ctx, run, from, until, take) })
}

// RunContracts is that of the store.
func (w *measureWatch) RunContracts(ctx context.Context, runID int64, from, until postlift.Date, take func(responses.ContractRow) error) error {
	return w.part("contracts", func() error { return w.Store.RunContracts(ctx, runID, from, until, take) })
}

// RunPieces is that of the store.
func (w *measureWatch) RunPieces(ctx context.Context, runID int64) (f responses.PieceFunnel, err error) {
	err = w.part("pieces", func() error { f, err = w.Store.RunPieces(ctx, runID); return err })
	return f, err
}

// RunAnswers is that of the store.
func (w *measureWatch) RunAnswers(ctx context.Context, run responses.MeasuredRun, until postlift.Date) (a responses.Answers, err error) {
	err = w.part("answers", func() error { a, err = w.Store.RunAnswers(ctx, run, until); return err })
	return a, err
}

// RunCredits is that of the store.
func (w *measureWatch) RunCredits(ctx context.Context, runID int64, until postlift.Date) (c responses.CreditTotals, err error) {
	err = w.part("credits", func() error { c, err = w.Store.RunCredits(ctx, runID, until); return err })
	return c, err
}

// RunPath is that of the store.
func (w *measureWatch) RunPath(ctx context.Context, run responses.MeasuredRun, until postlift.Date, quoted []string, take func(responses.PathCount) error) error {
	return w.part("path", func() error { return w.Store.RunPath(ctx, run, until, quoted, take) })
}

// RunActivity is that of the store.
func (w *measureWatch) RunActivity(ctx context.Context, runID int64, d responses.ActivityDays, take func(responses.ActivityRow) error) error {
	return w.part("new, won back, ordered again", func() error { return w.Store.RunActivity(ctx, runID, d, take) })
}

// RunTerms is that of the store.
func (w *measureWatch) RunTerms(ctx context.Context, runID int64, until postlift.Date, take func(responses.TermRow) error) error {
	return w.part("renewals and retention", func() error { return w.Store.RunTerms(ctx, runID, until, take) })
}

// RunHistories is that of the store.
func (w *measureWatch) RunHistories(ctx context.Context, runID int64, wanted func(group string) bool, asOf postlift.Date, take func(responses.ValuedAccount) error) error {
	return w.part("histories for the projection", func() error { return w.Store.RunHistories(ctx, runID, wanted, asOf, take) })
}

// RunSegments is that of the store.
func (w *measureWatch) RunSegments(ctx context.Context, runID int64, take func(responses.SegmentRow) error) error {
	return w.part("segments", func() error { return w.Store.RunSegments(ctx, runID, take) })
}

// ActiveGroups is that of the store.
func (w *measureWatch) ActiveGroups(ctx context.Context, on postlift.Date, take func(responses.GroupRow) error) error {
	return w.part("groups of the programme's line", func() error { return w.Store.ActiveGroups(ctx, on, take) })
}
