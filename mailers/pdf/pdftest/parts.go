package pdftest

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
)

// parts checks that document parts cover all pages in order, one for each piece, and tell nothing but its id.
func (f *file) parts(root map[string]any, pages []string, e Expect) {
	f.t.Helper()
	if e.Pieces == nil {
		f.want("root of document parts", root["/DPartRoot"], nil)
		return
	}
	top := f.dict(root["/DPartRoot"], "root of document parts")
	f.want("names of levels", top["/NodeNameList"], "[/Job /Record]")
	f.want("record level", top["/RecordLevel"], 1)
	node := f.dict(top["/DPartRootNode"], "job")
	f.want("parent of the job", node["/Parent"], root["/DPartRoot"])
	lists, _ := node["/DParts"].([]any)
	if len(lists) != 1 {
		f.t.Fatalf("the job has %d lists of parts", len(lists))
	}
	leaves, _ := lists[0].([]any)
	if len(leaves) != len(e.Pieces) {
		f.t.Fatalf("%d document parts, want %d", len(leaves), len(e.Pieces))
	}
	next := 0
	for i, leaf := range leaves {
		next = f.part(fmt.Sprint(leaf), fmt.Sprint(top["/DPartRootNode"]), pages, next, e.Pieces[i])
	}
	f.want("pages in document parts", next, len(pages))
}

// part checks one leaf whose pages start at index `next`, and gives the index after them.
func (f *file) part(ref, parent string, pages []string, next int, p Piece) int {
	f.t.Helper()
	d := f.dict(ref, "document part")
	f.want(p.ID+": type", d["/Type"], "/DPart")
	f.want(p.ID+": parent", d["/Parent"], parent)
	f.want(p.ID+": first page", next+1, p.First)
	if next+p.Count > len(pages) {
		f.t.Fatalf("%s ends after the last page", p.ID)
	}
	f.want(p.ID+": start", d["/Start"], pages[next])
	if p.Count > 1 || d["/End"] != nil {
		f.want(p.ID+": end", d["/End"], pages[next+p.Count-1])
	}
	f.want(p.ID+": data", d["/DPM"], "map[/CIP4_Root:map[/CIP4_Recipient:map[/CIP4_UniqueID:u:"+p.ID+"]]]")
	for i := range p.Count {
		f.want(fmt.Sprintf("part of page %d", next+i+1), f.dicts[pages[next+i]]["/DPart"], ref)
	}
	return next + p.Count
}

// packet checks the metadata packet, read as XML.
func (f *file) packet(text, title, date string, e Expect) {
	f.t.Helper()
	got := map[string]string{}
	dec := xml.NewDecoder(strings.NewReader(text))
	name := ""
	for {
		tok, err := dec.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			f.t.Fatalf("metadata: %v", err)
		}
		switch tok := tok.(type) {
		case xml.StartElement:
			name = tok.Name.Space + " " + tok.Name.Local
			if tok.Name.Local == "li" {
				name = "title"
			}
		case xml.EndElement:
			name = ""
		case xml.CharData:
			if name != "" && strings.TrimSpace(string(tok)) != "" {
				got[name] += string(tok)
			}
		}
	}
	const xmp, mm, pdf = "http://ns.adobe.com/xap/1.0/", "http://ns.adobe.com/xap/1.0/mm/", "http://ns.adobe.com/pdf/1.3/"
	want := map[string]string{"title": title, xmp + " CreateDate": date, xmp + " ModifyDate": date, xmp + " MetadataDate": date,
		pdf + " Trapped": "False", mm + " VersionID": "1", mm + " RenditionClass": "default",
		"http://www.npes.org/pdfx/ns/id/ GTS_PDFXVersion": "PDF/X-4"}
	if e.Pieces != nil {
		want["http://www.npes.org/pdfvt/ns/id/ GTS_PDFVTVersion"] = "PDF/VT-1"
		want["http://www.npes.org/pdfvt/ns/id/ GTS_PDFVTModDate"] = date
	}
	for key, value := range want {
		f.want("metadata "+key, got[key], value)
	}
	for _, key := range []string{mm + " DocumentID", mm + " InstanceID", pdf + " Producer", xmp + " CreatorTool"} {
		if got[key] == "" {
			f.t.Errorf("metadata has no %s", key)
		}
	}
}
