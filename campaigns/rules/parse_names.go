package rules

import (
	"fmt"

	"github.com/expr-lang/expr/ast"
)

// field reads a field name where one must stand.
func (b *builder) field(n ast.Node) (*Field, error) {
	name := dotted(n)
	if name == "" {
		return nil, b.refuse(n, "a field is expected here, such as clv.residual")
	}
	f, ok := b.catalogue.Field(name)
	if !ok {
		return nil, b.at(start(n), name, "there is no such field%s", DidYouMean(b.catalogue.names(), name))
	}
	return f, nil
}

// dotted joins a chain of names: clv.residual; "" for anything else.
func dotted(n ast.Node) string {
	switch n := n.(type) {
	case *ast.IdentifierNode:
		return n.Value
	case *ast.MemberNode:
		property, ok := n.Property.(*ast.StringNode)
		base := dotted(n.Node)
		if !ok || base == "" || n.Optional || n.Method {
			return ""
		}
		return base + "." + property.Value
	}
	return ""
}

// start is where a node begins in the text, in runes: of a chain or a comparison its leftmost part.
func start(n ast.Node) int {
	switch n := n.(type) {
	case *ast.MemberNode:
		return start(n.Node)
	case *ast.BinaryNode:
		return start(n.Left)
	case *ast.CallNode:
		return start(n.Callee)
	}
	return n.Location().From
}

// insteadOf says how rules write what some functions of the outside grammar are meant for.
var insteadOf = map[string]string{"none": "none_of(condition, …)", "all": "condition and condition", "any": "condition or condition",
	"date": `a date in quotes, such as "2026-01-31"`, "now": "today()", "hasPrefix": `field startsWith "…"`, "hasSuffix": `field endsWith "…"`}

// refuse names a construct of the outside grammar that rules do not have.
func (b *builder) refuse(n ast.Node, remedy string) error {
	at := start(n)
	offending := b.slice(n.Location().From, n.Location().To)
	what := ""
	switch n := n.(type) {
	case *ast.BuiltinNode:
		offending, what = n.Name, "functions are not possible in rules; "
		if instead := insteadOf[n.Name]; instead != "" {
			remedy = "write " + instead
		}
	case *ast.CallNode:
		what = "functions are not possible in rules; "
	case *ast.ConditionalNode:
		what = "if and ?: are not possible in rules; "
	case *ast.VariableDeclaratorNode:
		what = "variables are not possible in rules; "
	case *ast.SequenceNode:
		what = "a rule is one condition; "
	case *ast.NilNode:
		what = "nil is not possible in rules, write is_empty(field); "
	case *ast.BinaryNode:
		what = fmt.Sprintf("%s is not possible here; ", n.Operator)
	case *ast.ChainNode, *ast.SliceNode, *ast.MapNode, *ast.BytesNode, *ast.PointerNode, *ast.PredicateNode:
		what = "this is not possible in rules; "
	}
	return b.at(at, offending, "%s%s", what, remedy)
}
