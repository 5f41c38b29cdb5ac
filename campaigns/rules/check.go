package rules

import (
	"fmt"
	"math"
	"strings"
	"unicode"
	"unicode/utf8"

	"postlift"
)

// Limits of a rule: they bound the work of checking and evaluating one.
const (
	MaxRuleBytes    = 64 << 10 // of the text form
	MaxRuleNodes    = 1000     // conditions and groups
	MaxRuleDepth    = 32       // nested groups
	maxListValues   = 1000
	maxRuleValues   = 5000 // of all lists
	maxLiteralRunes = 200
	maxNumber       = 1e15
)

// Check holds the tree against the catalogue: known fields, operators that fit the type, literals of
// that type, groups that are not empty, and the limits. The fault names the clause, the reason and the
// nearest name. Whether a segment or a place exists shows in Bind. What passes has a text form that Parse takes.
func (c *Catalogue) Check(n *Node) error {
	k := checker{catalogue: c}
	if err := k.check(n, 1); err != nil {
		return err
	}
	return measure(n.Text())
}

// checker walks a tree and counts what bounds its evaluation.
type checker struct {
	catalogue     *Catalogue
	nodes, values int
}

func (c *checker) check(n *Node, depth int) error {
	if n == nil {
		return ruleFault("a condition is missing")
	}
	c.nodes++
	c.values += len(n.Values)
	switch {
	case c.nodes > MaxRuleNodes:
		return ruleFault("the rule has more than %d conditions: use a list (field in [...]) or split it", MaxRuleNodes)
	case depth > MaxRuleDepth:
		return ruleFault("the rule nests more than %d groups: write it flatter", MaxRuleDepth)
	case c.values > maxRuleValues:
		return ruleFault("the lists of the rule hold more than %d values: split it into saved rules", maxRuleValues)
	}
	switch n.Op {
	case OpAll, OpAny, OpNone:
		if len(n.Nodes) == 0 {
			return ruleFault("a group %q is empty: every group needs a condition", n.Op)
		}
	case OpNot:
		if len(n.Nodes) != 1 {
			return ruleFault("a group \"not\" has %d conditions: it takes exactly one", len(n.Nodes))
		}
	default:
		return c.catalogue.checkClause(n)
	}
	if n.Field != "" || n.Value != nil || len(n.Values) > 0 || n.Near != nil {
		return ruleFault("a group %q holds conditions only, no field or value of its own", n.Op)
	}
	for _, part := range n.Nodes {
		if err := c.check(part, depth+1); err != nil {
			return err
		}
	}
	return nil
}

func (c *Catalogue) checkClause(n *Node) error {
	switch n.Op {
	case OpInSegment:
		return checkSegment(n)
	case OpWithinKM:
		return checkNear(n)
	}
	f, ok := c.Field(n.Field)
	if !ok {
		return ruleFault("%q: there is no such field%s", n.Field, DidYouMean(c.names(), n.Field))
	}
	if reason := clauseReason(f, n); reason != "" {
		return ruleFault("%s %s: %s", n.Field, n.Op, reason)
	}
	return nil
}

func checkSegment(n *Node) error {
	if n.Value == nil || n.Value.kind != textLiteral || n.Field != "" || n.Near != nil || len(n.Nodes)+len(n.Values) > 0 {
		return ruleFault(`in_segment takes the name of a saved rule in quotes, such as in_segment("sleeping giants")`)
	}
	if reason := textReason(n.Value.text); reason != "" {
		return ruleFault("in_segment: %s", reason)
	}
	return nil
}

// maxKM is the largest radius: half the way around the earth.
const maxKM = 20000

