package tables

import (
	"io"
	"math"

	"postlift"
	"postlift/accounts/csvfile"
	"postlift/clv/renewal"
)

// RenewalOptions say how to read a file of renewals.
type RenewalOptions struct {
	// Until is the observation date of contracts, inclusive; it needs to be given for a file of contracts.
	Until postlift.Date
	// HistoryStart is the first day from which on ended contracts are in the file; earlier decisions are
	// left out, since of their time only the survivors are known. None counts all.
	HistoryStart postlift.Date
	// DateLayout is a Go time layout; "" tries 2006-01-02, 02.01.2006 and 20060102.
	DateLayout string
	// Each, when not nil, gets every decision of a file of contracts; counts have no dates and are then refused.
	Each func(RenewalDecision)
	// ByTerm, when not nil, gets the decisions of a file of contracts by their term in months.
	ByTerm map[int]*renewal.Table
}

// RenewalDecision is one decision of one contract.
type RenewalDecision struct {
	On          postlift.Date // end of the term, or of the contract within it
	Row         int           // line of the contract, from 1
	TermMonths  int
	Opportunity int // 1 for the first renewal
	Renewed     bool
}

// RenewalCounts tells what became of the rows of a renewals file: Rows = Used + NoDecision + Future + TooEarly.
type RenewalCounts struct {
	Rows       int `json:"rows"`
	Used       int `json:"used"`
	NoDecision int `json:"no_decision"` // contracts whose first decision is still to come, or lay before the history
	Future     int `json:"future"`      // contracts that begin after the observation date
	TooEarly   int `json:"too_early"`   // contracts that begin before 1900
	Decisions  int `json:"decisions"`
	OffTerm    int `json:"off_term"` // contracts that ended within a term: counted as ended at the next decision
}

var (
	opportunityNames = []string{"opportunity", "renewal", "verlängerung", "i"}
	endedNames       = []string{"ended", "churned", "cancelled", "canceled", "beendet", "beendet am", "gekündigt", "gekündigt zum", "abgänge", "churn"}
	renewedNames     = []string{"renewed", "renewals", "verlängert", "verlängerte"}
	startNames       = []string{"start", "started", "started_on", "start_date", "contract_start", "beginn", "vertragsbeginn", "vertragsstart", "laufzeitbeginn", "gültig ab"}
	endNames         = []string{"end", "ended_on", "end_date", "contract_end", "ende", "vertragsende", "laufzeitende", "gültig bis"}
	termNames        = []string{"term_months", "term", "laufzeit", "laufzeit_monate", "laufzeit in monaten", "laufzeit (monate)", "vertragslaufzeit", "mindestlaufzeit", "monate"}
)

// ReadRenewals reads renewal decisions from one of two forms, told apart by the header:
//
//	opportunity,ended,renewed     counts of contracts that ended and renewed at opportunity 1, 2, …
//	start,end,term_months,ended   one contract a row, ended yes or no, or the day on which it ended
//
// A contract whose row says ended is counted as renewed at each end of a term before its end and as ended at
// the next; one that runs as renewed at each end of a term that lies at or before the observation date and,
// where it has one, before its end, which is the end of the running term. The first row that cannot be is an
// Invalid fault that names line and column.
func ReadRenewals(r io.Reader, opt RenewalOptions) (*renewal.Table, RenewalCounts, error) {
	in := newLineReader(r)
	f := renewalFile{opt: opt, layouts: anyLayouts, endedLayouts: anyLayouts, table: &renewal.Table{}}
	if opt.DateLayout != "" {
		f.layouts, f.endedLayouts = []string{opt.DateLayout}, []string{opt.DateLayout}
	}
	head := in.peek(20)
	if len(head) == 0 {
		if err := in.err(f.op()); err != nil {
			return nil, f.counts, err
		}
		return nil, f.counts, f.fault("the renewals file is empty: it needs the columns opportunity,ended,renewed or start,end,term_months,ended")
	}
	sep := findSeparator(head, 3)
	in.sample(sep)
	header, _, _ := in.record(nil, sep)
	if err := f.columns(header); err != nil {
		return nil, f.counts, err
	}
	var cells []string
	var no int
	var ok bool
	for cells, no, ok = in.record(cells[:0], sep); ok; cells, no, ok = in.record(cells[:0], sep) {
		f.counts.Rows++
		if err := f.row(no, cells); err != nil {
			return nil, f.counts, err
		}
	}
	if err := in.err(f.op()); err != nil {
		return nil, f.counts, err
	}
	ended, renewed := f.table.Totals()
	f.counts.Decisions = ended + renewed
	if f.counts.Decisions == 0 {
		return nil, f.counts, f.fault("none of the %d rows has a renewal decision: %d contracts are too young, %d begin after %s, %d before 1900",
			f.counts.Rows, f.counts.NoDecision, f.counts.Future, opt.Until, f.counts.TooEarly)
	}
	return f.table, f.counts, nil
}

