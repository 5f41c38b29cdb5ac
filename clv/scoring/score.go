package scoring

import (
	"context"
	"iter"
	"maps"
	"slices"

	"postlift"
	"postlift/accounts"
	"postlift/clv"
)

// Options say how to score.
type Options struct {
	AsOf       postlift.Date // data up to this day counts
	Model      string        // order model; "": the one that out-of-time tests chose
	K          int           // fixed regularity of MBG/CNBD, with Model; 0: the likeliest
	Spend      string        // spend model; "": chosen likewise
	NoBacktest bool          // take the default model where no stored backtest is young enough
}

// Score values every account as of a date, under the models that out-of-time tests chose, and publishes
// the run. It is repeatable: the same data and date give the same figures under a new run id.
func (s *Service) Score(ctx context.Context, asOf postlift.Date, by postlift.Actor) (Run, error) {
	return s.ScoreWith(ctx, Options{AsOf: asOf}, by)
}

// ScoreWith is Score under options.
func (s *Service) ScoreWith(ctx context.Context, o Options, by postlift.Actor) (Run, error) {
	settings, err := s.Store.Settings(ctx)
	if err != nil {
		return Run{}, err
	}
	change, imported, err := s.Store.ChangeMark(ctx) // before anything is read: what changes meanwhile is scored again next time
	if err != nil {
		return Run{}, err
	}
	if err := s.Store.RefreshHistories(ctx, o.AsOf); err != nil {
		return Run{}, err
	}
	choice, tested, err := s.decide(ctx, o, by, settings.Value.BacktestDays)
	if err != nil {
		return Run{}, err
	}
	run, err := s.newRun(ctx, settings, o.AsOf, by)
	if err != nil {
		return Run{}, err
	}
	run.ChangeMark, run.ImportMark, run.Metrics.Choice = change, imported, &choice
	models, err := s.fit(ctx, &run, choice, tested)
	if err != nil {
		return Run{}, err
	}
	if run.Metrics.NewAccounts, err = newAccounts(&run, &models); err != nil {
		return Run{}, err
	}
	if err := s.markEnd(ctx, &run); err != nil {
		return Run{}, err
	}
	run.Whole = whole(&run, &models)
	rows := s.rows(ctx, &run, &models, s.histories(ctx, &run, nil))
	err = s.Store.BuildScores(ctx, &run, rows, by)
	return run, err
}

// whole gives the band of the total, which is known when all scores are there.
func whole(run *Run, models *clv.Models) func(clv.Value) {
	return func(sum clv.Value) {
		b := BandOf(run.Currency, models, sum)
		run.Metrics.Band = &b
	}
}

// BandOf is the band of the summed values of accounts, whose own luck is summed by squares: that of the whole base
// and of a group of companies.
func BandOf(currency string, models *clv.Models, sum clv.Value) Band {
	var total clv.Total
	total.Add(sum)
	b := total.Band(models)
	in := func(minor int64) postlift.Money { return postlift.Money{Minor: minor, Currency: currency} }
	return Band{Low: in(b.LowMinor), Median: in(b.MedianMinor), High: in(b.HighMinor)}
}

// maxPopulations bounds the channels, and the segments, for which new accounts are valued.
const maxPopulations = 100

// newAccounts values a newly won account of the portfolio, of each channel and of each segment.
func newAccounts(run *Run, models *clv.Models) ([]NewAccount, error) {
	scorer, err := clv.NewScorer(models, run.AsOf, run.Basis.Assumptions)
	if err != nil {
		return nil, err
	}
	var found []NewAccount
	add := func(segment, channel string) {
		v := scorer.NewAccount(segment, channel)
		n := NewAccount{Segment: segment, Channel: channel, Accounts: v.Accounts, Flags: v.Flags,
			Value:     postlift.Money{Minor: v.ValueMinor, Currency: run.Currency},
			BreakEven: postlift.Money{Minor: v.BreakEvenMinor, Currency: run.Currency}}
		if v.AcquisitionMinor != nil {
			n.Acquisition = &postlift.Money{Minor: *v.AcquisitionMinor, Currency: run.Currency}
		}
		found = append(found, n)
	}
	add("", "")
	for _, channel := range names(models.Populations.Channels) {
		add("", channel)
	}
	for _, segment := range names(models.Populations.Segments) {
		add(segment, "")
	}
	return found, nil
}

