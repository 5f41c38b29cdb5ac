package responses

import (
	"context"
	"time"

	"postlift"
	"postlift/accounts"
)

// Store is what this room needs of the database.
type Store interface {
	IntakeStore
	AttributionStore
	ReadingStore
	MailStore
	TaskStore
	OutcomeStore
	TrustStore
	PathStore
	FollowUpStore
	ProgrammeStore
	LearningStore
	Settings(ctx context.Context) (accounts.Settings, error)
}

// IntakeStore records what comes back.
type IntakeStore interface {
	// ResponseLink finds a piece by its tracking token; NotFound when there is none.
	ResponseLink(ctx context.Context, token string) (Link, error)
	// SaveResponses records the events and their effects in one transaction; what is known already
	// changes nothing.
	SaveResponses(ctx context.Context, in Intake, by postlift.Actor) (Saved, error)
}

// AttributionStore keeps which order is credited to which piece.
type AttributionStore interface {
	// AttributeRun computes anew, in one transaction, the credits of every order placed between the run's
	// posting and the end of its window, with all runs whose windows meet it as candidates.
	AttributeRun(ctx context.Context, runID int64, prepare func([]Span, []MailedPiece, []HeldOut) Picker) (Credited int, err error)
}

// ReadingStore reads what a report is made of. Dates are inclusive.
type ReadingStore interface {
	// MeasuredRun finds the latest run with an in-home date by its id, or by its campaign's id or name;
	// Conflict when the campaign has none yet.
	MeasuredRun(ctx context.Context, name string) (MeasuredRun, error)
	RunGroups(ctx context.Context, runID int64, each func(GroupRow) error) error
	RunDays(ctx context.Context, run MeasuredRun, from, until postlift.Date, each func(DayRow) error) error
	RunContracts(ctx context.Context, runID int64, from, until postlift.Date, each func(ContractRow) error) error
	// RatesOn gives the factor from minor units of each currency to the run's on a day.
	RatesOn(ctx context.Context, currency string, on postlift.Date) (map[string]float64, error)
	RunPieces(ctx context.Context, runID int64) (PieceFunnel, error)
	RunAnswers(ctx context.Context, run MeasuredRun, until postlift.Date) (Answers, error)
	RunCredits(ctx context.Context, runID int64, until postlift.Date) (CreditTotals, error)
	LatestOrder(ctx context.Context, until postlift.Date) (postlift.Date, error)
	// OtherLetters counts what other advertising runs posted to the compared accounts, the held-out first.
	OtherLetters(ctx context.Context, run MeasuredRun, from, until postlift.Date) ([2]OtherMail, error)
}

// Intake is one list of events to record.
type Intake struct {
	Events []Event
	Kind   string // of the file: responses or returns; "" for single events
	File   string
	SHA256 string
	Read   int // rows of the file
	Refuse int // of them, refused before
	Since  time.Time
	DryRun bool // compute everything, keep nothing
}

// Puller takes unsent letters of suppressed recipients out of their batches.
type Puller interface {
	PullSuppressed(ctx context.Context, by postlift.Actor) (int, error)
}

// Service records what comes back and measures what was changed. It is safe for concurrent use.
type Service struct {
	store  Store
	puller Puller
	clock  postlift.Clock
	ids    postlift.IDMaker
}

// NewService wires a Service. The puller may be nil for a service that only reads.
func NewService(store Store, puller Puller, clock postlift.Clock, ids postlift.IDMaker) *Service {
	return &Service{store: store, puller: puller, clock: clock, ids: ids}
}

// VisitSource is the source of visits that the tracking link itself records.
const VisitSource = "tracking"

// RecordVisit records a GET on a tracking link and returns the campaign's fixed landing address. It
// changes nothing else, because mail scanners and previews fetch links, too. An empty event id gets a
// new one, so that every GET counts; a repeated id counts once.
func (s *Service) RecordVisit(ctx context.Context, token string, at time.Time, eventID string) (string, error) {
	link, err := s.store.ResponseLink(ctx, normalCode(token))
	if err != nil {
		return "", err
	}
	if eventID == "" {
		eventID = s.ids(postlift.ResponseID, link.PieceUID, at.UTC().Format(time.RFC3339Nano))
	}
	visit := Event{Source: VisitSource, ExternalID: eventID, Kind: Visit, At: at.UTC(), PieceUID: link.PieceUID}
	_, err = s.store.SaveResponses(ctx, Intake{Events: []Event{visit}}, postlift.Actor{Kind: "recipient", Name: "tracking link"})
	return link.LandingURL, err
}

// Record records one event that a person enters, with the same effects as an imported one.
func (s *Service) Record(ctx context.Context, e Event, by postlift.Actor) (Saved, error) {
	if r := e.Check(s.clock()); r != nil {
		return Saved{}, r.fault()
	}
	saved, err := s.store.SaveResponses(ctx, Intake{Events: []Event{e}}, by)
	if err != nil {
		return saved, err
	}
	if r, refused := saved.Refused[0]; refused {
		return saved, r.fault()
	}
	_, err = s.pull(ctx, saved, by)
	return saved, err
}

func (r Refusal) fault() error {
	return postlift.Faultf(postlift.Invalid, "responses.Record", "%s %q: %s", r.Field, r.Value, r.Message)
}

