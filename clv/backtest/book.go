package backtest

import (
	"cmp"
	"hash/fnv"
	"math"
	"slices"
	"sort"
	"strings"

	"postlift"
	"postlift/clv/purchase"
	"postlift/clv/spend"
	"postlift/clv/tables"
)

// book is the log by customer, or a sample of it.
type book struct {
	customers []customer
	all       int // customers of the whole log
	first     postlift.Date
	until     postlift.Date
	values    bool
	groups    [][]string // distinct levels, sorted; none where none are known
	columns   []string   // of the levels

	segmentColumn int // index in columns; -1: none
}

type customer struct {
	segment string
	group   int32             // index into groups
	days    []tables.OrderDay // sorted
}

// open arranges the log by customer and draws the sample.
func open(log tables.OrderLog, opt Options) book {
	segments, sample := opt.Segments, opt.Sample
	b := book{all: len(log.IDs), until: log.Until, values: log.HasValues, segmentColumn: -1}
	if opt.Levels != nil {
		b.columns = opt.columns()
		b.segmentColumn = slices.Index(b.columns, purchase.ColumnSegment)
	}
	share := 1.0
	if sample == 0 {
		sample = defaultSample
	}
	if sample > 0 && sample < len(log.IDs) {
		share = float64(sample) / float64(len(log.IDs))
	}
	for i := 0; i < len(log.Days); {
		j := i + 1
		for j < len(log.Days) && log.Days[j].Customer == log.Days[i].Customer {
			j++
		}
		id := log.Days[i].Customer
		if share == 1 || drawn(log.IDs[id]) < share {
			c := customer{days: log.Days[i:j:j]}
			if segments != nil {
				c.segment = segments[id]
			}
			if opt.Levels != nil {
				c.group = id
			}
			b.customers = append(b.customers, c)
			if b.first.IsZero() || log.Days[i].Day < b.first {
				b.first = log.Days[i].Day
			}
		}
		i = j
	}
	b.group(opt.Levels)
	return b
}

// group numbers the distinct levels of the customers, whose ids stand in for them so far.
func (b *book) group(levels [][]string) {
	if levels == nil {
		return
	}
	at := map[string]int32{}
	for _, c := range b.customers {
		if key := groupKey(levels[c.group]); at[key] == 0 {
			at[key] = 1
			b.groups = append(b.groups, levels[c.group])
		}
	}
	// The order is that of the levels themselves: a customer who comes later must not change the order in which
	// figures of earlier ones are added up.
	slices.SortFunc(b.groups, slices.Compare)
	for i, g := range b.groups {
		at[groupKey(g)] = int32(i)
	}
	for i := range b.customers {
		b.customers[i].group = at[groupKey(levels[b.customers[i].group])]
	}
}

func groupKey(levels []string) string { return strings.Join(levels, "\x00") }

// drawn is a number from 0 to 1 that depends on the id alone.
func drawn(id string) float64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(id)) // a hash takes every write
	v := h.Sum64()
	v ^= v >> 33 // FNV leaves the high bits of short ids too alike
	v *= 0xff51afd7ed558ccd
	v ^= v >> 33
	return float64(v>>11) / (1 << 53)
}

// countUntil is how many of a customer's order days lie up to a day.
func countUntil(days []tables.OrderDay, day postlift.Date) int {
	return sort.Search(len(days), func(i int) bool { return days[i].Day > day })
}

// past is what was known at an origin. Customers stand in the order of their histories, so that those of
// one history are neighbours.
type past struct {
	origin postlift.Date
	known  []known
	rows   []purchase.Counted // distinct histories
	start  []int32            // row r holds known[start[r]:start[r+1]]
	spends []spend.Observation
	gaps   float64 // sum of logs of the weeks between order days

	byLevel *past   // the same with rows of one history and one group each; nil without levels
	groups  []int32 // of each of these rows
	spender []int32 // group of each of spends
}

// known is what was known of one customer at an origin.
type known struct {
	who            int32   // index into book.customers
	group          int32   // index into book.groups
	x, tx, age     int32   // repeat order days; days from the first order
	lastYear       int32   // repeat order days in the 365 days up to the origin
	mean           float64 // mean value of the repeat order days
	first          float64 // value of the first order day
	logMean, logSS float64 // of the logs of the repeat values
	logs           bool    // every repeat order day is worth something, so that the logs are known
}

