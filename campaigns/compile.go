package campaigns

import (
	"math"
	"strings"

	"postlift"
)

// Predicate is a compiled rule: true for the accounts that the rule takes. It allocates nothing and is
// safe for concurrent use.
type Predicate func(*Facts) bool

// Compile turns a checked tree into closures. Negations are pushed down to the clauses first (De Morgan
// holds in Kleene's logic), where a negated clause is true when the value is known and the clause is
// false; so two values are enough at run time. Money literals become minor units of the currency.
func Compile(n *Node, currency string) (Predicate, error) {
	if err := n.Check(); err != nil {
		return nil, err
	}
	return compile(n, false, currency), nil
}

func compile(n *Node, negate bool, currency string) Predicate {
	switch n.Op {
	case OpNot:
		return compile(n.Nodes[0], !negate, currency)
	case OpAll, OpAny:
		parts := make([]Predicate, len(n.Nodes))
		for i, c := range n.Nodes {
			parts[i] = compile(c, negate, currency)
		}
		if (n.Op == OpAll) != negate {
			return every(parts)
		}
		return some(parts)
	}
	f, _ := FieldNamed(n.Field)
	if f.Type == Text {
		return compileText(f, n, negate)
	}
	return compileNumber(f, n, negate, currency)
}

func every(parts []Predicate) Predicate {
	return func(f *Facts) bool {
		for _, p := range parts {
			if !p(f) {
				return false
			}
		}
		return true
	}
}

func some(parts []Predicate) Predicate {
	return func(f *Facts) bool {
		for _, p := range parts {
			if p(f) {
				return true
			}
		}
		return false
	}
}

// negated are the comparisons whose truth, over known values, is the other's falsehood.
var negated = map[string]string{OpEqual: OpNotEqual, OpNotEqual: OpEqual, OpLess: OpAtLeast, OpAtLeast: OpLess, OpGreater: OpAtMost, OpAtMost: OpGreater}

// compileNumber relies on NaN for missing values: every comparison with it but != is false.
func compileNumber(field *Field, n *Node, negate bool, currency string) Predicate {
	i, op := field.slot, n.Op
	switch op {
	case OpIsEmpty:
		return func(f *Facts) bool { return (f.num[i] != f.num[i]) != negate }
	case OpIn:
		return compileNumbers(field, n.Values, negate, currency)
	}
	if negate {
		op = negated[op]
	}
	v := slotNumber(field, *n.Value, currency)
	switch op {
	case OpEqual:
		return func(f *Facts) bool { return f.num[i] == v }
	case OpNotEqual:
		return func(f *Facts) bool { x := f.num[i]; return x < v || x > v }
	case OpLess:
		return func(f *Facts) bool { return f.num[i] < v }
	case OpAtMost:
		return func(f *Facts) bool { return f.num[i] <= v }
	case OpGreater:
		return func(f *Facts) bool { return f.num[i] > v }
	}
	return func(f *Facts) bool { return f.num[i] >= v }
}

func compileNumbers(field *Field, values []Literal, negate bool, currency string) Predicate {
	i := field.slot
	set := make(map[float64]struct{}, len(values))
	for _, v := range values {
		set[slotNumber(field, v, currency)] = struct{}{}
	}
	return func(f *Facts) bool {
		x := f.num[i]
		_, found := set[x]
		return x == x && found != negate
	}
}

// slotNumber is a literal in the unit of the field's slot.
func slotNumber(field *Field, l Literal, currency string) float64 {
	switch field.Type {
	case Amount:
		return float64(postlift.FromMajor(l.num, currency).Minor)
	case Boolean:
		if l.yes {
			return 1
		}
		return 0
	case Day:
		d, err := postlift.ParseDate(l.text)
		if err != nil {
			return math.NaN() // Check has refused such a literal
		}
		return float64(d)
	}
	return l.num
}

func compileText(field *Field, n *Node, negate bool) Predicate {
	i := field.slot
	switch n.Op {
	case OpIsEmpty:
		return func(f *Facts) bool { return (f.text[i] == "") != negate }
	case OpIn:
		set := make(map[string]struct{}, len(n.Values))
		for _, v := range n.Values {
			set[v.text] = struct{}{}
		}
		return func(f *Facts) bool {
			_, found := set[f.text[i]]
			return f.text[i] != "" && found != negate
		}
	}
	v := n.Value.text
	switch n.Op {
	case OpContains:
		return func(f *Facts) bool { return f.text[i] != "" && strings.Contains(f.text[i], v) != negate }
	case OpStartsWith:
		return func(f *Facts) bool { return f.text[i] != "" && strings.HasPrefix(f.text[i], v) != negate }
	}
	equal := (n.Op == OpEqual) != negate
	return func(f *Facts) bool { return f.text[i] != "" && (f.text[i] == v) == equal }
}
