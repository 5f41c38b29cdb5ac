package scoring

import (
	"slices"
	"testing"

	"postlift"
)

// every gives so many days, newest first, with a gap between them.
func every(gap, n int, newest postlift.Date) []postlift.Date {
	var days []postlift.Date
	for i := range n {
		days = append(days, newest.AddDays(-i*gap))
	}
	return days
}

// Data end early beyond thirty days and beyond four usual gaps; a base that orders once a quarter is not warned of
// its habit.
func TestEndsEarly(t *testing.T) {
	newest := day("2026-06-29")
	for name, c := range map[string]struct {
		days  []postlift.Date
		asOf  postlift.Date
		early bool
	}{
		"nothing imported":          {nil, newest, false},
		"daily, the next day":       {every(1, 60, newest), newest.AddDays(1), false},
		"daily, thirty days":        {every(1, 60, newest), newest.AddDays(30), false},
		"daily, thirty-one days":    {every(1, 60, newest), newest.AddDays(31), true},
		"monthly, four months":      {every(30, 20, newest), newest.AddDays(120), false},
		"monthly, more than that":   {every(30, 20, newest), newest.AddDays(121), true},
		"one day and no gap known":  {every(1, 1, newest), newest.AddDays(146), true},
		"quarterly, half a year":    {every(91, 8, newest), newest.AddDays(180), false},
		"the very day of the value": {every(7, 9, newest), newest, false},
	} {
		got := endsEarly(EndOfOrders, c.days, c.asOf)
		if (got != nil) != c.early {
			t.Errorf("%s: %+v", name, got)
		}
		if got != nil && (got.NewestOn != newest || got.DaysBefore != c.asOf.DaysSince(newest) || got.Of != EndOfOrders) {
			t.Errorf("%s: %+v", name, got)
		}
	}
	flags := marked([]string{"a", FlagOrdersEndEarly}, nil)
	if !slices.Equal(flags, []string{"a"}) || !slices.Equal(marked(flags, &EndsEarly{}), []string{"a", FlagOrdersEndEarly}) {
		t.Errorf("flags %v", flags)
	}
}
