package rules

import (
	"slices"
	"strings"
)

// Predicate is a compiled rule: true for the accounts that the rule takes. It allocates nothing and is
// safe for concurrent use.
type Predicate func(*Facts) bool

// Compile turns a bound rule into closures. Negations are pushed down to the clauses first (De Morgan holds in
// Kleene's logic), where a negated clause is true when the value is known and the clause is false; so two values
// are enough at run time.
func (t *Term) Compile() Predicate { return t.compile(false) }

func (t *Term) compile(negate bool) Predicate {
	switch t.Op {
	case OpNot:
		return t.Terms[0].compile(!negate)
	case OpInSegment:
		inside := t.Terms[0].compile(false)
		return func(f *Facts) bool { return inside(f) != negate }
	case OpAll, OpAny:
		parts := make([]Predicate, len(t.Terms))
		for i, c := range t.Terms {
			parts[i] = c.compile(negate)
		}
		if (t.Op == OpAll) != negate {
			return every(parts)
		}
		return some(parts)
	}
	switch t.Field.Type {
	case Text:
		return t.compileText(negate)
	case Texts:
		return t.compileSet(negate)
	}
	return t.compileNumber(negate)
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
func (t *Term) compileNumber(negate bool) Predicate {
	i, op, v := t.Field.slot, t.Op, t.Number
	switch op {
	case OpIsEmpty:
		return func(f *Facts) bool { return (f.num[i] != f.num[i]) != negate }
	case OpIn:
		set := make(map[float64]struct{}, len(t.Numbers))
		for _, v := range t.Numbers {
			set[v] = struct{}{}
		}
		return func(f *Facts) bool {
			x := f.num[i]
			_, found := set[x]
			return x == x && found != negate
		}
	}
	if negate {
		op = negated[op]
	}
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

func textSet(texts []string) map[string]struct{} {
	set := make(map[string]struct{}, len(texts))
	for _, v := range texts {
		set[v] = struct{}{}
	}
	return set
}

func (t *Term) compileText(negate bool) Predicate {
	i, v := t.Field.slot, t.Text
	switch t.Op {
	case OpIsEmpty:
		return func(f *Facts) bool { return (f.text[i] == "") != negate }
	case OpIn:
		set := textSet(t.Texts)
		return func(f *Facts) bool {
			_, found := set[f.text[i]]
			return f.text[i] != "" && found != negate
		}
	case OpContains:
		return func(f *Facts) bool { return f.text[i] != "" && strings.Contains(f.text[i], v) != negate }
	case OpStartsWith:
		return func(f *Facts) bool { return f.text[i] != "" && strings.HasPrefix(f.text[i], v) != negate }
	case OpEndsWith:
		return func(f *Facts) bool { return f.text[i] != "" && strings.HasSuffix(f.text[i], v) != negate }
	}
	equal := (t.Op == OpEqual) != negate
	return func(f *Facts) bool { return f.text[i] != "" && (f.text[i] == v) == equal }
}

// compileSet judges a set, which is never missing: contains asks for one member, in for any of several.
func (t *Term) compileSet(negate bool) Predicate {
	i, v := t.Field.slot, t.Text
	switch t.Op {
	case OpIsEmpty:
		return func(f *Facts) bool { return (len(f.sets[i]) == 0) != negate }
	case OpIn:
		set := textSet(t.Texts)
		return func(f *Facts) bool {
			for _, m := range f.sets[i] {
				if _, found := set[m]; found {
					return !negate
				}
			}
			return negate
		}
	}
	return func(f *Facts) bool { return slices.Contains(f.sets[i], v) != negate }
}
