package scoring

import (
	"math"
	"slices"

	"postlift"
	"postlift/clv"
	"postlift/clv/backtest"
	"postlift/clv/renewal"
)

// ContractRecord is one contract with all versions of its lines, as imported. What it says of a date is
// worked out from its dates alone, so that a value as of an earlier day does not know of later ones.
type ContractRecord struct {
	AccountID     int64
	Employees     int64   // of the account; 0: unknown
	Rate          float64 // from its minor units to the reporting currency's; 0: no exchange rate is known
	StartedOn     postlift.Date
	TermMonths    int
	TermEndsOn    postlift.Date // last day of the term that runs, or ran last
	NoticeDays    int
	AutoRenew     bool
	NoticeGivenOn postlift.Date
	EndedOn       postlift.Date // last day
	Lines         []LineRecord  // by line number, then by the day from which they hold
}

// LineRecord is a version of a line: what it delivers and costs from one day to another.
type LineRecord struct {
	No          int64
	Group       string  // product group
	Quantity    float64 // FeeMinor is for the whole quantity
	FeeMinor    int64   // a month, in the contract's currency
	MarginMinor int64
	MarginKnown bool
	From, To    postlift.Date // first and last day; no last day: open
}

func (l *LineRecord) holds(day postlift.Date) bool {
	return l.From <= day && (l.To.IsZero() || l.To >= day)
}

// monthlyMargin is the line's margin a month, in the contract's currency.
func (l *LineRecord) monthlyMargin(defaultMargin float64) float64 {
	if l.MarginKnown {
		return float64(l.MarginMinor)
	}
	return float64(l.FeeMinor) * defaultMargin
}

// OpenOn tells whether the contract runs on a day: it has begun, has not ended and renews itself or still
// has term left.
func (c *ContractRecord) OpenOn(day postlift.Date) bool {
	return c.StartedOn <= day && (c.EndedOn.IsZero() || c.EndedOn > day) && (c.AutoRenew || c.TermEndsOn >= day)
}

// boundaries are the first days of the contract's later terms, in order, up to the term that it knows.
func (c *ContractRecord) boundaries() []postlift.Date {
	var found []postlift.Date
	after, months := c.TermEndsOn.AddDays(1), max(c.TermMonths, 1)
	for n := 1; ; n++ {
		on := after.AddMonths(-n * months)
		if on <= c.StartedOn || n > maxTerms {
			slices.Reverse(found)
			return found
		}
		found = append(found, on)
	}
}

// maxTerms bounds the terms of one contract: a monthly one of a century.
const maxTerms = 1200

// termEnd is the day after the term that runs on a day. Notice given too late for one term ends the next.
func (c *ContractRecord) termEnd(day postlift.Date) postlift.Date {
	if c.noticeKnown(day) {
		day = max(day, c.NoticeGivenOn.AddDays(c.NoticeDays))
	}
	for _, b := range c.boundaries() {
		if b > day {
			return b
		}
	}
	return c.TermEndsOn.AddDays(1)
}

func (c *ContractRecord) noticeKnown(day postlift.Date) bool {
	return !c.NoticeGivenOn.IsZero() && c.NoticeGivenOn <= day
}

// outlived tells whether the contract went on at a boundary.
func (c *ContractRecord) outlived(boundary postlift.Date) bool {
	return c.EndedOn.IsZero() || c.EndedOn >= boundary
}

// Decisions lists the renewal decisions up to a day. A contract that ended within a term decided at no
// opportunity there; a fixed term that ran out without a new one decided against it.
func (c *ContractRecord) Decisions(asOf postlift.Date) []backtest.Decision {
	var found []backtest.Decision
	cell := c.Cell(asOf)
	for _, b := range c.boundaries() {
		if b <= asOf && c.outlived(b) {
			found = append(found, backtest.Decision{On: b, Cell: cell, Opportunity: len(found) + 1, Renewed: true, Account: c.AccountID})
		}
	}
	end := c.EndedOn
	if end.IsZero() && !c.AutoRenew {
		end = c.TermEndsOn
	}
	if !end.IsZero() && end <= asOf && end >= c.TermEndsOn {
		found = append(found, backtest.Decision{On: end, Cell: cell, Opportunity: len(found) + 1, Account: c.AccountID})
	}
	return found
}

