package web

import (
	"context"

	"postlift"
	"postlift/accounts"
	"postlift/clv"
	"postlift/clv/backtest"
	"postlift/clv/development"
	"postlift/clv/fitting"
	"postlift/clv/renewal"
	"postlift/clv/scoring"
	"postlift/clv/segments"
)

func ptr[T any](v T) *T { return &v }

// run is the published run.
func (f *fakes) run() scoring.Run {
	run := scoring.Run{UID: "scr_1", AsOf: today, Horizon: 36, Currency: "EUR", Accounts: 2000, Total: eur(1_878_748), PublishedAt: now, Kind: scoring.KindFull,
		Actor: hostile, Assumptions: accounts.Assumptions{DiscountRate: .1, DefaultMargin: .35, ServiceMinor: map[string]int64{"premium": 4500, "default": 400}},
		Params: clv.PortfolioFit{Orders: &clv.FitResult{Model: "mbgcnbd", Params: map[string]float64{"alpha": 4.25, "r": .243}, Customers: 1800, Flags: []string{fitting.FlagBoundary, hostile},
			Spend: &clv.SpendResult{Model: "gammagamma", Customers: 900}}, Renewals: map[string]clv.RenewalResult{"all": {Model: "sbg", Decisions: 170}, "annual": {Model: "geometric", Decisions: 90}},
			Missing: []string{"renewals"}, Warnings: []string{clv.WarnDatesSkipped},
			Development: &development.Model{}, Ordering: &development.Model{}, Margin: &clv.MarginResult{Mean: .4, Accounts: 12},
			Prices: &renewal.PriceModel{}, Volumes: &renewal.VolumeModel{}, EarlyEnds: &renewal.EarlyEnd{}},
		Metrics: scoring.Metrics{RenewalsDue: 170, RenewalsDone: 143, RenewalRate: ptr(.84),
			Channels: []scoring.ChannelMetrics{{Channel: hostile, Spend: eur(9000), Won: 12, Leads: ptr(int64(40)), CPA: ptr(eur(812)), Conversion: ptr(.3)}, {Channel: "fair", Spend: eur(1)}}}}
	if f.old {
		return run
	}
	run.Basis = &scoring.Basis{}
	run.Metrics.Band = &scoring.Band{Low: eur(1_500_000), Median: eur(1_870_000), High: eur(2_300_000)}
	run.Metrics.Choice = &scoring.Choice{Model: "mbgcnbd", Source: scoring.ChoiceBacktest, TestedOn: today}
	run.Metrics.NewAccounts = []scoring.NewAccount{{Accounts: 2000, Value: eur(700), BreakEven: eur(700), Acquisition: ptr(eur(300))},
		{Channel: hostile, Accounts: 7, Value: eur(600), BreakEven: eur(600), Flags: []string{clv.FlagFewLikeIt}}, {Segment: "A", Accounts: 50, BreakEven: eur(900)}}
	return run
}

// parts is the value of the one account.
func (f *fakes) parts() *scoring.Parts {
	p := &scoring.Parts{Orders: eur(15_370), Committed: eur(100), Renewal: eur(50), Expansion: eur(20), Service: eur(137), Contact: eur(20), Fulfilment: eur(293), Acquisition: eur(356),
		Residual: eur(15_090), Prospect: eur(14_734), PAlive: .94, ExpectedOrders: 21.8, Decile: 1, Flags: []string{"acquisition_assumed", hostile}}
	if !f.old {
		p.Band = &scoring.Band{Low: eur(9000), Median: eur(14_500), High: eur(21_000)}
		p.PExceedsCost, p.PaybackMonth, p.CLVToCAC, p.BreakEven, p.MeanOrder = ptr(.98), ptr(2), ptr(42.4), ptr(eur(15_090)), ptr(eur(700))
		p.Tier, p.RFM, p.Stage = "A", "541", "at_risk"
	}
	return p
}

func (f *fakes) ScoreRuns(context.Context, int) ([]scoring.Run, error) {
	before := f.run()
	before.UID, before.AsOf, before.Total, before.Kind, before.Metrics.Rescored = "scr_0", today.AddMonths(-1), eur(1_800_000), scoring.KindIncremental, ptr(int64(17))
	return []scoring.Run{f.run(), before}, nil
}