func checkNear(n *Node) error {
	p := n.Near
	if p == nil || n.Field != "" || n.Value != nil || len(n.Nodes)+len(n.Values) > 0 {
		return ruleFault(`within_km takes kilometres, country and postcode, such as within_km(25, "DE", "70173")`)
	}
	switch {
	case !(p.KM > 0 && p.KM <= maxKM):
		return ruleFault("within_km: %g is not possible; more than 0 and at most %d kilometres are", p.KM, maxKM)
	case len(p.Country) != 2 || strings.Trim(p.Country, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "":
		return ruleFault("within_km: %q is not a country; two capital letters are needed, such as \"DE\"", p.Country)
	}
	if reason := textReason(p.Postcode); reason != "" {
		return ruleFault("within_km: postcode: %s", reason)
	}
	return nil
}

func ruleFault(format string, args ...any) error {
	return postlift.Faultf(postlift.Invalid, "rules.Rule", format, args...)
}

// clauseReason tells why a clause does not fit its field, or "".
func clauseReason(f *Field, n *Node) string {
	if len(n.Nodes) > 0 || n.Near != nil {
		return "a clause holds no further conditions"
	}
	if reason := operatorReason(f, n.Op); reason != "" {
		return reason
	}
	switch n.Op {
	case OpIsEmpty:
		if n.Value != nil || len(n.Values) > 0 {
			return "is_empty takes no value"
		}
		return ""
	case OpIn:
		if n.Value != nil {
			return "in takes a list of values"
		}
		return listReason(f, n.Values)
	}
	if n.Value == nil || len(n.Values) > 0 {
		return "exactly one value is needed"
	}
	return literalReason(f, n.Op, *n.Value)
}

// operatorReason tells why an operator does not go with a field, or "".
func operatorReason(f *Field, op string) string {
	ordered := f.Type == Number || f.Type == Amount || f.Type == Day
	switch op {
	case OpEqual, OpNotEqual:
		if f.Type == Texts {
			return f.Name + " is a set of texts: use contains, in or is_empty"
		}
		return ""
	case OpIsEmpty:
		return ""
	case OpLess, OpAtMost, OpGreater, OpAtLeast:
		if f.Type == Texts {
			return f.Name + " is a set of texts: use contains, in or is_empty"
		}
		if !ordered {
			return fmt.Sprintf("%s is %s and has no order; use ==, !=%s", f.Name, f.Type.noun(), map[bool]string{true: ", in, contains or startsWith"}[f.Type == Text])
		}
		return ""
	case OpIn:
		if f.Type == Boolean {
			return f.Name + " is a boolean: write " + f.Name + " or not " + f.Name
		}
		return ""
	case OpContains:
		if f.Type != Text && f.Type != Texts {
			return fmt.Sprintf("%s needs a text; %s is %s", op, f.Name, f.Type.noun())
		}
		return ""
	case OpStartsWith, OpEndsWith:
		if f.Type != Text {
			return fmt.Sprintf("%s needs a text; %s is %s", op, f.Name, f.Type.noun())
		}
		return ""
	}
	return fmt.Sprintf("%q is not an operator of rules%s", op,
		DidYouMean([]string{OpAll, OpAny, OpNot, OpEqual, OpNotEqual, OpLess, OpAtMost, OpGreater, OpAtLeast, OpNone, OpIn, OpContains, OpStartsWith, OpEndsWith, OpIsEmpty, OpInSegment, OpWithinKM}, op))
}

func listReason(f *Field, values []Literal) string {
	if len(values) == 0 {
		return "the list is empty"
	}
	if len(values) > maxListValues {
		return fmt.Sprintf("the list has %d values; at most %d are possible", len(values), maxListValues)
	}
	for i, v := range values {
		if reason := literalReason(f, OpIn, v); reason != "" {
			return fmt.Sprintf("value %d of the list: %s", i+1, reason)
		}
	}
	return ""
}

// literalReason tells why a literal does not fit the field's type or, compared as a whole, none of its values,
// or "".
func literalReason(f *Field, op string, l Literal) string {
	want := map[FieldType]literalKind{Number: numberLiteral, Amount: numberLiteral, Text: textLiteral, Texts: textLiteral, Day: textLiteral, Boolean: boolLiteral}[f.Type]
	if f.Type == Day && l.kind == relativeLiteral {
		return relativeReason(l.relative)
	}
	if l.kind != want {
		return fmt.Sprintf("%s is %s and cannot be compared with %s%s", f.Name, f.Type.noun(), l.kindName(), literalHint(f))
	}
	switch f.Type {
	case Number, Amount:
		if math.IsNaN(l.num) || math.Abs(l.num) > maxNumber {
			return "the number is out of range"
		}
		if cents := l.num * 100; f.Type == Amount && math.Abs(cents-math.Round(cents)) > 1e-6*max(1, math.Abs(l.num)*1e-6) {
			return "an amount of money has at most two decimals"
		}
	case Day:
		if _, err := postlift.ParseDate(l.text); err != nil {
			return fmt.Sprintf("%q is not a date; write \"2026-01-31\"", l.text)
		}
	case Text:
		if reason := textReason(l.text); reason != "" || op == OpContains || op == OpStartsWith || op == OpEndsWith {
			return reason
		}
		return f.wrongText(l.text)
	case Texts:
		if reason := textReason(l.text); reason != "" {
			return reason
		}
		return f.wrongText(l.text)
	}
	return ""
}

// How far a relative date may lie from the day on which the rule is asked.
const (
	maxRelativeDays   = 36600
	maxRelativeMonths = 1200
)

func relativeReason(r Relative) string {
	if abs(r.Days) > maxRelativeDays || abs(r.Months) > maxRelativeMonths {
		return "the date lies more than 100 years away"
	}
	if r.Days != 0 && r.Months != 0 {
		return "a relative date counts days or months, not both"
	}
	return ""
}

func abs(n int) int {
	return max(n, -n)
}

func literalHint(f *Field) string {
	switch f.Type {
	case Day:
		return `; write a date as "2026-01-31", or days_ago(90)`
	case Amount:
		return "; write major units of the reporting currency, such as 5000 or 99.50"
	case Boolean:
		return "; write " + f.Name + " or not " + f.Name
	case Text, Texts:
		return `; put texts in quotes`
	}
	return ""
}

func textReason(s string) string {
	switch {
	case strings.TrimSpace(s) == "":
		return "an empty text counts as missing; write is_empty(field)"
	case !utf8.ValidString(s) || strings.ContainsFunc(s, unicode.IsControl):
		return "the text holds characters that cannot be printed"
	case utf8.RuneCountInString(s) > maxLiteralRunes:
		return fmt.Sprintf("the text is longer than %d characters", maxLiteralRunes)
	}
	return ""
}
