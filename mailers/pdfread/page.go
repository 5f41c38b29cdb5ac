package pdfread

import (
	"bytes"
	"fmt"

	"postlift"
)

// Rect is a rectangle in the page's user space, its corners in order.
type Rect struct{ Left, Bottom, Right, Top float64 }

// W is the width in units of user space.
func (r Rect) W() float64 { return r.Right - r.Left }

// H is the height in units of user space.
func (r Rect) H() float64 { return r.Top - r.Bottom }

// Page is a page with what it inherits.
type Page struct {
	Number    int // from 1
	Ref       Ref
	Dict      Dict
	Resources Object
	Rotate    int     // 0, 90, 180 or 270, clockwise
	UserUnit  float64 // points per unit of user space, 1 as a rule

	media, crop Object
	file        *File
}

// inheritable are the attributes that a page has from the nodes above it.
type inheritable struct{ resources, media, crop, rotate Object }

// maxDepth bounds the page tree.
const maxDepth = 100

// Pages gives the pages in their order. A tree with circles gives each page once; too many pages are a Fault.
func (f *File) Pages() ([]*Page, error) {
	if f.pages != nil {
		return f.pages, nil
	}
	w := &treeWalk{f: f, seen: map[int]bool{}}
	w.node(f.Root()["Pages"], inheritable{}, 0)
	if w.tooMany {
		return nil, postlift.Faultf(postlift.Invalid, "pdfread.Pages", "the PDF has more than %d pages", f.limits.Pages)
	}
	if len(w.pages) == 0 {
		return nil, postlift.Faultf(postlift.Invalid, "pdfread.Pages", "the PDF has no pages that can be read; save it again from the program that made it")
	}
	f.pages = w.pages
	return f.pages, nil
}

type treeWalk struct {
	f       *File
	seen    map[int]bool
	pages   []*Page
	tooMany bool
}

func (w *treeWalk) node(o Object, in inheritable, depth int) {
	ref, _ := o.(Ref)
	if depth > maxDepth || w.tooMany || ref.Num != 0 && w.seen[ref.Num] {
		w.f.note("the page tree is broken at object %d: a circle, or more than %d levels", ref.Num, maxDepth)
		return
	}
	w.seen[ref.Num] = true
	d, ok := w.f.Resolve(o).(Dict)
	if !ok {
		w.f.note("the page tree is broken: object %d is no page", ref.Num)
		return
	}
	for i, key := range [...]Name{"Resources", "MediaBox", "CropBox", "Rotate"} {
		if v, ok := d[key]; ok {
			*[...]*Object{&in.resources, &in.media, &in.crop, &in.rotate}[i] = v
		}
	}
	kids, isNode := w.f.Resolve(d["Kids"]).(Array)
	if !isNode || d["Type"] == Name("Page") {
		w.page(ref, d, in)
		return
	}
	for _, k := range kids {
		w.node(k, in, depth+1)
	}
}

func (w *treeWalk) page(ref Ref, d Dict, in inheritable) {
	if len(w.pages) >= w.f.limits.Pages {
		w.tooMany = true
		return
	}
	turn := int(w.f.Number(in.rotate, 0)) % 360
	if turn < 0 {
		turn += 360
	}
	unit := w.f.Number(d["UserUnit"], 1)
	if unit <= 0 || unit > 1e4 {
		unit = 1
	}
	w.pages = append(w.pages, &Page{Number: len(w.pages) + 1, Ref: ref, Dict: d, Resources: in.resources, Rotate: turn / 90 * 90,
		UserUnit: unit, media: in.media, crop: in.crop, file: w.f})
}

// Box gives MediaBox, CropBox (both also inherited), BleedBox, TrimBox or ArtBox as it stands, not a default
// of it; ok is false where it is missing or no rectangle with an area.
func (p *Page) Box(name Name) (r Rect, ok bool) {
	o := p.Dict[name]
	switch name {
	case "MediaBox":
		o = p.media
	case "CropBox":
		o = p.crop
	}
	v := p.file.Numbers(o)
	if len(v) != 4 {
		return Rect{}, false
	}
	r = Rect{min(v[0], v[2]), min(v[1], v[3]), max(v[0], v[2]), max(v[1], v[3])}
	sane := r.Left > -1e6 && r.Bottom > -1e6 && r.Right < 1e6 && r.Top < 1e6
	return r, sane && r.W() > 0 && r.H() > 0
}

// Content gives a page's decoded content; several streams are joined by line feeds.
func (f *File) Content(p *Page) ([]byte, error) {
	var parts Array
	switch v := f.Resolve(p.Dict["Contents"]).(type) {
	case nil:
		return nil, nil
	case *Stream:
		parts = Array{v}
	case Array:
		parts = v
	}
	var all [][]byte
	size := 0
	for _, o := range parts {
		s := f.Stream(o)
		if s == nil {
			f.note("page %d: a content stream is missing", p.Number)
			continue
		}
		data, left, err := f.Decode(s)
		if err == nil && len(left) > 0 {
			err = fmt.Errorf("it is an image (%s)", left[0])
		}
		if size += len(data); err == nil && size > f.limits.Stream {
			err = errTooLarge
		}
		if err != nil {
			return nil, postlift.Faultf(postlift.Invalid, "pdfread.Content", "page %d: its content (%s) cannot be read: %v", p.Number, Label(o), err)
		}
		all = append(all, data)
	}
	if len(all) == 1 {
		return all[0], nil
	}
	return bytes.Join(all, []byte("\n")), nil
}
