package tables

import (
	"cmp"
	"hash/fnv"
	"slices"
	"strings"

	"postlift"
)

// logBuilder gathers order days and merges those of one day now and then.
type logBuilder struct {
	opt                    LogOptions
	cols                   columns
	layouts, openedLayouts []string
	decimal                byte // decimal sign of the values
	decimalFrom            string
	marks                  marks // of all values
	types                  doctypes
	copies                 copies
	rates                  map[string]float64
	currency               string // the only one so far, where no reporting currency is given
	lower, plausible       postlift.Date
	keepZero, keepOpened   bool

	index     map[string]int32
	lost      map[string]bool // customers of rows that cannot be used, where they had no other before
	words     words           // of labels
	log       OrderLog
	merged    int // leading entries of log.Days that are sorted and distinct
	docs      []document
	docsReady int // leading entries of docs that are sorted and distinct
	credits   []credit
	last      postlift.Date // latest day of an order or credit
	counts    Counts
	started   bool
}

// entry is one row, taken apart.
type entry struct {
	id, refers, number string
	day                postlift.Date
	value              float64
	valued             bool // the row says a value
	kind               int
}

// row takes one record and remembers the customer of one that cannot be used. The only error is a second currency
// in a log whose reporting currency nobody gave.
func (b *logBuilder) row(no int, cells []string) error {
	late := b.counts.AfterUntil
	usable, err := b.accept(no, cells)
	if id := cell(cells, b.cols.customer); !usable && id != "" && b.counts.AfterUntil == late {
		if _, known := b.index[id]; !known {
			b.lost[strings.Clone(id)] = true
		}
	}
	return err
}

// accept takes one record, or counts why it cannot be used. On the first one a cell that is no date means a header.
func (b *logBuilder) accept(no int, cells []string) (bool, error) {
	c, o := &b.counts, &b.cols
	firstRow := !b.started
	b.started = true
	var e entry
	dated := false
	if len(cells) >= o.date {
		e.day, dated = parseDay(cells[o.date-1], &b.layouts)
	}
	if firstRow && !dated {
		c.Header = true
		b.nameLabels(cells)
		return true, nil
	}
	c.Rows++
	switch {
	case len(cells) < o.needed():
		c.bad("short_row", &c.ShortRow, no, "only %d columns", len(cells))
		return false, nil
	case cells[o.customer-1] == "":
		c.bad("no_customer", &c.NoCustomer, no, "column %d (customer) is empty", o.customer)
		return false, nil
	case !dated:
		c.bad("bad_date", &c.BadDate, no, "column %d: %q is no date%s", o.date, cells[o.date-1], datesLike(b.layouts))
		return false, nil
	}
	e.id, e.refers, e.number = cells[o.customer-1], cell(cells, o.refers), cell(cells, o.number)
	if !b.inTime(no, e) || !b.amount(no, cells, &e) {
		return false, nil
	}
	counted, err := b.convert(no, cells, &e)
	if err != nil || !counted {
		return false, err
	}
	return b.take(no, cells, e), nil
}

// cell is a column that a row may lack.
func cell(cells []string, at int) string {
	if at < 1 || at > len(cells) {
		return ""
	}
	return cells[at-1]
}

// nameLabels takes the names of the further columns from a header that was found by its lack of a date.
func (b *logBuilder) nameLabels(header []string) {
	for i, at := range b.cols.labels {
		if name := cell(header, at); name != "" {
			b.log.Labels[i].Name = strings.Clone(name)
		}
	}
}

// inTime counts a row whose day cannot count. One from before the history shows that its customer is older.
func (b *logBuilder) inTime(no int, e entry) bool {
	c, o, day := &b.counts, &b.opt, e.day
	switch {
	case day < b.lower:
		c.bad("too_early", &c.TooEarly, no, "%s lies before %s, when no order can have been", day, b.lower)
	case day < b.plausible:
		c.bad("implausible", &c.Implausible, no, "%s lies before any plausible history (%s): where it is right, give --not-before", day, b.plausible)
	case !o.Today.IsZero() && day > o.Today:
		c.bad("future", &c.Future, no, "%s lies in the future: today is %s", day, o.Today)
	case !o.Until.IsZero() && day > o.Until:
		c.AfterUntil++
	case day < o.HistoryStart:
		c.BeforeHistory++
		if at := &b.log.Opened[b.customer(e.id)]; at.IsZero() || day < *at {
			*at = day
		}
	default:
		return true
	}
	return false
}

// amount reads type and value; false where they make the row unusable, which is counted.
func (b *logBuilder) amount(no int, cells []string, e *entry) bool {
	c, o := &b.counts, &b.cols
	text := b.amountText(cells)
	e.value, e.valued = 1, false // without values every row weighs the same
	if o.value > 0 {
		e.value, e.valued = parseNumber(text, b.decimal)
		b.marks.add(text)
	}
	word := cell(cells, o.kind)
	e.kind = b.types.kind(word, e.value, e.refers)
	switch {
	case e.kind == docUnknown:
		c.bad("unknown_type", &c.UnknownType, no, "column %d (type): %q is neither an order nor a credit note or cancellation; --types %s=order (or credit, cancellation, ignore) says what it is", o.kind, word, word)
	case e.kind == docIgnored:
		c.IgnoredType++
	case o.value > 0 && !e.valued && (e.kind != docCancellation || text != ""):
		c.bad("bad_value", &c.BadValue, no, "column %d: %q is no number", o.value, text)
	default:
		return true
	}
	return false
}

