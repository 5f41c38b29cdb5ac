package main

import (
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"runtime"
	"time"

	"github.com/spf13/cobra"

	"postlift"
	tabled "postlift/campaigns/experiment/columns"
)

// experimentBench measures the analysis of a table that is in memory already.
type experimentBench struct {
	rows int
	runs int
	seed uint64
}

// experimentBar is within how many seconds a million rows are to be analysed after reading.
const experimentBar = 2.0

// experimentResult is one measurement; times are medians.
type experimentResult struct {
	CPUs      int     `json:"cpus"`
	Rows      int     `json:"rows"`
	Runs      int     `json:"runs"`
	Seconds   float64 `json:"analysis_seconds"`
	Clustered float64 `json:"clustered_seconds"` // drawn by company, two covariates
	TwoPass   float64 `json:"two_pass_seconds"`  // gonum's mean and variance of either arm, over the same columns
	Ratio     float64 `json:"ratio"`
	Bar       float64 `json:"bar_seconds,omitempty"`
	Checked   string  `json:"checked"`
}

func newBenchExperimentCommand(a *app) *cobra.Command {
	b := experimentBench{}
	cmd := &cobra.Command{
		Use:   "experiment",
		Short: "Analyse a made-up test, beside gonum's mean and variance",
		Long: `Makes up a test of two arms in memory and analyses it as postlift experiment does, by row with one covariate and by
company with two, alternating with gonum's two-pass mean and variance of either arm over the same columns: the least
that anybody has to do. The figures of the two must agree.`,
		Example: "  postlift bench experiment\n  postlift bench experiment --rows 100000 --json",
		Args:    cobra.NoArgs,
		RunE: func(_ *cobra.Command, _ []string) error {
			if b.rows < 1000 || b.runs < 1 {
				return postlift.Faultf(postlift.Invalid, "bench experiment", "at least 1,000 rows and one run are needed")
			}
			r, err := b.run()
			if err != nil {
				return err
			}
			return a.print(r, r.text)
		},
	}
	f := cmd.Flags()
	f.IntVar(&b.rows, "rows", benchMillion, "rows to make up")
	f.IntVar(&b.runs, "runs", 5, "how often each is run; the median counts")
	f.Uint64Var(&b.seed, "seed", 1, "decides all rows")
	return cmd
}

// table makes up companies of one to five rows whose outcome follows a covariate.
func (b experimentBench) table() tabled.Table {
	rng := rand.New(rand.NewPCG(b.seed, 60))
	t := tabled.Table{Roles: tabled.Roles{Arm: "arm", Control: "none", Outcome: "margin", Covariates: []string{"before", "size"}}, Rows: b.rows,
		Arm: tabled.Codes{Names: []string{"none", "letter"}}, Cluster: &tabled.Codes{}}
	before, size := make([]float64, b.rows), make([]float64, b.rows)
	left, arm, own := 0, int32(0), 0.0
	for i := range b.rows {
		if left == 0 {
			left, arm, own = 1+rng.IntN(5), int32(rng.IntN(2)), rng.ExpFloat64()
			t.Cluster.Names = append(t.Cluster.Names, fmt.Sprint(i))
		}
		left--
		before[i], size[i] = own*rng.ExpFloat64(), own
		t.Outcome = append(t.Outcome, 100*(before[i]+rng.ExpFloat64())+2*float64(arm))
		t.Arm.Of, t.Cluster.Of = append(t.Arm.Of, arm), append(t.Cluster.Of, int32(len(t.Cluster.Names)-1))
	}
	t.Covariates = [][]float64{before, size}
	return t
}

func (b experimentBench) run() (experimentResult, error) {
	clustered := b.table()
	plain := clustered
	plain.Cluster, plain.Covariates, plain.Roles.Covariates = nil, clustered.Covariates[:1], clustered.Roles.Covariates[:1]
	r := experimentResult{CPUs: runtime.NumCPU(), Rows: b.rows, Runs: b.runs}
	if b.rows == benchMillion {
		r.Bar = experimentBar
	}
	var rows, groups, passes []float64
	for range b.runs {
		began := time.Now()
		means, _ := plain.TwoPass()
		passes = append(passes, time.Since(began).Seconds())
		began = time.Now()
		found, err := tabled.Analyse(&plain, tabled.Options{Resamples: -1})
		if err != nil {
			return r, err
		}
		rows = append(rows, time.Since(began).Seconds())
		if u := found.Results[0].Unadjusted.Value; math.Abs(u-(means[1]-means[0])) > 1e-6 {
			return r, fmt.Errorf("bench experiment: the analysis finds %g, gonum's means %g", u, means[1]-means[0])
		}
		began = time.Now()
		if _, err := tabled.Analyse(&clustered, tabled.Options{Resamples: -1}); err != nil {
			return r, err
		}
		groups = append(groups, time.Since(began).Seconds())
		r.Checked = found.Results[0].Sentence
	}
	r.Seconds, r.Clustered, r.TwoPass = median(rows), median(groups), median(passes)
	r.Ratio = r.Seconds / r.TwoPass
	return r, nil
}

func (r experimentResult) text(w io.Writer) {
	fmt.Fprintf(w, "%d rows on %d processors, median of %d\n", r.Rows, r.CPUs, r.Runs)
	verdict := ""
	if r.Bar > 0 {
		verdict = fmt.Sprintf("  pass (at most %.0f s)", r.Bar)
		if max(r.Seconds, r.Clustered) > r.Bar {
			verdict = fmt.Sprintf("  MISS (at most %.0f s)", r.Bar)
		}
	}
	fmt.Fprintf(w, "  analysed by row, one covariate        %.3f s\n", r.Seconds)
	fmt.Fprintf(w, "  analysed by company, two covariates   %.3f s%s\n", r.Clustered, verdict)
	fmt.Fprintf(w, "  gonum's mean and variance             %.3f s, ratio %.1f\n", r.TwoPass, r.Ratio)
	fmt.Fprintf(w, "  %s\n", r.Checked)
}
