package sim

import (
	"math"
	"strconv"

	"postlift"
)

// Document types of the order file.
const (
	typeOrder        = "order"
	typeCreditNote   = "credit_note"
	typeCancellation = "cancellation"
)

// line is one position of a document; money in cents.
type line struct {
	group       int
	product     int
	quantity    int
	net, margin int64
}

// document is an order, or what takes it back in part or whole (negative amounts).
type document struct {
	id, refers, kind, code string
	date                   postlift.Date
	lines                  []line
	marginKnown            bool // the order system often names no margin
}

func (o *document) totals() (net, margin int64) {
	for _, l := range o.lines {
		net += l.net
		margin += l.margin
	}
	return net, margin
}

// buyer is what the simulation knows of an account and no file tells.
type buyer struct {
	rate    float64       // orders a day while active
	drop    float64       // chance to fall silent after an order
	ticket  float64       // mean net order value in cents
	margin  float64       // share of net
	first   postlift.Date // day of the first order; none for a prospect
	active  bool          // still buying at the end of the history
	silence postlift.Date // the day on which the customer fell silent, where not active
}

// maxOrdersYear caps the purchase rate: nobody orders more than about weekly.
const maxOrdersYear = 60

// newBuyer draws the hidden traits: a Gamma purchase rate, a Beta dropout chance, lognormal value.
func (w *World) newBuyer(d dice, a *account) buyer {
	s := a.seg
	return buyer{
		rate:   min(d.gamma(1.15, s.ordersYear), maxOrdersYear) / 365,
		drop:   d.beta(s.dropA, s.dropB),
		ticket: s.ticket * 100 * d.lognormal(.55),
		margin: .32 + .04*d.NormFloat64(),
		active: true,
	}
}

// history plays an account's purchases up to the world's date: Poisson while active, and after each order
// the customer may fall silent for good. Documents before the exported history are left out; credit
// notes and cancellations may fall after the world's date.
func (w *World) history(a *account) ([]document, buyer) {
	d := w.dice("history", a.id)
	b := w.newBuyer(d, a)
	if d.chance(.07) { // a prospect, or one who has only a contract
		b.active = false
		return nil, b
	}
	day := float64(d.IntN(30)) // from being won to the first order
	b.first = a.acquired.AddDays(int(day))
	end := w.cfg.AsOf.DaysSince(a.acquired)
	if a.status == "closed" || a.status == "insolvent" {
		end = int(float64(end) * d.Float64())
	}
	var docs []document
	count := 0
	for int(day) <= end {
		date := a.acquired.AddDays(int(day))
		for orders := 1 + d.weighted(.97, .03); orders > 0; orders-- { // several documents a day
			count++
			made := w.compose(a, &b, "AU-"+a.id[2:]+"-"+pad(count, 4), date)
			if date >= w.start {
				docs = append(docs, made...)
			}
		}
		if d.chance(b.drop) {
			b.active, b.silence = false, date
			return docs, b
		}
		day += max(1, d.ExpFloat64()/b.rate)
	}
	if a.status == "closed" || a.status == "insolvent" {
		b.active, b.silence = false, a.acquired.AddDays(end)
	}
	return docs, b
}

// compose makes an order and, seldom, the document that takes it back. Its draws hang on the order's id
// alone, so that the same order is the same in both worlds of an experiment.
func (w *World) compose(a *account, b *buyer, id string, date postlift.Date) []document {
	d := w.dice("order", id)
	o := document{id: id, kind: typeOrder, date: date, marginKnown: !d.chance(.15)}
	value := b.ticket * d.lognormal(.5)
	parts := make([]float64, 1+d.weighted(.45, .3, .15, .1))
	whole := 0.0
	for i := range parts {
		parts[i] = .2 + d.ExpFloat64()
		whole += parts[i]
	}
	for _, p := range parts {
		o.lines = append(o.lines, newLine(d, a.seg, value*p/whole, b.margin))
	}
	docs := []document{o}
	switch d.weighted(.963, .03, .007) {
	case 1:
		docs = append(docs, o.credit(d))
	case 2:
		docs = append(docs, o.cancel(d))
	}
	return docs
}

func newLine(d dice, s *segment, value, share float64) line {
	l := line{group: s.groups[d.weighted(.5, .25, .15, .1)], product: d.between(100, 999)}
	g := productGroups[l.group]
	l.quantity = max(1, int(math.Round(value/(g.unit*100*d.lognormal(.3)))))
	price := max(1, postlift.RoundMinor(value/float64(l.quantity)))
	l.net = price * int64(l.quantity)
	l.margin = postlift.RoundMinor(float64(l.net) * (share + g.margin + .03*d.NormFloat64()))
	return l
}

// credit takes back a part of one line, some days later.
func (o *document) credit(d dice) document {
	l := o.lines[d.IntN(len(o.lines))]
	part := .2 + .8*d.Float64()
	back := int(math.Ceil(float64(l.quantity) * part))
	l.net = -l.net * int64(back) / int64(l.quantity)
	l.margin = -l.margin * int64(back) / int64(l.quantity)
	l.quantity = back
	return document{id: "GS" + o.id[2:], refers: o.id, kind: typeCreditNote, date: o.date.AddDays(d.between(4, 35)),
		lines: []line{l}, marginKnown: o.marginKnown}
}

// cancel takes back the whole order.
func (o *document) cancel(d dice) document {
	c := document{id: "ST" + o.id[2:], refers: o.id, kind: typeCancellation, date: o.date.AddDays(d.between(1, 3)), marginKnown: o.marginKnown}
	for _, l := range o.lines {
		l.net, l.margin = -l.net, -l.margin
		c.lines = append(c.lines, l)
	}
	return c
}

func (l *line) article() string { return productGroups[l.group].prefix + "-" + strconv.Itoa(l.product) }