// EndedEarly tells whether the contract ended within a term, by a day.
func (c *ContractRecord) EndedEarly(asOf postlift.Date) bool {
	return !c.EndedOn.IsZero() && c.EndedOn <= asOf && c.EndedOn < c.TermEndsOn
}

// Cell says where the contract's renewals belong: its term, the group of its largest line and the
// account's size.
func (c *ContractRecord) Cell(asOf postlift.Date) renewal.Cell {
	cell := renewal.Cell{Term: termClass(c.TermMonths), Size: sizeBand(c.Employees)}
	day := asOf
	if !c.EndedOn.IsZero() {
		day = min(day, c.EndedOn)
	}
	var most int64 = math.MinInt64
	for i := range c.Lines {
		if l := &c.Lines[i]; l.holds(day) && l.FeeMinor > most {
			most, cell.Group = l.FeeMinor, l.Group
		}
	}
	return cell
}

// termClass groups contract terms that renew alike.
func termClass(months int) string {
	switch {
	case months < 12:
		return "short"
	case months < 24:
		return "annual"
	}
	return "long"
}

// sizeBand groups accounts by employees, as statistics offices do.
func sizeBand(employees int64) string {
	switch {
	case employees <= 0:
		return ""
	case employees < 10:
		return "1-9"
	case employees < 50:
		return "10-49"
	case employees < 250:
		return "50-249"
	}
	return "250+"
}

// Input gives the contract as the models read it, in the reporting currency. Where one line's margin is
// unknown, the whole contract's is taken as unknown, so that it counts as assumed.
func (c *ContractRecord) Input(asOf postlift.Date) clv.ContractInput {
	end := c.termEnd(asOf)
	in := clv.ContractInput{TermMonths: c.TermMonths, TermEnd: end, AutoRenew: c.AutoRenew, NoticeGiven: c.noticeKnown(asOf),
		Cell: c.Cell(asOf), ExposureMonths: c.Exposure(asOf)}
	if c.NoticeDays > 0 {
		in.NoticeBy = end.AddDays(-1 - c.NoticeDays)
	}
	var fee, margin int64
	lines, known := 0, 0
	for i := range c.Lines {
		l := &c.Lines[i]
		if !l.holds(asOf) {
			continue
		}
		lines++
		fee += l.FeeMinor
		if l.MarginKnown {
			known++
			margin += l.MarginMinor
		}
	}
	in.MarginKnown = lines > 0 && known == lines
	in.MonthlyFeeMinor = postlift.RoundMinor(float64(fee) * c.Rate)
	in.MonthlyMarginMinor = postlift.RoundMinor(float64(margin) * c.Rate)
	c.prices(asOf, &in)
	c.volumes(asOf, &in)
	return in
}

// until is the last day up to which the contract was seen by a day.
func (c *ContractRecord) until(asOf postlift.Date) postlift.Date {
	if !c.EndedOn.IsZero() {
		asOf = min(asOf, c.EndedOn)
	}
	if !c.AutoRenew {
		asOf = min(asOf, c.TermEndsOn)
	}
	return asOf
}

// Exposure is how many months the contract was observed to run by a day.
func (c *ContractRecord) Exposure(asOf postlift.Date) float64 {
	return max(float64(c.until(asOf).DaysSince(c.StartedOn)+1), 0) / clv.DaysPerMonth
}

// prices compares, at each renewal, what the volume at the beginning of the term before costs now with
// what it cost then.
func (c *ContractRecord) prices(asOf postlift.Date, in *clv.ContractInput) {
	before := c.StartedOn
	for _, b := range c.boundaries() {
		if b > asOf || !c.outlived(b) {
			return
		}
		in.RenewalsDone++
		if r := c.ratio(before, b, true); r > 0 {
			in.PriceRenewals++
			in.PriceLogSum += math.Log(r)
		}
		before = b
	}
}

