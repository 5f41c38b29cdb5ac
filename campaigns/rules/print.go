package rules

import (
	"strconv"
	"strings"
)

// Text prints the tree in its text form. Parse of a tree's text gives the same tree where the tree
// is in normal form, and always one of the same meaning.
func (n *Node) Text() string {
	var b strings.Builder
	n.print(&b)
	return b.String()
}

func (n *Node) print(b *strings.Builder) {
	switch n.Op {
	case OpAll:
		n.join(b, " and ")
	case OpAny:
		n.join(b, " or ")
	case OpNot:
		b.WriteString("not ")
		n.Nodes[0].nested(b, n.Nodes[0].needsBrackets())
	case OpNone:
		b.WriteString("none_of(")
		for i, c := range n.Nodes {
			if i > 0 {
				b.WriteString(", ")
			}
			c.print(b)
		}
		b.WriteByte(')')
	default:
		n.printClause(b)
	}
}

func (n *Node) join(b *strings.Builder, word string) {
	for i, c := range n.Nodes {
		if i > 0 {
			b.WriteString(word)
		}
		c.nested(b, c.Op == OpAll || c.Op == OpAny)
	}
}

func (n *Node) nested(b *strings.Builder, brackets bool) {
	if brackets {
		b.WriteByte('(')
		defer b.WriteByte(')')
	}
	n.print(b)
}

// needsBrackets tells whether the node cannot follow `not` as it stands: everything that is more than a
// name or a call.
func (n *Node) needsBrackets() bool {
	return n.Op != OpIsEmpty && n.Op != OpNone && n.Op != OpInSegment && n.Op != OpWithinKM && !n.isFlag()
}

// isFlag tells whether the node is a boolean field that stands alone.
func (n *Node) isFlag() bool {
	return n.Op == OpEqual && n.Value != nil && n.Value.kind == boolLiteral && n.Value.yes
}

func (n *Node) printClause(b *strings.Builder) {
	switch {
	case n.Op == OpIsEmpty:
		b.WriteString(OpIsEmpty + "(" + n.Field + ")")
	case n.Op == OpInSegment:
		b.WriteString(OpInSegment + "(" + n.Value.String() + ")")
	case n.Op == OpWithinKM:
		b.WriteString(OpWithinKM + "(" + NumberLiteral(n.Near.KM).String() + ", " + TextLiteral(n.Near.Country).String() + ", " + TextLiteral(n.Near.Postcode).String() + ")")
	case n.isFlag():
		b.WriteString(n.Field)
	case n.Op == OpIn:
		b.WriteString(n.Field + " in [")
		for i, v := range n.Values {
			if i > 0 {
				b.WriteString(", ")
			}
			b.WriteString(v.String())
		}
		b.WriteByte(']')
	case n.Value != nil:
		b.WriteString(n.Field + " " + n.Op + " " + n.Value.String())
	}
}

var quoteText = strings.NewReplacer(`\`, `\\`, `"`, `\"`)

// String is the literal as the text form writes it.
func (l Literal) String() string {
	switch l.kind {
	case numberLiteral:
		return strconv.FormatFloat(l.num, 'f', -1, 64)
	case boolLiteral:
		return strconv.FormatBool(l.yes)
	case relativeLiteral:
		return l.relative.String()
	}
	return `"` + quoteText.Replace(l.text) + `"`
}

// String is the relative date as the text form writes it. It counts months or days, never both (Check).
func (r Relative) String() string {
	switch {
	case r.Months == 0 && r.Days == 0:
		return "today()"
	case r.Months == 0:
		return relativeCall("days", r.Days)
	}
	return relativeCall("months", r.Months)
}

func relativeCall(unit string, n int) string {
	if n < 0 {
		return unit + "_ago(" + strconv.Itoa(-n) + ")"
	}
	return unit + "_ahead(" + strconv.Itoa(n) + ")"
}
