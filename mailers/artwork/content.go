package artwork

import (
	"bytes"
	"compress/zlib"

	"postlift/mailers/pdfread"
)

// deflate compresses with the best level: a form is made once and stands in every file.
func deflate(data []byte) []byte {
	var b bytes.Buffer
	w, err := zlib.NewWriterLevel(&b, zlib.BestCompression)
	if err == nil {
		if _, err = w.Write(data); err == nil {
			err = w.Close()
		}
	}
	if err != nil { // a buffer takes everything and the level is valid
		panic(err)
	}
	return b.Bytes()
}

// drawing ends a form's or pattern's dictionary: the resources that its content uses, and the content.
func (c *copier) drawing(w *text, content []byte, resources pdfread.Dict) {
	used, out := c.rewrite(content, resources)
	w.puts("/Resources")
	c.resources(w, resources, used)
	w.puts("/Filter/FlateDecode")
	c.body(w, deflate(out))
}

// wrap makes an upright form that draws another.
func (c *copier) wrap(outer, inner int, box pdfread.Rect) {
	var w text
	w.puts("<</Type/XObject/Subtype/Form/BBox")
	w.rect(box)
	w.puts("/Resources<</XObject<</P ")
	w.ref(inner)
	w.puts(">>>>")
	c.body(&w, []byte("/P Do"))
	c.set(outer, &w)
}

func (c *copier) contentStream(w *text, s *pdfread.Stream) {
	content, left, err := c.f.Decode(s)
	if err != nil || len(left) > 0 {
		c.fail("a form's content cannot be read")
		return
	}
	w.puts("<<")
	c.entries(w, s.Dict, func(k pdfread.Name) bool {
		return k == "Resources" || k == "Filter" || k == "DecodeParms" || k == "F" || k == "DP"
	})
	c.drawing(w, content, c.f.Dict(s.Dict["Resources"]))
}

// type3 copies the procedures of a Type 3 font with the resources that any of them uses.
func (c *copier) type3(w *text, d pdfread.Dict) {
	procs, resources := c.f.Dict(d["CharProcs"]), c.f.Dict(d["Resources"])
	all := newUse()
	w.puts("/CharProcs<<")
	for _, k := range keys(procs) {
		s := c.f.Stream(procs[k])
		if s == nil {
			continue
		}
		content, left, err := c.f.Decode(s)
		if err != nil || len(left) > 0 {
			c.fail("a glyph of a font cannot be read")
			return
		}
		used, out := c.rewrite(content, resources)
		all.merge(used)
		var p text
		p.puts("<</Filter/FlateDecode")
		c.body(&p, deflate(out))
		i := c.reserve()
		c.set(i, &p)
		w.name(k)
		w.puts(" ")
		w.ref(i)
	}
	w.puts(">>/Resources")
	c.resources(w, resources, all)
}

// categories are the kinds of resources that content names, in the order in which they are written.
// Properties are left out: marked content does not print.
var categories = [...]pdfread.Name{"ColorSpace", "ExtGState", "Font", "Pattern", "Shading", "XObject"}

// use are the names that content uses, by category.
type use map[pdfread.Name]map[pdfread.Name]bool

func newUse() use {
	u := use{}
	for _, k := range categories {
		u[k] = map[pdfread.Name]bool{}
	}
	return u
}

func (u use) merge(other use) {
	for _, k := range categories {
		for n := range other[k] {
			u[k][n] = true
		}
	}
}

// resources copies what is used; default colour spaces go, they are for devices that are not this press.
func (c *copier) resources(w *text, resources pdfread.Dict, used use) {
	w.puts("<<")
	for _, category := range categories {
		have := c.f.Dict(resources[category])
		open := false
		for _, n := range keys(have) {
			if !used[category][n] || have[n] == nil {
				continue
			}
			if !open {
				w.name(category)
				w.puts("<<")
				open = true
			}
			w.name(n)
			w.puts(" ")
			c.resource(w, category, have[n], resources)
		}
		if open {
			w.puts(">>")
		}
	}
	w.puts(">>")
}

func (c *copier) resource(w *text, category pdfread.Name, o pdfread.Object, above pdfread.Dict) {
	ref, isRef := o.(pdfread.Ref)
	s := c.f.Stream(o)
	switch {
	case category == "ExtGState" && isRef:
		w.ref(c.to(ref, func(w *text, o pdfread.Object) {
			d, _ := o.(pdfread.Dict)
			c.state(w, d)
		}))
	case category == "ExtGState":
		c.state(w, c.f.Dict(o))
	case isRef && category == "Font" && c.f.Dict(o)["Resources"] == nil && c.f.Name(c.f.Dict(o)["Subtype"]) == "Type3":
		lent := lend(c.f.Dict(o), above)
		w.ref(c.to(ref, func(w *text, _ pdfread.Object) { c.dict(w, lent) }))
	case isRef && s != nil && s.Dict["Resources"] == nil && c.f.Name(s.Dict["Subtype"]) == "Form":
		lent := lend(s.Dict, above)
		w.ref(c.to(ref, func(w *text, _ pdfread.Object) { c.stream(w, &pdfread.Stream{Dict: lent, Raw: s.Raw}) }))
	default:
		c.value(w, o)
	}
}

// lend gives an old form or font, which has no resources, those of what draws it.
func lend(d, above pdfread.Dict) pdfread.Dict {
	lent := pdfread.Dict{}
	for k, v := range d {
		lent[k] = v
	}
	lent["Resources"] = above
	return lent
}
