package typeset

import (
	"bytes"

	"github.com/go-text/typesetting/font/opentype"
	"github.com/go-text/typesetting/font/opentype/tables"
	"golang.org/x/image/font/sfnt"
)

// kernEnd is the first rune that is not kerned. Kerned are Latin letters, figures and punctuation.
const kernEnd = 0x2150

// kerned tells whether a rune's pairs are read.
func kerned(r rune) bool {
	return r >= 0x20 && r < 0x250 || r >= 0x1e00 && r < 0x1f00 || r >= 0x2000 && r < kernEnd
}

// kerning is the distance that a font adds between two runes, in thousandths of the size, by its pairs alone:
// rules for longer contexts are not read. Runes that kern
// alike share a class, so that the table stays small enough for a processor's nearest cache.
type kerning struct {
	left, right []uint16 // class of a rune as first and as second of a pair; 0 kerns with nothing
	columns     int
	table       []int16
}

// pair is what is added between a and b.
func (k *kerning) pair(a, b rune) int {
	if uint32(a) >= uint32(len(k.left)) || uint32(b) >= uint32(len(k.right)) {
		return 0
	}
	return int(k.table[int(k.left[a])*k.columns+int(k.right[b])])
}

// readKerning reads the pairs of a font: those of the feature kern in GPOS for the Latin script, else those of
// the older table kern. glyphs is the glyph of each rune.
func readKerning(data []byte, glyphs []sfnt.GlyphIndex, upem int) (kerning, error) {
	var runes []rune
	var second []tables.GlyphID
	for r := rune(0); r < kernEnd; r++ {
		if kerned(r) && glyphs[r] != 0 {
			runes, second = append(runes, r), append(second, tables.GlyphID(glyphs[r]))
		}
	}
	loader, err := opentype.NewLoader(bytes.NewReader(data))
	if err != nil {
		return kerning{}, err
	}
	lookups, err := kernLookups(loader)
	if err != nil {
		return kerning{}, err
	}
	rows := make([][]int16, len(runes))
	for i := range rows {
		rows[i] = make([]int16, len(runes))
	}
	switch {
	case len(lookups) > 0:
		for _, l := range lookups {
			l.addTo(rows, second)
		}
	default:
		if err := addOldKerning(loader, rows, second); err != nil {
			return kerning{}, err
		}
	}
	for _, row := range rows {
		for i, v := range row {
			row[i] = int16(scaled(int(v), upem))
		}
	}
	return classes(runes, rows), nil
}

// lookup is the subtables of a GPOS lookup, in order: the first that knows a pair decides.
type lookup []tables.PairPosData

// kernLookups finds the pair lookups of the feature kern; none when the font has no such feature.
func kernLookups(loader *opentype.Loader) ([]lookup, error) {
	tag := opentype.MustNewTag("GPOS")
	if !loader.HasTable(tag) {
		return nil, nil
	}
	raw, err := loader.RawTable(tag)
	if err != nil {
		return nil, err
	}
	layout, _, err := tables.ParseLayout(raw)
	if err != nil {
		return nil, err
	}
	var out []lookup
	for i, used := range usedLookups(layout) {
		if !used {
			continue
		}
		subtables, err := layout.LookupList.Lookups[i].AsGPOSLookups()
		if err != nil {
			return nil, err
		}
		l, err := pairsOf(subtables)
		if err != nil {
			return nil, err
		}
		if len(l) > 0 {
			out = append(out, l)
		}
	}
	return out, nil
}

// usedLookups tells of each lookup whether Latin text is kerned by it.
func usedLookups(layout tables.Layout) []bool {
	used := make([]bool, len(layout.LookupList.Lookups))
	for _, name := range []string{"latn", "DFLT"} {
		for i, rec := range layout.ScriptList.Records {
			sys := layout.ScriptList.Scripts[i].DefaultLangSys
			if rec.Tag != opentype.MustNewTag(name) || sys == nil {
				continue
			}
			for _, f := range sys.FeatureIndices {
				if int(f) >= len(layout.FeatureList.Features) || layout.FeatureList.Records[f].Tag != opentype.MustNewTag("kern") {
					continue
				}
				for _, l := range layout.FeatureList.Features[f].LookupListIndices {
					if int(l) < len(used) {
						used[l] = true
					}
				}
			}
			return used
		}
	}
	return used
}

