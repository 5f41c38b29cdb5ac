package tables

import (
	"math"

	"postlift"
	"postlift/clv/purchase"
	"postlift/clv/spend"
)

// Older tells whether customer i was won before the log's history begins, so that its first order in the
// log is not its first.
func (l OrderLog) Older(i int32) bool {
	return l.Opened != nil && !l.Opened[i].IsZero() && l.Opened[i] < l.HistoryStart
}

// Summaries gives one summary per customer, in order of appearance, as of the log's observation date.
// Customers older than the history are left out: see OlderCustomers.
func (l OrderLog) Summaries() []purchase.Summary {
	out := make([]purchase.Summary, 0, len(l.IDs))
	l.EachCustomer(func(i int32, days []OrderDay) {
		if !l.Older(i) {
			out = append(out, l.summary(days))
		}
	})
	return out
}

// OlderCustomer is a customer won before the history begins.
type OlderCustomer struct {
	purchase.Summary               // from its first order in the log on
	Index            int32         // into OrderLog.IDs
	Opened           postlift.Date // when it was won
	Last             postlift.Date // its last order in the log
	values           spend.Observation
}

// Completed is the summary from the opening on, with the orders from before the history filled in as
// purchase.CompleteHistory describes. It serves predictions, not fits.
func (o OlderCustomer) Completed(l OrderLog, m purchase.Model) purchase.Summary {
	c := purchase.CompleteHistory(m, purchase.Entry{Opened: o.Opened, HistoryStart: l.HistoryStart, LastOrder: o.Last, AsOf: l.Until, OrderDays: o.X + 1})
	return purchase.Summary{ID: o.ID, X: c.X, TX: float64(c.TXDays) / purchase.DaysPerWeek, T: float64(c.AgeDays) / purchase.DaysPerWeek}
}

// Spend is what its order values say: all of those in the log are repeat orders.
func (o OlderCustomer) Spend() spend.Observation { return o.values }

// OlderCustomers gives the customers that Summaries leaves out, in order of appearance.
func (l OrderLog) OlderCustomers() []OlderCustomer {
	var out []OlderCustomer
	l.EachCustomer(func(i int32, days []OrderDay) {
		if l.Older(i) {
			values := spend.Observation{}
			if l.HasValues {
				values = observe(days)
			}
			out = append(out, OlderCustomer{l.summary(days), i, l.Opened[i], days[len(days)-1].Day, values})
		}
	})
	return out
}

// EachCustomer hands out the order days of one customer after the other.
func (l OrderLog) EachCustomer(use func(i int32, days []OrderDay)) {
	for i := 0; i < len(l.Days); {
		j := i + 1
		for j < len(l.Days) && l.Days[j].Customer == l.Days[i].Customer {
			j++
		}
		use(l.Days[i].Customer, l.Days[i:j])
		i = j
	}
}

// summary condenses the sorted order days of one customer.
func (l OrderLog) summary(days []OrderDay) purchase.Summary {
	first, last := days[0].Day, days[len(days)-1].Day
	s := purchase.Summary{
		ID: l.IDs[days[0].Customer],
		X:  len(days) - 1,
		TX: float64(last.DaysSince(first)) / purchase.DaysPerWeek,
		T:  float64(l.Until.DaysSince(first)) / purchase.DaysPerWeek,
	}
	for i, d := range days[1:] {
		s.M += d.Value / float64(s.X)
		s.LogGaps += math.Log(float64(d.Day.DaysSince(days[i].Day)) / purchase.DaysPerWeek)
	}
	if !l.HasValues {
		return s
	}
	s.LogMean, s.LogSS = logMoments(days[1:])
	return s
}

// logMoments are the mean of the logs of the values and the sum of squares around it, 0 where a value has
// no log.
func logMoments(days []OrderDay) (mean, ss float64) {
	for i, d := range days {
		if d.Value <= 0 {
			return 0, 0
		}
		v := math.Log(d.Value)
		step := v - mean
		mean += step / float64(i+1)
		ss += step * (v - mean)
	}
	return mean, ss
}

// Known gives the summaries that Summaries gives, and beside each its labels.
func (l OrderLog) Known() ([]purchase.Summary, []Label) {
	labels := make([]Label, len(l.Labels))
	for k, have := range l.Labels {
		labels[k] = Label{Name: have.Name, Values: make([]string, 0, len(l.IDs))}
	}
	l.EachCustomer(func(i int32, _ []OrderDay) {
		if l.Older(i) {
			return
		}
		for k := range labels {
			labels[k].Values = append(labels[k].Values, l.Labels[k].Values[i])
		}
	})
	return l.Summaries(), labels
}

// SplitSpends gives what was known of the order values of each customer by a day, and what its order days
// after it were worth (X = 0: it had none). The value of a customer's only order stands for its own mean.
// Customers who ordered after the day only are left out.
func (l OrderLog) SplitSpends(by postlift.Date) (past, later []spend.Observation) {
	l.EachCustomer(func(_ int32, days []OrderDay) {
		n := 0
		for n < len(days) && days[n].Day <= by {
			n++
		}
		if n == 0 {
			return
		}
		known := spend.FirstOrder(days[0].Value)
		if n > 1 {
			known = observe(days[1:n])
		}
		past, later = append(past, known), append(later, observe(days[n:]))
	})
	return past, later
}

// observe condenses the values of order days.
func observe(days []OrderDay) spend.Observation {
	o := spend.Observation{X: len(days)}
	for _, d := range days {
		o.M += d.Value / float64(len(days))
	}
	o.LogMean, o.LogSS = logMoments(days)
	o.Logs = o.X > 0
	for _, d := range days {
		o.Logs = o.Logs && d.Value > 0
	}
	return o
}

// WithoutOlder gives the log without the customers that are older than its history: every first order in it is
// a customer's first.
func (l OrderLog) WithoutOlder() OrderLog {
	if l.Opened == nil {
		return l
	}
	out := OrderLog{Until: l.Until, HasValues: l.HasValues, HistoryStart: l.HistoryStart, Labels: make([]Label, len(l.Labels))}
	for k := range l.Labels {
		out.Labels[k].Name = l.Labels[k].Name
	}
	l.EachCustomer(func(i int32, days []OrderDay) {
		if l.Older(i) {
			return
		}
		at := int32(len(out.IDs))
		out.IDs = append(out.IDs, l.IDs[i])
		for k := range l.Labels {
			out.Labels[k].Values = append(out.Labels[k].Values, l.Labels[k].Values[i])
		}
		for _, d := range days {
			out.Days = append(out.Days, OrderDay{at, d.Day, d.Value})
		}
	})
	return out
}

// Levels appends to levels what the further columns say of customer i, in the order of Labels.
func (l OrderLog) Levels(levels []string, i int32) []string {
	for _, label := range l.Labels {
		levels = append(levels, label.Values[i])
	}
	return levels
}

// EachKnown hands out the index and the summary of one customer after the other, those of Summaries, and what
// its order values say: a customer's only order stands for its own mean.
func (l OrderLog) EachKnown(use func(i int32, s purchase.Summary, values spend.Observation) error) error {
	var err error
	l.EachCustomer(func(i int32, days []OrderDay) {
		if err != nil || l.Older(i) {
			return
		}
		s := l.summary(days)
		values := Spend(s)
		if s.X == 0 {
			values = spend.FirstOrder(days[0].Value)
		}
		err = use(i, s, values)
	})
	return err
}
