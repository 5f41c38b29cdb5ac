package main

import (
	"context"

	"postlift/clv/scoring"
)

// backtestDatabase compares the value models on the accounts of the database up to a day ("" for today) and stores
// the report, which the next score runs choose their models by. Sample is the number of customers, 0 for the
// usual one and negative for all.
func backtestDatabase(ctx context.Context, a *app, asOf string, sample int) (scoring.StoredBacktest, error) {
	db, err := a.store(ctx)
	if err != nil {
		return scoring.StoredBacktest{}, err
	}
	day, err := a.asOf(ctx, asOf)
	if err != nil {
		return scoring.StoredBacktest{}, err
	}
	switch {
	case sample == 0:
		sample = scoring.DefaultSample
	case sample < 0:
		sample = 0 // every customer
	}
	return a.scoring(db, nil).Backtest(ctx, day, sample, a.actor(""))
}
