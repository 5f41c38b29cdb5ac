package merge

import (
	"fmt"
	"sync"
)

// Limits of a merge. Work is counted in steps, a node or 64 bytes of text each; the steps of a piece take well
// under two seconds on a slow machine.
const (
	maxText   = 1 << 20  // bytes of one merged section
	maxPiece  = 10 << 20 // bytes of all sections of a piece
	maxRounds = 10_000   // of all loops of a section
	maxSteps  = 2_000_000
	maxValue  = 64 << 10 // bytes of one value
)

// Private characters that part values from the text around them. Neither texts nor values may hold any.
const (
	valueStart  = '\uE000' // a value of this recipient
	commonStart = '\uE002' // a value that many recipients have
	valueEnd    = '\uE001'
	privateByte = 0xEE // the first byte of each in UTF-8
)

// run is one merge of one section.
type run struct {
	data   Data
	text   *Text
	buf    []byte
	locals []value
	elems  []value
	args   []value
	rounds int
	lacks  *[]string // not nil: values that are missing are named here and do not stop the run
	loop   loopState
}

type loopState struct{ at, n int }

var runs = sync.Pool{New: func() any { return new(run) }}

// Render merges the text with a piece's data. What it gives is the section's markup with the values between marks:
// the source of Blocks and SplitBlocks. A required variable without a value, a value that a filter cannot print and
// a text that costs too much are Faults that name the variable. No panic leaves it.
func (t *Text) Render(d Data) (string, error) { return t.render(d, nil) }

// Lacks are the variables without a value at which Render would stop, in the order of the text; those of a list's
// elements as "orders[].net". What else is wrong with the data is a Fault.
func (t *Text) Lacks(d Data) ([]string, error) {
	lacks := []string{}
	_, err := t.render(d, &lacks)
	return lacks, err
}

func (t *Text) render(d Data, lacks *[]string) (merged string, err error) {
	r := runs.Get().(*run)
	defer func() {
		if p := recover(); p != nil {
			merged, err = "", pieceFault("section @%s cannot be merged: %s", t.name, clip(fmt.Sprint(p)))
			return // a broken run is not used again
		}
		r.data, r.text, r.lacks = Data{}, nil, nil
		clear(r.locals)
		if cap(r.elems) > 256 || cap(r.buf) > maxValue {
			return // a rare giant is not kept
		}
		clear(r.elems[:cap(r.elems)])
		runs.Put(r)
	}()
	if d.cost == nil {
		d.cost = &cost{steps: maxSteps, bytes: maxPiece}
	}
	r.data, r.text, r.buf, r.rounds, r.loop = d, t, r.buf[:0], 0, loopState{}
	r.elems, r.args, r.lacks = r.elems[:0], r.args[:0], lacks
	if cap(r.locals) < t.slots {
		r.locals = make([]value, t.slots)
	}
	r.locals = r.locals[:t.slots]
	if err := execAll(r, t.nodes); err != nil {
		return "", err
	}
	return string(r.buf), nil
}

// burn counts steps.
func (r *run) burn(n int) error {
	if r.data.cost.steps -= n; r.data.cost.steps < 0 {
		return pieceFault("merging the text takes more than %d steps: make its loops smaller", maxSteps)
	}
	return nil
}

// write appends to the merged text.
func (r *run) write(s string) error {
	r.data.cost.bytes -= len(s)
	switch {
	case len(r.buf)+len(s) > maxText:
		return pieceFault("the merged text of section @%s is longer than %d bytes", r.text.name, maxText)
	case r.data.cost.bytes < 0:
		return pieceFault("the merged texts of the piece are longer than %d bytes", maxPiece)
	}
	r.buf = append(r.buf, s...)
	return r.burn(1 + len(s)/64)
}

func (r *run) writeValue(s string, shared bool) error {
	start := valueStart
	if shared {
		start = commonStart
	}
	r.buf = append(r.buf, string(start)...)
	if err := r.write(s); err != nil {
		return err
	}
	r.buf = append(r.buf, string(valueEnd)...)
	return nil
}

// operand finds an operand's value.
func (r *run) operand(o *operand) value {
	switch o.slot {
	case constant:
		return o.lit
	case fromData:
		return r.data.lookup(o.full, o.parts)
	case fromLoop:
		return r.loopFact(o.lit.n)
	}
	v := r.locals[o.slot]
	for _, p := range o.parts {
		v = v.field(p)
	}
	return v
}

// loopFact is one of loopFacts of the innermost loop.
func (r *run) loopFact(fact int64) value {
	i, n := int64(r.loop.at), int64(r.loop.n)
	switch fact {
	case 0:
		return whole(i + 1)
	case 1:
		return whole(i)
	case 2:
		return whole(n - i)
	case 3:
		return whole(n - i - 1)
	case 4:
		return truth(i == 0)
	case 5:
		return truth(i == n-1)
	}
	return whole(n)
}

// eval finds an expression's value. Where it is to be printed, a fallback of the design stands in for nothing.
func (r *run) eval(e *expr, fallback bool) (value, error) {
	v := r.operand(&e.head)
	if fallback && v.kind == vNone && len(r.text.fallback) > 0 {
		v = load(r.text.fallback[e.head.full])
	}
	for i := range e.calls {
		k := &e.calls[i]
		from := len(r.args)
		for j := range k.args {
			r.args = append(r.args, r.operand(&k.args[j]))
		}
		err := r.burn(1 + len(v.s)/64 + v.length())
		if err == nil {
			v, err = k.filter.apply(r, v, r.args[from:])
		}
		r.args = r.args[:from]
		if err != nil {
			return v, err
		}
	}
	return v, nil
}

// test evaluates a condition, from the right as Liquid does.
func (r *run) test(c *cond) (bool, error) {
	if err := r.burn(1); err != nil {
		return false, err
	}
	left, err := r.eval(&c.left, false)
	if err != nil {
		return false, err
	}
	yes := left.truthy()
	if c.op != "" {
		right, err := r.eval(&c.right, false)
		if err != nil {
			return false, err
		}
		if err := r.burn((len(left.s)+len(right.s))/64 + left.length()); err != nil {
			return false, err
		}
		yes = compare(left, c.op, right)
	}
	switch {
	case c.join == "and" && !yes, c.join == "or" && yes, c.rest == nil:
		return yes, nil
	}
	return r.test(c.rest)
}