// at is the past as of an origin: the only way from the log to a fit.
func (b book) at(origin postlift.Date) past {
	p := past{origin: origin}
	for i, c := range b.customers {
		if n := countUntil(c.days, origin); n > 0 {
			p.add(int32(i), c.group, c.days[:n])
		}
	}
	slices.SortFunc(p.known, func(a, b known) int {
		return cmp.Or(cmp.Compare(a.x, b.x), cmp.Compare(a.age, b.age), cmp.Compare(a.tx, b.tx), cmp.Compare(a.group, b.group), cmp.Compare(a.who, b.who))
	})
	p.compress(len(b.groups) > 0)
	for _, k := range p.known {
		if o := k.observation(); o.X > 0 && o.M > 0 {
			p.spends, p.spender = append(p.spends, o), append(p.spender, k.group)
		}
	}
	return p
}

// add takes the order days of one customer up to the origin.
func (p *past) add(who, group int32, days []tables.OrderDay) {
	first, last := days[0].Day, days[len(days)-1].Day
	k := known{who: who, group: group, x: int32(len(days) - 1), tx: int32(last.DaysSince(first)), age: int32(p.origin.DaysSince(first)),
		lastYear: int32(len(days) - max(countUntil(days, p.origin.AddDays(-daysPerYear)), 1)), first: days[0].Value}
	var logs []float64
	for i := 1; i < len(days); i++ {
		p.gaps += math.Log(weekly(days[i].Day.DaysSince(days[i-1].Day)))
		k.mean += days[i].Value / float64(k.x)
		if days[i].Value > 0 {
			logs = append(logs, math.Log(days[i].Value))
		}
	}
	k.logMean, k.logSS = meanSS(logs)
	k.logs = k.x > 0 && len(logs) == int(k.x)
	p.known = append(p.known, k)
}

// meanSS is the mean and the sum of squared deviations from it.
func meanSS(v []float64) (mean, ss float64) {
	for _, x := range v {
		mean += x / float64(len(v))
	}
	for _, x := range v {
		ss += (x - mean) * (x - mean)
	}
	return mean, ss
}

// observation is what a spend model learns from: the repeat order days.
func (k known) observation() spend.Observation {
	return spend.Observation{X: int(k.x), M: k.mean, LogMean: k.logMean, LogSS: k.logSS, Logs: k.logs}
}

// basis is what a spend model predicts from: the repeat order days, or the first order where there is no
// other, as in the valuation.
func (k known) basis() spend.Observation {
	if k.x > 0 {
		return k.observation()
	}
	return spend.FirstOrder(k.first)
}

// compress counts equal histories, and, where there are levels, those of equal levels apart.
func (p *past) compress(levels bool) {
	p.count(func(a, b known) bool { return a.x == b.x && a.age == b.age && a.tx == b.tx })
	if !levels {
		return
	}
	p.byLevel = &past{origin: p.origin, known: p.known, gaps: p.gaps}
	p.byLevel.count(func(a, b known) bool { return a.x == b.x && a.age == b.age && a.tx == b.tx && a.group == b.group })
	for _, first := range p.byLevel.start[:len(p.byLevel.rows)] {
		p.byLevel.groups = append(p.byLevel.groups, p.known[first].group)
	}
}

func (p *past) count(same func(a, b known) bool) {
	for i, k := range p.known {
		if i == 0 || !same(p.known[i-1], k) {
			p.rows = append(p.rows, purchase.Counted{X: int(k.x), TX: weekly(int(k.tx)), T: weekly(int(k.age))})
			p.start = append(p.start, int32(i))
		}
		p.rows[len(p.rows)-1].N++
	}
	p.start = append(p.start, int32(len(p.known)))
}

// outcome is what the known customers did after the origin up to an end.
type outcome struct {
	counts []int32   // order days
	values []float64 // their value
	orders float64
	value  float64
}

// after looks at what happened; nothing of it reaches a prediction.
func (b book) after(p past, end postlift.Date) outcome {
	o := outcome{counts: make([]int32, len(p.known)), values: make([]float64, len(p.known))}
	for i, k := range p.known {
		days := b.customers[k.who].days
		for _, d := range days[countUntil(days, p.origin):countUntil(days, end)] {
			o.counts[i]++
			o.values[i] += d.Value
		}
		o.orders += float64(o.counts[i])
		o.value += o.values[i]
	}
	return o
}

// path is the order days of the known customers up to each of some days after the origin.
func (b book) path(p past, days []postlift.Date) []float64 {
	out := make([]float64, len(days))
	for _, k := range p.known {
		own := b.customers[k.who].days
		before := countUntil(own, p.origin)
		for i, d := range days {
			out[i] += float64(countUntil(own, d) - before)
		}
	}
	return out
}
