package campaigns

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"postlift"
	"postlift/accounts"
	"postlift/campaigns/rules"
)

// Limits of hints: of fields with more different texts none are given, as a list of names tells nobody anything.
const (
	hintTexts  = 1000 // different texts of a field
	hintsAtAll = 20
	hintValues = 8 // that a hint lists
)

// RuleHint tells of a text in a rule that no account has, so that its comparison is never true.
type RuleHint struct {
	Field   string   `json:"field"`
	Value   string   `json:"value"`
	Nearest string   `json:"nearest,omitempty"` // the text of the data that is probably meant
	Values  []string `json:"values,omitempty"`  // all texts of the data, where they are few
	Text    string   `json:"text"`
}

// hints looks for texts of a bound rule that never occur in the data, in the order of the rule.
func (s *Service) hints(ctx context.Context, term *rules.Term, asOf postlift.Date) ([]RuleHint, error) {
	found, texts := []RuleHint{}, map[string][]string{}
	for _, l := range textLiterals(term, nil) {
		if len(found) == hintsAtAll {
			break
		}
		known, read := texts[l.field.Name]
		if !read {
			var err error
			if known, err = s.store.FieldTexts(ctx, l.field, asOf, hintTexts+1); err != nil {
				return nil, err
			}
			slices.Sort(known)
			texts[l.field.Name] = known
		}
		if len(known) > hintTexts || slices.ContainsFunc(known, l.holds) {
			continue
		}
		if h := l.hint(known); !slices.ContainsFunc(found, func(o RuleHint) bool { return o.Text == h.Text }) {
			found = append(found, h)
		}
	}
	return found, nil
}

// textLiteral is a text in a rule and how a field is compared with it.
type textLiteral struct {
	field *rules.Field
	op    string
	text  string
}

// textLiterals lists the texts of a rule and of the saved rules within it. Circles are no texts that somebody wrote.
func textLiterals(t *rules.Term, found []textLiteral) []textLiteral {
	for _, part := range t.Terms {
		found = textLiterals(part, found)
	}
	if t.Field == nil || t.Field.Type != rules.Text && t.Field.Type != rules.Texts || t.Node == nil || t.Node.Op == rules.OpWithinKM || t.Op == rules.OpIsEmpty {
		return found
	}
	if t.Op == rules.OpIn {
		for _, text := range t.Texts {
			found = append(found, textLiteral{t.Field, rules.OpEqual, text})
		}
		return found
	}
	op := t.Op
	if t.Field.Type == rules.Texts {
		op = rules.OpEqual // a set contains a text as a whole
	}
	return append(found, textLiteral{t.Field, op, t.Text})
}

// holds tells whether a text of the data is what the rule looks for.
func (l *textLiteral) holds(text string) bool {
	switch l.op {
	case rules.OpContains:
		return strings.Contains(text, l.text)
	case rules.OpStartsWith:
		return strings.HasPrefix(text, l.text)
	case rules.OpEndsWith:
		return strings.HasSuffix(text, l.text)
	}
	return text == l.text
}

func (l *textLiteral) hint(known []string) RuleHint {
	h := RuleHint{Field: l.field.Name, Value: l.text}
	if len(known) == 0 {
		h.Text = fmt.Sprintf("no account has a value of %s", l.field.Name)
		return h
	}
	h.Nearest = l.nearest(known)
	if len(known) <= hintValues {
		h.Values = known
	}
	h.Text = fmt.Sprintf("no account has %s %q", l.field.Name, l.text)
	if l.op != rules.OpEqual && l.op != rules.OpNotEqual {
		h.Text = fmt.Sprintf("no account's %s %s %q", l.field.Name, map[string]string{rules.OpContains: "contains",
			rules.OpStartsWith: "begins with", rules.OpEndsWith: "ends with"}[l.op], l.text)
	}
	switch {
	case h.Nearest != "":
		h.Text += fmt.Sprintf("; did you mean %q?", h.Nearest)
	case h.Values != nil:
		h.Text += "; there are " + strings.Join(h.Values, ", ")
	}
	return h
}

// nearest is the text of the data that is probably meant: a country's code for its name, the same in other letters, or
// what is few edits away.
func (l *textLiteral) nearest(known []string) string {
	if code, ok := accounts.ParseCountry(l.text); ok && slices.Contains(known, code) {
		return code
	}
	for _, text := range known {
		other := *l
		other.text = strings.ToLower(l.text)
		if other.holds(strings.ToLower(text)) {
			return text
		}
	}
	return rules.Nearest(known, l.text)
}
