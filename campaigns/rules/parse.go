package rules

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/conf"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"

	"postlift"
)

// Parse reads the text form of a rule, such as
//
//	clv.residual > 5000 and days_since_last_order > 120 and country == "DE" and not has_open_contract
//
// into a checked tree in normal form. Operators: == != < <= > >= in, contains, startsWith, is_empty(field),
// and, or, not, brackets; money literals are major units of the reporting currency, dates are "2026-01-31".
// Texts compare by exact characters, upper and lower case apart. A fault names line, column, the
// offending text, the reason and the nearest name.
func (c *Catalogue) Parse(text string) (*Node, error) {
	switch {
	case strings.TrimSpace(text) == "":
		return nil, ruleFault("the rule is empty; an example: clv.residual > 5000 and days_since_last_order > 120")
	case !utf8.ValidString(text):
		return nil, ruleFault("the rule is not valid UTF-8 text")
	}
	if err := measure(text); err != nil {
		return nil, err
	}
	b := builder{catalogue: c, source: []rune(text)}
	tree, err := parseText(text)
	if err != nil {
		return nil, b.syntax(err)
	}
	n, err := b.condition(tree)
	if err != nil {
		return nil, err
	}
	return n, c.Check(n)
}

// parseText runs the outside parser; a panic in it is bad input, not a crash.
func parseText(text string) (node ast.Node, err error) {
	defer func() {
		if r := recover(); r != nil {
			node, err = nil, errors.New("this cannot be read")
		}
	}()
	tree, err := parser.ParseWithConfig(text, &conf.Config{MaxNodes: 2 * maxRuleTokens}) // measure has bounded it already
	if err != nil {
		return nil, err
	}
	return tree.Node, nil
}

// builder turns the outside syntax tree into a Node; whatever is not on its white list is refused.
type builder struct {
	catalogue *Catalogue
	source    []rune
}

// at makes a fault for the place of offset (in runes) that quotes the offending text.
func (b *builder) at(offset int, offending, format string, args ...any) error {
	line, column := 1, 1
	for _, r := range b.source[:min(max(offset, 0), len(b.source))] {
		column++
		if r == '\n' {
			line, column = line+1, 1
		}
	}
	where := fmt.Sprintf("line %d, column %d", line, column)
	if offending != "" {
		where += fmt.Sprintf(", %q", offending)
	}
	return postlift.Faultf(postlift.Invalid, "rules.Rule", "%s: %s", where, fmt.Sprintf(format, args...))
}

func (b *builder) syntax(err error) error {
	var e *file.Error
	if !errors.As(err, &e) {
		return ruleFault("the rule cannot be read: %v", err)
	}
	token, from := b.slice(e.From, e.To), e.From
	message, hint := "this is not expected here", "; conditions are joined by and, or"
	switch {
	case strings.Contains(e.Message, "EOF"), strings.Contains(e.Message, "unexpected end"):
		return b.at(len(b.source), "", "the rule ends too early: a value, a condition or a closing bracket is missing")
	case strings.Contains(e.Message, "literal not terminated"):
		return b.at(len(b.source), "", "the text in quotes is not closed: its second quotation mark is missing")
	case strings.Contains(e.Message, "literal"):
		message, token, hint = "the number before this place cannot be read", "", ""
	case token == "=" || strings.Contains(e.Message, `Operator("=")`):
		message, hint = "one equals sign compares nothing", "; compare with ==, >= or <="
	case token == ">" && from > 0 && b.source[from-1] == '<':
		token, from, message, hint = "<>", from-1, "rules have another sign for unequal", "; write !="
	case token == ",":
		hint = "; decimals are written with a point, lists in square brackets: in [1, 2]"
	case strings.ContainsAny(token, "„“”‚‘’«»"):
		message, hint = "these quotation marks are not read", `; quotes are the plain " or '`
	case strings.Contains(e.Message, "unrecognized character"):
		message, hint = "rules do not have this sign", "; a number is written without its unit or currency"
	case joiners[strings.ToLower(token)] != "":
		hint = "; write " + joiners[strings.ToLower(token)]
	case !strings.HasPrefix(e.Message, "unexpected token"):
		message, hint = e.Message, ""
	}
	return b.at(from, token, "%s%s", message, hint)
}

