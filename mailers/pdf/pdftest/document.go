package pdftest

import (
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"strings"
	"testing"
)

// file is a PDF's objects as qpdf reads them.
type file struct {
	t       testing.TB
	path    string
	version string
	objects map[string]any // by "12 0 R"
	trailer map[string]any
	dicts   map[string]map[string]any // dictionaries, also of streams, by "12 0 R"
}

func open(t testing.TB, path string) *file {
	t.Helper()
	var doc struct {
		QPDF []json.RawMessage `json:"qpdf"`
	}
	var head struct {
		Version string `json:"pdfversion"`
	}
	var objects map[string]struct {
		Value  any `json:"value"`
		Stream *struct {
			Dict map[string]any `json:"dict"`
		} `json:"stream"`
	}
	must := func(err error) {
		if err != nil {
			t.Fatalf("qpdf's description of %s: %v", path, err)
		}
	}
	must(json.Unmarshal([]byte(Run(t, "qpdf", "--json=2", "--json-key=qpdf", path)), &doc))
	if len(doc.QPDF) != 2 {
		t.Fatalf("qpdf describes %s in %d parts", path, len(doc.QPDF))
	}
	must(json.Unmarshal(doc.QPDF[0], &head))
	must(json.Unmarshal(doc.QPDF[1], &objects))
	f := &file{t: t, path: path, version: head.Version, objects: map[string]any{}, dicts: map[string]map[string]any{}}
	for name, o := range objects {
		name = strings.TrimPrefix(name, "obj:")
		f.objects[name] = o.Value
		if d, ok := o.Value.(map[string]any); ok {
			f.dicts[name] = d
		}
		if o.Stream != nil {
			f.dicts[name] = o.Stream.Dict
		}
	}
	f.trailer = f.dicts["trailer"]
	return f
}

// dict follows a reference to a dictionary, or takes one that stands in place.
func (f *file) dict(v any, what string) map[string]any {
	f.t.Helper()
	if d, ok := v.(map[string]any); ok {
		return d
	}
	d, ok := f.dicts[fmt.Sprint(v)]
	if !ok {
		f.t.Fatalf("%s is missing: %v", what, v)
	}
	return d
}

func (f *file) want(what string, got, want any) {
	f.t.Helper()
	if fmt.Sprint(got) != fmt.Sprint(want) {
		f.t.Errorf("%s is %v, want %v", what, got, want)
	}
}

// document checks structure: version, identifiers, information equal to metadata, output intent, page boxes,
// document parts, and the absence of what a print file must not have.
func document(t testing.TB, path string, e Expect) {
	t.Helper()
	f := open(t, path)
	root := f.dict(f.trailer["/Root"], "catalog")
	ids, _ := f.trailer["/ID"].([]any)
	if len(ids) != 2 || len(fmt.Sprint(ids[0])) < 2+32 {
		t.Errorf("the file has no identifiers: %v", f.trailer["/ID"])
	}
	if f.trailer["/Encrypt"] != nil {
		t.Error("the file is encrypted")
	}
	if e.X1a {
		f.want("version", f.version, "1.3")
	} else {
		f.want("version", f.version, "1.6")
	}
	for _, key := range []string{"/OpenAction", "/AA", "/AcroForm", "/Names", "/OCProperties", "/Outlines"} {
		if root[key] != nil {
			t.Errorf("the catalog has %s", key)
		}
	}
	f.information(root, e)
	f.intent(root, e)
	f.forbidden(e)
	pages := f.pages(root, e)
	f.parts(root, pages, e)
}

// information compares the document's information with its metadata packet.
func (f *file) information(root map[string]any, e Expect) {
	f.t.Helper()
	info := f.dict(f.trailer["/Info"], "information")
	f.want("title", info["/Title"], "u:"+e.Title)
	f.want("trapped", info["/Trapped"], "/False")
	created := regexp.MustCompile(`^u:D:(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$`).FindStringSubmatch(fmt.Sprint(info["/CreationDate"]))
	if created == nil || info["/ModDate"] != info["/CreationDate"] {
		f.t.Fatalf("dates are %v and %v", info["/CreationDate"], info["/ModDate"])
	}
	if e.X1a {
		f.want("version key", info["/GTS_PDFXVersion"], "u:PDF/X-1:2001")
		f.want("conformance key", info["/GTS_PDFXConformance"], "u:PDF/X-1a:2001")
		return
	}
	f.want("version key", info["/GTS_PDFXVersion"], "u:PDF/X-4")
	meta := f.dict(root["/Metadata"], "metadata")
	f.want("metadata type", meta["/Type"], "/Metadata")
	f.want("metadata subtype", meta["/Subtype"], "/XML")
	f.want("metadata filter", meta["/Filter"], nil)
	num, _, _ := strings.Cut(fmt.Sprint(root["/Metadata"]), " ")
	iso := fmt.Sprintf("%s-%s-%sT%s:%s:%sZ", created[1], created[2], created[3], created[4], created[5], created[6])
	f.packet(Run(f.t, "qpdf", "--show-object="+num, "--raw-stream-data", f.path), strings.TrimPrefix(fmt.Sprint(info["/Title"]), "u:"), iso, e)
}

