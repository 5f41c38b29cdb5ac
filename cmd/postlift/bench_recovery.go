package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"postlift/clv/recovery"
)

func newBenchRecoveryCommand(a *app) *cobra.Command {
	var opt recovery.Options
	var model string
	cmd := &cobra.Command{
		Use:   "recovery",
		Short: "How often the intervals of fits hold the parameters that made the data",
		Long: `Simulates data sets from known parameters, fits each and counts how often the 95 % interval of
every parameter holds the truth: BG/NBD at the CDNOW parameters with 39 to 78 weeks of history,
sBG at alpha 0.7 and beta 1.2 with 8 renewal opportunities. The seed decides the result on any
number of cores. The intervals are symmetric in the logs of the parameters.`,
		Example: "  postlift bench recovery\n  postlift bench recovery --sets 200 --model sbg --json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			models := recovery.Names()
			if model != "all" {
				models = []string{model}
			}
			var result recoveryResult
			for _, m := range models {
				bar := a.progress("data sets, " + m)
				opt.Progress = bar.set
				r, err := recovery.Run(cmd.Context(), m, opt)
				bar.done()
				if err != nil {
					return err
				}
				result.Reports = append(result.Reports, r)
			}
			result.Pass = !slices.ContainsFunc(result.Reports, func(r recovery.Report) bool { return !r.Within() })
			return a.print(result, result.text)
		},
	}
	f := cmd.Flags()
	f.IntVar(&opt.Sets, "sets", 4000, "data sets to simulate")
	f.IntVar(&opt.Customers, "customers", 3000, "customers or contracts in each")
	f.Uint64Var(&opt.Seed, "seed", 1, "decides all data sets")
	f.StringVar(&model, "model", "all", "all, "+strings.Join(recovery.Names(), " or "))
	return cmd
}

// recoveryResult is what bench recovery found.
type recoveryResult struct {
	Reports []recovery.Report `json:"reports"`
	Pass    bool              `json:"pass"` // every parameter of every model
}

func (r recoveryResult) text(w io.Writer) {
	for _, m := range r.Reports {
		fmt.Fprintf(w, "%s: %d data sets of %d, seed %d; %d without an interval, %d with a prior; intervals on the %s\n",
			m.Model, m.Sets, m.Customers, m.Seed, m.Failed, m.Flagged, m.Interval)
		for _, p := range m.Parameters {
			fmt.Fprintf(w, "  %-6s %-11.6g %5.1f %% of the 95 %% intervals hold it, bias %+.1f %%   %s\n",
				p.Name, p.Truth, 100*p.Covered, 100*p.Bias, passed(p.Within))
		}
	}
	fmt.Fprintf(w, "%s: %.0f to %.0f %% is wanted of each\n", passed(r.Pass), 100*recovery.Least, 100*recovery.Most)
}
