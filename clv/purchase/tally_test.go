package purchase

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestTallyCounts compares with a plain map, beyond the number at which waiting histories are settled, with
// whole days and with weeks of two decimals.
func TestTallyCounts(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	var tally Tally
	want := map[history]int{}
	for i := range 3*leastTally + 17 {
		x, age := rng.IntN(4), 100+rng.IntN(80)
		h := history{x: x, t: float64(age) / DaysPerWeek}
		if x > 0 {
			h.tx = float64(1+rng.IntN(age)) / DaysPerWeek
		}
		if i%1000 == 0 {
			h.t = float64(age) + 0.01
		}
		if i%5000 == 1 {
			h.x, h.tx = 1<<orderBits+x, h.t
		}
		want[h]++
		if err := tally.Add(h.x, h.tx, h.t); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 {
		rows := tally.Counted()
		if len(rows) != len(want) || tally.Customers() != 3*leastTally+17 {
			t.Fatalf("%d rows of %d customers, want %d", len(rows), tally.Customers(), len(want))
		}
		for _, c := range rows {
			if n := want[history{c.X, c.TX, c.T}]; n != c.N {
				t.Fatalf("%+v, want %d", c, n)
			}
		}
		if !slices.IsSortedFunc(rows, func(a, b Counted) int {
			return cmp.Or(cmp.Compare(a.X, b.X), cmp.Compare(a.T, b.T), cmp.Compare(a.TX, b.TX))
		}) {
			t.Error("rows out of order")
		}
	}
}

// TestDaysSurvivePacking: a whole number of days comes back as the very weeks that were put in.
func TestDaysSurvivePacking(t *testing.T) {
	for days := range 1<<dayBits - 1 {
		weeks := float64(days) / DaysPerWeek
		key, ok := packed(1, weeks, weeks)
		if c := unpacked(key, 1); !ok || c.TX != weeks || c.T != weeks {
			t.Fatalf("%d days become %+v, %t", days, c, ok)
		}
	}
}
