package pdf

import "strconv"

// Numbers are written from integers, without trailing or leading zeros and followed by a blank, so that no
// machine formats them differently.

// appendInt writes n and a blank.
func appendInt(b []byte, n int) []byte {
	if n < 0 {
		b = append(b, '-')
		n = -n
	}
	switch { // pages are full of numbers of one to three digits
	case n < 10:
		return append(b, byte('0'+n), ' ')
	case n < 100:
		return append(b, byte('0'+n/10), byte('0'+n%10), ' ')
	case n < 1000:
		return append(b, byte('0'+n/100), byte('0'+n/10%10), byte('0'+n%10), ' ')
	}
	return append(strconv.AppendInt(b, int64(n), 10), ' ')
}

// appendFixed writes n / 10^digits and a blank.
func appendFixed(b []byte, n, digits int) []byte {
	if n < 0 {
		b = append(b, '-')
		n = -n
	}
	one := 1
	for range digits {
		one *= 10
	}
	whole, part := n/one, n%one
	if whole > 0 || part == 0 {
		b = strconv.AppendInt(b, int64(whole), 10)
	}
	if part > 0 {
		b = append(b, '.')
		for part > 0 {
			one /= 10
			b = append(b, byte('0'+part/one))
			part %= one
		}
	}
	return append(b, ' ')
}

// appendMilli writes thousandths, as of a point.
func appendMilli(b []byte, n int) []byte { return appendFixed(b, n, 3) }

// milli converts micrometres to thousandths of a point, to the nearest: one micrometre is 360/127 of them.
func milli(um int) int { return divide(um*360, 127) }

// divide is n / d to the nearest, halves away from zero; d is positive.
func divide(n, d int) int {
	if n < 0 {
		return -((-n + d/2) / d)
	}
	return (n + d/2) / d
}

// appendString writes a PDF string of bytes that may be anything.
func appendString(b []byte, s string) []byte {
	b = append(b, '(')
	for i := range len(s) {
		b = appendEscaped(b, s[i])
	}
	return append(b, ')')
}

// appendEscaped writes a byte of a PDF string; a raw carriage return would be read as a line feed.
func appendEscaped(b []byte, c byte) []byte {
	switch c {
	case '\\', '(', ')':
		return append(b, '\\', c)
	case '\r':
		return append(b, '\\', 'r')
	}
	return append(b, c)
}

// appendName writes a PDF name, with # codes for whatever is no plain letter or digit.
func appendName(b []byte, s string) []byte {
	b = append(b, '/')
	for i := range len(s) {
		if c := s[i]; c == '-' || c == '+' || c == '_' || c == '.' || c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' {
			b = append(b, c)
		} else {
			b = append(b, '#', hexDigits[c>>4], hexDigits[c&15])
		}
	}
	return b
}

const hexDigits = "0123456789ABCDEF"
