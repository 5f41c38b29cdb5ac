package pdfread

import "bytes"

func (l *lexer) literal() (Object, error) {
	l.pos++
	out := make([]byte, 0, 32)
	for depth := 1; l.pos < len(l.data); {
		c := l.data[l.pos]
		l.pos++
		switch c {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return String(out), nil
			}
		case '\\':
			out = l.escape(out)
			continue
		case '\r':
			if l.pos < len(l.data) && l.data[l.pos] == '\n' {
				l.pos++
			}
			c = '\n'
		}
		if out = append(out, c); len(out) > maxString {
			return nil, errSyntax
		}
	}
	return nil, errEnd
}

// escape reads what follows a backslash.
func (l *lexer) escape(out []byte) []byte {
	if l.pos >= len(l.data) {
		return out
	}
	c := l.data[l.pos]
	l.pos++
	if i := bytes.IndexByte([]byte("nrtbf"), c); i >= 0 {
		return append(out, "\n\r\t\b\f"[i])
	}
	switch {
	case c == '\r':
		if l.pos < len(l.data) && l.data[l.pos] == '\n' {
			l.pos++
		}
		return out
	case c == '\n':
		return out
	case c >= '0' && c <= '7':
		v := int(c - '0')
		for range 2 {
			if l.pos < len(l.data) && l.data[l.pos] >= '0' && l.data[l.pos] <= '7' {
				v = v<<3 | int(l.data[l.pos]-'0')
				l.pos++
			}
		}
		return append(out, byte(v))
	}
	return append(out, c)
}

func (l *lexer) hex() (Object, error) {
	l.pos++
	out := make([]byte, 0, 16)
	half := -1
	for ; l.pos < len(l.data); l.pos++ {
		c := l.data[l.pos]
		if c == '>' {
			l.pos++
			if half >= 0 {
				out = append(out, byte(half<<4))
			}
			return String(out), nil
		}
		v := unhex(c)
		switch {
		case v < 0 && isSpace(c):
		case v < 0 || len(out) > maxString:
			return nil, errSyntax
		case half < 0:
			half = v
		default:
			out, half = append(out, byte(half<<4|v)), -1
		}
	}
	return nil, errEnd
}
