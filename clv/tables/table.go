package tables

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"postlift"
)

// blanks marks columns separated by runs of spaces or tabs.
const blanks = ' '

// maxLine is the longest line that is read; a longer one means that this is not a table. maxLines is how many
// lines a record may have, so that a stray quotation mark cannot swallow a file.
const (
	maxLine  = 1 << 20
	maxLines = 100
)

// lineReader hands out the non-empty lines of a text table, with their numbers, and lets the first
// ones be looked at before.
type lineReader struct {
	sc       *bufio.Scanner // nil: nothing beyond what is peeked
	peeked   []tableLine
	no       int
	failed   error
	encoding string
	legacy   bool // some line was Windows-1252
	width    int  // cells of a record, 0 where that is not known: a record over several lines must have as many
	stray    int  // records whose quotation mark finds no end
}

type tableLine struct {
	no   int // from 1
	text string
}

func newLineReader(r io.Reader) *lineReader {
	l := &lineReader{}
	if r, l.encoding, l.failed = decoded(r); l.failed != nil {
		return l
	}
	l.sc = bufio.NewScanner(r)
	l.sc.Buffer(make([]byte, 64<<10), maxLine)
	return l
}

// peek reads up to n lines ahead, and no more than a record may hold.
func (l *lineReader) peek(n int) []tableLine {
	size := 0
	for _, line := range l.peeked {
		size += len(line.text)
	}
	for len(l.peeked) < n && size < maxLine {
		line, ok := l.scan()
		if !ok {
			break
		}
		l.peeked = append(l.peeked, line)
		size += len(line.text)
	}
	return l.peeked[:min(n, len(l.peeked))]
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
	for l.sc != nil && l.sc.Scan() {
		l.no++
		b := l.sc.Bytes()
		if len(bytes.TrimSpace(b)) == 0 || l.no == 1 && isSeparatorLine(b) {
			continue
		}
		if !utf8.Valid(b) {
			l.legacy = true
			return tableLine{l.no, windows1252(b)}, true
		}
		return tableLine{l.no, string(b)}, true
	}
	return tableLine{}, false
}

// isSeparatorLine recognises the line by which spreadsheets tell each other the separator.
func isSeparatorLine(b []byte) bool {
	return len(b) < 10 && bytes.HasPrefix(bytes.ToLower(b), []byte("sep="))
}

// record gives the cells of the next record, appended to dst, and the number of its first line. A quoted cell may
// hold line breaks. Where a quotation mark finds no end, or an end that does not fit the table, it is read as a
// character of its line: it spoils that line and no other.
func (l *lineReader) record(dst []string, sep rune) (cells []string, no int, ok bool) {
	first, ok := l.next()
	if !ok {
		return dst, 0, false
	}
	if sep == blanks || strings.IndexByte(first.text, '"') < 0 || !leftOpen(false, first.text, byte(sep)) {
		return splitLine(dst, first.text, sep), first.no, true
	}
	if cells, ok := l.joined(dst, first, sep); ok {
		return cells, first.no, true
	}
	l.stray++
	return splitLine(dst, first.text, sep), first.no, true
}

// joined completes a record whose first line ends within quotes; where that fails, its lines can be read again.
func (l *lineReader) joined(dst []string, first tableLine, sep rune) ([]string, bool) {
	var taken []tableLine
	size := len(first.text)
	open, torn := true, false
	for open && !torn && len(taken)+1 < maxLines && size < maxLine {
		line, ok := l.next()
		if !ok {
			break
		}
		taken = append(taken, line)
		size += len(line.text) + 1
		open, torn = follow(true, line.text, byte(sep))
	}
	if !open && !torn && size < maxLine {
		var b strings.Builder
		b.WriteString(first.text)
		for _, line := range taken {
			b.WriteString("\n" + line.text)
		}
		cells := splitLine(dst, b.String(), sep)
		if l.width == 0 || len(cells)-len(dst) == l.width {
			for i := len(dst); i < len(cells); i++ {
				cells[i] = strings.Join(strings.FieldsFunc(cells[i], func(r rune) bool { return r == '\n' || r == '\r' }), " ")
			}
			return cells, true
		}
	}
	l.peeked = append(taken, l.peeked...)
	return dst, false
}

// leftOpen tells whether a line, begun within quotes or not, ends within quotes.
func leftOpen(inside bool, text string, sep byte) bool {
	open, _ := follow(inside, text, sep)
	return open
}

// follow goes through the quotation marks of a line, begun within quotes or not. torn tells that text follows a
// closing mark, as where a stray mark meets another one.
func follow(inside bool, text string, sep byte) (open, torn bool) {
	start, closed := !inside, false // at the beginning of a cell, behind its closing mark
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case inside && c == '"' && i+1 < len(text) && text[i+1] == '"':
			i++
		case inside && c == '"':
			inside, closed = false, true
		case inside:
		case c == '"' && start:
			inside, start = true, false
		case c == sep:
			start, closed = true, false
		case c != ' ' && c != '\r':
			torn = torn || closed
			start = false
		}
	}
	return inside, torn
}

// sample takes the lines that were peeked at apart, without consuming them, and learns how wide the table is.
func (l *lineReader) sample(sep rune) [][]string {
	in := lineReader{peeked: append([]tableLine(nil), l.peeked...), width: usualWidth(l.peeked, sep)}
	var out [][]string
	for cells, _, ok := in.record(nil, sep); ok; cells, _, ok = in.record(nil, sep) {
		out = append(out, cells)
	}
	l.width = in.width
	return out
}

// usualWidth is the most frequent number of cells of the lines that stand for themselves.
func usualWidth(lines []tableLine, sep rune) int {
	counts := map[int]int{}
	best := 0
	for _, line := range lines {
		if sep != blanks && leftOpen(false, line.text, byte(sep)) {
			continue
		}
		n := len(splitLine(nil, line.text, sep))
		if counts[n]++; n > 1 && counts[n] > counts[best] {
			best = n
		}
	}
	return best
}

// describe names the encoding in which the table was found.
func (l *lineReader) describe() string {
	if l.legacy {
		return "windows-1252"
	}
	return l.encoding
}

// err tells why reading ended, nil at the end of the text.
func (l *lineReader) err(op string) error {
	if l.failed != nil {
		return l.failed
	}
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
// least need of them; ties go to tab, semicolon, bar, comma, blanks in this order. A line that ends within
// quotes counts with the columns of the record that it begins.
func findSeparator(lines []tableLine, need int) rune {
	best, bestScore := rune(blanks), 0
	for _, sep := range []rune{'\t', ';', '|', ',', blanks} {
		counts := map[int]int{}
		score := 0
		in := lineReader{peeked: append([]tableLine(nil), lines...)}
		for {
			before := len(in.peeked)
			cells, _, ok := in.record(nil, sep)
			if !ok {
				break
			}
			if n := len(cells); n >= max(need, 2) {
				counts[n] += before - len(in.peeked) // a record of several lines speaks for all of them
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

// splitLine cuts one record into trimmed cells, appended to dst. A quotation mark without an end is a
// character as any other.
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
