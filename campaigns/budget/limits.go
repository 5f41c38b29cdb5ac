package budget

import (
	"postlift"
)

// Item is one account (or group) that may be mailed, with what its letters are expected to earn.
type Item struct {
	Key        string  // breaks ties; unique
	Group      string  // the randomisation cluster
	Country    string  // ISO 3166-1 alpha-2; empty: the tariff's home
	Region     string  // see RegionOf
	Pieces     int     // at least 1
	ValueMinor int64   // expected incremental margin before cost, minor units
	LiftSD     float64 // doubt of the value that all accounts share (the lift's), minor units
	BaseSD     float64 // doubt of the value that is the account's own (the baseline's), minor units
}

// Mode is how far a selection goes.
type Mode string

// The modes of selection.
const (
	ModeAll    Mode = "all"    // everyone who qualifies; best first where a budget or capacity ends it
	ModeTop    Mode = "top"    // the Top accounts that earn most
	ModeBudget Mode = "budget" // whoever earns more than the letters cost, best use of the budget
	ModeValue  Mode = "value"  // whoever earns at least MinNetMinor after cost
)

// Limits are what a selection may not exceed. The zero value takes all.
type Limits struct {
	Mode        Mode
	Top         int   // accounts, mode top
	MinNetMinor int64 // expected net value of an account, mode value; minor units
	BudgetMinor int64 // total cost of the run, minor units; 0: no budget
	MaxPieces   int   // 0: no limit beside the tariff's capacity
}

// Verdict is what became of an item.
type Verdict uint8

// The verdicts.
const (
	Dropped        Verdict = iota // not judged
	Taken                         // earns its cost
	Filled                        // taken to reach a step or a postal minimum, which lowers the cost of all
	OverBudget                    // worth its cost, the budget ends before it
	OverCapacity                  // worth its cost, capacity or number of pieces ends before it
	BelowTop                      // behind the number of accounts asked for
	BelowThreshold                // earns less than its letters cost, or than the value asked for
	RegionTooSmall                // would be worth bulk postage, but its region stays below the minimum
	NoPostage                     // the tariff has no postage to its country
)

var verdictNames = [...]string{"dropped", "taken", "filled", "over_budget", "over_capacity", "below_top", "below_threshold", "region_too_small", "no_postage"}

// String is the stable name of a verdict.
func (v Verdict) String() string {
	if int(v) < len(verdictNames) {
		return verdictNames[v]
	}
	return verdictNames[Dropped]
}

// In tells whether the item is mailed.
func (v Verdict) In() bool { return v == Taken || v == Filled }

// Change is what a different budget would bring, with its 90 per cent interval from the doubt about lift
// and baselines.
type Change struct {
	BudgetMinor int64 `json:"budget_minor"` // the other budget
	Pieces      int   `json:"pieces"`       // more (or fewer) pieces
	Accounts    int   `json:"accounts"`
	CostMinor   int64 `json:"cost_minor"` // more (or less) cost
	GainMinor   int64 `json:"gain_minor"` // change of the expected net value; negative: a loss
	LowMinor    int64 `json:"low_minor"`  // of the gain
	HighMinor   int64 `json:"high_minor"`
}

// Point is one point of the curve of value by budget.
type Point struct {
	BudgetMinor int64 `json:"budget_minor"`
	CostMinor   int64 `json:"cost_minor"`
	ValueMinor  int64 `json:"value_minor"` // expected incremental margin before cost
	NetMinor    int64 `json:"net_minor"`
	Pieces      int   `json:"pieces"`
	Accounts    int   `json:"accounts"`
}

// Result is a selection.
type Result struct {
	Verdicts   []Verdict      // in the order of the items
	CostsMinor []int64        // marginal cost of each item's pieces under the chosen classes and step, minor units
	Quote      Quote          // of the taken
	Accounts   int            // taken
	ValueMinor int64          // expected incremental margin of the taken
	Net        postlift.Money // value minus the quote's total
	LowMinor   int64          // 90 per cent interval of Net
	HighMinor  int64
	Lambda     float64         // net value of the next unit of money; 0 where the budget does not bind
	Counts     map[Verdict]int // items by verdict
	BoundMinor float64         // no selection nets more (Lagrangian bound); the gap to Net is at most the difference

	problem *problem
	taken   solution
}
