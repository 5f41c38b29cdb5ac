package postlift

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
)

// Money is an amount in integer minor units (cents) of an ISO 4217 currency.
type Money struct {
	Minor    int64  `json:"minor"`
	Currency string `json:"currency"`
}

// minorDigits lists the currencies whose minor unit is not a hundredth (ISO 4217).
var minorDigits = map[string]int{
	"JPY": 0, "KRW": 0, "ISK": 0, "CLP": 0, "VND": 0, "HUF": 2,
	"BHD": 3, "KWD": 3, "OMR": 3, "TND": 3, "JOD": 3, "IQD": 3, "LYD": 3,
}

// MinorDigits is the number of decimals of a currency: 2 unless ISO 4217 says otherwise.
func MinorDigits(currency string) int {
	if d, ok := minorDigits[currency]; ok {
		return d
	}
	return 2
}

// MinorFactor is 10^MinorDigits: minor units in one major unit.
func MinorFactor(currency string) float64 { return math.Pow10(MinorDigits(currency)) }

// ValidCurrency tells whether s has the form of an ISO 4217 code: three capital letters.
func ValidCurrency(s string) bool {
	if len(s) != 3 {
		return false
	}
	for i := range 3 {
		if s[i] < 'A' || s[i] > 'Z' {
			return false
		}
	}
	return true
}

// FromMajor rounds a major-unit amount half away from zero to minor units. Amounts beyond the int64
// range saturate.
func FromMajor(major float64, currency string) Money {
	return Money{Minor: RoundMinor(major * MinorFactor(currency)), Currency: currency}
}

// RoundMinor rounds a fractional count of minor units half away from zero; NaN gives 0, values beyond
// int64 saturate.
func RoundMinor(v float64) int64 {
	switch {
	case math.IsNaN(v):
		return 0
	case v >= math.MaxInt64:
		return math.MaxInt64
	case v <= math.MinInt64:
		return math.MinInt64
	}
	return int64(math.Round(v))
}

// Major is the amount in major units, for models and charts only; sums are made in minor units.
func (m Money) Major() float64 { return float64(m.Minor) / MinorFactor(m.Currency) }

// String is the plain machine form "1234.56 EUR".
func (m Money) String() string { return m.decimal(".", "") + " " + m.Currency }

// Format writes the amount for readers of lang: "1.234,56 €" (de) or "€1,234.56" (en).
func (m Money) Format(lang string) string {
	symbol := map[string]string{"EUR": "€", "USD": "$", "GBP": "£"}[m.Currency]
	if strings.HasPrefix(lang, "de") {
		if symbol == "" {
			symbol = m.Currency
		}
		return m.decimal(",", ".") + "\u00a0" + symbol
	}
	s := m.decimal(".", ",")
	if symbol == "" {
		return m.Currency + "\u00a0" + s
	}
	if strings.HasPrefix(s, "-") {
		return "-" + symbol + s[1:]
	}
	return symbol + s
}

func (m Money) decimal(point, group string) string {
	d := MinorDigits(m.Currency)
	neg := m.Minor < 0
	u := uint64(m.Minor)
	if neg {
		u = -u
	}
	digits := fmt.Sprintf("%0*d", d+1, u)
	whole, frac := digits[:len(digits)-d], digits[len(digits)-d:]
	var b strings.Builder
	if neg {
		b.WriteByte('-')
	}
	for i, c := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteString(group)
		}
		b.WriteRune(c)
	}
	if d > 0 {
		b.WriteString(point + frac)
	}
	return b.String()
}

// UnmarshalJSON accepts {"minor":1,"currency":"EUR"} and refuses a malformed currency.
func (m *Money) UnmarshalJSON(data []byte) error {
	type plain Money
	var p plain
	if err := json.Unmarshal(data, &p); err != nil {
		return err
	}
	if p.Currency != "" && !ValidCurrency(p.Currency) {
		return Faultf(Invalid, "Money", "currency %q is not an ISO 4217 code such as EUR", p.Currency)
	}
	*m = Money(p)
	return nil
}
