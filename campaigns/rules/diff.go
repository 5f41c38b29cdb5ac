package rules

import (
	"slices"
	"strconv"
	"strings"
)

// ChangeKind is what happened to a condition between two versions of a rule.
type ChangeKind string

// The kinds of changes. Where conditions stand within their group does not matter and is no change.
const (
	Added     ChangeKind = "added"
	Removed   ChangeKind = "removed"
	Changed   ChangeKind = "changed"   // a condition of the same field, or a segment, or a circle, asks for something else
	Regrouped ChangeKind = "regrouped" // a group's word: all of became any of; its conditions are compared further
)

// Change is one difference between two versions of a rule.
type Change struct {
	Kind ChangeKind `json:"kind"`
	// Path is the place in the new version, in the old one where removed: positions from 1 joined by points. "2.1" is
	// the first condition of the second; "" is the whole rule.
	Path string `json:"path"`
	Old  string `json:"old,omitempty"` // text form; of a regrouped group its word
	New  string `json:"new,omitempty"`

	OldNode *Node `json:"-"` // nil where added
	NewNode *Node `json:"-"` // nil where removed
}

// Diff tells what changed from one version of a rule to another, in the order of the new one, what was removed from
// a group behind. No change means that both say the same. A single condition counts as a group of one where the
// other version has a group.
func Diff(old, new *Node) []Change {
	return diff(old.normal(), new.normal(), nil)
}

// normal is the tree in normal form, as Parse gives it.
func (n *Node) normal() *Node {
	if !isGroup(n) {
		return n
	}
	nodes := make([]*Node, len(n.Nodes))
	for i, c := range n.Nodes {
		nodes[i] = c.normal()
	}
	if n.Op == OpAll || n.Op == OpAny {
		return group(n.Op, nodes...)
	}
	return &Node{Op: n.Op, Nodes: nodes}
}

// path is a place in a tree: positions from 0.
type path []int

func (p path) String() string {
	texts := make([]string, len(p))
	for i, at := range p {
		texts[i] = strconv.Itoa(at + 1)
	}
	return strings.Join(texts, ".")
}

func (p path) at(i int) path { return append(slices.Clone(p), i) }

func diff(old, new *Node, at path) []Change {
	switch {
	case same(old, new):
		return nil
	case old.Op == OpNot && new.Op == OpNot && akin(old.Nodes[0], new.Nodes[0]) > 0:
		return diff(old.Nodes[0], new.Nodes[0], at.at(0))
	case old.Op == OpNot || new.Op == OpNot: // said as a whole
	case isGroup(old) && isGroup(new):
		changes := diffParts(old, new, old.Nodes, new.Nodes, at)
		if old.Op != new.Op {
			changes = append([]Change{{Kind: Regrouped, Path: at.String(), Old: groupWords[old.Op], New: groupWords[new.Op], OldNode: old, NewNode: new}}, changes...)
		}
		return changes
	case isGroup(new) && (new.Op == OpAll || new.Op == OpAny) && slices.ContainsFunc(new.Nodes, func(n *Node) bool { return akin(old, n) > 0 }):
		return diffParts(old, new, []*Node{old}, new.Nodes, at)
	case isGroup(old) && (old.Op == OpAll || old.Op == OpAny) && slices.ContainsFunc(old.Nodes, func(n *Node) bool { return akin(n, new) > 0 }):
		return diffParts(old, new, old.Nodes, []*Node{new}, at)
	}
	return []Change{{Kind: Changed, Path: at.String(), Old: old.Text(), New: new.Text(), OldNode: old, NewNode: new}}
}

// groupWords are the groups in the text of a change.
var groupWords = map[string]string{OpAll: "all of", OpAny: "any of", OpNone: "none of", OpNot: "not"} // a not is never regrouped

func isGroup(n *Node) bool { return groupWords[n.Op] != "" }

// same tells whether two trees say the same but for the order within their groups.
func same(a, b *Node) bool { return a.sorted() == b.sorted() }

// sorted is the text of a tree with the conditions of every group in the order of their texts.
func (n *Node) sorted() string {
	if !isGroup(n) {
		return n.Text()
	}
	parts := make([]string, len(n.Nodes))
	for i, c := range n.Nodes {
		parts[i] = c.sorted()
	}
	slices.Sort(parts)
	return n.Op + "(" + strings.Join(parts, ", ") + ")"
}

// parts compares the conditions of two groups: equal ones belong together first, then those most akin.
func diffParts(oldGroup, newGroup *Node, old, new []*Node, at path) []Change {
	partner := pair(old, new)
	taken := make([]bool, len(old))
	var changes []Change
	for j, n := range new {
		place := at.at(j)
		if !isGroup(newGroup) {
			place = at
		}
		if i := partner[j]; i >= 0 {
			taken[i] = true
			changes = append(changes, diff(old[i], n, place)...)
			continue
		}
		changes = append(changes, Change{Kind: Added, Path: place.String(), New: n.Text(), NewNode: n})
	}
	for i, n := range old {
		if taken[i] {
			continue
		}
		place := at.at(i)
		if !isGroup(oldGroup) {
			place = at
		}
		changes = append(changes, Change{Kind: Removed, Path: place.String(), Old: n.Text(), OldNode: n})
	}
	return changes
}

// pair finds for each new condition the old one that it comes from, -1 where it is new.
func pair(old, new []*Node) []int {
	partner, taken := make([]int, len(new)), make([]bool, len(old))
	texts := make(map[string][]int, len(old))
	for i, o := range old {
		text := o.sorted()
		texts[text] = append(texts[text], i)
	}
	for j, n := range new {
		partner[j] = -1
		if equal := texts[n.sorted()]; len(equal) > 0 {
			partner[j], taken[equal[0]] = equal[0], true
			texts[n.sorted()] = equal[1:]
		}
	}
	for likeness := mostAkin; likeness > 0; likeness-- {
		for j, n := range new {
			for i := 0; partner[j] < 0 && i < len(old); i++ {
				if !taken[i] && akin(old[i], n) >= likeness {
					partner[j], taken[i] = i, true
				}
			}
		}
	}
	return partner
}

const mostAkin = 3

// akin tells how likely a condition is a changed version of another: 0 not at all.
func akin(a, b *Node) int {
	switch {
	case isGroup(a) && isGroup(b):
		if !share(a, b) {
			return 0
		}
		if a.Op == b.Op {
			return mostAkin
		}
		return 1
	case isGroup(a) || isGroup(b):
		return 0
	case a.Op == b.Op && a.Field == b.Field:
		return mostAkin
	case a.Field != "" && a.Field == b.Field:
		return 2
	}
	return 0
}

// share tells whether two groups have a field, a segment or a circle in common.
func share(a, b *Node) bool {
	subjects := map[string]bool{}
	a.walk(func(n *Node) { subjects[n.subject()] = true })
	found := false
	b.walk(func(n *Node) { found = found || !isGroup(n) && subjects[n.subject()] })
	return found
}

// subject is what a single condition is about.
func (n *Node) subject() string {
	if isGroup(n) {
		return ""
	}
	if n.Field == "" {
		return n.Op
	}
	return n.Field
}
