package pdf

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
	"testing"

	"postlift/mailers/sheet"
)

// The widths in the file, by which a RIP sets one glyph after the other, are those that the font has and that
// lines were broken with.
func TestWidthsAreTheFonts(t *testing.T) {
	ops := []sheet.Op{
		line(sheet.Regular, 9000, 0, 0, "Zażółć gęślą jaźń, Příliš žluťoučký kůň; ÄÖÜäöüßẞ €§–„“ 0123456789", 0, sheet.Black),
		line(sheet.Bold, 9000, 0, 9000, "Árvíztűrő tükörfúrógép AVATAR 99,50 €", 0, sheet.Black),
	}
	p := sheet.Plan{PieceID: "pc_1", Sheet: a4, Fonts: loadFonts().refs, Pages: []sheet.Page{{Ops: ops}}}
	b, _, _ := render(t, options(t), []sheet.Plan{p})
	tables := widthTables(t, b)
	if len(tables) != len(ops) {
		t.Fatalf("%d tables of widths", len(tables))
	}
	for i, op := range ops {
		for _, r := range op.Text {
			want, ok := loadFonts().widths[op.Style][r]
			if !ok && r < 0x2100 {
				t.Fatalf("%q is not in the font", r)
			}
			if got := tables[i][r]; ok && (got < want-1 || got > want+1) {
				t.Errorf("%s %q is %d wide, the font says %d", op.Style, r, got, want)
			}
		}
	}
}

// widthTables reads the widths of every font by character code (ISO 32000-1, 9.7.4.3).
func widthTables(t *testing.T, b []byte) (out []map[rune]int) {
	t.Helper()
	for {
		_, rest, ok := bytes.Cut(b, []byte("/W ["))
		if !ok {
			return out
		}
		end, depth := 0, 1
		for ; depth > 0; end++ {
			switch rest[end] {
			case '[':
				depth++
			case ']':
				depth--
			}
		}
		text := strings.NewReplacer("[", " [ ", "]", " ] ").Replace(string(rest[:end-1]))
		out = append(out, widths(t, strings.Fields(text)))
		b = rest[end:]
	}
}

func widths(t *testing.T, words []string) map[rune]int {
	t.Helper()
	number := func(i int) int {
		n, err := strconv.Atoi(words[i])
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	table := map[rune]int{}
	for i := 0; i < len(words); {
		first := number(i)
		if words[i+1] != "[" {
			for c := first; c <= number(i+1); c++ {
				table[rune(c)] = number(i + 2)
			}
			i += 3
			continue
		}
		end := i + 2 + slices.Index(words[i+2:], "]")
		for k := i + 2; k < end; k++ {
			table[rune(first+k-i-2)] = number(k)
		}
		i = end + 1
	}
	return table
}
