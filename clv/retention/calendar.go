package retention

import (
	"cmp"
	"slices"

	"postlift"
	"postlift/clv/renewal"
	"postlift/clv/scoring"
)

// Calendar is which contracts end or can be ended in the months ahead, and what depends on it.
type Calendar struct {
	Run      string        `json:"run"`
	AsOf     postlift.Date `json:"as_of"`
	Until    postlift.Date `json:"until"`
	Currency string        `json:"currency"`
	Months   []Month       `json:"months"`
	Owners   []Owner       `json:"owners"` // most at stake first
	Total    Month         `json:"total"`
	Lines    []Renewal     `json:"contracts"` // by the day of decision
	More     int           `json:"more"`      // contracts that are not listed
	Excluded int           `json:"excluded"`  // running contracts without an exchange rate
	Due      int64         `json:"renewals_due_12m"`
	Done     int64         `json:"renewals_done_12m"`
	Flags    []string      `json:"flags"`
}

// Month is what a month brings. Values are a year's margin after the end of the term, Secured the next term's, at most a
// year's; Kept and Lost are what is expected of the open ones.
type Month struct {
	Month     string         `json:"month,omitempty"` // 2026-06
	Open      int            `json:"open"`            // terms that end in it
	AtStake   postlift.Money `json:"at_stake"`        // of the open ones
	Kept      postlift.Money `json:"expected_kept"`
	Lost      postlift.Money `json:"expected_lost"`
	Renews    *float64       `json:"expected_renewal_share"` // of open contracts; null: none
	Committed int            `json:"committed"`
	Secured   postlift.Money `json:"secured"`
	Leaving   int            `json:"leaving"`
	Gone      postlift.Money `json:"leaving_value"`
	Deadlines int            `json:"deadlines"`          // open contracts that can be ended up to a day in it
	Deadline  postlift.Money `json:"deadlines_at_stake"` // of those

	sum float64 // of probabilities
}

// Owner is what the decisions due are worth that an owner looks after.
type Owner struct {
	Name      string         `json:"owner"` // "": nobody
	Contracts int            `json:"deadlines"`
	AtStake   postlift.Money `json:"at_stake"`
	Lost      postlift.Money `json:"expected_lost"`
}

// Renewal is one contract of the calendar.
type Renewal struct {
	Contract    string         `json:"contract"`
	ContractID  string         `json:"contract_id"`
	AccountID   string         `json:"account_id"`
	Account     string         `json:"account"`
	Segment     string         `json:"segment"`
	Owner       string         `json:"owner"`
	Group       string         `json:"product_group"` // of the largest line
	TermMonths  int            `json:"term_months"`
	State       string         `json:"state"`
	EndsOn      postlift.Date  `json:"term_ends_on"`
	NoticeBy    postlift.Date  `json:"notice_by,omitzero"`
	DecidesOn   postlift.Date  `json:"decides_on"`
	Probability float64        `json:"renewal_probability"`
	Level       string         `json:"rests_on,omitempty"`
	Decisions   int            `json:"renewals_seen"`
	Monthly     postlift.Money `json:"monthly_fee"`
	AtStake     postlift.Money `json:"value"` // a year's margin after the end of the term; of a committed one the next term's, at most a year's
	Lost        postlift.Money `json:"expected_lost"`
}

// CalendarQuery narrows a calendar; empty fields narrow nothing.
type CalendarQuery struct {
	Months  int    // 1 to MostMonths
	Owner   string // full name
	Segment string // as imported
	Limit   int    // contracts listed, those with most at stake; 0: all
}

// MostMonths is how far ahead a calendar looks at most.
const MostMonths = 36

// DefaultMonths is how far ahead it looks where nobody says.
const DefaultMonths = 6

// ContractOf is a contract with whose it is.
type ContractOf struct {
	Contract
	AccountUID string
	Account    string
	Segment    string
	Owner      string
}

// calendar gathers contracts.
type calendar struct {
	Calendar
	query  CalendarQuery
	first  postlift.Date // of the first month
	owners map[string]*Owner
	all    int
}

func newCalendar(run *scoring.Run, book *Book, q CalendarQuery) (*calendar, error) {
	if q.Months == 0 {
		q.Months = DefaultMonths
	}
	if q.Months < 1 || q.Months > MostMonths || q.Limit < 0 {
		return nil, postlift.Faultf(postlift.Invalid, "retention.Renewals", "a calendar shows 1 to %d months and lists 0 (all) or more contracts: %d months, %d contracts", MostMonths, q.Months, q.Limit)
	}
	next := book.AsOf.AddDays(1).Time()
	c := &calendar{query: q, first: postlift.NewDate(next.Year(), next.Month(), 1), owners: map[string]*Owner{}}
	c.Calendar = Calendar{Run: run.UID, AsOf: book.AsOf, Until: c.first.AddMonths(q.Months).AddDays(-1), Currency: run.Currency, Lines: []Renewal{}, Owners: []Owner{},
		Due: run.Metrics.RenewalsDue, Done: run.Metrics.RenewalsDone, Flags: []string{}}
	for i := range q.Months {
		c.Months = append(c.Months, c.month(monthOf(c.first.AddMonths(i))))
	}
	c.Total = c.month("")
	if run.Metrics.EndsEarly != nil {
		c.Flags = append(c.Flags, scoring.FlagOrdersEndEarly)
	}
	return c, nil
}

func monthOf(d postlift.Date) string { return d.String()[:7] }

func (c *calendar) money(minor int64) postlift.Money {
	return postlift.Money{Minor: minor, Currency: c.Currency}
}

