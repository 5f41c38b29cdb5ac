package tables

import (
	"slices"
	"strings"
)

// byNumber takes the columns that were given by number. Where the first line turns out to be a header, it is asked
// for the columns that were not given: an opening date or a currency that stands there must not be passed over.
func (b *logBuilder) byNumber(header []string) {
	o := b.opt
	b.cols = columns{customer: o.Customer, date: o.Date, value: o.Value, kind: max(o.Type, 0), number: max(o.Number, 0), refers: max(o.Refers, 0), currency: max(o.Currency, 0)}
	layouts := b.layouts
	if _, dated := parseDay(cell(header, o.Date), &layouts); dated || len(header) < b.cols.needed() {
		return
	}
	c, taken := &b.cols, b.cols.taken()
	find := func(given int, names []string) int {
		if given != 0 {
			return max(given, 0)
		}
		at := 1 + columnBut(header, taken, names)
		taken[at] = at > 0
		return at
	}
	c.kind, c.number = find(o.Type, typeNames), find(o.Number, numberNames)
	if c.number > 0 {
		c.refers = find(o.Refers, refNames)
	}
	c.currency = find(o.Currency, currencyNames)
	if o.Opened == "" {
		c.opened = find(0, openedNames)
	}
}

// moneyIn finds the currency column by its content where no header tells it, and the decimal sign of the values:
// by the values themselves, else by what goes with the separator and the dates.
func (b *logBuilder) moneyIn(rows [][]string) {
	body := rows
	if len(rows) > 1 {
		layouts := b.layouts
		if _, dated := parseDay(cell(rows[0], b.cols.date), &layouts); !dated {
			body = rows[1:]
		}
	}
	if b.cols.currency == 0 && b.opt.Currency == 0 {
		b.cols.currency = currencyColumn(body, b.cols.taken())
	}
	m := marksOf(body, b.cols.value, b.cols.line)
	switch german := slices.ContainsFunc(body, func(cells []string) bool { return isGermanDate(cell(cells, b.cols.date)) }); {
	case b.opt.Decimal != 0:
		b.decimal, b.decimalFrom = b.opt.Decimal, "given"
	case m.sign() != 0:
		b.decimal, b.decimalFrom = m.sign(), "values"
	case b.opt.Separator == ';':
		b.decimal, b.decimalFrom = ',', "separator"
	case german:
		b.decimal, b.decimalFrom = ',', "dates"
	default:
		b.decimal, b.decimalFrom = '.', "separator"
	}
}

// isGermanDate tells whether a date is written with points.
func isGermanDate(s string) bool { return strings.Count(s, ".") == 2 }

// taken are the places of the columns that were found.
func (c columns) taken() map[int]bool {
	out := map[int]bool{}
	for _, at := range []int{c.customer, c.date, c.value, c.line, c.kind, c.number, c.refers, c.currency, c.opened} {
		out[at] = at > 0
	}
	for _, at := range c.labels {
		out[at] = true
	}
	return out
}

// tell keeps which columns are used and which headers are not.
func (b *logBuilder) tell(header []string) {
	layouts := b.layouts
	_, dated := parseDay(cell(header, b.cols.date), &layouts)
	c := b.cols
	for _, f := range []FoundColumn{{"customer", "", c.customer}, {"date", "", c.date}, {"value", "", c.value}, {"line_value", "", c.line}, {"type", "", c.kind},
		{"number", "", c.number}, {"refers", "", c.refers}, {"currency", "", c.currency}, {"opened", "", c.opened}} {
		if f.Place == 0 {
			continue
		}
		if !dated {
			f.Header = strings.Clone(cell(header, f.Place))
		}
		b.counts.Columns = append(b.counts.Columns, f)
	}
	taken := c.taken()
	for i, name := range header {
		if !dated && !taken[i+1] && name != "" {
			b.counts.NotUsed = append(b.counts.NotUsed, strings.Clone(name))
		}
	}
}
