package pdf

import (
	"bytes"
	"regexp"

	"postlift/mailers/sheet"
)

// Names in a designer's objects that PDF/X-1a:2001 has no place for: transparency, layers, device-independent
// colour, and compression that came after PDF 1.3. Values that mean "none of it" are taken out first.
var (
	harmless = regexp.MustCompile(`/SMask\s*/None\b|/BM\s*/(Normal|Compatible)\b|/(CA|ca)\s+1(\.0*)?\b`)
	beyond   = []struct {
		what string
		name *regexp.Regexp
	}{
		{"transparency", regexp.MustCompile(`/(SMask|CA|ca|BM)[\s/\[(<\d.]|/S\s*/Transparency\b`)},
		{"layers", regexp.MustCompile(`/(OCG|OCMD|OCProperties)\b`)},
		{"device-independent colour", regexp.MustCompile(`/(ICCBased|CalRGB|CalGray|Lab|DefaultRGB|DefaultCMYK|DefaultGray)\b`)},
		{"RGB colour", regexp.MustCompile(`/DeviceRGB\b`)},
		{"compression newer than PDF 1.3", regexp.MustCompile(`/(JPXDecode|JBIG2Decode)\b`)},
		{"OpenType fonts", regexp.MustCompile(`/Subtype\s*/OpenType\b`)},
	}
)

// beyondX1a names what of an object PDF/X-1a cannot hold, empty if it can hold all.
func beyondX1a(o sheet.Object) string {
	text := bytes.Join(o.Parts, []byte("0 0 R"))
	if i := bytes.Index(text, []byte("stream")); i >= 0 { // what follows are compressed bytes
		text = text[:i]
	}
	text = harmless.ReplaceAll(text, nil)
	for _, b := range beyond {
		if b.name.Match(text) {
			return b.what
		}
	}
	return ""
}
