package accounts

import (
	"strings"

	"postlift"
	"postlift/accounts/csvfile"
)

const maxQuantity = 1e12

// lineNumbers gives lines that carry no number the next one of their order or contract.
type lineNumbers map[int64]int64

func (n lineNumbers) of(row *csvfile.Row, owner int64) int64 {
	if v, ok := row.Int("line_no", 0, 1_000_000_000); ok {
		return v
	}
	n[owner]++
	return n[owner]
}

// prepareOrders reads orders. In a file with line amounts the rows of one external id, wherever they
// stand, are lines of one order whose totals are summed up when the whole file is read.
func prepareOrders(s *session, l Loader) (func(*csvfile.Row, *Chunk), error) {
	own, err := l.Index("order", s.req.Source)
	if err != nil {
		return nil, err
	}
	accounts, err := l.Index("account", s.req.Source)
	if err != nil {
		return nil, err
	}
	if err := s.needsCustomer(); err != nil {
		return nil, err
	}
	s.lines = s.reader.Has("line_net")
	if !s.lines && !s.reader.Has("net") {
		return nil, postlift.Faultf(postlift.Invalid, "accounts.Import", "the header lacks the column net (or line_net for files with lines)")
	}
	numbers := lineNumbers{}
	return func(row *csvfile.Row, c *Chunk) {
		s.orderRow(row, c, own, accounts, numbers)
		if s.lines && !row.OK() {
			s.warn("order_may_lack_a_rejected_line")
		}
	}, nil
}

// orderRow reads one row: a document, a line of it, or both.
func (s *session) orderRow(row *csvfile.Row, c *Chunk, own, accounts *Index, numbers lineNumbers) {
	ext := row.Need("external_id")
	id, further := own.Claimed(ext)
	if further && row.Text("account_id") == "" && row.Text("date") == "" {
		// Shops name the order on its first line only.
		if !s.lines {
			s.warn("line_without_amount")
			return
		}
		s.addOrderLine(row, c, id, s.credits[id], numbers)
		return
	}
	o := s.readOrder(row, accounts, ext)
	if !row.OK() {
		return
	}
	if s.lines {
		kind := o.DocType
		if further {
			kind = orDefault(s.credits[id], kind) // the first row says what the document is
		}
		if s.addOrderLine(row, c, own.peek(ext), kind, numbers); !row.OK() {
			return
		}
	}
	var again bool
	if o.Key, again = s.claim(row, own, ext, !s.lines); again {
		return
	}
	if s.lines && o.DocType != DocOrder {
		s.credits[o.Key.ID] = o.DocType
	}
	c.Orders = append(c.Orders, o)
}

func (s *session) readOrder(row *csvfile.Row, accounts *Index, ext string) Order {
	account, who := s.customer(row, accounts)
	o := Order{AccountID: account, Who: who, Row: row.Number(), PlacedOn: sensible(row, "date", s.past(row, "date")),
		RefersTo: row.Text("refers_to"), Code: row.Text("code"), Currency: s.currency(row)}
	if o.PlacedOn.IsZero() && row.OK() {
		row.Need("date")
	}
	net, hasNet := row.Minor("net", o.Currency)
	margin, hasMargin := row.Minor("margin", o.Currency)
	lineNet, hasLine := row.Minor("line_net", o.Currency)
	if !hasNet && !hasLine && row.OK() {
		row.Reject("net", "required", "", "an amount is needed")
	}
	if !hasNet {
		net = lineNet
	}
	o.DocType = docType(row, net, o.RefersTo, hasNet || !s.lines)
	if o.RefersTo != "" && o.RefersTo == ext {
		row.Reject("refers_to", "reference", ext, "a document cannot refer to itself")
	}
	o.NetMinor, o.MarginMinor = signed(o.DocType, net), optional(margin, hasMargin)
	if o.MarginMinor != nil && o.DocType != DocOrder {
		*o.MarginMinor = creditMargin(net, margin)
	}
	return o
}

// docType reads the document's type; where a file has none, a negative amount is a credit note. An order's
// total must not be negative, but a line of it may be: a discount.
func docType(row *csvfile.Row, net int64, refersTo string, total bool) string {
	t := row.Enum("type", docTypeWords, "order, credit_note, cancellation")
	if t == "" && (net < 0 || refersTo != "") {
		return DocCreditNote
	}
	if t == DocOrder && net < 0 && total {
		row.Reject("net", "range", row.Text("net"), "an order's amount must not be negative: a credit note has the type credit_note")
	}
	return orDefault(t, DocOrder)
}

// signed makes the amounts of credit notes and cancellations negative, however the file writes them.
func signed(docType string, amount int64) int64 {
	if docType != DocOrder && amount > 0 {
		return -amount
	}
	return amount
}

// creditMargin turns the margin of a credit note around with its amount; a margin of the other sign (goods
// sold at a loss) keeps being of the other sign.
func creditMargin(net, margin int64) int64 {
	if net > 0 {
		return -margin
	}
	if net < 0 && margin > 0 {
		return -margin
	}
	return margin
}

