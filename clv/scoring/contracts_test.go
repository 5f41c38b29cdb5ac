package scoring

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"postlift"
	"postlift/clv"
	"postlift/clv/renewal"
)

var day = postlift.MustDate

// yearly is a contract of one-year terms since 2023 that was dearer from the first renewal on, grew in 2025
// and got a second line.
func yearly() ContractRecord {
	return ContractRecord{AccountID: 1, Employees: 40, Rate: 1, StartedOn: day("2023-01-01"), TermMonths: 12, TermEndsOn: day("2025-12-31"),
		NoticeDays: 30, AutoRenew: true, Lines: []LineRecord{
			{No: 1, Group: "parts", Quantity: 2, FeeMinor: 1000, MarginMinor: 400, MarginKnown: true, From: day("2023-01-01"), To: day("2023-12-31")},
			{No: 1, Group: "parts", Quantity: 2, FeeMinor: 1100, MarginMinor: 450, MarginKnown: true, From: day("2024-01-01"), To: day("2025-06-30")},
			{No: 1, Group: "parts", Quantity: 3, FeeMinor: 1650, MarginMinor: 675, MarginKnown: true, From: day("2025-07-01")},
			{No: 2, Group: "tools", Quantity: 1, FeeMinor: 350, MarginMinor: 100, MarginKnown: true, From: day("2025-09-01")},
		}}
}

func TestContractAsOf(t *testing.T) {
	c := yearly()
	for _, want := range []struct {
		asOf, end, notice           string
		done, prices, grown, shrunk int
		priceLog, growth            float64
		fee                         int64
		term                        renewal.Cell
		renewals                    int
	}{
		{asOf: "2023-06-15", end: "2024-01-01", notice: "2023-12-01", fee: 1000},
		{asOf: "2024-06-15", end: "2025-01-01", notice: "2024-12-01", done: 1, prices: 1, priceLog: math.Log(1.1), fee: 1100, renewals: 1},
		{asOf: "2025-10-01", end: "2026-01-01", notice: "2025-12-01", done: 2, prices: 2, priceLog: math.Log(1.1), grown: 2,
			growth: math.Log(1.5) + math.Log(2000.0/1650), fee: 2000, renewals: 2},
	} {
		in := c.Input(day(want.asOf), false)
		if in.TermEnd != day(want.end) || in.NoticeBy != day(want.notice) || in.RenewalsDone != want.done || in.MonthlyFeeMinor != want.fee {
			t.Errorf("%s: %+v", want.asOf, in)
		}
		if in.PriceRenewals != want.prices || math.Abs(in.PriceLogSum-want.priceLog) > 1e-12 {
			t.Errorf("%s: %d prices, log sum %g; want %d, %g", want.asOf, in.PriceRenewals, in.PriceLogSum, want.prices, want.priceLog)
		}
		if in.Expansions != want.grown || in.Contractions != want.shrunk || math.Abs(in.ExpansionLogs-want.growth) > 1e-12 {
			t.Errorf("%s: %d expansions of %g; want %d of %g", want.asOf, in.Expansions, in.ExpansionLogs, want.grown, want.growth)
		}
		if in.Cell != (renewal.Cell{Term: "annual", Group: "parts", Size: "10-49"}) {
			t.Errorf("%s: cell %+v", want.asOf, in.Cell)
		}
		if d := c.Decisions(day(want.asOf)); len(d) != want.renewals {
			t.Errorf("%s: decisions %+v", want.asOf, d)
		}
	}
	// a year of 400 and three months of 450 a month
	if got, want := c.MarginToDate(day("2024-03-31"), .3), (400*365.0+450*91)/clv.DaysPerMonth; math.Abs(got-want) > 1e-9 {
		t.Errorf("margin to date %g, want %g", got, want)
	}
	if c.MonthlyOn(day("2022-12-31")) != 0 || c.MonthlyOn(day("2025-09-01")) != 2000 {
		t.Errorf("fees %g and %g", c.MonthlyOn(day("2022-12-31")), c.MonthlyOn(day("2025-09-01")))
	}
}

