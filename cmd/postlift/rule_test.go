package main

import (
	"bytes"
	"strings"
	"testing"

	"postlift"
	"postlift/accounts"
	"postlift/campaigns"
	"postlift/campaigns/rules"
)

// TestFieldDescription: a field's page says type, meaning, who has no value and the texts that are possible.
func TestFieldDescription(t *testing.T) {
	f, err := rules.Builtin().Describe("clv.stage")
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	printField(&b, f)
	for _, want := range []string{"clv.stage", "text", "Lifecycle stage", "No value: ", "is_empty(clv.stage)", `"at_risk"`, "At risk / Gefährdet"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%q is not in\n%s", want, b.String())
		}
	}
	if f, err = rules.Builtin().Describe("clv.payback_month"); err != nil {
		t.Fatal(err)
	}
	if line := fieldLine(f); !strings.HasSuffix(line, "Month of payback (months after the scores' date, 0 already)") {
		t.Errorf("line %q", line)
	}
}

// TestPlainValues: a probability is shown without the digits that mean nothing.
func TestPlainValues(t *testing.T) {
	for v, want := range map[any]string{0.6311917616792453: "0.6312", 14.0: "14", 1234567.0: "1234567", "at_risk": `"at_risk"`, true: "true"} {
		if got := plain(v); got != want {
			t.Errorf("%v is shown as %s, want %s", v, got, want)
		}
	}
}

// TestFieldsByLevel: fields are listed under their level, the organisation's own last, each once.
func TestFieldsByLevel(t *testing.T) {
	c := rules.Builtin().With([]accounts.Attribute{{Name: "fleet", Type: "number", LabelEN: "Fleet", LabelDE: "Fuhrpark", Unit: "cars"}})
	var b bytes.Buffer
	printFields(&b, c.Fields())
	at := -1
	for _, want := range []string{"Group (", "  group.residual ", "Company\n", "  clv.residual ", "Sites of", "  site.count ", "Contacts of", "  contact.roles ", "Your own", "  custom.fleet ", "Fleet (cars)"} {
		i := strings.Index(b.String(), want)
		if i <= at {
			t.Errorf("%q is missing or out of place in\n%s", want, b.String())
		}
		at = i
	}
	if lines := strings.Count(b.String(), "\n"); lines != len(c.Fields())+5 {
		t.Errorf("%d lines for %d fields", lines, len(c.Fields()))
	}
}

func TestRuleDiffIsPrinted(t *testing.T) {
	var b bytes.Buffer
	printRuleDiff(&b, campaigns.RuleDiff{Name: "loyal", From: 1, To: 2, Changes: []rules.Change{
		{Kind: rules.Changed, Path: "1", Old: "orders > 3", New: "orders > 5"}, {Kind: rules.Added, Path: "2", New: "dunning"},
		{Kind: rules.Removed, Path: "3", Old: "complaint"}, {Kind: rules.Regrouped, Old: "all of", New: "any of"}}})
	for _, want := range []string{"loyal, version 1 to 2", "~ orders > 3   (condition 1)\n    orders > 5", "+ dunning   (condition 2)", "- complaint   (condition 3 before)", "~ all of   (the whole rule)"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%q is not in\n%s", want, b.String())
		}
	}
	b.Reset()
	printRuleDiff(&b, campaigns.RuleDiff{Name: "loyal", From: 1, To: 1})
	if !strings.Contains(b.String(), "no change") {
		t.Error(b.String())
	}
}

// TestExplainedRuleIsPrinted: saved rules are opened, sets are listed, none-of groups are named.
func TestExplainedRuleIsPrinted(t *testing.T) {
	c := rules.Builtin()
	tree, err := c.Parse(`in_segment("loyal") and none_of(dunning, product_groups contains "Pumpen") and orders > 1`)
	if err != nil {
		t.Fatal(err)
	}
	term, err := c.Bind(tree, rules.Binding{AsOf: postlift.MustDate("2026-06-01"), Currency: "EUR",
		Segment: func(string) (*rules.Node, error) { return c.Parse("employees > 5") }})
	if err != nil {
		t.Fatal(err)
	}
	facts := c.NewFacts()
	groups, _ := c.Field("product_groups")
	facts.SetTexts(groups, []string{"Filter", "Ventile"})
	var b bytes.Buffer
	printExplained(&b, term.Explain(facts, "EUR"), 0)
	for _, want := range []string{`in_segment("loyal")`, "employees > 5   (no value)", "none of", `(is Filter, Ventile)`, "orders > 1   (no value)"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%q is not in\n%s", want, b.String())
		}
	}
}
