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

// assumptionSentences say in plain words what a valued change takes for granted, in English and German: what the
// pages say, with the flag to give where the reader expects otherwise.
var assumptionSentences = map[string][2]string{
	clv.AssumeTermClass: {"renewals are taken as seen with contracts of the other term, whose customers chose it themselves: part of the effect may be who they are and not the term",
		"Verlängerungen gelten wie bei Verträgen der anderen Laufzeit, deren Kunden sie selbst gewählt haben: ein Teil der Wirkung kann an den Kunden liegen, nicht an der Laufzeit"},
	clv.AssumeTermToday: {"the new term begins today and replaces what is left of the running one",
		"die neue Laufzeit beginnt heute und ersetzt den Rest der laufenden"},
	clv.AssumeMarginBearsAll: {"costs stay as they are: the whole discount is lost margin",
		"die Kosten bleiben: der ganze Rabatt geht vom Deckungsbeitrag ab"},
	clv.AssumePriceLoyalty: {"nobody leaves or stays because of the price: state --hazard-factor if you expect otherwise",
		"niemand geht oder bleibt wegen des Preises: wer anderes erwartet, gibt --hazard-factor an"},
	clv.AssumeServiceLoyalty: {"nobody leaves or stays because of the service: state --hazard-factor if you expect otherwise",
		"niemand geht oder bleibt wegen der Betreuung: wer anderes erwartet, gibt --hazard-factor an"},
	clv.AssumeNoticeDeadline: {"the notice period only decides whether the next renewal can still be declined",
		"die Kündigungsfrist entscheidet nur, ob die nächste Verlängerung noch abgelehnt werden kann"},
	clv.AssumeAutoRenew: {"renewing automatically only decides whether silence renews",
		"die Selbstverlängerung entscheidet nur, ob Schweigen verlängert"},
	clv.AssumeHazardStated: {"the effect on loyalty is the one stated with --hazard-factor, not one that was measured",
		"die Wirkung auf die Treue ist die mit --hazard-factor genannte, keine gemessene"},
	clv.AssumeOrderDiscount: {"a discount on orders brings no further orders",
		"ein Rabatt auf Bestellungen bringt keine weiteren Bestellungen"},
	clv.AssumeSameHorizon: {"what comes after the horizon does not count",
		"was nach dem Betrachtungszeitraum kommt, zählt nicht"},
}

// noContract says that the change has nothing to change.
var noContract = [2]string{"there is no running contract to change: a term, a notice period or renewing automatically make no difference here",
	"es läuft kein Vertrag, der sich ändern ließe: Laufzeit, Kündigungsfrist oder Selbstverlängerung machen hier keinen Unterschied"}

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
	speak := languageFlag(cmd.Flags())
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		words, err := speak()
		if err != nil {
			return err
		}
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
		return a.print(d, func(w io.Writer) { printDifference(w, d, words) })
	}
	return cmd
}

func printDifference(w io.Writer, d scoring.Difference, l language) {
	who := fmt.Sprintf(l.pick("segment %s: %d accounts", "Segment %s: %d Konten"), d.Segment, d.Accounts)
	if d.Account != nil {
		who = d.Account.Name
	}
	day, format := d.AsOf, func(m postlift.Money) string { return m.Format(string(l)) }
	if asOf, err := postlift.ParseDate(d.AsOf); err == nil && l == "de" {
		day = asOf.Format("de")
	}
	fmt.Fprintf(w, l.pick("%s, running contracts: %d, %d months from %s\n", "%s, laufende Verträge: %d, %d Monate ab %s\n"), who, d.Contracts, d.Horizon, day)
	if d.NoContract {
		fmt.Fprintln(w, l.pick(noContract[0], noContract[1]))
	}
	fmt.Fprintf(w, l.pick("residual CLV %s as it is, %s with the change: difference %s\n", "verbleibender Kundenwert %s wie jetzt, %s mit der Änderung: Unterschied %s\n"),
		format(d.Before), format(d.After), format(d.Delta))
	for _, s := range d.Steps {
		if s.Before != s.After {
			name := stepWords[s.Name]
			fmt.Fprintf(w, "  %-28s %14s %s %14s\n", l.pick(name[0], name[1]), format(s.Before), l.pick("to", "auf"), format(s.After))
		}
	}
	if d.BreakEvenDiscount != nil {
		fmt.Fprintf(w, l.pick("the change is worth nothing at a discount of %s\n", "bei einem Rabatt von %s ist die Änderung nichts wert\n"), l.percent(*d.BreakEvenDiscount))
	}
	for _, key := range d.Assumed {
		s := assumptionSentences[key]
		fmt.Fprintln(w, l.pick("taken for granted: ", "vorausgesetzt: ")+l.pick(s[0], s[1]))
	}
}

// stepWords name the parts of a value as the account's card and the pages do.
var stepWords = map[string][2]string{
	clv.StepOrders:    {"expected orders, margin", "erwartete Bestellungen"},
	clv.StepCommitted: {"contracts, running term", "Verträge, laufende Laufzeit"},
	clv.StepRenewal:   {"contracts, after renewal", "Verträge, nach Verlängerung"},
	clv.StepExpansion: {"price, volume, new groups", "Preis, Menge, neue Gruppen"},
	clv.StepService:   {"service", "Betreuung"},
	clv.StepContact:   {"planned mailings", "Werbung"},
	clv.StepFulfil:    {"order handling", "Auftragsabwicklung"},
}
