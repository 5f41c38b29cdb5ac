package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"postlift/internal/sim/coverage"
)

// coverageText writes the table for people, a part for each design.
func coverageText(w io.Writer, r *coverage.Result, failing bool) {
	fmt.Fprintf(w, "%d campaigns a design, seed %d. Share: of 95 %% intervals that hold the truth, with the one-sided 95 %% bound; of alarms, that are raised.\n", r.Campaigns, r.Seed)
	for _, d := range coverage.Designs() {
		rows := rowsOfDesign(r, d.Name)
		if failing {
			rows = missing(rows)
		}
		if len(rows) == 0 {
			continue
		}
		fmt.Fprintf(w, "\n%s: %s\n", d.Name, d.Words())
		t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
		fmt.Fprintln(t, "metric\tlift\tshown\tshare\tbound\tabove\tbelow\t80 %\twidth\tbar\tresult\tthe product says")
		for _, x := range rows {
			fmt.Fprintf(t, "%s\t%g %%\t%d\t%.1f\t%.1f\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", x.Metric, 100*x.Lift, x.Shown, 100*x.Share, 100*x.Bound, side(x, x.TooHigh), side(x, x.TooLow),
				hundred(x.Share80), optional(x.Width, "%.2f"), barOf(x), x.Result, x.Says())
		}
		_ = t.Flush() // an error lies in w, which its owner looks at
	}
	fmt.Fprintf(w, "\n%s\n", coverageSummary(r))
}

// coverageSummary counts the results.
func coverageSummary(r *coverage.Result) string {
	n := map[string]int{}
	for _, x := range r.Rows {
		n[x.Result]++
	}
	return fmt.Sprintf("%d rows: %d hold, %d open, %d that miss their bar and that the product marks by itself, %d failing, %d never shown.",
		len(r.Rows), n[coverage.Holds], n[coverage.Open], n[coverage.SaysSo], n[coverage.Fails], n[coverage.NoTrial])
}

func rowsOfDesign(r *coverage.Result, design string) (rows []coverage.Row) {
	for _, x := range r.Rows {
		if x.Design == design {
			rows = append(rows, x)
		}
	}
	return rows
}

// missing are the rows that miss their bar.
func missing(rows []coverage.Row) (out []coverage.Row) {
	for _, x := range rows {
		if x.Result == coverage.Fails || x.Result == coverage.SaysSo {
			out = append(out, x)
		}
	}
	return out
}

// side is a share on one side of the truth; alarms have none.
func side(x coverage.Row, share float64) string {
	if x.Kind == coverage.Alarm {
		return ""
	}
	return fmt.Sprintf("%.1f", 100*share)
}

func hundred(v *float64) string {
	if v == nil {
		return ""
	}
	return fmt.Sprintf("%.1f", 100**v)
}

func barOf(x coverage.Row) string {
	sign := "≥"
	if x.Kind == coverage.Alarm {
		sign = "≤"
	}
	return fmt.Sprintf("%s %.4g", sign, 100*x.Bar)
}

// coverageMarkdown writes a table a design for a page of the documentation: a line a metric with the lifts side by side.
func coverageMarkdown(w io.Writer, r *coverage.Result) error {
	for _, d := range coverage.Designs() {
		rows := rowsOfDesign(r, d.Name)
		if len(rows) == 0 {
			continue
		}
		fmt.Fprintf(w, "**%s**: %s. %d campaigns.\n\n", d.Name, d.Words(), d.Played(r.Campaigns))
		fmt.Fprintln(w, "| % | lift 0 | 10 % | 25 % | worst bound | above, below | of 80 % | width | bar | | the product says |\n|---|---|---|---|---|---|---|---|---|---|---|")
		for len(rows) > 0 {
			n := 1
			for n < len(rows) && rows[n].Metric == rows[0].Metric {
				n++
			}
			coverageLine(w, rows[:n])
			rows = rows[n:]
		}
		fmt.Fprintln(w)
	}
	_, err := fmt.Fprintln(w, coverageSummary(r))
	return err
}

// coverageLine writes one metric; what stands there once is of the lift at which the share is worst.
func coverageLine(w io.Writer, rows []coverage.Row) {
	worst := rows[0]
	shares := map[float64]string{}
	for _, x := range rows {
		if x.Result == coverage.NoTrial {
			shares[x.Lift] = "–"
			continue
		}
		shares[x.Lift] = fmt.Sprintf("%.1f", 100*x.Share)
		if worst.Result == coverage.NoTrial || worseThan(x, worst) {
			worst = x
		}
	}
	sides := ""
	if worst.Kind == coverage.Interval {
		sides = fmt.Sprintf("%.1f, %.1f", 100*worst.TooHigh, 100*worst.TooLow)
	}
	fmt.Fprintf(w, "| %s | %s | %.1f | %s | %s | %s | %s | %s | %s |\n", worst.Metric, strings.Join([]string{shares[0], shares[.10], shares[.25]}, " | "), 100*worst.Bound, sides,
		hundred(worst.Share80), optional(worst.Width, "%.2f"), barOf(worst), worstResult(rows), worst.Says())
}

func worseThan(a, b coverage.Row) bool {
	if a.Kind == coverage.Alarm {
		return a.Share > b.Share
	}
	return a.Share < b.Share
}

// worstResult is the result of a metric over its lifts.
func worstResult(rows []coverage.Row) string {
	order := []string{coverage.NoTrial, coverage.Holds, coverage.Open, coverage.SaysSo, coverage.Fails}
	at := 0
	for _, x := range rows {
		at = max(at, slices.Index(order, x.Result))
	}
	return order[at]
}
