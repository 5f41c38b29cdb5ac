package tables

import (
	"fmt"
	"strings"

	"postlift"
)

// Counts tells what became of a log's rows. Every row is counted by exactly one reason: Rows is the sum of
// the fields from Used to BadValue. A header is not a row. The fields after them are remarks on rows that
// are counted above.
type Counts struct {
	Rows         int `json:"rows"`
	Used         int `json:"used"`          // became part of an order day
	Netted       int `json:"netted"`        // credit notes and cancellations that reduced the order they name
	NettedLatest int `json:"netted_latest"` // credits without a reference that reduced the latest orders before them

	CreditUnmatched int `json:"credit_unmatched"`      // name an order that is not in the log
	CreditNoOrder   int `json:"credit_without_order"`  // name none, and the customer has no earlier order
	CreditNoAmount  int `json:"credit_without_amount"` // say neither how much nor which document they cancel
	Zero            int `json:"zero"`                  // lines without a value
	UnknownType     int `json:"unknown_type"`          // neither an order nor a credit
	IgnoredType     int `json:"ignored_type"`          // offers, delivery notes and what LogOptions.Types ignores
	NoRate          int `json:"no_rate"`               // in a currency without an exchange rate
	AfterUntil      int `json:"after_until"`
	Future          int `json:"future"`         // after today
	TooEarly        int `json:"too_early"`      // before the company existed
	Implausible     int `json:"implausible"`    // before any plausible history: see LogOptions.NotBefore
	BeforeHistory   int `json:"before_history"` // before the first day that the log covers completely
	NoCustomer      int `json:"no_customer"`
	BadDate         int `json:"bad_date"`
	BadValue        int `json:"bad_value"`
	ShortRow        int `json:"short_row"`

	Header        bool   `json:"header"`
	ZeroKept      int    `json:"zero_kept"`      // used rows of value 0 that count as orders
	CancelledDays int    `json:"cancelled_days"` // order days of which nothing was left
	ExcessCredits int    `json:"excess_credits"` // credits of more than what was left to credit
	BadOpened     int    `json:"bad_opened"`     // rows whose opening date is no date; their orders count
	Late          int    `json:"late_customers"` // older than the history: left out of fits
	FirstBad      string `json:"first_bad,omitempty"`
	StrayQuotes   int    `json:"stray_quotes"`            // rows with a quotation mark that finds no end
	MixedDecimals int    `json:"mixed_decimals"`          // values that bear the other decimal sign
	NoOrders      int    `json:"customers_without_order"` // of the file, without any order that could be used

	Examples     map[string]string `json:"examples,omitempty"`      // by reason the first row left out
	MissingRates map[string]int    `json:"missing_rates,omitempty"` // rows by currency without a rate
	Types        []TypeCount       `json:"types,omitempty"`         // the most frequent document types
	Encoding     string            `json:"encoding,omitempty"`
	Separator    string            `json:"separator,omitempty"` // , ; | tab or blanks
	Decimal      string            `json:"decimal,omitempty"`   // comma or point, where some value has either
	DecimalFrom  string            `json:"decimal_from,omitempty"`
	Columns      []FoundColumn     `json:"columns,omitempty"`
	NotUsed      []string          `json:"columns_not_used,omitempty"`
	Flags        []string          `json:"flags,omitempty"`
}

// FoundColumn is a column of the log that is used.
type FoundColumn struct {
	Column string `json:"column"` // customer, date, value, line_value, type, number, refers, currency or opened
	Header string `json:"header,omitempty"`
	Place  int    `json:"place"` // from 1
}

// Reason is how many rows of a log met one fate.
type Reason struct {
	Key  string // as in the JSON form
	Rows int
}

// Excluded lists by reason the rows that could not be used, those that occur only.
func (c Counts) Excluded() []Reason {
	var out []Reason
	for _, r := range []Reason{
		{"credit_unmatched", c.CreditUnmatched}, {"credit_without_order", c.CreditNoOrder},
		{"credit_without_amount", c.CreditNoAmount}, {"zero", c.Zero}, {"unknown_type", c.UnknownType},
		{"ignored_type", c.IgnoredType}, {"no_rate", c.NoRate}, {"after_until", c.AfterUntil}, {"future", c.Future}, {"too_early", c.TooEarly},
		{"implausible", c.Implausible},
		{"before_history", c.BeforeHistory}, {"no_customer", c.NoCustomer}, {"bad_date", c.BadDate},
		{"bad_value", c.BadValue}, {"short_row", c.ShortRow},
	} {
		if r.Rows > 0 {
			out = append(out, r)
		}
	}
	return out
}

// Complete tells whether every row is counted by exactly one reason.
func (c Counts) Complete() bool {
	n := c.Used + c.Netted + c.NettedLatest
	for _, r := range c.Excluded() {
		n += r.Rows
	}
	return n == c.Rows
}

// bad counts a row that cannot be used under its reason and keeps the first one's line and cell.
func (c *Counts) bad(key string, counter *int, line int, format string, args ...any) {
	*counter++
	if c.Examples[key] != "" {
		return
	}
	text := fmt.Sprintf("line %d: ", line) + fmt.Sprintf(format, args...)
	if c.FirstBad == "" {
		c.FirstBad = text
	}
	if c.Examples == nil {
		c.Examples = map[string]string{}
	}
	c.Examples[key] = text
}

// unusable says why no row of a log could be used.
func (c *Counts) unusable(until postlift.Date) string {
	text := "the order log has no usable row"
	if c.Rows == 0 {
		return text + ": it has a header only"
	}
	var parts []string
	for _, r := range c.Excluded() {
		parts = append(parts, fmt.Sprintf("%s %d", r.Key, r.Rows))
	}
	if c.Netted+c.NettedLatest > 0 {
		parts = append(parts, fmt.Sprintf("credits that cancel all orders %d", c.Netted+c.NettedLatest))
	}
	text += fmt.Sprintf(" of %d (%s)", c.Rows, strings.Join(parts, ", "))
	switch {
	case c.FirstBad != "":
		text += "; " + c.FirstBad
	case c.AfterUntil > 0:
		text += "; orders lie after " + until.String()
	}
	return text
}