// renewalFile reads one file of renewals.
type renewalFile struct {
	opt                         RenewalOptions
	layouts, endedLayouts       []string
	opportunity, ended, renewed int // columns from 1, 0 for none
	start, end, term            int
	table                       *renewal.Table
	counts                      RenewalCounts
}

func (f *renewalFile) op() string { return "clv.ReadRenewals" }

func (f *renewalFile) fault(format string, args ...any) error {
	return postlift.Faultf(postlift.Invalid, f.op(), format, args...)
}

func (f *renewalFile) columns(header []string) error {
	find := func(names []string) int { return 1 + columnBut(header, nil, names) }
	f.opportunity, f.ended, f.renewed = find(opportunityNames), find(endedNames), find(renewedNames)
	f.start, f.end, f.term = find(startNames), find(endNames), find(termNames)
	switch {
	case f.opportunity > 0 && f.ended > 0 && f.renewed > 0 && f.opt.Each != nil:
		return f.fault("counts by opportunity have no dates, which testing out of time needs: give one contract a row, start,end,term_months,ended")
	case f.opportunity > 0 && f.ended > 0 && f.renewed > 0:
		f.start = 0
		return nil
	case f.start > 0 && f.term > 0 && f.ended > 0:
		if f.opt.Until.IsZero() {
			return f.fault("a file of contracts needs the day up to which it is complete: give --until YYYY-MM-DD")
		}
		return nil
	}
	return f.fault("the header %q has neither opportunity,ended,renewed nor start,end,term_months,ended: rename its columns (German ones such as Vertragsbeginn, Vertragsende, Laufzeit, gekündigt are known)", header)
}

func (f *renewalFile) row(no int, cells []string) error {
	if f.start > 0 {
		return f.contract(no, cells)
	}
	i, err := f.whole(no, cells, f.opportunity, "opportunity")
	if err != nil {
		return err
	}
	ended, err := f.whole(no, cells, f.ended, "ended")
	if err != nil {
		return err
	}
	renewed, err := f.whole(no, cells, f.renewed, "renewed")
	if err != nil {
		return err
	}
	f.counts.Used++
	return f.add(no, i, ended, renewed)
}

func (f *renewalFile) add(no, i, ended, renewed int) error {
	for _, d := range []struct {
		renewed bool
		n       int
	}{{false, ended}, {true, renewed}} {
		if err := f.table.Add(i, d.renewed, d.n); err != nil {
			return f.fault("line %d: %s", no, postlift.UserText(err))
		}
	}
	return nil
}

func (f *renewalFile) whole(no int, cells []string, at int, name string) (int, error) {
	v, ok := parseNumber(cell(cells, at), 0)
	if !ok || v < 0 || v != math.Trunc(v) || v > 1e9 {
		return 0, f.fault("line %d, column %d (%s): %q must be a whole number from 0", no, at, name, cell(cells, at))
	}
	return int(v), nil
}

