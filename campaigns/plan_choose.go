package campaigns

import (
	"cmp"
	"math"
	"slices"

	"postlift/campaigns/budget"
	"postlift/campaigns/draw"
)

// choose passes every candidate through the gate, in order of key, and picks its contacts and variant.
func (p *planning) choose() {
	order := p.inOrder()
	spared, kept := p.keyGroups(order)
	gate := newGatekeeper(p.Policy, p.AsOf)
	p.choices = make([]Choice, len(order))
	for i, c := range order {
		ch := &p.choices[i]
		*ch = Choice{AccountID: c.AccountID, Key: c.Key, GroupKey: c.GroupKey, ResidualMinor: c.ResidualMinor,
			BaselineMinor: c.BaselineMinor, PreMarginMinor: c.PreMarginMinor, Features: c.Features,
			preNetMinor: c.PreNetMinor, segment: c.Segment, traits: &c.Traits}
		if kept[c.GroupKey] {
			ch.Role = RoleKey
		}
		contacts, reasons := gate.admit(c, p.ContactsPerSite)
		ch.Reasons = reasons
		if spared[c.GroupKey] {
			ch.Reasons = append(ch.Reasons, SparedKey)
		}
		if ch.Role != RoleKey && p.inGlobalControl(c.GroupKey) {
			ch.Reasons = append(ch.Reasons, GlobalControl)
		}
		if len(ch.Reasons) > 0 {
			ch.Outcome, ch.Role = Gated, RoleRandomised
			if ch.Reasons[0] == Objection { // of the account itself: nothing of a person's at it comes before NoContactLeft
				ch.forget()
			}
			continue
		}
		ch.Variant, contacts = p.variant(c, contacts)
		ch.write(contacts)
	}
}

// inGlobalControl tells whether a group is spared for the year. Key groups are not asked: they are in no estimate.
func (p *planning) inGlobalControl(group string) bool {
	return p.Policy.Class != Contractual && draw.InGlobalControl(group, p.AsOf.Time().Year(), p.GlobalControl)
}

// write notes the contacts and where the letters go: all of an account's count in the region of the first.
func (c *Choice) write(contacts []Recipient) {
	c.country, c.region = contacts[0].Country, budget.RegionOf(contacts[0].Postcode)
	c.Contacts, c.contactKeys = make([]int64, len(contacts)), make([]string, len(contacts))
	for i := range contacts {
		c.Contacts[i], c.contactKeys[i] = contacts[i].ContactID, contacts[i].Key
	}
}

// variant picks the letter of an account: that of the rule which takes it, else one by weight, the same for its
// whole group. Contacts who do not read the language of the first letter's variant are left out, as long as it
// is written in the first contact's.
func (p *planning) variant(c *Candidate, contacts []Recipient) (string, []Recipient) {
	var shares []draw.Share
	for _, v := range p.Variants {
		reads := len(v.Languages) == 0 || slices.Contains(v.Languages, contacts[0].Language)
		switch {
		case !reads:
		case v.Name == c.Variant:
			return v.Name, v.readers(contacts)
		case v.Weight > 0:
			shares = append(shares, draw.Share{Name: v.Name, Weight: v.Weight})
		}
	}
	name := draw.Variant(p.Salt, c.GroupKey, shares)
	for _, v := range p.Variants {
		if v.Name == name {
			return name, v.readers(contacts)
		}
	}
	return "", contacts
}

func (v *PlanVariant) readers(contacts []Recipient) []Recipient {
	if len(v.Languages) == 0 {
		return contacts
	}
	return slices.DeleteFunc(slices.Clone(contacts), func(r Recipient) bool { return !slices.Contains(v.Languages, r.Language) })
}

// keyGroups gives the groups that are declared as never and as always mailed. The top per cent are of all matched
// groups, by margin of the year before, then by key; at least one group where any per cent is asked for.
func (p *planning) keyGroups(order []*Candidate) (spared, kept map[string]bool) {
	if p.Keys.none() {
		return nil, nil
	}
	spared, kept = map[string]bool{}, map[string]bool{}
	for _, group := range p.topGroups(order) {
		kept[group], spared[group] = p.Keys.Top == KeyAlways, p.Keys.Top == KeyNever
	}
	for _, named := range []struct {
		ids         map[int64]bool
		keep, spare bool
	}{{p.Keys.Always, true, false}, {p.Keys.Never, false, true}} {
		for _, c := range order {
			if named.ids[c.AccountID] {
				kept[c.GroupKey], spared[c.GroupKey] = named.keep, named.spare
			}
		}
	}
	return spared, kept
}

func (p *planning) topGroups(order []*Candidate) []string {
	if p.Keys.TopPercent <= 0 {
		return nil
	}
	margin := map[string]int64{}
	for _, c := range order {
		margin[c.GroupKey] += c.PreMarginMinor
	}
	groups := make([]string, 0, len(margin))
	for g := range margin {
		groups = append(groups, g)
	}
	slices.SortFunc(groups, func(a, b string) int { return cmp.Or(cmp.Compare(margin[b], margin[a]), cmp.Compare(a, b)) })
	return groups[:int(math.Ceil(float64(len(groups))*p.Keys.TopPercent/100-1e-9))]
}
