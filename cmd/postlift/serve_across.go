package main

import (
	"context"

	"postlift"
	"postlift/campaigns"
	"postlift/internal/web"
	"postlift/responses"
)

// acrossPages wires the pages on programme tests and results across campaigns.
func (a *app) acrossPages(ctx context.Context) (web.AcrossOptions, error) {
	tests, err := a.programmes(ctx)
	if err != nil {
		return web.AcrossOptions{}, err
	}
	measuring, err := a.responses(ctx)
	if err != nil {
		return web.AcrossOptions{}, err
	}
	read, err := a.results(measuring)
	if err != nil {
		return web.AcrossOptions{}, err
	}
	return web.AcrossOptions{Programmes: allResults{app: a, tests: tests, read: read}}, nil
}

// shownRuns is how many runs a page reads, the newest; the command line reads more.
const shownRuns = 40

// allResults reads programme tests and campaigns together for the pages, in a demo's folder on the demo's last day.
type allResults struct {
	app   *app
	tests *campaigns.Programmes
	read  results
}

// Programmes lists programme tests.
func (r allResults) Programmes(ctx context.Context) ([]campaigns.Programme, error) {
	return r.tests.Programmes(ctx)
}

// Programme reads a test; there is no report before its first day.
func (r allResults) Programme(ctx context.Context, ref string) (campaigns.Programme, *responses.ProgrammeReport, error) {
	p, err := r.tests.Programme(ctx, ref)
	if err != nil {
		return p, nil, err
	}
	found, err := r.read.service.Programme(ctx, ref, r.read.asOf)
	if postlift.KindOf(err) == postlift.Conflict {
		return p, nil, nil
	}
	return p, &found, err
}

// GlobalControl reads the year's global control.
func (r allResults) GlobalControl(ctx context.Context) (responses.ProgrammeReport, error) {
	return r.read.service.GlobalControl(ctx, r.read.asOf)
}

// Across puts the measured campaigns together.
func (r allResults) Across(ctx context.Context, groupBy string, from, to postlift.Date) (responses.Across, error) {
	return r.read.service.Across(ctx, responses.AcrossRequest{From: from, To: to, AsOf: r.read.asOf, GroupBy: groupBy, Limit: shownRuns})
}

// Today is the day of the readings.
func (r allResults) Today(ctx context.Context) (postlift.Date, error) {
	if !r.read.asOf.IsZero() {
		return r.read.asOf, nil
	}
	settings, err := r.app.settings(ctx)
	return settings.Today(r.app.clock), err
}
