package trace

import (
	"fmt"
	"math"
	"slices"

	"postlift/mailers/pdfread"
)

func sortedKeys(d pdfread.Dict) []pdfread.Name {
	keys := make([]pdfread.Name, 0, len(d))
	for k := range d {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// first tells whether something is met for the first time at this place and size.
func (r *run) first(k memoKey) bool {
	if r.off > 0 {
		return false
	}
	for i, v := range k.ctm {
		k.ctm[i] = math.Round(v*1e4) / 1e4
	}
	if r.t.memo[k] {
		return false
	}
	if len(r.t.memo) < maxMemo {
		r.t.memo[k] = true
	}
	return true
}

// extState sets a graphics state from the resources.
func (r *run) extState(n pdfread.Name) {
	o := r.t.file.Dict(r.resources["ExtGState"])[n]
	d := r.t.file.Dict(o)
	if d == nil {
		r.broken("the graphics state %s is missing", n)
		return
	}
	f, s := r.t.file, &r.state
	if v, ok := f.Resolve(d["OP"]).(bool); ok {
		s.opStroke = v
		if d["op"] == nil {
			s.opFill = v
		}
	}
	if v, ok := f.Resolve(d["op"]).(bool); ok {
		s.opFill = v
	}
	s.opm = int(f.Number(d["OPM"], float64(s.opm)))
	s.width = f.Number(d["LW"], s.width)
	if a := f.Array(d["Font"]); len(a) == 2 {
		fd := f.Dict(a[0])
		ref, _ := a[0].(pdfread.Ref)
		s.font, s.size = &Typeface{Dict: fd, Ref: ref, Name: string(f.Name(fd["BaseFont"]))}, f.Number(a[1], s.size)
	}
	ref, _ := o.(pdfread.Ref)
	if ref.Num != 0 && !r.first(memoKey{num: ref.Num, what: State}) {
		return
	}
	r.tell(Event{Kind: State, Dict: d, Object: pdfread.Label(o)})
	if mask, ok := f.Resolve(d["SMask"]).(pdfread.Dict); ok {
		if g := f.Stream(mask["G"]); g != nil {
			r.form(g, mask["G"], "soft mask", r.state.ctm)
		}
	}
}

// xobject follows an image, a form or a PostScript program.
func (r *run) xobject(n pdfread.Name) {
	o := r.t.file.Dict(r.resources["XObject"])[n]
	s := r.t.file.Stream(o)
	if s == nil {
		r.broken("the object %s that is to be drawn is missing", n)
		return
	}
	if s.Dict["OC"] != nil && r.t.file.Hidden(s.Dict["OC"]) {
		return
	}
	switch r.t.file.Name(s.Dict["Subtype"]) {
	case "Image":
		ref, _ := o.(pdfread.Ref)
		r.image(s, ref, false)
	case "Form":
		if r.t.file.Name(s.Dict["Subtype2"]) == "PS" || s.Dict["PS"] != nil {
			r.tell(Event{Kind: Program, Dict: s.Dict, Object: pdfread.Label(o)})
		}
		r.form(s, o, "form "+string(n), r.state.ctm)
	default:
		r.tell(Event{Kind: Program, Dict: s.Dict, Object: pdfread.Label(o)})
	}
}

func (r *run) form(s *pdfread.Stream, o pdfread.Object, what string, ctm matrix) {
	m := toMatrix(r.t.file.Numbers(s.Dict["Matrix"])).mul(ctm)
	ref, _ := o.(pdfread.Ref)
	if ref.Num != 0 && !r.first(memoKey{num: ref.Num, ctm: m, what: Form}) {
		return
	}
	r.tell(Event{Kind: Form, Dict: s.Dict, Object: pdfread.Label(o)})
	resources := r.t.file.Dict(s.Dict["Resources"])
	if resources == nil {
		resources = r.resources // as before PDF 1.2
	}
	r.inner(s, o, what, resources, m, r.uncoloured)
}

// inner follows the content of something nested.
func (r *run) inner(s *pdfread.Stream, o pdfread.Object, what string, resources pdfread.Dict, ctm matrix, uncoloured bool) {
	ref, _ := o.(pdfread.Ref)
	if r.off > 0 {
		return
	}
	if l := pdfread.Label(o); l != "" {
		what += " (" + l + ")"
	}
	if r.depth >= maxForms || ref.Num != 0 && r.t.active[ref.Num] {
		r.broken("%s contains itself, or forms are nested more than %d deep", what, maxForms)
		return
	}
	content, left, err := r.t.file.Decode(s)
	if err == nil && len(left) > 0 {
		err = fmt.Errorf("it is an image (%s)", left[0])
	}
	if err != nil {
		r.broken("%s cannot be read: %v", what, err)
		return
	}
	if ref.Num != 0 {
		r.t.active[ref.Num] = true
		defer delete(r.t.active, ref.Num)
	}
	in := &run{t: r.t, page: r.page, where: what, unit: r.unit, resources: resources, state: r.state, depth: r.depth + 1, uncoloured: uncoloured}
	if r.where != "" && len(r.where) < 300 {
		in.where = r.where + " > " + what
	}
	in.state.ctm = ctm
	in.content(content)
}

// patterns follows the patterns of colours, each once.
func (r *run) patterns(colours []Colour) {
	for _, c := range colours {
		ref, _ := c.Pattern.(pdfread.Ref)
		if c.Pattern == nil || ref.Num != 0 && !r.first(memoKey{num: ref.Num, what: Path}) {
			continue
		}
		d := r.t.file.Dict(c.Pattern)
		if r.t.file.Number(d["PatternType"], 1) == 2 {
			r.shading(d["Shading"])
			if gs := r.t.file.Dict(d["ExtGState"]); gs != nil {
				r.tell(Event{Kind: State, Dict: gs, Object: pdfread.Label(c.Pattern)})
			}
			continue
		}
		if s := r.t.file.Stream(c.Pattern); s != nil {
			m := toMatrix(r.t.file.Numbers(d["Matrix"])).mul(r.unit)
			r.inner(s, c.Pattern, "pattern", r.t.file.Dict(d["Resources"]), m, r.t.file.Number(d["PaintType"], 1) == 2)
		}
	}
}

func (r *run) shade(n pdfread.Name) {
	o, ok := r.t.file.Dict(r.resources["Shading"])[n]
	if !ok {
		r.broken("the shading %s is missing", n)
		return
	}
	r.shading(o)
}

func (r *run) shading(o pdfread.Object) {
	d := r.t.file.Dict(o)
	if d == nil {
		r.broken("a shading is missing")
		return
	}
	s := SpaceOf(r.t.file, d["ColorSpace"], r.resources)
	r.tell(Event{Kind: Shading, Dict: d, Object: pdfread.Label(o), Colours: []Colour{{Space: s}}})
}

// inline tells an inline image.
func (r *run) inline(a []pdfread.Object) {
	if len(a) != 2 {
		return
	}
	d, _ := a[0].(pdfread.Dict)
	data, _ := a[1].(pdfread.String)
	long := pdfread.Dict{}
	for k, v := range d {
		if l, ok := inlineKeys[k]; ok {
			k = l
		}
		long[k] = v
	}
	r.image(&pdfread.Stream{Dict: long, Raw: data}, pdfread.Ref{}, true)
}

var inlineKeys = map[pdfread.Name]pdfread.Name{"BPC": "BitsPerComponent", "CS": "ColorSpace", "D": "Decode", "DP": "DecodeParms",
	"F": "Filter", "H": "Height", "IM": "ImageMask", "I": "Interpolate", "W": "Width"}

func (r *run) image(s *pdfread.Stream, ref pdfread.Ref, inline bool) {
	f, d, m := r.t.file, s.Dict, r.state.ctm
	p := &Picture{W: int(f.Number(d["Width"], 0)), H: int(f.Number(d["Height"], 0)), Bits: int(f.Number(d["BitsPerComponent"], 8)),
		Inline: inline, Dict: d, Ref: ref, Filters: f.Filters(d), Soft: f.Stream(d["SMask"]) != nil}
	p.Mask, _ = f.Resolve(d["ImageMask"]).(bool)
	x, y := m.xLen(), m.yLen()
	if x > 0 && y > 0 {
		p.PPI = min(float64(p.W)*72/x, float64(p.H)*72/y)
	}
	b := bounds{}
	b.box(m, 0, 0, 1, 1)
	e := Event{Kind: Image, Image: p, Box: b.Rect, Boxed: b.any, Object: refLabel(ref)}
	switch {
	case p.Mask:
		p.Bits = 1
		e.Colours = r.colours(true, false)
	case d["ColorSpace"] != nil:
		p.Space = SpaceOf(f, d["ColorSpace"], r.resources)
		if p.Space == nil {
			r.broken("an image (%s) has an unknown colour space", refLabel(ref))
		}
	case len(p.Filters) > 0 && p.Filters[len(p.Filters)-1] == "JPXDecode":
		p.Space = jpxSpace(s.Raw)
	}
	r.tell(e)
	r.patterns(e.Colours)
}

// jpxSpace finds the enumerated colour space of a JPEG 2000 file in the colr box of its header: 16 sRGB,
// 17 gray, 18 sYCC, 12 CMYK; nil where it says nothing that can be printed unseen.
func jpxSpace(data []byte) *Space {
	head := data[:min(len(data), 4096)]
	for i := 0; i+15 <= len(head); i++ {
		if string(head[i:i+4]) != "colr" || head[i+4] != 1 {
			continue
		}
		switch int(head[i+7])<<24 | int(head[i+8])<<16 | int(head[i+9])<<8 | int(head[i+10]) {
		case 12:
			return devices["DeviceCMYK"]
		case 17:
			return devices["DeviceGray"]
		case 16, 18:
			return devices["DeviceRGB"]
		}
	}
	return nil
}

// Blends tells whether a graphics state sets transparency: a blend mode, an opacity below 1 or a soft mask.
func Blends(f *pdfread.File, gs pdfread.Dict) bool {
	mode := f.Resolve(gs["BM"])
	if a, ok := mode.(pdfread.Array); ok && len(a) > 0 {
		mode = f.Resolve(a[0])
	}
	if n, ok := mode.(pdfread.Name); ok && n != "Normal" && n != "Compatible" {
		return true
	}
	if _, ok := f.Resolve(gs["SMask"]).(pdfread.Dict); ok {
		return true
	}
	return f.Number(gs["ca"], 1) < 1 || f.Number(gs["CA"], 1) < 1
}
