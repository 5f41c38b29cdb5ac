package trace

import (
	"strings"

	"postlift/mailers/pdfread"
)

// FontFacts is what a font dictionary says about printing it.
type FontFacts struct {
	Name     string // without the subset's tag
	Type     string // Type1, TrueType, Type0, Type3, MMType1
	Embedded bool
	Subset   bool // the name has a subset's tag, such as ABCDEF+Name
	Size     int  // bytes of the font file, as compressed
}

// Facts reads a font dictionary. A Type 3 font is its own drawing and counts as embedded.
func Facts(f *pdfread.File, font pdfread.Dict) FontFacts {
	out := FontFacts{Name: string(f.Name(font["BaseFont"])), Type: string(f.Name(font["Subtype"]))}
	if i := strings.IndexByte(out.Name, '+'); i == 6 && strings.ToUpper(out.Name[:6]) == out.Name[:6] {
		out.Subset, out.Name = true, out.Name[7:]
	}
	switch out.Type {
	case "Type3":
		out.Embedded = f.Dict(font["CharProcs"]) != nil
		return out
	case "Type0":
		below := f.Array(font["DescendantFonts"])
		if len(below) == 0 {
			return out
		}
		font = f.Dict(below[0])
	}
	d := f.Dict(font["FontDescriptor"])
	for _, key := range []pdfread.Name{"FontFile", "FontFile2", "FontFile3"} {
		s := f.Stream(d[key])
		if s != nil && len(s.Raw) > 0 {
			out.Embedded, out.Size = true, len(s.Raw)
		}
	}
	return out
}
