package csvfile

import (
	"errors"
	"math"
	"strconv"
	"strings"
)

// numberVotes counts how a column's values must be read: only values that can mean one thing vote.
type numberVotes struct {
	comma, point int
	fine, coarse [2]int // values with three decimals or more, and with one or two, behind a comma and a point
}

// add looks at one value. With both signs the later one is the decimal sign; a sign that comes twice
// groups thousands; one sign with three digits behind it may be either and doesn't vote.
func (v *numberVotes) add(raw string) {
	s, _, err := bareNumber(raw)
	if err != nil || s == "" {
		return
	}
	commas, points := strings.Count(s, ","), strings.Count(s, ".")
	vote := func(decimalIsComma bool) {
		if decimalIsComma {
			v.comma++
		} else {
			v.point++
		}
	}
	switch {
	case commas > 0 && points > 0:
		at := strings.LastIndexAny(s, ",.")
		vote(s[at] == ',')
		v.depth(s[at], len(s)-at-1)
	case commas > 1:
		vote(false)
	case points > 1:
		vote(true)
	case commas+points == 1:
		at := strings.IndexAny(s, ",.")
		behind, before := len(s)-at-1, s[:at]
		if behind != 3 || len(before) > 3 || before == "" || before == "0" {
			vote(commas == 1)
			v.depth(s[at], behind)
		}
	}
}

// depth counts how many decimals a value has that can mean one thing only.
func (v *numberVotes) depth(decimal byte, digits int) {
	switch i := signIndex(decimal); {
	case digits > 2:
		v.fine[i]++
	case digits > 0:
		v.coarse[i]++
	}
}

func signIndex(decimal byte) int { return strings.IndexByte(",.", decimal) }

// isFine tells of a column whose values mostly have more decimals than money: unit prices of three decimals.
func (v *numberVotes) isFine(decimal byte) bool {
	i := signIndex(decimal)
	return v.fine[i] > v.coarse[i]
}

// decideNumbers gives each column its decimal sign: its own evidence, else that of the other columns,
// else what goes with the separator (German spreadsheets write semicolons and decimal commas).
func decideNumbers(votes []numberVotes, semicolon bool) []byte {
	all := numberVotes{}
	for _, v := range votes {
		all.comma += v.comma
		all.point += v.point
	}
	fallback := byte('.')
	if all.comma > all.point || all.comma == all.point && semicolon {
		fallback = ','
	}
	out := make([]byte, len(votes))
	for i, v := range votes {
		switch {
		case v.comma > v.point:
			out[i] = ','
		case v.point > v.comma:
			out[i] = '.'
		default:
			out[i] = fallback
		}
	}
	return out
}

var (
	errNumber = errors.New("not a number")
	errRange  = errors.New("out of range")
)

// bareNumber takes away what surrounds digits: currency signs and codes, blanks, Swiss apostrophes; the
// sign may stand before, behind (as SAP writes it) or be a pair of brackets.
func bareNumber(raw string) (s string, negative bool, err error) {
	simple := raw != ""
	for i := range len(raw) {
		if c := raw[i]; (c < '0' || c > '9') && c != '.' && c != ',' {
			simple = false
			break
		}
	}
	if simple {
		return raw, false, nil
	}
	raw = strings.TrimSpace(raw)
	if strings.HasPrefix(raw, "(") && strings.HasSuffix(raw, ")") {
		raw, negative = raw[1:len(raw)-1], true
	}
	var b strings.Builder
	digits := false
	letters := 0
	for _, r := range raw {
		switch {
		case r >= '0' && r <= '9':
			digits = true
			b.WriteByte(byte(r))
		case r == ',' || r == '.':
			b.WriteByte(byte(r))
		case r == '-' || r == '\u2212' || r == '\u2013':
			if negative || (digits && !strings.HasSuffix(raw, string(r))) {
				return "", false, errNumber
			}
			negative = true
		case r == '+' && !digits:
		case r == ' ' || r == '\u00a0' || r == '\u202f' || r == '\'' || r == '\u2019' || r == '€' || r == '$' || r == '£':
		case r >= 'A' && r <= 'Z' && letters < 3:
			letters++
		default:
			return "", false, errNumber
		}
	}
	if letters != 0 && letters != 3 {
		return "", false, errNumber // an ISO 4217 code has three letters; this is something else, such as 1.2E+05
	}
	if !digits && raw != "" {
		return "", false, errNumber
	}
	return b.String(), negative, nil
}

