package pdf

import (
	"bytes"
	"fmt"
)

// toUnicode is the map from a font's codes to characters, for those who search and copy a file's text: codes are
// characters. A range stays within one first byte, and a block holds at most 100 of them (ISO 32000-1, 9.10.3, and
// Adobe Technical Note 5014); the map that gofpdf writes, one range over all 65,536 codes, breaks the first rule.
func toUnicode(f *face) []byte {
	var ranges [][2]rune
	for _, r := range f.runes() {
		if n := len(ranges); n > 0 && ranges[n-1][1] == r-1 && r>>8 == (r-1)>>8 {
			ranges[n-1][1] = r
			continue
		}
		ranges = append(ranges, [2]rune{r, r})
	}
	var b bytes.Buffer
	b.WriteString("/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n" +
		"/CIDSystemInfo<</Registry(Adobe)/Ordering(UCS)/Supplement 0>>def\n/CMapName/Adobe-Identity-UCS def\n/CMapType 2 def\n" +
		"1 begincodespacerange\n<0000><FFFF>\nendcodespacerange\n")
	for len(ranges) > 0 {
		n := min(len(ranges), 100)
		fmt.Fprintf(&b, "%d beginbfrange\n", n)
		for _, r := range ranges[:n] {
			fmt.Fprintf(&b, "<%04X><%04X><%04X>\n", r[0], r[1], r[0])
		}
		b.WriteString("endbfrange\n")
		ranges = ranges[n:]
	}
	b.WriteString("endcmap\nCMapName currentdict/CMap defineresource pop\nend\nend\n")
	return b.Bytes()
}
