package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"postlift"
	"postlift/campaigns"
)

func newRuleCommand(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "rule",
		Short:   "Check, explain and count selection rules",
		Example: "  postlift rule check 'clv.residual > 5000'\n  postlift rule count 'orders > 3'",
		Long: `Rules select accounts by typed fields (postlift rule fields), such as

  clv.residual > 5000 and days_since_last_order > 120 and country == "DE" and not has_open_contract

Operators: == != < <= > >=, in [...], contains, startsWith, endsWith, is_empty(field), and, or, not, brackets,
none_of(condition, ...). Sets of texts, such as product_groups, take contains, in [...] and is_empty.
Money is in major units of the reporting currency, texts are compared exactly. Dates are "2026-01-31" or move
with the day: days_ago(90), days_ahead(60), months_ago(3), months_ahead(3), today().
in_segment("name") refers to a saved rule, within_km(25, "DE", "70173") is a circle around a postcode.
A comparison with a missing value is unknown, and an account is taken only for what is true: neither
"segment == ..." nor "not (segment == ...)" takes accounts without a segment; "or is_empty(segment)" does.

RULE is the name or id of a saved rule, or a rule's text.`,
	}
	cmd.AddCommand(newRuleCheckCommand(a), newRuleExplainCommand(a), newRuleCountCommand(a), newRuleSaveCommand(a),
		newRuleListCommand(a), newRuleDiffCommand(a), newRuleFieldsCommand(a))
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
				fmt.Fprintf(w, "the rule is good: %s\n  %s\n  %s\nfields: %s\n", checked.Text, checked.SentenceEN, checked.SentenceDE, strings.Join(checked.Fields, ", "))
				if len(checked.Segments) > 0 {
					fmt.Fprintf(w, "saved rules: %s\n", strings.Join(checked.Segments, ", "))
				}
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
