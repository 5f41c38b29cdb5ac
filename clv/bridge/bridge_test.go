package bridge_test

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"postlift"
	"postlift/clv"
	"postlift/clv/bridge"
)

// Whatever the values are, the steps lead from the opening to the closing value to the cent, account by account and
// summed.
func TestStepsAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		minor := rapid.Int64Range(-1e12, 1e12)
		var all bridge.Line
		for range rapid.IntRange(1, 20).Draw(t, "accounts") {
			a := bridge.Account{Kind: bridge.Kind(rapid.IntRange(0, 2).Draw(t, "kind")), Opening: minor.Draw(t, "opening"),
				Closing: minor.Draw(t, "closing"), Then: minor.Draw(t, "then"), Now: minor.Draw(t, "now"), OldModel: minor.Draw(t, "old model"),
				OldAssumptions: minor.Draw(t, "old assumptions"), Earned: minor.Draw(t, "earned"),
				Forecast: bridge.Forecast{Cash: minor.Draw(t, "cash"), Rest: minor.Draw(t, "rest"), Further: minor.Draw(t, "further")}}
			l := bridge.Of(a)
			if err := l.Check(); err != nil {
				t.Fatal(err)
			}
			all.Add(l)
		}
		if err := all.Check(); err != nil {
			t.Fatal(err)
		}
		steps := all.Waterfall()
		if n := len(steps); n != len(bridge.Names) || steps[n-2].After != all.Closing {
			t.Fatalf("%d bars, the last leads to %d, want %d", n, steps[n-2].After, all.Closing)
		}
	})
}

// A constant cash flow in closed form: 100 a month at 1 per cent a month, cut after three of 24 months.
func TestCutOfAConstantFlow(t *testing.T) {
	first := postlift.MustDate("2026-01-01")
	var months []clv.Month
	for i := range 27 {
		months = append(months, clv.Month{From: first.AddMonths(i), NetMinor: 10_000, ServiceMinor: 2_000, DiscountFactor: math.Pow(1.01, -float64(i)-.5)})
	}
	until := first.AddDays(int(math.Round(3*clv.DaysPerMonth)) - 1) // 91 days: 2.9897 months
	passed := bridge.Passed(first, until)
	if math.Abs(passed-91/clv.DaysPerMonth) > 1e-12 || bridge.FurtherMonths(first, until) != 3 {
		t.Fatalf("%v months, %d more needed", passed, bridge.FurtherMonths(first, until))
	}
	worth := 0.
	for _, m := range months[:24] {
		worth += float64(m.NetMinor) * m.DiscountFactor
	}
	value := int64(math.Round(worth))
	f := bridge.Cut(months, 24, value, until)
	rest := 0.
	for i := 2; i < 24; i++ {
		share := 1.
		if i == 2 {
			share = 3 - passed
		}
		rest += share * 10_000 * math.Pow(1.01, passed-float64(i)-.5)
	}
	further := 10_000 * (math.Pow(1.01, passed-24.5) + math.Pow(1.01, passed-25.5) + (passed-2)*math.Pow(1.01, passed-26.5))
	for _, v := range []struct {
		name      string
		got, want float64
	}{{"cash", float64(f.Cash), 10_000 * passed}, {"costs", float64(f.Costs), 2_000 * passed}, {"rest", float64(f.Rest), rest}, {"further", float64(f.Further), further}} {
		if math.Abs(v.got-v.want) > 1 {
			t.Errorf("%s %v, want %v", v.name, v.got, v.want)
		}
	}
	if (bridge.Cut(nil, 24, 0, until) != bridge.Forecast{}) {
		t.Error("an account without anything ahead has a forecast")
	}
	if same := bridge.Cut(months, 24, value, first.AddDays(-1)); same.Cash != 0 || same.Further != 0 || same.Rest != value {
		t.Errorf("cut at its own beginning: %+v", same)
	}
}
