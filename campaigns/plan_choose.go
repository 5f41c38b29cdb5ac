package campaigns

import (
	"cmp"
	"math"
	"slices"

	"postlift/campaigns/budget"
	"postlift/campaigns/draw"
)

// choose passes every candidate through the gate and picks its contacts and variant.
func (p *planning) choose() {
	order := p.inOrder()
	spared, kept := p.keyGroups(order)
	gate := newGatekeeper(p.Policy, p.AsOf)
	p.choices = make([]Choice, len(order))
	ids, keys := make([]int64, 0, len(order)), make([]string, 0, len(order)) // one allocation for most contacts
	for _, i := range p.turns(order, kept) {
		c, ch := order[i].c, &p.choices[i]
		ch.AccountID, ch.Key, ch.GroupKey, ch.segment, ch.Features, ch.traits, ch.basket = c.AccountID, c.Key, c.GroupKey, c.Segment, c.Features, &c.Traits, c.Basket
		ch.ResidualMinor, ch.BaselineMinor, ch.AgreedMinor = c.ResidualMinor, c.BaselineMinor, c.AgreedMinor
		ch.PreMarginMinor, ch.preNetMinor = c.PreMarginMinor, c.PreNetMinor
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
			if gate.objected(&c.Standing) {
				ch.forget()
			}
			continue
		}
		ch.Variant, contacts = p.variant(c, contacts)
		ch.country, ch.region = contacts[0].Country, budget.RegionOf(contacts[0].Postcode) // all its letters count there
		from := len(ids)
		for j := range contacts {
			ids, keys = append(ids, contacts[j].ContactID), append(keys, contacts[j].Key)
		}
		ch.Contacts, ch.contactKeys = ids[from:len(ids):len(ids)], keys[from:len(keys):len(keys)]
	}
}

// turns is the order in which candidates pass the gate, as indices of the order of keys. Where one can take another's
// place (the same person or company in the CRM twice, a group's cap) the one whose letter can earn most goes first, so
// that no place falls to an account that the selection then leaves out: key accounts, then the most expected margin,
// then the lowest key. The rank itself is not known yet, as it stands among those whom the gate lets through.
func (p *planning) turns(order []sortable, kept map[string]bool) []int {
	turns, contested := make([]int, 0, len(order)), []int(nil)
	capped := p.Policy.GroupMaxPerYear > 0
	for i := range order {
		if p.Policy.Class != Contractual && (capped || order[i].c.contested()) {
			contested = append(contested, i)
		} else {
			turns = append(turns, i)
		}
	}
	slices.SortFunc(contested, func(a, b int) int {
		x, y := order[a].c, order[b].c
		if first := kept[x.GroupKey]; first != kept[y.GroupKey] {
			if first {
				return -1
			}
			return 1
		}
		return cmp.Or(cmp.Compare(y.BaselineMinor, x.BaselineMinor), cmp.Compare(a, b))
	})
	return append(turns, contested...)
}

// contested tells whether one of the contacts can be the same as another account's.
func (c *Candidate) contested() bool {
	return slices.ContainsFunc(c.Recipients, func(r Recipient) bool { return r.PersonKey != "" || r.NameKey != "" || r.CompanyKey != "" })
}

// planToPost is how many days after the plan's date a letter may still be on its way to the post.
const planToPost = 28

// inGlobalControl tells whether a group is spared for the year, or for one that the plan's letters reach: a plan of
// December is posted in January, and its last wave later still. Key groups are not asked: they are in no estimate.
func (p *planning) inGlobalControl(group string) bool {
	if p.Policy.Class == Contractual {
		return false
	}
	last := p.AsOf.AddDays(planToPost)
	if p.Design == DesignWaves {
		last = last.AddDays(max(p.Waves-1, 0) * p.WaveDays)
	}
	for year := p.AsOf.Time().Year(); year <= last.Time().Year(); year++ {
		if draw.InGlobalControl(group, year, p.GlobalControl) {
			return true
		}
	}
	return false
}

// variant picks the letter of an account: that of the rule which takes it, else one by weight, the same for its
// whole group. Contacts who do not read the language of the first letter's variant are left out, as long as it
// is written in the first contact's.
func (p *planning) variant(c *Candidate, contacts []*Recipient) (string, []*Recipient) {
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

func (v *PlanVariant) readers(contacts []*Recipient) []*Recipient {
	if len(v.Languages) == 0 {
		return contacts
	}
	return slices.DeleteFunc(slices.Clone(contacts), func(r *Recipient) bool { return !slices.Contains(v.Languages, r.Language) })
}

// keyGroups gives the groups that are declared as never and as always mailed. The top per cent are of all matched
// groups, by margin of the year before, then by key; at least one group where any per cent is asked for.
func (p *planning) keyGroups(order []sortable) (spared, kept map[string]bool) {
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
		for _, o := range order {
			if group := o.c.GroupKey; named.ids[o.c.AccountID] {
				kept[group], spared[group] = named.keep, named.spare
			}
		}
	}
	return spared, kept
}

func (p *planning) topGroups(order []sortable) []string {
	if p.Keys.TopPercent <= 0 {
		return nil
	}
	margin := map[string]int64{}
	for _, o := range order {
		margin[o.c.GroupKey] += o.c.PreMarginMinor
	}
	groups := make([]string, 0, len(margin))
	for g := range margin {
		groups = append(groups, g)
	}
	slices.SortFunc(groups, func(a, b string) int { return cmp.Or(cmp.Compare(margin[b], margin[a]), cmp.Compare(a, b)) })
	return groups[:int(math.Ceil(float64(len(groups))*p.Keys.TopPercent/100-1e-9))]
}