// amountText is the cell that says what a row is worth.
func (b *logBuilder) amountText(cells []string) string {
	if text := cell(cells, b.cols.line); text != "" {
		return text
	}
	return cell(cells, b.cols.value)
}

// take files a row under order or credit; false where it is neither.
func (b *logBuilder) take(no int, cells []string, e entry) bool {
	c := &b.counts
	if e.kind == docOrder && e.valued && e.value < 0 && e.number != "" && b.cols.refers > 0 {
		e.refers = e.number // a discount line of its own order
	}
	isCredit := e.kind != docOrder || e.valued && e.value < 0
	if e.valued && e.value == 0 && e.kind == docCancellation {
		e.valued = false // a cancellation of nothing in particular takes the whole document
	}
	switch {
	case isCredit && !e.valued && (e.kind != docCancellation || e.refers == ""):
		c.bad("credit_without_amount", &c.CreditNoAmount, no, "a credit of %s says neither how much nor which whole document it cancels", e.id)
		return false
	case e.valued && e.value == 0 && (isCredit || !b.keepZero):
		c.Zero++
		return false
	}
	b.last = max(b.last, e.day)
	b.copies.add(e.number, cells)
	customer := b.customer(e.id)
	b.attributes(customer, cells, e.day)
	if isCredit {
		b.credits = append(b.credits, credit{customer: customer, line: int32(min(no, 1<<30)), day: e.day,
			amount: max(e.value, -e.value), whole: !e.valued, refers: hashed(e.refers)})
		return true
	}
	c.Used++
	if e.valued && e.value == 0 {
		c.ZeroKept++
	}
	b.log.Days = append(b.log.Days, OrderDay{Customer: customer, Day: e.day, Value: e.value})
	if len(b.log.Days) > 2*b.merged+mergeBatch {
		b.merge()
	}
	if b.cols.refers > 0 && e.number != "" {
		b.addDocument(document{customer: customer, day: e.day, number: hashed(e.number), value: e.value})
	}
	return true
}

// customer gives the index of a customer, new or known.
func (b *logBuilder) customer(id string) int32 {
	i, ok := b.index[id]
	if ok {
		return i
	}
	i = int32(len(b.log.IDs))
	id = strings.Clone(id) // the cell shares its line's memory
	b.index[id] = i
	b.log.IDs = append(b.log.IDs, id)
	if b.keepOpened {
		b.log.Opened = append(b.log.Opened, 0)
	}
	for k := range b.log.Labels {
		b.log.Labels[k].Values = append(b.log.Labels[k].Values, "")
	}
	return i
}

// attributes keeps a customer's opening date, the earliest, and labels, the first ones said.
func (b *logBuilder) attributes(customer int32, cells []string, day postlift.Date) {
	for k, at := range b.cols.labels {
		if known := &b.log.Labels[k].Values[customer]; *known == "" {
			*known = b.words.of(cell(cells, at))
		}
	}
	text := cell(cells, b.cols.opened)
	if text == "" {
		return
	}
	opened, ok := parseDay(text, &b.openedLayouts)
	if !ok || opened <= firstSensible || opened > day {
		// A customer cannot order before it is one: the account was moved to a new system.
		if !ok {
			b.counts.BadOpened++
		}
		return
	}
	if at := &b.log.Opened[customer]; at.IsZero() || opened < *at {
		*at = opened
	}
}

// mergeBatch is the least number of unmerged entries worth a sort.
const mergeBatch = 1 << 16

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

// hashed is a document's number as 64 bits, 0 for none: among a thousand million numbers two are equal by
// chance once in forty logs, and then only where the customer is the same.
func hashed(s string) uint64 {
	if s == "" {
		return 0
	}
	h := fnv.New64a()
	_, _ = h.Write([]byte(s)) // a hash never fails
	return max(h.Sum64(), 1)
}

// finish nets the credits and closes the log.
func (b *logBuilder) finish() (OrderLog, Counts, error) {
	b.merge()
	b.net()
	b.report()
	if len(b.log.Days) == 0 {
		return OrderLog{}, b.counts, postlift.Faultf(postlift.Invalid, "clv.ReadOrders", "%s", b.counts.unusable(b.opt.Until))
	}
	if !b.log.HasValues {
		for i := range b.log.Days {
			b.log.Days[i].Value = 0
		}
	}
	b.log.Until = b.opt.Until
	if b.log.Until.IsZero() {
		b.log.Until = b.last
	}
	b.history()
	return b.log, b.counts, nil
}
