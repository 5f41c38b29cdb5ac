package merge

import (
	"strings"

	"postlift/mailers/sheet"
	"postlift/mailers/typeset"
)

// inline reads words with their styles. What stands between the marks of a value is text, whatever it holds.
type inline struct {
	bold, italic bool
	text         []byte // of all spans of the line
	from         int    // where the open span's starts
	spans        []typeset.Span
}

// escapable are the marks that a backslash makes plain.
const escapable = `*\|-#[]_.~`

// read takes one source line.
func (in *inline) read(s string) {
	for i := 0; i < len(s); {
		next := special(s[i:], '*')
		if next < 0 {
			in.text = append(in.text, s[i:]...)
			return
		}
		in.text = append(in.text, s[i:i+next]...)
		i += next
		i += in.mark(s, i)
	}
}

// mark takes the mark at a place and gives its length.
func (in *inline) mark(s string, at int) int {
	switch s[at] {
	case '\\':
		if at+1 < len(s) && strings.IndexByte(escapable, s[at+1]) >= 0 {
			in.text = append(in.text, s[at+1])
			return 2
		}
		in.text = append(in.text, '\\')
		return 1
	case '*':
		return in.stars(s, at)
	}
	end := strings.Index(s[at:], endMark)
	if end < 0 { // a mark without its end is no value
		return len(startMark)
	}
	in.text = append(in.text, s[at+len(startMark):at+end]...)
	return end + len(endMark)
}

// stars turns styles on and off: one star italic, two bold, three both. A star between blanks is a star.
func (in *inline) stars(s string, at int) int {
	n := 1
	for n < 3 && at+n < len(s) && s[at+n] == '*' {
		n++
	}
	if n == 1 && (at == 0 || s[at-1] == ' ') && at+1 < len(s) && s[at+1] == ' ' {
		in.text = append(in.text, '*')
		return 1
	}
	in.flush()
	if n != 1 {
		in.bold = !in.bold
	}
	if n != 2 {
		in.italic = !in.italic
	}
	return n
}

func (in *inline) flush() {
	if len(in.text) > in.from {
		if in.spans == nil {
			in.spans = make([]typeset.Span, 0, 4)
		}
		in.spans = append(in.spans, typeset.Span{Style: in.style(), Text: string(in.text[in.from:])})
		in.from = len(in.text)
	}
}

func (in *inline) style() sheet.Style {
	switch {
	case in.bold && in.italic:
		return sheet.BoldItalic
	case in.bold:
		return sheet.Bold
	case in.italic:
		return sheet.Italic
	}
	return sheet.Regular
}

// take gives the spans of what was read, and keeps the styles.
func (in *inline) take() []typeset.Span {
	in.flush()
	out := in.spans
	in.spans = nil
	return out
}

// special is where the next backslash, value or given mark stands, or -1.
func special(s string, mark byte) int {
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c == mark || c == '\\' || c == privateByte && (strings.HasPrefix(s[i:], startMark) || strings.HasPrefix(s[i:], commonMark)) {
			return i
		}
	}
	return -1
}
