package clv

import (
	"math"

	"postlift"
	"postlift/clv/purchase"
	"postlift/clv/renewal"
	"postlift/clv/spend"
)

// Scorer values accounts under one set of models, assumptions and observation date. It remembers what
// depends only on (x, T), so that a million accounts cost little more than their distinct histories.
// It serves one goroutine; make one for each.
type Scorer struct {
	models       Models
	asOf         postlift.Date
	from         postlift.Date // the day after, with which the months begin: what came on asOf is past
	a            Assumptions
	grid         int                   // months looked at: the horizon, a year, or the window, whichever is longest
	disc         []float64             // discount factors of the horizon, 0 beyond it
	own          map[float64][]float64 // the same for accounts with their own rate
	ts           []float64             // month ends in weeks, then the window's end
	window       []float64             // share of each month that lies in the window
	windowMonths float64               // its length
	cache        map[scoreKey]*outlook
	lists        map[flagSet][]string
	adopts       map[adoptionKey]*adoptionPath
	doubts       map[renewal.Cell]float64
	plain        *orderView         // the one order model; nil without one
	views        map[int]*orderView // by pattern of levels, where there are models by level
	last         *orderView         // of them
	spends       []spend.Model      // by pattern of SpendBy
	tweak        tweak
	scratch
}

// scratch is what one valuation writes and the next one overwrites.
type scratch struct {
	counts  []float64
	lines   []contractPath
	change  growth
	idle    []float64 // probability that no contract runs, by month
	active  []float64 // probability of being active, by month, where groups may be adopted
	adopted []float64 // expected margin of contract groups adopted, by month
	atoms   bandSheet
}

// Outlooks that are remembered are bounded, so that memory stays flat. With models by level few accounts share one.
const (
	maxOutlooks        = 1 << 16
	maxOutlooksByLevel = 1 << 14
)

// maxRates bounds the discount rates that are remembered.
const maxRates = 1 << 10

// NewScorer checks the assumptions and prepares the month grid.
func NewScorer(m *Models, asOf postlift.Date, a Assumptions) (*Scorer, error) {
	if err := a.Check(); err != nil {
		return nil, err
	}
	if asOf.IsZero() {
		return nil, postlift.Faultf(postlift.Invalid, "clv.NewScorer", "the observation date is missing")
	}
	if err := m.check(); err != nil {
		return nil, err
	}
	window := float64(a.WindowDays) / DaysPerMonth
	grid := max(a.HorizonMonths, 12, int(math.Ceil(window)))
	s := &Scorer{models: *m, asOf: asOf, from: asOf.AddDays(1), a: a, grid: grid, windowMonths: window, disc: discounts(a.DiscountRate, a.HorizonMonths, grid), spends: spendsBySegment(m.SpendBy),
		own: map[float64][]float64{}, cache: map[scoreKey]*outlook{}, lists: map[flagSet][]string{},
		adopts: map[adoptionKey]*adoptionPath{}, tweak: tweak{hazard: 1}}
	for t := range grid {
		s.ts = append(s.ts, float64(t+1)*DaysPerMonth/purchase.DaysPerWeek)
		s.window = append(s.window, min(max(window-float64(t), 0), 1))
	}
	s.ts = append(s.ts, float64(a.WindowDays)/purchase.DaysPerWeek)
	s.doubts = m.Doubt.byCell()
	if m.OrdersBy != nil {
		s.views = map[int]*orderView{}
	} else if m.Orders != nil {
		s.plain = &orderView{model: m.Orders, ahead: purchase.NewForecaster(m.Orders, s.ts)}
	}
	s.idle, s.active, s.adopted = make([]float64, grid), make([]float64, grid), make([]float64, grid)
	return s, nil
}

// sheet collects the unrounded parts of one account.
type sheet struct {
	v     Value
	flags flagSet
	disc  []float64
	view  *outlook // nil: no orders are expected

	by      *orderView   // predicts view
	history orderHistory // behind view

	ratio          float64 // margin share
	net, earn      float64 // expected net value and margin of an order day times P(alive)
	serve, contact float64 // cost a month while active

	orders, commit, renew, expand   float64       // discounted margins
	service, contacted, fulfil      float64       // discounted costs
	revenue, margin, windowed       float64       // next year, and the window's margin
	agreed                          float64       // of windowed, what running contract terms bring
	assumed                         float64       // absolute sum of assumed parts
	lines                           int           // live contracts
	ordersActive, contractualActive float64       // discounted months ordering, and only under contract
	path                            *adoptionPath // nil: no adoption is expected
}

// Score values one account with its bands. An account without orders and contracts is worth 0 and flagged.
func (s *Scorer) Score(in *AccountInput) Value {
	var c sheet
	if !s.value(in, &c) {
		return c.v
	}
	s.bands(in, &c)
	return c.v
}

