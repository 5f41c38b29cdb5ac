package coverage

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"postlift/campaigns/experiment"
	"postlift/campaigns/planner"
	"postlift/responses"
)

// Kinds of a row.
const (
	Interval = "interval" // how often an interval holds the truth
	Alarm    = "alarm"    // how often something is claimed that is not true
)

// Results of a row: its share against the bar, the chance of so many campaigns considered.
const (
	Holds   = "holds"   // the one-sided 95 % bound reaches the bar, too
	Open    = "open"    // the share does, the bound does not: more campaigns would tell
	SaysSo  = "says so" // it does not, and nearly every report that shows it marks it
	Fails   = "FAILS"
	NoTrial = "not shown"
)

// marked is the share of reports from which on a mark counts as the product saying so by itself.
const marked = .95

// Row is one line of the table.
type Row struct {
	Design    string         `json:"design"`
	Metric    string         `json:"metric"`
	Kind      string         `json:"kind"`
	Lift      float64        `json:"true_lift"`
	Companies int            `json:"companies"`
	Controls  int            `json:"controls"` // at most, in the smallest comparison
	Shown     int            `json:"shown"`    // intervals, or reports looked at
	Missing   int            `json:"missing"`  // where the product shows none
	Share     float64        `json:"share"`    // of intervals that hold the truth; of alarms, that are raised
	Bound     float64        `json:"bound"`    // one-sided 95 % bound by the binomial: from below, of alarms from above
	TooHigh   float64        `json:"too_high"` // wholly above the truth
	TooLow    float64        `json:"too_low"`
	Share80   *float64       `json:"share_80"`         // of the 80 % interval; null: none is shown
	Width     *float64       `json:"width_over_welch"` // mean of the ratio; null: nothing to compare with
	Bar       float64        `json:"bar"`
	Result    string         `json:"result"`
	Marks     map[string]int `json:"marks"` // what the product says by itself, in how many reports
	order     int
}

// Says lists the product's marks as shares of the campaigns, the most frequent first.
func (r Row) Says() string {
	names := make([]string, 0, len(r.Marks))
	for n := range r.Marks {
		names = append(names, n)
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(r.Marks[b]-r.Marks[a], strings.Compare(a, b)) })
	for i, n := range names {
		names[i] = fmt.Sprintf("%s %.0f %%", n, 100*float64(r.Marks[n])/float64(max(r.Shown+r.Missing, 1)))
	}
	return strings.Join(names, ", ")
}

// counter counts one row.
type counter struct {
	shown, missing, held, high, low int
	shown80, held80                 int
	width                           float64
	widths                          int
	marked                          int
	marks                           map[string]int
	order                           int
	alarm                           bool
	bar                             float64
}

type rowKey struct {
	metric string
	lift   float64
}

// tally counts the rows of one design.
type tally struct {
	rows map[rowKey]*counter
}

func newTally() *tally { return &tally{rows: map[rowKey]*counter{}} }

func (t *tally) at(metric string, lift float64) *counter {
	k := rowKey{metric, lift}
	c := t.rows[k]
	if c == nil {
		c = &counter{marks: map[string]int{}, order: len(t.rows)}
		t.rows[k] = c
	}
	return c
}

// span is an interval with its 80 % one where there is one.
type span struct {
	low, high     float64
	low80, high80 float64
	narrow        bool    // the 80 % interval is known
	welch         float64 // width of Welch's interval of the same; 0: none
}

func spanOf(e experiment.Estimate) span {
	return span{low: e.Low, high: e.High, low80: e.Low80, high80: e.High80, narrow: true}
}

func moneySpan(m *responses.MoneyInterval) span {
	f := func(v int64) float64 { return float64(v) }
	return span{low: f(m.Low.Minor), high: f(m.High.Minor), low80: f(m.Low80.Minor), high80: f(m.High80.Minor), narrow: true}
}

func plainSpan(i *responses.Interval) span {
	s := span{low: i.Low, high: i.High}
	if i.Low80 != nil && i.High80 != nil {
		s.low80, s.high80, s.narrow = *i.Low80, *i.High80, true
	}
	return s
}

