package pdfread

import "errors"

// maxNesting is how deep arrays and dictionaries may be nested in each other.
const maxNesting = 100

// maxName and maxString bound single tokens: the format itself allows 127 bytes for a name; strings of a
// print file are far below a megabyte, but an inline image's lookup table may be one.
const (
	maxName   = 4096
	maxString = 16 << 20
)

var (
	errEnd     = errors.New("the data ends inside an object")
	errNesting = errors.New("arrays or dictionaries are nested more than 100 deep")
	errSyntax  = errors.New("that is not PDF syntax")
)

// lexer reads objects from data, starting at pos.
type lexer struct {
	data    []byte
	pos     int
	content bool // in a content stream: no references
}

func isSpace(c byte) bool {
	return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\f' || c == 0
}

func isDelim(c byte) bool {
	switch c {
	case '(', ')', '<', '>', '[', ']', '{', '}', '/', '%':
		return true
	}
	return false
}

func isRegular(c byte) bool { return !isSpace(c) && !isDelim(c) }

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// space skips white space and comments.
func (l *lexer) space() {
	for l.pos < len(l.data) {
		c := l.data[l.pos]
		switch {
		case isSpace(c):
			l.pos++
		case c == '%':
			for l.pos < len(l.data) && l.data[l.pos] != '\n' && l.data[l.pos] != '\r' {
				l.pos++
			}
		default:
			return
		}
	}
}

// object reads the next object or keyword. At the end of the data it gives errEnd.
func (l *lexer) object(depth int) (Object, error) {
	if depth > maxNesting {
		return nil, errNesting
	}
	l.space()
	if l.pos >= len(l.data) {
		return nil, errEnd
	}
	switch c := l.data[l.pos]; {
	case c == '/':
		return l.name()
	case c == '(':
		return l.literal()
	case c == '<':
		if l.pos+1 < len(l.data) && l.data[l.pos+1] == '<' {
			return l.dict(depth)
		}
		return l.hex()
	case c == '[':
		return l.array(depth)
	case isDigit(c) || c == '+' || c == '-' || c == '.':
		return l.number()
	case isDelim(c):
		l.pos++
		if c == '{' || c == '}' {
			return Keyword(c), nil
		}
		return nil, errSyntax
	}
	return l.word()
}

func (l *lexer) word() (Object, error) {
	start := l.pos
	for l.pos < len(l.data) && isRegular(l.data[l.pos]) {
		l.pos++
	}
	switch w := l.data[start:l.pos]; string(w) {
	case "true":
		return true, nil
	case "false":
		return false, nil
	case "null":
		return nil, nil
	default:
		if len(w) > maxName {
			return nil, errSyntax
		}
		return keyword(w), nil
	}
}

// keyword gives the short operators without allocating: a page has thousands of them.
func keyword(w []byte) Object {
	if k, ok := keywords[string(w)]; ok {
		return k
	}
	return Keyword(w)
}

var keywords = func() map[string]Object {
	known := map[string]Object{}
	for _, k := range []string{
		"b", "B", "b*", "B*", "BDC", "BI", "BMC", "BT", "BX", "c", "cm", "CS", "cs", "d", "d0", "d1", "Do", "DP", "EMC",
		"ET", "EX", "f", "F", "f*", "G", "g", "gs", "h", "i", "j", "J", "K", "k", "l", "m", "M", "MP", "n", "q", "Q", "re",
		"RG", "rg", "ri", "s", "S", "SC", "sc", "SCN", "scn", "sh", "T*", "Tc", "Td", "TD", "Tf", "Tj", "TJ", "TL", "Tm",
		"Tr", "Ts", "Tw", "Tz", "v", "w", "W", "W*", "y", "'", "\"", "R", "obj", "endobj", "stream"} {
		known[k] = Keyword(k)
	}
	return known
}()

func (l *lexer) name() (Object, error) {
	l.pos++
	start, escaped := l.pos, false
	for l.pos < len(l.data) && isRegular(l.data[l.pos]) {
		escaped = escaped || l.data[l.pos] == '#'
		l.pos++
	}
	raw := l.data[start:l.pos]
	if len(raw) > maxName {
		return nil, errSyntax
	}
	if !escaped {
		return Name(raw), nil
	}
	out := make([]byte, 0, len(raw))
	for i := 0; i < len(raw); i++ {
		if raw[i] == '#' && i+2 < len(raw) {
			hi, lo := unhex(raw[i+1]), unhex(raw[i+2])
			if hi >= 0 && lo >= 0 {
				out = append(out, byte(hi<<4|lo))
				i += 2
				continue
			}
		}
		out = append(out, raw[i])
	}
	return Name(out), nil
}

func unhex(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

func (l *lexer) array(depth int) (Object, error) {
	l.pos++
	out := Array{}
	for {
		l.space()
		if l.pos < len(l.data) && l.data[l.pos] == ']' {
			l.pos++
			return out, nil
		}
		o, err := l.object(depth + 1)
		if err != nil {
			return nil, err
		}
		if _, bad := o.(Keyword); bad {
			return nil, errSyntax
		}
		out = append(out, o)
	}
}

func (l *lexer) dict(depth int) (Object, error) {
	l.pos += 2
	out := Dict{}
	for {
		l.space()
		if l.pos+1 < len(l.data) && l.data[l.pos] == '>' && l.data[l.pos+1] == '>' {
			l.pos += 2
			return out, nil
		}
		if l.pos >= len(l.data) {
			return nil, errEnd
		}
		if l.data[l.pos] != '/' {
			return nil, errSyntax
		}
		key, err := l.name()
		if err != nil {
			return nil, err
		}
		v, err := l.object(depth + 1)
		if err != nil {
			return nil, err
		}
		if _, bad := v.(Keyword); bad {
			return nil, errSyntax
		}
		if v != nil {
			out[key.(Name)] = v
		}
	}
}
