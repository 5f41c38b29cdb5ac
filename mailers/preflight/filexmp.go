package preflight

import (
	"bytes"
	"encoding/binary"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf16"

	"postlift/mailers/pdfread"
)

// Namespaces of XMP that print standards use.
const (
	nsXMP   = "http://ns.adobe.com/xap/1.0/"
	nsMM    = "http://ns.adobe.com/xap/1.0/mm/"
	nsDC    = "http://purl.org/dc/elements/1.1/"
	nsPDF   = "http://ns.adobe.com/pdf/1.3/"
	nsPDFX  = "http://www.npes.org/pdfx/ns/id/"
	nsPDFVT = "http://www.npes.org/pdfvt/ns/id/"
	nsRDF   = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
)

// maxXMP is more than any print file's metadata has.
const maxXMP = 8 << 20

func utf16Text(s pdfread.String) string {
	units := make([]uint16, len(s)/2)
	for i := range units {
		units[i] = binary.BigEndian.Uint16(s[2*i:])
	}
	return string(utf16.Decode(units))
}

// readXMP reads the metadata's simple properties, by "namespace name", as elements or as attributes.
func (c *fileCheck) readXMP() {
	s := c.f.Stream(c.f.Root()["Metadata"])
	if s == nil {
		return
	}
	data, left, err := c.f.Decode(s)
	if err != nil || len(left) > 0 || len(data) > maxXMP {
		c.hit("metadata", Error, 0, nil, words{"the metadata stream cannot be read", "Der Metadatenstrom ist nicht lesbar."})
		return
	}
	c.xmp = map[string]string{}
	dec := xml.NewDecoder(bytes.NewReader(data))
	dec.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil }
	var open []string // properties that are open; containers of RDF belong to what they stand in
	for {
		t, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			c.hit("metadata", Error, 0, nil, words{fmt.Sprintf("the XMP metadata is no proper XML: %v", err), fmt.Sprintf("Die XMP-Metadaten sind kein gültiges XML: %v", err)})
			return
		}
		open = c.xmpToken(t, open)
	}
}

func (c *fileCheck) xmpToken(t xml.Token, open []string) []string {
	const most = 10000
	switch v := t.(type) {
	case xml.StartElement:
		key := v.Name.Space + " " + v.Name.Local
		if v.Name.Space == nsRDF && len(open) > 0 {
			key = open[len(open)-1]
		}
		for _, a := range v.Attr {
			if a.Name.Space != "" && a.Name.Space != nsRDF && a.Name.Space != "xmlns" && a.Name.Space != "http://www.w3.org/XML/1998/namespace" && len(c.xmp) < most {
				c.xmp[a.Name.Space+" "+a.Name.Local] = a.Value
			}
		}
		if v.Name.Space == nsRDF && (v.Name.Local == "Description" || v.Name.Local == "RDF") {
			key = ""
		}
		return append(open, key)
	case xml.EndElement:
		if len(open) > 0 {
			return open[:len(open)-1]
		}
	case xml.CharData:
		text := strings.TrimSpace(string(v))
		if n := len(open); n > 0 && text != "" && open[n-1] != "" && len(c.xmp) < most {
			if _, known := c.xmp[open[n-1]]; !known {
				c.xmp[open[n-1]] = text
			}
		}
	}
	return open
}

// metadata tests XMP for its standard and against the document information.
func (c *fileCheck) metadata() {
	s := c.f.Stream(c.f.Root()["Metadata"])
	if s == nil {
		if c.x4 {
			c.hit("metadata", Error, 0, nil, words{"there is no XMP metadata, which PDF/X-4 is known by; export again", "XMP-Metadaten fehlen, an denen PDF/X-4 erkannt wird; bitte neu exportieren."})
		}
	} else if c.x4 && s.Dict["Filter"] != nil {
		c.hit("metadata", Error, 0, nil, words{"the XMP metadata is compressed; PDF/X wants it plain", "Die XMP-Metadaten sind komprimiert; PDF/X verlangt sie im Klartext."})
	}
	if c.x4 && c.xmp != nil {
		c.required()
	}
	if c.xmp != nil {
		c.consistent()
	}
	if trapped := c.f.Name(c.f.Info()["Trapped"]); (c.x1a || c.x3) && trapped != "True" && trapped != "False" {
		c.hit("metadata", Error, 0, nil, words{"the document information does not say whether the file is trapped (Trapped True or False)", "Die Dokumentinformation sagt nicht, ob die Datei überfüllt ist (Trapped True oder False)."})
	}
}

