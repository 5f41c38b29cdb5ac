package clv

import (
	"math"
	"postlift/clv/purchase"
	"postlift/clv/renewal"
	"postlift/clv/spend"

	"postlift"
)

// Models are the fitted models that scoring uses. Any of them may be missing. The spend model must be
// in minor units of the reporting currency.
type Models struct {
	Orders        purchase.Model
	Spend         spend.Model
	Renewal       *renewal.SBG           // all contracts together
	RenewalByTerm map[string]renewal.SBG // by TermClass, for classes with enough decisions of their own
}

// TermClass groups contract terms that renew alike: "short" below 12 months, "annual" below 24, else
// "long".
func TermClass(months int) string {
	switch {
	case months < 12:
		return "short"
	case months < 24:
		return "annual"
	}
	return "long"
}

// Score values one account. For many accounts make one Scorer.
func (m *Models) Score(in *AccountInput, asOf postlift.Date, a Assumptions) (Value, error) {
	s, err := NewScorer(m, asOf, a)
	if err != nil {
		return Value{}, err
	}
	return s.Score(in), nil
}

// Scorer values accounts under one set of models, assumptions and observation date. It remembers what
// depends only on (x, T), so that a million accounts cost little more than their distinct histories.
// It serves one goroutine; make one for each.
type Scorer struct {
	models Models
	asOf   postlift.Date
	a      Assumptions
	grid   int       // months looked at: the horizon, a year, or the window, whichever is longest
	disc   []float64 // discount factors of the horizon, 0 beyond it
	ts     []float64 // month ends in weeks, then the window's end
	cache  map[scoreKey]*outlook
	lists  map[flagSet][]string
	// scratch
	orders, alive    []float64
	committed, later []float64
	idle             []float64 // probability that no contract runs, by month
}

// maxOutlooks bounds the outlooks that are remembered, so that memory stays flat.
const maxOutlooks = 1 << 18

type scoreKey struct{ x, tx, age int32 } // days; tx only where the model needs it

// outlook is the future of a customer with known (x, T) who is alive.
type outlook struct {
	discounted, horizon, year, window float64 // order days
	active                            float64 // discounted months alive
	alive                             []float64
}

// NewScorer checks the assumptions and prepares the month grid.
func NewScorer(m *Models, asOf postlift.Date, a Assumptions) (*Scorer, error) {
	if err := a.Check(); err != nil {
		return nil, err
	}
	if asOf.IsZero() {
		return nil, postlift.Faultf(postlift.Invalid, "clv.NewScorer", "the observation date is missing")
	}
	grid := max(a.HorizonMonths, 12, int(math.Ceil(float64(a.WindowDays)/DaysPerMonth)))
	s := &Scorer{models: *m, asOf: asOf, a: a, grid: grid, cache: map[scoreKey]*outlook{}, lists: map[flagSet][]string{}}
	s.disc = make([]float64, grid)
	copy(s.disc, a.discounts(a.HorizonMonths))
	for t := 1; t <= grid; t++ {
		s.ts = append(s.ts, float64(t)*DaysPerMonth/purchase.DaysPerWeek)
	}
	s.ts = append(s.ts, float64(a.WindowDays)/purchase.DaysPerWeek)
	s.orders, s.alive = make([]float64, grid+1), make([]float64, grid+1)
	s.committed, s.later, s.idle = make([]float64, grid), make([]float64, grid), make([]float64, grid)
	return s, nil
}

// tallySheet collects the unrounded parts of one account.
type tallySheet struct {
	v       Value
	flags   flagSet
	orders  float64 // discounted margins and costs
	commit  float64
	renew   float64
	service float64
	fulfil  float64
	revenue float64 // next year
	margin  float64 // next year
	window  float64
	assumed float64 // absolute sum of assumed parts
}

// Score values one account. An account without orders and contracts is worth 0 and flagged.
func (s *Scorer) Score(in *AccountInput) Value {
	var c tallySheet
	if in.OrderDays <= 0 && len(in.Contracts) == 0 {
		c.flags = bitNoHistory
		c.v.Flags = s.flagList(c.flags)
		return c.v
	}
	if in.OpenedOn != 0 && in.HistoryStart != 0 && in.OpenedOn < in.HistoryStart {
		c.flags |= bitHistoryTruncated
	}
	view := s.scoreOrders(in, &c)
	s.scoreContracts(in, &c)
	s.scoreService(in, &c, view)
	s.scoreAcquisition(in, &c)
	return s.round(&c)
}

// scoreOrders values the orders and gives the outlook they rest on, nil for none.
func (s *Scorer) scoreOrders(in *AccountInput, c *tallySheet) *outlook {
	if in.OrderDays <= 0 {
		c.flags |= bitNoOrders
		return nil
	}
	x, tx, age, bent := in.purchase(s.asOf)
	if bent {
		c.flags |= bitDates
	}
	if s.models.Orders == nil {
		c.flags |= bitNoOrderModel
		return nil
	}
	view := s.outlook(x, tx, age)
	c.v.PAlive = s.models.Orders.PAlive(x, float64(tx)/purchase.DaysPerWeek, float64(age)/purchase.DaysPerWeek)
	c.v.ExpectedOrders = c.v.PAlive * view.horizon
	c.v.MeanOrderMinor = s.meanOrder(in, c)
	ratio, assumed := in.MarginRatio, min(max(in.AssumedNetShare, 0), 1)
	if math.IsNaN(ratio) || math.IsInf(ratio, 0) {
		ratio, assumed = s.a.DefaultMargin, 1
	}
	net := c.v.PAlive * c.v.MeanOrderMinor
	c.orders = net * view.discounted * ratio
	c.fulfil = c.v.PAlive * view.discounted * float64(s.a.OrderCostMinor)
	c.assumed += math.Abs(c.orders)*assumed + c.fulfil
	c.revenue += net * view.year
	c.margin += net * view.year * ratio
	c.window += net * view.window * ratio
	return view
}

