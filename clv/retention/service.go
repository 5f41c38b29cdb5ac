package retention

import (
	"context"
	"iter"

	"postlift"
	"postlift/clv/scoring"
)

// Store is what the lists need of the database.
type Store interface {
	PublishedRun(ctx context.Context) (scoring.Run, error)
	// RunningContracts streams the contracts that may run on a day with whose they are, by account.
	RunningContracts(ctx context.Context, asOf postlift.Date) iter.Seq2[ContractOf, error]
	// RetentionAccounts streams the accounts of a score run as known on its day, by id; it writes nothing.
	RetentionAccounts(ctx context.Context, run scoring.Run) iter.Seq2[Account, error]
	// LettersOf tells of some accounts which letters they had up to a day and which are on their way, and which of them
	// get no advertising at all.
	LettersOf(ctx context.Context, ids []int64, asOf postlift.Date) (letters map[int64]Letters, blocked map[int64]bool, err error)
}

// Service makes calendars and lists of accounts at risk. Both stand for the day of the published score run.
type Service struct{ Store Store }

// Renewals makes the renewal calendar.
func (s *Service) Renewals(ctx context.Context, q CalendarQuery) (Calendar, error) {
	run, book, err := s.book(ctx)
	if err != nil {
		return Calendar{}, err
	}
	c, err := newCalendar(&run, book, q)
	if err != nil {
		return Calendar{}, err
	}
	for k, err := range s.Store.RunningContracts(ctx, run.AsOf) {
		if err != nil {
			return Calendar{}, err
		}
		c.add(book, &k)
	}
	return c.close(), nil
}

// AtRisk lists the accounts at risk.
func (s *Service) AtRisk(ctx context.Context, q RiskQuery) (AtRisk, error) {
	run, book, err := s.book(ctx)
	if err != nil {
		return AtRisk{}, err
	}
	l, err := newRiskList(&run, book, q)
	if err != nil {
		return AtRisk{}, err
	}
	for a, err := range s.Store.RetentionAccounts(ctx, run) {
		if err != nil {
			return AtRisk{}, err
		}
		l.add(&a)
	}
	found := l.close()
	return found, s.letters(ctx, &found)
}

// letters tells what to do of each account on the list: what it was sent last, and what is on its way.
func (s *Service) letters(ctx context.Context, found *AtRisk) error {
	if len(found.Lines) == 0 {
		return nil
	}
	ids := make([]int64, len(found.Lines))
	for i := range found.Lines {
		ids[i] = found.Lines[i].ID
	}
	letters, blocked, err := s.Store.LettersOf(ctx, ids, found.AsOf)
	if err != nil {
		return err
	}
	for i := range found.Lines {
		line := &found.Lines[i]
		line.Letters, line.Blocked = letters[line.ID], blocked[line.ID]
	}
	return nil
}

// book puts the published run's models together.
func (s *Service) book(ctx context.Context) (scoring.Run, *Book, error) {
	run, err := s.Store.PublishedRun(ctx)
	if err != nil {
		return run, nil, err
	}
	if run.Basis == nil {
		return run, nil, postlift.Faultf(postlift.Conflict, "retention", "run %s does not hold all that its values rest on: run postlift clv score", run.UID)
	}
	models, err := run.Params.Models()
	if err != nil {
		return run, nil, err
	}
	return run, &Book{AsOf: run.AsOf, OwnDate: run.Basis.OwnDate, Renewals: models.Renewals,
		Default: run.Basis.Assumptions.DefaultRenewalRate, Margin: run.Basis.DefaultMargin}, nil
}
