package tables

import (
	"errors"
	"math"
	"slices"
	"strconv"
	"strings"

	"postlift"
	"postlift/accounts/csvfile"
)

// The names under which systems write the columns of an order log, best first; case, blanks, umlauts and
// punctuation do not matter.
var (
	customerNames = []string{"customer", "customer_id", "account", "account_id", "kunde", "kundennummer", "kunden_nr", "kundennr", "kdnr", "kd-nr",
		"kunden_id", "debitor", "debitorennummer", "debitorennr", "debitorenkonto", "auftraggeber", "sold-to party", "kunnr", "customer no",
		"customer number", "client", "client_id", "rechnungsempfänger", "id"}
	dateNames = []string{"date", "order_date", "invoice_date", "document_date", "posting_date", "datum", "bestelldatum", "auftragsdatum",
		"rechnungsdatum", "belegdatum", "buchungsdatum", "rg-datum", "re-datum", "audat", "fkdat"}
	valueNames = []string{"value", "amount", "net", "net_amount", "net_value", "revenue", "total", "betrag", "netto", "nettobetrag",
		"nettowert", "nettoumsatz", "netto-betrag", "umsatz", "wert", "netwr", "betrag netto", "betrag (netto)", "summe netto", "rechnungsbetrag", "dollar_value"}
	lineNames   = []string{"line_net", "line_amount", "positionsbetrag", "positionswert", "positionsnetto"}
	numberNames = []string{"number", "external_id", "order_id", "order_no", "order_number", "document_number", "document_no", "document", "invoice_number",
		"invoice_no", "invoice", "belegnummer", "belegnr", "beleg-nr", "beleg", "auftragsnummer", "auftragsnr", "bestellnummer", "rechnungsnummer", "rechnungsnr", "vbeln"}
	typeNames = []string{"type", "document_type", "doc_type", "belegart", "belegtyp", "vorgangsart", "art", "typ", "auart", "fkart"}
	refNames  = []string{"refers_to", "refers", "original_order", "original_invoice", "original_document", "credit_for", "reference", "reference_document",
		"bezug", "bezugsbeleg", "bezugsbelegnummer", "bezugsnummer", "referenz", "referenzbeleg", "referenzbelegnummer", "referenznummer", "ursprungsbeleg",
		"ursprungsrechnung", "ursprungsnummer", "originalbeleg", "originalrechnung", "rechnungsbezug", "zu rechnung", "zu beleg", "storno zu", "vgbel"}
	currencyNames = []string{"currency", "currency_code", "währung", "währungscode", "waehrungskennzeichen", "whg", "wrg", "waerk", "waers", "curr"}
	openedNames   = []string{"opened", "opened_on", "customer_since", "kunde_seit", "eröffnet", "angelegt_am", "anlagedatum", "account_opened", "first_contact"}
)

// columns are the places of a log's columns, from 1; 0 for none.
type columns struct {
	customer, date, value, line, kind, number, refers, currency, opened int
	labels                                                              []int
}

// documents tells whether the log's rows are documents of an accounting system.
func (c columns) documents() bool { return c.kind+c.number+c.refers > 0 }

// needed is the number of columns without which a row is too short.
func (c columns) needed() int { return max(c.customer, c.date, c.value) }

// sampleLines is how many lines are looked at before the first is taken.
const sampleLines = 5000

// prepare finds the separator, the columns and the decimal signs.
func (b *logBuilder) prepare(in *lineReader) error {
	var err error
	if err = b.opt.check(); err != nil {
		return err
	}
	if b.types, err = newDoctypes(b.opt.Types); err != nil {
		return err
	}
	first := in.peek(50)
	if len(first) == 0 {
		if err := in.err("clv.ReadOrders"); err != nil {
			return err
		}
		return postlift.Faultf(postlift.Invalid, "clv.ReadOrders", "the order log is empty: it needs a row for each order with customer, date and value")
	}
	o := &b.opt
	if o.Separator == 0 {
		o.Separator = findSeparator(first, max(o.Customer, o.Date, o.Value))
	}
	b.counts.Separator = map[rune]string{'\t': "tab", blanks: "blanks"}[o.Separator]
	if b.counts.Separator == "" {
		b.counts.Separator = string(o.Separator)
	}
	b.layouts, b.openedLayouts = anyLayouts, anyLayouts
	if o.DateLayout != "" {
		b.layouts, b.openedLayouts = []string{o.DateLayout}, append([]string{o.DateLayout}, anyLayouts...)
	}
	in.peek(sampleLines)
	rows := in.sample(o.Separator)
	header := rows[0]
	if o.Customer == 0 {
		if err := b.fromHeader(header); err != nil {
			return err
		}
		in.record(nil, o.Separator)
		b.counts.Header, b.started = true, true
	} else {
		b.byNumber(header)
	}
	if err := b.named(header); err != nil {
		return err
	}
	b.moneyIn(rows)
	b.tell(header)
	return b.settle(rows)
}

// check refuses options that cannot be.
func (o LogOptions) check() error {
	bad := func(format string, args ...any) error {
		return postlift.Faultf(postlift.Invalid, "clv.ReadOrders", format, args...)
	}
	lowest, documents := min(o.Customer, o.Date, o.Value), min(o.Type, o.Number, o.Refers, o.Currency)
	if lowest < 0 || documents < NoColumn || (o.Customer == 0) != (o.Date == 0) || (o.Date == 0 && o.Value > 0) {
		return bad("columns customer=%d date=%d value=%d: count from 1 and give at least customer and date", o.Customer, o.Date, o.Value)
	}
	if o.Customer > 0 && o.Refers > 0 && o.Number <= 0 {
		return bad("column refers=%d needs a column number= too: without the numbers of the orders no credit finds its own", o.Refers)
	}
	for code, rate := range o.Rates {
		if !(rate > 0 && rate <= 1e9) {
			return bad("the rate %s=%g must be a positive number: units of %s for one %s", code, rate, o.Reporting, code)
		}
	}
	if o.Decimal != 0 && o.Decimal != ',' && o.Decimal != '.' {
		return bad("the decimal sign %q must be a comma or a point", o.Decimal)
	}
	if len(o.Rates) > 0 && o.Reporting == "" {
		return bad("exchange rates need the currency that they lead to: give --currency, for example --currency EUR")
	}
	return nil
}

