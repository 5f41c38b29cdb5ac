package sim

import (
	"math"

	"postlift"
)

// window is the time in which behaviour is compared: from the day at the desk to a last day, both included.
type window struct{ inHome, last postlift.Date }

func (w window) holds(d postlift.Date) bool { return d >= w.inHome && d <= w.last }

// effect is how a letter moves an account.
type effect struct {
	lift      float64 // relative change of the purchase rate, averaged over some ninety days
	back      bool    // a silent customer returns
	backAfter int     // days from the desk to the first order of one who returns
}

// effect draws the account's own reaction from its segment's.
func (w *World) effect(a *account) effect {
	d := w.dice("effect", a.id)
	e := effect{lift: a.seg.lift * d.gamma(4, 1)}
	e.back = d.chance(a.seg.reactivate * d.gamma(3, 1))
	e.backAfter = 3 + int(14*d.ExpFloat64())
	return e
}

// strength is how the effect of a letter wears off: strong in the first month, gone after four; its mean
// over the first ninety days is 1.
func strength(daysAtDesk int) float64 {
	switch {
	case daysAtDesk < 0:
		return 0
	case daysAtDesk < 30:
		return 1.6
	case daysAtDesk < 60:
		return 1
	case daysAtDesk < 120:
		return .4
	}
	return 0
}

const strongest = 1.6

// futures are the documents of an account after the world's date in its two possible worlds: without and
// with a letter that reaches the desk. What chance brings is common to both: the same occasions to buy,
// the same carts, the same day of falling silent.
type futures struct {
	without, with []document
	caused        map[string]bool // ids of orders that only the letter brings
}

// futures plays an account from the day after the world's date to the window's end. Occasions come at the
// highest possible rate; each is taken in a world when a uniform number lies below that world's share.
func (w *World) futures(a *account, b *buyer, win window) futures {
	d, e := w.dice("future", a.id), w.effect(a)
	f := futures{caused: map[string]bool{}}
	horizon := win.last.DaysSince(w.cfg.AsOf)
	peak := 1 + max(0, e.lift)*strongest
	silent := b.lasts(d)
	returns := w.returns(a, b, e, win, &f)
	if !b.active && returns > horizon {
		return f
	}
	for day, k := 0.0, 1; ; k++ {
		day += d.ExpFloat64() / (b.rate * peak)
		u := d.Float64()
		if 1+int(day) > horizon {
			return f
		}
		date := w.cfg.AsOf.AddDays(1 + int(day))
		alive := b.active && day < silent
		letter := max(0, 1+e.lift*strength(date.DaysSince(win.inHome)))
		without := alive && u < 1/peak
		with := alive && u < letter/peak || !b.active && 1+int(day) > returns && u < 1/peak
		if without || with {
			f.add(w.compose(a, b, "AU-"+a.id[2:]+"-"+pad(5000+k, 4), date), without, with)
		}
	}
}

// lasts draws the days until an active customer falls silent.
func (b *buyer) lasts(d dice) float64 {
	if !b.active {
		return math.Inf(1)
	}
	return d.ExpFloat64() / (b.rate * max(b.drop, 1e-9))
}

// returns gives the day, counted from the world's date, on which the letter brings a silent customer back,
// and books the order of that day; far beyond every horizon where it does not.
func (w *World) returns(a *account, b *buyer, e effect, win window, f *futures) int {
	const never = math.MaxInt32
	if b.active || !e.back || b.first.IsZero() || a.status != "active" {
		return never
	}
	date := win.inHome.AddDays(e.backAfter)
	if date > win.last {
		return never
	}
	f.add(w.compose(a, b, "AU-"+a.id[2:]+"-R"+pad(date.DaysSince(w.cfg.AsOf), 3), date), false, true)
	return date.DaysSince(w.cfg.AsOf)
}

func (f *futures) add(docs []document, without, with bool) {
	if without {
		f.without = append(f.without, docs...)
	}
	if with {
		f.with = append(f.with, docs...)
	}
	if with && !without {
		f.caused[docs[0].id] = true
	}
}

// tally is what documents come to in a window.
type tally struct {
	orders int
	margin int64 // cents
}

// tally sums the orders placed in the window, less what was taken back until its end.
func (w window) tally(docs []document) tally {
	var t tally
	counted := map[string]bool{}
	for i := range docs {
		o := &docs[i]
		_, margin := o.totals()
		switch {
		case o.kind == typeOrder && w.holds(o.date):
			counted[o.id] = true
			t.orders++
			t.margin += margin
		case o.kind != typeOrder && o.date <= w.last && counted[o.refers]:
			t.margin += margin
			if o.kind == typeCancellation {
				t.orders--
			}
		}
	}
	return t
}
