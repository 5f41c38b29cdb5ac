package sim

import (
	"math"
	"strconv"

	"postlift"
)

// contract is a maintenance or subscription agreement with its lines' whole history.
type contract struct {
	id                  string
	started, termEnds   postlift.Date
	term                int // months
	autoRenew           bool
	notice, ended       postlift.Date
	reason              string
	leaves              bool // of the running term's end, where the contract goes on until then
	lines               []contractLine
	renewals, decisions int // passed term boundaries at which it went on, and all of them
}

// contractLine is a line as it was from one day to another; fee and margin in cents a month for the
// whole quantity.
type contractLine struct {
	no          int
	product     int
	quantity    int
	fee, margin int64
	from, to    postlift.Date
}

const noticeDays = 90

var contractProducts = []struct {
	article, group string
	fee            float64 // euros a month for one piece
}{
	{"WV-100", "Wartungsvertrag", 48}, {"KS-200", "Kalibrierservice", 26}, {"SM-300", "Schleifservice", 35}, {"LV-400", "Werkzeugleasing", 64},
}

var endReasons = []string{"price", "competitor", "no_need", "insourced", "budget"}

// contracts invents an account's contracts: each renewal is refused with the account's own chance, drawn
// from a Beta (a shifted beta-geometric life), prices rise at renewals and quantities move in between.
func (w *World) contracts(a *account) []contract {
	list, _ := w.agreements(a)
	return list
}

// agreements gives the account's contracts and what no file tells: its chance to refuse a renewal.
func (w *World) agreements(a *account) (list []contract, refuse float64) {
	d := w.dice("contracts", a.id)
	if !d.chance(a.seg.contracts) {
		return nil, 0
	}
	refuse = d.beta(.9, 5.2)
	list = make([]contract, 1+d.weighted(.9, .1))
	for i := range list {
		list[i] = w.newContract(d, a, refuse, "V-"+a.id[2:]+"-"+strconv.Itoa(i+1))
	}
	return list, refuse
}

func (w *World) newContract(d dice, a *account, refuse float64, id string) contract {
	span := max(1, w.cfg.AsOf.DaysSince(a.acquired))
	start := a.acquired.AddDays(int(float64(span) * .9 * d.Float64()))
	c := contract{id: id, term: []int{12, 24, 36}[d.weighted(.6, .25, .15)], autoRenew: d.chance(.8)}
	c.started = postlift.NewDate(start.Time().Year(), start.Time().Month(), 1)
	lines := 1 + d.weighted(.7, .3)
	open := make([]contractLine, lines)
	for i := range open {
		p := d.IntN(len(contractProducts))
		open[i] = contractLine{no: i + 1, product: p, quantity: d.between(1, 6), from: c.started}
		open[i].price(contractProducts[p].fee*100*d.lognormal(.25), .42+.05*d.NormFloat64())
	}
	w.live(d, a, &c, open, refuse)
	return c
}

// price sets fee and margin from the price of one piece a month in cents.
func (l *contractLine) price(one, share float64) {
	l.fee = postlift.RoundMinor(one) * int64(l.quantity)
	l.margin = postlift.RoundMinor(float64(l.fee) * share)
}

// live goes from term to term until the contract ends or its running term is reached.
func (w *World) live(d dice, a *account, c *contract, open []contractLine, refuse float64) {
	for {
		from := c.started.AddMonths(c.term * c.renewals)
		next := c.started.AddMonths(c.term * (c.renewals + 1))
		c.termEnds = next.AddDays(-1)
		resize(d, c, open, from, next, from, w.cfg.AsOf)
		leaves := d.chance(refuse) || a.status == "closed" || a.status == "insolvent"
		given := c.termEnds.AddDays(-noticeDays - d.IntN(60))
		reason := pick(d, endReasons)
		raise := 1 + max(0, .03+.02*d.NormFloat64())
		if leaves && given <= w.cfg.AsOf {
			c.notice = given
		}
		if next > w.cfg.AsOf {
			c.leaves = leaves
			break
		}
		c.decisions++
		if leaves {
			c.ended, c.reason = c.termEnds, reason
			break
		}
		c.renewals++
		for i := range open { // the new price counts from the new term on
			changeLine(c, &open[i], next, func(l *contractLine) {
				l.fee, l.margin = scale(l.fee, raise), scale(l.margin, raise)
			})
		}
	}
	for _, l := range open {
		l.to = c.ended
		c.lines = append(c.lines, l)
	}
}

// resize changes a line's quantity in the middle of the term that begins on from and ends before next, about
// once in eight terms, if that falls between two days.
func resize(d dice, c *contract, open []contractLine, from, next, first, last postlift.Date) {
	i, delta := d.IntN(len(open)), []int{1, 2, -1}[d.weighted(.5, .2, .3)]
	at := from.AddMonths(max(1, int(float64(c.term)*d.Float64())))
	if !d.chance(.12) || at >= next || at < first || at > last || open[i].quantity+delta < 1 {
		return
	}
	changeLine(c, &open[i], at, func(l *contractLine) {
		factor := float64(l.quantity+delta) / float64(l.quantity)
		l.quantity += delta
		l.fee, l.margin = scale(l.fee, factor), scale(l.margin, factor)
	})
}

// changeLine closes a line the day before at and opens it again, changed.
func changeLine(c *contract, l *contractLine, at postlift.Date, change func(*contractLine)) {
	closed := *l
	closed.to = at.AddDays(-1)
	c.lines = append(c.lines, closed)
	l.from = at
	change(l)
}

func scale(minor int64, factor float64) int64 { return int64(math.Round(float64(minor) * factor)) }
