package clv

import (
	"postlift"
	"postlift/clv/purchase"
)

// orderHistory is an account's past in the order models' terms. Ages are days since the first order.
type orderHistory struct {
	x, txDays, ageDays int
	flags              flagSet // what had to be bent or completed
}

func (h orderHistory) tx() float64  { return float64(h.txDays) / purchase.DaysPerWeek }
func (h orderHistory) age() float64 { return float64(h.ageDays) / purchase.DaysPerWeek }

// history gives the account's order days in the models' terms. Contradicting dates are bent to the
// nearest possible history and reported.
func (in *AccountInput) history(asOf postlift.Date) orderHistory {
	h := orderHistory{x: in.OrderDays - 1, txDays: in.LastOrder.DaysSince(in.FirstOrder), ageDays: asOf.DaysSince(in.FirstOrder)}
	if in.FirstOrder.IsZero() || in.LastOrder.IsZero() {
		return orderHistory{flags: bitDates}
	}
	if h.txDays < 0 || h.ageDays < h.txDays || h.x > h.txDays || (h.x == 0) != (h.txDays == 0) {
		h.flags = bitDates
		h.ageDays = max(h.ageDays, 0)
		h.txDays = min(max(h.txDays, 0), h.ageDays)
		h.x = min(h.x, h.txDays)
		if h.x == 0 {
			h.txDays = 0
		}
	}
	return h
}

// completed is the history that predictions of a model rest on. An account that was won before the imported
// orders begin gets the orders that are not on file filled in, at the rate seen since.
func (in *AccountInput) completed(m purchase.Model, asOf postlift.Date) orderHistory {
	h := in.history(asOf)
	if !in.truncated() || h.flags != 0 {
		return h
	}
	c := purchase.CompleteHistory(m, purchase.Entry{Opened: in.OpenedOn, HistoryStart: in.HistoryStart, LastOrder: in.LastOrder,
		AsOf: asOf, OrderDays: in.OrderDays})
	return orderHistory{x: c.X, txDays: c.TXDays, ageDays: c.AgeDays, flags: bitHistoryTruncated}
}

// truncated tells that the account was opened before the imported orders begin, so that its first visible
// order need not be its first.
func (in *AccountInput) truncated() bool {
	return in.OpenedOn != 0 && in.HistoryStart != 0 && in.OpenedOn < in.HistoryStart
}

// spendBasis is the number of order days and their mean value that tell most about future orders: the
// repeat orders, or the first where there is no other.
func (in *AccountInput) spendBasis() (n int, mean float64) {
	if in.OrderDays > 1 {
		return in.OrderDays - 1, in.RepeatMeanMinor
	}
	return 1, in.MeanOrderMinor
}