// fromHeader finds the columns by their usual English and German names.
func (b *logBuilder) fromHeader(header []string) error {
	o, c := b.opt, &b.cols
	taken := map[int]bool{}
	for _, given := range []int{o.Type, o.Number, o.Refers, o.Currency} {
		taken[given] = given > 0
	}
	find := func(given int, names []string) int {
		if given != 0 {
			return max(given, 0)
		}
		at := 1 + columnBut(header, taken, names)
		taken[at] = at > 0
		return at
	}
	*c = columns{customer: find(0, customerNames), date: find(0, dateNames), value: find(0, valueNames), line: find(0, lineNames),
		kind: find(o.Type, typeNames), number: find(o.Number, numberNames), refers: find(o.Refers, refNames), currency: find(o.Currency, currencyNames)}
	if c.customer == 0 || c.date == 0 {
		return postlift.Faultf(postlift.Invalid, "clv.ReadOrders",
			"the header %q has no column named customer and date: rename them or give the columns by number, for example customer=1,date=2,value=3", header)
	}
	if c.value == 0 {
		c.value, c.line = c.line, 0
	}
	if c.number == 0 {
		c.refers = 0 // a reference to nothing that the log holds is the customer's own
	}
	if o.Opened == "" {
		c.opened = find(0, openedNames)
	}
	return nil
}

// named finds the columns that were asked for by number or header.
func (b *logBuilder) named(header []string) error {
	var err error
	if b.cols.labels, err = namedPlaces(header, b.opt.Labels); err != nil {
		return err
	}
	var known []string
	if b.counts.Header {
		known = header // else the first line may be data: row tells, and then names the labels
	}
	for _, at := range b.cols.labels {
		b.log.Labels = append(b.log.Labels, Label{Name: labelName(known, at)})
	}
	if b.opt.Opened == "" {
		return nil
	}
	places, err := namedPlaces(header, []string{b.opt.Opened})
	if err == nil {
		b.cols.opened = places[0]
	}
	return err
}

// ErrNoColumn is the cause of the fault of a file that lacks a column asked for.
var ErrNoColumn = errors.New("no such column")

// namedPlaces finds columns (from 1) that are asked for by number or by header, or by the name that labelName
// gives to one without a header. The fault names every column that is not there.
func namedPlaces(header []string, names []string) ([]int, error) {
	lacks := func(format string, args ...any) error {
		f := postlift.Faultf(postlift.Invalid, "clv.columns", format, args...)
		f.Cause = ErrNoColumn
		return f
	}
	var out []int
	var missing []string
	for _, name := range names {
		n, err := strconv.Atoi(name)
		if err != nil {
			n = columnBut(header, nil, []string{name}) + 1
		}
		if number, ok := strings.CutPrefix(name, numbered); n == 0 && ok {
			n, err = strconv.Atoi(number)
		}
		switch {
		case err == nil && (n < 1 || n > len(header)):
			return nil, lacks("column %s: the file has the columns 1 to %d", strings.TrimPrefix(name, numbered), len(header))
		case n == 0:
			missing = append(missing, strconv.Quote(name))
		}
		out = append(out, n)
	}
	if len(missing) > 0 {
		return nil, lacks("the first line %q has no column %s: name one of them, or give its number",
			header, strings.Join(missing, ", "))
	}
	return out, nil
}

// settle draws the conclusions from the columns that were found.
func (b *logBuilder) settle(rows [][]string) error {
	o := &b.opt
	b.log.HasValues = b.cols.value > 0
	b.keepZero = o.Zero == KeepZeroOrders || o.Zero == ZeroByColumns && !b.cols.documents()
	b.keepOpened = b.cols.opened > 0 || !o.HistoryStart.IsZero()
	b.lower = max(o.NotBefore, firstSensible)
	if o.NotBefore.IsZero() {
		last := max(o.Until, o.Today)
		b.plausible = max(firstPlausible, last.AddMonths(-12*plausibleYears))
	}
	marked := func(cells []string) bool { return moneyMark(b.amountText(cells)) != "" }
	if len(o.Rates) > 0 && b.cols.currency == 0 && !slices.ContainsFunc(rows, marked) {
		return postlift.Faultf(postlift.Invalid, "clv.ReadOrders",
			"exchange rates need a column with the currency of each row: name it currency, or give its number as currency=N in --columns")
	}
	b.rates = map[string]float64{}
	for code, rate := range o.Rates {
		b.rates[currencyCode(code)] = rate
	}
	if o.Reporting != "" {
		o.Reporting = currencyCode(o.Reporting)
		b.rates[o.Reporting] = 1
	}
	return nil
}

// columnBut finds the first of the names in a header, outside the taken columns (from 1); -1 for none.
func columnBut(header []string, taken map[int]bool, names []string) int {
	for _, name := range names {
		folded := csvfile.Fold(name)
		at := slices.IndexFunc(header, func(h string) bool { return csvfile.Fold(h) == folded })
		if at >= 0 && !taken[at+1] {
			return at
		}
	}
	return -1
}

// finite tells whether a value is a number that sums can hold.
func finite(v float64) bool { return math.Abs(v) <= 1e15 }
