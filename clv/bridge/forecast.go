package bridge

import (
	"math"

	"postlift"
	"postlift/clv"
)

// Forecast is what an opening run expected of the time up to a later date and after it, minor units.
type Forecast struct {
	Cash    int64 // until the later date, not discounted
	Rest    int64 // after it, within the opening horizon, discounted to the later date
	Further int64 // behind the opening horizon, as far as the later date's horizon reaches, likewise
	Costs   int64 // in Cash: the assumed costs of service, contact and handling, positive
}

// Cut splits an account's expected months at a later date. The months begin the day after the opening date and reach
// at least FurtherMonths behind the horizon of so many months; a month that the date falls into is split.
// Discounting goes on as in the months' own factors, which are those of the middle of a month. Value is what all months of
// the horizon are worth at the opening date: what it differs by from the months, which are rounded one by one, goes
// with the rest.
func Cut(months []clv.Month, horizon int, value int64, until postlift.Date) Forecast {
	if len(months) == 0 {
		return Forecast{Rest: value}
	}
	passed := Passed(months[0].From, until)
	monthly := 1.
	if len(months) > 1 {
		monthly = months[1].DiscountFactor / months[0].DiscountFactor
	}
	back := math.Pow(monthly, -passed)
	var cash, further, costs float64
	rest := float64(value) * back
	for t, m := range months {
		gone := min(max(passed-float64(t), 0), 1)
		net, ahead := float64(m.NetMinor), float64(m.NetMinor)*m.DiscountFactor*back
		cash += gone * net
		costs += gone * float64(m.ServiceMinor+m.ContactMinor+m.FulfilMinor)
		if t < horizon {
			rest -= gone * ahead
		} else {
			further += min(max(passed-float64(t-horizon), 0), 1) * ahead
		}
	}
	return Forecast{postlift.RoundMinor(cash), postlift.RoundMinor(rest), postlift.RoundMinor(further), postlift.RoundMinor(costs)}
}

// Passed is how many of the engine's months of equal length lie between a first day and a later one, that one
// included; 0 where the later day comes before the first.
func Passed(first, until postlift.Date) float64 {
	return max(float64(until.DaysSince(first)+1), 0) / clv.DaysPerMonth
}

// FurtherMonths is how many months behind its horizon a forecast must reach to be cut at a date.
func FurtherMonths(first, until postlift.Date) int { return int(math.Ceil(Passed(first, until))) }
