package trace

import (
	"math"

	"postlift/mailers/pdfread"
)

func (r *run) textOp(op string, a []pdfread.Object) {
	s := &r.state
	switch op {
	case "BT":
		r.tm, r.line = identity, identity
	case "Tf":
		s.font, s.size = r.typeface(name(a, 0)), num(a, 1)
	case "Tz":
		s.scale = num(a, 0) / 100
	case "TL":
		s.leading = num(a, 0)
	case "Tr":
		s.render = int(num(a, 0))
	case "Td":
		r.move(num(a, 0), num(a, 1))
	case "TD":
		s.leading = -num(a, 1)
		r.move(num(a, 0), num(a, 1))
	case "Tm":
		r.line = matrix{num(a, 0), num(a, 1), num(a, 2), num(a, 3), num(a, 4), num(a, 5)}
		r.tm = r.line
	case "T*":
		r.move(0, -s.leading)
	case "'", "\"":
		r.move(0, -s.leading)
		if len(a) > 0 {
			r.show(a[len(a)-1])
		}
	case "Tj", "TJ":
		if len(a) > 0 {
			r.show(a[0])
		}
	}
}

func (r *run) move(x, y float64) {
	r.line = matrix{1, 0, 0, 1, x, y}.mul(r.line)
	r.tm = r.line
}

// typeface finds a font by its resource name.
func (r *run) typeface(n pdfread.Name) *Typeface {
	o := r.t.file.Dict(r.resources["Font"])[n]
	ref, _ := o.(pdfread.Ref)
	if known, ok := r.t.fonts[ref.Num]; ok && ref.Num != 0 {
		return known
	}
	d := r.t.file.Dict(o)
	if d == nil {
		return &Typeface{Name: string(n)}
	}
	f := &Typeface{Dict: d, Ref: ref, Name: string(r.t.file.Name(d["BaseFont"]))}
	if f.Name == "" {
		f.Name = string(n)
	}
	if ref.Num != 0 {
		r.t.fonts[ref.Num] = f
	}
	return f
}

// show tells a text. Its box is rough, half an em a character, for finding the place: widths of fonts are not
// read.
func (r *run) show(o pdfread.Object) {
	n := 0
	switch v := o.(type) {
	case pdfread.String:
		n = len(v)
	case pdfread.Array:
		for _, e := range v {
			if s, ok := e.(pdfread.String); ok {
				n += len(s)
			}
		}
	}
	s := &r.state
	if n == 0 {
		return
	}
	if s.font == nil {
		r.broken("text is shown without a font")
		return
	}
	if s.font.Dict["Subtype"] == pdfread.Name("Type0") {
		n = (n + 1) / 2
	}
	advance := .5 * s.size * s.scale * float64(min(n, 1000))
	m := r.tm.mul(s.ctm)
	r.tm = matrix{1, 0, 0, 1, advance, 0}.mul(r.tm)
	if s.render == 3 || s.render == 7 { // invisible
		return
	}
	b := bounds{}
	b.box(m, 0, -.2*s.size, advance, .8*s.size)
	e := Event{Kind: Text, Font: s.font, Size: math.Abs(s.size) * m.yLen(), Box: b.Rect, Boxed: b.any, Object: refLabel(s.font.Ref)}
	if s.font.Dict["Subtype"] == pdfread.Name("Type3") {
		e.Size *= 1000 * math.Abs(toMatrix(r.t.file.Numbers(s.font.Dict["FontMatrix"]))[3])
	}
	mode := s.render % 4
	e.Colours = r.colours(mode == 0 || mode == 2, mode == 1 || mode == 2)
	r.tell(e)
	r.patterns(e.Colours)
	r.glyphs(s.font)
}

func refLabel(r pdfread.Ref) string {
	if r.Num == 0 {
		return ""
	}
	return pdfread.Label(r)
}

// glyphs follows the procedures of a Type 3 font, once a font.
func (r *run) glyphs(f *Typeface) {
	if f.Dict["Subtype"] != pdfread.Name("Type3") || f.Ref.Num == 0 || !r.first(memoKey{num: f.Ref.Num, what: Text}) {
		return
	}
	procs := r.t.file.Dict(f.Dict["CharProcs"])
	m := toMatrix(r.t.file.Numbers(f.Dict["FontMatrix"])).mul(matrix{r.state.size, 0, 0, r.state.size, 0, 0}).mul(r.tm).mul(r.state.ctm)
	for _, n := range sortedKeys(procs) {
		s := r.t.file.Stream(procs[n])
		if s == nil {
			continue
		}
		resources := r.t.file.Dict(f.Dict["Resources"])
		if resources == nil {
			resources = r.resources
		}
		r.inner(s, procs[n], "glyph "+string(n)+" of font "+f.Name, resources, m, false)
	}
}
