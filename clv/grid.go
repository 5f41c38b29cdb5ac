package clv

import (
	"cmp"
	"slices"

	"postlift"
	"postlift/clv/development"
)

// Month is what one month is expected to bring, minor units, not discounted but for Discounted and
// Cumulative. Margins are before costs; costs are positive numbers.
type Month struct {
	From            postlift.Date `json:"from"` // first day
	OrderDays       float64       `json:"order_days"`
	ActiveShare     float64       `json:"active_share"`  // probability of ordering still or being under contract
	RevenueMinor    int64         `json:"revenue_minor"` // orders and fees; contract groups adopted count with their margin only
	OrdersMinor     int64         `json:"orders_minor"`
	CommittedMinor  int64         `json:"committed_minor"`
	RenewalMinor    int64         `json:"renewal_minor"`
	ExpansionMinor  int64         `json:"expansion_minor"`
	ServiceMinor    int64         `json:"service_minor"`
	ContactMinor    int64         `json:"contact_minor"`
	FulfilMinor     int64         `json:"fulfil_minor"`
	NetMinor        int64         `json:"net_minor"`        // margins less costs
	DiscountFactor  float64       `json:"discount_factor"`  // of cash in the middle of the month
	DiscountedMinor int64         `json:"discounted_minor"` // net, discounted
	CumulativeMinor int64         `json:"cumulative_minor"` // of the discounted net
}

// Grid is the account's expected future month by month, as long as the horizon. The discounted months add up
// to the residual value, and each part times the discount factor to that part, but for rounding: at most half
// a minor unit a month.
func (s *Scorer) Grid(in *AccountInput) []Month {
	var c sheet
	if !s.value(in, &c) {
		return []Month{}
	}
	out := make([]Month, s.a.HorizonMonths)
	sum, before := 0.0, int64(0)
	for t := range out {
		m := s.month(in, &c, t)
		sum += c.disc[t] * m.net()
		total := minor(sum)
		out[t] = Month{From: s.from.AddMonths(t), OrderDays: m.orderDays, ActiveShare: m.active, RevenueMinor: minor(m.revenue),
			OrdersMinor: minor(m.orders), CommittedMinor: minor(m.committed), RenewalMinor: minor(m.renewal),
			ExpansionMinor: minor(m.expansion), ServiceMinor: minor(m.service), ContactMinor: minor(m.contact),
			FulfilMinor: minor(m.fulfil), NetMinor: minor(m.net()), DiscountFactor: c.disc[t],
			DiscountedMinor: total - before, CumulativeMinor: total}
		before = total
	}
	return out
}

// Adoptions lists the product groups that the account may take up within the horizon, contract groups and
// ordered ones, most valuable first. Contract groups are part of the expansion; ordered groups only say what
// to offer, since the order forecast holds their value already.
func (s *Scorer) Adoptions(in *AccountInput) []development.Adoption {
	out := []development.Adoption{}
	for _, d := range []struct {
		m   *development.Model
		has []string
	}{{s.models.Development, in.Held}, {s.models.Ordering, in.Bought}} {
		if d.m != nil {
			out = append(out, d.m.Expect(in.Segment, d.has, in.quarter(s), s.a.HorizonMonths)...)
		}
	}
	slices.SortStableFunc(out, func(a, b development.Adoption) int {
		return cmp.Compare(b.Probability*b.MonthlyMarginMinor, a.Probability*a.MonthlyMarginMinor)
	})
	return out
}

// Parts of a waterfall, in its order.
const (
	StepOrders      = "orders"
	StepCommitted   = "committed"
	StepRenewal     = "renewal"
	StepExpansion   = "expansion"
	StepService     = "service"
	StepContact     = "contact"
	StepFulfil      = "fulfil"
	StepResidual    = "residual"
	StepAcquisition = "acquisition"
	StepProspect    = "prospect"
)

// Step is one bar of a waterfall, minor units. A total shows where the bars before it have led.
type Step struct {
	Name        string `json:"name"`
	AmountMinor int64  `json:"amount_minor"` // costs are negative
	AfterMinor  int64  `json:"after_minor"`  // sum up to here
	Total       bool   `json:"total"`
}

// Waterfall explains a value: what each part adds or takes, with the residual value and the value before the
// account was won as totals.
func Waterfall(v Value) []Step {
	out := make([]Step, 0, 10)
	after := int64(0)
	add := func(name string, amount int64) {
		after += amount
		out = append(out, Step{Name: name, AmountMinor: amount, AfterMinor: after})
	}
	add(StepCommitted, v.CommittedMinor)
	add(StepRenewal, v.RenewalMinor)
	add(StepExpansion, v.ExpansionMinor)
	add(StepOrders, v.OrdersMinor)
	add(StepService, -v.ServiceMinor)
	add(StepContact, -v.ContactMinor)
	add(StepFulfil, -v.FulfilMinor)
	out = append(out, Step{Name: StepResidual, AmountMinor: v.ResidualMinor, AfterMinor: after, Total: true})
	add(StepAcquisition, -v.AcquisitionMinor)
	return append(out, Step{Name: StepProspect, AmountMinor: v.ProspectMinor, AfterMinor: after, Total: true})
}
