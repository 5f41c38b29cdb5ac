package csvfile

import (
	"bufio"
	"bytes"
	"sort"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"postlift"
)

// separators in the order in which they win a tie.
const separators = ";,\t|"

// findHeader tries every separator and keeps the one under which the header has most known columns.
func findHeader(sample []byte, encoding string, columns []Column) (sep byte, header []string, mapping []int, err error) {
	best := -1
	var firstErr error
	for i := range len(separators) {
		s := newSplitter(bufio.NewReader(bytes.NewReader(sample)), encoding, separators[i])
		h, err := s.header()
		if err != nil {
			if firstErr == nil {
				firstErr = err
			}
			continue
		}
		m := mapHeader(h, columns)
		known := 0
		for _, at := range m {
			if at >= 0 {
				known++
			}
		}
		if known > best {
			best, sep, mapping = known, separators[i], m
			header = append([]string(nil), h...)
		}
	}
	if best < 0 {
		return 0, nil, nil, firstErr
	}
	if best == 0 {
		return 0, nil, nil, postlift.Faultf(postlift.Invalid, "csvfile.Open",
			"no column of the header is known: it begins %q, known are %s", beginning(strings.Join(header, string(sep)), 80), names(columns))
	}
	var missing []string
	for i, c := range columns {
		if c.Required && mapping[i] < 0 {
			missing = append(missing, c.Name+" (or "+beginning(strings.Join(c.Aliases, ", "), 400)+")")
		}
	}
	if len(missing) > 0 {
		return 0, nil, nil, postlift.Faultf(postlift.Invalid, "csvfile.Open",
			"the header lacks the column %s; found: %s", strings.Join(missing, " and the column "), beginning(strings.Join(header, ", "), 300))
	}
	return sep, header, mapping, nil
}

func names(columns []Column) string {
	out := make([]string, len(columns))
	for i, c := range columns {
		out[i] = c.Name
	}
	return strings.Join(out, ", ")
}

// mapHeader gives each column's place in the header, or -1. A canonical name wins over aliases, an
// earlier alias over a later one, the leftmost of two equal headers; a header serves one column only.
func mapHeader(header []string, columns []Column) []int {
	places, exact := make(map[string]int, len(header)), map[string]int{}
	for i, h := range header {
		key := Fold(h)
		if _, ok := places[key]; !ok && key != "" {
			places[key] = i
		}
		key = strings.ToLower(strings.TrimSpace(h))
		if _, ok := exact[key]; !ok {
			exact[key] = i
		}
	}
	type claim struct{ column, rank, place int }
	var claims []claim
	for i, c := range columns {
		if c.Exact {
			if place, ok := exact[c.Name]; ok {
				claims = append(claims, claim{i, -1, place})
			}
			continue
		}
		for rank, name := range append([]string{c.Name}, c.Aliases...) {
			if place, ok := places[Fold(name)]; ok {
				claims = append(claims, claim{i, rank, place})
			}
		}
	}
	sort.SliceStable(claims, func(a, b int) bool { return claims[a].rank < claims[b].rank })
	out := make([]int, len(columns))
	for i := range out {
		out[i] = -1
	}
	taken := map[int]bool{}
	for _, c := range claims {
		if out[c.column] < 0 && !taken[c.place] {
			out[c.column] = c.place
			taken[c.place] = true
		}
	}
	return out
}

// Fold reduces a header or a word of an enumeration to what counts: letters and digits, lower case,
// umlauts written out.
func Fold(s string) string {
	plain := true
	for i := range len(s) {
		c := s[i]
		if c >= 0x80 || (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			plain = false
			break
		}
	}
	if plain {
		return s
	}
	var b strings.Builder
	for _, r := range norm.NFKC.String(s) {
		r = unicode.ToLower(r)
		switch r {
		case 'ä':
			b.WriteString("ae")
		case 'ö':
			b.WriteString("oe")
		case 'ü':
			b.WriteString("ue")
		case 'ß':
			b.WriteString("ss")
		default:
			if unicode.IsLetter(r) || unicode.IsDigit(r) {
				b.WriteRune(r)
			}
		}
	}
	return b.String()
}

// beginning cuts a text to n runes.
func beginning(s string, n int) string {
	i := 0
	for at := range s {
		if i == n {
			return s[:at] + "…"
		}
		i++
	}
	return s
}