// meanOrder is the expected net value of a future order day.
func (s *Scorer) meanOrder(in *AccountInput, c *tallySheet) float64 {
	n, mean := in.spendBasis()
	switch {
	case !(mean > 0) || math.IsInf(mean, 0):
		c.flags |= bitNoPositiveValue
		return 0
	case s.models.Spend == nil:
		c.flags |= bitOwnMeanSpend
		return mean
	}
	return s.models.Spend.MeanSpend(spend.Observation{X: n, M: mean})
}

// outlook looks up or computes the future of a living customer.
func (s *Scorer) outlook(x, txDays, ageDays int) *outlook {
	key := scoreKey{x: int32(x), age: int32(ageDays)}
	if s.models.Orders.UsesRecency() {
		key.tx = int32(txDays)
	}
	if o, ok := s.cache[key]; ok {
		return o
	}
	s.models.Orders.Ahead(x, float64(txDays)/purchase.DaysPerWeek, float64(ageDays)/purchase.DaysPerWeek, s.ts, s.orders, s.alive)
	o := &outlook{horizon: s.orders[s.a.HorizonMonths-1], year: s.orders[11], window: s.orders[s.grid]}
	o.alive = make([]float64, s.grid)
	before, aliveBefore := 0.0, 1.0
	for t := range s.grid {
		o.alive[t] = (aliveBefore + s.alive[t]) / 2 // mean of the month
		o.discounted += s.disc[t] * (s.orders[t] - before)
		o.active += s.disc[t] * o.alive[t]
		before, aliveBefore = s.orders[t], s.alive[t]
	}
	if len(s.cache) >= maxOutlooks {
		clear(s.cache) // memory stays flat; the histories at hand come back soon
	}
	s.cache[key] = o
	return o
}

// scoreService charges the monthly cost of serving the account while it is alive or under contract.
func (s *Scorer) scoreService(in *AccountInput, c *tallySheet, view *outlook) {
	c.v.PActive = max(c.v.PActive, c.v.PAlive)
	cost, known := s.a.ServiceCostMinorPerMonth[in.ServiceLevel]
	if !known {
		cost = s.a.ServiceCostMinorPerMonth[""]
	}
	if cost == 0 {
		return
	}
	active := 0.0
	switch {
	case len(in.Contracts) > 0:
		for t := range s.grid {
			alive := 0.0
			if view != nil {
				alive = c.v.PAlive * view.alive[t]
			}
			active += s.disc[t] * (1 - (1-alive)*s.idle[t])
		}
	case view != nil:
		active = c.v.PAlive * view.active
	}
	c.service = float64(cost) * active
	if !known || in.ServiceLevel == "" {
		c.assumed += c.service
	}
}

func (s *Scorer) scoreAcquisition(in *AccountInput, c *tallySheet) {
	if in.AcquisitionKnown {
		c.v.AcquisitionMinor = in.AcquisitionMinor
		return
	}
	cost, ok := s.a.AcquisitionCostMinor[in.Channel]
	if !ok {
		cost, ok = s.a.AcquisitionCostMinor[""]
	}
	if !ok {
		c.flags |= bitAcqUnknown
		return
	}
	c.flags |= bitAcqAssumed
	c.v.AcquisitionMinor = cost
}

// round makes minor units of the parts and adds up the rounded ones.
func (s *Scorer) round(c *tallySheet) Value {
	v := c.v
	v.OrdersMinor = minor(c.orders)
	v.CommittedMinor = minor(c.commit)
	v.RenewalMinor = minor(c.renew)
	v.ServiceMinor = minor(c.service)
	v.FulfilMinor = minor(c.fulfil)
	v.AcquisitionMinor = min(max(v.AcquisitionMinor, -maxMinor), maxMinor)
	v.ResidualMinor = v.OrdersMinor + v.CommittedMinor + v.RenewalMinor - v.ServiceMinor - v.FulfilMinor
	v.ProspectMinor = v.ResidualMinor - v.AcquisitionMinor
	v.NextYearRevenueMinor = minor(c.revenue)
	v.NextYearMarginMinor = minor(c.margin)
	v.WindowMarginMinor = minor(c.window)
	total := math.Abs(c.orders) + math.Abs(c.commit) + math.Abs(c.renew) + c.service + c.fulfil
	if total > 0 {
		v.AssumedShare = min(c.assumed/total, 1)
	}
	v.Flags = s.flagList(c.flags)
	return v
}

// maxMinor bounds a part so that sums of parts cannot overflow.
const maxMinor = int64(1e17)

func minor(v float64) int64 {
	return min(max(postlift.RoundMinor(v), -maxMinor), maxMinor)
}

func (s *Scorer) flagList(f flagSet) []string {
	if f == 0 {
		return nil
	}
	list, ok := s.lists[f]
	if !ok {
		list = f.list()
		s.lists[f] = list
	}
	return list
}
