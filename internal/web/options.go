package web

import (
	"context"
	"io"
	"log/slog"
	"time"

	"postlift"
	"postlift/accounts"
	"postlift/campaigns"
	"postlift/campaigns/planner"
	"postlift/campaigns/rules"
	"postlift/clv"
	"postlift/clv/scoring"
	"postlift/mailers"
	"postlift/responses"
)

// Health tells whether the program can do its work.
type Health interface {
	Ping(ctx context.Context) error
	CheckSchema(ctx context.Context) error
}

// Settings reads the organisation's settings; the store is one.
type Settings interface {
	Settings(ctx context.Context) (accounts.Settings, error)
}

// Visits records that a tracking link was followed; responses.Service is one.
type Visits interface {
	// RecordVisit returns the campaign's fixed landing address. An address beside an error means that the
	// visitor can be served although the visit could not be kept.
	RecordVisit(ctx context.Context, token string, at time.Time, eventID string) (landing string, err error)
}

// Values reads CLV for people; the store is one.
type Values = scoring.Views

// Insights reads runs and how the accounts of one are sorted; the store is one.
type Insights interface {
	// ScoreRuns lists runs, the newest first.
	ScoreRuns(ctx context.Context, limit int) ([]scoring.Run, error)
	Segmentation(ctx context.Context, run scoring.Run) (scoring.Segmentation, error)
	Transitions(ctx context.Context, before, after scoring.Run) (scoring.Moves, error)
	Cohorts(ctx context.Context, asOf postlift.Date) (scoring.Cohorts, error)
	RevenueRetention(ctx context.Context, asOf postlift.Date) (scoring.RevenueRetention, error)
	// CompanyGroups lists groups of companies, the most valuable first.
	CompanyGroups(ctx context.Context, run scoring.Run, limit int) ([]scoring.CompanyGroup, error)
	CompanyGroup(ctx context.Context, run scoring.Run, key string) (scoring.CompanyGroup, error)
	// LatestBacktest is the newest one as of a day between two; NotFound where there is none.
	LatestBacktest(ctx context.Context, from, until postlift.Date) (scoring.StoredBacktest, error)
}

// Engine works values out anew under the published run's models. Both are a Conflict where that run does not
// hold all that its values rest on.
type Engine interface {
	Explain(ctx context.Context, ref string) (scoring.Explanation, error)
	WhatIf(ctx context.Context, ref string, change clv.Change) (scoring.Difference, error)
}

// Campaigns reads campaigns with their plans; campaigns.Service is one.
type Campaigns interface {
	// Catalogue lists the features that rules may name.
	Catalogue(ctx context.Context) (*rules.Catalogue, error)
	Segments
	SavedRules
	Campaigns(ctx context.Context) ([]campaigns.Campaign, error)
	Campaign(ctx context.Context, ref string) (campaigns.Campaign, error)
	// CurrentRun is the plan in force; NotFound before the first preview.
	CurrentRun(ctx context.Context, ref string) (campaigns.Run, error)
	ExplainAccount(ctx context.Context, ref, account string) (campaigns.AccountExplained, error)
	// Assess tells which effect a campaign can show, on its current plan (a zero day) and its own past; it takes a
	// second for some hundred groups, more for many.
	Assess(ctx context.Context, ref string, asOf postlift.Date, windows int) (planner.Assessment, error)
	// PrivacyReport tells what became of the objections received in a period; zero days leave it open.
	PrivacyReport(ctx context.Context, from, to postlift.Date) (campaigns.PrivacyReport, error)
}

// Batches reads batches with their counts; mailers.Service is one.
type Batches interface {
	Batches(ctx context.Context) ([]mailers.Summary, error)
	Show(ctx context.Context, name string) (mailers.Summary, error)
}

// Artefacts opens finished files by their slash-separated names.
type Artefacts interface {
	Open(ctx context.Context, name string) (io.ReadCloser, error)
}

// Results measures what a campaign's letters changed, with the data known today.
type Results interface {
	// Kept tells, at once, what stands without computing anything; NotFound where nothing is posted yet.
	Kept(ctx context.Context, campaign string) (responses.Kept, error)
	// Uplift measures, which takes seconds for long lists.
	Uplift(ctx context.Context, campaign string) (responses.Uplift, error)
}

// StaffOptions are what the staff pages show and log to. Every field is needed but the Printer.
type StaffOptions struct {
	Health    Health
	Settings  Settings
	Values    Values
	Insights  Insights
	Engine    Engine
	Campaigns Campaigns
	Designs   Designs
	Batches   Batches
	Artefacts Artefacts
	Results   Results
	Printer   ResultPrinter // nil: reports are not offered as PDF
	Sales     SalesOptions
	Tasks     TaskOptions
	Across    AcrossOptions
	Learning  LearningOptions
	Bridge    BridgeOptions
	Clock     postlift.Clock
	Log       *slog.Logger
	Demo      bool // mark every page as made-up data
}

// PublicOptions are what the public listener needs. Every field is needed but those of the built-in pages.
type PublicOptions struct {
	Health     Health
	Visits     Visits
	Landing    Landing // nil: no campaign has a page here
	FormSecret []byte  // keys the forms of the pages; none: forms hold until the process ends
	Clock      postlift.Clock
	Log        *slog.Logger
}
