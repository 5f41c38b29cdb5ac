package trace

import (
	"strings"

	"postlift/mailers/pdfread"
)

// Space is a colour space.
type Space struct {
	Family string   // DeviceGray, DeviceRGB, DeviceCMYK, CalGray, CalRGB, Lab, ICCBased, Indexed, Separation, DeviceN, Pattern
	N      int      // components
	Names  []string // of Separation and DeviceN
	Base   *Space   // of Indexed its base, of Separation and DeviceN the alternate, of Pattern what uncoloured ones paint in
	ICC    string   // of ICCBased: the profile's data space, such as RGB or CMYK
	Object string   // "object 12", where it is one
}

var devices = map[pdfread.Name]*Space{
	"DeviceGray": {Family: "DeviceGray", N: 1}, "DeviceRGB": {Family: "DeviceRGB", N: 3}, "DeviceCMYK": {Family: "DeviceCMYK", N: 4},
	"G": {Family: "DeviceGray", N: 1}, "RGB": {Family: "DeviceRGB", N: 3}, "CMYK": {Family: "DeviceCMYK", N: 4},
	"Pattern": {Family: "Pattern"}, "CalGray": {Family: "CalGray", N: 1}, "CalRGB": {Family: "CalRGB", N: 3},
}

// SpaceOf reads a colour space object; resources serve named spaces. nil means that it is none.
func SpaceOf(f *pdfread.File, o pdfread.Object, resources pdfread.Dict) *Space {
	return spaceOf(f, o, resources, 0)
}

func spaceOf(f *pdfread.File, o pdfread.Object, resources pdfread.Dict, depth int) *Space {
	if depth > 8 {
		return nil
	}
	switch v := f.Resolve(o).(type) {
	case pdfread.Name:
		if d, ok := devices[v]; ok {
			return d
		}
		if named, ok := f.Dict(resources["ColorSpace"])[v]; ok {
			return spaceOf(f, named, nil, depth+1)
		}
	case pdfread.Array:
		s := arraySpace(f, v, resources, depth)
		if s != nil && s.Object == "" {
			copied := *s
			copied.Object = pdfread.Label(o)
			return &copied
		}
		return s
	}
	return nil
}

func arraySpace(f *pdfread.File, a pdfread.Array, resources pdfread.Dict, depth int) *Space {
	if len(a) == 0 {
		return nil
	}
	at := func(i int) pdfread.Object {
		if i < len(a) {
			return a[i]
		}
		return nil
	}
	switch family := f.Name(a[0]); family {
	case "Lab":
		return &Space{Family: "Lab", N: 3}
	case "ICCBased":
		return iccSpace(f, at(1), depth)
	case "Indexed", "I":
		return &Space{Family: "Indexed", N: 1, Base: spaceOf(f, at(1), resources, depth+1)}
	case "Separation":
		return &Space{Family: "Separation", N: 1, Names: []string{string(f.Name(at(1)))}, Base: spaceOf(f, at(2), resources, depth+1)}
	case "DeviceN":
		s := &Space{Family: "DeviceN", Base: spaceOf(f, at(2), resources, depth+1)}
		names := f.Array(at(1))
		for _, n := range names[:min(len(names), 64)] {
			s.Names = append(s.Names, string(f.Name(n)))
		}
		s.N = len(s.Names)
		return s
	case "Pattern":
		return &Space{Family: "Pattern", Base: spaceOf(f, at(1), resources, depth+1)}
	default:
		return devices[family]
	}
}

func iccSpace(f *pdfread.File, o pdfread.Object, depth int) *Space {
	s := &Space{Family: "ICCBased", Object: pdfread.Label(o)}
	stream := f.Stream(o)
	if stream == nil {
		return nil
	}
	if s.N = int(f.Number(stream.Dict["N"], 0)); s.N != 1 && s.N != 3 && s.N != 4 {
		return nil
	}
	_, s.ICC = Profile(f, stream)
	if s.ICC == "" {
		s.ICC = map[int]string{1: "GRAY", 3: "RGB", 4: "CMYK"}[s.N]
	}
	return s
}

// Profile reads class (prtr, mntr …) and data space (CMYK, RGB, GRAY, Lab) from an ICC profile's header;
// both are empty when it is none.
func Profile(f *pdfread.File, s *pdfread.Stream) (class, space string) {
	data, left, err := f.Decode(s)
	if err != nil || len(left) > 0 || len(data) < 128 || string(data[36:40]) != "acsp" {
		return "", ""
	}
	return strings.TrimSpace(string(data[12:16])), strings.TrimSpace(string(data[16:20]))
}

// Sources are the colour spaces at the bottom: an indexed space's base, a spot colour's alternate.
func (s *Space) Sources() []*Space {
	for range 16 {
		if s == nil {
			return nil
		}
		switch s.Family {
		case "Indexed", "Separation", "DeviceN", "Pattern":
			s = s.Base
		default:
			return []*Space{s}
		}
	}
	return nil
}

// Process tells that a space prints without conversion: gray or CMYK, or spot colours over such an alternate.
// An ICC-based gray or CMYK space counts, its numbers being inks.
func (s *Space) Process() bool {
	if s == nil {
		return false
	}
	sources := s.Sources()
	if len(sources) == 0 {
		return s.Family == "Pattern"
	}
	for _, b := range sources {
		switch {
		case b.Family == "DeviceGray" || b.Family == "DeviceCMYK":
		case b.Family == "ICCBased" && (b.ICC == "GRAY" && b.N == 1 || b.ICC == "CMYK" && b.N == 4):
		default:
			return false
		}
	}
	return true
}

// Spots are the names of the inks that a space prints beside the process inks.
func (s *Space) Spots() []string {
	var out []string
	for depth := 0; s != nil && depth < 16; depth++ {
		for _, n := range s.Names {
			switch n {
			case "Cyan", "Magenta", "Yellow", "Black", "None", "All":
			default:
				out = append(out, n)
			}
		}
		s = s.Base
	}
	return out
}

// String names the space for people.
func (s *Space) String() string {
	if s == nil {
		return "an unknown colour space"
	}
	switch s.Family {
	case "ICCBased":
		return "ICC " + s.ICC
	case "Indexed":
		return "indexed " + s.Base.String()
	case "Separation", "DeviceN":
		return s.Family + " " + strings.Join(s.Names, "+") + " over " + s.Base.String()
	}
	return s.Family
}
