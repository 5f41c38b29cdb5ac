package tables

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"postlift/clv/purchase"
	"slices"
	"time"

	"postlift"
)

// LogOptions say how to read an order log.
type LogOptions struct {
	// Customer, Date and Value are columns counted from 1. All 0: the header names them. Value 0: the
	// log has no values.
	Customer, Date, Value int
	// DateLayout is a Go time layout; "" tries 2006-01-02, 02.01.2006 and 20060102.
	DateLayout string
	// Until is the last day that counts and the observation date; none means the log's last day.
	Until postlift.Date
	// Separator is ',', ';', '\t' or ' ' (runs of blanks); 0 finds it.
	Separator rune
}

// OrderDay is one customer's orders of one day, taken as one order.
type OrderDay struct {
	Customer int32         // index into OrderLog.IDs
	Day      postlift.Date // civil day
	Value    float64       // sum of the day, in the unit of the value column
}

// OrderLog holds the order days of customers, sorted by customer and day.
type OrderLog struct {
	IDs       []string // customers in order of appearance
	Days      []OrderDay
	Until     postlift.Date // observation date
	HasValues bool
}

// Counts tells what became of a log's rows: Rows = Used + AfterUntil + NoCustomer + BadDate + BadValue
// + ShortRow. A header is not a row.
type Counts struct {
	Rows       int    `json:"rows"`
	Used       int    `json:"used"`
	AfterUntil int    `json:"after_until"`
	NoCustomer int    `json:"no_customer"`
	BadDate    int    `json:"bad_date"`
	BadValue   int    `json:"bad_value"`
	ShortRow   int    `json:"short_row"`
	Header     bool   `json:"header"`
	FirstBad   string `json:"first_bad,omitempty"` // line, reason and cell of the first unusable row
}

func (c *Counts) bad(counter *int, line int, format string, args ...any) {
	*counter++
	if c.FirstBad == "" {
		c.FirstBad = fmt.Sprintf("line %d: ", line) + fmt.Sprintf(format, args...)
	}
}

// ReadOrders reads an order log as a stream: memory grows with the distinct (customer, day) pairs, not
// with the rows. Unusable rows are counted by reason; a log without any usable row is an Invalid fault
// that names the first bad row.
func ReadOrders(r io.Reader, opt LogOptions) (OrderLog, Counts, error) {
	b := logBuilder{opt: opt, index: map[string]int32{}}
	in := newLineReader(r)
	if err := b.prepare(in); err != nil {
		return OrderLog{}, b.counts, err
	}
	var cells []string
	for line, ok := in.next(); ok; line, ok = in.next() {
		cells = splitLine(cells[:0], line.text, b.opt.Separator)
		b.row(line.no, cells)
	}
	if err := in.err("clv.ReadOrders"); err != nil {
		return OrderLog{}, b.counts, err
	}
	return b.finish()
}

// logBuilder gathers order days and merges those of one day now and then.
type logBuilder struct {
	opt     LogOptions
	layouts []string
	index   map[string]int32
	log     OrderLog
	merged  int // leading entries of log.Days that are sorted and distinct
	counts  Counts
	started bool
}

// anyLayouts are tried where the caller names none.
var anyLayouts = []string{time.DateOnly, "02.01.2006", "20060102"}

// prepare finds the separator and the columns.
func (b *logBuilder) prepare(in *lineReader) error {
	o := &b.opt
	if o.Customer < 0 || o.Date < 0 || o.Value < 0 || (o.Customer == 0) != (o.Date == 0) || (o.Date == 0 && o.Value > 0) {
		return postlift.Faultf(postlift.Invalid, "clv.ReadOrders",
			"columns customer=%d date=%d value=%d: count from 1 and give at least customer and date", o.Customer, o.Date, o.Value)
	}
	b.layouts = anyLayouts
	if o.DateLayout != "" {
		b.layouts = []string{o.DateLayout}
	}
	first := in.peek(50)
	if len(first) == 0 {
		if err := in.err("clv.ReadOrders"); err != nil {
			return err
		}
		return postlift.Faultf(postlift.Invalid, "clv.ReadOrders", "the order log is empty")
	}
	if o.Separator == 0 {
		o.Separator = findSeparator(first, max(o.Customer, o.Date, o.Value))
	}
	if o.Customer == 0 {
		if err := b.fromHeader(splitLine(nil, first[0].text, o.Separator)); err != nil {
			return err
		}
		in.next()
		b.counts.Header = true
		b.started = true
	}
	b.log.HasValues = o.Value > 0
	return nil
}

// fromHeader finds the columns by their usual English and German names.
func (b *logBuilder) fromHeader(header []string) error {
	o := &b.opt
	o.Customer = 1 + column(header, "customer", "customer_id", "customerid", "account", "account_id", "kunde", "kundennummer", "kunden_nr", "id")
	o.Date = 1 + column(header, "date", "order_date", "orderdate", "invoice_date", "datum", "bestelldatum", "auftragsdatum", "rechnungsdatum")
	o.Value = 1 + column(header, "value", "amount", "net", "net_amount", "revenue", "total", "betrag", "netto", "umsatz", "wert", "dollar_value")
	if o.Customer == 0 || o.Date == 0 {
		return postlift.Faultf(postlift.Invalid, "clv.ReadOrders",
			"the header %q has no column named customer and date: rename them or give the columns by number, for example customer=1,date=2,value=3", header)
	}
	return nil
}

