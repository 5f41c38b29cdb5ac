package merge

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// Limits of a text that a user writes.
const (
	maxSource  = 256 << 10 // bytes of a section
	maxNesting = 6
	maxLoops   = 3 // inside each other
	maxTerms   = 50
)

// Options say where a section stands and what it may name.
type Options struct {
	File     string            // for messages
	Lang     string            // "de" or "en", a region may follow
	Vars     Vars              // what may be named: Builtin with a design's own
	Fallback map[string]string // by name: what is printed where there is no value
}

// Text is a checked section, ready to be merged any number of times, also at once.
type Text struct {
	name, lang string
	nodes      []node
	slots      int
	fallback   map[string]string
	uses       []string
	always     map[string]bool
	plain      string
	static     bool
}

// Name is the section's name.
func (t *Text) Name() string { return t.name }

// Always are the variables that are printed whatever the data are: outside of conditions and loops and without a
// default or fallback.
func (t *Text) Always() map[string]bool { return t.always }

// Uses are the variables that the text names, sorted; those of a list's elements as "orders[].net".
func (t *Text) Uses() []string { return slices.Clone(t.uses) }

// Plain is all that the text may print without a value: its literal text and the constants in it, for a test of
// the fonts.
func (t *Text) Plain() string { return t.plain }

// Static tells whether the text prints the same for everybody.
func (t *Text) Static() bool { return t.static }

// localVar is a name that a text gives itself.
type localVar struct {
	slot int
	kind Kind
	elem string
}

// compiler reads one section.
type compiler struct {
	file, lang string
	vars       Vars
	fallback   map[string]string
	locals     map[string]localVar
	uses       map[string]bool
	always     map[string]bool
	loops      []string // variables of the open loops
	depth      int      // open blocks
	terms      int
	slots      int
	plain      strings.Builder
	tokens     []token
	at         int
}

// Compile checks a section: Liquid, names with the kind of each, and markup. What is wrong is a Fault that starts
// with file and line and suggests the nearest known name.
func Compile(sec Section, o Options) (t *Text, err error) {
	defer func() {
		if p := recover(); p != nil {
			t, err = nil, textFault(o.File, sec.Line, "section @%s cannot be read: %s", sec.Name, clip(fmt.Sprint(p)))
		}
	}()
	c := &compiler{file: o.File, lang: o.Lang, vars: o.Vars, fallback: o.Fallback,
		locals: map[string]localVar{}, uses: map[string]bool{}, always: map[string]bool{}}
	if len(sec.Source) > maxSource {
		return nil, c.fault(sec.Line, "section @%s is longer than %d bytes", sec.Name, maxSource)
	}
	if i := strings.IndexFunc(sec.Source, reserved); i >= 0 {
		r := []rune(sec.Source[i:])[0]
		return nil, c.fault(sec.Line+strings.Count(sec.Source[:i], "\n"), "U+%04X is a private character that no font agrees on: take it out", r)
	}
	tokens, err := lex(sec, o.File)
	if err != nil {
		return nil, err
	}
	c.tokens = tokens
	nodes, err := c.block("")
	if err != nil {
		return nil, err
	}
	if err := checkMarkup(tokens, o.File, sec.Line); err != nil {
		return nil, err
	}
	t = &Text{name: sec.Name, lang: o.Lang, nodes: nodes, slots: c.slots, fallback: o.Fallback, always: c.always, plain: c.plain.String(), static: true}
	for _, tok := range tokens {
		t.static = t.static && tok.kind == textToken
	}
	for name := range c.uses {
		t.uses = append(t.uses, name)
	}
	slices.Sort(t.uses)
	return t, nil
}

// reserved are private characters: three of them mark values, and none of them means anything in print.
func reserved(r rune) bool { return unicode.Is(unicode.Co, r) }

func (c *compiler) fault(line int, format string, args ...any) error {
	return textFault(c.file, line, format, args...)
}

// block reads nodes up to a tag that ends or continues the open block, which it leaves as the current token. opened
// is the open block's name, "" for the section itself.
func (c *compiler) block(opened string) ([]node, error) {
	var out []node
	for ; c.at < len(c.tokens); c.at++ {
		tok := &c.tokens[c.at]
		if tok.kind == tagToken && closes[tok.name] {
			if opened == "" {
				return nil, c.fault(tok.line, "%q has no open block", tok.name)
			}
			return out, nil
		}
		n, err := c.node(tok)
		if err != nil {
			return nil, err
		}
		out = append(out, n)
	}
	if opened != "" {
		return out, errUnclosed
	}
	return out, nil
}

var closes = map[string]bool{"elsif": true, "else": true, "endif": true, "endunless": true, "when": true, "endcase": true, "endfor": true}

var tagNames = []string{"if", "elsif", "else", "endif", "unless", "endunless", "case", "when", "endcase", "for", "endfor", "assign", "comment", "endcomment"}

// node reads what starts at a token.
func (c *compiler) node(tok *token) (node, error) {
	switch tok.kind {
	case textToken:
		c.plain.WriteString(tok.text)
		return textNode(tok.text), nil
	case outputToken:
		return c.output(tok)
	}
	switch tok.name {
	case "if", "unless":
		return c.ifBlock(tok)
	case "case":
		return c.caseBlock(tok)
	case "for":
		return c.forBlock(tok)
	case "assign":
		return c.assign(tok)
	}
	return nil, c.fault(tok.line, "tag %q is not known here%s", tok.name, didYouMean(tagNames, tok.name))
}

