package sim

import (
	"math"
	"testing"
)

// TestFate: the first months of a fate are those of a shorter one, silent customers bring nothing, contracts
// end as their accounts refuse, and over all accounts the orders of a year are as many as the hidden traits
// let expect.
func TestFate(t *testing.T) {
	w := testWorld(31, 3000)
	var expected, orders, variance, renewing, running float64
	for n := range w.cfg.Accounts {
		a := w.account(n)
		_, b := w.history(a)
		long, short := w.Fate(n, 24), w.Fate(n, 12)
		for m := range short.Fees {
			if short.Fees[m] != long.Fees[m] && m < 11 {
				t.Fatalf("%s: month %d brings %d of 12 months, %d of 24", a.id, m, short.Fees[m], long.Fees[m])
			}
		}
		if !b.active && (len(long.Orders) > 0 || long.Buys != 0) || b.active && !(long.Buys > 0) {
			t.Fatalf("%s: active %v, %+v", a.id, b.active, long)
		}
		if b.active {
			leaving := b.rate * max(b.drop, 1e-9)
			mean := b.rate / leaving * -math.Expm1(-leaving*12*daysPerMonth)
			expected += mean
			variance += mean * (1 + mean) // no less than that of a mixed Poisson count
		}
		for _, o := range short.Orders {
			if o.Order {
				orders++
			}
		}
		if long.Runs[0] {
			running++
			if long.Runs[23] {
				renewing++
			}
		}
	}
	if math.Abs(orders-expected) > 3*math.Sqrt(variance) {
		t.Errorf("%.0f orders in a year, %.0f +- %.0f are expected", orders, expected, math.Sqrt(variance))
	}
	within(t, "share of contracts that run two years on", renewing/running, .7, .95)
}

// TestDiscounts: a few key accounts have a rate of their own.
func TestDiscounts(t *testing.T) {
	w := testWorld(32, 5000)
	own := 0.0
	for n := range w.cfg.Accounts {
		a := w.account(n)
		if a.discount == 0 {
			continue
		}
		own++
		if a.level != "premium" || a.discount < 4 || a.discount > 20 {
			t.Errorf("%s at level %s has a rate of %d %%", a.id, a.level, a.discount)
		}
	}
	within(t, "share with an own rate", own/5000, .01, .03)
}