func (c *fileCheck) required() {
	need := []string{nsXMP + " CreateDate", nsXMP + " ModifyDate", nsXMP + " MetadataDate", nsDC + " title", nsMM + " DocumentID", nsMM + " VersionID", nsMM + " RenditionClass", nsPDFX + " GTS_PDFXVersion"}
	if c.vt {
		need = append(need, nsPDFVT+" GTS_PDFVTVersion", nsPDFVT+" GTS_PDFVTModDate")
	}
	for _, key := range need {
		if c.xmp[key] == "" {
			name := key[strings.IndexByte(key, ' ')+1:]
			c.hit("metadata", Error, 0, nil, words{"the XMP metadata lacks " + name, "In den XMP-Metadaten fehlt " + name + "."})
		}
	}
	if t := c.xmp[nsPDF+" Trapped"]; t != "True" && t != "False" {
		c.hit("metadata", Error, 0, nil, words{"the XMP metadata does not say whether the file is trapped (pdf:Trapped True or False)", "Die XMP-Metadaten sagen nicht, ob die Datei überfüllt ist (pdf:Trapped True oder False)."})
	}
	if a, b := c.xmp[nsPDFVT+" GTS_PDFVTModDate"], c.xmp[nsXMP+" ModifyDate"]; c.vt && a != "" && a != b {
		c.hit("metadata", Error, 0, nil, words{fmt.Sprintf("GTS_PDFVTModDate %s differs from ModifyDate %s: a program changed the file after its parts were made", a, b),
			fmt.Sprintf("GTS_PDFVTModDate %s weicht von ModifyDate %s ab: Ein Programm hat die Datei nachträglich geändert.", a, b)})
	}
}

// consistent compares the document information with XMP; dates as instants.
func (c *fileCheck) consistent() {
	info := c.f.Info()
	for _, p := range []struct {
		key  pdfread.Name
		xmp  string
		date bool
	}{{"Title", nsDC + " title", false}, {"Creator", nsXMP + " CreatorTool", false}, {"Producer", nsPDF + " Producer", false},
		{"CreationDate", nsXMP + " CreateDate", true}, {"ModDate", nsXMP + " ModifyDate", true}} {
		a, b := fileText(c.f, info[p.key]), c.xmp[p.xmp]
		if a == "" || b == "" || a == b || p.date && sameInstant(a, b) {
			continue
		}
		c.hit("metadata", c.must(), 0, nil, words{fmt.Sprintf("the document information says %s %q, the XMP metadata %q; they must agree", p.key, a, b),
			fmt.Sprintf("Die Dokumentinformation sagt %s %q, die XMP-Metadaten %q; sie müssen übereinstimmen.", p.key, a, b)})
	}
	if a, b := string(c.f.Name(info["Trapped"])), c.xmp[nsPDF+" Trapped"]; a != "" && b != "" && a != b {
		c.hit("metadata", c.must(), 0, nil, words{fmt.Sprintf("the document information says Trapped %s, the XMP metadata %s", a, b), fmt.Sprintf("Die Dokumentinformation sagt Trapped %s, die XMP-Metadaten %s.", a, b)})
	}
}

// sameInstant compares a PDF date (ISO 32000-1, 7.9.4) with one of XMP.
func sameInstant(pdf, xmp string) bool {
	s := strings.ReplaceAll(strings.TrimPrefix(pdf, "D:"), "'", "")
	if before, ok := strings.CutSuffix(s, "Z0000"); ok { // as Ghostscript writes it
		s = before + "Z"
	}
	var a time.Time
	var err error
	for _, layout := range []string{"20060102150405Z0700", "20060102150405-0700", "20060102150405", "200601021504", "20060102"} {
		if a, err = time.Parse(layout, s); err == nil {
			break
		}
	}
	if err != nil {
		return false
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02T15:04Z07:00", "2006-01-02"} {
		if b, err := time.Parse(layout, xmp); err == nil {
			return a.Equal(b)
		}
	}
	return false
}
