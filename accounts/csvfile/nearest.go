package csvfile

import "strings"

// DidYouMean is the end of a message about an unknown name: the known name that is fewest edits away, or nothing
// where none is near.
func DidYouMean(known []string, name string) string {
	name = strings.ToLower(name)
	best, least := "", min(max(2, len(name)/3)+1, len(name)) // where every letter differs, nothing is near
	for _, k := range known {
		if d := editDistance(strings.ToLower(k), name); d < least {
			best, least = k, d
		}
	}
	if best == "" {
		return ""
	}
	return "; did you mean " + best + "?"
}

// editDistance counts insertions, deletions and replacements, over bytes. Names are cut at 64 bytes: longer ones are
// near nothing.
func editDistance(a, b string) int {
	a, b = a[:min(len(a), 64)], b[:min(len(b), 64)]
	var row [65]int
	for j := range len(b) + 1 {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		diagonal := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := diagonal
			if a[i-1] != b[j-1] {
				cost++
			}
			diagonal = row[j]
			row[j] = min(cost, row[j]+1, row[j-1]+1)
		}
	}
	return row[len(b)]
}
