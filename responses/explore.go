package responses

import (
	"context"

	"postlift"
)

// Metrics of a reading. Margin is registered; the others are exploratory.
const (
	MetricMargin = "margin"
	MetricNet    = "net"    // net order value and fees, before any cost
	MetricOrders = "orders" // counted
)

// Exploratory is the flag and the verdict of a reading that differs from the registered record: what it shows was not
// asked before the data, so it suggests what to test next and decides nothing.
const Exploratory = "exploratory"

// Variation says how a reading differs from the registered one; the zero value does not.
type Variation struct {
	WindowDays       int    // 0: as registered
	Metric           string // "": margin
	WithoutCovariate bool
}

// of tells how the variation differs from a run's record; what equals the record is taken away.
func (v Variation) of(run MeasuredRun) Variation {
	if v.WindowDays == run.WindowDays {
		v.WindowDays = 0
	}
	if v.Metric == MetricMargin {
		v.Metric = ""
	}
	return v
}

func (v Variation) differs() bool { return v != Variation{} }

func (v Variation) check(run MeasuredRun) error {
	const op = "responses.Explore"
	switch {
	case v.WindowDays < 0 || v.WindowDays > 3650:
		return postlift.Faultf(postlift.Invalid, op, "a window of %d days is not possible: 1 to 3650", v.WindowDays)
	case v.Metric != "" && v.Metric != MetricMargin && v.Metric != MetricNet && v.Metric != MetricOrders:
		return postlift.Faultf(postlift.Invalid, op, "metric %q is not known: margin, net and orders are", v.Metric)
	case v.WindowDays > 0 && run.Design.waves():
		return postlift.Faultf(postlift.Invalid, op, "%s was mailed in waves, which are read from one wave to the next: there is no window to change", run.Campaign)
	}
	return nil
}

// Explore is Read with another window, metric or without the covariate. What differs from the registered record is
// flagged exploratory and has no verdict; what does not is Read.
func (s *Service) Explore(ctx context.Context, campaign string, asOf postlift.Date, v Variation) (Uplift, error) {
	run, err := s.store.MeasuredRun(ctx, campaign)
	if err != nil {
		return Uplift{}, err
	}
	if err := v.check(run); err != nil {
		return Uplift{}, err
	}
	if v = v.of(run); !v.differs() {
		return s.Read(ctx, campaign, asOf, nil)
	}
	settings, err := s.store.Settings(ctx)
	if err != nil {
		return Uplift{}, err
	}
	if asOf.IsZero() {
		asOf = settings.Today(s.clock)
	}
	if err := run.measurable(); err != nil {
		return Uplift{}, err
	}
	if asOf < run.InHomeOn {
		return Uplift{}, postlift.Faultf(postlift.Conflict, "responses.Explore",
			"the letters of %s come in home on %s; there is nothing to measure on %s", run.Campaign, run.InHomeOn, asOf)
	}
	run.Variation = v
	if v.WindowDays > 0 {
		run.WindowDays = v.WindowDays
	}
	in := Reading{Run: run, AsOf: asOf}
	if err := s.read(ctx, &in, settings.Value.DefaultMargin); err != nil {
		return Uplift{}, err
	}
	u, err := Measure(in)
	if err != nil {
		return Uplift{}, err
	}
	u.Path, u.Segments = []PathStage{}, []SegmentEffect{}
	return u, nil
}
