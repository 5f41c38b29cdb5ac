package backtest

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"strings"

	"postlift"
	"postlift/clv/purchase"
	"postlift/clv/tables"
)

// Options say what to test. The zero value tests every model on origins three months apart with horizons
// of 3, 6 and 12 months, as far as the log reaches.
type Options struct {
	// Origins to test from; none: chosen from the log, StepMonths apart.
	Origins []postlift.Date
	// StepMonths between chosen origins; 0 means 3, or 1 where that gives fewer than four.
	StepMonths int
	// MaxOrigins bounds chosen origins; 0 means 8.
	MaxOrigins int
	// Horizons to predict; none means 3, 6 and 12 months, cut to what the log allows.
	Horizons []Horizon
	// Models are order models to compare, by name; "mbgcnbd-2" is MBG/CNBD with k fixed at 2. None: all
	// that apply to dated orders.
	Models []string
	// Spends are spend models to compare, by name; none means all. Without values in the log there are none.
	Spends []string
	// Segments gives each customer's segment, as long as the log's IDs; nil for none.
	Segments []string
	// Columns names the categorical columns of Levels; none means purchase.LevelColumns. Levels gives each customer
	// its level in each of them, "" where there is none, as long as the log's IDs; nil for none. They are taken
	// for what they were at every origin. With them, the order models of the two best families and the spend
	// models are tried by level, too.
	Columns []string
	Levels  [][]string
	// Sample is the number of customers to test with; 0 means 20,000, negative all. A customer is in or out
	// by a hash of its id, whatever else the log holds.
	Sample int
	// Rand gives the seed of the parameters drawn for the spread of totals; nil takes a fixed one, so that
	// equal logs give equal reports.
	Rand *rand.Rand
}

const (
	defaultStep   = 3
	wantedOrigins = 4
	maxOrigins    = 8
	defaultSample = 20000
	defaultSeed   = 1997
)

// check refuses options that cannot be.
func (o Options) check(log tables.OrderLog) error {
	bad := func(text string, args ...any) error {
		return postlift.Faultf(postlift.Invalid, "backtest.Run", text, args...)
	}
	if o.Segments != nil && len(o.Segments) != len(log.IDs) {
		return bad("%d segments for %d customers: give one for each or none", len(o.Segments), len(log.IDs))
	}
	if err := o.checkLevels(log); err != nil {
		return err
	}
	if o.StepMonths < 0 || o.MaxOrigins < 0 {
		return bad("step %d months and %d origins: neither may be negative", o.StepMonths, o.MaxOrigins)
	}
	for _, h := range o.Horizons {
		if d := h.days(); h.Months < 0 || h.Days < 0 || d < 1 || d > maxHorizonDays {
			return bad("the horizon %s must be one day to ten years long", h)
		}
	}
	for _, d := range o.Origins {
		if d.IsZero() {
			return bad("an origin without a date: give dates of the form YYYY-MM-DD")
		}
	}
	return nil
}

// checkLevels refuses levels that do not fit the customers or the columns.
func (o Options) checkLevels(log tables.OrderLog) error {
	if o.Levels == nil {
		return nil
	}
	const op = "backtest.Run"
	if len(o.Levels) != len(log.IDs) {
		return postlift.Faultf(postlift.Invalid, op, "levels of %d customers for %d: give them for each or none", len(o.Levels), len(log.IDs))
	}
	columns := o.columns()
	for i, l := range o.Levels {
		if len(l) != len(columns) {
			return postlift.Faultf(postlift.Invalid, op, "customer %s has %d levels for the %d columns %s: give one for each",
				log.IDs[i], len(l), len(columns), strings.Join(columns, ", "))
		}
	}
	return nil
}

// columns are the names of the levels' columns.
func (o Options) columns() []string {
	if len(o.Columns) > 0 {
		return o.Columns
	}
	return purchase.LevelColumns
}

