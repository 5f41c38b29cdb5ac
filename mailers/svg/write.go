package svg

import (
	"encoding/xml"
	"strconv"
	"strings"

	"postlift/mailers/sheet"
)

// add appends strings as they are and ints as numbers, with blanks between numbers.
func (d *drawing) add(parts ...any) {
	number := false
	for _, part := range parts {
		switch v := part.(type) {
		case string:
			d.body, number = append(d.body, v...), false
		case int:
			if number {
				d.body = append(d.body, ' ')
			}
			d.body, number = strconv.AppendInt(d.body, int64(v), 10), true
		}
	}
}

func (d *drawing) box(b box) {
	d.add(` x="`, b.x, `" y="`, b.y, `" width="`, b.w, `" height="`, b.h, `"`)
}

// appendFixed writes n/10^digits without trailing zeros.
func appendFixed(b []byte, n, digits int) []byte {
	if n < 0 {
		b, n = append(b, '-'), -n
	}
	one := 1
	for range digits {
		one *= 10
	}
	b = strconv.AppendInt(b, int64(n/one), 10)
	rest := n % one
	if rest == 0 {
		return b
	}
	b = append(b, '.')
	for one /= 10; rest > 0; one /= 10 {
		b = append(b, '0'+byte(rest/one))
		rest %= one
	}
	return b
}

// divide rounds n/d to the nearest, halves away from zero; d is positive.
func divide(n, d int) int {
	if n < 0 {
		return -divide(-n, d)
	}
	return (2*n + d) / (2 * d)
}

// escape makes any text safe between tags and in attributes; what XML cannot hold becomes U+FFFD.
func escape(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a builder never fails
	return b.String()
}

const hexDigits = "0123456789abcdef"

// colour writes an attribute with the screen's colour of an ink.
func (d *drawing) colour(attribute string, ink sheet.Ink) {
	d.body = append(append(append(d.body, ' '), attribute...), `="#`...)
	for _, v := range d.o.RGB(ink.Process()) {
		d.body = append(d.body, hexDigits[v>>4], hexDigits[v&15])
	}
	d.body = append(d.body, '"')
}

// plainRGB converts process inks without a profile.
func plainRGB(c sheet.Ink) [3]uint8 {
	channel := func(ink uint8) uint8 {
		light := (100 - min(100, int(ink))) * (100 - min(100, int(c.K)))
		return uint8((light*255 + 5000) / 10000)
	}
	return [3]uint8{channel(c.C), channel(c.M), channel(c.Y)}
}
