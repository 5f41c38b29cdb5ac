package campaigns

import (
	"cmp"
	"slices"

	"postlift"
)

// The roles of contacts, in the order in which a site's are written to where a campaign names none.
var contactRoles = []string{"management", "purchasing", "technical", "other"}

// roleName is the role of a contact; one without any stands with the others.
func roleName(role string) string {
	if role == "" {
		return "other"
	}
	return role
}

// priority orders whom to write to first at a site: as the campaign names the roles, else as above.
func (p *Policy) priority(role string) int {
	order := p.Roles
	if len(order) == 0 {
		order = contactRoles
	}
	if i := slices.Index(order, roleName(role)); i >= 0 {
		return i
	}
	return len(order)
}

// gatekeeper judges the accounts and contacts of one plan, or the letters of one batch, one after the other.
// It remembers what it has let through, so that nobody is written to twice and no cap is passed by letters
// that go out together. Of duplicates, and of a group's accounts beyond its cap, those win that are asked about
// first, see planning.turns. Cooling-off is between mailings: the
// letters of one plan are one mailing.
type gatekeeper struct {
	policy  Policy
	asOf    postlift.Date
	people  map[string]bool  // person at an address
	sites   map[string]int64 // company at an address, with the account that has it
	letters map[string]int   // let through, by group
	persons map[string]int   // let through, by person
}

func newGatekeeper(policy Policy, asOf postlift.Date) *gatekeeper {
	return &gatekeeper{policy: policy, asOf: asOf, people: map[string]bool{}, sites: map[string]int64{}, letters: map[string]int{}, persons: map[string]int{}}
}

// account gives what holds back everybody at an account.
func (g *gatekeeper) account(s *Standing, group string) reasonSet {
	f := GateFacts{Suppressed: s.Suppressed, AccountStatus: s.Status, LastMailedOn: s.LastMailedOn, MailsLastYear: s.MailsLastYear,
		GroupLastMailedOn: s.GroupLastMailedOn, GroupMailsLastYear: s.GroupMailsLastYear,
		ControlGroup: s.ControlGroup, Programme: s.Programme, Dunning: s.Dunning, Complaint: s.Complaint, Opportunities: s.Opportunities, Stages: s.Stages}
	if g.policy.GroupMaxPerYear > 0 {
		f.GroupMailsLastYear += g.letters[group]
	}
	return f.held(&g.policy, g.asOf)
}

// contact gives what holds back one contact at its site.
func (g *gatekeeper) contact(r *Recipient) reasonSet {
	f := GateFacts{Suppressed: r.Suppressed, SiteStatus: r.SiteStatus, ContactStatus: r.Status, Language: r.Language, Role: r.Role,
		IsContact: true, HasAddress: r.HasAddress, ContactLastMailedOn: r.LastMailedOn, ContactMailsLastYear: r.MailsLastYear}
	f.Duplicate = slices.ContainsFunc(r.identities(), func(id string) bool { return g.people[id] })
	if site := r.companySite(); site != "" {
		owner, taken := g.sites[site]
		f.DuplicateSite = taken && owner != r.AccountID
	}
	if r.PersonKey != "" && g.policy.ContactMaxPerYear > 0 {
		f.ContactMailsLastYear += g.persons[r.PersonKey]
	}
	f.OutsideArea = g.policy.Area != nil && !g.policy.Area.holds(r.Country, r.Postcode)
	return f.held(&g.policy, g.asOf)
}

// identities are the ways in which a contact is known to be the same person as another: at the company and
// the address, and by name at the address.
func (r *Recipient) identities() []string {
	var ids []string
	if r.PersonKey != "" {
		ids = append(ids, "person|"+r.PersonKey+"|"+r.AddressKey)
	}
	if r.NameKey != "" && r.AddressKey != "" {
		ids = append(ids, "name|"+r.NameKey+"|"+r.AddressKey)
	}
	return ids
}

// companySite is the company at its address; "" where no other account can be the same.
func (r *Recipient) companySite() string {
	if r.CompanyKey == "" || r.AddressKey == "" {
		return ""
	}
	return r.CompanyKey + "|" + r.AddressKey
}