// output reads {{ … }}.
func (c *compiler) output(tok *token) (node, error) {
	words, err := c.words(tok.args, tok.line)
	if err != nil {
		return nil, err
	}
	e, rest, err := c.expression(words, tok.line)
	if err != nil {
		return nil, err
	}
	if len(rest) > 0 {
		return nil, c.fault(tok.line, "%q cannot stand here: {{ … }} prints one value, with filters after |", rest[0])
	}
	if e.head.name == "" {
		return nil, c.fault(tok.line, "{{ %s }} prints no variable", tok.args)
	}
	if err := c.printable(&e, tok.line); err != nil {
		return nil, err
	}
	if c.depth == 0 && !e.has("default") && e.head.slot == fromData && c.fallback[e.head.full] == "" {
		c.always[e.head.full] = true
	}
	n := &outNode{expr: e, optional: e.settled(), shared: common(e.head.full) && e.head.slot == fromData}
	for _, k := range e.calls {
		for _, a := range k.args {
			n.shared = n.shared && (a.slot == constant || a.slot == fromData && common(a.full))
			c.plain.WriteString(" " + a.lit.s)
		}
	}
	return n, nil
}

// printable asks for the filter that a kind needs, so that no letter shows an ISO date.
func (c *compiler) printable(e *expr, line int) error {
	name := e.head.name
	switch e.kind {
	case Day:
		return c.fault(line, "%s is a date: print it as {{ %s | date }}", name, name)
	case Amount:
		return c.fault(line, "%s is an amount: print it as {{ %s | money }}", name, name)
	case List:
		return c.fault(line, "%s is a list: walk it with {%% for item in %s %%}", name, name)
	case Image:
		return c.fault(line, "%s is a picture: place it with a block of kind image", name)
	case group:
		return c.fault(line, "%q is a group: name a field of it%s", name, example(name, c.vars.fields(e.elem)))
	}
	return nil
}

func example(name string, fields []string) string {
	if len(fields) == 0 {
		return ""
	}
	return ", such as " + name + "." + fields[0]
}

// enter counts an open block.
func (c *compiler) enter(tok *token) error {
	if c.depth++; c.depth > maxNesting {
		return c.fault(tok.line, "blocks are nested deeper than %d", maxNesting)
	}
	return nil
}

// inner reads the nodes of a block up to one of the tags that may follow, and gives that tag.
func (c *compiler) inner(opened *token, follow ...string) ([]node, *token, error) {
	c.at++
	nodes, err := c.block(opened.name)
	if errors.Is(err, errUnclosed) {
		return nil, nil, c.fault(opened.line, "%q is opened here and not closed: add {%% end%s %%}", opened.name, opened.name)
	}
	if err != nil {
		return nil, nil, err
	}
	tok := &c.tokens[c.at]
	if !slices.Contains(follow, tok.name) {
		return nil, nil, c.fault(tok.line, "%q cannot stand here: the %q of line %d is open", tok.name, opened.name, opened.line)
	}
	return nodes, tok, nil
}

// ifBlock reads if and unless with their branches.
func (c *compiler) ifBlock(tok *token) (node, error) {
	if err := c.enter(tok); err != nil {
		return nil, err
	}
	defer func() { c.depth-- }()
	n, end := &ifNode{}, "end"+tok.name
	test, negate := tok, tok.name == "unless"
	for {
		b := branch{negate: negate}
		follow := []string{end}
		if test.name != "else" {
			var err error
			if b.cond, err = c.test(test); err != nil {
				return nil, err
			}
			follow = []string{"elsif", "else", end}
		}
		var err error
		if b.body, test, err = c.inner(tok, follow...); err != nil {
			return nil, err
		}
		n.branches = append(n.branches, b)
		if test.name == end {
			return n, nil
		}
		negate = false
	}
}

// test reads the condition of a tag.
func (c *compiler) test(tok *token) (*cond, error) {
	words, err := c.words(tok.args, tok.line)
	if err != nil {
		return nil, err
	}
	c.terms = 0
	return c.condition(words, tok.line)
}

// caseBlock reads case with its whens.
func (c *compiler) caseBlock(tok *token) (node, error) {
	if err := c.enter(tok); err != nil {
		return nil, err
	}
	defer func() { c.depth-- }()
	words, err := c.words(tok.args, tok.line)
	if err != nil {
		return nil, err
	}
	n := &caseNode{}
	var rest []string
	if n.subject, rest, err = c.expression(words, tok.line); err != nil || len(rest) > 0 {
		return nil, firstError(err, c.fault(tok.line, "a case is written {%% case name %%}"))
	}
	_, next, err := c.inner(tok, "when", "else", "endcase") // what stands before the first when is not printed
	for err == nil && next.name == "when" {
		next, err = c.when(n, tok, next)
	}
	if err == nil && next.name == "else" {
		n.other, _, err = c.inner(tok, "endcase")
	}
	return n, err
}

// when reads one when and gives the tag after it.
func (c *compiler) when(n *caseNode, opened, tok *token) (*token, error) {
	words, err := c.words(tok.args, tok.line)
	if err != nil {
		return nil, err
	}
	w := when{}
	for {
		if len(words) == 0 {
			return nil, c.fault(tok.line, "a value is missing in {%% when %%}")
		}
		o, err := c.operandOf(words[0], tok.line)
		if err != nil {
			return nil, err
		}
		w.values = append(w.values, o)
		if words = words[1:]; len(words) == 0 {
			break
		}
		if words[0] != "," && words[0] != "or" {
			return nil, c.fault(tok.line, "%q cannot stand here: values of a when are parted by commas or or", words[0])
		}
		words = words[1:]
	}
	var next *token
	w.body, next, err = c.inner(opened, "when", "else", "endcase")
	n.whens = append(n.whens, w)
	return next, err
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
