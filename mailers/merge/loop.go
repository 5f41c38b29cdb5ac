package merge

import (
	"errors"
	"regexp"
	"strconv"
	"strings"
)

// errUnclosed tells that the section ends inside a block.
var errUnclosed = errors.New("merge: block not closed")

var (
	loopForm   = regexp.MustCompile(`^([A-Za-z_]\w*)\s+in\s+([A-Za-z_][\w.]*)\s*(.*)$`)
	loopWord   = regexp.MustCompile(`^(?:(limit|offset):\s*(\d{1,6})|(reversed))\s*`)
	assignForm = regexp.MustCompile(`(?s)^([A-Za-z_]\w*)\s*=\s*(.+)$`)
)

// forBlock reads a loop.
func (c *compiler) forBlock(tok *token) (node, error) {
	if err := c.enter(tok); err != nil {
		return nil, err
	}
	defer func() { c.depth-- }()
	n, name, err := c.loopHead(tok)
	if err != nil {
		return nil, err
	}
	if len(c.loops) == maxLoops {
		return nil, c.fault(tok.line, "more than %d loops inside each other", maxLoops)
	}
	before, shadowed := c.locals[name]
	c.locals[name] = c.element(n)
	c.loops = append(c.loops, name)
	body, next, err := c.inner(tok, "else", "endfor")
	n.body, n.depth = body, len(c.loops)-1
	c.loops = c.loops[:len(c.loops)-1]
	delete(c.locals, name)
	if shadowed {
		c.locals[name] = before
	}
	if err == nil && next.name == "else" {
		n.other, _, err = c.inner(tok, "endfor")
	}
	return n, err
}

// loopHead reads "item in list limit: 3 reversed".
func (c *compiler) loopHead(tok *token) (*forNode, string, error) {
	m := loopForm.FindStringSubmatch(strings.TrimSpace(tok.args))
	if m == nil {
		return nil, "", c.loopFault(tok)
	}
	n := &forNode{limit: -1}
	for rest := m[3]; rest != ""; {
		w := loopWord.FindStringSubmatch(rest)
		if w == nil {
			return nil, "", c.loopFault(tok)
		}
		count, _ := strconv.Atoi(w[2]) // "" of reversed is 0, and the form allows digits only
		switch w[1] {
		case "limit":
			n.limit = count
		case "offset":
			n.offset = count
		default:
			n.reversed = true
		}
		rest = rest[len(w[0]):]
	}
	var err error
	if n.list, err = c.variable(m[2], tok.line); err != nil {
		return nil, "", err
	}
	if n.list.kind != List && n.list.kind != open {
		return nil, "", c.fault(tok.line, "%q is not a list%s", m[2], didYouMean(c.lists(), m[2]))
	}
	n.slot = c.slot()
	return n, m[1], nil
}

func (c *compiler) loopFault(tok *token) error {
	return c.fault(tok.line, "a loop is written {%% for item in list %%}, with limit: n, offset: n or reversed after it; got %q", clip(tok.args))
}

// element is a loop's variable: a group with the fields of the list's elements, or a plain value.
func (c *compiler) element(n *forNode) localVar {
	if n.list.kind == List && n.list.elem != "" && c.vars.Group(n.list.elem) {
		return localVar{slot: n.slot, kind: group, elem: n.list.elem}
	}
	return localVar{slot: n.slot, kind: open}
}

func (c *compiler) lists() []string {
	var out []string
	for _, n := range c.vars.Names() {
		if c.vars[n] == List {
			out = append(out, n)
		}
	}
	return out
}

func (c *compiler) slot() int {
	c.slots++
	return c.slots - 1
}

// assign reads {% assign name = value %}.
func (c *compiler) assign(tok *token) (node, error) {
	m := assignForm.FindStringSubmatch(strings.TrimSpace(tok.args))
	if m == nil {
		return nil, c.fault(tok.line, "an assignment is written {%% assign name = value %%}; got %q", clip(tok.args))
	}
	name := m[1]
	if _, taken := c.vars[name]; taken || c.vars.Group(name) || name == "forloop" {
		return nil, c.fault(tok.line, "%q is a variable of the merge data and cannot be assigned", name)
	}
	words, err := c.words(m[2], tok.line)
	if err != nil {
		return nil, err
	}
	e, rest, err := c.expression(words, tok.line)
	if err != nil {
		return nil, err
	}
	if len(rest) > 0 {
		return nil, c.fault(tok.line, "%q cannot stand here: an assignment is written {%% assign name = value %%}", rest[0])
	}
	l := localVar{slot: -1, kind: e.kind, elem: e.elem}
	if old, again := c.locals[name]; again {
		l.slot = old.slot
		if old.kind != l.kind || old.elem != l.elem || c.depth > 0 {
			l.kind, l.elem = open, ""
		}
	} else {
		l.slot = c.slot()
	}
	c.locals[name] = l
	c.plain.WriteString(" " + e.head.lit.s)
	return &assignNode{slot: l.slot, expr: e}, nil
}
