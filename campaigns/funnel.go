package campaigns

import "fmt"

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
}

// FunnelGroups counts the randomisation clusters of both arms.
type FunnelGroups struct {
	Holdout  int `json:"holdout"`
	Assigned int `json:"assigned"`
}

// ReasonCount is how many accounts were gated with this as their first reason.
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
	return nil
}

func countFunnel(choices []Choice) Funnel {
	f := Funnel{Matched: len(choices), AllCounts: map[Reason]int{}, ByReason: []ReasonCount{}}
	first := map[Reason]int{}
	arms := map[string]map[string]bool{HeldOut: {}, Assigned: {}}
	for i := range choices {
		c := &choices[i]
		switch c.Outcome {
		case Gated:
			f.Gated++
			first[c.Reasons[0]]++
			for _, r := range distinct(c.Reasons) {
				f.AllCounts[r]++
			}
		case OverCap:
			f.OverCap++
		case HeldOut:
			f.Holdout++
			arms[HeldOut][c.GroupKey] = true
		case Assigned:
			f.Assigned++
			f.Pieces += len(c.Contacts)
			arms[Assigned][c.GroupKey] = true
		}
	}
	f.Groups = FunnelGroups{Holdout: len(arms[HeldOut]), Assigned: len(arms[Assigned])}
	for _, r := range gateOrder {
		if first[r] > 0 {
			f.ByReason = append(f.ByReason, ReasonCount{Reason: r, Accounts: first[r]})
		}
	}
	return f
}

func distinct(reasons []Reason) []Reason {
	seen := map[Reason]bool{}
	var out []Reason
	for _, r := range reasons {
		if !seen[r] {
			seen[r] = true
			out = append(out, r)
		}
	}
	return out
}
