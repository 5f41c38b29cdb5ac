package web

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"postlift/campaigns/rules"
)

// Limits of what can be put together on a page; a text may hold more.
const (
	draftDepth = 4
	draftParts = 50
)

// draft is a rule that somebody puts together on a page: a group with its parts, or one condition. Unlike a rule it
// may be unfinished.
type draft struct {
	Path  string // names its fields in the form: "r", "r.0", "r.0.2"
	Group string // all, any, none; "" for a condition
	Parts []*draft

	Field, Compare, Value string // of a condition; Compare asText holds a whole condition in Value
	Wrong                 string // why the condition cannot be used
	Focus                 bool   // the control that a person goes on with
	Index, Of             int    // its place within its group
	Depth                 int
}

// asText is a condition that no three controls can say, such as a circle: it stays as it is written.
const asText = "text"

// draftCompares are the comparisons in the order in which the form shows them.
var draftCompares = []string{rules.OpGreater, rules.OpAtLeast, rules.OpLess, rules.OpAtMost, rules.OpEqual, rules.OpNotEqual, rules.OpIn,
	rules.OpContains, rules.OpStartsWith, rules.OpEndsWith, "is_true", "is_false", rules.OpIsEmpty, asText}

// draftGroups are the ways to join parts.
var draftGroups = []string{rules.OpAll, rules.OpAny, rules.OpNone}

// draftOf makes a tree editable. The root is always a group.
func draftOf(n *rules.Node) *draft {
	d := draftNode(n)
	if d.Group == "" {
		d = &draft{Group: rules.OpAll, Parts: []*draft{d}}
	}
	d.number("r", 1, 0, 1)
	return d
}

func draftNode(n *rules.Node) *draft {
	if slices.Contains(draftGroups, n.Op) {
		d := &draft{Group: n.Op}
		for _, part := range n.Nodes {
			d.Parts = append(d.Parts, draftNode(part))
		}
		return d
	}
	d := &draft{Field: n.Field, Compare: n.Op}
	switch {
	case n.Op == rules.OpIsEmpty:
	case n.Op == rules.OpIn:
		values := make([]string, len(n.Values))
		for i, v := range n.Values {
			values[i] = plainLiteral(v)
			if strings.Contains(values[i], ",") {
				return &draft{Compare: asText, Value: n.Text()}
			}
		}
		d.Value = strings.Join(values, ", ")
	case n.Field == "" || n.Value == nil:
		return &draft{Compare: asText, Value: n.Text()}
	case n.Value.String() == "true" && n.Op == rules.OpEqual:
		d.Compare = "is_true"
	case n.Value.String() == "false" && n.Op == rules.OpEqual:
		d.Compare = "is_false"
	default:
		d.Value = plainLiteral(*n.Value)
	}
	return d
}

// plainLiteral is a literal without quotes.
func plainLiteral(l rules.Literal) string {
	text := l.String()
	if inner, err := strconv.Unquote(text); err == nil && strings.HasPrefix(text, `"`) {
		return inner
	}
	return text
}

// number gives every part its path and place.
func (d *draft) number(path string, depth, index, of int) {
	d.Path, d.Depth, d.Index, d.Of = path, depth, index, of
	for i, part := range d.Parts {
		part.number(path+"."+strconv.Itoa(i), depth+1, i, len(d.Parts))
	}
}

// draftFrom reads the form. What is not there ends a group, so that the parts are those up to the first gap.
func draftFrom(q url.Values) *draft {
	left := draftParts
	root := readDraft(q, "r", 1, &left)
	if root == nil || root.Group == "" {
		root = &draft{Group: rules.OpAll, Parts: []*draft{{Compare: rules.OpGreater}}}
	}
	root.number("r", 1, 0, 1)
	return root
}

func readDraft(q url.Values, path string, depth int, left *int) *draft {
	if group := q.Get(path + ".group"); slices.Contains(draftGroups, group) && depth <= draftDepth && *left > 0 {
		*left--
		d := &draft{Group: group}
		for i := 0; *left > 0; i++ {
			part := readDraft(q, path+"."+strconv.Itoa(i), depth+1, left)
			if part == nil {
				break
			}
			d.Parts = append(d.Parts, part)
		}
		return d
	}
	compare := q.Get(path + ".compare")
	if !slices.Contains(draftCompares, compare) || *left <= 0 {
		return nil
	}
	*left--
	return &draft{Field: q.Get(path + ".field"), Compare: compare, Value: strings.TrimSpace(q.Get(path + ".value"))}
}

// size counts conditions and groups.
func (d *draft) size() int {
	n := 1
	for _, part := range d.Parts {
		n += part.size()
	}
	return n
}

