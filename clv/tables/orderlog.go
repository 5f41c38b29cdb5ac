package tables

import (
	"io"
	"time"

	"postlift"
)

// LogOptions say how to read an order log. Columns count from 1; 0 means that the header names the column,
// or that there is none, NoColumn that there is none whatever the header says.
type LogOptions struct {
	Customer, Date, Value int
	Type                  int // order, credit note or cancellation, in English, German or SAP's letters
	Number, Refers        int // the document's number, and the number of the one that a credit reduces
	Currency              int
	// Types says of document types what they are: order, credit, cancellation or ignore. What stands here goes
	// before the words and codes that are known.
	Types  map[string]string
	Opened string   // column of the day on which the customer was won: a number or a header
	Labels []string // further columns to keep for every customer: numbers or headers
	// DateLayout is a Go time layout; "" tries 2006-01-02, 2.1.2006, 20060102, 2006/01/02 and 2.1.06, each with
	// or without a time of day.
	DateLayout string
	// Until is the last day that counts and the observation date; none means the log's last day.
	Until postlift.Date
	// Today is the day after which an order cannot have happened yet; none means no limit.
	Today postlift.Date
	// NotBefore is the company's first day; an order before it, or before 1900, cannot be. Without it no order
	// from before 1980, or from more than 60 years before the last day, is believed.
	NotBefore postlift.Date
	// HistoryStart is the first day from which on the log is complete; none means the log's first day
	// where opening dates are known. A customer won before is not taken for a new one at its first order.
	HistoryStart postlift.Date
	// Reporting is the currency of all values; a log in several currencies needs it.
	Reporting string
	// Rates are units of the reporting currency for one unit of another.
	Rates map[string]float64
	// Zero says what a line of value 0 is; the default is KeepZeroOrders for a log that has neither
	// types nor numbers nor references of documents, DropZeroLines for one that has.
	Zero ZeroLines
	// Decimal is the decimal sign of the values, ',' or '.'; 0 finds it from all of them.
	Decimal byte
	// Separator is ',', ';', '\t' or ' ' (runs of blanks); 0 finds it.
	Separator rune
}

// NoColumn as the place of a column says that the log has none, whatever its header.
const NoColumn = -1

// ZeroLines says what a line of value 0 is.
type ZeroLines uint8

// The meanings of a line of value 0.
const (
	ZeroByColumns  ZeroLines = iota // as the log's columns suggest
	DropZeroLines                   // a remark on an invoice
	KeepZeroOrders                  // an order that cost nothing
)

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
	// HistoryStart is the first day from which on the log is complete, none where that is not known.
	HistoryStart postlift.Date
	// Opened is by customer the day on which it was won or first seen, as far as known; nil where nothing is.
	Opened []postlift.Date
	Labels []Label // further columns, in the order asked for
}

// Label is a column of customers' attributes.
type Label struct {
	Name   string   // its header, or "column 4" where the log has none
	Values []string // by customer: the first that is not empty
}

// firstSensible is the earliest day that an order can be of: what lies before is a placeholder of a system
// that lacks the date.
var firstSensible = postlift.NewDate(1900, time.January, 1)

// Without the company's first day, no order is believed from before firstPlausible or from more than plausibleYears
// before the last day: dates like 1970-01-01 are what systems write where they have none.
var firstPlausible = postlift.NewDate(1980, time.January, 1)

const plausibleYears = 60

// ReadOrders reads an order log as a stream: memory grows with the distinct (customer, day) pairs and the
// credits, and with the distinct documents where credits refer to them, not with the rows. Credit notes and
// cancellations reduce the order that they refer to, one without a reference the customer's latest orders
// before it; a day of which nothing is left is no order day. Unusable rows are counted by reason. A log
// without any usable row, and one in several currencies without LogOptions.Reporting, is an Invalid fault.
//
// UTF-8, UTF-16 and Windows-1252 are read. Where the later part of a log shows that its values have another decimal
// sign than the first part suggested, it is read once more if r is an io.Seeker, else that is an Invalid fault.
func ReadOrders(r io.Reader, opt LogOptions) (OrderLog, Counts, error) {
	b, err := read(r, opt)
	if err != nil {
		return OrderLog{}, b.counts, err
	}
	if sign := b.marks.contradicts(b.decimal); opt.Decimal == 0 && sign != 0 {
		again, ok := r.(io.Seeker)
		if !ok {
			return OrderLog{}, b.counts, postlift.Faultf(postlift.Invalid, "clv.ReadOrders",
				"the values begin with another decimal sign than most of them have: give --decimal comma or point")
		}
		if _, err := again.Seek(0, io.SeekStart); err != nil {
			return OrderLog{}, b.counts, postlift.Wrap("clv.ReadOrders", "the file cannot be read a second time", err)
		}
		opt.Decimal = sign
		if b, err = read(r, opt); err != nil {
			return OrderLog{}, b.counts, err
		}
		b.decimalFrom = "values"
	}
	return b.finish()
}

// read takes every row of a log.
func read(r io.Reader, opt LogOptions) (*logBuilder, error) {
	b := &logBuilder{opt: opt, index: map[string]int32{}, lost: map[string]bool{}, words: words{}}
	in := newLineReader(r)
	if err := b.prepare(in); err != nil {
		return b, err
	}
	var cells []string
	var no int
	var ok bool
	for cells, no, ok = in.record(cells[:0], b.opt.Separator); ok; cells, no, ok = in.record(cells[:0], b.opt.Separator) {
		if err := b.row(no, cells); err != nil {
			return b, err
		}
	}
	b.counts.StrayQuotes, b.counts.Encoding = in.stray, in.describe()
	return b, in.err("clv.ReadOrders")
}
