package purchase

import (
	"math"

	"postlift"
)

// Entry is what the orders on file tell of a customer who was won before they begin.
type Entry struct {
	Opened       postlift.Date // when the customer was won
	HistoryStart postlift.Date // first day from which on the orders are complete
	LastOrder    postlift.Date // last order day on file; not needed where OrderDays is 0
	AsOf         postlift.Date // observation date
	OrderDays    int           // order days on file
}

// Older tells whether the customer was won before the history begins, so that its first order on file is not
// its first. Where one of the dates is not known it is taken for new.
func (e Entry) Older() bool {
	return !e.Opened.IsZero() && !e.HistoryStart.IsZero() && e.Opened < e.HistoryStart
}

// Completed is the history of an older customer with the orders that are not on file filled in.
type Completed struct {
	X               int // repeat order days, Unseen included
	TXDays, AgeDays int // since the opening
	Unseen          int // repeat order days before the history begins, as assumed
}

// CompleteHistory gives an older customer the history that predictions of m, a model in weeks, rest on. It assumes
// that the customer ordered first on the day it was won, and from then to the beginning of the history at the
// rate seen since. That rate is the model's: the customer's own orders since the history began, shrunk
// towards the portfolio, over the time that the customer was probably alive. Unseen is the rate times the
// days before, rounded, and at most one order a day. All order days on file are then repeat orders.
//
// Such a history serves predictions only and must stay out of fits: customers who left before the history
// begins are not among the older ones on file, so that as a group they look more loyal than they were, and
// the orders filled in hold no information of their own. Predictions from them are a few per cent too high
// for models in which leaving hangs on ordering, since it is forgotten that the customer survived the orders
// filled in. Yet they are nearer to what happens than predictions that take the first order on file for the
// first of all: those make an old customer a new one, which is likely to leave soon, and fall short.
//
// A customer without an order on file gets no repeat order: as far as anyone knows it left before the
// history began. Dates that contradict each other are bent to the nearest possible history.
func CompleteHistory(m Model, e Entry) Completed {
	before := max(e.HistoryStart.DaysSince(e.Opened), 0)
	seen := max(e.AsOf.DaysSince(e.HistoryStart), 0)
	c := Completed{AgeDays: before + seen}
	if e.OrderDays <= 0 {
		return c
	}
	c.TXDays = min(max(e.LastOrder.DaysSince(e.Opened), 1), c.AgeDays)
	since := float64(max(c.TXDays-before, 0)) / DaysPerWeek
	rate := seenRate(m, e.OrderDays, since, float64(seen)/DaysPerWeek)
	unseen := math.Round(rate * float64(before) / DaysPerWeek)
	c.Unseen = int(min(unseen, float64(max(before-1, 0))))
	c.X = min(c.Unseen+e.OrderDays, c.TXDays)
	c.Unseen = max(c.X-e.OrderDays, 0)
	return c
}

// seenRate is the rate of order days a week, while alive, of a customer with so many since the history began:
// given that it still lives, and given that it left at its last order, each with the model's probability.
func seenRate(m Model, orderDays int, tx, age float64) float64 {
	alive := m.PAlive(orderDays, tx, age)
	return alive*livingRate(m, orderDays, tx, age) + (1-alive)*livingRate(m, orderDays, tx, tx)
}

// livingRate is the expected number of order days of the next year over the expected time alive in it.
func livingRate(m Model, x int, tx, age float64) float64 {
	const year = 52.0
	var orders, alive [1]float64
	m.Ahead(x, tx, age, []float64{year}, orders[:], alive[:])
	return orders[0] / (year * (1 + alive[0]) / 2)
}
