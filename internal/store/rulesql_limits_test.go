package store

import (
	"context"
	"fmt"
	"testing"

	"postlift/campaigns/rules"
)

// TestLargestRulesRun: what Bind accepts, the engines take, however deep it nests, however wide it is and however
// many texts it holds.
func TestLargestRulesRun(t *testing.T) {
	text := func(s string) *rules.Literal { v := rules.TextLiteral(s); return &v }
	clause := func(i int) *rules.Node {
		return &rules.Node{Op: rules.OpNotEqual, Field: "city", Value: text(fmt.Sprint("Ort ", i))}
	}
	wide := &rules.Node{Op: rules.OpAll}
	for i := range rules.MaxRuleNodes - 1 {
		wide.Nodes = append(wide.Nodes, clause(i))
	}
	deep := func(inner *rules.Node) *rules.Node {
		for i := range rules.MaxRuleDepth - 1 {
			group := &rules.Node{Op: []string{rules.OpNone, rules.OpAny, rules.OpNot}[i%3], Nodes: []*rules.Node{inner}}
			if group.Op != rules.OpNot {
				group.Nodes = append(group.Nodes, clause(i))
			}
			inner = group
		}
		return inner
	}
	saved := map[string]*rules.Node{}
	chain := deep(clause(0))
	for i := range 15 {
		name := fmt.Sprint("saved ", i)
		saved[name] = chain
		chain = deep(&rules.Node{Op: rules.OpInSegment, Value: text(name)})
	}
	lists := &rules.Node{Op: rules.OpAny}
	for i := range 300 {
		n := &rules.Node{Op: rules.OpIn, Field: []string{"city", "site.countries"}[i%2]}
		for k := range 14 + i%5 {
			n.Values = append(n.Values, *text(fmt.Sprint(i, " ", k)))
		}
		lists.Nodes = append(lists.Nodes, n)
	}
	saved["wide"], saved["lists"] = wide, lists
	all := &rules.Node{Op: rules.OpAll}
	for range 4 {
		all.Nodes = append(all.Nodes, &rules.Node{Op: rules.OpNot, Nodes: []*rules.Node{{Op: rules.OpInSegment, Value: text("lists")}}},
			&rules.Node{Op: rules.OpInSegment, Value: text("wide")})
	}
	eachEngine(t, func(t *testing.T, s *Store) {
		ctx := context.Background()
		planWorld(t, s, 3)
		must(t, s.RefreshFeatures(ctx, planDay))
		for name, c := range map[string]struct {
			rule *rules.Node
			want int
		}{"wide": {wide, 3}, "deep": {chain, -1}, "lists": {lists, 0}, "all": {all, 3}} {
			term, err := rules.Builtin().Bind(c.rule, rules.Binding{AsOf: planDay, Currency: "EUR", Segment: func(name string) (*rules.Node, error) { return saved[name], nil }})
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			matched, _, err := s.CountMatches(ctx, term, planDay)
			if err != nil || matched != c.want && c.want >= 0 {
				t.Errorf("%s: %d matched, %v", name, matched, err)
			}
		}
	})
}
