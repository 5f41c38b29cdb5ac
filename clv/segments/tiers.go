package segments

import (
	"slices"

	"postlift"
)

// Tier is a class of value: A the most valuable accounts, D the least, E those without value.
type Tier string

// The tiers.
const (
	TierA Tier = "A"
	TierB Tier = "B"
	TierC Tier = "C"
	TierD Tier = "D"
	TierE Tier = "E"
)

// Tiers lists the tiers from the top.
func Tiers() []Tier { return []Tier{TierA, TierB, TierC, TierD, TierE} }

// TierShares are the shares of the accounts with a positive value that tiers A, B and C take; D is the rest.
type TierShares struct{ A, B, C float64 }

// DefaultTierShares are the top 5 %, the next 15 % and the next 30 %.
var DefaultTierShares = TierShares{A: .05, B: .15, C: .30}

// Check refuses shares that cannot be.
func (s TierShares) Check() error {
	if !(s.A > 0 && s.B > 0 && s.C > 0 && s.A+s.B+s.C < 1) {
		return postlift.Faultf(postlift.Invalid, "segments.TierShares",
			"the tiers take %g, %g and %g of the accounts: each must be above 0 and all together below 1", s.A, s.B, s.C)
	}
	return nil
}

// TierEdges are the smallest values (minor units) of tiers A, B and C. A positive value below C is D, any other
// E. Equal values share a tier: the one of the first among them, so a tier may be a little larger than
// its share.
type TierEdges struct{ A, B, C int64 }

// Tier is the tier of an account's value.
func (e TierEdges) Tier(valueMinor int64) Tier {
	switch {
	case valueMinor <= 0:
		return TierE
	case valueMinor >= e.A:
		return TierA
	case valueMinor >= e.B:
		return TierB
	case valueMinor >= e.C:
		return TierC
	}
	return TierD
}

// noEdge is above every value: the edge of a tier that nobody reaches.
const noEdge = int64(1<<63 - 1)

// TierEdges finds the edges of the values added: an account belongs to the top share s while less than s of the
// accounts with a positive value are worth more.
func (s *Sketch) TierEdges(shares TierShares) TierEdges {
	classes := s.classes()
	positive := 0
	for _, high := range classes {
		if high > 0 {
			positive += s.counts[high]
		}
	}
	limits := [3]float64{shares.A, shares.A + shares.B, shares.A + shares.B + shares.C}
	edges := [3]int64{noEdge, noEdge, noEdge}
	above := 0
	for _, high := range slices.Backward(classes) {
		if high <= 0 {
			break
		}
		low, _ := class(high)
		for i, limit := range limits {
			if float64(above) < limit*float64(positive) {
				edges[i] = max(low, 1)
			}
		}
		above += s.counts[high]
	}
	return TierEdges{A: edges[0], B: edges[1], C: edges[2]}
}

// TierRow is what a tier holds.
type TierRow struct {
	Tier         Tier    `json:"tier"`
	Accounts     int     `json:"accounts"`
	ValueMinor   int64   `json:"value_minor"`
	AccountShare float64 `json:"account_share"` // of all accounts
	// ValueShare is the part of the summed positive values; that of E is 0 or, where accounts lose money,
	// negative.
	ValueShare float64 `json:"value_share"`
}

// TierTally sums accounts by tier. The zero value is ready.
type TierTally struct {
	accounts map[Tier]int
	values   map[Tier]int64
}

// Add counts accounts of a tier with their summed value.
func (t *TierTally) Add(tier Tier, accounts int, valueMinor int64) {
	if t.accounts == nil {
		t.accounts, t.values = map[Tier]int{}, map[Tier]int64{}
	}
	t.accounts[tier] += accounts
	t.values[tier] += valueMinor
}

// Rows lists every tier from the top.
func (t *TierTally) Rows() []TierRow {
	var accounts int
	var positive float64
	for _, tier := range Tiers() {
		accounts += t.accounts[tier]
		positive += max(float64(t.values[tier]), 0)
	}
	rows := make([]TierRow, 0, len(Tiers()))
	for _, tier := range Tiers() {
		r := TierRow{Tier: tier, Accounts: t.accounts[tier], ValueMinor: t.values[tier]}
		if accounts > 0 {
			r.AccountShare = float64(r.Accounts) / float64(accounts)
		}
		if positive > 0 {
			r.ValueShare = float64(r.ValueMinor) / positive
		}
		rows = append(rows, r)
	}
	return rows
}
