package scoring

import (
	"context"

	"postlift"
)

// Incremental values the accounts that changed since the published run under that run's models,
// assumptions and date, and publishes a run that holds them beside the others' scores: to the cent what
// valuing every account anew under the same models would give. It changes nothing, and gives the
// published run, where no account changed. Where something else changed that moves every account, it is a
// Conflict: a full run is needed.
func (s *Service) Incremental(ctx context.Context, by postlift.Actor) (Run, error) {
	base, err := s.Store.PublishedRun(ctx)
	if err != nil {
		return Run{}, err
	}
	change, _, err := s.Store.ChangeMark(ctx)
	if err != nil {
		return Run{}, err
	}
	basis, err := s.sameBasis(ctx, &base)
	if err != nil {
		return Run{}, err
	}
	changed, err := s.Store.Changed(ctx, &base, basis.Blocks != base.Basis.Blocks)
	if err != nil || len(changed) == 0 {
		return base, err
	}
	models, err := base.Params.Models()
	if err != nil {
		return Run{}, err
	}
	run := base
	run.ID, run.BaseID, run.Base = 0, base.ID, base.UID
	run.UID = s.IDs(postlift.ScoreRunID, base.AsOf.String(), base.UID)
	run.Kind, run.Actor, run.ChangeMark, run.Basis = KindIncremental, by.Name, change, &basis
	n := int64(len(changed))
	run.Metrics.Rescored = &n
	if err := s.markEnd(ctx, &run); err != nil {
		return Run{}, err
	}
	run.Whole = whole(&run, &models)
	rows := s.rows(ctx, &run, &models, s.histories(ctx, &run, changed))
	err = s.Store.BuildScores(ctx, &run, rows, by)
	return run, err
}

// sameBasis is the base run's basis with today's blocks; it refuses what an incremental run cannot honour.
func (s *Service) sameBasis(ctx context.Context, base *Run) (Basis, error) {
	refuse := func(what string) (Basis, error) {
		return Basis{}, postlift.Faultf(postlift.Conflict, "scoring.Incremental",
			"%s since run %s: run postlift clv score without --incremental", what, base.UID)
	}
	if base.Basis == nil || base.Basis.Method != valuationMethod {
		return refuse("the program has learned to value accounts more fully")
	}
	settings, err := s.Store.Settings(ctx)
	if err != nil {
		return Basis{}, err
	}
	now, err := s.basis(ctx, settings)
	if err != nil {
		return Basis{}, err
	}
	switch {
	case settings.Currency != base.Currency:
		return refuse("the reporting currency has changed")
	case now.DefaultMargin != base.Basis.DefaultMargin:
		return refuse("the default margin has changed")
	case now.Rates != base.Basis.Rates:
		return refuse("exchange rates have changed")
	case now.HistoryStart != base.Basis.HistoryStart:
		return refuse("the imported history begins on another day")
	}
	basis := *base.Basis
	basis.Blocks = now.Blocks
	return basis, nil
}