// Expected values one account without its bands, at a fraction of the cost.
func (s *Scorer) Expected(in *AccountInput) Value {
	var c sheet
	s.value(in, &c)
	return c.v
}

// value fills everything but the bands; false for an account without history.
func (s *Scorer) value(in *AccountInput, c *sheet) bool {
	c.disc = s.disc
	if in.OrderDays <= 0 && len(in.Contracts) == 0 {
		c.flags = bitNoHistory
		c.v.PaybackMonth = -1
		c.v.Flags = s.flagList(c.flags)
		return false
	}
	s.discount(in, c)
	s.costs(in, c)
	s.valueOrders(in, c)
	s.valueContracts(in, c)
	s.valueAdoptions(in, c)
	s.valueActivity(in, c)
	s.acquisition(in, c)
	s.round(c)
	s.payback(in, c)
	c.v.Flags = s.flagList(c.flags)
	return true
}

// discount picks the account's own discount factors where it has a rate.
func (s *Scorer) discount(in *AccountInput, c *sheet) {
	r := in.DiscountRate
	switch {
	case math.IsNaN(r) || r == s.a.DiscountRate:
		return
	case r < 0 || r > 1:
		c.flags |= bitDiscountBent
		return
	}
	d, ok := s.own[r]
	if !ok {
		if len(s.own) >= maxRates {
			clear(s.own)
		}
		d = discounts(r, s.a.HorizonMonths, s.grid)
		s.own[r] = d
	}
	c.disc = d
}

// costs looks up what the account costs while it is active.
func (s *Scorer) costs(in *AccountInput, c *sheet) {
	cost, known := s.a.ServiceCostMinorPerMonth[in.ServiceLevel]
	if !known {
		cost = s.a.ServiceCostMinorPerMonth[""]
	}
	c.serve = float64(cost)
	if in.Mailable {
		c.contact = float64(s.a.ContactMinorPerYear) / 12
	}
}

// valueActivity charges service and contact while the account is alive or under contract.
func (s *Scorer) valueActivity(in *AccountInput, c *sheet) {
	c.v.PActive = max(c.v.PActive, c.v.PAlive)
	if c.view != nil {
		c.ordersActive = c.v.PAlive * c.view.activeAt(s, c.disc)
	}
	if c.lines > 0 {
		for t := range s.a.HorizonMonths {
			c.contractualActive += c.disc[t] * (1 - s.idle[t]) * c.away(t)
		}
	}
	active := c.ordersActive + c.contractualActive
	c.service, c.contacted = c.serve*active, c.contact*active
	c.assumed += c.contacted
	if _, known := s.a.ServiceCostMinorPerMonth[in.ServiceLevel]; !known || in.ServiceLevel == "" {
		c.assumed += c.service
	}
}

// away is the probability that the account does not order any more within month t.
func (c *sheet) away(t int) float64 { return c.awayAt(t, c.v.PAlive) }

// awayAt is away for a probability of still ordering today.
func (c *sheet) awayAt(t int, alive float64) float64 {
	if c.view == nil {
		return 1
	}
	return 1 - alive*c.view.alive[t]
}

func (s *Scorer) acquisition(in *AccountInput, c *sheet) {
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
func (s *Scorer) round(c *sheet) {
	v := &c.v
	v.OrdersMinor = minor(c.orders)
	v.CommittedMinor = minor(c.commit)
	v.RenewalMinor = minor(c.renew)
	v.ExpansionMinor = minor(c.expand)
	v.ServiceMinor = minor(c.service)
	v.ContactMinor = minor(c.contacted)
	v.FulfilMinor = minor(c.fulfil)
	v.AcquisitionMinor = min(max(v.AcquisitionMinor, -maxMinor), maxMinor)
	v.ResidualMinor = v.OrdersMinor + v.CommittedMinor + v.RenewalMinor + v.ExpansionMinor - v.ServiceMinor - v.ContactMinor - v.FulfilMinor
	v.ProspectMinor = v.ResidualMinor - v.AcquisitionMinor
	v.BreakEvenMinor = max(v.ResidualMinor, 0)
	if v.AcquisitionMinor > 0 {
		v.CLVToCAC = float64(v.ResidualMinor) / float64(v.AcquisitionMinor)
	}
	v.NextYearRevenueMinor = minor(c.revenue)
	v.NextYearMarginMinor = minor(c.margin)
	v.WindowMarginMinor = minor(c.windowed)
	v.WindowCommittedMinor = minor(c.agreed)
	total := math.Abs(c.orders) + math.Abs(c.commit) + math.Abs(c.renew) + math.Abs(c.expand) + c.service + c.contacted + c.fulfil
	if total > 0 {
		v.AssumedShare = min(c.assumed/total, 1)
	}
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
