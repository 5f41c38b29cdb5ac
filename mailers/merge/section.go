package merge

import "strings"

// Section is a part of a text file: what stands below a line "@name".
type Section struct {
	Name   string // without the @
	Source string
	Line   int // of the file, of the section's first line: the one below its name
}

// Split cuts a text file at its "@name" lines. What stands before the first of them is a Fault; which names are
// known is the design's matter.
func Split(source, file string) ([]Section, error) {
	var out []Section
	start := 0
	lines := strings.SplitAfter(source, "\n")
	at := 0
	for i, line := range lines {
		name, isHead := strings.CutPrefix(line, "@")
		switch {
		case isHead:
			closeSection(out, source, start, at)
			out = append(out, Section{Name: strings.TrimSpace(name), Line: i + 2})
			start = at + len(line)
		case len(out) == 0 && strings.TrimSpace(line) != "":
			return nil, textFault(file, i+1, "text before the first section: start with @subject")
		}
		at += len(line)
	}
	closeSection(out, source, start, at)
	return out, nil
}

func closeSection(sections []Section, source string, start, end int) {
	if n := len(sections); n > 0 {
		sections[n-1].Source = strings.TrimSuffix(source[min(start, end):end], "\n")
	}
}
