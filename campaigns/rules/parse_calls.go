package rules

import (
	"fmt"
	"slices"

	"github.com/expr-lang/expr/ast"
)

// conditionNames and dateNames are the functions of the text form: conditions, and relative dates.
var (
	conditionNames = []string{OpIsEmpty, "none_of", OpInSegment, OpWithinKM}
	dateNames      = []string{"days_ago", "days_ahead", "months_ago", "months_ahead", "today"}
)

const (
	conditionFunctions = `the functions of rules are is_empty(field), none_of(condition, …), in_segment("name") and within_km(25, "DE", "70173")`
	dateFunctions      = "relative dates are days_ago(90), days_ahead(60), months_ago(3), months_ahead(3) and today()"
)

// call reads what is written as a function and is a condition.
func (b *builder) call(n *ast.CallNode) (*Node, error) {
	name := dotted(n.Callee)
	switch name {
	case OpIsEmpty:
		return b.isEmpty(n)
	case "none_of":
		return b.noneOf(n)
	case OpInSegment:
		return b.inSegment(n)
	case OpWithinKM:
		return b.withinKM(n)
	}
	return nil, b.unknownCall(n, name, "a condition is expected here, such as last_order_on >= %s")
}

// unknownCall explains a call that cannot stand where it does; dateHere is what to say of a relative date, with a
// verb for its text.
func (b *builder) unknownCall(n ast.Node, name, dateHere string) error {
	if name == "" {
		return b.refuse(n, conditionFunctions)
	}
	if slices.Contains(dateNames, name) {
		return b.at(start(n), b.sourceOf(n), dateHere, b.sourceOf(n))
	}
	if hint := DidYouMean(slices.Concat(conditionNames, dateNames), name); hint != "" {
		return b.at(start(n), name, "there is no such function%s", hint)
	}
	return b.at(start(n), name, "there is no such function; %s; %s", conditionFunctions, dateFunctions)
}

// sourceOf is the text of a node, of a call up to its first closing bracket, cut where it is long.
func (b *builder) sourceOf(n ast.Node) string {
	const most = 40
	from, to := start(n), n.Location().To
	if _, call := n.(*ast.CallNode); call {
		for to < len(b.source) && b.source[to-1] != ')' && to-from <= most {
			to++
		}
	}
	text := []rune(b.slice(from, to))
	if len(text) > most {
		return string(text[:most]) + "…"
	}
	return string(text)
}

func (b *builder) noneOf(n *ast.CallNode) (*Node, error) {
	if len(n.Arguments) == 0 {
		return nil, b.at(start(n), "none_of", "it takes at least one condition")
	}
	none := &Node{Op: OpNone}
	for _, argument := range n.Arguments {
		part, err := b.condition(argument)
		if err != nil {
			return nil, err
		}
		none.Nodes = append(none.Nodes, part)
	}
	return none, nil
}

func (b *builder) inSegment(n *ast.CallNode) (*Node, error) {
	node := &Node{Op: OpInSegment}
	if len(n.Arguments) == 1 {
		if l, ok := plainLiteral(n.Arguments[0]); ok {
			node.Value = &l
		}
	}
	return node, b.placed(n, checkSegment(node))
}

func (b *builder) withinKM(n *ast.CallNode) (*Node, error) {
	node := &Node{Op: OpWithinKM}
	if len(n.Arguments) == 3 {
		km, _ := plainLiteral(n.Arguments[0])
		country, _ := plainLiteral(n.Arguments[1])
		postcode, _ := plainLiteral(n.Arguments[2])
		if postcode.kind == numberLiteral {
			return nil, b.at(start(n.Arguments[2]), postcode.String(), `a postcode is a text: put it in quotes, such as "70173"`)
		}
		if km.kind == numberLiteral && country.kind == textLiteral && postcode.kind == textLiteral {
			node.Near = &Near{KM: km.num, Country: country.text, Postcode: postcode.text}
		}
	}
	return node, b.placed(n, checkNear(node))
}

func (b *builder) isEmpty(n *ast.CallNode) (*Node, error) {
	if len(n.Arguments) != 1 {
		return nil, b.at(start(n), OpIsEmpty, "it takes exactly one field")
	}
	f, err := b.field(n.Arguments[0])
	if err != nil {
		return nil, err
	}
	return &Node{Op: OpIsEmpty, Field: f.Name}, nil
}

// relativeFunctions are the relative dates of the text form, by what one unit of the argument means.
var relativeFunctions = map[string]Relative{"days_ago": {Days: -1}, "days_ahead": {Days: 1}, "months_ago": {Months: -1}, "months_ahead": {Months: 1}}

// relativeDate reads days_ago(90), days_ahead(60), months_ago(3), months_ahead(3) and today(). It is no relative date
// where name is "", and one with wrong arguments where wrong is not.
func relativeDate(n ast.Node) (l Literal, name, wrong string) {
	call, ok := n.(*ast.CallNode)
	if !ok {
		return Literal{}, "", ""
	}
	name = dotted(call.Callee)
	unit, known := relativeFunctions[name]
	switch {
	case name == "today" && len(call.Arguments) == 0:
		return RelativeLiteral(Relative{}), name, ""
	case name == "today":
		return Literal{}, name, "it takes nothing between its brackets"
	case !known:
		return Literal{}, "", ""
	}
	most := maxRelativeDays
	if unit.Months != 0 {
		most = maxRelativeMonths
	}
	if len(call.Arguments) == 1 {
		if count, ok := call.Arguments[0].(*ast.IntegerNode); ok && count.Value >= 0 && count.Value <= most {
			return RelativeLiteral(Relative{Months: unit.Months * count.Value, Days: unit.Days * count.Value}), name, ""
		}
	}
	return Literal{}, name, fmt.Sprintf("it takes one whole number from 0 to %d", most)
}
