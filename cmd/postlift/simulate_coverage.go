package main

import (
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"

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
			defer debug.SetGCPercent(debug.SetGCPercent(400)) // lists are small and live briefly
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
