package tables

import (
	"cmp"
	"slices"
	"sort"

	"postlift"
)

// document is what a log holds of one document on one day, for credits that refer to it.
type document struct {
	customer int32
	day      postlift.Date
	number   uint64 // hashed
	value    float64
}

// credit is one row that takes something back.
type credit struct {
	customer int32
	line     int32
	day      postlift.Date
	amount   float64 // what it takes back, from 0
	whole    bool    // all of the document that it refers to
	refers   uint64  // hashed number of that document, 0 for none
}

func compareDocuments(a, b document) int {
	return cmp.Or(cmp.Compare(a.customer, b.customer), cmp.Compare(a.number, b.number), cmp.Compare(a.day, b.day))
}

// addDocument keeps a row's document and merges the lines of equal ones now and then.
func (b *logBuilder) addDocument(d document) {
	b.docs = append(b.docs, d)
	if len(b.docs) > 2*b.docsReady+mergeBatch {
		b.mergeDocuments()
	}
}

func (b *logBuilder) mergeDocuments() {
	slices.SortStableFunc(b.docs, compareDocuments)
	out := b.docs[:0]
	for _, d := range b.docs {
		if k := len(out); k > 0 && compareDocuments(out[k-1], d) == 0 {
			out[k-1].value += d.value
			continue
		}
		out = append(out, d)
	}
	b.docs, b.docsReady = out, len(out)
}

// net takes the credits off their orders: first those that name one, then the others off the customer's
// latest orders. What came first in time goes first.
func (b *logBuilder) net() {
	if len(b.credits) > 0 {
		b.netCredits()
	}
	if len(b.credits)+b.counts.BeforeHistory > 0 {
		b.forget()
	}
}

func (b *logBuilder) netCredits() {
	b.mergeDocuments()
	slices.SortStableFunc(b.credits, func(a, b credit) int {
		return cmp.Or(cmp.Compare(a.customer, b.customer), cmp.Compare(a.day, b.day))
	})
	n := netting{b: b, before: make([]float64, len(b.log.Days)), touched: make([]bool, len(b.log.Days))}
	for i, d := range b.log.Days {
		n.before[i] = d.Value
	}
	for _, c := range b.credits {
		if c.refers != 0 {
			n.referred(c)
		}
	}
	for _, c := range b.credits {
		if c.refers == 0 {
			n.latest(c)
		}
	}
	b.counts.CancelledDays = n.drop()
}

// netting is one pass over the credits of a log.
type netting struct {
	b       *logBuilder
	before  []float64 // value of each order day before any credit
	touched []bool
}

// settled is the share of a day's value below which sums of credits leave nothing but rounding.
const settled = 1e-9

// referred takes a credit off the document that it names; one that the log does not hold leaves everything
// as it is, since its order was before the log began or is another customer's.
func (n *netting) referred(c credit) {
	docs := n.b.docs
	from := sort.Search(len(docs), func(i int) bool {
		return docs[i].customer > c.customer || docs[i].customer == c.customer && docs[i].number >= c.refers
	})
	if from == len(docs) || docs[from].customer != c.customer || docs[from].number != c.refers {
		n.b.counts.bad("credit_unmatched", &n.b.counts.CreditUnmatched, int(c.line), "the credit names an order that the log does not hold for this customer")
		return
	}
	n.b.counts.Netted++
	left := c.amount
	for i := from; i < len(docs) && docs[i].customer == c.customer && docs[i].number == c.refers; i++ {
		d := &docs[i]
		take := min(left, d.value)
		if c.whole {
			take = d.value
		}
		if take <= 0 {
			continue
		}
		d.value -= take
		left -= take
		n.take(n.find(c.customer, d.day), take)
	}
	n.excess(c, left)
}

// latest takes a credit off the customer's latest orders up to its day.
func (n *netting) latest(c credit) {
	days := n.b.log.Days
	left, found := c.amount, false
	for i := n.find(c.customer, c.day.AddDays(1)) - 1; i >= 0 && days[i].Customer == c.customer && left > 0; i-- {
		take := min(left, days[i].Value)
		if take <= 0 {
			continue
		}
		found = true
		left -= take
		n.take(i, take)
	}
	if !found {
		n.b.counts.bad("credit_without_order", &n.b.counts.CreditNoOrder, int(c.line), "the credit names no order, and the customer has none before it to take it off")
		return
	}
	n.b.counts.NettedLatest++
	n.excess(c, left)
}

func (n *netting) excess(c credit, left float64) {
	if !c.whole && left > settled*c.amount {
		n.b.counts.ExcessCredits++
	}
}

// find is the first order day of the customer on or after a day.
func (n *netting) find(customer int32, day postlift.Date) int {
	days := n.b.log.Days
	return sort.Search(len(days), func(i int) bool {
		return days[i].Customer > customer || days[i].Customer == customer && days[i].Day >= day
	})
}

func (n *netting) take(at int, amount float64) {
	n.b.log.Days[at].Value -= amount
	n.touched[at] = true
}

// drop removes the order days of which nothing is left.
func (n *netting) drop() int {
	days := n.b.log.Days
	out := days[:0]
	for i, d := range days {
		if n.touched[i] && d.Value <= settled*n.before[i] {
			continue
		}
		out = append(out, d)
	}
	n.b.log.Days = out
	return len(days) - len(out)
}

// forget removes customers without an order day, so that every index of the log stands for one with some.
func (b *logBuilder) forget() {
	place := make([]int32, len(b.log.IDs))
	for _, d := range b.log.Days {
		place[d.Customer] = 1
	}
	kept := int32(0)
	for i, here := range place {
		if here == 0 {
			continue
		}
		place[i] = kept
		b.log.IDs[kept] = b.log.IDs[i]
		if b.log.Opened != nil {
			b.log.Opened[kept] = b.log.Opened[i]
		}
		for k := range b.log.Labels {
			b.log.Labels[k].Values[kept] = b.log.Labels[k].Values[i]
		}
		kept++
	}
	b.log.IDs = b.log.IDs[:kept]
	if b.log.Opened != nil {
		b.log.Opened = b.log.Opened[:kept]
	}
	for k := range b.log.Labels {
		b.log.Labels[k].Values = b.log.Labels[k].Values[:kept]
	}
	for i := range b.log.Days {
		b.log.Days[i].Customer = place[b.log.Days[i].Customer]
	}
}
