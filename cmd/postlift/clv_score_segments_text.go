package main

import (
	"fmt"
	"io"
	"text/tabwriter"

	"postlift"
	"postlift/clv/scoring"
)

// columns writes a block of cells under a head line, each column as wide as its widest cell and set to the right;
// every cell ends with a tab.
func columns(w io.Writer, head string, write func(io.Writer)) {
	fmt.Fprintln(w, "\n"+head)
	tab := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	write(tab)
	_ = tab.Flush() // an error lies in w, which its owner looks at
}

func (s segmentsAnswer) text(w io.Writer) {
	fmt.Fprintf(w, "run %s as of %s: %d accounts, residual CLV %s\n", s.Run.UID, s.Run.AsOf, s.Run.Accounts, s.Run.Total.Format("en"))
	if len(s.Tiers) > 0 {
		columns(w, "value tiers: A is worth most, E nothing", s.tiers)
	}
	for _, part := range []struct {
		name, head string
		lines      []scoring.Slice
	}{{"stage", "stages of the lifecycle", s.Stages}, {"segment", "segments as imported", s.Segments}, {"channel", "channels of acquisition", s.Channels}} {
		if len(part.lines) > 0 {
			columns(w, part.head, func(w io.Writer) { printSlices(w, part.name, part.lines) })
		}
	}
	if s.Moves != nil {
		columns(w, fmt.Sprintf("moves between stages since %s (run %s)", s.Moves.BeforeOn, s.Moves.Before), s.moves)
	}
}

func (s segmentsAnswer) tiers(w io.Writer) {
	fmt.Fprintln(w, "tier\taccounts\tshare\tvalue\tshare of value\tfrom\tto\t")
	for _, t := range s.Tiers {
		fmt.Fprintf(w, "%s\t%d\t%.0f %%\t%s\t%.0f %%\t%s\t%s\t\n", t.Tier, t.Accounts, t.AccountShare*100, t.Total.Format("en"), t.ValueShare*100,
			t.Lowest.Format("en"), t.Highest.Format("en"))
	}
}

func (s segmentsAnswer) moves(w io.Writer) {
	fmt.Fprintln(w, "from\tto\taccounts\tshare\t")
	for _, m := range s.Moves.Rows {
		fmt.Fprintf(w, "%s\t%s\t%d\t%.0f %%\t\n", orNone(string(m.From)), orNone(string(m.To)), m.Accounts, m.Share*100)
	}
}

// printSlices writes the lines of one kind; of channels with what winning an account costs and may cost.
func printSlices(w io.Writer, kind string, lines []scoring.Slice) {
	costs := kind == "channel"
	fmt.Fprintf(w, "%s\taccounts\tvalue\tmean\tordered again\trenewed\t", kind)
	if costs {
		fmt.Fprint(w, "conversion\tcost of a new one\t")
	}
	if kind != "stage" {
		fmt.Fprint(w, "a new one may cost\t")
	}
	fmt.Fprintln(w)
	for _, l := range lines {
		fmt.Fprintf(w, "%s\t%d\t%s\t%s\t%s\t%s\t", orNone(l.Name), l.Accounts, l.Total.Format("en"), l.Mean.Format("en"), shareOrDash(l.Retention), shareOrDash(l.RenewalRate))
		if costs {
			fmt.Fprintf(w, "%s\t%s\t", shareOrDash(l.Conversion), moneyOrDash(l.CPA))
		}
		if kind != "stage" {
			fmt.Fprintf(w, "%s\t", moneyOrDash(l.BreakEven))
		}
		fmt.Fprintln(w)
	}
}

func shareOrDash(share *float64) string {
	if share == nil {
		return "–"
	}
	return fmt.Sprintf("%.0f %%", *share*100)
}

func moneyOrDash(m *postlift.Money) string {
	if m == nil {
		return "–"
	}
	return m.Format("en")
}

// tinyCohort is the number of accounts below which shares of a cohort say little.
const tinyCohort = 20

func (c cohortsAnswer) text(w io.Writer) {
	fmt.Fprintln(w, "retention by cohort: accounts by the quarter of their first order or contract, and how many per cent of them were active so many")
	fmt.Fprintln(w, "quarters later; an account is active in a quarter in which it ordered (not credited in full) or was under contract")
	longest, tiny := 0, false
	for _, k := range c.Cohorts.Cohorts {
		longest, tiny = max(longest, len(k.Points)), tiny || k.Accounts < tinyCohort
	}
	if longest > 0 || len(c.Cohorts.Cohorts) > 0 {
		columns(w, fmt.Sprintf("as of %s", c.AsOf), func(w io.Writer) { c.triangle(w, longest) })
	}
	if tiny {
		fmt.Fprintf(w, "* fewer than %d accounts: the shares say little\n", tinyCohort)
	}
	if c.Truncated > 0 {
		fmt.Fprintf(w, "%d accounts left out: they were customers before the imported documents begin\n", c.Truncated)
	}
	c.revenue(w)
}

func (c cohortsAnswer) triangle(w io.Writer, longest int) {
	fmt.Fprint(w, "quarter\taccounts\t")
	for q := range longest {
		fmt.Fprintf(w, "+%d\t", q+1)
	}
	fmt.Fprintln(w)
	for _, k := range c.Cohorts.Cohorts {
		mark := " "
		if k.Accounts < tinyCohort {
			mark = "*"
		}
		fmt.Fprintf(w, "%s\t%d%s\t", k.Start, k.Accounts, mark)
		for _, p := range k.Points {
			fmt.Fprintf(w, "%.0f\t", p.Share*100)
		}
		fmt.Fprintln(w)
	}
	if len(c.Average) > 0 {
		fmt.Fprint(w, "all\t \t")
		for _, p := range c.Average {
			fmt.Fprintf(w, "%.0f\t", p.Share*100)
		}
		fmt.Fprintln(w)
	}
}
