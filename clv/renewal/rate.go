package renewal

import (
	"cmp"
	"maps"
	"math"
	"slices"

	"postlift"
	"postlift/clv/fitting"
)

// Flags of event rates and fee changes.
const (
	FlagNoEvents    = "no_events_observed"   // the event never happened: a stated, tiny prior rate
	FlagSharedRate  = "one_rate_for_all"     // contracts do not differ visibly in this rate: one for all
	FlagNoChanges   = "no_change_observed"   // no change of this kind was seen: a stated prior
	FlagFewChanges  = "few_changes"          // fewer than FewChanges contracts with such a change: mostly a stated prior
	FlagOddExcluded = "odd_changes_excluded" // contracts with changes of more than tenfold were left out
)

// Events counts an event over contracts, each observed for some months. The zero value is ready.
type Events struct {
	seen map[exposure]int
}

type exposure struct {
	months float64
	events int
}

// Add counts n contracts that were each observed for months with so many events; no months count nothing.
func (e *Events) Add(months float64, events, n int) error {
	if !(months >= 0 && months <= maxOpportunity) || events < 0 || n < 0 {
		return postlift.Faultf(postlift.Invalid, "renewal.Events",
			"%d contracts with %d events in %g months: months go from 0 to %d, counts from 0", n, events, months, maxOpportunity)
	}
	if months == 0 || n == 0 {
		return nil
	}
	if e.seen == nil {
		e.seen = map[exposure]int{}
	}
	e.seen[exposure{months, events}] += n
	return nil
}

// counted is one kind of exposure and how many contracts had it.
type counted struct {
	exposure
	n float64
}

// rows lists the exposures in a fixed order, with totals: a fit must not depend on the order of a map.
func (e *Events) rows() (rows []counted, contracts, events int, months float64) {
	for _, k := range slices.SortedFunc(maps.Keys(e.seen), func(a, b exposure) int {
		return cmp.Or(cmp.Compare(a.months, b.months), cmp.Compare(a.events, b.events))
	}) {
		n := e.seen[k]
		rows = append(rows, counted{k, float64(n)})
		contracts += n
		events += n * k.events
		months += float64(n) * k.months
	}
	return rows, contracts, events, months
}

// Rate is how often an event happens to a contract: its own monthly rate is Gamma(A, B) across contracts, so
// that n events in t months give it Gamma(A+n, B+t).
type Rate struct {
	A         float64  `json:"a"` // shape
	B         float64  `json:"b"` // months
	Contracts int      `json:"contracts"`
	Events    int      `json:"events"`
	Months    float64  `json:"months"` // observed, all contracts together
	Flags     []string `json:"flags"`
}

// of is the Gamma distribution of one contract's rate after its own events and months; a rate without a fit
// never happens.
func (r Rate) of(events int, months float64) (a, b float64) {
	if !(r.A > 0 && r.B > 0) {
		return 0, 1
	}
	return r.A + float64(max(events, 0)), r.B + max(months, 0)
}

// priorShape is the weight of the stated prior rate, in events.
const priorShape = 0.5

// fewEvents is the number of events below which contracts cannot be told apart by their rates.
const fewEvents = 10

// fitRate fits the Gamma distribution by maximum likelihood of the negative binomial counts. With few events,
// or where differences between contracts do not show (the likelihood gains less than its second parameter
// costs), all share one rate, known as well as all events together tell it; prior is the monthly rate that
// holds with the weight of half an event, and alone where none was seen.
func fitRate(e *Events, prior float64) Rate {
	rows, contracts, events, months := e.rows()
	r := Rate{A: priorShape + float64(events), B: priorShape/prior + months, Contracts: contracts, Events: events, Months: months, Flags: []string{}}
	if events == 0 {
		r.Flags = append(r.Flags, FlagNoEvents, fitting.FlagPriorUsed)
		return r
	}
	if contracts < fitting.FewAccounts {
		r.Flags = append(r.Flags, fitting.FlagFewAccounts)
	}
	if events >= fewEvents {
		if a, b, ok := spreadRate(rows, float64(contracts), float64(events), months); ok {
			r.A, r.B = a, b
			return r
		}
	}
	r.Flags = append(r.Flags, FlagSharedRate)
	return r
}

// spreadRate is the maximum-likelihood Gamma distribution of rates, if contracts differ.
func spreadRate(rows []counted, n, events, months float64) (a, b float64, ok bool) {
	scale := 10 * n / months // mean exposure 10: log b then lies near the logs of the shape
	f := rateObjective(rows, n, scale)
	mean := events / (months * scale)
	o := fitting.Minimise(f, [][]float64{{0, -math.Log(mean)}, {-1, -1 - math.Log(mean)}}, false)
	boundary, identified := o.AtBoundary(n)
	shared := -(events*math.Log(mean) - events) / n
	if boundary || !identified || (shared-o.Value)*n < 1 {
		return 0, 0, false
	}
	return math.Exp(o.Theta[0]), math.Exp(o.Theta[1]) / scale, true
}

// rateObjective is the mean negative log-likelihood of negative binomial counts at (log a, log b), months
// multiplied by scale.
func rateObjective(rows []counted, n, scale float64) fitting.Objective {
	return func(theta, grad []float64) float64 {
		a, b := math.Exp(theta[0]), math.Exp(theta[1])
		var ll, ga, gb float64
		for _, r := range rows {
			k, t := float64(r.events), r.months*scale
			l := math.Log1p(t / b)
			ll += r.n * (fitting.LgammaRatio(a, k) - a*l - k*math.Log(b+t))
			ga += r.n * a * (fitting.PsiDiff(a, k) - l)
			gb += r.n * (a*t/(b+t) - k*b/(b+t))
		}
		if grad != nil {
			grad[0], grad[1] = -ga/n, -gb/n
		}
		return -ll / n
	}
}
