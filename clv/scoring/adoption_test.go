package scoring

import (
	"testing"

	"postlift/clv/development"
)

// Counts by hand: two accounts of one segment, three full quarters each. The first has parts from the start,
// takes up tools in the second quarter and service in the fourth, which has not passed yet; the second has
// nothing.
func TestAdoptionsByHand(t *testing.T) {
	start, asOf := day("2025-01-01"), day("2025-01-01").AddDays(3*92)
	a := newAdoptions()
	a.add("A", start, asOf, []GroupSince{{Name: "parts", Since: start}, {Name: "tools", Since: start.AddDays(100), MonthlyMinor: 50}, {Name: "service", Since: start.AddDays(275)}})
	a.add("A", start, asOf, nil)
	want := map[riskKey]map[int]int{{"A", 0}: {1: 1, 2: 1, 3: 1}, {"A", 1}: {1: 1, 2: 1}, {"A", 2}: {3: 1}}
	for key, byQuarter := range want {
		for q, n := range byQuarter {
			if got := a.risk[key][q]; got != n {
				t.Errorf("%v, quarter %d: %d accounts, want %d", key, q, got, n)
			}
		}
	}
	if q := a.taken[adoptKey{"tools", riskKey{"A", 1}}]; q == nil || q[2] != 1 {
		t.Errorf("tools were taken up in the second quarter by an account with one group: %v", q)
	}
	if a.taken[adoptKey{"parts", riskKey{"A", 0}}] != nil || a.taken[adoptKey{"service", riskKey{"A", 2}}] != nil {
		t.Error("what an account began with, or took up in a quarter that has not passed, is no adoption")
	}
	tally, err := a.tally(development.Contract)
	if err != nil {
		t.Fatal(err)
	}
	// parts: the second account's three quarters; tools: those and the first one's first two; service: those
	// and its three
	if got := tally.Decisions(); got != 3+5+6 {
		t.Errorf("%d decisions, want 14", got)
	}
}
