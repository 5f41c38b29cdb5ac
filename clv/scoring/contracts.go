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

// knownEnd is the first day without a contract whose end lies ahead but is known on a day; none where it is not.
// Documents do not say when an end was agreed. Where they reach beyond the day, the end counts only if notice had
// been given by then; else it may have been recorded later. Where they end with it, all that they say is known.
func (c *ContractRecord) knownEnd(day postlift.Date, ownDate bool) postlift.Date {
	if c.EndedOn <= day || !ownDate && !c.noticeKnown(day) {
		return 0
	}
	return c.EndedOn.AddDays(1)
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

// observed lists the renewal decisions up to a day that the imported documents saw. Those before they begin
// were seen of survivors only: they teach and count for nothing.
func (c *ContractRecord) observed(start, asOf postlift.Date) []backtest.Decision {
	return slices.DeleteFunc(c.Decisions(asOf), func(d backtest.Decision) bool { return d.On < start })
}

// RenewalsOf counts the observed renewal decisions of the twelve months up to a day, and those for going on.
func (c *ContractRecord) RenewalsOf(start, asOf postlift.Date) (due, done int64) {
	year := asOf.AddMonths(-12)
	for _, d := range c.observed(start, asOf) {
		if d.On > year {
			due++
			if d.Renewed {
				done++
			}
		}
	}
	return due, done
}

// EndedEarly tells whether the contract ended within a term, by a day.
func (c *ContractRecord) EndedEarly(asOf postlift.Date) bool {
	return !c.EndedOn.IsZero() && c.EndedOn <= asOf && c.EndedOn < c.TermEndsOn
}

// Cell says where the contract's renewals belong: its term, the group of its largest line and the
// account's size.
func (c *ContractRecord) Cell(asOf postlift.Date) renewal.Cell {
	cell := renewal.Cell{Term: renewal.TermClass(c.TermMonths), Size: sizeBand(c.Employees)}
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

// Input gives the contract as the models read it, in the reporting currency; ownDate tells that the data end
// with that day. Where one line's margin is unknown, the whole contract's is taken as unknown, so that it counts
// as assumed. A contract that is signed has the lines of its first day.
func (c *ContractRecord) Input(asOf postlift.Date, ownDate bool) clv.ContractInput {
	day := max(asOf, c.StartedOn)
	end := c.termEnd(day)
	in := clv.ContractInput{TermMonths: c.TermMonths, TermEnd: end, AutoRenew: c.AutoRenew, NoticeGiven: c.noticeKnown(asOf),
		End: c.knownEnd(asOf, ownDate), Cell: c.Cell(day), ExposureMonths: c.Exposure(asOf)}
	if c.StartedOn > asOf {
		in.Start = c.StartedOn
	}
	if c.NoticeDays > 0 {
		in.NoticeBy = end.AddDays(-1 - c.NoticeDays)
	}
	var fee, margin int64
	lines, known := 0, 0
	for i := range c.Lines {
		l := &c.Lines[i]
		if !l.holds(day) {
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
