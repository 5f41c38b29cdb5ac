package campaigns

import (
	"cmp"
	"slices"
)

// rolePriority orders whom to write to first at a site.
var rolePriority = map[string]int{"management": 0, "purchasing": 1, "technical": 2, "other": 3, "": 3}

func priority(role string) int {
	if p, ok := rolePriority[role]; ok {
		return p
	}
	return rolePriority["other"]
}

// pickContacts gates every contact and takes the first few of each site by role, then key, no more than
// the account's yearly cap leaves. Where nobody is left it returns the reasons instead, in the gate's
// order. A contact claims its person only when the account itself passes (claim), so that a gated
// account never blocks its duplicate elsewhere; a held-out one does, as the person must not be mailed.
func (in *PlanInput) pickContacts(c *Candidate, taken map[string]bool, claim bool) ([]Recipient, []Reason) {
	recipients := slices.Clone(c.Recipients)
	slices.SortFunc(recipients, func(a, b Recipient) int {
		return cmp.Or(cmp.Compare(priority(a.Role), priority(b.Role)), cmp.Compare(a.Key, b.Key), cmp.Compare(a.ContactID, b.ContactID))
	})
	var chosen []Recipient
	perSite := map[int64]int{}
	hit := map[Reason]bool{}
	claimed := map[string]bool{}
	for _, r := range recipients {
		person := r.PersonKey + "|" + r.AddressKey
		known := r.PersonKey != ""
		reasons := Gate(r.gateFacts(known && (taken[person] || claimed[person])), in.Policy, in.AsOf)
		for _, reason := range reasons {
			hit[reason] = true
		}
		if len(reasons) > 0 || perSite[r.SiteID] >= in.ContactsPerSite || in.pressureReached(c, len(chosen)) {
			continue
		}
		perSite[r.SiteID]++
		claimed[person] = known
		chosen = append(chosen, r)
	}
	if claim {
		for person, known := range claimed {
			if known {
				taken[person] = true
			}
		}
	}
	return chosen, inGateOrder(hit)
}

// pressureReached tells whether one more letter would pass the account's yearly cap.
func (in *PlanInput) pressureReached(c *Candidate, chosen int) bool {
	return in.Policy.Class != Contractual && in.Policy.MaxPerYear > 0 && chosen > 0 &&
		c.Standing.MailsLastYear+chosen >= in.Policy.MaxPerYear
}

func (r *Recipient) gateFacts(duplicate bool) GateFacts {
	return GateFacts{Suppressed: r.Suppressed, SiteStatus: r.SiteStatus, ContactStatus: r.Status, Duplicate: duplicate,
		Language: r.Language, IsContact: true, HasAddress: r.HasAddress}
}

func inGateOrder(hit map[Reason]bool) []Reason {
	var ordered []Reason
	for _, r := range gateOrder {
		if hit[r] {
			ordered = append(ordered, r)
		}
	}
	return ordered
}
