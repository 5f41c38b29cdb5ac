package rules

import (
	"encoding/json"
	"math"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"postlift"
)

// literalFor draws a literal that fits the field.
func literalFor(f *Field) *rapid.Generator[Literal] {
	return rapid.Custom(func(t *rapid.T) Literal {
		switch {
		case len(f.Values) > 0:
			return TextLiteral(rapid.SampledFrom(f.Values).Draw(t, "value").Value)
		case f.form != nil:
			return TextLiteral(rapid.StringMatching(f.Pattern).Draw(t, "form"))
		}
		switch f.Type {
		case Text, Texts:
			return TextLiteral(rapid.SampledFrom([]string{"DE", "AT", "Ö\"l", `back\slash`, "ab", "b", "it's // no /* comment */", "`\uFFFD\u2028", "(((", `\n \u00e4`}).Draw(t, "text"))
		case Boolean:
			return BoolLiteral(rapid.Bool().Draw(t, "bool"))
		case Day:
			if kind := rapid.IntRange(0, 3).Draw(t, "relative"); kind == 0 {
				return RelativeLiteral(Relative{Days: rapid.IntRange(-160, 160).Draw(t, "days")})
			} else if kind == 1 {
				return RelativeLiteral(Relative{Months: rapid.IntRange(-6, 6).Draw(t, "months")})
			}
			return TextLiteral(postlift.MustDate("2026-01-01").AddDays(rapid.IntRange(-3, 3).Draw(t, "day")).String())
		case Amount:
			return NumberLiteral(float64(rapid.IntRange(-300, 300).Draw(t, "cents")) / 100)
		}
		return NumberLiteral(rapid.SampledFrom([]float64{-2, 0, .25, 1, 2, 1e12, 1e-9, 0.1 + 0.2}).Draw(t, "number"))
	})
}

func clauseGen() *rapid.Generator[*Node] {
	return rapid.Custom(func(t *rapid.T) *Node {
		switch rapid.IntRange(0, 9).Draw(t, "what") {
		case 0:
			name := TextLiteral(rapid.SampledFrom(savedNames).Draw(t, "segment"))
			return &Node{Op: OpInSegment, Value: &name}
		case 1:
			return &Node{Op: OpWithinKM, Near: &Near{KM: rapid.SampledFrom([]float64{.5, 25, 1e-7}).Draw(t, "km"), Country: "DE", Postcode: rapid.SampledFrom([]string{"70173", "SW1A 1AA"}).Draw(t, "postcode")}}
		}
		f := rapid.SampledFrom(Builtin().Fields()).Draw(t, "field")
		var ops []string
		for _, op := range []string{OpEqual, OpNotEqual, OpLess, OpAtMost, OpGreater, OpAtLeast, OpIn, OpContains, OpStartsWith, OpEndsWith, OpIsEmpty} {
			if operatorReason(f, op) == "" {
				ops = append(ops, op)
			}
		}
		n := &Node{Op: rapid.SampledFrom(ops).Draw(t, "op"), Field: f.Name}
		switch n.Op {
		case OpIsEmpty:
		case OpIn:
			n.Values = rapid.SliceOfN(literalFor(f), 1, 4).Draw(t, "values")
		default:
			v := literalFor(f).Draw(t, "value")
			n.Value = &v
		}
		return n
	})
}

// treeGen draws trees in normal form.
func treeGen(depth int) *rapid.Generator[*Node] {
	return rapid.Custom(func(t *rapid.T) *Node {
		kind := rapid.IntRange(0, 6).Draw(t, "kind")
		if depth == 0 || kind < 2 {
			return clauseGen().Draw(t, "clause")
		}
		if kind == 2 {
			return &Node{Op: OpNot, Nodes: []*Node{treeGen(depth-1).Draw(t, "inner")}}
		}
		if kind == 3 {
			return &Node{Op: OpNone, Nodes: rapid.SliceOfN(treeGen(depth-1), 1, 3).Draw(t, "none")}
		}
		op := rapid.SampledFrom([]string{OpAll, OpAny}).Draw(t, "group")
		return group(op, rapid.SliceOfN(treeGen(depth-1), 2, 4).Draw(t, "nodes")...)
	})
}

func factsGen() *rapid.Generator[*Facts] {
	return rapid.Custom(func(t *rapid.T) *Facts {
		facts := Builtin().NewFacts()
		for _, f := range Builtin().Fields() {
			if rapid.IntRange(0, 3).Draw(t, "missing") == 0 {
				continue
			}
			l := literalFor(f).Draw(t, f.Name)
			switch f.Type {
			case Text:
				facts.SetText(f, l.text)
			case Texts:
				facts.SetTexts(f, []string{l.text, literalFor(f).Draw(t, f.Name+" too").text})
			default:
				number, _ := (&binder{Binding: Binding{Currency: "EUR", AsOf: testDay}}).value(f, l)
				facts.SetNumber(f, number)
			}
		}
		return facts
	})
}

