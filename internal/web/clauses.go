package web

import (
	"strings"

	"postlift"
	"postlift/campaigns/rules"
)

// clause is a condition of a rule in words: a group with its parts, or a field's label and what is asked of it.
type clause struct {
	Group string // all, any, none, not; "" for a single condition
	Label string // empty where Value says it all
	Value string
	Text  string // as the rule is written
	Parts []*clause
}

// clauseOf puts a rule into words of a language; amounts are in currency.
func clauseOf(c *rules.Catalogue, n *rules.Node, lang, currency string) *clause {
	words := &clause{Text: n.Text()}
	switch n.Op {
	case rules.OpAll, rules.OpAny, rules.OpNone, rules.OpNot:
		words.Group = n.Op
		for _, part := range n.Nodes {
			words.Parts = append(words.Parts, clauseOf(c, part, lang, currency))
		}
		return words
	}
	words.Label, words.Value = n.Phrase(c, lang, currency)
	return words
}

// fields are the features that the page's rules may name.
func (v *view) fields() *rules.Catalogue {
	if v.Fields != nil {
		return v.Fields
	}
	return rules.Builtin()
}

// FieldLabel is the label of a rule's field.
func (v *view) FieldLabel(name string) string {
	if f, ok := v.fields().Field(name); ok {
		return f.Label(v.Lang)
	}
	return name
}

// Held writes the value that an account has for a field of a rule.
func (v *view) Held(name string, value any) string {
	switch x := value.(type) {
	case postlift.Money:
		return v.Whole(x)
	case float64:
		if x == float64(int64(x)) {
			return v.Count(int64(x))
		}
		return v.Decimal(x, 2)
	case bool:
		if x {
			return v.T("value.yes")
		}
		return v.T("value.no")
	case []string:
		return v.members(name, x)
	case []any: // from a document
		members := make([]string, 0, len(x))
		for _, m := range x {
			if text, ok := m.(string); ok {
				members = append(members, text)
			}
		}
		return v.members(name, members)
	case string:
		if d, err := postlift.ParseDate(x); err == nil {
			return v.Date(d)
		}
		if f, ok := v.fields().Field(name); ok {
			return f.ValueLabel(x, v.Lang)
		}
		return x
	}
	return v.T("value.none")
}

// members writes the members of a set.
func (v *view) members(name string, members []string) string {
	if len(members) == 0 {
		return v.T("value.none")
	}
	labels := make([]string, len(members))
	for i, m := range members {
		labels[i] = m
		if f, ok := v.fields().Field(name); ok {
			labels[i] = f.ValueLabel(m, v.Lang)
		}
	}
	return strings.Join(labels, ", ")
}
