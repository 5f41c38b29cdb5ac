package main

import (
	"fmt"
	"io"
	"os"
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

Operators: == != < <= > >=, in [...], contains, startsWith, endsWith, is_empty(field), and, or, not, brackets,
none_of(condition, ...). Sets of texts, such as product_groups, take contains, in [...] and is_empty.
Money is in major units of the reporting currency, texts are compared exactly. Dates are "2026-01-31" or move
with the day: days_ago(90), days_ahead(60), months_ago(3), months_ahead(3), today().
in_segment("name") refers to a saved rule, within_km(25, "DE", "70173") is a circle around a postcode.
A comparison with a missing value is unknown, and an account is taken only for what is true: neither
"segment == ..." nor "not (segment == ...)" takes accounts without a segment; "or is_empty(segment)" does.

RULE is the name or id of a saved rule, or a rule's text; -f FILE reads it from a file instead, -f - from
standard input. A text that no account has, such as country == "Deutschland", gets a hint.`,
	}
	cmd.AddCommand(newRuleCheckCommand(a), newRuleExplainCommand(a), newRuleCountCommand(a), newRuleSaveCommand(a),
		newRuleListCommand(a), newRuleDiffCommand(a), newRuleFieldsCommand(a))
	return cmd
}

// ruleText is the rule that a command was given: of a file, else the first of its arguments, which are need with it.
// It gives the arguments without the rule.
func (a *app) ruleText(args []string, file string, need int) (rule string, others []string, err error) {
	if file == "" {
		if len(args) != need {
			return "", nil, postlift.Faultf(postlift.Invalid, "rule", "the rule is missing: give its text or name, or -f FILE")
		}
		return args[0], args[1:], nil
	}
	if len(args) != need-1 {
		return "", nil, postlift.Faultf(postlift.Invalid, "rule", "the rule is given twice: as %q and by -f %s", args[0], file)
	}
	in := a.in
	if file != "-" {
		f, err := os.Open(file)
		if err != nil {
			return "", nil, postlift.Faultf(postlift.Invalid, "rule", "the file with the rule cannot be opened: %v", err)
		}
		defer f.Close()
		in = f
	}
	raw, err := io.ReadAll(io.LimitReader(in, rules.MaxRuleBytes+1))
	if err != nil {
		return "", nil, postlift.Faultf(postlift.Invalid, "rule", "the file with the rule cannot be read: %v", err)
	}
	return strings.TrimSpace(strings.TrimPrefix(string(raw), "\ufeff")), args, nil
}

func fileFlag(cmd *cobra.Command, file *string) {
	cmd.Flags().StringVarP(file, "file", "f", "", "read the rule's text from this file (- is standard input)")
}

func printHints(w io.Writer, hints []campaigns.RuleHint) {
	for _, h := range hints {
		fmt.Fprintf(w, "hint: %s\n", h.Text)
	}
}

func newRuleCheckCommand(a *app) *cobra.Command {
	var file string
	cmd := &cobra.Command{
		Use: "check RULE | check -f FILE", Short: "Check a rule: syntax, fields, types; errors name place, reason and nearest name",
		Example: `  postlift rule check 'clv.residual > 5000 and country in ["DE", "AT"]'
  postlift rule check -f rule.txt
  postlift rule check "sleeping giants" --json`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			rule, _, err := a.ruleText(args, file, 1)
			if err != nil {
				return err
			}
			service, err := a.campaigns(cmd.Context())
			if err != nil {
				return err
			}
			checked, err := service.CheckRule(cmd.Context(), rule)
			if err != nil {
				return err
			}
			return a.print(checked, func(w io.Writer) {
				fmt.Fprintf(w, "the rule is good: %s\n  %s\n  %s\nfields: %s\n", checked.Text, checked.SentenceEN, checked.SentenceDE, strings.Join(checked.Fields, ", "))
				if len(checked.Segments) > 0 {
					fmt.Fprintf(w, "saved rules: %s\n", strings.Join(checked.Segments, ", "))
				}
				printHints(w, checked.Hints)
			})
		},
	}
	fileFlag(cmd, &file)
	return cmd
}

func newRuleExplainCommand(a *app) *cobra.Command {
	var asOf, file string
	cmd := &cobra.Command{
		Use: "explain RULE ACCOUNT | explain ACCOUNT -f FILE", Short: "Why an account is in a rule or out, clause by clause with its values",
		Example: `  postlift rule explain 'orders > 3 and not has_open_contract' K-10023
  postlift rule explain "sleeping giants" 'Muster Maschinenbau GmbH' --json`,
		Args: cobra.RangeArgs(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			rule, others, err := a.ruleText(args, file, 2)
			if err != nil {
				return err
			}
			service, day, err := a.campaignsOn(cmd, asOf)
			if err != nil {
				return err
			}
			e, err := service.ExplainRule(cmd.Context(), rule, others[0], day)
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
	fileFlag(cmd, &file)
	return cmd
}

func newRuleCountCommand(a *app) *cobra.Command {
	var asOf, file string
	cmd := &cobra.Command{
		Use: "count RULE | count -f FILE", Short: "How many accounts a rule takes",
		Example: "  postlift rule count 'clv.residual > 5000'\n  postlift rule count \"sleeping giants\" --as-of 2026-06-30 --json",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			rule, _, err := a.ruleText(args, file, 1)
			if err != nil {
				return err
			}
			service, day, err := a.campaignsOn(cmd, asOf)
			if err != nil {
				return err
			}
			count, err := service.CountRule(cmd.Context(), rule, day)
			if err != nil {
				return err
			}
			return a.print(count, func(w io.Writer) {
				fmt.Fprintf(w, "%d of %d accounts as of %s: %s\n", count.Matched, count.Accounts, count.AsOf, count.Text)
				printHints(w, count.Hints)
			})
		},
	}
	asOfFlag(cmd, &asOf)
	fileFlag(cmd, &file)
	return cmd
}

func newRuleSaveCommand(a *app) *cobra.Command {
	var file string
	cmd := &cobra.Command{
		Use: "save NAME TEXT | save NAME -f FILE", Short: "Save a rule under a name, as a new version where it changed",
		Example: `  postlift rule save "sleeping giants" 'clv.residual > 5000 and days_since_last_order > 120'
  postlift rule save "sleeping giants" -f rule.txt`,
		Args: cobra.RangeArgs(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			rule, _, err := a.ruleText(args[1:], file, 1)
			if err != nil {
				return err
			}
			service, err := a.campaigns(cmd.Context())
			if err != nil {
				return err
			}
			saved, err := service.SaveRule(cmd.Context(), args[0], rule, a.actor(""))
			if err != nil {
				return err
			}
			return a.print(saved, func(w io.Writer) {
				fmt.Fprintf(w, "saved %q, version %d (%s): %s\n", saved.Name, saved.Version, saved.UID, saved.Text)
			})
		},
	}
	fileFlag(cmd, &file)
	return cmd
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
				if len(saved) == 0 {
					fmt.Fprintln(w, "no rule is saved yet: postlift rule save NAME TEXT saves one")
				}
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
