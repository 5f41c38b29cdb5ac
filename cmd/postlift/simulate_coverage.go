package main

import (
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"runtime"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"postlift"
	"postlift/internal/sim/coverage"
)

// coverageRun is one call of `simulate coverage`.
type coverageRun struct {
	set      coverage.Settings
	csv      string
	markdown string
	failing  bool
}

func newSimulateCoverageCommand(a *app) *cobra.Command {
	r := coverageRun{}
	cmd := &cobra.Command{
		Use:   "coverage",
		Short: "Try how often the intervals of every report hold the truth, and whether reports say so where they do not",
		Long: `Invents campaigns with a known effect of letters, reads them with the product's own measuring code and
counts, for every interval that a report shows, how often it holds the truth: of 95 % and 80 % intervals,
how often they lie wholly above or below, how wide they are beside Welch's, and what the report says of
them by itself. The lists are hard to measure: companies of one to six accounts, a heavy top, contracts,
companies that differ for good, quarters that depend on the one before, effects that outlast their window
and letters of an earlier campaign that still work. The true lifts are 0, 10 and 25 % on average; segments
answer 1.5, 1 and .5 times as strongly.

A row "holds" where the one-sided 95 % bound of its share reaches the bar, is "open" where the share does
and the bound does not, and "FAILS" where the share misses it, unless the product marks nearly every
such interval by itself: "says so". With few campaigns shares miss their bar by chance; the bars are meant
for 4,000. Designs that take long play a part of the campaigns.

Designs:
` + coverageDesigns(),
		Example: "  postlift simulate coverage --campaigns 200 --designs holdout_50,pairs\n  postlift simulate coverage --campaigns 4000 --csv coverage.csv",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := r.set.Check(); err != nil {
				return err
			}
			done, bar := 0, a.progress("campaigns")
			result, err := coverage.Run(cmd.Context(), r.set, func(n int) { done += n; bar.set(int64(done)) })
			bar.done()
			if err != nil {
				return err
			}
			for path, write := range map[string]func(io.Writer, *coverage.Result) error{r.csv: coverageCSV, r.markdown: coverageMarkdown} {
				if err := writeCoverage(path, result, write); err != nil {
					return err
				}
			}
			return a.print(result, func(w io.Writer) { coverageText(w, result, r.failing) })
		},
	}
	f := cmd.Flags()
	f.IntVar(&r.set.Campaigns, "campaigns", 1000, "campaigns of a design")
	f.StringSliceVar(&r.set.Designs, "designs", nil, "designs to try; all without it")
	f.Uint64Var(&r.set.Seed, "seed", 1, "seed of all chances: the same seed gives the same table")
	f.IntVar(&r.set.Parallel, "parallel", runtime.NumCPU(), "batches of campaigns at the same time; changes no result")
	f.StringVar(&r.csv, "csv", "", "also write a row for each line of the table to this file")
	f.StringVar(&r.markdown, "markdown", "", "also write the tables to this file, as they stand in the documentation")
	f.BoolVar(&r.failing, "failing", false, "print only the rows that fail or that the product marks as not holding")
	return cmd
}

func coverageDesigns() string {
	var b strings.Builder
	for _, d := range coverage.Designs() {
		fmt.Fprintf(&b, "  %-15s %s\n", d.Name, d.Words())
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// writeCoverage writes a table to a file; "" is none.
func writeCoverage(path string, r *coverage.Result, write func(io.Writer, *coverage.Result) error) (err error) {
	if path == "" {
		return nil
	}
	f, err := os.Create(path)
	if err != nil {
		return postlift.Faultf(postlift.Invalid, "simulate coverage", "the table cannot be written: %v", err)
	}
	defer func() {
		if e := f.Close(); err == nil {
			err = e
		}
	}()
	return write(f, r)
}

// optional is a figure that may be missing.
func optional(v *float64, format string) string {
	if v == nil {
		return ""
	}
	return fmt.Sprintf(format, *v)
}

func coverageCSV(w io.Writer, r *coverage.Result) error {
	out := csv.NewWriter(w)
	rows := [][]string{{"design", "metric", "kind", "true_lift", "companies", "controls", "shown", "missing", "share", "bound", "too_high", "too_low",
		"share_80", "width_over_welch", "bar", "result", "product_says"}}
	number := func(v float64) string { return strconv.FormatFloat(v, 'f', 4, 64) }
	for _, x := range r.Rows {
		rows = append(rows, []string{x.Design, x.Metric, x.Kind, strconv.FormatFloat(x.Lift, 'g', -1, 64), strconv.Itoa(x.Companies), strconv.Itoa(x.Controls),
			strconv.Itoa(x.Shown), strconv.Itoa(x.Missing), number(x.Share), number(x.Bound), number(x.TooHigh), number(x.TooLow),
			optional(x.Share80, "%.4f"), optional(x.Width, "%.4f"), number(x.Bar), x.Result, x.Says()})
	}
	return out.WriteAll(rows)
}

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
		t.Flush()
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
	return fmt.Sprintf("%s %g", sign, 100*x.Bar)
}

// coverageMarkdown writes a table a design for a page of the documentation, a line a metric with the lifts side by side.
func coverageMarkdown(w io.Writer, r *coverage.Result) error {
	for _, d := range coverage.Designs() {
		rows := rowsOfDesign(r, d.Name)
		if len(rows) == 0 {
			continue
		}
		if _, err := fmt.Fprintf(w, "**%s**: %s\n\n| | lift | shown | share | bound | above | below | 80 %% | width | bar | | the product says |\n|---|---|---|---|---|---|---|---|---|---|---|---|\n",
			d.Name, d.Words()); err != nil {
			return err
		}
		for _, x := range rows {
			if _, err := fmt.Fprintf(w, "| %s | %g %% | %d | %.1f | %.1f | %s | %s | %s | %s | %s | %s | %s |\n", x.Metric, 100*x.Lift, x.Shown, 100*x.Share, 100*x.Bound,
				side(x, x.TooHigh), side(x, x.TooLow), hundred(x.Share80), optional(x.Width, "%.2f"), barOf(x), x.Result, x.Says()); err != nil {
				return err
			}
		}
		fmt.Fprintln(w)
	}
	_, err := fmt.Fprintln(w, coverageSummary(r))
	return err
}
