package sim

import (
	"math"
	"strings"

	"postlift"
)

// account is an invented customer.
type account struct {
	n              int
	id, name       string
	parent, domain string
	owner          string
	seg            *segment
	employees      int
	lang           string
	acquired       postlift.Date
	channel        int
	cost           int64 // acquisition cost in cents; 0: not recorded
	discount       int64 // own discount rate in hundredths a year; 0: the seller's
	level, status  string
	dunning        bool
	complaint      bool
	addr           address
	second         *site
}

// site is a further address of an account.
type site struct {
	id, name string
	addr     address
}

// account invents the n-th customer. The draws stand in a fixed order: changing it changes the world.
func (w *World) account(n int) *account {
	a := &account{n: n, id: accountID(n), status: "active"}
	d := w.dice("account", a.id)
	country := countries[d.weighted(countryShares...)]
	a.lang = languageOf(country)
	a.seg = segments[d.weighted(segmentShares()...)]
	a.addr = newAddress(d, country)
	a.employees = int(math.Ceil(24 * d.lognormal(1.1)))
	a.level = serviceLevels[d.weighted(.35, .5, .15)]
	a.channel = d.weighted(channelShares()...)
	if d.chance(.3) {
		a.cost = int64(math.Round(channels[a.channel].cost * 100 * d.lognormal(.4)))
	}
	a.owner = w.owner(d, country)
	w.acquire(d, a)
	a.status = []string{"active", "closed", "insolvent", "competitor", "own"}[d.weighted(.9735, .014, .005, .004, .0035)]
	a.dunning, a.complaint = d.chance(.015), d.chance(.012)
	if d.chance(.09) {
		a.second = &site{id: a.id + "-2", name: map[string]string{"de": "Werk 2", "en": "Plant 2"}[a.lang], addr: newAddress(d, country)}
	}
	w.nameAccount(d, a, country)
	w.group(d, a)
	w.discount(a)
	return a
}

// discount gives a few key accounts a discount rate of their own, as finance agreed it for large frame
// contracts: low for safe public bodies, high for those who pay late.
func (w *World) discount(a *account) {
	d := w.dice("discount", a.id)
	switch {
	case a.level != "premium" || !d.chance(.12):
	case a.seg.name == "Öffentliche Hand":
		a.discount = 6
	default:
		a.discount = []int64{8, 14}[d.weighted(.7, .3)]
	}
}

// owner gives the employee of the account's territory; where nobody active has it, one of the German ones.
func (w *World) owner(d dice, country string) string {
	at := d.IntN(5)
	if k, ok := map[string]int{"AT": 5, "CH": 6, "GB": 7, "US": 8}[country]; ok && k < len(w.employees)-1 {
		at = k
	}
	return w.employees[at].id
}

// acquire dates the customer's start: one in ten before the exported history, the others mostly early
// in it.
func (w *World) acquire(d dice, a *account) {
	days := w.cfg.AsOf.DaysSince(w.start)
	if d.chance(.1) {
		a.acquired = w.start.AddDays(-d.between(1, 4*365))
		return
	}
	a.acquired = w.start.AddDays(int(float64(days-1) * math.Pow(d.Float64(), 1.5)))
}

// group makes about one in twenty accounts the daughter of the account at the head of its ten.
func (w *World) group(d dice, a *account) {
	if a.n%10 != 0 && d.chance(.055) {
		a.parent = accountID(a.n - a.n%10)
	}
}

// nameAccount gives each account a company name of its own: a permutation of all pairs of a stem and a
// trade, then a second partner's name, so that no two accounts are one company by accident.
func (w *World) nameAccount(d dice, a *account, country string) {
	count := stems(a.lang)
	trades := a.seg.trades[a.lang]
	all := count * len(trades)
	const step = 7919 // a prime that divides no product of the lists' lengths
	k := (a.n*step + w.nameShift) % all
	first, trade, cycle := stem(a.lang, k%count), trades[k/count], a.n/all
	if cycle > 0 {
		joint := map[string]string{"de": " & ", "en": " and "}[a.lang]
		first += joint + stem(a.lang, (k*31+cycle)%count)
	}
	a.domain = slug(first+"-"+trade) + ".example"
	switch {
	case a.seg.name == "Öffentliche Hand" && a.lang == "de":
		a.name = trade + " " + first
	case a.seg.name == "Öffentliche Hand":
		a.name = first + " " + trade
	case a.lang == "de" && d.chance(.03):
		a.name = first + " Gesellschaft für " + trade + " und angewandte Fertigungsverfahren mbH & Co. KG"
	default:
		a.name = first + " " + trade + " " + legalForm(d, country)
	}
}

func legalForm(d dice, country string) string {
	switch country {
	case "AT":
		return pick(d, []string{"GmbH", "GmbH", "KG", "e.U."})
	case "CH":
		return pick(d, []string{"AG", "AG", "GmbH"})
	case "GB":
		return pick(d, []string{"Ltd", "Ltd", "Ltd", "LLP", "plc"})
	case "US":
		return pick(d, []string{"Inc.", "LLC", "Corp."})
	}
	return pick(d, []string{"GmbH", "GmbH", "GmbH", "GmbH & Co. KG", "AG", "KG", "e.K.", "OHG"})
}

func segmentShares() []float64 {
	list := make([]float64, len(segments))
	for i, s := range segments {
		list[i] = s.share
	}
	return list
}

func channelShares() []float64 {
	list := make([]float64, len(channels))
	for i, c := range channels {
		list[i] = c.share
	}
	return list
}

// website is the account's invented address on the web.
func (a *account) website() string { return "https://www." + strings.TrimPrefix(a.domain, "www.") }