// volumes notes every day on which the quantity of lines changed, at the prices of the day before. Lines
// that come and go count by their fee.
func (c *ContractRecord) volumes(asOf postlift.Date, in *clv.ContractInput) {
	for _, day := range c.changeDays(asOf) {
		r := c.ratio(day.AddDays(-1), day, false)
		switch {
		case r <= 0:
		case r > 1+1e-9:
			in.Expansions++
			in.ExpansionLogs += math.Log(r)
		case r < 1-1e-9:
			in.Contractions++
			in.ContractionLogs += math.Log(r)
		}
	}
}

// changeDays are the days after the start, in order, on which a version of a line began or had ended.
func (c *ContractRecord) changeDays(asOf postlift.Date) []postlift.Date {
	var days []postlift.Date
	last := c.until(asOf)
	add := func(day postlift.Date) {
		if day > c.StartedOn && day <= last {
			days = append(days, day)
		}
	}
	for i := range c.Lines {
		l := &c.Lines[i]
		add(l.From)
		if !l.To.IsZero() {
			add(l.To.AddDays(1))
		}
	}
	slices.Sort(days)
	return slices.Compact(days)
}

// ratio compares the fees of two days. By price: today's unit prices against those before, at the
// quantities before, over the lines that run on both days. By volume: today's quantities against those
// before, at the unit prices before; a line that is new counts by its own fee. 0: they cannot be compared.
func (c *ContractRecord) ratio(before, after postlift.Date, price bool) float64 {
	var was, is float64
	for i := range c.Lines {
		old := &c.Lines[i]
		if !old.holds(before) {
			continue
		}
		now := c.version(old.No, after)
		switch {
		case now == nil && price, price && !(now.Quantity > 0 && old.Quantity > 0):
			continue
		case price:
			is += float64(now.FeeMinor) / now.Quantity * old.Quantity
		case now != nil && old.Quantity > 0:
			is += float64(old.FeeMinor) / old.Quantity * now.Quantity
		}
		was += float64(old.FeeMinor)
	}
	if !price {
		for i := range c.Lines {
			if l := &c.Lines[i]; l.holds(after) && c.version(l.No, before) == nil {
				is += float64(l.FeeMinor)
			}
		}
	}
	if !(was > 0 && is > 0) {
		return 0
	}
	return is / was
}

// version is the version of a line that holds on a day, nil for none.
func (c *ContractRecord) version(no int64, day postlift.Date) *LineRecord {
	for i := range c.Lines {
		if l := &c.Lines[i]; l.No == no && l.holds(day) {
			return l
		}
	}
	return nil
}

// MarginToDate is what the contract has earned by a day, in the reporting currency's minor units.
func (c *ContractRecord) MarginToDate(asOf postlift.Date, defaultMargin float64) float64 {
	last, sum := c.until(asOf), 0.0
	for i := range c.Lines {
		l := &c.Lines[i]
		to := last
		if !l.To.IsZero() {
			to = min(to, l.To)
		}
		days := to.DaysSince(max(l.From, c.StartedOn)) + 1
		if days <= 0 {
			continue
		}
		sum += l.monthlyMargin(defaultMargin) * float64(days) / clv.DaysPerMonth
	}
	return sum * c.Rate
}

// MonthlyOn is the fee of a day in the reporting currency's minor units; 0 where the contract does not run.
func (c *ContractRecord) MonthlyOn(day postlift.Date) float64 {
	if c.StartedOn > day || c.until(day) < day {
		return 0
	}
	sum := 0.0
	for i := range c.Lines {
		if c.Lines[i].holds(day) {
			sum += float64(c.Lines[i].FeeMinor)
		}
	}
	return sum * c.Rate
}

// heldGroups appends the product groups in force on a day.
func (c *ContractRecord) heldGroups(held []string, day postlift.Date) []string {
	for i := range c.Lines {
		if l := &c.Lines[i]; l.Group != "" && l.holds(day) {
			held = append(held, l.Group)
		}
	}
	return held
}
