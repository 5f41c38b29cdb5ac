package sim

import (
	"math"

	"postlift"
)

// Fate is what an account really brings in the months after the world's date if no letter reaches it: what
// forecasts are about and no company knows. No contract is concluded anew. Amounts are cents.
type Fate struct {
	AccountID string
	Orders    []Earned // in the order of time
	Buys      float64  // months from the world's date in which the customer goes on buying; 0: it buys no more
	Fees      []int64  // margin of contracts by month
	Runs      []bool   // a contract runs, by month
}

// Earned is the margin of a document on its day: an order's, or what a credit note or cancellation takes back.
type Earned struct {
	Day    int // from the world's date
	Margin int64
	Order  bool
}

// daysPerMonth is the mean length of a month.
const daysPerMonth = 30.4375

// Fate plays the n-th account, counted from 0, for so many months.
func (w *World) Fate(n, months int) Fate {
	a := w.account(n)
	_, b := w.history(a)
	last := w.cfg.AsOf.AddDays(int(float64(months) * daysPerMonth))
	f := Fate{AccountID: a.id, Fees: make([]int64, months), Runs: make([]bool, months)}
	for _, o := range w.futures(a, &b, window{inHome: w.cfg.AsOf.AddDays(1), last: last}).without {
		if _, margin := o.totals(); o.date <= last {
			f.Orders = append(f.Orders, Earned{Day: o.date.DaysSince(w.cfg.AsOf), Margin: margin, Order: o.kind == typeOrder})
		}
	}
	if b.active {
		f.Buys = math.Min(b.lasts(w.dice("future", a.id))/daysPerMonth, float64(months))
	}
	list, refuse := w.agreements(a)
	for i := range list {
		if list[i].ended.IsZero() {
			w.goOn(&list[i], refuse, &f)
		}
	}
	return f
}

// goOn lets a running contract live on and books its margin on the months in whose middle it runs.
func (w *World) goOn(c *contract, refuse float64, f *Fate) {
	d := w.dice("contract future", c.id)
	var open []contractLine
	ahead := contract{term: c.term}
	for _, l := range c.lines {
		if l.to.IsZero() {
			open = append(open, l)
		}
	}
	months := len(f.Fees)
	end := w.cfg.AsOf.AddMonths(months)
	next, leaves := c.termEnds.AddDays(1), c.leaves
	for {
		resize(d, &ahead, open, next.AddMonths(-c.term), next, w.cfg.AsOf.AddDays(1), end)
		if leaves || next > end {
			break
		}
		raise := 1 + max(0, .03+.02*d.NormFloat64())
		for i := range open {
			changeLine(&ahead, &open[i], next, func(l *contractLine) {
				l.fee, l.margin = scale(l.fee, raise), scale(l.margin, raise)
			})
		}
		next, leaves = next.AddMonths(c.term), d.chance(refuse)
	}
	for _, l := range open {
		l.to = next.AddDays(-1)
		ahead.lines = append(ahead.lines, l)
	}
	for t := range months {
		f.book(t, ahead.lines, w.cfg.AsOf.AddDays(int((float64(t)+.5)*daysPerMonth)))
	}
}

func (f *Fate) book(month int, lines []contractLine, middle postlift.Date) {
	for _, l := range lines {
		if l.from <= middle && middle <= l.to {
			f.Fees[month] += l.margin
			f.Runs[month] = true
		}
	}
}
