package pdfread

import "math"

// number reads an integer or a real; in a file's objects also "n g R".
func (l *lexer) number() (Object, error) {
	start := l.pos
	isReal := false
	for l.pos < len(l.data) && isRegular(l.data[l.pos]) {
		c := l.data[l.pos]
		if c == '.' {
			isReal = true
		} else if !isDigit(c) && c != '-' && c != '+' {
			break
		}
		l.pos++
	}
	if l.pos < len(l.data) && isRegular(l.data[l.pos]) { // 12abc, 1e5: not a number of this language
		for l.pos < len(l.data) && isRegular(l.data[l.pos]) {
			l.pos++
		}
		if l.content {
			return Keyword(l.data[start:l.pos]), nil
		}
		return nil, errSyntax
	}
	raw := l.data[start:l.pos]
	if isReal {
		return parseReal(raw), nil
	}
	n := parseInt(raw)
	if l.content || raw[0] == '-' || raw[0] == '+' || n > maxObjects {
		return n, nil
	}
	if gen, after, ok := l.reference(); ok {
		l.pos = after
		return Ref{int(n), gen}, nil
	}
	return n, nil
}

// reference looks whether a generation and R follow.
func (l *lexer) reference() (gen, after int, ok bool) {
	p := l.pos
	blank := func() bool {
		from := p
		for p < len(l.data) && isSpace(l.data[p]) {
			p++
		}
		return p > from
	}
	if !blank() {
		return 0, 0, false
	}
	from := p
	for p < len(l.data) && isDigit(l.data[p]) && p-from < 6 {
		gen = gen*10 + int(l.data[p]-'0')
		p++
	}
	if p == from || !blank() || p >= len(l.data) || l.data[p] != 'R' {
		return 0, 0, false
	}
	if p+1 < len(l.data) && isRegular(l.data[p+1]) {
		return 0, 0, false
	}
	return gen, p + 1, true
}

// parseInt reads digits with a sign; what does not fit becomes the largest number.
func parseInt(raw []byte) int64 {
	neg, v := false, int64(0)
	for i, c := range raw {
		switch {
		case c == '-' && i == 0:
			neg = true
		case isDigit(c):
			if v > (math.MaxInt64-9)/10 {
				v = math.MaxInt64 / 16
			}
			v = v*10 + int64(c-'0')
		}
	}
	if neg {
		return -v
	}
	return v
}

// parseReal reads a decimal number; a sign that follows digits ends it, as readers commonly do.
func parseReal(raw []byte) float64 {
	neg, v, scale, frac := false, 0.0, 1.0, false
loop:
	for i, c := range raw {
		switch {
		case c == '-' && (i == 0 || raw[i-1] == '-'):
			neg = true
		case c == '+' && i == 0:
		case c == '.':
			if frac {
				break loop
			}
			frac = true
		case isDigit(c):
			v = v*10 + float64(c-'0')
			if frac {
				scale *= 10
			}
		default:
			break loop
		}
	}
	v /= scale
	if math.IsNaN(v) || math.IsInf(v, 0) {
		v = 0
	}
	if neg {
		return -v
	}
	return v
}
