package budget_test

import (
	"testing"

	"postlift/campaigns/budget"
	"postlift/campaigns/budget/yardstick"
)

// TestSelectAgainstExact: within one part in a thousand of the exact optimum on 20 instances of each kind,
// never above the budget, and the bound holds.
func TestSelectAgainstExact(t *testing.T) {
	kinds := map[string]func(uint64) (yardstick.Instance, error){
		"regional":   func(s uint64) (yardstick.Instance, error) { return yardstick.Regional(s), nil },
		"steps":      yardstick.Steps,
		"nationwide": yardstick.Nationwide,
	}
	for kind, instance := range kinds {
		t.Run(kind, func(t *testing.T) {
			worst := 0.
			for seed := range uint64(20) {
				in, err := instance(seed)
				if err != nil {
					t.Fatal(err)
				}
				worst = max(worst, gapOf(t, in))
			}
			t.Logf("largest gap %.5f %%", 100*worst)
		})
	}
}

func gapOf(t *testing.T, in yardstick.Instance) float64 {
	t.Helper()
	r, err := budget.Select(in.Items, in.Tariff, in.Limits)
	if err != nil {
		t.Fatal(err)
	}
	if r.Quote.Total.Minor > in.Limits.BudgetMinor {
		t.Errorf("costs %d, budget %d", r.Quote.Total.Minor, in.Limits.BudgetMinor)
	}
	gap := float64(in.Exact-r.Net.Minor) / float64(max(in.Exact, 1))
	if gap > .001 || r.Net.Minor > in.Exact {
		t.Errorf("%d accounts: net %d, exact %d: gap %.4f %% (bound %.0f, lambda %g)", len(in.Items), r.Net.Minor, in.Exact, 100*gap, r.BoundMinor, r.Lambda)
	}
	if float64(in.Exact) > r.BoundMinor+1 {
		t.Errorf("exact %d is above the bound %.0f", in.Exact, r.BoundMinor)
	}
	return gap
}
