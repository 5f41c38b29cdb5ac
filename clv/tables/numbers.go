package tables

import (
	"strconv"
	"strings"
)

// decimalSign looks at the values of a log's first lines: a value that can be read in one way only tells
// which sign is the decimal one. 0 where none tells, or they contradict each other.
func decimalSign(lines []tableLine, sep rune, places ...int) byte {
	var commas, points int
	for _, l := range lines {
		cells := splitLine(nil, l.text, sep)
		for _, at := range places {
			if at == 0 || at > len(cells) {
				continue
			}
			text := bare(cells[at-1])
			if strings.Trim(text, "+-.,0123456789") != "" {
				continue // a header
			}
			switch decimalOf(text) {
			case ',':
				commas++
			case '.':
				points++
			}
		}
	}
	switch {
	case commas > 0 && points == 0:
		return ','
	case points > 0 && commas == 0:
		return '.'
	}
	return 0
}

// decimalOf is the decimal sign of one number, 0 where the text leaves it open: with both signs it is the
// later one, a sign that comes twice groups thousands, and one with three digits behind it may do either.
func decimalOf(s string) byte {
	comma, point := strings.LastIndexByte(s, ','), strings.LastIndexByte(s, '.')
	switch {
	case comma >= 0 && point >= 0 && comma > point:
		return ','
	case comma >= 0 && point >= 0:
		return '.'
	case comma < 0 && point < 0:
		return 0
	}
	sign, other, at := byte(','), byte('.'), comma
	if point >= 0 {
		sign, other, at = '.', ',', point
	}
	if strings.IndexByte(s, sign) != at {
		return other
	}
	before := strings.TrimLeft(s[:at], "+-")
	if len(s)-at-1 == 3 && len(before) >= 1 && len(before) <= 3 && before != "0" {
		return 0
	}
	return sign
}

// parseNumber reads 1234.56, 1234,56, 1.234,56, 1,234.56, 1'234.56, 1 234,56, a minus before, behind or as
// brackets, and a currency sign beside it. decimal is the decimal sign of the file where that is known;
// else one mark alone is decimal. Infinities and NaN are refused.
func parseNumber(s string, decimal byte) (float64, bool) {
	v, err := strconv.ParseFloat(s, 64)
	if err != nil || decimal == ',' || strings.ContainsAny(s, "nNiIxXpP_") {
		v, err = parseLoose(s, decimal)
	}
	return v, err == nil && finite(v)
}

func parseLoose(s string, decimal byte) (float64, error) {
	s = bare(s)
	if strings.ContainsAny(s, "nNiIxXpP_") { // Go's own spellings of NaN, Inf, hexadecimal, groups
		return 0, strconv.ErrSyntax
	}
	if found := decimalOf(s); found != 0 {
		decimal = found
	} else if decimal == 0 {
		decimal = '.'
		if strings.Contains(s, ",") {
			decimal = ','
		}
	}
	if decimal == ',' {
		s = strings.ReplaceAll(strings.ReplaceAll(s, ".", ""), ",", ".")
	} else {
		s = strings.ReplaceAll(s, ",", "")
	}
	return strconv.ParseFloat(s, 64)
}

// grouping is what may stand between digits or beside them without changing the number.
var grouping = strings.NewReplacer("'", "", "’", "", " ", "", "\u00a0", "", "\u202f", "", "€", "", "$", "", "£", "", "EUR", "", "USD", "", "GBP", "", "CHF", "")

// bare takes away what surrounds digits and moves a minus, written behind or as brackets, to the front.
func bare(s string) string {
	s = grouping.Replace(s)
	if n := len(s); n > 1 && s[n-1] == '-' && s[0] != '-' {
		return "-" + s[:n-1]
	}
	if n := len(s); n > 2 && s[0] == '(' && s[n-1] == ')' && s[1] != '-' {
		return "-" + s[1:n-1]
	}
	return s
}
