package artwork

import (
	"fmt"
	"slices"

	"postlift/mailers/pdfread"
	"postlift/mailers/pdfread/trace"
	"postlift/mailers/sheet"
)

// Limits of what a form may need.
const (
	maxObjects = 20_000
	maxDepth   = 100
	maxCopied  = 100 << 20
)

// dropped are entries that do not print or that lead out of the form: to pages, structure, other files,
// metadata, layers.
var dropped = map[pdfread.Name]bool{"Parent": true, "StructParent": true, "StructParents": true, "Metadata": true, "PieceInfo": true,
	"LastModified": true, "OC": true, "OPI": true, "Alternates": true, "Thumb": true, "Annots": true, "Ref": true, "PS": true, "Subtype2": true,
	"ID": true, "Measure": true, "PtData": true, "AF": true, "Properties": true, "Length": true}

// states are the entries of a graphics state that print; halftones, black generation and transfer functions
// belong to the device.
var states = []pdfread.Name{"AIS", "BM", "CA", "D", "FL", "Font", "LC", "LJ", "LW", "ML", "OP", "OPM", "RI", "SA", "SM", "SMask", "TK", "ca", "op"}

// copier copies objects out of a file and numbers them anew, in the order in which they are met.
type copier struct {
	f       *pdfread.File
	index   map[int]int
	objects []sheet.Object
	queue   []func()
	size    int
	depth   int
	fault   string
}

func newCopier(f *pdfread.File) *copier { return &copier{f: f, index: map[int]int{}} }

func (c *copier) reserve() int {
	c.objects = append(c.objects, sheet.Object{})
	return len(c.objects) - 1
}

func (c *copier) set(i int, w *text) {
	c.objects[i] = w.object()
	for _, p := range c.objects[i].Parts {
		c.size += len(p)
	}
	if c.size > maxCopied || len(c.objects) > maxObjects {
		c.fail("the page needs more than %d MB or %d objects", maxCopied>>20, maxObjects)
	}
}

func (c *copier) fail(format string, args ...any) {
	if c.fault == "" {
		c.fault = fmt.Sprintf(format, args...)
	}
}

// drain copies what was referred to; copying in turn may refer to more.
func (c *copier) drain() {
	for len(c.queue) > 0 && c.fault == "" {
		next := c.queue[0]
		c.queue = c.queue[1:]
		next()
	}
}

// to gives the new number of an object and has it copied by put. A nil put copies it as it is.
func (c *copier) to(ref pdfread.Ref, put func(*text, pdfread.Object)) int {
	if i, ok := c.index[ref.Num]; ok {
		return i
	}
	i := c.reserve()
	c.index[ref.Num] = i
	c.queue = append(c.queue, func() {
		var w text
		put(&w, c.f.Resolve(ref))
		c.set(i, &w)
	})
	return i
}

// value copies a value. References become references, but small things and colour spaces that are replaced
// come in their place.
func (c *copier) value(w *text, o pdfread.Object) {
	if c.depth++; c.depth > maxDepth {
		c.fail("its objects are nested too deep")
	}
	defer func() { c.depth-- }()
	if c.fault != "" {
		return
	}
	if ref, ok := o.(pdfread.Ref); ok {
		resolved := c.f.Resolve(ref)
		switch v := resolved.(type) {
		case pdfread.Array:
			if !c.inPlace(v) {
				w.ref(c.to(ref, c.plain))
				return
			}
		case pdfread.Dict, *pdfread.Stream:
			w.ref(c.to(ref, c.plain))
			return
		}
		o = resolved
	}
	c.plain(w, o)
}

// plain copies an object that is no reference.
func (c *copier) plain(w *text, o pdfread.Object) {
	switch v := o.(type) {
	case bool:
		w.puts(fmt.Sprint(v))
	case int64:
		w.puts(fmt.Sprint(v))
	case float64:
		w.number(v)
	case pdfread.String:
		w.str(v)
	case pdfread.Name:
		w.name(v)
	case pdfread.Array:
		c.array(w, v)
	case pdfread.Dict:
		c.dict(w, v)
	case *pdfread.Stream:
		c.stream(w, v)
	default:
		w.puts("null")
	}
}

// inPlace tells whether an array is a colour space that value replaces by a name.
func (c *copier) inPlace(a pdfread.Array) bool { return c.device(a) != "" }

