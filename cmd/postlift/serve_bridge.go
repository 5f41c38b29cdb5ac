package main

import (
	"context"

	"postlift/clv/retention"
	"postlift/clv/scoring"
	"postlift/internal/store"
	"postlift/internal/web"
)

// bridgePages wires the pages on the CLV bridge and retention.
func (a *app) bridgePages(ctx context.Context) (web.BridgeOptions, error) {
	db, err := a.store(ctx)
	return web.BridgeOptions{Bridges: bridges{a, db}, Retention: retained{a, &retention.Service{Store: db}}}, err
}

// bridges works out CLV bridges for the pages.
type bridges struct {
	app *app
	db  *store.Store
}

// LatestQuarter is that of the published run.
func (b bridges) LatestQuarter(ctx context.Context) (scoring.Quarter, error) {
	run, err := b.db.PublishedRun(ctx)
	return scoring.QuarterOf(run.AsOf), err
}

// Bridges works out the quarters between two.
func (b bridges) Bridges(ctx context.Context, from, to scoring.Quarter) ([]web.QuarterBridge, []string, error) {
	answer, err := b.app.bridge(ctx, b.db, from, to, scoring.BridgeOptions{By: scoring.BridgeBySegment})
	return answer.Quarters, answer.Missing, err
}