// pull takes unsent letters out after an objection or a return that suppressed somebody. It also runs
// when all events were known already: an earlier attempt may have died between recording and pulling.
func (s *Service) pull(ctx context.Context, saved Saved, by postlift.Actor) (int, error) {
	if s.puller == nil || saved.Objections == 0 && saved.Suppressed == 0 {
		return 0, nil
	}
	return s.puller.PullSuppressed(ctx, by)
}

// Attribute credits the orders of a campaign's measured run anew; it may be repeated at any time.
func (s *Service) Attribute(ctx context.Context, campaign string) (int, error) {
	run, err := s.store.MeasuredRun(ctx, campaign)
	if err != nil {
		return 0, err
	}
	return s.store.AttributeRun(ctx, run.ID, NewPicker)
}

// Uplift attributes and measures a campaign's latest posted run with the data known on asOf (none:
// today in the organisation's time zone). A truth, known only to a simulation, is shown beside.
// Contractual mail is a Conflict.
func (s *Service) Uplift(ctx context.Context, campaign string, asOf postlift.Date, truth *Truth) (Uplift, error) {
	if _, err := s.Attribute(ctx, campaign); err != nil {
		return Uplift{}, err
	}
	return s.Read(ctx, campaign, asOf, truth)
}

// Read is Uplift with the credits as they were last computed: it changes nothing, so that a page may be
// looked at while files are imported. Every import of orders and responses computes the credits anew.
// Where a registered reading was taken, its report is given as it was frozen.
func (s *Service) Read(ctx context.Context, campaign string, asOf postlift.Date, truth *Truth) (Uplift, error) {
	u, in, err := s.compute(ctx, campaign, asOf, truth)
	if err != nil {
		return Uplift{}, err
	}
	return s.asFrozen(ctx, in, u)
}

// compute reads and measures with the data known now.
func (s *Service) compute(ctx context.Context, campaign string, asOf postlift.Date, truth *Truth) (Uplift, Reading, error) {
	settings, err := s.store.Settings(ctx)
	if err != nil {
		return Uplift{}, Reading{}, err
	}
	if asOf.IsZero() {
		asOf = settings.Today(s.clock)
	}
	run, err := s.store.MeasuredRun(ctx, campaign)
	if err != nil {
		return Uplift{}, Reading{}, err
	}
	if err := run.measurable(); err != nil {
		return Uplift{}, Reading{}, err
	}
	if asOf < run.InHomeOn {
		return Uplift{}, Reading{}, postlift.Faultf(postlift.Conflict, "responses.Uplift",
			"the letters of %s come in home on %s; there is nothing to measure on %s", run.Campaign, run.InHomeOn, asOf)
	}
	in := Reading{Run: run, AsOf: asOf, Truth: truth}
	if !run.Design.waves() {
		in.sums = &moneySums{}
	}
	if err := s.read(ctx, &in, settings.Value.DefaultMargin); err != nil {
		return Uplift{}, Reading{}, err
	}
	u, m, err := measure(in)
	if err != nil {
		return Uplift{}, Reading{}, err
	}
	in.measured = &m
	for _, add := range []func(context.Context, Reading, *Uplift) error{s.path, s.outcomes, s.judge, s.followed, s.others} {
		if err := add(ctx, in, &u); err != nil {
			return Uplift{}, Reading{}, err
		}
	}
	return u, in, nil
}

// read fills a reading from the store: every part is one set-based query.
func (s *Service) read(ctx context.Context, in *Reading, defaultMargin float64) error {
	from, until := in.Run.InHomeOn, min(in.AsOf, in.Run.EndsOn())
	in.Ledger = NewRunLedger(in.Run, in.AsOf, defaultMargin)
	return s.fill(ctx, in, from, until)
}

// fill reads what happened between two days into the reading's ledger.
func (s *Service) fill(ctx context.Context, in *Reading, from, until postlift.Date) (err error) {
	in.Run.ReadOn = in.AsOf
	if err = s.store.RunGroups(ctx, in.Run.ID, func(g GroupRow) error { in.Ledger.AddGroup(g); return nil }); err != nil {
		return err
	}
	if err = s.spent(ctx, in, from, until); err != nil {
		return err
	}
	if in.Pieces, err = s.store.RunPieces(ctx, in.Run.ID); err != nil {
		return err
	}
	if in.Answers, err = s.store.RunAnswers(ctx, in.Run, until); err != nil {
		return err
	}
	if in.Credits, err = s.store.RunCredits(ctx, in.Run.ID, until); err != nil {
		return err
	}
	in.DataOn, err = s.store.LatestOrder(ctx, in.AsOf)
	return err
}

// spent streams orders and contracts, once for the ledger and for the sums by day, which reach beyond the window; the
// ledger leaves out what is not of its days.
func (s *Service) spent(ctx context.Context, in *Reading, from, until postlift.Date) error {
	sums := in.sums
	if sums != nil {
		sums.begin(in)
		until = max(until, sums.until)
	}
	err := s.store.RunDays(ctx, in.Run, from, until, func(d DayRow) error {
		in.Ledger.AddDay(d)
		sums.day(d)
		return nil
	})
	if err != nil {
		return err
	}
	rates, err := s.store.RatesOn(ctx, in.Run.Currency, from)
	if err != nil {
		return err
	}
	err = s.store.RunContracts(ctx, in.Run.ID, from, until, func(c ContractRow) error {
		in.Ledger.AddContract(c, rates[c.Currency])
		sums.contract(c, rates[c.Currency])
		return nil
	})
	sums.total()
	return err
}
