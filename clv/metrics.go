package clv

import (
	"cmp"
	"maps"
	"math"
	"slices"

	"postlift"
)

// Rate is a share with its counts and the 95 % Wilson interval. Share, Low and High are 0 where Of is 0.
type Rate struct {
	Kept  int     `json:"kept"`
	Of    int     `json:"of"`
	Share float64 `json:"share"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
}

// NewRate computes the share and its interval (Wilson, JASA 22, 1927), which stays inside 0..1 for
// small counts.
func NewRate(kept, of int) Rate {
	r := Rate{Kept: kept, Of: of}
	if of <= 0 {
		return r
	}
	const z = 1.959963984540054
	n := float64(of)
	r.Share = float64(kept) / n
	mid := (r.Share + z*z/(2*n)) / (1 + z*z/n)
	half := z / (1 + z*z/n) * math.Sqrt(r.Share*(1-r.Share)/n+z*z/(4*n*n))
	r.Low, r.High = max(mid-half, 0), min(mid+half, 1)
	return r
}

// Opportunity is one renewal decision that has been taken.
type Opportunity struct {
	Due     postlift.Date
	Renewed bool
}

// YearRate is a rate of one calendar year. Complete is false while the year can still change.
type YearRate struct {
	Year int `json:"year"`
	Rate
	Complete bool `json:"complete"`
}

// RenewalByYear is the share of renewal decisions of each calendar year up to asOf that were renewals,
// years ascending. Decisions due after asOf are left out.
func RenewalByYear(decisions []Opportunity, asOf postlift.Date) []YearRate {
	kept, of := map[int]int{}, map[int]int{}
	for _, d := range decisions {
		if d.Due.IsZero() || d.Due > asOf {
			continue
		}
		y := d.Due.Time().Year()
		of[y]++
		if d.Renewed {
			kept[y]++
		}
	}
	out := make([]YearRate, 0, len(of))
	for _, y := range slices.Sorted(maps.Keys(of)) {
		out = append(out, YearRate{y, NewRate(kept[y], of[y]), asOf >= postlift.NewDate(y, 12, 31)})
	}
	return out
}

// AccountYear says that an account ordered in a calendar year.
type AccountYear struct {
	Account int64
	Year    int
}

// OrderRetention is, for each calendar year y, the share of the accounts with an order in y that
// ordered again in y+1, years ascending. The result names y; it is complete when y+1 lies wholly
// before or on asOf. Years whose successor has not begun are left out. Doubled entries do no harm.
func OrderRetention(active []AccountYear, asOf postlift.Date) []YearRate {
	if asOf.IsZero() {
		return nil
	}
	last := asOf.Time().Year()
	sorted := slices.Clone(active)
	slices.SortFunc(sorted, func(a, b AccountYear) int {
		return cmp.Or(cmp.Compare(a.Account, b.Account), cmp.Compare(a.Year, b.Year))
	})
	sorted = slices.Compact(sorted)
	kept, of := map[int]int{}, map[int]int{}
	for i, a := range sorted {
		if a.Year >= last {
			continue
		}
		of[a.Year]++
		if i+1 < len(sorted) && sorted[i+1] == (AccountYear{a.Account, a.Year + 1}) {
			kept[a.Year]++
		}
	}
	out := make([]YearRate, 0, len(of))
	for _, y := range slices.Sorted(maps.Keys(of)) {
		out = append(out, YearRate{y, NewRate(kept[y], of[y]), asOf >= postlift.NewDate(y+1, 12, 31)})
	}
	return out
}

// ChannelCost is what a channel cost and won in one period, as imported. Leads is below 0 where it is
// not known. SpendMinor is in minor units of the reporting currency.
type ChannelCost struct {
	Channel    string
	SpendMinor int64
	Won        int
	Leads      int
}

// ChannelResult is the acquisition account of one channel. CPAMinor is absent (nil) where nothing was
// won, Conversion where no lead count is known.
type ChannelResult struct {
	Channel    string   `json:"channel"`
	SpendMinor int64    `json:"spend_minor"`
	Won        int      `json:"won"`
	CPAMinor   *float64 `json:"cpa_minor"`  // cost per acquisition: spend / won
	Leads      int      `json:"leads"`      // of the periods that know them
	Conversion *Rate    `json:"conversion"` // won of leads, over the periods that know their leads
}

// Acquisition sums costs by channel, names ascending, and over all channels. Conversion compares wins
// and leads of the same periods only; where more was won than leads counted, the leads are incomplete
// and no conversion is given.
func Acquisition(costs []ChannelCost) (channels []ChannelResult, total ChannelResult) {
	by := map[string]*channelSum{}
	var all channelSum
	for _, c := range costs {
		s := by[c.Channel]
		if s == nil {
			s = &channelSum{}
			by[c.Channel] = s
		}
		s.add(c)
		all.add(c)
	}
	for _, name := range slices.Sorted(maps.Keys(by)) {
		channels = append(channels, by[name].result(name))
	}
	return channels, all.result("")
}

type channelSum struct {
	spend             int64
	won, leads, wonOf int // wonOf: won in periods with known leads
	anyLeads          bool
}

func (s *channelSum) add(c ChannelCost) {
	s.spend += c.SpendMinor
	s.won += c.Won
	if c.Leads >= 0 {
		s.anyLeads = true
		s.leads += c.Leads
		s.wonOf += c.Won
	}
}

func (s *channelSum) result(name string) ChannelResult {
	r := ChannelResult{Channel: name, SpendMinor: s.spend, Won: s.won, Leads: s.leads}
	if s.won > 0 {
		cpa := float64(s.spend) / float64(s.won)
		r.CPAMinor = &cpa
	}
	if s.anyLeads && s.leads > 0 && s.wonOf <= s.leads {
		rate := NewRate(s.wonOf, s.leads)
		r.Conversion = &rate
	}
	return r
}
