package main

import (
	"fmt"
	"io"

	"postlift/clv/scoring"
)

// printEnd warns of data that end long before the date for which they were read.
func printEnd(w io.Writer, e *scoring.EndsEarly, l language) {
	if e == nil {
		return
	}
	day := e.NewestOn.String()
	if l == "de" {
		day = e.NewestOn.Format("de")
	}
	what := l.pick("the newest order is of", "die neueste Bestellung ist vom")
	if e.Of == scoring.EndOfContracts {
		what = l.pick("the newest change of a contract is of", "die neueste Vertragsänderung ist vom")
	}
	fmt.Fprintf(w, l.pick("%s %s, %d days before the date of this valuation: give --as-of, or import what is missing\n",
		"%s %s, %d Tage vor dem Stichtag dieser Bewertung: --as-of angeben oder Fehlendes importieren\n"), what, day, e.DaysBefore)
}

// printExclusions tells what did not count, and why.
func printExclusions(w io.Writer, run scoring.Run) {
	m := run.Metrics
	for _, one := range []struct {
		n    int64
		text string
	}{
		{m.NoHistoryAccounts, "%d accounts without orders or contracts are valued 0\n"},
		{m.FutureDocuments, "%d documents left out: they are dated after " + run.AsOf.String() + "\n"},
		{m.ExcludedDocuments, "%d documents left out: their currency has no exchange rate on that day\n"},
		{m.ExcludedContracts, "%d contracts left out: their currency has no exchange rate\n"},
	} {
		if one.n > 0 {
			fmt.Fprintf(w, one.text, one.n)
		}
	}
}