// row takes one line. On the first line a cell that is no date means a header.
func (b *logBuilder) row(no int, cells []string) {
	c, o := &b.counts, b.opt
	firstRow := !b.started
	b.started = true
	short := len(cells) < max(o.Customer, o.Date, o.Value)
	var day postlift.Date
	dated := false
	if len(cells) >= o.Date {
		day, dated = b.date(cells[o.Date-1])
	}
	if firstRow && !dated {
		c.Header = true
		return
	}
	c.Rows++
	value, valued := 0.0, true
	if o.Value > 0 && !short {
		value, valued = parseNumber(cells[o.Value-1])
	}
	switch {
	case short:
		c.bad(&c.ShortRow, no, "only %d columns", len(cells))
	case cells[o.Customer-1] == "":
		c.bad(&c.NoCustomer, no, "column %d (customer) is empty", o.Customer)
	case !dated:
		c.bad(&c.BadDate, no, "column %d: %q is no date of the form %s", o.Date, cells[o.Date-1], b.layouts)
	case !valued:
		c.bad(&c.BadValue, no, "column %d: %q is no number", o.Value, cells[o.Value-1])
	case !o.Until.IsZero() && day > o.Until:
		c.AfterUntil++
	default:
		c.Used++
		b.add(cells[o.Customer-1], day, value)
	}
}

// date parses a cell and keeps to the layout that fitted first.
func (b *logBuilder) date(s string) (postlift.Date, bool) {
	for i, l := range b.layouts {
		if t, err := time.Parse(l, s); err == nil {
			if len(b.layouts) > 1 {
				b.layouts = b.layouts[i : i+1]
			}
			return postlift.DateOf(t), true
		}
	}
	return 0, false
}

// mergeBatch is the least number of unmerged entries worth a sort.
const mergeBatch = 1 << 16

func (b *logBuilder) add(id string, day postlift.Date, value float64) {
	i, ok := b.index[id]
	if !ok {
		i = int32(len(b.log.IDs))
		id = string([]byte(id)) // the cell shares its line's memory
		b.index[id] = i
		b.log.IDs = append(b.log.IDs, id)
	}
	b.log.Days = append(b.log.Days, OrderDay{Customer: i, Day: day, Value: value})
	if len(b.log.Days) > 2*b.merged+mergeBatch {
		b.merge()
	}
}

// merge sorts by customer and day and sums the values of equal ones. The sort is stable, so that the
// sum of a day does not depend on when merges happen to fall.
func (b *logBuilder) merge() {
	days := b.log.Days
	slices.SortStableFunc(days, func(a, b OrderDay) int {
		return cmp.Or(cmp.Compare(a.Customer, b.Customer), cmp.Compare(a.Day, b.Day))
	})
	out := days[:0]
	for _, d := range days {
		if k := len(out); k > 0 && out[k-1].Customer == d.Customer && out[k-1].Day == d.Day {
			out[k-1].Value += d.Value
			continue
		}
		out = append(out, d)
	}
	b.log.Days, b.merged = out, len(out)
}

func (b *logBuilder) finish() (OrderLog, Counts, error) {
	if b.counts.Used == 0 {
		text := "the order log has no usable row"
		if b.counts.FirstBad != "" {
			text += ": " + b.counts.FirstBad
		} else if b.counts.AfterUntil > 0 {
			text += fmt.Sprintf(": all %d orders lie after %s", b.counts.AfterUntil, b.opt.Until)
		}
		return OrderLog{}, b.counts, postlift.Faultf(postlift.Invalid, "clv.ReadOrders", "%s", text)
	}
	b.merge()
	b.log.Until = b.opt.Until
	if b.log.Until.IsZero() {
		for _, d := range b.log.Days {
			b.log.Until = max(b.log.Until, d.Day)
		}
	}
	return b.log, b.counts, nil
}

// Summaries gives one summary per customer, in order of appearance, as of the log's observation date.
func (l OrderLog) Summaries() []purchase.Summary {
	out := make([]purchase.Summary, 0, len(l.IDs))
	for i := 0; i < len(l.Days); {
		j := i + 1
		for j < len(l.Days) && l.Days[j].Customer == l.Days[i].Customer {
			j++
		}
		out = append(out, l.summary(l.Days[i:j]))
		i = j
	}
	return out
}

// summary condenses the sorted order days of one customer.
func (l OrderLog) summary(days []OrderDay) purchase.Summary {
	first, last := days[0].Day, days[len(days)-1].Day
	s := purchase.Summary{
		ID: l.IDs[days[0].Customer],
		X:  len(days) - 1,
		TX: float64(last.DaysSince(first)) / purchase.DaysPerWeek,
		T:  float64(l.Until.DaysSince(first)) / purchase.DaysPerWeek,
	}
	for _, d := range days[1:] {
		s.M += d.Value / float64(s.X)
	}
	if math.IsInf(s.M, 0) || math.IsNaN(s.M) {
		s.M = 0
	}
	return s
}