// intent checks the output intent; PDF/X-1a may go without the profile of a registered condition.
func (f *file) intent(root map[string]any, e Expect) {
	f.t.Helper()
	intents, _ := root["/OutputIntents"].([]any)
	if len(intents) != 1 {
		f.t.Fatalf("%d output intents", len(intents))
	}
	d := f.dict(intents[0], "output intent")
	f.want("output intent", d["/S"], "/GTS_PDFX")
	if d["/OutputConditionIdentifier"] == nil || d["/Info"] == nil {
		f.t.Errorf("the output intent names no condition: %v", d)
	}
	if e.X1a && d["/DestOutputProfile"] == nil && d["/RegistryName"] != nil {
		return
	}
	profile := f.dict(d["/DestOutputProfile"], "output profile")
	f.want("inks of the output profile", profile["/N"], 4)
	num, _, _ := strings.Cut(fmt.Sprint(d["/DestOutputProfile"]), " ")
	icc := Run(f.t, "qpdf", "--show-object="+num, "--filtered-stream-data", f.path)
	if len(icc) < 128 || icc[12:20] != "prtrCMYK" || icc[36:40] != "acsp" {
		f.t.Errorf("the output profile is not a CMYK printer's: %q", icc[:min(40, len(icc))])
	}
}

// forbidden looks for keys that no print file may have, and those that its version does not know.
func (f *file) forbidden(e Expect) {
	f.t.Helper()
	never := []string{"/JS", "/JavaScript", "/EmbeddedFiles", "/OPI", "/Alternates", "/Annots", "/TR", "/TR2", "/PS", "/Ref"}
	if e.X1a {
		never = append(never, "/SMask", "/DPart", "/DPartRoot", "/Metadata")
	}
	for name, d := range f.dicts {
		for _, key := range never {
			if d[key] != nil {
				f.t.Errorf("object %s has %s", name, key)
			}
		}
		if g, ok := d["/Group"].(map[string]any); ok && (e.X1a || g["/CS"] == "/DeviceRGB") {
			f.t.Errorf("object %s has a transparency group: %v", name, g)
		}
		if strings.Contains(fmt.Sprint(d["/Filter"]), "LZW") {
			f.t.Errorf("object %s is compressed by LZW", name)
		}
	}
}

// pages gives the page references in order after checking their boxes.
func (f *file) pages(root map[string]any, e Expect) []string {
	f.t.Helper()
	var refs []string
	var walk func(v any)
	walk = func(v any) {
		d := f.dict(v, "page")
		if d["/Type"] == "/Pages" {
			kids, _ := d["/Kids"].([]any)
			for _, kid := range kids {
				walk(kid)
			}
			return
		}
		refs = append(refs, fmt.Sprint(v))
	}
	walk(root["/Pages"])
	if len(refs) != e.Pages {
		f.t.Fatalf("%d pages, want %d", len(refs), e.Pages)
	}
	inset := 0
	if e.Sheet.CutMarks {
		inset = 10_000
	}
	for i, ref := range refs {
		d := f.dicts[ref]
		f.box(i, d, "/MediaBox", -e.Sheet.Bleed-inset, e)
		f.box(i, d, "/BleedBox", -e.Sheet.Bleed, e)
		f.box(i, d, "/TrimBox", 0, e)
		if d["/ArtBox"] != nil || d["/Group"] != nil {
			f.t.Errorf("page %d has an art box or a group", i+1)
		}
	}
	return refs
}

// box compares a page's box with the trim box grown by some micrometres on each side, to a hundredth of a point.
func (f *file) box(page int, d map[string]any, key string, from int, e Expect) {
	f.t.Helper()
	offset := e.Sheet.Bleed
	if e.Sheet.CutMarks {
		offset += 10_000
	}
	pt := func(um int) float64 { return float64(um) * 72 / 25400 }
	want := []float64{pt(offset + from), pt(offset + from), pt(offset + e.Sheet.W - from), pt(offset + e.Sheet.H - from)}
	got, _ := d[key].([]any)
	if len(got) != 4 {
		f.t.Fatalf("page %d: %s is %v", page+1, key, d[key])
	}
	for i, w := range want {
		if v, ok := got[i].(float64); !ok || math.Abs(v-w) > .01 {
			f.t.Errorf("page %d: %s is %v, want %v", page+1, key, got, want)
			return
		}
	}
}
