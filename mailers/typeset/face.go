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

// thousand is how fine type is measured: PDF gives glyph widths and displacements in thousandths of the size,
// so widths that are sums of whole thousandths are what the printed page has, to the last digit.
const thousand = 1000

// Face is the measures of one font: advances, kerning, coverage and outlines. It is immutable after loading
// (but for a cache of measured words, which changes no result) and safe for concurrent use.
type Face struct {
	font     *sfnt.Font
	upem     int
	advances []uint16 // by rune of the basic plane, advance in font units + 1; 0 means that the font lacks the glyph
	mille    []int16  // by rune of the basic plane, advance in thousandths of the size, as the PDF writer rounds it
	cover    [1 << 10]uint64
	kern     kerning
	metrics  font.Metrics
	words    *wordCache
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
	f, err := parseFace(data)
	if err != nil {
		return nil, postlift.Wrap("typeset.LoadFace", "font file "+ref.File+" cannot be read",
			postlift.Faultf(postlift.Invalid, "", "%v", err))
	}
	return f, nil
}

// parseFace reads the measures from a TrueType file's bytes, which the face keeps.
func parseFace(data []byte) (*Face, error) {
	f, err := sfnt.Parse(data)
	if err != nil {
		return nil, err
	}
	var buf sfnt.Buffer
	out := &Face{font: f, upem: int(f.UnitsPerEm()), advances: make([]uint16, 1<<16), mille: make([]int16, 1<<16), words: new(wordCache)}
	if out.metrics, err = f.Metrics(&buf, fixed.I(out.upem), font.HintingNone); err != nil {
		return nil, err
	}
	glyphs, err := out.readAdvances(&buf)
	if err != nil {
		return nil, err
	}
	out.kern, err = readKerning(data, glyphs, out.upem)
	return out, err
}

// readAdvances fills widths and coverage, and tells the glyph of each rune.
func (f *Face) readAdvances(buf *sfnt.Buffer) (glyphs []sfnt.GlyphIndex, err error) {
	glyphs = make([]sfnt.GlyphIndex, 1<<16)
	for r := rune(0x20); r < 1<<16; r++ {
		g, err := f.font.GlyphIndex(buf, r)
		if err != nil || g == 0 {
			continue
		}
		adv, err := f.font.GlyphAdvance(buf, g, fixed.I(f.upem), font.HintingNone)
		if err != nil {
			return nil, err
		}
		glyphs[r] = g
		f.advances[r] = uint16(min(adv.Round(), 1<<16-2)) + 1
		f.mille[r] = int16(min(scaled(int(f.advances[r])-1, f.upem), 1<<15-1))
		f.cover[r>>6] |= 1 << (r & 63)
	}
	return glyphs, nil
}

// scaled converts font units to thousandths of the size, to the nearest.
func scaled(units, upem int) int {
	if units < 0 {
		return -scaled(-units, upem)
	}
	return (2*units*thousand + upem) / (2 * upem)
}

// Has tells whether the font can draw the rune; runes beyond the basic plane never can, because the PDF
// writer addresses glyphs by 16-bit code.
func (f *Face) Has(r rune) bool {
	return uint32(r) < 1<<16 && f.cover[r>>6]&(1<<(uint(r)&63)) != 0
}

// UnitsPerEm is how many font units the size of the type has.
func (f *Face) UnitsPerEm() int { return f.upem }

// Ascent is the height of the font above the baseline, font units.
func (f *Face) Ascent() int { return f.metrics.Ascent.Round() }

// Descent is the depth of the font below the baseline, font units, positive.
func (f *Face) Descent() int { return f.metrics.Descent.Round() }

// CapHeight is the height of capital letters, font units.
func (f *Face) CapHeight() int { return f.metrics.CapHeight.Round() }

// XHeight is the height of the letter x, font units.
func (f *Face) XHeight() int { return f.metrics.XHeight.Round() }

// Advance is the width of a rune in font units, 0 when the font lacks it.
func (f *Face) Advance(r rune) int {
	if !f.Has(r) {
		return 0
	}
	return int(f.advances[r]) - 1
}

// Width is the width of a text on one line in micrometres, kerned.
func (f *Face) Width(s string, size int) int { return micrometres(f.milles(s), size) }

// milles is the width of a text in thousandths of the size, kerned; a glyph that is missing counts nothing
// (the composer refuses such a text before it comes here).
func (f *Face) milles(s string) int {
	w, last := 0, rune(0)
	for _, r := range s {
		w += f.advance(r) + f.kern.pair(last, r)
		last = r
	}
	return w
}

// advance is a rune's width in thousandths of the size.
func (f *Face) advance(r rune) int {
	if uint32(r) >= 1<<16 {
		return 0
	}
	return int(f.mille[r])
}

// micrometres converts thousandths of a size, given in thousandths of a point, to the nearest micrometre: one
// point is 25400/72 micrometres.
func micrometres(milles, size int) int {
	if milles < 0 {
		return -micrometres(-milles, size)
	}
	return int((int64(milles)*int64(size)*127/180 + thousand) / (2 * thousand))
}

// fitting is the most thousandths of a size that a length in micrometres holds.
func fitting(um, size int) int {
	return int(int64(um) * 360 * thousand / (127 * int64(size)))
}

func fault(format string, args ...any) error {
	return postlift.Faultf(postlift.Invalid, "typeset", format, args...)
}
