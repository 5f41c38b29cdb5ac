package merge

import (
	"strconv"
	"strings"
)

// operand is a constant, a variable of the data, a local of the text, or a fact of a loop.
type operand struct {
	lit   value
	name  string   // as written; "" of a constant
	full  string   // with a list's element for a loop's variable: "orders[].net"
	parts []string // of the data's path, or what follows the local
	slot  int      // of the local; -1: of the data; -2: a constant; -3: of the innermost loop
	kind  Kind
	elem  string // of a list: the name of its elements, "orders[]"; of a group: its own name
}

const (
	fromData  = -1
	constant  = -2
	fromLoop  = -3
	wordBlank = "blank" // the constants empty and blank
)

// expr is an operand with the filters that it goes through.
type expr struct {
	head  operand
	calls []call
	kind  Kind   // of the result
	elem  string // of the result
}

type call struct {
	filter *filter
	args   []operand
}

func (e *expr) has(filter string) bool {
	for _, c := range e.calls {
		if c.filter.name == filter {
			return true
		}
	}
	return false
}

// settled tells of a default that is written in the text: whoever writes default: "" wants nothing printed. A default
// that is a variable itself may be missing as any other.
func (e *expr) settled() bool {
	for _, c := range e.calls {
		if c.filter.name == "default" && c.args[0].slot == constant {
			return true
		}
	}
	return false
}

// cond is a condition: comparisons joined by and or or, which Liquid evaluates from the right.
type cond struct {
	left  expr
	op    string // "" tests the left side alone
	right expr
	join  string // and, or, "" at the end
	rest  *cond
}

// words cuts an expression into tokens: texts with their quotes, numbers, dotted names, operators.
func (c *compiler) words(src string, line int) ([]string, error) {
	var out []string
	for rest := strings.TrimSpace(src); rest != ""; rest = strings.TrimSpace(rest) {
		n := wordEnd(rest)
		if n == 0 {
			return nil, c.fault(line, "%q cannot be read here; ranges, brackets and arithmetic signs are not available", clip(rest))
		}
		out = append(out, rest[:n])
		rest = rest[n:]
	}
	return out, nil
}

// wordEnd is the length of the first token, 0 where there is none.
func wordEnd(s string) int {
	switch c := s[0]; {
	case c == '"' || c == '\'':
		if i := strings.IndexByte(s[1:], c); i >= 0 {
			return i + 2
		}
	case digit(c) || c == '-' && len(s) > 1 && digit(s[1]):
		return numberEnd(s)
	case letter(c):
		return nameEnd(s)
	case strings.HasPrefix(s, "==") || strings.HasPrefix(s, "!=") || strings.HasPrefix(s, "<=") || strings.HasPrefix(s, ">=") || strings.HasPrefix(s, "<>"):
		return 2
	case strings.IndexByte("<>|:,=", c) >= 0:
		return 1
	}
	return 0
}

func numberEnd(s string) int {
	n := 1
	for n < len(s) && digit(s[n]) {
		n++
	}
	if n+1 < len(s) && s[n] == '.' && digit(s[n+1]) {
		for n++; n < len(s) && digit(s[n]); n++ {
		}
	}
	return n
}

func nameEnd(s string) int {
	n := 1
	for n < len(s) && (letter(s[n]) || digit(s[n]) || s[n] == '.' && n+1 < len(s) && letter(s[n+1])) {
		n++
	}
	return n
}

