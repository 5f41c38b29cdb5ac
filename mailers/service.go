package mailers

import (
	"context"
	"log/slog"
	"time"

	"postlift"
	"postlift/mailers/address"
)

// Service carries batches from an approved run to the post. It is safe for concurrent use, also by
// several processes on one database.
type Service struct {
	store    Store
	files    Files
	renderer Renderer
	gate     Gatekeeper
	clock    postlift.Clock
	ids      postlift.IDMaker
	secret   []byte
	log      *slog.Logger
	lease    time.Duration
}

// Options are what a Service works with. Gate may be nil for a service that never releases (a worker);
// Lease defaults to DefaultLease.
type Options struct {
	Store    Store
	Files    Files
	Renderer Renderer
	Gate     Gatekeeper
	Clock    postlift.Clock
	IDs      postlift.IDMaker
	Secret   []byte // the installation's secret: tokens, codes and recipient keys come from it
	Log      *slog.Logger
	Lease    time.Duration
}

// DefaultLease is how long a worker holds a file before somebody else may take it over; it is renewed
// four times a lease, so only a dead or frozen worker loses it.
const DefaultLease = 6 * time.Second

// maxAttempts bounds how often one file is tried. It is generous, because killed workers count, too.
const maxAttempts = 100

// NewService wires a Service.
func NewService(o Options) *Service {
	s := &Service{store: o.Store, files: o.Files, renderer: o.Renderer, gate: o.Gate, clock: o.Clock,
		ids: o.IDs, secret: o.Secret, log: o.Log, lease: o.Lease}
	if s.lease <= 0 {
		s.lease = DefaultLease
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	return s
}

// Batch finds a batch by its id, its run's id or its campaign's id or name (the latest).
func (s *Service) Batch(ctx context.Context, name string) (Batch, error) {
	return s.store.Batch(ctx, name)
}

// Batches lists all batches with their counts, the latest first.
func (s *Service) Batches(ctx context.Context) ([]Summary, error) { return s.store.BatchSummaries(ctx) }

// Show tells everything about one batch.
func (s *Service) Show(ctx context.Context, name string) (Summary, error) {
	b, err := s.store.Batch(ctx, name)
	if err != nil {
		return Summary{}, err
	}
	return s.store.BatchSummary(ctx, b.UID)
}

// SaveSeed adds a control address or changes the one of that name.
func (s *Service) SaveSeed(ctx context.Context, seed Seed, by postlift.Actor) error {
	const op = "mailers.SaveSeed"
	switch {
	case seed.Name == "":
		return postlift.Faultf(postlift.Invalid, op, "a control address needs a name")
	case seed.Language != "de" && seed.Language != "en":
		return postlift.Faultf(postlift.Invalid, op, "control address %s: language is %q, de or en is needed", seed.Name, seed.Language)
	}
	if _, err := seedLines(seed, seed.Country, address.WindowLimits); err != nil {
		return err
	}
	if seed.UID == "" {
		seed.UID = s.ids(postlift.SeedID, seed.Name)
	}
	return s.store.SaveSeed(ctx, seed, by)
}
