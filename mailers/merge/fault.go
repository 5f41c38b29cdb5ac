package merge

import (
	"strconv"
	"strings"

	"postlift"
)

// Place is how messages name a line of a file: "de.txt:5: ".
func Place(file string, line int) string { return file + ":" + strconv.Itoa(line) + ": " }

// textFault is about a text, found when it is read; it starts with the place.
func textFault(file string, line int, format string, args ...any) error {
	f := postlift.Faultf(postlift.Invalid, "merge.Compile", format, args...)
	f.Text = Place(file, line) + f.Text
	return f
}

// pieceFault is about one piece's data.
func pieceFault(format string, args ...any) error {
	return postlift.Faultf(postlift.Invalid, "merge.Render", format, args...)
}

var marks = strings.NewReplacer(string(valueStart), "", string(commonStart), "", string(valueEnd), "")

// clip shortens a text for a message.
func clip(s string) string {
	s = marks.Replace(s)
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}
