package main

import "github.com/spf13/cobra"

// simulations lists what `simulate` can play, in the order of the help text.
var simulations = []func(*app) *cobra.Command{
	newSimulateLoopCommand,
	newSimulateCoverageCommand,
}

func newSimulateCommand(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "simulate",
		Short:   "Prove by simulation, against a known truth, what selecting, measuring and learning bring",
		Example: "  postlift simulate loop --accounts 20000 --replications 4\n  postlift simulate coverage --campaigns 200",
	}
	for _, make := range simulations {
		cmd.AddCommand(make(a))
	}
	return cmd
}
