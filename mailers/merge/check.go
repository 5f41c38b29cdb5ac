package merge

import (
	"sort"
	"strings"

	"postlift"
)

// checkMarkup tests, without data, that every block closes the styles that it opens and that tables have their
// columns. Values stand as "x"; of branches and loops everything is printed once.
func checkMarkup(tokens []token, file string, line int) error {
	var bare strings.Builder
	type place struct{ at, line int } // the bare text's line that a token starts on, and the file's
	places := []place{{0, line}}
	lines := 0
	for _, tok := range tokens {
		switch tok.kind {
		case textToken:
			places = append(places, place{lines, tok.line})
			bare.WriteString(tok.text)
			lines += strings.Count(tok.text, "\n")
		case outputToken:
			bare.WriteString(startMark + "x" + endMark)
		}
	}
	for _, raw := range SplitBlocks(bare.String()) {
		if _, err := raw.Parse(); err != nil {
			i := sort.Search(len(places), func(i int) bool { return places[i].at > raw.line }) - 1
			return textFault(file, places[i].line+raw.line-places[i].at, "%s", postlift.UserText(err))
		}
	}
	return nil
}
