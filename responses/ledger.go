package responses

import (
	"postlift"
	"postlift/campaigns/experiment"
)

// daysPerMonth spreads a monthly fee over days.
const daysPerMonth = 365.25 / 12

// GroupRow is one randomisation group of a run as it was frozen when planned. Money is in minor units of
// the run's currency.
type GroupRow struct {
	Key              string
	Treated          bool
	Propensity       float64
	Accounts         int
	PreMinor         float64 // margin before the plan, the covariate
	PlannedGainMinor float64 // expected gain of mailing the group, as the plan assumed it
	Stratum          string  // that it was drawn in; of matched blocks its block
	Wave             int     // from 1; 0 without waves
}

// DayRow is what one group ordered on one day, net of credits. Money is in fractional minor units of the
// run's currency.
type DayRow struct {
	Key      string
	On       postlift.Date
	Net      float64
	Margin   float64
	Assumed  float64 // of Net, what has no margin of its own and takes the default share
	Orders   int
	Excluded int // documents without an exchange rate on their day
}

// ContractRow is one line of a group's contract with the contract's dates. Money is a month's, in minor
// units of Currency.
type ContractRow struct {
	Key           string
	Currency      string
	TermEndsOn    postlift.Date
	AutoRenew     bool
	NoticeGivenOn postlift.Date
	EndedOn       postlift.Date // last day
	FeeMinor      int64
	MarginMinor   *int64
	ValidFrom     postlift.Date
	ValidTo       postlift.Date // last day; none: open
}

// lastDay is the line's last day of service: its own, the contract's end, or the end of a term that will
// not be renewed.
func (c ContractRow) lastDay(until postlift.Date) postlift.Date {
	last := until
	if !c.ValidTo.IsZero() {
		last = min(last, c.ValidTo)
	}
	switch {
	case !c.EndedOn.IsZero():
		last = min(last, c.EndedOn)
	case !c.AutoRenew || !c.NoticeGivenOn.IsZero():
		last = min(last, c.TermEndsOn)
	}
	return last
}

// Ledger adds up what every group of a run realised between in-home and the reading, by assignment,
// whatever was delivered. It belongs to one reading; it is not safe for concurrent use.
type Ledger struct {
	from, until   postlift.Date
	defaultMargin float64

	index    map[string]int
	units    []experiment.Unit
	daily    [2][]float64 // margin by day since in-home, control and treated
	planned  float64
	net      float64
	assumed  float64
	excluded int
	split    string
	vary     Variation
	orderNet []float64 // of each group, net value of its orders

	strata  map[string]Sizes // found, by stratum
	waves   []int            // of each group
	periods []period         // of waves, those that are over
	margins [][]float64      // of each group, by period
	orders  [][]float64
}

// NewRunLedger makes an empty ledger for a reading of a run on a day: from in-home to the day or the end of the
// window, and, where the run is in waves, period by period.
func NewRunLedger(run MeasuredRun, asOf postlift.Date, defaultMargin float64) *Ledger {
	until := min(asOf, run.EndsOn())
	l := NewLedger(run.InHomeOn, until, defaultMargin)
	l.vary = run.Variation
	if run.Design.waves() {
		l.periods, _ = run.Design.over(until)
	}
	return l
}

// NewLedger makes an empty ledger for the days from..until (inclusive); defaultMargin is the share of
// net taken where a contract line names no margin.
func NewLedger(from, until postlift.Date, defaultMargin float64) *Ledger {
	l := &Ledger{from: from, until: until, defaultMargin: defaultMargin, index: map[string]int{}, strata: map[string]Sizes{}}
	for arm := range l.daily {
		l.daily[arm] = make([]float64, max(until.DaysSince(from)+1, 0))
	}
	return l
}

