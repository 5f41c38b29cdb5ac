package responses

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"postlift"
)

// FrozenStore keeps readings as they were taken.
type FrozenStore interface {
	// RunsToRead lists the runs of all campaigns that are measuring or closed and have an in-home date, by id.
	RunsToRead(ctx context.Context) ([]RunToRead, error)
	// PostedRun is the latest run with an in-home date of a campaign or run, as MeasuredRun finds it; NotFound without.
	PostedRun(ctx context.Context, name string) (id int64, uid string, err error)
	// DataMark changes with every import and every recorded change; visits of tracking links alone do not change it.
	DataMark(ctx context.Context) (string, error)
	// FrozenReadings lists the readings of a run by the day that they cover.
	FrozenReadings(ctx context.Context, runID int64) ([]FrozenReading, error)
	// SaveReading keeps a reading; false where it was taken before, which changes nothing.
	SaveReading(ctx context.Context, r FrozenReading, by postlift.Actor) (bool, error)
	// CloseRun moves a measuring run to closed and its running campaign to finished; false where it was not measuring.
	CloseRun(ctx context.Context, runID int64, by postlift.Actor) (bool, error)
}

// RunToRead is a run whose letters are out, with what its record says about readings.
type RunToRead struct {
	ID              int64
	UID             string
	Open            bool // measuring
	ReadingDays     []int
	AnalysisVersion int
}

// PrimaryReading is the Day of the reading at the end of the window, the one that decides.
const PrimaryReading = 0

// FrozenReading is a reading as it was taken.
type FrozenReading struct {
	RunID           int64         `json:"-"`
	RunUID          string        `json:"run_id"`
	Campaign        string        `json:"campaign"`
	Day             int           `json:"day"`    // after in-home; PrimaryReading: the end of the window
	DueOn           postlift.Date `json:"due_on"` // the last day that it covers
	ReadOn          postlift.Date `json:"read_on"`
	DataOn          postlift.Date `json:"data_on"` // newest order that was known
	AnalysisVersion int           `json:"analysis_version"`
	Verdict         string        `json:"verdict"`
	Report          []byte        `json:"-"`
	SHA256          string        `json:"sha256"` // of the report
	At              time.Time     `json:"-"`
	Actor           string        `json:"-"`
}

// Uplift is the report that was frozen; Internal where its bytes are not those that were kept.
func (f FrozenReading) Uplift() (Uplift, error) {
	var u Uplift
	if sum := sha256.Sum256(f.Report); hex.EncodeToString(sum[:]) != f.SHA256 {
		return u, fmt.Errorf("responses: the reading of run %s on day %d is not the one that was frozen: its SHA-256 differs", f.RunUID, f.Day)
	}
	if err := json.Unmarshal(f.Report, &u); err != nil {
		return u, fmt.Errorf("responses: the reading of run %s on day %d: %w", f.RunUID, f.Day, err)
	}
	return u, nil
}

// Measured is what a call of MeasureDue did.
type Measured struct {
	AsOf    postlift.Date   `json:"as_of"`
	Taken   []FrozenReading `json:"readings"`
	Waiting []WaitingRead   `json:"waiting"` // due, but orders up to their day are not known
	Next    []PendingRead   `json:"next"`    // the next one of each run
	Closed  []string        `json:"closed_runs"`
	Learned LearnedNow      `json:"learned"`
}

// PendingRead is a reading that is not due yet.
type PendingRead struct {
	RunUID   string        `json:"run_id"`
	Campaign string        `json:"campaign"`
	Day      int           `json:"day"`
	DueOn    postlift.Date `json:"due_on"`
}

// WaitingRead is a reading whose day is over and whose data are not there.
type WaitingRead struct {
	PendingRead
	DataOn postlift.Date `json:"data_on"` // newest order that is known
}

// readingPatience is how many days a reading waits for an order of its last day or later. Companies with few orders may
// have none: then it is taken with what is known, unless the newest order lies more than readingGap days before that day.
// Then orders have not been imported, and what is missing would be frozen as what letters did.
const (
	readingPatience = 14
	readingGap      = 14
)

// MeasureDue takes every registered reading that is due on a day (none: today), each once, closes the runs whose last
// reading is done and learns from those whose window is over. It may be repeated at any time. A reading is due from the
// day after the last one that it covers, once an order of that day or later is known, or after readingPatience days where
// the newest known order is at most readingGap days older; it does not depend on what the orders say.
func (s *Service) MeasureDue(ctx context.Context, asOf postlift.Date, by postlift.Actor) (Measured, error) {
	settings, err := s.store.Settings(ctx)
	if err != nil {
		return Measured{}, err
	}
	if asOf.IsZero() {
		asOf = settings.Today(s.clock)
	}
	done := Measured{AsOf: asOf, Taken: []FrozenReading{}, Waiting: []WaitingRead{}, Next: []PendingRead{}, Closed: []string{}}
	dataOn, err := s.store.LatestOrder(ctx, asOf)
	if err != nil {
		return done, err
	}
	runs, err := s.store.RunsToRead(ctx)
	if err != nil {
		return done, err
	}
	for _, state := range runs {
		if !state.Open {
			continue
		}
		if err := s.measureRun(ctx, state, dataOn, &done, by); err != nil {
			return done, err
		}
	}
	done.Learned, err = s.Learn(ctx, LearnRequest{}, by)
	return done, err
}

