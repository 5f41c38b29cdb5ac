package merge

import (
	"errors"
	"slices"

	"postlift"
)

// node is a part of a compiled text.
type node interface{ exec(r *run) error }

type textNode string

type outNode struct {
	expr     expr
	optional bool // an empty value prints nothing instead of stopping the piece: its default says so
	shared   bool // the value is the same for many recipients
}

type branch struct {
	cond   *cond // nil: else
	negate bool
	body   []node
}

type ifNode struct{ branches []branch }

type when struct {
	values []operand
	body   []node
}

type caseNode struct {
	subject expr
	whens   []when
	other   []node
}

type forNode struct {
	list          operand
	slot, depth   int
	limit, offset int // limit -1: all
	reversed      bool
	body, other   []node
}

type assignNode struct {
	slot int
	expr expr
}

func execAll(r *run, nodes []node) error {
	for _, n := range nodes {
		if err := n.exec(r); err != nil {
			return err
		}
	}
	return nil
}

func (n textNode) exec(r *run) error { return r.write(string(n)) }

// exec prints a value between marks: what is inside them is text, whatever it holds.
func (n *outNode) exec(r *run) error {
	v, err := r.eval(&n.expr, true)
	if err != nil {
		return named(err, n.expr.head.name)
	}
	s, err := v.printed(n.expr.head.name)
	if err != nil {
		return err
	}
	if err := r.burn(len(s) / 64); err != nil {
		return err
	}
	if s = clean(s); s == "" {
		if n.optional {
			return nil
		}
		if r.lacks != nil {
			if !slices.Contains(*r.lacks, n.expr.head.full) {
				*r.lacks = append(*r.lacks, n.expr.head.full)
			}
			return nil
		}
		return pieceFault("%s has no value: fill it in, guard it with {%% if %s %%}, or give it a default", n.expr.head.name, n.expr.head.name)
	}
	if err := r.data.printable(s, n.expr.head.name); err != nil {
		return err
	}
	return r.writeValue(s, n.shared)
}

func (n *ifNode) exec(r *run) error {
	for i := range n.branches {
		b := &n.branches[i]
		ok := b.cond == nil
		if !ok {
			yes, err := r.test(b.cond)
			if err != nil {
				return err
			}
			ok = yes != b.negate
		}
		if ok {
			return execAll(r, b.body)
		}
	}
	return r.burn(1)
}

func (n *caseNode) exec(r *run) error {
	v, err := r.eval(&n.subject, false)
	if err != nil {
		return err
	}
	if err := r.burn(1 + len(v.s)/64); err != nil {
		return err
	}
	matched := false // Liquid runs every when that fits
	for i := range n.whens {
		for j := range n.whens[i].values {
			if equal(v, r.operand(&n.whens[i].values[j])) {
				matched = true
				if err := execAll(r, n.whens[i].body); err != nil {
					return err
				}
				break
			}
		}
	}
	if matched {
		return nil
	}
	return execAll(r, n.other)
}

func (n *forNode) exec(r *run) error {
	v := r.operand(&n.list)
	from := len(r.elems)
	if err := r.burn(1 + v.length()); err != nil {
		return err
	}
	switch v.kind {
	case vList:
		r.elems = v.elements(r.elems)
	case vNone:
	default: // a loop that skips it would leave its rows out without a word
		return pieceFault("%s is no list but %s: a loop needs rows", n.list.name, v.shape())
	}
	list := r.elems[from:]
	list = list[min(n.offset, len(list)):]
	if n.limit >= 0 {
		list = list[:min(n.limit, len(list))]
	}
	var err error
	if len(list) == 0 {
		err = execAll(r, n.other)
	} else {
		err = n.rounds(r, list)
	}
	r.elems = r.elems[:from]
	return err
}

func (n *forNode) rounds(r *run, list []value) error {
	outer := r.loop
	defer func() { r.loop = outer }()
	for i := range list {
		if r.rounds++; r.rounds > maxRounds {
			return pieceFault("the text's loops run more than %d rounds", maxRounds)
		}
		v := list[i]
		if n.reversed {
			v = list[len(list)-1-i]
		}
		r.locals[n.slot] = v
		r.loop = loopState{i, len(list)}
		if err := execAll(r, n.body); err != nil {
			return err
		}
	}
	return nil
}

func (n *assignNode) exec(r *run) error {
	v, err := r.eval(&n.expr, true)
	if err != nil {
		return named(err, n.expr.head.name)
	}
	r.locals[n.slot] = v
	return nil
}

// named puts a variable's name before the reason why a filter refused its value.
func named(err error, name string) error {
	var f *postlift.Fault
	if !errors.As(err, &f) || name == "" {
		return err
	}
	return pieceFault("%s: %s", name, f.Text)
}
