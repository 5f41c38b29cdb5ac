package web

import (
	"strconv"
	"strings"

	"postlift"
	"postlift/campaigns/rules"
	"postlift/responses"
)

// clause is a condition of a rule in words: a group with its parts, or a field's label with operator and
// value.
type clause struct {
	Group string // all, any, not; "" for a single condition
	Label string
	Op    string // key of the operator's words; "" where the label says it all
	Value string
	Text  string // as the rule is written
	Parts []*clause
}

// clauseOf puts a rule into words of a language; amounts are in currency.
func clauseOf(n *rules.Node, lang, currency string) *clause {
	c := &clause{Text: n.Text()}
	switch n.Op {
	case rules.OpAll, rules.OpAny, rules.OpNot:
		c.Group = n.Op
		for _, part := range n.Nodes {
			c.Parts = append(c.Parts, clauseOf(part, lang, currency))
		}
		return c
	}
	c.Label, c.Op = n.Field, n.Op
	field, known := rules.Builtin().Field(n.Field)
	if known {
		c.Label = field.Label(lang)
	}
	switch {
	case n.Op == rules.OpIn:
		values := make([]string, len(n.Values))
		for i, v := range n.Values {
			values[i] = literalText(field, v, lang, currency)
		}
		c.Value = strings.Join(values, ", ")
	case n.Value != nil:
		c.Value = literalText(field, *n.Value, lang, currency)
	}
	if known && field.Type == rules.Boolean && n.Op == rules.OpEqual && c.Value == "true" {
		c.Op, c.Value = "", ""
	}
	return c
}

// literalText writes a rule's value for people: money with its currency, dates and texts without quotes.
func literalText(field *rules.Field, l rules.Literal, lang, currency string) string {
	text := l.String()
	if field == nil {
		return text
	}
	switch field.Type {
	case rules.Amount:
		if major, err := strconv.ParseFloat(text, 64); err == nil {
			return responses.WholeMoney(postlift.FromMajor(major, currency), lang)
		}
	case rules.Number:
		if strings.HasPrefix(lang, "de") {
			return strings.Replace(text, ".", ",", 1)
		}
	case rules.Day:
		if d, err := postlift.ParseDate(strings.Trim(text, `"`)); err == nil {
			return d.Format(lang)
		}
	case rules.Text:
		if plain, err := strconv.Unquote(text); err == nil {
			return field.ValueLabel(plain, lang)
		}
	}
	return text
}

// FieldLabel is the label of a rule's field.
func (v *view) FieldLabel(name string) string {
	if f, ok := rules.Builtin().Field(name); ok {
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
	case string:
		if d, err := postlift.ParseDate(x); err == nil {
			return v.Date(d)
		}
		if f, ok := rules.Builtin().Field(name); ok {
			return f.ValueLabel(x, v.Lang)
		}
		return x
	}
	return v.T("value.none")
}
