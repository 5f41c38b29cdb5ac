package sim

import (
	"strconv"
	"strings"

	"postlift"
)

// person is a name as it stands in a letter's address.
type person struct {
	gender, title, first, last string
}

// newPerson invents a person of a language: some with a degree, a noble particle, a double name or an
// unknown form of address.
func newPerson(d dice, lang string) person {
	women, men := germanWomen, germanMen
	if lang == "en" {
		women, men = englishWomen, englishMen
	}
	p := person{gender: "m", first: pick(d, men), last: stem(lang, d.IntN(stems(lang)))}
	if d.chance(.45) {
		p.gender, p.first = "f", pick(d, women)
	}
	if lang == "de" {
		p.dress(d)
	} else if d.chance(.04) {
		p.title = "Dr"
	}
	switch d.weighted(.935, .06, .005) {
	case 1:
		p.gender = ""
	case 2:
		p.gender = "d"
	}
	return p
}

// dress adds what German names carry: degrees, particles, double names.
func (p *person) dress(d dice) {
	switch d.weighted(.86, .08, .02, .03, .01) {
	case 1:
		p.title = "Dr."
	case 2:
		p.title = "Prof. Dr."
	case 3:
		p.title = "Dipl.-Ing."
	case 4:
		p.title = "Dr.-Ing."
	}
	switch d.weighted(.945, .02, .005, .005, .025) {
	case 1:
		p.last = "von " + p.last
	case 2:
		p.last = "von der " + p.last
	case 3:
		p.last = "Freiherr von " + p.last
		if p.gender == "f" {
			p.last = "Freifrau von " + strings.TrimPrefix(p.last, "Freiherr von ")
		}
	case 4:
		p.last += "-" + stem("de", d.IntN(stems("de")))
	}
}

// employee is one of the seller's people who own accounts.
type employee struct {
	id string
	person
	job, email, phone string
	consent           postlift.Date
	active            bool
}

var territories = []string{"Nord", "Ost", "West", "Süd", "Mitte", "Österreich", "Schweiz", "UK & Ireland", "North America"}

// newEmployees invents eight to twelve account owners, the last of whom has left.
func newEmployees(d dice, asOf postlift.Date) []employee {
	list := make([]employee, d.between(8, 12))
	for i := range list {
		p := newPerson(d, "de")
		job := "Gebietsleiter "
		if p.gender == "f" {
			job = "Gebietsleiterin "
		}
		if i%4 == 3 {
			job = "Vertriebsinnendienst "
		}
		list[i] = employee{id: "E-" + pad(i+1, 2), person: p, job: job + territories[i%len(territories)],
			email: mailbox(p) + "@nordlicht.example", phone: "+49 30 23125 " + pad(d.IntN(1000), 3),
			consent: asOf.AddMonths(d.between(4, 30)), active: i < len(list)-1}
	}
	return list
}

// contact is a person, or only a function, at an account.
type contact struct {
	id, site string
	person
	function, department, role         string
	salutation, formality, lang, email string
	phone, status                      string
}

// roles names each role's function line and department by language.
var roles = []struct {
	key                    string
	function, department   string
	functionEN, deptEN     string
	functionHead, headEN   string // where nobody is known by name
	shareFirst, shareOther float64
}{
	{"management", "Geschäftsführung", "Geschäftsleitung", "Managing Director", "Management", "Geschäftsleitung", "The Management", .40, .10},
	{"purchasing", "Einkauf", "Einkauf", "Purchasing Manager", "Purchasing", "Leitung Einkauf", "Head of Purchasing", .40, .30},
	{"technical", "Betriebsleitung", "Technik", "Operations Manager", "Operations", "Technische Leitung", "Head of Engineering", .15, .40},
	{"other", "Sachbearbeitung", "Verwaltung", "Office Manager", "Administration", "Verwaltung", "Office", .05, .20},
}

// contacts invents one to three contacts of an account.
func (w *World) contacts(a *account) []contact {
	d := w.dice("contacts", a.id)
	list := make([]contact, 1+d.weighted(.55, .32, .13))
	for i := range list {
		list[i] = newContact(d, a, i)
	}
	return list
}

func newContact(d dice, a *account, i int) contact {
	shares := make([]float64, len(roles))
	for k, r := range roles {
		shares[k] = r.shareOther
		if i == 0 {
			shares[k] = r.shareFirst
		}
	}
	r := roles[d.weighted(shares...)]
	c := contact{id: "C-" + a.id[2:] + "-" + strconv.Itoa(i+1), role: r.key, function: r.function, department: r.department,
		lang: a.lang, status: "active", formality: "formal"}
	if a.second != nil && i > 0 && d.chance(.5) {
		c.site = a.second.id
	}
	if a.lang == "en" {
		c.function, c.department = r.functionEN, r.deptEN
	}
	c.person = newPerson(d, a.lang)
	switch u := d.Float64(); {
	case u < .05:
		c.person = person{}
		c.function = map[string]string{"de": r.functionHead, "en": r.headEN}[a.lang]
		c.email = map[string]string{"de": "einkauf@", "en": "office@"}[a.lang] + a.domain
		return c
	case u < .08 && a.seg.name == "Handwerk":
		c.formality = "informal"
	case u < .09 && a.lang == "de":
		c.salutation = "Guten Tag " + c.first + " " + c.last
	}
	c.email, c.phone = mailbox(c.person)+"@"+a.domain, phoneOf(d, a.addr.country)
	switch d.weighted(.977, .02, .003) {
	case 1:
		c.status = "left"
	case 2:
		c.status = "deceased"
	}
	return c
}

// phoneOf draws from the ranges that the regulators keep free for fiction; Austria and Switzerland
// have none.
func phoneOf(d dice, country string) string {
	switch country {
	case "DE":
		return pick(d, []string{"+49 30 23125 ", "+49 69 90009 ", "+49 40 66969 ", "+49 89 99998 "}) + pad(d.IntN(1000), 3)
	case "GB":
		return "+44 1632 960" + pad(d.IntN(1000), 3)
	case "US":
		return "+1 202 555 01" + pad(d.IntN(100), 2)
	}
	return ""
}

var ascii = strings.NewReplacer("ä", "ae", "ö", "oe", "ü", "ue", "ß", "ss", "Ä", "ae", "Ö", "oe", "Ü", "ue", " ", "-", "&", "und", ".", "")

// mailbox is the part before the @: first.last in plain letters.
func mailbox(p person) string { return slug(p.first) + "." + slug(p.last) }

func slug(s string) string { return strings.ToLower(ascii.Replace(s)) }
