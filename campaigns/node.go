package campaigns

import (
	"encoding/json"
	"fmt"
	"slices"

	"postlift"
)

// The operators of a Node. Groups hold Nodes, `not` exactly one; `is_empty` holds a field; the others
// compare a field with a value, `in` with several.
const (
	OpAll        = "all"
	OpAny        = "any"
	OpNot        = "not"
	OpEqual      = "=="
	OpNotEqual   = "!="
	OpLess       = "<"
	OpAtMost     = "<="
	OpGreater    = ">"
	OpAtLeast    = ">="
	OpIn         = "in"
	OpContains   = "contains"
	OpStartsWith = "startsWith"
	OpIsEmpty    = "is_empty"
)

// Node is one condition of a rule: the stored model, which a visual builder edits and from which the
// text, the evaluation and the explanation are derived.
//
// Missing values follow Kleene's three-valued logic, as SQL does: a comparison with a missing value is
// unknown, `not` unknown stays unknown, and a rule takes only the accounts for which it is true. So an
// unknown clause keeps nobody in, neither as it stands nor negated; who wants the accounts without a
// value adds `or is_empty(field)`, which is never unknown. An empty text is a missing value.
type Node struct {
	Op     string    `json:"op"`
	Nodes  []*Node   `json:"nodes,omitempty"`
	Field  string    `json:"field,omitempty"`
	Value  *Literal  `json:"value,omitempty"`
	Values []Literal `json:"values,omitempty"`
}

// Literal is a value in a rule: exactly one of a number, a text (dates are ISO texts) or a boolean.
type Literal struct {
	kind literalKind
	num  float64
	text string
	yes  bool
}

type literalKind uint8

const (
	numberLiteral literalKind = iota + 1
	textLiteral
	boolLiteral
)

// NumberLiteral makes a number, or a money amount in major units.
func NumberLiteral(v float64) Literal { return Literal{kind: numberLiteral, num: v} }

// TextLiteral makes a text or an ISO date.
func TextLiteral(v string) Literal { return Literal{kind: textLiteral, text: v} }

// BoolLiteral makes a boolean.
func BoolLiteral(v bool) Literal { return Literal{kind: boolLiteral, yes: v} }

func (l Literal) kindName() string {
	return [...]string{"nothing", "a number", "a text", "a boolean"}[l.kind]
}

// MarshalJSON gives the plain JSON value.
func (l Literal) MarshalJSON() ([]byte, error) {
	switch l.kind {
	case numberLiteral:
		return json.Marshal(l.num)
	case boolLiteral:
		return json.Marshal(l.yes)
	}
	return json.Marshal(l.text)
}

// UnmarshalJSON takes a number, a string or a boolean.
func (l *Literal) UnmarshalJSON(data []byte) error {
	var v any
	if err := json.Unmarshal(data, &v); err != nil {
		return err
	}
	switch v := v.(type) {
	case float64:
		*l = NumberLiteral(v)
	case string:
		*l = TextLiteral(v)
	case bool:
		*l = BoolLiteral(v)
	default:
		return fmt.Errorf("a rule's value is a number, a text or a boolean, not %s", data)
	}
	return nil
}

// DecodeNode reads a stored tree and checks it against the catalogue, so that what comes from a file or
// an older version never reaches the evaluation unchecked.
func DecodeNode(data []byte) (*Node, error) {
	var n Node
	if err := json.Unmarshal(data, &n); err != nil {
		return nil, postlift.Faultf(postlift.Invalid, "campaigns.DecodeNode", "the rule tree is not readable: %v", err)
	}
	return &n, n.Check()
}

// Fields lists the features that the rule reads, in catalogue order.
func (n *Node) Fields() []*Field {
	seen := map[int]bool{}
	n.walk(func(n *Node) {
		if f, ok := FieldNamed(n.Field); ok {
			seen[f.index] = true
		}
	})
	var fields []*Field
	for i := range Catalogue {
		if seen[i] {
			fields = append(fields, &Catalogue[i])
		}
	}
	return fields
}

func (n *Node) walk(visit func(*Node)) {
	visit(n)
	for _, c := range n.Nodes {
		c.walk(visit)
	}
}

// normal brings a group into normal form: no `all` directly within an `all`, no `any` within an `any`,
// no group of one.
func group(op string, nodes ...*Node) *Node {
	var flat []*Node
	for _, n := range nodes {
		if n.Op == op {
			flat = append(flat, n.Nodes...)
		} else {
			flat = append(flat, n)
		}
	}
	if len(flat) == 1 {
		return flat[0]
	}
	return &Node{Op: op, Nodes: flat}
}

func isComparison(op string) bool {
	return slices.Contains([]string{OpEqual, OpNotEqual, OpLess, OpAtMost, OpGreater, OpAtLeast}, op)
}
