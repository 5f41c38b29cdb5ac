package responses

import (
	"context"
	"fmt"

	"postlift"
	"postlift/campaigns"
)

// CalledWidely is the share of mailed accounts from which on calls change what a campaign registered as
// letters alone measures.
const CalledWidely = .10

// CalledSeldom is the share of due calls below which the estimate of a campaign registered as letter and
// call is mostly one of letters.
const CalledSeldom = .50

// Spoken is the key of RunCalls.ByResult under which accounts stand where somebody was spoken to, whatever
// came of it.
const Spoken = "spoken"

// RunCalls counts what was done about a run's letters, accounts each once.
type RunCalls struct {
	Treatment string
	Accounts  map[postlift.Date]int // with a posted letter, by the in-home day of the first
	Called    int
	ByResult  map[string]int // a called account once for each of its results
}

// FollowUpSummary tells what sales did about a campaign's letters, beside the estimate. It decides
// nothing: the estimate compares assigned with held-out accounts whatever was called.
type FollowUpSummary struct {
	Treatment  string     `json:"treatment"`
	Accounts   int        `json:"accounts"`   // mailed, with a letter that did not come back
	Due        int        `json:"due"`        // of them: the day of the call has come; 0 for letters alone
	Called     int        `json:"called"`     // accounts with at least one result
	Reached    int        `json:"reached"`    // somebody was spoken to
	Meetings   int        `json:"meetings"`   // agreed in a call
	Quotes     int        `json:"quotes"`     // asked for in a call
	Refusals   int        `json:"refusals"`   // said no
	Objections int        `json:"objections"` // to advertising, in a call
	Share      *float64   `json:"share"`      // called of due, or of all mailed for letters alone; null: nobody is due
	Warning    *Bilingual `json:"warning"`
}

// FollowUpOf sums up what sales did about a run's letters until a day.
func (s *Service) FollowUpOf(ctx context.Context, run MeasuredRun, asOf postlift.Date) (FollowUpSummary, error) {
	calls, err := s.store.RunFollowUps(ctx, run.ID, asOf)
	if err != nil {
		return FollowUpSummary{}, err
	}
	return calls.summary(asOf), nil
}

func (c RunCalls) summary(asOf postlift.Date) FollowUpSummary {
	f := FollowUpSummary{Treatment: c.Treatment, Called: c.Called, Meetings: c.ByResult[Meeting], Quotes: c.ByResult[Quote],
		Refusals: c.ByResult[Refused], Objections: c.ByResult[Objection], Reached: c.ByResult[Spoken]}
	for inHome, n := range c.Accounts {
		f.Accounts += n
		if c.Treatment == campaigns.TreatmentLetterAndCall && FollowUpDue(inHome) <= asOf {
			f.Due += n
		}
	}
	of := f.Due
	if c.Treatment != campaigns.TreatmentLetterAndCall {
		of = f.Accounts
	}
	if of == 0 {
		return f
	}
	share := float64(f.Called) / float64(of)
	f.Share = &share
	f.Warning = f.warning(share)
	return f
}

func (f FollowUpSummary) warning(share float64) *Bilingual {
	switch {
	case f.Treatment != campaigns.TreatmentLetterAndCall && share >= CalledWidely:
		return &Bilingual{
			EN: fmt.Sprintf("Registered as letters alone, but %d of %d mailed accounts were called about their letter: the estimate is of letters and calls together, and says nothing of letters alone.", f.Called, f.Accounts),
			DE: fmt.Sprintf("Angemeldet als Brief allein, doch %d von %d angeschriebenen Kunden wurden auf den Brief angesprochen: Die Schätzung gilt für Brief und Anruf zusammen und sagt über Briefe allein nichts.", f.Called, f.Accounts)}
	case f.Treatment == campaigns.TreatmentLetterAndCall && share < CalledSeldom:
		return &Bilingual{
			EN: fmt.Sprintf("Registered as letter and call, but only %d of %d due accounts were called: the estimate is of what was intended and mostly of letters alone.", f.Called, f.Due),
			DE: fmt.Sprintf("Angemeldet als Brief und Anruf, doch nur %d von %d fälligen Kunden wurden angerufen: Die Schätzung gilt für das Vorhaben und vor allem für Briefe allein.", f.Called, f.Due)}
	}
	return nil
}

// followed fills in what sales did about the letters.
func (s *Service) followed(ctx context.Context, in Reading, u *Uplift) error {
	summary, err := s.FollowUpOf(ctx, in.Run, in.AsOf)
	u.FollowUp = &summary
	return err
}