// joiners are words by which people join conditions, and how rules write them.
var joiners = map[string]string{"und": "and", "oder": "or", "nicht": "not", "&": "and", "|": "or"}

func (b *builder) slice(from, to int) string {
	from, to = max(from, 0), min(to, len(b.source))
	if from >= to {
		return ""
	}
	return string(b.source[from:to])
}

func (b *builder) condition(n ast.Node) (*Node, error) {
	switch n := n.(type) {
	case *ast.BinaryNode:
		switch n.Operator {
		case "and", "&&":
			return b.group(OpAll, n)
		case "or", "||":
			return b.group(OpAny, n)
		}
		return b.clause(n)
	case *ast.UnaryNode:
		if n.Operator != "not" && n.Operator != "!" {
			return nil, b.refuse(n, "a condition is expected, not a number")
		}
		inner, err := b.condition(n.Node)
		if err != nil {
			return nil, err
		}
		return &Node{Op: OpNot, Nodes: []*Node{inner}}, nil
	case *ast.IdentifierNode, *ast.MemberNode:
		return b.flag(n)
	case *ast.CallNode:
		return b.call(n)
	}
	return nil, b.refuse(n, "a condition is expected, such as clv.residual > 5000")
}

func (b *builder) group(op string, n *ast.BinaryNode) (*Node, error) {
	left, err := b.condition(n.Left)
	if err != nil {
		return nil, err
	}
	right, err := b.condition(n.Right)
	if err != nil {
		return nil, err
	}
	return group(op, left, right), nil
}

// flag reads a boolean field that stands alone.
func (b *builder) flag(n ast.Node) (*Node, error) {
	f, err := b.field(n)
	if err != nil {
		return nil, err
	}
	if f.Type != Boolean {
		return nil, b.at(start(n), f.Name, "%s is no condition by itself: compare it, such as %s", f.Type.noun(), example(f))
	}
	yes := BoolLiteral(true)
	return &Node{Op: OpEqual, Field: f.Name, Value: &yes}, nil
}

func example(f *Field) string {
	switch f.Type {
	case Text:
		return f.Name + ` == "…"`
	case Texts:
		return f.Name + ` contains "…"`
	case Day:
		return f.Name + ` >= "2026-01-31"`
	}
	return f.Name + " > 100"
}

// placed adds the place of a node to a fault about it.
func (b *builder) placed(n ast.Node, err error) error {
	var f *postlift.Fault
	if !errors.As(err, &f) {
		return err
	}
	return b.at(start(n), b.slice(start(n), n.Location().To), "%s", f.Text)
}

