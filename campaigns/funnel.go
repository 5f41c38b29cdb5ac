package campaigns

import (
	"fmt"
	"slices"
)

// Funnel counts what became of the matched accounts. It closes:
// matched = gated + over cap + holdout + assigned.
type Funnel struct {
	Matched   int            `json:"matched"`
	Gated     int            `json:"gated"`
	OverCap   int            `json:"over_cap"`
	Holdout   int            `json:"holdout"`
	Assigned  int            `json:"assigned"`
	Pieces    int            `json:"pieces"` // letters to the assigned
	Groups    FunnelGroups   `json:"groups"`
	ByReason  []ReasonCount  `json:"by_reason"`  // gated accounts by their first reason: adds up to gated
	AllCounts map[Reason]int `json:"all_counts"` // gated accounts by every reason: overlaps
	Capped    []ReasonCount  `json:"capped"`     // accounts over the cap by what ended the selection: adds up to over_cap

	BadAddress int `json:"bad_address"` // of the gated: accounts that only want of an address at which somebody can be reached stopped
	Key        int `json:"key"`         // of the assigned: key accounts that are mailed always
	Explored   int `json:"explored"`    // of the held out and assigned: tried out, whatever the model says
}

// FunnelGroups counts the randomisation clusters of both arms, key accounts apart.
type FunnelGroups struct {
	Holdout  int `json:"holdout"`
	Assigned int `json:"assigned"`
}

// ReasonCount is how many accounts a reason decided about: gated accounts count under the first reason of their own,
// else under the first that holds for every one of their contacts, else under NoContactLeft.
type ReasonCount struct {
	Reason   Reason `json:"reason"`
	Accounts int    `json:"accounts"`
}

// Planned is how many accounts are held out or assigned.
func (f Funnel) Planned() int { return f.Holdout + f.Assigned }

// Check is an error unless the funnel closes.
func (f Funnel) Check() error {
	if f.Matched != f.Gated+f.OverCap+f.Holdout+f.Assigned {
		return fmt.Errorf("campaigns: the funnel does not close: %d matched, but %d gated + %d over cap + %d held out + %d assigned",
			f.Matched, f.Gated, f.OverCap, f.Holdout, f.Assigned)
	}
	gated := 0
	for _, r := range f.ByReason {
		gated += r.Accounts
	}
	if gated != f.Gated {
		return fmt.Errorf("campaigns: the funnel does not close: %d gated, but the first reasons count %d", f.Gated, gated)
	}
	capped := 0
	for _, r := range f.Capped {
		capped += r.Accounts
	}
	if capped != f.OverCap {
		return fmt.Errorf("campaigns: the funnel does not close: %d over the cap, but the reasons count %d", f.OverCap, capped)
	}
	return nil
}

func countFunnel(choices []Choice) Funnel {
	f := Funnel{Matched: len(choices), AllCounts: map[Reason]int{}, ByReason: []ReasonCount{}, Capped: []ReasonCount{}}
	first, capped := map[Reason]int{}, map[Reason]int{}
	arms := map[string]map[string]bool{HeldOut: {}, Assigned: {}}
	for i := range choices {
		c := &choices[i]
		switch c.Outcome {
		case Gated:
			f.gated(c, first)
		case OverCap:
			f.OverCap++
			capped[c.Reasons[0]]++
		case HeldOut:
			f.Holdout++
			arms[HeldOut][c.GroupKey] = true
		case Assigned:
			f.Assigned++
			f.Pieces += len(c.Contacts)
			if c.Role != RoleKey {
				arms[Assigned][c.GroupKey] = true
			}
		}
		f.role(c)
	}
	f.Groups = FunnelGroups{Holdout: len(arms[HeldOut]), Assigned: len(arms[Assigned])}
	f.ByReason, f.Capped = inOrder(gateOrder, first), inOrder(capReasons, capped)
	return f
}

func (f *Funnel) gated(c *Choice, first map[Reason]int) {
	f.Gated++
	first[c.Reasons[0]]++
	badAddress, wants := true, false
	for i, r := range c.Reasons {
		if !slices.Contains(c.Reasons[:i], r) {
			f.AllCounts[r]++
		}
		address := r == NoAddress || r == Undeliverable
		badAddress, wants = badAddress && (address || r == NoContactLeft), wants || address
	}
	if badAddress && wants {
		f.BadAddress++
	}
}

func (f *Funnel) role(c *Choice) {
	switch {
	case !c.planned():
	case c.Role == RoleKey:
		f.Key++
	case c.Role != RoleRandomised:
		f.Explored++
	}
}

// inOrder lists the reasons that stopped somebody.
func inOrder(order []Reason, counts map[Reason]int) []ReasonCount {
	list := []ReasonCount{}
	for _, r := range order {
		if counts[r] > 0 {
			list = append(list, ReasonCount{Reason: r, Accounts: counts[r]})
		}
	}
	return list
}

// EveryReason lists the gated accounts by every reason that holds, for the account or for one of its contacts, in the
// gate's order. The counts overlap.
func (f Funnel) EveryReason() []ReasonCount { return inOrder(gateOrder, f.AllCounts) }
