package tables

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"

	"postlift"
)

// blanks marks columns separated by runs of spaces or tabs.
const blanks = ' '

// maxLine is the longest line that is read; a longer one means that this is not a table.
const maxLine = 1 << 20

// lineReader hands out the non-empty lines of a text table, with their numbers, and lets the first
// ones be looked at before.
type lineReader struct {
	sc     *bufio.Scanner
	peeked []tableLine
	no     int
}

type tableLine struct {
	no   int // from 1
	text string
}

func newLineReader(r io.Reader) *lineReader {
	sc := bufio.NewScanner(r)
	sc.Buffer(make([]byte, 64<<10), maxLine)
	return &lineReader{sc: sc}
}

// peek reads up to n lines ahead.
func (l *lineReader) peek(n int) []tableLine {
	for len(l.peeked) < n {
		line, ok := l.scan()
		if !ok {
			break
		}
		l.peeked = append(l.peeked, line)
	}
	return l.peeked
}

func (l *lineReader) next() (tableLine, bool) {
	if len(l.peeked) > 0 {
		line := l.peeked[0]
		l.peeked = l.peeked[1:]
		return line, true
	}
	return l.scan()
}

func (l *lineReader) scan() (tableLine, bool) {
	for l.sc.Scan() {
		l.no++
		b := l.sc.Bytes()
		if l.no == 1 {
			b = bytes.TrimPrefix(b, []byte("\xef\xbb\xbf"))
		}
		if len(bytes.TrimSpace(b)) > 0 {
			return tableLine{l.no, string(b)}, true
		}
	}
	return tableLine{}, false
}

// err tells why reading ended, nil at the end of the text.
func (l *lineReader) err(op string) error {
	err := l.sc.Err()
	if errors.Is(err, bufio.ErrTooLong) {
		return postlift.Faultf(postlift.Invalid, op, "line %d is longer than %d bytes: this is not a text table", l.no+1, maxLine)
	}
	if err != nil {
		return &postlift.Fault{Kind: postlift.Unavailable, Op: op, Text: "the file cannot be read to its end", Cause: err}
	}
	return nil
}

// findSeparator picks the separator that splits most of the lines into the same number of columns, at
// least need of them; ties go to tab, semicolon, comma, blanks in this order.
func findSeparator(lines []tableLine, need int) rune {
	best, bestScore := rune(blanks), 0
	for _, sep := range []rune{'\t', ';', ',', blanks} {
		counts := map[int]int{}
		score := 0
		for _, l := range lines {
			n := len(splitLine(nil, l.text, sep))
			if n >= max(need, 2) {
				counts[n]++
				score = max(score, counts[n])
			}
		}
		if score > bestScore {
			best, bestScore = sep, score
		}
	}
	if bestScore == 0 && need > 2 {
		return findSeparator(lines, 2) // too few columns: the caller names the one that is missing
	}
	return best
}

// splitLine cuts one line into trimmed cells, appended to dst. Quotes are read within the line only, so
// that a stray one spoils its own line and no other.
func splitLine(dst []string, line string, sep rune) []string {
	if sep == blanks {
		return append(dst, strings.Fields(line)...)
	}
	for {
		line = strings.TrimLeft(line, " \r")
		if strings.HasPrefix(line, `"`) {
			if cell, rest, ok := quoted(line[1:]); ok {
				dst = append(dst, cell)
				_, after, more := strings.Cut(rest, string(sep))
				if !more {
					return dst
				}
				line = after
				continue
			}
		}
		cell, rest, more := strings.Cut(line, string(sep))
		dst = append(dst, strings.TrimSpace(cell))
		if !more {
			return dst
		}
		line = rest
	}
}

// quoted reads a cell up to its closing quote; a doubled quote stands for one.
func quoted(s string) (cell, rest string, ok bool) {
	var b strings.Builder
	for {
		head, tail, found := strings.Cut(s, `"`)
		if !found {
			return "", "", false
		}
		b.WriteString(head)
		if !strings.HasPrefix(tail, `"`) {
			return strings.TrimSpace(b.String()), tail, true
		}
		b.WriteByte('"')
		s = tail[1:]
	}
}