// TestTextRoundTrip: a tree in normal form is the tree that its text and its JSON are read as.
func TestTextRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := treeGen(4).Draw(t, "tree")
		text := n.Text()
		raw, err := json.Marshal(n)
		if err != nil {
			t.Fatal(err)
		}
		if stored, err := Builtin().Decode(raw); err != nil || !reflect.DeepEqual(n, stored) {
			t.Fatalf("%s came back from %s as %v, %v", text, raw, stored, err)
		}
		back, err := Builtin().Parse(text)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if !reflect.DeepEqual(n, back) {
			t.Fatalf("%s came back as %s", text, back.Text())
		}
	})
}

// looseGen draws trees that Check takes and that need not be in normal form.
func looseGen(depth int) *rapid.Generator[*Node] {
	return rapid.Custom(func(t *rapid.T) *Node {
		if depth == 0 || rapid.IntRange(0, 3).Draw(t, "kind") == 0 {
			return clauseGen().Draw(t, "clause")
		}
		op := rapid.SampledFrom([]string{OpAll, OpAny, OpNone, OpNot}).Draw(t, "group")
		most := 3
		if op == OpNot {
			most = 1
		}
		return &Node{Op: op, Nodes: rapid.SliceOfN(looseGen(depth-1), 1, most).Draw(t, "nodes")}
	})
}

// TestTextKeepsTheMeaning: whatever Check takes has a text, which is read as a rule that says the same of every
// account.
func TestTextKeepsTheMeaning(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := looseGen(4).Draw(t, "tree")
		if err := Builtin().Check(n); err != nil {
			t.Skip(err)
		}
		back, err := Builtin().Parse(n.Text())
		if err != nil {
			t.Fatalf("%s: %v", n.Text(), err)
		}
		takes, same := bound(t, n).Compile(), bound(t, back).Compile()
		for range 5 {
			facts := factsGen().Draw(t, "facts")
			if takes(facts) != same(facts) {
				t.Fatalf("%s came back as %s", n.Text(), back.Text())
			}
		}
		for _, lang := range []string{"en", "de"} {
			if n.Sentence(Builtin(), lang, "EUR") == "." {
				t.Fatalf("%s has no sentence", n.Text())
			}
		}
	})
}

// TestCompiledAgreesWithExplained: the two-valued closures and the three-valued explanation are two
// separate evaluations; they agree on every rule and account, negated and not.
func TestCompiledAgreesWithExplained(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, facts := treeGen(4).Draw(t, "tree"), factsGen().Draw(t, "facts")
		for _, n := range []*Node{n, {Op: OpNot, Nodes: []*Node{n}}} {
			p, err := compiled(n, "EUR")
			if err != nil {
				t.Fatal(err)
			}
			if got, want := p(facts), explained(n, facts, "EUR").Outcome == Met; got != want {
				t.Fatalf("%s: compiled %t, explained %t", n.Text(), got, want)
			}
		}
	})
}

// TestNegationExcludesUnknown: a rule and its negation never both take an account, and where no value is
// missing exactly one does.
func TestNegationExcludesUnknown(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, facts := treeGen(3).Draw(t, "tree"), factsGen().Draw(t, "facts")
		p, err := compiled(n, "EUR")
		if err != nil {
			t.Fatal(err)
		}
		q, err := compiled(&Node{Op: OpNot, Nodes: []*Node{n}}, "EUR")
		if err != nil {
			t.Fatal(err)
		}
		missing := false
		for _, f := range bound(t, n).Fields() {
			missing = missing || facts.Missing(f)
		}
		if p(facts) && q(facts) || !missing && p(facts) == q(facts) {
			t.Fatalf("%s: %t, negated %t, missing %t", n.Text(), p(facts), q(facts), missing)
		}
	})
}

func TestFactsSurviveJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		facts, back := factsGen().Draw(t, "facts"), Builtin().NewFacts()
		for _, f := range Builtin().Fields() {
			raw, err := json.Marshal(facts.Value(f, "EUR"))
			if err != nil {
				t.Fatal(err)
			}
			var v any
			if err := json.Unmarshal(raw, &v); err != nil {
				t.Fatal(err)
			}
			back.SetValue(f, v)
		}
		for i := range facts.num {
			if a, b := facts.num[i], back.num[i]; a != b && !(math.IsNaN(a) && math.IsNaN(b)) {
				t.Fatalf("slot %d: %v became %v", i, a, b)
			}
		}
		if !reflect.DeepEqual(facts.text, back.text) {
			t.Fatalf("%v became %v", facts.text, back.text)
		}
		for i := range facts.sets {
			if !slices.Equal(facts.sets[i], back.sets[i]) {
				t.Fatalf("set %d: %v became %v", i, facts.sets[i], back.sets[i])
			}
		}
	})
}