// mirrored are the operators with their sides exchanged: 5000 < clv.residual.
var mirrored = map[string]string{"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}

func (b *builder) clause(n *ast.BinaryNode) (*Node, error) {
	op, left, right := n.Operator, n.Left, n.Right
	if u, ok := left.(*ast.UnaryNode); ok && (u.Operator == "not" || u.Operator == "!") {
		return nil, b.at(start(u), u.Operator, "not binds closer than %s: write not (… %s …)", op, op)
	}
	if !isComparison(op) && op != OpIn && op != OpContains && op != OpStartsWith && op != OpEndsWith {
		return nil, b.at(n.Location().From, op, "this operator is not possible in rules; use ==, !=, <, <=, >, >=, in, contains, startsWith, endsWith, and, or, not")
	}
	if m, ok := mirrored[op]; ok && isLiteral(left) && !isLiteral(right) {
		op, left, right = m, right, left
	}
	f, err := b.field(left)
	if err != nil {
		return nil, err
	}
	if reason := operatorReason(f, op); reason != "" {
		return nil, b.at(n.Location().From, op, "%s", reason)
	}
	if op == OpIn {
		values, err := b.list(f, right)
		return &Node{Op: op, Field: f.Name, Values: values}, err
	}
	value, err := b.literal(f, op, right)
	return &Node{Op: op, Field: f.Name, Value: &value}, err
}

func (b *builder) list(f *Field, n ast.Node) ([]Literal, error) {
	array, ok := n.(*ast.ArrayNode)
	if !ok {
		return nil, b.refuse(n, `in takes a list, such as ["DE", "AT"]`)
	}
	if len(array.Nodes) == 0 || len(array.Nodes) > maxListValues {
		return nil, b.at(start(n), "", "a list needs 1 to %d values", maxListValues)
	}
	values := make([]Literal, 0, len(array.Nodes))
	for _, element := range array.Nodes {
		v, err := b.literal(f, OpIn, element)
		if err != nil {
			return nil, err
		}
		values = append(values, v)
	}
	return values, nil
}

// literal reads a value for field f and operator op and checks its type where it stands.
func (b *builder) literal(f *Field, op string, n ast.Node) (Literal, error) {
	l, ok := plainLiteral(n)
	if !ok {
		relative, name, wrong := relativeDate(n)
		if wrong != "" {
			return l, b.at(start(n), b.sourceOf(n), "%s: %s", name, wrong)
		}
		l, ok = relative, name != ""
	}
	if !ok {
		if call, isCall := n.(*ast.CallNode); isCall {
			return l, b.unknownCall(n, dotted(call.Callee), "%s cannot stand here")
		}
		if name := dotted(n); name != "" {
			if f.Type == Text {
				return l, b.at(start(n), name, `a value is expected here; put texts in quotes: "%s"`, name)
			}
			return l, b.at(start(n), name, "a value is expected here; two fields cannot be compared with each other")
		}
		return l, b.refuse(n, "a plain value is expected here")
	}
	reason := ""
	if l.kind == numberLiteral && (f.Type == Number || f.Type == Amount) {
		reason = thousandReason(b.numberText(n), f.Type == Amount)
	}
	if reason == "" {
		reason = literalReason(f, op, l)
	}
	if reason != "" {
		return l, b.at(start(n), b.sourceOf(n), "%s", reason)
	}
	return l, nil
}

// grouped is a number with one point and three digits behind it, which German writes for thousands.
var grouped = regexp.MustCompile(`^(-?)([1-9][0-9]{0,2})\.([0-9]{3})$`)

// numberText is a number as it is written, with its sign.
func (b *builder) numberText(n ast.Node) string {
	if sign, ok := n.(*ast.UnaryNode); ok {
		return sign.Operator + b.numberText(sign.Node)
	}
	return b.slice(n.Location().From, n.Location().To)
}

// thousandReason tells why a number's text can be read in two ways, or "". Money never has three decimals; of other
// numbers only those that nobody would write so for their decimals' sake: the last of which is a zero.
func thousandReason(text string, money bool) string {
	parts := grouped.FindStringSubmatch(text)
	if parts == nil || !money && !strings.HasSuffix(text, "0") {
		return ""
	}
	sign, whole, rest := parts[1], parts[2], parts[3]
	decimal := strings.TrimRight(strings.TrimRight(text, "0"), ".")
	if money && len(strings.TrimRight(rest, "0")) == 3 {
		return fmt.Sprintf("an amount of money has at most two decimals; write %s%s%s if the point stands for thousands", sign, whole, rest)
	}
	return fmt.Sprintf("this can be read as %s%s%s or as %s, because a point separates decimals here: write %s%s%s or %s",
		sign, whole, rest, decimal, sign, whole, rest, decimal)
}

func isLiteral(n ast.Node) bool {
	_, ok := plainLiteral(n)
	_, relative, _ := relativeDate(n)
	return ok || relative != ""
}

func plainLiteral(n ast.Node) (Literal, bool) {
	switch n := n.(type) {
	case *ast.IntegerNode:
		return NumberLiteral(float64(n.Value)), true
	case *ast.FloatNode:
		return NumberLiteral(n.Value), true
	case *ast.StringNode:
		return TextLiteral(n.Value), true
	case *ast.BoolNode:
		return BoolLiteral(n.Value), true
	case *ast.UnaryNode:
		l, ok := plainLiteral(n.Node)
		if ok && l.kind == numberLiteral && n.Operator == "-" {
			return NumberLiteral(-l.num), true
		}
	}
	return Literal{}, false
}
