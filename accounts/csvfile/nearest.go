package csvfile

import (
	"postlift"
	"strings"
)

// DidYouMean is the end of a message about an unknown name: the known name that is fewest edits away, or nothing
// where none is near.
func DidYouMean(known []string, name string) string {
	name = strings.ToLower(name)
	best, least := "", min(max(2, len(name)/3)+1, len(name)) // where every letter differs, nothing is near
	for _, k := range known {
		if d := postlift.EditDistance(strings.ToLower(k), name); d < least {
			best, least = k, d
		}
	}
	if best == "" {
		return ""
	}
	return "; did you mean " + best + "?"
}
