package pdf

import (
	"fmt"
	"strconv"
)

// page writes the i-th page object, counted from 0.
func (x *finisher) page(i int) {
	num := 3 + 2*i
	x.begin(num)
	if x.head == "" || x.pageNode > 0 && i%maxKids == 0 {
		x.head = x.pageHead(x.pageParent(i)) + "/Resources"
	}
	x.raw(x.head)
	if x.own {
		x.resources(x.f.pages[i].uses)
	} else {
		x.raw(" 2 0 R")
	}
	x.raw("/Contents ")
	x.ref(num + 1)
	if x.f.o.VT {
		x.raw("/DPart ")
		x.ref(x.partLeaf + x.pieceOf(i+1))
	}
	x.raw(">>\nendobj\n")
}

// pageHead is what all pages of a node have in common: they are the same sheet.
func (x *finisher) pageHead(parent int) string {
	g, s := x.f.geo, x.f.o.Sheet
	return "<</Type/Page/Parent " + strconv.Itoa(parent) + " 0 R/MediaBox" + rect(0, 0, milli(g.w), milli(g.h)) +
		"/BleedBox" + rect(g.x(-s.Bleed), g.y(s.H+s.Bleed), g.x(s.W+s.Bleed), g.y(-s.Bleed)) +
		"/TrimBox" + rect(g.x(0), g.y(s.H), g.x(s.W), g.y(0))
}

// pieceOf is the index of the piece that a page, counted from 1, belongs to.
func (x *finisher) pieceOf(page int) int {
	lo, hi := 0, len(x.f.pieces)
	for hi-lo > 1 {
		if mid := (lo + hi) / 2; x.f.pieces[mid].First <= page {
			lo = mid
		} else {
			hi = mid
		}
	}
	return lo
}

// resources writes a resource dictionary. It always has the two graphics states: G1 overprints, G0 knocks out.
// G0 leaves the overprint mode as a page begins with it, for designers' pages that overprint and do not set it.
func (x *finisher) resources(rs []*resource) {
	x.raw("<</ExtGState<</G0<</Type/ExtGState/OP false/op false/OPM 0>>/G1<</Type/ExtGState/OP true/op true/OPM 1>>>>")
	x.dict("/Font", rs, func(r *resource) bool { return r.kind == kindFont })
	x.dict("/XObject", rs, func(r *resource) bool { return r.kind == kindLayer || r.kind == kindImage || r.kind == kindForm })
	x.dict("/ColorSpace", rs, func(r *resource) bool { return r.kind == kindSpot })
	x.raw(">>")
}

func (x *finisher) dict(key string, rs []*resource, wanted func(*resource) bool) {
	open := false
	for _, r := range rs {
		if !wanted(r) {
			continue
		}
		if !open {
			x.raw(key + "<<")
			open = true
		}
		x.raw("/" + r.name)
		if r.kind == kindSpot {
			x.separation(r)
		} else {
			x.raw(" ")
			x.ref(r.num)
		}
		x.raw("\n")
	}
	if open {
		x.raw(">>")
	}
}

// separation writes a spot ink's colour space, with the process inks that a proof shows instead.
func (x *finisher) separation(r *resource) {
	x.buf = append(x.buf, "[/Separation"...)
	x.buf = append(appendName(x.buf, r.ink.Spot), "/DeviceCMYK<</FunctionType 2/Domain[0 1]/C0[0 0 0 0]/C1["...)
	for _, v := range [...]uint8{r.ink.C, r.ink.M, r.ink.Y, r.ink.K} {
		x.buf = appendFixed(x.buf, int(v), 2)
	}
	x.buf = append(x.buf, "]/N 1>>]"...)
	x.put()
}

// shared writes what pages share: layers, images, designers' pages.
func (x *finisher) shared() {
	for _, r := range x.f.res.order {
		switch r.kind {
		case kindLayer:
			x.layer(r)
		case kindImage:
			x.begin(r.num)
			x.stream(imageEntries(r), r.body)
		case kindForm:
			x.form(r)
		}
	}
}

func (x *finisher) layer(r *resource) {
	x.begin(r.num)
	x.raw("<</Type/XObject/Subtype/Form/BBox" + rect(r.bbox[0], r.bbox[1], r.bbox[2], r.bbox[3]) + "/Resources")
	x.resources(r.uses)
	x.raw("/Filter/FlateDecode/Length " + strconv.Itoa(len(r.body)) + ">>\nstream\n")
	x.bytes(r.body)
	x.raw("\nendstream\nendobj\n")
}

func imageEntries(r *resource) string {
	m := r.pic
	s := fmt.Sprintf("/Type/XObject/Subtype/Image/Width %d/Height %d/BitsPerComponent 8", m.W, m.H)
	if m.CMYK {
		s += "/ColorSpace/DeviceCMYK"
	} else {
		s += "/ColorSpace/DeviceGray"
	}
	if !m.JPEG {
		return s + "/Filter/FlateDecode"
	}
	if m.Inverted && m.CMYK {
		s += "/Decode[1 0 1 0 1 0 1 0]"
	}
	return s + "/Filter/DCTDecode"
}

// form writes a designer's page: its objects with their references turned into this file's.
func (x *finisher) form(r *resource) {
	for i, o := range r.form.Objects {
		x.begin(r.num + i)
		for k, part := range o.Parts {
			if k > 0 {
				x.ref(r.num + o.Refs[k-1])
			}
			x.bytes(part)
		}
		x.raw("\nendobj\n")
	}
}

// parts writes the PDF/VT document parts: the job, and in it one part for each piece, which tells its id and
// nothing of its recipient.
func (x *finisher) parts() {
	if !x.f.o.VT {
		return
	}
	node, leaf := strconv.Itoa(x.partNode)+" 0 R", x.partLeaf
	x.begin(x.partRoot)
	x.raw("<</Type/DPartRoot/DPartRootNode " + node + "/RecordLevel 1/NodeNameList[/Job/Record]>>\nendobj\n")
	x.begin(x.partNode)
	x.raw("<</Type/DPart/Parent ")
	x.ref(x.partRoot)
	x.raw("/DParts[[")
	for i := range x.f.pieces {
		x.ref(leaf + i)
		x.raw("\n")
	}
	x.raw("]]>>\nendobj\n")
	for i, p := range x.f.pieces {
		x.begin(leaf + i)
		x.raw("<</Type/DPart/Parent " + node + "/Start ")
		x.ref(1 + 2*p.First)
		if p.Count > 1 {
			x.raw("/End ")
			x.ref(1 + 2*(p.First+p.Count-1))
		}
		x.raw("/DPM<</CIP4_Root<</CIP4_Recipient<</CIP4_UniqueID " + textString(p.PieceID) + ">>>>>>>>\nendobj\n")
	}
}