// AddGroup takes one group of the run; groups come before what they ordered. A group in both arms was
// not randomised as a whole and is remembered for Units to refuse.
func (l *Ledger) AddGroup(g GroupRow) {
	if _, twice := l.index[g.Key]; twice {
		l.split = g.Key
		return
	}
	l.index[g.Key] = len(l.units)
	if l.vary.WithoutCovariate || l.vary.Metric == MetricOrders { // margins of before say little of counts
		g.PreMinor = 0
	}
	l.orderNet = append(l.orderNet, 0)
	l.units = append(l.units, experiment.Unit{
		Treated: g.Treated, Block: g.Stratum, Propensity: g.Propensity, Accounts: g.Accounts, Pre: g.PreMinor,
	})
	l.waves = append(l.waves, g.Wave)
	if len(l.periods) > 0 {
		l.margins, l.orders = append(l.margins, make([]float64, len(l.periods))), append(l.orders, make([]float64, len(l.periods)))
	}
	s := l.strata[g.Stratum]
	if g.Treated {
		l.planned += g.PlannedGainMinor
		s.Treated++
	} else {
		s.Held++
	}
	l.strata[g.Stratum] = s
}

// AddDay takes a group's orders of one day; what lies outside the ledger's days or groups is ignored.
func (l *Ledger) AddDay(d DayRow) {
	i, known := l.index[d.Key]
	if !known || d.On < l.from || d.On > l.until {
		return
	}
	u := &l.units[i]
	value := l.vary.outcome(d.Margin, d.Net, float64(d.Orders))
	u.Outcome += value
	u.Orders += float64(d.Orders)
	l.orderNet[i] += d.Net
	for j, p := range l.periods {
		if d.On >= p.from && d.On <= p.to {
			l.margins[i][j] += value
			l.orders[i][j] += float64(d.Orders)
		}
	}
	l.daily[armIndex(u.Treated)][d.On.DaysSince(l.from)] += value
	l.net += d.Net
	l.assumed += d.Assumed
	l.excluded += d.Excluded
}

// AddContract takes a contract line and spreads its margin over the days of service that lie in the
// ledger; rate turns its minor units into the run's, 0 where no rate is known (a counted exclusion).
func (l *Ledger) AddContract(c ContractRow, rate float64) {
	i, known := l.index[c.Key]
	first, last := max(c.ValidFrom, l.from), c.lastDay(l.until)
	if !known || last < first {
		return
	}
	if rate == 0 {
		l.excluded++
		return
	}
	net := float64(c.FeeMinor) * rate / daysPerMonth
	margin := net * l.defaultMargin
	days := float64(last.DaysSince(first) + 1)
	if c.MarginMinor != nil {
		margin = float64(*c.MarginMinor) * rate / daysPerMonth
	} else {
		l.assumed += net * days
	}
	l.net += net * days
	margin = l.vary.outcome(margin, net, 0)
	u := &l.units[i]
	u.Outcome += margin * days
	for j, p := range l.periods {
		if both := min(last, p.to).DaysSince(max(first, p.from)) + 1; both > 0 {
			l.margins[i][j] += margin * float64(both)
		}
	}
	daily := l.daily[armIndex(u.Treated)]
	for d := first.DaysSince(l.from); d <= last.DaysSince(l.from); d++ {
		daily[d] += margin
	}
}

// outcome is what a reading adds up of margin, net value and orders.
func (v Variation) outcome(margin, net, orders float64) float64 {
	switch v.Metric {
	case MetricNet:
		return net
	case MetricOrders:
		return orders
	}
	return margin
}

func armIndex(treated bool) int {
	if treated {
		return 1
	}
	return 0
}

// Units are the groups with their outcomes, ready for experiment.Analyse.
func (l *Ledger) Units() ([]experiment.Unit, error) {
	if l.split != "" {
		return nil, postlift.Faultf(postlift.Invalid, "responses.Ledger",
			"group %s stands in both arms; a group must be mailed or held out as a whole", l.split)
	}
	return l.units, nil
}

// AssumedShare is the share of net value whose margin is the default share, 0 without any net value.
func (l *Ledger) AssumedShare() float64 {
	if l.net <= 0 {
		return 0
	}
	return min(l.assumed/l.net, 1)
}

// curve is the cumulative margin per account of an arm with n accounts, by day since in-home.
func (l *Ledger) curve(arm, n int) []float64 {
	out := make([]float64, len(l.daily[arm]))
	sum := 0.0
	for i, v := range l.daily[arm] {
		sum += v
		if n > 0 {
			out[i] = sum / float64(n)
		}
	}
	return out
}
