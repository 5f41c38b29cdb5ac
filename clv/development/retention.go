package development

import (
	"math"

	"postlift"
	"postlift/clv/fitting"
)

// Revenue is an account's monthly recurring revenue at two dates, in any one unit; neither is negative.
type Revenue struct {
	Account       int64
	Before, After float64
}

// Rates are net and gross revenue retention between two dates: how much of the recurring revenue of the
// accounts of the first date is there at the second, with expansion (net) and without (gross). Intervals hold
// 95 % and take the account as the unit, by the delta method for a ratio of sums.
type Rates struct {
	Accounts int     `json:"accounts"` // with revenue at the first date
	Before   float64 `json:"before"`   // their revenue at the first date,
	After    float64 `json:"after"`    // at the second,
	Kept     float64 `json:"kept"`     // and the sum of the smaller of the two
	New      float64 `json:"new"`      // revenue at the second date of accounts without any at the first: in no rate

	NRR     float64 `json:"nrr"` // After / Before
	NRRLow  float64 `json:"nrr_low"`
	NRRHigh float64 `json:"nrr_high"`
	GRR     float64 `json:"grr"` // Kept / Before
	GRRLow  float64 `json:"grr_low"`
	GRRHigh float64 `json:"grr_high"`

	Lost       int      `json:"lost"` // accounts without revenue at the second date
	Contracted int      `json:"contracted"`
	Expanded   int      `json:"expanded"`
	Flags      []string `json:"flags"`
}

// FlagNoRevenue says that no account had recurring revenue at the first date: rates are 0 and mean nothing.
const FlagNoRevenue = "no_recurring_revenue"

// RetentionTally sums accounts one by one, so that memory does not grow with them. The zero value is ready.
type RetentionTally struct {
	rates                   Rates
	before2, after2, kept2  float64 // sums of squares
	beforeAfter, beforeKept float64 // sums of products
}

// leastRevenue is a thousandth of a minor unit: less is what arithmetic leaves over, not revenue that an account could
// keep or lose, and as a divisor it would make rates without bounds.
const leastRevenue = 1e-3

// Add counts one account; each account must be added once, with the sum of its contracts. Revenue that is
// negative or not finite is an Invalid fault.
func (t *RetentionTally) Add(before, after float64) error {
	if !(before >= 0 && after >= 0) || math.IsInf(before+after, 0) {
		return postlift.Faultf(postlift.Invalid, "development.Retention",
			"recurring revenue %g before and %g after: it must be a number from 0", before, after)
	}
	if before < leastRevenue {
		t.rates.New += after
		return nil
	}
	r, kept := &t.rates, min(before, after)
	r.Accounts++
	r.Before, r.After, r.Kept = r.Before+before, r.After+after, r.Kept+kept
	t.before2, t.after2, t.kept2 = t.before2+before*before, t.after2+after*after, t.kept2+kept*kept
	t.beforeAfter, t.beforeKept = t.beforeAfter+before*after, t.beforeKept+before*kept
	switch {
	case after == 0:
		r.Lost++
	case after < before:
		r.Contracted++
	case after > before:
		r.Expanded++
	}
	return nil
}

// z95 is the 97.5 % point of the normal distribution.
const z95 = 1.959963984540054

// Rates gives the rates of what was added.
func (t *RetentionTally) Rates() Rates {
	r := t.rates
	r.Flags = []string{}
	if r.Accounts < fitting.FewAccounts {
		r.Flags = append(r.Flags, fitting.FlagFewAccounts)
	}
	if r.Before <= 0 {
		r.Flags = append(r.Flags, FlagNoRevenue)
		return r
	}
	r.NRR, r.GRR = r.After/r.Before, r.Kept/r.Before
	se := t.ratioError(r.NRR, t.after2, t.beforeAfter)
	r.NRRLow, r.NRRHigh = max(r.NRR-z95*se, 0), r.NRR+z95*se
	se = t.ratioError(r.GRR, t.kept2, t.beforeKept)
	r.GRRLow, r.GRRHigh = max(r.GRR-z95*se, 0), min(r.GRR+z95*se, 1)
	return r
}

// ratioError is the standard error of the ratio of sums y/before over accounts: the root of
// n/(n-1) sum (y - ratio before)^2, by the sum of before. A single account tells no error, 0.
func (t *RetentionTally) ratioError(ratio, y2, xy float64) float64 {
	n := float64(t.rates.Accounts)
	if n < 2 {
		return 0
	}
	squares := max(y2-2*ratio*xy+ratio*ratio*t.before2, 0)
	return math.Sqrt(n/(n-1)*squares) / t.rates.Before
}

// Retention gives the rates of rows, several of which may belong to one account (contracts, for instance).
func Retention(rows []Revenue) (Rates, error) {
	byAccount := map[int64]int{}
	var accounts []Revenue // in order of appearance: the sums are the same on every run
	for _, r := range rows {
		i, seen := byAccount[r.Account]
		if !seen {
			i = len(accounts)
			byAccount[r.Account] = i
			accounts = append(accounts, Revenue{Account: r.Account})
		}
		if r.Before < 0 || r.After < 0 {
			return Rates{}, new(RetentionTally).Add(r.Before, r.After)
		}
		accounts[i].Before += r.Before
		accounts[i].After += r.After
	}
	var t RetentionTally
	for _, a := range accounts {
		if err := t.Add(a.Before, a.After); err != nil {
			return Rates{}, err
		}
	}
	return t.Rates(), nil
}