func (f *fakes) Segmentation(_ context.Context, run scoring.Run) (scoring.Segmentation, error) {
	out := scoring.Segmentation{Run: run, Channels: []scoring.Slice{
		{Name: hostile, Accounts: 1500, Total: eur(900_000), Mean: eur(600), PActive: ptr(.7), CPA: ptr(eur(812)), Conversion: ptr(.3), BreakEven: ptr(eur(600)), CLVToCAC: ptr(2.1)},
		{Name: "", Accounts: 500, Total: eur(-3), Mean: eur(0)}}, Segments: []scoring.Slice{{Name: "A", Accounts: 2000, Total: eur(1), Mean: eur(1), Retention: ptr(.6), RenewalRate: ptr(.9)}}}
	if f.old {
		return out, nil
	}
	for i, tier := range segments.Tiers() {
		out.Tiers = append(out.Tiers, scoring.TierLine{Tier: string(tier), Accounts: int64(400 - 400*(i/4)), AccountShare: .2, ValueShare: .3 - .08*float64(i), Total: eur(9), Lowest: eur(1), Highest: eur(3)})
	}
	for _, stage := range segments.Stages() {
		out.Stages = append(out.Stages, scoring.Slice{Name: string(stage), Accounts: 285, Total: eur(5), Mean: eur(1)})
	}
	out.RFM = []scoring.RFMLine{{Code: "555", Accounts: 20, Total: eur(90_000), PAlive: .97}, {Code: "551", Accounts: 10, Total: eur(3000), PAlive: .9}, {Code: "111", Accounts: 70, Total: eur(-700), PAlive: .1}}
	return out, nil
}

func (f *fakes) Transitions(_ context.Context, before, after scoring.Run) (scoring.Moves, error) {
	var moves segments.Transitions
	moves.Add(segments.Mature, segments.Mature, 90)
	moves.Add(segments.Mature, segments.AtRisk, 10)
	moves.Add(segments.New, segments.Growing, 5)
	moves.Add("", segments.New, 3)
	moves.Add(segments.Lost, "", 2)
	return scoring.Moves{Before: before.UID, BeforeOn: before.AsOf, After: after.UID, AfterOn: after.AsOf, Rows: moves.Rows()}, nil
}

func (f *fakes) Cohorts(_ context.Context, asOf postlift.Date) (scoring.Cohorts, error) {
	if f.old {
		return scoring.Cohorts{AsOf: asOf}, nil
	}
	var tally segments.CohortTally
	last := segments.QuarterOf(asOf) - 1
	for start := last - 24; start <= last; start++ {
		tally.Add(start, 40-int(last-start))
		for q := start + 1; q <= last; q++ {
			tally.AddActive(start, q, 10)
		}
	}
	cohorts, err := tally.Triangle(last)
	return scoring.Cohorts{AsOf: asOf, Cohorts: cohorts, Average: segments.Average(cohorts), Truncated: 12}, err
}

func (f *fakes) RevenueRetention(_ context.Context, asOf postlift.Date) (scoring.RevenueRetention, error) {
	out := scoring.RevenueRetention{From: asOf.AddMonths(-12), To: asOf, Currency: "EUR", Excluded: 2}
	if f.old {
		return out, nil
	}
	var tally development.RetentionTally
	for _, r := range [][2]float64{{10_000, 12_000}, {8000, 0}, {9000, 7000}, {0, 4000}, {5000, 5000}} {
		if err := tally.Add(r[0], r[1]); err != nil {
			return out, err
		}
	}
	out.Rates = tally.Rates()
	return out, nil
}

func (f *fakes) CompanyGroups(context.Context, scoring.Run, int) ([]scoring.CompanyGroup, error) {
	return []scoring.CompanyGroup{{Key: "import:K-0", Name: hostile, Accounts: 3, Total: eur(20_000)}}, nil
}

func (f *fakes) CompanyGroup(_ context.Context, _ scoring.Run, key string) (scoring.CompanyGroup, error) {
	line := func(uid string) scoring.AccountLine {
		return scoring.AccountLine{UID: uid, Name: hostile, City: "Wien", Residual: eur(10_000), Tier: "B", Stage: "mature"}
	}
	return scoring.CompanyGroup{Key: key, Name: hostile, Accounts: 2, Total: eur(20_000), Members: []scoring.AccountLine{line("acc_1"), line("acc_1")}}, nil
}