// copied is the draft with parts of its own.
func (d *draft) copied() *draft {
	c := *d
	c.Parts = make([]*draft, len(d.Parts))
	for i, part := range d.Parts {
		c.Parts[i] = part.copied()
	}
	return &c
}

// at finds a part and its group by its path.
func (d *draft) at(path string) (part, group *draft) {
	if d.Path == path {
		return d, nil
	}
	for _, p := range d.Parts {
		if p.Path == path {
			return p, d
		}
		if part, group := p.at(path); part != nil {
			return part, group
		}
	}
	return nil, nil
}

// change does what a button says ("add r.0") and tells whether it was possible. The part that a person goes on with
// gets the focus.
func (d *draft) change(button string) bool {
	verb, path, _ := strings.Cut(button, " ")
	part, group := d.at(path)
	if part == nil {
		return false
	}
	done := part.grow(verb, d.size()) || group != nil && group.rearrange(verb, part, d.size())
	d.number("r", 1, 0, 1)
	return done
}

// grow adds to a group.
func (d *draft) grow(verb string, size int) bool {
	fresh := &draft{Compare: rules.OpGreater, Focus: true}
	switch {
	case d.Group == "" || size >= draftParts:
		return false
	case verb == "add":
		d.Parts = append(d.Parts, fresh)
	case verb == "group" && d.Depth < draftDepth-1:
		d.Parts = append(d.Parts, &draft{Group: rules.OpAny, Parts: []*draft{fresh}})
	default:
		return false
	}
	return true
}

// rearrange copies, removes or moves a part of the group.
func (d *draft) rearrange(verb string, part *draft, size int) bool {
	i := part.Index
	switch {
	case verb == "copy" && size+part.size() <= draftParts:
		twin := part.copied()
		d.Parts = slices.Insert(d.Parts, i+1, twin)
		part = twin
	case verb == "remove":
		d.Parts = slices.Delete(d.Parts, i, i+1)
		if len(d.Parts) == 0 {
			d.Parts = []*draft{{Compare: rules.OpGreater}}
		}
		part = d.Parts[max(i-1, 0)]
	case verb == "up" && i > 0:
		d.Parts[i-1], d.Parts[i] = d.Parts[i], d.Parts[i-1]
	case verb == "down" && i < len(d.Parts)-1:
		d.Parts[i+1], d.Parts[i] = d.Parts[i], d.Parts[i+1]
	default:
		return false
	}
	part.Focus = true
	return true
}

// text writes the draft as a rule's text and notes at each condition why it cannot be used; sound is false where
// one cannot.
func (d *draft) text(c *rules.Catalogue, explain func(*draft, error) string) (text string, sound bool) {
	if d.Group == "" {
		text = d.condition(c)
		if _, err := c.Parse(text); err != nil {
			d.Wrong = explain(d, err)
			return text, false
		}
		return "(" + text + ")", true
	}
	parts, sound := make([]string, len(d.Parts)), true
	for i, part := range d.Parts {
		one, good := part.text(c, explain)
		parts[i], sound = one, sound && good
	}
	switch {
	case len(parts) == 0:
		return "", false
	case d.Group == rules.OpAny:
		return "(" + strings.Join(parts, " or ") + ")", sound
	case d.Group == rules.OpNone:
		return "none_of(" + strings.Join(parts, ", ") + ")", sound
	}
	return "(" + strings.Join(parts, " and ") + ")", sound
}

// condition is one condition as text. Values are quoted as their field needs it.
func (d *draft) condition(c *rules.Catalogue) string {
	switch d.Compare {
	case asText:
		return d.Value
	case rules.OpIsEmpty:
		return rules.OpIsEmpty + "(" + d.Field + ")"
	case "is_true":
		return d.Field
	case "is_false":
		return d.Field + " == false"
	}
	f, known := c.Field(d.Field)
	if !known {
		return d.Field + " " + d.Compare + " " + d.Value
	}
	if d.Compare != rules.OpIn {
		return d.Field + " " + d.Compare + " " + literalText(f, d.Value)
	}
	values := strings.Split(d.Value, ",")
	for i, v := range values {
		values[i] = literalText(f, strings.TrimSpace(v))
	}
	return d.Field + " in [" + strings.Join(values, ", ") + "]"
}

// literalText writes a value as the rule needs it: texts and ISO dates in quotes, all else as it stands.
func literalText(f *rules.Field, value string) string {
	switch {
	case f.Type == rules.Text || f.Type == rules.Texts:
	case f.Type == rules.Day && !strings.HasSuffix(value, ")"):
	default:
		return value
	}
	return rules.TextLiteral(value).String()
}