// admit passes one account through the gate and picks its contacts: the first few of each site by role, then
// key, no more than the caps leave. Without reasons there are contacts. Otherwise the first reason decides what the
// account counts under: first come its own reasons; where nobody is left to write to, then those that hold for every
// one of its contacts, or NoContactLeft where there is none such; then what holds for some of the contacts.
func (g *gatekeeper) admit(c *Candidate, perSite int) (chosen []*Recipient, reasons []Reason) {
	held := g.account(&c.Standing, c.GroupKey)
	chosen, why := g.pick(c, perSite, held == 0)
	reasons = held.list()
	if len(chosen) > 0 {
		return chosen, reasons
	}
	if why.each == 0 {
		reasons = append(reasons, NoContactLeft)
	}
	reasons = append(reasons, (why.each &^ held).list()...)
	return chosen, append(reasons, (why.some &^ why.each &^ held).list()...)
}

// wanting are the reasons that another contact or a better address would lift.
var wanting = []Reason{Deceased, Undeliverable, ContactLeft, OtherRole, OtherLanguage, NoAddress, NoContactLeft}

// lacksContact tells from a gated account's reasons whether its contacts and addresses are among what stopped it.
func lacksContact(reasons []Reason) bool {
	return slices.ContainsFunc(reasons, func(r Reason) bool { return slices.Contains(wanting, r) })
}

// objected tells whether the account itself has objected to the campaign's letters; that its contacts have is theirs.
func (g *gatekeeper) objected(s *Standing) bool {
	return g.policy.Class != Contractual && slices.Contains(s.Suppressed, Objection)
}

// heldContacts are the reasons against the contacts of an account: against at least one of them, and against each.
type heldContacts struct{ some, each reasonSet }

// pick gates every contact of an account. A contact claims its person and its site only when the account
// itself passes, so that a gated account never blocks its duplicate elsewhere; a held-out one does, as the
// person must not be mailed.
func (g *gatekeeper) pick(c *Candidate, perSite int, claim bool) (chosen []*Recipient, why heldContacts) {
	room := g.room(&c.Standing, c.GroupKey)
	claimed := map[string]bool{}
	recipients := g.inOrder(c.Recipients)
	for i := range recipients {
		r := &recipients[i]
		held := g.contact(r)
		for _, id := range r.identities() {
			if claimed[id] {
				held |= reasonBit[DuplicateRecipient]
			}
		}
		if why.some |= held; i == 0 {
			why.each = held
		}
		why.each &= held
		if held != 0 || len(chosen) >= room || atSite(chosen, r.SiteID) >= perSite {
			continue
		}
		for _, id := range r.identities() {
			claimed[id] = true
		}
		chosen = append(chosen, r)
	}
	if claim {
		for i := range chosen {
			g.claim(chosen[i], c.GroupKey)
		}
	}
	return chosen, why
}

func (g *gatekeeper) inOrder(recipients []Recipient) []Recipient {
	if len(recipients) < 2 {
		return recipients
	}
	sorted := slices.Clone(recipients)
	slices.SortFunc(sorted, func(a, b Recipient) int {
		return cmp.Or(cmp.Compare(g.policy.priority(a.Role), g.policy.priority(b.Role)), cmp.Compare(a.Key, b.Key), cmp.Compare(a.ContactID, b.ContactID))
	})
	return sorted
}

func atSite(chosen []*Recipient, site int64) (n int) {
	for i := range chosen {
		if chosen[i].SiteID == site {
			n++
		}
	}
	return n
}

// room is how many letters the yearly caps of account and group leave; at least one, as an account at its cap
// is gated as such.
func (g *gatekeeper) room(s *Standing, group string) int {
	left := int(^uint(0) >> 1)
	if g.policy.Class == Contractual {
		return left
	}
	if limit := g.policy.MaxPerYear; limit > 0 {
		left = min(left, max(limit-s.MailsLastYear, 1))
	}
	if limit := g.policy.GroupMaxPerYear; limit > 0 {
		left = min(left, max(limit-s.GroupMailsLastYear-g.letters[group], 1))
	}
	return left
}

// claim remembers a letter that goes out.
func (g *gatekeeper) claim(r *Recipient, group string) {
	for _, id := range r.identities() {
		g.people[id] = true
	}
	if site := r.companySite(); site != "" {
		if _, taken := g.sites[site]; !taken {
			g.sites[site] = r.AccountID
		}
	}
	if g.policy.GroupMaxPerYear > 0 {
		g.letters[group]++
	}
	if r.PersonKey != "" && g.policy.ContactMaxPerYear > 0 {
		g.persons[r.PersonKey]++
	}
}