// device is the device colour space whose numbers an ICC-based one holds: numbers of gray and CMYK are inks
// for the press's own profile and are kept.
func (c *copier) device(a pdfread.Array) pdfread.Name {
	if len(a) != 2 || c.f.Name(a[0]) != "ICCBased" {
		return ""
	}
	switch s := trace.SpaceOf(c.f, a, nil); {
	case s == nil:
	case s.N == 1 && s.ICC == "GRAY":
		return "DeviceGray"
	case s.N == 4 && s.ICC == "CMYK":
		return "DeviceCMYK"
	}
	return ""
}

func (c *copier) array(w *text, a pdfread.Array) {
	if n := c.device(a); n != "" {
		w.name(n)
		return
	}
	w.puts("[")
	for i, e := range a {
		if i > 0 {
			w.puts(" ")
		}
		c.value(w, e)
	}
	w.puts("]")
}

func (c *copier) dict(w *text, d pdfread.Dict) {
	if c.f.Name(d["Type"]) == "Page" || c.f.Name(d["Type"]) == "Pages" || c.f.Name(d["Type"]) == "Catalog" {
		w.puts("null") // nothing that draws refers to them
		return
	}
	w.puts("<<")
	type3 := c.f.Name(d["Subtype"]) == "Type3" && d["CharProcs"] != nil
	c.entries(w, d, func(k pdfread.Name) bool { return type3 && (k == "Resources" || k == "CharProcs") || k == "ExtGState" })
	if gs := c.f.Dict(d["ExtGState"]); gs != nil && d["PatternType"] != nil {
		w.puts("/ExtGState")
		c.state(w, gs)
	}
	if type3 {
		c.type3(w, d)
	}
	w.puts(">>")
}

// entries copies a dictionary's entries in the order of their keys, without those that skip names.
func (c *copier) entries(w *text, d pdfread.Dict, skip func(pdfread.Name) bool) {
	for _, k := range keys(d) {
		if dropped[k] || skip != nil && skip(k) {
			continue
		}
		w.name(k)
		switch d[k].(type) {
		case bool, int64, float64, pdfread.Ref:
			w.puts(" ")
		}
		c.value(w, d[k])
	}
}

// state copies a graphics state's entries that print.
func (c *copier) state(w *text, d pdfread.Dict) {
	kept := pdfread.Dict{}
	for _, k := range states {
		if v, ok := d[k]; ok {
			kept[k] = v
		}
	}
	w.puts("<<")
	c.entries(w, kept, nil)
	w.puts(">>")
}

// stream copies a stream: content is rewritten, data is kept, LZW and ASCII become Flate.
func (c *copier) stream(w *text, s *pdfread.Stream) {
	d := s.Dict
	isForm := c.f.Name(d["Subtype"]) == "Form"
	if isForm || c.f.Number(d["PatternType"], 0) == 1 {
		c.contentStream(w, s)
		return
	}
	if d["F"] != nil {
		c.fail("a stream lies in another file")
	}
	filters := c.f.Filters(d)
	w.puts("<<")
	if !slices.ContainsFunc(filters, func(n pdfread.Name) bool { return n == "LZWDecode" || n == "ASCIIHexDecode" || n == "ASCII85Decode" }) {
		c.entries(w, d, nil)
		c.body(w, s.Raw)
		return
	}
	data, left, err := c.f.Decode(s)
	if err != nil {
		c.fail("a stream cannot be read: %v", err)
		return
	}
	c.entries(w, d, func(k pdfread.Name) bool { return k == "Filter" || k == "DecodeParms" || k == "F" || k == "DP" })
	if len(left) == 0 {
		w.puts("/Filter/FlateDecode")
		c.body(w, deflate(data))
		return
	}
	w.puts("/Filter")
	w.name(left[0])
	if p := c.f.Array(d["DecodeParms"]); len(p) > 0 && c.f.Dict(p[len(p)-1]) != nil {
		w.puts("/DecodeParms")
		c.value(w, p[len(p)-1])
	}
	c.body(w, data)
}

// body ends a stream's dictionary and writes its data.
func (c *copier) body(w *text, data []byte) {
	w.puts(fmt.Sprintf("/Length %d>>\nstream\n", len(data)))
	w.bytes(data)
	w.puts("\nendstream")
}