// schedule is the tests to run: origins in order, and horizons from short to long.
type schedule struct {
	origins  []postlift.Date
	horizons []Horizon
	flags    []string
}

// plan chooses origins and horizons so that every test ends by until and every fit has something to learn
// from.
func plan(first, until postlift.Date, o Options) schedule {
	s := schedule{horizons: horizons(first, until, o)}
	if len(s.horizons) < len(o.Horizons) {
		s.flags = append(s.flags, FlagHorizonsDropped)
	}
	if len(s.horizons) == 0 {
		s.flags = append(s.flags, FlagLogTooShort)
		return s
	}
	if len(o.Origins) > 0 {
		s.origins = feasible(o.Origins, first, until, s.horizons[0])
		if len(s.origins) < len(o.Origins) {
			s.flags = append(s.flags, FlagOriginsDropped)
		}
	} else {
		s.origins = stepBack(first, until, s.horizons[0], cmp.Or(o.StepMonths, defaultStep), cmp.Or(o.MaxOrigins, maxOrigins))
		if o.StepMonths == 0 && len(s.origins) < wantedOrigins {
			s.origins = stepBack(first, until, s.horizons[0], 1, cmp.Or(o.MaxOrigins, maxOrigins))
			s.flags = append(s.flags, FlagMonthlyOrigins)
		}
	}
	switch {
	case len(s.origins) == 0:
		s.flags = append(s.flags, FlagLogTooShort)
	case len(s.origins) < wantedOrigins:
		s.flags = append(s.flags, FlagFewOrigins)
	}
	return s
}

// horizons are those asked for that fit between the log's first day and its end, from short to long; of the
// usual ones, those no longer than half the log, so that a fit knows as much past as it predicts.
func horizons(first, until postlift.Date, o Options) []Horizon {
	length := until.DaysSince(first)
	wanted := slices.Clone(o.Horizons)
	if len(wanted) == 0 {
		wanted = []Horizon{{Months: 3}, {Months: 6}, {Months: 12}}
		length /= 2
	}
	wanted = slices.DeleteFunc(wanted, func(h Horizon) bool { return h.days() > length })
	slices.SortFunc(wanted, func(a, b Horizon) int { return cmp.Compare(a.days(), b.days()) })
	return slices.CompactFunc(wanted, func(a, b Horizon) bool { return a.days() == b.days() })
}

// feasible keeps the origins after the log's first day from which the shortest horizon ends in time.
func feasible(origins []postlift.Date, first, until postlift.Date, shortest Horizon) []postlift.Date {
	out := slices.Clone(origins)
	slices.Sort(out)
	out = slices.Compact(out)
	return slices.DeleteFunc(out, func(d postlift.Date) bool { return d <= first || shortest.End(d) > until })
}

// stepBack goes back from the latest origin whose shortest horizon ends by until, as long as a quarter of
// the log, and at least three months of it, lies before the origin. From a month's last day it goes to last
// days of months.
func stepBack(first, until postlift.Date, shortest Horizon, step, most int) []postlift.Date {
	latest := monthsBack(until, shortest.Months).AddDays(-shortest.Days)
	for shortest.End(latest) > until {
		latest = latest.AddDays(-1)
	}
	earliest := first.AddDays(max(until.DaysSince(first)/4, 90))
	var out []postlift.Date
	for i := 0; len(out) < most; i++ {
		d := monthsBack(latest, i*step)
		if d < earliest {
			break
		}
		out = append(out, d)
	}
	slices.Reverse(out)
	return out
}

// monthsBack goes back by months, from the last day of a month to that of another.
func monthsBack(d postlift.Date, months int) postlift.Date {
	if next := d.AddDays(1); next.Time().Day() == 1 {
		return next.AddMonths(-months).AddDays(-1)
	}
	return d.AddMonths(-months)
}

// weekly turns days into the models' unit.
func weekly(days int) float64 { return float64(days) / purchase.DaysPerWeek }