func (s *Service) measureRun(ctx context.Context, state RunToRead, dataOn postlift.Date, done *Measured, by postlift.Actor) error {
	run, err := s.store.MeasuredRun(ctx, state.UID)
	if err != nil {
		return err
	}
	if run.InHomeOn > done.AsOf {
		return nil
	}
	had, err := s.store.FrozenReadings(ctx, run.ID)
	if err != nil {
		return err
	}
	for _, r := range schedule(run, state.ReadingDays) {
		if slices.ContainsFunc(had, func(f FrozenReading) bool { return f.Day == r.Day }) {
			continue
		}
		switch {
		case run.Contractual && r.DueOn < done.AsOf: // nothing to read, only the window to be over
			continue
		case r.DueOn >= done.AsOf || run.Design.waves() && run.unposted():
			done.Next = append(done.Next, r)
			return nil
		case !known(dataOn, run.InHomeOn, r.DueOn, done.AsOf):
			done.Waiting = append(done.Waiting, WaitingRead{r, dataOn})
			return nil
		}
		f, err := s.freeze(ctx, run, r, done.AsOf, state.AnalysisVersion)
		if err != nil {
			return err
		}
		saved, err := s.store.SaveReading(ctx, f, by)
		if err != nil {
			return err
		}
		if saved {
			done.Taken = append(done.Taken, f)
		}
	}
	closed, err := s.store.CloseRun(ctx, run.ID, by)
	if closed {
		done.Closed = append(done.Closed, run.UID)
	}
	return err
}

// unposted tells whether a wave is still to come.
func (r MeasuredRun) unposted() bool { return !r.Design.Ended && len(r.Design.Posted) < r.Design.Waves }

// known tells whether orders up to a day can be taken as known.
func known(dataOn, inHome, due, asOf postlift.Date) bool {
	if dataOn >= due {
		return true
	}
	return asOf.DaysSince(due) >= readingPatience && (dataOn.IsZero() || dataOn >= inHome && due.DaysSince(dataOn) <= readingGap)
}

// schedule lists the readings of a run by their days: those registered and the end of the window, which stands for one
// registered on its day. Waves have none but their end: after it nobody is left to compare with.
func schedule(run MeasuredRun, days []int) []PendingRead {
	end := PendingRead{run.UID, run.Campaign, PrimaryReading, run.EndsOn()}
	list := []PendingRead{end}
	if !run.Design.waves() && !run.Contractual {
		for _, d := range days {
			if due := run.InHomeOn.AddDays(d); due != end.DueOn {
				list = append(list, PendingRead{run.UID, run.Campaign, d, due})
			}
		}
	}
	slices.SortFunc(list, func(a, b PendingRead) int { return a.DueOn.DaysSince(b.DueOn) })
	return list
}

// freeze takes one reading with the data of its day.
func (s *Service) freeze(ctx context.Context, run MeasuredRun, r PendingRead, today postlift.Date, version int) (FrozenReading, error) {
	if _, err := s.store.AttributeRun(ctx, run.ID, NewPicker); err != nil {
		return FrozenReading{}, err
	}
	u, _, err := s.compute(ctx, run.UID, r.DueOn, nil)
	if err != nil {
		return FrozenReading{}, err
	}
	raw, err := json.Marshal(u)
	if err != nil {
		return FrozenReading{}, fmt.Errorf("responses.Measure: %w", err)
	}
	sum := sha256.Sum256(raw)
	return FrozenReading{RunID: run.ID, RunUID: run.UID, Campaign: run.Campaign, Day: r.Day, DueOn: r.DueOn, ReadOn: today, DataOn: u.DataOn,
		AnalysisVersion: version, Verdict: u.Verdict, Report: raw, SHA256: hex.EncodeToString(sum[:])}, nil
}

// readRun is a run with its reading at the end of the window.
type readRun struct {
	MeasuredRun
	primary Uplift
}

// readRuns lists those of the wanted runs whose window was read, open ones and closed.
func (s *Service) readRuns(ctx context.Context, wanted func(uid string) bool) ([]readRun, error) {
	states, err := s.store.RunsToRead(ctx)
	if err != nil {
		return nil, err
	}
	var runs []readRun
	for _, state := range states {
		if !wanted(state.UID) {
			continue
		}
		had, err := s.store.FrozenReadings(ctx, state.ID)
		if err != nil {
			return nil, err
		}
		for _, f := range had {
			if f.Day != PrimaryReading {
				continue
			}
			u, err := f.Uplift()
			if err != nil {
				return nil, err
			}
			run, err := s.store.MeasuredRun(ctx, state.UID)
			if err != nil {
				return nil, err
			}
			runs = append(runs, readRun{run, u})
		}
	}
	return runs, nil
}

