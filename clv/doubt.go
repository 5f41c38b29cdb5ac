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

// Band gives the band of the total: the shifted lognormal distribution that has its mean, its variance and its
// skew. Where what all accounts share dominates (parameters, past errors), it is that lognormal factor on the
// uncertain part; costs and committed fees only shift it.
func (t *Total) Band(m *Models) TotalBand {
	d, past := m.Doubt, m.Calibration.LogSDTotal
	ordersVar, ordersThird := factorMoments(t.orders, d.Total, past)
	contractsVar, contractsThird := factorMoments(t.contracts, d.Renewed, past)
	luckSD := math.Sqrt(max(t.variance, 0))
	shared := ordersVar + contractsVar
	third := ordersThird + contractsThird + luckThird(luckSD, t.orders+t.contracts)
	q := quantilesOf(t.Mean, math.Sqrt(t.variance+shared), third)
	out := TotalBand{LowMinor: minor(q[0]), MedianMinor: minor(q[1]), HighMinor: minor(q[2])}
	if t.Mean > 0 {
		out.LogSD = math.Sqrt(shared) / t.Mean
	}
	return out
}

// factorMoments are the variance and the third central moment of an amount under a lognormal factor of mean 1
// that holds the doubt about the parameters and the errors of past totals.
func factorMoments(amount, doubt, past float64) (variance, third float64) {
	w := math.Expm1(min(doubt*doubt+past*past, 4))
	return amount * amount * w, amount * amount * amount * w * w * (w + 3)
}

// luckThird is the third central moment of the accounts' own luck. What luck moves is an amount that stays on
// one side of zero, so that it is skewed about as a gamma distribution: twice the standard deviation by the mean.
func luckThird(sd, amount float64) float64 {
	if amount == 0 || sd == 0 {
		return 0
	}
	skew := min(max(2*sd/amount, -mostSkew), mostSkew)
	return skew * sd * sd * sd
}

// mostSkew bounds the skew of the accounts' luck: that of an exponential distribution is 2.
const mostSkew = 2

// quantilesOf are the 5, 50 and 95 % quantiles of the shifted lognormal distribution with a mean, a standard
// deviation and a third central moment: mean + c (exp(s z) - sqrt(w)), w = exp(s^2), whose skew is
// (w+2) sqrt(w-1); a negative skew mirrors it.
func quantilesOf(mean, sd, third float64) (q [3]float64) {
	const z = 1.6448536269514722 // the normal distribution's 95 % point
	if !(sd > 0) {
		return [3]float64{mean, mean, mean}
	}
	skew := third / (sd * sd * sd)
	if math.Abs(skew) < 1e-6 {
		return [3]float64{mean - z*sd, mean, mean + z*sd}
	}
	s := lognormalShape(math.Abs(skew))
	w := math.Exp(s * s)
	c := sd / math.Sqrt(w*(w-1))
	at := func(z float64) float64 { return c * (math.Exp(s*z) - math.Sqrt(w)) }
	if skew < 0 {
		return [3]float64{mean - at(z), mean - at(0), mean - at(-z)}
	}
	return [3]float64{mean + at(-z), mean + at(0), mean + at(z)}
}

// lognormalShape is the log standard deviation of the lognormal distribution with a positive skew g, the root
// of (w+2) sqrt(w-1) = g. With u = sqrt(w-1) it is u^3 + 3u = g, whose one real root is 2 sinh(asinh(g/2)/3).
func lognormalShape(g float64) float64 {
	u := 2 * math.Sinh(math.Asinh(g/2)/3)
	return math.Sqrt(math.Log1p(u * u))
}

func square(v float64) float64 { return v * v }
