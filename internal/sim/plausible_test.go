package sim

import (
	"testing"
)

func within(t *testing.T, what string, got, low, high float64) {
	t.Helper()
	if !(got >= low && got <= high) {
		t.Errorf("%s is %.4f, stated are %.3f to %.3f", what, got, low, high)
	}
}

// TestCustomersArePlausible: the shares that the world states, over 6,000 accounts.
func TestCustomersArePlausible(t *testing.T) {
	w := testWorld(21, 6000)
	n := float64(w.cfg.Accounts)
	count := map[string]float64{}
	var people float64
	for i := range w.cfg.Accounts {
		a := w.account(i)
		count[a.addr.country]++
		count[a.seg.name]++
		if a.parent != "" {
			count["daughter"]++
		}
		if a.second != nil {
			count["second site"]++
		}
		for _, c := range w.contacts(a) {
			people++
			if c.last == "" {
				count["function only"]++
			}
			if c.gender == "" && c.last != "" {
				count["unknown gender"]++
			}
			if c.title != "" {
				count["title"]++
			}
		}
		count["suppressed"] += float64(len(w.suppressions(a, w.contacts(a))))
	}
	within(t, "share DE", count["DE"]/n, .62, .68)
	within(t, "share AT", count["AT"]/n, .065, .095)
	within(t, "share CH", count["CH"]/n, .055, .085)
	within(t, "share GB", count["GB"]/n, .10, .14)
	within(t, "share US", count["US"]/n, .065, .095)
	within(t, "share of daughters", count["daughter"]/n, .035, .065)
	within(t, "share with a second site", count["second site"]/n, .07, .11)
	within(t, "contacts for an account", people/n, 1.4, 1.8)
	within(t, "share of function lines", count["function only"]/people, .035, .065)
	within(t, "share of unknown gender", count["unknown gender"]/people, .04, .08)
	within(t, "share with a title", count["title"]/people, .07, .15)
	within(t, "share suppressed", count["suppressed"]/n, .012, .028)
	for _, s := range segments {
		within(t, "share of "+s.name, count[s.name]/n, s.share-.025, s.share+.025)
	}
}

// TestPurchasesArePlausible: repeat rate, share of silent customers, credit notes, missing margins.
func TestPurchasesArePlausible(t *testing.T) {
	w := testWorld(22, 4000)
	var buyers, repeat, active, orders, credits, cancels, unknown, net, margin float64
	for i := range w.cfg.Accounts {
		docs, b := w.history(w.account(i))
		placed := 0.0
		for j := range docs {
			o := &docs[j]
			switch o.kind {
			case typeCreditNote:
				credits++
			case typeCancellation:
				cancels++
			default:
				placed++
				a, m := o.totals()
				if a <= 0 {
					t.Fatalf("order %s has a net value of %d", o.id, a)
				}
				net, margin = net+float64(a), margin+float64(m)
			}
			if !o.marginKnown {
				unknown++
			}
		}
		orders += placed
		if b.first.IsZero() {
			continue
		}
		buyers++
		if placed > 1 {
			repeat++
		}
		if b.active {
			active++
		}
	}
	within(t, "share with a repeat order", repeat/buyers, .62, .78)
	within(t, "share still active", active/buyers, .48, .64)
	within(t, "orders for a buyer in three years", orders/buyers, 3.8, 5.8)
	within(t, "credit notes for an order", credits/orders, .022, .038)
	within(t, "cancellations for an order", cancels/orders, .004, .011)
	within(t, "share without a margin", unknown/(orders+credits+cancels), .13, .17)
	within(t, "margin of net", margin/net, .30, .36)
}

// TestContractsArePlausible: how many have one, how many decisions end in a renewal, what a line's
// history looks like.
func TestContractsArePlausible(t *testing.T) {
	w := testWorld(23, 6000)
	var with, decisions, renewals, auto, all float64
	for i := range w.cfg.Accounts {
		list := w.contracts(w.account(i))
		if len(list) > 0 {
			with++
		}
		for _, c := range list {
			all++
			decisions += float64(c.decisions)
			renewals += float64(c.renewals)
			if c.autoRenew {
				auto++
			}
			checkContract(t, w, &c)
		}
	}
	within(t, "share with a contract", with/float64(w.cfg.Accounts), .20, .29)
	within(t, "renewals for a decision", renewals/decisions, .80, .90)
	within(t, "share with automatic renewal", auto/all, .75, .85)
}

func checkContract(t *testing.T, w *World, c *contract) {
	t.Helper()
	if c.ended.IsZero() && c.termEnds < w.cfg.AsOf || !c.ended.IsZero() && (c.ended > w.cfg.AsOf || c.notice.IsZero() || c.reason == "") {
		t.Fatalf("%s ends its term on %s, ended %q, notice %q", c.id, c.termEnds, c.ended, c.notice)
	}
	last := map[int]contractLine{}
	for _, l := range c.lines {
		before, ok := last[l.no]
		if ok && before.to.AddDays(1) != l.from || !ok && l.from != c.started || l.fee <= 0 || l.quantity < 1 {
			t.Fatalf("%s line %d: %+v after %+v", c.id, l.no, l, before)
		}
		last[l.no] = l
	}
	for no, l := range last {
		if l.to != c.ended {
			t.Fatalf("%s line %d stays valid to %q, the contract ended %q", c.id, no, l.to, c.ended)
		}
	}
}
