package colour

import (
	"encoding/binary"
	"strings"
	"sync"
	"unicode/utf16"

	"postlift"
)

// Limits of what is read as a profile.
const (
	maxProfile = 16 << 20 // bytes; output profiles are .1 to 4 MB
	maxTags    = 200
	headerSize = 128
)

// Profile is an ICC profile that was read and checked. It is safe for use by many goroutines.
type Profile struct {
	Data        []byte // the file
	Major       int    // version: 2 or 4
	Minor       int
	Class       string // "prtr" output, "mntr" display, "scnr" input, "spac" colour space, without blanks
	Space       string // "CMYK", "RGB", "GRAY", without blanks
	PCS         string // "Lab" or "XYZ"
	Description string // what the maker calls it

	tags map[string][]byte
	inks func() (*lut, error) // CMYK to the connection space, read on first use
	grid func() *screenGrid
}

// Parse reads a profile's header, tag table and description. What a transform needs of it is read by NewTransform
// and CheckOutput. A file that is no profile is an Invalid fault.
func Parse(data []byte) (*Profile, error) {
	if len(data) < headerSize+4 || string(data[36:40]) != "acsp" {
		return nil, fault("the file is no ICC profile: its signature 'acsp' is missing")
	}
	size := int(be32(data))
	if size > len(data) || size < headerSize+4 || size > maxProfile {
		return nil, fault("the ICC profile says that it has %d bytes, the file has %d (at most %d)", size, len(data), maxProfile)
	}
	p := &Profile{
		Data: data[:size], Major: int(data[8]), Minor: int(data[9] >> 4),
		Class: word(data[12:]), Space: word(data[16:]), PCS: word(data[20:]),
	}
	if p.Major != 2 && p.Major != 4 {
		return nil, fault("the ICC profile has version %d; versions 2 and 4 can be read", p.Major)
	}
	if p.PCS != "Lab" && p.PCS != "XYZ" {
		return nil, fault("the ICC profile connects through %q; Lab and XYZ can be read", p.PCS)
	}
	if err := p.readTags(); err != nil {
		return nil, err
	}
	p.Description = text(p.tags["desc"])
	p.inks = sync.OnceValues(func() (*lut, error) { return p.table("A2B1", "A2B0") })
	p.grid = sync.OnceValue(func() *screenGrid { return newScreenGrid(p) })
	return p, nil
}

func (p *Profile) readTags() error {
	n := int(be32(p.Data[headerSize:]))
	if n > maxTags || headerSize+4+12*n > len(p.Data) {
		return fault("the ICC profile has %d tags, more than it has room for", n)
	}
	p.tags = make(map[string][]byte, n)
	for i := range n {
		row := p.Data[headerSize+4+12*i:]
		at, size := int(be32(row[4:])), int(be32(row[8:]))
		if size < 8 || at < headerSize || at > len(p.Data) || size > len(p.Data)-at {
			return fault("tag %q of the ICC profile lies outside of the file", row[:4])
		}
		p.tags[string(row[:4])] = p.Data[at : at+size]
	}
	return nil
}

// Channels is how many components a colour of the profile's space has: 4 for CMYK, 3 for RGB, 1 for GRAY, 0 for
// what is not handled here.
func (p *Profile) Channels() int {
	return map[string]int{"CMYK": 4, "RGB": 3, "GRAY": 1}[p.Space]
}

// conditions are names of printing conditions in profiles' descriptions with the identifier of the
// characterisation data they stand for (registry at color.org), most telling first.
var conditions = [][2]string{
	{"iso coated v2", "FOGRA39"}, {"isocoated_v2", "FOGRA39"}, {"pso coated v3", "FOGRA51"}, {"psocoated_v3", "FOGRA51"},
	{"pso uncoated v3", "FOGRA52"}, {"psouncoated_v3", "FOGRA52"}, {"pso uncoated iso12647", "FOGRA47"},
	{"pso lwc improved", "FOGRA45"}, {"gracol2006", "CGATS TR 006"}, {"gracol2013", "CGATS21_CRPC6"},
	{"swop2006_coated3", "CGATS TR 003"}, {"swop2006_coated5", "CGATS TR 005"}, {"swop2013", "CGATS21_CRPC5"},
	{"japan color 2001 coated", "JC200103"}, {"japan color 2011 coated", "JC201103"},
}

// Condition is the identifier of the printing condition for a file's output intent ("FOGRA39"), found in the
// description. Where the description names none that is registered it is the description itself, and registered
// is false: the output intent then needs an /Info text, too.
func (p *Profile) Condition() (id string, registered bool) {
	low := strings.ToLower(p.Description)
	if i := strings.Index(low, "fogra"); i >= 0 {
		digits := strings.TrimLeft(low[i+5:], " _-")
		end := strings.IndexFunc(digits+" ", func(r rune) bool { return r < '0' || r > '9' })
		if end >= 2 {
			return "FOGRA" + digits[:end], true
		}
	}
	for _, c := range conditions {
		if strings.Contains(low, c[0]) {
			return c[1], true
		}
	}
	if p.Description == "" {
		return "Custom", false
	}
	return p.Description, false
}

// text reads a description: textDescriptionType of version 2, multiLocalizedUnicodeType of version 4, textType.
func text(tag []byte) string {
	if len(tag) < 12 {
		return ""
	}
	switch string(tag[:4]) {
	case "desc":
		n := int(be32(tag[8:]))
		return ascii(tag[12:min(len(tag), 12+max(0, min(n, len(tag))))])
	case "text":
		return ascii(tag[8:])
	case "mluc":
		return localised(tag)
	}
	return ""
}

// localised is the English record of a multi-localised text, else the first.
func localised(tag []byte) string {
	if len(tag) < 16 || be32(tag[12:]) != 12 {
		return ""
	}
	best := ""
	for i := range min(int(be32(tag[8:])), 100) {
		if 28+12*i > len(tag) {
			break
		}
		row := tag[16+12*i:]
		size, at := int(be32(row[4:])), int(be32(row[8:]))
		if at > len(tag) || size > len(tag)-at || size > 4096 {
			continue
		}
		units := make([]uint16, size/2)
		for j := range units {
			units[j] = be16(tag[at+2*j:])
		}
		s := clean(string(utf16.Decode(units)))
		if string(row[:2]) == "en" {
			return s
		}
		if best == "" {
			best = s
		}
	}
	return best
}

func ascii(b []byte) string {
	s, _, _ := strings.Cut(string(b), "\x00")
	return clean(s)
}

// clean drops what is not printable, for a description goes into a file's output intent.
func clean(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < 0x20 || r == 0x7f || r == 0xfffd {
			return -1
		}
		return r
	}, s)
	if len(s) > 500 {
		s = strings.ToValidUTF8(s[:500], "")
	}
	return strings.TrimSpace(s)
}

func be16(b []byte) uint16 { return binary.BigEndian.Uint16(b) }
func be32(b []byte) uint32 { return binary.BigEndian.Uint32(b) }

func word(b []byte) string { return strings.TrimRight(string(b[:4]), " \x00") }

func fault(format string, args ...any) error {
	return postlift.Faultf(postlift.Invalid, "colour", format, args...)
}
