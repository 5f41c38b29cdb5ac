package scoring

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"postlift"
)

// What a bridge can be split by.
const (
	BridgeBySegment = "segment"
	BridgeByOwner   = "owner"
)

// parts lists the bridges by name, the largest closing value first.
func (w *bridging) parts() []BridgePart {
	var list []BridgePart
	for name, line := range w.each {
		list = append(list, BridgePart{name, *line})
	}
	slices.SortFunc(list, func(a, b BridgePart) int {
		return cmp.Or(cmp.Compare(b.Line.Closing, a.Line.Closing), cmp.Compare(a.Name, b.Name))
	})
	return list
}

// Quarter is a calendar quarter.
type Quarter struct{ Year, Number int }

// QuarterOf is the quarter of a day.
func QuarterOf(d postlift.Date) Quarter {
	t := d.Time()
	return Quarter{t.Year(), (int(t.Month())-1)/3 + 1}
}

// String is the quarter as 2026-Q1.
func (q Quarter) String() string { return fmt.Sprintf("%04d-Q%d", q.Year, q.Number) }

// First is the quarter's first day.
func (q Quarter) First() postlift.Date {
	d, _ := postlift.ParseDate(fmt.Sprintf("%04d-%02d-01", q.Year, q.Number*3-2)) // always a day
	return d
}

// Last is the quarter's last day.
func (q Quarter) Last() postlift.Date { return q.Next().First().AddDays(-1) }

// Next is the quarter after it.
func (q Quarter) Next() Quarter {
	if q.Number == 4 {
		return Quarter{q.Year + 1, 1}
	}
	return Quarter{q.Year, q.Number + 1}
}

// ParseQuarter reads 2026-Q1.
func ParseQuarter(text string) (Quarter, error) {
	var q Quarter
	if n, err := fmt.Sscanf(text, "%4d-Q%1d", &q.Year, &q.Number); err != nil || n != 2 || q.Number < 1 || q.Number > 4 || q.Year < 1900 || q.String() != text {
		return q, postlift.Faultf(postlift.Invalid, "scoring.ParseQuarter", "%q is no quarter: write it as 2026-Q1", text)
	}
	return q, nil
}

// maxBridgeRuns bounds the runs among which those of the quarters' ends are looked for.
const maxBridgeRuns = 1000

// nearEnd is how many days before a quarter's end a run may stand for it.
const nearEnd = 45

// Bridges works out the bridge of every quarter between two. The run of a quarter's end is the newest of the latest
// date up to it, at most 45 days before; the last quarter may still be running and ends with the latest run. A quarter
// without both runs is left out and named in missing. No quarter with both is a Conflict that says what to do.
func (s *Service) Bridges(ctx context.Context, store BridgeStore, from, to Quarter, o BridgeOptions) (list []Bridge, missing []string, err error) {
	runs, err := store.ScoreRuns(ctx, maxBridgeRuns)
	if err != nil {
		return nil, nil, err
	}
	for q := from; q.First() <= to.First(); q = q.Next() {
		opening, closing := runAt(runs, q.First().AddDays(-1)), runAt(runs, q.Last())
		if opening == nil || closing == nil || closing.AsOf < q.First() {
			missing = append(missing, q.String())
			continue
		}
		b, err := s.BridgeOf(ctx, store, *opening, *closing, o)
		if err != nil {
			return nil, nil, err
		}
		b.Quarter = q.String()
		list = append(list, b)
	}
	if len(list) == 0 {
		return nil, missing, postlift.Faultf(postlift.Conflict, "scoring.Bridges",
			"no quarter from %s to %s has a score run at its beginning and at its end: score those days with postlift clv score --as-of, or let postlift report bridge --backfill do it", from, to)
	}
	return list, missing, nil
}

// runAt is the newest run of the latest date up to a day; nil where it is too long before.
func runAt(runs []Run, day postlift.Date) *Run {
	var best *Run
	for i := range runs {
		if r := &runs[i]; r.AsOf <= day && day.DaysSince(r.AsOf) <= nearEnd && (best == nil || r.AsOf > best.AsOf) {
			best = r
		}
	}
	return best
}

// Backfill scores the quarter ends between two quarters that no run stands for exactly, and the day before the first, and
// publishes the run again that was published before. Days after today, given by until, are left alone. It returns the
// new runs.
func (s *Service) Backfill(ctx context.Context, store BridgeStore, publish func(context.Context, string, postlift.Actor) (Run, error), from, to Quarter, until postlift.Date, by postlift.Actor) ([]Run, error) {
	runs, err := store.ScoreRuns(ctx, maxBridgeRuns)
	if err != nil {
		return nil, err
	}
	before, err := store.PublishedRun(ctx)
	if err != nil {
		return nil, err
	}
	var made []Run
	for _, day := range quarterEnds(from, to) {
		if r := runAt(runs, day); day > until || r != nil && r.AsOf == day {
			continue
		}
		run, err := s.ScoreWith(ctx, Options{AsOf: day}, by)
		if err != nil {
			return made, err
		}
		made = append(made, run)
	}
	if len(made) == 0 {
		return nil, nil
	}
	if _, err := publish(ctx, before.UID, by); err != nil {
		return made, err
	}
	return made, store.RefreshHistories(ctx, before.AsOf)
}

func quarterEnds(from, to Quarter) []postlift.Date {
	days := []postlift.Date{from.First().AddDays(-1)}
	for q := from; q.First() <= to.First(); q = q.Next() {
		days = append(days, q.Last())
	}
	return days
}