// names lists populations by name, without the unnamed one.
func names(of map[string]clv.Population) []string {
	list := slices.DeleteFunc(slices.Sorted(maps.Keys(of)), func(name string) bool { return name == "" })
	return list[:min(len(list), maxPopulations)]
}

// newRun begins the record of a full run.
func (s *Service) newRun(ctx context.Context, settings accounts.Settings, asOf postlift.Date, by postlift.Actor) (Run, error) {
	metrics, err := s.Store.Metrics(ctx, asOf)
	if err != nil {
		return Run{}, err
	}
	basis, err := s.basis(ctx, settings)
	if err != nil {
		return Run{}, err
	}
	basis.Method = valuationMethod
	if basis.Assumptions, err = Assume(settings, &metrics); err != nil {
		return Run{}, err
	}
	newest, err := s.Store.DataUntil(ctx)
	if err != nil {
		return Run{}, err
	}
	basis.OwnDate = newest <= asOf
	return Run{
		UID: s.IDs(postlift.ScoreRunID, asOf.String()), AsOf: asOf, Horizon: settings.Value.HorizonMonths,
		Currency: settings.Currency, Assumptions: settings.Value, Metrics: metrics, Kind: KindFull, Actor: by.Name,
		Total: postlift.Money{Currency: settings.Currency}, Basis: &basis,
	}, nil
}

// histories streams accounts as a run knows them.
func (s *Service) histories(ctx context.Context, run *Run, ids []int64) iter.Seq2[History, error] {
	return func(yield func(History, error) bool) {
		for h, err := range s.Store.Histories(ctx, run.AsOf, ids) {
			h.OwnDate = run.Basis.OwnDate
			if !yield(h, err) || err != nil {
				return
			}
		}
	}
}

// basis is what stands now of all that an incremental run must share, but for assumptions, ranking and what
// the date makes known.
func (s *Service) basis(ctx context.Context, settings accounts.Settings) (Basis, error) {
	b := Basis{DefaultMargin: settings.Value.DefaultMargin}
	var err error
	if b.Rates, b.Blocks, err = s.Store.Fingerprints(ctx); err != nil {
		return b, err
	}
	b.HistoryStart, err = s.Store.HistoryStart(ctx)
	return b, err
}

// fit estimates the portfolio's models and draws the limits of the ranks.
func (s *Service) fit(ctx context.Context, run *Run, choice Choice, tested *StoredBacktest) (clv.Models, error) {
	g, err := s.gather(ctx, run, choice)
	if err != nil {
		return clv.Models{}, err
	}
	run.Metrics.ExcludedDocuments, run.Metrics.ExcludedContracts = g.documents, g.excluded
	run.Metrics.NoHistoryAccounts = g.empty
	run.Metrics.RenewalsDue, run.Metrics.RenewalsDone = g.due, g.done
	if g.due > 0 {
		rate := float64(g.done) / float64(g.due)
		run.Metrics.RenewalRate = &rate
	}
	run.Basis.Ranking = g.ranks.limits()
	var models clv.Models
	models, run.Params, err = fitModels(g, choice, tested, run.Horizon)
	return models, err
}

// rows scores a stream of histories under the run's basis, adding up the run's totals on the way.
func (s *Service) rows(ctx context.Context, run *Run, models *clv.Models, histories iter.Seq2[History, error]) iter.Seq2[Row, error] {
	asOf, basis := run.AsOf, run.Basis
	newScorer := func() (*clv.Scorer, error) { return clv.NewScorer(models, asOf, basis.Assumptions) }
	scored := valued(ctx, histories, newScorer, func(scorer *clv.Scorer, h *History) Row {
		in := h.Input(asOf, basis.DefaultMargin)
		row := Row{AccountID: h.AccountID, Value: scorer.Score(&in)}
		row.RFM, row.Stage = basis.Ranking.rank(h, &row.Value, asOf)
		return row
	})
	return func(yield func(Row, error) bool) {
		var done int64
		for row, err := range scored {
			if err == nil {
				if done++; s.Progress != nil && done%1000 == 0 {
					s.Progress(done)
				}
			}
			if !yield(row, err) || err != nil {
				return
			}
		}
		if s.Progress != nil {
			s.Progress(done)
		}
	}
}
