package clv

import (
	"math"

	"postlift/clv/renewal"
)

// Calibration widens bands by the errors of past predictions, as a backtest found them on earlier origins.
type Calibration struct {
	LogSDAccount float64  `json:"log_sd_account"` // of one account's value, beyond what the models say; log scale
	LogSDTotal   float64  `json:"log_sd_total"`   // of the total over all accounts; log scale
	LearnedFrom  []string `json:"learned_from"`   // origins, dates
}

// Doubt is how far the fitted parameters may be off: standard deviations of the log of expected values over
// draws of the parameters. They are computed once with the fit, so that scoring costs nothing for them.
type Doubt struct {
	Orders   []OrderDoubt   `json:"orders,omitempty"` // ascending by From
	Renewals []RenewalDoubt `json:"renewals,omitempty"`
	Total    float64        `json:"total"`          // of the orders' value over all accounts
	Renewed  float64        `json:"total_renewals"` // of the renewals' value over all contracts
}

// OrderDoubt is the doubt about the orders' value of accounts with From and more repeat order days.
type OrderDoubt struct {
	From  int     `json:"from"`
	LogSD float64 `json:"log_sd"`
}

// RenewalDoubt is the doubt about the value of renewals in a cell.
type RenewalDoubt struct {
	Cell  renewal.Cell `json:"cell"`
	LogSD float64      `json:"log_sd"`
}

func (d Doubt) orders(x int) float64 {
	out := 0.0
	for _, o := range d.Orders {
		if o.From > x {
			break
		}
		out = o.LogSD
	}
	return out
}

func (d Doubt) byCell() map[renewal.Cell]float64 {
	out := make(map[renewal.Cell]float64, len(d.Renewals))
	for _, r := range d.Renewals {
		out[r.Cell] = r.LogSD
	}
	return out
}

// renewalDoubt looks up the doubt of a cell, else of its term class, else of all.
func (s *Scorer) renewalDoubt(cell renewal.Cell) float64 {
	if d, ok := s.doubts[cell]; ok {
		return d
	}
	if d, ok := s.doubts[renewal.Cell{Term: cell.Term}]; ok {
		return d
	}
	return s.doubts[renewal.Cell{}]
}

// Total adds up the values of many accounts. The accounts' own luck evens out; what the parameters leave
// open and the errors of past totals do not. The zero value is ready.
type Total struct {
	Accounts                    int64
	Mean                        float64 // minor units
	variance, orders, contracts float64
}

// Add counts one account's value with its bands.
func (t *Total) Add(v Value) {
	t.Accounts++
	t.Mean += float64(v.ResidualMinor)
	t.variance += float64(v.SpreadMinor) * float64(v.SpreadMinor)
	t.orders += float64(v.OrdersMinor - v.FulfilMinor)
	t.contracts += float64(v.RenewalMinor + v.ExpansionMinor)
}

// Merge adds what another total counted.
func (t *Total) Merge(o Total) {
	t.Accounts += o.Accounts
	t.Mean += o.Mean
	t.variance += o.variance
	t.orders += o.orders
	t.contracts += o.contracts
}

// TotalBand is the band of a total, minor units: with 5 %, 50 % and 95 % probability it stays below.
type TotalBand struct {
	LowMinor    int64   `json:"low_minor"`
	MedianMinor int64   `json:"median_minor"`
	HighMinor   int64   `json:"high_minor"`
	LogSD       float64 `json:"log_sd"` // of what all accounts share
}

// Band gives the band of the total: a lognormal distribution with the exact mean, where what is shared
// (parameters and past errors) dominates; a normal one where the total is not positive.
func (t *Total) Band(m *Models) TotalBand {
	d, past := m.Doubt, m.Calibration.LogSDTotal
	shared := square(d.Total*t.orders) + square(d.Renewed*t.contracts) + square(past)*(square(t.orders)+square(t.contracts))
	variance := t.variance + shared
	const z = 1.6448536269514722 // the normal distribution's 95 % point
	if !(t.Mean > 0) {
		sd := math.Sqrt(variance)
		return TotalBand{LowMinor: minor(t.Mean - z*sd), MedianMinor: minor(t.Mean), HighMinor: minor(t.Mean + z*sd)}
	}
	s := math.Sqrt(math.Log1p(variance / (t.Mean * t.Mean)))
	median := t.Mean * math.Exp(-s*s/2)
	return TotalBand{LowMinor: minor(median * math.Exp(-z*s)), MedianMinor: minor(median),
		HighMinor: minor(median * math.Exp(z*s)), LogSD: math.Sqrt(shared) / t.Mean}
}

func square(v float64) float64 { return v * v }