// What is not known on a day must not show on it: later notice, later ends, later terms.
func TestContractDoesNotKnowTheFuture(t *testing.T) {
	c := yearly()
	c.NoticeGivenOn, c.EndedOn = day("2025-11-15"), day("2025-12-31")
	early := day("2024-06-15")
	if !c.OpenOn(early) || c.Input(early, false).NoticeGiven || len(c.Decisions(early)) != 1 {
		t.Errorf("as of %s: %+v, %+v", early, c.Input(early, false), c.Decisions(early))
	}
	late := day("2026-01-31")
	if d := c.Decisions(late); c.OpenOn(late) || len(d) != 3 || d[2].Renewed || d[2].Opportunity != 3 {
		t.Errorf("as of %s: %+v", late, d)
	}
	if c.EndedEarly(late) {
		t.Error("an end at the end of the term is no early end")
	}
	c.EndedOn = day("2025-10-15")
	if d := c.Decisions(late); !c.EndedEarly(late) || len(d) != 2 {
		t.Errorf("ended within the term: %+v", d)
	}
	// notice that comes after its deadline ends the next term
	c.NoticeGivenOn, c.EndedOn, c.TermEndsOn = day("2024-12-15"), 0, day("2025-12-31")
	if end := c.Input(day("2024-12-20"), false).TermEnd; end != day("2026-01-01") {
		t.Errorf("late notice ends the term of %s", end)
	}
	// a fixed term that ran out decided against another one
	fixed := ContractRecord{StartedOn: day("2024-01-01"), TermMonths: 12, TermEndsOn: day("2024-12-31")}
	if d := fixed.Decisions(late); len(d) != 1 || d[0].Renewed || fixed.OpenOn(late) {
		t.Errorf("fixed term: %+v", d)
	}
}

// A quantity that is none makes no growth without bounds: such days cannot be compared.
func TestQuantityOfNothing(t *testing.T) {
	c := ContractRecord{StartedOn: day("2024-01-01"), TermMonths: 12, TermEndsOn: day("2024-12-31"), AutoRenew: true, Lines: []LineRecord{
		{No: 1, Quantity: 7e-310, FeeMinor: 1, From: day("2024-01-01"), To: day("2024-03-31")},
		{No: 1, Quantity: 1, FeeMinor: 1, From: day("2024-04-01")}}}
	if in := c.Input(day("2024-06-01"), false); in.Expansions != 0 || in.ExpansionLogs != 0 {
		t.Errorf("%+v", in)
	}
}

// Whatever the dates, figures are finite and decisions lie between start and observation.
func TestContractProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		date := func(name string) postlift.Date {
			return day("2020-01-01").AddDays(rapid.IntRange(0, 2500).Draw(t, name))
		}
		maybe := func(name string) postlift.Date {
			if rapid.Bool().Draw(t, name+" known") {
				return date(name)
			}
			return 0
		}
		c := ContractRecord{Rate: 1, StartedOn: date("start"), TermMonths: rapid.IntRange(0, 40).Draw(t, "term"), TermEndsOn: date("end"),
			NoticeDays: rapid.IntRange(0, 400).Draw(t, "notice"), AutoRenew: rapid.Bool().Draw(t, "auto"), NoticeGivenOn: maybe("given"), EndedOn: maybe("ended")}
		for range rapid.IntRange(0, 5).Draw(t, "lines") {
			c.Lines = append(c.Lines, LineRecord{No: rapid.Int64Range(1, 2).Draw(t, "no"), Group: "g", Quantity: rapid.Float64Range(-1, 5).Draw(t, "quantity"),
				FeeMinor: rapid.Int64Range(-50, 5000).Draw(t, "fee"), From: date("from"), To: maybe("to")})
		}
		asOf := date("asOf")
		in := c.Input(asOf, false)
		for _, v := range []float64{in.PriceLogSum, in.ExpansionLogs, in.ContractionLogs, in.ExposureMonths, c.MarginToDate(asOf, .3), c.MonthlyOn(asOf)} {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				t.Fatalf("%+v", in)
			}
		}
		if in.ExposureMonths < 0 || in.ContractionLogs > 0 || in.ExpansionLogs < 0 || in.PriceRenewals > in.RenewalsDone {
			t.Fatalf("%+v", in)
		}
		for i, d := range c.Decisions(asOf) {
			if d.On > asOf || d.Opportunity != i+1 {
				t.Fatalf("decision %+v as of %s", d, asOf)
			}
		}
	})
}