// see counts an interval with what the product says of it.
func (t *tally) see(metric string, lift float64, s span, truth float64, marks ...string) {
	c := t.at(metric, lift)
	c.shown++
	switch {
	case s.low > truth:
		c.high++
	case s.high < truth:
		c.low++
	default:
		c.held++
	}
	if s.narrow {
		c.shown80++
		if s.low80 <= truth && truth <= s.high80 {
			c.held80++
		}
	}
	if s.welch > 0 {
		c.width += (s.high - s.low) / s.welch
		c.widths++
	}
	c.mark(marks)
}

// none counts a report that shows no such interval, and why.
func (t *tally) none(metric string, lift float64, why string) {
	c := t.at(metric, lift)
	c.missing++
	c.marks[why]++
}

// alarm counts a report that may raise a false alarm.
func (t *tally) alarm(metric string, lift, most float64, raised bool, marks ...string) {
	c := t.at(metric, lift)
	c.alarm, c.bar = true, most
	c.shown++
	if raised {
		c.held++
	}
	c.mark(marks)
}

func (c *counter) mark(marks []string) {
	if len(marks) > 0 {
		c.marked++
	}
	for _, m := range marks {
		c.marks[m]++
	}
}

// add takes over what another tally counted.
func (t *tally) add(o *tally) {
	keys := make([]rowKey, len(o.rows))
	for k, c := range o.rows {
		keys[c.order] = k
	}
	for _, k := range keys {
		c, x := t.at(k.metric, k.lift), o.rows[k]
		c.shown, c.missing, c.held, c.high, c.low = c.shown+x.shown, c.missing+x.missing, c.held+x.held, c.high+x.high, c.low+x.low
		c.shown80, c.held80 = c.shown80+x.shown80, c.held80+x.held80
		c.width, c.widths, c.marked = c.width+x.width, c.widths+x.widths, c.marked+x.marked
		c.alarm, c.bar = x.alarm, x.bar
		for m, n := range x.marks {
			c.marks[m] += n
		}
	}
}

// list makes the rows of a design, metrics in the order in which they were first seen, lifts ascending.
func (t *tally) list(d Design) []Row {
	first := map[string]int{}
	for k, c := range t.rows {
		if at, known := first[k.metric]; !known || c.order < at {
			first[k.metric] = c.order
		}
	}
	rows := make([]Row, 0, len(t.rows))
	for k, c := range t.rows {
		r := c.row(d)
		r.Metric, r.Lift, r.order = k.metric, k.lift, first[k.metric]
		rows = append(rows, r)
	}
	slices.SortFunc(rows, func(a, b Row) int { return cmp.Or(a.order-b.order, cmp.Compare(a.Lift, b.Lift)) })
	return rows
}

func (c *counter) row(d Design) Row {
	r := Row{Design: d.Name, Kind: Interval, Companies: d.Companies, Controls: d.Controls, Shown: c.shown, Missing: c.missing, Bar: d.Bar, Marks: c.marks}
	n := float64(max(c.shown, 1))
	r.Share, r.TooHigh, r.TooLow = float64(c.held)/n, float64(c.high)/n, float64(c.low)/n
	r.Bound = planner.LowerBound(c.held, c.shown)
	if c.shown80 > 0 {
		share := float64(c.held80) / float64(c.shown80)
		r.Share80 = &share
	}
	if c.widths > 0 {
		w := c.width / float64(c.widths)
		r.Width = &w
	}
	above := func(share float64) bool { return share >= r.Bar }
	if c.alarm {
		r.Kind, r.Bar, r.TooHigh, r.TooLow = Alarm, c.bar, 0, 0
		r.Bound = 1 - planner.LowerBound(c.shown-c.held, c.shown)
		above = func(share float64) bool { return share <= r.Bar }
	}
	switch {
	case c.shown == 0:
		r.Result = NoTrial
	case above(r.Bound):
		r.Result = Holds
	case above(r.Share):
		r.Result = Open
	case float64(c.marked) >= marked*float64(c.shown):
		r.Result = SaysSo
	default:
		r.Result = Fails
	}
	if math.IsNaN(r.Share) {
		r.Share = 0
	}
	return r
}
