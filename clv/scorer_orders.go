package clv

import (
	"math"

	"postlift/clv/purchase"
	"postlift/clv/spend"
)

type scoreKey struct{ pattern, x, tx, age int32 } // days; tx only where the model needs it

// outlook is the future of a customer with known (x, T) who is alive.
type outlook struct {
	discounted, horizon, year, window float64   // order days
	active                            float64   // discounted months alive
	orders                            []float64 // order days of each month
	alive                             []float64 // mean probability of being alive within each month
	none                              float64   // probability of no order day within the horizon
	groups                            [countGroups]countGroup
	counted                           bool // none and groups are known
}

// countGroup is a range of numbers of order days within the horizon, with its share of probability.
type countGroup struct{ weight, mean, variance float64 }

const countGroups = 4

// valueOrders values the orders and keeps the outlook they rest on.
func (s *Scorer) valueOrders(in *AccountInput, c *sheet) {
	if in.OrderDays <= 0 {
		c.flags |= bitNoOrders
		return
	}
	c.by = s.orderView(in)
	if c.by == nil {
		c.flags |= bitNoOrderModel | in.history(s.asOf).flags
		return
	}
	h := in.completed(c.by.model, s.asOf)
	c.flags |= h.flags
	view := s.outlook(c.by, h)
	c.view, c.history = view, h
	c.v.PAlive = c.by.model.PAlive(h.x, h.tx(), h.age())
	c.v.ExpectedOrders = c.v.PAlive * view.horizon
	c.v.MeanOrderMinor = s.meanOrder(in, c)
	ratio, assumed := s.marginShare(in, c)
	c.ratio = ratio
	c.net = c.v.PAlive * c.v.MeanOrderMinor * (1 - s.tweak.discount)
	c.earn = c.v.PAlive * c.v.MeanOrderMinor * (ratio - s.tweak.discount)
	discounted := view.discountedAt(s, c.disc)
	c.orders = c.earn * discounted
	c.fulfil = c.v.PAlive * discounted * float64(s.a.OrderCostMinor)
	c.assumed += math.Abs(c.orders)*assumed + c.fulfil
	c.revenue += c.net * view.year
	c.margin += c.earn * view.year
	c.windowed += c.earn * view.window
}

// marginShare is the expected margin of future orders as a share of their net value, and how much of it was
// assumed. With a margin model the account's own share is shrunk towards the portfolio's, by the net revenue
// whose margin is really known.
func (s *Scorer) marginShare(in *AccountInput, c *sheet) (ratio, assumed float64) {
	own, seen := in.marginSeen()
	assumed = min(max(in.AssumedNetShare, 0), 1)
	known := !math.IsNaN(in.MarginRatio) && !math.IsInf(in.MarginRatio, 0)
	if !known {
		assumed = 1
	}
	switch {
	case s.models.Margin != nil:
		if seen == 0 {
			c.flags |= bitMarginPooled
		}
		ratio, _ = s.models.Margin.Shrunk(own, seen)
		return ratio, assumed
	case known && in.MeanOrderMinor >= 0: // of a negative net a loss would be a positive share
		return in.MarginRatio, assumed
	}
	return s.a.DefaultMargin, 1
}

// marginSeen is the account's own margin share and the net revenue, minor units, whose margin is known.
func (in *AccountInput) marginSeen() (own, net float64) {
	own, net = in.MarginRatio, float64(in.OrderDays)*in.MeanOrderMinor*(1-min(max(in.AssumedNetShare, 0), 1))
	if math.IsNaN(own) || math.IsInf(own, 0) || !(net > 0) || math.IsInf(net, 0) {
		return 0, 0
	}
	return own, net
}

// spendSeen is what the account's past says of the value of its orders: the repeat order days or, where
// there is none, the first one, which counts as one order with its own mean.
func (in *AccountInput) spendSeen() spend.Observation {
	n, mean := in.spendBasis()
	o := spend.Observation{X: n, M: mean}
	switch {
	case in.OrderDays > 1 && in.RepeatLogMean != 0:
		o.LogMean, o.LogSS, o.Logs = in.RepeatLogMean, in.RepeatLogSS, true
	case in.OrderDays <= 1 && mean > 0:
		o.LogMean, o.Logs = math.Log(mean), true
	}
	return o
}