// inCurrency tells whether the sign or code that an amount carries, if any, goes with the currency. A
// dollar sign goes with every dollar.
func inCurrency(raw, currency string) bool {
	var code []rune
	for _, r := range raw {
		switch {
		case r == '€' && currency != "EUR", r == '£' && currency != "GBP", r == '$' && !strings.HasSuffix(currency, "D"):
			return false
		case r >= 'A' && r <= 'Z':
			code = append(code, r)
		}
	}
	return len(code) == 0 || string(code) == currency
}

// plainNumber checks grouping and gives the digits before and behind the decimal sign.
func plainNumber(raw string, decimal byte) (whole, frac string, negative bool, err error) {
	s, negative, err := bareNumber(raw)
	if err != nil {
		return "", "", false, err
	}
	group := byte('.')
	if decimal == '.' {
		group = ','
	}
	whole = s
	if at := strings.IndexByte(s, decimal); at >= 0 {
		whole, frac = s[:at], s[at+1:]
	}
	if strings.IndexByte(frac, group) >= 0 || strings.IndexByte(frac, decimal) >= 0 || whole+frac == "" {
		return "", "", false, errNumber
	}
	if strings.IndexByte(whole, group) >= 0 {
		parts := strings.Split(whole, string(group))
		for i, p := range parts {
			if i > 0 && len(p) != 3 || i == 0 && (len(p) == 0 || len(p) > 3) {
				return "", "", false, errNumber
			}
		}
		whole = strings.Join(parts, "")
	}
	return whole, frac, negative, nil
}

// thousandsOrDecimals tells of a value whose only sign is the column's decimal sign with three digits behind it and up
// to three before: "1,234" may be 1.234,00 or 1,234. Nothing groups a number that begins with 0.
func thousandsOrDecimals(raw string, decimal byte) bool {
	s, _, err := bareNumber(raw)
	if err != nil {
		return false
	}
	before, behind, found := strings.Cut(s, string(decimal))
	return found && len(behind) == 3 && len(before) >= 1 && len(before) <= 3 && before[0] != '0' && !strings.ContainsAny(before+behind, ",.")
}

// bothReadings writes such a value as the column would: with grouped thousands, and with the currency's decimals.
func bothReadings(raw string, decimal byte, digits int) (thousands, decimals string) {
	s, negative, err := bareNumber(raw)
	rounded, errRounded := parseMinor(s, decimal, digits)
	if err != nil || errRounded != nil {
		return "", ""
	}
	group := "."
	if decimal == '.' {
		group = ","
	}
	sign := ""
	if negative {
		sign = "-"
	}
	thousands, decimals = sign+strings.Replace(s, string(decimal), group, 1), sign+strconv.FormatInt(rounded, 10)
	if digits > 0 {
		at := len(decimals) - digits // at least one digit stands before the decimals: the value is 1 or more
		thousands += string(decimal) + strings.Repeat("0", digits)
		decimals = decimals[:at] + string(decimal) + decimals[at:]
	}
	return thousands, decimals
}

// parseMinor reads an amount exactly, without floating point, as an integer of 10^-digits; further
// decimals round half away from zero.
func parseMinor(raw string, decimal byte, digits int) (int64, error) {
	whole, frac, negative, err := plainNumber(raw, decimal)
	if err != nil {
		return 0, err
	}
	var v int64
	push := func(c byte) bool {
		if v > (math.MaxInt64-9)/10 {
			return false
		}
		v = v*10 + int64(c-'0')
		return true
	}
	for i := range len(whole) {
		if !push(whole[i]) {
			return 0, errRange
		}
	}
	for i := range digits {
		c := byte('0')
		if i < len(frac) {
			c = frac[i]
		}
		if !push(c) {
			return 0, errRange
		}
	}
	if len(frac) > digits && frac[digits] >= '5' {
		v++
	}
	if negative {
		v = -v
	}
	return v, nil
}

func parseFloat(raw string, decimal byte) (float64, error) {
	whole, frac, negative, err := plainNumber(raw, decimal)
	if err != nil {
		return 0, err
	}
	v, err := strconv.ParseFloat(whole+"."+frac+"0", 64)
	if err != nil {
		return 0, errRange
	}
	if negative {
		v = -v
	}
	return v, nil
}

// parseWhole reads a whole number. A sign in it can only group thousands ("1.234", "1,234") or stand
// before zeros ("12,0").
func parseWhole(raw string) (int64, error) {
	for _, decimal := range []byte{',', '.'} {
		if _, frac, _, err := plainNumber(raw, decimal); err == nil && frac == "" {
			return parseMinor(raw, decimal, 0)
		}
	}
	for _, decimal := range []byte{',', '.'} {
		if _, frac, _, err := plainNumber(raw, decimal); err == nil && strings.Trim(frac, "0") == "" {
			return parseMinor(raw, decimal, 0)
		}
	}
	return 0, errNumber
}
