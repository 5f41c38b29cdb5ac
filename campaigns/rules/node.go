package rules

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"postlift"
)

// The operators of a Node. Groups hold Nodes, `not` exactly one; `is_empty` holds a field; the others
// compare a field with a value, `in` with several.
const (
	OpAll        = "all"
	OpAny        = "any"
	OpNone       = "none" // none of the Nodes is true: the negation of any
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
	OpEndsWith   = "endsWith"
	OpIsEmpty    = "is_empty"
	OpInSegment  = "in_segment" // the saved rule that Value names takes the account
	OpWithinKM   = "within_km"  // the main site lies within Near
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
	Near   *Near     `json:"near,omitempty"`
}

// Near is a circle around the centre of a postcode area.
type Near struct {
	KM       float64 `json:"km"`
	Country  string  `json:"country"` // ISO 3166-1 alpha-2
	Postcode string  `json:"postcode"`
}

// Relative is a date that moves with the date on which the rule is asked: Months and then Days after it,
// before it where negative. Both zero is the date itself.
type Relative struct {
	Months int `json:"months,omitempty"`
	Days   int `json:"days,omitempty"`
}

// Literal is a value in a rule: exactly one of a number, a text (dates are ISO texts), a boolean or a relative
// date.
type Literal struct {
	kind     literalKind
	num      float64
	text     string
	yes      bool
	relative Relative
}

type literalKind uint8

const (
	numberLiteral literalKind = iota + 1
	textLiteral
	boolLiteral
	relativeLiteral
)

// NumberLiteral makes a number, or a money amount in major units.
func NumberLiteral(v float64) Literal { return Literal{kind: numberLiteral, num: v} }

// TextLiteral makes a text or an ISO date.
func TextLiteral(v string) Literal { return Literal{kind: textLiteral, text: v} }

// BoolLiteral makes a boolean.
func BoolLiteral(v bool) Literal { return Literal{kind: boolLiteral, yes: v} }

// RelativeLiteral makes a date relative to the day on which the rule is asked.
func RelativeLiteral(r Relative) Literal { return Literal{kind: relativeLiteral, relative: r} }

func (l Literal) kindName() string {
	return [...]string{"nothing", "a number", "a text", "a boolean", "a relative date"}[l.kind]
}

// MarshalJSON gives the plain JSON value.
func (l Literal) MarshalJSON() ([]byte, error) {
	switch l.kind {
	case numberLiteral:
		return json.Marshal(l.num)
	case boolLiteral:
		return json.Marshal(l.yes)
	case relativeLiteral:
		return json.Marshal(struct {
			Relative Relative `json:"relative"`
		}{l.relative})
	}
	return json.Marshal(l.text)
}

// UnmarshalJSON takes a number, a string, a boolean or {"relative": {"months": …, "days": …}}.
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
	case map[string]any:
		var r struct {
			Relative *Relative `json:"relative"`
		}
		d := json.NewDecoder(bytes.NewReader(data))
		d.DisallowUnknownFields()
		if err := d.Decode(&r); err != nil || r.Relative == nil {
			return fmt.Errorf("a rule's value is a number, a text, a boolean or a relative date, not %s", data)
		}
		*l = RelativeLiteral(*r.Relative)
	default:
		return fmt.Errorf("a rule's value is a number, a text, a boolean or a relative date, not %s", data)
	}
	return nil
}

// Decode reads a stored tree and checks it against the catalogue, so that what comes from a file or an older
// version never reaches the evaluation unchecked.
func (c *Catalogue) Decode(data []byte) (*Node, error) {
	n, err := DecodeNode(data)
	if err != nil {
		return nil, err
	}
	return n, c.Check(n)
}

// maxTreeBytes bounds a stored tree before it is read; no tree that Check takes comes near it.
const maxTreeBytes = 1 << 20

// DecodeNode reads a stored tree without checking it: Bind does that before anything is evaluated. What it does not
// know is refused, never left out: the rest would mean something else.
func DecodeNode(data []byte) (*Node, error) {
	if len(data) > maxTreeBytes {
		return nil, postlift.Faultf(postlift.Invalid, "rules.DecodeNode", "the rule tree has %d bytes; at most %d are possible", len(data), maxTreeBytes)
	}
	var n *Node
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	err := d.Decode(&n)
	if err == nil && d.More() {
		err = errors.New("something follows the tree")
	}
	if err == nil && n == nil {
		err = errors.New("it is empty")
	}
	if err != nil {
		return nil, postlift.Faultf(postlift.Invalid, "rules.DecodeNode", "the rule tree is not readable: %v", err)
	}
	return n, nil
}

// Segments lists the saved rules that the rule refers to by itself, each once, in the order of the text.
func (n *Node) Segments() []string {
	var names []string
	n.walk(func(n *Node) {
		if n.Op == OpInSegment && n.Value != nil && !slices.Contains(names, n.Value.text) {
			names = append(names, n.Value.text)
		}
	})
	return names
}

func (n *Node) walk(visit func(*Node)) {
	visit(n)
	for _, c := range n.Nodes {
		if c != nil {
			c.walk(visit)
		}
	}
}

// group makes a group in normal form: no `all` directly within an `all`, no `any` within an `any`,
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
