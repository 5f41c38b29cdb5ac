package scoring

import (
	"math"
	"slices"

	"postlift"
	"postlift/clv"
)

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
	if r := is / was; was > 0 && is > 0 && r < mostRatio && r > 1/mostRatio {
		return r
	}
	return 0
}

// mostRatio bounds what counts as a change: a contract that is a million times what it was the day before was
// entered anew, or with a quantity that is none, and says nothing of how contracts grow.
const mostRatio = 1e6

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

// revenue is the sum of the contract's fees from one day to another, in the reporting currency.
func (c *ContractRecord) revenue(from, to postlift.Date) float64 {
	to = min(to, c.until(to))
	sum := 0.0
	for i := range c.Lines {
		l := &c.Lines[i]
		last := to
		if !l.To.IsZero() {
			last = min(last, l.To)
		}
		if days := last.DaysSince(max(l.From, from, c.StartedOn)) + 1; days > 0 {
			sum += float64(l.FeeMinor) * float64(days) / clv.DaysPerMonth
		}
	}
	return sum * c.Rate
}
