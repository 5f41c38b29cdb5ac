package backtest

import (
	"strconv"
	"strings"

	"postlift"
	"postlift/clv/purchase"
)

// Horizon is a length of time to predict, in calendar months plus days. Its text is "3m", "273d", both
// ("1m15d"), or in weeks when read ("39w").
type Horizon struct {
	Months, Days int
}

// maxHorizonDays bounds horizons: ten years.
const maxHorizonDays = 3660

// ParseHorizon reads "3m", "39w", "273d" or "1y". Anything else, and a length outside one day to ten years,
// is an Invalid fault.
func ParseHorizon(s string) (Horizon, error) {
	var h Horizon
	rest := strings.TrimSpace(strings.ToLower(s))
	for rest != "" {
		i := strings.IndexFunc(rest, func(r rune) bool { return r < '0' || r > '9' })
		if i <= 0 {
			return Horizon{}, badHorizon(s)
		}
		n, err := strconv.Atoi(rest[:i])
		if err != nil || n > maxHorizonDays {
			return Horizon{}, badHorizon(s)
		}
		switch rest[i] {
		case 'd':
			h.Days += n
		case 'w':
			h.Days += 7 * n
		case 'm':
			h.Months += n
		case 'y':
			h.Months += 12 * n
		default:
			return Horizon{}, badHorizon(s)
		}
		rest = rest[i+1:]
	}
	if d := h.days(); d < 1 || d > maxHorizonDays {
		return Horizon{}, badHorizon(s)
	}
	return h, nil
}

func badHorizon(s string) error {
	return postlift.Faultf(postlift.Invalid, "backtest.ParseHorizon",
		"%q is not a horizon: write a number with m (months), w (weeks), d (days) or y (years), for example 6m or 39w, up to ten years", s)
}

// String is the horizon's text, such as "3m" or "273d".
func (h Horizon) String() string {
	s := ""
	if h.Months != 0 {
		s = strconv.Itoa(h.Months) + "m"
	}
	if h.Days != 0 || s == "" {
		s += strconv.Itoa(h.Days) + "d"
	}
	return s
}

// MarshalText gives the horizon's text.
func (h Horizon) MarshalText() ([]byte, error) { return []byte(h.String()), nil }

// UnmarshalText reads what ParseHorizon reads.
func (h *Horizon) UnmarshalText(b []byte) error {
	v, err := ParseHorizon(string(b))
	*h = v
	return err
}

// End is the last day of the horizon after an origin.
func (h Horizon) End(origin postlift.Date) postlift.Date {
	return origin.AddMonths(h.Months).AddDays(h.Days)
}

// days is the length in days, with months of average length: for ordering and scaling only.
func (h Horizon) days() int { return int(float64(h.Months)*30.4375+0.5) + h.Days }

// weeks is the exact length after an origin in the models' unit.
func (h Horizon) weeks(origin postlift.Date) float64 {
	return float64(h.End(origin).DaysSince(origin)) / purchase.DaysPerWeek
}