// meanOrder is the expected net value of a future order day.
func (s *Scorer) meanOrder(in *AccountInput, c *sheet) float64 {
	o := in.spendSeen()
	switch {
	case in.orderExpected > 0:
		return in.orderExpected
	case !(o.M > 0) || math.IsInf(o.M, 0):
		c.flags |= bitNoPositiveValue
		return 0
	}
	m := s.spendOf(in)
	if m == nil {
		c.flags |= bitOwnMeanSpend
		return o.M
	}
	return m.MeanSpend(o)
}

// outlook looks up or computes the future of a living customer.
func (s *Scorer) outlook(by *orderView, h orderHistory) *outlook {
	key := scoreKey{pattern: int32(by.pattern), x: int32(h.x), age: int32(h.ageDays)}
	if by.model.UsesRecency() {
		key.tx = int32(h.txDays)
	}
	if o, ok := s.cache[key]; ok {
		return o
	}
	if n := len(s.cache); n >= maxOutlooks || s.views != nil && n >= maxOutlooksByLevel {
		s.forget()
	}
	o := s.lookAhead(by, h)
	s.cache[key] = o
	return o
}

func (s *Scorer) lookAhead(by *orderView, h orderHistory) *outlook {
	orders, alive := by.ahead.Ahead(h.x, h.tx(), h.age())
	paths := make([]float64, 2*s.grid)
	o := &outlook{horizon: orders[s.a.HorizonMonths-1], year: orders[11], window: orders[s.grid],
		orders: paths[:s.grid], alive: paths[s.grid:]}
	before, aliveBefore := 0.0, 1.0
	for t := range s.grid {
		o.alive[t] = (aliveBefore + alive[t]) / 2
		o.orders[t] = orders[t] - before
		before, aliveBefore = orders[t], alive[t]
	}
	o.discounted, o.active = dot(o.orders, s.disc), dot(o.alive, s.disc)
	return o
}

// discountedAt is the sum of discounted order days under the portfolio's rate or the account's own.
func (o *outlook) discountedAt(s *Scorer, disc []float64) float64 {
	if &disc[0] == &s.disc[0] {
		return o.discounted
	}
	return dot(o.orders, disc)
}

// activeAt is the sum of discounted months alive under the portfolio's rate or the account's own.
func (o *outlook) activeAt(s *Scorer, disc []float64) float64 {
	if &disc[0] == &s.disc[0] {
		return o.active
	}
	return dot(o.alive, disc)
}

func dot(a, b []float64) float64 {
	sum := 0.0
	for i, v := range a {
		sum += v * b[i]
	}
	return sum
}

// count fills the distribution of the number of order days within the horizon, in groups of about equal
// probability.
func (s *Scorer) count(o *outlook, by *orderView, h orderHistory) {
	if o.counted {
		return
	}
	o.counted = true
	weeks := float64(s.a.HorizonMonths) * DaysPerMonth / purchase.DaysPerWeek
	s.counts = by.model.Distribution(s.counts[:0], h.x, h.tx(), h.age(), weeks)
	total := 0.0
	for _, p := range s.counts {
		total += p
	}
	if !(total > 0) {
		return
	}
	o.none = s.counts[0] / total
	rest := total - s.counts[0]
	if !(rest > 1e-12*total) {
		o.none = 1
		return
	}
	o.group(s.counts, rest, total)
	o.matchMean()
}

// group cuts the counts from 1 on into groups of about equal probability.
func (o *outlook) group(p []float64, rest, total float64) {
	g, seen := 0, 0.0
	var w, m, m2 float64
	for n := 1; n < len(p); n++ {
		k := float64(n)
		w, m, m2 = w+p[n], m+p[n]*k, m2+p[n]*k*k
		seen += p[n]
		last := n == len(p)-1
		if !last && (g == countGroups-1 || seen < rest*float64(g+1)/countGroups) {
			continue
		}
		if w > 0 {
			mean := m / w
			o.groups[g] = countGroup{weight: w / total, mean: mean, variance: max(m2/w-mean*mean, 0)}
			g = min(g+1, countGroups-1)
		}
		w, m, m2 = 0, 0, 0
	}
}

// matchMean scales the counts of the groups to the exact expectation.
func (o *outlook) matchMean() {
	mean := 0.0
	for _, g := range o.groups {
		mean += g.weight * g.mean
	}
	if !(mean > 0) || !(o.horizon > 0) {
		return
	}
	f := o.horizon / mean
	for i := range o.groups {
		o.groups[i].mean *= f
		o.groups[i].variance *= f * f
	}
}