// asFrozen gives a report as it was frozen where a registered reading covers its day, or the window is over and was
// read, with a note on what today's data would say instead. Figures of later registered days stand in the outcomes.
func (s *Service) asFrozen(ctx context.Context, in Reading, fresh Uplift) (Uplift, error) {
	u, shown, err := s.frozenOn(ctx, in.Run.ID, in.AsOf)
	if err != nil || shown == nil {
		return fresh, err
	}
	u.Truth = fresh.Truth
	u.Notes = append(u.Notes, frozenNote(*shown, u, &fresh))
	return u, nil
}

// frozenOn is the registered reading that stands for a run's report on a day; nil where there is none.
func (s *Service) frozenOn(ctx context.Context, runID int64, asOf postlift.Date) (u Uplift, shown *FrozenReading, err error) {
	had, err := s.store.FrozenReadings(ctx, runID)
	if err != nil {
		return u, nil, err
	}
	var later *FrozenReading
	for i := range had {
		f := &had[i]
		switch {
		case f.DueOn == asOf && shown == nil, f.Day == PrimaryReading && asOf >= f.DueOn:
			shown = f
		}
		if f.DueOn <= asOf && (later == nil || f.DueOn > later.DueOn) {
			later = f
		}
	}
	if shown == nil {
		return u, nil, nil
	}
	if u, err = shown.Uplift(); err != nil {
		return u, nil, err
	}
	if later.DueOn > shown.DueOn && u.Verdict != Withheld { // what is withheld is so with all that rests on the same arms
		more, err := later.Uplift()
		if err != nil {
			return u, nil, err
		}
		u.Outcomes = more.Outcomes
	}
	return u, shown, nil
}

// Kept is what is known of a campaign's report without computing it.
type Kept struct {
	Key    string  // of the run, the day and the latest change of the data: reports of equal keys are equal
	Frozen *Uplift // the reading that stands for the day, not compared with today's data; nil: there is none
}

// Kept tells what stands for a campaign's report on a day (none: today) without computing anything. NotFound where
// the campaign has no posted run; Read says why.
func (s *Service) Kept(ctx context.Context, campaign string, asOf postlift.Date) (Kept, error) {
	settings, err := s.store.Settings(ctx)
	if err != nil {
		return Kept{}, err
	}
	if asOf.IsZero() {
		asOf = settings.Today(s.clock)
	}
	run, uid, err := s.store.PostedRun(ctx, campaign)
	if err != nil {
		return Kept{}, err
	}
	mark, err := s.store.DataMark(ctx)
	if err != nil {
		return Kept{}, err
	}
	k := Kept{Key: uid + "|" + asOf.String() + "|" + mark}
	u, shown, err := s.frozenOn(ctx, run, asOf)
	if err == nil && shown != nil {
		u.Notes = append(u.Notes, frozenNote(*shown, u, nil))
		k.Frozen = &u
	}
	return k, err
}

// Names of the notes about frozen readings.
const (
	NoteFrozen   = "frozen"
	NoteLateData = "late_data" // frozen, and today's data say something else
)

// frozenNote says since when a report stands and, where a fresh one is at hand, how much today's data differ.
func frozenNote(f FrozenReading, u Uplift, fresh *Uplift) Note {
	word := func(lang string) (text string, differs bool) {
		de := lang == "de"
		text = fmt.Sprintf(form(de, "This reading was taken on %s and frozen; later imports do not change it.", "Diese Lesung wurde am %s vorgenommen und eingefroren; spätere Importe ändern sie nicht."), f.ReadOn.Format(lang))
		switch {
		case fresh == nil:
			return text, false
		case u.Net == nil && fresh.Net == nil:
			return text, false
		case u.Net == nil || fresh.Net == nil:
			return text + form(de, " With the data known today another verdict would be reached: ", " Mit den heute bekannten Daten ergäbe sich ein anderer Befund: ") + fresh.Sentence.In(lang), true
		case *u.Net == *fresh.Net:
			return text + form(de, " The data known today say the same.", " Die heute bekannten Daten sagen dasselbe."), false
		}
		change := postlift.Money{Minor: fresh.Net.Value.Minor - u.Net.Value.Minor, Currency: u.Currency}
		sign := "+"
		if change.Minor < 0 {
			sign = ""
		}
		return text + fmt.Sprintf(form(de, " With the data known today the net gain would be %s (%s to %s), %s.", " Mit den heute bekannten Daten betrüge der Nettoertrag %s (%s bis %s), %s."),
			WholeMoney(fresh.Net.Value, lang), WholeMoney(fresh.Net.Low, lang), WholeMoney(fresh.Net.High, lang), sign+WholeMoney(change, lang)), true
	}
	en, differs := word("en")
	de, _ := word("de")
	name := NoteFrozen
	if differs {
		name = NoteLateData
	}
	return Note{Name: name, Text: Bilingual{EN: en, DE: de}}
}

// form picks a format; unlike pick it leaves verbs alone.
func form(de bool, en, german string) string {
	if de {
		return german
	}
	return en
}

// replaceDot writes a number with the German decimal comma.
func replaceDot(text string) string { return strings.Replace(text, ".", ",", 1) }
