package backtest

import (
	"cmp"
	"slices"
)

// pictures fill the report's charts from the chosen model's tests, and compare all predictions at the last
// test of the longest horizon.
func (r *run) pictures(details []detail) {
	r.report.Segments = segments(details, r.book)
	for _, h := range r.plan.horizons {
		if rel, ok := reliability(h, r.report.Choice.Key, details); ok {
			r.report.Reliability = append(r.report.Reliability, rel)
		}
	}
	last := r.lastTest()
	p := r.pasts[slices.IndexFunc(r.pasts, func(p past) bool { return p.origin == last.Origin })]
	shown := r.predictions(p, last)
	r.report.Frequency = frequencies(p, r.book.after(p, last.End), shown)
	r.report.Lift = lifts(p, r.book.after(p, last.End), last, shown)
	r.report.Tracking = r.tracking(p, last)
}

// lastTest is the latest test of the longest horizon.
func (r *run) lastTest() Test {
	return slices.MaxFunc(r.tests, func(a, b Test) int {
		return cmp.Or(cmp.Compare(a.Horizon.days(), b.Horizon.days()), cmp.Compare(a.Origin, b.Origin))
	})
}

// shown is one prediction by customer.
type shown struct {
	key       string
	predicted []float64
}

// fitsFrom are the fitted candidates of an origin, those that came out alike once.
func (r *run) fitsFrom(p past) (keys []string, fits []*fitted) {
	origin := slices.IndexFunc(r.pasts, func(q past) bool { return q.origin == p.origin })
	for i, fit := range r.fits[origin] {
		if fit == nil || slices.ContainsFunc(fits, func(f *fitted) bool { return same(f, fit) }) {
			continue
		}
		keys, fits = append(keys, r.cands[i].key), append(fits, fit)
	}
	return keys, fits
}

// predictions are those of every model and baseline in one test.
func (r *run) predictions(p past, t Test) []shown {
	var out []shown
	keys, fits := r.fitsFrom(p)
	for i, fit := range fits {
		f := ahead(fit, p, []float64{t.Horizon.weeks(t.Origin)})
		out = append(out, shown{keys[i], f.past.spread(f.path[0])})
	}
	out = append(out, shown{BaselineLastYear, r.book.lastYear(p, t.End)})
	if cells := r.book.rfmCells(p, t.End); cells != nil {
		out = append(out, shown{BaselineRFM, cells})
	}
	return out
}

// tracking is the cumulative path of every model after the test's origin.
func (r *run) tracking(p past, t Test) Tracking {
	days := trackDays(t.Origin, t.End)
	times := make([]float64, len(days))
	for i, d := range days {
		times[i] = weekly(d.DaysSince(t.Origin))
	}
	out := Tracking{Origin: t.Origin, Horizon: t.Horizon, Days: days, Actual: r.book.path(p, days), Models: []Series{}}
	keys, fits := r.fitsFrom(p)
	for i, fit := range fits {
		s := Series{Model: keys[i]}
		f := ahead(fit, p, times)
		for _, byRow := range f.path {
			s.Values = append(s.Values, f.past.total(byRow))
		}
		out.Models = append(out.Models, s)
	}
	return out
}

// mostFrequent is the number of repeat order days from which frequencies are shown together.
const mostFrequent = 7

// frequencies compare means by the number of repeat order days.
func frequencies(p past, o outcome, all []shown) []Frequency {
	var out []Frequency
	for x := 0; x <= mostFrequent; x++ {
		f := Frequency{From: x, To: x, Predicted: make([]Keyed, len(all))}
		if x == mostFrequent {
			f.To = -1
		}
		for i, k := range p.known {
			if min(int(k.x), mostFrequent) != x {
				continue
			}
			f.Customers++
			f.Orders += float64(o.counts[i])
			for j, s := range all {
				f.Predicted[j].Value += s.predicted[i]
			}
		}
		if f.Customers == 0 {
			continue
		}
		f.Orders /= float64(f.Customers)
		for j, s := range all {
			f.Predicted[j] = Keyed{s.key, f.Predicted[j].Value / float64(f.Customers)}
		}
		out = append(out, f)
	}
	return out
}

// lifts rank the customers by every prediction.
func lifts(p past, o outcome, t Test, all []shown) Lift {
	out := Lift{Origin: t.Origin, Horizon: t.Horizon, Models: []Series{}}
	for tenth := 1; tenth <= 10; tenth++ {
		out.Shares = append(out.Shares, float64(tenth)/10)
	}
	for _, s := range all {
		out.Models = append(out.Models, Series{s.key, lift(s.predicted, o.counts, out.Shares)})
	}
	frequencies, counts := make([]float64, len(p.known)), make([]float64, len(p.known))
	for i, k := range p.known {
		frequencies[i], counts[i] = float64(k.x), float64(o.counts[i])
	}
	out.Frequency, out.Perfect = lift(frequencies, o.counts, out.Shares), lift(counts, o.counts, out.Shares)
	return out
}

// reliability bins the chosen model's probabilities over all origins of a horizon.
func reliability(h Horizon, key string, details []detail) (Reliability, bool) {
	var ordered, alive []float64
	var counts []int32
	for _, d := range details {
		if d.test.Horizon == h {
			ordered, alive, counts = append(ordered, d.ordered...), append(alive, d.alive...), append(counts, d.counts...)
		}
	}
	happened := func(i int) bool { return counts[i] > 0 }
	return Reliability{Horizon: h, Model: key, Ordered: bins(ordered, happened), OrderedBrier: brier(ordered, counts),
		Alive: bins(alive, happened), AliveBrier: brier(alive, counts)}, len(counts) > 0
}

// segments sum the chosen model's tests by segment and horizon.
func segments(details []detail, b book) []Segment {
	type key struct {
		segment string
		horizon Horizon
	}
	sums, worth := map[key]*Segment{}, map[key]float64{}
	for _, d := range details {
		for i, k := range d.past.known {
			at := key{b.customers[k.who].segment, d.test.Horizon}
			if at.segment == "" {
				continue
			}
			s := sums[at]
			if s == nil {
				s = &Segment{Segment: at.segment, Horizon: at.horizon}
				sums[at] = s
			}
			s.Customers++
			s.Orders += float64(d.counts[i])
			s.Predicted += d.predicted[i]
			s.Value += d.values[i]
			if d.worth != nil {
				worth[at] += d.predicted[i] * d.worth[i]
			}
		}
	}
	out := []Segment{}
	for at, s := range sums {
		s.Bias = bias(s.Predicted, s.Orders)
		if v, ok := worth[at]; ok {
			s.ValueBias = bias(v, s.Value)
		}
		out = append(out, *s)
	}
	slices.SortFunc(out, func(a, b Segment) int {
		return cmp.Or(cmp.Compare(a.Segment, b.Segment), cmp.Compare(a.Horizon.days(), b.Horizon.days()))
	})
	return out
}