func (f *renewalFile) day(no int, cells []string, at int, name string) (postlift.Date, error) {
	day, ok := parseDay(cell(cells, at), &f.layouts)
	if !ok {
		return 0, f.fault("line %d, column %d (%s): %q is no date%s", no, at, name, cell(cells, at), datesLike(f.layouts))
	}
	return day, nil
}

// contract counts the decisions of one contract.
func (f *renewalFile) contract(no int, cells []string) error {
	start, err := f.day(no, cells, f.start, "start")
	if err != nil {
		return err
	}
	term, err := f.whole(no, cells, f.term, "term_months")
	if err != nil {
		return err
	}
	ended, known := yes(cell(cells, f.ended))
	endedOn := postlift.Date(0)
	if !known {
		if endedOn, known = parseDay(cell(cells, f.ended), &f.endedLayouts); known {
			ended = true
		}
	}
	switch {
	case !known:
		return f.fault("line %d, column %d (ended): %q must be yes or no, or the day on which the contract ended", no, f.ended, cell(cells, f.ended))
	case term < 1 || term > 1200:
		return f.fault("line %d, column %d (term_months): a term of %d months must be 1 to 1200", no, f.term, term)
	case start > f.opt.Until:
		f.counts.Future++
		return nil
	case start < firstSensible:
		f.counts.TooEarly++
		return nil
	}
	var end postlift.Date
	if cell(cells, f.end) != "" {
		if end, err = f.day(no, cells, f.end, "end"); err != nil {
			return err
		}
		if end < start {
			return f.fault("line %d, column %d (end): the contract ends on %s, before it begins on %s", no, f.end, end, start)
		}
	} else if end = endedOn; ended && end.IsZero() {
		return f.fault("line %d, column %d (end): the contract has ended, but its end is missing", no, f.end)
	}
	if end < start && !end.IsZero() {
		return f.fault("line %d, column %d (ended): the contract ended on %s, before it began on %s", no, f.ended, end, start)
	}
	return f.decisions(no, start, end, term, ended)
}

// boundarySlack is how many days an end may lie before or behind the end of a term and still be meant as it:
// some systems write the last day, others the first day after it.
const boundarySlack = 3

// decisions counts what a contract decided at the ends of its terms.
func (f *renewalFile) decisions(no int, start, end postlift.Date, term int, ended bool) error {
	any := false
	for i := 1; ; i++ {
		due := start.AddMonths(i * term)
		left := ended && end <= due.AddDays(boundarySlack)
		if left {
			due = min(due, end)
		}
		switch {
		case due > f.opt.Until, !ended && !end.IsZero() && due >= end.AddDays(-boundarySlack):
			return f.counted(any)
		case due < f.opt.HistoryStart && !left:
			continue
		case due < f.opt.HistoryStart:
			return f.counted(any)
		}
		any = true
		if err := f.table.Add(i, !left, 1); err != nil {
			return f.fault("line %d: %s", no, postlift.UserText(err))
		}
		if f.opt.ByTerm != nil {
			of := f.opt.ByTerm[term]
			if of == nil {
				of = &renewal.Table{}
				f.opt.ByTerm[term] = of
			}
			if err := of.Add(i, !left, 1); err != nil {
				return f.fault("line %d: %s", no, postlift.UserText(err))
			}
		}
		if f.opt.Each != nil {
			f.opt.Each(RenewalDecision{On: due, Row: no, TermMonths: term, Opportunity: i, Renewed: !left})
		}
		if left {
			if end < start.AddMonths(i*term).AddDays(-boundarySlack) {
				f.counts.OffTerm++
			}
			return f.counted(true)
		}
	}
}

func (f *renewalFile) counted(any bool) error {
	if any {
		f.counts.Used++
	} else {
		f.counts.NoDecision++
	}
	return nil
}

// yes reads a word for yes or no.
func yes(word string) (value, known bool) {
	switch csvfile.Fold(word) {
	case "yes", "y", "ja", "j", "true", "1", "x", "ended", "beendet":
		return true, true
	case "no", "n", "nein", "false", "0", "":
		return false, true
	}
	return false, false
}
