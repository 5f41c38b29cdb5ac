package tables

import (
	"fmt"
	"strings"

	"postlift"
)

// currencySigns are the signs of the usual currencies.
var currencySigns = map[string]string{"€": "EUR", "EURO": "EUR", "$": "USD", "US$": "USD", "£": "GBP", "SFR": "CHF", "SFR.": "CHF", "FR.": "CHF", "ZŁ": "PLN", "KČ": "CZK"}

// currencyCodes are the codes that a column must hold to be taken for one of currencies, whatever its header.
var currencyCodes = codeSet(`EUR USD GBP CHF PLN CZK HUF SEK NOK DKK RON BGN TRY RUB UAH JPY CNY HKD SGD INR AUD NZD CAD MXN BRL ZAR
	ILS AED SAR KRW TWD THB MYR ISK RSD EGP MAD`)

func codeSet(codes string) map[string]bool {
	out := map[string]bool{}
	for _, code := range strings.Fields(codes) {
		out[code] = true
	}
	return out
}

// currencyCode writes the signs of the usual currencies as their codes.
func currencyCode(s string) string {
	s = strings.ToUpper(strings.TrimSpace(s))
	if code, ok := currencySigns[s]; ok {
		return code
	}
	return s
}

// moneyMark is the currency that an amount itself names, "" for none.
func moneyMark(amount string) string {
	if strings.IndexFunc(amount, func(r rune) bool {
		return r >= 'A' && r != '\u00a0' && r != '\u202f' && r != '’' || r == '$' || r == '£'
	}) < 0 {
		return ""
	}
	mark := strings.Trim(amount, "+-.,0123456789 ()'’\u00a0\u202f\u2212\t")
	if code := currencyCode(mark); currencyCodes[code] {
		return code
	}
	return ""
}

// currencyColumn finds a column, not taken yet, that holds nothing but codes of currencies: amounts of several
// currencies must not be added only because a header is not known. 0 where there is none.
func currencyColumn(rows [][]string, taken map[int]bool) int {
	holds, fails := map[int]bool{}, map[int]bool{}
	for _, cells := range rows {
		for i, text := range cells {
			if text == "" || fails[i+1] {
				continue
			}
			holds[i+1] = true
			fails[i+1] = !currencyCodes[currencyCode(text)]
		}
	}
	for at := 1; at <= maxColumns; at++ {
		if holds[at] && !fails[at] && !taken[at] {
			return at
		}
	}
	return 0
}

// maxColumns bounds the columns that are searched for currencies.
const maxColumns = 1000

// rowCurrency is the currency of a row: what its column says, else what the amount itself says.
func (b *logBuilder) rowCurrency(cells []string) string {
	if code := cell(cells, b.cols.currency); code != "" {
		return currencyCode(code)
	}
	return moneyMark(b.amountText(cells))
}

// convert turns the value into the reporting currency; false where there is no rate, which is counted.
func (b *logBuilder) convert(no int, cells []string, e *entry) (bool, error) {
	code := b.rowCurrency(cells)
	if code == "" {
		return true, nil // the log's own currency goes without saying
	}
	if b.opt.Reporting == "" {
		if b.currency != "" && b.currency != code {
			return false, postlift.Faultf(postlift.Invalid, "clv.ReadOrders",
				"line %d, %s: the log has orders in %s and in %s, which cannot be added: give --currency %s and a rate for each other currency, for example --rate %s=0.92",
				no, b.currencyPlace(), b.currency, code, b.currency, code)
		}
		b.currency = strings.Clone(code)
		return true, nil
	}
	rate, known := b.rates[code]
	if !known {
		b.counts.bad("no_rate", &b.counts.NoRate, no, "%s: no rate from %s to %s is given; --rate %s=… gives it", b.currencyPlace(), code, b.opt.Reporting, code)
		if b.counts.MissingRates == nil {
			b.counts.MissingRates = map[string]int{}
		}
		if len(b.counts.MissingRates) < 50 || b.counts.MissingRates[code] > 0 {
			b.counts.MissingRates[strings.Clone(code)]++
		}
		return false, nil
	}
	if e.valued {
		e.value *= rate
	}
	return true, nil
}

// currencyPlace says where currencies stand.
func (b *logBuilder) currencyPlace() string {
	if b.cols.currency > 0 {
		return fmt.Sprintf("column %d (currency)", b.cols.currency)
	}
	return fmt.Sprintf("column %d (value)", b.cols.value)
}
