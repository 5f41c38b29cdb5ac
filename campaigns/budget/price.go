package budget

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"postlift"
)

// Price is an amount in millionths of the currency's major unit, because postage and print are quoted in
// tenths and hundredths of a cent: 0.385 EUR is 385000. Files and JSON write it as a decimal number of
// major units with at most six decimals. Sums are made in Price and rounded to minor units once per part
// of a quote.
type Price int64

const (
	micros   = 1_000_000
	maxPrice = 1_000_000_000 * micros // a thousand million major units: sums of pieces stay far inside int64
)

// FromMoney is the price that an amount of money states.
func FromMoney(m postlift.Money) Price {
	return Price(m.Minor) * minorMicros(m.Currency)
}

// minorMicros is one minor unit of a currency: 10,000 for the cent.
func minorMicros(currency string) Price {
	return Price(micros / int64(postlift.MinorFactor(currency)))
}

// Money rounds half up to minor units.
func (p Price) Money(currency string) postlift.Money {
	unit := minorMicros(currency)
	return postlift.Money{Minor: int64((p + unit/2) / unit), Currency: currency}
}

// String is the decimal number of major units without needless zeros: "0.385".
func (p Price) String() string {
	sign, u := "", uint64(p)
	if p < 0 {
		sign, u = "-", -u
	}
	s := sign + strconv.FormatUint(u/micros, 10)
	frac := strconv.FormatUint(u%micros+micros, 10)[1:]
	if frac = strings.TrimRight(frac, "0"); frac != "" {
		s += "." + frac
	}
	return s
}

// Format writes the price for readers of lang with at least the currency's own decimals: "0,385 €" (de),
// "€0.385" (en).
func (p Price) Format(lang, currency string) string {
	unit := minorMicros(currency)
	if p%unit == 0 {
		return p.Money(currency).Format(lang)
	}
	whole := postlift.Money{Minor: int64(p / unit), Currency: currency}.Format(lang)
	rest := strings.TrimRight(strconv.FormatInt(int64(unit+p%unit), 10)[1:], "0")
	last := strings.LastIndexAny(whole, "0123456789") + 1
	return whole[:last] + rest + whole[last:]
}

// ParsePrice reads a decimal number of major units with at most six decimals: no exponent, no sign but -.
func ParsePrice(s string) (Price, error) {
	bad := func(why string) (Price, error) {
		return 0, postlift.Faultf(postlift.Invalid, "budget.ParsePrice", "%q is no price: %s; write major units such as 0.385", s, why)
	}
	digits, negative := strings.CutPrefix(strings.TrimSpace(s), "-")
	whole, frac, _ := strings.Cut(digits, ".")
	if whole+frac == "" || strings.Trim(whole+frac, "0123456789") != "" {
		return bad("only digits and one point are possible")
	}
	if len(frac) > 6 {
		return bad("at most six decimals are possible")
	}
	major, err := strconv.ParseInt("0"+whole, 10, 64)
	if err != nil || major > maxPrice/micros {
		return bad("it is too large")
	}
	part, err := strconv.ParseInt((frac + "000000")[:6], 10, 64)
	if err != nil {
		return bad("its decimals cannot be read")
	}
	p := Price(major*micros + part)
	if negative {
		p = -p
	}
	return p, nil
}

// MarshalJSON writes a number of major units, exactly.
func (p Price) MarshalJSON() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalJSON reads a number of major units, exactly.
func (p *Price) UnmarshalJSON(data []byte) error {
	var n json.Number
	if err := json.Unmarshal(data, &n); err != nil {
		return postlift.Faultf(postlift.Invalid, "budget.Price", "%s is no price; write major units such as 0.385", data)
	}
	parsed, err := ParsePrice(n.String())
	if err == nil {
		*p = parsed
	}
	return err
}

// UnmarshalYAML reads 0.385; "0.385 EUR" is read by Tariff, which knows the currency.
func (p *Price) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind != yaml.ScalarNode {
		return fmt.Errorf("line %d: a price such as 0.385 is expected", n.Line)
	}
	parsed, err := ParsePrice(n.Value)
	if err != nil {
		return fmt.Errorf("line %d: %s", n.Line, postlift.UserText(err))
	}
	*p = parsed
	return nil
}

// MarshalYAML writes a number of major units, exactly.
func (p Price) MarshalYAML() (any, error) {
	return &yaml.Node{Kind: yaml.ScalarNode, Value: p.String()}, nil
}

// times is the price of n pieces; it saturates, so that no tariff can wrap around.
func (p Price) times(n int) Price {
	if f := float64(p) * float64(n); f > math.MaxInt64/4 {
		return math.MaxInt64 / 4
	}
	return p * Price(n)
}