func digit(c byte) bool  { return c >= '0' && c <= '9' }
func letter(c byte) bool { return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

// words of the language that are no variables.
var constants = map[string]value{
	"true": truth(true), "false": truth(false), "nil": {}, "null": {}, "empty": {s: wordBlank}, "blank": {s: wordBlank},
}

// operandOf reads one token as an operand and checks that a name is known.
func (c *compiler) operandOf(tok string, line int) (operand, error) {
	switch {
	case tok[0] == '"' || tok[0] == '\'':
		return operand{slot: constant, lit: text(tok[1 : len(tok)-1]), kind: String}, nil
	case digit(tok[0]) || tok[0] == '-':
		return c.numberOf(tok, line)
	case !letter(tok[0]):
		return operand{}, c.fault(line, "a value is missing before %q", tok)
	}
	if v, ok := constants[tok]; ok {
		return operand{slot: constant, lit: v, kind: open}, nil
	}
	return c.variable(tok, line)
}

func (c *compiler) numberOf(tok string, line int) (operand, error) {
	if n, err := strconv.ParseInt(tok, 10, 64); err == nil {
		return operand{slot: constant, lit: whole(n), kind: Number}, nil
	}
	f, err := strconv.ParseFloat(tok, 64)
	if err != nil {
		return operand{}, c.fault(line, "%q is no number", clip(tok))
	}
	return operand{slot: constant, lit: real(f), kind: Number}, nil
}

// variable finds what a dotted name is: the text's own names first, then the data's.
func (c *compiler) variable(name string, line int) (operand, error) {
	head, rest, dotted := strings.Cut(name, ".")
	if head == "forloop" && len(c.loops) > 0 {
		return c.loopFact(name, rest, line)
	}
	if l, ok := c.locals[head]; ok {
		return c.local(name, rest, dotted, l, line)
	}
	kind, ok := c.vars[name]
	if !ok {
		return c.groupOf(name, line)
	}
	o := operand{name: name, full: name, parts: strings.Split(name, "."), slot: fromData, kind: kind}
	if kind == List {
		o.elem = name + "[]"
	}
	c.uses[name] = true
	return o, nil
}

// groupOf is a group as a whole, which some filters take.
func (c *compiler) groupOf(name string, line int) (operand, error) {
	if !c.vars.Group(name) {
		return operand{}, c.fault(line, "variable %q is not known%s", name, didYouMean(c.names(), name))
	}
	return operand{name: name, full: name, parts: strings.Split(name, "."), slot: fromData, kind: group, elem: name}, nil
}

// local is a loop's variable or an assigned name, or a field of it.
func (c *compiler) local(name, rest string, dotted bool, l localVar, line int) (operand, error) {
	o := operand{name: name, full: name, slot: l.slot, kind: l.kind, elem: l.elem}
	if !dotted {
		return o, nil
	}
	o.parts = strings.Split(rest, ".")
	if l.kind == open {
		o.kind, o.elem = open, ""
		return o, nil
	}
	o.full = l.elem + "." + rest
	kind, ok := c.vars[o.full]
	if !ok || l.kind != group {
		head, _, _ := strings.Cut(name, ".")
		return o, c.fault(line, "%q is not known%s", name, didYouMean(prefixed(head, c.vars.fields(l.elem)), name))
	}
	o.kind, o.elem = kind, ""
	if kind == List {
		o.elem = o.full + "[]"
	}
	c.uses[o.full] = true
	return o, nil
}

func prefixed(head string, fields []string) []string {
	out := make([]string, len(fields))
	for i, f := range fields {
		out[i] = head + "." + f
	}
	return out
}

var loopFacts = []string{"index", "index0", "rindex", "rindex0", "first", "last", "length"}

func (c *compiler) loopFact(name, fact string, line int) (operand, error) {
	for i, f := range loopFacts {
		if f == fact {
			return operand{name: name, full: name, slot: fromLoop, kind: Number, lit: whole(int64(i))}, nil
		}
	}
	return operand{}, c.fault(line, "%q is not known%s", name, didYouMean(prefixed("forloop", loopFacts), name))
}

// names are all that a text may use at this place.
func (c *compiler) names() []string {
	out := c.vars.Names()
	for n := range c.locals {
		out = append(out, n)
	}
	return out
}

// expression reads an operand and its filters from the front of words.
func (c *compiler) expression(words []string, line int) (expr, []string, error) {
	if len(words) == 0 {
		return expr{}, nil, c.fault(line, "a value is missing")
	}
	head, err := c.operandOf(words[0], line)
	if err != nil {
		return expr{}, nil, err
	}
	e := expr{head: head, kind: head.kind, elem: head.elem}
	words = words[1:]
	for len(words) > 0 && words[0] == "|" {
		if words, err = c.filterCall(&e, words[1:], line); err != nil {
			return e, nil, err
		}
	}
	return e, words, nil
}

// filterCall reads a filter's name and arguments.
func (c *compiler) filterCall(e *expr, words []string, line int) ([]string, error) {
	if len(words) == 0 {
		return nil, c.fault(line, "a filter is missing after |")
	}
	name := words[0]
	f, ok := filterNamed[name]
	if !ok {
		return nil, c.fault(line, "filter %q is not known%s", name, didYouMean(FilterNames(), name))
	}
	k := call{filter: f}
	words = words[1:]
	for sep := ":"; len(words) > 0 && words[0] == sep; sep = "," {
		if len(words) == 1 {
			return nil, c.fault(line, "a value is missing after %q", sep)
		}
		arg, err := c.operandOf(words[1], line)
		if err != nil {
			return nil, err
		}
		k.args = append(k.args, arg)
		words = words[2:]
	}
	if n := len(k.args); n < f.min || n > f.max {
		return nil, c.fault(line, "filter %s takes %s, got %d: %s", name, f.count(), n, f.usage)
	}
	kind, elem, err := f.check(c, e, k.args)
	if err != nil {
		return nil, c.fault(line, "%s", err.Error())
	}
	e.kind, e.elem = kind, elem
	e.calls = append(e.calls, k)
	return words, nil
}

var comparisons = map[string]bool{"==": true, "!=": true, "<>": true, "<": true, ">": true, "<=": true, ">=": true, "contains": true}

// condition reads a whole condition.
func (c *compiler) condition(words []string, line int) (*cond, error) {
	left, rest, err := c.expression(words, line)
	if err != nil {
		return nil, err
	}
	out := &cond{left: left}
	if len(rest) > 0 && comparisons[rest[0]] {
		out.op = rest[0]
		if out.right, rest, err = c.expression(rest[1:], line); err != nil {
			return nil, err
		}
	}
	if len(rest) == 0 {
		return out, nil
	}
	if rest[0] != "and" && rest[0] != "or" {
		return nil, c.fault(line, "%q cannot stand here: a condition compares with ==, !=, <, >, <=, >= or contains, and is joined by and or or", rest[0])
	}
	out.join = rest[0]
	if c.terms++; c.terms > maxTerms {
		return nil, c.fault(line, "a condition of more than %d terms", maxTerms)
	}
	out.rest, err = c.condition(rest[1:], line)
	return out, err
}