// pairsOf takes the pair adjustments out of a lookup's subtables and resolves extensions.
func pairsOf(subtables []tables.GPOSLookup) (lookup, error) {
	var out lookup
	for _, s := range subtables {
		if ext, ok := s.(tables.ExtensionPos); ok {
			var err error
			if s, err = ext.Resolve(); err != nil {
				return nil, err
			}
		}
		if p, ok := s.(tables.PairPos); ok {
			if err := p.Sanitize(); err != nil {
				return nil, err
			}
			out = append(out, p.Data)
		}
	}
	return out, nil
}

// addTo adds the lookup's distances to rows, by the place of the first and of the second glyph in glyphs.
func (l lookup) addTo(rows [][]int16, glyphs []tables.GlyphID) {
	classOf := make([][]uint16, len(l)) // of each glyph as second of a pair, by subtable
	for s, sub := range l {
		if p, ok := sub.(tables.PairPosData2); ok {
			classOf[s] = make([]uint16, len(glyphs))
			for i, g := range glyphs {
				classOf[s][i], _ = p.ClassDef2.Class(g)
			}
		}
	}
	done := make([]bool, len(glyphs))
	for i, g := range glyphs {
		clear(done)
		for s, sub := range l {
			at, ok := sub.Cov().Index(g)
			if !ok {
				continue
			}
			switch p := sub.(type) {
			case tables.PairPosData1:
				addListed(p, at, rows[i], glyphs, done)
			case tables.PairPosData2:
				addClassed(p, g, rows[i], classOf[s], done)
			}
		}
	}
}

// addListed adds pairs that the font lists one by one.
func addListed(p tables.PairPosData1, at int, row []int16, glyphs []tables.GlyphID, done []bool) {
	if at >= len(p.PairSets) {
		return
	}
	for i, g := range glyphs {
		if done[i] {
			continue
		}
		if rec, ok := p.PairSets[at].FindGlyph(g); ok {
			row[i] += rec.ValueRecord1.XAdvance
			done[i] = true
		}
	}
}

// addClassed adds pairs of classes of glyphs; such a subtable decides every pair whose first glyph it covers.
func addClassed(p tables.PairPosData2, first tables.GlyphID, row []int16, classOf []uint16, done []bool) {
	class1, _ := p.ClassDef1.Class(first)
	values := make([]int16, max(p.ClassDef2.Extent(), 1))
	for c := range values {
		values[c] = p.Record(class1, uint16(c)).ValueRecord1.XAdvance
	}
	for i := range row {
		if !done[i] {
			row[i] += values[classOf[i]]
			done[i] = true
		}
	}
}

// classes joins runes with equal rows and runes with equal columns.
func classes(runes []rune, rows [][]int16) kerning {
	k := kerning{left: make([]uint16, kernEnd), right: make([]uint16, kernEnd)}
	zero := make([]int16, len(runes))
	rowClass, kept := unique(append([][]int16{zero}, rows...))
	columns := make([][]int16, len(runes)+1)
	columns[0] = make([]int16, len(kept))
	for j := range runes {
		columns[j+1] = make([]int16, len(kept))
		for i, row := range kept {
			columns[j+1][i] = row[j]
		}
	}
	columnClass, keptColumns := unique(columns)
	for i, r := range runes {
		k.left[r], k.right[r] = rowClass[i+1], columnClass[i+1]
	}
	k.columns = len(keptColumns)
	k.table = make([]int16, len(kept)*k.columns)
	for j, column := range keptColumns {
		for i, v := range column {
			k.table[i*k.columns+j] = v
		}
	}
	return k
}

// unique numbers equal vectors alike, in order of their first appearance.
func unique(vectors [][]int16) (class []uint16, kept [][]int16) {
	seen := map[string]uint16{}
	var key []byte
	for _, v := range vectors {
		key = key[:0]
		for _, x := range v {
			key = append(key, byte(x), byte(x>>8))
		}
		c, ok := seen[string(key)]
		if !ok {
			c = uint16(len(kept))
			seen[string(key)], kept = c, append(kept, v)
		}
		class = append(class, c)
	}
	return class, kept
}
