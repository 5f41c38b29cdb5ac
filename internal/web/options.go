package web

import (
	"context"
	"io"
	"log/slog"
	"time"

	"postlift"
	"postlift/campaigns"
	"postlift/clv/scoring"
	"postlift/mailers"
	"postlift/responses"
)

// Health tells whether the program can do its work.
type Health interface {
	Ping(ctx context.Context) error
	CheckSchema(ctx context.Context) error
}

// Visits records that a tracking link was followed; responses.Service is one.
type Visits interface {
	// RecordVisit returns the campaign's fixed landing address. An address beside an error means that the
	// visitor can be served although the visit could not be kept.
	RecordVisit(ctx context.Context, token string, at time.Time, eventID string) (landing string, err error)
}

// Values reads CLV for people; the store is one.
type Values = scoring.Views

// Campaigns reads campaigns with their plans; campaigns.Service is one.
type Campaigns interface {
	Campaigns(ctx context.Context) ([]campaigns.Campaign, error)
	Campaign(ctx context.Context, ref string) (campaigns.Campaign, error)
	// CurrentRun is the plan in force; NotFound before the first preview.
	CurrentRun(ctx context.Context, ref string) (campaigns.Run, error)
	ExplainAccount(ctx context.Context, ref, account string) (campaigns.AccountExplained, error)
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
	Uplift(ctx context.Context, campaign string) (responses.Uplift, error)
}

// StaffOptions are what the staff pages show and log to. Every field is needed.
type StaffOptions struct {
	Health    Health
	Values    Values
	Campaigns Campaigns
	Batches   Batches
	Artefacts Artefacts
	Results   Results
	Clock     postlift.Clock
	Log       *slog.Logger
	Demo      bool // mark every page as made-up data
}

// PublicOptions are what the public listener needs. Every field is needed.
type PublicOptions struct {
	Health Health
	Visits Visits
	Clock  postlift.Clock
	Log    *slog.Logger
}
