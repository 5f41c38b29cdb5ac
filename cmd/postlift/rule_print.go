package main

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"postlift"
	"postlift/campaigns/rules"
)

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
				printFields(w, catalogue.Fields())
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

// levelTitles head the fields of a level.
var levelTitles = []struct {
	level rules.Level
	title string
}{
	{rules.OfGroup, "Group (the parent and all its companies, or the account alone)"},
	{rules.OfCompany, "Company"},
	{rules.OfSite, "Sites of the account"},
	{rules.OfContact, "Contacts of the account"},
}

// printFields lists fields by level, those of the organisation's own last.
func printFields(w io.Writer, fields []*rules.Field) {
	section := func(title string, belongs func(*rules.Field) bool) {
		heading := title + "\n"
		for _, f := range fields {
			if belongs(f) {
				fmt.Fprintf(w, "%s  %s\n", heading, fieldLine(f))
				heading = ""
			}
		}
	}
	for _, l := range levelTitles {
		section(l.title, func(f *rules.Field) bool { return f.Level == l.level && !f.Custom })
	}
	section("Your own attributes", func(f *rules.Field) bool { return f.Custom })
}

// printField describes a field: what it says, which accounts have no value, which texts it may be.
func printField(w io.Writer, f *rules.Field) {
	fmt.Fprintf(w, "%s\n  %s.\n", fieldLine(f), f.About.EN)
	if f.Missing.EN != "" {
		fmt.Fprintf(w, "  No value: %s. A comparison with no value is unknown; is_empty(%s) finds them.\n", f.Missing.EN, f.Name)
	}
	if f.Type == rules.Texts {
		fmt.Fprintf(w, "  A set: %s contains \"...\", %s in [...] (any of them), is_empty(%s).\n", f.Name, f.Name, f.Name)
	}
	for _, v := range f.Values {
		fmt.Fprintf(w, "    %-12q %s / %s\n", v.Value, v.EN, v.DE)
	}
}

// outcomeMarks show what a clause says of an account.
var outcomeMarks = map[rules.Outcome]string{rules.Met: "yes", rules.NotMet: "no ", rules.Unknown: "?  "}

func printExplained(w io.Writer, e rules.Explained, depth int) {
	line := strings.Repeat("  ", depth+1) + outcomeMarks[e.Outcome] + "  "
	switch {
	case e.Op == rules.OpInSegment:
		line += e.Text
	case len(e.Parts) > 0:
		line += map[string]string{rules.OpAll: "all of", rules.OpAny: "any of", rules.OpNone: "none of", rules.OpNot: "not"}[e.Op]
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
	case []string:
		if len(v) == 0 {
			return "empty"
		}
		return strings.Join(v, ", ")
	case float64:
		return strconv.FormatFloat(math.Round(v*1e4)/1e4, 'f', -1, 64) // a probability has a dozen digits more
	}
	return fmt.Sprint(v)
}
