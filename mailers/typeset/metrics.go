package typeset

import (
	"crypto/sha256"
	"encoding/hex"
	"io/fs"

	"golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"

	"postlift"
	"postlift/mailers/sheet"
)

// Face is the width table of one font: advance per rune in font units, immutable after loading.
type Face struct {
	upem     int
	advances []uint16 // by rune of the basic plane, advance + 1; 0 means that the font lacks the glyph
}

// LoadFace reads a TrueType file and checks that it is the one the design names.
func LoadFace(fonts fs.FS, ref sheet.FontRef) (*Face, error) {
	data, err := fs.ReadFile(fonts, ref.File)
	if err != nil {
		return nil, fault("font file %s is not in the fonts folder", ref.File)
	}
	sum := sha256.Sum256(data)
	if got := hex.EncodeToString(sum[:]); got != ref.SHA256 {
		return nil, fault("font file %s has sha256 %s, the design names %s: correct the design or the font", ref.File, got, ref.SHA256)
	}
	f, err := sfnt.Parse(data)
	if err != nil {
		return nil, postlift.Wrap("typeset.LoadFace", "font file "+ref.File+" is not a TrueType font",
			postlift.Faultf(postlift.Invalid, "", "%v", err))
	}
	return readAdvances(f)
}

func readAdvances(f *sfnt.Font) (*Face, error) {
	upem := int(f.UnitsPerEm())
	out := &Face{upem: upem, advances: make([]uint16, 1<<16)}
	var buf sfnt.Buffer
	for r := rune(0x20); r < 1<<16; r++ {
		g, err := f.GlyphIndex(&buf, r)
		if err != nil || g == 0 {
			continue
		}
		adv, err := f.GlyphAdvance(&buf, g, fixed.I(upem), font.HintingNone)
		if err != nil {
			return nil, fault("font metrics cannot be read: %v", err)
		}
		out.advances[r] = uint16(adv.Round()) + 1
	}
	return out, nil
}

// Has tells whether the font can draw the rune; runes beyond the basic plane never can, because the PDF
// writer addresses glyphs by 16-bit code.
func (f *Face) Has(r rune) bool { return r >= 0 && r < 1<<16 && f.advances[r] != 0 }

// units is the width of a text in font units; a glyph that is missing counts nothing (Compose refuses
// such a text before it comes here).
func (f *Face) units(s string) int {
	w := 0
	for _, r := range s {
		if f.Has(r) {
			w += int(f.advances[r]) - 1
		}
	}
	return w
}

// micrometres converts a width in font units at a size in thousandths of a point: one point is
// 25400/72 micrometres.
func (f *Face) micrometres(units, size int) int {
	return int(int64(units) * int64(size) * 127 / (int64(f.upem) * 360))
}

// Width is the width of a text in micrometres.
func (f *Face) Width(s string, size int) int { return f.micrometres(f.units(s), size) }

func fault(format string, args ...any) error {
	return postlift.Faultf(postlift.Invalid, "typeset", format, args...)
}
