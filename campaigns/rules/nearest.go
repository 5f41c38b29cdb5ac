package rules

import "strings"

// DidYouMean is the end of a message about an unknown name: the known name that is fewest edits away,
// or nothing where none is near.
func DidYouMean(known []string, name string) string {
	if n := nearest(known, name); n != "" {
		return "; did you mean " + n + "?"
	}
	return ""
}

// Nearest is the known name that is fewest edits away, upper and lower case alike; "" where none is near.
func Nearest(known []string, name string) string { return nearest(known, name) }

func nearest(known []string, name string) string {
	name = strings.ToLower(name)
	best, least := "", min(max(2, len(name)/3)+1, len(name)) // where every letter differs, nothing is near
	for _, written := range known {
		k := strings.ToLower(written)
		if k == name {
			return written
		}
		d := editDistance(k, name)
		if _, last, dotted := strings.Cut(k, "."); dotted {
			d = min(d, editDistance(last, name)+1) // "residual" means clv.residual
			if len(name) > 5 && strings.HasPrefix(last, name) {
				d = min(d, 2)
			}
		}
		if len(name) > 5 && strings.HasPrefix(k, name) {
			d = min(d, 2) // "clv.payback" means clv.payback_month
		}
		if d < least {
			best, least = written, d
		}
	}
	return best
}

// editDistance counts insertions, deletions, replacements and swaps of neighbours (optimal string
// alignment), over bytes. Names longer than 64 bytes are cut: they are near nothing.
func editDistance(a, b string) int {
	a, b = a[:min(len(a), 64)], b[:min(len(b), 64)]
	var rows [3][65]int
	before, above, row := &rows[0], &rows[1], &rows[2]
	for j := range len(b) + 1 {
		above[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(row[j-1]+1, above[j]+1, above[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, above, row = above, row, before
	}
	return above[len(b)]
}
