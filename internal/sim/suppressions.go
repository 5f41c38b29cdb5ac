package sim

import (
	"postlift"
)

// suppression is a row of the list of what must not be mailed.
type suppression struct {
	id, scope, account, site, contact string
	person
	company           string
	addr              address
	reason            string
	date, effective   postlift.Date
	until             postlift.Date
	channel, evidence string
}

func (s *suppression) row() []string {
	return []string{s.id, s.scope, s.account, s.site, s.contact, s.first, s.last, s.company, s.addr.street, s.addr.postcode,
		s.addr.city, s.addr.country, s.reason, s.date.String(), s.effective.String(), s.until.String(), s.channel, s.evidence}
}

// suppressions are an account's earlier objections, returned letters and wishes, about two in a hundred.
func (w *World) suppressions(a *account, contacts []contact) []suppression {
	d := w.dice("suppressions", a.id)
	s := suppression{id: "S-" + a.id[2:], date: w.cfg.AsOf.AddDays(-d.between(10, 700))}
	s.effective = s.date
	switch d.weighted(.98, .008, .007, .003, .002) {
	case 1:
		s.scope, s.contact, s.reason, s.channel = "person", contacts[0].id, "objection", "mail"
		s.evidence = "Widerspruch per E-Mail"
	case 2:
		s.scope, s.site, s.reason, s.channel = "address", a.id, "undeliverable", "return"
		s.evidence = "Rückläufer einer früheren Aussendung"
	case 3:
		s.scope, s.account, s.reason, s.channel = "account", a.id, "do_not_mail", "sales"
		s.evidence = "Wunsch im Gespräch mit dem Außendienst"
	case 4: // as it stands on a list of somebody else: without our numbers
		s.scope, s.reason, s.channel = "person", "imported_list", "list"
		s.person, s.company, s.addr = contacts[0].person, a.name, a.addr
		s.until = s.date.AddMonths(60)
		if s.last == "" || s.addr.street == "" {
			return nil
		}
	default:
		return nil
	}
	return []suppression{s}
}

// strangers are entries of a do-not-mail list that match nobody in this world.
func (w *World) strangers() []suppression {
	d := w.dice("strangers", "")
	list := make([]suppression, 3)
	for i := range list {
		p := newPerson(d, "de")
		list[i] = suppression{id: "S-L" + pad(i+1, 2), scope: "person", person: p, company: p.last + " Fremdbetrieb GmbH",
			addr: newAddress(d, "AT"), reason: "imported_list", date: w.cfg.AsOf.AddDays(-d.between(30, 300)), channel: "list"}
		list[i].effective = list[i].date
	}
	return list
}