func (f *fakes) LatestBacktest(context.Context, postlift.Date, postlift.Date) (scoring.StoredBacktest, error) {
	if f.old {
		return scoring.StoredBacktest{}, postlift.Faultf(postlift.NotFound, "test", "no backtest")
	}
	half := backtest.Horizon{Months: 6}
	origin := today.AddMonths(-6)
	r := backtest.Report{From: origin.AddMonths(-24), Until: today, Customers: 2000, Tested: 1800, Flags: []string{backtest.FlagFewOrigins},
		Models: []backtest.Summary{{Horizon: half, Model: "mbgcnbd", Origins: 6, MAE: .71, Bias: -.04, Capture: .46, LogScore: -1.42},
			{Horizon: half, Model: "last_year", Baseline: true, Origins: 6, MAE: .9, Bias: .2, Capture: .4}},
		Choice: backtest.Choice{Key: "mbgcnbd-2", Model: "mbgcnbd", Why: backtest.Why{Reason: backtest.ReasonWithinNoise, Score: -1.42, Best: "paretonbd", Behind: .001, BehindSE: .002,
			Next: "bgnbd", Ahead: .03, AheadSE: .01, Tests: 18, Customers: 1700}},
		Tracking: backtest.Tracking{Origin: origin, Horizon: half, Days: []postlift.Date{origin.AddDays(7), origin.AddDays(14)}, Actual: []float64{40, 90},
			Models: []backtest.Series{{Model: "bgnbd", Values: []float64{50, 99}}, {Model: "mbgcnbd-2", Values: []float64{42, 88}}}},
		Reliability: []backtest.Reliability{{Horizon: half, Model: "mbgcnbd-2", Ordered: []backtest.Bin{{Count: 90, Predicted: .1, Observed: .12}, {}, {Count: 20, Predicted: .8, Observed: .7}}}},
		Lift:        backtest.Lift{Origin: origin, Horizon: half, Shares: []float64{.1, .2}, Models: []backtest.Series{{Model: "mbgcnbd-2", Values: []float64{.46, .6}}}, Frequency: []float64{.44, .5}, Perfect: []float64{.7, .9}},
		Checks:      []backtest.Check{{Origin: origin, Horizon: half, Choice: backtest.Choice{Key: "mbgnbd"}, Predicted: 800, Orders: 820, Band: backtest.Band{Low: 700, High: 900}, Inside: true}},
		Segments:    []backtest.Segment{{Segment: hostile, Horizon: half, Orders: 10, Predicted: 12, Bias: .2}},
		Renewals: &backtest.Renewal{Decisions: 170, RenewedRate: .84, Chosen: backtest.RenewalCells, Flags: []string{backtest.FlagFewRenewals},
			Results: []backtest.RenewalResult{{Model: backtest.RenewalCells, LogLoss: .41, Brier: .13, Slope: 1.1}, {Model: backtest.BaselineRenew, Baseline: true, LogLoss: .43}}}}
	return scoring.StoredBacktest{UID: "bkt_1", AsOf: today, Report: r}, nil
}

func (f *fakes) Explain(_ context.Context, ref string) (scoring.Explanation, error) {
	if f.old {
		return scoring.Explanation{}, postlift.Faultf(postlift.Conflict, "test", "an old run")
	}
	e := scoring.Explanation{Account: scoring.AccountRef{UID: ref}, Stage: "at_risk", Why: "declining", MarginToDate: eur(100),
		Adoptions: []scoring.Adoption{{Group: hostile, Kind: "contract", Probability: .2, MonthlyMargin: eur(30), Flags: []string{development.FlagFewAdoptions}}}}
	for i := range 36 {
		e.Months = append(e.Months, scoring.Month{From: today.AddMonths(i), Active: .9, Revenue: eur(900), Orders: eur(400), Committed: eur(3), Renewal: eur(2), Expansion: eur(1),
			Service: eur(4), Contact: eur(1), Fulfilment: eur(8), Net: eur(393), Cumulative: eur(390 * int64(i+1))})
	}
	return e, nil
}

func (f *fakes) WhatIf(_ context.Context, ref string, change clv.Change) (scoring.Difference, error) {
	if f.whatIf != nil {
		return f.whatIf(change)
	}
	return scoring.Difference{Account: &scoring.AccountRef{UID: ref}, Horizon: 36, Accounts: 1, Contracts: 1, Before: eur(15_090), After: eur(15_600), Delta: eur(510),
		Steps:             []scoring.Change{{Name: clv.StepCommitted, Before: eur(100), After: eur(700)}, {Name: clv.StepFulfil, Before: eur(-293), After: eur(-383)}},
		BreakEvenDiscount: ptr(.12), Assumed: []string{clv.AssumeSameHorizon, clv.AssumeTermToday, clv.AssumeTermClass}}, nil
}
