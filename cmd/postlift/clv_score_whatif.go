package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"postlift"
	"postlift/clv"
	"postlift/clv/scoring"
)

// assumptionSentences say in plain words what a valued change takes for granted.
var assumptionSentences = map[string]string{
	clv.AssumeTermClass:      "contracts of the new term are taken to renew as often as those that have it now, though their customers chose it themselves",
	clv.AssumeTermToday:      "the new term begins today and replaces what is left of the running one",
	clv.AssumeMarginBearsAll: "costs stay, so that the whole discount is lost margin",
	clv.AssumePriceLoyalty:   "nobody leaves because of the price: state --hazard-factor if you expect otherwise",
	clv.AssumeServiceLoyalty: "the service level keeps nobody longer: state --hazard-factor if you expect otherwise",
	clv.AssumeNoticeDeadline: "notice only decides whether the next renewal can still be declined",
	clv.AssumeAutoRenew:      "renewing by itself only decides whether the next renewal can still be declined",
	clv.AssumeHazardStated:   "the probability of ending at a renewal is multiplied as stated",
	clv.AssumeOrderDiscount:  "a discount on orders brings no more of them",
	clv.AssumeSameHorizon:    "nothing counts beyond the horizon, so that a long term gets no credit for later years",
}

// whatIfFlags are the flags of a change; those that are not given change nothing.
type whatIfFlags struct {
	change  clv.Change
	notice  int
	renew   bool
	level   string
	segment string
}

func (o *whatIfFlags) register(f *pflag.FlagSet) {
	f.StringVar(&o.segment, "segment", "", "value the change for all accounts of a segment instead of one account")
	f.IntVar(&o.change.TermMonths, "term", 0, "new term in months, such as 12, 24 or 36")
	f.Float64Var(&o.change.Discount, "discount", 0, "share taken off the fee, or off orders where there is no contract: 0.05 is five per cent")
	f.Float64Var(&o.change.PriceChange, "price-change", 0, "share added to the fee at the next renewal: 0.03 is three per cent")
	f.Float64Var(&o.change.HazardFactor, "hazard-factor", 0, "what you expect the change to do to the probability of leaving at a renewal: 0.9 lowers it by a tenth")
	f.IntVar(&o.notice, "notice-days", 0, "days before the end of a term by which notice must be given")
	f.BoolVar(&o.renew, "auto-renew", false, "contracts renew by themselves")
	f.StringVar(&o.level, "service-level", "", "another service level, as in the settings")
}

// given takes over the flags whose zero is a change, too.
func (o *whatIfFlags) given(f *pflag.FlagSet) clv.Change {
	ch := o.change
	if f.Changed("notice-days") {
		ch.NoticeDays = &o.notice
	}
	if f.Changed("auto-renew") {
		ch.AutoRenew = &o.renew
	}
	if f.Changed("service-level") {
		ch.ServiceLevel = &o.level
	}
	return ch
}

func newWhatIfCommand(a *app) *cobra.Command {
	var o whatIfFlags
	cmd := &cobra.Command{
		Use:   "whatif [ACCOUNT]",
		Short: "Value a change of term, price, notice or service as the difference of two CLVs",
		Example: `  postlift clv whatif K-10023 --term 24 --discount 0.05
  postlift clv whatif --segment A --term 36 --discount 0.08 --json
  postlift clv whatif K-10023 --service-level gold --hazard-factor 0.9`,
		Args: cobra.MaximumNArgs(1),
	}
	o.register(cmd.Flags())
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if (len(args) == 1) == cmd.Flags().Changed("segment") {
			return postlift.Faultf(postlift.Invalid, "clv whatif", "give either an account or --segment SEGMENT")
		}
		account := ""
		if len(args) == 1 {
			account = args[0]
		}
		change := o.given(cmd.Flags())
		if change == (clv.Change{}) {
			return postlift.Faultf(postlift.Invalid, "clv whatif", "nothing is to change: give --term, --discount, --price-change, --notice-days, --auto-renew or --service-level")
		}
		db, err := a.store(cmd.Context())
		if err != nil {
			return err
		}
		d, err := a.scoring(db, nil).WhatIf(cmd.Context(), db, account, o.segment, change)
		if err != nil {
			return err
		}
		return a.print(d, func(w io.Writer) { printDifference(w, d) })
	}
	return cmd
}

func printDifference(w io.Writer, d scoring.Difference) {
	who := "segment " + d.Segment
	if d.Account != nil {
		who = d.Account.Name
	}
	fmt.Fprintf(w, "%s: %d accounts, %d running contracts, %d months from %s\n", who, d.Accounts, d.Contracts, d.Horizon, d.AsOf)
	fmt.Fprintf(w, "residual CLV %s as it is, %s with the change: difference %s\n", d.Before.Format("en"), d.After.Format("en"), d.Delta.Format("en"))
	for _, s := range d.Steps {
		if s.Before != s.After {
			fmt.Fprintf(w, "  %-10s %14s to %14s\n", s.Name, s.Before.Format("en"), s.After.Format("en"))
		}
	}
	if d.BreakEvenDiscount != nil {
		fmt.Fprintf(w, "the change is worth nothing at a discount of %.1f %%\n", *d.BreakEvenDiscount*100)
	}
	for _, key := range d.Assumed {
		fmt.Fprintln(w, "taken for granted: "+assumptionSentences[key])
	}
}
