package merge

import (
	"regexp"
	"strings"
	"unicode"
)

// tokenKind is what a stretch of a section is.
type tokenKind uint8

const (
	textToken   tokenKind = iota
	outputToken           // {{ … }}
	tagToken              // {% … %}
)

// token is a stretch of a section. Of an output, args is what stands between the braces; of a tag, what follows
// its name.
type token struct {
	kind tokenKind
	text string
	name string
	args string
	line int
}

var (
	tagForm    = regexp.MustCompile(`(?s)^\{%-?\s*(\w+)?(.*?)-?%\}`)
	outForm    = regexp.MustCompile(`(?s)^\{\{-?(.*?)-?\}\}`)
	onlyTags   = regexp.MustCompile(`^[ \t]*(?:\{%(?:[^%\n]|%[^}\n])*%\}[ \t]*)+$`)
	endComment = regexp.MustCompile(`\{%-?\s*endcomment\s*-?%\}`)
)

// lexer cuts a section into tokens.
type lexer struct {
	file, src string
	pos, line int // line is that of pos
	out       []token
	trim      bool // the token before ended in a dash: blanks at the start of the next text go
	from, end int  // the line looked at last
	alone     bool // it holds nothing but tags
}

// lex cuts a section whose first line is the given one of the file.
func lex(sec Section, file string) ([]token, error) {
	l := &lexer{file: file, src: sec.Source, line: sec.Line}
	for l.pos < len(l.src) {
		next := nextBrace(l.src[l.pos:])
		if next < 0 {
			if err := l.plain(len(l.src)); err != nil {
				return nil, err
			}
			break
		}
		if err := l.brace(l.pos + next); err != nil {
			return nil, err
		}
	}
	return l.out, nil
}

// nextBrace is where the next {{ or {% stands, or -1.
func nextBrace(s string) int {
	for at := 0; ; at++ {
		i := strings.IndexByte(s[at:], '{')
		if i < 0 || at+i+1 >= len(s) {
			return -1
		}
		if at += i; s[at+1] == '{' || s[at+1] == '%' {
			return at
		}
	}
}

// to moves to a place of the source and keeps count of the lines.
func (l *lexer) to(end int) {
	l.line += strings.Count(l.src[l.pos:end], "\n")
	l.pos = end
}

// plain takes the text up to end.
func (l *lexer) plain(end int) error {
	text := l.src[l.pos:end]
	for _, mark := range []string{"}}", "%}"} {
		if i := strings.Index(text, mark); i >= 0 {
			return textFault(l.file, l.line+strings.Count(text[:i], "\n"), "%q has no partner", mark)
		}
	}
	line := l.line
	l.to(end)
	if l.trim {
		text = strings.TrimLeftFunc(text, unicode.IsSpace)
	}
	if text != "" {
		l.out = append(l.out, token{kind: textToken, text: text, line: line})
		l.trim = false
	}
	return nil
}

// brace takes the text before an output or tag, and it.
func (l *lexer) brace(at int) error {
	l.lookAtLine(at)
	alone := l.alone && l.src[at+1] == '%'
	end := at
	if alone {
		end = max(l.from, l.pos)
	}
	if err := l.plain(end); err != nil {
		return err
	}
	l.to(at)
	dash := strings.HasPrefix(l.src[at+2:], "-")
	if n := len(l.out); n > 0 && l.out[n-1].kind == textToken && dash {
		l.out[n-1].text = strings.TrimRightFunc(l.out[n-1].text, unicode.IsSpace)
	}
	whole, err := l.take()
	if err != nil {
		return err
	}
	l.trim = strings.HasSuffix(whole[:len(whole)-2], "-")
	if alone && !dash && l.pos <= l.end && // a dash took the line's end before the tag; the one after it stays
		strings.TrimSpace(l.src[l.pos:l.end]) == "" {
		l.to(min(l.end+1, len(l.src)))
	}
	return nil
}

// lookAtLine finds the bounds of the line that holds a place, and whether it holds nothing but tags.
func (l *lexer) lookAtLine(at int) {
	if at >= l.from && at < l.end {
		return
	}
	l.from = strings.LastIndexByte(l.src[:at], '\n') + 1
	l.end = len(l.src)
	if i := strings.IndexByte(l.src[at:], '\n'); i >= 0 {
		l.end = at + i
	}
	l.alone = onlyTags.MatchString(l.src[l.from:l.end])
}

// take reads the output or tag at the lexer's place.
func (l *lexer) take() (string, error) {
	rest, line := l.src[l.pos:], l.line
	form := outForm
	if rest[1] == '%' {
		form = tagForm
	}
	m := form.FindStringSubmatch(rest)
	if m == nil {
		first, _, _ := strings.Cut(rest, "\n")
		return "", textFault(l.file, line, "%q is opened here and has no end: add %s", clip(strings.TrimSpace(first)), map[byte]string{'%': "%}", '{': "}}"}[rest[1]])
	}
	l.to(l.pos + len(m[0]))
	if form == outForm {
		l.out = append(l.out, token{kind: outputToken, args: strings.TrimSpace(m[1]), line: line})
		return m[0], nil
	}
	if m[1] == "comment" {
		return m[0], l.comment(line)
	}
	l.out = append(l.out, token{kind: tagToken, name: m[1], args: strings.TrimSpace(m[2]), line: line})
	return m[0], nil
}

// comment skips to the end of a comment.
func (l *lexer) comment(line int) error {
	end := endComment.FindStringIndex(l.src[l.pos:])
	if end == nil {
		return textFault(l.file, line, "%q is opened here and not closed: add {%% endcomment %%}", "comment")
	}
	l.to(l.pos + end[1])
	return nil
}
