package rules

import (
	"postlift"
	"strings"
)

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
		d := postlift.EditDistance(k, name)
		if _, last, dotted := strings.Cut(k, "."); dotted {
			d = min(d, postlift.EditDistance(last, name)+1) // "residual" means clv.residual
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
