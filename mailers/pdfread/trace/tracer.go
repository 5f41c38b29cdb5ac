package trace

import (
	"fmt"

	"postlift/mailers/pdfread"
)

// Limits of following content: nesting, saved states, and bytes of content gone through in all; small files
// have a smaller budget, so that forms nested to grow like 2^n cost little.
const (
	maxForms  = 24
	maxStates = 512
	maxBytes  = 2 << 30
	perRun    = 1000 // what following a nested content costs beside its bytes
	maxMemo   = 200_000
)

// Tracer follows pages of one file. What a form draws is told again only where it stands at another place or
// size than before: thousands of pages share one background.
type Tracer struct {
	file   *pdfread.File
	see    func(*Event)
	bytes  int
	budget int
	memo   map[memoKey]bool
	active map[int]bool
	fonts  map[int]*Typeface
	spaces map[int]*Space
	tired  bool
}

type memoKey struct {
	num  int
	ctm  matrix
	what Kind
}

// New makes a tracer that tells see. The event and what it points to are valid during the call only.
func New(f *pdfread.File, see func(*Event)) *Tracer {
	return &Tracer{file: f, see: see, budget: min(maxBytes, 32<<20+200*f.Size()), memo: map[memoKey]bool{}, active: map[int]bool{}, fonts: map[int]*Typeface{}, spaces: map[int]*Space{}}
}

// Page tells what a page draws. Its error says that the page's content cannot be read.
func (t *Tracer) Page(p *pdfread.Page) error {
	content, err := t.file.Content(p)
	if err != nil {
		return err
	}
	m := matrix{p.UserUnit, 0, 0, p.UserUnit, 0, 0}
	r := &run{t: t, page: p.Number, unit: m, resources: t.file.Dict(p.Resources), state: newState(m)}
	r.content(content)
	return nil
}

// state is the graphics state.
type state struct {
	ctm          matrix
	fill, stroke Colour
	width        float64
	font         *Typeface
	size, scale  float64
	leading      float64
	render       int
	opFill       bool
	opStroke     bool
	opm          int
}

func newState(ctm matrix) state {
	black := Colour{Space: devices["DeviceGray"], Values: []float64{0}}
	s := state{ctm: ctm, fill: black, stroke: black, width: 1, scale: 1}
	s.stroke.Stroke = true
	return s
}

// run is one content stream being followed.
type run struct {
	t          *Tracer
	page       int
	where      string
	unit       matrix // the space in which boxes are told
	resources  pdfread.Dict
	state      state
	saved      []state
	path       bounds
	tm, line   matrix
	hidden     []bool // of marked content
	off        int    // how many of them are off
	depth      int
	uncoloured bool // of an uncoloured pattern or glyph: colour operators do not count
}

func (r *run) tell(e Event) {
	if r.off > 0 {
		return
	}
	e.Page, e.Where = r.page, r.where
	r.t.see(&e)
}

func (r *run) broken(format string, args ...any) {
	r.tell(Event{Kind: Broken, Why: fmt.Sprintf(format, args...)})
}

func (r *run) content(content []byte) {
	if r.t.bytes += len(content) + perRun; r.t.bytes > r.t.budget {
		if !r.t.tired {
			r.t.tired = true
			r.broken("the content is too costly to follow")
		}
		return
	}
	s := pdfread.NewScanner(content)
	for {
		op, ok := s.Next()
		if !ok {
			break
		}
		r.op(op.Op, op.Args)
	}
	if s.Stray > 0 {
		r.broken("%d pieces of the content are no PDF syntax", s.Stray)
	}
}

// num gives the i-th operand as a number, else 0.
func num(args []pdfread.Object, i int) float64 {
	if i < 0 || i >= len(args) {
		return 0
	}
	v, _ := pdfread.Number(args[i])
	return v
}

func name(args []pdfread.Object, i int) pdfread.Name {
	if i < 0 || i >= len(args) {
		return ""
	}
	n, _ := args[i].(pdfread.Name)
	return n
}

// op follows one operator. Names stand in the order of ISO 32000-1, annex A, by kind.
func (r *run) op(op string, a []pdfread.Object) {
	switch op {
	case "q":
		if len(r.saved) < maxStates {
			r.saved = append(r.saved, r.state)
		}
	case "Q":
		if n := len(r.saved); n > 0 {
			r.state, r.saved = r.saved[n-1], r.saved[:n-1]
		}
	case "cm":
		r.state.ctm = matrix{num(a, 0), num(a, 1), num(a, 2), num(a, 3), num(a, 4), num(a, 5)}.mul(r.state.ctm)
	case "w":
		r.state.width = num(a, 0)
	case "gs":
		r.extState(name(a, 0))
	case "Do":
		r.xobject(name(a, 0))
	case "sh":
		r.shade(name(a, 0))
	case "BI":
		r.inline(a)
	case "BDC", "BMC", "EMC":
		r.mark(op, a)
	default:
		if !r.pathOp(op, a) && !r.colourOp(op, a) {
			r.textOp(op, a)
		}
	}
}

