package pdf

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"strings"
	"unicode/utf16"
)

// textString writes a PDF text string: plain where it is ASCII, else as UTF-16 in hex.
func textString(s string) string {
	if !strings.ContainsFunc(s, func(r rune) bool { return r < 0x20 || r > 0x7E }) {
		return string(appendString(nil, s))
	}
	var b strings.Builder
	b.WriteString("<FEFF")
	for _, u := range utf16.Encode([]rune(s)) {
		fmt.Fprintf(&b, "%04X", u)
	}
	b.WriteByte('>')
	return b.String()
}

// uuid makes an identifier from a hash (RFC 9562, version 8: bits of the maker's own).
func uuid(sum []byte) string {
	u := [16]byte(sum)
	u[6], u[8] = u[6]&0x0f|0x80, u[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", u[:4], u[4:6], u[6:8], u[8:10], u[10:])
}

// documentSum identifies what the file is meant to be: pieces, prints, condition and title. It changes when one
// of them does.
func (x *finisher) documentSum() []byte {
	h := sha256.New()
	fmt.Fprintf(h, "%q %d %s %t %q %x\n", x.f.o.Meta.Title, x.f.o.Meta.Created.Unix(), x.f.o.Standard, x.f.o.VT, x.f.profile.Identifier, x.f.profile.sum)
	for _, p := range x.f.pieces {
		fmt.Fprintf(h, "%q %s\n", p.PieceID, p.SHA256)
	}
	return h.Sum(nil)
}

// about writes the output intent's profile, the metadata, the document's information and the catalog.
func (x *finisher) about() {
	if x.icc > 0 {
		x.begin(x.icc)
		x.stream("/N 4/Filter/FlateDecode", x.f.profile.stream)
	}
	document, instance := x.documentSum(), x.soFar()
	if x.metadata > 0 {
		x.begin(x.metadata)
		x.stream("/Type/Metadata/Subtype/XML", []byte(x.xmp(uuid(document), uuid(instance))))
	}
	x.info()
	x.catalog()
	x.trailer(document, instance)
}

// soFar is a hash of all that was written until now.
func (x *finisher) soFar() []byte {
	x.flush()
	return x.hash.Sum(nil)
}

func (x *finisher) info() {
	m := x.f.o.Meta
	date := m.Created.Format("(D:20060102150405Z)")
	x.begin(x.gofpdfSize - 2)
	x.raw("<</Title " + textString(m.Title) + "/Creator(" + producer + ")/Producer(" + producer + ")/CreationDate" + date + "/ModDate" + date + "/Trapped/False")
	if x.f.o.Standard == X1a {
		x.raw("/GTS_PDFXVersion(PDF/X-1:2001)/GTS_PDFXConformance(PDF/X-1a:2001)")
	} else {
		x.raw("/GTS_PDFXVersion(PDF/X-4)")
	}
	x.raw(">>\nendobj\n")
}

func (x *finisher) catalog() {
	p := x.f.profile
	x.begin(x.gofpdfSize - 1)
	x.raw("<</Type/Catalog/Pages 1 0 R")
	if x.metadata > 0 {
		x.raw("/Metadata ")
		x.ref(x.metadata)
	}
	x.raw("/OutputIntents[<</Type/OutputIntent/S/GTS_PDFX/OutputConditionIdentifier" + textString(p.Identifier))
	if registered.MatchString(p.Identifier) {
		x.raw("/RegistryName(http://www.color.org)")
	}
	info := p.Info
	if info == "" {
		info = p.Identifier
	}
	x.raw("/Info" + textString(info))
	if x.icc > 0 {
		x.raw("/DestOutputProfile ")
		x.ref(x.icc)
	}
	x.raw(">>]")
	if x.f.o.VT {
		x.raw("/DPartRoot ")
		x.ref(x.partRoot)
	}
	x.raw(">>\nendobj\n")
}

// trailer writes the cross-reference table and what follows it.
func (x *finisher) trailer(document, instance []byte) {
	start := x.size
	x.raw(fmt.Sprintf("xref\n0 %d\n0000000000 65535 f \n", x.next))
	for _, at := range x.at[1:] {
		var entry [20]byte
		copy(entry[:], "0000000000 00000 n \n")
		for i := 9; at > 0; i, at = i-1, at/10 {
			entry[i] = byte('0' + at%10)
		}
		x.bytes(entry[:])
	}
	x.raw(fmt.Sprintf("trailer\n<</Size %d/Root %d 0 R/Info %d 0 R/ID[<%s><%s>]>>\nstartxref\n%d\n%%%%EOF\n", x.next, x.gofpdfSize-1, x.gofpdfSize-2,
		hex.EncodeToString(document[:16]), hex.EncodeToString(instance[:16]), start))
}

// end checks that every object was written.
func (x *finisher) end() error {
	for num, at := range x.at[1:] {
		if at == 0 {
			return fmt.Errorf("pdf: object %d was not written", num+1)
		}
	}
	return nil
}

// xmp is the metadata packet; what it says equals the document's information.
func (x *finisher) xmp(document, instance string) string {
	m := x.f.o.Meta
	date := m.Created.Format("2006-01-02T15:04:05Z")
	var title strings.Builder
	if err := xml.EscapeText(&title, []byte(m.Title)); err != nil { // a builder never fails
		panic(err)
	}
	vt := ""
	if x.f.o.VT {
		vt = "<pdfvtid:GTS_PDFVTVersion>PDF/VT-1</pdfvtid:GTS_PDFVTVersion><pdfvtid:GTS_PDFVTModDate>" + date + "</pdfvtid:GTS_PDFVTModDate>\n"
	}
	return strings.NewReplacer("TITLE", title.String(), "DATE", date, "PRODUCER", producer, "DOCUMENT", document, "INSTANCE", instance, "VT\n", vt).Replace(packet)
}

const packet = `<?xpacket begin="` + "\ufeff" + `" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/"
 xmlns:pdf="http://ns.adobe.com/pdf/1.3/" xmlns:pdfxid="http://www.npes.org/pdfx/ns/id/" xmlns:pdfvtid="http://www.npes.org/pdfvt/ns/id/">
<dc:format>application/pdf</dc:format><dc:title><rdf:Alt><rdf:li xml:lang="x-default">TITLE</rdf:li></rdf:Alt></dc:title>
<xmp:CreateDate>DATE</xmp:CreateDate><xmp:ModifyDate>DATE</xmp:ModifyDate><xmp:MetadataDate>DATE</xmp:MetadataDate><xmp:CreatorTool>PRODUCER</xmp:CreatorTool>
<pdf:Producer>PRODUCER</pdf:Producer><pdf:Trapped>False</pdf:Trapped>
<xmpMM:DocumentID>uuid:DOCUMENT</xmpMM:DocumentID><xmpMM:InstanceID>uuid:INSTANCE</xmpMM:InstanceID><xmpMM:VersionID>1</xmpMM:VersionID><xmpMM:RenditionClass>default</xmpMM:RenditionClass>
<pdfxid:GTS_PDFXVersion>PDF/X-4</pdfxid:GTS_PDFXVersion>
VT
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="r"?>
`
