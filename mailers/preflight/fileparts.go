package preflight

import (
	"fmt"

	"postlift/mailers/pdfread"
)

// parts tests the tree of document parts (ISO 16612-2, 6.5; ISO 32000-2, 14.12).
func (c *fileCheck) parts() {
	o := c.f.Root()["DPartRoot"]
	if o == nil {
		if c.vt {
			c.part("the file says that it is PDF/VT but has no document parts", "Die Datei nennt sich PDF/VT, hat aber keine Dokumentteile.")
		}
		return
	}
	w := &partWalk{c: c, pageOf: map[int]int{}, next: 1, seen: map[int]bool{}}
	for _, p := range c.pages {
		w.pageOf[p.Ref.Num] = p.Number
	}
	root := c.f.Dict(o)
	node, isRef := root["DPartRootNode"].(pdfread.Ref)
	if !isRef || c.f.Dict(node) == nil {
		c.part("the root of the document parts has no node", "Die Wurzel der Dokumentteile hat keinen Knoten.")
		return
	}
	rootRef, _ := o.(pdfread.Ref)
	w.node(node, rootRef, 1)
	if w.next != len(c.pages)+1 && !w.broken {
		c.part(fmt.Sprintf("the document parts end at page %d of %d", w.next-1, len(c.pages)), fmt.Sprintf("Die Dokumentteile enden auf Seite %d von %d.", w.next-1, len(c.pages)))
	}
	if n := len(c.f.Array(root["NodeNameList"])); n > 0 && w.depth > 0 && n != w.depth {
		c.part(fmt.Sprintf("the document parts have %d levels and %d names for them", w.depth, n), fmt.Sprintf("Die Dokumentteile haben %d Ebenen und %d Namen dafür.", w.depth, n))
	}
	if level := c.f.Number(root["RecordLevel"], 0); w.depth > 0 && (level < 0 || level >= float64(w.depth)) {
		c.part(fmt.Sprintf("records are said to be on level %.0f of the document parts, which have %d levels from 0", level, w.depth), fmt.Sprintf("Datensätze sollen auf Ebene %.0f der Dokumentteile liegen, die %d Ebenen ab 0 haben.", level, w.depth))
	}
	c.report.Parts = w.leaves
}

func (c *fileCheck) part(en, de string) { c.hit("document_parts", Error, 0, nil, words{en, de}) }

// partWalk goes through the tree in order; next is the page that must come.
type partWalk struct {
	c      *fileCheck
	pageOf map[int]int
	seen   map[int]bool
	next   int
	leaves int
	depth  int
	broken bool
}

func (w *partWalk) bad(en, de string) {
	w.broken = true
	w.c.part(en, de)
}

func (w *partWalk) node(ref, parent pdfread.Ref, depth int) {
	f := w.c.f
	label := pdfread.Label(ref)
	if depth > 32 || w.seen[ref.Num] {
		w.bad("the document parts are in a circle or too deep at "+label, "Die Dokumentteile sind im Kreis oder zu tief bei "+label+".")
		return
	}
	w.seen[ref.Num] = true
	w.depth = max(w.depth, depth)
	d := f.Dict(ref)
	if d == nil {
		w.bad("a document part is missing: "+label, "Ein Dokumentteil fehlt: "+label+".")
		return
	}
	if up, ok := d["Parent"].(pdfread.Ref); !ok || up.Num != parent.Num {
		w.bad("a document part does not point to what it belongs to: "+label, "Ein Dokumentteil verweist nicht auf den übergeordneten: "+label+".")
	}
	if !w.c.plainMeta(d["DPM"], 0) {
		w.bad("a document part's metadata holds what it may not (streams, names, null): "+label, "Die Metadaten eines Dokumentteils enthalten Unzulässiges (Datenströme, Namen, null): "+label+".")
	}
	below := f.Array(d["DParts"])
	if below == nil {
		w.leaf(ref, d)
		return
	}
	for _, row := range below {
		for _, kid := range f.Array(row) {
			if w.leaves > len(w.c.pages) {
				return
			}
			if k, ok := kid.(pdfread.Ref); ok {
				w.node(k, ref, depth+1)
			} else {
				w.bad("a document part is no reference, in "+label, "Ein Dokumentteil ist kein Verweis, in "+label+".")
			}
		}
	}
}

func (w *partWalk) leaf(ref pdfread.Ref, d pdfread.Dict) {
	label := pdfread.Label(ref)
	w.leaves++
	start, _ := d["Start"].(pdfread.Ref)
	first := w.pageOf[start.Num]
	last := first
	if d["End"] != nil {
		end, _ := d["End"].(pdfread.Ref)
		last = w.pageOf[end.Num]
	}
	if first == 0 || last < first {
		w.bad("a document part has no pages, or its last before its first: "+label, "Ein Dokumentteil hat keine Seiten oder die letzte vor der ersten: "+label+".")
		return
	}
	if first != w.next {
		w.bad(fmt.Sprintf("a document part begins on page %d, page %d must follow: %s", first, w.next, label), fmt.Sprintf("Ein Dokumentteil beginnt auf Seite %d, folgen muss Seite %d: %s.", first, w.next, label))
	}
	for _, p := range w.c.pages[first-1 : last] {
		if back, ok := p.Dict["DPart"].(pdfread.Ref); !ok || back.Num != ref.Num {
			w.bad(fmt.Sprintf("page %d does not point to its document part %s", p.Number, label), fmt.Sprintf("Seite %d verweist nicht auf ihren Dokumentteil %s.", p.Number, label))
			break
		}
	}
	w.next = last + 1
}

// plainMeta tells whether metadata holds strings, numbers, booleans, arrays and dictionaries only.
func (c *fileCheck) plainMeta(o pdfread.Object, depth int) bool {
	if o == nil {
		return depth == 0
	}
	switch v := c.f.Resolve(o).(type) {
	case pdfread.Dict:
		for _, e := range v {
			if depth > 32 || !c.plainMeta(e, depth+1) {
				return false
			}
		}
		return true
	case pdfread.Array:
		for _, e := range v {
			if depth > 32 || !c.plainMeta(e, depth+1) {
				return false
			}
		}
		return true
	case pdfread.String, int64, float64, bool:
		return true
	}
	return false
}
