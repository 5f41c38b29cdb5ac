package scoring

import (
	"context"
	"fmt"
	"iter"
	"runtime"
	"sync"

	"postlift"
	"postlift/clv"
	"postlift/clv/bridge"
	"postlift/clv/segments"
)

// BridgeStore is what a bridge needs of the database beside Store.
type BridgeStore interface {
	Store
	ScoreRuns(ctx context.Context, limit int) ([]Run, error)
	// ScoredTwice streams every account that one of two runs has scored, ordered by id.
	ScoredTwice(ctx context.Context, opening, closing Run) iter.Seq2[ScoredTwice, error]
}

// ScoredTwice is an account's stored values of two runs, minor units.
type ScoredTwice struct {
	AccountID    int64
	Known        bool // still stored; false: erased since
	Segment      string
	Owner        string
	Opening      int64
	Closing      int64
	OpeningStage string // "": no score in that run
	ClosingStage string
}

// BridgeOptions say which part of the base is looked at.
type BridgeOptions struct {
	By string // segment, owner; "": only all together
}

// Bridge is how the value of the base came from an opening to a closing run.
type Bridge struct {
	Quarter string        `json:"quarter,omitempty"` // 2026-Q1
	From    postlift.Date `json:"from"`              // dates of the two runs
	To      postlift.Date `json:"to"`
	Opening string        `json:"opening_run"`
	Closing string        `json:"closing_run"`
	Money   string        `json:"currency"`
	All     bridge.Line   `json:"all"`
	Steps   []bridge.Step `json:"steps"`
	By      []BridgePart  `json:"by,omitempty"`
	Notes   []string      `json:"notes"` // keys of what to know
}

// BridgePart is the bridge of a segment's or an owner's accounts.
type BridgePart struct {
	Name string      `json:"name"`
	Line bridge.Line `json:"line"`
}

// Keys of notes on a bridge.
const (
	NoteSameDate = "same_date"      // the runs stand for one day
	NoteRates    = "rates_changed"  // exchange rates are another set than the opening run's: what that moved stands under what was recorded later
	NoteStart    = "history_longer" // the imported history begins on another day than it did for the opening run
)

// BridgeOf works out the bridge between two full or incremental runs of one currency. Values are worked out anew from
// the documents as they are now, under each run's own models and assumptions. A run from before incremental scoring,
// runs of two currencies and a closing date before the opening one are a Conflict.
func (s *Service) BridgeOf(ctx context.Context, store BridgeStore, opening, closing Run, o BridgeOptions) (Bridge, error) {
	if err := bridgeable(opening, closing); err != nil {
		return Bridge{}, err
	}
	w, err := newBridging(s, store, opening, closing, o)
	if err != nil {
		return Bridge{}, err
	}
	out := Bridge{From: opening.AsOf, To: closing.AsOf, Opening: opening.UID, Closing: closing.UID, Money: closing.Currency, Notes: []string{}}
	if opening.AsOf == closing.AsOf {
		out.Notes = append(out.Notes, NoteSameDate)
	}
	if opening.Basis.Rates != closing.Basis.Rates {
		out.Notes = append(out.Notes, NoteRates)
	}
	if opening.Basis.HistoryStart != closing.Basis.HistoryStart {
		out.Notes = append(out.Notes, NoteStart)
	}
	if err := w.run(ctx); err != nil {
		return out, err
	}
	out.All, out.By = w.all, w.parts()
	out.Steps = out.All.Waterfall()
	return out, out.All.Check()
}

func bridgeable(opening, closing Run) error {
	conflict := func(format string, args ...any) error {
		return postlift.Faultf(postlift.Conflict, "scoring.Bridge", format, args...)
	}
	for _, r := range []Run{opening, closing} {
		if r.Basis == nil || r.Basis.Method != valuationMethod {
			return conflict("run %s of %s does not hold all that its values rest on: score that day anew with postlift clv score --as-of %s", r.UID, r.AsOf, r.AsOf)
		}
	}
	switch {
	case opening.Currency != closing.Currency:
		return conflict("the runs are in %s and %s: a bridge needs one currency", opening.Currency, closing.Currency)
	case closing.AsOf < opening.AsOf:
		return conflict("the closing run of %s is older than the opening run of %s", closing.AsOf, opening.AsOf)
	}
	return nil
}

// bridging is one bridge being worked out.
type bridging struct {
	s                *Service
	store            BridgeStore
	opening, closing Run
	by               string
	oldModels, now   clv.Models
	further          clv.Assumptions // the opening run's, with a longer horizon

	mu   sync.Mutex
	all  bridge.Line
	each map[string]*bridge.Line
	done int64
}

func newBridging(s *Service, store BridgeStore, opening, closing Run, o BridgeOptions) (*bridging, error) {
	w := &bridging{s: s, store: store, opening: opening, closing: closing, by: o.By, each: map[string]*bridge.Line{}}
	var err error
	if w.oldModels, err = opening.Params.Models(); err != nil {
		return nil, err
	}
	if w.now, err = closing.Params.Models(); err != nil {
		return nil, err
	}
	w.further = opening.Basis.Assumptions
	w.further.HorizonMonths += bridge.FurtherMonths(opening.AsOf.AddDays(1), closing.AsOf)
	return w, w.further.Check()
}

