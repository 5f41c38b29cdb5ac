package rules

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestDiff(t *testing.T) {
	for _, c := range []struct{ old, new, want string }{
		{`orders > 3`, `orders > 3`, ""},
		{`orders > 3 and dunning`, `dunning and orders > 3`, ""},
		{`orders > 3`, `orders > 5`, `changed  "orders > 3" "orders > 5"`},
		{`orders > 3 and dunning`, `orders > 5 and dunning`, `changed 1 "orders > 3" "orders > 5"`},
		{`orders > 3`, `orders > 3 and dunning`, `added 2 "" "dunning"`},
		{`orders > 3 and dunning`, `dunning`, `removed 1 "orders > 3" ""`},
		{`orders > 3 and dunning`, `orders > 3 and complaint`, `added 2 "" "complaint"; removed 2 "dunning" ""`},
		{`orders > 3 and dunning`, `orders > 3 or dunning`, `regrouped  "all of" "any of"`},
		{`dunning and (orders > 3 or country == "DE")`, `dunning and (orders > 3 or country in ["DE", "AT"] or complaint)`,
			`changed 2.2 "country == \"DE\"" "country in [\"DE\", \"AT\"]"; added 2.3 "" "complaint"`},
		{`not (orders > 3)`, `not (orders > 4)`, `changed 1 "orders > 3" "orders > 4"`},
		{`dunning`, `not dunning`, `changed  "dunning" "not dunning"`},
		{`orders > 1 and orders < 9`, `orders > 2 and orders < 9`, `changed 1 "orders > 1" "orders > 2"`},
		{`in_segment("a") and dunning`, `in_segment("b") and dunning`, `changed 1 "in_segment(\"a\")" "in_segment(\"b\")"`},
		{`none_of(dunning, complaint)`, `none_of(dunning, orders > 1)`, `added 2 "" "orders > 1"; removed 2 "complaint" ""`},
		{`orders > 3`, `country == "DE"`, `changed  "orders > 3" "country == \"DE\""`},
	} {
		var got []string
		for _, change := range Diff(mustRule(t, c.old), mustRule(t, c.new)) {
			got = append(got, fmt.Sprintf("%s %s %q %q", change.Kind, change.Path, change.Old, change.New))
		}
		if text := strings.Join(got, "; "); text != c.want {
			t.Errorf("%s → %s\n got %s\nwant %s", c.old, c.new, text, c.want)
		}
	}
}

// TestDiffFindsWhatWasAdded: a condition put anywhere into a group is found as the one thing that was added, and the
// other way round as removed.
func TestDiffFindsWhatWasAdded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		parts := rapid.SliceOfN(treeGen(2), 2, 5).Draw(t, "parts")
		old := group(OpAll, parts...)
		at := rapid.IntRange(0, len(old.Nodes)).Draw(t, "at")
		name := TextLiteral("only in the new version")
		added := &Node{Op: OpInSegment, Value: &name}
		nodes := append(append(append([]*Node{}, old.Nodes[:at]...), added), old.Nodes[at:]...)
		changed := &Node{Op: OpAll, Nodes: nodes}
		if got := Diff(old, changed); len(got) != 1 || got[0].Kind != Added || got[0].NewNode != added {
			t.Fatalf("%v", got)
		}
		if got := Diff(changed, old); len(got) != 1 || got[0].Kind != Removed || got[0].OldNode != added {
			t.Fatalf("%v", got)
		}
	})
}

// TestDiffIsEmptyForTheSame: no change is told between rules that read the same, and none is missed between others.
func TestDiffIsEmptyForTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := treeGen(3).Draw(t, "a"), treeGen(3).Draw(t, "b")
		if got := Diff(a, a); len(got) > 0 {
			t.Fatalf("%s differs from itself: %v", a.Text(), got)
		}
		if same(a, b) != (len(Diff(a, b)) == 0) {
			t.Fatalf("%s\n%s\n%v", a.Text(), b.Text(), Diff(a, b))
		}
	})
}
