package tables

import (
	"math"

	"postlift"
	"postlift/clv/purchase"
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
	Opened           postlift.Date // when it was won
	First            postlift.Date // its first order in the log
}

// OlderCustomers gives the customers that Summaries leaves out, in order of appearance.
func (l OrderLog) OlderCustomers() []OlderCustomer {
	var out []OlderCustomer
	l.EachCustomer(func(i int32, days []OrderDay) {
		if l.Older(i) {
			out = append(out, OlderCustomer{l.summary(days), l.Opened[i], days[0].Day})
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
