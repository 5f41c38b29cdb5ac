package typeset

import (
	"encoding/binary"

	"github.com/go-text/typesetting/font/opentype"
	"github.com/go-text/typesetting/font/opentype/tables"
)

// addOldKerning adds the pairs of the table kern, format 0, horizontal.
func addOldKerning(loader *opentype.Loader, rows [][]int16, glyphs []tables.GlyphID) error {
	tag := opentype.MustNewTag("kern")
	if !loader.HasTable(tag) {
		return nil
	}
	raw, err := loader.RawTable(tag)
	if err != nil {
		return err
	}
	pairs := oldPairs(raw)
	for i, a := range glyphs {
		for j, b := range glyphs {
			rows[i][j] += pairs[uint32(a)<<16|uint32(b)]
		}
	}
	return nil
}

// oldPairs reads the pairs of all horizontal subtables of format 0; what is cut off is left out.
func oldPairs(raw []byte) map[uint32]int16 {
	out := map[uint32]int16{}
	if len(raw) < 4 || binary.BigEndian.Uint16(raw) != 0 {
		return out
	}
	for raw = raw[4:]; len(raw) >= 14; {
		length, coverage := int(binary.BigEndian.Uint16(raw[2:])), binary.BigEndian.Uint16(raw[4:])
		n := int(binary.BigEndian.Uint16(raw[6:]))
		for i := 0; coverage&^8 == 1 && i < n && 14+6*i+6 <= len(raw); i++ {
			p := raw[14+6*i:]
			out[binary.BigEndian.Uint32(p)] += int16(binary.BigEndian.Uint16(p[4:]))
		}
		if length < 14 || length > len(raw) {
			break
		}
		raw = raw[length:]
	}
	return out
}