// bridgeChunk is how many accounts are worked out together.
const bridgeChunk = 1000

func (w *bridging) run(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	work := make(chan []ScoredTwice)
	var group sync.WaitGroup
	for range max(runtime.GOMAXPROCS(0), 1) {
		group.Go(func() {
			for chunk := range work {
				if err := w.chunk(ctx, chunk); err != nil {
					cancel(err)
				}
			}
		})
	}
	err := w.feed(ctx, work)
	close(work)
	group.Wait()
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return err
}

func (w *bridging) feed(ctx context.Context, work chan<- []ScoredTwice) error {
	var chunk []ScoredTwice
	send := func() bool {
		select {
		case work <- chunk:
			chunk = nil
			return true
		case <-ctx.Done():
			return false
		}
	}
	for one, err := range w.store.ScoredTwice(ctx, w.opening, w.closing) {
		if err != nil {
			return err
		}
		if chunk = append(chunk, one); len(chunk) == bridgeChunk && !send() {
			return nil
		}
	}
	if len(chunk) > 0 {
		send()
	}
	return nil
}

// scorers value accounts under every mixture that a bridge needs; they serve one goroutine.
type scorers struct{ then, far, oldModel, oldAssumptions, now *clv.Scorer }

func (w *bridging) scorers() (x scorers, err error) {
	a, b := w.opening.AsOf, w.closing.AsOf
	before, after := w.opening.Basis.Assumptions, w.closing.Basis.Assumptions
	for _, make := range []struct {
		to     **clv.Scorer
		models *clv.Models
		on     postlift.Date
		a      clv.Assumptions
	}{{&x.then, &w.oldModels, a, before}, {&x.far, &w.oldModels, a, w.further}, {&x.oldModel, &w.oldModels, b, before},
		{&x.oldAssumptions, &w.now, b, before}, {&x.now, &w.now, b, after}} {
		if *make.to, err = clv.NewScorer(make.models, make.on, make.a); err != nil {
			return x, err
		}
	}
	return x, nil
}

// chunk works out the accounts of a chunk and adds them up.
func (w *bridging) chunk(ctx context.Context, list []ScoredTwice) error {
	ids := make([]int64, 0, len(list))
	for _, one := range list {
		if one.Known {
			ids = append(ids, one.AccountID)
		}
	}
	then, err := w.read(ctx, &w.opening, ids)
	if err != nil {
		return err
	}
	now, err := w.read(ctx, &w.closing, ids)
	if err != nil {
		return err
	}
	x, err := w.scorers()
	if err != nil {
		return err
	}
	for i := range list {
		one := &list[i]
		a := bridge.Account{Kind: bridge.Lost, Opening: one.Opening, Closing: one.Closing}
		if before, after := then[one.AccountID], now[one.AccountID]; before != nil && after != nil {
			a = w.account(&x, one, before, after)
		}
		w.add(one, bridge.Of(a))
	}
	return nil
}

func (w *bridging) read(ctx context.Context, run *Run, ids []int64) (map[int64]*History, error) {
	found := make(map[int64]*History, len(ids))
	if len(ids) == 0 {
		return found, nil
	}
	for h, err := range w.s.histories(ctx, run, ids) {
		if err != nil {
			return nil, fmt.Errorf("scoring.Bridge: %w", err)
		}
		found[h.AccountID] = &h
	}
	return found, nil
}

// account values one account in every way. Its margins without a price of their own are filled by the opening run's
// default up to the step in which the assumptions change.
func (w *bridging) account(x *scorers, one *ScoredTwice, before, after *History) bridge.Account {
	a, b := w.opening.AsOf, w.closing.AsOf
	old, new := w.opening.Basis.DefaultMargin, w.closing.Basis.DefaultMargin
	first, last, restated := before.Input(a, old), after.Input(b, old), after.Input(b, new)
	then := x.then.Expected(&first).ResidualMinor
	forecast := bridge.Cut(x.far.Grid(&first), w.opening.Basis.Assumptions.HorizonMonths, then, b)
	out := bridge.Account{Opening: one.Opening, Closing: one.Closing, Forecast: forecast, Then: then, Now: x.now.Expected(&restated).ResidualMinor,
		OldModel: x.oldModel.Expected(&last).ResidualMinor, OldAssumptions: x.oldAssumptions.Expected(&last).ResidualMinor,
		Earned: last.MarginToDateMinor - first.MarginToDateMinor - forecast.Costs}
	switch lost := string(segments.Lost); {
	case before.Empty(a) && !after.Empty(b):
		out.Kind = bridge.New
	case one.ClosingStage == lost && one.OpeningStage != lost:
		out.Kind = bridge.Lost
	}
	return out
}

func (w *bridging) add(one *ScoredTwice, l bridge.Line) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.all.Add(l)
	if w.done++; w.s.Progress != nil && w.done%bridgeChunk == 0 {
		w.s.Progress(w.done)
	}
	if w.by == "" {
		return
	}
	name := one.Segment
	if w.by == BridgeByOwner {
		name = one.Owner
	}
	if w.each[name] == nil {
		w.each[name] = &bridge.Line{}
	}
	w.each[name].Add(l)
}