// addOrderLine reads the row's line part. docType is "" where an earlier row has named it.
func (s *session) addOrderLine(row *csvfile.Row, c *Chunk, order int64, docType string, numbers lineNumbers) {
	currency := s.currency(row)
	net, ok := row.Minor("line_net", currency)
	margin, hasMargin := row.Minor("line_margin", currency)
	if !ok && row.OK() {
		// A document without lines in a file with lines is one line of its total.
		if net, ok = row.Minor("net", currency); !ok {
			row.Reject("line_net", "required", "", "the line needs an amount")
		}
		margin, hasMargin = row.Minor("margin", currency)
	}
	quantity, hasQuantity := row.Float("quantity", -maxQuantity, maxQuantity)
	if !hasQuantity {
		quantity = 1
	}
	line := OrderLine{OrderID: order, LineNo: numbers.of(row, order), Row: row.Number(), Product: row.Text("product"),
		ProductGroup: row.Text("product_group"), Quantity: quantity, NetMinor: net, MarginMinor: optional(margin, hasMargin)}
	if docType != "" && docType != DocOrder {
		line.NetMinor = signed(docType, net)
		if line.MarginMinor != nil {
			*line.MarginMinor = creditMargin(net, margin)
		}
	}
	if row.OK() {
		c.OrderLines = append(c.OrderLines, line)
	}
}

func prepareContracts(s *session, l Loader) (func(*csvfile.Row, *Chunk), error) {
	own, err := l.Index("contract", s.req.Source)
	if err != nil {
		return nil, err
	}
	accounts, err := l.Index("account", s.req.Source)
	if err != nil {
		return nil, err
	}
	s.lines = true
	numbers := lineNumbers{}
	return func(row *csvfile.Row, c *Chunk) {
		ext := row.Need("external_id")
		k := s.readContract(row, accounts)
		if !row.OK() {
			return
		}
		line := s.readContractLine(row, k)
		if !row.OK() {
			return
		}
		line.ContractID = own.peek(ext)
		line.LineNo = numbers.of(row, line.ContractID)
		if !row.OK() {
			return
		}
		c.ContractLines = append(c.ContractLines, line)
		var again bool
		if k.Key, again = s.claim(row, own, ext, false); !again {
			c.Contracts = append(c.Contracts, k)
		}
	}, nil
}

func (s *session) readContract(row *csvfile.Row, accounts *Index) Contract {
	k := Contract{AccountID: s.account(row, accounts, "account_id"), StartedOn: sensible(row, "started_on", row.Date("started_on")),
		TermEndsOn: row.Date("term_ends_on"), AutoRenew: row.Bool("auto_renew", false),
		NoticeGivenOn: s.past(row, "notice_given_on"), EndedOn: row.Date("ended_on"),
		EndReason: row.Text("end_reason"), Currency: s.currency(row)}
	if k.StartedOn.IsZero() && row.OK() {
		row.Need("started_on")
	}
	k.TermMonths, _ = row.Int("term_months", 1, 1200)
	k.NoticeDays, _ = row.Int("notice_days", 0, 3660)
	if k.TermMonths == 0 {
		k.TermMonths = 12
	}
	for _, end := range []struct {
		name string
		on   postlift.Date
	}{{"term_ends_on", k.TermEndsOn}, {"ended_on", k.EndedOn}, {"notice_given_on", k.NoticeGivenOn}} {
		if !end.on.IsZero() && end.on < k.StartedOn && end.name != "notice_given_on" {
			row.Reject(end.name, "range", end.on.String(), "the date lies before the contract's start")
		}
	}
	if row.OK() {
		k.TermEndsOn = RunningTerm(k, s.today)
	}
	return k
}

func (s *session) readContractLine(row *csvfile.Row, k Contract) ContractLine {
	fee, ok := row.Minor("monthly_fee", k.Currency)
	if !ok && row.OK() {
		row.Need("monthly_fee")
	}
	if fee < 0 {
		row.Reject("monthly_fee", "range", row.Text("monthly_fee"), "the fee must not be negative")
	}
	quantity, hasQuantity := row.Float("quantity", 0, maxQuantity)
	if !hasQuantity {
		quantity = 1
	}
	line := ContractLine{Row: row.Number(), Product: row.Text("product"), ProductGroup: row.Text("product_group"),
		Quantity: quantity, MonthlyFeeMinor: fee, MonthlyMarginMinor: optional(row.Minor("monthly_margin", k.Currency)),
		ValidFrom: row.Date("valid_from"), ValidTo: row.Date("valid_to")}
	if line.ValidFrom.IsZero() {
		line.ValidFrom = k.StartedOn
	}
	if !line.ValidTo.IsZero() && line.ValidTo < line.ValidFrom {
		row.Reject("valid_to", "range", line.ValidTo.String(), "the date lies before valid_from")
	}
	return line
}

func prepareCosts(s *session, _ Loader) (func(*csvfile.Row, *Chunk), error) {
	seen := map[string]bool{}
	return func(row *csvfile.Row, c *Chunk) {
		cost := ChannelCost{Channel: row.Need("channel"), Month: s.month(row), Currency: s.currency(row)}
		spend, ok := row.Minor("spend", cost.Currency)
		if !ok && row.OK() {
			row.Need("spend")
		}
		cost.SpendMinor = spend
		if spend < 0 {
			row.Reject("spend", "range", row.Text("spend"), "spend must not be negative")
		}
		cost.Won, _ = row.Int("won", 0, manyPeople)
		cost.Leads = optional(row.Int("leads", 0, 1000*manyPeople))
		key := cost.Channel + "\x00" + cost.Month.String()
		if row.OK() && seen[key] {
			row.Reject("month", "duplicate", cost.Month.String(), "an earlier row has this channel and month already")
		}
		if row.OK() {
			seen[key] = true
			s.accepted++
			c.Costs = append(c.Costs, cost)
		}
	}, nil
}

// month reads 2026-01, 01.2026, 01/2026 or any date within the month as the month's first day.
func (s *session) month(row *csvfile.Row) postlift.Date {
	raw := row.Need("month")
	if raw == "" {
		return 0
	}
	d, err := csvfile.ParseMonth(strings.TrimSpace(raw))
	if err != nil {
		row.Reject("month", "date", raw, "a month such as 2026-01 or 01.2026 is needed")
	}
	return d
}
