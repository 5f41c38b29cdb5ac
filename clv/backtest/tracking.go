package backtest

import (
	"sort"

	"postlift"
)

// trackPoints is the number of points of a path above which its steps get longer.
const trackPoints = 40

// trackDays are the days at which a cumulative path is looked at: weekly, every two or four weeks where it
// is long, and the end itself.
func trackDays(origin, end postlift.Date) []postlift.Date {
	step := 7
	for end.DaysSince(origin)/step > trackPoints {
		step *= 2
	}
	var out []postlift.Date
	for d := origin.AddDays(step); d < end; d = d.AddDays(step) {
		out = append(out, d)
	}
	return append(out, end)
}

// upToDay is how many of the sorted days lie up to a day.
func upToDay(days []postlift.Date, day postlift.Date) int {
	return sort.Search(len(days), func(i int) bool { return days[i] > day })
}
