package main

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"postlift"
	"postlift/campaigns"
	"postlift/campaigns/rules"
)

func newRuleCommand(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "rule",
		Short:   "Check, explain and count selection rules",
		Example: "  postlift rule check 'clv.residual > 5000'\n  postlift rule count 'orders > 3'",
		Long: `Rules select accounts by typed fields (postlift rule fields), such as

  clv.residual > 5000 and days_since_last_order > 120 and country == "DE" and not has_open_contract

Operators: == != < <= > >=, in [...], contains, startsWith, is_empty(field), and, or, not, brackets.
Money is in major units of the reporting currency, dates are "2026-01-31", texts are compared exactly.
A comparison with a missing value is unknown, and an account is taken only for what is true: neither
"segment == ..." nor "not (segment == ...)" takes accounts without a segment; "or is_empty(segment)" does.

RULE is the name or id of a saved rule, or a rule's text.`,
	}
	cmd.AddCommand(newRuleCheckCommand(a), newRuleExplainCommand(a), newRuleCountCommand(a), newRuleSaveCommand(a),
		newRuleListCommand(a), newRuleFieldsCommand(a))
	return cmd
}

func newRuleCheckCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "check RULE", Short: "Check a rule: syntax, fields, types; errors name place, reason and nearest name",
		Example: `  postlift rule check 'clv.residual > 5000 and country in ["DE", "AT"]'
  postlift rule check "sleeping giants" --json`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			service, err := a.campaigns(cmd.Context())
			if err != nil {
				return err
			}
			checked, err := service.CheckRule(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			return a.print(checked, func(w io.Writer) {
				fmt.Fprintf(w, "the rule is good: %s\nfields: %s\n", checked.Text, strings.Join(checked.Fields, ", "))
			})
		},
	}
}

func newRuleExplainCommand(a *app) *cobra.Command {
	var asOf string
	cmd := &cobra.Command{
		Use: "explain RULE ACCOUNT", Short: "Why an account is in a rule or out, clause by clause with its values",
		Example: `  postlift rule explain 'orders > 3 and not has_open_contract' K-10023
  postlift rule explain "sleeping giants" 'Muster Maschinenbau GmbH' --json`,
		Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			service, day, err := a.campaignsOn(cmd, asOf)
			if err != nil {
				return err
			}
			e, err := service.ExplainRule(cmd.Context(), args[0], args[1], day)
			if err != nil {
				return err
			}
			return a.print(e, func(w io.Writer) {
				verdict := "is out"
				if e.Match {
					verdict = "is in"
				}
				fmt.Fprintf(w, "%s (%s) %s, as of %s\n", e.Account, e.AccountUID, verdict, e.AsOf)
				printExplained(w, e.Rule, 0)
			})
		},
	}
	asOfFlag(cmd, &asOf)
	return cmd
}

func newRuleCountCommand(a *app) *cobra.Command {
	var asOf string
	cmd := &cobra.Command{
		Use: "count RULE", Short: "How many accounts a rule takes",
		Example: "  postlift rule count 'clv.residual > 5000'\n  postlift rule count \"sleeping giants\" --as-of 2026-06-30 --json",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			service, day, err := a.campaignsOn(cmd, asOf)
			if err != nil {
				return err
			}
			count, err := service.CountRule(cmd.Context(), args[0], day)
			if err != nil {
				return err
			}
			return a.print(count, func(w io.Writer) {
				fmt.Fprintf(w, "%d of %d accounts as of %s: %s\n", count.Matched, count.Accounts, count.AsOf, count.Text)
			})
		},
	}
	asOfFlag(cmd, &asOf)
	return cmd
}

func newRuleSaveCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "save NAME TEXT", Short: "Save a rule under a name, as a new version where it changed",
		Example: `  postlift rule save "sleeping giants" 'clv.residual > 5000 and days_since_last_order > 120'`,
		Args:    cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			service, err := a.campaigns(cmd.Context())
			if err != nil {
				return err
			}
			saved, err := service.SaveRule(cmd.Context(), args[0], args[1], a.actor(""))
			if err != nil {
				return err
			}
			return a.print(saved, func(w io.Writer) {
				fmt.Fprintf(w, "saved %q, version %d (%s): %s\n", saved.Name, saved.Version, saved.UID, saved.Text)
			})
		},
	}
}

func newRuleListCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List the saved rules", Example: "  postlift rule list\n  postlift rule list --json", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			service, err := a.campaigns(cmd.Context())
			if err != nil {
				return err
			}
			saved, err := service.Rules(cmd.Context())
			if err != nil {
				return err
			}
			return a.print(saved, func(w io.Writer) {
				for _, r := range saved {
					fmt.Fprintf(w, "%s  (version %d, %s)\n  %s\n", r.Name, r.Version, r.UID, r.Text)
				}
			})
		},
	}
}

func newRuleFieldsCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "fields [NAME]", Short: "List the fields that a rule may name, or describe one",
		Example: "  postlift rule fields\n  postlift rule fields clv.stage\n  postlift rule fields --json", Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			catalogue, err := a.catalogue(cmd.Context())
			if err != nil {
				return err
			}
			if len(args) == 1 {
				f, err := catalogue.Describe(args[0])
				if err != nil {
					return err
				}
				return a.print(f, func(w io.Writer) { printField(w, f) })
			}
			return a.print(catalogue.Fields(), func(w io.Writer) {
				for _, f := range catalogue.Fields() {
					fmt.Fprintln(w, fieldLine(f))
				}
			})
		},
	}
}

func fieldLine(f *rules.Field) string {
	line := fmt.Sprintf("%-26s %-8s %s", f.Name, f.Type, f.EN)
	if f.Unit != "" {
		line += " (" + f.Unit + ")"
	}
	return line
}

// printField describes a field: what it says, which accounts have no value, which texts it may be.
func printField(w io.Writer, f *rules.Field) {
	fmt.Fprintf(w, "%s\n  %s.\n", fieldLine(f), f.About.EN)
	if f.Missing.EN != "" {
		fmt.Fprintf(w, "  No value: %s. A comparison with no value is unknown; is_empty(%s) finds them.\n", f.Missing.EN, f.Name)
	}
	for _, v := range f.Values {
		fmt.Fprintf(w, "    %-12q %s / %s\n", v.Value, v.EN, v.DE)
	}
}

func asOfFlag(cmd *cobra.Command, asOf *string) {
	cmd.Flags().StringVar(asOf, "as-of", "", "data up to this day counts (default today)")
}

// campaignsOn opens the campaigns service and reads the --as-of date.
func (a *app) campaignsOn(cmd *cobra.Command, asOf string) (*campaigns.Service, postlift.Date, error) {
	service, err := a.campaigns(cmd.Context())
	if err != nil {
		return nil, 0, err
	}
	day, err := a.asOf(cmd.Context(), asOf)
	return service, day, err
}

// outcomeMarks show what a clause says of an account.
var outcomeMarks = map[rules.Outcome]string{rules.Met: "yes", rules.NotMet: "no ", rules.Unknown: "?  "}

func printExplained(w io.Writer, e rules.Explained, depth int) {
	line := strings.Repeat("  ", depth+1) + outcomeMarks[e.Outcome] + "  "
	switch {
	case len(e.Parts) > 0:
		line += map[string]string{rules.OpAll: "all of", rules.OpAny: "any of", rules.OpNot: "not"}[e.Op]
	case e.Value == nil:
		line += e.Text + "   (no value)"
	default:
		line += e.Text + "   (is " + plain(e.Value) + ")"
	}
	fmt.Fprintln(w, line)
	for _, p := range e.Parts {
		printExplained(w, p, depth+1)
	}
}

func plain(v any) string {
	switch v := v.(type) {
	case postlift.Money:
		return v.Format("en")
	case string:
		return fmt.Sprintf("%q", v)
	case float64:
		return strconv.FormatFloat(math.Round(v*1e4)/1e4, 'f', -1, 64) // a probability has a dozen digits more
	}
	return fmt.Sprint(v)
}