func (c *calendar) month(name string) Month {
	zero := c.money(0)
	return Month{Month: name, AtStake: zero, Kept: zero, Lost: zero, Secured: zero, Gone: zero, Deadline: zero}
}

// add counts one contract.
func (c *calendar) add(book *Book, k *ContractOf) {
	if c.query.Owner != "" && k.Owner != c.query.Owner || c.query.Segment != "" && k.Segment != c.query.Segment {
		return
	}
	if k.Rate <= 0 && k.OpenOn(book.AsOf) {
		c.Excluded++
		return
	}
	d, ok := book.Decide(&k.ContractRecord)
	if !ok || d.EndsOn <= book.AsOf || min(d.EndsOn, d.DecidesOn) > c.Until {
		return
	}
	lost := postlift.RoundMinor(float64(d.MarginMinor) * (1 - d.Probability))
	if d.EndsOn <= c.Until {
		c.Months[c.index(d.EndsOn)].end(&d, lost)
		c.Total.end(&d, lost)
	}
	if d.State == Open {
		if d.DecidesOn <= c.Until {
			c.Months[c.index(d.DecidesOn)].deadline(&d)
			c.Total.deadline(&d)
			c.owner(k.Owner, &d, lost)
		}
	}
	c.list(c.line(book, k, &d, lost))
}

// index is the month in which a day lies; one that has passed already counts in the first.
func (c *calendar) index(day postlift.Date) int {
	a, b := c.first.Time(), day.Time()
	return max((b.Year()-a.Year())*12+int(b.Month())-int(a.Month()), 0)
}

func (m *Month) end(d *Decision, lost int64) {
	switch d.State {
	case Committed:
		m.Committed++
		m.Secured.Minor += d.NextMinor
	case Leaving:
		m.Leaving++
		m.Gone.Minor += d.MarginMinor
	default:
		m.Open++
		m.AtStake.Minor += d.MarginMinor
		m.Lost.Minor += lost
		m.Kept.Minor += d.MarginMinor - lost
		m.sum += d.Probability
	}
}

func (m *Month) deadline(d *Decision) {
	m.Deadlines++
	m.Deadline.Minor += d.MarginMinor
}

func (m *Month) close() {
	if m.Open > 0 {
		share := m.sum / float64(m.Open)
		m.Renews = &share
	}
}

func (c *calendar) owner(name string, d *Decision, lost int64) {
	o := c.owners[name]
	if o == nil {
		o = &Owner{Name: name, AtStake: c.money(0), Lost: c.money(0)}
		c.owners[name] = o
	}
	o.Contracts++
	o.AtStake.Minor += d.MarginMinor
	o.Lost.Minor += lost
}

func (c *calendar) line(book *Book, k *ContractOf, d *Decision, lost int64) Renewal {
	value := d.MarginMinor
	if d.State == Committed {
		value = d.NextMinor
	}
	return Renewal{Contract: k.Number, ContractID: k.UID, AccountID: k.AccountUID, Account: k.Account, Segment: k.Segment, Owner: k.Owner,
		Group: k.Cell(book.AsOf).Group, TermMonths: k.TermMonths, State: d.State, EndsOn: d.EndsOn, NoticeBy: d.NoticeBy, DecidesOn: d.DecidesOn,
		Probability: d.Probability, Level: d.Level, Decisions: d.Decisions, Monthly: c.money(d.FeeMinor), AtStake: c.money(value), Lost: c.money(lost)}
}

// list keeps the contracts with most at stake; the list is cut now and then, so that it stays short.
func (c *calendar) list(line Renewal) {
	c.all++
	c.Lines = append(c.Lines, line)
	if c.query.Limit > 0 && len(c.Lines) > 2*c.query.Limit+1000 {
		c.cut()
	}
}

// cut drops all but the contracts of which most may be lost; those that are certain to go on come last.
func (c *calendar) cut() {
	slices.SortFunc(c.Lines, func(a, b Renewal) int {
		return cmp.Or(cmp.Compare(b.Lost.Minor, a.Lost.Minor), cmp.Compare(b.AtStake.Minor, a.AtStake.Minor), cmp.Compare(a.Contract, b.Contract), cmp.Compare(a.ContractID, b.ContractID))
	})
	c.Lines = slices.Delete(c.Lines, min(c.query.Limit, len(c.Lines)), len(c.Lines))
}

func (c *calendar) close() Calendar {
	if c.query.Limit > 0 {
		c.cut()
	}
	c.More = c.all - len(c.Lines)
	slices.SortFunc(c.Lines, func(a, b Renewal) int {
		return cmp.Or(cmp.Compare(a.DecidesOn, b.DecidesOn), cmp.Compare(b.AtStake.Minor, a.AtStake.Minor), cmp.Compare(a.Contract, b.Contract), cmp.Compare(a.ContractID, b.ContractID))
	})
	for i := range c.Months {
		c.Months[i].close()
	}
	c.Total.close()
	for _, o := range c.owners {
		c.Owners = append(c.Owners, *o)
	}
	slices.SortFunc(c.Owners, func(a, b Owner) int {
		return cmp.Or(cmp.Compare(b.AtStake.Minor, a.AtStake.Minor), cmp.Compare(a.Name, b.Name))
	})
	return c.Calendar
}

// RestsOn lists the levels that a probability can rest on.
func RestsOn() []string {
	return []string{renewal.LevelCell, renewal.LevelClass, renewal.LevelAll, LevelAssumed}
}
