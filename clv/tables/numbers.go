package tables

import (
	"strconv"
	"strings"
	"unicode"
)

// marks counts how a column's values must be read: one that can be read in one way only tells the decimal sign,
// one that may be either (1.234) is open.
type marks struct{ commas, points, open int }

func (m *marks) add(text string) {
	if !strings.ContainsAny(text, ".,") {
		return
	}
	if strings.Trim(text, "+-.,0123456789") != "" {
		if text = bare(text); strings.Trim(text, "+-.,0123456789") != "" {
			return // a header or no number
		}
	}
	switch decimalOf(text) {
	case ',':
		m.commas++
	case '.':
		m.points++
	default:
		m.open++
	}
}

// sign is the decimal sign that most values tell, 0 where they do not.
func (m marks) sign() byte {
	switch {
	case m.commas > m.points:
		return ','
	case m.points > m.commas:
		return '.'
	}
	return 0
}

// contradicts gives the decimal sign that most values tell, where values that may be either were read by
// another one; else 0.
func (m marks) contradicts(used byte) byte {
	if sign := m.sign(); sign != used && m.open > 0 {
		return sign
	}
	return 0
}

// other counts the values that bear another decimal sign than most.
func (m marks) other() int { return min(m.commas, m.points) }

// marksOf looks at columns (from 1, 0 for none) of rows.
func marksOf(rows [][]string, places ...int) marks {
	var m marks
	for _, cells := range rows {
		for _, at := range places {
			m.add(cell(cells, at))
		}
	}
	return m
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

// isMark tells whether a character beside an amount belongs to the sign or code of a currency.
func isMark(r rune) bool { return unicode.IsLetter(r) || unicode.Is(unicode.Sc, r) }

// grouping is what may stand between digits or beside them without changing the number.
var grouping = strings.NewReplacer("'", "", "’", "", " ", "", "\u00a0", "", "\u202f", "", "€", "", "$", "", "£", "", "EUR", "", "USD", "", "GBP", "", "CHF", "", "\u2212", "-")

// bare takes away what surrounds digits and moves a minus, written behind or as brackets, to the front.
func bare(s string) string {
	if mark := moneyMark(s); mark != "" {
		s = strings.TrimFunc(strings.TrimFunc(s, isMark), unicode.IsSpace)
	}
	s = grouping.Replace(s)
	if n := len(s); n > 1 && s[n-1] == '-' && s[0] != '-' {
		return "-" + s[:n-1]
	}
	if n := len(s); n > 2 && s[0] == '(' && s[n-1] == ')' && s[1] != '-' {
		return "-" + s[1:n-1]
	}
	return s
}
