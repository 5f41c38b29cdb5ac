package main

import (
	"errors"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"postlift"
	tabled "postlift/campaigns/experiment/columns"
)

func newExperimentCommand(a *app) *cobra.Command {
	var roles tabled.Roles
	options := tabled.Options{}
	var weights string
	cmd := &cobra.Command{
		Use:   "experiment FILE[.gz] --arm COL --control NAME --outcome COL",
		Short: "Analyse any randomised test from a table, a row for each account or person",
		Long: `Compare every arm of a table with the control, by assignment. The table is CSV, plain or gzip; separator, encoding and
decimal sign are found out. How the test was drawn is told by columns, and decides how it is read:

  --covariate    known before the draw: the outcome is adjusted for it (CUPED); may be repeated
  --denominator  the effect is on the ratio of two sums, such as margin by order (delta method)
  --cluster      companies or households that were drawn as a whole: errors by cluster
  --stratum      drawn within classes: compared within them, weighted by their rows
  --pair         matched pairs or blocks: compared within them
  --propensity   every row's chance of the treatment: classes of it, or weights of one over it where there are many
  --delivered    1 where the treatment arrived: the effect on those besides the effect of the assignment
  --weights      planned sizes of the arms; where the real ones contradict them the result is withheld
  --sequential   the table is looked at again and again: the verdict takes the interval that holds at all looks

Verdicts are works (the 95 % interval lies above zero), hurts (below), no_proof and withheld. Randomisation test,
bootstrap, regression and the figure with the largest outcomes capped stand beside the estimate and decide nothing.`,
		Example: `  postlift experiment hillstrom.csv.gz --arm arm --control control --outcome spend --covariate history
  postlift experiment test.csv --arm group --control none --outcome margin --cluster company --weights none=1,letter=9
  postlift experiment test.csv --arm group --control none --outcome margin --denominator orders --json`,
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			var err error
			if options.Weights, err = parseWeights(weights); err != nil {
				return err
			}
			if options.Tuned < 0 || options.Tuned > 0 && !options.Sequential {
				return postlift.Faultf(postlift.Invalid, "experiment", "--tuned is a number of units above 0 and goes with --sequential")
			}
			r, err := analyseFile(args[0], roles, options)
			if err != nil {
				return err
			}
			return a.print(r, func(w io.Writer) { printExperiment(w, &r) })
		},
	}
	f := cmd.Flags()
	f.StringVar(&roles.Arm, "arm", "", "column of the arms")
	f.StringVar(&roles.Control, "control", "", "name of the control arm")
	f.StringVar(&roles.Outcome, "outcome", "", "column of the outcome")
	f.StringArrayVar(&roles.Covariates, "covariate", nil, "column known before the draw (repeatable)")
	f.StringVar(&roles.Denominator, "denominator", "", "column that the outcome is divided by, as sums")
	f.StringVar(&roles.Cluster, "cluster", "", "column of what was drawn as a whole")
	f.StringVar(&roles.Stratum, "stratum", "", "column of the classes within which was drawn")
	f.StringVar(&roles.Pair, "pair", "", "column of the matched pairs or blocks")
	f.StringVar(&roles.Propensity, "propensity", "", "column of the chance of the treatment, between 0 and 1")
	f.StringVar(&roles.Delivered, "delivered", "", "column of what arrived, 0 or 1")
	f.StringVar(&weights, "weights", "", "planned sizes of the arms, such as none=1,letter=9")
	f.BoolVar(&options.Sequential, "sequential", false, "decide on the interval that holds at every look")
	f.Float64Var(&options.Tuned, "tuned", 0, "with --sequential: units at which the interval is tightest, fixed before the data (default 5000)")
	f.IntVar(&options.Resamples, "resamples", -1, "of the randomisation test and the bootstrap; 0: none (default: by the number of units)")
	f.Uint64Var(&options.Seed, "seed", 1, "of the resamples")
	for _, name := range []string{"arm", "control", "outcome"} {
		if err := cmd.MarkFlagRequired(name); err != nil {
			panic(err) // a flag that was declared three lines above
		}
	}
	return cmd
}

// analyseFile reads and analyses a file and takes the time of both.
func analyseFile(path string, roles tabled.Roles, options tabled.Options) (tabled.Report, error) {
	f, err := openInput(path)
	if err != nil {
		return tabled.Report{}, err
	}
	began := time.Now()
	table, err := tabled.Read(f, roles)
	if err := errors.Join(err, f.Close()); err != nil {
		return tabled.Report{}, err
	}
	read := time.Since(began).Seconds()
	began = time.Now()
	r, err := tabled.Analyse(&table, options)
	r.ReadSeconds, r.Seconds = read, time.Since(began).Seconds()
	return r, err
}

// parseWeights reads a=1,b=2; an arm's name may hold anything but a comma and an equals sign.
func parseWeights(text string) (map[string]float64, error) {
	if text == "" {
		return nil, nil
	}
	weights := map[string]float64{}
	for _, part := range strings.Split(text, ",") {
		name, value, ok := strings.Cut(part, "=")
		name = strings.TrimSpace(name)
		w, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
		if _, twice := weights[name]; !ok || err != nil || name == "" || twice {
			return nil, postlift.Faultf(postlift.Invalid, "experiment", "--weights has %q; it needs an arm once, an equals sign and a number, such as none=1,letter=9", part)
		}
		weights[name] = w
	}
	return weights, nil
}