// mark follows marked content, which may be optional content that is off.
func (r *run) mark(op string, a []pdfread.Object) {
	if op == "EMC" {
		if n := len(r.hidden); n > 0 {
			if r.hidden[n-1] {
				r.off--
			}
			r.hidden = r.hidden[:n-1]
		}
		return
	}
	off := false
	if op == "BDC" && name(a, 0) == "OC" && len(a) > 1 {
		o := a[1]
		if n := name(a, 1); n != "" {
			o = r.t.file.Dict(r.resources["Properties"])[n]
		}
		off = r.t.file.Hidden(o)
	}
	if len(r.hidden) < 1<<16 {
		r.hidden = append(r.hidden, off)
		if off {
			r.off++
		}
	}
}

func (r *run) pathOp(op string, a []pdfread.Object) bool {
	switch op {
	case "m", "l":
		r.point(num(a, 0), num(a, 1))
	case "c":
		r.point(num(a, 0), num(a, 1))
		r.point(num(a, 2), num(a, 3))
		r.point(num(a, 4), num(a, 5))
	case "v", "y":
		r.point(num(a, 0), num(a, 1))
		r.point(num(a, 2), num(a, 3))
	case "re":
		x, y := num(a, 0), num(a, 1)
		r.path.box(r.state.ctm, x, y, x+num(a, 2), y+num(a, 3))
	case "f", "F", "f*":
		r.paint(true, false)
	case "S", "s":
		r.paint(false, true)
	case "B", "B*", "b", "b*":
		r.paint(true, true)
	case "n":
		r.path = bounds{}
	case "h", "W", "W*":
	default:
		return false
	}
	return true
}

func (r *run) point(x, y float64) { r.path.add(r.state.ctm.at(x, y)) }

func (r *run) paint(fill, stroke bool) {
	e := Event{Kind: Path, Box: r.path.Rect, Boxed: r.path.any, Stroked: stroke}
	if e.Boxed {
		e.Colours = r.colours(fill, stroke)
		if stroke {
			e.Size = r.state.width * r.state.ctm.mean()
		}
		r.tell(e)
		r.patterns(e.Colours)
	}
	r.path = bounds{}
}

// colours are the colours of the current paint with their overprint.
func (r *run) colours(fill, stroke bool) []Colour {
	var out []Colour
	if fill {
		c := r.state.fill
		c.Overprint, c.Mode = r.state.opFill, r.state.opm
		out = append(out, c)
	}
	if stroke {
		c := r.state.stroke
		c.Overprint, c.Mode, c.Stroke = r.state.opStroke, r.state.opm, true
		out = append(out, c)
	}
	return out
}

func (r *run) colourOp(op string, a []pdfread.Object) bool {
	slot := &r.state.fill
	switch op {
	case "G", "RG", "K", "CS", "SC", "SCN":
		slot = &r.state.stroke
	case "g", "rg", "k", "cs", "sc", "scn":
	default:
		return false
	}
	if r.uncoloured {
		return true
	}
	switch op {
	case "g", "G":
		r.set(slot, devices["DeviceGray"], a)
	case "rg", "RG":
		r.set(slot, devices["DeviceRGB"], a)
	case "k", "K":
		r.set(slot, devices["DeviceCMYK"], a)
	case "cs", "CS":
		s := r.space(name(a, 0))
		*slot = Colour{Space: s, Values: initial(s)}
	default:
		r.set(slot, slot.Space, a)
	}
	return true
}

// space finds a named colour space; one that is missing is told as broken.
func (r *run) space(n pdfread.Name) *Space {
	ref, _ := r.t.file.Dict(r.resources["ColorSpace"])[n].(pdfread.Ref)
	if s := r.t.spaces[ref.Num]; s != nil && ref.Num != 0 && devices[n] == nil {
		return s
	}
	s := SpaceOf(r.t.file, n, r.resources)
	if ref.Num != 0 && devices[n] == nil {
		r.t.spaces[ref.Num] = s
	}
	if s == nil {
		r.broken("the colour space %s is missing or broken", n)
	}
	return s
}

func initial(s *Space) []float64 {
	if s == nil {
		return nil
	}
	v := make([]float64, s.N)
	switch s.Family {
	case "DeviceCMYK":
		v[3] = 1
	case "Separation", "DeviceN":
		for i := range v {
			v[i] = 1
		}
	}
	return v
}

func (r *run) set(slot *Colour, s *Space, a []pdfread.Object) {
	c := Colour{Space: s, Values: make([]float64, 0, 4)}
	for i, o := range a {
		if v, ok := pdfread.Number(o); ok && len(c.Values) < 64 {
			c.Values = append(c.Values, v)
		} else if n, ok := o.(pdfread.Name); ok && i == len(a)-1 {
			c.Pattern = r.t.file.Dict(r.resources["Pattern"])[n]
		}
	}
	*slot = c
}
